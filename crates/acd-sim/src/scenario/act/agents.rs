//! What agents do.

use std::sync::Arc;

use acd_core::command::{AgentAct, Availability, Command, ContactAct, Disposition, Reply};
use acd_core::ids::OfferId;

use super::{Acted, Trouble};
use crate::scenario::language::arguments::{Arguments, Named};
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

pub(super) const PRESENCE: Section = Section {
    title: "Agents come and go",
    statements: &[
        Statement {
            pattern: "AGENTS ready",
            help: "go ready; who is not logged in logs in first",
            example: "anna, bob ready",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    be_logged_in(world, agent)?;
                    act(world, agent, AgentAct::SetPresence(Availability::Ready))
                })
            }),
        },
        Statement {
            pattern: "AGENTS not ready [CODE]",
            help: "ask to be not ready, with this reason code (`break` without); who is not logged in logs in first",
            example: "anna not ready lunch",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    be_logged_in(world, agent)?;
                    let code = said.text().unwrap_or_else(|| "break".to_owned());
                    act(
                        world,
                        agent,
                        AgentAct::SetPresence(Availability::NotReady(Arc::from(code))),
                    )
                })
            }),
        },
        Statement {
            pattern: "AGENTS (logs|log) in",
            help: "log in with a desktop, not ready; of who is logged in, the new session replaces the old one",
            example: "anna logs in",
            does: Does::Act(|world, said| each(world, said, log_in)),
        },
        Statement {
            pattern: "AGENTS (logs|log) out",
            help: "ask to log out",
            example: "anna logs out",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    act(world, agent, AgentAct::Logout)
                })
            }),
        },
        Statement {
            pattern: "AGENTS (loses|lose) the session",
            help: "the stream of the agent's desktop drops",
            example: "anna loses the session",
            does: Does::Act(|world, said| each(world, said, lose_session)),
        },
        Statement {
            pattern: "AGENTS (resumes|resume) the session",
            help: "the desktop is back in the same session",
            example: "anna resumes the session",
            does: Does::Act(|world, said| each(world, said, resume_session)),
        },
    ],
};

pub(super) const OFFERS: Section = Section {
    title: "Agents and offers",
    statements: &[
        Statement {
            pattern: "AGENT answers CONTACT",
            help: "accepts the offer, and the adapter reports the connection in the same instant",
            example: "anna answers c1",
            does: Does::Act(|world, said| {
                let offer = named_offer(world, said);
                act(world, said.agent(), AgentAct::Accept(offer))?;
                world.say(said.contact(), ContactAct::Connected(offer))
            }),
        },
        Statement {
            pattern: "AGENT accepts [offer NUMBER of] CONTACT",
            help: "accepts the last offer of the contact to this agent, or the n-th; an offer that is over is asked for all the same",
            example: "anna accepts c1",
            does: Does::Act(|world, said| {
                let offer = named_offer(world, said);
                act(world, said.agent(), AgentAct::Accept(offer))
            }),
        },
        Statement {
            pattern: "AGENT rejects CONTACT",
            help: "leaves the offer to others",
            example: "anna rejects c1",
            does: Does::Act(|world, said| {
                let offer = named_offer(world, said);
                act(world, said.agent(), AgentAct::Reject(offer))
            }),
        },
    ],
};

pub(super) const HANDLINGS: Section = Section {
    title: "Agents in conversations",
    statements: &[
        Statement {
            pattern: "AGENT holds CONTACT",
            help: "puts the conversation on hold",
            example: "anna holds c1",
            does: Does::Act(|world, said| {
                let handling = world.handling(said.agent(), Some(said.contact()));
                act(world, said.agent(), AgentAct::Hold(handling))
            }),
        },
        Statement {
            pattern: "AGENT takes CONTACT off hold",
            help: "goes on with it",
            example: "anna takes c1 off hold",
            does: Does::Act(|world, said| {
                let handling = world.handling(said.agent(), Some(said.contact()));
                act(world, said.agent(), AgentAct::Resume(handling))
            }),
        },
        Statement {
            pattern: "AGENT ends CONTACT [as CODE [TEXT]]",
            help: "ends the conversation; with a disposition code and notes",
            example: "anna ends c1 as sold \"two of them\"",
            does: Does::Act(|world, said| {
                let handling = world.handling(said.agent(), Some(said.contact()));
                act(
                    world,
                    said.agent(),
                    AgentAct::EndTalk(handling, disposition(said)),
                )
            }),
        },
        Statement {
            pattern: "AGENT finishes wrap-up [of CONTACT] [as CODE [TEXT]]",
            help: "ends the wrap-up of the contact, or of his last one",
            example: "anna finishes wrap-up",
            does: Does::Act(|world, said| {
                let handling = world.handling(said.agent(), said.optional(Named::Contact));
                act(
                    world,
                    said.agent(),
                    AgentAct::EndWrapUp(handling, disposition(said)),
                )
            }),
        },
    ],
};

/// What an agent asks in his session.
pub(super) fn act(world: &mut World, agent: &str, act: AgentAct) -> Acted {
    let session = world.session(agent);
    let agent = agent.into();
    Ok(world.ask(Command::Agent {
        agent,
        session,
        act,
    })?)
}

/// Does the same for each agent; stops at the first who is refused.
pub(super) fn each(
    world: &mut World,
    said: &Arguments,
    what: impl Fn(&mut World, &str) -> Acted,
) -> Acted {
    let mut last = Ok(Reply::Done);
    for agent in said.names(Named::Agent) {
        last = Ok(what(world, agent)?);
    }
    last
}

fn be_logged_in(world: &mut World, agent: &str) -> Result<(), Trouble> {
    let no = world.agent_no(agent);
    if no.is_none_or(|no| world.state().agent(no).session.is_none()) {
        log_in(world, agent)?;
    }
    Ok(())
}

fn log_in(world: &mut World, agent: &str) -> Acted {
    let reply = world.ask(Command::Login {
        agent: agent.into(),
    })?;
    let Reply::LoggedIn { session } = reply else {
        return Ok(reply);
    };
    let agent = agent.into();
    Ok(world.ask(Command::AttachSession { agent, session })?)
}

fn lose_session(world: &mut World, agent: &str) -> Acted {
    let Some(connection) = world.connection(agent) else {
        return Err(Trouble::Cannot(format!("{agent} has no session to lose")));
    };
    let agent = agent.into();
    Ok(world.ask(Command::DetachSession { agent, connection })?)
}

fn resume_session(world: &mut World, agent: &str) -> Acted {
    let session = world.session(agent);
    let agent = agent.into();
    Ok(world.ask(Command::AttachSession { agent, session })?)
}

fn named_offer(world: &World, said: &Arguments) -> OfferId {
    world.offer(said.agent(), said.contact(), said.number())
}

/// The disposition that `as CODE TEXT` says.
pub(super) fn disposition(said: &Arguments) -> Option<Disposition> {
    let mut texts = said.texts();
    let code = Arc::from(texts.next()?);
    let notes = texts.next().unwrap_or_default().into();
    Some(Disposition { code, notes })
}
