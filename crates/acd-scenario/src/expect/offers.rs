//! Who is offered what, and how offers end.

use acd_core::ids::{OfferId, TimeMs};

use super::{holds, is_word, listed, since};
use crate::chronicle::OfferSeen;
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::word;

pub(super) const OFFERS: Section = Section {
    title: "Offers",
    statements: &[
        Statement {
            pattern: "CONTACT offered to AGENT",
            help: "an offer of the contact to the agent was made at this very instant",
            example: "c1 offered to anna",
            does: Does::Expect(offered),
        },
        Statement {
            pattern: "offers: PAIRS",
            help: "exactly these offers were made at this very instant, no other; their order does not matter",
            example: "offers: c1 -> anna, c2 -> bob",
            does: Does::Expect(|world, said| {
                same_offers(world, said, &made_since(world, world.now))
            }),
        },
        Statement {
            pattern: "offers since TIME: PAIRS",
            help: "exactly these offers were made since that time, that instant included, in this order; `since start` for all",
            example: "offers since start: c1 -> anna, c1 -> bob",
            does: Does::Expect(|world, said| {
                same_offers(world, said, &made_since(world, since(world, said)))
            }),
        },
        Statement {
            pattern: "offers by this line: PAIRS",
            help: "exactly these offers were made by what the last action did, or, if time has passed since, by what the time to here brought; what others did in the same instant does not count",
            example: "offers by this line: c1 -> anna",
            does: Does::Expect(|world, said| same_offers(world, said, &by_this_line(world))),
        },
        Statement {
            pattern: "no further offer",
            help: "the same brought no offer but those that the lines since then speak of",
            example: "no further offer",
            does: Does::Expect(no_further),
        },
        Statement {
            pattern: "no offer",
            help: "no offer at all was made at this very instant",
            example: "no offer",
            does: Does::Expect(|world, _| none(world, world.now, |_| true)),
        },
        Statement {
            pattern: "no offer since TIME",
            help: "no offer at all was made since that time, that instant included",
            example: "no offer since 10s",
            does: Does::Expect(|world, said| none(world, since(world, said), |_| true)),
        },
        Statement {
            pattern: "AGENT never offered",
            help: "no offer was made to the agent, from the start to here",
            example: "anna never offered",
            does: Does::Expect(never_to_agent),
        },
        Statement {
            pattern: "CONTACT never offered to AGENT",
            help: "the contact was not offered to the agent, from the start to here",
            example: "c1 never offered to anna",
            does: Does::Expect(never_between),
        },
        Statement {
            pattern: "contact CONTACT never offered",
            help: "the contact was not offered to anybody, from the start to here",
            example: "contact c1 never offered",
            does: Does::Expect(|world, said| {
                let contact = world.chronicle.contact(said.contact());
                none(world, world.clock.zero_ms, |offer| {
                    Some(offer.contact) == contact
                })
            }),
        },
        Statement {
            pattern: "AGENT not offered since TIME",
            help: "no offer was made to the agent since that time, that instant included",
            example: "anna not offered since 10s",
            does: Does::Expect(never_to_agent),
        },
        Statement {
            pattern: "CONTACT not offered to AGENT since TIME",
            help: "the contact was not offered to the agent since that time, that instant included",
            example: "c1 not offered to anna since 10s",
            does: Does::Expect(never_between),
        },
        Statement {
            pattern: "CONTACT offered to AGENT NUMBER times",
            help: "so many offers of the contact to the agent were made, from the start to here",
            example: "c1 offered to anna 2 times",
            does: Does::Expect(|world, said| {
                let count = offers_between(world, said).count();
                holds(i64::try_from(count).ok() == said.number(), || {
                    format!("{count} offers")
                })
            }),
        },
        Statement {
            pattern: "AGENT offered NUMBER times",
            help: "so many offers were made to the agent, from the start to here",
            example: "anna offered 2 times",
            does: Does::Expect(|world, said| {
                let count = offers_to(world, said.agent());
                holds(Some(count) == said.number(), || format!("{count} offers"))
            }),
        },
        Statement {
            pattern: "AGENT offered at (least|most) NUMBER times",
            help: "so many offers at the least, or at the most, were made to the agent, from the start to here: for what a random choice decides",
            example: "anna offered at least 20 times",
            does: Does::Expect(|world, said| {
                let (count, bound) = (offers_to(world, said.agent()), said.number().unwrap_or(0));
                let kept = match said.choice() {
                    Some("least") => count >= bound,
                    _ => count <= bound,
                };
                holds(kept, || format!("{count} offers"))
            }),
        },
        Statement {
            pattern: "offer [NUMBER] of CONTACT to AGENT ended END [, fault (agent|none|system)]",
            help: "the last offer of the contact to the agent, or the n-th, ended this way",
            example: "offer of c1 to anna ended canceled(customer_gone), fault none",
            does: Does::Expect(ended),
        },
        Statement {
            pattern: "offer [NUMBER] of CONTACT to AGENT is (pending|accepted)",
            help: "the last offer of the contact to the agent, or the n-th, still rings, or is accepted and being connected",
            example: "offer of c1 to anna is pending",
            does: Does::Expect(is_open),
        },
    ],
};

fn offered(world: &World, said: &Arguments) -> Verdict {
    let now = world.now;
    let found = offers_between(world, said).any(|(_, offer)| offer.made_at == now);
    holds(found, || all_told(world, &made_since(world, now)))
}

fn offers_between<'a>(
    world: &'a World,
    said: &Arguments,
) -> impl DoubleEndedIterator<Item = (&'a OfferId, &'a OfferSeen)> {
    let both = world
        .chronicle
        .contact(said.contact())
        .zip(world.agent_no(said.agent()));
    both.into_iter().flat_map(|(contact, agent)| {
        world
            .chronicle
            .offers_of(contact, agent)
            .collect::<Vec<_>>()
    })
}

fn never_between(world: &World, said: &Arguments) -> Verdict {
    let from = since(world, said);
    let mut made = offers_between(world, said).filter(|(_, offer)| offer.made_at >= from);
    match made.next() {
        None => Ok(()),
        Some((_, offer)) => Err(told(world, offer)),
    }
}

fn never_to_agent(world: &World, said: &Arguments) -> Verdict {
    let agent = world.agent_no(said.agent());
    none(world, since(world, said), |offer| {
        Some(offer.agent) == agent
    })
}

/// How many offers were made to an agent.
fn offers_to(world: &World, agent: &str) -> i64 {
    let agent = world.agent_no(agent);
    let offers = world.chronicle.offers.values();
    let count = offers.filter(|offer| Some(offer.agent) == agent).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn none(world: &World, from: TimeMs, which: impl Fn(&OfferSeen) -> bool) -> Verdict {
    let mut offers = world.chronicle.offers.values();
    match offers.find(|offer| offer.made_at >= from && which(offer)) {
        None => Ok(()),
        Some(offer) => Err(told(world, offer)),
    }
}

/// The offers since an instant must be these: in order from instant to instant, in any order within one.
fn same_offers(world: &World, said: &Arguments, made: &[&OfferSeen]) -> Verdict {
    let pairs = said
        .items()
        .iter()
        .map(|(_, pair)| (pair.contact().to_owned(), pair.agent().to_owned()));
    let mut expected: Vec<_> = pairs.collect();
    let mut seen: Vec<_> = made.iter().map(|offer| pair(world, offer)).collect();
    if seen.len() == expected.len() {
        let mut at = 0;
        for instant in made.chunk_by(|a, b| a.made_at == b.made_at) {
            let end = at + instant.len();
            expected[at..end].sort();
            seen[at..end].sort();
            at = end;
        }
    }
    holds(seen == expected, || all_told(world, made))
}

/// The offers since an instant.
fn made_since(world: &World, from: TimeMs) -> Vec<&OfferSeen> {
    let offers = world.chronicle.offers.values();
    offers.filter(|offer| offer.made_at >= from).collect()
}

/// The offers that the last action made, or the time that has passed since.
fn by_this_line(world: &World) -> Vec<&OfferSeen> {
    let events = &world.chronicle.events[world.line_begins..];
    let first = events.first().map_or(u64::MAX, |recorded| recorded.seq);
    let offers = world.chronicle.offers.range(OfferId(first)..);
    offers.map(|(_, offer)| offer).collect()
}

fn no_further(world: &World, _: &Arguments) -> Verdict {
    let mut further = by_this_line(world);
    further.retain(|offer| !world.spoken_of.contains(&pair(world, offer)));
    holds(further.is_empty(), || all_told(world, &further))
}

fn pair(world: &World, offer: &OfferSeen) -> (String, String) {
    (
        world.chronicle.name(offer.contact).to_owned(),
        world.agent_name(offer.agent).to_owned(),
    )
}

fn all_told(world: &World, made: &[&OfferSeen]) -> String {
    let made: Vec<String> = made.iter().map(|offer| told(world, offer)).collect();
    if made.is_empty() {
        "no offer was made".to_owned()
    } else {
        listed(made, ", ")
    }
}

fn told(world: &World, offer: &OfferSeen) -> String {
    let (contact, agent) = pair(world, offer);
    format!(
        "{contact} was offered to {agent} at {}",
        world.clock.shown(offer.made_at)
    )
}

/// The offer that is said: the last one, or the n-th.
fn said_offer<'a>(world: &'a World, said: &Arguments) -> Result<(OfferId, &'a OfferSeen), String> {
    let mut offers = offers_between(world, said);
    let found = match said.number().map(|nth| usize::try_from(nth - 1)) {
        Some(before) => before.ok().and_then(|before| offers.nth(before)),
        None => offers.next_back(),
    };
    let no_offer = || match said.number() {
        Some(nth) => format!(
            "there is no offer {nth} of {} to {}",
            said.contact(),
            said.agent()
        ),
        None => format!("{} was never offered to {}", said.contact(), said.agent()),
    };
    found.map(|(id, offer)| (*id, offer)).ok_or_else(no_offer)
}

fn ended(world: &World, said: &Arguments) -> Verdict {
    let (id, offer) = said_offer(world, said)?;
    let (seen, fault) = match &offer.end {
        Some((_, end, fault)) => (word(end), word(fault)),
        None if world.state().facts().offers.contains_key(&id) => {
            return Err("it is not over".to_owned());
        }
        None => ("connected".to_owned(), "none".to_owned()),
    };
    let expected = said.text().unwrap_or_default();
    let same_fault = said.choice().is_none_or(|expected| expected == fault);
    holds(is_word(&seen, &expected) && same_fault, || {
        format!("{seen}, fault {fault}")
    })
}

fn is_open(world: &World, said: &Arguments) -> Verdict {
    use acd_core::state::OfferState;
    let (id, offer) = said_offer(world, said)?;
    let seen = match world
        .state()
        .facts()
        .offers
        .get(&id)
        .map(|offer| &offer.state)
    {
        Some(OfferState::Pending { .. }) => "pending".to_owned(),
        Some(OfferState::Connecting { .. }) => "accepted".to_owned(),
        None => offer
            .end
            .as_ref()
            .map_or_else(|| "connected".to_owned(), |(_, end, _)| word(end)),
    };
    holds(said.choice() == Some(&seen), || format!("it is {seen}"))
}
