//! What keeps the log short and the next start quick, between the batches.

use acd_journal::codec::encode_snapshot;
use acd_journal::{EventLog, Upkeep};
use tracing::{debug, error, info, warn};

use super::Worker;
use crate::shard::health::Health;
use crate::shard::tenant::Tenant;
use crate::stream::StreamEnd;

impl Worker {
    /// Writes the snapshot of one tenant that has changed enough since its last one. One at a time, so that no call
    /// waits behind several.
    pub(super) fn save_snapshot(&mut self) {
        if let Some(name) = self.unsaved.pop_first()
            && let Some(tenant) = self.tenants.get_mut(&name)
        {
            save(&mut *self.log, tenant, &self.health);
        }
    }

    pub(super) fn maintain_if_urgent(&mut self) {
        if self.log.upkeep() == Upkeep::Now {
            self.maintain();
        }
    }

    /// One piece of upkeep after the other, as long as no job waits for it.
    pub(super) fn maintain_when_idle(&mut self) {
        while self.jobs.is_empty() && self.log.upkeep() != Upkeep::None && self.maintain() {}
    }

    /// False if it failed; it is tried again when something has happened.
    fn maintain(&mut self) -> bool {
        let done = self.log.maintain();
        if let Err(error) = &done {
            warn!(shard = self.number, %error, "upkeep of the journal failed; nothing is lost");
        }
        done.is_ok()
    }

    /// The last acts of an orderly stop: everything decided is durable already.
    pub(super) fn finish(&mut self) {
        self.end_streams(StreamEnd::ShuttingDown);
        for tenant in self.tenants.values_mut() {
            if tenant.unsaved_events > 0 {
                save(&mut *self.log, tenant, &self.health);
            }
        }
        info!(shard = self.number, "shard stopped");
    }
}

/// Writes the snapshot of a tenant. If that fails the log still holds everything.
fn save(log: &mut dyn EventLog, tenant: &mut Tenant, health: &Health) {
    let facts = tenant.engine.state().facts();
    let saved = encode_snapshot(tenant.name(), facts.seq, facts.now, facts)
        .map_err(|error| error.to_string())
        .and_then(|snapshot| {
            log.save_snapshot(&snapshot)
                .map_err(|error| error.to_string())
        });
    match saved {
        Ok(()) => {
            debug!(tenant = %tenant.name(), seq = facts.seq, "snapshot written");
            health.snapshots.increment(1);
        }
        Err(error) => {
            error!(tenant = %tenant.name(), seq = facts.seq, error, "no snapshot; the log holds everything");
            health.snapshot_failures.increment(1);
        }
    }
    // After a failure too: the next attempt comes after as many events again.
    tenant.unsaved_events = 0;
}
