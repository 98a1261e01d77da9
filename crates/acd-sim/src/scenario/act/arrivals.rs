//! Contacts that arrive.

use std::sync::Arc;

use acd_core::command::{Arrival, Attribute, Command};
use acd_core::ids::Channel;

use super::Acted;
use crate::scenario::language::arguments::{Arguments, Named};
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

pub(super) const ARRIVALS: Section = Section {
    title: "Contacts that arrive",
    statements: &[Statement {
        pattern: "CHANNEL NEWCOMERS (arrives|arrive) for QUEUE [, OPTIONS]",
        help: "a contact of this channel arrives for a queue; several arrive one after the other in the same instant. The first adapter of the configuration holds it",
        example: "call c1 arrives for sales, priority 5, head start 60s",
        does: Does::Act(arrive),
    }],
};

pub(in crate::scenario) const ARRIVAL_OPTIONS: &[Section] = &[Section {
    title: "Arrival options",
    statements: &[
        Statement {
            pattern: "priority NUMBER",
            help: "its priority; higher goes first, 0 without",
            example: "priority 5",
            does: Does::Arrive(|_, arrival, said| arrival.priority = priority(said)),
        },
        Statement {
            pattern: "head start DURATION",
            help: "added to its virtual wait",
            example: "head start 60s",
            does: Does::Arrive(|_, arrival, said| {
                arrival.head_start_ms = said.duration().unwrap_or(0)
            }),
        },
        Statement {
            pattern: "requires REQUIREMENT",
            help: "what it asks of an agent, instead of what the queue asks; `\"anyone\"` asks nothing",
            example: "requires \"german >= 4 and db >= 5 or english >= 8\"",
            does: Does::Arrive(|_, arrival, said| arrival.requirement = said.requirement()),
        },
        Statement {
            pattern: "customer TEXT",
            help: "which customer it is",
            example: "customer \"4711\"",
            does: Does::Arrive(|_, arrival, said| arrival.customer = said.text().map(Into::into)),
        },
        Statement {
            pattern: "attribute NAME = TEXT",
            help: "an attribute that travels with it",
            example: "attribute tier = gold",
            does: Does::Arrive(|_, arrival, said| {
                arrival.attributes = arrival
                    .attributes
                    .iter()
                    .cloned()
                    .chain([attribute(said)])
                    .collect();
            }),
        },
        Statement {
            pattern: "via ADAPTER",
            help: "the adapter that holds it",
            example: "via pbx2",
            does: Does::Arrive(|_, arrival, said| {
                arrival.adapter = said.name(Named::Adapter).into()
            }),
        },
    ],
}];

/// The attribute that `NAME = TEXT` says.
pub(super) fn attribute(said: &Arguments) -> Attribute {
    Attribute {
        key: Arc::from(said.name(Named::Other)),
        value: said.text().unwrap_or_default().into(),
        sensitive: false,
    }
}

/// The priority that is said.
pub(super) fn priority(said: &Arguments) -> i32 {
    let number = said.number().unwrap_or(0);
    number
        .try_into()
        .unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

fn arrive(world: &mut World, said: &Arguments) -> Acted {
    let mut last = Ok(acd_core::command::Reply::Done);
    for contact in said.names(Named::Newcomer) {
        let mut arrival = Arrival {
            contact: contact.as_str().into(),
            adapter: world.adapter_of(contact),
            channel: said.channel().unwrap_or(Channel::Voice),
            queue: said.queue().into(),
            priority: 0,
            head_start_ms: 0,
            requirement: None,
            customer: None,
            attributes: Arc::from([]),
        };
        for (option, said) in said.items() {
            if let Does::Arrive(apply) = option.does {
                apply(world, &mut arrival, said);
            }
        }
        last = Ok(world.ask(Command::Arrive(arrival))?);
    }
    last
}
