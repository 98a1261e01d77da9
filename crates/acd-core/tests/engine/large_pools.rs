//! Where many agents are free, the index walks through orders that it keeps; it must find whom the definition names.

use acd_core::command::{AgentAct, Arrival, Availability, Command, ContactAct};
use acd_core::config::{
    AgentConfig, AgentOrder, ProfileConfig, ProfileQueue, QueueConfig, TenantConfig, TierConfig,
};
use acd_core::ids::Channel;
use acd_core::matching::Matcher;
use acd_core::requirement::Requirement;
use proptest::prelude::*;

use crate::centre::{Centre, arrival, config, on};
use crate::naive::NaiveMatcher;

const AGENTS: usize = 40;
const QUEUES: [&str; 2] = ["q0", "q1"];

fn name(no: usize) -> String {
    format!("a{}", no % AGENTS)
}

/// A tenant of one agent order, in tiers or not, in which many agents are alike and many are not.
fn tenant(agent_order: AgentOrder, numbers: &[u16]) -> TenantConfig {
    let has_tiers = !numbers[AGENTS].is_multiple_of(2);
    let has_shares = !numbers[AGENTS].is_multiple_of(3);
    let queue = |name: &str| QueueConfig {
        agent_order,
        tiers: TierConfig {
            no_answer_opens_next: !numbers[AGENTS].is_multiple_of(5),
            ..TierConfig::default()
        },
        ring_ms: 20_000,
        ..QueueConfig::named(name)
    };
    let agent = |(no, number): (usize, &u16)| {
        let number = u32::from(*number);
        let levels = [
            ("german", 1 + number as u8 % 4),
            ("billing", 1 + no as u8 % 3),
        ];
        let mut agent = AgentConfig::named(&name(no), QUEUES).with_skills(levels);
        agent.capacity.insert(Channel::Voice, 1 + number / 4 % 3);
        if number.is_multiple_of(3) {
            agent.queues.clear();
            agent.profile = Some("q1 first".into());
        }
        for queue in &mut agent.queues {
            queue.position = number % 7;
            queue.share = if has_shares { number % 4 } else { 1 };
            queue.tier = if has_tiers { 1 + number % 2 } else { 1 };
        }
        agent
    };
    let agents = numbers[..AGENTS].iter().enumerate().map(agent).collect();
    let mut config = config(QUEUES.map(queue).into(), agents);
    config.skills = ["german", "billing"].map(Into::into).into();
    let ranked = |(queue, rank): (&str, u32)| ProfileQueue {
        queue: queue.into(),
        rank,
        delay_ms: 0,
    };
    config.profiles = vec![ProfileConfig {
        name: "q1 first".into(),
        queues: [("q0", 2), ("q1", 1)].map(ranked).into(),
    }];
    config.settings.seed = u64::from(numbers[AGENTS + 1]);
    config.settings.back_off.rejected_ms = 3_000;
    config
}

/// A day of the centre, by these numbers; what it is told depends on its own state only.
fn live<M: Matcher>(config: TenantConfig, numbers: &[u16]) -> Centre<M> {
    let mut centre = Centre::<M>::with_matcher(config);
    centre.checks = false;
    for agent in 0..AGENTS - 4 {
        centre.now += 40;
        centre.ready(&name(agent));
    }
    for (no, number) in numbers
        .iter()
        .map(|number| usize::from(*number))
        .enumerate()
    {
        let oldest = centre.state().facts().offers.values().next();
        let oldest = oldest.map(|offer| (offer.id, offer.agent, offer.contact));
        let agent = name(number / 16);
        match (number % 16, oldest) {
            (0..5, _) => {
                let level = 1 + (number / 32 % 4) as u8;
                let asked = [
                    Requirement::none(),
                    Requirement::all_of([("german", level)]),
                    Requirement::all_of([("german", level), ("billing", 2)]),
                ];
                let arrival = Arrival {
                    requirement: Some(asked[number / 64 % 3].clone()),
                    ..arrival(&format!("c{no}"), QUEUES[number / 16 % 2])
                };
                centre.command(Command::Arrive(arrival)).expect("arrived");
            }
            (5..8, Some((offer, no, contact))) => {
                let agent = centre.state().agent(no).config.name.to_string();
                let contact = centre.state().facts().contacts[&contact].name.clone();
                let _ = centre.act(&agent, AgentAct::Accept(offer));
                let _ = centre.command(on(contact, ContactAct::Connected(offer)));
            }
            (8, Some((offer, no, _))) => {
                let agent = centre.state().agent(no).config.name.to_string();
                let _ = centre.act(&agent, AgentAct::Reject(offer));
            }
            (9..11, _) => {
                let contacts = centre.state().facts().contacts.values();
                let first = contacts.map(|contact| contact.name.to_string()).next();
                first.map(|contact| centre.hang_up(&contact));
            }
            (11, _) => {
                let away = Availability::NotReady("break".into());
                let _ = centre.act(&agent, AgentAct::SetPresence(away));
            }
            (12, _) => {
                let _ = centre.act(&agent, AgentAct::SetPresence(Availability::Ready));
            }
            _ => centre.wait(number as i64 / 16),
        }
    }
    centre
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 220, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_whom_the_definition_names(
        order in proptest::sample::select(&AgentOrder::ALL[..]),
        first in proptest::collection::vec(any::<u16>(), AGENTS + 2),
        numbers in proptest::collection::vec(any::<u16>(), 60..140),
    ) {
        let config = tenant(order, &first);
        let fast: Centre = live(config.clone(), &numbers);
        let naive: Centre<NaiveMatcher> = live(config, &numbers);
        prop_assert_eq!(fast.log, naive.log);
    }
}
