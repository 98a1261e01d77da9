//! The closed lists of words, as events, metrics and the API write them: what a scenario may say where one stands, and
//! which word a mistyped one may have meant.

use std::sync::LazyLock;

use acd_config::nearest::nearest;
use acd_core::command::EndCause;
use acd_core::config::OverflowReason;
use acd_core::event::{
    Closed as Closure, Directive, Event, JoinRefusal, OfferEnd, Outcome, Withdrawal,
};
use acd_core::refusal::Reason;

use acd_narration::word;

/// A closed list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// How a visit left its queue.
    Outcome,
    /// How an offer ended.
    OfferEnd,
    /// Why a contact could not join.
    Refusal,
    /// The same as overflow chains know it.
    Overflow,
    /// Why a queue is closed.
    Closure,
    /// What adapters are told.
    Directive,
    /// The events of the journal.
    Event,
    /// The codes of refusals.
    Reason,
}

/// The words of the values of a type. That none is missing is checked where the list stands.
macro_rules! words {
    ($type:ty: $($list:ident :: $value:ident $(($($inner:tt)+))?),+ $(,)? $(; besides $($other:pat_param)|+)?) => {{
        const _: fn(&$type) = |value| match value {
            $($list::$value $(($($inner)+))? => (),)+
            $($($other)|+ => (),)?
        };
        vec![$(word(&$list::$value $(($($inner)+))?)),+]
    }};
}

/// The same of a type whose values hold more, which is left out.
macro_rules! names {
    ($type:ident: $($value:ident = $name:literal),+ $(,)?) => {{
        const _: fn(&$type) = |value| match value {
            $($type::$value { .. } => (),)+
        };
        vec![$($name.to_owned()),+]
    }};
}

static OUTCOMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    words![Outcome:
        Outcome::Answered,
        Outcome::Abandoned(EndCause::Customer),
        Outcome::Abandoned(EndCause::System),
        Outcome::TimedOut,
        Outcome::Overflowed(OverflowReason::Closed),
        Outcome::Overflowed(OverflowReason::OfferLimit),
        Outcome::Overflowed(OverflowReason::AttemptLimit),
        Outcome::ExitChoice,
        Outcome::Callback,
        Outcome::NoStaff,
        Outcome::Transferred,
        Outcome::Withdrawn(Withdrawal::TakenOut),
        Outcome::Withdrawn(Withdrawal::Deferred),
        Outcome::Withdrawn(Withdrawal::Served);
        besides Outcome::Overflowed(_)
    ]
});

static OFFER_ENDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut words = vec!["connected".to_owned()];
    words.extend(OfferEnd::ALL.iter().map(word));
    words
});

static REFUSALS: LazyLock<Vec<String>> = LazyLock::new(|| {
    words![JoinRefusal:
        JoinRefusal::Closed(Closure::Emergency),
        JoinRefusal::Closed(Closure::Holiday),
        JoinRefusal::Closed(Closure::Hours),
        JoinRefusal::NoStaff,
        JoinRefusal::Full,
        JoinRefusal::Diverted,
        JoinRefusal::PredictedWait,
    ]
});

static OVERFLOWS: LazyLock<Vec<String>> = LazyLock::new(|| {
    words![OverflowReason:
        OverflowReason::Closed,
        OverflowReason::NoStaff,
        OverflowReason::Full,
        OverflowReason::Diverted,
        OverflowReason::PredictedWait;
        besides OverflowReason::TimedOut | OverflowReason::OfferLimit | OverflowReason::AttemptLimit
    ]
});

static CLOSURES: LazyLock<Vec<String>> =
    LazyLock::new(|| words![Closure: Closure::Emergency, Closure::Holiday, Closure::Hours]);

static DIRECTIVES: LazyLock<Vec<String>> = LazyLock::new(|| {
    names![Directive:
        Connect = "connect",
        CancelConnect = "cancel_connect",
        Ring = "ring",
        CancelRing = "cancel_ring",
        Dial = "dial",
        Announce = "announce",
        Bridge = "bridge",
        Conference = "conference",
        Monitor = "monitor",
        Voicemail = "voicemail",
        Route = "route",
        Release = "release",
        Hold = "hold",
        Record = "record",
        Resume = "resume",
    ]
});

static EVENTS: LazyLock<Vec<String>> =
    LazyLock::new(|| Event::NAMES.iter().map(ToString::to_string).collect());

static REASONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_the_engine = Reason::ALL.iter().map(|reason| reason.as_str());
    of_the_engine
        .chain([UNKNOWN_CONFIG_VERSION])
        .map(str::to_owned)
        .collect()
});

/// The reason for which earlier versions that nobody keeps are refused; the engine keeps none.
pub(crate) const UNKNOWN_CONFIG_VERSION: &str = "UNKNOWN_CONFIG_VERSION";

impl Closed {
    /// What one of its words is, in the words of an error.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Closed::Outcome => "outcome",
            Closed::OfferEnd => "end of an offer",
            Closed::Refusal | Closed::Overflow => "reason why a contact cannot join",
            Closed::Closure => "reason why a queue is closed",
            Closed::Directive => "directive",
            Closed::Event => "event",
            Closed::Reason => "reason of a refusal",
        }
    }

    /// All its words.
    pub(crate) fn words(self) -> &'static [String] {
        match self {
            Closed::Outcome => &OUTCOMES,
            Closed::OfferEnd => &OFFER_ENDS,
            Closed::Refusal => &REFUSALS,
            Closed::Overflow => &OVERFLOWS,
            Closed::Closure => &CLOSURES,
            Closed::Directive => &DIRECTIVES,
            Closed::Event => &EVENTS,
            Closed::Reason => &REASONS,
        }
    }

    /// Whether this is one of its words, or one without its brackets, which stands for all of its kind.
    pub(crate) fn has(self, text: &str) -> bool {
        self.written().any(|word| word == text)
    }

    /// What is wrong with a text that is none of its words.
    pub(crate) fn wrong(self, text: &str) -> String {
        let meant = nearest(text, self.written())
            .map_or_else(String::new, |near| format!("; did you mean {near}?"));
        format!("there is no {} {text}{meant}", self.kind())
    }

    /// Its words, with and without brackets.
    fn written(self) -> impl Iterator<Item = &'static str> {
        let words = self.words().iter();
        words.flat_map(|word| [word.as_str(), stem(word)])
    }
}

/// A word without its brackets.
pub(crate) fn stem(word: &str) -> &str {
    word.split('(').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_its_brackets_is_one_too() {
        assert!(Closed::Outcome.has("abandoned(customer)"));
        assert!(Closed::Outcome.has("abandoned"));
        assert!(!Closed::Outcome.has("abandoned(agent)"));
        assert!(!Closed::Outcome.has("answred"));
        assert!(Closed::Directive.has("cancel_connect"));
    }

    #[test]
    fn the_nearest_word_is_named() {
        assert_eq!(
            Closed::OfferEnd.wrong("timedout"),
            "there is no end of an offer timedout; did you mean timed_out?"
        );
        assert_eq!(
            Closed::Closure.wrong("strike"),
            "there is no reason why a queue is closed strike"
        );
    }
}
