//! A month of a real bank through the engine: nobody is lost, nobody answered twice, and the order is kept.
//! Skipped with a message where the call log is absent.

use std::collections::BTreeSet;
use std::path::PathBuf;

use acd_core::event::{ContactKey, Event, OfferMade, Recorded, VisitEnded};
use acd_core::state::State;
use acd_replay::call_log::{self, ReadLimits};
use acd_replay::play::InProcess;
use acd_replay::report::{ClosingReport, Tally, Thresholds};
use acd_replay::script::{Script, from_log};
use acd_replay::shifts::DEFAULT_SHIFT_GAP_MS;

fn january() -> Option<call_log::CallLog> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("ACD_SHARED").map_or(beside, PathBuf::from);
    let path = shared.join("data/anonymous_bank_1999_january.tsv.gz");
    if !path.exists() {
        println!(
            "skipped: no call log at {} (set ACD_SHARED)",
            path.display()
        );
        return None;
    }
    Some(call_log::read_path(&path, ReadLimits::default()).expect("a readable log"))
}

fn script(log: &call_log::CallLog) -> Script {
    from_log(log, DEFAULT_SHIFT_GAP_MS, 1).expect("talk times")
}

fn report(script: &Script, observed: &mut dyn FnMut(&State, &Recorded)) -> ClosingReport {
    let play = InProcess::new(script);
    let tally = play.run(observed).expect("nothing refused");
    ClosingReport::new(Thresholds::default(), &tally, None::<&Tally>, Vec::new())
}

#[test]
fn every_contact_of_the_month_has_one_outcome() {
    let Some(log) = january() else { return };
    let script = script(&log);
    let mut ended = BTreeSet::new();
    let mut answered_twice = 0;
    let report = report(&script, &mut |_, recorded| {
        if let Event::VisitEnded(VisitEnded { visit, .. }) = &recorded.event {
            answered_twice += usize::from(!ended.insert(*visit));
        }
    });
    assert!(report.adds_up);
    assert_eq!(answered_twice, 0);
    let all = &report.engine.all;
    assert_eq!((all.offered, all.waiting), (30_140, 0));
    assert_eq!(all.answered + all.abandoned, 30_140);
}

#[test]
fn the_order_within_a_class_is_first_come_first_served_with_the_head_start() {
    let Some(log) = january() else { return };
    let script = script(&log);
    let mut offers = 0;
    report(&script, &mut |state, recorded| {
        let Event::OfferMade(OfferMade {
            visit, decision, ..
        }) = &recorded.event
        else {
            return;
        };
        let Some(offered) = state.facts().visits.get(visit) else {
            return;
        };
        offers += 1;
        let start = |key: &ContactKey| (key.virtual_start, key.visit);
        for other in state.open_visits(offered.queue) {
            let other = &state.facts().visits[other];
            if other.offers.is_empty() {
                assert!(
                    start(&decision.contact) < start(&state.line_key(other)),
                    "a later one went first"
                );
            }
        }
        let contact = &state.facts().contacts[&offered.contact];
        assert_eq!(
            decision.contact.virtual_start,
            offered.enqueued_at - contact.head_start_ms
        );
    });
    assert!(offers > 20_000, "{offers} offers were looked at");
}

#[test]
fn the_same_log_gives_the_same_events() {
    let Some(log) = january() else { return };
    let script = script(&log);
    let day = 86_400_000;
    let first = script.calls[0].arrives_at_ms;
    let part = script.between(first, first + 3 * day);
    let events = || {
        let mut events = Vec::new();
        report(&part, &mut |_, recorded| events.push(recorded.clone()));
        events
    };
    assert!(events() == events());
}
