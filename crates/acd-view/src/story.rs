//! What happened to a contact, told a sentence for each step.

use acd_core::ids::{ContactName, TimeMs};
use acd_proto::v1;
use jiff::Timestamp;

/// A day of UTC.
const DAY_MS: TimeMs = 86_400_000;

/// What happened to a contact, step by step.
#[derive(Clone, Debug, Default)]
pub struct Story(Vec<(TimeMs, String)>);

impl Story {
    /// Adds anything else that happened.
    pub fn step(&mut self, at: TimeMs, sentence: String) {
        self.0.push((at, sentence));
    }

    /// Adds a visit, without its offers.
    pub fn visit(&mut self, visit: &v1::VisitRecord) {
        let queue = &visit.queue;
        self.step(visit.enqueued_at_ms, format!("joined queue {queue}"));
        if visit.state() != v1::VisitState::Ended {
            return;
        }
        let outcome = in_words(visit.outcome().as_str_name(), "VISIT_OUTCOME_");
        let why = match visit.overflow_reason() {
            v1::OverflowReason::Unspecified => String::new(),
            why => format!(" ({})", in_words(why.as_str_name(), "OVERFLOW_REASON_")),
        };
        let (next, name) = (visit.next(), &visit.next_name);
        let place = in_words(next.as_str_name(), "NEXT_PLACE_");
        let next = match next {
            v1::NextPlace::Unspecified => String::new(),
            _ if name.is_empty() => format!(", to {place}"),
            _ => format!(", to {place} {name}"),
        };
        self.step(
            visit.ended_at_ms,
            format!("left queue {queue}: {outcome}{why}{next}"),
        );
    }

    /// Adds an offer, with the decision behind it in words.
    pub fn offer(&mut self, offer: &v1::Offer, decided: String) {
        self.step(offer.made_at_ms, decided);
        let end = offer.state();
        if !end.is_end() || end == v1::OfferState::Connected {
            return;
        }
        let end = in_words(end.as_str_name(), "OFFER_STATE_");
        let why = match offer.end_reason() {
            v1::OfferEndReason::Unspecified => String::new(),
            why => format!(" ({})", in_words(why.as_str_name(), "OFFER_END_REASON_")),
        };
        let agent = &offer.agent;
        self.step(
            offer.ended_at_ms,
            format!("the offer to {agent} ended {end}{why}"),
        );
    }

    /// Adds a handling.
    pub fn handling(&mut self, handling: &v1::Handling) {
        let agent = &handling.agent;
        let began = match handling.attempt {
            true => format!("{agent}, whose dial reached nobody, began to wrap up"),
            false => format!("connected with {agent}"),
        };
        self.step(handling.connected_at_ms, began);
        if handling.first_response_at_ms != 0 {
            self.step(
                handling.first_response_at_ms,
                format!("{agent} answered the customer"),
            );
        }
        let by = handling.end_cause();
        if by == v1::EndCause::Unspecified {
            return;
        }
        let ended = match handling.no_response {
            true => format!("taken back from {agent}, who did not answer the customer"),
            false => {
                let by = in_words(by.as_str_name(), "END_CAUSE_");
                format!("the talk with {agent} was ended by the {by}")
            }
        };
        self.step(handling.talk_ended_at_ms, ended);
    }

    /// All steps in the order in which they happened, told at this instant.
    pub fn told(mut self, now: TimeMs) -> Vec<String> {
        self.0.sort_by_key(|(at, _)| *at);
        let steps = self.0.into_iter();
        let told = steps.map(|(at, step)| format!("{}: {step}", instant(at, now)));
        told.collect()
    }
}

/// That a contact is over.
pub fn ended(name: &ContactName, at: TimeMs, now: TimeMs) -> String {
    format!("{name} ended at {}", instant(at, now))
}

/// The name of an enum's value as a person writes it.
fn in_words(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix)
        .to_lowercase()
        .replace('_', " ")
}

/// An instant in UTC as a person reads it: the time of day, and the date if it is not today's. The caller has the full
/// instants to show them otherwise.
pub(super) fn instant(at: TimeMs, now: TimeMs) -> String {
    let format = match at.div_euclid(DAY_MS) == now.div_euclid(DAY_MS) {
        true => "%H:%M:%S UTC",
        false => "%Y-%m-%d %H:%M:%S UTC",
    };
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX);
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn an_instant_is_told_with_its_date_if_that_is_not_todays() {
        assert_eq!(instant(4_000, 0), "00:00:04 UTC");
        let told = instant(1_767_225_599_999, 1_767_225_600_000);
        assert_eq!(told, "2025-12-31 23:59:59 UTC");
    }
}
