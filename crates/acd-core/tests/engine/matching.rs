//! The one matching order: which contact for an agent, which agent for a contact.

use std::collections::BTreeMap;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::requirement::Requirement;

use crate::centre::*;

fn agents(names: &[&str], queues: &[&str]) -> Vec<AgentConfig> {
    names
        .iter()
        .map(|name| AgentConfig::named(name, queues.iter().copied()))
        .collect()
}

fn support(names: &[&str]) -> Centre {
    Centre::of(config(
        vec![QueueConfig::named("support")],
        agents(names, &["support"]),
    ))
}

fn with_priority(contact: &str, queue: &str, priority: i32) -> Command {
    Command::Arrive(Arrival {
        priority,
        ..arrival(contact, queue)
    })
}

/// One call after another, each over before the next begins: who gets them.
fn short_calls(centre: &mut Centre, count: usize) -> Vec<String> {
    (0..count)
        .map(|i| {
            let call = format!("call{i}");
            centre.wait(SECOND);
            centre.arrive(&call, "support").expect("joined");
            let agent = centre.offered(&call).expect("offered");
            centre.answer(&call);
            centre.hang_up(&call).expect("ended");
            agent
        })
        .collect()
}

#[test]
fn the_longest_idle_agent_is_offered_and_the_runner_up_is_on_record() {
    let mut centre = support(&["anna", "ben"]);
    centre.ready("ben");
    centre.wait(30 * SECOND);
    centre.ready("anna");
    centre.wait(60 * SECOND);
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered("call").as_deref(), Some("ben"));
    let contact = centre.contact("call").expect("open");
    let decision = &contact.offers[0].decision;
    assert_eq!(decision.candidates, 2);
    assert_eq!(
        decision.winner,
        AgentKey {
            behind: 0,
            tier: 1,
            rank: 0,
            leases: 0,
            idle_since: 0,
            agent: AgentNo(1)
        }
    );
    assert_eq!(
        decision.runner_up,
        Some(AgentKey {
            behind: 0,
            tier: 1,
            rank: 0,
            leases: 0,
            idle_since: 30_000,
            agent: AgentNo(0)
        })
    );
    assert_eq!(decision.config_version, 1);
}

#[test]
fn short_calls_rotate() {
    let mut centre = support(&["anna", "ben", "carl"]);
    for agent in ["anna", "ben", "carl"] {
        centre.ready(agent);
        centre.wait(SECOND);
    }
    assert_eq!(
        short_calls(&mut centre, 6),
        ["anna", "ben", "carl", "anna", "ben", "carl"]
    );
}

#[test]
fn first_come_first_served() {
    let mut centre = support(&["anna"]);
    for call in ["first", "second"] {
        centre.arrive(call, "support").expect("joined");
    }
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["first"]);
}

#[test]
fn a_higher_priority_goes_first_and_the_others_keep_their_place() {
    let mut centre = support(&["anna"]);
    centre.arrive("old", "support").expect("joined");
    centre.wait(600 * SECOND);
    centre
        .command(with_priority("vip", "support", 5))
        .expect("joined");
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["vip"]);
    centre.answer("vip");
    centre.hang_up("vip").expect("ended");
    assert_eq!(centre.offered_to("anna"), ["old"]);
}

fn aging(vip_joins_after: i64) -> Vec<String> {
    let mut tenant = config(
        vec![QueueConfig::named("support")],
        agents(&["anna"], &["support"]),
    );
    tenant.settings.priority_mode = PriorityMode::Aging {
        point_ms: 60 * SECOND,
    };
    let mut centre = Centre::of(tenant);
    centre.arrive("normal", "support").expect("joined");
    centre.wait(vip_joins_after);
    centre
        .command(with_priority("vip", "support", 1))
        .expect("joined");
    centre.ready("anna");
    centre.offered_to("anna")
}

#[test]
fn in_aging_mode_priority_is_a_head_start() {
    assert_eq!(aging(59 * SECOND), ["vip"]);
    assert_eq!(
        aging(60 * SECOND),
        ["normal"],
        "equal virtual waits go by enqueue sequence"
    );
    assert_eq!(aging(61 * SECOND), ["normal"]);
}

#[test]
fn queues_are_served_by_rank_then_by_wait() {
    let queue = |name: &str, rank| QueueConfig {
        rank,
        ..QueueConfig::named(name)
    };
    let queues = vec![queue("low", 3), queue("equal a", 1), queue("equal b", 1)];
    let mut centre = Centre::of(config(
        queues,
        agents(&["anna"], &["low", "equal a", "equal b"]),
    ));
    centre.arrive("oldest", "low").expect("joined");
    centre.wait(SECOND);
    centre.arrive("b", "equal b").expect("joined");
    centre.wait(SECOND);
    centre.arrive("a", "equal a").expect("joined");
    centre.ready("anna");
    let mut served = Vec::new();
    while let Some(call) = centre.offered_to("anna").pop() {
        centre.answer(&call);
        centre.hang_up(&call).expect("ended");
        served.push(call);
    }
    assert_eq!(served, ["b", "a", "oldest"]);
}

#[test]
fn a_head_start_counts_in_the_order_and_not_in_the_wait() {
    let mut centre = support(&["anna"]);
    centre.arrive("normal", "support").expect("joined");
    centre.wait(89 * SECOND);
    centre
        .command(Command::Arrive(Arrival {
            head_start_ms: 90 * SECOND,
            ..arrival("vip", "support")
        }))
        .expect("joined");
    centre.wait(SECOND);
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["vip"]);
    centre.answer("vip");
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!(figures.answered_wait.sum_ms, 1_000);
}

#[test]
fn an_age_offset_moves_a_contact_up() {
    let mut centre = support(&["anna"]);
    centre.arrive("old", "support").expect("joined");
    centre.wait(20 * SECOND);
    centre.arrive("young", "support").expect("joined");
    centre.wait(10 * SECOND);
    let older = ContactChange {
        age_offset_ms: Some(60 * SECOND),
        ..ContactChange::default()
    };
    centre.change("young", older).expect("changed");
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["young"]);
}

#[test]
fn a_new_priority_takes_effect_at_once_and_lets_a_ringing_offer_stand() {
    let mut centre = support(&["anna"]);
    centre.ready("anna");
    for call in ["ringing", "second", "third"] {
        centre.arrive(call, "support").expect("joined");
    }
    let raise = |priority| ContactChange {
        priority: Some(priority),
        ..ContactChange::default()
    };
    centre.change("third", raise(9)).expect("changed");
    assert_eq!(centre.offered_to("anna"), ["ringing"]);
    centre.answer("ringing");
    centre.hang_up("ringing").expect("ended");
    assert_eq!(centre.offered_to("anna"), ["third"]);
}

#[test]
fn a_requirement_needs_every_term_of_one_group() {
    let german = |level| [("german", level)];
    let anna = AgentConfig::named("anna", ["support"]).with_skills(german(4));
    let ben = AgentConfig::named("ben", ["support"]).with_skills([("german", 5), ("billing", 1)]);
    let queue = QueueConfig {
        requirement: Requirement::all_of(german(5)),
        ..QueueConfig::named("support")
    };
    let mut centre = Centre::of(config(vec![queue], vec![anna, ben]));
    centre.ready("anna");
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered("call"), None, "4 is not 5");
    centre.ready("ben");
    assert_eq!(centre.offered("call").as_deref(), Some("ben"));
    let either = Requirement {
        any_of: vec![
            Requirement::all_of([("billing", 9)]).any_of.remove(0),
            Requirement::all_of(german(1)).any_of.remove(0),
        ],
    };
    centre
        .command(Command::Arrive(Arrival {
            requirement: Some(either),
            ..arrival("own", "support")
        }))
        .expect("joined");
    assert_eq!(
        centre.offered("own").as_deref(),
        Some("anna"),
        "one group is enough"
    );
}

#[test]
fn a_contact_nobody_can_take_blocks_nobody() {
    let queue = QueueConfig::named("support");
    let mut tenant = config(vec![queue], agents(&["anna"], &["support"]));
    tenant.skills.push("rare".into());
    let mut centre = Centre::of(tenant);
    let requirement = Some(Requirement::all_of([("rare", 1)]));
    centre
        .command(Command::Arrive(Arrival {
            requirement,
            ..arrival("stuck", "support")
        }))
        .expect("joined");
    centre.arrive("next", "support").expect("joined");
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["next"]);
}

#[test]
fn a_skill_gained_is_matched_in_the_same_event_and_one_lost_lets_the_offer_stand() {
    let queue = QueueConfig {
        requirement: Requirement::all_of([("german", 3)]),
        ..QueueConfig::named("support")
    };
    let mut centre = Centre::of(config(vec![queue], agents(&["anna"], &["support"])));
    centre.ready("anna");
    centre.arrive("call", "support").expect("joined");
    let set = |skills: &[(&str, u8)]| {
        let skills: BTreeMap<SkillName, u8> = skills
            .iter()
            .map(|(name, level)| ((*name).into(), *level))
            .collect();
        Command::SetAgentSkills(SetAgentSkills {
            agent: "anna".into(),
            skills,
            author: "test".into(),
        })
    };
    let handled = centre.ask(Request::internal(set(&[("german", 3)])));
    assert!(
        handled
            .events
            .iter()
            .any(|recorded| matches!(recorded.event, Event::OfferMade(_)))
    );
    centre.command(set(&[])).expect("set");
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

#[test]
fn a_burst_goes_to_as_many_agents_one_each() {
    let names: Vec<String> = (0..100).map(|i| format!("agent{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut centre = support(&names);
    names.iter().for_each(|agent| centre.ready(agent));
    (0..200).for_each(|i| {
        _ = centre
            .arrive(&format!("call{i}"), "support")
            .expect("joined")
    });
    let mut offered: Vec<AgentNo> = centre
        .state()
        .facts()
        .offers
        .values()
        .map(|offer| offer.agent)
        .collect();
    offered.sort();
    offered.dedup();
    assert_eq!(offered.len(), 100);
}

#[test]
fn chats_fill_their_slots_and_voice_may_interrupt_them_but_not_the_reverse() {
    let anna = AgentConfig {
        capacity: BTreeMap::from([(Channel::Voice, 1), (Channel::Chat, 2)]),
        ..AgentConfig::named("anna", ["support"])
    };
    let mut centre = Centre::of(config(vec![QueueConfig::named("support")], vec![anna]));
    centre.ready("anna");
    let chat = |name: &str| {
        Command::Arrive(Arrival {
            channel: Channel::Chat,
            ..arrival(name, "support")
        })
    };
    for name in ["chat1", "chat2", "chat3"] {
        centre.command(chat(name)).expect("joined");
    }
    assert_eq!(centre.offered_to("anna"), ["chat1", "chat2"]);
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered_to("anna"), ["chat1", "chat2", "call"]);
    centre.hang_up("chat1").expect("ended");
    assert_eq!(
        centre.offered("chat3"),
        None,
        "the call may not be interrupted"
    );
    centre.hang_up("call").expect("ended");
    assert_eq!(centre.offered("chat3").as_deref(), Some("anna"));
}

#[test]
fn a_channel_without_a_slot_is_not_offered() {
    let mut centre = support(&["anna"]);
    centre.ready("anna");
    let chat = Command::Arrive(Arrival {
        channel: Channel::Chat,
        ..arrival("chat", "support")
    });
    centre.command(chat).expect("joined");
    assert_eq!(centre.offered("chat"), None);
}
