//! Where contacts are and what became of them.

use acd_core::ids::{ContactId, VisitId};
use acd_core::state::{Contact, HandlingState, OfferState, Place, Visit};

use super::figures::figures;
use super::{Seen, equal, holds, is_word, word};
use crate::scenario::clock;
use crate::scenario::language::arguments::{Arguments, Named};
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

pub(super) const CONTACTS: Section = Section {
    title: "Contacts",
    statements: &[
        Statement {
            pattern: "CONTACT waiting [in QUEUE]",
            help: "it waits in the queue, offered to nobody",
            example: "c1 waiting in sales",
            does: Does::Expect(|world, said| is_at(world, said, "waiting")),
        },
        Statement {
            pattern: "CONTACT ringing [at AGENT]",
            help: "an offer of it rings",
            example: "c1 ringing at anna",
            does: Does::Expect(|world, said| is_at(world, said, "ringing")),
        },
        Statement {
            pattern: "CONTACT connecting [to AGENT]",
            help: "an offer of it is accepted, and it is being connected",
            example: "c1 connecting to anna",
            does: Does::Expect(|world, said| is_at(world, said, "connecting")),
        },
        Statement {
            pattern: "CONTACT talking [with AGENT]",
            help: "it is in a conversation, not on hold",
            example: "c1 talking with anna",
            does: Does::Expect(|world, said| is_at(world, said, "talking")),
        },
        Statement {
            pattern: "CONTACT on hold [with AGENT]",
            help: "it is in a conversation that is on hold",
            example: "c1 on hold with anna",
            does: Does::Expect(|world, said| is_at(world, said, "on hold")),
        },
        Statement {
            pattern: "CONTACT leaving",
            help: "its adapter was told to send it elsewhere or end it, and has not acknowledged",
            example: "c1 leaving",
            does: Does::Expect(|world, said| is_at(world, said, "leaving")),
        },
        Statement {
            pattern: "CONTACT gone",
            help: "it is over",
            example: "c1 gone",
            does: Does::Expect(|world, said| is_at(world, said, "gone")),
        },
        Statement {
            pattern: "CONTACT outcome WORD [in QUEUE]",
            help: "its last visit that is over (in this queue) ended so: `answered`, `abandoned(customer)`, `timed_out`, `transferred`, ...; without the brackets any of the kind",
            example: "c1 outcome abandoned(customer)",
            does: Does::Expect(outcome),
        },
        Statement {
            pattern: "CONTACT refused WORD",
            help: "it could not join, for this reason: `full`, `closed(hours)`, `no_staff`, `diverted`, `predicted_wait`",
            example: "c1 refused full",
            does: Does::Expect(refused),
        },
        Statement {
            pattern: "CONTACT position NUMBER",
            help: "its true position among the waiting and ringing contacts of its queue, from 1",
            example: "c1 position 2",
            does: Does::Expect(position),
        },
        Statement {
            pattern: "CONTACT waited DURATION",
            help: "so long is its present visit, or was its last one",
            example: "c1 waited 20s",
            does: Does::Expect(waited),
        },
        Statement {
            pattern: "CONTACT order time TIME",
            help: "the instant that counts for its order",
            example: "c1 order time 10s",
            does: Does::Expect(order_time),
        },
        Statement {
            pattern: "CONTACT virtual wait DURATION",
            help: "now - order time + head start + age offset",
            example: "c1 virtual wait 80s",
            does: Does::Expect(virtual_wait),
        },
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
            pattern: "CONTACT disposition CODE",
            help: "its last conversation has this disposition code",
            example: "c1 disposition sold",
            does: Does::Expect(disposition),
        },
        Statement {
            pattern: "CONTACT visits NUMBER",
            help: "so many visits were opened for it",
            example: "c1 visits 2",
            does: Does::Expect(|world, said| {
                let id = seen(world, said.contact())?;
                let count = world.chronicle.visits_of(id).count();
                holds(i64::try_from(count).ok() == said.number(), || {
                    format!("{count} visits")
                })
            }),
        },
    ],
};

pub(super) const QUEUES: Section = Section {
    title: "Queues",
    statements: &[
        Statement {
            pattern: "queue QUEUE [on CHANNEL]: FIGURES",
            help: "the counts of the queue since the start, of all channels or one",
            example: "queue sales: offered 2, answered 1, in queue 1",
            does: Does::Expect(figures),
        },
        Statement {
            pattern: "order in QUEUE: CONTACTS",
            help: "exactly these contacts wait or ring in the queue, in the order in which they are to be served",
            example: "order in sales: c2, c1",
            does: Does::Expect(order),
        },
        Statement {
            pattern: "queue QUEUE empty",
            help: "no contact waits or rings in it",
            example: "queue sales empty",
            does: Does::Expect(|world, said| {
                let open = in_order(world, said.queue());
                holds(open.is_empty(), || open.join(", "))
            }),
        },
    ],
};

/// The last contact of a name.
pub(super) fn seen(world: &World, name: &str) -> Result<ContactId, String> {
    let found = world.chronicle.contact(name);
    found.ok_or_else(|| format!("no contact {name} was accepted so far"))
}

fn open<'a>(world: &'a World, name: &str) -> Result<&'a Contact, String> {
    let found = world.state().contact_named(&name.into());
    found.ok_or_else(|| {
        format!(
            "{name} is {}",
            if seen(world, name).is_ok() {
                "gone"
            } else {
                "not there"
            }
        )
    })
}

fn open_visit<'a>(world: &'a World, name: &str) -> Result<&'a Visit, String> {
    match open(world, name)?.place {
        Place::Queue(visit) => Ok(&world.state().facts().visits[&visit]),
        _ => Err(place(world, name)?.0),
    }
}

/// Where a contact is: in a word, with the queue it is in or the agent it is with.
fn place(world: &World, name: &str) -> Result<(String, Option<String>), String> {
    let facts = world.state().facts();
    let Ok(contact) = open(world, name) else {
        seen(world, name)?;
        return Ok(("gone".to_owned(), None));
    };
    let agent = |no| Some(world.agent_name(no).to_owned());
    let (word, whose) = match contact.place {
        Place::Queue(visit) => match facts.visits[&visit]
            .offer
            .map(|offer| &facts.offers[&offer])
        {
            None => (
                "waiting",
                Some(world.queue_name(facts.visits[&visit].queue).to_owned()),
            ),
            Some(offer) => match offer.state {
                OfferState::Pending { .. } => ("ringing", agent(offer.agent)),
                OfferState::Connecting { .. } => ("connecting", agent(offer.agent)),
            },
        },
        Place::Handling(handling) => {
            let handling = &facts.handlings[&handling];
            match handling.state {
                HandlingState::Held { .. } => ("on hold", agent(handling.agent)),
                _ => ("talking", agent(handling.agent)),
            }
        }
        Place::Leaving(_) => ("leaving", None),
        Place::Arriving => ("arriving", None),
    };
    Ok((word.to_owned(), whose))
}

fn is_at(world: &World, said: &Arguments, expected: &str) -> Seen {
    let (word, whose) = place(world, said.contact())?;
    let named = said.optional(Named::Queue).or(said.optional(Named::Agent));
    let same = word == expected && named.is_none_or(|named| whose.as_deref() == Some(named));
    holds(same, || match whose {
        Some(whose) if word == "waiting" => format!("{} is waiting in {whose}", said.contact()),
        Some(whose) => format!("{} is {word} with {whose}", said.contact()),
        None => format!("{} is {word}", said.contact()),
    })
}

fn outcome(world: &World, said: &Arguments) -> Seen {
    let id = seen(world, said.contact())?;
    let queue = said.optional(Named::Queue);
    let visits = world.chronicle.visits_of(id).map(|(_, visit)| visit);
    let mut ended = visits
        .filter(|visit| queue.is_none_or(|queue| world.queue_name(visit.queue) == queue))
        .filter_map(|visit| visit.end.as_ref());
    let expected = said.text().unwrap_or_default();
    match ended.next_back() {
        Some((_, outcome, _)) => {
            let seen = word(outcome);
            holds(is_word(&seen, &expected), || seen)
        }
        None => Err(format!("no visit of {} is over", said.contact())),
    }
}

fn refused(world: &World, said: &Arguments) -> Seen {
    use acd_core::event::Event;
    let reasons =
        world
            .chronicle
            .events
            .iter()
            .rev()
            .filter_map(|recorded| match &recorded.event {
                Event::ContactRefused {
                    contact, reason, ..
                } if contact.as_str() == said.contact() => Some(word(reason)),
                _ => None,
            });
    let expected = said.text().unwrap_or_default();
    match reasons.into_iter().next() {
        Some(seen) => holds(is_word(&seen, &expected), || format!("refused {seen}")),
        None => Err(format!("{} was not refused", said.contact())),
    }
}

/// The contacts of a queue in the order in which they are to be served.
fn in_order(world: &World, queue: &str) -> Vec<String> {
    let Some(no) = world.state().queue_no(&queue.into()) else {
        return Vec::new();
    };
    let mut open: Vec<&Visit> = world
        .state()
        .open_visits(no)
        .iter()
        .map(|(_, id)| &world.state().facts().visits[id])
        .collect();
    open.sort_by_key(|visit| world.state().contact_key(visit));
    open.iter()
        .map(|visit| world.chronicle.name(visit.contact).to_owned())
        .collect()
}

fn order(world: &World, said: &Arguments) -> Seen {
    let seen = in_order(world, said.queue());
    holds(seen == said.names(Named::Contact), || seen.join(", "))
}

fn position(world: &World, said: &Arguments) -> Seen {
    let visit = open_visit(world, said.contact())?;
    let order = in_order(world, world.queue_name(visit.queue));
    let before = order.iter().position(|name| name == said.contact());
    let position = before.map_or(0, |before| i64::try_from(before).unwrap_or(0) + 1);
    equal(position, said.number().unwrap_or(0))
}

fn waited(world: &World, said: &Arguments) -> Seen {
    let id = seen(world, said.contact())?;
    let visits = world.chronicle.visits_of(id);
    let Some((_, visit)) = visits.max_by_key(|(id, _): &(&VisitId, _)| **id) else {
        return Err("it never joined a queue".to_owned());
    };
    let until = visit.end.as_ref().map_or(world.now, |(at, ..)| *at);
    same_length(until - visit.opened_at, said)
}

fn order_time(world: &World, said: &Arguments) -> Seen {
    let order_time = open_visit(world, said.contact())?.order_time;
    holds(said.time() == Some(order_time), || {
        world.clock.shown(order_time)
    })
}

fn virtual_wait(world: &World, said: &Arguments) -> Seen {
    let order_time = open_visit(world, said.contact())?.order_time;
    let start = open(world, said.contact())?.virtual_start(order_time);
    same_length(world.now - start, said)
}

/// Whether a length of time is the one that is said.
pub(super) fn same_length(seen: i64, said: &Arguments) -> Seen {
    holds(said.duration() == Some(seen), || clock::shown(seen))
}

fn attribute(world: &World, said: &Arguments) -> Seen {
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

fn disposition(world: &World, said: &Arguments) -> Seen {
    use acd_core::event::Event;
    let id = seen(world, said.contact())?;
    let set = world
        .chronicle
        .events
        .iter()
        .rev()
        .find_map(|recorded| match &recorded.event {
            Event::DispositionSet {
                handling,
                disposition,
            } => {
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
