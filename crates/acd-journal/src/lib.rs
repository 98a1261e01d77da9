//! The durable event log of the ACD.

mod checksum;
pub mod codec;
mod data_dir;
mod log;
mod memory;
mod rules;
mod sqlite;

pub use data_dir::{DataDir, DataDirError, SHARDS_MAX};
pub use log::{
    BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, Damage, ENTRY_MAX_BYTES, Entry, EventLog, JournalId,
    LogError, SEQ_MAX, SNAPSHOT_MAX_BYTES, SNAPSHOTS_KEPT, Snapshot, TENANT_NAME_MAX_BYTES, Upkeep,
};
pub use memory::{AppendFaults, MemoryLog};
pub use sqlite::{CutEntry, DroppedSnapshot, OpenError, OpenReport, SqliteLog};
