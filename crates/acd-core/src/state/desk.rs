//! What stays on an agent's screen when a conversation is over: contacts that come back to them, handlings of which
//! something is still to be said, and what they have done on this day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Agent, Contact, Facts, Handling, HandlingKind, HandlingRecord, Place, Presence, State, Touched,
};
use crate::config::WrapUpMode;
use crate::ids::{AgentNo, ContactId, DurationMs, TimeMs};

/// What an agent has done on this day of the tenant. A conversation and its wrap-up count when they are over, whole;
/// presence is cut at the beginning of the day, and counted without the present stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentDay {
    /// Handlings connected.
    pub handled: u32,
    /// Offers missed: not answered in time, and customers not answered in time.
    pub missed: u32,
    /// Offers declined.
    pub rejected: u32,
    /// Talk, holds excluded.
    pub talk_ms: DurationMs,
    /// Hold.
    pub hold_ms: DurationMs,
    /// Wrap-ups.
    pub wrap_up_ms: DurationMs,
    /// How long they were ready, busy or not.
    pub ready_ms: DurationMs,
    /// How long they were not ready, by reason code. When there are as many as are kept, the rest has an empty code.
    pub not_ready_ms: BTreeMap<Arc<str>, DurationMs>,
}

impl Agent {
    /// Counts the presence that ends at this instant, of which so many reasons are kept.
    pub(super) fn end_stretch(&mut self, at: TimeMs, day_began_at: TimeMs, reasons_kept: u32) {
        let length = (at - self.presence_since.max(day_began_at)).max(0);
        let today = &mut self.today;
        match &self.presence {
            Presence::Offline => {}
            Presence::Ready => today.ready_ms += length,
            Presence::NotReady(code) => {
                let known = today.not_ready_ms.contains_key(code);
                let has_room = today.not_ready_ms.len() < reasons_kept as usize;
                let code = match known || has_room {
                    true => code.clone(),
                    false => Arc::default(),
                };
                *today.not_ready_ms.entry(code).or_default() += length;
            }
        }
    }
}

impl Contact {
    /// The agent to whom it comes back: with whom it is parked, or for whom alone it waits when its date has come.
    pub fn kept_for(&self) -> Option<AgentNo> {
        match self.place {
            Place::Parked(agent) => Some(agent),
            Place::Scheduled(schedule) => schedule.agent,
            Place::Arriving | Place::Queue(_) | Place::Handling(_) | Place::Leaving(_) => None,
        }
    }

    /// The last conversation with the agent to whom it comes back.
    pub fn kept_handling(&self) -> Option<&HandlingRecord> {
        let agent = self.kept_for()?;
        let mut records = self.handlings.iter();
        records.rfind(|record| record.agent == agent)
    }
}

impl State {
    /// The contacts that come back to the agent, oldest first.
    pub fn kept_for(&self, no: AgentNo) -> impl DoubleEndedIterator<Item = &Contact> {
        let kept = self.derived.kept_for.get(&no).into_iter().flatten();
        kept.map(|id| &self.facts.contacts[id])
    }

    /// The contact of a handling, open or over, while its record is kept.
    pub fn contact_of(&self, id: ContactId) -> Option<&Contact> {
        let ended = || {
            let at = self.derived.ended_at.get(&id)?;
            self.facts.ended.get(&(at, id))?.record.as_deref()
        };
        self.facts.contacts.get(&id).or_else(ended)
    }

    /// Whether something is still to be said or done about a handling that is over and on its agent's record, while that
    /// of its contact is kept.
    pub fn is_unfinished(&self, over: &Handling) -> bool {
        let Some(contact) = self.contact_of(over.contact) else {
            return false;
        };
        if over.kind == HandlingKind::NoResponse || over.parked {
            return false;
        }
        let config = &self.queue(over.queue).config;
        if config.wrap_up_mode == WrapUpMode::Optional {
            return true;
        }
        let said = over.disposition.as_ref();
        let decided = said.is_some_and(|said| !said.code.is_empty());
        let drafted = said.is_some() && !config.dispositions.is_empty();
        !decided && (config.disposition_required || drafted) && contact.is_of_customer()
    }

    /// Notes to whom a contact comes back from now on, if it does.
    pub(super) fn note_kept(&mut self, id: ContactId) {
        let contact = &self.facts.contacts[&id];
        if let Some(agent) = contact.kept_for() {
            let kept = self.derived.kept_for.entry(agent).or_default();
            kept.insert(id);
            self.show_kept(id);
        }
    }

    /// A contact that came back to an agent does so no longer, or in another way: before its place changes.
    pub(super) fn forget_kept(&mut self, id: ContactId) {
        let Some(agent) = self.facts.contacts[&id].kept_for() else {
            return;
        };
        self.show_kept(id);
        if let Some(kept) = self.derived.kept_for.get_mut(&agent) {
            kept.remove(&id);
            if kept.is_empty() {
                self.derived.kept_for.remove(&agent);
            }
        }
    }

    /// Shows the last conversation with the agent to whom a contact comes back.
    pub(super) fn show_kept(&mut self, id: ContactId) {
        if !self.derived.is_shown {
            return;
        }
        let contact = &self.facts.contacts[&id];
        if let Some(record) = contact.kept_handling() {
            let touched = Touched::Handling {
                handling: record.reference(contact),
                queue: record.queue,
            };
            self.derived.touched.push(touched);
        }
    }

    /// What is shown of a contact to agents who talk to it, talked to it lately, or to whom it comes back has changed.
    pub(super) fn show_to_agents(&mut self, contact: &Contact) {
        if !self.derived.is_shown {
            return;
        }
        let kept = contact.kept_handling().map(|record| record.handling);
        for record in &contact.handlings {
            let id = record.handling;
            if kept == Some(id) || self.known_handling(id).is_some() {
                let touched = Touched::Handling {
                    handling: record.reference(contact),
                    queue: record.queue,
                };
                self.derived.touched.push(touched);
            }
        }
    }

    /// Shows the day of an agent.
    pub(super) fn show_day(&mut self, no: AgentNo) {
        if self.derived.is_shown {
            self.derived.touched.push(Touched::Day(no));
        }
    }
}

/// The contacts that come back to each agent who has any.
pub(super) fn kept_for(facts: &Facts) -> BTreeMap<AgentNo, BTreeSet<ContactId>> {
    let mut kept: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for contact in facts.contacts.values() {
        if let Some(agent) = contact.kept_for() {
            kept.entry(agent).or_default().insert(contact.id);
        }
    }
    kept
}
