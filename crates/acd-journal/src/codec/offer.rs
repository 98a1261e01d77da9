//! Offers: the words of `offer.proto`.

use acd_core::command::ConnectFailure;
use acd_core::config::Alerting;
use acd_core::event::{
    AgentKey, BackOff, BackOffScope, CancelReason, ContactKey, Decision, Fault, OfferEnd,
    RescindReason,
};
use acd_proto::journal::v1 as pb;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, message, required};

enumeration!(Alerting {
    Desktop,
    Phone,
    Auto
});

message!(Decision: Decision { config_version, step, contact, candidates, winner, runner_up });
message!(ContactKey: ContactKey {
    open, profile_rank, queue_rank, priority_rank, wait_rank, visit; virtual_start = virtual_since_ms
});
message!(AgentKey: AgentKey { behind, tier, rank, leases, agent; idle_since = idle_since_ms });

enumeration!(OfferEnd {
    Rejected, TimedOut;
    Canceled(CancelReason::CustomerGone) = CanceledCustomerGone,
    Canceled(CancelReason::Moved) = CanceledMoved,
    Canceled(CancelReason::QueueTimeout) = CanceledQueueTimeout,
    Canceled(CancelReason::Withdrawn) = CanceledWithdrawn,
    Rescinded(RescindReason::AgentGone) = RescindedAgentGone,
    Rescinded(RescindReason::SessionLost) = RescindedSessionLost,
    Rescinded(RescindReason::LostRace) = RescindedLostRace,
    Rescinded(RescindReason::StateForced) = RescindedStateForced,
    Rescinded(RescindReason::OutsideBusy) = RescindedOutsideBusy,
    Rescinded(RescindReason::System) = RescindedSystem,
    ConnectFailed(ConnectFailure::Busy) = ConnectFailedBusy,
    ConnectFailed(ConnectFailure::NoAnswer) = ConnectFailedNoAnswer,
    ConnectFailed(ConnectFailure::Unreachable) = ConnectFailedUnreachable,
    ConnectFailed(ConnectFailure::CustomerNotReached) = ConnectFailedCustomerNotReached,
    ConnectFailed(ConnectFailure::System) = ConnectFailedSystem
});
enumeration!(Fault {
    Agent,
    None,
    System
});
message!(BackOff: BackOff { scope; until = until_ms });
enumeration!(BackOffScope { Visit, Agent });
