//! Why: decision records and explanations.

use acd_core::explain;

use super::holds;
use super::places::seen;
use crate::clock;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;

pub(super) const REASONS: Section = Section {
    title: "Reasons",
    statements: &[
        Statement {
            pattern: "decision for CONTACT: PARTS",
            help: "the record of the contact's last offer says so",
            example: "decision for c1: winner bob, candidates 2, runner-up anna, runner-up idle 60s",
            does: Does::Expect(decision),
        },
        Statement {
            pattern: "why CONTACT TEXT",
            help: "the explanation of where the contact is contains the text: `\"3 busy on voice\"`",
            example: "why c1 \"1 logged out\"",
            does: Does::Expect(|world, said| {
                let Some(contact) = world.state().contact_named(&said.contact().into()) else {
                    seen(world, said.contact())?;
                    return Err("it is gone".to_owned());
                };
                let tell = |at| world.clock.shown(at);
                contains(
                    explain::contact(world.state(), contact, world.now, &tell).sentence,
                    said,
                )
            }),
        },
        Statement {
            pattern: "why CONTACT to AGENT TEXT",
            help: "the explanation of the last offer of the contact to the agent, present or past, contains the text: why this agent, and who was next",
            example: "why c1 to anna \"next was bob\"",
            does: Does::Expect(why_offer),
        },
        Statement {
            pattern: "why AGENT gets none TEXT",
            help: "the explanation why the agent gets no contact contains the text",
            example: "why anna gets none \"not ready (break)\"",
            does: Does::Expect(|world, said| {
                let Some(no) = world.agent_no(said.agent()) else {
                    return Err("there is no such agent yet".to_owned());
                };
                let tell = |at| world.clock.shown(at);
                contains(explain::agent(world.state(), no, &tell).1, said)
            }),
        },
        Statement {
            pattern: "why not AGENT for CONTACT TEXT",
            help: "the one reason why the agent is not offered the waiting contact contains the text: `\"lacking german >= 4\"`",
            example: "why not anna for c1 \"busy\"",
            does: Does::Expect(why_not),
        },
    ],
};

pub(crate) const DECISION_PARTS: &[Section] = &[Section {
    title: "Parts of a decision record",
    statements: &[
        Statement {
            pattern: "winner AGENT",
            help: "the agent it was offered to",
            example: "winner bob",
            does: Does::Decide(|world, offer, said| {
                (Some(world.agent_name(offer.agent).to_owned()), named(said))
            }),
        },
        Statement {
            pattern: "runner-up AGENT",
            help: "the agent who was next",
            example: "runner-up anna",
            does: Does::Decide(|world, offer, said| {
                let next = offer.decision.runner_up.as_ref();
                (
                    next.map(|key| world.agent_name(key.agent).to_owned()),
                    named(said),
                )
            }),
        },
        Statement {
            pattern: "no runner-up",
            help: "nobody else could be offered it",
            example: "no runner-up",
            does: Does::Decide(|world, offer, _| {
                let next = offer.decision.runner_up.as_ref();
                (next.map(|key| world.agent_name(key.agent).to_owned()), None)
            }),
        },
        Statement {
            pattern: "candidates NUMBER",
            help: "how many agents could be offered it",
            example: "candidates 2",
            does: Does::Decide(|_, offer, said| {
                (Some(offer.decision.candidates.to_string()), number(said))
            }),
        },
        Statement {
            pattern: "winner idle DURATION",
            help: "how long the winner was idle",
            example: "winner idle 90s",
            does: Does::Decide(|_, offer, said| {
                (
                    Some(clock::shown(
                        offer.made_at - offer.decision.winner.idle_since,
                    )),
                    length(said),
                )
            }),
        },
        Statement {
            pattern: "runner-up idle DURATION",
            help: "how long the next one was idle",
            example: "runner-up idle 60s",
            does: Does::Decide(|_, offer, said| {
                let next = offer.decision.runner_up.as_ref();
                (
                    next.map(|key| clock::shown(offer.made_at - key.idle_since)),
                    length(said),
                )
            }),
        },
        Statement {
            pattern: "step NUMBER",
            help: "the step of the routing plan, from 1",
            example: "step 1",
            does: Does::Decide(|_, offer, said| {
                (Some((offer.decision.step + 1).to_string()), number(said))
            }),
        },
        Statement {
            pattern: "tier NUMBER",
            help: "the winner's tier in the queue, for this contact",
            example: "tier 1",
            does: Does::Decide(|_, offer, said| {
                (Some(offer.decision.winner.tier.to_string()), number(said))
            }),
        },
        Statement {
            pattern: "config NUMBER",
            help: "the version of the configuration in force",
            example: "config 1",
            does: Does::Decide(|_, offer, said| {
                (
                    Some(offer.decision.config_version.to_string()),
                    number(said),
                )
            }),
        },
    ],
}];

fn named(said: &Arguments) -> Option<String> {
    Some(said.name(Named::Agent).to_owned())
}

fn number(said: &Arguments) -> Option<String> {
    said.number().map(|number| number.to_string())
}

fn length(said: &Arguments) -> Option<String> {
    said.duration().map(clock::shown)
}

fn decision(world: &World, said: &Arguments) -> Verdict {
    let contact = seen(world, said.contact())?;
    let mut offers = world.chronicle.offers.values().rev();
    let Some(offer) = offers.find(|offer| offer.contact == contact) else {
        return Err(format!("{} was never offered", said.contact()));
    };
    for (part, said) in said.items() {
        let Does::Decide(read) = part.does else {
            continue;
        };
        let (seen, expected) = read(world, offer, said);
        if seen != expected {
            return Err(acd_narration::decision(
                world,
                &offer.decision,
                offer.made_at,
            ));
        }
    }
    Ok(())
}

fn contains(sentence: String, said: &Arguments) -> Verdict {
    let wanted = said.text().unwrap_or_default();
    holds(sentence.contains(&wanted), || sentence.clone())
}

fn why_offer(world: &World, said: &Arguments) -> Verdict {
    let id = seen(world, said.contact())?;
    let name = said.contact().into();
    let state = world.state();
    let ended = || {
        state
            .ended_named(&name, world.now)
            .and_then(|(_, ended)| ended.record.as_deref())
    };
    let contact = state.contact_named(&name).or_else(ended);
    let Some(contact) = contact.filter(|contact| contact.id == id) else {
        return Err("its record is gone".to_owned());
    };
    let agent = world.agent_no(said.agent());
    let offer = contact
        .offers
        .iter()
        .rev()
        .find(|offer| Some(offer.agent) == agent);
    match offer {
        Some(offer) => contains(explain::offer(state, contact, offer), said),
        None => Err(format!(
            "{} was never offered to {}",
            said.contact(),
            said.agent()
        )),
    }
}

fn why_not(world: &World, said: &Arguments) -> Verdict {
    use acd_core::state::Place;
    let Some(contact) = world.state().contact_named(&said.contact().into()) else {
        seen(world, said.contact())?;
        return Err("it is gone".to_owned());
    };
    let Place::Queue(visit) = contact.place else {
        return Err("it is in no queue".to_owned());
    };
    let Some(agent) = world.agent_no(said.agent()) else {
        return Err("there is no such agent yet".to_owned());
    };
    let visit = &world.state().facts().visits[&visit];
    let reason = explain::why_not(world.state(), agent, visit);
    contains(reason.in_words(&|at| world.clock.shown(at)), said)
}
