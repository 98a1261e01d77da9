//! Overflow chains and exit choices.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::config::{Condition, Overflow, Target};

use super::Known;
use crate::element::{Element, Section};
use crate::schema::{CONDITION, EXIT, OVERFLOW};

/// The overflow chain; none if an entry cannot be read, for the chain without it would mean something else.
pub(in crate::tenant) fn chain(element: &Element<'_>, known: &Known<'_>) -> Option<Vec<Overflow>> {
    let entries = element.list("[{ queue = \"support\" }, \"end\"]")?;
    let entries: Vec<Option<Overflow>> = entries
        .iter()
        .map(|element| entry(element, known))
        .collect();
    entries.into_iter().collect()
}

fn entry(element: &Element<'_>, known: &Known<'_>) -> Option<Overflow> {
    if !element.is_table() {
        return word(element).map(Overflow::from);
    }
    let section = element.section(&OVERFLOW)?;
    let condition = section.section("if", &CONDITION);
    Some(Overflow {
        target: target(element, &section, known)?,
        reasons: section.words("for").unwrap_or_default(),
        condition: condition
            .map(|section| self::condition(&section))
            .unwrap_or_default(),
    })
}

/// The exit choices; one that cannot be read leads nowhere, which is told.
pub(in crate::tenant) fn exits(
    element: &Element<'_>,
    known: &Known<'_>,
) -> BTreeMap<Arc<str>, Vec<Target>> {
    let choices = element
        .entries("{ 1 = [\"callback\"] }")
        .unwrap_or_default();
    let choice = |(name, element): (&str, Element<'_>)| {
        let targets = element.list("[\"callback\"]").unwrap_or_default();
        let targets = targets.iter().filter_map(|element| {
            if !element.is_table() {
                return word(element);
            }
            target(element, &element.section(&EXIT)?, known)
        });
        (Arc::from(name), targets.collect())
    };
    choices.into_iter().map(choice).collect()
}

const REMEDY: &str = "give one of { queue = \"name\" }, { agent = \"name\" }, { external = \"+49301234\" }, \
                      { voicemail = \"box\" }, { announcement = \"prompt\" }, \"callback\" or \"end\"";

/// A target that is one word.
fn word(element: &Element<'_>) -> Option<Target> {
    match element.as_text() {
        Some("end") => Some(Target::End),
        Some("callback") => Some(Target::Callback),
        _ => {
            element.report("a target is wanted here", REMEDY);
            None
        }
    }
}

/// A target that is a table.
fn target(element: &Element<'_>, section: &Section<'_>, known: &Known<'_>) -> Option<Target> {
    let of_schema = |key: &&str| section.schema().keys.contains(key);
    let kinds = [
        "queue",
        "agent",
        "external",
        "voicemail",
        "announcement",
        "callback",
        "end",
    ];
    let kinds = kinds.into_iter().filter(of_schema);
    let mut given = kinds.filter_map(|key| Some((key, section.get(key)?)));
    let (first, second) = (given.next(), given.next());
    let (key, value) = match (first, second) {
        (Some(only), None) => only,
        (Some((one, _)), Some((other, _))) => {
            element.report(
                format!("a target is either {one} or {other}, not both"),
                REMEDY,
            );
            return None;
        }
        (None, _) => {
            element.report("the table says no target", REMEDY);
            return None;
        }
    };
    match key {
        "queue" => value.name("support", &known.queues).map(Target::Queue),
        "agent" => value.name("anna", &known.agents).map(Target::Agent),
        "external" => value
            .text("+49301234")
            .map(|to| Target::External(to.into())),
        "voicemail" => value.text("box").map(|name| Target::Voicemail(name.into())),
        "announcement" => value
            .text("closed")
            .map(|name| Target::Announcement(name.into())),
        "callback" => value.only_true().then_some(Target::Callback),
        _ => value.only_true().then_some(Target::End),
    }
}

fn condition(section: &Section<'_>) -> Condition {
    let at_least_one = |key| section.optional_integer(key, 1..=u32::MAX);
    let attribute = section.get("attribute").and_then(|element| {
        let key = element.text("class")?;
        let is = section.required("is", "give its values, as in is = [\"gold\"]")?;
        Some((Arc::from(key), is.texts("gold")))
    });
    if let (None, Some(is)) = (section.get("attribute"), section.get("is")) {
        is.report(
            "values of no attribute",
            "say which one, as in attribute = \"class\"",
        );
    }
    Condition {
        open_below: at_least_one("open_below"),
        logged_in_at_least: at_least_one("logged_in_at_least"),
        free_at_least: at_least_one("free_at_least"),
        predicted_wait_below_ms: section.optional_duration("predicted_wait_below"),
        waited_below_ms: section.optional_duration("waited_below"),
        attribute,
    }
}
