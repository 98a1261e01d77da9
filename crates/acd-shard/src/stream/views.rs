//! The views of a tenant: told what changed a few times a second and not with every batch, because a queue's counts
//! cost a pass over all agents.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::ids::{DurationMs, TimeMs};
use acd_core::state::{State, Touched};
use acd_proto::v1::ResyncReason;
use arc_swap::ArcSwap;

use super::SubscriberId;
use super::changed::{ChangedView, whole_view};
use super::entity::{Entity, Rendered};
use super::outbox::{Outbox, SharedTold, States, Told};
use super::rendering::Rendering;
use super::subscription::{StreamEnd, UpdateKind};
use acd_view::ViewFilter;

/// Views are told at most this often. After a quiet time a change is told at once.
const VIEW_INTERVAL_MS: DurationMs = 200;

/// The readers of views, and what has changed since they were told last.
#[derive(Debug)]
pub(crate) struct Views {
    readers: BTreeMap<SubscriberId, ViewReader>,
    changed: ChangedView,
    /// When the changes are to be told; none: there are none.
    due_at: Option<TimeMs>,
    told_at: TimeMs,
    told: SharedTold,
}

#[derive(Debug)]
struct ViewReader {
    filter: ViewFilter,
    outbox: Arc<Outbox>,
}

impl Views {
    pub(crate) fn none() -> Self {
        let told = Told {
            sequence: 0,
            at_ms: 0,
        };
        Self {
            readers: BTreeMap::new(),
            changed: ChangedView::default(),
            due_at: None,
            told_at: 0,
            told: Arc::new(ArcSwap::from_pointee(told)),
        }
    }

    /// When [`Views::tell`] has something to do.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        self.due_at
    }

    /// The mark that the heartbeats of views show.
    pub(crate) fn told(&self) -> SharedTold {
        self.told.clone()
    }

    pub(crate) fn note(&mut self, touched: &Touched, state: &State, now: TimeMs) {
        if self.readers.is_empty() {
            return;
        }
        self.changed.note(touched, state);
        self.due_at = self
            .due_at
            .or(Some(now.max(self.told_at + VIEW_INTERVAL_MS)));
    }

    /// Tells what changed if that is due. Returns how many readers were too slow and have been cut off.
    pub(crate) fn tell(&mut self, rendering: &Rendering<'_>, now: TimeMs) -> usize {
        if self.due_at.is_none_or(|due_at| now < due_at) {
            return 0;
        }
        self.due_at = None;
        self.told_at = now;
        let changed = std::mem::take(&mut self.changed);
        let before = self.readers.len();
        self.readers
            .retain(|_, reader| reader.tell(&changed, rendering));
        self.told.store(Arc::new(rendering.told()));
        before - self.readers.len()
    }

    /// Adds a reader, who begins with a snapshot or with what changed since their token.
    pub(crate) fn add(
        &mut self,
        (id, filter, outbox): (SubscriberId, ViewFilter, Arc<Outbox>),
        begin: Result<ChangedView, ResyncReason>,
        rendering: &Rendering<'_>,
    ) {
        let reader = ViewReader { filter, outbox };
        let is_told = match begin {
            Ok(changed) => {
                let states = changed.render(&reader.filter, rendering);
                reader.put(UpdateKind::Changes, states, rendering)
            }
            Err(reason) => reader.put_whole(reason, rendering),
        };
        debug_assert!(is_told, "nothing waits for a new reader");
        self.readers.insert(id, reader);
    }

    pub(crate) fn remove(&mut self, id: SubscriberId) {
        self.readers.remove(&id);
        if self.readers.is_empty() {
            self.changed = ChangedView::default();
            self.due_at = None;
        }
    }

    pub(crate) fn end(&mut self, end: StreamEnd) {
        for (_, reader) in std::mem::take(&mut self.readers) {
            reader.outbox.end(end);
        }
    }
}

impl ViewReader {
    /// False if the reader has been cut off.
    fn tell(&self, changed: &ChangedView, rendering: &Rendering<'_>) -> bool {
        if changed.whole {
            return self.put_whole(ResyncReason::Unspecified, rendering);
        }
        let states = changed.render(&self.filter, rendering);
        states.is_empty() || self.put(UpdateKind::Changes, states, rendering)
    }

    fn put_whole(&self, reason: ResyncReason, rendering: &Rendering<'_>) -> bool {
        let states = whole_view(&self.filter, rendering);
        self.put(UpdateKind::Snapshot(reason), states, rendering)
    }

    fn put(
        &self,
        kind: UpdateKind,
        states: BTreeMap<Entity, Rendered>,
        rendering: &Rendering<'_>,
    ) -> bool {
        self.outbox.put_states(States {
            kind,
            told: rendering.told(),
            config_version: rendering.state().facts().config_version,
            emergency: rendering.state().facts().emergency,
            bytes: rendering.bytes_of(&states),
            states,
        })
    }
}
