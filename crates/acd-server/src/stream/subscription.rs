//! The reader's end of a stream.

use std::sync::Arc;
use std::time::Duration;

use acd_core::ids::{ConnectionId, TimeMs};
use acd_core::refusal::Refusal;
use acd_proto::v1 as pb;

use super::entity::Rendered;
use crate::shard::CallError;

/// Why a subscription did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The engine refused to attach the session or to connect the adapter.
    #[error(transparent)]
    Refused(Refusal),
}

/// A subscription. Dropping it detaches the session or disconnects the adapter, unless a later one has taken its place.
#[derive(Debug)]
pub struct Subscription {
    _private: (),
}

/// What comes next on a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// States that replace what the reader knew.
    Update(Update),
    /// Directives for the adapter, in order; each is delivered once on this subscription.
    Directives(Vec<Arc<pb::Directive>>),
    /// Nothing changed for one heartbeat interval; the stream is complete up to this mark.
    Heartbeat(Mark),
    /// The stream is over. Nothing comes after it.
    End(StreamEnd),
}

/// States that replace what the reader knew.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Whether this is the whole view in place of all that was known, or only what changed.
    pub kind: UpdateKind,
    /// Up to where the stream is complete with this update.
    pub mark: Mark,
    /// The states, each entity once.
    pub states: Vec<Rendered>,
    /// The version of the configuration in force.
    pub config_version: u64,
}

/// A whole view, or what changed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateKind {
    /// The whole view. The reason is why the resume token given was not honoured; unspecified: none was given.
    Snapshot(pb::ResyncReason),
    /// What changed since the update before.
    Changes,
}

/// A place on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The stream is complete up to and including this sequence of the tenant.
    pub sequence: u64,
    /// The sequence of the message sent before on this stream; of the first message that of the token honoured, or 0.
    pub previous_sequence: u64,
    /// Engine time at `sequence`.
    pub at_ms: TimeMs,
    /// To continue after this message.
    pub resume_token: String,
}

/// Why a stream is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// A later login or subscription took the session over.
    SessionReplaced,
    /// The agent is logged out.
    LoggedOut,
    /// A later connection of the adapter took over.
    AdapterFenced,
    /// The reader was too slow.
    Resync,
    /// The tenant was deleted.
    TenantDeleted,
    /// The journal cannot be written.
    Storage,
    /// The server is stopping.
    ShuttingDown,
}

impl Subscription {
    /// The stream's number; none for a view.
    pub fn connection(&self) -> Option<ConnectionId> {
        None
    }

    /// For an adapter: the highest event sequence of its incarnation that is durable, as the subscription began.
    pub fn last_sequence(&self) -> u64 {
        0
    }

    /// What comes next; a heartbeat if nothing does for `heartbeat`. Cancel safe: what was not returned comes next.
    pub async fn next(&mut self, heartbeat: Duration) -> Delivery {
        tokio::time::timeout(heartbeat, std::future::pending::<()>())
            .await
            .ok();
        Delivery::End(StreamEnd::ShuttingDown)
    }
}
