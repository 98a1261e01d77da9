//! What happened: `event.proto`.

use acd_core::command::{Answer, ConnectFailure, EndCause, Reply};
use acd_core::config::Target;
use acd_core::event::{
    AgentKey, BackOff, BackOffScope, CancelReason, ContactKey, Decision, Directive, DirectiveEnd,
    Event, Fault, JoinRefusal, LogoutCause, NewContact, Next, OfferEnd, Outcome, Party,
    PendingPresence, ReleaseReason, RescindReason,
};
use acd_core::refusal::Refusal;
use acd_proto::journal::v1 as pb;
use pb::directive::Kind as DirectiveKind;
use pb::event::Kind as EventKind;
use pb::next::Kind as NextKind;
use pb::pending_presence::Kind as PendingPresenceKind;
use pb::reply::Kind as ReplyKind;
use pb::target::Kind as TargetKind;

use super::error::{self, FieldError};
use super::mapping::{Wire, enumeration, field, message, oneof, required};

oneof! { Event {
    ConfigApplied: ConfigApplied { version, source, author, comment, config },
    AgentSkillsSet: AgentSkillsSet { version, author, agent, skills },
    TenantDeleted: TenantDeleted { author },
    Recovered: Empty {},
    RequestAnswered: RequestAnswered { caller, request_id, fingerprint, answer; forget_at = forget_at_ms },
    AdapterConnected: AdapterConnected { adapter, incarnation },
    AdapterLost: AdapterLost { adapter; grace_until = grace_until_ms },
    AdapterGivenUp: AdapterGivenUp { adapter },
    AdapterEventApplied: AdapterEventApplied { adapter, sequence },
    DirectiveIssued: DirectiveIssued { adapter, contact, directive },
    DirectiveClosed: DirectiveClosed { adapter, directive, by },
    ContactAccepted(contact),
    ContactRefused: ContactRefused { contact, queue, channel, reason },
    ContactChanged: ContactChanged { contact, change },
    ContactEnded: ContactEnded { contact },
    VisitOpened: VisitOpened { contact, queue; order_time = order_at_ms, max_wait_until = max_wait_until_ms },
    VisitEnded: VisitEnded { visit, outcome, next },
    OfferMade: OfferMade { visit, agent, decision; ring_until = ring_until_ms },
    OfferAccepted: OfferAccepted { offer; connect_until = connect_until_ms },
    OfferEnded: OfferEnded { offer, end, fault, back_off },
    BackOffEnded: BackOffEnded { agent, visit },
    HandlingStarted: HandlingStarted { offer },
    HandlingHeld: HandlingHeld { handling },
    HandlingResumed: HandlingResumed { handling },
    TalkEnded: TalkEnded { handling, by; wrap_up_until = wrap_up_until_ms },
    DispositionSet: DispositionSet { handling, disposition },
    HandlingEnded: HandlingEnded { handling },
    AgentLoggedIn: AgentLoggedIn { agent },
    SessionAttached: SessionAttached { agent },
    SessionLost: SessionLost { agent; grace_until = grace_until_ms },
    AgentLoggedOut: AgentLoggedOut { agent, cause },
    PresenceChanged: PresenceChanged { agent, presence },
    PresencePending: PresencePending { agent, pending },
} as EventKind }

message!(NewContact: NewContact {
    name, adapter, channel, priority, head_start_ms, requirement, customer, attributes
});
enumeration!(JoinRefusal { Full });

oneof! { Directive in Directive {
    Connect: ConnectDirective { offer, agent, address },
    CancelConnect: CancelConnectDirective { offer },
    Route: RouteDirective { destination },
    Release: ReleaseDirective { reason },
    Hold: HoldDirective { handling },
    Resume: ResumeDirective { handling },
} as DirectiveKind }
enumeration!(ReleaseReason {
    TimedOut,
    AgentEnded
});
enumeration!(DirectiveEnd {
    Acknowledged,
    PurposeGone
});

enumeration!(Outcome {
    Answered, TimedOut, Transferred;
    Abandoned(EndCause::Customer) = AbandonedCustomer,
    Abandoned(EndCause::System) = AbandonedSystem
});
oneof! { Next in Next { Outcome: Empty {}, Overflow(target), Moved(queue) } as NextKind }
oneof! { Target in Target { Queue(name), External(destination), End: Empty {} } as TargetKind }

message!(Decision: Decision { config_version, contact, candidates, winner, runner_up });
message!(ContactKey: ContactKey { queue_rank, priority_rank, visit; virtual_start = virtual_since_ms });
message!(AgentKey: AgentKey { agent; idle_since = idle_since_ms });

enumeration!(OfferEnd {
    Rejected, TimedOut;
    Canceled(CancelReason::CustomerGone) = CanceledCustomerGone,
    Canceled(CancelReason::Moved) = CanceledMoved,
    Canceled(CancelReason::QueueTimeout) = CanceledQueueTimeout,
    Rescinded(RescindReason::AgentGone) = RescindedAgentGone,
    Rescinded(RescindReason::SessionLost) = RescindedSessionLost,
    Rescinded(RescindReason::System) = RescindedSystem,
    ConnectFailed(ConnectFailure::Busy) = ConnectFailedBusy,
    ConnectFailed(ConnectFailure::NoAnswer) = ConnectFailedNoAnswer,
    ConnectFailed(ConnectFailure::Unreachable) = ConnectFailedUnreachable,
    ConnectFailed(ConnectFailure::System) = ConnectFailedSystem
});
enumeration!(Fault {
    Agent,
    None,
    System
});
message!(BackOff: BackOff { scope; until = until_ms });
enumeration!(BackOffScope { Visit, Agent });
enumeration!(Party {
    Customer,
    Agent,
    System
});
enumeration!(LogoutCause {
    Asked,
    SessionLost,
    Removed
});
oneof! { PendingPresence in PendingPresence { NotReady(reason), Logout(cause) } as PendingPresenceKind }

message!(Refusal: Refusal { reason, field, detail });
oneof! { Reply in Reply {
    Done: Empty {},
    Joined: JoinedReply { contact, visit },
    LoggedIn: LoggedInReply { session },
    Attached: AttachedReply { connection, last_sequence },
    Applied: AppliedReply { version },
    Repeated: Empty {},
} as ReplyKind }

impl Wire<Option<pb::Answer>> for Answer {
    fn to_wire(&self) -> Option<pb::Answer> {
        let kind = match self {
            Ok(reply) => pb::answer::Kind::Reply(reply.to_wire()),
            Err(refusal) => pb::answer::Kind::Refusal(refusal.to_wire()),
        };
        Some(pb::Answer { kind: Some(kind) })
    }
    fn from_wire(stored: Option<pb::Answer>) -> Result<Self, FieldError> {
        Ok(
            match stored
                .and_then(|answer| answer.kind)
                .ok_or(error::Fault::Missing)?
            {
                pb::answer::Kind::Reply(reply) => Ok(field(reply, "Reply")?),
                pb::answer::Kind::Refusal(refusal) => Err(field(refusal, "Refusal")?),
            },
        )
    }
}
