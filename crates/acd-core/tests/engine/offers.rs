//! Offers and handlings: every offer ends once, and only what an agent did counts against them.

use acd_core::command::AcknowledgeDirectives;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::event::{DirectiveIssued, OfferEnded};
use acd_core::ids::*;
use acd_core::refusal::Reason;
use acd_core::state::HandlingState;

use crate::centre::*;

fn support(names: &[&str]) -> Centre {
    with(
        QueueConfig {
            ring_ms: 20 * SECOND,
            ..QueueConfig::named("support")
        },
        names,
    )
}

fn with(queue: QueueConfig, names: &[&str]) -> Centre {
    let mut centre = Centre::of(config(
        vec![queue],
        names
            .iter()
            .map(|name| AgentConfig::named(name, ["support"]))
            .collect(),
    ));
    for name in names {
        centre.ready(name);
        centre.wait(SECOND);
    }
    centre
}

fn ends(centre: &Centre) -> Vec<(OfferEnd, Fault)> {
    centre.events(|event| match event {
        Event::OfferEnded(OfferEnded { end, fault, .. }) => Some((*end, *fault)),
        _ => None,
    })
}

fn figures(centre: &Centre) -> acd_core::figures::Figures {
    centre.state().queue(QueueNo(0)).figures[&Channel::Voice].clone()
}

#[test]
fn an_answered_call_runs_from_offer_to_the_release_of_the_slot() {
    let mut centre = with(
        QueueConfig {
            wrap_up_ms: 10 * SECOND,
            ..QueueConfig::named("support")
        },
        &["anna"],
    );
    centre.arrive("call", "support").expect("joined");
    centre.wait(3 * SECOND);
    let handling = centre.answer("call");
    assert_eq!(centre.outcomes("call"), [Outcome::Answered]);
    centre.wait(20 * SECOND);
    centre.act("anna", AgentAct::Hold(handling)).expect("held");
    centre.wait(5 * SECOND);
    centre
        .act("anna", AgentAct::Resume(handling))
        .expect("resumed");
    centre.wait(10 * SECOND);
    centre.hang_up("call").expect("ended");
    centre.wait(4 * SECOND);
    let disposition = Some(Disposition {
        code: "sold".into(),
        notes: "".into(),
    });
    centre
        .act("anna", AgentAct::EndWrapUp(handling, disposition))
        .expect("wrap-up ended early");
    let figures = figures(&centre);
    assert_eq!(
        (
            figures.handled,
            figures.talk_ms,
            figures.hold_ms,
            figures.wrap_up_ms
        ),
        (1, 30_000, 5_000, 4_000)
    );
    assert_eq!(figures.answered_wait.sum_ms, 3_000);
    let (_, ended) = centre
        .state()
        .ended_named(&"call".into(), centre.now)
        .expect("on record");
    let record = &ended.record.as_ref().expect("kept").handlings[0];
    assert_eq!(
        record
            .disposition
            .as_ref()
            .map(|disposition| &*disposition.code),
        Some("sold")
    );
    assert_eq!(centre.state().agent(AgentNo(0)).idle_since, centre.now);
}

#[test]
fn wrap_up_ends_by_time_and_the_agents_own_time_goes_before_the_queues() {
    let queue = QueueConfig {
        wrap_up_ms: 10 * SECOND,
        ..QueueConfig::named("support")
    };
    let slow = AgentConfig {
        wrap_up_ms: Some(20 * SECOND),
        ..AgentConfig::named("slow", ["support"])
    };
    let mut centre = Centre::of(config(
        vec![queue],
        vec![slow, AgentConfig::named("quick", ["support"])],
    ));
    for (agent, call) in [("slow", "call1"), ("quick", "call2")] {
        centre.ready(agent);
        centre.arrive(call, "support").expect("joined");
        assert_eq!(centre.offered(call).as_deref(), Some(agent));
        centre.answer(call);
    }
    centre.hang_up("call1").expect("ended");
    centre.hang_up("call2").expect("ended");
    centre.arrive("next", "support").expect("joined");
    centre.arrive("last", "support").expect("joined");
    centre.wait(10 * SECOND - 1);
    assert_eq!(centre.offered("next"), None);
    centre.wait(1);
    assert_eq!(centre.offered("next").as_deref(), Some("quick"));
    centre.wait(10 * SECOND - 1);
    assert_eq!(centre.offered("last"), None);
    centre.wait(1);
    assert_eq!(centre.offered("last").as_deref(), Some("slow"));
}

#[test]
fn a_rejected_contact_keeps_its_place_and_goes_to_the_next_agent() {
    let mut centre = support(&["anna", "ben"]);
    centre.arrive("first", "support").expect("joined");
    centre.wait(SECOND);
    let offer = centre.offer("first").expect("offered");
    centre.reject("first").expect("rejected");
    assert_eq!(centre.offered("first").as_deref(), Some("ben"));
    assert_eq!(ends(&centre), [(OfferEnd::Rejected, Fault::Agent)]);
    assert_eq!(
        reason(centre.act("anna", AgentAct::Accept(offer))),
        Reason::OfferNotPending
    );
    assert_eq!(
        centre.state().agent(AgentNo(0)).idle_since,
        centre.now,
        "a rejection starts the idle clock anew"
    );
}

#[test]
fn a_sole_agent_is_offered_again_after_their_back_off() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    centre.reject("call").expect("rejected");
    centre.arrive("other", "support").expect("joined");
    assert_eq!(
        centre.offered_to("anna"),
        ["other"],
        "only this contact is kept from her"
    );
    centre.hang_up("other").expect("ended");
    centre.wait(10 * SECOND - 1);
    assert_eq!(centre.offered("call"), None);
    centre.wait(1);
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

#[test]
fn an_offer_rings_as_long_as_it_may_and_an_accept_at_that_instant_is_late() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    let offer = centre.offer("call").expect("offered");
    centre.now += 20 * SECOND;
    let late = centre
        .act("anna", AgentAct::Accept(offer))
        .expect_err("late");
    assert_eq!(late.reason, Reason::OfferNotPending);
    assert!(late.detail.contains("rang too long"), "{late}");
    assert_eq!(ends(&centre), [(OfferEnd::TimedOut, Fault::Agent)]);
    centre.wait(5 * SECOND);
    assert_eq!(
        centre.offered("call").as_deref(),
        Some("anna"),
        "again after the no-answer back-off"
    );
}

#[test]
fn a_caller_who_hangs_up_while_ringing_costs_the_agent_nothing() {
    let mut centre = support(&["anna"]);
    let idle_since = centre.state().agent(AgentNo(0)).idle_since;
    centre.arrive("call", "support").expect("joined");
    centre.wait(7 * SECOND);
    centre.hang_up("call").expect("ended");
    assert_eq!(
        ends(&centre),
        [(OfferEnd::Canceled(CancelReason::CustomerGone), Fault::None)]
    );
    assert_eq!(centre.state().agent(AgentNo(0)).idle_since, idle_since);
    assert!(centre.offered_to("anna").is_empty());
    assert_eq!(figures(&centre).offers.canceled, 1);
    centre.wait(600 * SECOND);
    assert_eq!(
        centre
            .log
            .iter()
            .filter(|r| matches!(r.event, Event::OfferMade(_)))
            .count(),
        1,
        "no ghost offer"
    );
}

#[test]
fn an_accepted_offer_that_is_not_connected_in_time_is_nobodys_fault() {
    let mut centre = support(&["anna", "ben"]);
    centre.arrive("call", "support").expect("joined");
    centre.accept("call").expect("accepted");
    centre.wait(15 * SECOND - 1);
    assert_eq!(ends(&centre), []);
    centre.wait(1);
    assert_eq!(
        ends(&centre),
        [(OfferEnd::ConnectFailed(ConnectFailure::System), Fault::None)]
    );
    assert_eq!(
        centre.offered("call").as_deref(),
        Some("anna"),
        "no back-off, and the idle clock did not move"
    );
    let told = centre.events(|event| match event {
        Event::DirectiveIssued(DirectiveIssued { directive, .. }) => Some(directive.clone()),
        _ => None,
    });
    assert!(
        matches!(
            told[..],
            [Directive::Connect { .. }, Directive::CancelConnect { .. }]
        ),
        "{told:?}"
    );
}

#[test]
fn a_busy_line_keeps_every_contact_from_the_agent_for_a_while() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    centre.arrive("other", "support").expect("joined");
    centre.accept("call").expect("accepted");
    let (contact, offer) = ("call", centre.offer("call").expect("connecting"));
    centre
        .command(on(
            contact,
            ContactAct::ConnectFailed(offer, ConnectFailure::Busy),
        ))
        .expect("noted");
    assert!(centre.offered_to("anna").is_empty());
    centre.wait(10 * SECOND - 1);
    assert!(centre.offered_to("anna").is_empty());
    centre.wait(1);
    assert_eq!(centre.offered_to("anna"), ["call"]);
}

#[test]
fn a_stale_ring_timer_after_the_connection_does_nothing() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    centre.wait(SECOND);
    centre.answer("call");
    centre.wait(600 * SECOND);
    assert_eq!(ends(&centre), []);
    assert_eq!(centre.state().facts().handlings.len(), 1);
}

#[test]
fn only_the_offer_that_was_accepted_can_be_reported_connected() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    let offer = centre.offer("call").expect("offered");
    let connected = on("call", ContactAct::Connected(offer));
    assert_eq!(
        reason(centre.command(connected.clone())),
        Reason::OfferNotAccepted
    );
    centre.accept("call").expect("accepted");
    centre.command(connected.clone()).expect("connected");
    centre
        .command(connected)
        .expect("a second report changes nothing");
    assert_eq!(figures(&centre).answered, 1);
}

#[test]
fn an_agent_ends_the_talk_and_the_adapter_releases_the_contact() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    let handling = centre.answer("call");
    let wrap_up = centre.act("anna", AgentAct::EndWrapUp(handling, None));
    assert_eq!(reason(wrap_up), Reason::HandlingState);
    centre
        .act("anna", AgentAct::EndTalk(handling, None))
        .expect("ended");
    let directive = *centre
        .state()
        .adapter(AdapterNo(0))
        .directives
        .keys()
        .last()
        .expect("told");
    centre
        .command(Command::AcknowledgeDirectives(AcknowledgeDirectives {
            adapter: ADAPTER.into(),
            directives: vec![directive],
        }))
        .expect("noted");
    assert!(centre.contact("call").is_none());
    assert_eq!(
        reason(centre.act("anna", AgentAct::Hold(handling))),
        Reason::HandlingState
    );
}

#[test]
fn a_hold_that_the_switch_reports_is_not_told_back_to_it() {
    let mut centre = support(&["anna"]);
    centre.arrive("call", "support").expect("joined");
    let handling = centre.answer("call");
    for held in [true, true, false, true] {
        centre
            .command(on("call", ContactAct::Hold(held)))
            .expect("noted");
    }
    assert!(matches!(
        centre.state().facts().handlings[&handling].state,
        HandlingState::Held { .. }
    ));
    let holds = centre.events(|event| match event {
        Event::DirectiveIssued(DirectiveIssued {
            directive: Directive::Hold { .. },
            ..
        }) => Some(()),
        _ => None,
    });
    assert_eq!(holds, []);
}

#[test]
fn only_their_own_offers_answer_to_an_agent() {
    let mut centre = support(&["anna", "ben"]);
    centre.arrive("call", "support").expect("joined");
    let offer = centre.offer("call").expect("offered to anna");
    assert_eq!(
        reason(centre.act("ben", AgentAct::Accept(offer))),
        Reason::UnknownOffer
    );
    assert_eq!(centre.offered("call").as_deref(), Some("anna"));
}

/// The row of the documentation's table for this end.
fn row_of(end: OfferEnd) -> String {
    let cost = end.cost();
    let word = |value: &dyn std::fmt::Debug| {
        let mut word = String::new();
        for c in format!("{value:?}").chars() {
            let starts = c.is_uppercase() && !word.is_empty() && !word.ends_with('(');
            word.extend(starts.then_some('_'));
            word.push(c.to_ascii_lowercase());
        }
        word
    };
    let back_off = cost.back_off.map(|(scope, cause)| {
        let what = match scope {
            BackOffScope::Visit => "this contact",
            BackOffScope::Agent => "all contacts",
        };
        format!("{what}, `{}`", word(&cause))
    });
    let or_none = |told: Option<String>| told.unwrap_or_else(|| "\u{2013}".to_owned());
    let yes = |holds: bool| or_none(holds.then(|| "yes".to_owned()));
    let cells = [
        word(&end),
        word(&cost.fault),
        or_none(back_off),
        yes(cost.non_response),
        or_none(cost.miss.map(|code| format!("`{code}`"))),
        yes(cost.idle_clock),
    ];
    format!("| {} |", cells.join(" | "))
}

#[test]
fn the_documentation_tells_what_each_end_costs() {
    let document = include_str!("../../../../docs/architecture.md");
    let heading = "| end | fault | back-off, by which time |";
    let rows = document
        .lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let told: Vec<String> = rows.map(str::to_owned).collect();
    let declared: Vec<String> = OfferEnd::ALL.into_iter().map(row_of).collect();
    assert_eq!(told, declared);
}
