//! How shards run.

use std::sync::Arc;
use std::time::Duration;

use acd_config::{ServerConfig, ServerLimits};
use acd_journal::{EventLog, Retention};
use acd_traces::Tracing;

use super::Health;
use crate::clock::{MachineTime, TimeSource};

/// The waits between the attempts to append a batch that the log did not take, 4 s in all: a full disk or a slow
/// volume gets a chance to recover, clients do not wait for ever.
const APPEND_RETRY_DELAYS_MS: [u64; 8] = [10, 20, 50, 100, 320, 500, 1_000, 2_000];

/// Often enough that nobody works for long on a journal that is gone, seldom enough to cost nothing.
const STORE_CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// How shards run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much of everything a shard may use.
    pub limits: ServerLimits,
    /// Events of a tenant since its last snapshot after which the next one is written.
    pub snapshot_every: u64,
    /// How long entries are kept that snapshots cover.
    pub keep_journal: Duration,
    /// How many bytes of entries a shard keeps; none: as many as come in [`Options::keep_journal`].
    pub keep_journal_bytes: Option<u64>,
    /// The waits between the attempts to append a batch; after the last one the shard gives up.
    pub append_retry_delays: Vec<Duration>,
    /// How often a shard looks whether its journal is still where it was opened; every append looks as well.
    pub store_check_interval: Duration,
    /// What engine time is read from.
    pub time: Arc<dyn TimeSource>,
    /// Of which contacts traces are told, and where; none: of none.
    pub traces: Option<Tracing>,
}

/// What one shard is made of.
pub struct Setup {
    /// Its log.
    pub log: Box<dyn EventLog>,
    /// Its figures.
    pub health: Health,
    /// Who else follows the log.
    pub retention: Retention,
}

impl Setup {
    /// A shard that nobody else follows.
    pub fn new(log: Box<dyn EventLog>, health: Health) -> Self {
        Self {
            log,
            health,
            retention: Retention::default(),
        }
    }
}

impl Options {
    /// As the configuration says, by the clocks of the machine.
    pub fn new(config: &ServerConfig) -> Self {
        Self {
            limits: config.limits.clone(),
            snapshot_every: config.snapshot_every,
            keep_journal: config.keep_journal,
            keep_journal_bytes: config
                .keep_journal_bytes
                .map(|bytes| bytes / u64::from(config.shards.max(1))),
            append_retry_delays: APPEND_RETRY_DELAYS_MS.map(Duration::from_millis).to_vec(),
            store_check_interval: STORE_CHECK_INTERVAL,
            time: Arc::new(MachineTime::new()),
            traces: None,
        }
    }
}
