//! Explanations: one concrete reason per agent, and the same in a sentence.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::explain::{self, WhyNot};
use acd_core::ids::*;
use acd_core::requirement::{Requirement, Term};

use crate::centre::*;

fn why(centre: &Centre, contact: &str) -> explain::ContactExplanation {
    let contact = centre.contact(contact).expect("open");
    explain::contact(centre.state(), contact, centre.now, &|at| at.to_string())
}

#[test]
fn a_waiting_contact_tells_one_reason_per_agent() {
    let requirement = Requirement::all_of([("german", 4)]);
    let queue = QueueConfig {
        requirement,
        ..QueueConfig::named("support")
    };
    let german = |name: &str| AgentConfig::named(name, ["support"]).with_skills([("german", 5)]);
    let agents = vec![
        german("busy"),
        german("away"),
        german("rejecting"),
        AgentConfig::named("weak", ["support"]).with_skills([("german", 3)]),
        german("offline"),
        AgentConfig::named("elsewhere", []),
    ];
    let mut centre = Centre::of(config(vec![queue], agents));
    centre.ready("busy");
    centre.arrive("first", "support").expect("joined");
    centre.answer("first");
    centre.ready("weak");
    centre.login("away");
    centre.ready("rejecting");
    centre.arrive("call", "support").expect("joined");
    centre.reject("call").expect("rejected");
    centre.wait(SECOND);

    let explained = why(&centre, "call");
    let reasons: Vec<(WhyNot, u32)> = explained
        .agents
        .iter()
        .map(|class| (class.why.clone(), class.count))
        .collect();
    let expected = [
        (WhyNot::NotServing("support".into()), 1),
        (
            WhyNot::Lacks(Term {
                skill: "german".into(),
                level: 4,
            }),
            1,
        ),
        (WhyNot::LoggedOut, 1),
        (WhyNot::NotReady("logged_in".into()), 1),
        (WhyNot::Busy(Channel::Voice), 1),
        (WhyNot::VisitBackOff, 1),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(explained.position, Some(1));
    assert!(
        explained.sentence.contains("1 lacking german >= 4"),
        "{}",
        explained.sentence
    );
    assert!(
        explained
            .sentence
            .contains("1 in back-off for this contact until 10000"),
        "{}",
        explained.sentence
    );
}

#[test]
fn a_ringing_contact_tells_to_whom() {
    let agents = vec![AgentConfig::named("anna", ["support"])];
    let mut centre = Centre::of(config(vec![QueueConfig::named("support")], agents));
    centre.ready("anna");
    centre.arrive("call", "support").expect("joined");
    centre.arrive("next", "support").expect("joined");
    assert_eq!(
        why(&centre, "call").sentence,
        "call of queue support is offered to anna for 0 s"
    );
    assert_eq!(why(&centre, "next").position, Some(2));
    centre.answer("call");
    assert_eq!(
        why(&centre, "call").sentence,
        "call is in a conversation with anna"
    );
}

#[test]
fn a_contact_of_a_lost_adapter_says_so() {
    let mut centre = Centre::of(config(vec![QueueConfig::named("support")], vec![]));
    centre.arrive("call", "support").expect("joined");
    assert!(
        why(&centre, "call")
            .sentence
            .ends_with("nobody serves queue support")
    );
    centre.disconnect_adapter();
    assert!(
        why(&centre, "call")
            .sentence
            .ends_with("its adapter pbx is not connected")
    );
}

#[test]
fn an_agent_learns_why_no_contact_comes() {
    let mut tenant = config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    );
    tenant.skills.push("rare".into());
    let mut centre = Centre::of(tenant);
    let tell = |centre: &Centre| explain::agent(centre.state(), AgentNo(0), &|at| at.to_string()).1;
    assert_eq!(tell(&centre), "anna gets no contact: logged out");
    centre.ready("anna");
    assert_eq!(
        tell(&centre),
        "anna is ready, and no contact waits in their queues"
    );
    let requirement = Some(Requirement::all_of([("rare", 1)]));
    centre
        .command(Command::Arrive(Arrival {
            requirement,
            ..arrival("call", "support")
        }))
        .expect("joined");
    assert_eq!(
        tell(&centre),
        "anna is ready; of the waiting contacts of their queues: 1 they are lacking rare >= 1 for"
    );
}
