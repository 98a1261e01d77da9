//! The closed lists of words: the engine's in the API's.

use acd_core::command::{
    ConfigSource, ConnectFailure, EndCause, MaskedItem, MonitorMode, RecordingState,
};
use acd_core::config::{
    AgentOrder, Alerting, AttributeKind, OverflowReason, Recording, WrapUpMode,
};
use acd_core::event::{
    CancelReason, Closed, Fault, OfferEnd, Outcome, Party, PendingPresence, Prediction,
    ReleaseReason, RescindReason, Withdrawal,
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
        OfferEnd::Canceled(CancelReason::Withdrawn) => (State::Canceled, Why::Withdrawn),
        OfferEnd::Rescinded(RescindReason::AgentGone) => (State::Rescinded, Why::AgentGone),
        OfferEnd::Rescinded(RescindReason::SessionLost) => (State::Rescinded, Why::SessionLost),
        OfferEnd::Rescinded(RescindReason::LostRace) => (State::Rescinded, Why::LostRace),
        OfferEnd::Rescinded(RescindReason::StateForced) => (State::Rescinded, Why::StateForced),
        OfferEnd::Rescinded(RescindReason::OutsideBusy) => (State::Rescinded, Why::OutsideBusy),
        OfferEnd::Rescinded(RescindReason::System) => (State::Rescinded, Why::System),
        OfferEnd::ConnectFailed(ConnectFailure::Busy) => (State::ConnectFailed, Why::Busy),
        OfferEnd::ConnectFailed(ConnectFailure::NoAnswer) => (State::ConnectFailed, Why::NoAnswer),
        OfferEnd::ConnectFailed(ConnectFailure::Unreachable) => {
            (State::ConnectFailed, Why::Unreachable)
        }
        OfferEnd::ConnectFailed(ConnectFailure::Rejected) => (State::ConnectFailed, Why::Rejected),
        OfferEnd::ConnectFailed(ConnectFailure::CustomerNotReached) => {
            (State::ConnectFailed, Why::CustomerNotReached)
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

/// How a visit ended.
pub fn outcome(outcome: Outcome) -> v1::VisitOutcome {
    match outcome {
        Outcome::Answered => v1::VisitOutcome::Answered,
        Outcome::Abandoned(EndCause::Customer) => v1::VisitOutcome::AbandonedCustomer,
        Outcome::Abandoned(EndCause::System) => v1::VisitOutcome::AbandonedSystem,
        Outcome::TimedOut => v1::VisitOutcome::TimedOut,
        Outcome::Overflowed(_) => v1::VisitOutcome::Overflowed,
        Outcome::ExitChoice => v1::VisitOutcome::ExitChoice,
        Outcome::Callback => v1::VisitOutcome::Callback,
        Outcome::NoStaff => v1::VisitOutcome::NoStaff,
        Outcome::Transferred => v1::VisitOutcome::Transferred,
        Outcome::Withdrawn(Withdrawal::TakenOut) => v1::VisitOutcome::Withdrawn,
        Outcome::Withdrawn(Withdrawal::Deferred) => v1::VisitOutcome::WithdrawnDeferred,
        Outcome::Withdrawn(Withdrawal::Served) => v1::VisitOutcome::WithdrawnServed,
    }
}

/// Who ended a conversation.
pub fn party(party: Party) -> v1::EndCause {
    match party {
        Party::Customer => v1::EndCause::Customer,
        Party::Agent => v1::EndCause::Agent,
        Party::System => v1::EndCause::System,
    }
}

/// Why an arrival could not join; unspecified for a reason that concerns only who has joined.
pub fn turned_away(reason: OverflowReason) -> v1::RefusedReason {
    match reason {
        OverflowReason::Closed => v1::RefusedReason::Closed,
        OverflowReason::NoStaff => v1::RefusedReason::NoStaff,
        OverflowReason::Full => v1::RefusedReason::Full,
        OverflowReason::Diverted => v1::RefusedReason::Diverted,
        OverflowReason::PredictedWait => v1::RefusedReason::PredictedWait,
        OverflowReason::TimedOut | OverflowReason::OfferLimit | OverflowReason::AttemptLimit => {
            v1::RefusedReason::Unspecified
        }
    }
}

/// Why an outcome is an overflow; unspecified if it is none.
pub fn overflowed(outcome: Outcome) -> v1::OverflowReason {
    match outcome {
        Outcome::Overflowed(reason) => overflow_reason(reason),
        _ => v1::OverflowReason::Unspecified,
    }
}

pub(super) fn overflow_reason(reason: OverflowReason) -> v1::OverflowReason {
    match reason {
        OverflowReason::Closed => v1::OverflowReason::Closed,
        OverflowReason::NoStaff => v1::OverflowReason::NoStaff,
        OverflowReason::Full => v1::OverflowReason::Full,
        OverflowReason::Diverted => v1::OverflowReason::Diverted,
        OverflowReason::PredictedWait => v1::OverflowReason::PredictedWait,
        OverflowReason::TimedOut => v1::OverflowReason::TimedOut,
        OverflowReason::OfferLimit => v1::OverflowReason::OfferLimit,
        OverflowReason::AttemptLimit => v1::OverflowReason::AttemptLimit,
    }
}

pub(super) fn release_reason(reason: ReleaseReason) -> v1::ReleaseReason {
    use v1::ReleaseReason as Why;
    match reason {
        ReleaseReason::Overflow(OverflowReason::Closed) => Why::Closed,
        ReleaseReason::Overflow(OverflowReason::NoStaff) => Why::NoStaff,
        ReleaseReason::Overflow(OverflowReason::Full) => Why::Full,
        ReleaseReason::Overflow(OverflowReason::Diverted) => Why::Diverted,
        ReleaseReason::Overflow(OverflowReason::PredictedWait) => Why::PredictedWait,
        ReleaseReason::Overflow(OverflowReason::TimedOut) => Why::TimedOut,
        ReleaseReason::Overflow(OverflowReason::OfferLimit) => Why::OfferLimit,
        ReleaseReason::Overflow(OverflowReason::AttemptLimit) => Why::AttemptLimit,
        ReleaseReason::Callback => Why::Callback,
        ReleaseReason::Withdrawn => Why::Withdrawn,
        ReleaseReason::ExitChoice => Why::ExitChoice,
        ReleaseReason::ConsultEnded => Why::ConsultEnded,
        ReleaseReason::AgentEnded => Why::AgentEnded,
        ReleaseReason::Served => Why::Served,
    }
}

/// How an agent is told of an offer.
pub fn alerting(alerting: Alerting) -> v1::Alerting {
    match alerting {
        Alerting::Desktop => v1::Alerting::Desktop,
        Alerting::Phone => v1::Alerting::Phone,
        Alerting::Auto => v1::Alerting::Auto,
    }
}

pub(super) fn wrap_up_mode(mode: WrapUpMode) -> v1::WrapUpMode {
    match mode {
        WrapUpMode::None => v1::WrapUpMode::None,
        WrapUpMode::Optional => v1::WrapUpMode::Optional,
        WrapUpMode::Timed => v1::WrapUpMode::Timed,
        WrapUpMode::Forced => v1::WrapUpMode::Forced,
        WrapUpMode::Manual => v1::WrapUpMode::Manual,
        WrapUpMode::Requested => v1::WrapUpMode::Requested,
    }
}

pub(super) fn recording_rule(rule: Recording) -> v1::RecordingRule {
    match rule {
        Recording::Never => v1::RecordingRule::Never,
        Recording::OnRequest => v1::RecordingRule::OnRequest,
        Recording::Always => v1::RecordingRule::Always,
    }
}

pub(super) fn monitor_mode(mode: MonitorMode) -> v1::MonitorMode {
    match mode {
        MonitorMode::Listen => v1::MonitorMode::Listen,
        MonitorMode::Whisper => v1::MonitorMode::Whisper,
        MonitorMode::Barge => v1::MonitorMode::Barge,
    }
}

pub(super) fn opening(closed: Option<Closed>) -> v1::QueueOpening {
    match closed {
        None => v1::QueueOpening::Open,
        Some(Closed::Emergency) => v1::QueueOpening::Emergency,
        Some(Closed::Holiday) => v1::QueueOpening::Holiday,
        Some(Closed::Hours) => v1::QueueOpening::Hours,
    }
}

pub(super) fn prediction(predicted: Prediction) -> v1::Prediction {
    v1::Prediction {
        p50_ms: predicted.p50_ms,
        p80_ms: predicted.p80_ms,
    }
}

/// Where a configuration came from.
pub fn config_source(source: ConfigSource) -> v1::ConfigSource {
    match source {
        ConfigSource::File => v1::ConfigSource::File,
        ConfigSource::Api => v1::ConfigSource::Api,
    }
}

pub(super) fn agent_order(order: AgentOrder) -> v1::AgentOrder {
    match order {
        AgentOrder::LongestIdle => v1::AgentOrder::LongestIdle,
        AgentOrder::MostSkilled => v1::AgentOrder::MostSkilled,
        AgentOrder::LeastSkilled => v1::AgentOrder::LeastSkilled,
        AgentOrder::LeastOccupied => v1::AgentOrder::LeastOccupied,
        AgentOrder::FewestContacts => v1::AgentOrder::FewestContacts,
        AgentOrder::RoundRobin => v1::AgentOrder::RoundRobin,
        AgentOrder::Linear => v1::AgentOrder::Linear,
        AgentOrder::MostSpareCapacity => v1::AgentOrder::MostSpareCapacity,
        AgentOrder::LeastLoaded => v1::AgentOrder::LeastLoaded,
        AgentOrder::Percent => v1::AgentOrder::Percent,
        AgentOrder::Random => v1::AgentOrder::Random,
    }
}

/// Which value of a contact, and the key if it is an attribute.
pub(super) fn masked_item(item: &MaskedItem) -> (v1::MaskedItem, String) {
    match item {
        MaskedItem::Attribute(key) => (v1::MaskedItem::Attribute, key.to_string()),
        MaskedItem::CustomerKey => (v1::MaskedItem::CustomerKey, String::new()),
        MaskedItem::Dial => (v1::MaskedItem::Dial, String::new()),
    }
}

pub(super) fn attribute_kind(kind: AttributeKind) -> v1::AttributeKind {
    match kind {
        AttributeKind::Text => v1::AttributeKind::Text,
        AttributeKind::Number => v1::AttributeKind::Number,
        AttributeKind::Date => v1::AttributeKind::Date,
        AttributeKind::Phone => v1::AttributeKind::Phone,
        AttributeKind::Email => v1::AttributeKind::Email,
        AttributeKind::Link => v1::AttributeKind::Link,
        AttributeKind::Card => v1::AttributeKind::Card,
        AttributeKind::Secret => v1::AttributeKind::Secret,
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

pub(super) fn recording_state(state: RecordingState) -> v1::RecordingState {
    match state {
        RecordingState::Off => v1::RecordingState::Off,
        RecordingState::On => v1::RecordingState::On,
        RecordingState::Paused => v1::RecordingState::Paused,
    }
}

/// The cause an adapter states for a connection that failed; none if it states none.
pub fn connect_failure(cause: v1::ConnectFailure) -> Option<ConnectFailure> {
    match cause {
        v1::ConnectFailure::Unspecified => None,
        v1::ConnectFailure::Busy => Some(ConnectFailure::Busy),
        v1::ConnectFailure::NoAnswer => Some(ConnectFailure::NoAnswer),
        v1::ConnectFailure::Unreachable => Some(ConnectFailure::Unreachable),
        v1::ConnectFailure::Rejected => Some(ConnectFailure::Rejected),
        v1::ConnectFailure::System => Some(ConnectFailure::System),
        v1::ConnectFailure::CustomerNotReached => Some(ConnectFailure::CustomerNotReached),
    }
}
