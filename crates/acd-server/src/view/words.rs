//! The closed lists of words: the engine's in the API's.

use acd_core::command::{ConfigSource, ConnectFailure, EndCause};
use acd_core::event::{
    CancelReason, Fault, JoinRefusal, OfferEnd, Outcome, Party, PendingPresence, ReleaseReason,
    RescindReason,
};
use acd_core::state::{OfferResult, Presence};
use acd_proto::v1;

pub(super) fn presence(presence: &Presence) -> (v1::Presence, String) {
    match presence {
        Presence::Offline => (v1::Presence::Offline, String::new()),
        Presence::Ready => (v1::Presence::Ready, String::new()),
        Presence::NotReady(code) => (v1::Presence::NotReady, code.to_string()),
    }
}

pub(super) fn pending_presence(pending: Option<&PendingPresence>) -> (v1::Presence, String) {
    match pending {
        None => (v1::Presence::Unspecified, String::new()),
        Some(PendingPresence::NotReady(code)) => (v1::Presence::NotReady, code.to_string()),
        Some(PendingPresence::Logout(_)) => (v1::Presence::Offline, String::new()),
    }
}

/// How an offer ended, why, and whose doing it was.
pub fn offer_result(result: OfferResult) -> (v1::OfferState, v1::OfferEndReason, v1::Fault) {
    match result {
        OfferResult::Connected => (
            v1::OfferState::Connected,
            v1::OfferEndReason::Unspecified,
            v1::Fault::None,
        ),
        OfferResult::Ended { end, fault } => {
            let (state, reason) = offer_end(end);
            (state, reason, self::fault(fault))
        }
    }
}

fn offer_end(end: OfferEnd) -> (v1::OfferState, v1::OfferEndReason) {
    use v1::{OfferEndReason as Why, OfferState as State};
    match end {
        OfferEnd::Rejected => (State::Rejected, Why::Unspecified),
        OfferEnd::TimedOut => (State::TimedOut, Why::Unspecified),
        OfferEnd::Canceled(CancelReason::CustomerGone) => (State::Canceled, Why::CustomerGone),
        OfferEnd::Canceled(CancelReason::Moved) => (State::Canceled, Why::Moved),
        OfferEnd::Canceled(CancelReason::QueueTimeout) => (State::Canceled, Why::QueueTimeout),
        OfferEnd::Rescinded(RescindReason::AgentGone) => (State::Rescinded, Why::AgentGone),
        OfferEnd::Rescinded(RescindReason::SessionLost) => (State::Rescinded, Why::SessionLost),
        OfferEnd::Rescinded(RescindReason::System) => (State::Rescinded, Why::System),
        OfferEnd::ConnectFailed(ConnectFailure::Busy) => (State::ConnectFailed, Why::Busy),
        OfferEnd::ConnectFailed(ConnectFailure::NoAnswer) => (State::ConnectFailed, Why::NoAnswer),
        OfferEnd::ConnectFailed(ConnectFailure::Unreachable) => {
            (State::ConnectFailed, Why::Unreachable)
        }
        OfferEnd::ConnectFailed(ConnectFailure::System) => (State::ConnectFailed, Why::System),
    }
}

fn fault(fault: Fault) -> v1::Fault {
    match fault {
        Fault::Agent => v1::Fault::Agent,
        Fault::None => v1::Fault::None,
        Fault::System => v1::Fault::System,
    }
}

pub(super) fn outcome(outcome: Outcome) -> v1::VisitOutcome {
    match outcome {
        Outcome::Answered => v1::VisitOutcome::Answered,
        Outcome::Abandoned(EndCause::Customer) => v1::VisitOutcome::AbandonedCustomer,
        Outcome::Abandoned(EndCause::System) => v1::VisitOutcome::AbandonedSystem,
        Outcome::TimedOut => v1::VisitOutcome::TimedOut,
        Outcome::Transferred => v1::VisitOutcome::Transferred,
    }
}

pub(super) fn party(party: Party) -> v1::EndCause {
    match party {
        Party::Customer => v1::EndCause::Customer,
        Party::Agent => v1::EndCause::Agent,
        Party::System => v1::EndCause::System,
    }
}

pub(super) fn join_refusal(reason: JoinRefusal) -> v1::RefusedReason {
    match reason {
        JoinRefusal::Full => v1::RefusedReason::Full,
    }
}

pub(super) fn release_reason(reason: ReleaseReason) -> v1::ReleaseReason {
    match reason {
        ReleaseReason::TimedOut => v1::ReleaseReason::TimedOut,
        ReleaseReason::AgentEnded => v1::ReleaseReason::AgentEnded,
    }
}

/// Where a configuration came from.
pub fn config_source(source: ConfigSource) -> v1::ConfigSource {
    match source {
        ConfigSource::File => v1::ConfigSource::File,
        ConfigSource::Api => v1::ConfigSource::Api,
    }
}

/// The cause an adapter states for the end of a contact; none if it may not state this one.
pub fn end_cause(cause: v1::EndCause) -> Option<EndCause> {
    match cause {
        v1::EndCause::Customer => Some(EndCause::Customer),
        v1::EndCause::System => Some(EndCause::System),
        v1::EndCause::Unspecified | v1::EndCause::Agent => None,
    }
}

/// The cause an adapter states for a connection that failed; none if it states none.
pub fn connect_failure(cause: v1::ConnectFailure) -> Option<ConnectFailure> {
    match cause {
        v1::ConnectFailure::Unspecified => None,
        v1::ConnectFailure::Busy => Some(ConnectFailure::Busy),
        v1::ConnectFailure::NoAnswer => Some(ConnectFailure::NoAnswer),
        v1::ConnectFailure::Unreachable => Some(ConnectFailure::Unreachable),
        v1::ConnectFailure::System => Some(ConnectFailure::System),
    }
}
