//! What supervisors do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Availability, ContactChange, MaskedItem, RecordingState};
use crate::ids::{AgentName, CallerName, ContactId, ContactName, QueueName};
use crate::personal::Personal;

/// What a supervisor does. Each act is recorded with who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervise {
    /// Who does it.
    pub author: CallerName,
    /// Why, as they say; may be empty.
    pub reason: Arc<str>,
    /// What they do.
    pub act: SupervisorAct,
}

/// What a supervisor does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum SupervisorAct {
    /// Change a contact; a queue in the change moves it.
    ChangeContact(ContactName, ContactChange),
    /// Offer a waiting contact to this agent now, past their capacity if need be.
    Assign(ContactName, AgentName),
    /// Take a waiting contact out of its queue; its adapter is told to end it.
    Withdraw(ContactName),
    /// End whatever holds a contact, and the contact.
    FreeContact(ContactName),
    /// Set an agent's presence at once.
    SetPresence(AgentName, Availability),
    /// Log an agent out at once; what they are connected with goes on.
    LogOut(AgentName),
    /// Release every slot of an agent: their offers are taken back, their conversations and wrap-ups ended.
    FreeAgent(AgentName),
    /// Take an agent out of one queue, with the reason; none: let them back.
    PauseQueue(AgentName, QueueName, Option<Arc<str>>),
    /// Close a queue (none: all of them) in an emergency, or open it again.
    SetEmergency(Option<QueueName>, bool),
    /// Listen to a conversation, whisper to its agent, or join it. Alters no routing state.
    Monitor {
        /// The contact.
        contact: ContactName,
        /// How.
        mode: MonitorMode,
        /// Where the supervisor is reached.
        address: Personal,
    },
    /// Record the conversation of a contact, pause or stop.
    RecordContact(ContactName, RecordingState),
    /// Have a masked value of a contact revealed.
    Reveal {
        /// The contact.
        contact: ContactName,
        /// The value.
        item: MaskedItem,
        /// The agent to whom it is revealed; none: to the supervisor.
        agent: Option<AgentName>,
    },
    /// Read all that is known of these contacts.
    ReadPersonal {
        /// The contacts, at most [`ACT_CONTACTS_MAX`].
        contacts: Arc<[ContactId]>,
    },
    /// Erase the personal data of contacts that are over, for ever.
    ErasePersonal {
        /// The contacts, at most [`ACT_CONTACTS_MAX`].
        contacts: Arc<[ContactId]>,
        /// All of them are of one customer, who is known by this contact from now on; none: of anybody.
        customer: Option<ContactId>,
    },
}

/// The most contacts of one act.
pub const ACT_CONTACTS_MAX: usize = 1_000;

impl SupervisorAct {
    /// The same without what is nobody else's business: values of attributes, and addresses.
    pub fn without_values(&self) -> Self {
        let mut act = self.clone();
        match &mut act {
            Self::ChangeContact(_, change) => {
                for attribute in &mut change.attributes {
                    attribute.value = Personal::from("");
                }
            }
            Self::Monitor { address, .. } => *address = Personal::from(""),
            _ => {}
        }
        act
    }
}

/// How a supervisor takes part in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorMode {
    /// They hear both.
    Listen,
    /// Only the agent hears them.
    Whisper,
    /// Both hear them.
    Barge,
}
