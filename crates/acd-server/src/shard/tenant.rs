//! One tenant on its shard's thread: the engine, its streams, and what is due when.

use std::panic::{AssertUnwindSafe, catch_unwind};

use acd_core::Engine;
use acd_core::command::Request;
use acd_core::event::Recorded;
use acd_core::ids::{TenantName, TimeMs};
use tracing::error;

use super::call::CallError;
use super::mailbox::{Read, Subscribe};
use crate::stream::{NewStream, Reads, Rendering, StreamSettings, Streams, SubscriberId};

/// A tenant.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) engine: Engine,
    pub(crate) streams: Streams,
    /// Under which time it stands among the due ones.
    pub(crate) scheduled_at: Option<TimeMs>,
    /// Events since the last snapshot.
    pub(crate) unsaved_events: u64,
    /// When its civil times are to be resolved again.
    pub(crate) civil_due_at: TimeMs,
}

/// What one batch is about for one tenant, to be done when it is durable.
#[derive(Default)]
pub(crate) struct TenantBatch {
    pub(crate) events: Vec<Recorded>,
    pub(crate) subscribes: Vec<Admitted>,
    pub(crate) reads: Vec<Read>,
}

/// A new stream that was let in, its number, and what it reads.
pub(crate) type Admitted = (Box<Subscribe>, SubscriberId, Reads);

/// What came of telling the streams.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// What the engine must be told of readers that were cut off.
    pub(crate) cut: Vec<Request>,
    /// Readers of views that were cut off.
    pub(crate) views_cut: usize,
    /// Subscriptions whose token could not be honoured.
    pub(crate) resyncs: u64,
}

impl Tenant {
    pub(crate) fn new(engine: Engine, settings: StreamSettings) -> Self {
        let streams = Streams::of(engine.tenant().clone(), engine.state().facts(), settings);
        Self {
            engine,
            streams,
            scheduled_at: None,
            unsaved_events: 0,
            civil_due_at: 0,
        }
    }

    pub(crate) fn name(&self) -> &TenantName {
        self.engine.tenant()
    }

    /// Whether a configuration was ever applied: a tenant is created by its first one.
    pub(crate) fn is_created(&self) -> bool {
        self.engine.state().facts().config_version > 0
    }

    /// Whether it exists for callers.
    pub(crate) fn is_alive(&self) -> bool {
        self.is_created() && !self.engine.state().facts().deleted
    }

    /// When time itself is the next input.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        let civil = self.is_alive().then_some(self.civil_due_at);
        let due = [self.engine.next_deadline(), self.streams.due_at(), civil];
        due.into_iter().flatten().min()
    }

    /// Whether its civil times are to be resolved again.
    pub(crate) fn civil_is_due(&self, now: TimeMs) -> bool {
        self.is_alive() && self.civil_due_at <= now
    }

    /// At a durable point: tells the streams what happened, begins new ones, and lets readers look.
    pub(crate) fn settle(&mut self, batch: TenantBatch, now: TimeMs) -> Settled {
        self.unsaved_events += batch.events.len() as u64;
        let reads = batch.reads;
        // A defect in showing the state must not stop those who work on it: the engine is only looked at here.
        let told = catch_unwind(AssertUnwindSafe(|| {
            self.tell(&batch.events, batch.subscribes, now)
        }));
        let settled = told.unwrap_or_else(|_| {
            error!(tenant = %self.name(), "a defect in showing the state; its streams start over");
            self.streams.start_over(self.engine.state().facts());
            Settled::default()
        });
        for read in reads {
            if self.is_created() {
                read(Ok(&self.engine));
            } else {
                read(Err(CallError::UnknownTenant(self.name().clone())));
            }
        }
        settled
    }

    fn tell(&mut self, events: &[Recorded], subscribes: Vec<Admitted>, now: TimeMs) -> Settled {
        let rendering = Rendering::of(self.engine.state());
        let cut = self.streams.publish(events, &rendering, now);
        // Before new ones begin, so that a new view does not begin with what it is told again at once.
        let views_cut = self.streams.tell_views(&rendering, now);
        let mut resyncs = 0;
        for (subscribe, id, reads) in subscribes {
            let new = NewStream {
                id,
                interest: &subscribe.interest,
                reads: &reads,
                resume_token: subscribe.resume_token.as_deref(),
            };
            let (subscription, resync) = self.streams.subscribe(new, &rendering);
            resyncs += u64::from(resync.is_some());
            subscribe.reply.send(Ok(Ok(subscription)));
        }
        Settled {
            cut,
            views_cut,
            resyncs,
        }
    }
}
