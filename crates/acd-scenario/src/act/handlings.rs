//! What agents do in conversations and after them.

use std::sync::Arc;

use acd_core::command::{AgentAct, Destination, Disposition, MaskedItem};
use acd_core::ids::HandlingId;

use super::agents::act;
use crate::acted::Acted;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const HANDLINGS: Section = Section {
    title: "Agents in conversations",
    statements: &[
        Statement {
            pattern: "AGENT holds CONTACT",
            help: "puts the conversation on hold",
            example: "anna holds c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::Hold)),
        },
        Statement {
            pattern: "AGENT takes CONTACT off hold",
            help: "goes on with it",
            example: "anna takes c1 off hold",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::Resume)),
        },
        Statement {
            pattern: "AGENT sets recording of CONTACT (on|paused|off)",
            help: "records the conversation, pauses or stops",
            example: "anna sets recording of c1 paused",
            does: Does::Act(|world, said| {
                with_handling(world, said, |handling| {
                    AgentAct::SetRecording(handling, said.recording())
                })
            }),
        },
        Statement {
            pattern: "AGENT ends CONTACT [as CODE [TEXT]]",
            help: "ends the conversation; with a disposition code and notes",
            example: "anna ends c1 as sold \"two of them\"",
            does: Does::Act(|world, said| {
                with_handling(world, said, |handling| {
                    AgentAct::EndTalk(handling, disposition(said))
                })
            }),
        },
        Statement {
            pattern: "AGENT drafts TEXT for CONTACT",
            help: "notes something of the conversation, whatever its state, and decides nothing",
            example: "anna drafts \"calls again\" for c1",
            does: Does::Act(|world, said| {
                let disposition = Disposition {
                    code: Arc::default(),
                    notes: said.text().unwrap_or_default().into(),
                };
                with_handling(world, said, |handling| {
                    AgentAct::SetDisposition(handling, disposition)
                })
            }),
        },
        Statement {
            pattern: "AGENT notes CODE [TEXT] for CONTACT",
            help: "says what became of the conversation, whatever its state",
            example: "anna notes sold \"two of them\" for c1",
            does: Does::Act(|world, said| {
                let disposition = disposition(said).expect("the pattern has a code");
                with_handling(world, said, |handling| {
                    AgentAct::SetDisposition(handling, disposition)
                })
            }),
        },
        Statement {
            pattern: "AGENT parks CONTACT",
            help: "sets it aside: it holds no slot until the customer or the agent comes back to it",
            example: "anna parks c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::Park)),
        },
        Statement {
            pattern: "AGENT unparks CONTACT",
            help: "comes back to a contact that is parked with them",
            example: "anna unparks c1",
            does: Does::Act(|world, said| {
                act(world, said.agent(), AgentAct::Unpark(said.contact().into()))
            }),
        },
        Statement {
            pattern: "AGENT has NAME of CONTACT revealed",
            help: "has an attribute shown whole that is masked to agents",
            example: "anna has iban of c1 revealed",
            does: Does::Act(|world, said| {
                let reveal = AgentAct::Reveal {
                    author: said.agent().into(),
                    reason: "".into(),
                    contact: said.contact().into(),
                    item: MaskedItem::Attribute(said.name(Named::Other).into()),
                };
                act(world, said.agent(), reveal)
            }),
        },
        Statement {
            pattern: "AGENT keeps the callback of CONTACT",
            help: "the open callback of the customer they talk to does not end with the conversation",
            example: "anna keeps the callback of c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::KeepCallback)),
        },
        Statement {
            pattern: "AGENT puts CONTACT off to MOMENT",
            help: "puts off a contact that is parked with them, or waits or rings in a queue they serve",
            example: "anna puts c1 off to 1h",
            does: Does::Act(|world, said| {
                let date = said.time().unwrap_or(world.now);
                let contact = said.contact().into();
                act(world, said.agent(), AgentAct::PutOff(contact, date))
            }),
        },
    ],
};

pub(super) const WRAP_UPS: Section = Section {
    title: "Wrap-up",
    statements: &[
        Statement {
            pattern: "AGENT requests wrap-up [of CONTACT]",
            help: "asks for wrap-up before the end of the conversation",
            example: "anna requests wrap-up",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::RequestWrapUp)),
        },
        Statement {
            pattern: "AGENT enters wrap-up [of CONTACT]",
            help: "enters the optional wrap-up of a conversation that has ended",
            example: "anna enters wrap-up of c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::EnterWrapUp)),
        },
        Statement {
            pattern: "AGENT extends wrap-up [of CONTACT] by DURATION",
            help: "takes so much longer",
            example: "anna extends wrap-up by 30s",
            does: Does::Act(|world, said| {
                let longer = said.duration().unwrap_or(0);
                with_handling(world, said, |handling| {
                    AgentAct::ExtendWrapUp(handling, longer)
                })
            }),
        },
        Statement {
            pattern: "AGENT finishes wrap-up [of CONTACT] [as CODE [TEXT]]",
            help: "ends the wrap-up of the contact, or of their last one",
            example: "anna finishes wrap-up",
            does: Does::Act(|world, said| {
                with_handling(world, said, |handling| {
                    AgentAct::EndWrapUp(handling, disposition(said))
                })
            }),
        },
    ],
};

pub(super) const TRANSFERS: Section = Section {
    title: "Transfers",
    statements: &[
        Statement {
            pattern: "AGENT transfers CONTACT to queue QUEUE",
            help: "gives it to a queue, blind; a target that does not take it refuses, and the conversation stays",
            example: "anna transfers c1 to queue support",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Transfer)),
        },
        Statement {
            pattern: "AGENT transfers CONTACT to agent AGENT",
            help: "gives it to an agent, blind",
            example: "anna transfers c1 to agent bob",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Transfer)),
        },
        Statement {
            pattern: "AGENT transfers CONTACT outside to TEXT",
            help: "gives it to a destination outside, blind",
            example: "anna transfers c1 outside to \"+49301234567\"",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Transfer)),
        },
        Statement {
            pattern: "AGENT consults queue QUEUE about CONTACT",
            help: "asks an agent of a queue while the customer holds. The consultation of `c1` is the contact `c1~consult`",
            example: "anna consults queue support about c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Consult)),
        },
        Statement {
            pattern: "AGENT consults agent AGENT about CONTACT",
            help: "asks an agent while the customer holds",
            example: "anna consults agent bob about c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Consult)),
        },
        Statement {
            pattern: "AGENT consults TEXT outside about CONTACT",
            help: "asks somebody outside while the customer holds",
            example: "anna consults \"+49301234567\" outside about c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Consult)),
        },
        Statement {
            pattern: "AGENT completes the transfer of CONTACT",
            help: "the customer goes to the one who was asked, or to who has taken part longest",
            example: "anna completes the transfer of c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::CompleteTransfer)),
        },
        Statement {
            pattern: "AGENT returns to CONTACT",
            help: "ends the consultation and goes back to the customer",
            example: "anna returns to c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::EndConsult)),
        },
        Statement {
            pattern: "AGENT joins the consultation of CONTACT",
            help: "a conference: customer, agent and the one who was asked talk together",
            example: "anna joins the consultation of c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::JoinConsult)),
        },
        Statement {
            pattern: "AGENT invites queue QUEUE to CONTACT",
            help: "a conference: an agent of a queue is offered `c1~consult`, and takes part once connected",
            example: "anna invites queue support to c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Conference)),
        },
        Statement {
            pattern: "AGENT invites agent AGENT to CONTACT",
            help: "a conference: the agent is offered `c1~consult`, and takes part once connected; at once if it is they who were asked",
            example: "anna invites agent bob to c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Conference)),
        },
        Statement {
            pattern: "AGENT invites TEXT outside to CONTACT",
            help: "a conference: brings somebody outside into the conversation",
            example: "anna invites \"+49301234567\" outside to c1",
            does: Does::Act(|world, said| with_destination(world, said, AgentAct::Conference)),
        },
        Statement {
            pattern: "AGENT requeues CONTACT",
            help: "puts it back into its queue, at its place",
            example: "anna requeues c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::Requeue)),
        },
        Statement {
            pattern: "AGENT escalates CONTACT",
            help: "puts it back into its queue for the next tier of expertise",
            example: "anna escalates c1",
            does: Does::Act(|world, said| with_handling(world, said, AgentAct::Escalate)),
        },
    ],
};

/// What an agent asks about their handling of the contact that is said, or of their last one.
fn with_handling(
    world: &mut World,
    said: &Arguments,
    make: impl FnOnce(HandlingId) -> AgentAct,
) -> Acted {
    let handling = world.handling(said.agent(), said.optional(Named::Contact));
    act(world, said.agent(), make(handling))
}

/// The same with where it goes: the second agent, the queue, or the text for outside.
fn with_destination(
    world: &mut World,
    said: &Arguments,
    make: impl FnOnce(HandlingId, Destination) -> AgentAct,
) -> Acted {
    let agent = said.nth(Named::Agent, 1).map(|names| names[0].as_str());
    let destination = match (agent, said.optional(Named::Queue)) {
        (Some(agent), _) => Destination::Agent(agent.into()),
        (None, Some(queue)) => Destination::Queue(queue.into()),
        (None, None) => Destination::External(said.text().unwrap_or_default().into()),
    };
    with_handling(world, said, |handling| make(handling, destination))
}

/// The disposition that `as CODE TEXT` says.
fn disposition(said: &Arguments) -> Option<Disposition> {
    let mut texts = said.texts();
    let code = Arc::from(texts.next()?);
    let notes = texts.next().unwrap_or_default().into();
    Some(Disposition { code, notes })
}
