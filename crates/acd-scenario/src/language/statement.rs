//! What a statement is, and finding what a line says in the tables of statements.

use acd_core::command::Arrival;

use super::arguments::Arguments;
use super::pattern::{Furthest, Pattern};
use super::slot::Reading;
use crate::acted::Acted;
use crate::chronicle::OfferSeen;
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
    Answer(fn(&Acted, &Arguments) -> Verdict),
    /// It must hold; otherwise what was seen instead.
    Expect(fn(&World, &Arguments) -> Verdict),
    /// Part of an arrival.
    Arrive(fn(&mut Arrival, &Arguments)),
    /// A count of a queue.
    Count(fn(&QueueFigures<'_>, &Arguments) -> u64),
    /// A ratio of a queue: the part, and the whole of which it is said as a share or as a mean.
    Ratio(fn(&QueueFigures<'_>, &Arguments) -> (u64, u64)),
    /// A station of a contact.
    Station(fn(&Arguments) -> Station),
    /// A part of the decision record of an offer: what it is, and what it should be.
    Decide(Part),
    /// Nothing of its own: the list it stands in is read as a whole.
    Listed,
}

/// Whether an expectation holds; if not, what was seen instead.
pub(crate) type Verdict = Result<(), String>;

/// A station of a contact: what happened, and the closed word of how it ended, if it did.
pub(crate) type Station = (String, Option<String>);

/// A part of a decision record: as it is, and as it should be; none where there is none.
pub(crate) type Part = fn(&World, &OfferSeen, &Arguments) -> (Option<String>, Option<String>);

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
}

/// The statements of each table, with their patterns ready to be matched.
#[derive(Debug)]
pub(crate) struct Tables(Vec<Vec<(&'static Statement, Pattern)>>);

impl Tables {
    /// All tables, of which `sections` tells what is in them.
    pub(crate) fn new(sections: impl Fn(Table) -> &'static [Section]) -> Self {
        let ready = |statement: &'static Statement| (statement, Pattern::new(statement.pattern));
        let table = |table: Table| {
            let statements = sections(table)
                .iter()
                .flat_map(|section| section.statements);
            statements.map(ready).collect()
        };
        Self(Table::ALL.into_iter().map(table).collect())
    }

    /// The statements of one.
    pub(crate) fn of(&self, table: Table) -> &[(&'static Statement, Pattern)] {
        let place = Table::ALL.iter().position(|other| *other == table);
        &self.0[place.expect("every table is listed")]
    }
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
    for (statement, pattern) in reading.tables.of(table) {
        let Some((arguments, end)) = pattern.matched(reading, at, whole, furthest) else {
            continue;
        };
        if longest.as_ref().is_none_or(|(_, _, so_far)| end > *so_far) {
            longest = Some((*statement, arguments, end));
        }
    }
    longest
}
