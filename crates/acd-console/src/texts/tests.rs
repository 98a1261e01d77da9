use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_bundle::FluentResource;

use acd_client::v1::{GetLabelsResponse, Label};

use super::*;

fn of(language: Language) -> Locale {
    Locale::new(language, Digits::Own)
}

#[test]
fn numbers_are_written_as_the_language_does() {
    assert_eq!(of(Language::En).number(4_096), "4,096");
    assert_eq!(of(Language::Ru).number(4_096), "4\u{a0}096");
    assert_eq!(of(Language::Fa).number(4_096), "۴٬۰۹۶");
    let latin = Locale::new(Language::Fa, Digits::Latin);
    assert_eq!(latin.number(4_096), "4,096");
}

#[test]
fn shares_and_lengths_of_time() {
    assert_eq!(of(Language::En).percent(0.8), "80\u{a0}%");
    assert_eq!(of(Language::Fa).percent(0.8), "\u{61c}۸۰٪");
    assert_eq!(of(Language::En).duration(42_999), "0:42");
    assert_eq!(of(Language::En).duration(852_000), "14:12");
    assert_eq!(of(Language::En).duration(3_922_000), "1:05:22");
    assert_eq!(of(Language::En).duration(-5), "0:00");
    assert_eq!(of(Language::Fa).duration(852_000), "۱۴:۱۲");
}

#[test]
fn days_are_those_of_the_tenants_zone_and_of_the_languages_calendar() {
    // 2026-11-29 22:05 UTC.
    let at_ms = 1_795_989_900_000;
    let berlin = |language| of(language).in_zone("Europe/Berlin");
    assert_eq!(
        berlin(Language::En).moment(at_ms),
        "29 November 2026, 23:05"
    );
    assert_eq!(
        of(Language::Ru).in_zone("Asia/Tehran").time_of_day(at_ms),
        "01:35"
    );
    assert_eq!(
        of(Language::Fa).in_zone("Asia/Tehran").date(at_ms),
        "۹ آذر ۱۴۰۵"
    );
}

#[test]
fn what_comes_from_outside_turns_nothing_around_and_hides_nothing() {
    let en = of(Language::En);
    let name = "a\u{202e}b\u{0}";
    let text = en.text_with("session-unknown", &[("name", name.into())]);
    assert!(
        text.contains("\u{2068}a\u{fffd}b\u{2400}\u{2069}"),
        "{text:?}"
    );
}

#[test]
fn html_in_a_text_stays_html_and_all_else_is_escaped() {
    let link = html! { a href="/x" { "<here>" } };
    let rich = of(Language::En).rich("session-unknown", &[], &[("name", link)]);
    assert_eq!(rich.0, "There is no <a href=\"/x\">&lt;here&gt;</a>.");
}

#[test]
fn what_a_browser_accepts_decides() {
    assert_eq!(
        Language::accepted("de-DE,fa-IR;q=0.8,en;q=0.5"),
        Language::Fa
    );
    assert_eq!(Language::accepted("de"), Language::En);
    assert_eq!(figures::latin_digits("۱۲٣4"), "1234");
}

/// The messages of a language: for each id the arguments that it names.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    for (area, text) in catalogue::files(language) {
        let parsed = FluentResource::try_new(text.to_owned());
        assert!(
            parsed.is_ok(),
            "{language:?}, {area}: {:?}",
            parsed.err().map(|it| it.1)
        );
        let mut id = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                name.clone_into(&mut id);
                assert!(
                    id.starts_with('-') || id.starts_with(&format!("{area}-")),
                    "{id} does not begin with its area {area}"
                );
                assert!(
                    messages.insert(id.clone(), BTreeSet::new()).is_none(),
                    "{id} stands twice"
                );
            }
            let places = line.split('$').skip(1);
            let names = places.map(|rest| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            });
            let named: &mut BTreeSet<String> = messages.entry(id.clone()).or_default();
            named.extend(names.flatten().map(str::to_owned));
        }
    }
    messages.remove("");
    messages
}

#[test]
fn every_text_is_translated_with_the_same_arguments() {
    let english = messages(Language::En);
    for language in [Language::Ru, Language::Fa] {
        let other = messages(language);
        let ids = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<BTreeSet<_>>();
        let differing: Vec<_> = ids(&english)
            .symmetric_difference(&ids(&other))
            .cloned()
            .collect();
        assert!(
            differing.is_empty(),
            "only in English, or not in it: {differing:?} ({language:?})"
        );
        for (id, arguments) in &english {
            assert_eq!(
                arguments, &other[id],
                "the arguments of {id} in {language:?}"
            );
        }
    }
}

/// The string literals of the sources, each with whether it is said: it stands where a text's id does.
fn literals(folder: &Path, found: &mut BTreeMap<String, bool>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            literals(&path, found);
            continue;
        }
        if path.ends_with("tests.rs") {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source");
        let code = source.split("#[cfg(test)]\nmod tests {").next();
        let mut before = "";
        for piece in code.unwrap_or_default().split('"') {
            let opening = before.trim_end();
            let is_said = ["text(", "text_with(", "rich("]
                .iter()
                .any(|it| opening.ends_with(it));
            *found.entry(piece.to_owned()).or_default() |= is_said;
            before = piece;
        }
    }
}

#[test]
fn every_text_is_used_and_every_text_that_is_said_exists() {
    let english = messages(Language::En);
    let mut found = BTreeMap::new();
    literals(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let ids = english.keys().filter(|id| !id.starts_with('-'));
    let unused: Vec<_> = ids.filter(|id| !found.contains_key(*id)).collect();
    assert!(unused.is_empty(), "texts that nothing says: {unused:?}");
    let said = found.iter().filter(|(_, is_said)| **is_said);
    let missing: Vec<_> = said
        .map(|(id, _)| id)
        .filter(|id| !english.contains_key(*id))
        .collect();
    assert!(missing.is_empty(), "texts that do not exist: {missing:?}");
}

#[test]
fn things_are_called_by_their_labels_and_by_their_names_where_they_have_none() {
    let labels = Labels::default();
    let locale = |language| Locale::new(language, Digits::Own).with_labels(labels.clone());
    let (russian, english) = (locale(Language::Ru), locale(Language::En));
    let told = GetLabelsResponse {
        queues: vec![Label {
            name: "cards".to_owned(),
            label: "Утрата карты".to_owned(),
        }],
        ..GetLabelsResponse::default()
    };
    labels.told(Language::Ru, told);
    // Who was there before is told, too.
    assert_eq!(russian.queue("cards"), "Утрата карты");
    assert_eq!(russian.queue("loans"), "loans");
    assert_eq!(russian.reason("cards"), "cards");
    assert_eq!(
        russian.reason("no_answer"),
        "нет ответа",
        "the engine's own"
    );
    assert_eq!(english.queue("cards"), "cards");
}
