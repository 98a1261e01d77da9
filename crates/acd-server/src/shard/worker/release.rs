//! What goes out when a turn is durable: to those who show it, then to those who asked.

use acd_core::ids::TenantName;

use super::Worker;
use crate::shard::call::Reply;
use crate::shard::follower::Durable;
use crate::shard::registry::Life;
use crate::shard::turn::Turn;

impl Worker {
    /// Lets everything out that waited for the turn to be durable: `hand_over` has the follower told of it before
    /// anybody has an answer. Gives the order to stop, if that was part of it.
    pub(crate) fn committed(
        &mut self,
        turn: Turn,
        hand_over: impl FnOnce(Durable),
    ) -> Option<Reply<()>> {
        for (name, events) in &turn.durable.events {
            self.health.events.increment(events.len() as u64);
            self.note_tenant(name);
            self.note_unsaved(name, events.len());
            self.schedule(name);
        }
        hand_over(turn.durable);
        for begin in turn.begins {
            self.follower.begin(begin);
        }
        for (reply, answered) in turn.answers {
            reply.send(answered);
        }
        for (reply, refused) in turn.refused_streams {
            reply.send(refused.map(Err));
        }
        turn.pings.into_iter().for_each(|reply| reply.send(Ok(())));
        turn.drain
    }

    /// Before any answer: whoever hears of a new tenant can use it.
    fn note_tenant(&self, name: &TenantName) {
        let Some(tenant) = self.tenants.get(name) else {
            return;
        };
        if tenant.is_alive() {
            self.registry.note(name, Life::Alive);
        } else if tenant.is_created() {
            self.registry.note(name, Life::Deleted);
        }
    }

    fn note_unsaved(&mut self, name: &TenantName, events: usize) {
        let Some(tenant) = self.tenants.get_mut(name) else {
            return;
        };
        tenant.unsaved_events += events as u64;
        if tenant.unsaved_events >= self.options.snapshot_every {
            self.unsaved.insert(name.clone());
        }
    }
}
