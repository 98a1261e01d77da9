//! What the client side sees while it plays.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acd_client::Error;
use acd_client::v1::{ErrorReason, OfferState};

/// How far the play has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// The virtual time.
    pub now_ms: i64,
    /// Calls that have arrived.
    pub arrived: usize,
    /// Calls that are over.
    pub over: usize,
    /// Calls of the script.
    pub calls: usize,
    /// Whether the adapter's events reach the server at present.
    pub connected: bool,
}

/// What became of the calls of one class, from the receipts of the adapter's events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Arrivals that joined a queue.
    pub offered: u64,
    /// Calls connected to an agent.
    pub answered: u64,
    /// Calls whose caller hung up before.
    pub abandoned: u64,
    /// Calls that the server sent elsewhere or ended before they were answered.
    pub flow_out: u64,
    /// Arrivals that were refused because the queue was full.
    pub refused: u64,
    /// The longest wait of any of them, in virtual milliseconds.
    pub longest_wait_ms: Option<i64>,
}

/// What a play came to, as this side saw it.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// By class.
    pub classes: BTreeMap<String, Outcomes>,
    /// From the instant a call was to arrive until its arrival was durable.
    pub arrivals: Latencies,
    /// What went wrong.
    pub trouble: Trouble,
}

impl Played {
    pub(super) fn class(&mut self, name: &str) -> &mut Outcomes {
        if !self.classes.contains_key(name) {
            self.classes.insert(name.to_owned(), Outcomes::default());
        }
        self.classes.get_mut(name).expect("just inserted")
    }

    pub(super) fn finish(mut self, trouble: Trouble) -> Self {
        self.arrivals.0.sort_unstable();
        self.trouble = trouble;
        self
    }
}

impl Outcomes {
    pub(super) fn waited(&mut self, wait_ms: i64) {
        self.longest_wait_ms = self.longest_wait_ms.max(Some(wait_ms));
    }
}

/// Latencies in wall time.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn observe(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// The latency that this share (0 to 1) of them did not exceed; none if there is none.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let last = self.0.len().checked_sub(1)?;
        self.0.get((last as f64 * share).round() as usize).copied()
    }
}

/// What went wrong, and what only came too late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Calls and events that failed though they should not have.
    pub errors: u64,
    /// The first of them, for people.
    pub examples: Vec<String>,
    /// Answers and connections that crossed with an end of the other side (the caller hung up in that instant, the
    /// server took the offer back): refused as the protocol says, and nothing was lost by it.
    pub crossed: u64,
}

/// The most errors told one by one.
const EXAMPLES_MAX: usize = 10;

/// Trouble, from wherever it comes.
#[derive(Clone, Default)]
pub(super) struct Troubles(Arc<Mutex<Trouble>>);

impl Troubles {
    /// Takes note of an error of whoever `who` names.
    pub(super) fn error(&self, who: &str, error: &Error) {
        tracing::warn!(who, %error, "error while playing");
        let mut trouble = self.lock();
        trouble.errors += 1;
        if trouble.examples.len() < EXAMPLES_MAX {
            trouble.examples.push(format!("{who}: {error}"));
        }
    }

    /// Takes note of a refusal: crossed with an end of the other side, or an error.
    pub(super) fn refusal(&self, who: &str, error: &Error) {
        if is_crossed(error) {
            self.lock().crossed += 1;
        } else {
            self.error(who, error);
        }
    }

    pub(super) fn take(&self) -> Trouble {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Trouble> {
        // Counting cannot leave it half done, so what a panicking holder left is good.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the offer had ended by the other side before this was said of it.
pub(super) fn is_crossed(error: &Error) -> bool {
    let Error::Refused(refusal) = error else {
        return false;
    };
    match refusal.reason {
        Some(ErrorReason::OfferNotPending) => {
            let state = refusal.metadata.get("state");
            let state = state.and_then(|state| OfferState::from_str_name(state));
            matches!(state, Some(OfferState::Canceled | OfferState::Rescinded))
        }
        // The directive to connect and the end of its offer crossed.
        Some(ErrorReason::OfferNotAccepted) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_what_was_observed() {
        let mut played = Played::default();
        for ms in [30, 10, 20] {
            played.arrivals.observe(Duration::from_millis(ms));
        }
        let played = played.finish(Trouble::default());
        assert_eq!(
            played.arrivals.quantile(0.5),
            Some(Duration::from_millis(20))
        );
        assert_eq!(
            played.arrivals.quantile(1.0),
            Some(Duration::from_millis(30))
        );
        assert_eq!(Latencies::default().quantile(0.5), None);
    }
}
