//! What was played on the virtual clock, as the data directory of a server.

use std::path::Path;

use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_journal::codec::encode_input;
use acd_journal::{DataDir, Entry, EventLog, SqliteLog};
use acd_replay::play::InProcess;
use anyhow::{Context as _, ensure};

/// Entries that are written together.
const ENTRIES_AT_ONCE: usize = 1_000;
/// Bytes from which they are written, however few they are.
const BYTES_AT_ONCE: usize = 1 << 20;

/// A journal that grows.
pub(super) struct Kept {
    tenant: TenantName,
    log: SqliteLog,
    waiting: Vec<Entry>,
    bytes: usize,
}

impl Kept {
    /// One in a new directory.
    pub(super) fn new(dir: &Path) -> anyhow::Result<Self> {
        ensure!(
            !dir.exists(),
            "cannot keep what is played in {}: it is there already; name a directory that is not",
            dir.display()
        );
        let context = || format!("cannot keep what is played in {}", dir.display());
        let shards = DataDir::open(dir, 1).with_context(context)?;
        let (log, _) = shards.open_shard(0).with_context(context)?;
        Ok(Self {
            tenant: InProcess::TENANT.into(),
            log,
            waiting: Vec::new(),
            bytes: 0,
        })
    }

    /// Keeps what one step came to.
    pub(super) fn take(&mut self, events: &[Recorded]) -> anyhow::Result<()> {
        let entries = encode_input(&self.tenant, None, events);
        self.bytes += entries.iter().map(|it| it.payload.len()).sum::<usize>();
        self.waiting.extend(entries);
        match self.waiting.len() >= ENTRIES_AT_ONCE || self.bytes >= BYTES_AT_ONCE {
            true => self.write(),
            false => Ok(()),
        }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.write()
    }

    fn write(&mut self) -> anyhow::Result<()> {
        self.log
            .append(&self.waiting)
            .context("cannot keep what is played")?;
        self.waiting.clear();
        self.bytes = 0;
        Ok(())
    }
}
