//! The words of closed lists, as events, metrics and the API say them.

use acd_core::command::{ConnectFailure, EndCause};
use acd_core::config::OverflowReason;
use acd_core::event::{
    CancelReason, Closed, Fault, JoinRefusal, OfferEnd, Outcome, Party, RescindReason, Withdrawal,
};

/// How a visit ended, and why if that says more.
pub(crate) fn outcome(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Answered => ("answered", None),
        Outcome::Abandoned(EndCause::Customer) => ("abandoned", Some("customer")),
        Outcome::Abandoned(EndCause::System) => ("abandoned", Some("system")),
        Outcome::TimedOut => ("timed_out", None),
        Outcome::Overflowed(reason) => ("overflowed", Some(overflow(reason))),
        Outcome::ExitChoice => ("exit_choice", None),
        Outcome::Callback => ("callback", None),
        Outcome::NoStaff => ("no_staff", None),
        Outcome::Transferred => ("transferred", None),
        Outcome::Withdrawn(Withdrawal::TakenOut) => ("withdrawn", Some("taken_out")),
        Outcome::Withdrawn(Withdrawal::Deferred) => ("withdrawn", Some("deferred")),
        Outcome::Withdrawn(Withdrawal::Served) => ("withdrawn", Some("served")),
    }
}

fn overflow(reason: OverflowReason) -> &'static str {
    match reason {
        OverflowReason::Closed => "closed",
        OverflowReason::NoStaff => "no_staff",
        OverflowReason::Full => "full",
        OverflowReason::Diverted => "diverted",
        OverflowReason::PredictedWait => "predicted_wait",
        OverflowReason::TimedOut => "timed_out",
        OverflowReason::OfferLimit => "offer_limit",
        OverflowReason::AttemptLimit => "attempt_limit",
    }
}

/// How an offer ended, and why if that says more.
pub(crate) fn offer_end(end: OfferEnd) -> (&'static str, Option<&'static str>) {
    match end {
        OfferEnd::Rejected => ("rejected", None),
        OfferEnd::TimedOut => ("timed_out", None),
        OfferEnd::Canceled(reason) => {
            let reason = match reason {
                CancelReason::CustomerGone => "customer_gone",
                CancelReason::Moved => "moved",
                CancelReason::QueueTimeout => "queue_timeout",
                CancelReason::Withdrawn => "withdrawn",
            };
            ("canceled", Some(reason))
        }
        OfferEnd::Rescinded(reason) => {
            let reason = match reason {
                RescindReason::AgentGone => "agent_gone",
                RescindReason::SessionLost => "session_lost",
                RescindReason::LostRace => "lost_race",
                RescindReason::StateForced => "state_forced",
                RescindReason::OutsideBusy => "outside_busy",
                RescindReason::System => "system",
            };
            ("rescinded", Some(reason))
        }
        OfferEnd::ConnectFailed(failure) => {
            let failure = match failure {
                ConnectFailure::Busy => "busy",
                ConnectFailure::NoAnswer => "no_answer",
                ConnectFailure::Unreachable => "unreachable",
                ConnectFailure::Rejected => "rejected",
                ConnectFailure::CustomerNotReached => "customer_not_reached",
                ConnectFailure::System => "system",
            };
            ("connect_failed", Some(failure))
        }
    }
}

/// Whose doing the end of an offer was.
pub(crate) fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Agent => "agent",
        Fault::None => "none",
        Fault::System => "system",
    }
}

/// Why a contact did not join.
pub(crate) fn refusal(reason: JoinRefusal) -> &'static str {
    match reason {
        JoinRefusal::Closed(Closed::Emergency) => "closed_emergency",
        JoinRefusal::Closed(Closed::Holiday) => "closed_holiday",
        JoinRefusal::Closed(Closed::Hours) => "closed_hours",
        JoinRefusal::NoStaff => "no_staff",
        JoinRefusal::Full => "full",
        JoinRefusal::Diverted => "diverted",
        JoinRefusal::PredictedWait => "predicted_wait",
    }
}

/// Who ended a conversation.
pub(crate) fn party(party: Party) -> &'static str {
    match party {
        Party::Customer => "customer",
        Party::Agent => "agent",
        Party::System => "system",
    }
}
