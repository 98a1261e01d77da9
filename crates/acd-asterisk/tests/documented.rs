//! The keys of the adapter's file: the code, the sample in deploy/ and the reference in docs/ say the same.

use std::collections::BTreeSet;

use acd_asterisk::Options;

const CODE: &str = include_str!("../src/options.rs");
const SAMPLE: &str = include_str!("../../../deploy/asterisk/adapter.toml");
const REFERENCE: &str = include_str!("../../../docs/asterisk.md");

/// The names of all fields of the options.
fn in_code() -> BTreeSet<&'static str> {
    let (options, _) = CODE
        .split_once("/// What is wrong with the file.")
        .expect("the errors");
    let fields = options
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "));
    fields
        .filter_map(|field| Some(field.split_once(": ")?.0))
        .filter(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
        .collect()
}

/// The first cells of the tables of the last chapter.
fn in_reference() -> BTreeSet<&'static str> {
    let (_, chapter) = REFERENCE
        .split_once("\n## The adapter's file\n")
        .expect("the chapter");
    let cells = chapter.lines().filter_map(|line| line.strip_prefix("| `"));
    cells
        .filter_map(|cell| Some(cell.split_once('`')?.0))
        .collect()
}

/// The sample with every option in force. What only a file says instead of a password, or a server that does not exist,
/// stays out.
fn uncommented() -> String {
    let is_key = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| !key.contains(' '))
    };
    let lines = SAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(option)
            if is_key(option)
                && !option.starts_with("password_file")
                && !option.starts_with("trunks") =>
        {
            option
        }
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_is_explained_and_no_other() {
    assert_eq!(in_reference(), in_code());
}

#[test]
fn the_sample_can_be_read_with_and_without_its_options() {
    Options::parse(SAMPLE).expect("the sample");
    Options::parse(&uncommented()).expect("the sample with every option");
    let said: BTreeSet<&str> = SAMPLE
        .lines()
        .filter_map(|line| Some(line.trim_start_matches('#').split_once(" = ")?.0))
        .collect();
    let tables = [
        "engine",
        "servers",
        "calls",
        "prompts",
        "keys",
        "recording",
        "agents",
    ];
    let missing: Vec<_> = in_code()
        .into_iter()
        .filter(|key| !said.contains(key) && !tables.contains(key))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
