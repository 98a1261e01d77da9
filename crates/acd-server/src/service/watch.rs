//! What a supervisor's stream tells, as messages.

use std::sync::Arc;
use std::time::Duration;

use acd_proto::v1::{self, ErrorReason, watch_update::Update as Told};

use super::outgoing::Tells;
use crate::error::ApiError;
use acd_shard::clock::Clock;
use acd_shard::stream::{Delivery, Mark, Rendered, Update, UpdateKind};

/// What a supervisor's stream is made of beside its deliveries.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) heartbeat: Duration,
    pub(super) journal_id: String,
    pub(super) clock: Clock,
}

impl Tells for Watch {
    type Message = v1::WatchUpdate;

    fn message(&self, delivery: Delivery) -> Result<v1::WatchUpdate, ApiError> {
        let (mark, told) = match delivery {
            Delivery::Update(Update {
                kind,
                mark,
                states,
                config_version,
                emergency,
                desk_version: _,
            }) => {
                let changes = v1::TenantChanges {
                    config_version,
                    emergency,
                    ..changes(states)
                };
                let told = match kind {
                    UpdateKind::Changes => Told::Changes(changes),
                    UpdateKind::Snapshot(resync) => Told::Snapshot(self.snapshot(resync, changes)),
                };
                (mark, told)
            }
            Delivery::Heartbeat(mark) => (mark, Told::Heartbeat(v1::Heartbeat {})),
            Delivery::Directives(_) => {
                return Err(ApiError::new(
                    ErrorReason::Internal,
                    "",
                    "a directive on a supervisor's stream",
                ));
            }
            Delivery::End(end) => return Err(end.into()),
        };
        let Mark {
            sequence,
            previous_sequence,
            at_ms,
            resume_token,
        } = mark;
        Ok(v1::WatchUpdate {
            sequence,
            previous_sequence,
            at_ms,
            now_ms: self.clock.now(),
            resume_token,
            update: Some(told),
        })
    }
}

impl Watch {
    fn snapshot(&self, resync: v1::ResyncReason, changes: v1::TenantChanges) -> v1::TenantSnapshot {
        let v1::TenantChanges {
            config_version,
            queues,
            agents,
            contacts,
            adapters,
            emergency,
            agent_counts,
            performance,
            ..
        } = changes;
        v1::TenantSnapshot {
            resync: resync.into(),
            heartbeat_interval_ms: i64::try_from(self.heartbeat.as_millis()).unwrap_or(i64::MAX),
            journal_id: self.journal_id.clone(),
            config_version,
            queues,
            agents,
            contacts,
            adapters,
            emergency,
            agent_counts,
            performance,
        }
    }
}

fn changes(states: Vec<Rendered>) -> v1::TenantChanges {
    let mut changes = v1::TenantChanges::default();
    for state in states {
        match state {
            Rendered::Agent(agent) => changes.agents.push(Arc::unwrap_or_clone(agent)),
            Rendered::Queue(queue) => changes.queues.push(Arc::unwrap_or_clone(queue)),
            Rendered::Performance(done) => changes.performance.push(Arc::unwrap_or_clone(done)),
            Rendered::AgentCounts(counts) => changes.agent_counts = Some(counts),
            Rendered::Contact(contact) => changes.contacts.push(Arc::unwrap_or_clone(contact)),
            Rendered::Adapter(adapter) => changes.adapters.push(Arc::unwrap_or_clone(adapter)),
            Rendered::Act(act) => changes.acts.push(Arc::unwrap_or_clone(act)),
            // Offers and handlings show in their contacts; a day is the agent's own.
            Rendered::Offer(_) | Rendered::Handling(_) | Rendered::Day(_) => {}
        }
    }
    changes
}
