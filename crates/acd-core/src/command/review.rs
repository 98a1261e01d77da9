//! What reviewers say of conversations.

use std::sync::Arc;

use crate::ids::{AgentName, CallerName, Channel, ContactId, ContactName, HandlingId, QueueName};
use crate::personal::Personal;

/// A review of a conversation, maybe long after it: what the conversation was is told with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitReview {
    /// Who reviews.
    pub reviewer: CallerName,
    /// The form, by its name.
    pub form: Arc<str>,
    /// The conversation.
    pub handling: HandlingId,
    /// Its contact.
    pub contact: ContactId,
    /// The adapter's id of the contact.
    pub name: ContactName,
    /// The agent who is reviewed, also one whom the configuration has no longer.
    pub agent: AgentName,
    /// The queue, also one that the configuration has no longer.
    pub queue: QueueName,
    /// The kind of work.
    pub channel: Channel,
    /// An answer to each question of the form.
    pub answers: Vec<GivenAnswer>,
    /// What the reviewer says of the whole; empty: nothing.
    pub comment: Personal,
}

/// What a reviewer answers to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    /// The question, by its name.
    pub question: Arc<str>,
    /// The points, from 0; none: the question does not apply to this conversation.
    pub points: Option<u32>,
    /// Why; empty: nothing is said.
    pub note: Personal,
}
