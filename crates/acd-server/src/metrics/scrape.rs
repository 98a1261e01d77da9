//! One scrape: the counters of the server and the readings of all tenants, as one text.
//!
//! Its time is bounded whatever stands still: a shard whose disk hangs, a follower, the disk itself. What cannot be read
//! in time is left out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use acd_core::ids::TenantName;
use acd_journal::{Disk, DiskUse};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::warn;

use super::exposition::Exposition;
use super::families;
use super::reading::{Reader, Reading};
use super::recorder::Metrics;
use super::samples;
use acd_shard::{Background, Shards};

#[cfg(test)]
mod tests;

/// How long one tenant's shard may take to let its state be read, and the disk to be looked at.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How long all tenants may take together. Prometheus itself gives up after 10 s by default.
const READ_ALL_TIMEOUT: Duration = Duration::from_secs(6);

/// What answers scrapes.
#[derive(Clone)]
pub struct Scraper {
    shards: Shards,
    metrics: Arc<Metrics>,
    /// Threads of its own: those of the shards may all wait for a disk that hangs.
    background: Background,
    disk: Option<DiskWatch>,
}

/// The disk, and whose turn it is to look at it: where it hangs one thread waits for it, not one for each scrape.
#[derive(Clone)]
struct DiskWatch {
    disk: Disk,
    turn: Arc<Semaphore>,
}

impl Scraper {
    /// A scraper of these counters, of the tenants of these shards, and of the disk where their journals are, if they
    /// are on one.
    ///
    /// # Errors
    /// The machine has no room for its threads.
    pub fn new(shards: Shards, metrics: Arc<Metrics>, disk: Option<Disk>) -> io::Result<Self> {
        let watch = |disk| DiskWatch {
            disk,
            turn: Arc::new(Semaphore::new(1)),
        };
        Ok(Self {
            shards,
            metrics,
            background: Background::new()?,
            disk: disk.map(watch),
        })
    }

    /// Everything, in the Prometheus text format. What cannot be read in time is left out, and how many tenants that are
    /// is told.
    pub async fn scrape(&self) -> String {
        let ((readings, unread), disk) = tokio::join!(self.read_all(), self.look_at_disk());
        let scraper = self.clone();
        let text = move || scraper.text(&readings, unread, disk.as_ref());
        let written = self.background.run(text).await;
        // Without a panic it was given up because the server has stopped.
        written.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => String::new(),
        })
    }

    fn text(&self, readings: &[Reading], unread: usize, disk: Option<&DiskUse>) -> String {
        let mut text = Exposition::after(self.metrics.render());
        samples::write(&mut text, readings);
        text.family(&families::UNREAD_TENANTS);
        text.sample(&families::UNREAD_TENANTS, &[], unread);
        text.family(&families::STREAM_BYTES);
        for tenant in self.shards.tenants() {
            let bytes = self.shards.budgets().used_by(&tenant);
            text.sample(&families::STREAM_BYTES, &[tenant.as_str()], bytes);
        }
        if let Some(seen) = disk {
            samples::write_disk(&mut text, seen);
        }
        text.into_text()
    }

    /// Whether every shard answers and the server takes calls.
    pub async fn is_ready(&self) -> bool {
        matches!(timeout(READ_TIMEOUT, self.shards.ping()).await, Ok(Ok(())))
    }

    async fn read_all(&self) -> (Vec<Reading>, usize) {
        let until = Instant::now() + READ_ALL_TIMEOUT;
        let tenants = self.shards.tenants();
        let mut readings = Vec::with_capacity(tenants.len());
        for tenant in &tenants {
            let in_time = until.min(Instant::now() + READ_TIMEOUT);
            readings.extend(self.read(tenant, in_time).await);
        }
        let unread = tenants.len() - readings.len();
        if unread > 0 {
            warn!(
                unread,
                "a scrape left tenants out that could not be read in time"
            );
        }
        (readings, unread)
    }

    async fn read(&self, tenant: &TenantName, until: Instant) -> Option<Reading> {
        let (name, clock) = (tenant.clone(), self.shards.clock().clone());
        let mut reader = Reader::default();
        let read = self
            .shards
            .read_in_parts(tenant, move |state| reader.part(&name, state, clock.now()));
        timeout_at(until, read).await.ok()?.ok()
    }

    async fn look_at_disk(&self) -> Option<DiskUse> {
        let DiskWatch { disk, turn } = self.disk.clone()?;
        let look = async {
            let turn = turn.acquire_owned().await;
            let look = move || {
                let seen = disk.look();
                drop(turn);
                seen
            };
            self.background.run(look).await
        };
        match timeout(READ_TIMEOUT, look).await {
            Ok(Ok(Ok(seen))) => Some(seen),
            Ok(Ok(Err(error))) => {
                warn!(%error, "a scrape left out how full the disk is, which cannot be seen");
                None
            }
            Ok(Err(_)) | Err(_) => {
                warn!("a scrape left out how full the disk is, which could not be seen in time");
                None
            }
        }
    }
}
