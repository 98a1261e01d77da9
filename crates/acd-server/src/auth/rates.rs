//! How many calls one caller may make, and how fast the streams of adapters are read.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::ids::CallerName;
use acd_proto::v1::ErrorReason;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};

use super::identity::Identity;
use crate::error::ApiError;
use acd_shard::clock::TimeSource;

/// The least wait that a refused caller is told: shorter ones cost more calls than they save.
const RETRY_AFTER_LEAST: Duration = Duration::from_millis(10);

/// A bucket of calls for each caller. Clones share it.
#[derive(Clone)]
pub struct Rates(Arc<Shared>);

struct Shared {
    limiter:
        RateLimiter<CallerName, HashMapStateStore<CallerName>, Monotone, NoOpMiddleware<Duration>>,
    clock: Monotone,
    per_second: u32,
}

/// What the buckets fill by.
#[derive(Clone)]
struct Monotone(Arc<dyn TimeSource>);

impl governor::clock::Clock for Monotone {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotone()
    }
}

/// How fast a stream is read. Its messages come out of the same bucket as its caller's calls; none is refused.
#[derive(Clone)]
pub struct Pace {
    rates: Rates,
    /// None: a caller who is not counted.
    caller: Option<CallerName>,
}

impl Pace {
    /// Counts one message.
    ///
    /// # Errors
    /// It is too early for it, and it is not counted: after what time to try again.
    pub fn count(&self) -> Result<(), Duration> {
        match &self.caller {
            Some(caller) => self.rates.take(caller),
            None => Ok(()),
        }
    }
}

impl Rates {
    /// As the limits say, by this clock.
    pub fn new(limits: &ServerLimits, time: Arc<dyn TimeSource>) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.calls_per_second))
            .allow_burst(at_least_one(limits.calls_burst));
        let clock = Monotone(time);
        Self(Arc::new(Shared {
            limiter: RateLimiter::hashmap_with_clock(quota, clock.clone()),
            clock,
            per_second: limits.calls_per_second,
        }))
    }

    /// Counts one call of this caller.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time after which the call is worth repeating.
    pub fn count(&self, caller: &CallerName) -> Result<(), ApiError> {
        self.take(caller).map_err(|wait| {
            let per_second = self.0.per_second;
            let detail = format!("{caller} makes more than {per_second} calls a second");
            ApiError::new(ErrorReason::RateLimited, "", detail)
                .with("limit", "server.limits.calls_per_second")
                .over_quota(caller.clone())
                .retry_after(wait.max(RETRY_AFTER_LEAST))
        })
    }

    /// The pace of a stream of this caller.
    pub fn pace(&self, identity: &Identity) -> Pace {
        Pace {
            rates: self.clone(),
            caller: identity.rated_as().cloned(),
        }
    }

    /// Takes one from the bucket. If it is empty: after what time there is one.
    fn take(&self, caller: &CallerName) -> Result<(), Duration> {
        let Shared { limiter, clock, .. } = &*self.0;
        let too_early = |early: NotUntil<_>| early.wait_time_from(clock.now());
        limiter.check_key(caller).map_err(too_early)
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
    use acd_shard::clock::ManualTime;

    use super::*;

    fn rates() -> (Rates, Arc<ManualTime>) {
        let limits = ServerLimits {
            calls_per_second: 1,
            calls_burst: 2,
            ..ServerLimits::default()
        };
        let time = Arc::new(ManualTime::new(0));
        (Rates::new(&limits, time.clone()), time)
    }

    #[test]
    fn a_caller_who_calls_too_often_is_told_when_to_come_back_and_others_are_not_held_up() {
        let (rates, time) = rates();
        let (anna, bert) = ("anna".into(), "bert".into());
        assert!((0..2).all(|_| rates.count(&anna).is_ok()));
        let refused = rates.count(&anna).unwrap_err();
        assert_eq!(refused.reason, ErrorReason::RateLimited);
        assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
        rates.count(&bert).expect("a bucket of their own");
        assert_eq!(rates.callers(), 2);
        time.advance(Duration::from_secs(1));
        rates.count(&anna).expect("the bucket has filled");
        rates.count(&anna).expect_err("by one");
        time.advance(Duration::from_secs(10));
        rates.forget_idle();
        assert_eq!(rates.callers(), 0);
    }

    #[test]
    fn a_stream_takes_from_the_bucket_of_its_callers_calls() {
        let (rates, _time) = rates();
        let pbx = Identity {
            subject: "pbx".into(),
            expires_at: Some(1),
            ..(*Identity::local()).clone()
        };
        let pace = rates.pace(&pbx);
        assert!((0..2).all(|_| pace.count().is_ok()));
        assert_eq!(pace.count(), Err(Duration::from_secs(1)));
        assert!(rates.count(&pbx.subject).is_err());

        let trusted = rates.pace(&Identity::local());
        assert!((0..1_000).all(|_| trusted.count().is_ok()));
    }
}
