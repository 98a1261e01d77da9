//! What the end of an offer costs its agent. One table, which `docs/architecture.md` shows; a test compares them.

use crate::command::ConnectFailure;
use crate::config::BackOffTimes;
use crate::event::{BackOffScope, CancelReason, Fault, OfferEnd, RescindReason};
use crate::ids::DurationMs;

/// What the end of an offer costs its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Whose doing it was.
    pub fault: Fault,
    /// What is kept from the agent, and by which of the back-off times; none: the agent did not fail.
    pub back_off: Option<(BackOffScope, BackOffCause)>,
    /// Whether it counts in the non-response.
    pub non_response: bool,
    /// The reason code under which misses in a row make the agent not ready; none: it is no miss.
    pub miss: Option<&'static str>,
    /// Whether the idle clock starts anew.
    pub idle_clock: bool,
    /// Whether the next tier opens for the contact, where a no-answer does that.
    pub next_tier: bool,
}

/// Which of the back-off times applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackOffCause {
    /// The agent rejected, or asked to leave while it rang.
    Rejected,
    /// The agent did not answer.
    NoAnswer,
    /// The agent's line was busy.
    Busy,
    /// The agent's line was unreachable.
    Unreachable,
}

/// Nobody is blamed.
const NOTHING: Cost = Cost {
    fault: Fault::None,
    back_off: None,
    non_response: false,
    miss: None,
    idle_clock: false,
    next_tier: false,
};

/// The ends of offers. It does not compile if one is missing.
macro_rules! ends {
    ($($end:ident $(($cause:path))?),+ $(,)?) => {{
        const _: fn(OfferEnd) = |end| match end {
            $(OfferEnd::$end $(($cause))? => (),)+
        };
        [$(OfferEnd::$end $(($cause))?),+]
    }};
}

impl OfferEnd {
    /// Every way an offer ends without a connection.
    pub const ALL: [OfferEnd; 18] = ends![
        Rejected,
        TimedOut,
        Canceled(CancelReason::CustomerGone),
        Canceled(CancelReason::Moved),
        Canceled(CancelReason::QueueTimeout),
        Canceled(CancelReason::Withdrawn),
        Rescinded(RescindReason::AgentGone),
        Rescinded(RescindReason::SessionLost),
        Rescinded(RescindReason::LostRace),
        Rescinded(RescindReason::StateForced),
        Rescinded(RescindReason::OutsideBusy),
        Rescinded(RescindReason::System),
        ConnectFailed(ConnectFailure::Busy),
        ConnectFailed(ConnectFailure::NoAnswer),
        ConnectFailed(ConnectFailure::Unreachable),
        ConnectFailed(ConnectFailure::Rejected),
        ConnectFailed(ConnectFailure::CustomerNotReached),
        ConnectFailed(ConnectFailure::System),
    ];

    /// What it costs the agent.
    pub fn cost(self) -> Cost {
        let this = |cause| Some((BackOffScope::Visit, cause));
        let all = |cause| Some((BackOffScope::Agent, cause));
        match self {
            OfferEnd::Rejected => Cost {
                fault: Fault::Agent,
                back_off: this(BackOffCause::Rejected),
                non_response: true,
                miss: Some("rejected"),
                idle_clock: true,
                next_tier: false,
            },
            OfferEnd::TimedOut => Cost {
                fault: Fault::Agent,
                back_off: this(BackOffCause::NoAnswer),
                non_response: true,
                miss: Some("no_answer"),
                idle_clock: true,
                next_tier: true,
            },
            OfferEnd::Rescinded(RescindReason::AgentGone) => Cost {
                fault: Fault::Agent,
                back_off: this(BackOffCause::Rejected),
                ..NOTHING
            },
            OfferEnd::ConnectFailed(ConnectFailure::Busy) => Cost {
                fault: Fault::Agent,
                back_off: all(BackOffCause::Busy),
                ..NOTHING
            },
            OfferEnd::ConnectFailed(ConnectFailure::NoAnswer) => Cost {
                fault: Fault::Agent,
                back_off: this(BackOffCause::NoAnswer),
                miss: Some("no_answer"),
                next_tier: true,
                ..NOTHING
            },
            OfferEnd::ConnectFailed(ConnectFailure::Rejected) => Cost {
                fault: Fault::Agent,
                back_off: this(BackOffCause::Rejected),
                miss: Some("rejected"),
                ..NOTHING
            },
            OfferEnd::ConnectFailed(ConnectFailure::Unreachable) => Cost {
                fault: Fault::System,
                back_off: all(BackOffCause::Unreachable),
                miss: Some("unreachable"),
                ..NOTHING
            },
            OfferEnd::Canceled(_)
            | OfferEnd::Rescinded(
                RescindReason::SessionLost
                | RescindReason::LostRace
                | RescindReason::StateForced
                | RescindReason::OutsideBusy
                | RescindReason::System,
            )
            | OfferEnd::ConnectFailed(
                ConnectFailure::CustomerNotReached | ConnectFailure::System,
            ) => NOTHING,
        }
    }
}

impl BackOffCause {
    /// How long it lasts.
    pub(super) fn length(self, times: &BackOffTimes) -> DurationMs {
        match self {
            BackOffCause::Rejected => times.rejected_ms,
            BackOffCause::NoAnswer => times.no_answer_ms,
            BackOffCause::Busy => times.busy_ms,
            BackOffCause::Unreachable => times.unreachable_ms,
        }
    }
}
