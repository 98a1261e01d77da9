//! What is measured while a load runs, gathered from all tasks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acd_client::Error;
use hdrhistogram::Histogram;
use tokio::time::Instant;

use crate::plan::Plan;

/// Latencies in microseconds, to three digits.
pub(crate) type Latencies = Histogram<u64>;

/// What cannot be longer than this is counted as this.
const LATENCY_MAX_US: u64 = 3_600_000_000;
/// Into so many pieces, of a second at least, a run is cut for its picture over time.
const PIECES_MAX: u32 = 300;
/// The most errors told one by one.
const EXAMPLES_MAX: usize = 10;

/// The gathering of one run; clones gather together.
#[derive(Clone)]
pub(crate) struct Recorder(Arc<Mutex<Measured>>);

/// Everything that was measured. Latencies and counts are of contacts that were to arrive after the warm-up; the pieces
/// are of all.
pub(crate) struct Measured {
    begin: Instant,
    warm_up: Duration,
    length: Duration,
    pub(crate) piece: Duration,
    /// From the instant at which a contact was to be sent to its offer on the agent's stream; an agent was free.
    pub(crate) offer: Latencies,
    /// To the receipt that its arrival is durable.
    pub(crate) acknowledgement: Latencies,
    /// From an agent's accept to its answer.
    pub(crate) accept: Latencies,
    /// How long contacts waited that found no agent free.
    pub(crate) wait: Latencies,
    /// How much later than intended this process sent, by its own fault.
    pub(crate) lag: Latencies,
    pub(crate) counts: Counts,
    /// Refusals by what was refused and why.
    pub(crate) refusals: BTreeMap<String, u64>,
    pub(crate) errors: u64,
    pub(crate) examples: Vec<String>,
    pub(crate) pieces: Vec<Piece>,
    /// How long arrivals had to wait in this process because the server took no more.
    pub(crate) held_back: Duration,
}

/// Contacts that were to arrive after the warm-up, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) arrived: u64,
    pub(crate) refused: u64,
    pub(crate) offered_at_once: u64,
    pub(crate) offered_after_wait: u64,
    pub(crate) abandoned: u64,
    /// Sent away by the server.
    pub(crate) turned_away: u64,
    /// Whole lives: arrived, talked, ended, and the end is durable. Of these those that ended while contacts arrived
    /// and were measured, whenever they came.
    pub(crate) completed: u64,
}

/// A piece of the run.
pub(crate) struct Piece {
    pub(crate) arrived: u64,
    pub(crate) completed: u64,
    pub(crate) refused: u64,
    /// Of the offers made at once to contacts that were to arrive in it.
    pub(crate) offer: Latencies,
}

impl Measured {
    fn is_measured(&self, at: Duration) -> bool {
        (self.warm_up..self.length).contains(&at)
    }

    fn piece(&mut self, at: Duration) -> Option<&mut Piece> {
        let number = at.as_nanos() / self.piece.as_nanos().max(1);
        self.pieces.get_mut(usize::try_from(number).ok()?)
    }
}

impl Recorder {
    pub(crate) fn new(plan: &Plan, begin: Instant) -> Self {
        let piece = Duration::from_secs(1).max(plan.length / PIECES_MAX);
        let pieces = plan.length.as_nanos().div_ceil(piece.as_nanos());
        let new_piece = |_| Piece {
            arrived: 0,
            completed: 0,
            refused: 0,
            offer: latencies(2),
        };
        Self(Arc::new(Mutex::new(Measured {
            begin,
            warm_up: plan.warm_up,
            length: plan.length,
            piece,
            offer: latencies(3),
            acknowledgement: latencies(3),
            accept: latencies(3),
            wait: latencies(3),
            lag: latencies(3),
            counts: Counts::default(),
            refusals: BTreeMap::new(),
            errors: 0,
            examples: Vec::new(),
            pieces: (0..pieces).map(new_piece).collect(),
            held_back: Duration::ZERO,
        })))
    }

    /// An arrival was handed over, this much later than intended.
    pub(crate) fn sent(&self, at: Duration, lag: Duration) {
        let mut all = self.lock();
        if all.is_measured(at) {
            all.counts.arrived += 1;
            record(&mut all.lag, lag);
        }
        if let Some(piece) = all.piece(at) {
            piece.arrived += 1;
        }
    }

    /// The last arrival was this long after the first; what was planned after it does not come.
    pub(crate) fn ends_at(&self, length: Duration) {
        self.lock().length = length;
    }

    /// Arrivals had to wait because the server took no more.
    pub(crate) fn held_back(&self, time: Duration) {
        self.lock().held_back += time;
    }

    /// The arrival intended at `at` was durable now.
    pub(crate) fn acknowledged(&self, at: Duration, now: Instant) {
        let mut all = self.lock();
        if all.is_measured(at) {
            let latency = since(all.begin, at, now);
            record(&mut all.acknowledgement, latency);
        }
    }

    /// The arrival intended at `at` was refused.
    pub(crate) fn arrival_refused(&self, at: Duration) {
        let mut all = self.lock();
        if all.is_measured(at) {
            all.counts.refused += 1;
        }
        if let Some(piece) = all.piece(at) {
            piece.refused += 1;
        }
    }

    /// The contact intended at `at` was offered now, for the first time; at once, or after a wait for an agent.
    pub(crate) fn offered(&self, at: Duration, now: Instant, at_once: bool) {
        let mut all = self.lock();
        let latency = since(all.begin, at, now);
        if all.is_measured(at) {
            if at_once {
                all.counts.offered_at_once += 1;
                record(&mut all.offer, latency);
            } else {
                all.counts.offered_after_wait += 1;
                record(&mut all.wait, latency);
            }
        }
        if let Some(piece) = all.piece(at).filter(|_| at_once) {
            record(&mut piece.offer, latency);
        }
    }

    /// An accept was answered.
    pub(crate) fn accepted(&self, sent: Instant, now: Instant) {
        let mut all = self.lock();
        if all.is_measured(sent.saturating_duration_since(all.begin)) {
            record(&mut all.accept, now - sent);
        }
    }

    /// The contact intended at `at` left before it was answered: its customer hung up, or the server sent it away.
    pub(crate) fn left(&self, at: Duration, by_customer: bool) {
        let mut all = self.lock();
        if all.is_measured(at) {
            let counts = &mut all.counts;
            *(if by_customer {
                &mut counts.abandoned
            } else {
                &mut counts.turned_away
            }) += 1;
        }
    }

    /// A whole life ended, durably, now.
    pub(crate) fn completed(&self, now: Instant) {
        let mut all = self.lock();
        let at = now.saturating_duration_since(all.begin);
        if all.is_measured(at) {
            all.counts.completed += 1;
        }
        if let Some(piece) = all.piece(at) {
            piece.completed += 1;
        }
    }

    /// Something failed: a refusal by the server is counted by its reason, anything else is an error.
    pub(crate) fn failed(&self, what: &str, error: &Error) {
        let mut all = self.lock();
        if let Error::Refused(refusal) = error {
            let key = format!("{what}: {}", refusal.reason_name);
            *all.refusals.entry(key).or_default() += 1;
            return;
        }
        all.errors += 1;
        if all.examples.len() < EXAMPLES_MAX {
            all.examples.push(format!("{what}: {error}"));
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Measured> {
        // A count cannot be left half done, so what a panicking holder left is good.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn since(begin: Instant, at: Duration, now: Instant) -> Duration {
    now.saturating_duration_since(begin + at)
}

fn latencies(digits: u8) -> Latencies {
    Histogram::new_with_bounds(1, LATENCY_MAX_US, digits).expect("bounds that fit")
}

fn record(latencies: &mut Latencies, latency: Duration) {
    latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_count_from_the_intended_instant_and_the_warm_up_is_left_out() {
        let plan = Plan {
            length: Duration::from_secs(20),
            ..Plan::default()
        };
        let begin = Instant::now();
        let recorder = Recorder::new(&plan, begin);
        let (early, late) = (Duration::from_secs(9), Duration::from_secs(10));
        for at in [early, late] {
            recorder.sent(at, Duration::from_millis(1));
            recorder.acknowledged(at, begin + at + Duration::from_millis(3));
            recorder.offered(at, begin + at + Duration::from_millis(4), true);
            recorder.completed(begin + at);
        }
        recorder.offered(late, begin + late + Duration::from_secs(7), false);
        let all = recorder.lock();
        assert_eq!(all.counts.arrived, 1);
        assert_eq!(
            (all.counts.offered_at_once, all.counts.offered_after_wait),
            (1, 1)
        );
        assert_eq!(all.counts.completed, 1);
        assert_eq!((all.offer.len(), all.offer.max() / 1_000), (1, 4));
        assert_eq!(all.acknowledgement.max() / 1_000, 3);
        assert_eq!(all.pieces.iter().map(|piece| piece.arrived).sum::<u64>(), 2);
        assert_eq!(all.pieces[9].offer.len(), 1);
    }
}
