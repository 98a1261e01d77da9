//! What agents' desks show beside open offers and conversations.

use acd_core::state::{AgentDay, Contact, Handling};

use super::agents::agent;
use super::places::seen;
use super::visits::same_length;
use super::{equal, holds};
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const DESKS: Section = Section {
    title: "Desks",
    statements: &[
        Statement {
            pattern: "AGENT today (handled|missed|rejected) NUMBER",
            help: "so many contacts they have handled, offers missed or declined on this day of the tenant",
            example: "anna today handled 2",
            does: Does::Expect(|world, said| {
                let today = &agent(world, said)?.today;
                let count = match said.choice() {
                    Some("handled") => today.handled,
                    Some("missed") => today.missed,
                    _ => today.rejected,
                };
                equal(i64::from(count), said.number().unwrap_or(0))
            }),
        },
        Statement {
            pattern: "AGENT today (talk|hold|wrap-up) DURATION",
            help: "for so long they talked, had customers on hold or wrapped up on this day, in conversations that are over",
            example: "anna today talk 3m",
            does: Does::Expect(|world, said| {
                let today = &agent(world, said)?.today;
                let length = match said.choice() {
                    Some("talk") => today.talk_ms,
                    Some("hold") => today.hold_ms,
                    _ => today.wrap_up_ms,
                };
                same_length(length, said)
            }),
        },
        Statement {
            pattern: "AGENT today ready DURATION",
            help: "for so long they were ready on this day, without the present stretch",
            example: "anna today ready 1h",
            does: Does::Expect(|world, said| same_length(agent(world, said)?.today.ready_ms, said)),
        },
        Statement {
            pattern: "AGENT today not ready CODE DURATION",
            help: "for so long they were not ready for this reason on this day, without the present stretch",
            example: "anna today not ready break 15m",
            does: Does::Expect(|world, said| {
                let code = said.text().unwrap_or_default();
                same_length(not_ready(&agent(world, said)?.today, &code), said)
            }),
        },
        Statement {
            pattern: "AGENT has CONTACT unfinished",
            help: "something is still to be said or done about their last conversation with it, which is over",
            example: "anna has c1 unfinished",
            does: Does::Expect(|world, said| {
                holds(is_unfinished(world, said)?, || "they have not".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT has CONTACT finished",
            help: "nothing is",
            example: "anna has c1 finished",
            does: Does::Expect(|world, said| {
                holds(!is_unfinished(world, said)?, || {
                    "it is unfinished".to_owned()
                })
            }),
        },
        Statement {
            pattern: "AGENT keeps CONTACT",
            help: "it is parked with them, or put off to a date on which it is back at them",
            example: "anna keeps c1",
            does: Does::Expect(|world, said| {
                holds(keeps(world, said)?, || "they do not".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT does not keep CONTACT",
            help: "it is not",
            example: "anna does not keep c1",
            does: Does::Expect(|world, said| holds(!keeps(world, said)?, || "they do".to_owned())),
        },
    ],
};

fn not_ready(today: &AgentDay, code: &str) -> i64 {
    today.not_ready_ms.get(code).copied().unwrap_or(0)
}

fn is_unfinished(world: &World, said: &Arguments) -> Result<bool, String> {
    let contact = seen(world, said.contact())?;
    let recent = agent(world, said)?.recent_handlings.iter();
    let of_contact = |over: &&Handling| over.contact == contact;
    let last = recent.rev().find(of_contact);
    Ok(last.is_some_and(|over| world.state().is_unfinished(over)))
}

fn keeps(world: &World, said: &Arguments) -> Result<bool, String> {
    let contact = seen(world, said.contact())?;
    agent(world, said)?;
    let no = world.agent_no(said.agent());
    let is_it = |kept: &Contact| kept.id == contact;
    Ok(no.is_some_and(|no| world.state().kept_for(no).any(is_it)))
}
