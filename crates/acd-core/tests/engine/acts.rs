//! What is remembered of supervisors' acts, and values that are revealed to who may have them.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::refusal::Reason;

use crate::centre::*;

/// A queue with two agents; cards and secrets may be revealed to agents, card numbers to supervisors too.
fn centre() -> Centre {
    let agents = ["anna", "bert"].map(|name| AgentConfig::named(name, ["support"]));
    let mut config = config(vec![QueueConfig::named("support")], agents.into());
    let attribute = |name: &str, kind, reveal: &[Viewer]| AttributeConfig {
        name: name.into(),
        kind,
        mask: MaskConfig {
            reveal: reveal.iter().copied().collect(),
            ..MaskConfig::default()
        },
        ..AttributeConfig::default()
    };
    config.attributes = vec![
        attribute(
            "card",
            AttributeKind::Card,
            &[Viewer::Agent, Viewer::Supervisor],
        ),
        attribute("pin", AttributeKind::Secret, &[Viewer::Agent]),
    ];
    config.limits.acts = 3;
    let mut centre = Centre::of(config);
    centre.ready("anna");
    centre.ready("bert");
    centre
}

fn with_card(contact: &str) -> Command {
    let attribute = |key: &str, value: &str| Attribute {
        key: key.into(),
        value: value.into(),
        sensitive: false,
    };
    Command::Arrive(Arrival {
        customer: Some("4711".into()),
        attributes: [
            attribute("card", "4111111111111111"),
            attribute("pin", "0815"),
        ]
        .into(),
        ..arrival(contact, "support")
    })
}

fn supervise(centre: &mut Centre, reason: &str, act: SupervisorAct) -> Answer {
    centre.command(Command::Supervise(Supervise {
        author: "sue".into(),
        reason: reason.into(),
        act,
    }))
}

fn reveal(contact: &str, key: &str) -> SupervisorAct {
    SupervisorAct::Reveal {
        contact: contact.into(),
        item: MaskedItem::Attribute(key.into()),
        agent: None,
    }
}

fn reveal_to_agent(contact: &str, item: MaskedItem) -> AgentAct {
    AgentAct::Reveal {
        author: "anna@desk".into(),
        reason: "to check it".into(),
        contact: contact.into(),
        item,
    }
}

#[test]
fn the_last_acts_are_remembered_with_their_reasons_and_without_values() {
    let mut centre = centre();
    centre.command(with_card("c1")).expect("joined");
    let change = ContactChange {
        attributes: vec![Attribute {
            key: "card".into(),
            value: "5500".into(),
            sensitive: true,
        }],
        ..ContactChange::default()
    };
    let changed = SupervisorAct::ChangeContact("c1".into(), change);
    supervise(&mut centre, "it was wrong", changed).expect("changed");
    let acts = &centre.state().facts().acts;
    let acted = &acts.kept[0].acted;
    assert_eq!(
        (&*acted.reason, acted.author.as_str()),
        ("it was wrong", "sue")
    );
    let SupervisorAct::ChangeContact(_, change) = &acted.act else {
        panic!("{acted:?}")
    };
    assert_eq!(change.attributes[0].value.reveal(), "");
    assert_eq!(acts.forgotten_until, None);

    let first_at = acts.kept[0].at_ms;
    for _ in 0..3 {
        let closed = SupervisorAct::SetEmergency(None, false);
        supervise(&mut centre, "", closed).expect("opened");
    }
    let acts = &centre.state().facts().acts;
    assert_eq!((acts.kept.len(), acts.forgotten_until), (3, Some(first_at)));

    let wordy = "x".repeat(1_025);
    let closed = SupervisorAct::SetEmergency(None, true);
    let refused = supervise(&mut centre, &wordy, closed);
    assert_eq!(reason(refused), Reason::InvalidArgument);
}

#[test]
fn a_supervisor_is_revealed_what_the_configuration_lets_them_have() {
    let mut centre = centre();
    centre.command(with_card("c1")).expect("joined");
    supervise(&mut centre, "a complaint", reveal("c1", "card")).expect("revealed");
    assert_eq!(centre.state().facts().acts.kept.len(), 1);

    let refused = |centre: &mut Centre, act| reason(supervise(centre, "", act));
    assert_eq!(
        refused(&mut centre, reveal("c1", "pin")),
        Reason::NotRevealed
    );
    assert_eq!(
        refused(&mut centre, reveal("c1", "name")),
        Reason::UnknownAttribute
    );
    assert_eq!(
        refused(&mut centre, reveal("c2", "card")),
        Reason::UnknownContact
    );
    let customer = SupervisorAct::Reveal {
        contact: "c1".into(),
        item: MaskedItem::CustomerKey,
        agent: None,
    };
    assert_eq!(refused(&mut centre, customer), Reason::NotRevealed);
    assert_eq!(
        centre.state().facts().acts.kept.len(),
        1,
        "no other is recorded"
    );

    centre.hang_up("c1").expect("ended");
    supervise(&mut centre, "", reveal("c1", "card")).expect("of one that has ended");
}

#[test]
fn an_agent_is_revealed_values_of_their_own_contacts_alone() {
    let mut centre = centre();
    centre.command(with_card("c1")).expect("joined");
    let card = || MaskedItem::Attribute("card".into());
    assert_eq!(centre.offered("c1").as_deref(), Some("anna"));
    let act = || reveal_to_agent("c1", card());
    centre.act("anna", act()).expect("while it rings");
    assert_eq!(reason(centre.act("bert", act())), Reason::UnknownContact);
    let acted = centre.state().facts().acts.kept[0].acted.clone();
    let revealed = SupervisorAct::Reveal {
        contact: "c1".into(),
        item: card(),
        agent: Some("anna".into()),
    };
    assert_eq!((acted.author.as_str(), acted.act), ("anna@desk", revealed));

    centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    let pin = MaskedItem::Attribute("pin".into());
    centre
        .act("anna", reveal_to_agent("c1", pin))
        .expect("after it");
    // What they are shown anyway they may have, too.
    centre
        .act("anna", reveal_to_agent("c1", MaskedItem::CustomerKey))
        .expect("it is theirs");
    let dial = centre.act("anna", reveal_to_agent("c1", MaskedItem::Dial));
    assert_eq!(reason(dial), Reason::UnknownAttribute);
}
