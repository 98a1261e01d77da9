//! How much one caller may ask for: calls and bytes out of one bucket, and whole views one after the other.
//!
//! A bucket is the instant by which all that was taken is paid, at one call's share of a second each (GCRA, ITU-T I.371).
//! Bytes are counted when they have come or gone, so that a bucket may run into debt; calls are refused until it is paid.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use acd_config::ServerLimits;
use acd_core::ids::CallerName;
use acd_proto::v1::ErrorReason;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::identity::Identity;
use crate::error::ApiError;
use acd_shard::clock::TimeSource;

/// The least wait that a refused caller is told: shorter ones cost more calls than they save.
const RETRY_AFTER_LEAST: Duration = Duration::from_millis(10);
/// So many bytes, whichever way they go, cost as much as a call.
const BYTES_OF_A_CALL: u32 = 16 * 1_024;
/// No debt is longer than this beyond what a caller may take at once: whoever stops is served again soon.
const DEBT_MAX: Duration = Duration::from_secs(5);
/// Whole views and the like that one caller may have made at a time; more wait.
const VIEWS_AT_A_TIME: usize = 4;

/// A bucket for each caller. Clones share it.
#[derive(Clone)]
pub struct Rates(Arc<Shared>);

struct Shared {
    time: Arc<dyn TimeSource>,
    per_second: u32,
    /// What a call takes of a bucket.
    each: Duration,
    /// How far a bucket may be ahead of the time.
    ahead: Duration,
    /// When all that was taken is paid. Buckets that are full are left out, sooner or later.
    paid_at: Mutex<HashMap<Bucket, Duration>>,
    turns: Mutex<HashMap<CallerName, Arc<Semaphore>>>,
}

/// Whose bucket it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Bucket {
    /// A caller's.
    Caller(CallerName),
    /// A caller's for calls that were refused.
    Refused(CallerName),
    /// One for calls that were refused because nobody knows who made them, from this address.
    Strangers(IpAddr),
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

    /// Counts bytes that have come or gone. For how long nothing more should be read from the caller.
    pub(super) fn count_bytes(&self, bytes: usize) -> Duration {
        match &self.caller {
            Some(caller) => self.rates.charge(caller, bytes),
            None => Duration::ZERO,
        }
    }

    /// Waits until the caller may have another whole view made; it is their turn until this is dropped.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let turns = self.rates.turns_of(self.caller.as_ref()?);
        // Nobody closes it.
        turns.acquire_owned().await.ok()
    }
}

impl Rates {
    /// As the limits say, by this clock.
    pub fn new(limits: &ServerLimits, time: Arc<dyn TimeSource>) -> Self {
        let each = Duration::from_secs(1) / limits.calls_per_second.max(1);
        Self(Arc::new(Shared {
            time,
            per_second: limits.calls_per_second,
            each,
            ahead: each * limits.calls_burst.max(1),
            paid_at: Mutex::default(),
            turns: Mutex::default(),
        }))
    }

    /// Counts one call of this caller.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time after which the call is worth repeating.
    pub fn count(&self, caller: &CallerName) -> Result<(), ApiError> {
        self.take(caller).map_err(|wait| {
            let per_second = self.0.per_second;
            let detail = format!(
                "{caller} asks for more than {per_second} calls a second, of which {BYTES_OF_A_CALL} bytes are one, too"
            );
            ApiError::new(ErrorReason::RateLimited, "", detail)
                .with("limit", "server.limits.calls_per_second")
                .over_quota(caller.clone())
                .retry_after(wait.max(RETRY_AFTER_LEAST))
        })
    }

    /// Counts a call that was refused because its caller is over their quota. For how long nothing more should be read
    /// from them.
    pub(super) fn refused(&self, caller: &CallerName) -> Duration {
        self.fill(Bucket::Refused(caller.clone()), self.0.each, DEBT_MAX)
    }

    /// Counts a call that was refused because nobody knows who made it. For how long nothing more should be read from
    /// this address.
    pub(super) fn refused_stranger(&self, address: IpAddr) -> Duration {
        self.fill(Bucket::Strangers(address), self.0.each, DEBT_MAX)
    }

    /// The pace of this caller.
    pub fn pace(&self, identity: &Identity) -> Pace {
        Pace {
            rates: self.clone(),
            caller: identity.rated_as().cloned(),
        }
    }

    /// Takes a call out of the bucket. If it is empty: after what time there is one.
    fn take(&self, caller: &CallerName) -> Result<(), Duration> {
        let now = self.0.time.monotone();
        let mut paid_at = self.paid_at();
        let paid_at = paid_at.entry(Bucket::Caller(caller.clone())).or_default();
        let next = (*paid_at).max(now) + self.0.each;
        match (next - now).checked_sub(self.0.ahead) {
            Some(early) if !early.is_zero() => Err(early),
            _ => {
                *paid_at = next;
                Ok(())
            }
        }
    }

    /// Takes bytes out of the bucket, whether or not it has as many. How long it takes until it is out of debt.
    fn charge(&self, caller: &CallerName, bytes: usize) -> Duration {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let cost = self
            .0
            .each
            .mul_f64(f64::from(bytes) / f64::from(BYTES_OF_A_CALL));
        let ahead = self.fill(
            Bucket::Caller(caller.clone()),
            cost,
            self.0.ahead + DEBT_MAX,
        );
        ahead.saturating_sub(self.0.ahead)
    }

    /// Takes so much, up to a limit, and says how long it takes to fill again.
    fn fill(&self, bucket: Bucket, cost: Duration, most: Duration) -> Duration {
        let now = self.0.time.monotone();
        let mut paid_at = self.paid_at();
        let paid_at = paid_at.entry(bucket).or_default();
        *paid_at = ((*paid_at).max(now) + cost).min(now + most);
        *paid_at - now
    }

    fn turns_of(&self, caller: &CallerName) -> Arc<Semaphore> {
        let mut turns = self.turns();
        let turns = turns.entry(caller.clone());
        turns
            .or_insert_with(|| Arc::new(Semaphore::new(VIEWS_AT_A_TIME)))
            .clone()
    }

    fn paid_at(&self) -> MutexGuard<'_, HashMap<Bucket, Duration>> {
        // Nothing in here can fail half-way.
        let paid_at = &self.0.paid_at;
        paid_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<CallerName, Arc<Semaphore>>> {
        // Nothing in here can fail half-way.
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets callers whose bucket is full again.
    pub fn forget_idle(&self) {
        let now = self.0.time.monotone();
        let mut paid_at = self.paid_at();
        paid_at.retain(|_, paid_at| *paid_at > now);
        paid_at.shrink_to_fit();
        drop(paid_at);
        let mut turns = self.turns();
        // Whoever has a turn, or waits for one, shares it.
        turns.retain(|_, turns| Arc::strong_count(turns) > 1);
        turns.shrink_to_fit();
    }

    /// How many callers are remembered.
    pub fn callers(&self) -> usize {
        self.paid_at().len()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

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
    fn whoever_calls_on_although_refused_is_read_as_slowly_as_they_may_call_and_never_long() {
        let (rates, time) = rates();
        let address = IpAddr::from([192, 0, 2, 1]);
        assert_eq!(rates.refused_stranger(address), Duration::from_secs(1));
        assert_eq!(rates.refused(&"anna".into()), Duration::from_secs(1));
        assert_eq!(rates.refused(&"anna".into()), Duration::from_secs(2));
        for _ in 0..100 {
            assert!(rates.refused_stranger(address) <= DEBT_MAX);
        }
        rates
            .count(&"anna".into())
            .expect("what was refused takes nothing");
        time.advance(DEBT_MAX);
        rates.forget_idle();
        assert_eq!(rates.callers(), 0, "it is paid");
    }

    #[test]
    fn bytes_cost_as_much_as_calls_and_may_run_into_debt() {
        let (rates, time) = rates();
        let anna = CallerName::from("anna");
        let call = BYTES_OF_A_CALL as usize;
        assert_eq!(rates.charge(&anna, call), Duration::ZERO);
        assert_eq!(rates.charge(&anna, 3 * call), Duration::from_secs(2));
        assert!(rates.count(&anna).is_err());
        time.advance(Duration::from_secs(2));
        assert!(rates.count(&anna).is_err(), "it is only out of debt");
        time.advance(Duration::from_secs(1));
        rates.count(&anna).expect("a second later");
        let most = rates.charge(&anna, usize::MAX);
        assert_eq!(most, DEBT_MAX, "nobody is shut out for long");
    }

    #[tokio::test]
    async fn whole_views_are_made_for_a_caller_a_few_at_a_time() {
        let (rates, _time) = rates();
        let pace = |name: &str| Pace {
            rates: rates.clone(),
            caller: Some(name.into()),
        };
        let anna = pace("anna");
        let mut turns = Vec::new();
        for _ in 0..VIEWS_AT_A_TIME {
            turns.push(anna.turn().await);
        }
        let mut next = std::pin::pin!(anna.turn());
        let waits = poll_fn(|context| Poll::Ready(next.as_mut().poll(context).is_pending()));
        assert!(waits.await);
        assert!(pace("bert").turn().await.is_some(), "they have their own");
        rates.forget_idle();
        turns.pop();
        assert!(next.await.is_some());
        drop(turns);
        rates.forget_idle();
        assert!(rates.turns().is_empty());
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
