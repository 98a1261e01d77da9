//! Agents: the words of `agent.proto`.

use acd_core::event::{LogoutCause, PendingPresence};
use acd_proto::journal::v1 as pb;
use pb::pending_presence::Kind as PendingPresenceKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, oneof, required};

enumeration!(LogoutCause {
    Asked,
    SessionLost,
    Removed,
    Forced
});
oneof! { PendingPresence in PendingPresence { NotReady(reason), Logout(cause) } as PendingPresenceKind }
