//! All calls of all Asterisk servers, as one state machine: no socket, no clock, no async.
//!
//! **Contract.** One input at a time ([`event`](Switchboard::event), [`answer`](Switchboard::answer),
//! [`directive`](Switchboard::directive), ...), then [`next_output`](Switchboard::next_output) until it gives nothing, then the
//! next input. Equal inputs give equal outputs. Nothing it is told makes it panic.
//!
//! **What it remembers, Asterisk knows.** Ids of its own making say what a channel is for, variables whose it is, and
//! the dialplan's arguments what a caller asked for; so an adapter that starts anew reads all of it back
//! ([`server_back`](Switchboard::server_back)).

mod arrival;
mod call;
mod cause;
mod ids;
mod lines;
mod media;
mod phones;
mod recovery;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use acd_client::v1::{self, ErrorReason, event::Event as Told};

use crate::ari::event::Channel;
use crate::ari::request::{BridgeKind, Shown};
use crate::ari::{Event, Request, Snapshot};
use crate::options::{Answer, Options};

use arrival::{AgentAct, Caller, Handed};
use call::{Around, Call, Customer, Out, Place};
pub use call::{Lane, Purpose};
use ids::Ids;
use lines::Lines;
use phones::Phones;
pub use phones::{Seen, SeenQueue};

/// Which of the servers, in the order of the options.
pub type ServerNo = usize;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Asterisk is to do this. Requests of one lane are done one after the other; the answer comes back with the ticket.
    Request {
        /// The server.
        server: ServerNo,
        /// The lane.
        lane: Lane,
        /// What the answer is for.
        ticket: Ticket,
        /// What.
        request: Request,
    },
    /// The engine is told; what becomes of it comes back with the tag.
    Event {
        /// What the receipt is for.
        tag: Tag,
        /// What.
        event: Told,
    },
    /// A directive is done.
    Acknowledge(u64),
}

/// What the answer of a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    call: Option<Arc<str>>,
    purpose: Purpose,
}

/// What the receipt of an event is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Nobody waits for it.
    Nothing,
    /// A caller joined.
    Arrived(Arc<str>),
    /// Something about an offer.
    Offer(Arc<str>, u64),
    /// An agent did something at their phone.
    Acted(ServerNo, String),
}

/// The variable that says how a call ended that goes on in the dialplan.
pub const RESULT_VARIABLE: &str = "ACD_RESULT";
/// The state of a channel whose phone rings.
const RINGING: &str = "Ringing";
/// The result of what was done.
const RESULT_OK: &str = "OK";
/// The dialplan said something that cannot be read.
const RESULT_INVALID: &str = "INVALID_ARGUMENT";
/// The engine is away.
const RESULT_AWAY: &str = "ENGINE_AWAY";
/// How often one channel may come back as a new contact.
const ENTRIES_MAX: u32 = 99;
/// How many contacts whose calls are over, and offers that failed, are remembered: some seconds of a large centre.
const OVER_MAX: usize = 4_096;
/// After so long without a server its calls are given up, in milliseconds.
pub const SERVER_GONE_MS: i64 = 60_000;

/// Whose a channel is.
#[derive(Clone, Debug, PartialEq)]
enum Owner {
    Call(Arc<str>),
    /// An agent's open line that is free.
    Line,
    /// An agent who did something at their phone, until the engine has answered.
    Acting(AgentAct),
}

/// One Asterisk.
#[derive(Debug)]
struct Server {
    name: String,
    ids: Ids,
    /// Away since then; none: it is there. At the start all are away.
    away_since_ms: Option<i64>,
    /// Whether its calls are known, or were given up.
    known: bool,
    /// Whether they once were: who is found later is no longer told by the live list of the begin.
    was_known: bool,
    /// Whether there is a bridge for those who wait.
    can_wait: bool,
}

/// All calls.
#[derive(Debug)]
pub struct Switchboard {
    options: Arc<Options>,
    servers: Vec<Server>,
    /// By the customer's contact.
    calls: BTreeMap<Arc<str>, Call>,
    /// Contacts whose calls are over, the newest last: what the engine decided before it knew comes later.
    over: VecDeque<Arc<str>>,
    /// Offers that failed, the newest last: what the engine decided before it heard of it comes later.
    failed: VecDeque<u64>,
    /// Which call a consultation belongs to.
    consults: HashMap<Arc<str>, Arc<str>>,
    owners: HashMap<(ServerNo, String), Owner>,
    /// Channels that Asterisk is asked to make, and has not answered: that it does not show them means nothing.
    asked_for: BTreeSet<(ServerNo, String)>,
    lines: Lines,
    phones: Phones,
    /// Phones to look at, and when.
    looks: BTreeMap<(i64, u64), Arc<str>>,
    /// Directives whose server is away, in their order.
    put_off: VecDeque<v1::Directive>,
    /// Since when the engine is away; none: it is there.
    engine_away_since_ms: Option<i64>,
    outputs: VecDeque<Output>,
    out: Vec<Out>,
}

/// How many things there are, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Calls.
    pub calls: usize,
    /// Channels.
    pub channels: usize,
    /// Agents' open lines.
    pub lines: usize,
    /// Directives that wait for a server.
    pub put_off: usize,
}

impl Switchboard {
    /// Without calls, and every server away.
    pub fn new(options: Arc<Options>, now_ms: i64) -> Self {
        let servers = options.servers.iter().map(|(name, server)| Server {
            name: name.clone(),
            ids: Ids::new(&server.app),
            away_since_ms: Some(now_ms),
            known: false,
            was_known: false,
            can_wait: false,
        });
        Self {
            servers: servers.collect(),
            phones: Phones::new(&options),
            options,
            calls: BTreeMap::new(),
            over: VecDeque::new(),
            failed: VecDeque::new(),
            consults: HashMap::new(),
            owners: HashMap::new(),
            asked_for: BTreeSet::new(),
            lines: Lines::default(),
            looks: BTreeMap::new(),
            put_off: VecDeque::new(),
            engine_away_since_ms: None,
            outputs: VecDeque::new(),
            out: Vec::new(),
        }
    }

    /// What is to be done next.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How many things there are.
    pub fn held(&self) -> Held {
        Held {
            calls: self.calls.len(),
            channels: self.owners.len(),
            lines: self.lines.len(),
            put_off: self.put_off.len(),
        }
    }

    /// The engine is there, or away.
    pub fn engine(&mut self, is_there: bool, now_ms: i64) {
        match (is_there, self.engine_away_since_ms) {
            (true, _) => self.engine_away_since_ms = None,
            (false, None) => self.engine_away_since_ms = Some(now_ms),
            (false, Some(_)) => {}
        }
    }

    /// Something happened at a server.
    pub fn event(&mut self, server: ServerNo, event: Event, now_ms: i64) {
        match event {
            Event::StasisStart {
                args,
                channel,
                replace_channel,
            } => match replace_channel {
                Some(replaced) => self.replaced(server, &replaced.id, &channel, now_ms),
                None => self.started(server, &args.0, &channel, now_ms),
            },
            Event::StasisEnd { channel } => self.gone(server, &channel.id, 0, now_ms),
            Event::ChannelDestroyed { channel, cause } => {
                self.gone(server, &channel.id, cause, now_ms);
            }
            Event::ChannelDtmfReceived { channel, digit } => {
                self.with_owner(server, &channel.id, now_ms, |call, around| {
                    call.key(&channel.id, &digit, around)
                });
            }
            Event::ChannelHold { channel } => {
                self.with_owner(server, &channel.id, now_ms, |call, around| {
                    call.phone_holds(&channel.id, true, around)
                });
            }
            Event::ChannelUnhold { channel } => {
                self.with_owner(server, &channel.id, now_ms, |call, around| {
                    call.phone_holds(&channel.id, false, around)
                });
            }
            Event::PlaybackFinished { playback } => {
                if let Some(channel) = self.servers[server].ids.channel_of_playback(&playback.id) {
                    self.with_owner(server, &channel, now_ms, |call, around| {
                        call.played_out(&playback.id, around)
                    });
                }
            }
            Event::RecordingFinished { recording } => self.recorded(server, &recording, now_ms),
            Event::RecordingFailed { recording } => {
                if let Some(contact) = self.servers[server]
                    .ids
                    .contact_of_recording(&recording.name)
                {
                    self.with_call(&contact, now_ms, |call, around| {
                        call.recording_failed(&recording.name, around);
                        if call.leaves_message() {
                            call.hang_customer_up(around);
                        }
                    });
                }
            }
            Event::DeviceStateChanged { device_state } => {
                self.phones.device(server, &device_state);
                self.tell_busy(now_ms);
            }
            Event::ChannelStateChange { channel } if channel.state == RINGING => {
                self.with_owner(server, &channel.id, now_ms, |call, _| {
                    call.rings(&channel.id)
                });
            }
            Event::ChannelStateChange { .. } | Event::ApplicationReplaced {} | Event::Other => {}
        }
    }

    /// A server answered a request, or will not.
    pub fn answer(&mut self, ticket: &Ticket, done: bool, now_ms: i64) {
        if let Some(channel) = ticket.purpose.makes() {
            self.asked_for.retain(|(_, id)| id != channel);
        }
        if let Some(contact) = ticket.call.clone() {
            self.with_call(&contact, now_ms, |call, around| {
                call.answer_of(&ticket.purpose, done, around)
            });
            return;
        }
        match (&ticket.purpose, done) {
            (Purpose::Called(channel), false) => {
                self.lines.remove(channel);
                self.owners.retain(|(_, id), _| id != channel);
            }
            // Callers may have come before it was there.
            (Purpose::WaitingMade(server), _) => {
                self.servers[*server].can_wait = true;
                for contact in self.calls.keys().cloned().collect::<Vec<_>>() {
                    self.with_call(&contact, now_ms, |call, around| call.settle(around));
                }
            }
            _ => {}
        }
    }

    /// The engine wants something.
    pub fn directive(&mut self, directive: v1::Directive, now_ms: i64) {
        match self.server_of(&directive) {
            Some(server) if self.is_away(server) => self.put_off.push_back(directive),
            Some(server) => self.carry_out(server, &directive, now_ms),
            // Nothing is left of it here.
            None => self
                .outputs
                .push_back(Output::Acknowledge(directive.directive_id)),
        }
    }

    fn carry_out(&mut self, server: ServerNo, directive: &v1::Directive, now_ms: i64) {
        if offer_begun(directive).is_some_and(|offer| self.failed.contains(&offer)) {
            return self
                .outputs
                .push_back(Output::Acknowledge(directive.directive_id));
        }
        let contact: Arc<str> = directive.contact_id.as_str().into();
        let of = &directive.consult_of_contact_id;
        if !of.is_empty() && self.calls.contains_key(of.as_str()) {
            self.consults.insert(contact.clone(), of.as_str().into());
        }
        let key = self.consults.get(&contact).unwrap_or(&contact).clone();
        if !self.calls.contains_key(&key) {
            let is_over = !of.is_empty() || self.over.contains(&key);
            if is_over || !begins_call(directive) {
                return self
                    .outputs
                    .push_back(Output::Acknowledge(directive.directive_id));
            }
            let arrived = v1::ContactArrived {
                contact_id: contact.to_string(),
                ..Default::default()
            };
            self.calls.insert(
                key.clone(),
                Call::new(server, key.clone(), arrived, now_ms, Answer::Arrival),
            );
        }
        let line = wanted_agent(directive).and_then(|agent| self.lines.take(server, agent));
        self.with_call(&key, now_ms, |call, around| {
            call.direct(directive, line, around)
        });
    }

    /// An event was applied.
    pub fn applied(&mut self, tag: &Tag) {
        if let Tag::Acted(server, channel) = tag {
            self.acted(*server, channel, RESULT_OK);
        }
    }

    /// An event was refused.
    pub fn refused(&mut self, tag: &Tag, reason: Option<ErrorReason>, now_ms: i64) {
        match tag {
            Tag::Nothing => {}
            Tag::Arrived(contact) => self.turn_away(contact, reason, now_ms),
            Tag::Offer(contact, offer) => {
                self.with_call(contact, now_ms, |call, around| call.refused(*offer, around));
            }
            Tag::Acted(server, channel) => {
                let result = reason.map_or(RESULT_INVALID, |reason| reason.as_str_name());
                self.acted(*server, channel, result);
            }
        }
    }

    /// When to call [`time`](Self::time), if nothing happens before.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        let away = self.servers.iter().filter(|server| !server.known);
        let given_up = away.filter_map(|server| Some(server.away_since_ms? + SERVER_GONE_MS));
        let look = self.looks.first_key_value().map(|((at_ms, _), _)| *at_ms);
        given_up
            .chain(self.phones.next_deadline_ms())
            .chain(look)
            .min()
    }

    /// Time has passed.
    pub fn time(&mut self, now_ms: i64) {
        for server in 0..self.servers.len() {
            let away = self.servers[server].away_since_ms;
            if away.is_some_and(|since| now_ms - since >= SERVER_GONE_MS)
                && !self.servers[server].known
            {
                self.give_up(server, now_ms);
            }
        }
        while let Some(due) = self.looks.first_entry().filter(|due| due.key().0 <= now_ms) {
            let ((_, offer), contact) = due.remove_entry();
            self.with_call(&contact, now_ms, |call, around| call.look_at(offer, around));
        }
        self.tell_busy(now_ms);
    }

    /// A channel is ours: somebody came, or somebody we called answered.
    fn started(&mut self, server: ServerNo, args: &[String], channel: &Channel, now_ms: i64) {
        match self.owners.get(&(server, channel.id.clone())) {
            Some(Owner::Call(contact)) => {
                let contact = contact.clone();
                return self.with_call(&contact, now_ms, |call, around| {
                    call.up(&channel.id, around)
                });
            }
            Some(Owner::Line) => return self.lines.up(&channel.id),
            Some(Owner::Acting(_)) => return,
            None => {}
        }
        if self.servers[server].ids.made(&channel.id).is_some() {
            // Its call is over: it answered as it was hung up.
            return self.hang_up(server, &channel.id);
        }
        match arrival::read(args, channel, &self.options) {
            Ok(Handed::Caller(caller)) => self.came(server, *caller, channel, now_ms),
            Ok(Handed::Agent(act)) => self.act(server, act, channel),
            Err(problem) => {
                tracing::warn!(
                    server = self.servers[server].name,
                    channel = channel.id,
                    problem,
                    "Stasis() cannot be read"
                );
                self.send_on(server, &channel.id, RESULT_INVALID);
            }
        }
    }

    /// A phone has sent its caller elsewhere by itself: another channel takes its place in the conversation.
    fn replaced(&mut self, server: ServerNo, replaced: &str, by: &Channel, now_ms: i64) {
        match self.owners.remove(&(server, replaced.to_owned())) {
            Some(Owner::Call(contact)) => {
                self.lines.remove(replaced);
                let key = (server, by.id.clone());
                self.owners.insert(key, Owner::Call(contact.clone()));
                self.with_call(&contact, now_ms, |call, around| {
                    call.replaced(replaced, &by.id, around);
                });
            }
            // Of no call of ours: whoever it is has nobody to talk with.
            _ => self.hang_up(server, &by.id),
        }
    }

    fn came(&mut self, server: ServerNo, caller: Caller, channel: &Channel, now_ms: i64) {
        let fallback_ms = i64::from(self.options.engine.fallback_after_s) * 1_000;
        if self
            .engine_away_since_ms
            .is_some_and(|since| now_ms - since >= fallback_ms)
        {
            return self.send_on(server, &channel.id, RESULT_AWAY);
        }
        let contact: Arc<str> = format!("{}-{}", self.servers[server].name, channel.id).into();
        self.enter(server, contact, caller, channel, now_ms);
    }

    fn enter(
        &mut self,
        server: ServerNo,
        contact: Arc<str>,
        caller: Caller,
        channel: &Channel,
        now_ms: i64,
    ) {
        let mut arrived = caller.arrived;
        arrived.contact_id = contact.to_string();
        self.owners
            .insert((server, channel.id.clone()), Owner::Call(contact.clone()));
        let call = Call::new(server, contact.clone(), arrived, now_ms, caller.answer);
        self.calls.insert(contact.clone(), call);
        let customer = Customer::at(&channel.id, channel.is_up(), Place::Nowhere);
        self.with_call(&contact, now_ms, |call, around| {
            call.arrive(customer, around)
        });
    }

    /// The engine does not take the caller: they go on in the dialplan. Who has been here before comes as a new contact.
    fn turn_away(&mut self, contact: &Arc<str>, reason: Option<ErrorReason>, now_ms: i64) {
        self.with_call(contact, now_ms, |call, around| call.only_customer(around));
        let Some(call) = self.calls.get_mut(contact) else {
            return;
        };
        let Some(customer) = call.customer.clone().filter(|_| call.leaves_by().is_none()) else {
            return;
        };
        let server = call.server;
        call.ended = true;
        if customer.called {
            return self.hang_up(server, &customer.channel);
        }
        if reason == Some(ErrorReason::ContactEnded)
            && let Some(again) = entered_again(contact)
        {
            let mut call = self.calls.remove(contact).expect("it was there");
            self.remember_over(contact.clone());
            let again: Arc<str> = again.into();
            call.ended = false;
            call.contact = again.clone();
            call.arrived.contact_id = again.to_string();
            self.owners
                .insert((server, customer.channel), Owner::Call(again.clone()));
            self.calls.insert(again.clone(), call);
            return self.with_call(&again, now_ms, |call, around| {
                call.name_channel(around);
                around.tell(call.arrived.clone());
                call.settle(around);
            });
        }
        let reason = reason.map_or(RESULT_INVALID, |reason| reason.as_str_name());
        self.send_on(server, &customer.channel, reason);
    }

    /// A channel goes on in the dialplan, with the result in a variable.
    fn send_on(&mut self, server: ServerNo, channel: &str, result: &str) {
        let result = Request::SetVariable {
            channel: channel.to_owned(),
            name: RESULT_VARIABLE.to_owned(),
            value: result
                .strip_prefix("ERROR_REASON_")
                .unwrap_or(result)
                .into(),
        };
        self.ask(server, channel, result);
        let go_on = Request::Continue {
            channel: channel.to_owned(),
            to: None,
        };
        self.ask(server, channel, go_on);
    }

    fn hang_up(&mut self, server: ServerNo, channel: &str) {
        let request = Request::HangUp {
            channel: channel.to_owned(),
            cause: cause::NORMAL,
        };
        self.ask(server, channel, request);
    }

    /// A request for whose answer nobody waits.
    fn ask(&mut self, server: ServerNo, thing: &str, request: Request) {
        self.ask_for(server, thing, Purpose::Nothing, request);
    }

    /// A request that is about no call.
    fn ask_for(&mut self, server: ServerNo, thing: &str, purpose: Purpose, request: Request) {
        self.outputs.push_back(Output::Request {
            server,
            lane: Lane::Thing(thing.to_owned()),
            ticket: Ticket {
                call: None,
                purpose,
            },
            request,
        });
    }

    /// A channel is gone.
    fn gone(&mut self, server: ServerNo, channel: &str, cause: u16, now_ms: i64) {
        self.lines.remove(channel);
        if let Some(Owner::Call(contact)) = self.owners.remove(&(server, channel.to_owned())) {
            if let Some(leg) = self
                .calls
                .get(&contact)
                .and_then(|call| call.leg_of(channel))
            {
                self.phones.look_again(&leg.agent, now_ms);
            }
            self.with_call(&contact, now_ms, |call, around| {
                call.gone(channel, cause, around)
            });
        }
    }

    /// A recording is complete: a conversation's, or a message.
    fn recorded(
        &mut self,
        server: ServerNo,
        recording: &crate::ari::event::Recording,
        now_ms: i64,
    ) {
        let Some(contact) = self.servers[server]
            .ids
            .contact_of_recording(&recording.name)
        else {
            return;
        };
        let is_message = self
            .calls
            .get(contact.as_str())
            .is_some_and(Call::leaves_message);
        let location = self
            .options
            .recording
            .location
            .replace("{server}", &self.servers[server].name);
        let location = location
            .replace("{name}", &recording.name)
            .replace("{format}", &recording.format);
        let reference = v1::Reference {
            kind: if is_message { "voicemail" } else { "recording" }.to_owned(),
            location: Some(location.into()),
        };
        self.outputs.push_back(Output::Event {
            tag: Tag::Nothing,
            event: Told::from(v1::ReferenceAdded {
                contact_id: contact.clone(),
                reference: Some(reference),
            }),
        });
        if is_message {
            self.with_call(&contact, now_ms, |call, around| {
                call.hang_customer_up(around)
            });
        }
    }

    /// The server that a directive is for: that of the call, of the contact it comes from, or for a customer who is to be
    /// called the first that can.
    fn server_of(&self, directive: &v1::Directive) -> Option<ServerNo> {
        let contact = directive.contact_id.as_str();
        let of = match directive.consult_of_contact_id.as_str() {
            "" => self.consults.get(contact).map_or(contact, |of| of),
            of => of,
        };
        if let Some(call) = self.calls.get(of) {
            return Some(call.server);
        }
        let by_name = |server: &Server| {
            of.strip_prefix(server.name.as_str())
                .is_some_and(|rest| rest.starts_with('-'))
        };
        let named = self.servers.iter().position(by_name);
        let can_call = |server: &Server| {
            self.options.servers[&server.name]
                .outside_endpoint
                .is_some()
        };
        match named {
            // Its calls are not known yet: it may be one of them.
            Some(server) if begins_call(directive) || !self.servers[server].known => Some(server),
            _ if begins_call(directive) => self.servers.iter().position(can_call).or(Some(0)),
            _ => None,
        }
    }

    fn is_away(&self, server: ServerNo) -> bool {
        !self.servers[server].known
    }

    fn with_owner(
        &mut self,
        server: ServerNo,
        channel: &str,
        now_ms: i64,
        act: impl FnOnce(&mut Call, &mut Around),
    ) {
        if let Some(Owner::Call(contact)) = self.owners.get(&(server, channel.to_owned())) {
            let contact = contact.clone();
            self.with_call(&contact, now_ms, act);
        }
    }

    /// Lets something happen to a call, and hands on what comes of it.
    fn with_call(&mut self, contact: &str, now_ms: i64, act: impl FnOnce(&mut Call, &mut Around)) {
        let Some((key, mut call)) = self.calls.remove_entry(contact) else {
            return;
        };
        let server = call.server;
        let mut out = std::mem::take(&mut self.out);
        let mut around = Around {
            options: &self.options,
            server: &self.servers[server].name,
            ids: &self.servers[server].ids,
            can_wait: self.servers[server].can_wait,
            now_ms,
            out: &mut out,
        };
        act(&mut call, &mut around);
        for out in out.drain(..) {
            self.hand_on(server, &key, out);
        }
        self.out = out;
        if call.is_over() {
            self.forget(server, &call);
        } else {
            self.calls.insert(key, call);
        }
    }

    fn hand_on(&mut self, server: ServerNo, call: &Arc<str>, out: Out) {
        match out {
            Out::Request {
                lane,
                purpose,
                request,
            } => {
                if let Some(channel) = purpose.makes() {
                    self.asked_for.insert((server, channel.to_owned()));
                }
                self.outputs.push_back(Output::Request {
                    server,
                    lane,
                    ticket: Ticket {
                        call: Some(call.clone()),
                        purpose,
                    },
                    request,
                });
            }
            Out::Event(event) => {
                if let Told::ConnectFailed(failed) = &event {
                    remember(&mut self.failed, failed.offer_id);
                }
                let tag = tag(call, &event);
                self.outputs.push_back(Output::Event { tag, event });
            }
            Out::Acknowledge(directive) => self.outputs.push_back(Output::Acknowledge(directive)),
            Out::Owns(channel) => {
                self.owners
                    .insert((server, channel), Owner::Call(call.clone()));
            }
            Out::LetsGo(channel) => {
                self.owners.remove(&(server, channel));
            }
            Out::LookAt(at_ms, offer) => {
                self.looks.insert((at_ms, offer), call.clone());
            }
            Out::LineFree(channel) => {
                self.lines.give_back(&channel);
                self.owners.insert((server, channel), Owner::Line);
            }
        }
    }

    fn remember_over(&mut self, contact: Arc<str>) {
        remember(&mut self.over, contact);
    }

    /// Nothing is left of a call.
    fn forget(&mut self, server: ServerNo, call: &Call) {
        if call.ended {
            self.remember_over(call.contact.clone());
        }
        self.consults.retain(|_, of| *of != call.contact);
        if call.bridged {
            let bridge = self.servers[server].ids.talk(&call.contact);
            self.outputs.push_back(Output::Request {
                server,
                lane: Lane::Contact(call.contact.clone()),
                ticket: Ticket {
                    call: None,
                    purpose: Purpose::Nothing,
                },
                request: Request::DestroyBridge { bridge },
            });
        }
    }
}

fn remember<T>(newest: &mut VecDeque<T>, one: T) {
    if newest.len() >= OVER_MAX {
        newest.pop_front();
    }
    newest.push_back(one);
}

/// What the receipt of an event is for.
fn tag(call: &Arc<str>, event: &Told) -> Tag {
    match event {
        Told::ContactArrived(_) => Tag::Arrived(call.clone()),
        Told::PhoneAnswered(v1::PhoneAnswered { offer_id, .. })
        | Told::ContactConnected(v1::ContactConnected { offer_id, .. }) => {
            Tag::Offer(call.clone(), *offer_id)
        }
        _ => Tag::Nothing,
    }
}

/// Whether a directive makes sense for a contact of which there is nothing yet: one that is to be called, or a
/// consultation.
fn begins_call(directive: &v1::Directive) -> bool {
    offer_begun(directive).is_some()
}

/// The offer for which somebody is to be called or connected.
fn offer_begun(directive: &v1::Directive) -> Option<u64> {
    use v1::directive::Instruction;
    match directive.instruction.as_ref()? {
        Instruction::Ring(ring) => Some(ring.offer_id),
        Instruction::Connect(connect) => Some(connect.offer_id),
        Instruction::Dial(dial) => Some(dial.offer_id),
        _ => None,
    }
}

/// The agent whose phone is to be connected.
fn wanted_agent(directive: &v1::Directive) -> Option<&str> {
    use v1::directive::Instruction;
    match directive.instruction.as_ref()? {
        Instruction::Ring(ring) => Some(&ring.agent),
        Instruction::Connect(connect) => Some(&connect.agent),
        Instruction::Dial(dial) => Some(&dial.agent),
        _ => None,
    }
}

/// The id of a contact whose channel has been here before: `pbx-17.3`, `pbx-17.3+2`, `pbx-17.3+3`.
fn entered_again(contact: &str) -> Option<String> {
    let (first, n) = match contact.rsplit_once('+') {
        Some((first, n)) => (first, n.parse().unwrap_or(1)),
        None => (contact, 1_u32),
    };
    (n < ENTRIES_MAX).then(|| format!("{first}+{}", n + 1))
}
