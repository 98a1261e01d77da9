//! What is too much for one slice is done in several: at the instant of its cause, with everybody's turn in between,
//! and as if it had been done at once.

use acd_core::command::{ReconcileAdapter, Supervise};
use acd_core::event::{OfferEnded, VisitEnded};
use std::sync::Arc;

use acd_core::Engine;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::Presence;

use crate::centre::*;

/// More than a slice of 20 events can let go.
const MANY: usize = 50;

fn config_of(queue: QueueConfig) -> TenantConfig {
    let agents = ["anna", "ben"].map(|name| AgentConfig::named(name, ["full", "other"]));
    let mut config = config(
        vec![queue, QueueConfig::named("other")],
        agents.into_iter().collect(),
    );
    config.limits.slice_events = 20;
    config.settings.adapter_grace_ms = 60 * SECOND;
    config
}

/// A centre in whose queue many wait.
fn full(queue: QueueConfig) -> Centre {
    let mut centre = Centre::of(config_of(queue));
    for nth in 0..MANY {
        centre.arrive(&format!("c{nth}"), "full").expect("joined");
    }
    assert!(centre.engine.is_at_rest());
    centre
}

fn queue() -> QueueConfig {
    QueueConfig::named("full")
}

fn emergency(closed: bool) -> Command {
    Command::Supervise(Supervise {
        author: "boss".into(),
        reason: "".into(),
        act: SupervisorAct::SetEmergency(Some("full".into()), closed),
    })
}

/// Does one slice after the other; gives how many it took.
fn finish(centre: &mut Centre) -> usize {
    let mut slices = 0;
    while !centre.engine.is_at_rest() {
        let before = centre.log.len();
        centre.wait(0);
        let events = centre.log.len() - before;
        assert!(events <= 60, "a slice of {events} events");
        slices += 1;
    }
    slices
}

/// How the visits of the full queue ended, each with its instant.
fn ends(centre: &Centre) -> Vec<(Outcome, i64)> {
    let ends = centre
        .log
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::VisitEnded(VisitEnded { outcome, .. }) => Some((outcome, recorded.at_ms)),
            _ => None,
        });
    ends.collect()
}

#[test]
fn a_full_queue_that_closes_lets_everybody_go_at_the_instant_of_its_cause() {
    let mut centre = full(queue());
    centre.wait(5 * SECOND);
    centre.command(emergency(true)).expect("closed");
    assert!(!centre.engine.is_at_rest());
    assert!(ends(&centre).len() < MANY);
    centre.now += SECOND;
    assert!(finish(&mut centre) > 3);
    let closed = Outcome::Overflowed(OverflowReason::Closed);
    assert_eq!(ends(&centre), vec![(closed, 5 * SECOND); MANY]);
}

#[test]
fn who_leaves_is_offered_to_nobody_while_others_are_served() {
    let mut centre = full(queue());
    centre.command(emergency(true)).expect("closed");
    centre.ready("anna");
    assert_eq!(centre.offered_to("anna"), [""; 0], "not yet matched");
    centre.arrive("elsewhere", "other").expect("joined");
    assert!(!centre.engine.is_at_rest(), "requests have their turn");
    centre.wait(0);
    assert!(!centre.engine.is_at_rest(), "and so has matching");
    assert_eq!(centre.offered_to("anna"), ["elsewhere"]);
    finish(&mut centre);
    assert_eq!(centre.offered_to("anna"), ["elsewhere"]);
}

#[test]
fn a_queue_that_opens_again_before_all_have_left_keeps_nobody() {
    let mut centre = full(queue());
    centre.command(emergency(true)).expect("closed");
    centre.command(emergency(false)).expect("open");
    centre.arrive("late", "full").expect("the queue is open");
    finish(&mut centre);
    assert_eq!(ends(&centre).len(), MANY);
    assert!(centre.contact("late").is_some(), "who came after it stays");
    assert_eq!(centre.state().facts().visits.len(), 1);
}

#[test]
fn a_request_finds_what_it_would_find_if_all_had_been_done_at_once() {
    let mut centre = full(queue());
    centre.ready("anna");
    let rings = centre.offered_to("anna");
    let offer = centre.offer(&rings[0]).expect("an offer");
    let mut waiting = (0..MANY).rev().map(|nth| format!("c{nth}"));
    let last = waiting.next().expect("somebody waits");
    centre.command(emergency(true)).expect("closed");
    assert!(!centre.engine.is_at_rest());
    assert_eq!(
        reason(centre.act("anna", AgentAct::Accept(offer))),
        Reason::OfferNotPending
    );
    let change = ContactChange {
        queue: Some("other".into()),
        ..ContactChange::default()
    };
    assert_eq!(
        reason(centre.change(&last, change)),
        Reason::ContactNotWaiting
    );
    finish(&mut centre);
    assert_eq!(ends(&centre).len(), MANY);
}

#[test]
fn an_accept_at_the_ring_deadline_is_late_though_others_are_due_before_it() {
    let ringing = QueueConfig {
        max_wait_ms: Some(20 * SECOND),
        let_ring_finish: true,
        ..queue()
    };
    let mut centre = full(ringing);
    centre.ready("anna");
    let rings = centre.offered_to("anna");
    let offer = centre.offer(&rings[0]).expect("an offer");
    centre.now += 20 * SECOND;
    assert_eq!(
        reason(centre.act("anna", AgentAct::Accept(offer))),
        Reason::OfferNotPending
    );
    assert!(!centre.engine.is_at_rest());
}

#[test]
fn many_longest_waits_that_end_at_once_end_at_their_instant() {
    let impatient = QueueConfig {
        max_wait_ms: Some(30 * SECOND),
        ..queue()
    };
    let mut centre = full(impatient);
    centre.wait(40 * SECOND);
    assert!(!centre.engine.is_at_rest());
    let arrived = centre.ask(Request::internal(Command::Arrive(arrival("new", "full"))));
    assert_eq!(arrived.at_ms, 30 * SECOND, "engine time stands still");
    centre.wait(SECOND);
    finish(&mut centre);
    assert_eq!(ends(&centre), vec![(Outcome::TimedOut, 30 * SECOND); MANY]);
    centre.wait(29 * SECOND);
    finish(&mut centre);
    assert_eq!(
        ends(&centre).last(),
        Some(&(Outcome::TimedOut, 60 * SECOND))
    );
}

#[test]
fn when_the_last_agent_leaves_all_leave_though_one_comes_back_before_they_have() {
    let unstaffed = QueueConfig {
        leave_empty: [AbsentFactor::NotReady, AbsentFactor::LoggedOut].into(),
        agent_order: AgentOrder::LongestIdle,
        ..queue()
    };
    let mut centre = Centre::of(TenantConfig {
        // They are there and have no slot for calls.
        agents: vec![AgentConfig {
            capacity: [(Channel::Chat, 1)].into(),
            ..AgentConfig::named("anna", ["full", "other"])
        }],
        ..config_of(unstaffed)
    });
    for nth in 0..MANY {
        centre.arrive(&format!("c{nth}"), "full").expect("joined");
    }
    centre.ready("anna");
    finish(&mut centre);
    let away = AgentAct::SetPresence(Availability::NotReady("break".into()));
    centre.act("anna", away).expect("not ready");
    assert!(!centre.engine.is_at_rest());
    centre
        .act("anna", AgentAct::SetPresence(Availability::Ready))
        .expect("ready");
    finish(&mut centre);
    assert_eq!(ends(&centre), vec![(Outcome::NoStaff, 0); MANY]);
}

#[test]
fn a_lost_adapter_is_given_up_in_slices_and_a_stop_in_between_loses_nothing() {
    let mut centre = full(queue());
    centre.disconnect_adapter();
    centre.wait(60 * SECOND);
    assert!(!centre.engine.is_at_rest());
    let left = centre.state().facts().contacts.len();
    assert!(left > 0 && left < MANY);

    let facts = centre.state().facts().clone();
    centre.engine = Engine::restore("test".into(), facts);
    centre.now += 5 * SECOND;
    let events = centre.engine.recover(centre.now);
    centre.follow(&events);
    centre.connect_adapter();
    centre.ready("anna");
    finish(&mut centre);
    let abandoned = Outcome::Abandoned(EndCause::System);
    assert!(
        ends(&centre)
            .iter()
            .all(|(outcome, _)| *outcome == abandoned)
    );
    assert_eq!(ends(&centre).len(), MANY);
    assert_eq!(centre.offered_to("anna"), [""; 0]);
}

#[test]
fn a_live_list_that_names_a_contact_whose_end_is_put_off_lets_it_go_on() {
    let mut centre = full(queue());
    centre.disconnect_adapter();
    centre.wait(60 * SECOND);
    let last = format!("c{}", MANY - 1);
    assert!(centre.contact(&last).is_some(), "its end is put off");
    centre.connect_adapter();
    let live = LiveContact {
        arrival: arrival(&last, "full"),
        arrived_at: 0,
        agent: None,
    };
    centre
        .command(Command::ReconcileAdapter(ReconcileAdapter {
            adapter: ADAPTER.into(),
            as_of: None,
            held: Vec::new(),
            page: LivePage {
                contacts: vec![live],
                malformed: Vec::new(),
            },
            busy_outside: Vec::new(),
        }))
        .expect("reconciled");
    finish(&mut centre);
    assert!(centre.contact(&last).is_some());
    assert_eq!(centre.state().facts().contacts.len(), 1);
}

#[test]
fn a_start_at_which_much_is_due_is_sliced_and_rings_are_nobodys_fault() {
    let agents = (0..MANY).map(|nth| AgentConfig::named(&format!("a{nth}"), ["full"]));
    let mut config = config(vec![queue()], agents.collect());
    config.limits.slice_events = 20;
    let mut centre = Centre::of(config);
    for nth in 0..MANY {
        centre.ready(&format!("a{nth}"));
        centre.arrive(&format!("c{nth}"), "full").expect("joined");
    }
    assert_eq!(centre.state().facts().offers.len(), MANY);
    let facts = centre.state().facts().clone();
    centre.engine = Engine::restore("test".into(), facts);
    centre.now += 3_600 * SECOND;
    let back = centre.now;
    let events = centre.engine.recover(back);
    centre.follow(&events);
    assert!(!centre.engine.is_at_rest());
    centre.now += SECOND;
    finish(&mut centre);
    let ends = centre
        .log
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((end, fault, recorded.at_ms)),
            _ => None,
        });
    let rescinded = OfferEnd::Rescinded(RescindReason::System);
    assert_eq!(
        ends.collect::<Vec<_>>(),
        vec![(rescinded, Fault::None, back); MANY]
    );
}

#[test]
fn many_agents_whom_a_configuration_removes_go_in_slices() {
    let agents = (0..MANY).map(|nth| AgentConfig::named(&format!("a{nth}"), ["full"]));
    let mut config = config(vec![queue()], agents.collect());
    config.limits.slice_events = 20;
    let mut centre = Centre::of(config.clone());
    for nth in 0..MANY {
        centre.ready(&format!("a{nth}"));
    }
    config.agents.clear();
    centre.apply_config(config).expect("applied");
    assert!(!centre.engine.is_at_rest());
    finish(&mut centre);
    let agents = &centre.state().facts().agents;
    assert!(
        agents
            .iter()
            .all(|agent| agent.presence == Presence::Offline)
    );
}

#[test]
fn a_slice_ends_by_its_bytes_however_few_its_events_are() {
    let transcript = Attribute {
        key: "transcript".into(),
        value: "x".repeat(500_000).into(),
        sensitive: false,
    };
    let owed = QueueConfig {
        max_wait_ms: Some(30 * SECOND),
        overflow: vec![Target::Callback.into()],
        ..queue()
    };
    let mut config = config_of(owed);
    config.limits.attribute_bytes = 1_000_000;
    config.limits.slice_events = 1_000;
    let mut centre = Centre::of(config);
    for nth in 0..20 {
        centre
            .command(Command::Arrive(Arrival {
                customer: Some(format!("customer {nth}").into()),
                attributes: Arc::from([transcript.clone()]),
                ..arrival(&format!("c{nth}"), "full")
            }))
            .expect("joined");
    }
    centre.wait(30 * SECOND);
    assert!(
        ends(&centre).len() < 10,
        "{} have left",
        ends(&centre).len()
    );
    finish(&mut centre);
    assert_eq!(ends(&centre).len(), 20);
}
