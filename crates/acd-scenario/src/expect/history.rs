//! What contacts went through.

use acd_core::event::{Event, JoinRefused, VisitEnded, VisitOpened};
use acd_core::ids::{ContactId, HandlingId, OfferId, VisitId};

use super::places::seen;
use super::{holds, is_word};
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement, Station, Verdict};
use crate::world::World;
use acd_narration::word;

pub(super) const HISTORY: Statement = Statement {
    pattern: "CONTACT history: STATIONS",
    help: "exactly these were its stations from its arrival to here, in this order",
    example: "c1 history: joined sales, offer to anna timed_out, offer to bob connected, talk with bob, left sales answered",
    does: Does::Expect(history),
};

pub(crate) const STATIONS: &[Section] = &[Section {
    title: "Stations of a contact",
    statements: &[
        Statement {
            pattern: "joined QUEUE",
            help: "a visit of the queue began",
            example: "joined sales",
            does: Does::Station(|said| (joined(said.queue()), None)),
        },
        Statement {
            pattern: "refused by QUEUE REFUSAL",
            help: "it could not join the queue, for this reason",
            example: "refused by sales full",
            does: Does::Station(|said| (refused(said.queue()), said.text())),
        },
        Statement {
            pattern: "offer to AGENT END",
            help: "it was offered to the agent, and the offer ended so",
            example: "offer to anna timed_out",
            does: Does::Station(|said| (offer(said.agent()), said.text())),
        },
        Statement {
            pattern: "offer to AGENT",
            help: "it was offered to the agent, and the offer is open",
            example: "offer to anna",
            does: Does::Station(|said| (offer(said.agent()), None)),
        },
        Statement {
            pattern: "talk with AGENT",
            help: "a conversation with the agent began",
            example: "talk with bob",
            does: Does::Station(|said| (talk(said.agent()), None)),
        },
        Statement {
            pattern: "left QUEUE OUTCOME",
            help: "the visit of the queue ended so",
            example: "left sales answered",
            does: Does::Station(|said| (left(said.queue()), said.text())),
        },
    ],
}];

fn joined(queue: &str) -> String {
    format!("joined {queue}")
}

fn refused(queue: &str) -> String {
    format!("refused by {queue}")
}

fn offer(agent: &str) -> String {
    format!("offer to {agent}")
}

fn talk(agent: &str) -> String {
    format!("talk with {agent}")
}

fn left(queue: &str) -> String {
    format!("left {queue}")
}

fn history(world: &World, said: &Arguments) -> Verdict {
    let contact = seen(world, said.contact())?;
    let events = world.chronicle.events.iter();
    let stations = events.filter_map(|recorded| {
        let (of, station) = station(world, recorded.seq, &recorded.event)?;
        (of == contact).then_some(station)
    });
    let stations: Vec<Station> = stations.collect();
    let expected = said.items().iter().filter_map(|(station, said)| {
        let Does::Station(read) = station.does else {
            return None;
        };
        Some(read(said))
    });
    holds(
        stations.len() == said.items().len()
            && stations
                .iter()
                .zip(expected)
                .all(|(seen, said)| same(seen, &said)),
        || told(&stations),
    )
}

/// The station that an event is, and of which contact.
fn station(world: &World, seq: u64, event: &Event) -> Option<(ContactId, Station)> {
    let chronicle = &world.chronicle;
    Some(match event {
        Event::VisitOpened(VisitOpened { contact, queue, .. }) => {
            (*contact, (joined(world.queue_name(*queue)), None))
        }
        Event::JoinRefused(JoinRefused {
            contact,
            queue,
            reason,
            ..
        }) => {
            let reason = Some(word(reason));
            (*contact, (refused(world.queue_name(*queue)), reason))
        }
        Event::OfferMade(_) => {
            let id = OfferId(seq);
            let made = chronicle.offers.get(&id)?;
            let is_open = world.state().facts().offers.contains_key(&id);
            let end = match &made.end {
                Some((_, end, _)) => Some(word(end)),
                None => (!is_open).then(|| "connected".to_owned()),
            };
            (made.contact, (offer(world.agent_name(made.agent)), end))
        }
        Event::HandlingStarted(_) => {
            let begun = chronicle.handlings.get(&HandlingId(seq))?;
            (begun.contact, (talk(world.agent_name(begun.agent)), None))
        }
        Event::VisitEnded(VisitEnded { visit, outcome, .. }) => {
            let ended = chronicle.visits.get::<VisitId>(visit)?;
            let queue = world.queue_name(ended.queue);
            (ended.contact, (left(queue), Some(word(outcome))))
        }
        _ => return None,
    })
}

fn same((seen, how): &Station, (said, expected): &Station) -> bool {
    let same_word = match (how, expected) {
        (Some(how), Some(expected)) => is_word(how, expected),
        (how, expected) => how == expected,
    };
    seen == said && same_word
}

fn told(stations: &[Station]) -> String {
    let told = stations.iter().map(|(what, how)| match how {
        Some(how) => format!("{what} {how}"),
        None => what.clone(),
    });
    told.collect::<Vec<_>>().join(", ")
}
