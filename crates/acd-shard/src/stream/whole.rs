//! A whole view, gathered a part at a time: other streams of the shard are told in between.

use std::collections::BTreeMap;
use std::ops::Bound;

use acd_core::ids::{AgentNo, ContactId, QueueNo};
use acd_proto::v1::ResyncReason;
use acd_view::{self as view, ViewFilter};

use super::changed::ChangedView;
use super::entity::{Entity, Rendered};
use super::outbox::States;
use super::rendering::Rendering;
use super::update::UpdateKind;

/// What a view shows, on its way to its reader.
#[derive(Debug)]
pub(crate) struct WholeView {
    /// Why the reader is told all of it.
    reason: ResyncReason,
    /// What was gathered first is exact up to this sequence: what changed later is told anew in the end.
    since: u64,
    next: Next,
    states: BTreeMap<Entity, Rendered>,
    bytes: usize,
}

/// What is gathered next.
#[derive(Debug)]
enum Next {
    Adapters,
    Queues(QueueNo),
    Agents(AgentNo),
    /// Those after this one.
    Contacts(ContactId),
    Nothing,
}

impl WholeView {
    /// Nothing has been gathered yet, of a tenant that stands here.
    pub(crate) fn begun(reason: ResyncReason, rendering: &Rendering<'_>) -> Self {
        Self {
            reason,
            since: rendering.as_of().sequence,
            next: Next::Adapters,
            states: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Whether nothing has been gathered yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// After which sequence changes are to be told anew.
    pub(crate) fn since(&self) -> u64 {
        self.since
    }

    pub(crate) fn reason(&self) -> ResyncReason {
        self.reason
    }

    /// Gathers so many entities more, or all adapters. Whether that was all.
    pub(crate) fn gather(
        &mut self,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
        most: usize,
    ) -> bool {
        self.next = match self.next {
            Next::Adapters => self.add_adapters(filter, rendering),
            Next::Queues(from) => self.add_queues(from, filter, rendering, most),
            Next::Agents(from) => self.add_agents(from, filter, rendering, most),
            Next::Contacts(after) => self.add_contacts(after, filter, rendering, most),
            Next::Nothing => Next::Nothing,
        };
        matches!(self.next, Next::Nothing)
    }

    fn add_adapters(&mut self, filter: &ViewFilter, rendering: &Rendering<'_>) -> Next {
        for (no, adapter) in rendering.adapters() {
            self.put(Entity::Adapter(*no), adapter.clone());
        }
        if filter.queues {
            let (entity, counts) = rendering.agent_counts();
            self.put(entity, counts);
        }
        Next::Queues(QueueNo(0))
    }

    fn add_queues(
        &mut self,
        from: QueueNo,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
        most: usize,
    ) -> Next {
        let queues = &rendering.state().facts().queues;
        let state = rendering.state();
        let is_asked = filter.queues || filter.performance;
        let most = if is_asked { most } else { 0 };
        let nos = (0..).map(QueueNo).zip(queues).skip(from.index());
        for (no, queue) in nos.take(most) {
            if queue.in_config && view::shows_queue(state, filter, no) {
                let (entity, queue) = rendering.queue(no);
                self.put(entity, queue);
            }
            if queue.in_config && view::shows_performance(state, filter, no) {
                let (entity, done) = rendering.performance(no);
                self.put(entity, done);
            }
        }
        let next = from.index().saturating_add(most);
        match is_asked && next < queues.len() {
            true => Next::Queues(QueueNo(next as u32)),
            false => Next::Agents(AgentNo(0)),
        }
    }

    fn add_agents(
        &mut self,
        from: AgentNo,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
        most: usize,
    ) -> Next {
        let agents = &rendering.state().facts().agents;
        let most = if filter.agents { most } else { 0 };
        let nos = (0..).map(AgentNo).zip(agents).skip(from.index());
        for (no, agent) in nos.take(most) {
            if agent.in_config && view::shows_agent(rendering.state(), filter, no) {
                let (entity, agent) = rendering.agent(no);
                self.put(entity, agent);
            }
        }
        let next = from.index().saturating_add(most);
        match filter.agents && next < agents.len() {
            true => Next::Agents(AgentNo(next as u32)),
            false if filter.contacts => Next::Contacts(ContactId(0)),
            false => Next::Nothing,
        }
    }

    fn add_contacts(
        &mut self,
        after: ContactId,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
        most: usize,
    ) -> Next {
        let contacts = &rendering.state().facts().contacts;
        let later = contacts.range((Bound::Excluded(after), Bound::Unbounded));
        let mut next = Next::Nothing;
        for (nth, (id, contact)) in (1..).zip(later.take(most)) {
            if view::shows_contact(rendering.state(), filter, contact) {
                let (entity, contact) = rendering.contact(&contact.reference());
                self.put(entity, contact);
            }
            if nth == most {
                next = Next::Contacts(*id);
            }
        }
        next
    }

    /// Puts what changed while it was gathered in the place of what was gathered before.
    pub(crate) fn renew(
        &mut self,
        changed: &ChangedView,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
    ) {
        let state = rendering.state();
        for (entity, rendered) in changed.render(filter, rendering) {
            let stays = match entity {
                Entity::Contact(id) => {
                    let contact = state.facts().contacts.get(&id);
                    contact.is_some_and(|contact| view::shows_contact(state, filter, contact))
                }
                Entity::Act(_) => false,
                _ => true,
            };
            match stays {
                true => self.put(entity, rendered),
                false => self.remove(&entity),
            }
        }
    }

    /// What its reader is told.
    pub(crate) fn into_states(self, rendering: &Rendering<'_>) -> States {
        let kind = UpdateKind::Snapshot(self.reason);
        rendering.measured(kind, self.states, self.bytes)
    }

    fn put(&mut self, entity: Entity, rendered: Rendered) {
        self.bytes += rendered.bytes();
        let replaced = self.states.insert(entity, rendered);
        self.bytes -= replaced.map_or(0, |gone| gone.bytes());
    }

    fn remove(&mut self, entity: &Entity) {
        let removed = self.states.remove(entity);
        self.bytes -= removed.map_or(0, |gone| gone.bytes());
    }
}

/// All that a view shows, at once.
#[cfg(test)]
pub(crate) fn whole_view(
    filter: &ViewFilter,
    rendering: &Rendering<'_>,
) -> BTreeMap<Entity, Rendered> {
    let mut whole = WholeView::begun(ResyncReason::Unspecified, rendering);
    while !whole.gather(filter, rendering, usize::MAX) {}
    whole.states
}
