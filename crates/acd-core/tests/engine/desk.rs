//! What an agent's desk shows beside open offers and conversations: their day, contacts that come back, handlings of which
//! something is still to be said, and the codes that may be chosen.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::{AgentDay, State};

use crate::centre::*;

const HOUR: i64 = 3_600 * SECOND;

/// One queue with outcomes to choose from, and an agent.
fn centre_of(change: impl FnOnce(&mut TenantConfig)) -> Centre {
    let queue = QueueConfig {
        dispositions: vec!["solved".into(), "open".into()],
        disposition_required: true,
        wrap_up_ms: 10 * SECOND,
        ..QueueConfig::named("support")
    };
    let mut config = config(vec![queue], vec![AgentConfig::named("anna", ["support"])]);
    let disposition = |name: &str| DispositionConfig {
        name: name.into(),
        ..DispositionConfig::default()
    };
    config.dispositions = ["solved", "open"].map(disposition).into();
    config.reasons = vec![ReasonConfig {
        name: "break".into(),
        allowed_ms: Some(HOUR),
        ..ReasonConfig::default()
    }];
    change(&mut config);
    let mut centre = Centre::of(config);
    centre.ready("anna");
    centre
}

fn centre() -> Centre {
    centre_of(|_| {})
}

fn today(centre: &Centre) -> &AgentDay {
    &centre.state().agent(AgentNo(0)).today
}

fn not_ready(code: &str) -> AgentAct {
    AgentAct::SetPresence(Availability::NotReady(code.into()))
}

fn said(code: &str, notes: &str) -> Disposition {
    Disposition {
        code: code.into(),
        notes: notes.into(),
    }
}

/// A conversation of a minute, half of it on hold, and its wrap-up.
fn handled(centre: &mut Centre, contact: &str) -> HandlingId {
    centre.arrive(contact, "support").expect("joined");
    let handling = centre.answer(contact);
    centre.wait(30 * SECOND);
    centre.act("anna", AgentAct::Hold(handling)).expect("held");
    centre.wait(30 * SECOND);
    centre.hang_up(contact).expect("ended");
    centre.wait(10 * SECOND);
    handling
}

/// The handlings that are over and unfinished.
fn unfinished(centre: &Centre) -> Vec<HandlingId> {
    let state: &State = centre.state();
    let recent = &state.agent(AgentNo(0)).recent_handlings;
    let unfinished = recent.iter().filter(|over| state.is_unfinished(over));
    unfinished.map(|over| over.id).collect()
}

#[test]
fn a_day_counts_contacts_their_times_and_presence() {
    let mut centre = centre();
    handled(&mut centre, "c1");
    centre.act("anna", not_ready("break")).expect("a break");
    centre.wait(5 * SECOND);
    centre.ready("anna");
    centre.wait(SECOND);
    centre.act("anna", not_ready("lunch")).expect("lunch");
    centre.wait(2 * SECOND);
    let expected = AgentDay {
        handled: 1,
        talk_ms: 30 * SECOND,
        hold_ms: 30 * SECOND,
        wrap_up_ms: 10 * SECOND,
        ready_ms: 71 * SECOND,
        // Logging in again took no time; lunch goes on.
        not_ready_ms: [("break".into(), 5 * SECOND), ("logged_in".into(), 0)].into(),
        ..AgentDay::default()
    };
    assert_eq!(today(&centre), &expected);
}

#[test]
fn a_day_counts_offers_that_were_declined_and_missed() {
    let mut centre = centre();
    centre.arrive("c1", "support").expect("joined");
    centre.reject("c1").expect("rejected");
    centre.wait(20 * SECOND);
    assert_eq!(centre.offered("c1").as_deref(), Some("anna"));
    centre.wait(20 * SECOND);
    assert_eq!((today(&centre).rejected, today(&centre).missed), (1, 1));
}

#[test]
fn presence_is_cut_where_a_day_begins() {
    let mut centre = centre();
    let days = CivilTime {
        calendars: Vec::new(),
        days: vec![HOUR],
    };
    centre
        .command(Command::ResolveCivilTime(days.into()))
        .expect("known");
    centre.act("anna", not_ready("break")).expect("a break");
    centre.wait(HOUR + 5 * SECOND);
    assert_eq!(today(&centre), &AgentDay::default());
    centre.ready("anna");
    let breaks = &today(&centre).not_ready_ms;
    assert_eq!(breaks.get("break"), Some(&(5 * SECOND)));
    assert_eq!(centre.state().facts().day_began_at, HOUR);
}

#[test]
fn reasons_beyond_those_that_are_kept_are_counted_together() {
    let mut centre = centre();
    let kept = centre.state().facts().measures.reasons_of_day as usize;
    for code in 0..kept + 3 {
        centre
            .act("anna", not_ready(&format!("r{code}")))
            .expect("taken");
        centre.wait(SECOND);
    }
    centre.ready("anna");
    let reasons = &today(&centre).not_ready_ms;
    // Of those that are kept one is that of the login.
    assert_eq!(reasons.len(), kept + 1);
    assert_eq!(reasons.get(""), Some(&(4 * SECOND)));
}

#[test]
fn a_contact_that_is_parked_or_put_off_comes_back_to_its_agent() {
    let mut centre = centre();
    let kept = |centre: &Centre| {
        let contacts = centre.state().kept_for(AgentNo(0));
        let kept = contacts.map(|contact| {
            let handling = contact.kept_handling().expect("they talked");
            (contact.name.to_string(), handling.handling)
        });
        kept.collect::<Vec<_>>()
    };
    centre.arrive("c1", "support").expect("joined");
    let handling = centre.answer("c1");
    centre
        .act("anna", AgentAct::Park(handling))
        .expect("parked");
    assert_eq!(kept(&centre), [("c1".to_owned(), handling)]);
    let date = centre.now + HOUR;
    let put_off = AgentAct::PutOff("c1".into(), date);
    centre.act("anna", put_off).expect("put off");
    assert_eq!(kept(&centre), [("c1".to_owned(), handling)]);
    centre.wait(HOUR);
    assert_eq!(centre.offered("c1").as_deref(), Some("anna"));
    assert_eq!(kept(&centre), []);
    // What was parked is not over.
    assert_eq!(unfinished(&centre), []);
}

#[test]
fn a_handling_is_unfinished_until_its_outcome_is_said() {
    let mut centre = centre();
    let handling = handled(&mut centre, "c1");
    assert_eq!(unfinished(&centre), [handling]);
    let draft = AgentAct::SetDisposition(handling, said("", "calls again"));
    centre.act("anna", draft).expect("a draft");
    assert_eq!(unfinished(&centre), [handling]);
    let outcome = AgentAct::SetDisposition(handling, said("solved", "calls again"));
    centre.act("anna", outcome).expect("said");
    assert_eq!(unfinished(&centre), []);
}

#[test]
fn only_the_last_handlings_are_unfinished_and_only_while_their_contacts_are_on_record() {
    let mut centre = centre_of(|config| config.limits.ended_records = 5);
    let handlings: Vec<HandlingId> = (0..9)
        .map(|nth| handled(&mut centre, &format!("c{nth}")))
        .collect();
    assert_eq!(unfinished(&centre), handlings[4..]);
    let mut centre = centre_of(|config| config.limits.ended_records = 50);
    let handlings: Vec<HandlingId> = (0..9)
        .map(|nth| handled(&mut centre, &format!("c{nth}")))
        .collect();
    assert_eq!(unfinished(&centre), handlings[1..]);
    centre.wait(2 * HOUR);
    centre.arrive("later", "support").expect("joined");
    assert_eq!(unfinished(&centre), []);
}

#[test]
fn where_outcomes_are_optional_only_a_draft_is_unfinished() {
    let mut centre = centre_of(|config| config.queues[0].disposition_required = false);
    let handling = handled(&mut centre, "c1");
    assert_eq!(unfinished(&centre), []);
    let draft = AgentAct::SetDisposition(handling, said("", "calls again"));
    centre.act("anna", draft).expect("a draft");
    assert_eq!(unfinished(&centre), [handling]);
}

#[test]
fn an_optional_wrap_up_may_still_be_entered() {
    let mut centre = centre_of(|config| {
        config.queues[0].wrap_up_mode = WrapUpMode::Optional;
        config.queues[0].disposition_required = false;
    });
    let handling = handled(&mut centre, "c1");
    assert_eq!(unfinished(&centre), [handling]);
    let enter = AgentAct::EnterWrapUp(handling);
    centre.act("anna", enter).expect("entered");
    assert_eq!(unfinished(&centre), []);
}

#[test]
fn other_codes_are_taken_unless_only_configured_ones_are() {
    let mut centre = centre();
    let handling = handled(&mut centre, "c1");
    let other = |handling| AgentAct::SetDisposition(handling, said("other", ""));
    centre.act("anna", other(handling)).expect("any code");
    centre.act("anna", not_ready("lunch")).expect("any code");

    let mut centre = centre_of(|config| config.settings.only_configured_codes = true);
    let handling = handled(&mut centre, "c1");
    for act in [
        other(handling),
        not_ready("lunch"),
        AgentAct::PauseQueue("support".into(), "lunch".into()),
    ] {
        assert_eq!(reason(centre.act("anna", act)), Reason::InvalidArgument);
    }
    let supervised = Command::Supervise(Supervise {
        reason: "".into(),
        author: "sven".into(),
        act: SupervisorAct::SetPresence("anna".into(), Availability::NotReady("lunch".into())),
    });
    assert_eq!(reason(centre.command(supervised)), Reason::InvalidArgument);
    for act in [
        AgentAct::SetDisposition(handling, said("open", "")),
        AgentAct::SetDisposition(handling, said("", "a draft")),
        not_ready("break"),
        AgentAct::PauseQueue("support".into(), "break".into()),
    ] {
        centre.act("anna", act).expect("configured");
    }
}

#[test]
fn where_nothing_is_configured_any_code_is_taken() {
    let mut centre = centre_of(|config| {
        config.settings.only_configured_codes = true;
        config.reasons.clear();
        config.queues[0].dispositions.clear();
        config.queues[0].disposition_required = false;
    });
    let handling = handled(&mut centre, "c1");
    for act in [
        AgentAct::SetDisposition(handling, said("other", "")),
        not_ready("lunch"),
    ] {
        centre.act("anna", act).expect("any code");
    }
}

#[test]
fn a_customer_with_an_open_callback_is_known_when_they_are_connected() {
    let mut centre = centre_of(|config| {
        config.agents[0].capacity.insert(Channel::Callback, 0);
    });
    let customer = |contact: &str, channel| Arrival {
        customer: Some("4711".into()),
        channel,
        ..arrival(contact, "support")
    };
    centre
        .command(Command::Arrive(customer("back", Channel::Callback)))
        .expect("joined");
    centre
        .command(Command::Arrive(customer("call", Channel::Voice)))
        .expect("joined");
    let handling = centre.answer("call");
    assert!(centre.state().facts().handlings[&handling].callback_open);
}
