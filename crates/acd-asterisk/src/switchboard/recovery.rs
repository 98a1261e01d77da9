//! What is known again after something was lost: the connection to a server, the server, or this adapter's own memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_client::v1::{self, event::Event as Told};

use super::arrival::{self, Handed, args_of};
use super::call::{Call, Customer, Leg, Party, Phase, Place};
use super::ids::Made;
use super::{
    BridgeKind, Output, Owner, Purpose, Request, ServerNo, Snapshot, Switchboard, Tag,
    entered_again,
};
use crate::ari::event::Channel;
use crate::ari::snapshot::Carried;
use crate::options::Answer;

const STASIS: &str = "Stasis";

/// Where the channels of a snapshot are.
struct Places<'a> {
    channels: BTreeMap<&'a str, &'a Channel>,
    /// The bridge of each channel that is in one.
    bridges: BTreeMap<&'a str, &'a str>,
    carried: BTreeMap<&'a str, &'a Carried>,
}

impl<'a> Places<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let bridges = snapshot.bridges.iter();
        let inside = bridges.flat_map(|bridge| {
            bridge
                .channels
                .iter()
                .map(|channel| (channel.as_str(), bridge.id.as_str()))
        });
        Self {
            channels: snapshot
                .channels
                .iter()
                .map(|channel| (channel.id.as_str(), channel))
                .collect(),
            bridges: inside.collect(),
            carried: snapshot
                .carried
                .iter()
                .map(|(channel, carried)| (channel.as_str(), carried))
                .collect(),
        }
    }

    /// The offer and the contact for which an agent's open line is used.
    fn line_of(&self, channel: &str) -> Option<(u64, &'a str)> {
        let (offer, contact) = self.carried.get(channel)?.line.split_once(' ')?;
        Some((offer.parse().ok()?, contact))
    }

    fn contact_of(&self, channel: &str) -> Option<&'a str> {
        let carried = self.carried.get(channel)?;
        (!carried.contact.is_empty()).then_some(carried.contact.as_str())
    }
}

impl Switchboard {
    /// The connection to a server is lost. Its calls go on there; what is wanted of them waits.
    pub fn server_away(&mut self, server: ServerNo, now_ms: i64) {
        let server = &mut self.servers[server];
        server.away_since_ms.get_or_insert(now_ms);
        server.known = false;
    }

    /// A server is there, with all that it holds: what ended meanwhile has ended, what is unknown is taken up, what is
    /// nobody's is hung up. Then what was wanted meanwhile is done.
    pub fn server_back(&mut self, server: ServerNo, snapshot: &Snapshot, now_ms: i64) {
        let there = &mut self.servers[server];
        there.away_since_ms = None;
        there.known = true;
        let is_told = !std::mem::replace(&mut there.was_known, true);
        let places = Places::of(snapshot);
        let waiting = self.servers[server].ids.waiting();
        self.servers[server].can_wait = snapshot.bridges.iter().any(|bridge| bridge.id == waiting);
        if !self.servers[server].can_wait {
            let kind = BridgeKind::Holding;
            let request = Request::CreateBridge {
                bridge: waiting.clone(),
                kind,
            };
            self.ask_for(server, &waiting, Purpose::WaitingMade(server), request);
        }
        self.end_lost(server, &places, now_ms);
        let theirs = self.calls.values().filter(|call| call.server == server);
        for contact in theirs.map(|call| call.contact.clone()).collect::<Vec<_>>() {
            self.with_call(&contact, now_ms, |call, around| call.missed(around));
        }
        let found = self.find_customers(server, &places, now_ms);
        self.find_phones(server, &places, now_ms);
        for contact in found {
            self.with_call(&contact, now_ms, |call, around| {
                let came = call
                    .customer
                    .as_ref()
                    .is_some_and(|customer| !customer.called);
                if !is_told && came {
                    call.name_channel(around);
                    around.tell(call.arrived.clone());
                }
                call.receive(around);
            });
        }
        self.find_bridges(server, snapshot);
        let devices = self.phones.devices_at(server);
        self.subscribe(server, devices);
        self.tell_busy(now_ms);
        self.catch_up(now_ms);
    }

    /// Gives up the calls of a server that stays away.
    pub(super) fn give_up(&mut self, server: ServerNo, now_ms: i64) {
        (self.servers[server].known, self.servers[server].was_known) = (true, true);
        let theirs = self.calls.extract_if(.., |_, call| call.server == server);
        let ended: Vec<Call> = theirs.map(|(_, call)| call).collect();
        for call in ended {
            self.remember_over(call.contact.clone());
            let left = call.leaves_by().map(Output::Acknowledge);
            self.outputs.extend(left);
            if call.ended || call.customer.is_none() {
                continue;
            }
            self.outputs.push_back(Output::Event {
                tag: Tag::Nothing,
                event: Told::from(v1::ContactEnded {
                    contact_id: call.contact.to_string(),
                    cause: v1::EndCause::System.into(),
                }),
            });
        }
        self.owners.retain(|(at, _), _| *at != server);
        self.lines.remove_at(server);
        self.catch_up(now_ms);
    }

    /// What was wanted of servers that were away.
    fn catch_up(&mut self, now_ms: i64) {
        for directive in std::mem::take(&mut self.put_off) {
            self.directive(directive, now_ms);
        }
    }

    /// Channels that are no longer there, and those that were answered meanwhile.
    fn end_lost(&mut self, server: ServerNo, places: &Places, now_ms: i64) {
        let known = self.owners.keys().filter(|(at, _)| *at == server);
        let known: BTreeSet<String> = known.map(|(_, channel)| channel.clone()).collect();
        for id in known {
            match places.channels.get(id.as_str()) {
                None if self.asked_for.contains(&(server, id.clone())) => {}
                None => self.gone(server, &id, 0, now_ms),
                Some(channel) if channel.is_up() => match self.owners.get(&(server, id.clone())) {
                    Some(Owner::Call(_)) => {
                        self.with_owner(server, &id, now_ms, |call, around| call.up(&id, around))
                    }
                    Some(Owner::Line) => self.lines.up(&id),
                    Some(Owner::Acting(_)) | None => {}
                },
                Some(_) => {}
            }
        }
    }

    /// Callers whom this adapter does not know; gives their contacts.
    fn find_customers(&mut self, server: ServerNo, places: &Places, now_ms: i64) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        let app = self.options.servers[&self.servers[server].name].app.clone();
        for (id, channel) in &places.channels {
            if self.owners.contains_key(&(server, (*id).to_owned())) {
                continue;
            }
            let made = self.servers[server].ids.made(id);
            let is_called = matches!(made, Some(Made::Outside(_)));
            let has_us = channel.dialplan.app_name == STASIS
                && channel.dialplan.app_data.split(',').next() == Some(&app);
            if !(is_called || (has_us && made.is_none())) {
                continue;
            }
            let named = places.contact_of(id).map(str::to_owned);
            let named = named.unwrap_or_else(|| format!("{}-{id}", self.servers[server].name));
            let is_over = self.over.iter().any(|over| **over == *named);
            if is_called && (is_over || self.calls.contains_key(named.as_str())) {
                // An attempt that is over: nobody waits for who answers it.
                self.hang_up(server, id);
                continue;
            }
            let again = is_over.then(|| entered_again(&named)).flatten();
            let contact: Arc<str> = again.unwrap_or(named).into();
            let (mut arrived, answer) =
                match arrival::read(&args_of(channel), channel, &self.options) {
                    Ok(Handed::Caller(caller)) => (caller.arrived, caller.answer),
                    // An agent whose act was on its way: they try again.
                    Ok(Handed::Agent(act)) if !is_called => {
                        if places.line_of(id).is_none() {
                            self.act(server, act, channel);
                        }
                        continue;
                    }
                    _ if is_called => (v1::ContactArrived::default(), Answer::Arrival),
                    _ => continue,
                };
            arrived.contact_id = contact.to_string();
            let place = match places.bridges.get(id) {
                Some(bridge) if *bridge == self.servers[server].ids.waiting() => Place::Waiting,
                Some(_) => Place::Talk,
                None => Place::Nowhere,
            };
            let customer = match is_called {
                true => Customer::called(id, channel.is_up(), place),
                false => Customer::at(id, channel.is_up(), place),
            };
            let arrived_at_ms = arrived_at_ms(channel, now_ms);
            let mut call = Call::new(server, contact.clone(), arrived, arrived_at_ms, answer);
            call.found(customer);
            if let Some(begun) = self.calls.remove(&contact) {
                // The engine wanted something of them before they were found.
                call.begun(begun);
            }
            self.owners
                .insert((server, (*id).to_owned()), Owner::Call(contact.clone()));
            self.calls.insert(contact.clone(), call);
            found.push(contact);
        }
        found
    }

    /// Phones whom this adapter called before it started anew.
    fn find_phones(&mut self, server: ServerNo, places: &Places, now_ms: i64) {
        let mut found = BTreeSet::new();
        for (id, channel) in &places.channels {
            let key = (server, (*id).to_owned());
            if self.owners.contains_key(&key) || self.find_line(server, channel, places) {
                continue;
            }
            let Some(made) = self.servers[server].ids.made(id) else {
                continue;
            };
            let agent = places
                .carried
                .get(id)
                .map(|carried| carried.agent.clone())
                .unwrap_or_default();
            let contact = places.contact_of(id).unwrap_or_default();
            let talks_in = self.talks_in(server, id, places);
            let call = talks_in.clone().unwrap_or_else(|| contact.to_owned());
            match made {
                Made::Leg(offer) if self.calls.contains_key(call.as_str()) => {
                    found.insert(call.clone());
                    self.find_leg(&call, contact, offer, agent, channel, talks_in.is_some());
                    self.owners.insert(key, Owner::Call(call.as_str().into()));
                }
                Made::Line if !agent.is_empty() => {
                    self.lines
                        .add(&agent, server, id, channel.is_up(), talks_in.is_none());
                    self.owners.insert(key, Owner::Line);
                }
                Made::Other if talks_in.is_some() && self.calls.contains_key(call.as_str()) => {
                    if let Some(call) = self.calls.get_mut(call.as_str()) {
                        call.parties.push(Party::found(id, true));
                    }
                    self.owners.insert(key, Owner::Call(call.as_str().into()));
                }
                _ => self.hang_up(server, id),
            }
        }
        for call in found {
            self.with_call(&call, now_ms, Call::end_found_recording);
        }
        let theirs = self.calls.values().filter(|call| call.server == server);
        for call in theirs.map(|call| call.contact.clone()).collect::<Vec<_>>() {
            self.with_call(&call, now_ms, |call, around| call.settle(around));
        }
    }

    /// An agent's open line that is in a conversation. Says whether it is one.
    fn find_line(&mut self, server: ServerNo, channel: &Channel, places: &Places) -> bool {
        let id = channel.id.as_str();
        let Some((offer, contact)) = places.line_of(id) else {
            return false;
        };
        let carried = places.carried.get(id).map(|carried| carried.agent.clone());
        let agent = match arrival::read(&args_of(channel), channel, &self.options) {
            Ok(Handed::Agent(act)) => act.agent,
            _ => carried.unwrap_or_default(),
        };
        let call = self
            .talks_in(server, id, places)
            .filter(|call| self.calls.contains_key(call.as_str()));
        self.lines
            .add(&agent, server, id, channel.is_up(), call.is_none());
        let owner = match call {
            Some(call) => {
                self.find_leg(&call, contact, offer, agent, channel, true);
                Owner::Call(call.as_str().into())
            }
            None => Owner::Line,
        };
        self.owners.insert((server, id.to_owned()), owner);
        true
    }

    /// The call whose conversation a channel is in.
    fn talks_in(&self, server: ServerNo, channel: &str, places: &Places) -> Option<String> {
        let bridge = places.bridges.get(channel)?;
        self.servers[server].ids.contact_of(bridge)
    }

    fn find_leg(
        &mut self,
        call: &str,
        contact: &str,
        offer: u64,
        agent: String,
        channel: &Channel,
        talks: bool,
    ) {
        let consult = !contact.is_empty() && contact != call;
        let contact: Arc<str> = if consult { contact.into() } else { call.into() };
        if consult {
            self.consults.insert(contact.clone(), call.into());
        }
        let phase = match (talks, channel.is_up()) {
            (true, _) => Phase::Connected,
            (false, true) => Phase::Answered,
            (false, false) => Phase::Calling { accepted: false },
        };
        let is_line = self
            .lines
            .of(&agent)
            .is_some_and(|(_, line)| line == channel.id);
        let Some(call) = self.calls.get_mut(call) else {
            return;
        };
        let mut leg = Leg::new(contact, consult, offer, agent, channel.id.clone(), phase);
        leg.line = is_line;
        leg.in_talk = talks;
        call.found_leg(leg);
    }

    /// Bridges of conversations that are over.
    fn find_bridges(&mut self, server: ServerNo, snapshot: &Snapshot) {
        for bridge in &snapshot.bridges {
            let ids = &self.servers[server].ids;
            let is_used = if let Some(directive) = ids.directive_of_ear(&bridge.id) {
                let mut parties = self.calls.values().flat_map(|call| &call.parties);
                parties.any(|party| party.hears_by(directive))
            } else if let Some(contact) = ids.contact_of(&bridge.id) {
                let call = self.calls.get_mut(contact.as_str());
                call.map(|call| call.bridged = true).is_some()
            } else {
                // None of ours, or that of those who wait.
                true
            };
            if !is_used {
                let bridge = bridge.id.clone();
                self.ask(server, &bridge.clone(), Request::DestroyBridge { bridge });
            }
        }
    }

    /// Whether the calls of every server are known, or given up.
    pub fn is_known(&self) -> bool {
        self.servers.iter().all(|server| server.known)
    }

    /// All that the adapter holds, for the engine.
    pub fn live_list(&self) -> v1::LiveList {
        let mut contacts = Vec::new();
        for call in self.calls.values().filter(|call| !call.ended) {
            let talks = |leg: &&Leg| leg.phase == Phase::Connected;
            let agent = call.legs.iter().filter(|leg| !leg.consult).find(talks);
            if call.customer.is_some() {
                contacts.push(v1::LiveContact {
                    contact: Some(call.arrived.clone()),
                    arrived_at_ms: call.arrived_at_ms,
                    agent: agent.map(|leg| leg.agent.clone()).unwrap_or_default(),
                });
            }
            for leg in call.legs.iter().filter(|leg| leg.consult).filter(talks) {
                contacts.push(v1::LiveContact {
                    contact: Some(v1::ContactArrived {
                        contact_id: leg.contact.to_string(),
                        channel: call.arrived.channel.clone(),
                        queue: call.arrived.queue.clone(),
                        ..Default::default()
                    }),
                    arrived_at_ms: call.arrived_at_ms,
                    agent: leg.agent.clone(),
                });
            }
        }
        let id = |live: &v1::LiveContact| live.contact.as_ref().map(|it| it.contact_id.clone());
        contacts.sort_by_cached_key(|live| (live.arrived_at_ms, id(live)));
        let agents = self.phones.busy().map(|agent| v1::LiveAgent {
            agent: agent.to_owned(),
        });
        v1::LiveList {
            contacts,
            agents: agents.collect(),
        }
    }

    /// An entry of the live list was not taken.
    pub fn not_taken(&mut self, refusal: &v1::LiveRefusal, now_ms: i64) {
        if let Some(v1::live_refusal::Entry::ContactId(contact)) = &refusal.entry {
            let reason = v1::ErrorReason::try_from(refusal.reason).ok();
            self.turn_away(&contact.as_str().into(), reason, now_ms);
        }
    }
}

/// When a call came, from the channel's own clock.
fn arrived_at_ms(channel: &Channel, now_ms: i64) -> i64 {
    let at: Option<jiff::Timestamp> = channel.creationtime.parse().ok();
    at.map_or(now_ms, |at| at.as_millisecond().min(now_ms))
}
