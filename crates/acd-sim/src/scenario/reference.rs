//! The reference of docs/scenarios.md, written from the tables that the parser reads.

use super::event_names::EVENT_NAMES;
use super::language::slot::SLOTS;
use super::language::statement::Table;

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
            &[Table::Figures, Table::DecisionParts],
        ),
    ] {
        text.push_str(&format!("### {title}\n\n"));
        for section in tables.iter().flat_map(|table| table.sections()) {
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
    for (name, _, help) in SLOTS {
        text.push_str(&format!("| `{name}` | {} |\n", cell(help)));
    }
    text.push_str("\n### Events\n\nThe names that stand for `EVENT`:\n");
    for name in EVENT_NAMES {
        text.push_str(&format!("`{name}`\n"));
    }
    text
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
