//! The reference of docs/scenarios.md, written from the tables that the parser reads.

use crate::language::slot::{SLOTS, Slot};
use crate::language::statement::Table;
use crate::tables::sections;

/// The reference: every action, expectation and part of one, with its meaning and an example.
pub fn reference() -> String {
    let mut text = String::new();
    for (title, tables) in [
        ("Actions", &[Table::Actions][..]),
        (
            "Parts of actions",
            &[
                Table::ArrivalOptions,
                Table::Live,
                Table::Manners,
                Table::Answers,
            ],
        ),
        ("Expectations", &[Table::Expectations]),
        (
            "Parts of expectations",
            &[Table::Figures, Table::Stations, Table::DecisionParts],
        ),
    ] {
        text.push_str(&format!("### {title}\n\n"));
        for section in tables.iter().flat_map(|table| sections(*table)) {
            text.push_str(&format!(
                "#### {}\n\n| written | meaning | example |\n|---|---|---|\n",
                section.title
            ));
            for statement in section.statements {
                let pattern = cell(statement.pattern);
                let example = cell(statement.example);
                text.push_str(&format!(
                    "| `{pattern}` | {} | `{example}` |\n",
                    cell(statement.help)
                ));
            }
            text.push('\n');
        }
    }
    text.push_str("### What stands for what\n\n| in a pattern | what stands there |\n|---|---|\n");
    for (name, slot, help) in SLOTS {
        let closed = matches!(slot, Slot::Closed(_));
        let below = if closed { ": a closed word" } else { "" };
        text.push_str(&format!("| `{name}` | {}{below} |\n", cell(help)));
    }
    text.push_str("\n### Closed words\n\n| in a pattern | words |\n|---|---|\n");
    for (name, slot, _) in SLOTS {
        let Slot::Closed(closed) = slot else {
            continue;
        };
        let words: Vec<String> = closed
            .words()
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        text.push_str(&format!("| `{name}` | {} |\n", words.join(", ")));
    }
    text
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
