//! What one shard is made of, without the threads that move it.

use acd_core::ids::{DurationMs, TenantName};
use acd_journal::{LogKeeper, Retention};
use crossbeam_channel::unbounded;

use super::compactor::Compactor;
use super::decider::{Decider, Store};
use super::expired::Expirations;
use super::failure::ShardError;
use super::follower::{Follower, FollowerHandle, Recover, Showing, Telling};
use super::health::Health;
use super::mailbox::Mailbox;
use super::options::{Options, Setup};
use super::recovery;
use super::registry::Registry;
use super::worker::Worker;
use crate::clock::Clock;
use crate::stream::{Budgets, Limits, StreamSettings};

/// How many entities of a whole view are gathered before others are told something: a fraction of a millisecond.
const GATHERED_AT_ONCE: usize = 128;

/// What all shards share.
pub(crate) struct Common {
    /// The tenants that there are.
    pub(crate) tenants: Registry,
    /// The engine's clock.
    pub(crate) clock: Clock,
    /// What may wait for readers.
    pub(crate) budgets: Budgets,
}

/// One shard: what decides, what shows, what keeps the log short.
pub(crate) struct Parts {
    pub(crate) number: usize,
    pub(crate) decider: Decider,
    pub(crate) showing: Showing,
    pub(crate) compactor: Compactor,
}

impl Parts {
    /// A shard over its log, and what services hold of it. Nothing is recovered yet.
    #[expect(
        clippy::disallowed_methods,
        reason = "at most one message for each place of a subscription, and places are limited"
    )]
    pub(crate) fn of(
        number: usize,
        Setup {
            log,
            health,
            retention,
        }: Setup,
        common: Common,
        options: &Options,
    ) -> Result<(Self, Mailbox, FollowerHandle), ShardError> {
        let (limits, clock) = (&options.limits, common.clock);
        let (capacity, reserve) = (limits.mailbox as usize, limits.mailbox_reserve as usize);
        let (mailbox, jobs) = Mailbox::new(capacity, reserve, health.busy.clone());
        health.mailbox_capacity.set(f64::from(limits.mailbox));
        let keeper = || {
            log.keeper().map_err(|source| ShardError::Log {
                shard: number,
                source,
            })
        };
        let streams = StreamSettings {
            journal: log.journal_id(),
            outbox: Limits {
                states: limits.stream_buffer as usize,
                directives: limits.stream_buffer as usize,
            },
            budgets: common.budgets,
            history: limits.resume_events as usize,
            gathered_at_once: GATHERED_AT_ONCE,
            heartbeat_ms: limits.heartbeat.as_millis() as DurationMs,
        };
        let (ends, ended) = unbounded();
        let log_for_follower = (keeper()?, retention.clone());
        let telling = options.traces.clone().map(|tracing| Telling {
            tracing,
            clock: clock.clone(),
        });
        let recover = recover_follower(number, log_for_follower, streams, telling, health.clone());
        let (showing, following) = Showing::new(number, capacity, clock.clone(), &health, recover);
        let handle = following.handle.clone();
        let expirations = Expirations::default();
        let compactor = Compactor::new(
            number,
            keeper()?,
            retention,
            expirations.clone(),
            health.clone(),
            options,
        );
        let reader = keeper()?;
        let worker = Worker::new(
            common.tenants,
            handle.clone(),
            (ends, ended),
            expirations,
            clock.clone(),
            options.clone(),
            health.clone(),
        );
        let store = Store {
            number,
            log,
            following,
        };
        let parts = Self {
            number,
            decider: Decider::new(
                (worker, jobs),
                store,
                reader,
                clock,
                options.clone(),
                health,
            ),
            showing,
            compactor,
        };
        Ok((parts, mailbox, handle))
    }
}

/// How the shard's follower is made from the log, at the start and after a defect.
fn recover_follower(
    shard: usize,
    (log, retention): (Box<dyn LogKeeper>, Retention),
    streams: StreamSettings,
    telling: Option<Telling>,
    health: Health,
) -> Recover {
    Box::new(move || {
        let hold = retention.hold();
        let mut follower = Follower::new(streams.clone(), hold, health.clone());
        follower.tell_traces(telling.clone());
        for name in log.tenants() {
            let name = TenantName::from(&*name);
            let followed = recovery::followed(shard, &*log, &name, streams.clone())?;
            follower.adopt(followed);
        }
        Ok(follower)
    })
}
