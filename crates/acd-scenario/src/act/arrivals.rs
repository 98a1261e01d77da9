//! Contacts that arrive.

use std::sync::Arc;

use acd_core::command::{Arrival, Attribute, Command, Reply};
use acd_core::config::{Preferred, Who};
use acd_core::ids::Channel;

use crate::acted::Acted;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const ARRIVALS: Section = Section {
    title: "Contacts that arrive",
    statements: &[Statement {
        pattern: "CHANNEL NEWCOMERS (arrives|arrive) for QUEUE [, OPTIONS]",
        help: "a contact of this channel arrives for a queue; several arrive one after the other in the same instant. The first adapter of the configuration holds it, unless `via` names another",
        example: "call c1 arrives for sales, priority 5, head start 60s",
        does: Does::Act(arrive),
    }],
};

pub(crate) const ARRIVAL_OPTIONS: &[Section] = &[Section {
    title: "Arrival options",
    statements: &[
        Statement {
            pattern: "priority NUMBER",
            help: "its priority; higher goes first, 0 without",
            example: "priority 5",
            does: Does::Arrive(|arrival, said| arrival.priority = priority(said)),
        },
        Statement {
            pattern: "head start DURATION",
            help: "added to its virtual wait",
            example: "head start 60s",
            does: Does::Arrive(|arrival, said| {
                arrival.head_start_ms = said.duration().unwrap_or(0)
            }),
        },
        Statement {
            pattern: "requires REQUIREMENT",
            help: "what it asks of an agent, instead of what the queue and its plan ask; `\"anyone\"` asks nothing",
            example: "requires \"german >= 4 and db >= 5 or english >= 8\"",
            does: Does::Arrive(|arrival, said| arrival.requirement = said.requirement()),
        },
        Statement {
            pattern: "plan PLAN",
            help: "a routing plan of the tenant instead of the queue's",
            example: "plan vip",
            does: Does::Arrive(|arrival, said| arrival.plan = Some(said.name(Named::Plan).into())),
        },
        Statement {
            pattern: "customer TEXT",
            help: "which customer it is: returning callers, last agents and open callbacks are found by it",
            example: "customer \"4711\"",
            does: Does::Arrive(|arrival, said| arrival.customer = said.text().map(Into::into)),
        },
        Statement {
            pattern: "attribute NAME = TEXT",
            help: "an attribute that travels with it",
            example: "attribute tier = gold",
            does: Does::Arrive(|arrival, said| add_attribute(arrival, said, false)),
        },
        Statement {
            pattern: "sensitive attribute NAME = TEXT",
            help: "an attribute that only those see who handle it",
            example: "sensitive attribute account = \"123\"",
            does: Does::Arrive(|arrival, said| add_attribute(arrival, said, true)),
        },
        Statement {
            pattern: "prefers AGENT [for DURATION]",
            help: "it waits for this agent first, for so long (without: until the visit ends); several such options stand one after the other",
            example: "prefers anna for 15s",
            does: Does::Arrive(|arrival, said| {
                prefer(arrival, said, Who::Agent(said.agent().into()))
            }),
        },
        Statement {
            pattern: "prefers agent of attribute NAME [for DURATION]",
            help: "the same for the agent whom the attribute names",
            example: "prefers agent of attribute manager for 15s",
            does: Does::Arrive(|arrival, said| {
                prefer(
                    arrival,
                    said,
                    Who::Attribute(Arc::from(said.name(Named::Other))),
                )
            }),
        },
        Statement {
            pattern: "prefers team TEAM [for DURATION]",
            help: "the same for any agent of the team",
            example: "prefers team gold for 30s",
            does: Does::Arrive(|arrival, said| {
                prefer(arrival, said, Who::Team(said.name(Named::Team).into()))
            }),
        },
        Statement {
            pattern: "prefers head of TEAM [for DURATION]",
            help: "the same for the head of the team",
            example: "prefers head of gold for 30s",
            does: Does::Arrive(|arrival, said| {
                prefer(arrival, said, Who::Head(said.name(Named::Team).into()))
            }),
        },
        Statement {
            pattern: "prefers same team [for DURATION]",
            help: "the same for any agent of the first team of the agent who is preferred first",
            example: "prefers same team for 30s",
            does: Does::Arrive(|arrival, said| prefer(arrival, said, Who::SameTeam)),
        },
        Statement {
            pattern: "prefers head of the team [for DURATION]",
            help: "the same for the head of that team",
            example: "prefers head of the team for 30s",
            does: Does::Arrive(|arrival, said| prefer(arrival, said, Who::HeadOfTeam)),
        },
        Statement {
            pattern: "dedicated",
            help: "it is dedicated to those it prefers: with them it goes before all others",
            example: "dedicated",
            does: Does::Arrive(|arrival, _| arrival.dedicated = true),
        },
        Statement {
            pattern: "due MOMENT",
            help: "by when it is to be answered: it is ordered by the time left",
            example: "due 2h",
            does: Does::Arrive(|arrival, said| arrival.deadline = said.time()),
        },
        Statement {
            pattern: "not before MOMENT",
            help: "it joins the queue at that instant, and is scheduled until then",
            example: "not before 1h",
            does: Does::Arrive(|arrival, said| arrival.not_before = said.time()),
        },
        Statement {
            pattern: "dial TEXT",
            help: "outbound: the number to dial when an agent has it",
            example: "dial \"+49301234567\"",
            does: Does::Arrive(|arrival, said| arrival.dial = said.text().map(Into::into)),
        },
        Statement {
            pattern: "via ADAPTER",
            help: "the adapter that holds it",
            example: "via pbx2",
            does: Does::Arrive(|arrival, said| arrival.adapter = said.name(Named::Adapter).into()),
        },
    ],
}];

/// The attribute that `NAME = TEXT` says.
pub(super) fn attribute(said: &Arguments, sensitive: bool) -> Attribute {
    Attribute {
        key: Arc::from(said.name(Named::Other)),
        value: said.text().unwrap_or_default().into(),
        sensitive,
    }
}

fn add_attribute(arrival: &mut Arrival, said: &Arguments, sensitive: bool) {
    let known = arrival.attributes.iter().cloned();
    arrival.attributes = known.chain([attribute(said, sensitive)]).collect();
}

fn prefer(arrival: &mut Arrival, said: &Arguments, who: Who) {
    let for_ms = said.duration();
    arrival.preferred.push(Preferred { who, for_ms });
}

/// The priority that is said.
pub(super) fn priority(said: &Arguments) -> i32 {
    let number = said.number().unwrap_or(0);
    number
        .try_into()
        .unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// A contact that arrives for the queue that is said, with no option.
pub(super) fn plain_arrival(world: &World, contact: &str, said: &Arguments) -> Arrival {
    Arrival::of(
        contact,
        world.first_adapter(),
        said.channel().unwrap_or(Channel::Voice),
        said.queue(),
    )
}

fn arrive(world: &mut World, said: &Arguments) -> Acted {
    let mut last = Ok(Reply::Done);
    for contact in said.names(Named::Newcomer) {
        let mut arrival = plain_arrival(world, contact, said);
        for (option, said) in said.items() {
            if let Does::Arrive(apply) = option.does {
                apply(&mut arrival, said);
            }
        }
        world
            .arrivals
            .insert(contact.clone(), (arrival.clone(), world.now));
        last = Ok(world.ask(Command::Arrive(arrival))?);
    }
    last
}
