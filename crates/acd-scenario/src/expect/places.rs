//! Where contacts are.

use acd_core::ids::ContactId;
use acd_core::state::{Contact, HandlingState, OfferState, Place, Visit};

use super::holds;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::word;

macro_rules! place {
    ($pattern:literal, $help:literal, $example:literal, $word:literal) => {
        Statement {
            pattern: $pattern,
            help: $help,
            example: $example,
            does: Does::Expect(|world, said| is_at(world, said, $word)),
        }
    };
}

pub(super) const PLACES: Section = Section {
    title: "Where contacts are",
    statements: &[
        place!(
            "CONTACT waiting [in QUEUE]",
            "it waits in the queue, offered to nobody",
            "c1 waiting in sales",
            "waiting"
        ),
        place!(
            "CONTACT ringing [at AGENT]",
            "an offer of it rings; of a broadcast, one of several",
            "c1 ringing at anna",
            "ringing"
        ),
        place!(
            "CONTACT connecting [to AGENT]",
            "an offer of it is accepted, and it is being connected",
            "c1 connecting to anna",
            "connecting"
        ),
        place!(
            "CONTACT talking [with AGENT]",
            "it is in a conversation, not on hold; with the agent, or one who takes part",
            "c1 talking with anna",
            "talking"
        ),
        place!(
            "CONTACT on hold [with AGENT]",
            "it is in a conversation that is on hold",
            "c1 on hold with anna",
            "on hold"
        ),
        Statement {
            pattern: "recording of CONTACT (on|paused|off)",
            help: "its conversation is recorded, paused, or not recorded",
            example: "recording of c1 paused",
            does: Does::Expect(recording),
        },
        place!(
            "CONTACT parked [with AGENT]",
            "it is set aside by this agent",
            "c1 parked with anna",
            "parked"
        ),
        place!(
            "CONTACT scheduled [for QUEUE]",
            "it waits for its time, in no queue before it",
            "c1 scheduled for sales",
            "scheduled"
        ),
        place!(
            "CONTACT leaving",
            "its adapter was told to send it elsewhere or end it, and has not acknowledged",
            "c1 leaving",
            "leaving"
        ),
        place!("CONTACT gone", "it is over", "c1 gone", "gone"),
        Statement {
            pattern: "CONTACT in conference with AGENTS",
            help: "exactly these take part in its conversation besides the agent whose customer it is, the longest first",
            example: "c1 in conference with bob, carla",
            does: Does::Expect(|world, said| {
                let seen = participants(world, said.contact())?;
                holds(seen == said.names(Named::Agent), || seen.join(", "))
            }),
        },
        Statement {
            pattern: "CONTACT in no conference",
            help: "nobody takes part in its conversation besides the agent whose customer it is",
            example: "c1 in no conference",
            does: Does::Expect(|world, said| {
                let seen = participants(world, said.contact())?;
                holds(seen.is_empty(), || seen.join(", "))
            }),
        },
    ],
};

/// The last contact of a name.
pub(super) fn seen(world: &World, name: &str) -> Result<ContactId, String> {
    let found = world.chronicle.contact(name);
    found.ok_or_else(|| format!("no contact {name} was accepted so far"))
}

/// An open contact.
pub(super) fn open<'a>(world: &'a World, name: &str) -> Result<&'a Contact, String> {
    let found = world.state().contact_named(&name.into());
    let known = || {
        if seen(world, name).is_ok() {
            "gone"
        } else {
            "not there"
        }
    };
    found.ok_or_else(|| format!("{name} is {}", known()))
}

/// The visit of a contact that waits or rings.
pub(super) fn open_visit<'a>(world: &'a World, name: &str) -> Result<&'a Visit, String> {
    match open(world, name)?.place {
        Place::Queue(visit) => Ok(&world.state().facts().visits[&visit]),
        _ => Err(told(name, &place(world, name)?)),
    }
}

/// Where a contact is: in a word, with the queue it is in or the agents it is with.
type At = (&'static str, Vec<String>);

fn place(world: &World, name: &str) -> Result<At, String> {
    let facts = world.state().facts();
    let Ok(contact) = open(world, name) else {
        seen(world, name)?;
        return Ok(("gone", Vec::new()));
    };
    let agent = |no| vec![world.agent_name(no).to_owned()];
    Ok(match contact.place {
        Place::Queue(visit) => in_queue(world, &facts.visits[&visit]),
        Place::Handling(handling) => {
            let handling = &facts.handlings[&handling];
            let others = handling.participants.iter();
            let others = others.flat_map(|id| agent(facts.handlings[id].agent));
            let agents = agent(handling.agent).into_iter().chain(others).collect();
            match handling.state {
                HandlingState::Held { .. } => ("on hold", agents),
                _ => ("talking", agents),
            }
        }
        Place::Parked(with) => ("parked", agent(with)),
        Place::Scheduled(schedule) => (
            "scheduled",
            vec![world.queue_name(schedule.queue).to_owned()],
        ),
        Place::Leaving(_) => ("leaving", Vec::new()),
        Place::Arriving => ("arriving", Vec::new()),
    })
}

/// Who takes part in the conversation of a contact, the longest first.
fn participants(world: &World, name: &str) -> Result<Vec<String>, String> {
    let facts = world.state().facts();
    let Place::Handling(handling) = open(world, name)?.place else {
        return Ok(Vec::new());
    };
    let others = facts.handlings[&handling].participants.iter();
    let agents = others.map(|id| world.agent_name(facts.handlings[id].agent).to_owned());
    Ok(agents.collect())
}

fn in_queue(world: &World, visit: &Visit) -> At {
    let offers = visit
        .offers
        .iter()
        .map(|offer| &world.state().facts().offers[offer]);
    let agents: Vec<String> = offers
        .clone()
        .map(|offer| world.agent_name(offer.agent).to_owned())
        .collect();
    let accepted = offers
        .clone()
        .any(|offer| matches!(offer.state, OfferState::Connecting { .. }));
    match (agents.is_empty(), accepted) {
        (true, _) => ("waiting", vec![world.queue_name(visit.queue).to_owned()]),
        (false, true) => ("connecting", agents),
        (false, false) => ("ringing", agents),
    }
}

fn is_at(world: &World, said: &Arguments, expected: &str) -> Verdict {
    let at = place(world, said.contact())?;
    let named = said.optional(Named::Queue).or(said.optional(Named::Agent));
    let same = at.0 == expected && named.is_none_or(|named| at.1.iter().any(|name| name == named));
    holds(same, || told(said.contact(), &at))
}

fn told(name: &str, (word, whose): &At) -> String {
    match (*word, whose.join(", ")) {
        ("waiting", queue) => format!("{name} is waiting in {queue}"),
        ("scheduled", queue) => format!("{name} is scheduled for {queue}"),
        (word, whose) if whose.is_empty() => format!("{name} is {word}"),
        (word, whose) => format!("{name} is {word} with {whose}"),
    }
}

fn recording(world: &World, said: &Arguments) -> Verdict {
    let (contact, at) = (open(world, said.contact())?, place(world, said.contact())?);
    let talks = matches!(contact.place, Place::Handling(_));
    holds(talks && contact.recording == said.recording(), || {
        format!(
            "{}, its recording {}",
            told(said.contact(), &at),
            word(&contact.recording)
        )
    })
}
