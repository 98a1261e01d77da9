//! The tables of everything that can be said, and finding what a line says in them.

use std::sync::LazyLock;

use acd_core::command::Arrival;

use super::arguments::Arguments;
use super::pattern::{Furthest, Pattern};
use super::slot::Reading;
use crate::act::{self, Acted};
use crate::expect::{self, Seen};
use crate::world::{QueueFigures, World};

/// One thing that can be said: how it is written, what it means, and what the runner does for it.
#[derive(Debug)]
pub(crate) struct Statement {
    /// The pattern.
    pub(crate) pattern: &'static str,
    /// What it means, for the reference.
    pub(crate) help: &'static str,
    /// An example, for the reference; a test reads it.
    pub(crate) example: &'static str,
    /// What the runner does.
    pub(crate) does: Does,
}

/// What the runner does for a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// It happens.
    Act(fn(&mut World, &Arguments) -> Acted),
    /// The configuration changes.
    Configure(Change),
    /// How the action is asked for.
    Manner(fn(&mut World, &Arguments)),
    /// How the action must be answered; otherwise how it was.
    Answer(fn(&Acted, &Arguments) -> Seen),
    /// It must hold; otherwise what was seen instead.
    Expect(fn(&World, &Arguments) -> Seen),
    /// Part of an arrival.
    Arrive(fn(&mut Arrival, &Arguments)),
    /// A count of a queue.
    Count(fn(&QueueFigures<'_>, &Arguments) -> u64),
    /// A ratio of a queue: the part, and the whole of which it is said as a share or as a mean.
    Ratio(fn(&QueueFigures<'_>, &Arguments) -> (u64, u64)),
    /// A station of a contact.
    Station(fn(&Arguments) -> expect::Station),
    /// A part of the decision record of an offer: what it is, and what it should be.
    Decide(expect::Part),
    /// Nothing of its own: the list it stands in is read as a whole.
    Listed,
}

/// How the configuration changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The keys of the block below are set.
    Keys,
    /// The block below is all of it.
    Whole,
    /// A key goes.
    Without,
}

/// Statements of one subject.
#[derive(Debug)]
pub(crate) struct Section {
    /// The subject.
    pub(crate) title: &'static str,
    /// The statements.
    pub(crate) statements: &'static [Statement],
}

/// Which of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// What happens.
    Actions,
    /// What must hold.
    Expectations,
    /// How an action is asked for.
    Manners,
    /// How an action is answered.
    Answers,
    /// How a contact arrives.
    ArrivalOptions,
    /// What is counted of a queue.
    Figures,
    /// What a decision record says.
    DecisionParts,
    /// What an adapter lists as live.
    Live,
    /// Skills with levels.
    Levels,
    /// Who is offered to whom.
    Pairs,
    /// What a contact went through.
    Stations,
}

impl Table {
    /// Every table.
    pub(crate) const ALL: [Table; 11] = [
        Table::Actions,
        Table::Expectations,
        Table::Manners,
        Table::Answers,
        Table::ArrivalOptions,
        Table::Figures,
        Table::DecisionParts,
        Table::Live,
        Table::Levels,
        Table::Pairs,
        Table::Stations,
    ];

    /// What is in it, by subject.
    pub(crate) fn sections(self) -> &'static [Section] {
        match self {
            Table::Actions => act::ACTIONS,
            Table::Expectations => expect::EXPECTATIONS,
            Table::Manners => act::MANNERS,
            Table::Answers => act::ANSWERS,
            Table::ArrivalOptions => act::ARRIVAL_OPTIONS,
            Table::Figures => expect::FIGURES,
            Table::DecisionParts => expect::DECISION_PARTS,
            Table::Live => act::LIVE,
            Table::Levels => LEVELS,
            Table::Pairs => expect::PAIRS,
            Table::Stations => expect::STATIONS,
        }
    }
}

const LEVELS: &[Section] = &[Section {
    title: "Levels",
    statements: &[Statement {
        pattern: "SKILL NUMBER",
        help: "a skill and its level, 1 to 10",
        example: "german 4",
        does: Does::Listed,
    }],
}];

/// A statement with its pattern ready to be matched.
type Ready = (&'static Statement, Pattern);

static READY: LazyLock<Vec<Vec<Ready>>> = LazyLock::new(|| {
    let ready = |statement: &'static Statement| (statement, Pattern::new(statement.pattern));
    let table = |table: Table| {
        let statements = table
            .sections()
            .iter()
            .flat_map(|section| section.statements);
        statements.map(ready).collect()
    };
    Table::ALL.into_iter().map(table).collect()
});

fn ready(table: Table) -> &'static [Ready] {
    let place = Table::ALL.iter().position(|other| *other == table);
    &READY[place.expect("every table is listed")]
}

/// The statement of a table that stands at `at`, and where it ends: of several the longest. `whole`: it must end at the
/// last token.
pub(crate) fn longest_match(
    table: Table,
    reading: &Reading<'_>,
    at: usize,
    whole: bool,
    furthest: &mut Furthest,
) -> Option<(&'static Statement, Arguments, usize)> {
    let mut longest: Option<(&'static Statement, Arguments, usize)> = None;
    for (statement, pattern) in ready(table) {
        let Some((arguments, end)) = pattern.matched(reading, at, whole, furthest) else {
            continue;
        };
        if longest.as_ref().is_none_or(|(_, _, so_far)| end > *so_far) {
            longest = Some((*statement, arguments, end));
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::language::tokens::tokens;

    #[test]
    fn every_example_is_read_by_its_own_pattern_and_by_no_other() {
        for table in Table::ALL {
            for (statement, _) in ready(table) {
                let tokens = tokens(statement.example).expect(statement.example);
                let clock = Clock::default();
                let reading = Reading {
                    tokens: &tokens,
                    clock: &clock,
                    now_ms: clock.zero_ms + 3_600_000,
                };
                let matching: Vec<&str> = ready(table)
                    .iter()
                    .filter(|(_, pattern)| {
                        pattern
                            .matched(&reading, 0, true, &mut Furthest::default())
                            .is_some()
                    })
                    .map(|(statement, _)| statement.pattern)
                    .collect();
                assert_eq!(matching, [statement.pattern], "{}", statement.example);
            }
        }
    }
}
