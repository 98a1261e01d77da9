//! What an event touches: noted where it is applied, read by the matcher and by whoever shows the state.

use std::sync::Arc;

use super::{Contact, Handling, HandlingRecord, Place, State};
use crate::event::Recorded;
use crate::ids::{
    AdapterNo, AgentNo, ContactId, ContactName, HandlingId, OfferId, QueueNo, VisitId,
};

/// Something that is not as it was before an event. What ends with the event is told with what finds its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Anything: the configuration, a recovery.
    Everything,
    /// An agent: their availability, pauses and what is shown of them, and the counts of their queues.
    Agent(AgentNo),
    /// The same, and their skills.
    Skills(AgentNo),
    /// An adapter came or went.
    Adapter(AdapterNo),
    /// What an adapter has still to take note of: directives and refusals.
    Directives(AdapterNo),
    /// What holds for a whole queue: its reserve, its hours, its emergency.
    Queue(QueueNo),
    /// The same for every queue.
    Queues,
    /// The figures of a queue.
    Figures(QueueNo),
    /// What an agent has done on this day.
    Day(AgentNo),
    /// To whom a visit may be offered: it joined, left, was offered, came back, or changed its place or requirement.
    /// Only the matcher asks; what is shown of a visit is shown with its contact.
    Visit(VisitId),
    /// What is shown of a contact, with its visit, its queue and its adapter.
    Contact {
        /// The contact.
        contact: ContactRef,
        /// The queue in which it is shown.
        queue: Option<QueueNo>,
        /// Its adapter.
        adapter: AdapterNo,
    },
    /// What is shown of an offer, with its agent, its contact and their queues.
    Offer {
        /// The offer.
        offer: OfferRef,
        /// Its queue.
        queue: QueueNo,
    },
    /// What is shown of a handling, with its agent, its contact and their queues.
    Handling {
        /// The handling.
        handling: HandlingRef,
        /// Its queue.
        queue: QueueNo,
    },
    /// Something a supervisor did: the event says it all.
    Act(Arc<Recorded>),
}

/// A contact with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactRef {
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: ContactName,
}

/// An offer with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferRef {
    /// The offer.
    pub offer: OfferId,
    /// The agent.
    pub agent: AgentNo,
    /// The contact.
    pub contact: ContactRef,
}

/// A handling with what finds its record when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandlingRef {
    /// The handling.
    pub handling: HandlingId,
    /// The agent.
    pub agent: AgentNo,
    /// The contact.
    pub contact: ContactRef,
}

impl Touched {
    /// The contact it is about, if it is about one.
    pub fn contact(&self) -> Option<&ContactName> {
        match self {
            Touched::Contact { contact, .. } => Some(&contact.name),
            Touched::Offer { offer, .. } => Some(&offer.contact.name),
            Touched::Handling { handling, .. } => Some(&handling.contact.name),
            _ => None,
        }
    }

    /// The agent who is shown anew with an offer or a handling of theirs.
    fn shows_agent(&self) -> Option<AgentNo> {
        match self {
            Touched::Offer { offer, .. } => Some(offer.agent),
            Touched::Handling { handling, .. } => Some(handling.agent),
            _ => None,
        }
    }
}

impl State {
    /// Applies the next event of the log and says what of what is shown it touched.
    ///
    /// # Panics
    /// As [`State::apply`].
    pub fn follow(&mut self, recorded: &Recorded) -> Vec<Touched> {
        self.derived.touched.clear();
        self.derived.is_shown = true;
        self.apply(recorded);
        self.derived.is_shown = false;
        let mut touched = self.take_touched();
        let shown: Vec<AgentNo> = touched.iter().filter_map(Touched::shows_agent).collect();
        touched.retain(|touched| match touched {
            Touched::Visit(_) => false,
            Touched::Agent(no) => !shown.contains(no),
            _ => true,
        });
        touched.dedup();
        touched
    }

    /// Applies the next event of the log where nobody matches and nothing is shown.
    ///
    /// # Panics
    /// As [`State::apply`].
    pub fn replay(&mut self, recorded: &Recorded) {
        self.apply(recorded);
        self.derived.touched.clear();
    }

    /// What the events since the last call touched, for the matcher.
    pub(crate) fn take_touched(&mut self) -> Vec<Touched> {
        std::mem::take(&mut self.derived.touched)
    }
}

impl Contact {
    /// The queue of its last visit, or the one it is scheduled for.
    pub fn queue(&self) -> Option<QueueNo> {
        match self.place {
            Place::Scheduled(schedule) => Some(schedule.queue),
            _ => self.visits.last().map(|visit| visit.queue),
        }
    }

    /// What finds it, open or over.
    pub fn reference(&self) -> ContactRef {
        ContactRef {
            contact: self.id,
            name: self.name.clone(),
        }
    }
}

impl HandlingRecord {
    /// What finds it, with the contact whose record has it.
    pub fn reference(&self, contact: &Contact) -> HandlingRef {
        HandlingRef {
            handling: self.handling,
            agent: self.agent,
            contact: contact.reference(),
        }
    }
}

impl Handling {
    /// What finds it, open or over.
    pub fn reference(&self) -> HandlingRef {
        HandlingRef {
            handling: self.id,
            agent: self.agent,
            contact: ContactRef {
                contact: self.contact,
                name: self.contact_name.clone(),
            },
        }
    }
}
