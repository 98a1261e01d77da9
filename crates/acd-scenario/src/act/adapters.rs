//! What becomes of adapters and of the engine itself.

use std::sync::Arc;

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, AdapterDisconnect, Arrival, AttachSession, Availability,
    Command, LiveContact, LivePage, PhoneAct, ReconcileAdapter, Reply,
};
use acd_core::ids::{AdapterName, TimeMs};

use super::agents::not_ready;
use super::arrivals::plain_arrival;
use crate::acted::{Acted, Trouble};
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const ADAPTERS: Section = Section {
    title: "Adapters and restarts",
    statements: &[
        Statement {
            pattern: "ADAPTER is lost",
            help: "the adapter's stream drops",
            example: "pbx is lost",
            does: Does::Act(lose),
        },
        Statement {
            pattern: "ADAPTER returns",
            help: "the adapter is back, in the same incarnation",
            example: "pbx returns",
            does: Does::Act(|world, said| come_back(world, adapter(said), false)),
        },
        Statement {
            pattern: "ADAPTER returns restarted",
            help: "the adapter is back as a new incarnation: its events count from 1 again",
            example: "pbx returns restarted",
            does: Does::Act(|world, said| come_back(world, adapter(said), true)),
        },
        Statement {
            pattern: "ADAPTER stops acknowledging",
            help: "directives are not acknowledged from now on; otherwise an adapter that is connected acknowledges each in its instant",
            example: "pbx stops acknowledging",
            does: Does::Act(|world, said| {
                world.silent.insert(adapter(said));
                Ok(Reply::Done)
            }),
        },
        Statement {
            pattern: "ADAPTER acknowledges",
            help: "acknowledges all it was told, and again each further directive in its instant",
            example: "pbx acknowledges",
            does: Does::Act(acknowledge),
        },
        Statement {
            pattern: "ADAPTER lists LIVE",
            help: "the reconnected adapter sends its complete list of live contacts: what it no longer has has ended, what the engine does not know joins. An entry that cannot be taken is refused by itself, and the others hold; `-> refused CODE [TEXT]` says so of one of them",
            example: "pbx lists c1, call c9 for sales since 5s, bob busy outside",
            does: Does::Act(reconcile),
        },
        Statement {
            pattern: "ADAPTER lists no contact",
            help: "its list is empty",
            example: "pbx lists no contact",
            does: Does::Act(reconcile),
        },
        Statement {
            pattern: "ADAPTER logs AGENTS in",
            help: "logs in agents without a desktop whose phones it owns",
            example: "pbx logs anna in",
            does: Does::Act(|world, said| act_for(world, said, PhoneAct::LogIn)),
        },
        Statement {
            pattern: "ADAPTER logs AGENTS out",
            help: "asks to log them out",
            example: "pbx logs anna out",
            does: Does::Act(|world, said| act_for(world, said, PhoneAct::LogOut)),
        },
        Statement {
            pattern: "ADAPTER makes AGENTS ready",
            help: "asks for their presence",
            example: "pbx makes anna ready",
            does: Does::Act(|world, said| {
                act_for(world, said, PhoneAct::SetPresence(Availability::Ready))
            }),
        },
        Statement {
            pattern: "ADAPTER makes AGENTS not ready [CODE]",
            help: "asks for their presence, with this reason code (`break` without)",
            example: "pbx makes anna not ready lunch",
            does: Does::Act(|world, said| {
                act_for(world, said, PhoneAct::SetPresence(not_ready(said)))
            }),
        },
        Statement {
            pattern: "restart [for DURATION]",
            help: "the engine stops, the time passes, and it starts again from its snapshot. Nobody is connected then: let adapters return and agents resume their sessions",
            example: "restart for 10s",
            does: Does::Act(|world, said| {
                world.restart(said.duration().unwrap_or(0));
                Ok(Reply::Done)
            }),
        },
        Statement {
            pattern: "all return",
            help: "all adapters are back in the same incarnation, and all agents who have a session resume it",
            example: "all return",
            does: Does::Act(everyone_returns),
        },
    ],
};

pub(crate) const LIVE: &[Section] = &[Section {
    title: "Entries of an adapter's list",
    statements: &[
        Statement {
            pattern: "CONTACT talking with AGENT",
            help: "a contact that talks: that conversation goes on, or opens anew",
            example: "c1 talking with anna",
            does: Does::Listed,
        },
        Statement {
            pattern: "CHANNEL NEWCOMERS for QUEUE since TIME talking with AGENT",
            help: "a contact that nobody reported before, and that talks already",
            example: "call c9 for sales since 5s talking with anna",
            does: Does::Listed,
        },
        Statement {
            pattern: "CONTACT",
            help: "a contact that arrived before, as it arrived; also what became of one: `c1~consult`, `c1~callback`",
            example: "c1",
            does: Does::Listed,
        },
        Statement {
            pattern: "CHANNEL NEWCOMERS for QUEUE since TIME",
            help: "a contact that nobody reported before, with the time it arrived at the adapter",
            example: "call c9 for sales since 5s",
            does: Does::Listed,
        },
        Statement {
            pattern: "AGENT busy outside",
            help: "the agent is in a call that is no contact of a queue",
            example: "bob busy outside",
            does: Does::Listed,
        },
    ],
}];

fn reconcile(world: &mut World, said: &Arguments) -> Acted {
    let adapter = adapter(said);
    let (mut contacts, mut busy_outside) = (Vec::new(), Vec::new());
    for (_, entry) in said.items() {
        let agent = entry.optional(Named::Agent);
        if let Some(contact) = entry.optional(Named::Contact) {
            let Some((mut arrival, arrived_at)) = arrived(world, contact) else {
                return Err(Trouble::Cannot(format!("{contact} has not arrived before")));
            };
            arrival.adapter = adapter.clone();
            contacts.push(LiveContact {
                arrival,
                arrived_at,
                agent: agent.map(Into::into),
            });
        } else if entry.optional(Named::Newcomer).is_none() {
            busy_outside.extend(agent.map(Into::into));
        } else {
            for contact in entry.names(Named::Newcomer) {
                let mut arrival = plain_arrival(world, contact, entry);
                arrival.adapter = adapter.clone();
                let arrived_at = entry.time().unwrap_or(world.now);
                world
                    .arrivals
                    .insert(contact.clone(), (arrival.clone(), arrived_at));
                contacts.push(LiveContact {
                    arrival,
                    arrived_at,
                    agent: agent.map(Into::into),
                });
            }
        }
    }
    Ok(world.ask(Command::ReconcileAdapter(ReconcileAdapter {
        adapter,
        as_of: None,
        held: Vec::new(),
        page: LivePage {
            contacts,
            malformed: Vec::new(),
        },
        busy_outside,
    }))?)
}

/// How a contact arrived, and when. One that the engine made itself, such as `c1~callback`, arrived as the contact it was
/// made from, on its own channel.
fn arrived(world: &World, contact: &str) -> Option<(Arrival, TimeMs)> {
    if let Some(known) = world.arrivals.get(contact) {
        return Some(known.clone());
    }
    let (stem, _) = contact.split_once('~')?;
    let derived = world.state().contact_named(&contact.into())?;
    let (mut arrival, arrived_at) = world.arrivals.get(stem)?.clone();
    arrival.contact = contact.into();
    arrival.channel = derived.channel;
    Some((arrival, arrived_at))
}

/// What the adapter asks for the agents whose phones it owns; stops at the first who is refused.
fn act_for(world: &mut World, said: &Arguments, act: PhoneAct) -> Acted {
    let mut last = Ok(Reply::Done);
    for agent in said.names(Named::Agent) {
        let (adapter, agent, act) = (adapter(said), agent.as_str().into(), act.clone());
        last = Ok(world.ask(Command::ActForAgent(ActForAgent {
            adapter,
            agent,
            act,
        }))?);
    }
    last
}

fn adapter(said: &Arguments) -> AdapterName {
    said.name(Named::Adapter).into()
}

fn lose(world: &mut World, said: &Arguments) -> Acted {
    let adapter = adapter(said);
    let known = world
        .state()
        .adapter_no(&adapter)
        .map(|no| world.state().adapter(no));
    let Some(connection) = known.and_then(|adapter| adapter.connection) else {
        return Err(Trouble::Cannot(format!("{adapter} is not connected")));
    };
    Ok(world.ask(Command::AdapterDisconnect(AdapterDisconnect {
        adapter,
        connection,
    }))?)
}

fn come_back(world: &mut World, adapter: AdapterName, restarted: bool) -> Acted {
    let known = world
        .state()
        .adapter_no(&adapter)
        .map(|no| world.state().adapter(no));
    let mut incarnation =
        known.map_or_else(|| Arc::from("1"), |adapter| adapter.incarnation.clone());
    if restarted || incarnation.is_empty() {
        let number = incarnation.parse::<u32>().unwrap_or(0);
        incarnation = Arc::from((number + 1).to_string());
    }
    world.connect(&adapter, incarnation)
}

fn acknowledge(world: &mut World, said: &Arguments) -> Acted {
    let adapter = adapter(said);
    world.silent.remove(&adapter);
    let known = world
        .state()
        .adapter_no(&adapter)
        .map(|no| world.state().adapter(no));
    let directives = known.map(|adapter| adapter.directives.keys().copied().collect());
    let directives = directives.unwrap_or_default();
    Ok(
        world.ask(Command::AcknowledgeDirectives(AcknowledgeDirectives {
            adapter,
            directives,
        }))?,
    )
}

fn everyone_returns(world: &mut World, _: &Arguments) -> Acted {
    let facts = world.state().facts();
    let lost = |connection: &Option<_>| connection.is_none();
    let adapters: Vec<AdapterName> = facts
        .adapters
        .iter()
        .filter(|adapter| adapter.in_config && lost(&adapter.connection))
        .map(|adapter| adapter.name.clone())
        .collect();
    let agents = facts.agents.iter().filter_map(|agent| {
        let session = agent
            .session
            .as_ref()
            .filter(|session| lost(&session.connection))?;
        Some((agent.config.name.clone(), session.id))
    });
    let agents: Vec<_> = agents.collect();
    for adapter in adapters {
        come_back(world, adapter, false)?;
    }
    for (agent, session) in agents {
        world.ask(Command::AttachSession(AttachSession { agent, session }))?;
    }
    Ok(Reply::Done)
}
