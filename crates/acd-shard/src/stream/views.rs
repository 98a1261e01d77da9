//! The views of a tenant: told what changed a few times a second and not with every batch, because a queue's counts
//! cost a pass over all agents.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::ids::{DurationMs, TimeMs};
use acd_core::state::{State, Touched};
use acd_proto::v1::ResyncReason;

use super::SubscriberId;
use super::changed::ChangedView;
use super::outbox::{Outbox, ToldUpTo};
use super::rendering::Rendering;
use super::update::{StreamEnd, UpdateKind};
use super::whole::WholeView;
use acd_view::ViewFilter;

/// Views are told at most this often. After a quiet time a change is told at once.
const VIEW_INTERVAL_MS: DurationMs = 200;

/// The readers of views, and what has changed since they were told last.
#[derive(Debug)]
pub(crate) struct Views {
    readers: BTreeMap<SubscriberId, ViewReader>,
    /// The whole views on their way to readers: what changes meanwhile is told with them.
    gathering: BTreeMap<SubscriberId, WholeView>,
    changed: ChangedView,
    /// When the changes are to be told; none: there are none.
    due_at: Option<TimeMs>,
    /// When it is told that time has passed, whether anything happens or not; none: nobody sees how queues have done.
    later_at: Option<TimeMs>,
    told_at: TimeMs,
    told_up_to: ToldUpTo,
}

#[derive(Debug)]
struct ViewReader {
    filter: ViewFilter,
    outbox: Arc<Outbox>,
}

impl Views {
    pub(crate) fn none() -> Self {
        Self {
            readers: BTreeMap::new(),
            gathering: BTreeMap::new(),
            changed: ChangedView::default(),
            due_at: None,
            later_at: None,
            told_at: 0,
            told_up_to: ToldUpTo::default(),
        }
    }

    /// When [`Views::tell`] has something to do.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        self.due_at.into_iter().chain(self.later_at).min()
    }

    /// The mark that the heartbeats of views show.
    pub(crate) fn told_up_to(&self) -> ToldUpTo {
        self.told_up_to.clone()
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
        if self.due_at().is_none_or(|due_at| now < due_at) {
            return 0;
        }
        if self.later_at.is_some_and(|later_at| later_at <= now) {
            self.changed.is_later = true;
            self.later_at = self.see_performance().then(|| next_step(rendering));
        }
        self.due_at = None;
        self.told_at = now;
        let changed = std::mem::take(&mut self.changed);
        let before = self.readers.len();
        let gathering = &mut self.gathering;
        self.readers.retain(|id, reader| {
            if changed.whole {
                begin_anew(
                    gathering,
                    (*id, reader),
                    ResyncReason::Unspecified,
                    rendering,
                );
            }
            gathering.contains_key(id) || reader.put_changes(&changed, rendering)
        });
        self.told_up_to.set(rendering.as_of());
        before - self.readers.len()
    }

    /// Whether anybody sees how queues have done.
    fn see_performance(&self) -> bool {
        let mut readers = self.readers.values();
        readers.any(|reader| reader.filter.performance)
    }

    /// Adds a reader, who begins with what changed since their token, or with the whole view once that is gathered.
    pub(crate) fn add(
        &mut self,
        (id, filter, outbox): (SubscriberId, ViewFilter, Arc<Outbox>),
        begin: Result<ChangedView, ResyncReason>,
        rendering: &Rendering<'_>,
    ) {
        let reader = ViewReader { filter, outbox };
        if reader.filter.performance {
            self.later_at.get_or_insert_with(|| next_step(rendering));
        }
        match begin {
            Ok(changed) => {
                let states = changed.render(&reader.filter, rendering);
                let states = rendering.states(UpdateKind::Changes, states);
                let is_told = reader.outbox.put_states(states);
                debug_assert!(is_told, "nothing waits for a new reader");
            }
            Err(reason) => begin_anew(&mut self.gathering, (id, &reader), reason, rendering),
        }
        self.readers.insert(id, reader);
    }

    /// Whether a whole view is on its way.
    pub(crate) fn are_gathering(&self) -> bool {
        !self.gathering.is_empty()
    }

    /// Gathers so many entities more of one whole view. `changes` tells what has changed since a sequence, or why nobody
    /// can say. Returns how many readers have been cut off.
    pub(crate) fn gather(
        &mut self,
        rendering: &Rendering<'_>,
        most: usize,
        changes: impl FnOnce(u64) -> Result<ChangedView, ResyncReason>,
    ) -> usize {
        let Some((id, mut whole)) = self.gathering.pop_first() else {
            return 0;
        };
        let Some(reader) = self.readers.get(&id) else {
            return 0;
        };
        if whole.is_empty() && reader.outbox.must_yield() {
            // What others let wait has used the budget up since this one was let in.
            reader.outbox.end(StreamEnd::Resync);
            self.readers.remove(&id);
            return 1;
        }
        if !whole.gather(&reader.filter, rendering, most) {
            self.gathering.insert(id, whole);
            return 0;
        }
        match changes(whole.since()) {
            Ok(changed) => whole.renew(&changed, &reader.filter, rendering),
            Err(_) => {
                // The configuration has changed meanwhile, or so much that it is not kept: all of it in one piece.
                whole = WholeView::begun(whole.reason(), rendering);
                while !whole.gather(&reader.filter, rendering, usize::MAX) {}
            }
        }
        let is_told = reader.outbox.put_states(whole.into_states(rendering));
        if !is_told {
            self.readers.remove(&id);
        }
        usize::from(!is_told)
    }

    /// Looks whether the readers come back for more. Returns how many have not for too long and have been cut off.
    pub(crate) fn look(&mut self) -> usize {
        let before = self.readers.len();
        self.readers.retain(|_, reader| reader.outbox.look());
        before - self.readers.len()
    }

    pub(crate) fn remove(&mut self, id: SubscriberId) {
        self.readers.remove(&id);
        self.gathering.remove(&id);
        if self.readers.is_empty() {
            self.changed = ChangedView::default();
            (self.due_at, self.later_at) = (None, None);
        }
    }

    pub(crate) fn end(&mut self, end: StreamEnd) {
        self.gathering.clear();
        for (_, reader) in std::mem::take(&mut self.readers) {
            reader.outbox.end(end);
        }
    }
}

impl ViewReader {
    /// False if the reader has been cut off.
    fn put_changes(&self, changed: &ChangedView, rendering: &Rendering<'_>) -> bool {
        let states = changed.render(&self.filter, rendering);
        if states.is_empty() {
            return true;
        }
        let states = rendering.states(UpdateKind::Changes, states);
        self.outbox.put_states(states)
    }
}

/// When the next step of the recent past begins.
fn next_step(rendering: &Rendering<'_>) -> TimeMs {
    let step_ms = rendering.state().facts().measures.recent_step_ms.max(1_000);
    (rendering.now() / step_ms + 1) * step_ms
}

/// A reader begins with all that their view shows, once that is gathered.
fn begin_anew(
    gathering: &mut BTreeMap<SubscriberId, WholeView>,
    (id, reader): (SubscriberId, &ViewReader),
    reason: ResyncReason,
    rendering: &Rendering<'_>,
) {
    // Whoever has not been told yet why they begin with all of it is told so still.
    let reason = gathering.get(&id).map_or(reason, WholeView::reason);
    gathering.insert(id, WholeView::begun(reason, rendering));
    reader.outbox.await_snapshot();
}
