//! What is known of contacts.

use acd_core::event::{DispositionSet, Event, ReferenceAdded};

use super::places::{open, seen};
use super::{equal, holds};
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;

pub(super) const CONTACTS: Section = Section {
    title: "What is known of contacts",
    statements: &[
        Statement {
            pattern: "CONTACT priority NUMBER",
            help: "its priority",
            example: "c1 priority 5",
            does: Does::Expect(|world, said| {
                let contact = open(world, said.contact())?;
                equal(i64::from(contact.priority), said.number().unwrap_or(0))
            }),
        },
        Statement {
            pattern: "CONTACT attribute NAME = TEXT",
            help: "the attribute has this value",
            example: "c1 attribute tier = gold",
            does: Does::Expect(attribute),
        },
        Statement {
            pattern: "CONTACT rule RULE",
            help: "this class rule applied to it",
            example: "c1 rule vip",
            does: Does::Expect(|world, said| {
                let rule = open(world, said.contact())?.rule.as_deref();
                equal(rule.unwrap_or("no rule"), said.name(Named::Rule))
            }),
        },
        Statement {
            pattern: "CONTACT disposition CODE",
            help: "its last conversation that has one has this disposition code",
            example: "c1 disposition sold",
            does: Does::Expect(disposition),
        },
        Statement {
            pattern: "CONTACT reference CODE TEXT",
            help: "it has such a reference",
            example: "c1 reference recording \"s3://calls/c1\"",
            does: Does::Expect(reference),
        },
    ],
};

fn attribute(world: &World, said: &Arguments) -> Verdict {
    let contact = open(world, said.contact())?;
    let key = said.name(Named::Other);
    let found = contact
        .attributes
        .iter()
        .find(|attribute| &*attribute.key == key);
    match found {
        Some(found) => equal(
            found.value.reveal().to_owned(),
            said.text().unwrap_or_default(),
        ),
        None => Err(format!("it has no attribute {key}")),
    }
}

fn disposition(world: &World, said: &Arguments) -> Verdict {
    let id = seen(world, said.contact())?;
    let set = world
        .chronicle
        .events
        .iter()
        .rev()
        .find_map(|recorded| match &recorded.event {
            Event::DispositionSet(DispositionSet {
                handling,
                disposition,
                ..
            }) => {
                let of = world.chronicle.handlings.get(handling)?;
                (of.contact == id).then(|| disposition.code.to_string())
            }
            _ => None,
        });
    equal(
        set.unwrap_or_else(|| "none was set".to_owned()),
        said.text().unwrap_or_default(),
    )
}

fn reference(world: &World, said: &Arguments) -> Verdict {
    let id = seen(world, said.contact())?;
    let wanted: Vec<&str> = said.texts().collect();
    let references = world
        .chronicle
        .events
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::ReferenceAdded(ReferenceAdded { contact, reference }) if *contact == id => {
                Some(reference)
            }
            _ => None,
        });
    let texts: Vec<[&str; 2]> = references
        .map(|reference| [&*reference.kind, reference.location.reveal()])
        .collect();
    let seen: Vec<String> = texts.iter().map(|text| text.join(" ")).collect();
    holds(texts.iter().any(|text| text[..] == wanted[..]), || {
        format!("it has: {}", seen.join(", "))
    })
}
