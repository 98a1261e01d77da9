//! `docs/history.md` says of every table and column what the program does.

use acd_history::{Kind, Merge, TABLES};

/// The chapter of the tables, as the program would write it.
fn chapter() -> String {
    let mut text = String::new();
    for table in TABLES {
        text += &format!("### {}\n\n{}\n\n", table.name, table.meaning.trim());
        text += "| column | holds | meaning |\n|---|---|---|\n";
        for column in table.columns {
            let kind = match column.kind {
                Kind::Int if column.name.ends_with("_at") => "instant",
                Kind::Int if column.name.ends_with("_ms") => "ms",
                Kind::Int if column.name.ends_with("_s") => "s",
                Kind::Int => "number",
                Kind::Bool => "yes or no",
                Kind::Text => "text",
                Kind::Personal => "text, personal",
            };
            let key = if column.merge == Merge::Key {
                ", key"
            } else {
                ""
            };
            let null = if column.nullable { ", or nothing" } else { "" };
            text += &format!(
                "| {} | {kind}{key}{null} | {} |\n",
                column.name,
                column.meaning.trim()
            );
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_document_describes_every_column() {
    let document = include_str!("../../../../docs/history.md");
    let chapter = chapter();
    if let Some(missing) = chapter
        .lines()
        .find(|line| !document.lines().any(|it| it == *line))
    {
        panic!(
            "docs/history.md has no line {missing:?}; the chapter of the tables should be:\n\n{chapter}"
        );
    }
    let table_rows = |text: &str| text.lines().filter(|line| line.starts_with("### ")).count();
    assert!(table_rows(document) >= table_rows(&chapter));
    let columns = document
        .lines()
        .filter(|line| line.starts_with("| "))
        .count();
    let known = chapter
        .lines()
        .filter(|line| line.starts_with("| "))
        .count();
    assert!(columns >= known);
}
