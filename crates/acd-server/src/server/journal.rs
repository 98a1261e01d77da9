//! Opening the data directory and the log of every shard.

use std::thread;

use acd_config::ServerConfig;
use acd_journal::{DataDir, EventLog, OpenReport, SqliteLog};
use tracing::{info, warn};

use super::ServerError;

/// The locked data directory and its logs, in the order of the shards. What recovery will read of each is verified, side by side.
pub(super) fn open(
    config: &ServerConfig,
) -> Result<(DataDir, Vec<Box<dyn EventLog>>), ServerError> {
    let data_dir = DataDir::open(&config.data_dir, usize::from(config.shards))?;
    let opened: Vec<_> = thread::scope(|scope| {
        let data_dir = &data_dir;
        let opening: Vec<_> = (0..data_dir.shards())
            .map(|shard| scope.spawn(move || data_dir.open_shard(shard)))
            .collect();
        let joined = opening.into_iter().map(|opening| {
            opening
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        joined.collect()
    });
    let mut logs: Vec<Box<dyn EventLog>> = Vec::with_capacity(opened.len());
    for (shard, opened) in opened.into_iter().enumerate() {
        let (log, report): (SqliteLog, OpenReport) = opened?;
        tell(shard, &report);
        logs.push(Box::new(log));
    }
    Ok((data_dir, logs))
}

/// What had to be cut was never acknowledged, and yet an operator wants to know of it.
fn tell(shard: usize, report: &OpenReport) {
    info!(
        shard,
        entries = report.entries,
        is_created = report.is_created,
        "journal verified"
    );
    if report.torn_wal_pages > 0 {
        warn!(
            shard,
            pages = report.torn_wal_pages,
            "the last batch was being written as the process died; it was not acknowledged and is gone"
        );
    }
    for cut in &report.cut {
        warn!(
            shard,
            tenant = cut.tenant,
            after_seq = cut.after_seq,
            "a torn entry was cut from the end of the log"
        );
    }
    for dropped in &report.dropped_snapshots {
        warn!(
            shard,
            tenant = dropped.tenant,
            seq = dropped.seq,
            "a damaged snapshot was dropped; the log holds everything"
        );
    }
}
