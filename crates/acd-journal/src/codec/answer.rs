//! What the engine answered: `answer.proto`.

use acd_core::command::{Answer, Reply};
use acd_core::refusal::Refusal;
use acd_proto::journal::v1 as pb;
use pb::answer::Kind as AnswerKind;
use pb::reply::Kind as ReplyKind;

use super::error::{Fault, FieldError};
use super::mapping::{Wire, field, message, oneof, required};

message!(Refusal: Refusal { reason, field, detail, remedy });

oneof! { Reply in Reply {
    Done: Empty {},
    Joined: JoinedReply { contact, visit },
    Scheduled: ScheduledReply { contact; due_at = due_at_ms },
    Sent: SentReply { contact, reason },
    LoggedIn: LoggedInReply { session },
    Attached: AttachedReply { connection, last_sequence },
    Applied: AppliedReply { version },
    Repeated: Empty {},
    Reconciled: ReconciledReply { refused },
} as ReplyKind }

impl Wire<Option<pb::Answer>> for Answer {
    fn to_wire(&self) -> Option<pb::Answer> {
        let kind = match self {
            Ok(reply) => AnswerKind::Reply(reply.to_wire()),
            Err(refusal) => AnswerKind::Refusal(refusal.to_wire()),
        };
        Some(pb::Answer { kind: Some(kind) })
    }
    fn from_wire(stored: Option<pb::Answer>) -> Result<Self, FieldError> {
        let kind = stored.and_then(|answer| answer.kind);
        Ok(match kind.ok_or(Fault::Missing)? {
            AnswerKind::Reply(reply) => Ok(field(reply, "Reply")?),
            AnswerKind::Refusal(refusal) => Err(field(refusal, "Refusal")?),
        })
    }
}
