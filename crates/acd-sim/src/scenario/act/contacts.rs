//! What customers do, and what the adapter says about contacts it holds.

use acd_core::command::{ConnectFailure, ContactAct, ContactChange, EndCause};

use super::Acted;
use super::arrivals::{attribute, priority};
use crate::scenario::language::arguments::Arguments;
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

pub(super) const CONTACTS: Section = Section {
    title: "Contacts",
    statements: &[
        Statement {
            pattern: "CONTACT hangs up",
            help: "the customer leaves; the adapter reports the end",
            example: "c1 hangs up",
            does: Does::Act(|world, said| {
                world.say(said.contact(), ContactAct::End(EndCause::Customer))
            }),
        },
        Statement {
            pattern: "CONTACT fails",
            help: "the adapter ends it because of a failure",
            example: "c1 fails",
            does: Does::Act(|world, said| {
                world.say(said.contact(), ContactAct::End(EndCause::System))
            }),
        },
        Statement {
            pattern: "connected CONTACT",
            help: "the adapter reports that the contact and the agent who accepted it are connected",
            example: "connected c1",
            does: Does::Act(|world, said| {
                let offer = world.accepted_offer(said.contact());
                world.say(said.contact(), ContactAct::Connected(offer))
            }),
        },
        Statement {
            pattern: "connecting CONTACT failed (busy|no_answer|unreachable|system)",
            help: "the adapter reports that it could not connect them, and why",
            example: "connecting c1 failed busy",
            does: Does::Act(connecting_failed),
        },
        Statement {
            pattern: "CONTACT goes on hold",
            help: "the switch put the conversation on hold, and the adapter reports it",
            example: "c1 goes on hold",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::Hold(true))),
        },
        Statement {
            pattern: "CONTACT comes off hold",
            help: "the switch took it off hold, and the adapter reports it",
            example: "c1 comes off hold",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::Hold(false))),
        },
        Statement {
            pattern: "CONTACT gets priority NUMBER",
            help: "its priority changes",
            example: "c1 gets priority 9",
            does: Does::Act(|world, said| {
                change(
                    world,
                    said,
                    ContactChange {
                        priority: Some(priority(said)),
                        ..ContactChange::default()
                    },
                )
            }),
        },
        Statement {
            pattern: "CONTACT gets age offset DURATION",
            help: "added to its virtual wait from now on, never to its reported one; it takes the place of an earlier one",
            example: "c1 gets age offset 60s",
            does: Does::Act(|world, said| {
                change(
                    world,
                    said,
                    ContactChange {
                        age_offset_ms: said.duration(),
                        ..ContactChange::default()
                    },
                )
            }),
        },
        Statement {
            pattern: "CONTACT now requires REQUIREMENT",
            help: "what it asks of an agent changes",
            example: "c1 now requires \"german >= 2\"",
            does: Does::Act(|world, said| {
                change(
                    world,
                    said,
                    ContactChange {
                        requirement: said.requirement(),
                        ..ContactChange::default()
                    },
                )
            }),
        },
        Statement {
            pattern: "CONTACT gets attribute NAME = TEXT",
            help: "an attribute is set",
            example: "c1 gets attribute tier = gold",
            does: Does::Act(|world, said| {
                change(
                    world,
                    said,
                    ContactChange {
                        attributes: vec![attribute(said)],
                        ..ContactChange::default()
                    },
                )
            }),
        },
        Statement {
            pattern: "CONTACT moves to QUEUE",
            help: "while it waits or rings, its adapter moves it to another queue, where it keeps its age",
            example: "c1 moves to support",
            does: Does::Act(|world, said| {
                change(
                    world,
                    said,
                    ContactChange {
                        queue: Some(said.queue().into()),
                        ..ContactChange::default()
                    },
                )
            }),
        },
    ],
};

fn change(world: &mut World, said: &Arguments, change: ContactChange) -> Acted {
    world.say(said.contact(), ContactAct::Change(change))
}

fn connecting_failed(world: &mut World, said: &Arguments) -> Acted {
    let failure = match said.choice() {
        Some("busy") => ConnectFailure::Busy,
        Some("no_answer") => ConnectFailure::NoAnswer,
        Some("unreachable") => ConnectFailure::Unreachable,
        _ => ConnectFailure::System,
    };
    let offer = world.accepted_offer(said.contact());
    world.say(said.contact(), ContactAct::ConnectFailed(offer, failure))
}
