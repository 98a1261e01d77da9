//! What the adapter is told when a conversation ends, or goes on with somebody else.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::{Directive, DirectiveIssued, Event};
use acd_core::ids::{AgentNo, HandlingId};
use acd_core::state::LeaseHolder;

use crate::centre::*;

/// Two queues whose customers hear music while they wait, each with an agent who takes at once what comes.
fn centre() -> Centre {
    let queues = ["sales", "support"].map(|name| QueueConfig {
        alerting: Alerting::Auto,
        announcements: Announcements {
            music: Some("calm".into()),
            ..Announcements::default()
        },
        ..QueueConfig::named(name)
    });
    let agents = [("anna", "sales"), ("ben", "support")];
    let agents = agents.map(|(agent, queue)| AgentConfig::named(agent, [queue]));
    let mut centre = Centre::of(config(queues.into(), agents.into()));
    centre.ready("anna");
    centre.ready("ben");
    centre
}

fn told(centre: &Centre) -> Vec<Directive> {
    centre.events(|event| match event {
        Event::DirectiveIssued(DirectiveIssued { directive, .. }) => Some(directive.clone()),
        _ => None,
    })
}

fn talk(centre: &mut Centre) -> HandlingId {
    centre.arrive("call", "sales").expect("joined");
    let offer = centre.offer("call").expect("taken at once");
    centre
        .command(on("call", ContactAct::Connected(offer)))
        .expect("connected");
    let mut handlings = centre.state().facts().handlings.keys();
    *handlings.next().expect("they talk")
}

#[test]
fn the_agent_is_taken_out_before_anything_is_done_for_the_next_visit() {
    let mut centre = centre();
    let handling = talk(&mut centre);
    let (offer, before) = (
        centre.state().facts().handlings[&handling].offer,
        told(&centre).len(),
    );
    let to = Destination::Queue("support".into());
    centre
        .act("anna", AgentAct::Transfer(handling, to))
        .expect("transferred");
    let told = &told(&centre)[before..];
    assert!(
        matches!(
            told,
            [
                Directive::CancelConnect { offer: of },
                Directive::Announce { .. },
                Directive::Connect { .. },
            ] if *of == offer
        ),
        "{told:?}"
    );
}

#[test]
fn who_is_asked_is_never_taken_out_of_a_conversation_that_ends_with_the_question() {
    let mut centre = centre();
    let handling = talk(&mut centre);
    let ben = Destination::Agent("ben".into());
    centre
        .act("anna", AgentAct::Consult(handling, ben))
        .expect("asked");
    let consult = centre.contact("call~consult").expect("open").name.clone();
    let offer = centre.offer(consult.as_str()).expect("taken at once");
    centre
        .command(on(consult, ContactAct::Connected(offer)))
        .expect("connected");
    let before = told(&centre).len();
    centre
        .act("anna", AgentAct::Park(handling))
        .expect("parked");
    let told = &told(&centre)[before..];
    assert!(
        matches!(
            told,
            [Directive::Release { .. }, Directive::CancelConnect { .. }]
        ),
        "{told:?}"
    );
}

#[test]
fn a_dial_says_whom_to_call_first() {
    for (mode, first) in [
        (CallbackMode::AgentFirst, false),
        (CallbackMode::CustomerFirst, true),
    ] {
        let mut queue = QueueConfig::named("sales");
        queue.callback.mode = mode;
        let agents = vec![AgentConfig::named("anna", ["sales"])];
        let mut centre = Centre::of(config(vec![queue], agents));
        centre.ready("anna");
        centre
            .command(Command::Arrive(Arrival {
                dial: Some("+49301234".into()),
                ..arrival("task", "sales")
            }))
            .expect("joined");
        if !first {
            centre.accept("task").expect("accepted");
        }
        let told = told(&centre);
        assert!(
            matches!(
                told[..],
                [Directive::Dial { customer_first, .. }] if customer_first == first
            ),
            "{told:?}"
        );
    }
}

/// The agent has one slot, and it is taken. What a supervisor gives them beside it may leave a wrap-up beside it, too.
#[test]
fn who_was_dialled_in_vain_by_a_supervisors_order_is_wrapped_up_beside_the_conversation() {
    let mut queue = QueueConfig {
        wrap_up_ms: 20 * SECOND,
        ..QueueConfig::named("sales")
    };
    queue.callback.wrap_up = true;
    let agents = vec![AgentConfig::named("anna", ["sales"])];
    let mut centre = Centre::of(config(vec![queue], agents));
    centre.ready("anna");
    centre.arrive("call", "sales").expect("joined");
    let talk = centre.answer("call");
    centre
        .command(Command::Arrive(Arrival {
            dial: Some("+49301234".into()),
            ..arrival("task", "sales")
        }))
        .expect("joined");
    let act = SupervisorAct::Assign("task".into(), "anna".into());
    centre
        .command(Command::Supervise(Supervise {
            author: "sue".into(),
            reason: "".into(),
            act,
        }))
        .expect("offered");
    centre.accept("task").expect("accepted");
    let offer = centre.offer("task").expect("dialled");
    centre
        .command(on(
            "task",
            ContactAct::ConnectFailed(offer, ConnectFailure::CustomerNotReached),
        ))
        .expect("nobody answers");
    let held = |centre: &Centre| -> Vec<_> {
        let leases = &centre.state().agent(AgentNo(0)).leases;
        leases.iter().map(|lease| lease.holder).collect()
    };
    assert!(
        matches!(held(&centre)[..], [first, LeaseHolder::Handling(wrap_up)]
            if first == LeaseHolder::Handling(talk) && wrap_up != talk),
        "{:?}",
        held(&centre)
    );
    centre.wait(20 * SECOND);
    assert_eq!(held(&centre), [LeaseHolder::Handling(talk)]);
}
