//! Reviews of conversations.

use std::sync::Arc;

use crate::ids::{AgentNo, CallerName, Channel, ContactId, ContactName, HandlingId, QueueNo};
use crate::personal::Personal;

/// A conversation was reviewed. What the form said then stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewSubmitted {
    /// Who reviewed it.
    pub reviewer: CallerName,
    /// By which form.
    pub form: Arc<str>,
    /// The conversation.
    pub handling: HandlingId,
    /// Its contact.
    pub contact: ContactId,
    /// The adapter's id of the contact.
    pub name: ContactName,
    /// The agent.
    pub agent: AgentNo,
    /// The queue.
    pub queue: QueueNo,
    /// The kind of work.
    pub channel: Channel,
    /// The answers, in the order of the form.
    pub answers: Vec<ReviewAnswer>,
    /// What they add up to, in millionths of the best.
    pub score: u32,
    /// Whether it is nothing because of a question that knocks out.
    pub knocked_out: bool,
    /// What the reviewer says of the whole; empty: nothing.
    pub comment: Personal,
}

/// An answer to a question, with what the form said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewAnswer {
    /// The question.
    pub question: Arc<str>,
    /// The points, from 0; none: it did not apply.
    pub points: Option<u32>,
    /// The most points.
    pub scale_max: u32,
    /// How much it counts beside the others.
    pub weight: u32,
    /// Whether no point at all makes the whole worth nothing.
    pub knock_out: bool,
    /// Why; empty: nothing is said.
    pub note: Personal,
}
