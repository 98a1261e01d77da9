//! Whatever happens in whatever order: nothing is left over, nobody hears what they must not, and all that is promised is
//! kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use acd_client::v1::{self, ErrorReason, event::Event as Told};
use proptest::prelude::*;

use super::super::{Held, Output, Switchboard, Tag};
use super::notation::{directive, options, shown};
use super::pbx::Pbx;
use crate::ari::{Event, Snapshot};

/// Where a contact stands at the engine.
#[derive(Clone, Debug, PartialEq)]
enum At {
    Waits,
    /// These offers ring.
    Rings(BTreeSet<u64>),
    Connects(u64),
    Talks(u64),
    Over,
}

/// A contact as the engine has it.
#[derive(Clone, Debug)]
struct Contact {
    at: At,
    /// Whose consultation it is.
    of: Option<String>,
    consult: Option<String>,
    joined: bool,
    held: bool,
    records: bool,
}

impl Contact {
    fn new(of: Option<String>) -> Self {
        Self {
            at: At::Waits,
            of,
            consult: None,
            joined: false,
            held: false,
            records: false,
        }
    }
}

/// A small engine: what it wants makes sense in the order in which it is told.
#[derive(Debug, Default)]
struct Engine {
    contacts: BTreeMap<String, Contact>,
    /// Directives on their way.
    wants: VecDeque<v1::Directive>,
    /// Directives that are not done.
    open: BTreeMap<u64, v1::Directive>,
    directives: u64,
    offers: u64,
    /// Offers whose agents must not be heard by a customer.
    private: BTreeSet<u64>,
}

impl Engine {
    fn want(&mut self, contact: &str, what: &str) {
        self.directives += 1;
        let of = self.contacts.get(contact).and_then(|it| it.of.clone());
        let of = of.map(|of| format!("<{of}")).unwrap_or_default();
        let directive = directive(&format!("{} {contact}{of} {what}", self.directives));
        self.open.insert(self.directives, directive.clone());
        self.wants.push_back(directive);
    }

    fn set(&mut self, contact: &str, at: At) {
        if let Some(contact) = self.contacts.get_mut(contact) {
            contact.at = at;
        }
    }

    fn offer(&mut self, contact: &str) -> u64 {
        self.offers += 1;
        if self.contacts[contact].of.is_some() {
            self.private.insert(self.offers);
        }
        self.offers
    }

    /// What was begun for a contact is off.
    fn call_off(&mut self, contact: &str) {
        match self.contacts[contact].at.clone() {
            At::Rings(offers) => {
                for offer in offers {
                    self.want(contact, &format!("cancel_ring {offer}"));
                }
            }
            At::Connects(offer) => self.want(contact, &format!("cancel_connect {offer}")),
            At::Waits | At::Talks(_) | At::Over => {}
        }
    }

    /// A contact ends by our decision.
    fn end(&mut self, contact: &str, how: &str) {
        self.call_off(contact);
        self.over(contact);
        self.want(contact, how);
    }

    /// A contact has ended, and with it its consultation.
    fn over(&mut self, contact: &str) {
        self.set(contact, At::Over);
        self.drop_consult(contact);
        if let Some(of) = self.contacts[contact].of.clone() {
            let owner = self.contacts.get_mut(&of).expect("whose it is");
            owner.consult.take_if(|consult| consult == contact);
        }
    }

    fn drop_consult(&mut self, contact: &str) {
        let owner = self.contacts.get_mut(contact).expect("it is there");
        owner.joined = false;
        if let Some(consult) = owner.consult.take() {
            self.end(&consult, "release");
        }
    }

    fn hand_over(&mut self, contact: &str) {
        let owner = self.contacts.get_mut(contact).expect("it is there");
        let Some(consult) = owner.consult.take() else {
            return;
        };
        (owner.held, owner.joined) = (false, false);
        let At::Talks(offer) = self.contacts[&consult].at else {
            panic!("nobody is there to whom to hand over");
        };
        self.private.remove(&offer);
        self.set(contact, At::Talks(offer));
        self.want(contact, &format!("bridge a{offer}"));
        self.end(&consult, "release");
    }

    /// What an event comes to.
    fn hear(&mut self, event: &Told) -> Result<(), ErrorReason> {
        match event {
            Told::ContactArrived(it) => match self.contacts.get(&it.contact_id) {
                Some(contact) if contact.at == At::Over => return Err(ErrorReason::ContactEnded),
                Some(_) => {}
                None if it.contact_id.ends_with('7') => return Err(ErrorReason::QueueFull),
                None => {
                    let contact = Contact::new(None);
                    self.contacts.insert(it.contact_id.clone(), contact);
                }
            },
            Told::ContactEnded(it) if self.contacts.contains_key(&it.contact_id) => {
                self.over(&it.contact_id);
            }
            Told::PhoneAnswered(it) => match self.contacts.get(&it.contact_id).map(|it| &it.at) {
                Some(At::Rings(offers)) if offers.contains(&it.offer_id) => {
                    self.accept(&it.contact_id, it.offer_id);
                }
                _ => return Err(ErrorReason::OfferNotPending),
            },
            Told::ContactConnected(it) => {
                match self.contacts.get(&it.contact_id).map(|it| &it.at) {
                    Some(At::Connects(offer)) if *offer == it.offer_id => {
                        self.set(&it.contact_id, At::Talks(it.offer_id));
                    }
                    Some(At::Talks(offer)) if *offer == it.offer_id => {}
                    _ => return Err(ErrorReason::OfferNotAccepted),
                }
            }
            Told::ConnectFailed(it) => {
                let at = self.contacts.get(&it.contact_id).map(|it| it.at.clone());
                match at {
                    Some(At::Rings(mut offers)) if offers.contains(&it.offer_id) => {
                        offers.remove(&it.offer_id);
                        let none = offers.is_empty();
                        self.set(
                            &it.contact_id,
                            if none { At::Waits } else { At::Rings(offers) },
                        );
                    }
                    Some(At::Connects(offer)) if offer == it.offer_id => {
                        self.set(&it.contact_id, At::Waits);
                    }
                    _ => return Err(ErrorReason::OfferNotAccepted),
                }
                if self.contacts[&it.contact_id].of.is_some()
                    && self.contacts[&it.contact_id].at == At::Waits
                {
                    self.end(&it.contact_id, "release");
                }
            }
            Told::AgentLeft(it) => {
                let at = self.contacts.get(&it.contact_id).map(|it| it.at.clone());
                if at != Some(At::Talks(it.offer_id)) {
                    return Err(ErrorReason::HandlingState);
                }
                match self.contacts[&it.contact_id].joined {
                    true => self.hand_over(&it.contact_id),
                    false => self.end(&it.contact_id, "release"),
                }
            }
            Told::ExitChosen(it) => self.wait_ends(&it.contact_id, "route 99")?,
            Told::CallbackRequested(it) => {
                self.wait_ends(&it.contact_id, "release")?;
                let contact = Contact::new(None);
                self.contacts
                    .insert(format!("{}~callback", it.contact_id), contact);
            }
            _ => {}
        }
        Ok(())
    }

    fn wait_ends(&mut self, contact: &str, how: &str) -> Result<(), ErrorReason> {
        if self.contacts.get(contact).map(|it| &it.at) != Some(&At::Waits) {
            return Err(ErrorReason::ContactNotWaiting);
        }
        self.end(contact, how);
        Ok(())
    }

    /// An agent has it, and the others do not.
    fn accept(&mut self, contact: &str, offer: u64) {
        if let At::Rings(offers) = self.contacts[contact].at.clone() {
            for other in offers.into_iter().filter(|other| *other != offer) {
                self.want(contact, &format!("cancel_ring {other}"));
            }
        }
        self.set(contact, At::Connects(offer));
        self.want(contact, &format!("connect {offer} a{offer} 20s"));
    }

    /// Something is decided about a contact.
    fn decide(&mut self, nth: usize, what: usize) {
        let open = self.contacts.iter().filter(|(_, it)| it.at != At::Over);
        let open: Vec<String> = open.map(|(id, _)| id.clone()).collect();
        let Some(id) = open.get(nth % open.len().max(1)) else {
            return;
        };
        let contact = self.contacts[id].clone();
        let pick = |choices: &[&str]| choices[what % choices.len()].to_owned();
        match contact.at {
            At::Waits if id.ends_with("~callback") => {
                let offer = self.offer(id);
                self.set(id, At::Connects(offer));
                let first = pick(&["", " customer-first"]);
                self.want(id, &format!("dial {offer} a{offer} 20s 4711{first}"));
            }
            At::Waits => match what % 16 {
                0..7 => self.rings(id, 1 + what % 2),
                7..11 => {
                    let offer = self.offer(id);
                    self.accept(id, offer);
                }
                11..15 => {
                    let what = pick(&[
                        "announce position 3",
                        "announce music jazz",
                        "announce greeting hello",
                    ]);
                    self.want(id, &what);
                }
                _ => {
                    let how = pick(&["route 99", "voicemail", "release", "release sorry"]);
                    self.end(id, &how);
                }
            },
            At::Rings(mut offers) => {
                let offer = *offers.iter().nth(what % offers.len()).expect("one rings");
                match what % 8 {
                    0 => return self.accept(id, offer),
                    1 => {}
                    _ => return,
                }
                offers.remove(&offer);
                self.want(id, &format!("cancel_ring {offer}"));
                self.set(
                    id,
                    if offers.is_empty() {
                        At::Waits
                    } else {
                        At::Rings(offers)
                    },
                );
            }
            At::Connects(_) if !what.is_multiple_of(8) => {}
            At::Connects(_) => {
                self.call_off(id);
                self.set(id, At::Waits);
            }
            At::Talks(offer) if contact.of.is_none() => self.talk(id, &contact, offer, what),
            At::Talks(_) => self.want(id, &pick(&["hold", "resume"])),
            At::Over => {}
        }
    }

    /// Something is decided about the conversation that comes first.
    fn decide_first(&mut self, what: usize) {
        let mut talks = self
            .contacts
            .iter()
            .filter(|(_, it)| matches!(it.at, At::Talks(_)) && it.of.is_none());
        if let Some((id, contact)) = talks.next().map(|(id, it)| (id.clone(), it.clone()))
            && let At::Talks(offer) = contact.at
        {
            self.talk(&id, &contact, offer, what);
        }
    }

    fn rings(&mut self, id: &str, how_many: usize) {
        let mut offers = BTreeSet::new();
        for _ in 0..how_many {
            let offer = self.offer(id);
            offers.insert(offer);
            self.want(id, &format!("ring {offer} a{offer} 20s"));
        }
        self.set(id, At::Rings(offers));
    }

    fn talk(&mut self, id: &str, contact: &Contact, offer: u64, what: usize) {
        let asked = contact
            .consult
            .clone()
            .filter(|consult| matches!(self.contacts[consult].at, At::Talks(_)));
        let change = |engine: &mut Self, change: &dyn Fn(&mut Contact)| {
            change(engine.contacts.get_mut(id).expect("it is there"));
        };
        match what % 12 {
            0 if contact.consult.is_none() || contact.joined => {
                change(self, &|it| it.held = !it.held);
                self.want(id, if contact.held { "resume" } else { "hold" });
            }
            1 => {
                let how = ["ON", "PAUSED", "OFF"][what / 12 % 3];
                change(self, &|it| it.records = how == "ON");
                self.want(id, &format!("record {how}"));
            }
            2 => {
                let how = ["LISTEN", "WHISPER", "BARGE"][what / 12 % 3];
                self.want(id, &format!("monitor {how} boss"));
            }
            3 => self.want(id, "conference outside 4712"),
            4..7 if contact.consult.is_none() => {
                if !contact.held {
                    change(self, &|it| it.held = true);
                    self.want(id, "hold");
                }
                let consult = format!("{id}~{}", self.directives);
                change(self, &|it| it.consult = Some(consult.clone()));
                let asked = Contact::new(Some(id.to_owned()));
                self.contacts.insert(consult.clone(), asked);
                if what.is_multiple_of(2) {
                    return self.rings(&consult, 1);
                }
                let offer = self.offer(&consult);
                self.accept(&consult, offer);
            }
            0 | 4 | 5 if asked.is_some() => self.hand_over(id),
            6 | 7 => {
                if let Some(consult) = asked.filter(|_| !contact.joined) {
                    if let At::Talks(offer) = self.contacts[&consult].at {
                        self.private.remove(&offer);
                    }
                    self.want(id, "resume");
                    self.want(id, &format!("conference consult {consult}"));
                    change(self, &|it| (it.joined, it.held) = (true, false));
                }
            }
            8 | 9 if contact.consult.is_some() => {
                self.drop_consult(id);
                change(self, &|it| it.held = false);
                self.want(id, "resume");
            }
            10 => {
                self.drop_consult(id);
                self.want(id, &format!("cancel_connect {offer}"));
                change(self, &|it| (it.at, it.held) = (At::Waits, false));
            }
            11 => self.end(id, "release"),
            _ => {}
        }
    }

    /// All that the adapter holds.
    fn reconcile(&mut self, list: &v1::LiveList) -> Vec<v1::LiveRefusal> {
        let named: BTreeMap<&str, &str> = list
            .contacts
            .iter()
            .map(|live| {
                (
                    live.contact
                        .as_ref()
                        .expect("a contact")
                        .contact_id
                        .as_str(),
                    live.agent.as_str(),
                )
            })
            .collect();
        let lost = self.contacts.iter().filter(|(id, it)| {
            it.at != At::Over && !named.contains_key(id.as_str()) && !id.ends_with("~callback")
        });
        for id in lost.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            if self.contacts[&id].at != At::Over {
                self.over(&id);
            }
        }
        let mut refusals = Vec::new();
        for (id, agent) in named {
            let talks = agent
                .strip_prefix('a')
                .map(|offer| At::Talks(offer.parse().expect("an offer")));
            match self.contacts.get_mut(id) {
                Some(contact) if contact.at == At::Over => refusals.push(v1::LiveRefusal {
                    entry: Some(v1::live_refusal::Entry::ContactId(id.to_owned())),
                    reason: ErrorReason::ContactEnded.into(),
                    ..v1::LiveRefusal::default()
                }),
                Some(contact) => contact.at = talks.unwrap_or_else(|| contact.at.clone()),
                None => {
                    let at = talks.unwrap_or(At::Waits);
                    self.contacts.insert(
                        id.to_owned(),
                        Contact {
                            at,
                            ..Contact::new(None)
                        },
                    );
                }
            }
        }
        refusals
    }
}

/// All three, and what is on its way between them.
struct World {
    board: Switchboard,
    pbx: Pbx,
    engine: Engine,
    heard: VecDeque<(Tag, Told)>,
    receipts: VecDeque<(Tag, Result<(), ErrorReason>)>,
    snapshot: Option<Snapshot>,
    listed: bool,
    now_ms: i64,
    callers: u32,
    ended: BTreeSet<String>,
    /// All that came and went, for a failure.
    log: Vec<String>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            board: Switchboard::new(Arc::new(options()), 1_000),
            pbx: Pbx::default(),
            engine: Engine::default(),
            heard: VecDeque::new(),
            receipts: VecDeque::new(),
            snapshot: None,
            listed: false,
            now_ms: 1_000,
            callers: 0,
            ended: BTreeSet::new(),
            log: Vec::new(),
        };
        world.connect();
        world.connect();
        world
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        let line = what();
        self.log.push(line);
    }

    /// The websocket is there, and a little later what Asterisk holds has been read.
    fn connect(&mut self) {
        if self.pbx.said.is_none() {
            self.pbx.said = Some(VecDeque::new());
            return;
        }
        if self.snapshot.is_none() {
            let snapshot = self.pbx.snapshot();
            self.note(|| format!("pbx > back {snapshot:?}"));
            self.board.server_back(0, &snapshot, self.now_ms);
            self.board.server_back(1, &Snapshot::default(), self.now_ms);
            self.snapshot = Some(snapshot);
            self.put_out();
        }
        if !self.listed && self.board.is_known() {
            self.listed = true;
            let list = self.board.live_list();
            // What was told before is heard before.
            while self.hear() {}
            // So is what was wanted before it was answered.
            let refusals = self.engine.reconcile(&list);
            while self.engine_wants() {}
            for refusal in refusals {
                self.board.not_taken(&refusal, self.now_ms);
            }
            self.put_out();
        }
    }

    fn disconnect(&mut self) {
        self.note(|| "pbx > away".to_owned());
        self.pbx.said = None;
        self.snapshot = None;
        self.board.server_away(0, self.now_ms);
    }

    /// The adapter is killed, and started again.
    fn anew(&mut self) {
        self.note(|| "the adapter starts anew".to_owned());
        self.now_ms += 1;
        self.board = Switchboard::new(Arc::new(options()), self.now_ms);
        self.pbx.forget_asked();
        self.heard.clear();
        // A second report, of who was told by the adapter before, changes nothing.
        self.ended.clear();
        self.receipts.clear();
        self.snapshot = None;
        self.listed = false;
        self.engine.wants = self.engine.open.values().cloned().collect();
    }

    fn put_out(&mut self) {
        while let Some(output) = self.board.next_output() {
            let line = shown(&output);
            self.note(|| format!("    {line}"));
            match output {
                Output::Request {
                    server: 0,
                    lane,
                    ticket,
                    request,
                } => self.pbx.push(lane, ticket, request),
                Output::Request { .. } => {}
                Output::Event { tag, event } => {
                    self.check_told(&event);
                    self.heard.push_back((tag, event));
                }
                Output::Acknowledge(id) => self.check_done(id),
            }
        }
    }

    fn check_told(&mut self, event: &Told) {
        match event {
            Told::ContactEnded(it) => {
                assert!(
                    self.ended.insert(it.contact_id.clone()),
                    "{} ended twice",
                    it.contact_id
                );
            }
            Told::ContactConnected(it) => {
                let leg = format!("acd-leg-{}", it.offer_id);
                let is_consult = self
                    .engine
                    .contacts
                    .get(&it.contact_id)
                    .is_some_and(|it| it.of.is_some());
                if self.pbx.lines.contains_key(&leg) && !is_consult {
                    let room = self
                        .pbx
                        .rooms
                        .values()
                        .find(|room| room.channels.contains(&leg));
                    let room = room.unwrap_or_else(|| panic!("{leg} is connected and alone"));
                    let customer = self
                        .customers()
                        .into_iter()
                        .find(|(_, of)| *of == it.contact_id);
                    assert!(
                        customer.is_none_or(|(customer, _)| room.channels.contains(&customer)),
                        "{leg} is connected without the customer"
                    );
                }
            }
            _ => {}
        }
    }

    fn check_done(&mut self, id: u64) {
        use v1::directive::Instruction;
        let directive = self
            .engine
            .open
            .remove(&id)
            .unwrap_or_else(|| panic!("{id} is done twice"));
        let leaves = matches!(
            directive.instruction,
            Some(Instruction::Route(_) | Instruction::Release(_) | Instruction::Voicemail(_))
        );
        // A server that was given up is out of reach.
        if leaves && self.snapshot.is_some() && !self.ended.contains(&directive.contact_id) {
            let still = self
                .customers()
                .into_iter()
                .find(|(_, of)| *of == directive.contact_id);
            assert_eq!(
                still, None,
                "directive {id} is done, and they are still there"
            );
        }
    }

    /// The channels of customers, and their contacts.
    fn customers(&self) -> Vec<(String, String)> {
        let lines = self.pbx.lines.iter().filter(|(_, line)| line.in_stasis);
        let customers = lines.filter(|(id, _)| is_customer(id));
        customers
            .map(|(id, line)| {
                let named = line.carried.contact.clone();
                (
                    id.clone(),
                    if named.is_empty() {
                        format!("pbx-{id}")
                    } else {
                        named
                    },
                )
            })
            .collect()
    }

    fn check_rooms(&self) {
        for (name, room) in self
            .pbx
            .rooms
            .iter()
            .filter(|(name, _)| *name != "acd-wait")
        {
            let customers = room.channels.iter().filter(|id| is_customer(id)).count();
            assert!(customers <= 1, "{customers} customers are in {name}");
            for id in &room.channels {
                let offer = id
                    .strip_prefix("acd-leg-")
                    .and_then(|offer| offer.parse().ok());
                let is_private =
                    offer.is_some_and(|offer: u64| self.engine.private.contains(&offer));
                assert!(
                    !is_private || customers == 0,
                    "{id} is private, and a customer is in {name}"
                );
            }
        }
    }

    /// When nothing is under way, who waits is where the music is.
    fn check_waiting(&self) {
        for (channel, contact) in self.customers() {
            let waits = self
                .engine
                .contacts
                .get(&contact)
                .is_some_and(|it| it.at == At::Waits);
            let hears = self.pbx.rooms["acd-wait"].channels.contains(&channel);
            let up = self.pbx.lines[&channel].state == "Up";
            assert!(!(waits && up) || hears, "{channel} waits nowhere");
        }
    }

    /// When nothing is under way, only what should be is recorded.
    fn check_recordings(&self) {
        for (name, room) in &self.pbx.rooms {
            if let Some((_, false)) = &room.recorded {
                let contact = name.strip_prefix("acd-talk-").expect("a conversation");
                let records = self
                    .engine
                    .contacts
                    .get(contact)
                    .is_some_and(|it| it.records);
                let customer = room.channels.iter().any(|id| is_customer(id));
                assert!(
                    records && customer,
                    "{name} is recorded: {records} {customer}"
                );
            }
        }
    }

    fn is_quiet(&self) -> bool {
        self.pbx.is_quiet()
            && self.engine.wants.is_empty()
            && self.heard.is_empty()
            && self.receipts.is_empty()
    }

    fn asterisk_says(&mut self) -> bool {
        if self.snapshot.is_none() {
            return false;
        }
        let Some(event) = self.pbx.said.as_mut().and_then(VecDeque::pop_front) else {
            return false;
        };
        self.note(|| format!("pbx > {event:?}"));
        self.board.event(0, event, self.now_ms);
        self.put_out();
        true
    }

    fn engine_wants(&mut self) -> bool {
        let Some(directive) = self.engine.wants.pop_front() else {
            return false;
        };
        self.note(|| {
            format!(
                "engine > {} {} {:?}",
                directive.directive_id, directive.contact_id, directive.instruction
            )
        });
        self.board.directive(directive, self.now_ms);
        self.put_out();
        true
    }

    /// The engine hears an event.
    fn hear(&mut self) -> bool {
        let Some((tag, event)) = self.heard.pop_front() else {
            return false;
        };
        let result = self.engine.hear(&event);
        self.receipts.push_back((tag, result));
        true
    }

    fn receipt(&mut self) -> bool {
        let Some((tag, result)) = self.receipts.pop_front() else {
            return false;
        };
        match result {
            Ok(()) => self.board.applied(&tag),
            Err(reason) => {
                self.note(|| format!("engine > refuses {tag:?} {reason:?}"));
                self.board.refused(&tag, Some(reason), self.now_ms);
            }
        }
        self.put_out();
        true
    }

    fn work(&mut self, nth: usize, fails: bool) {
        if let Some((ticket, done)) = self.pbx.work(nth, fails) {
            self.note(|| format!("pbx > {done} {ticket:?}"));
            self.board.answer(&ticket, done, self.now_ms);
            self.put_out();
        }
    }

    fn line(&self, nth: usize, is: impl Fn(&str, &super::pbx::Line) -> bool) -> Option<String> {
        let lines = self.pbx.lines.iter().filter(|(id, line)| is(id, line));
        let lines: Vec<_> = lines.map(|(id, _)| id.clone()).collect();
        lines.get(nth % lines.len().max(1)).cloned()
    }

    fn step(&mut self, what: u8, nth: usize) {
        match what % 64 {
            0..12 => self.work(nth, nth.is_multiple_of(16)),
            12..16 if self.snapshot.is_some() => self.flow(),
            16..26 => drop(self.asterisk_says()),
            26..34 => drop(self.engine_wants()),
            34..40 => drop(self.hear()),
            40..43 => drop(self.receipt()),
            43..45 if self.callers < 3 && self.pbx.said.is_some() => {
                self.callers += 1;
                let (id, up) = (format!("c{}", self.callers), !nth.is_multiple_of(3));
                let args = if nth.is_multiple_of(2) {
                    "queue=q"
                } else {
                    "queue=q,answer=agent"
                };
                self.note(|| format!("# {id} calls"));
                self.pbx.call(&id, &format!("{args},customer=4711"), up);
            }
            45..49 => {
                if let Some(id) = self.line(nth, |_, line| line.ours && line.state != "Up") {
                    self.note(|| format!("# {id} rings or answers"));
                    self.pbx.answer(&id);
                }
            }
            49 => {
                if let Some(id) = self.line(nth, |_, line| line.ours && line.state != "Up") {
                    self.note(|| format!("# {id} refuses"));
                    self.pbx.end(&id, [17, 19, 21, 0][nth % 4]);
                }
            }
            50 => {
                if let Some(id) =
                    self.line(nth, |_, line| line.state == "Up" || line.state == "Ring")
                {
                    self.note(|| format!("# {id} hangs up"));
                    self.pbx.end(&id, 16);
                }
            }
            51 => {
                if let Some(id) = self.line(nth, |id, line| is_customer(id) && line.in_stasis) {
                    let digit = ["1", "9", "5"][nth % 3].to_owned();
                    self.pbx
                        .tells(&id, |channel| Event::ChannelDtmfReceived { channel, digit });
                }
            }
            52 => drop(self.pbx.media_ends(nth)),
            53..60 => self.engine.decide(nth, nth / 7),
            60 => self.engine.decide_first(nth / 7),
            61 if nth.is_multiple_of(3) && self.snapshot.is_some() => self.disconnect(),
            62 if nth.is_multiple_of(6) => self.anew(),
            63 => {
                let passes_ms = [1, 900, 5_000, 61_000][nth % 4];
                // No request takes so long.
                while passes_ms >= 5_000 && self.pbx.is_asked() {
                    self.work(nth, false);
                }
                self.now_ms += passes_ms;
                self.board.time(self.now_ms);
                self.put_out();
            }
            _ => self.connect(),
        }
        self.check_rooms();
        if self.is_quiet() && self.snapshot.is_some() {
            self.check_recordings();
            self.check_waiting();
        }
    }

    /// All that is under way, and plays, comes to its end.
    fn settle(&mut self) {
        self.connect();
        self.connect();
        self.flow();
        while self.pbx.media_ends(0) {
            self.flow();
        }
    }

    /// All that is under way comes to its end.
    fn flow(&mut self) {
        for nth in 0.. {
            assert!(nth < 10_000, "it never ends");
            if self.is_quiet() {
                return;
            }
            self.work(nth, false);
            let _ = self.asterisk_says() | self.engine_wants() | self.hear() | self.receipt();
            self.check_rooms();
        }
    }

    /// Everybody goes, or the engine ends all; nothing is left.
    fn finish(&mut self, by_engine: bool) {
        self.settle();
        self.check_recordings();
        for round in 0..8 {
            if by_engine && round == 0 {
                let open = self
                    .engine
                    .contacts
                    .iter()
                    .filter(|(_, it)| it.at != At::Over);
                for id in open.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
                    if self.engine.contacts[&id].at != At::Over {
                        self.engine.end(&id, "release");
                    }
                }
                self.settle();
                // Who is not the engine's any more, and who was called beside it.
                let left = self.line(0, |id, line| {
                    line.state == "Up" && !id.starts_with("acd-party") && is_known(&self.engine, id)
                });
                assert_eq!(left, None, "released and still there");
            }
            while let Some(id) = self.line(0, |_, _| true) {
                self.pbx.end(&id, 16);
                self.settle();
            }
            self.now_ms += 61_000;
            self.board.time(self.now_ms);
            self.put_out();
            self.settle();
            let callbacks = self
                .engine
                .contacts
                .iter()
                .filter(|(_, it)| it.at != At::Over);
            for id in callbacks.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
                assert!(id.ends_with("~callback"), "{id} never ended");
                self.engine.end(&id, "release");
            }
            self.settle();
        }
        let rooms: Vec<_> = self.pbx.rooms.keys().collect();
        assert_eq!(rooms, ["acd-wait"], "bridges are left");
        assert_eq!(self.board.held(), Held::default());
        assert!(
            self.engine.open.is_empty(),
            "not done: {:?}",
            self.engine.open.keys()
        );
    }
}

fn is_customer(id: &str) -> bool {
    id.starts_with('c') || id.starts_with("acd-out-")
}

/// Whether a caller is one whom the engine took, or an agent for one.
fn is_known(engine: &Engine, id: &str) -> bool {
    id.starts_with("acd-") || engine.contacts.contains_key(&format!("pbx-{id}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_left_whatever_happens(
        steps in proptest::collection::vec((any::<u8>(), 0..10_000_usize), 1..500),
        by_engine in any::<bool>(),
    ) {
        let mut world = World::new();
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for (what, nth) in steps {
                world.step(what, nth);
            }
            world.finish(by_engine);
        }));
        if let Err(why) = run {
            let why = why.downcast_ref::<String>().cloned();
            prop_assert!(false, "{}\n{}", world.log.join("\n"), why.unwrap_or_default());
        }
    }
}
