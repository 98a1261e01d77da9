//! The figures of docs/metrics.md for one class, or for all together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::counts::Counts;
use super::reason::FlowOutReason;
use super::service_level::ServiceLevel;

/// Counts and times of the visits of one class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Visits that began.
    pub offered: u64,
    /// Visits that ended connected to an agent.
    pub answered: u64,
    /// Visits whose customer left while waiting or ringing.
    pub abandoned: u64,
    /// Those of them that waited less than S.
    pub short_abandons: u64,
    /// Visits that left otherwise, in all.
    pub flow_out: u64,
    /// The same by reason.
    pub flow_out_by_reason: BTreeMap<FlowOutReason, u64>,
    /// Visits still in queue at the end.
    pub waiting: u64,
    /// Arrivals that never joined; not part of offered.
    pub refused: u64,
    /// Whether offered = answered + abandoned + flow-out + waiting.
    pub adds_up: bool,
    /// Service level at T, variants 1 to 6.
    pub service_level: [ServiceLevel; 6],
    /// Mean wait of the answered; undefined if none was.
    pub asa_ms: Option<f64>,
    /// Longest wait of any visit, however it ended or if it is still open.
    pub longest_wait_ms: Option<i64>,
    /// Mean of talk, hold and wrap-up over the handlings that ended; undefined if their times are unknown.
    pub aht_ms: Option<f64>,
}

impl Figures {
    pub(super) fn of(counts: &Counts) -> Self {
        let by_reason = counts.flow_out.iter();
        let flow_out_by_reason: BTreeMap<_, _> = by_reason
            .map(|(reason, removed)| (*reason, removed.count))
            .collect();
        let mean = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
        let mut figures = Self {
            offered: counts.offered,
            answered: counts.answered.count,
            abandoned: counts.abandoned.count,
            short_abandons: counts.short_abandons,
            flow_out: flow_out_by_reason.values().sum(),
            flow_out_by_reason,
            waiting: counts.waiting,
            refused: counts.refused,
            adds_up: false,
            service_level: ServiceLevel::all_of(counts),
            asa_ms: mean(counts.answered_wait_ms, counts.answered.count),
            longest_wait_ms: counts.longest_wait_ms,
            aht_ms: mean(counts.handled_ms, counts.handled),
        };
        figures.adds_up = figures.offered == figures.accounted_for();
        figures
    }

    /// What offered must be equal to.
    pub(super) fn accounted_for(&self) -> u64 {
        self.answered + self.abandoned + self.flow_out + self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Side, Tally, Thresholds};
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds {
        service_level_ms: 20_000,
        short_abandon_ms: 5_000,
    };

    fn figures(feed: impl FnOnce(&mut Tally)) -> Figures {
        let mut tally = Tally::default();
        feed(&mut tally);
        Side::of(&tally.counts(THRESHOLDS)).all
    }

    fn percents(figures: &Figures) -> [String; 6] {
        figures.service_level.map(|level| {
            level
                .share
                .map_or("-".to_owned(), |share| format!("{:.1}", share * 100.0))
        })
    }

    fn times(count: u32, mut act: impl FnMut()) {
        for _ in 0..count {
            act();
        }
    }

    #[test]
    fn the_check_of_the_definitions_comes_out() {
        let figures = figures(|tally| {
            times(100, || tally.observe_offered("x"));
            times(70, || tally.observe_answered("x", 10_000));
            times(10, || tally.observe_abandoned("x", 10_000));
            times(20, || tally.observe_answered("x", 30_000));
        });
        assert_eq!(
            percents(&figures),
            ["77.8", "70.0", "80.0", "80.0", "77.8", "70.0"]
        );
        assert!(figures.adds_up);
    }

    #[test]
    fn callbacks_within_t_count_as_removed_and_short_abandons_leave_the_sixth_variant() {
        let figures = figures(|tally| {
            times(10, || tally.observe_offered("x"));
            times(4, || tally.observe_answered("x", 0));
            times(2, || tally.observe_abandoned("x", 1_000));
            times(2, || {
                tally.observe_flow_out("x", FlowOutReason::Callback, 20_000)
            });
            tally.observe_flow_out("x", FlowOutReason::Callback, 20_001);
            tally.observe_flow_out("x", FlowOutReason::Overflow, 1_000);
        });
        assert_eq!(
            percents(&figures),
            ["100.0", "66.7", "100.0", "80.0", "100.0", "50.0"]
        );
        assert_eq!(
            (figures.flow_out, figures.short_abandons, figures.adds_up),
            (4, 2, true)
        );
        assert_eq!(figures.flow_out_by_reason[&FlowOutReason::Callback], 3);
    }

    #[test]
    fn a_wait_of_exactly_t_is_within_and_an_abandon_at_exactly_s_is_not_short() {
        let figures = figures(|tally| {
            for wait_ms in [20_000, 20_001] {
                tally.observe_answered("x", wait_ms);
            }
            for wait_ms in [4_999, 5_000] {
                tally.observe_abandoned("x", wait_ms);
            }
        });
        assert_eq!(
            (figures.service_level[4].numerator, figures.short_abandons),
            (1, 1)
        );
    }

    #[test]
    fn asa_is_of_the_answered_and_the_longest_wait_of_all() {
        let figures = figures(|tally| {
            tally.observe_answered("x", 1_000);
            tally.observe_answered("y", 2_000);
            tally.observe_abandoned("x", 9_000);
            tally.observe_waiting("x", 11_000);
            tally.observe_flow_out("y", FlowOutReason::Timeout, 12_000);
            tally.observe_handled("x", 100);
            tally.observe_handled("y", 201);
        });
        assert_eq!(figures.asa_ms, Some(1_500.0));
        assert_eq!(figures.longest_wait_ms, Some(12_000));
        assert_eq!(figures.aht_ms, Some(150.5));
    }

    #[test]
    fn what_is_undefined_is_not_zero() {
        let figures = figures(|tally| tally.observe_refused("x"));
        assert_eq!(
            (figures.asa_ms, figures.longest_wait_ms, figures.aht_ms),
            (None, None, None)
        );
        assert_eq!(percents(&figures), ["-"; 6]);
        assert_eq!(
            (figures.offered, figures.refused, figures.adds_up),
            (0, 1, true)
        );
    }

    #[test]
    fn a_call_lost_or_counted_twice_does_not_add_up() {
        let lost = figures(|tally| tally.observe_offered("x"));
        let twice = figures(|tally| {
            tally.observe_offered("x");
            tally.observe_answered("x", 0);
            tally.observe_abandoned("x", 0);
        });
        assert_eq!((lost.adds_up, twice.adds_up), (false, false));
    }
}
