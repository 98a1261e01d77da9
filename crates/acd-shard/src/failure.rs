//! Why a shard cannot start or go on.

use acd_core::ids::TenantName;
use acd_journal::LogError;
use acd_journal::codec::CodecError;

/// Why a shard cannot start, or had to stop. What it acknowledged is in its log; what it had not is not.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The threads for what may wait could not be made.
    #[error(
        "there is no room for background threads: {source}. Raise the limit of threads or of memory"
    )]
    Background {
        /// What the system said.
        source: std::io::Error,
    },
    /// A batch could not be appended.
    #[error(
        "shard {shard} gave up: the journal did not take a batch after {attempts} attempts: {source}; nothing of it was \
         acknowledged. Make room or repair the disk, then start again"
    )]
    Append {
        /// The shard.
        shard: usize,
        /// How often it was tried.
        attempts: usize,
        /// What the log said last.
        source: LogError,
    },
    /// The journal is not where it was opened.
    #[error("shard {shard} stopped: {source}")]
    Gone {
        /// The shard.
        shard: usize,
        /// Which file, and what to do.
        source: LogError,
    },
    /// The log cannot be read.
    #[error("shard {shard} cannot recover: {source}")]
    Log {
        /// The shard.
        shard: usize,
        /// What the log said.
        source: LogError,
    },
    /// A record cannot be understood.
    #[error(
        "shard {shard} cannot recover tenant {tenant}: the record at sequence {sequence} cannot be read: {source}"
    )]
    Record {
        /// The shard.
        shard: usize,
        /// The tenant.
        tenant: TenantName,
        /// The first sequence of the record.
        sequence: u64,
        /// What is wrong with it.
        source: CodecError,
    },
    /// A defect of the program.
    #[error(
        "shard {shard} stopped on a defect: {message}; what was acknowledged is in the journal. Report it with the log, \
         and start again"
    )]
    Defect {
        /// The shard.
        shard: usize,
        /// What the program said.
        message: String,
    },
    /// The system gives no thread.
    #[error("shard {shard} cannot start its thread: {source}; allow the process more threads")]
    Thread {
        /// The shard.
        shard: usize,
        /// What the system said.
        source: std::io::Error,
    },
}
