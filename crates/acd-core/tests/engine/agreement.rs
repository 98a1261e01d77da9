//! On random runs the index and the naive matcher decide alike, byte for byte, and after every step the invariants
//! hold. More runs: `PROPTEST_CASES=10000`.

use std::collections::BTreeMap;

use crate::centre::{Centre, arrival, config, on};
use crate::naive::NaiveMatcher;
use acd_core::Engine;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::ids::*;
use acd_core::requirement::Requirement;
use acd_core::state::State;
use proptest::prelude::*;

const SKILLS: [&str; 3] = ["german", "billing", "french"];
const QUEUES: [&str; 3] = ["q0", "q1", "q2"];
const AGENTS: usize = 6;

/// One step of a random run; numbers pick among what exists at that moment.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Login(usize),
    Attach(usize),
    Drop(usize),
    Ready(usize),
    NotReady(usize),
    Logout(usize),
    Arrive {
        queue: usize,
        channel: u8,
        priority: i32,
        head_start: i64,
        needs: Option<(usize, u8)>,
    },
    HangUp(usize),
    Accept(usize),
    Reject(usize),
    Connected(usize),
    ConnectFailed(usize, u8),
    EndTalk(usize),
    EndWrapUp(usize),
    Hold(usize),
    Change {
        contact: usize,
        priority: Option<i32>,
        age: Option<i64>,
        needs: Option<(usize, u8)>,
        queue: Option<usize>,
    },
    Skills {
        agent: usize,
        skills: Vec<(usize, u8)>,
    },
    AdapterLost,
    AdapterBack,
    Acknowledge(usize),
    Restart(i64),
    Reconfigure(Shape),
}

/// The parts of the configuration that vary.
#[derive(Clone, Debug)]
struct Shape {
    aging: bool,
    ranks: [u32; 3],
    max_wait: Option<i64>,
    max_length: Option<u32>,
    wrap_up: i64,
    needs: Option<(usize, u8)>,
    skills: Vec<Vec<(usize, u8)>>,
    chats: u32,
}

fn requirement(needs: (usize, u8)) -> Requirement {
    Requirement::all_of([(SKILLS[needs.0], needs.1)])
}

fn tenant(shape: &Shape) -> TenantConfig {
    let queues = (0..QUEUES.len()).map(|i| QueueConfig {
        rank: shape.ranks[i],
        requirement: shape
            .needs
            .filter(|_| i == 0)
            .map(requirement)
            .unwrap_or_default(),
        ring_ms: 5_000,
        max_wait_ms: shape.max_wait.filter(|_| i < 2),
        max_length: shape.max_length.filter(|_| i == 1),
        overflow: if i == 0 {
            vec![
                Target::Queue("q1".into()).into(),
                Target::Queue("q2".into()).into(),
            ]
        } else {
            Vec::new()
        },
        wrap_up_ms: shape.wrap_up,
        ..QueueConfig::named(QUEUES[i])
    });
    let agents = (0..AGENTS).map(|i| AgentConfig {
        capacity: BTreeMap::from([
            (Channel::Voice, 1),
            (Channel::Chat, shape.chats),
            (Channel::Email, 1),
        ]),
        ..AgentConfig::named(
            &format!("a{i}"),
            QUEUES.into_iter().skip(i % 2).take(1 + i % 3),
        )
        .with_skills(
            shape.skills[i]
                .iter()
                .map(|(skill, level)| (SKILLS[*skill], *level)),
        )
    });
    let mut config = config(queues.collect(), agents.collect());
    config.skills = SKILLS.map(SkillName::from).to_vec();
    if shape.aging {
        config.settings.priority_mode = PriorityMode::Aging { point_ms: 3_000 };
    }
    config.settings.session_grace_ms = 7_000;
    config.settings.adapter_grace_ms = 9_000;
    config
}

fn needs() -> impl Strategy<Value = Option<(usize, u8)>> {
    proptest::option::of((0..SKILLS.len(), 1u8..=10))
}

fn skills() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((0..SKILLS.len(), 1u8..=10), 0..3)
}

fn shape() -> impl Strategy<Value = Shape> {
    let rest = (
        proptest::option::of(2_000i64..15_000),
        proptest::option::of(1u32..4),
        0i64..4_000,
        needs(),
    );
    (
        any::<bool>(),
        [0u32..3, 0u32..3, 0u32..3],
        rest,
        proptest::collection::vec(skills(), AGENTS),
        0u32..3,
    )
        .prop_map(
            |(aging, ranks, (max_wait, max_length, wrap_up, needs), skills, chats)| Shape {
                aging,
                ranks,
                max_wait,
                max_length,
                wrap_up,
                needs,
                skills,
                chats,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let agent = 0..AGENTS;
    prop_oneof![
        6 => (0i64..6_000).prop_map(Step::Wait),
        2 => agent.clone().prop_map(Step::Login),
        2 => agent.clone().prop_map(Step::Attach),
        1 => agent.clone().prop_map(Step::Drop),
        6 => agent.clone().prop_map(Step::Ready),
        1 => agent.clone().prop_map(Step::NotReady),
        1 => agent.clone().prop_map(Step::Logout),
        12 => (0usize..3, 0u8..3, -2i32..5, 0i64..10_000, needs()).prop_map(
            |(queue, channel, priority, head_start, needs)| Step::Arrive { queue, channel, priority, head_start, needs }
        ),
        3 => (0usize..8).prop_map(Step::HangUp),
        6 => (0usize..8).prop_map(Step::Accept),
        3 => (0usize..8).prop_map(Step::Reject),
        6 => (0usize..8).prop_map(Step::Connected),
        2 => (0usize..8, 0u8..4).prop_map(|(offer, cause)| Step::ConnectFailed(offer, cause)),
        3 => (0usize..8).prop_map(Step::EndTalk),
        2 => (0usize..8).prop_map(Step::EndWrapUp),
        1 => (0usize..8).prop_map(Step::Hold),
        2 => (0usize..8, proptest::option::of(-2i32..5), proptest::option::of(-9_000i64..9_000), needs(),
              proptest::option::of(0usize..3))
            .prop_map(|(contact, priority, age, needs, queue)| Step::Change { contact, priority, age, needs, queue }),
        1 => (agent, skills()).prop_map(|(agent, skills)| Step::Skills { agent, skills }),
        1 => Just(Step::AdapterLost),
        2 => Just(Step::AdapterBack),
        2 => (0usize..8).prop_map(Step::Acknowledge),
        1 => (0i64..20_000).prop_map(Step::Restart),
        1 => shape().prop_map(Step::Reconfigure),
    ]
}

/// Turns a step into a command on what exists; none if there is nothing it could be about.
fn command(step: &Step, state: &State, arrivals: usize) -> Option<Command> {
    let facts = state.facts();
    let contact = |n: usize| {
        facts
            .contacts
            .values()
            .cycle()
            .nth(n)
            .map(|contact| contact.name.clone())
    };
    let offer = |n: usize| facts.offers.values().cycle().nth(n);
    let handling = |n: usize| facts.handlings.values().cycle().nth(n);
    let session = |no: AgentNo| state.agent(no).session.as_ref().map(|session| session.id);
    let act = |no: AgentNo, act: AgentAct| {
        Some(Command::Agent {
            agent: state.agent(no).config.name.clone(),
            session: session(no)?,
            act,
        })
    };
    let agent = |n: usize| AgentNo(n as u32);
    let name = |n: usize| AgentName::from(format!("a{n}"));
    match step {
        Step::Wait(_) | Step::Restart(_) => None,
        Step::Login(n) => Some(Command::Login { agent: name(*n) }),
        Step::Attach(n) => Some(Command::AttachSession {
            agent: name(*n),
            session: session(agent(*n))?,
        }),
        Step::Drop(n) => {
            let connection = state.agent(agent(*n)).session.as_ref()?.connection?;
            Some(Command::DetachSession {
                agent: name(*n),
                connection,
            })
        }
        Step::Ready(n) => act(agent(*n), AgentAct::SetPresence(Availability::Ready)),
        Step::NotReady(n) => act(
            agent(*n),
            AgentAct::SetPresence(Availability::NotReady("break".into())),
        ),
        Step::Logout(n) => act(agent(*n), AgentAct::Logout),
        Step::Arrive {
            queue,
            channel,
            priority,
            head_start,
            needs,
        } => Some(Command::Arrive(Arrival {
            channel: [Channel::Voice, Channel::Chat, Channel::Email][usize::from(*channel)],
            priority: *priority,
            head_start_ms: *head_start,
            requirement: needs.map(requirement),
            ..arrival(&format!("c{arrivals}"), QUEUES[*queue])
        })),
        Step::HangUp(n) => Some(on(contact(*n)?, ContactAct::End(EndCause::Customer))),
        Step::Accept(n) => act(offer(*n)?.agent, AgentAct::Accept(offer(*n)?.id)),
        Step::Reject(n) => act(offer(*n)?.agent, AgentAct::Reject(offer(*n)?.id)),
        Step::Connected(n) => {
            let offer = offer(*n)?;
            let contact = facts.contacts[&offer.contact].name.clone();
            Some(on(contact, ContactAct::Connected(offer.id)))
        }
        Step::ConnectFailed(n, cause) => {
            let offer = offer(*n)?;
            let contact = facts.contacts[&offer.contact].name.clone();
            let causes = [
                ConnectFailure::Busy,
                ConnectFailure::NoAnswer,
                ConnectFailure::Unreachable,
                ConnectFailure::System,
            ];
            let cause = causes[usize::from(*cause)];
            Some(on(contact, ContactAct::ConnectFailed(offer.id, cause)))
        }
        Step::EndTalk(n) => act(
            handling(*n)?.agent,
            AgentAct::EndTalk(handling(*n)?.id, None),
        ),
        Step::EndWrapUp(n) => act(
            handling(*n)?.agent,
            AgentAct::EndWrapUp(handling(*n)?.id, None),
        ),
        Step::Hold(n) => act(handling(*n)?.agent, AgentAct::Hold(handling(*n)?.id)),
        Step::Change {
            contact: n,
            priority,
            age,
            needs,
            queue,
        } => {
            let change = ContactChange {
                priority: *priority,
                requirement: needs.map(requirement),
                age_offset_ms: *age,
                attributes: Vec::new(),
                queue: queue.map(|queue| QUEUES[queue].into()),
            };
            Some(on(contact(*n)?, ContactAct::Change(change)))
        }
        Step::Skills { agent, skills } => Some(Command::SetAgentSkills(SetAgentSkills {
            agent: name(*agent),
            skills: skills
                .iter()
                .map(|(skill, level)| (SKILLS[*skill].into(), *level))
                .collect(),
            author: "test".into(),
        })),
        Step::AdapterLost => {
            let adapter = state.adapter(AdapterNo(0));
            Some(Command::AdapterDisconnect {
                adapter: adapter.name.clone(),
                connection: adapter.connection?,
            })
        }
        Step::AdapterBack => Some(Command::AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        }),
        Step::Acknowledge(n) => {
            let adapter = state.adapter(AdapterNo(0));
            let directive = *adapter.directives.keys().cycle().nth(*n)?;
            Some(Command::AcknowledgeDirectives {
                adapter: adapter.name.clone(),
                directives: vec![directive],
            })
        }
        Step::Reconfigure(shape) => Some(Command::ApplyConfig(ApplyConfig {
            config: tenant(shape).into(),
            source: ConfigSource::Api,
            author: "test".into(),
            comment: "".into(),
            expected_version: None,
            civil: Default::default(),
        })),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn the_index_decides_as_the_naive_matcher(
        first in shape(),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut fast: Centre = Centre::of(tenant(&first));
        let mut naive: Centre<NaiveMatcher> = Centre::with_matcher(tenant(&first));
        for agent in 0..AGENTS / 2 {
            fast.ready(&format!("a{agent}"));
            naive.ready(&format!("a{agent}"));
        }
        for (at, step) in steps.iter().enumerate() {
            match step {
                Step::Wait(length) => {
                    fast.wait(*length);
                    naive.wait(*length);
                }
                Step::Restart(down) => {
                    fast.now += down;
                    naive.now += down;
                    let snapshot = fast.state().facts().clone();
                    fast.engine = Engine::restore("test".into(), snapshot.clone());
                    naive.engine = Engine::restore("test".into(), snapshot);
                    let events = fast.engine.recover(fast.now);
                    prop_assert_eq!(&events, &naive.engine.recover(naive.now));
                    fast.follow(&events);
                    naive.follow(&events);
                }
                _ => {
                    let Some(command) = command(step, fast.state(), at) else { continue };
                    let handled = fast.ask(Request::internal(command.clone()));
                    prop_assert_eq!(handled, naive.ask(Request::internal(command)));
                }
            }
            prop_assert_eq!(fast.log.len(), naive.log.len());
            prop_assert_eq!(fast.log.last(), naive.log.last());
        }
    }
}
