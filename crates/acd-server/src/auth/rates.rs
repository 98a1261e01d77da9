//! How many calls one caller may make.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::ids::CallerName;
use acd_proto::v1::ErrorReason;
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::error::ApiError;

/// The least wait that a refused caller is told: shorter ones cost more calls than they save.
const RETRY_AFTER_LEAST: Duration = Duration::from_millis(10);

/// A bucket of calls for each caller. Clones share it.
#[derive(Clone)]
pub struct Rates(Arc<Shared>);

struct Shared {
    limiter: RateLimiter<CallerName, HashMapStateStore<CallerName>, DefaultClock>,
    clock: DefaultClock,
    per_second: u32,
}

impl Rates {
    /// As the limits say.
    pub fn new(limits: &ServerLimits) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.calls_per_second))
            .allow_burst(at_least_one(limits.calls_burst));
        Self(Arc::new(Shared {
            limiter: RateLimiter::hashmap(quota),
            clock: DefaultClock::default(),
            per_second: limits.calls_per_second,
        }))
    }

    /// Counts one call of this caller.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time after which the call is worth repeating.
    pub fn count(&self, caller: &CallerName) -> Result<(), ApiError> {
        let Shared {
            limiter,
            clock,
            per_second,
        } = &*self.0;
        let Err(too_early) = limiter.check_key(caller) else {
            return Ok(());
        };
        let wait = too_early.wait_time_from(clock.now()).max(RETRY_AFTER_LEAST);
        let detail = format!("{caller} makes more than {per_second} calls a second");
        let error = ApiError::new(ErrorReason::RateLimited, "", detail)
            .with("limit", "server.limits.calls_per_second")
            .over_quota(caller.clone())
            .retry_after(wait);
        Err(error)
    }

    /// Forgets callers whose bucket is full again.
    pub fn forget_idle(&self) {
        self.0.limiter.retain_recent();
        self.0.limiter.shrink_to_fit();
    }

    /// How many callers are remembered.
    pub fn callers(&self) -> usize {
        self.0.limiter.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_who_calls_too_often_is_told_when_to_come_back_and_others_are_not_held_up() {
        let limits = ServerLimits {
            calls_per_second: 1,
            calls_burst: 2,
            ..ServerLimits::default()
        };
        let rates = Rates::new(&limits);
        let (anna, bert) = ("anna".into(), "bert".into());
        let refused = (0..1_000).find_map(|_| rates.count(&anna).err());
        let refused = refused.expect("more than two calls in a second");
        assert_eq!(refused.reason, ErrorReason::RateLimited);
        assert!(
            refused
                .retry_after
                .is_some_and(|wait| wait <= Duration::from_secs(1))
        );
        rates.count(&bert).expect("his own bucket");
        assert_eq!(rates.callers(), 2);
    }
}
