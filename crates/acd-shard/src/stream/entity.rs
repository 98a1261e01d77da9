//! What a stream tells about: entities, and their states ready to send.

use std::sync::Arc;

use acd_core::ids::{AdapterNo, AgentNo, ContactId, HandlingId, OfferId, QueueNo};
use acd_proto::v1 as pb;
use prost::Message as _;

/// Something that has a state of its own on a stream. A later state of the same entity replaces an earlier one that was
/// not sent yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// An agent.
    Agent(AgentNo),
    /// What an agent has done on this day.
    Day(AgentNo),
    /// An offer, up to and including its end.
    Offer(OfferId),
    /// A handling, up to and including its end.
    Handling(HandlingId),
    /// A queue.
    Queue(QueueNo),
    /// How a queue has done.
    Performance(QueueNo),
    /// The agents of the tenant, counted.
    AgentCounts,
    /// A contact, up to and including its end.
    Contact(ContactId),
    /// An adapter.
    Adapter(AdapterNo),
    /// Something a supervisor did, by its event. It is over at once.
    Act(u64),
}

/// The newest state of an entity as it is sent; shared by all streams that send it.
#[derive(Clone, Debug, PartialEq)]
pub enum Rendered {
    /// An agent.
    Agent(Arc<pb::AgentState>),
    /// What an agent has done on this day.
    Day(Arc<pb::AgentDay>),
    /// An offer.
    Offer(Arc<pb::Offer>),
    /// A handling.
    Handling(Arc<pb::Handling>),
    /// A queue.
    Queue(Arc<pb::QueueState>),
    /// How a queue has done.
    Performance(Arc<pb::QueuePerformance>),
    /// The agents of the tenant, counted.
    AgentCounts(pb::AgentCounts),
    /// A contact.
    Contact(Arc<pb::ContactState>),
    /// An adapter.
    Adapter(Arc<pb::AdapterState>),
    /// Something a supervisor did.
    Act(Arc<pb::SupervisorAct>),
}

impl Rendered {
    /// How many bytes it is as it is sent.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Rendered::Agent(agent) => agent.encoded_len(),
            Rendered::Day(day) => day.encoded_len(),
            Rendered::Offer(offer) => offer.encoded_len(),
            Rendered::Handling(handling) => handling.encoded_len(),
            Rendered::Queue(queue) => queue.encoded_len(),
            Rendered::Performance(done) => done.encoded_len(),
            Rendered::AgentCounts(counts) => counts.encoded_len(),
            Rendered::Contact(contact) => contact.encoded_len(),
            Rendered::Adapter(adapter) => adapter.encoded_len(),
            Rendered::Act(act) => act.encoded_len(),
        }
    }

    /// Whether this is an offer that was accepted, whose connection is on its way.
    pub(crate) fn is_accepted_offer(&self) -> bool {
        use pb::OfferState::{Accepted, Connecting};
        matches!(self, Rendered::Offer(offer) if matches!(offer.state(), Accepted | Connecting))
    }

    /// Whether the entity is over and leaves the screen.
    pub fn is_over(&self) -> bool {
        match self {
            Rendered::Offer(offer) => offer.ended_at_ms != 0,
            Rendered::Handling(handling) => {
                let stays = handling.unfinished || handling.parked || handling.scheduled_at_ms != 0;
                handling.ended_at_ms != 0 && !stays
            }
            Rendered::Contact(contact) => contact.ended_at_ms != 0,
            Rendered::Agent(_)
            | Rendered::Day(_)
            | Rendered::Queue(_)
            | Rendered::Performance(_)
            | Rendered::AgentCounts(_)
            | Rendered::Adapter(_) => false,
            Rendered::Act(_) => true,
        }
    }
}
