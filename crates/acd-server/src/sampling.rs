//! What may happen a thousand times a second is told in the log once in a while, with how often it happened.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long nothing is told after something was.
pub(crate) const QUIET: Duration = Duration::from_secs(10);

/// Decides which of many alike are told: the first, and after that at most one in [`QUIET`].
#[derive(Debug, Default)]
pub(crate) struct Sampler(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    quiet_until: Option<Instant>,
    untold: u64,
}

impl Sampler {
    /// One more happened. If it is to be told: how many before it were not.
    pub(crate) fn one_more(&self) -> Option<u64> {
        let mut told = self.told();
        if told.is_quiet() {
            told.untold += 1;
            return None;
        }
        Some(told.tell())
    }

    /// How many happened that were not told, if there are any and it is time to tell.
    pub(crate) fn overdue(&self) -> Option<u64> {
        let mut told = self.told();
        (told.untold > 0 && !told.is_quiet()).then(|| told.tell())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn is_quiet(&self) -> bool {
        self.quiet_until.is_some_and(|until| Instant::now() < until)
    }

    fn tell(&mut self) -> u64 {
        self.quiet_until = Some(Instant::now() + QUIET);
        std::mem::take(&mut self.untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_is_told_at_once_and_the_others_are_counted() {
        let sampler = Sampler::default();
        assert_eq!(sampler.one_more(), Some(0));
        for _ in 0..1_000 {
            assert_eq!(sampler.one_more(), None);
        }
        tokio::time::advance(QUIET).await;
        assert_eq!(sampler.one_more(), Some(1_000));
        assert_eq!(sampler.one_more(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_ones_are_told_when_no_more_come() {
        let sampler = Sampler::default();
        assert_eq!(sampler.overdue(), None);
        assert_eq!(sampler.one_more(), Some(0), "looking keeps nobody quiet");
        assert_eq!(sampler.one_more(), None);
        assert_eq!(sampler.overdue(), None);
        tokio::time::advance(QUIET).await;
        assert_eq!(sampler.overdue(), Some(1));
        tokio::time::advance(QUIET).await;
        assert_eq!(sampler.overdue(), None);
    }
}
