//! What the clients and the engine say to each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{AgentId, Client, Connection, ContactId, DirectiveId, OfferId};

/// From a client to the engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Up {
    Hello {
        incarnation: u8,
    },
    Event(u8, Event),
    RefusalsKnown(u8),
    Done(DirectiveId),
    /// All contacts on the lines, and with whom they talk.
    LiveList(BTreeMap<ContactId, Option<AgentId>>),
    Attach,
    Accept(OfferId),
    Reject(OfferId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    Arrived(ContactId),
    Ended(ContactId),
    Connected { contact: ContactId, offer: OfferId },
    ConnectFailed { contact: ContactId, offer: OfferId },
}

/// From the engine to a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Down {
    Welcome {
        sequence: u8,
        refused: BTreeSet<u8>,
        list_due: bool,
    },
    EventAck {
        sequence: u8,
        refused: bool,
    },
    Directive(DirectiveId, Order),
    LiveListAck {
        refused: BTreeSet<ContactId>,
    },
    /// All that is on the agent's screen: a newer one replaces it.
    Screen(Vec<(OfferId, Phase)>),
    Answer(OfferId, Answer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    Ringing,
    Connecting,
    Talking,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Connect {
        contact: ContactId,
        offer: OfferId,
        agent: AgentId,
    },
    /// Take the agent of this offer out; the customer stays.
    Cancel { contact: ContactId, offer: OfferId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Answer {
    Ok,
    OfferNotPending,
}

impl Order {
    pub(crate) fn connects(self, by: OfferId) -> bool {
        matches!(self, Order::Connect { offer, .. } if offer == by)
    }

    pub(crate) fn contact(self) -> ContactId {
        match self {
            Order::Connect { contact, .. } | Order::Cancel { contact, .. } => contact,
        }
    }
}

/// A message that the engine sends on a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Message {
    pub(crate) client: Client,
    pub(crate) connection: Connection,
    pub(crate) content: Down,
}

impl Message {
    pub(crate) fn to_adapter(connection: Connection, content: Down) -> Self {
        Self {
            client: Client::Adapter,
            connection,
            content,
        }
    }

    pub(crate) fn to_agent(agent: AgentId, connection: Connection, content: Down) -> Self {
        Self {
            client: Client::Agent(agent),
            connection,
            content,
        }
    }
}
