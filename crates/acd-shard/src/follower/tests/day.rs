//! The promise of a stream, on random days and for readers of every kind: whoever applies what they are told knows what
//! a fresh snapshot would tell them.

use acd_config::ServerLimits;
use acd_core::command::{
    AdapterConnect, AgentAct, AgentCommand, ApplyConfig, Arrival, Availability, Command,
    ConfigSource, ContactAct, ContactChange, ContactCommand, Destination, Disposition, EndCause,
    Login, Reply, SetOutsideBusy, Supervise, SupervisorAct,
};
use acd_core::config::{
    AgentConfig, DispositionConfig, Limits, QueueConfig, ReasonConfig, Step as PlanStep,
    TenantConfig, WrapUpMode,
};
use acd_core::ids::{AgentName, Channel, ContactName, QueueName, TimeMs};
use acd_core::state::{Contact, LeaseHolder, Place, State};
use proptest::prelude::*;

use super::house::House;
use super::reader::{Memory, Reader, stopped_clock, views};
use crate::stream::{Feed, Interest};

const AGENTS: [&str; 3] = ["nora", "omar", "pia"];
const QUEUES: [&str; 2] = ["support", "sales"];

/// One step of a day. Numbers choose among what there is; a step that does not apply does nothing.
#[derive(Clone, Debug)]
enum Step {
    Arrive(usize),
    HangUp(usize),
    Reprioritise(usize, i32),
    Ready(usize, bool),
    Answer(usize, bool),
    Connected(usize),
    EndTalk(usize),
    Pass(TimeMs),
    Reconfigure(i64),
    /// A reader takes what waits for them.
    Read(usize),
    Pause(usize, bool),
    Outside(usize, bool),
    /// What an agent does with the conversation they are in.
    Handle(usize, Doing),
    Unpark(usize),
    /// An agent puts the first contact off that is parked with them, for so long.
    PutOff(usize, TimeMs),
    Supervise(usize, usize, Intervention),
    /// A reader loses their stream and comes back with their last token, or without one.
    Resume(usize, bool),
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Transfer,
    Consult,
    CompleteTransfer,
    EndConsult,
    Requeue,
    Escalate,
    Park,
    RequestWrapUp,
    EnterWrapUp,
    Dispose(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Intervention {
    Move,
    Assign,
    Withdraw,
    FreeContact,
    FreeAgent,
    PauseQueue,
    Close(bool),
}

fn doing() -> impl Strategy<Value = Doing> {
    use Doing::*;
    let all = [
        Transfer,
        Consult,
        CompleteTransfer,
        EndConsult,
        Requeue,
        Escalate,
        Park,
        RequestWrapUp,
        EnterWrapUp,
        Dispose("solved"),
        Dispose(""),
    ];
    prop::sample::select(all.to_vec())
}

fn intervention() -> impl Strategy<Value = Intervention> {
    use Intervention::*;
    let all = [
        Move,
        Assign,
        Withdraw,
        FreeContact,
        FreeAgent,
        PauseQueue,
        Close(true),
        Close(false),
        Close(false),
    ];
    prop::sample::select(all.to_vec())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = 0..8_usize;
    let step = prop_oneof![
        6 => which.clone().prop_map(Step::Arrive),
        2 => which.clone().prop_map(Step::HangUp),
        1 => (which.clone(), -3..3_i32).prop_map(|(at, by)| Step::Reprioritise(at, by)),
        3 => (which.clone(), any::<bool>()).prop_map(|(at, ready)| Step::Ready(at, ready)),
        6 => (which.clone(), prop::bool::weighted(0.8)).prop_map(|(at, yes)| Step::Answer(at, yes)),
        5 => which.clone().prop_map(Step::Connected),
        4 => which.clone().prop_map(Step::EndTalk),
        3 => (1..30_000_i64).prop_map(Step::Pass),
        1 => (1..5_i64).prop_map(Step::Reconfigure),
        1 => (which.clone(), any::<bool>()).prop_map(|(at, on)| Step::Pause(at, on)),
        1 => (which.clone(), any::<bool>()).prop_map(|(at, busy)| Step::Outside(at, busy)),
        4 => (which.clone(), doing()).prop_map(|(at, what)| Step::Handle(at, what)),
        1 => which.clone().prop_map(Step::Unpark),
        1 => (which.clone(), 1..60_000_i64).prop_map(|(at, by)| Step::PutOff(at, by)),
        3 => (which.clone(), which.clone(), intervention())
            .prop_map(|(at, whom, act)| Step::Supervise(at, whom, act)),
        6 => which.clone().prop_map(Step::Read),
        3 => (which, any::<bool>()).prop_map(|(at, with_token)| Step::Resume(at, with_token)),
    ];
    proptest::collection::vec(step, 0..120)
}

fn config(ring_s: i64) -> TenantConfig {
    TenantConfig {
        adapters: vec!["pbx".into()],
        queues: QUEUES.map(|name| queue(name, ring_s)).into(),
        agents: (1..)
            .zip(AGENTS)
            .map(|(no, name)| agent(name, no))
            .collect(),
        reasons: vec![ReasonConfig {
            name: "break".into(),
            allowed_ms: Some(ring_s * 60_000),
            ..ReasonConfig::default()
        }],
        dispositions: vec![DispositionConfig {
            name: "solved".into(),
            ..DispositionConfig::default()
        }],
        limits: Limits {
            ended_records: 4,
            ..Limits::default()
        },
        ..Default::default()
    }
}

/// The first queue asks two agents at once, has steps and tiers, and outcomes that are required now and then; the other
/// one has an optional wrap-up and reports long waits.
fn queue(name: &str, ring_s: i64) -> QueueConfig {
    let step = PlanStep {
        for_ms: Some(8_000),
        ..PlanStep::default()
    };
    let is_first = name == QUEUES[0];
    QueueConfig {
        ring_ms: ring_s * 5_000,
        wrap_up_ms: 3_000,
        broadcast: if is_first { 2 } else { 1 },
        plan: if is_first {
            vec![step, PlanStep::default()]
        } else {
            Vec::new()
        },
        wrap_up_mode: if is_first {
            WrapUpMode::Timed
        } else {
            WrapUpMode::Optional
        },
        dispositions: if is_first {
            vec!["solved".into()]
        } else {
            Vec::new()
        },
        disposition_required: is_first && ring_s % 2 == 0,
        alert_wait_ms: Some(15_000),
        max_wait_ms: (!is_first).then_some(60_000),
        ..QueueConfig::named(name)
    }
}

fn agent(name: &str, no: u32) -> AgentConfig {
    let mut agent = AgentConfig::named(name, QUEUES);
    agent.queues[0].tier = no;
    agent.capacity.insert(Channel::Voice, 2);
    agent
}

/// A day and those who look.
struct Day {
    house: House,
    readers: Vec<Reader>,
}

impl Day {
    /// Everybody is there: the agents' screens, a view of everything, and one of a single queue.
    fn new(history: usize) -> Self {
        let mut day = Self {
            house: House::new("bank", history),
            readers: Vec::new(),
        };
        day.configure(4);
        day.handle(Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        }));
        for agent in AGENTS {
            let login = Command::Login(Login {
                agent: agent.into(),
            });
            let Some(Reply::LoggedIn { session }) = day.handle(login) else {
                panic!("{agent} logs in");
            };
            let agent = agent.into();
            day.begin(Interest::Agent { agent, session });
        }
        for filter in views(QUEUES[0], AGENTS[0]) {
            day.begin(Interest::View(filter));
        }
        day
    }

    fn state(&self) -> &State {
        self.house.state()
    }

    fn configure(&mut self, ring_s: i64) {
        self.handle(configured(ring_s));
    }

    fn handle(&mut self, command: Command) -> Option<Reply> {
        self.house.handle(command)
    }

    fn begin(&mut self, interest: Interest) {
        let reader = self.subscribe(interest, Memory::default());
        self.readers.push(reader);
    }

    fn subscribe(&mut self, interest: Interest, memory: Memory) -> Reader {
        let feed = match &interest {
            Interest::Agent { agent, session } => {
                let attached = self.house.attach(agent, *session);
                attached.expect("sessions last all day")
            }
            Interest::View(filter) => Feed::View(filter.clone()),
            Interest::Adapter { .. } => unreachable!("adapters are told directives"),
        };
        self.house.begin(interest, feed, memory)
    }

    fn resume(&mut self, at: usize, with_token: bool) {
        let at = at % self.readers.len();
        let Reader {
            interest, memory, ..
        } = self.readers.remove(at);
        self.house.let_go();
        // What they knew they still know; a snapshot would replace it.
        let memory = if with_token {
            memory
        } else {
            Memory::default()
        };
        let reader = self.subscribe(interest, memory);
        self.readers.insert(at, reader);
    }

    fn step(&mut self, step: &Step) {
        self.house.now += 10;
        let facts = self.state().facts();
        let nth = |at: usize, count: usize| (count > 0).then(|| at % count);
        match *step {
            Step::Arrive(queue) => {
                let contact = format!("c{}", self.house.now);
                self.handle(Command::Arrive(Arrival::of(
                    contact,
                    "pbx",
                    Channel::Voice,
                    QUEUES[queue % QUEUES.len()],
                )));
            }
            Step::HangUp(at) => {
                if let Some(at) = nth(at, facts.contacts.len()) {
                    let contact = facts.contacts.values().nth(at).unwrap().name.clone();
                    self.report(contact, ContactAct::End(EndCause::Customer));
                }
            }
            Step::Reprioritise(at, priority) => {
                if let Some(at) = nth(at, facts.contacts.len()) {
                    let contact = facts.contacts.values().nth(at).unwrap().name.clone();
                    let change = ContactChange {
                        priority: Some(priority),
                        ..Default::default()
                    };
                    self.report(contact, ContactAct::Change(change));
                }
            }
            Step::Ready(agent, true) => {
                self.act(agent, |_| Some(AgentAct::SetPresence(Availability::Ready)))
            }
            Step::Ready(agent, false) => self.act(agent, |_| {
                Some(AgentAct::SetPresence(Availability::NotReady(
                    "break".into(),
                )))
            }),
            Step::Answer(agent, yes) => self.act(agent, |holder| match holder? {
                LeaseHolder::Offer(offer) if yes => Some(AgentAct::Accept(offer)),
                LeaseHolder::Offer(offer) => Some(AgentAct::Reject(offer)),
                LeaseHolder::Handling(_) => None,
            }),
            Step::EndTalk(agent) => self.act(agent, |holder| match holder? {
                LeaseHolder::Handling(handling) => Some(AgentAct::EndTalk(handling, None)),
                LeaseHolder::Offer(_) => None,
            }),
            Step::Connected(at) => {
                if let Some(at) = nth(at, facts.offers.len()) {
                    let offer = facts.offers.values().nth(at).unwrap();
                    let contact = facts.contacts[&offer.contact].name.clone();
                    let act = ContactAct::Connected(offer.id);
                    self.report(contact, act);
                }
            }
            Step::Pass(by) => {
                self.house.now += by;
                self.house.tick();
            }
            Step::Reconfigure(ring_s) => self.configure(ring_s),
            Step::Pause(agent, true) => self.act(agent, |_| {
                Some(AgentAct::PauseQueue(QUEUES[0].into(), "training".into()))
            }),
            Step::Pause(agent, false) => {
                self.act(agent, |_| Some(AgentAct::ResumeQueue(QUEUES[0].into())))
            }
            Step::Outside(agent, busy) => {
                self.handle(Command::SetOutsideBusy(SetOutsideBusy {
                    adapter: "pbx".into(),
                    agent: AGENTS[agent % AGENTS.len()].into(),
                    busy,
                }));
            }
            Step::Handle(agent, what) => self.handle_conversation(agent, what),
            Step::Unpark(agent) => self.come_back(agent, AgentAct::Unpark),
            Step::PutOff(agent, by) => {
                let date = self.house.now + by;
                self.come_back(agent, |contact| AgentAct::PutOff(contact, date));
            }
            Step::Supervise(at, whom, what) => self.supervise(at, whom, what),
            Step::Read(at) => {
                let at = at % self.readers.len();
                self.readers[at].read();
            }
            Step::Resume(at, with_token) => self.resume(at, with_token),
        }
    }

    fn handle_conversation(&mut self, agent: usize, what: Doing) {
        let name = AgentName::from(AGENTS[agent % AGENTS.len()]);
        let no = self.state().agent_no(&name).unwrap();
        let recent = self.state().agent(no).recent_handlings.back();
        let over = recent.map(|handling| handling.id);
        self.act(agent, |holder| {
            let held = match holder {
                Some(LeaseHolder::Handling(handling)) => Some(handling),
                Some(LeaseHolder::Offer(_)) | None => None,
            };
            let handling = match what {
                Doing::EnterWrapUp => over?,
                Doing::Dispose(_) => over.or(held)?,
                _ => held?,
            };
            let queue = Destination::Queue(QUEUES[1].into());
            Some(match what {
                Doing::Transfer => AgentAct::Transfer(handling, queue),
                Doing::Consult => AgentAct::Consult(handling, queue),
                Doing::CompleteTransfer => AgentAct::CompleteTransfer(handling),
                Doing::EndConsult => AgentAct::EndConsult(handling),
                Doing::Requeue => AgentAct::Requeue(handling),
                Doing::Escalate => AgentAct::Escalate(handling),
                Doing::Park => AgentAct::Park(handling),
                Doing::RequestWrapUp => AgentAct::RequestWrapUp(handling),
                Doing::EnterWrapUp => AgentAct::EnterWrapUp(handling),
                Doing::Dispose(code) => AgentAct::SetDisposition(
                    handling,
                    Disposition {
                        code: code.into(),
                        notes: "as asked".into(),
                    },
                ),
            })
        });
    }

    /// An agent comes back to the first contact that is parked with them, now or later.
    fn come_back(&mut self, agent: usize, act: impl FnOnce(ContactName) -> AgentAct) {
        let name = AgentName::from(AGENTS[agent % AGENTS.len()]);
        let no = self.state().agent_no(&name).unwrap();
        let is_parked = |contact: &&Contact| contact.place == Place::Parked(no);
        let parked = self.state().facts().contacts.values().find(is_parked);
        if let Some(contact) = parked.map(|contact| contact.name.clone()) {
            self.act(agent, |_| Some(act(contact)));
        }
    }

    fn supervise(&mut self, at: usize, whom: usize, what: Intervention) {
        let agent: AgentName = AGENTS[whom % AGENTS.len()].into();
        let queue: QueueName = QUEUES[whom % QUEUES.len()].into();
        let contacts = &self.state().facts().contacts;
        let contact = contacts
            .values()
            .nth(at)
            .map(|contact| contact.name.clone());
        let of_contact = |act: fn(ContactName) -> SupervisorAct| contact.clone().map(act);
        let act = match what {
            Intervention::Move => contact.map(|contact| {
                let change = ContactChange {
                    queue: Some(queue),
                    ..ContactChange::default()
                };
                SupervisorAct::ChangeContact(contact, change)
            }),
            Intervention::Assign => contact.map(|contact| SupervisorAct::Assign(contact, agent)),
            Intervention::Withdraw => of_contact(SupervisorAct::Withdraw),
            Intervention::FreeContact => of_contact(SupervisorAct::FreeContact),
            Intervention::FreeAgent => Some(SupervisorAct::FreeAgent(agent)),
            Intervention::PauseQueue => Some(SupervisorAct::PauseQueue(
                agent,
                queue,
                Some("asked".into()),
            )),
            Intervention::Close(closed) => Some(SupervisorAct::SetEmergency(None, closed)),
        };
        if let Some(act) = act {
            let author = "sven".into();
            self.handle(Command::Supervise(Supervise {
                author,
                reason: "".into(),
                act,
            }));
        }
    }

    /// The adapter reports on a contact.
    fn report(&mut self, contact: ContactName, act: ContactAct) {
        let adapter = "pbx".into();
        self.handle(Command::Contact(ContactCommand {
            adapter,
            contact,
            act,
        }));
    }

    /// Has an agent do something about what holds their slot.
    fn act(&mut self, agent: usize, choose: impl FnOnce(Option<LeaseHolder>) -> Option<AgentAct>) {
        let name = AGENTS[agent % AGENTS.len()].into();
        let agent = self.state().agent(self.state().agent_no(&name).unwrap());
        let session = agent.session.as_ref().unwrap().id;
        let holder = agent.leases.first().map(|lease| lease.holder);
        if let Some(act) = choose(holder) {
            self.handle(Command::Agent(AgentCommand {
                agent: name,
                session,
                act,
            }));
        }
    }

    /// Everybody reads to the end and knows what a fresh snapshot would tell.
    fn check(&mut self) {
        self.house.check(&mut self.readers);
        let is_over = self.readers.iter().any(|reader| reader.is_over);
        assert!(!is_over, "sessions last all day");
    }
}

fn configured(ring_s: i64) -> Command {
    Command::ApplyConfig(ApplyConfig::of(config(ring_s), ConfigSource::Api, "test"))
}

/// Their snapshots wait later than they were let in.
#[test]
fn of_views_that_begin_together_those_beyond_the_budget_are_cut_off() {
    let runtime = stopped_clock();
    let _clock_of_heartbeats = runtime.enter();
    let limits = ServerLimits {
        stream_bytes_per_tenant: 1,
        ..ServerLimits::default()
    };
    let mut house = House::limited("bank", 10, &limits);
    house.handle(configured(4));
    let mut readers = views(QUEUES[0], AGENTS[0]).map(|filter| {
        let (interest, feed) = (Interest::View(filter.clone()), Feed::View(filter));
        house.begin(interest, feed, Memory::default())
    });
    house.gather();
    readers.iter_mut().for_each(Reader::read);
    assert_eq!(readers.map(|reader| reader.is_over), [false, true]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whoever_applies_what_they_are_told_knows_what_a_snapshot_would_tell(
        steps in steps(),
        history in prop_oneof![Just(0), Just(5), Just(10_000)],
    ) {
        let runtime = stopped_clock();
        let _clock_of_heartbeats = runtime.enter();
        let mut day = Day::new(history);
        for step in &steps {
            day.step(step);
        }
        day.check();
    }
}
