//! Where a contact is: one rule for all that shows contacts to people.

use acd_proto::v1::{ContactPlace, ContactState, VisitState};

/// Where an open contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In a queue, offered to nobody.
    Waiting,
    /// In a queue, offered to somebody.
    Ringing,
    /// In a conversation.
    Talking,
    /// Set aside by an agent.
    Parked,
    /// It waits for its time, in no queue.
    Scheduled,
    /// Its adapter has been told to end it.
    Leaving,
    /// Over.
    Ended,
}

impl Place {
    /// Its name for programs and people, in small letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ringing => "ringing",
            Self::Talking => "talking",
            Self::Parked => "parked",
            Self::Scheduled => "scheduled",
            Self::Leaving => "leaving",
            Self::Ended => "ended",
        }
    }

    /// Where the contact is.
    #[must_use]
    pub fn of(contact: &ContactState) -> Self {
        match contact.place() {
            ContactPlace::Queue if contact.visit_state() == VisitState::Offered => Self::Ringing,
            ContactPlace::Queue => Self::Waiting,
            ContactPlace::Handling => Self::Talking,
            ContactPlace::Parked => Self::Parked,
            ContactPlace::Scheduled => Self::Scheduled,
            ContactPlace::Leaving => Self::Leaving,
            // Between two places it is on its way into a queue.
            ContactPlace::Unspecified if contact.ended_at_ms == 0 => Self::Waiting,
            ContactPlace::Unspecified => Self::Ended,
        }
    }

    /// Whether it is in a queue.
    #[must_use]
    pub fn is_queue(self) -> bool {
        matches!(self, Self::Waiting | Self::Ringing)
    }
}
