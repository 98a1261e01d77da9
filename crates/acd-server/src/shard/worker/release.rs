//! What goes out when a batch is durable: answers, streams, reads.

use std::ops::ControlFlow;

use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_journal::LogError;
use acd_journal::codec::decode_events;
use tracing::warn;

use super::Worker;
use crate::shard::batch::Batch;
use crate::shard::call::CallError;
use crate::shard::registry::Life;
use crate::shard::tenant::Tenant;
use crate::stream::SubscriberId;

impl Worker {
    /// Lets everything out that waited for the batch.
    pub(super) fn release(&mut self, batch: Batch) {
        // Before any answer: whoever hears of a new tenant can use it.
        self.note_tenants(batch.tenants.keys());
        for (reply, answered) in batch.answers {
            reply.send(answered);
        }
        for (reply, refused) in batch.refused_streams {
            reply.send(refused.map(Err));
        }
        let now = self.clock.now();
        for (name, own) in batch.tenants {
            self.health.events.increment(own.events.len() as u64);
            let Some(tenant) = self.tenants.get_mut(&name) else {
                continue;
            };
            let settled = tenant.settle(own, now);
            let cut = settled.cut.len() + settled.views_cut;
            if cut > 0 {
                warn!(tenant = %name, cut, "slow readers cut off");
                self.health.slow_readers_cut.increment(cut as u64);
            }
            self.health.resyncs.increment(settled.resyncs);
            if tenant.unsaved_events >= self.options.snapshot_every {
                self.unsaved.insert(name.clone());
            }
            let ends = settled.cut.into_iter();
            self.ends
                .extend(ends.map(|request| (name.clone(), request)));
            self.schedule(&name);
        }
        self.health
            .subscriptions
            .set(self.subscriptions.len() as f64);
        batch.pings.into_iter().for_each(|reply| reply.send(Ok(())));
        for read in batch.log_reads {
            read.reply
                .send(self.read_event(&read.tenant, read.sequence));
        }
    }

    pub(super) fn note_tenants<'a>(&self, names: impl Iterator<Item = &'a TenantName>) {
        for tenant in names.filter_map(|name| self.tenants.get(name)) {
            if tenant.is_alive() {
                self.registry.note(tenant.name(), Life::Alive);
            } else if tenant.is_created() {
                self.registry.note(tenant.name(), Life::Deleted);
            }
        }
    }

    pub(super) fn depart(&mut self, id: SubscriberId) {
        if let Some((name, reads)) = self.subscriptions.remove(&id)
            && let Some(tenant) = self.tenants.get_mut(&name)
            && let Some(request) = tenant.streams.depart(id, &reads, tenant.engine.state())
        {
            self.ends.push_back((name, request));
        }
    }

    fn read_event(&self, name: &TenantName, sequence: u64) -> Result<Option<Recorded>, CallError> {
        if !self.tenants.get(name).is_some_and(Tenant::is_created) {
            return Err(CallError::UnknownTenant(name.clone()));
        }
        let Some(before) = sequence.checked_sub(1) else {
            return Ok(None);
        };
        let mut found = Ok(None);
        let read = self.log.read(name.as_str(), before, &mut |entry| {
            found = decode_events(&entry)
                .map(|events| events.into_iter().find(|event| event.seq == sequence))
                .map_err(|error| CallError::Log(error.to_string()));
            ControlFlow::Break(())
        });
        match read {
            Ok(()) => found,
            Err(LogError::NoLongerKept { .. }) => Ok(None),
            Err(error) => Err(CallError::Log(error.to_string())),
        }
    }
}
