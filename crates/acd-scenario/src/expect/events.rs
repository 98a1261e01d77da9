//! What was recorded, and what adapters were told.

use acd_core::event::Directive;
use acd_core::ids::{ContactId, DirectiveId};

use super::places::seen;
use super::{equal, holds, is_word, listed, since};
use crate::chronicle::DirectiveSeen;
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::word;

pub(super) const EVENTS: Section = Section {
    title: "Directives, events, configuration",
    statements: &[
        Statement {
            pattern: "directive DIRECTIVE for CONTACT [TEXT]",
            help: "at this instant the adapter was told this about the contact; what it says contains the text (a destination, a reason)",
            example: "directive route for c1 \"+49301234567\"",
            does: Does::Expect(directive),
        },
        Statement {
            pattern: "no directive for CONTACT",
            help: "at this instant the adapter was told nothing about it",
            example: "no directive for c1",
            does: Does::Expect(|world, said| {
                let told = directives(world, seen(world, said.contact())?);
                holds(told.is_empty(), || shown(&told))
            }),
        },
        Statement {
            pattern: "unacknowledged directives for CONTACT NUMBER",
            help: "so many directives about it are not acknowledged",
            example: "unacknowledged directives for c1 1",
            does: Does::Expect(|world, said| {
                let open = world.state().contact_named(&said.contact().into());
                let told = open.map(|contact| {
                    let adapter = &world.state().adapter(contact.adapter).directives;
                    let waits = |id: &&DirectiveId| adapter.contains_key(id);
                    contact.directives.iter().filter(waits).count()
                });
                let count = told.unwrap_or(0);
                equal(
                    i64::try_from(count).unwrap_or(i64::MAX),
                    said.number().unwrap_or(0),
                )
            }),
        },
        Statement {
            pattern: "event EVENT",
            help: "such an event was recorded at this instant: `offer_ended`, `session_lost`, ...",
            example: "event offer_ended",
            does: Does::Expect(|world, said| {
                let found = count(world, said, world.now) > 0;
                holds(found, || at_this_instant(world))
            }),
        },
        Statement {
            pattern: "no event EVENT [since TIME]",
            help: "no such event was recorded at this instant, or since that time",
            example: "no event offer_ended since 10s",
            does: Does::Expect(|world, said| {
                let found = count(world, said, said.time().unwrap_or(world.now));
                holds(found == 0, || format!("{found} of them"))
            }),
        },
        Statement {
            pattern: "NUMBER events EVENT [since TIME]",
            help: "so many such events were recorded since that time, or since the start",
            example: "2 events offer_made since start",
            does: Does::Expect(|world, said| {
                let found = count(world, said, since(world, said));
                equal(
                    i64::try_from(found).unwrap_or(i64::MAX),
                    said.number().unwrap_or(0),
                )
            }),
        },
        Statement {
            pattern: "config version NUMBER",
            help: "the version of the configuration in force; the first is 1",
            example: "config version 2",
            does: Does::Expect(|world, said| {
                let version = world.state().facts().config_version;
                equal(
                    i64::try_from(version).unwrap_or(i64::MAX),
                    said.number().unwrap_or(0),
                )
            }),
        },
    ],
};

fn count(world: &World, said: &Arguments, from: i64) -> usize {
    let wanted = said.text().unwrap_or_default();
    let events = world.chronicle.events.iter().rev();
    events
        .take_while(|recorded| recorded.at_ms >= from)
        .filter(|recorded| recorded.event.name() == wanted)
        .count()
}

fn at_this_instant(world: &World) -> String {
    let events = world.chronicle.events.iter();
    let names: Vec<String> = events
        .filter(|recorded| recorded.at_ms == world.now)
        .map(|recorded| recorded.event.name().to_owned())
        .collect();
    if names.is_empty() {
        "none at this instant".to_owned()
    } else {
        listed(names, ", ")
    }
}

/// What adapters were told about a contact at this instant.
fn directives(world: &World, contact: ContactId) -> Vec<&DirectiveSeen> {
    let told = world.chronicle.directives.iter();
    told.filter(|told| told.contact == contact && told.at == world.now)
        .collect()
}

fn shown(told: &[&DirectiveSeen]) -> String {
    if told.is_empty() {
        return "nothing was told at this instant".to_owned();
    }
    let told: Vec<String> = told.iter().map(|told| word(&told.directive)).collect();
    listed(told, "; ")
}

fn directive(world: &World, said: &Arguments) -> Verdict {
    let told = directives(world, seen(world, said.contact())?);
    let mut texts = said.texts();
    let wanted = texts.next().unwrap_or_default();
    let detail = texts.next().unwrap_or_default();
    let matches = |directive: &Directive| {
        let word = word(directive);
        is_word(&word, wanted) && word.contains(detail)
    };
    holds(told.iter().any(|told| matches(&told.directive)), || {
        shown(&told)
    })
}
