//! What an update is, and why a stream ends.

use acd_proto::v1 as pb;

/// A whole view, or what changed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateKind {
    /// The whole view. The reason is why the resume token given was not honoured; unspecified: none was given.
    Snapshot(pb::ResyncReason),
    /// What changed since the update before.
    Changes,
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
