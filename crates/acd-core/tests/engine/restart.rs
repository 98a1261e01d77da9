//! After a restart nobody's place is lost, and nobody is told otherwise than before.

use acd_core::Engine;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::OfferEnded;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::state::Presence;

use crate::centre::*;

fn centre() -> Centre {
    let agents = vec![
        AgentConfig::named("anna", ["support"]),
        AgentConfig::named("ben", ["support"]),
    ];
    let mut centre = Centre::of(config(vec![QueueConfig::named("support")], agents));
    centre.ready("anna");
    centre.ready("ben");
    centre
}

/// The engine stops, is down for a while, and comes back from its journal.
fn restart(centre: &mut Centre, down_ms: i64) -> Vec<Recorded> {
    let mut engine = Engine::new("test".into());
    centre.log.iter().for_each(|event| engine.apply(event));
    centre.engine = engine;
    centre.now += down_ms;
    let events = centre.engine.recover(centre.now);
    centre.follow(&events);
    events
}

#[test]
fn the_journal_gives_the_same_state_as_the_snapshot() {
    let mut centre = centre();
    centre.arrive("1", "support").expect("joined");
    centre.arrive("2", "support").expect("joined");
    centre.answer("1");
    let snapshot = centre.state().facts().clone();
    let digest = centre.state().digest();
    restart(&mut centre, 0);
    let from_snapshot: Engine = Engine::restore("test".into(), snapshot);
    assert_eq!(from_snapshot.state().digest(), digest);
}

#[test]
fn a_pending_offer_stays_and_can_be_accepted_after_the_resume() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    let offer = centre.offer("call").expect("offered");
    let session = centre.session("anna").expect("logged in");
    restart(&mut centre, 3 * SECOND);
    assert_eq!(centre.offer("call"), Some(offer));
    centre.attach("anna", session).expect("resumed");
    centre
        .act("anna", AgentAct::Accept(offer))
        .expect("accepted");
}

#[test]
fn an_offer_that_rang_out_while_the_engine_was_down_is_nobodys_fault() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    let idle_since = centre.state().agent(AgentNo(0)).idle_since;
    let events = restart(&mut centre, 60 * SECOND);
    let end = events.iter().find_map(|recorded| match recorded.event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((end, fault, recorded.at_ms)),
        _ => None,
    });
    assert_eq!(
        end,
        Some((
            OfferEnd::Rescinded(RescindReason::System),
            Fault::None,
            60 * SECOND
        ))
    );
    assert_eq!(centre.state().agent(AgentNo(0)).idle_since, idle_since);
}

#[test]
fn nobody_is_offered_anything_before_they_are_back_and_everybody_has_a_full_grace() {
    let mut centre = centre();
    let session = centre.session("ben").expect("logged in");
    restart(&mut centre, 3_600 * SECOND);
    centre.connect_adapter();
    centre.arrive("call", "support").expect("joined");
    assert_eq!(centre.offered("call"), None);
    centre.wait(30 * SECOND - 1);
    centre.attach("ben", session).expect("resumed");
    assert_eq!(centre.offered("call").as_deref(), Some("ben"));
    centre.wait(1);
    assert_eq!(
        centre.state().agent(AgentNo(0)).presence,
        Presence::Offline,
        "anna did not come back"
    );
}

#[test]
fn an_offer_to_an_agent_who_does_not_come_back_is_nobodys_fault() {
    let queue = QueueConfig {
        ring_ms: 90 * SECOND,
        ..QueueConfig::named("support")
    };
    let mut centre = Centre::of(config(
        vec![queue],
        vec![AgentConfig::named("anna", ["support"])],
    ));
    centre.ready("anna");
    centre.arrive("call", "support").expect("joined");
    restart(&mut centre, SECOND);
    centre.connect_adapter();
    centre.wait(30 * SECOND);
    let ends = centre.events(|event| match event {
        Event::OfferEnded(OfferEnded {
            end,
            fault,
            back_off,
            ..
        }) => Some((*end, *fault, *back_off)),
        _ => None,
    });
    assert_eq!(
        ends,
        [(
            OfferEnd::Rescinded(RescindReason::SessionLost),
            Fault::None,
            None
        )]
    );
}

#[test]
fn waiting_contacts_keep_their_place_and_overdue_ones_leave() {
    let queue = QueueConfig {
        max_wait_ms: Some(100 * SECOND),
        ..QueueConfig::named("support")
    };
    let mut centre = Centre::of(config(
        vec![queue],
        vec![AgentConfig::named("anna", ["support"])],
    ));
    centre.arrive("old", "support").expect("joined");
    centre.wait(50 * SECOND);
    centre.arrive("young", "support").expect("joined");
    restart(&mut centre, 50 * SECOND);
    assert_eq!(centre.outcomes("old"), [Outcome::TimedOut]);
    centre.connect_adapter();
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), ["young"]);
    centre.answer("young");
    let figures = &centre.state().queue(QueueNo(0)).figures[&Channel::Voice];
    assert_eq!(
        figures.answered_wait.sum_ms, 50_000,
        "the wait counts from the enqueue, the stop included"
    );
}

#[test]
fn back_offs_survive_a_restart() {
    let mut centre = centre();
    centre.arrive("call", "support").expect("joined");
    centre.reject("call").expect("rejected by anna");
    centre.reject("call").expect("rejected by ben");
    let session = centre.session("anna").expect("logged in");
    restart(&mut centre, 5 * SECOND);
    centre.connect_adapter();
    centre.attach("anna", session).expect("resumed");
    assert_eq!(centre.offered("call"), None);
    centre.wait(5 * SECOND);
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

#[test]
fn an_engine_that_never_began_has_nothing_to_recover() {
    let mut engine: Engine = Engine::new("test".into());
    assert_eq!(engine.recover(5), []);
}
