//! One scrape: the counters of the server and the readings of all tenants, as one text.

use std::sync::Arc;
use std::time::Duration;

use acd_core::ids::TenantName;
use tokio::time::timeout;

use super::exposition::Exposition;
use super::families;
use super::reading::{self, Reader, Reading};
use super::recorder::Metrics;
use acd_shard::Shards;

/// How long one tenant's shard may take to let its state be read. Prometheus itself gives up after 10 s by default.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// What answers scrapes.
#[derive(Clone)]
pub struct Scraper {
    shards: Shards,
    metrics: Arc<Metrics>,
}

impl Scraper {
    /// A scraper of these counters and of the tenants of these shards.
    pub fn new(shards: Shards, metrics: Arc<Metrics>) -> Self {
        Self { shards, metrics }
    }

    /// Everything, in the Prometheus text format. A tenant that cannot be read in time is left out and counted.
    pub async fn scrape(&self) -> String {
        let (readings, unread) = self.read_all().await;
        let scraper = self.clone();
        let text = move || scraper.text(&readings, unread);
        let written = self.shards.background().run(text).await;
        // Without a panic it was given up because the server has stopped.
        written.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => String::new(),
        })
    }

    fn text(&self, readings: &[Reading], unread: usize) -> String {
        let mut text = Exposition::after(self.metrics.render());
        reading::write(&mut text, readings);
        text.family(&families::UNREAD_TENANTS);
        text.sample(&families::UNREAD_TENANTS, &[], unread);
        text.family(&families::STREAM_BYTES);
        for tenant in self.shards.tenants() {
            let bytes = self.shards.budgets().used_by(&tenant);
            text.sample(&families::STREAM_BYTES, &[tenant.as_str()], bytes);
        }
        text.into_text()
    }

    /// Whether every shard answers and the server takes calls.
    pub async fn is_ready(&self) -> bool {
        matches!(timeout(READ_TIMEOUT, self.shards.ping()).await, Ok(Ok(())))
    }

    async fn read_all(&self) -> (Vec<Reading>, usize) {
        let tenants = self.shards.tenants();
        let mut readings = Vec::with_capacity(tenants.len());
        for tenant in &tenants {
            readings.extend(self.read(tenant).await);
        }
        let unread = tenants.len() - readings.len();
        if unread > 0 {
            tracing::warn!(
                unread,
                "a scrape left tenants out that could not be read in time"
            );
        }
        (readings, unread)
    }

    async fn read(&self, tenant: &TenantName) -> Option<Reading> {
        let (name, clock) = (tenant.clone(), self.shards.clock().clone());
        let mut reader = Reader::default();
        let read = self
            .shards
            .read_in_parts(tenant, move |state| reader.part(&name, state, clock.now()));
        timeout(READ_TIMEOUT, read).await.ok()?.ok()
    }
}
