//! Over the whole model: on the random days of the engine's own tests the follower knows what the engine knows, and whoever applies what they are
//! told knows after every single step what a fresh snapshot would tell them. An event that changes something on a
//! screen or in a view without saying so is found here.

use acd_core::command::{
    AdapterConnect, AgentAct, AgentCommand, ApplyConfig, Availability, Command, ConfigSource,
    Login, Reply,
};
use acd_core::ids::{AgentNo, TimeMs};
use proptest::prelude::*;

use super::house::House;
use super::reader::{Memory, Reader, stopped_clock, views};
use crate::random_days;
use crate::stream::{Feed, Interest};

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

/// A day and those who look.
struct Day {
    house: House,
    readers: Vec<Reader>,
}

impl Day {
    fn begin(numbers: &[u16]) -> Self {
        let mut day = Self {
            house: House::new("test", 10_000),
            readers: Vec::new(),
        };
        let config = random_days::config(numbers);
        let apply = ApplyConfig::of(config, ConfigSource::Api, "test");
        day.house.handle(Command::ApplyConfig(apply));
        day.house.handle(Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        }));
        for agent in 0..3 {
            day.log_in(AgentNo(agent));
        }
        day.begin_views();
        day
    }

    fn log_in(&mut self, no: AgentNo) {
        let agent = self.house.agent_name(no);
        let login = Command::Login(Login {
            agent: agent.clone(),
        });
        let Some(Reply::LoggedIn { session }) = self.house.handle(login) else {
            panic!("{agent} logs in");
        };
        self.subscribe(no, Memory::default());
        self.house.handle(Command::Agent(AgentCommand {
            agent,
            session,
            act: AgentAct::SetPresence(Availability::Ready),
        }));
    }

    fn begin_views(&mut self) {
        for filter in views("q0", "a0") {
            let feed = Feed::View(filter.clone());
            let interest = Interest::View(filter);
            let reader = self.house.begin(interest, feed, Memory::default());
            self.readers.push(reader);
        }
    }

    /// An agent who is logged in reads from now on, in place of an earlier stream.
    fn subscribe(&mut self, no: AgentNo, memory: Memory) {
        let session = self.house.state().agent(no).session.as_ref();
        let Some(session) = session.map(|session| session.id) else {
            return;
        };
        let agent = self.house.agent_name(no);
        if let Some(feed) = self.house.attach(&agent, session) {
            let interest = Interest::Agent { agent, session };
            let reader = self.house.begin(interest, feed, memory);
            self.readers.push(reader);
        }
    }

    /// Loses a view, or a screen whose session is still there, and resumes it.
    fn resume(&mut self, at: usize) {
        if self.readers.is_empty() {
            return;
        }
        let mut old = self.readers.remove(at % self.readers.len());
        let feed = match &old.interest {
            Interest::Agent { agent, session } => self.house.attach(agent, *session),
            Interest::View(_) => Some(old.feed.clone()),
            Interest::Adapter { .. } => unreachable!("adapters are told directives"),
        };
        let Some(feed) = feed else {
            return;
        };
        if let Feed::Screen(..) = feed {
            old.read();
        }
        let memory = std::mem::take(&mut old.memory);
        let reader = self.house.begin(old.interest.clone(), feed, memory);
        self.readers.push(reader);
    }

    fn step(&mut self, nth: usize, step: &Step) {
        match step {
            Step::Day(random_days::Step::Wait(length)) => {
                self.house.now += length;
                self.house.tick();
            }
            Step::Day(random_days::Step::Command(numbers)) => {
                if let Some(command) = random_days::command(numbers, self.house.state(), nth) {
                    self.house.handle(command);
                }
            }
            Step::Subscribe(agent) => {
                let agents = self.house.state().facts().agents.len() as u32;
                let no = AgentNo(u32::from(*agent) % agents);
                self.subscribe(no, Memory::default());
            }
            Step::Resume(at) => self.resume(*at),
            Step::Restart(down) => {
                self.house.now += down;
                self.readers.clear();
                self.house.restart();
                self.begin_views();
            }
        }
    }

    /// Everybody reads to the end and knows what a fresh snapshot would tell; whose stream is over is gone.
    fn check(&mut self) {
        self.house.check(&mut self.readers);
        self.readers.retain(|reader| !reader.is_over);
        self.house.let_go();
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
        let mut day = Day::begin(&numbers);
        for (nth, step) in steps.iter().enumerate() {
            day.step(nth, step);
            day.check();
        }
    }
}
