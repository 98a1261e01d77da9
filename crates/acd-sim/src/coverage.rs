//! What runs have seen of all there is.

use std::collections::BTreeMap;
use std::fmt;

use acd_core::event::Event;
use acd_core::refusal::{Reason, Refusal};
use acd_proto::v1::ErrorReason;

/// No reason of the API has a higher number.
const REASONS_MAX: i32 = 200;

/// How visits end.
const OUTCOMES: [&str; 9] = [
    "Answered",
    "Abandoned",
    "TimedOut",
    "Overflowed",
    "ExitChoice",
    "Callback",
    "NoStaff",
    "Transferred",
    "Withdrawn",
];

/// How streams end that the server ends: with these reasons.
const STREAM_ENDS: [ErrorReason; 10] = [
    ErrorReason::SessionReplaced,
    ErrorReason::NotLoggedIn,
    ErrorReason::AdapterFenced,
    ErrorReason::UnknownAdapter,
    ErrorReason::UnknownTenant,
    ErrorReason::SequenceGap,
    ErrorReason::Resync,
    ErrorReason::TenantDeleted,
    ErrorReason::Storage,
    ErrorReason::ShuttingDown,
];

/// What a refusal for a limit names. Other limits have reasons of their own, such as `QUEUE_FULL` or `BUSY`.
const LIMITS: [&str; 5] = [
    "open_contacts",
    "unacknowledged_directives",
    "message_bytes",
    "server.limits.streams_per_tenant",
    "server.limits.stream_bytes_per_tenant",
];

/// What is not asked for: no run can lead to it, or too few do.
const NOT_REACHED: [&str; 10] = [
    // Runs could lead to these, and hardly one does yet.
    "consult_completed",
    "server.limits.stream_bytes_per_tenant",
    // Customers are found, and conversations reviewed, in the history, which runs do not keep.
    "personal_erased",
    "CONTACT_OPEN",
    "review_submitted",
    // Runs last for less than the days after which data is forgotten by age.
    "personal_expired",
    // A defect: whoever is told of it has found one.
    "INTERNAL",
    // Nobody has a token: who calls, and how often, is for the tests of the server.
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "RATE_LIMITED",
];

/// How often each thing of a kind was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<&'static str, BTreeMap<String, u64>>);

impl Coverage {
    /// It was seen once more.
    pub fn see(&mut self, kind: &'static str, name: &str) {
        let seen = self.0.entry(kind).or_default();
        match seen.get_mut(name) {
            Some(times) => *times += 1,
            None => {
                seen.insert(name.to_owned(), 1);
            }
        }
    }

    /// What an event shows besides its name.
    pub(crate) fn see_event(&mut self, event: &Event) {
        match event {
            Event::VisitEnded(ended) => {
                self.see("outcome", &variant(&ended.outcome));
            }
            Event::OfferEnded(ended) => self.see("offer end", &format!("{:?}", ended.end)),
            Event::AdapterEventApplied(applied) => {
                if let Some(refusal) = &applied.refused {
                    self.see_refusal(refusal);
                }
            }
            Event::RequestAnswered(answered) => {
                if let Err(refusal) = &answered.answer {
                    self.see_refusal(refusal);
                }
            }
            _ => {}
        }
    }

    fn see_refusal(&mut self, refusal: &Refusal) {
        self.see("refusal", refusal.reason.as_str());
        if refusal.reason == Reason::LimitReached
            && let Some((limit, _)) = refusal.detail.split_once(':')
        {
            self.see("limit", &limit.replace(' ', "_"));
        }
    }

    /// Adds what another run has seen.
    pub fn add(&mut self, other: &Self) {
        for (kind, seen) in &other.0 {
            let known = self.0.entry(kind).or_default();
            for (name, times) in seen {
                *known.entry(name.clone()).or_default() += times;
            }
        }
    }

    /// What was never seen of all there is, each with its kind.
    pub fn unseen(&self) -> Vec<String> {
        let told = (1..=REASONS_MAX).filter_map(|number| ErrorReason::try_from(number).ok());
        let told = told.map(ErrorReason::wire_name);
        let mut reasons: Vec<&str> = told
            .chain(Reason::ALL.iter().map(|it| it.as_str()))
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        // Some are only told at the end of a stream.
        reasons.retain(|reason| !self.has_seen("stream end", reason));
        let ends = STREAM_ENDS.map(ErrorReason::wire_name);
        let all: [(&str, &[&str]); 5] = [
            ("event", Event::NAMES),
            ("refusal", &reasons),
            ("outcome", &OUTCOMES),
            ("stream end", &ends),
            ("limit", &LIMITS),
        ];
        let unseen = all.into_iter().flat_map(|(kind, names)| {
            let missing = self.missing(kind, names.iter().copied());
            missing
                .into_iter()
                .map(move |name| format!("{kind} {name}"))
                .collect::<Vec<_>>()
        });
        unseen.collect()
    }

    /// Those of these that were never seen.
    fn missing<'a>(&self, kind: &str, all: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let is_missing = |name: &&str| !NOT_REACHED.contains(name) && !self.has_seen(kind, name);
        all.into_iter().filter(is_missing).collect()
    }

    fn has_seen(&self, kind: &str, name: &str) -> bool {
        self.0.get(kind).is_some_and(|seen| seen.contains_key(name))
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, seen) in &self.0 {
            writeln!(f, "{kind}:")?;
            for (name, times) in seen {
                writeln!(f, "  {times:>9}  {name}")?;
            }
        }
        Ok(())
    }
}

/// The name of a variant, without what it holds.
pub(crate) fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split([' ', '{', '('])
        .next()
        .unwrap_or_default()
        .to_owned()
}
