//! The end of a subscription, as those hear of it who have to.

use acd_core::command::{AdapterDisconnect, Command, DetachSession, Request};
use acd_core::ids::{AdapterName, AdapterNo, AgentName, AgentNo, ConnectionId, TenantName};
use crossbeam_channel::Sender;

use super::SubscriberId;
use super::subscription::Attached;
use acd_view::ViewFilter;

/// What undoes the attachment of a session.
pub(crate) fn detach(agent: AgentName, connection: ConnectionId) -> Request {
    Request::internal(Command::DetachSession(DetachSession { agent, connection }))
}

/// What undoes the connection of an adapter.
pub(crate) fn disconnect(adapter: AdapterName, connection: ConnectionId) -> Request {
    Request::internal(Command::AdapterDisconnect(AdapterDisconnect {
        adapter,
        connection,
    }))
}

/// What a subscription is fed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    /// An agent's screen.
    Screen(AgentNo, Attached),
    /// An adapter's directives.
    Directives(AdapterNo, Attached),
    /// A view of the tenant.
    View(ViewFilter),
}

/// A subscription that is gone.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) tenant: TenantName,
    pub(crate) subscriber: SubscriberId,
    /// What it was fed with.
    pub(crate) feed: Feed,
}

/// What an engine is to be told of a stream that is gone or was cut off; it knows whether a later one has taken its place.
pub(crate) type Ended = (TenantName, Request);

/// Says that a subscription is gone when it is dropped, whatever became of it.
#[derive(Debug)]
pub(crate) struct Departure {
    gone: Gone,
    /// Those who show the tenant.
    readers: Sender<Gone>,
    /// The engine, if it knows of the stream.
    engine: Option<(Sender<Ended>, Request)>,
}

impl Departure {
    /// The departure of a subscription that begins.
    pub(crate) fn new(
        tenant: TenantName,
        feed: Feed,
        subscriber: SubscriberId,
        readers: Sender<Gone>,
        engine: Option<(Sender<Ended>, Request)>,
    ) -> Self {
        let gone = Gone {
            tenant,
            subscriber,
            feed,
        };
        Self {
            gone,
            readers,
            engine,
        }
    }

    /// What is gone when this is dropped.
    pub(crate) fn gone(&self) -> &Gone {
        &self.gone
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        // Whoever has stopped needs to know nothing any more.
        let _ = self.readers.send(self.gone.clone());
        if let Some((engine, request)) = self.engine.take() {
            let _ = engine.send((self.gone.tenant.clone(), request));
        }
    }
}
