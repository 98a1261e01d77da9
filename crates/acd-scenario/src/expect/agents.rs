//! How it is with agents.

use acd_core::event::PendingPresence;
use acd_core::explain;
use acd_core::ids::Channel;
use acd_core::state::{Agent, HandlingState, LeaseHolder, Presence};

use super::figures::same_share;
use super::places::seen;
use super::visits::same_length;
use super::{equal, holds};
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;

pub(super) const AGENTS: Section = Section {
    title: "Agents",
    statements: &[
        Statement {
            pattern: "AGENT ready",
            help: "their presence is ready",
            example: "anna ready",
            does: Does::Expect(|world, said| presence(world, said, "ready")),
        },
        Statement {
            pattern: "AGENT not ready [CODE]",
            help: "their presence is not ready, with this reason code",
            example: "anna not ready break",
            does: Does::Expect(|world, said| presence(world, said, "not ready")),
        },
        Statement {
            pattern: "AGENT offline",
            help: "they are not logged in",
            example: "anna offline",
            does: Does::Expect(|world, said| presence(world, said, "offline")),
        },
        Statement {
            pattern: "AGENT in that presence since TIME",
            help: "their presence is timed from then",
            example: "anna in that presence since 10s",
            does: Does::Expect(|world, said| {
                let since = agent(world, said)?.presence_since;
                holds(said.time() == Some(since), || world.clock.shown(since))
            }),
        },
        Statement {
            pattern: "AGENT pending (logout|none)",
            help: "a logout waits for their last slot, or nothing does",
            example: "anna pending none",
            does: Does::Expect(|world, said| {
                equal(
                    pending(agent(world, said)?),
                    said.choice().unwrap_or_default().to_owned(),
                )
            }),
        },
        Statement {
            pattern: "AGENT pending not ready [CODE]",
            help: "a change to not ready waits for their last slot",
            example: "anna pending not ready break",
            does: Does::Expect(|world, said| {
                let pending = pending(agent(world, said)?);
                let expected = said.text().map_or_else(
                    || "not ready".to_owned(),
                    |code| format!("not ready {code}"),
                );
                holds(
                    pending == expected
                        || (said.text().is_none() && pending.starts_with("not ready")),
                    || pending.clone(),
                )
            }),
        },
        Statement {
            pattern: "AGENT idle since TIME",
            help: "their idle clock runs from then",
            example: "anna idle since 10s",
            does: Does::Expect(|world, said| {
                let since = agent(world, said)?.idle_since;
                holds(said.time() == Some(since), || world.clock.shown(since))
            }),
        },
        Statement {
            pattern: "AGENT idle for DURATION",
            help: "their idle clock shows so much now",
            example: "anna idle for 60s",
            does: Does::Expect(|world, said| {
                let idle = world.now - agent(world, said)?.idle_since;
                same_length(idle, said)
            }),
        },
        Statement {
            pattern: "AGENT free [for CHANNEL]",
            help: "they could be offered a contact of the channel (a call without), as far as it depends on them alone",
            example: "anna free for chat",
            does: Does::Expect(|world, said| {
                holds(is_free(world, said)?, || why_not_free(world, said))
            }),
        },
        Statement {
            pattern: "AGENT not free [for CHANNEL]",
            help: "they could not be offered one: not ready, their session lost, in back-off, or without a free slot",
            example: "anna not free",
            does: Does::Expect(|world, said| {
                holds(!is_free(world, said)?, || {
                    format!("free for {}", channel(said))
                })
            }),
        },
        Statement {
            pattern: "AGENT slots NUMBER [for CHANNEL]",
            help: "so many of their slots (of the channel) are leased to offers, handlings and wrap-ups; a wrap-up that blocks its queue only leases none",
            example: "anna slots 2 for chat",
            does: Does::Expect(|world, said| {
                let used = agent(world, said)?.slots_used(|lease| {
                    said.channel()
                        .is_none_or(|channel| channel == lease.channel)
                });
                equal(i64::from(used), said.number().unwrap_or(0))
            }),
        },
        Statement {
            pattern: "AGENT occupancy PERCENT",
            help: "of the time since the start with a slot leased or ready and idle, the share with a slot leased",
            example: "anna occupancy 75%",
            does: Does::Expect(|world, said| {
                let no = world.agent_no(said.agent());
                let (leased, idle) = no
                    .and_then(|no| world.worked.get(&no))
                    .copied()
                    .unwrap_or_default();
                same_share((leased, leased + idle), said)
            }),
        },
        Statement {
            pattern: "AGENT in wrap-up [of CONTACT]",
            help: "they are in wrap-up",
            example: "anna in wrap-up of c1",
            does: Does::Expect(|world, said| {
                let contacts = wrap_ups(world, said)?;
                let of = said
                    .optional(Named::Contact)
                    .map(|name| seen(world, name))
                    .transpose()?;
                let found = contacts
                    .iter()
                    .any(|contact| of.is_none_or(|of| of == *contact));
                holds(found, || "they are not".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT not in wrap-up",
            help: "they are in no wrap-up",
            example: "anna not in wrap-up",
            does: Does::Expect(|world, said| {
                holds(wrap_ups(world, said)?.is_empty(), || "they are".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT paused in QUEUE [CODE]",
            help: "they take no contacts of this queue, for this reason",
            example: "anna paused in sales",
            does: Does::Expect(|world, said| {
                let reason = paused(world, said)?;
                let same = reason.is_some() && (said.text().is_none() || said.text() == reason);
                holds(same, || reason.unwrap_or_else(|| "they are not".to_owned()))
            }),
        },
        Statement {
            pattern: "AGENT not paused in QUEUE",
            help: "they take contacts of this queue",
            example: "anna not paused in sales",
            does: Does::Expect(|world, said| {
                let reason = paused(world, said)?;
                reason.map_or(Ok(()), Err)
            }),
        },
        Statement {
            pattern: "AGENT busy outside",
            help: "they are in a call that is no contact of a queue",
            example: "anna busy outside",
            does: Does::Expect(|world, said| {
                holds(agent(world, said)?.busy_outside, || {
                    "they are not".to_owned()
                })
            }),
        },
        Statement {
            pattern: "AGENT not busy outside",
            help: "they are in none",
            example: "anna not busy outside",
            does: Does::Expect(|world, said| {
                holds(!agent(world, said)?.busy_outside, || "they are".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT returns at MOMENT",
            help: "they are made ready again on their own at that instant",
            example: "anna returns at 2h",
            does: Does::Expect(|world, said| {
                let at = agent(world, said)?.return_at;
                let seen = at.map_or_else(|| "never".to_owned(), |at| world.clock.shown(at));
                holds(at.is_some() && at == said.time(), || seen)
            }),
        },
        Statement {
            pattern: "AGENT missed NUMBER in a row",
            help: "so many offers in a row they missed; an answered one resets the count",
            example: "anna missed 1 in a row",
            does: Does::Expect(|world, said| {
                equal(
                    i64::from(agent(world, said)?.misses),
                    said.number().unwrap_or(0),
                )
            }),
        },
        Statement {
            pattern: "AGENT session (present|lost|none)",
            help: "their session is there, has lost its stream, or there is none",
            example: "anna session lost",
            does: Does::Expect(|world, said| {
                let session = agent(world, said)?.session.as_ref();
                let seen = match session.map(|session| session.connection) {
                    None => "none",
                    Some(None) => "lost",
                    Some(Some(_)) => "present",
                };
                equal(seen, said.choice().unwrap_or_default())
            }),
        },
    ],
};

pub(super) fn agent<'a>(world: &'a World, said: &Arguments) -> Result<&'a Agent, String> {
    let no = world.agent_no(said.agent());
    no.map(|no| world.state().agent(no))
        .ok_or_else(|| "there is no such agent yet".to_owned())
}

fn presence(world: &World, said: &Arguments, expected: &str) -> Verdict {
    let (word, code) = match &agent(world, said)?.presence {
        Presence::Offline => ("offline", None),
        Presence::Ready => ("ready", None),
        Presence::NotReady(code) => ("not ready", Some(code.to_string())),
    };
    let same = word == expected && (said.text().is_none() || said.text() == code);
    holds(same, || {
        code.map_or_else(|| word.to_owned(), |code| format!("{word} ({code})"))
    })
}

fn pending(agent: &Agent) -> String {
    match agent.pending_change() {
        None => "none".to_owned(),
        Some(PendingPresence::NotReady(code)) => format!("not ready {code}"),
        Some(PendingPresence::Logout(_)) => "logout".to_owned(),
    }
}

/// Why they take no contacts of the queue that is said.
fn paused(world: &World, said: &Arguments) -> Result<Option<String>, String> {
    let paused = &agent(world, said)?.paused;
    let queue = world.state().queue_no(&said.queue().into());
    let pause = queue.and_then(|queue| paused.get(&queue));
    Ok(pause.map(|pause| pause.reason.to_string()))
}

/// The channel that is said; without one, calls.
fn channel(said: &Arguments) -> Channel {
    said.channel().unwrap_or(Channel::Voice)
}

/// Whether the agent is free for the channel. Whoever has no slot for calls is free for no call, so that another channel
/// must be said.
fn is_free(world: &World, said: &Arguments) -> Result<bool, String> {
    let agent = agent(world, said)?;
    let channel = channel(said);
    let channels: Vec<String> = agent
        .channels()
        .map(|channel| channel.to_string())
        .collect();
    if said.channel().is_none() && !agent.channels().any(|has| has == channel) {
        return Err(format!(
            "no slot for {channel} at all; say for which channel: {}",
            channels.join(", ")
        ));
    }
    Ok(world.state().is_available(agent, channel))
}

fn why_not_free(world: &World, said: &Arguments) -> String {
    let why = world.agent_no(said.agent()).map_or_else(String::new, |no| {
        explain::agent(world.state(), no, &|at| world.clock.shown(at)).1
    });
    format!("not free for {}; {why}", channel(said))
}

fn wrap_ups(world: &World, said: &Arguments) -> Result<Vec<acd_core::ids::ContactId>, String> {
    let handlings = &world.state().facts().handlings;
    let leases = agent(world, said)?.leases.iter();
    let held = leases.filter_map(|lease| match lease.holder {
        LeaseHolder::Handling(handling) => handlings.get(&handling),
        _ => None,
    });
    let wrapping = held.filter(|handling| matches!(handling.state, HandlingState::WrapUp { .. }));
    Ok(wrapping.map(|handling| handling.contact).collect())
}
