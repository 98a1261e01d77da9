//! Why a phone that was called gives no conversation.

use acd_client::v1::ConnectFailure;

/// Normal end of a call, Q.850.
pub(super) const NORMAL: u16 = 16;
/// Somebody else answered: phones show no missed call.
pub(super) const ANSWERED_ELSEWHERE: u16 = 26;

/// What the end of a call to an agent's phone that was not answered means, by its Q.850 cause. One that did not ring was
/// not there: a phone that says it is unavailable and one that Asterisk gave up have the same cause, and so have a person
/// who refuses and a trunk that does not let the call in.
pub(super) fn of_agent(cause: u16, rang: bool) -> ConnectFailure {
    match cause {
        17 => ConnectFailure::Busy,
        18 | 19 if rang => ConnectFailure::NoAnswer,
        21 if rang => ConnectFailure::Rejected,
        // No such number, no route, out of order, number changed, subscriber absent, congestion, ...
        1..=3 | 18..=22 | 27 | 28 | 34 | 38 | 41 | 42 | 44 | 50 | 58 | 88 | 102 => {
            ConnectFailure::Unreachable
        }
        _ => ConnectFailure::System,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_that_gives_no_conversation_is_at_fault_as_it_says() {
        for (cause, rang, failure) in [
            (17, false, ConnectFailure::Busy),
            (17, true, ConnectFailure::Busy),
            (19, true, ConnectFailure::NoAnswer),
            (19, false, ConnectFailure::Unreachable),
            (21, true, ConnectFailure::Rejected),
            (21, false, ConnectFailure::Unreachable),
            (20, false, ConnectFailure::Unreachable),
            (ANSWERED_ELSEWHERE, true, ConnectFailure::System),
            (0, false, ConnectFailure::System),
        ] {
            assert_eq!(of_agent(cause, rang), failure, "{cause} {rang}");
        }
    }
}
