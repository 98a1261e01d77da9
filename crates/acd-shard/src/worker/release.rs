//! What goes out when a turn is durable: to those who show it, then to those who asked.

use acd_core::Engine;
use acd_core::command::{Command, NoteConfigFile, Request};
use acd_core::ids::TenantName;
use acd_journal::codec::encode_input;

use super::Worker;
use crate::call::Reply;
use crate::follower::{Durable, Happened};
use crate::tenant::Tenant;
use crate::turn::{Committed, OfTenant, Turn};

impl Worker {
    /// Lets everything out that waited for the turn to be durable: those who show it are told before anybody has an
    /// answer. Gives the order to stop, if that was part of it.
    pub(crate) fn committed(
        &mut self,
        turn: Turn,
        committed: &mut dyn Committed,
    ) -> Option<Reply<()>> {
        let mut durable = Durable {
            commit: turn.commit,
            ..Durable::default()
        };
        let mut deleted = Vec::new();
        for (tenant, OfTenant { events, inputs }) in turn.happened {
            self.health.events.increment(events.len() as u64);
            let decided = self.tenants.get_mut(&tenant).expect("it decided this");
            let life = *decided.life.get_or_insert_with(|| committed.life(&tenant));
            self.expirations.note(&tenant, life, &events);
            // Before any answer: whoever hears of a new tenant can use it.
            if decided.is_deleted() {
                self.registry.forget(&tenant);
                deleted.push(tenant.clone());
            } else if decided.is_created() {
                self.registry.note(&tenant, life);
            }
            durable.happened.push(Happened {
                tenant,
                life,
                events,
                inputs,
            });
        }
        committed.hand_over(durable);
        for begin in turn.begins {
            self.follower.begin(begin.into());
        }
        for (reply, answered) in turn.answers {
            reply.send(answered);
        }
        for (reply, refused) in turn.refused_streams {
            reply.send(refused.map(Err));
        }
        for tenant in deleted {
            self.drop_deleted(&tenant, committed);
        }
        turn.pings.into_iter().for_each(|reply| reply.send(Ok(())));
        turn.drain
    }

    /// Drops a tenant whose deletion is durable. What is left is which configuration file was read last, so that the same
    /// file does not bring it back. If the log cannot let go of it, it stays and refuses everything but to be created
    /// again, and the next start tries again.
    fn drop_deleted(&mut self, name: &TenantName, committed: &mut dyn Committed) {
        if !self.tenants.contains_key(name) || !committed.drop_deleted(name) {
            return;
        }
        let Some(deleted) = self.tenants.remove(name) else {
            return;
        };
        if let Some(due_at) = deleted.scheduled_at {
            self.due.remove(&(due_at, name.clone()));
        }
        let mut durable = Durable {
            dropped: vec![(name.clone(), deleted.life.unwrap_or_default())],
            ..Durable::default()
        };
        durable
            .happened
            .extend(self.note_file_of(&deleted, committed));
        committed.hand_over(durable);
    }

    /// Begins the next life of a deleted tenant's name with which configuration file was read last, if one was.
    fn note_file_of(
        &mut self,
        deleted: &Tenant,
        committed: &mut dyn Committed,
    ) -> Option<Happened> {
        let facts = deleted.engine.state().facts();
        let note = Request::internal(Command::NoteConfigFile(NoteConfigFile {
            document: facts.config_file?.document,
            in_force: false,
        }));
        let name = deleted.name();
        let mut left = Engine::new(name.clone());
        let events = left.handle(facts.now, note.clone()).events;
        if !committed.begin_anew(name, &encode_input(name, Some(&note), &events)) {
            return None;
        }
        self.tenants.insert(name.clone(), Tenant::new(left));
        Some(Happened {
            tenant: name.clone(),
            life: committed.life(name),
            events,
            inputs: Vec::new(),
        })
    }
}
