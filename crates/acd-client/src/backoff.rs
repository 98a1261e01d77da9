//! How long to wait before the next attempt.

use std::time::Duration;

/// How the waits between attempts grow.
#[derive(Clone, Debug)]
pub struct Options {
    /// Upper bound of the first wait.
    pub first: Duration,
    /// Upper bound of every wait.
    pub max: Duration,
    /// Makes the jitter and the request ids repeatable: for simulations, where no two clients may have the same. None:
    /// different in every process.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(50),
            max: Duration::from_secs(5),
            seed: None,
        }
    }
}

/// Waits that double from attempt to attempt, each drawn between half its bound and its bound, so that clients cut off
/// together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    max: Duration,
    bound: Duration,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            first: options.first,
            max: options.max,
            bound: options.first,
            random: options.seed.unwrap_or_else(random_u64),
        }
    }

    /// How long to wait now.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let bound = self.bound.min(self.max);
        self.bound = bound.saturating_mul(2);
        let share = f64::from(self.next_u32()) / f64::from(u32::MAX);
        bound.mul_f64(0.5 + share / 2.0)
    }

    /// The attempt succeeded: the next failure starts anew.
    pub(crate) fn reset(&mut self) {
        self.bound = self.first;
    }

    /// SplitMix64: no quality is needed beyond spreading clients out.
    fn next_u32(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from(mixed >> 32).unwrap_or(u32::MAX)
    }
}

/// A number no other process has, for jitter and for names that must not collide.
pub(crate) fn random_u64() -> u64 {
    // Only a system without any source of randomness fails here; process ids then still tell most apart.
    getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(seed: u64, count: usize) -> Vec<Duration> {
        let options = Options {
            first: Duration::from_millis(100),
            max: Duration::from_millis(1000),
            seed: Some(seed),
        };
        let mut backoff = Backoff::new(&options);
        (0..count).map(|_| backoff.next_wait()).collect()
    }

    #[test]
    fn waits_double_up_to_the_bound_with_jitter_downwards() {
        for (wait, bound) in waits(7, 6).iter().zip([100, 200, 400, 800, 1000, 1000]) {
            let bound = Duration::from_millis(bound);
            assert!(
                *wait <= bound && *wait >= bound / 2,
                "{wait:?} for {bound:?}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_waits() {
        assert_eq!(waits(7, 6), waits(7, 6));
        assert_ne!(waits(7, 6), waits(8, 6));
    }

    #[test]
    fn success_starts_anew() {
        let mut backoff = Backoff::new(&Options::default());
        let _ = (
            backoff.next_wait(),
            backoff.next_wait(),
            backoff.next_wait(),
        );
        backoff.reset();
        assert!(backoff.next_wait() <= Options::default().first);
    }
}
