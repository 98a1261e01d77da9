//! The contacts of a run, drawn one after the other.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1, LogNormal};

use crate::plan::Plan;

/// A contact as its customer decides it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// From 0 on.
    pub(crate) number: u64,
    /// When it is to be sent, from the begin of the run.
    pub(crate) at: Duration,
    /// The queue, by number.
    pub(crate) queue: u32,
    /// How long they talk.
    pub(crate) talk: Duration,
    /// How long they wait; none: for ever.
    pub(crate) patience: Option<Duration>,
}

/// The arrivals of a plan by time: a Poisson process whose rate follows the profile.
pub(crate) struct Arrivals {
    plan: Plan,
    chance: StdRng,
    talk: LogNormal<f64>,
    number: u64,
    /// Seconds from the begin.
    now: f64,
}

impl Arrivals {
    pub(crate) fn of(plan: &Plan) -> Self {
        // The mean of a lognormal is above its median by half the variance.
        let median = plan.talk.as_secs_f64().max(1e-6).ln() - plan.talk_spread.powi(2) / 2.0;
        Self {
            chance: StdRng::seed_from_u64(plan.seed),
            talk: LogNormal::new(median, plan.talk_spread).expect("the spread is checked"),
            plan: plan.clone(),
            number: 0,
            now: 0.0,
        }
    }

    fn next_instant(&mut self) -> Option<f64> {
        let length = self.plan.length.as_secs_f64();
        let peak = self.plan.rate.peak();
        loop {
            // Drawn at the peak, kept as often as the rate of the instant says.
            let gap: f64 = Exp1.sample(&mut self.chance);
            self.now += gap / peak;
            if self.now >= length {
                return None;
            }
            let rate = self.plan.rate.rate_at(self.now / length);
            if self.chance.random_range(0.0..peak) < rate {
                return Some(self.now);
            }
        }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let at = self.next_instant()?;
        let patience = self.plan.patience.map(|mean| {
            let drawn: f64 = Exp1.sample(&mut self.chance);
            mean.mul_f64(drawn)
        });
        let number = self.number;
        self.number += 1;
        Some(Arrival {
            number,
            // Whole microseconds, as names tell them.
            at: Duration::from_micros((at * 1e6) as u64),
            queue: self.chance.random_range(0..self.plan.queues),
            talk: Duration::from_secs_f64(self.talk.sample(&mut self.chance)),
            patience,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn plan() -> Plan {
        Plan {
            rate: Profile::constant(1_000.0),
            patience: Some(Duration::from_secs(30)),
            ..Plan::default()
        }
    }

    fn mean(times: impl Iterator<Item = Duration>) -> f64 {
        let (count, sum) = times.fold((0.0, 0.0), |(count, sum), time| {
            (count + 1.0, sum + time.as_secs_f64())
        });
        sum / count
    }

    #[test]
    fn a_seed_gives_its_load() {
        let first = |seed| -> Vec<_> { Arrivals::of(&Plan { seed, ..plan() }).take(100).collect() };
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn the_draws_have_the_rate_and_the_means_asked_for() {
        let arrivals: Vec<Arrival> = Arrivals::of(&plan()).collect();
        let count = arrivals.len() as f64;
        assert!((count / 60_000.0 - 1.0).abs() < 0.02, "{count} contacts");
        assert!(arrivals.is_sorted_by_key(|arrival| (arrival.at, arrival.number)));
        let talk = mean(arrivals.iter().map(|arrival| arrival.talk));
        assert!((talk / 5.0 - 1.0).abs() < 0.03, "mean talk {talk} s");
        let patience = mean(arrivals.iter().filter_map(|arrival| arrival.patience));
        assert!(
            (patience / 30.0 - 1.0).abs() < 0.03,
            "mean patience {patience} s"
        );
    }

    #[test]
    fn a_ramp_brings_more_in_its_second_half() {
        let plan = Plan {
            rate: "0..1000".parse().expect("a ramp"),
            ..plan()
        };
        let half = plan.length / 2;
        let (early, late): (Vec<_>, Vec<_>) =
            Arrivals::of(&plan).partition(|arrival| arrival.at < half);
        let ratio = late.len() as f64 / early.len() as f64;
        assert!((ratio / 3.0 - 1.0).abs() < 0.05, "{ratio} times as many");
    }

    #[test]
    fn without_spread_all_talk_equally_long() {
        let plan = Plan {
            talk_spread: 0.0,
            ..plan()
        };
        let talks = Arrivals::of(&plan).take(10).map(|arrival| arrival.talk);
        assert!(
            talks
                .map(|talk| talk.as_millis())
                .all(|ms| (4_999..=5_000).contains(&ms))
        );
    }
}
