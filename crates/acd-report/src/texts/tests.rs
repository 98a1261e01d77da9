use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::kind::{KeyColumn, Kind};

fn of(language: Language) -> Locale {
    let civil = Civil::new("Asia/Tehran", Weekday::Saturday).expect("a zone");
    Locale::new(language, civil)
}

/// The messages of a language: for each id the arguments that it names.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let parsed = FluentResource::try_new(language.file().to_owned());
    assert!(
        parsed.is_ok(),
        "{language:?}: {:?}",
        parsed.err().map(|it| it.1)
    );
    let mut messages = BTreeMap::new();
    for line in language
        .file()
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (id, text) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
        let names = text.split('$').skip(1).map(|rest| {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next();
            name.unwrap_or_default().to_owned()
        });
        let before = messages.insert(id.to_owned(), names.collect());
        assert!(before.is_none(), "{id} stands twice");
    }
    messages
}

#[test]
fn every_text_is_translated_with_the_same_arguments() {
    let english = messages(Language::En);
    for language in [Language::Ru, Language::Fa] {
        assert_eq!(english, messages(language), "{language:?}");
    }
}

/// The ids of what has a name in files.
fn named() -> BTreeSet<String> {
    let id = |what: &str, name: &str| format!("{what}-{}", name.replace('_', "-"));
    let mut ids = BTreeSet::new();
    ids.extend(crate::columns::ALL.iter().map(|it| id("figure", &it.name)));
    ids.extend(
        crate::report::OUTCOMES
            .iter()
            .map(|it| id("outcome", it.name)),
    );
    for kind in Kind::ALL {
        ids.insert(id("kind", kind.name()));
        ids.insert(id("about", kind.name()));
        ids.extend(
            kind.keys()
                .iter()
                .map(|it: &KeyColumn| id("key", it.name())),
        );
    }
    for day in Weekday::Monday.cycle_forward().take(7) {
        ids.insert(id("weekday", weekday_name(day)));
        ids.insert(id("weekday-short", weekday_name(day)));
    }
    ids.extend((1..=12).map(|month| format!("month-{month}")));
    ids.extend((1..=6).map(|variant| format!("meaning-{variant}")));
    ids.extend(["better", "same", "worse"].map(|it| id("trend", it)));
    ids.extend(["event_time", "enqueue_cohort"].map(|it| id("basis", it)));
    let doing = [
        "ready",
        "not-ready",
        "ringing",
        "talking",
        "held",
        "wrap-up",
    ];
    ids.extend(doing.map(|it| id("doing", it)));
    ids
}

/// The string literals of the sources.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            literals(&path, found);
        } else if !path.ends_with("tests.rs") {
            let source = fs::read_to_string(&path).expect("a source");
            found.extend(source.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn every_text_is_used_and_every_one_that_is_named_exists() {
    let english: BTreeSet<_> = messages(Language::En).into_keys().collect();
    let named = named();
    let missing: Vec<_> = named.difference(&english).collect();
    assert!(missing.is_empty(), "there is no text for {missing:?}");
    let mut found = BTreeSet::new();
    literals(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    // A word is named by what it explains.
    let explained = |id: &str| {
        let name = id.strip_prefix("word-").map(|it| it.replace('-', "_"));
        name.is_some_and(|name| found.contains(&name))
    };
    let unused = english
        .iter()
        .filter(|id| !found.contains(*id) && !named.contains(*id));
    let unused: Vec<_> = unused.filter(|id| !explained(id)).collect();
    assert!(unused.is_empty(), "texts that nothing says: {unused:?}");
}

#[test]
fn numbers_lengths_and_days_are_written_as_the_language_does() {
    // 2026-11-29 22:05 UTC, which is the next day in Tehran.
    let at = 1_795_989_900_000;
    let written = Language::ALL.map(|language| {
        let it = of(language);
        let share = it.value(Value::Share(0.8049));
        let money = it.value(Value::Money("1234.50".parse().expect("an amount")));
        [
            it.value(Value::Count(4_096)),
            share,
            it.duration(3_922_499),
            money,
            it.moment(at),
        ]
    });
    assert_eq!(
        written[0],
        [
            "4,096",
            "80.5\u{a0}%",
            "1:05:22",
            "1,234.50",
            "30 November 2026, 01:35"
        ]
    );
    assert_eq!(
        written[1],
        [
            "4\u{a0}096",
            "80,5\u{a0}%",
            "1:05:22",
            "1\u{a0}234,50",
            "30 ноября 2026 г., 01:35"
        ]
    );
    assert_eq!(
        written[2],
        [
            "۴٬۰۹۶",
            "\u{61c}۸۰٫۵٪",
            "۱:۰۵:۲۲",
            "۱٬۲۳۴٫۵۰",
            "۹ آذر ۱۴۰۵، ساعت ۰۱:۳۵"
        ]
    );
}

#[test]
fn a_period_is_told_by_its_days_or_to_the_minute() {
    let it = of(Language::En);
    // Midnight in Tehran.
    let day = 1_795_984_200_000;
    assert_eq!(it.range(&(day..day + 86_400_000)), "30 November 2026");
    assert_eq!(
        it.range(&(day..day + 2 * 86_400_000)),
        "30 November 2026 – 1 December 2026"
    );
    assert_eq!(
        it.range(&(day + 60_000..day + 120_000)),
        "30 November 2026, 00:01 – 30 November 2026, 00:02"
    );
}
