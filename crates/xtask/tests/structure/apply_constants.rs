//! Applying an event never computes from a constant of the program: what an event means stands in the event, or in
//! facts that came from events. Otherwise a program with other constants would read old journals otherwise. So that
//! nobody forgets, the sources are read: no constant, no number but 0 and 1, no text.

use crate::checkout::{assert_none, text, toml, tracked_with_extension};

/// The sources that say what events mean.
fn sources() -> Vec<std::path::PathBuf> {
    let state = "crates/acd-core/src/state/";
    let says = |path: &std::path::PathBuf| {
        path.starts_with(format!("{state}apply"))
            || path.ends_with("acd-core/src/figures.rs")
            || path.ends_with("acd-core/src/performance.rs")
            || path.ends_with("acd-core/src/state/work.rs")
    };
    tracked_with_extension("rs")
        .into_iter()
        .filter(says)
        .collect()
}

#[test]
fn what_an_event_means_depends_on_no_constant_of_the_program() {
    let sources = sources();
    assert!(sources.len() > 8, "the sources moved: {sources:?}");
    let found = sources.iter().flat_map(|path| {
        let found = constants(&text(path));
        found
            .into_iter()
            .map(move |(line, what)| format!("{}:{line}: {what}", path.display()))
    });
    assert_none(
        "put it into the event, or into the measures of the configuration:",
        &found.collect::<Vec<_>>(),
    );
}

#[test]
fn constants_numbers_and_texts_are_found() {
    let bad = "const GRACE_MS: i64 = 30_000;\nlet at = now + GRACE_MS;\nlet code = \"lost\";\n";
    let lines: Vec<usize> = constants(bad).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 2, 3]);
    let good = "//! 30 s, \"lost\"\nlet at = self.facts.settings.grace_ms + 1; // 7\n\
                map.get(&no)\n    .expect(\"the agent of 2 events\");\n#[allow(dead_code, reason = \"7\")]\n";
    assert_eq!(constants(good), []);
}

#[test]
fn a_release_checks_its_arithmetic() {
    let release = toml("Cargo.toml")["profile"]["release"].clone();
    assert_eq!(release["overflow-checks"].as_bool(), Some(true));
}

/// The first constant, number or text of each line that has one, with the number of the line.
fn constants(source: &str) -> Vec<(usize, String)> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = (1..).zip(code.lines());
    lines
        .filter_map(|(nth, line)| Some((nth, constant_in(line)?)))
        .collect()
}

fn constant_in(line: &str) -> Option<String> {
    let code = line.split("//").next().unwrap_or_default().trim();
    // What a broken promise of the log says, and why a lint is allowed.
    let told = [".expect(\"", "assert", "reason = ", "#["];
    let end = told.iter().filter_map(|mark| code.find(mark)).min();
    let code = &code[..end.unwrap_or(code.len())];
    if code.contains('"') {
        return Some("a text".to_owned());
    }
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .find(|word| is_constant(word) || is_number(word))
        .map(str::to_owned)
}

fn is_constant(word: &str) -> bool {
    let shouts = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.len() > 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(shouts)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && !["0", "1"].contains(&word)
}
