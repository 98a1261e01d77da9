//! What agents do about themselves and about offers.

use std::sync::Arc;

use acd_core::command::{
    AgentAct, AgentCommand, AttachSession, Availability, Command, ContactAct, DetachSession, Login,
    Reply, SetOutsideBusy,
};
use acd_core::ids::OfferId;

use crate::acted::{Acted, Trouble};
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

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
                    act(world, agent, AgentAct::SetPresence(not_ready(said)))
                })
            }),
        },
        Statement {
            pattern: "AGENTS (logs|log) in",
            help: "log in with a desktop, not ready; of who is logged in, the new session takes over the old one",
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
        Statement {
            pattern: "AGENTS (pauses|pause) in QUEUE [CODE]",
            help: "take no contacts of this queue, with this reason (`pause` without); untouched elsewhere",
            example: "anna pauses in sales",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    let reason = said.text().unwrap_or_else(|| "pause".to_owned());
                    act(
                        world,
                        agent,
                        AgentAct::PauseQueue(said.queue().into(), Arc::from(reason)),
                    )
                })
            }),
        },
        Statement {
            pattern: "AGENTS (resumes|resume) in QUEUE",
            help: "take contacts of this queue again",
            example: "anna resumes in sales",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    act(world, agent, AgentAct::ResumeQueue(said.queue().into()))
                })
            }),
        },
        Statement {
            pattern: "AGENTS (asks|ask) for the next contact",
            help: "of an agent who works on demand",
            example: "anna asks for the next contact",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| {
                    act(world, agent, AgentAct::RequestNext)
                })
            }),
        },
        Statement {
            pattern: "AGENTS busy outside",
            help: "the first adapter reports that the agent is in a call that is no contact of a queue",
            example: "anna busy outside",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| outside(world, agent, true))
            }),
        },
        Statement {
            pattern: "AGENTS no longer busy outside",
            help: "the first adapter reports that this call is over",
            example: "anna no longer busy outside",
            does: Does::Act(|world, said| {
                each(world, said, |world, agent| outside(world, agent, false))
            }),
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
            pattern: "AGENT rejects [offer NUMBER of] CONTACT",
            help: "leaves the offer to others",
            example: "anna rejects c1",
            does: Does::Act(|world, said| {
                let offer = named_offer(world, said);
                act(world, said.agent(), AgentAct::Reject(offer))
            }),
        },
    ],
};

/// What an agent asks in their session.
pub(super) fn act(world: &mut World, agent: &str, act: AgentAct) -> Acted {
    let session = world.session(agent);
    let agent = agent.into();
    Ok(world.ask(Command::Agent(AgentCommand {
        agent,
        session,
        act,
    }))?)
}

/// Does the same for each agent; stops at the first who is refused.
fn each(world: &mut World, said: &Arguments, what: impl Fn(&mut World, &str) -> Acted) -> Acted {
    let mut last = Ok(Reply::Done);
    for agent in said.names(Named::Agent) {
        last = Ok(what(world, agent)?);
    }
    last
}

/// Not ready with the code that is said.
pub(super) fn not_ready(said: &Arguments) -> Availability {
    let code = said.text().unwrap_or_else(|| "break".to_owned());
    Availability::NotReady(Arc::from(code))
}

fn be_logged_in(world: &mut World, agent: &str) -> Result<(), Trouble> {
    let no = world.agent_no(agent);
    if no.is_none_or(|no| world.state().agent(no).session.is_none()) {
        log_in(world, agent)?;
    }
    Ok(())
}

fn log_in(world: &mut World, agent: &str) -> Acted {
    let name = agent.into();
    let reply = world.ask(Command::Login(Login { agent: name }))?;
    let Reply::LoggedIn { session } = reply else {
        return Ok(reply);
    };
    let no = world.agent_no(agent);
    if no.is_some_and(|no| !world.state().agent(no).config.desktop) {
        return Ok(reply);
    }
    let agent = agent.into();
    Ok(world.ask(Command::AttachSession(AttachSession { agent, session }))?)
}

fn lose_session(world: &mut World, agent: &str) -> Acted {
    let Some(connection) = world.connection(agent) else {
        return Err(Trouble::Cannot(format!("{agent} has no session to lose")));
    };
    let agent = agent.into();
    Ok(world.ask(Command::DetachSession(DetachSession { agent, connection }))?)
}

fn resume_session(world: &mut World, agent: &str) -> Acted {
    let session = world.session(agent);
    let agent = agent.into();
    Ok(world.ask(Command::AttachSession(AttachSession { agent, session }))?)
}

fn outside(world: &mut World, agent: &str, busy: bool) -> Acted {
    let (adapter, agent) = (world.first_adapter(), agent.into());
    Ok(world.ask(Command::SetOutsideBusy(SetOutsideBusy {
        adapter,
        agent,
        busy,
    }))?)
}

fn named_offer(world: &World, said: &Arguments) -> OfferId {
    world.offer(said.agent(), said.contact(), said.number())
}
