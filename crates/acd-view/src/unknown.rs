//! What was asked for and is not there.

use acd_core::ids::{AgentName, ContactName, QueueName};

/// Something that was asked for and is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Nothing is known of the contact.
    #[error("nothing is known of contact {0:?}")]
    Contact(ContactName),
    /// The contact has ended, and its record is no longer kept.
    #[error("contact {0:?} has ended, and its record is no longer kept")]
    Record(ContactName),
    /// There is no such queue.
    #[error("there is no queue {0:?}")]
    Queue(QueueName),
    /// There is no such agent.
    #[error("there is no agent {0:?}")]
    Agent(AgentName),
}
