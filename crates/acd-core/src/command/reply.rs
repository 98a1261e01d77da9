//! What the engine answers.

use serde::{Deserialize, Serialize};

use super::LiveRefusal;
use crate::config::OverflowReason;
use crate::ids::{ConnectionId, ContactId, SessionId, TimeMs, VisitId};
use crate::refusal::Refusal;

/// The engine's answer to a request.
pub type Answer = Result<Reply, Refusal>;

/// What the engine answers when it does as asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is done.
    Done,
    /// The contact waits in the queue.
    Joined {
        /// The contact.
        contact: ContactId,
        /// Its visit.
        visit: VisitId,
    },
    /// The contact waits for its time, and joins its queue then.
    Scheduled {
        /// The contact.
        contact: ContactId,
        /// The instant at which it joins.
        due_at: TimeMs,
    },
    /// The contact could not join, and goes elsewhere outside of the queues.
    Sent {
        /// The contact.
        contact: ContactId,
        /// Why it could not join.
        reason: OverflowReason,
    },
    /// The agent is logged in.
    LoggedIn {
        /// Their session.
        session: SessionId,
    },
    /// The stream is attached.
    Attached {
        /// The stream.
        connection: ConnectionId,
        /// For an adapter: the highest sequence applied of its incarnation.
        last_sequence: u64,
    },
    /// The configuration is in force.
    Applied {
        /// Its version.
        version: u64,
    },
    /// An adapter's event that was applied before.
    Repeated,
    /// The adapter's list holds.
    Reconciled {
        /// The entries that were not taken.
        refused: Vec<LiveRefusal>,
    },
}
