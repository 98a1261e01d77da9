//! The tables of everything that can be said.

use std::sync::LazyLock;

use crate::language::statement::{Does, Section, Statement, Table, Tables};
use crate::{act, expect};

/// All tables, ready to be read by.
pub(crate) static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::new(sections));

/// What is in a table, by subject.
pub(crate) fn sections(table: Table) -> &'static [Section] {
    match table {
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

const LEVELS: &[Section] = &[Section {
    title: "Levels",
    statements: &[Statement {
        pattern: "SKILL NUMBER",
        help: "a skill and its level, 1 to 10",
        example: "german 4",
        does: Does::Listed,
    }],
}];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::language::pattern::Furthest;
    use crate::language::slot::Reading;
    use crate::tokens::tokens;

    #[test]
    fn every_example_is_read_by_its_own_pattern_and_by_no_other() {
        for table in Table::ALL {
            for (statement, _) in TABLES.of(table) {
                let tokens = tokens(statement.example).expect(statement.example);
                let clock = Clock::default();
                let reading = Reading {
                    tables: &TABLES,
                    tokens: &tokens,
                    clock: &clock,
                    now_ms: clock.zero_ms + 3_600_000,
                };
                let matching: Vec<&str> = TABLES
                    .of(table)
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
