//! What supervisors do.

use std::sync::Arc;

use acd_core::command::{Availability, Command, MaskedItem, MonitorMode, Supervise, SupervisorAct};

use super::agents::not_ready;
use super::contacts::{new_age_offset, new_date, new_priority, new_queue};
use crate::acted::Acted;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement};
use crate::world::{AUTHOR, World};

pub(super) const SUPERVISORS: Section = Section {
    title: "Supervisors",
    statements: &[
        Statement {
            pattern: "supervisor moves CONTACT to QUEUE",
            help: "moves a contact that waits or rings to another queue",
            example: "supervisor moves c1 to support",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::ChangeContact(said.contact().into(), new_queue(said)),
                )
            }),
        },
        Statement {
            pattern: "supervisor defers CONTACT to MOMENT",
            help: "puts off a contact that waits, rings or is parked: it is scheduled, and joins its queue then",
            example: "supervisor defers c1 to 1h",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::ChangeContact(said.contact().into(), new_date(said)),
                )
            }),
        },
        Statement {
            pattern: "supervisor gives CONTACT priority NUMBER",
            help: "changes its priority",
            example: "supervisor gives c1 priority 9",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::ChangeContact(said.contact().into(), new_priority(said)),
                )
            }),
        },
        Statement {
            pattern: "supervisor gives CONTACT age offset DURATION",
            help: "changes its age offset",
            example: "supervisor gives c1 age offset 5m",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::ChangeContact(said.contact().into(), new_age_offset(said)),
                )
            }),
        },
        Statement {
            pattern: "supervisor assigns CONTACT to AGENT",
            help: "offers a waiting contact to this agent now, past their capacity if need be",
            example: "supervisor assigns c1 to anna",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::Assign(said.contact().into(), said.agent().into()),
                )
            }),
        },
        Statement {
            pattern: "supervisor withdraws CONTACT",
            help: "takes a waiting contact out of its queue; its adapter is told to end it",
            example: "supervisor withdraws c1",
            does: Does::Act(|world, said| {
                supervise(world, SupervisorAct::Withdraw(said.contact().into()))
            }),
        },
        Statement {
            pattern: "supervisor frees contact CONTACT",
            help: "ends whatever holds a contact, and the contact",
            example: "supervisor frees contact c1",
            does: Does::Act(|world, said| {
                supervise(world, SupervisorAct::FreeContact(said.contact().into()))
            }),
        },
        Statement {
            pattern: "supervisor sets AGENT ready",
            help: "sets their presence at once",
            example: "supervisor sets anna ready",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::SetPresence(said.agent().into(), Availability::Ready),
                )
            }),
        },
        Statement {
            pattern: "supervisor sets AGENT not ready [CODE]",
            help: "sets their presence at once; pending offers are taken back, conversations go on",
            example: "supervisor sets anna not ready training",
            does: Does::Act(|world, said| {
                supervise(
                    world,
                    SupervisorAct::SetPresence(said.agent().into(), not_ready(said)),
                )
            }),
        },
        Statement {
            pattern: "supervisor logs out AGENT",
            help: "logs them out at once; what they are connected with goes on",
            example: "supervisor logs out anna",
            does: Does::Act(|world, said| {
                supervise(world, SupervisorAct::LogOut(said.agent().into()))
            }),
        },
        Statement {
            pattern: "supervisor frees agent AGENT",
            help: "releases every slot: offers are taken back, conversations and wrap-ups ended",
            example: "supervisor frees agent anna",
            does: Does::Act(|world, said| {
                supervise(world, SupervisorAct::FreeAgent(said.agent().into()))
            }),
        },
        Statement {
            pattern: "supervisor pauses AGENT in QUEUE [CODE]",
            help: "takes them out of one queue",
            example: "supervisor pauses anna in sales",
            does: Does::Act(|world, said| {
                let reason = said.text().unwrap_or_else(|| "pause".to_owned());
                pause(world, said, Some(Arc::from(reason)))
            }),
        },
        Statement {
            pattern: "supervisor resumes AGENT in QUEUE",
            help: "lets them back",
            example: "supervisor resumes anna in sales",
            does: Does::Act(|world, said| pause(world, said, None)),
        },
        Statement {
            pattern: "supervisor (closes|reopens) queue QUEUE",
            help: "closes a queue in an emergency, or opens it again",
            example: "supervisor closes queue sales",
            does: Does::Act(|world, said| {
                let closed = said.choice() == Some("closes");
                supervise(
                    world,
                    SupervisorAct::SetEmergency(Some(said.queue().into()), closed),
                )
            }),
        },
        Statement {
            pattern: "supervisor (closes|reopens) all queues",
            help: "the same for the whole tenant",
            example: "supervisor closes all queues",
            does: Does::Act(|world, said| {
                let closed = said.choice() == Some("closes");
                supervise(world, SupervisorAct::SetEmergency(None, closed))
            }),
        },
        Statement {
            pattern: "supervisor (listens|whispers|barges) into CONTACT [from TEXT]",
            help: "an intent to the adapter, which alters no routing state; with where the supervisor is reached",
            example: "supervisor listens into c1",
            does: Does::Act(monitor),
        },
        Statement {
            pattern: "supervisor switches recording of CONTACT (on|paused|off)",
            help: "records the conversation, pauses or stops",
            example: "supervisor switches recording of c1 on",
            does: Does::Act(|world, said| {
                let act = SupervisorAct::RecordContact(said.contact().into(), said.recording());
                supervise(world, act)
            }),
        },
        Statement {
            pattern: "supervisor reveals NAME of CONTACT",
            help: "has an attribute shown whole that is masked to supervisors",
            example: "supervisor reveals iban of c1",
            does: Does::Act(|world, said| {
                let act = SupervisorAct::Reveal {
                    contact: said.contact().into(),
                    item: MaskedItem::Attribute(said.name(Named::Other).into()),
                    agent: None,
                };
                supervise(world, act)
            }),
        },
    ],
};

fn supervise(world: &mut World, act: SupervisorAct) -> Acted {
    let author = AUTHOR.into();
    Ok(world.ask(Command::Supervise(Supervise {
        author,
        reason: "".into(),
        act,
    }))?)
}

fn pause(world: &mut World, said: &Arguments, reason: Option<Arc<str>>) -> Acted {
    let (agent, queue) = (said.agent().into(), said.queue().into());
    supervise(world, SupervisorAct::PauseQueue(agent, queue, reason))
}

fn monitor(world: &mut World, said: &Arguments) -> Acted {
    let mode = match said.choice() {
        Some("listens") => MonitorMode::Listen,
        Some("whispers") => MonitorMode::Whisper,
        _ => MonitorMode::Barge,
    };
    let act = SupervisorAct::Monitor {
        contact: said.name(Named::Contact).into(),
        mode,
        address: said
            .text()
            .unwrap_or_else(|| "supervisor".to_owned())
            .into(),
    };
    supervise(world, act)
}
