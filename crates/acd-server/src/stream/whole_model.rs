//! The same promise over the whole model: on the random days of the engine's own tests, whoever applies what they are
//! told knows after every single step what a fresh snapshot would tell them. An event that changes something on a
//! screen or in a view without saying so is found here.

use std::collections::BTreeMap;

use acd_core::Engine;
use acd_core::command::{
    AdapterConnect, AgentAct, AgentCommand, ApplyConfig, AttachSession, Availability, Command,
    ConfigSource, Login, Reply, Request,
};
use acd_core::event::Recorded;
use acd_core::ids::{AgentNo, TimeMs};
use acd_core::state::State;
use crossbeam_channel::{Receiver, bounded};
use proptest::prelude::*;

use super::reader::{Memory, Reader, settings, stopped_clock, views};
use super::subscription::{Attached, Reads};
use super::{Interest, Rendering, StreamSettings, Streams, SubscriberId};
use crate::random_days;

/// What may happen between two looks.
#[derive(Clone, Debug)]
enum Step {
    /// What the engine's random runs throw.
    Day(random_days::Step),
    /// An agent who is logged in subscribes, again or for the first time.
    Subscribe(u16),
    /// A reader loses the stream and comes back with the last token.
    Resume(usize),
    /// The server was down for so long.
    Restart(TimeMs),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let numbers = proptest::collection::vec(any::<u16>(), 1..40);
    let step = prop_oneof![
        30 => (0_i64..4_000).prop_map(|length| Step::Day(random_days::Step::Wait(length))),
        160 => numbers.prop_map(|numbers| Step::Day(random_days::Step::Command(numbers))),
        20 => any::<u16>().prop_map(Step::Subscribe),
        6 => (0..8_usize).prop_map(Step::Resume),
        1 => (0_i64..20_000).prop_map(Step::Restart),
    ];
    proptest::collection::vec(step, 1..120)
}

/// A tenant with its streams, without a thread or a log: every step is durable at once.
struct House {
    engine: Engine,
    streams: Streams,
    readers: Vec<Reader>,
    settings: StreamSettings,
    gone: Receiver<SubscriberId>,
    now: TimeMs,
    /// Runs ahead, so that the views are told after every step.
    views_now: TimeMs,
    next_id: u64,
}

impl House {
    fn open(numbers: &[u16]) -> Self {
        let (sender, gone) = bounded(10_000);
        let settings = settings(10_000, sender);
        let engine = Engine::new("test".into());
        let streams = Streams::of("test".into(), engine.state().facts(), settings.clone());
        let mut house = Self {
            engine,
            streams,
            readers: Vec::new(),
            settings,
            gone,
            now: 1_000,
            views_now: 1_000,
            next_id: 1,
        };
        house.handle(Command::ApplyConfig(ApplyConfig {
            config: random_days::config(numbers).into(),
            source: ConfigSource::Api,
            author: "test".into(),
            comment: "".into(),
            expected_version: None,
            document: None,
            civil: Default::default(),
        }));
        house.handle(Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        }));
        for agent in 0..3 {
            house.begin_day(AgentNo(agent));
        }
        house.begin_views();
        house
    }

    fn begin_day(&mut self, no: AgentNo) {
        let agent = self.state().agent(no).config.name.clone();
        let Some(Reply::LoggedIn { session }) = self.handle(Command::Login(Login {
            agent: agent.clone(),
        })) else {
            panic!("{agent} logs in");
        };
        self.subscribe_agent(no);
        let act = AgentAct::SetPresence(Availability::Ready);
        self.handle(Command::Agent(AgentCommand {
            agent,
            session,
            act,
        }));
    }

    fn begin_views(&mut self) {
        for filter in views("q0", "a0") {
            let reads = Reads::View(filter.clone());
            self.subscribe(Interest::View(filter), reads, Memory::default());
        }
    }

    fn state(&self) -> &State {
        self.engine.state()
    }

    fn handle(&mut self, command: Command) -> Option<Reply> {
        let handled = self.engine.handle(self.now, Request::internal(command));
        self.publish(&handled.events);
        handled.answer.ok()
    }

    fn publish(&mut self, events: &[Recorded]) {
        self.views_now += 10_000;
        let rendering = Rendering::of(self.engine.state());
        let cut = self.streams.publish(events, &rendering, self.views_now);
        assert!(cut.is_empty());
        self.streams.tell_views(&rendering, self.views_now);
        self.streams.tell_views(&rendering, self.views_now + 5_000);
    }

    /// An agent who is logged in reads from now on, in place of an earlier stream.
    fn subscribe_agent(&mut self, no: AgentNo) {
        let agent = self.state().agent(no);
        let Some(session) = agent.session.as_ref().map(|session| session.id) else {
            return;
        };
        let agent = agent.config.name.clone();
        let interest = Interest::Agent {
            agent: agent.clone(),
            session,
        };
        let Some(Reply::Attached {
            connection,
            last_sequence,
        }) = self.handle(Command::AttachSession(AttachSession { agent, session }))
        else {
            return;
        };
        let attached = Attached {
            connection,
            last_sequence,
        };
        self.subscribe(interest, Reads::Screen(no, attached), Memory::default());
    }

    fn subscribe(&mut self, interest: Interest, reads: Reads, memory: Memory) {
        let id = SubscriberId(self.next_id);
        self.next_id += 1;
        let (streams, state) = (&mut self.streams, self.engine.state());
        let reader = Reader::begin(streams, state, id, (interest, reads), memory);
        self.readers.push(reader);
    }

    /// Loses a view, or a screen whose session is still there, and resumes it.
    fn resume(&mut self, at: usize) {
        if self.readers.is_empty() {
            return;
        }
        let mut old = self.readers.remove(at % self.readers.len());
        let interest = old.interest.clone();
        match &old.reads {
            Reads::Screen(no, _) => {
                let no = *no;
                let Interest::Agent { agent, session } = interest.clone() else {
                    unreachable!("an agent reads a screen")
                };
                let Some(Reply::Attached {
                    connection,
                    last_sequence,
                }) = self.handle(Command::AttachSession(AttachSession { agent, session }))
                else {
                    return;
                };
                old.read();
                let attached = Attached {
                    connection,
                    last_sequence,
                };
                self.subscribe(interest, Reads::Screen(no, attached), old.memory);
            }
            Reads::View(_) => {
                let reads = old.reads.clone();
                self.subscribe(interest, reads, old.memory);
            }
            Reads::Directives(..) => unreachable!("adapters are told directives"),
        }
    }

    /// Everybody starts over with the streams of a server that starts.
    fn restart(&mut self, down: TimeMs) {
        self.now += down;
        self.readers.clear();
        let facts = self.state().facts().clone();
        self.engine = Engine::restore("test".into(), facts);
        let facts = self.engine.state().facts();
        self.streams = Streams::of("test".into(), facts, self.settings.clone());
        _ = self.gone.try_iter().count();
        let events = self.engine.recover(self.now);
        self.publish(&events);
        self.begin_views();
    }

    fn step(&mut self, nth: usize, step: &Step) {
        match step {
            Step::Day(random_days::Step::Wait(length)) => {
                self.now += length;
                let events = self.engine.tick(self.now);
                self.publish(&events);
            }
            Step::Day(random_days::Step::Command(numbers)) => {
                if let Some(command) = random_days::command(numbers, self.state(), nth) {
                    self.handle(command);
                }
            }
            Step::Subscribe(agent) => {
                let agents = self.state().facts().agents.len() as u32;
                self.subscribe_agent(AgentNo(u32::from(*agent) % agents));
            }
            Step::Resume(at) => self.resume(*at),
            Step::Restart(down) => self.restart(*down),
        }
    }

    /// Everybody reads to the end and knows what a fresh snapshot would tell; whose stream is over is gone.
    fn check(&mut self) {
        let rendering = Rendering::of(self.engine.state());
        for reader in &mut self.readers {
            reader.check(&rendering);
        }
        let (over, still): (Vec<Reader>, _) = std::mem::take(&mut self.readers)
            .into_iter()
            .partition(|reader| reader.is_over);
        self.readers = still;
        let over: BTreeMap<SubscriberId, Reads> = over
            .into_iter()
            .map(|reader| (reader.id, reader.reads))
            .collect();
        for id in self.gone.try_iter().collect::<Vec<_>>() {
            let request = over
                .get(&id)
                .and_then(|reads| self.streams.depart(id, reads, self.engine.state()));
            if let Some(request) = request {
                self.handle(request.command);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_streams_have_told_what_a_snapshot_would_tell(
        numbers in random_days::numbers(),
        steps in steps(),
    ) {
        let runtime = stopped_clock();
        let _clock_of_heartbeats = runtime.enter();
        let mut house = House::open(&numbers);
        for (nth, step) in steps.iter().enumerate() {
            house.step(nth, step);
            house.check();
        }
    }
}
