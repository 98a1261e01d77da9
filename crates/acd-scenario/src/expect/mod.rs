//! Everything that can be expected in a scenario.

mod agents;
mod contacts;
mod decisions;
mod desks;
mod dry_runs;
mod events;
mod figures;
mod history;
mod offers;
mod places;
mod queues;
mod visits;

use crate::language::arguments::Arguments;
use crate::language::closed::stem;
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;

pub(super) use decisions::DECISION_PARTS;
pub(super) use figures::FIGURES;
pub(super) use history::STATIONS;

/// The most entries of a list that a failure shows.
const LISTED_MAX: usize = 20;

/// What must hold.
pub(super) const EXPECTATIONS: &[Section] = &[
    offers::OFFERS,
    places::PLACES,
    visits::ENDS,
    visits::VISITS,
    contacts::CONTACTS,
    queues::QUEUES,
    agents::AGENTS,
    desks::DESKS,
    decisions::REASONS,
    events::EVENTS,
    dry_runs::DRY_RUNS,
];

/// Who is offered to whom.
pub(super) const PAIRS: &[Section] = &[Section {
    title: "Offers",
    statements: &[Statement {
        pattern: "CONTACT -> AGENT",
        help: "the contact is offered to the agent",
        example: "c1 -> anna",
        does: Does::Listed,
    }],
}];

/// It holds, or this was seen.
pub(super) fn holds(condition: bool, seen: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(seen()) }
}

/// Whether two values are the same; if not, the one that was seen.
fn equal<T: PartialEq + std::fmt::Display>(seen: T, expected: T) -> Verdict {
    holds(seen == expected, || seen.to_string())
}

/// Whether a closed word is the expected one; without its brackets it stands for all that have the same stem.
fn is_word(seen: &str, expected: &str) -> bool {
    seen == expected || stem(seen) == expected
}

/// An instant that a `since` says; without it the scenario's start.
fn since(world: &World, said: &Arguments) -> i64 {
    said.time().unwrap_or(world.clock.zero_ms)
}

/// What was seen, one after another; of a long list the first ones.
fn listed(mut seen: Vec<String>, between: &str) -> String {
    let more = seen.len().saturating_sub(LISTED_MAX);
    seen.truncate(LISTED_MAX);
    if more > 0 {
        seen.push(format!("and {more} more"));
    }
    seen.join(between)
}
