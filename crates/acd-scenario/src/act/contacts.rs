//! What customers do, and what the adapter says about contacts it holds.

use std::sync::Arc;

use acd_core::command::{
    AskedBy, CallbackRequest, ConnectFailure, ContactAct, ContactChange, EndCause, Reference,
    Score, ScoreReport,
};

use super::arrivals::{attribute, priority};
use crate::acted::Acted;
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const CUSTOMERS: Section = Section {
    title: "Customers",
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
            pattern: "CONTACT chooses CODE",
            help: "the customer makes an exit choice while they wait: a key press, a button",
            example: "c1 chooses 1",
            does: Does::Act(|world, said| {
                let choice = said.text().unwrap_or_default();
                world.say(said.contact(), ContactAct::Exit(Arc::from(choice)))
            }),
        },
        Statement {
            pattern: "CONTACT wants a callback on TEXT [at MOMENT]",
            help: "the customer gives their place for a callback on this number; scheduled, if a time is said. The callback of `c1` is the contact `c1~callback`",
            example: "c1 wants a callback on \"+49301234567\"",
            does: Does::Act(|world, said| {
                let request = CallbackRequest {
                    number: said.text().unwrap_or_default().into(),
                    not_before: said.time(),
                };
                world.say(said.contact(), ContactAct::RequestCallback(request))
            }),
        },
        Statement {
            pattern: "CONTACT is back",
            help: "the customer of a parked contact is back",
            example: "c1 is back",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::Return)),
        },
    ],
};

pub(super) const REPORTS: Section = Section {
    title: "What adapters report of contacts",
    statements: &[
        Statement {
            pattern: "connected CONTACT",
            help: "the contact and the agent who accepted it are connected",
            example: "connected c1",
            does: Does::Act(|world, said| {
                let offer = world.accepted_offer(said.contact());
                world.say(said.contact(), ContactAct::Connected(offer))
            }),
        },
        Statement {
            pattern: "connecting CONTACT failed (busy|no_answer|unreachable|rejected|customer_not_reached|system)",
            help: "they could not be connected, and why",
            example: "connecting c1 failed busy",
            does: Does::Act(connecting_failed),
        },
        Statement {
            pattern: "phone of AGENT answers CONTACT",
            help: "the agent's phone, which the adapter rang, was answered: they take the offer",
            example: "phone of anna answers c1",
            does: Does::Act(|world, said| {
                let offer = world.offer(said.agent(), said.contact(), None);
                world.say(said.contact(), ContactAct::PhoneAnswered(offer))
            }),
        },
        Statement {
            pattern: "phone of AGENT hangs up on CONTACT",
            help: "the agent's phone was hung up, or its line was lost: they are out of the conversation",
            example: "phone of anna hangs up on c1",
            does: Does::Act(agent_left),
        },
        Statement {
            pattern: "first response to CONTACT",
            help: "on a digital channel: the agent has answered the customer",
            example: "first response to c1",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::FirstResponse)),
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
            pattern: "CONTACT goes on hold",
            help: "the switch put the conversation on hold",
            example: "c1 goes on hold",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::Hold(true))),
        },
        Statement {
            pattern: "CONTACT comes off hold",
            help: "the switch took it off hold",
            example: "c1 comes off hold",
            does: Does::Act(|world, said| world.say(said.contact(), ContactAct::Hold(false))),
        },
        Statement {
            pattern: "recording of CONTACT is now (on|paused|off)",
            help: "it changed at the switch: by a key at a phone, or because it failed",
            example: "recording of c1 is now paused",
            does: Does::Act(|world, said| {
                let state = said.recording();
                world.say(said.contact(), ContactAct::RecordingChanged(state))
            }),
        },
        Statement {
            pattern: "CONTACT has reference CODE TEXT",
            help: "where a recording, a transcript or the like of it is found",
            example: "c1 has reference recording \"s3://calls/c1\"",
            does: Does::Act(refer),
        },
        Statement {
            pattern: "CONTACT has score NUMBER of NUMBER by (keypad|message|link) [for CODE]",
            help: "what its customer thinks of how they were served, and which question of several it was",
            example: "c1 has score 4 of 5 by keypad for solved",
            does: Does::Act(report_score),
        },
        Statement {
            pattern: "CONTACT gets priority NUMBER",
            help: "its priority changes",
            example: "c1 gets priority 9",
            does: Does::Act(|world, said| change(world, said, new_priority(said))),
        },
        Statement {
            pattern: "CONTACT gets age offset DURATION",
            help: "added to its virtual wait from now on, never to its reported one; it takes the place of an earlier one",
            example: "c1 gets age offset 60s",
            does: Does::Act(|world, said| change(world, said, new_age_offset(said))),
        },
        Statement {
            pattern: "CONTACT now requires REQUIREMENT",
            help: "what it asks of an agent changes",
            example: "c1 now requires \"german >= 2\"",
            does: Does::Act(|world, said| {
                let requirement = said.requirement();
                change(
                    world,
                    said,
                    ContactChange {
                        requirement,
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
                let attributes = vec![attribute(said, false)];
                change(
                    world,
                    said,
                    ContactChange {
                        attributes,
                        ..ContactChange::default()
                    },
                )
            }),
        },
        Statement {
            pattern: "CONTACT is put off to MOMENT",
            help: "while it waits, rings or is parked, its adapter puts it off: it is scheduled, and joins its queue then",
            example: "c1 is put off to 1h",
            does: Does::Act(|world, said| change(world, said, new_date(said))),
        },
        Statement {
            pattern: "CONTACT moves to QUEUE",
            help: "while it waits or rings, its adapter moves it to another queue, where it keeps its age",
            example: "c1 moves to support",
            does: Does::Act(|world, said| change(world, said, new_queue(said))),
        },
    ],
};

/// A change of priority.
pub(super) fn new_priority(said: &Arguments) -> ContactChange {
    ContactChange {
        priority: Some(priority(said)),
        ..ContactChange::default()
    }
}

/// A change of the age offset.
pub(super) fn new_age_offset(said: &Arguments) -> ContactChange {
    ContactChange {
        age_offset_ms: said.duration(),
        ..ContactChange::default()
    }
}

/// A move to another queue.
pub(super) fn new_queue(said: &Arguments) -> ContactChange {
    ContactChange {
        queue: Some(said.queue().into()),
        ..ContactChange::default()
    }
}

/// A date to which it is put off.
pub(super) fn new_date(said: &Arguments) -> ContactChange {
    ContactChange {
        not_before: said.time(),
        ..ContactChange::default()
    }
}

fn change(world: &mut World, said: &Arguments, change: ContactChange) -> Acted {
    world.say(said.contact(), ContactAct::Change(change))
}

fn refer(world: &mut World, said: &Arguments) -> Acted {
    let mut texts = said.texts();
    let reference = Reference {
        kind: Arc::from(texts.next().unwrap_or_default()),
        location: texts.next().unwrap_or_default().into(),
    };
    world.say(said.contact(), ContactAct::Refer(reference))
}

fn report_score(world: &mut World, said: &Arguments) -> Acted {
    let mut numbers = said
        .numbers()
        .map(|it| u32::try_from(it).unwrap_or(u32::MAX));
    let (points, scale_max) = (numbers.next(), numbers.next());
    let score = Score {
        points: points.unwrap_or_default(),
        scale_max: scale_max.unwrap_or_default(),
        asked_by: match said.choice() {
            Some("message") => AskedBy::Message,
            Some("link") => AskedBy::Link,
            _ => AskedBy::Keypad,
        },
        question: said.text().unwrap_or_default().into(),
        comment: "".into(),
    };
    let report = ScoreReport {
        score,
        queue: None,
        channel: None,
        agent: None,
    };
    world.say(said.contact(), ContactAct::ReportScore(report))
}

fn agent_left(world: &mut World, said: &Arguments) -> Acted {
    let handling = world.handling(said.agent(), Some(said.contact()));
    let open = world.state().facts().handlings.get(&handling);
    // Who takes part in a conversation does so by the contact of their consultation.
    let (contact, offer) = open.map_or_else(
        || {
            (
                said.contact().into(),
                world.offer(said.agent(), said.contact(), None),
            )
        },
        |open| (open.contact_name.clone(), open.offer),
    );
    world.say(contact.as_str(), ContactAct::AgentLeft(offer))
}

fn connecting_failed(world: &mut World, said: &Arguments) -> Acted {
    let failure = match said.choice() {
        Some("busy") => ConnectFailure::Busy,
        Some("no_answer") => ConnectFailure::NoAnswer,
        Some("unreachable") => ConnectFailure::Unreachable,
        Some("rejected") => ConnectFailure::Rejected,
        Some("customer_not_reached") => ConnectFailure::CustomerNotReached,
        _ => ConnectFailure::System,
    };
    let offer = world.accepted_offer(said.contact());
    world.say(said.contact(), ContactAct::ConnectFailed(offer, failure))
}
