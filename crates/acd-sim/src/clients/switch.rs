//! A telephone exchange, or a gateway: it has contacts arrive, does what it is told, and hangs up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd_client::adapter::{Options, Receipt, Receipts, Status};
use acd_client::{AdapterSession, Error};
use acd_proto::v1::event::Event;
use acd_proto::v1::{
    self as pb, AgentActed, AskedBy, Attribute, CallbackRequested, ConnectFailed, ConnectFailure,
    ContactArrived, ContactChanged, ContactConnected, ContactEnded, ContactHeld, ContactResumed,
    Directive, EndCause, ErrorReason, ExitChosen, LiveAgent, LiveContact, LiveList,
    OutsideBusyChanged, Personal, PhoneAnswered, Score, ScoreReported, agent_acted,
    directive::Instruction,
};
use acd_shard::clock::TimeSource as _;
use tokio::time::{Instant, sleep_until};

use super::{Agenda, World, note_error, pause};
use crate::centre::{ADAPTERS, CHANNELS, CUSTOMERS, PHONE, QUEUES, TEAMS, TENANT, agent};
use crate::chance::Chance;
use crate::network::ClientNo;
use crate::plan::Fault;

/// How often it tells all that it holds in the calm.
const TELLS_ALL_EVERY: Duration = Duration::from_secs(30);

/// Why a whole session ends, and with it all events that were under way.
const ENDS: [ErrorReason; 5] = [
    ErrorReason::AdapterFenced,
    ErrorReason::SequenceGap,
    ErrorReason::UnknownAdapter,
    ErrorReason::UnknownTenant,
    ErrorReason::TenantDeleted,
];

/// An adapter.
pub(crate) struct Switch {
    world: World,
    client: ClientNo,
    name: &'static str,
    agents: usize,
    chance: Chance,
    /// The contacts it holds, by name.
    calls: BTreeMap<String, Call>,
    /// The offers of consultations that it is to connect, by the name of the consultation.
    consultations: BTreeMap<String, u64>,
    /// The directives that it has done and not acknowledged.
    done: Vec<u64>,
    agenda: Agenda<Act>,
    /// How many contacts it has had.
    arrived: u64,
    incarnation: u64,
    /// The directives that it was given in this session.
    directives: BTreeSet<u64>,
    /// How long it is between arrivals, at most.
    gap: Duration,
    /// How long customers wait, at most.
    patience: Duration,
    look_every: Duration,
}

/// How much there is to do.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// How long it is between arrivals, at most.
    pub(crate) gap: Duration,
    /// How long customers wait, at most.
    pub(crate) patience: Duration,
    /// How long it is between its looks at what there is to do: all of it is done at once.
    pub(crate) look_every: Duration,
}

/// A contact.
#[derive(Clone, Debug, Default)]
struct Call {
    arrival: ContactArrived,
    /// The offer that is to be connected.
    offer: Option<u64>,
    arrived_at_ms: i64,
}

/// What the switch does by itself.
#[derive(Clone, Debug)]
enum Act {
    Arrive,
    HangUp(String),
    Connect(String, u64),
    Answer(String, u64),
    Fail(String, u64, ConnectFailure),
    Say(Box<Event>),
    Crash,
}

/// How a session ended.
enum Over {
    /// The switch itself has crashed.
    Crashed,
    /// The session is over for this reason.
    Ended(Error),
}

impl Switch {
    pub(crate) fn new(
        world: World,
        client: ClientNo,
        number: usize,
        agents: usize,
        Pace {
            gap,
            patience,
            look_every,
        }: Pace,
    ) -> Self {
        Self {
            chance: Chance::of(world.seed, "switch", number),
            world,
            client,
            name: ADAPTERS[number],
            agents,
            calls: BTreeMap::new(),
            consultations: BTreeMap::new(),
            done: Vec::new(),
            agenda: Agenda::looked_at_every(look_every),
            arrived: 0,
            incarnation: 0,
            directives: BTreeSet::new(),
            gap,
            patience,
            look_every,
        }
    }

    /// Works for ever.
    pub(crate) async fn run(mut self) {
        self.agenda.add(Duration::ZERO, Act::Arrive);
        self.plan_crash();
        loop {
            self.incarnation += 1;
            self.directives.clear();
            let endpoint = self.world.endpoint(self.client, &mut self.chance);
            let options = Options {
                incarnation: Some(self.incarnation()),
                ..Options::new(TENANT, self.name)
            };
            let session = AdapterSession::start(&endpoint, options);
            match self.serve(session).await {
                Over::Crashed => {
                    self.world.told.count_fault();
                    self.forget_some();
                    let most = if self.chance.once_in(3) { 90 } else { 20 };
                    let length = self.chance.up_to(Duration::from_secs(most));
                    pause(length).await;
                }
                Over::Ended(error) => {
                    note_error(&self.world, "stream end", &error);
                    pause(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// The name of this run of it.
    fn incarnation(&self) -> String {
        format!("run-{}", self.incarnation)
    }

    /// One session, to its end.
    async fn serve(&mut self, mut session: AdapterSession) -> Over {
        let mut receipts = Receipts::default();
        let mut sequence = 0;
        let mut status = session.handle().status();
        let mut tell_all_at = Instant::now();
        // Some acknowledge what they have done only now and then.
        let done_most = if self.chance.once_in(4) { 60 } else { 1 };
        self.done.clear();
        loop {
            if self.done.len() >= done_most || self.world.told.is_calm() {
                let done = std::mem::take(&mut self.done);
                if !done.is_empty()
                    && let Err(error) = session.handle().acknowledge(done).await
                {
                    return Over::Ended(error);
                }
            }
            // In the calm all that others said in its name is made good, once nothing of its own is open.
            if self.world.told.is_calm() && self.calls.is_empty() && tell_all_at <= Instant::now() {
                tell_all_at = Instant::now() + TELLS_ALL_EVERY;
                let _ = session.handle().reconcile(LiveList::default()).await;
            }
            if matches!(
                &*status.borrow_and_update(),
                Status::Connected {
                    live_list_due: true,
                    ..
                }
            ) {
                let reconciled = session.handle().reconcile(self.live_list()).await;
                if let Err(error) = reconciled
                    && error.reason().is_none()
                {
                    return Over::Ended(error);
                }
            }
            let handle = session.handle().clone();
            let next_at = self
                .agenda
                .next_at()
                .min(tell_all_at.max(Instant::now() + Duration::from_secs(1)));
            tokio::select! {
                biased;
                directive = session.next_directive() => match directive {
                    Ok(directive) => {
                        self.done.push(directive.directive_id);
                        self.directed(directive);
                    }
                    Err(error) => return Over::Ended(error),
                },
                (sequence, receipt) = receipts.next() => self.settled(sequence, receipt),
                changed = status.changed() => {
                    if changed.is_err() {
                        return Over::Ended(Error::Closed);
                    }
                }
                () = sleep_until(next_at) => {
                    let Some(act) = self.agenda.take_due() else { continue };
                    if matches!(act, Act::Crash) {
                        if !self.world.told.is_calm() {
                            return Over::Crashed;
                        }
                        continue;
                    }
                    for event in self.act(act) {
                        sequence += 1;
                        match handle.submit(event).await {
                            Ok(submitted) => receipts.push(sequence, submitted),
                            Err(error) => return Over::Ended(error),
                        }
                    }
                }
            }
        }
    }

    /// An event is settled.
    fn settled(&self, sequence: u64, receipt: Result<Receipt, Error>) {
        let history = &self.world.history;
        let told = |was_refused| {
            let run = (self.name, &*self.incarnation());
            history.told_of_event(TENANT, run, sequence, was_refused);
        };
        match receipt {
            Ok(Receipt::Applied) => told(false),
            Ok(Receipt::Decided) => history.cover("receipt", "decided"),
            // The session is over, and nobody says what became of the event.
            Err(error) if ENDS.iter().any(|end| error.reason() == Some(*end)) => {}
            Err(error @ Error::Refused(_)) => {
                note_error(&self.world, "refusal", &error);
                told(true);
            }
            Err(_) => {}
        }
    }

    /// What is to be said of something it does by itself.
    fn act(&mut self, act: Act) -> Vec<Event> {
        match act {
            Act::Arrive => {
                let mut events = self.arrive();
                let mut gap = self.chance.up_to(self.gap);
                // Whoever comes before the next look comes with them.
                while gap < self.look_every {
                    events.extend(self.arrive());
                    gap += self.chance.up_to(self.gap);
                }
                self.agenda.add(gap, Act::Arrive);
                events
            }
            Act::HangUp(contact) => {
                let Some(_) = self.calls.remove(&contact) else {
                    return Vec::new();
                };
                vec![end(&contact, EndCause::Customer)]
            }
            Act::Connect(contact, offer) => match self.calls.get(&contact) {
                None if self.consultations.get(&contact) == Some(&offer) => {
                    vec![connected(contact, offer)]
                }
                Some(call) if call.offer == Some(offer) => {
                    let most = if self.chance.once_in(6) { 150 } else { 30 };
                    let talk = self.chance.up_to(Duration::from_secs(most));
                    self.agenda.add(talk, Act::HangUp(contact.clone()));
                    vec![connected(contact, offer)]
                }
                _ => Vec::new(),
            },
            Act::Answer(contact, offer) => vec![Event::PhoneAnswered(PhoneAnswered {
                contact_id: contact,
                offer_id: offer,
            })],
            Act::Fail(contact, offer, cause) => vec![Event::ConnectFailed(ConnectFailed {
                contact_id: contact,
                offer_id: offer,
                cause: cause.into(),
            })],
            Act::Say(event) => vec![*event],
            Act::Crash => Vec::new(),
        }
    }

    /// What a customer thinks, sometimes of more points than the scale has.
    fn score(&mut self, contact_id: String) -> ScoreReported {
        ScoreReported {
            contact_id,
            score: Some(Score {
                points: u32::from(self.chance.once_in(8)) * 2 + 4,
                scale_max: 5,
                asked_by: AskedBy::Keypad.into(),
                ..Score::default()
            }),
            ..ScoreReported::default()
        }
    }

    /// A contact arrives.
    fn arrive(&mut self) -> Vec<Event> {
        if !self.world.told.one_more_arrives() {
            return Vec::new();
        }
        self.arrived += 1;
        let again = self.chance.once_in(60);
        let number = if again {
            self.arrived / 2
        } else {
            self.arrived
        };
        let contact_id = format!("{}-{number}", self.name);
        let arrival = self.arrival(contact_id.clone());
        let mut events = vec![Event::ContactArrived(arrival.clone())];
        let patience = self.chance.up_to(self.patience);
        self.agenda.add(patience, Act::HangUp(contact_id.clone()));
        let about = contact_id.clone();
        let more = match self.chance.below(60) {
            0 => Some(Event::ExitChosen(ExitChosen {
                contact_id: about,
                choice: (*self.chance.one_of(&["1", "2", "9", "7"])).to_owned(),
            })),
            1 => Some(Event::ContactChanged(ContactChanged {
                contact_id: about,
                priority: Some(4),
                queue: self
                    .chance
                    .once_in(2)
                    .then(|| (*self.chance.one_of(&QUEUES)).to_owned()),
                ..ContactChanged::default()
            })),
            2 => Some(Event::CallbackRequested(CallbackRequested {
                contact_id: about,
                number: personal("+4930"),
                not_before_at_ms: 0,
            })),
            3 => Some(Event::ContactHeld(ContactHeld { contact_id: about })),
            4 => Some(Event::ContactResumed(ContactResumed { contact_id: about })),
            5 => Some(Event::OutsideBusyChanged(OutsideBusyChanged {
                agent: agent(self.chance.below(self.agents)),
                busy: self.chance.once_in(2),
            })),
            10 => Some(Event::ScoreReported(self.score(about))),
            6..=9 => Some(Event::AgentActed(AgentActed {
                agent: PHONE.to_owned(),
                act: Some(match self.chance.below(4) {
                    0 => agent_acted::Act::LoggedIn(true),
                    1 => agent_acted::Act::Ready(true),
                    2 => agent_acted::Act::NotReady("break".to_owned()),
                    _ => agent_acted::Act::LoggedOut(true),
                }),
            })),
            _ => None,
        };
        if let Some(event) = more {
            let after = self.chance.up_to(Duration::from_secs(20));
            self.agenda.add(after, Act::Say(event.into()));
        }
        if self.chance.once_in(100) {
            // Said twice.
            events.push(Event::ContactArrived(arrival.clone()));
        }
        let call = Call {
            arrival,
            arrived_at_ms: self.world.time.wall_ms(),
            ..Call::default()
        };
        self.calls.insert(contact_id, call);
        events
    }

    fn arrival(&mut self, contact_id: String) -> ContactArrived {
        let chance = &mut self.chance;
        let mut arrival = ContactArrived {
            contact_id,
            channel: (*chance.one_of(&CHANNELS[..2])).to_owned(),
            queue: (*chance.one_of(&QUEUES)).to_owned(),
            ..ContactArrived::default()
        };
        match chance.below(40) {
            0 => arrival.queue = "nowhere".to_owned(),
            1 => arrival.channel = "smoke".to_owned(),
            2..=5 => arrival.channel = "email".to_owned(),
            6..=8 => {
                arrival.channel = "callback".to_owned();
                arrival.dial = personal("+4930");
                arrival.customer_key = personal(CUSTOMERS[chance.below(CUSTOMERS.len())]);
            }
            9..=11 => arrival.priority = 5,
            12..=13 => {
                // Now and then more than a tenant may allow.
                let many = if chance.once_in(4) { 5 } else { 1 };
                let keys = ["class", "language", "product", "region", "origin"];
                let attributes = keys[..many].iter().map(|key| Attribute {
                    key: (*key).to_owned(),
                    value: "gold".to_owned(),
                    ..Attribute::default()
                });
                arrival.attributes.extend(attributes);
            }
            14..=15 => arrival.plan = "wider".to_owned(),
            16..=18 => {
                let who = match chance.once_in(3) {
                    true => pb::preferred::Who::Team((*chance.one_of(&TEAMS)).to_owned()),
                    false => pb::preferred::Who::Agent(agent(chance.below(self.agents))),
                };
                arrival.preferred.push(pb::Preferred {
                    who: Some(who),
                    for_ms: Some(3_000),
                });
                arrival.dedicated = chance.once_in(4);
            }
            _ => {}
        }
        if chance.once_in(4) {
            arrival.customer_key = personal(CUSTOMERS[chance.below(CUSTOMERS.len())]);
        }
        arrival
    }

    /// It is told to do something.
    fn directed(&mut self, directive: Directive) {
        let (id, contact) = (directive.directive_id, directive.contact_id.clone());
        let history = &self.world.history;
        history.told_of_directive(TENANT, self.name, id);
        if !self.directives.insert(id) {
            history.violated(
                "a directive is given once",
                format!("directive {id} was given to {} a second time", self.name),
            );
        }
        let Some(instruction) = directive.instruction else {
            return;
        };
        let soon = self.chance.up_to(Duration::from_secs(4));
        let is_calm = self.world.told.is_calm();
        let fate = if is_calm { 20 } else { self.chance.below(20) };
        match instruction {
            Instruction::Connect(connect) => self.connect(contact, connect.offer_id, soon, fate),
            Instruction::Dial(dial) => self.connect(contact, dial.offer_id, soon, fate),
            Instruction::Ring(ring) => match fate {
                0..=2 => {}
                3 => self.fail(contact, ring.offer_id, soon),
                _ => self.agenda.add(soon, Act::Answer(contact, ring.offer_id)),
            },
            Instruction::CancelConnect(cancel) => {
                if let Some(call) = self.calls.get_mut(&contact)
                    && call.offer == Some(cancel.offer_id)
                {
                    call.offer = None;
                }
                self.consultations.remove(&contact);
            }
            Instruction::Release(_) | Instruction::Route(_) | Instruction::Voicemail(_) => {
                self.calls.remove(&contact);
                self.consultations.remove(&contact);
            }
            _ => {}
        }
    }

    fn connect(&mut self, contact: String, offer: u64, soon: Duration, fate: usize) {
        match self.calls.get_mut(&contact) {
            Some(call) => call.offer = Some(offer),
            None => _ = self.consultations.insert(contact.clone(), offer),
        }
        match fate {
            // Never: the time to connect runs out.
            0 => {}
            1..=2 => self.fail(contact, offer, soon),
            _ => self.agenda.add(soon, Act::Connect(contact, offer)),
        }
    }

    fn fail(&mut self, contact: String, offer: u64, soon: Duration) {
        let causes = [
            ConnectFailure::Busy,
            ConnectFailure::NoAnswer,
            ConnectFailure::Unreachable,
            ConnectFailure::System,
            ConnectFailure::CustomerNotReached,
            ConnectFailure::Rejected,
        ];
        let cause = *self.chance.one_of(&causes);
        self.agenda.add(soon, Act::Fail(contact, offer, cause));
    }

    /// All that it holds.
    fn live_list(&mut self) -> LiveList {
        let contacts = self.calls.values().map(|call| LiveContact {
            contact: Some(call.arrival.clone()),
            arrived_at_ms: call.arrived_at_ms,
            agent: String::new(),
        });
        let busy = self.chance.once_in(5);
        let outside = busy.then(|| LiveAgent {
            agent: agent(self.chance.below(self.agents)),
        });
        LiveList {
            contacts: contacts.collect(),
            agents: outside.into_iter().collect(),
        }
    }

    /// What was in its memory is gone, and some of its calls.
    fn forget_some(&mut self) {
        let names: Vec<_> = self.calls.keys().cloned().collect();
        for name in names {
            if self.chance.once_in(3) {
                self.calls.remove(&name);
            }
        }
        self.calls.values_mut().for_each(|call| call.offer = None);
        self.consultations.clear();
        self.plan_crash();
    }

    fn plan_crash(&mut self) {
        if self.world.faults.has(Fault::SwitchCrash) {
            let after = Duration::from_secs(20) + self.chance.up_to(Duration::from_secs(300));
            self.agenda.add(after, Act::Crash);
        }
    }
}

fn connected(contact: String, offer: u64) -> Event {
    Event::ContactConnected(ContactConnected {
        contact_id: contact,
        offer_id: offer,
    })
}

fn end(contact: &str, cause: EndCause) -> Event {
    Event::ContactEnded(ContactEnded {
        contact_id: contact.to_owned(),
        cause: cause.into(),
    })
}

fn personal(value: &str) -> Option<Personal> {
    Some(Personal {
        value: value.to_owned(),
        ..Personal::default()
    })
}
