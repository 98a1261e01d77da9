use std::collections::BTreeSet;
use std::path::Path;

use super::*;

const EVERY_OPTION: &str = include_str!("../../../tests/asterisk/every-option.conf");

fn imported(queues: &str) -> Imported {
    let file = File {
        name: "queues.conf".to_owned(),
        bytes: queues.as_bytes().to_vec(),
    };
    let found = import(&file, None, &|_| Ok(Vec::new()), &Choices::default());
    found.unwrap_or_else(|problems| panic!("{problems}"))
}

/// The options of an account's entries, without their values, in lower case.
fn told(account: &Account, is_of: impl Fn(&Entry) -> bool) -> BTreeSet<String> {
    let entries = account.entries().iter().filter(|entry| is_of(entry));
    let name = |entry: &Entry| {
        let name = entry.option.split(" = ").next().unwrap_or_default();
        name.trim_end_matches(" =").to_ascii_lowercase()
    };
    entries.map(name).collect()
}

#[test]
fn every_option_that_app_queue_knows_is_told() {
    let (of_queue, general) = options::names();
    let account = imported(EVERY_OPTION).account;
    let in_queue = told(&account, |entry| entry.section == "first");
    let in_general = told(&account, |entry| entry.section == "general");
    for name in of_queue {
        assert!(in_queue.contains(name), "nothing is said of {name}");
        let unknown = account.entries().iter().find(|entry| {
            entry.option.starts_with(&format!("{name} =")) && entry.text.contains("no such option")
        });
        assert_eq!(unknown, None);
    }
    for name in general {
        assert!(in_general.contains(name), "nothing is said of {name}");
    }
}

#[test]
fn the_document_has_a_row_for_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asterisk-import.md");
    let document = std::fs::read_to_string(path).expect("the document");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `"));
    let first_cells = rows.filter_map(|row| row.split(" | ").next());
    let documented: BTreeSet<&str> = first_cells
        .flat_map(|cell| cell.split(['`', ',', ' ']))
        .filter(|name| !name.is_empty())
        .collect();
    let (of_queue, general) = options::names();
    let of_rules = ["penaltychange", "realtime_rules"];
    let known: BTreeSet<&str> = [options::MEMBER]
        .into_iter()
        .chain(of_queue)
        .chain(general)
        .chain(of_rules)
        .collect();
    let missing: Vec<_> = known.difference(&documented).collect();
    let unknown: Vec<_> = documented.difference(&known).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without a row: {missing:?}; rows of none: {unknown:?}"
    );
}
