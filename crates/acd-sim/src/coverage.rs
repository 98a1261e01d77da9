//! What runs have seen of all there is.

use std::collections::BTreeMap;
use std::fmt;

use acd_core::event::Event;
use acd_core::refusal::Reason;

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

/// What runs do not lead to yet: it is not asked for.
const NOT_REACHED: [&str; 19] = [
    // Only the file that a server starts with leads to these.
    "config_file_noted",
    "TENANT_IN_USE",
    "TENANT_DELETED",
    // Tenants that come and go, and configurations that lack what was there.
    "tenant_deleted",
    "queue_drained",
    "UNKNOWN_SKILL",
    "UNKNOWN_PLAN",
    "UNKNOWN_TEAM",
    // Runs that last over midnight.
    "day_began",
    // Two adapters of one name, and events out of order.
    "ADAPTER_FENCED",
    "SEQUENCE_GAP",
    // What agents do in a certain order.
    "response_awaited",
    "callback_kept",
    "wrap_up_entered",
    "consult_joined",
    "consult_completed",
    "session_given_up",
    "NO_FREE_SLOT",
    "NOT_REVEALED",
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
                    self.see("refusal", refusal.reason.as_str());
                }
            }
            Event::RequestAnswered(answered) => {
                if let Err(refusal) = &answered.answer {
                    self.see("refusal", refusal.reason.as_str());
                }
            }
            _ => {}
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
        let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        let all: [(&str, &[&str]); 3] = [
            ("event", Event::NAMES),
            ("refusal", &reasons),
            ("outcome", &OUTCOMES),
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
        let seen = self.0.get(kind);
        let is_missing = |name: &&str| {
            !NOT_REACHED.contains(name) && seen.is_none_or(|seen| !seen.contains_key(*name))
        };
        all.into_iter().filter(is_missing).collect()
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
