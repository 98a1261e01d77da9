//! A busy centre: skills, priorities, 1,000 classes of demand, and whole lives of contacts one after the other.

use acd_core::command::Arrival;
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::Channel;
use acd_core::matching::{IndexedMatcher, Matcher};
use acd_core::requirement::Requirement;

use crate::ADAPTER;
use crate::centre::{Centre, NoMatching};

const QUEUES: usize = 10;
const LANGUAGES: [&str; 5] = ["de", "en", "fr", "it", "es"];
const TOPICS: usize = 20;

/// A centre in the middle of its day.
pub struct Busy<M = IndexedMatcher> {
    centre: Centre<M>,
    has_backlog: bool,
    /// How many contacts have come.
    came: usize,
    /// How many events are to be lived through, and have been.
    events: usize,
}

impl<M: Matcher> Busy<M> {
    /// With so many agents: all idle, or all talking while as many contacts wait.
    pub fn with(agents: usize, has_backlog: bool) -> Self {
        let mut centre: Centre<NoMatching> = Centre::open(config(agents));
        if has_backlog {
            centre.arrive_many(agents, arrival);
        }
        let mut busy = Self {
            came: if has_backlog { agents } else { 0 },
            centre: centre.with_matcher(),
            has_backlog,
            events: 0,
        };
        busy.centre.all_ready(0..agents);
        busy
    }

    /// The centre.
    pub fn centre(&mut self) -> &mut Centre<M> {
        &mut self.centre
    }

    /// Lives until so many more events have happened. A contact comes; whoever is offered one then accepts it, is
    /// connected, and it ends: then they are ready again, and with a backlog are offered the next.
    pub fn live(&mut self, events: usize) {
        let until = self.events + events;
        while self.events < until {
            self.came += 1;
            self.centre.pass(5);
            self.centre.arrive(&arrival(self.came));
            self.events += 1;
            self.events += self.centre.serve_next();
            if !self.has_backlog {
                while self.centre.has_offers() {
                    self.events += self.centre.serve_next();
                }
            }
        }
    }
}

/// Ten queues, a hundred demands in each: 5 languages and 20 topics. An agent serves two queues, speaks two languages and
/// knows four topics.
pub fn config(agents: usize) -> TenantConfig {
    let topics = (0..TOPICS).map(topic);
    let skills = LANGUAGES.into_iter().map(str::to_owned).chain(topics);
    let queue = |no| QueueConfig {
        rank: (no % 3) as u32,
        ring_ms: 10 * 3_600_000,
        ..QueueConfig::named(&queue(no))
    };
    let mut config = TenantConfig {
        skills: skills.map(|skill| skill.as_str().into()).collect(),
        adapters: vec![ADAPTER.into()],
        queues: (0..QUEUES).map(queue).collect(),
        agents: (0..agents).map(agent).collect(),
        ..TenantConfig::default()
    };
    config.limits.open_contacts = 2_000_000;
    config.limits.unacknowledged_directives = 10_000_000;
    config
}

fn agent(no: usize) -> AgentConfig {
    let queues = [queue(no), queue(no / QUEUES)];
    let serves = if queues[0] == queues[1] { 1 } else { 2 };
    let agent = AgentConfig::named(
        &format!("agent{no}"),
        queues[..serves].iter().map(String::as_str),
    );
    // Of a hundred agents of a queue each has another first language and topic, so that some agent meets each demand.
    let nth = no / QUEUES;
    let languages = [nth, nth + 1 + nth % 4].map(|at| LANGUAGES[at % 5].to_owned());
    let topics = (0..4).map(|at| topic(nth / 5 + at * (1 + nth % 5)));
    let skills: Vec<String> = languages.into_iter().chain(topics).collect();
    let level = |at: usize| 1 + ((no + at * 3) % 10) as u8;
    agent.with_skills(
        (0..)
            .zip(&skills)
            .map(|(at, skill)| (skill.as_str(), level(at))),
    )
}

fn queue(no: usize) -> String {
    format!("queue{}", no % QUEUES)
}

fn topic(no: usize) -> String {
    format!("topic{}", no % TOPICS)
}

/// The contact of this number; a thousand of them have a thousand different demands.
pub fn arrival(no: usize) -> Arrival {
    let language = LANGUAGES[no / QUEUES % 5];
    let topic = topic(no / QUEUES / 5);
    let requirement = Requirement::all_of([(language, 1), (topic.as_str(), 1)]);
    Arrival {
        priority: (no * 31 % 5) as i32,
        requirement: Some(requirement),
        ..Arrival::of("", ADAPTER, Channel::Voice, queue(no).as_str())
    }
}
