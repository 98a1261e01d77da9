//! Presence: what an agent asks for waits for what they have accepted, and for nothing else.

use acd_core::command::Login;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::OfferEnded;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::Presence;

use crate::centre::*;

fn centre() -> Centre {
    let mut centre = Centre::of(config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    ));
    centre.ready("anna");
    centre
}

fn pause() -> AgentAct {
    AgentAct::SetPresence(Availability::NotReady("break".into()))
}

fn presence(centre: &Centre) -> (Presence, i64) {
    let agent = centre.state().agent(AgentNo(0));
    (agent.presence.clone(), agent.presence_since)
}

#[test]
fn a_break_asked_for_in_a_call_begins_when_the_last_slot_clears() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.act("anna", pause()).expect("pending");
    assert_eq!(presence(&centre).0, Presence::Ready);
    centre.arrive("next", "support").expect("joined");
    centre.wait(30 * SECOND);
    centre.hang_up("call").expect("ended");
    assert_eq!(
        presence(&centre),
        (Presence::NotReady("break".into()), 30 * SECOND)
    );
    assert_eq!(centre.offered("next"), None);
}

#[test]
fn a_request_for_ready_cancels_a_pending_break() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.act("anna", pause()).expect("pending");
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("canceled");
    centre.arrive("next", "support").expect("joined");
    centre.hang_up("call").expect("ended");
    assert_eq!(centre.offered("next").as_deref(), Some("anna"));
}

#[test]
fn a_pending_offer_is_rescinded_when_the_agent_goes_and_is_no_non_response() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.act("anna", pause()).expect("at once");
    assert_eq!(presence(&centre).0, Presence::NotReady("break".into()));
    let ends = centre.events(|event| match event {
        Event::OfferEnded(OfferEnded {
            end,
            fault,
            back_off,
            ..
        }) => Some((*end, *fault, back_off.is_some())),
        _ => None,
    });
    assert_eq!(
        ends,
        [(
            OfferEnd::Rescinded(RescindReason::AgentGone),
            Fault::Agent,
            true
        )]
    );
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!((figures.offers.rescinded, figures.offers.rejected), (1, 0));
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("back");
    assert_eq!(
        centre.offered("call"),
        None,
        "it counts as a rejection for the back-off"
    );
    centre.wait(10 * SECOND);
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

#[test]
fn an_accepted_offer_holds_a_logout_back_and_a_new_login_cancels_it() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    let session = centre.session("anna").expect("logged in");
    centre.accept("call").expect("accepted");
    centre.act("anna", AgentAct::Logout).expect("pending");
    let login = Command::Login(Login {
        agent: "anna".into(),
    });
    centre
        .attach("anna", session)
        .expect("resuming the session is no login");
    assert!(centre.state().agent(AgentNo(0)).pending.is_some());
    centre.command(login).expect("a new login");
    let offer = centre.offer("call").expect("taken over");
    centre
        .command(on("call", ContactAct::Connected(offer)))
        .expect("connected");
    centre.hang_up("call").expect("ended");
    assert_eq!(presence(&centre), (Presence::Ready, 0));
}

#[test]
fn a_removed_agent_finishes_what_they_have_and_is_gone() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre
        .apply_config(config(vec![QueueConfig::named("support")], vec![]))
        .expect("applied");
    centre.arrive("next", "support").expect("joined");
    centre.hang_up("call").expect("ended");
    assert_eq!(presence(&centre).0, Presence::Offline);
    assert_eq!(centre.offered("next"), None);
}

#[test]
fn a_removed_queue_drains_first() {
    let mut centre = centre();
    centre.act("anna", pause()).expect("at once");
    centre.arrive("call", "support").expect("joined");
    let anna = AgentConfig::named("anna", []);
    centre
        .apply_config(config(vec![], vec![anna]))
        .expect("applied");
    let late = centre.arrive("late", "support");
    assert_eq!(reason(late), Reason::UnknownQueue);
    let drained = |centre: &Centre| {
        centre.events(|event| matches!(event, Event::QueueDrained(_)).then_some(()))
    };
    assert_eq!(drained(&centre), []);
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("ready");
    assert_eq!(
        centre.offered("call").as_deref(),
        Some("anna"),
        "what waited is served"
    );
    centre.answer("call");
    assert_eq!(drained(&centre), [()]);
}

#[test]
fn what_stays_in_a_new_configuration_keeps_its_clocks_and_counters() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.reject("call").expect("rejected");
    let before = centre.state().agent(AgentNo(0)).clone();
    let other = QueueConfig::named("other");
    let queues = vec![
        other,
        QueueConfig {
            service_level_ms: 7_000,
            ..QueueConfig::named("support")
        },
    ];
    centre
        .apply_config(config(
            queues,
            vec![AgentConfig::named("anna", ["support"])],
        ))
        .expect("applied");
    let after = centre.state().agent(AgentNo(0));
    assert_eq!(
        (after.idle_since, &after.session),
        (before.idle_since, &before.session)
    );
    assert_eq!(centre.offered("call"), None, "the back-off stands");
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!(
        (figures.offered, figures.answered_wait.within(7_000)),
        (1, Some(0))
    );
}

#[test]
fn a_removed_agent_cannot_cancel_their_logout_but_a_configuration_that_has_them_again_does() {
    let mut centre = centre();
    let anna = || vec![AgentConfig::named("anna", ["support"])];
    let support = || vec![QueueConfig::named("support")];
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre
        .apply_config(config(support(), vec![]))
        .expect("applied");
    let ready = AgentAct::SetPresence(Availability::Ready);
    let refused = reason(centre.act("anna", ready));
    assert_eq!(refused, acd_core::refusal::Reason::UnknownAgent);
    centre
        .apply_config(config(support(), anna()))
        .expect("applied");
    centre.hang_up("call").expect("ended");
    assert_eq!(presence(&centre).0, Presence::Ready);
}

#[test]
fn a_break_asked_for_after_a_logout_leaves_the_logout_standing() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.answer("call");
    centre.act("anna", AgentAct::Logout).expect("pending");
    centre.act("anna", pause()).expect("noted");
    centre.hang_up("call").expect("ended");
    assert_eq!(presence(&centre).0, Presence::Offline);
}
