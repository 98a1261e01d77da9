//! What adapters are told to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Prediction;
use crate::command::{MonitorMode, RecordingState};
use crate::config::OverflowReason;
use crate::ids::{AdapterNo, AgentNo, ContactId, ContactName, DirectiveId, HandlingId, OfferId};
use crate::personal::Personal;

/// An adapter is told to do something. The event's sequence is the directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveIssued {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The contact it is about.
    pub contact: ContactId,
    /// What to do.
    pub directive: Directive,
}

/// The adapter took note of a directive that stays in force: it is sent again only to a new incarnation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveAcknowledged {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The directive.
    pub directive: DirectiveId,
}

/// A directive need not be sent any more. The end of its contact closes it without this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveClosed {
    /// The adapter.
    pub adapter: AdapterNo,
    /// The directive.
    pub directive: DirectiveId,
    /// Why.
    pub by: DirectiveEnd,
}

/// What a waiting customer is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// The greeting.
    Greeting(Arc<str>),
    /// The music begins.
    Music(Arc<str>),
    /// Their position, from 1. It never rises.
    Position(u32),
    /// How long they are thought to wait; none: nobody can serve them.
    Wait(Option<Prediction>),
    /// What is repeated.
    Periodic(Arc<str>),
}

/// What an adapter is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directive {
    /// Connect the contact with the agent and report it.
    Connect {
        /// The accepted offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where they are reached.
        address: Personal,
    },
    /// Do not connect (any more).
    CancelConnect {
        /// The accepted offer.
        offer: OfferId,
    },
    /// Ring the agent's phone and report.
    Ring {
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where they are reached.
        address: Personal,
    },
    /// Do not ring (any more).
    CancelRing {
        /// The offer.
        offer: OfferId,
    },
    /// Call the customer, connect them with the agent and report it.
    Dial {
        /// The accepted offer.
        offer: OfferId,
        /// The agent.
        agent: AgentNo,
        /// Where they are reached.
        address: Personal,
        /// The customer's number.
        number: Personal,
        /// Whether the customer is called before the agent's phone rings.
        customer_first: bool,
    },
    /// Let the waiting customer hear this.
    Announce {
        /// What.
        what: Announcement,
    },
    /// Connect the customer with the agent who was asked; the one who asked is out of the conversation.
    Bridge {
        /// The handling of the agent who was asked.
        handling: HandlingId,
        /// The agent.
        agent: AgentNo,
        /// Where they are reached.
        address: Personal,
    },
    /// Bring another party into the conversation.
    Conference {
        /// The handling.
        handling: HandlingId,
        /// The consultation whose agent, connected already, takes part; none: a party outside, who is to be called.
        consult: Option<ContactName>,
        /// Where the party is reached.
        address: Personal,
    },
    /// Let a supervisor listen to, whisper into or join the conversation.
    Monitor {
        /// The handling.
        handling: HandlingId,
        /// How.
        mode: MonitorMode,
        /// Where the supervisor is reached.
        address: Personal,
    },
    /// Record a message in this voice mail box; with the acknowledgement the contact has left.
    Voicemail {
        /// The box.
        mailbox: Arc<str>,
    },
    /// Send the contact to a destination outside; with the acknowledgement it has left.
    Route {
        /// The destination.
        destination: Personal,
    },
    /// End the contact; with the acknowledgement it has left.
    Release {
        /// Why.
        reason: ReleaseReason,
        /// What the customer hears before.
        prompt: Option<Arc<str>>,
    },
    /// Put the conversation on hold.
    Hold {
        /// The handling.
        handling: HandlingId,
    },
    /// Take it off hold.
    Resume {
        /// The handling.
        handling: HandlingId,
    },
    /// Keep the recording of the conversation in this state.
    Record {
        /// The handling.
        handling: HandlingId,
        /// The state.
        state: RecordingState,
    },
}

impl Directive {
    /// Whether it stays in force when the adapter has taken note of it, until its purpose is gone. The others are done
    /// with that.
    pub fn stays_in_force(&self) -> bool {
        match self {
            Directive::Connect { .. }
            | Directive::Dial { .. }
            | Directive::Ring { .. }
            | Directive::Hold { .. }
            | Directive::Record { .. }
            | Directive::Conference {
                consult: Some(_), ..
            }
            | Directive::Announce {
                what: Announcement::Music(_),
            } => true,
            Directive::CancelConnect { .. }
            | Directive::CancelRing { .. }
            | Directive::Announce { .. }
            | Directive::Bridge { .. }
            | Directive::Conference { .. }
            | Directive::Monitor { .. }
            | Directive::Voicemail { .. }
            | Directive::Route { .. }
            | Directive::Release { .. }
            | Directive::Resume { .. } => false,
        }
    }
}

/// Why the adapter is told to end a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// It could not join or stay in its queue, and no target took it.
    Overflow(OverflowReason),
    /// The customer is called back.
    Callback,
    /// A supervisor withdrew or freed it.
    Withdrawn,
    /// The customer chose to end it.
    ExitChoice,
    /// The consultation it was for is over.
    ConsultEnded,
    /// The agent ended the conversation.
    AgentEnded,
    /// The customer of the callback was served meanwhile.
    Served,
}

/// Why a directive need not be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectiveEnd {
    /// The adapter acknowledged it.
    Acknowledged,
    /// What it asked for is over.
    PurposeGone,
}
