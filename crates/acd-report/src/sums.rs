//! What is added up, and the figures that follow from sums: a ratio is never made of ratios.

use acd_core::figures::{Figures, OfferFigures, PredictionFigures, WaitHistogram};
use acd_core::ids::DurationMs;
use acd_core::service_level::{Parts, Variant};
use rust_decimal::Decimal;

use crate::input::{Callback, CallbackEnd, Connected, Resolution, Scores, Time};
use crate::money::{Charges, Usage};
use crate::value::Value;

/// All that rows add up; a row of a report fills what it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    /// Of queues; of agents, what they did.
    pub(crate) figures: Figures,
    pub(crate) connected: Connected,
    pub(crate) resolution: Resolution,
    pub(crate) satisfaction: Scores,
    pub(crate) quality: Scores,
    pub(crate) time: Time,
    pub(crate) callbacks: Callbacks,
    pub(crate) usage: Usage,
    pub(crate) charges: Charges,
    /// How many hours of the clock were added up.
    pub(crate) hours: u64,
    /// Visits of one outcome, and visits that ended at all.
    pub(crate) visits: u64,
    pub(crate) ended: u64,
    /// Digits after the point of amounts.
    pub(crate) decimals: u32,
}

/// Callbacks that were asked for, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Callbacks {
    pub(crate) asked: u64,
    pub(crate) open: u64,
    pub(crate) reached: u64,
    pub(crate) reached_at_once: u64,
    pub(crate) served: u64,
    pub(crate) given_up: u64,
    pub(crate) withdrawn: u64,
    pub(crate) attempts: u64,
    /// From asking to the end, of those reached.
    pub(crate) until_reached_ms: u64,
}

impl Callbacks {
    pub(crate) fn of(callback: &Callback) -> Self {
        let mut figures = Self {
            asked: 1,
            attempts: callback.attempts.len() as u64,
            ..Self::default()
        };
        match callback.ended {
            None => figures.open = 1,
            Some((at, CallbackEnd::Reached)) => {
                figures.reached = 1;
                figures.reached_at_once =
                    u64::from(callback.attempts.first().is_some_and(|it| it.reached));
                figures.until_reached_ms = at.saturating_sub(callback.asked_at).unsigned_abs();
            }
            Some((_, CallbackEnd::Served)) => figures.served = 1,
            Some((_, CallbackEnd::GivenUp)) => figures.given_up = 1,
            Some((_, CallbackEnd::Withdrawn)) => figures.withdrawn = 1,
        }
        figures
    }

    fn add(&mut self, other: &Self) {
        let Self {
            asked,
            open,
            reached,
            reached_at_once,
            served,
            given_up,
            withdrawn,
            attempts,
            until_reached_ms,
        } = other;
        self.asked += asked;
        self.open += open;
        self.reached += reached;
        self.reached_at_once += reached_at_once;
        self.served += served;
        self.given_up += given_up;
        self.withdrawn += withdrawn;
        self.attempts += attempts;
        self.until_reached_ms += until_reached_ms;
    }
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            figures,
            connected,
            resolution,
            satisfaction,
            quality,
            time,
            callbacks,
            usage,
            charges,
            hours,
            visits,
            ended,
            decimals,
        } = other;
        add_figures(&mut self.figures, figures);
        self.connected.add(connected);
        self.resolution.add(resolution);
        self.satisfaction.add(satisfaction);
        self.quality.add(quality);
        self.time.add(time);
        self.callbacks.add(callbacks);
        self.usage.add(usage);
        self.charges.add(charges);
        self.hours += hours;
        self.visits += visits;
        self.ended += ended;
        self.decimals = self.decimals.max(*decimals);
    }

    /// The counts of which every variant of the service level is made.
    pub(crate) fn parts(&self) -> Parts {
        let figures = &self.figures;
        Parts {
            offered: figures.offered,
            answered: figures.answered,
            answered_within: figures.answered_within,
            abandoned: figures.abandoned(),
            abandoned_within: figures.abandoned_within,
            called_back_within: figures.callbacks_within,
            short_abandons: figures.short_abandons,
        }
    }

    pub(crate) fn service_level(&self, variant: Variant) -> Option<Value> {
        let (met, of) = variant.of(&self.parts());
        share(met, of)
    }

    pub(crate) fn abandonment(&self) -> Option<Value> {
        share(self.figures.abandoned(), self.figures.offered)
    }

    pub(crate) fn asa(&self) -> Option<Value> {
        mean(self.figures.answered_wait.sum_ms, self.figures.answered)
    }

    pub(crate) fn handling_ms(&self) -> u64 {
        self.figures.talk_ms + self.figures.hold_ms + self.figures.wrap_up_ms
    }

    pub(crate) fn aht(&self) -> Option<Value> {
        mean(self.handling_ms(), self.figures.handled)
    }

    pub(crate) fn occupancy(&self) -> Option<Value> {
        share(self.time.busy_ms, self.time.busy_ms + self.time.idle_ms)
    }

    pub(crate) fn non_response(&self) -> Option<Value> {
        let offers = &self.figures.offers;
        let missed = offers.rejected + offers.timed_out;
        share(missed, missed + offers.connected)
    }

    pub(crate) fn first_contact_resolution(&self) -> Option<Value> {
        share(self.resolution.resolved, self.resolution.judged)
    }

    pub(crate) fn satisfaction(&self) -> Option<Value> {
        mean_score(&self.satisfaction)
    }

    pub(crate) fn quality(&self) -> Option<Value> {
        mean_score(&self.quality)
    }
}

fn mean_score(scores: &Scores) -> Option<Value> {
    share(scores.millionths, scores.count * 1_000_000)
}

/// A share; none of none.
pub(crate) fn share(part: u64, whole: u64) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    (whole > 0).then(|| Value::Share(part as f64 / whole as f64))
}

/// A length of each, to the millisecond; none of none.
pub(crate) fn mean(sum_ms: u64, count: u64) -> Option<Value> {
    let rounded = (sum_ms.saturating_add(count / 2)).checked_div(count)?;
    Some(Value::ms(rounded))
}

/// How many of each.
pub(crate) fn rate(count: u64, of: u64) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    (of > 0).then(|| Value::Rate(count as f64 / of as f64))
}

pub(crate) fn money(amount: Decimal) -> Option<Value> {
    Some(Value::Money(amount))
}

pub(crate) fn add_figures(sum: &mut Figures, other: &Figures) {
    // Every one of them, so that a new one is not forgotten here.
    let Figures {
        scheduled,
        offered,
        answered,
        abandoned_customer,
        abandoned_system,
        short_abandons,
        flow_out_timed_out,
        flow_out_transferred,
        flow_out_closed,
        flow_out_limit,
        flow_out_exit_choice,
        flow_out_callback,
        callbacks_within,
        flow_out_no_staff,
        flow_out_withdrawn,
        withdrawn_deferred,
        withdrawn_served,
        refused_closed,
        refused_no_staff,
        refused_full,
        refused_diverted,
        refused_predicted_wait,
        wait_alerts,
        deadlines_met,
        deadlines_missed,
        deadlines_missed_by_ms,
        prediction,
        answered_within,
        abandoned_within,
        answered_wait,
        abandoned_wait,
        offers,
        first_responses,
        first_response_ms,
        not_responded,
        handled,
        talk_ms,
        hold_ms,
        wrap_up_ms,
    } = other;
    sum.scheduled += scheduled;
    sum.offered += offered;
    sum.answered += answered;
    sum.abandoned_customer += abandoned_customer;
    sum.abandoned_system += abandoned_system;
    sum.short_abandons += short_abandons;
    sum.flow_out_timed_out += flow_out_timed_out;
    sum.flow_out_transferred += flow_out_transferred;
    sum.flow_out_closed += flow_out_closed;
    sum.flow_out_limit += flow_out_limit;
    sum.flow_out_exit_choice += flow_out_exit_choice;
    sum.flow_out_callback += flow_out_callback;
    sum.callbacks_within += callbacks_within;
    sum.flow_out_no_staff += flow_out_no_staff;
    sum.flow_out_withdrawn += flow_out_withdrawn;
    sum.withdrawn_deferred += withdrawn_deferred;
    sum.withdrawn_served += withdrawn_served;
    sum.refused_closed += refused_closed;
    sum.refused_no_staff += refused_no_staff;
    sum.refused_full += refused_full;
    sum.refused_diverted += refused_diverted;
    sum.refused_predicted_wait += refused_predicted_wait;
    sum.wait_alerts += wait_alerts;
    sum.deadlines_met += deadlines_met;
    sum.deadlines_missed += deadlines_missed;
    sum.deadlines_missed_by_ms += deadlines_missed_by_ms;
    add_prediction(&mut sum.prediction, prediction);
    sum.answered_within += answered_within;
    sum.abandoned_within += abandoned_within;
    add_waits(&mut sum.answered_wait, answered_wait);
    add_waits(&mut sum.abandoned_wait, abandoned_wait);
    add_offers(&mut sum.offers, offers);
    sum.first_responses += first_responses;
    sum.first_response_ms += first_response_ms;
    sum.not_responded += not_responded;
    sum.handled += handled;
    sum.talk_ms += talk_ms;
    sum.hold_ms += hold_ms;
    sum.wrap_up_ms += wrap_up_ms;
}

pub(crate) fn add_offers(sum: &mut OfferFigures, other: &OfferFigures) {
    let OfferFigures {
        made,
        connected,
        rejected,
        timed_out,
        canceled,
        rescinded,
        connect_failed,
    } = other;
    sum.made += made;
    sum.connected += connected;
    sum.rejected += rejected;
    sum.timed_out += timed_out;
    sum.canceled += canceled;
    sum.rescinded += rescinded;
    sum.connect_failed += connect_failed;
}

fn add_prediction(sum: &mut PredictionFigures, other: &PredictionFigures) {
    let PredictionFigures {
        count,
        unbounded,
        error_sum_ms,
        absolute_error_sum_ms,
        within_p50,
        within_p80,
    } = other;
    sum.count += count;
    sum.unbounded += unbounded;
    sum.error_sum_ms += error_sum_ms;
    sum.absolute_error_sum_ms += absolute_error_sum_ms;
    sum.within_p50 += within_p50;
    sum.within_p80 += within_p80;
}

/// Adds waits. Of edges that only one of both has nothing is known together: they are left out.
fn add_waits(sum: &mut WaitHistogram, other: &WaitHistogram) {
    sum.sum_ms += other.sum_ms;
    if other.count() == 0 {
        return;
    }
    if sum.count() == 0 {
        sum.edges_ms.clone_from(&other.edges_ms);
        sum.counts.clone_from(&other.counts);
        return;
    }
    if sum.edges_ms != other.edges_ms {
        let both = |edge: &&DurationMs| other.edges_ms.contains(edge);
        let edges: Vec<_> = sum.edges_ms.iter().filter(both).copied().collect();
        sum.counts = counts_between(sum, &edges);
        sum.edges_ms = edges;
    }
    let counts = counts_between(other, &sum.edges_ms);
    for (sum, count) in sum.counts.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// The counts between edges that are all edges of the histogram.
pub(crate) fn counts_between(waits: &WaitHistogram, edges: &[DurationMs]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() + 1];
    for (at, count) in waits.counts.iter().enumerate() {
        let upper = waits.edges_ms.get(at);
        let place = upper.map_or(edges.len(), |upper| edges.partition_point(|it| it < upper));
        counts[place] += count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The case of METRICS.md: 70 answered within T, 10 abandoned within T, 20 answered later.
    fn case() -> Sums {
        let figures = Figures {
            offered: 100,
            answered: 90,
            answered_within: 70,
            abandoned_customer: 10,
            abandoned_within: 10,
            short_abandons: 4,
            handled: 88,
            talk_ms: 88 * 180_000,
            hold_ms: 88 * 15_000,
            wrap_up_ms: 88 * 30_500,
            offers: OfferFigures {
                made: 130,
                connected: 90,
                rejected: 4,
                timed_out: 6,
                canceled: 10,
                rescinded: 20,
                connect_failed: 0,
            },
            answered_wait: WaitHistogram {
                edges_ms: vec![10_000, 20_000],
                counts: vec![50, 20, 20],
                sum_ms: 90 * 14_000 + 45,
            },
            ..Figures::default()
        };
        let time = Time {
            logged_in_ms: 10_000,
            ready_ms: 8_000,
            idle_ms: 2_000,
            busy_ms: 6_500,
            ..Time::default()
        };
        Sums {
            figures,
            time,
            resolution: Resolution {
                judged: 40,
                resolved: 31,
            },
            satisfaction: Scores {
                count: 3,
                millionths: 2_400_000,
            },
            quality: Scores {
                count: 2,
                millionths: 1_100_000,
            },
            ..Sums::default()
        }
    }

    #[test]
    fn the_service_level_in_its_variants() {
        let sums = case();
        let levels = Variant::ALL.map(|variant| sums.service_level(variant));
        let shares = [70.0 / 90.0, 0.7, 0.8, 0.8, 70.0 / 90.0, 70.0 / 96.0];
        assert_eq!(levels, shares.map(|share| Some(Value::Share(share))));
    }

    #[test]
    fn averages_are_of_sums() {
        let sums = case();
        assert_eq!(sums.asa(), Some(Value::Ms(14_001)), "half a millisecond up");
        assert_eq!(sums.aht(), Some(Value::Ms(225_500)));
        assert_eq!(sums.abandonment(), Some(Value::Share(0.1)));
        assert_eq!(sums.occupancy(), Some(Value::Share(6_500.0 / 8_500.0)));
        assert_eq!(sums.non_response(), Some(Value::Share(0.1)));
        assert_eq!(sums.first_contact_resolution(), Some(Value::Share(0.775)));
        assert_eq!(sums.satisfaction(), Some(Value::Share(0.8)));
        assert_eq!(sums.quality(), Some(Value::Share(0.55)));
    }

    #[test]
    fn what_has_no_denominator_is_none() {
        let none = Sums::default();
        let figures = [
            none.asa(),
            none.aht(),
            none.abandonment(),
            none.occupancy(),
            none.non_response(),
            none.first_contact_resolution(),
            none.satisfaction(),
            none.quality(),
        ];
        assert_eq!(figures, [const { None }; 8]);
        assert_eq!(
            Variant::ALL.map(|it| none.service_level(it)),
            [const { None }; 6]
        );
    }

    #[test]
    fn all_that_is_counted_is_added() {
        let mut sums = case();
        sums.add(&case());
        assert_eq!(sums.figures.offered, 200);
        assert_eq!(sums.figures.offers.made, 260);
        assert_eq!(sums.figures.answered_wait.counts, [100, 40, 40]);
        assert_eq!(sums.asa(), case().asa());
        assert_eq!(sums.occupancy(), case().occupancy());
        assert_eq!(sums.satisfaction.count, 6);
        assert_eq!(sums.satisfaction(), case().satisfaction());
        assert_eq!(sums.quality.count, 4);
        assert_eq!(sums.quality(), case().quality());
    }

    #[test]
    fn waits_with_other_edges_keep_the_common_ones() {
        let waits = |edges: &[i64], counts: &[u64]| WaitHistogram {
            edges_ms: edges.to_vec(),
            counts: counts.to_vec(),
            sum_ms: 7,
        };
        let mut sum = WaitHistogram::default();
        add_waits(&mut sum, &waits(&[10, 20, 30], &[1, 2, 3, 4]));
        add_waits(&mut sum, &waits(&[10, 25, 30], &[10, 20, 30, 40]));
        assert_eq!(sum.edges_ms, [10, 30]);
        assert_eq!(sum.counts, [11, 55, 44]);
        assert_eq!(sum.sum_ms, 14);
        add_waits(&mut sum, &waits(&[5], &[0, 0]));
        assert_eq!(sum.edges_ms, [10, 30], "nothing changes nothing");
    }
}
