//! The log of January 1999 of the Anonymous Bank comes out as its field guide and README say.
//!
//! The log is not part of the project. It is looked for in `$ACD_SHARED/data`, or in `../shared/data` beside the
//! workspace; where it is absent these tests say so and check nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use acd_replay::call_log::{self, CallLog, Format, LoggedOutcome, ReadLimits, SkipReason};
use acd_replay::report::{ClosingReport, Tally, Thresholds};
use acd_replay::shifts::{DEFAULT_SHIFT_GAP_MS, Roster};
use acd_replay::talk_time::TalkTimes;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn january() -> Option<CallLog> {
    let shared = std::env::var_os("ACD_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = shared.join("data/anonymous_bank_1999_january.tsv.gz");
    if !path.exists() {
        eprintln!(
            "SKIPPED: no bank log at {}; set ACD_SHARED to the folder that holds data/",
            path.display()
        );
        return None;
    }
    Some(call_log::read_path(&path, ReadLimits::default()).expect("the bank log is readable"))
}

#[test]
fn every_contact_of_the_month_is_read_and_every_other_row_accounted_for() {
    let Some(log) = january() else { return };
    assert_eq!(
        (log.format, log.calls.len()),
        (Format::AnonymousBank, 30_140)
    );
    let abandoned = log
        .calls
        .iter()
        .filter(|call| call.patience_ms().is_some())
        .count();
    assert_eq!((log.calls.len() - abandoned, abandoned), (27_060, 3_080));
    let skipped = [
        (SkipReason::Phantom, 240),
        (SkipReason::LeftInVoiceMenu, 1_219),
    ];
    assert_eq!(log.skipped, skipped.into(), "31,599 rows less the contacts");
    let days: BTreeSet<i64> = log
        .calls
        .iter()
        .map(|call| call.arrived_at_ms.div_euclid(DAY_MS))
        .collect();
    assert_eq!(days.len(), 29);
    assert_eq!(log.classes(), ["IN", "NE", "NW", "PE", "PS", "TT"].into());
    let vips = log
        .calls
        .iter()
        .filter(|call| call.head_start_ms == 90_000)
        .count();
    assert_eq!(vips, 8_723);
}

#[test]
fn recorded_figures_of_the_month_are_those_of_its_readme() {
    let Some(log) = january() else { return };
    let recorded = Tally::recorded(&log);
    let report = ClosingReport::new(Thresholds::default(), &recorded, None, Vec::new());
    assert!(report.adds_up);
    let all = &report.engine.all;
    assert_eq!(
        (all.offered, all.answered, all.abandoned, all.waiting),
        (30_140, 27_060, 3_080, 0)
    );
    let waited = log.calls.iter().filter(|call| call.waited_ms > 0).count();
    assert_eq!(waited, 16_665, "55.3 % of the contacts");
    assert_eq!(all.asa_ms.map(|asa_ms| asa_ms.round()), Some(35_028.0));
    // "Served within 20 s, of all" is the variant in which every abandon counts against it.
    let negative = all.service_level[1];
    assert_eq!(
        (negative.numerator, negative.denominator),
        (16_402, 30_140),
        "54.4 %"
    );
}

#[test]
fn the_roster_has_28_agents_and_covers_every_service() {
    let Some(log) = january() else { return };
    let roster = Roster::of(&log, DEFAULT_SHIFT_GAP_MS);
    assert_eq!(roster.classes_of.len(), 28);
    assert!(!roster.classes_of.contains_key("NO_SERVER"));
    for call in &log.calls {
        let LoggedOutcome::Answered {
            agent: Some(agent),
            talk_ms: Some(talk_ms @ 1..),
        } = &call.outcome
        else {
            continue;
        };
        let (start_ms, end_ms) = (call.wait_ended_at_ms(), call.wait_ended_at_ms() + talk_ms);
        let covered = roster.shifts.iter().any(|shift| {
            shift.agent == *agent && shift.login_ms <= start_ms && end_ms <= shift.logout_ms
        });
        assert!(covered, "{} of {agent}", call.id);
    }
}

#[test]
fn every_call_that_abandoned_has_a_talk_time_that_its_class_knows() {
    let Some(log) = january() else { return };
    let talk_times = TalkTimes::of(&log, 1).expect("the log has talk times");
    let known: BTreeSet<(&str, i64)> = log
        .calls
        .iter()
        .filter_map(|call| match call.outcome {
            LoggedOutcome::Answered { talk_ms, .. } => {
                talk_ms.map(|talk_ms| (call.class.as_str(), talk_ms))
            }
            LoggedOutcome::Abandoned => None,
        })
        .collect();
    let drawn = log.calls.iter().filter(|call| call.patience_ms().is_some());
    assert!(
        drawn
            .into_iter()
            .all(|call| known.contains(&(call.class.as_str(), talk_times.talk_ms(call))))
    );
}
