//! How long a visit is thought to wait.
//!
//! With all n ready agents busy, slots become free at the rate n / h, h being the mean time a handling holds its
//! slot; the k-th visit in line then waits for the k-th of these instants, whose distribution is Erlang's with k
//! stages (A. K. Erlang 1917; e.g. Koole, *Call Center Mathematics*, ch. 5). Its quantiles are taken by Wilson and
//! Hilferty's cube-root approximation (1931). The prediction depends on the place in line, never on how long one has
//! waited; agents who serve several queues count fully in each.

use super::agent_sets::Among;
use super::{Asking, State, Visit};
use crate::event::Prediction;
use crate::ids::{DurationMs, QueueNo};

/// The 80 % quantile of the standard normal distribution.
const Z80: f64 = 0.841_621_233_572_914_3;

impl State {
    /// How long such a contact that joins the queue now is thought to wait; none: nobody who could serve it is logged
    /// in.
    pub fn predicted_wait(&self, queue: QueueNo, asking: Asking<'_>) -> Option<Prediction> {
        self.predicted_at(queue, asking, self.line(queue).for_an_agent())
    }

    /// The same for a visit of the queue: it depends on its place alone. One that is offered waits no longer.
    pub fn predicted_for(&self, visit: &Visit) -> Option<Prediction> {
        if !visit.offers.is_empty() {
            return Some(Prediction {
                p50_ms: 0,
                p80_ms: 0,
            });
        }
        let asking = Asking::of(&self.facts.contacts[&visit.contact]);
        self.predicted_at(visit.queue, asking, self.waiting_before(visit))
    }

    /// How long one waits with so many visits before it.
    fn predicted_at(&self, queue: QueueNo, asking: Asking<'_>, ahead: u32) -> Option<Prediction> {
        let load = self.load_of(queue);
        let serving = if load.ready > 0 {
            load.ready
        } else {
            load.logged_in
        };
        if serving == 0 {
            return None;
        }
        let available = Among::Available(asking.channel);
        let free = match load.free[asking.channel.index()] {
            free if free > 0 && self.anybody_suits(queue, asking, available) => free,
            _ => 0,
        };
        if free == 0 && !self.anybody_suits(queue, asking, Among::LoggedIn) {
            return None;
        }
        if ahead < free {
            return Some(Prediction {
                p50_ms: 0,
                p80_ms: 0,
            });
        }
        let stages = f64::from(ahead - free + 1);
        let stage_ms = self.mean_handling_ms(queue) as f64 / f64::from(serving);
        Some(Prediction {
            p50_ms: quantile(stages, stage_ms, 0.0),
            p80_ms: quantile(stages, stage_ms, Z80),
        })
    }

    /// The mean time the last handlings of the queue held their slot.
    pub fn mean_handling_ms(&self, queue: QueueNo) -> DurationMs {
        let queue = self.queue(queue);
        match queue.handling_times.len() as i64 {
            0 => queue.config.expected_handling_ms,
            count => queue.handling_times.iter().sum::<DurationMs>() / count,
        }
    }
}

/// The quantile at the normal deviate `z` of a sum of `stages` exponential times of mean `stage_ms`. Only operations
/// that every machine rounds alike.
fn quantile(stages: f64, stage_ms: f64, z: f64) -> DurationMs {
    let spread = 1.0 / (9.0 * stages);
    let root = 1.0 - spread + z * spread.sqrt();
    (stages * root * root * root * stage_ms) as DurationMs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against tables of the chi-square distribution (twice the Erlang stages are its degrees of freedom): medians
    /// 1.386, 9.342, 39.335 and 80 % quantiles 3.219, 13.442, 47.269 at 2, 10 and 40 degrees.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (stages, p50, p80) in [
            (1.0, 1.386, 3.219),
            (5.0, 9.342, 13.442),
            (20.0, 39.335, 47.269),
        ] {
            for (z, expected) in [(0.0, p50), (Z80, p80)] {
                let found = quantile(stages, 2_000_000.0, z) as f64 / 1_000_000.0;
                assert!(
                    (found - expected).abs() / expected < 0.03,
                    "{stages}: {found} for {expected}"
                );
            }
        }
    }
}
