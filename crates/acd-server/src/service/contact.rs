//! What adapters say about contacts they hold, as commands: the same for events of a stream and for unary calls.

use std::sync::Arc;

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, Availability, CallbackRequest, Command, ConnectFailure,
    ContactAct, ContactChange, ContactCommand, EndCause, PhoneAct, Reference, ScoreReport,
    SetOutsideBusy,
};
use acd_core::config::DURATION_MAX_MS;
use acd_core::ids::{AdapterName, DirectiveId, OfferId};
use acd_proto::v1::{self, event::Event};

use super::arrival::{arrive, attributes};
use super::{act, fields};
use crate::error::ApiError;
use acd_view as view;

/// The most directives one message may acknowledge.
const DIRECTIVES_MAX: usize = 100_000;
/// The longest name of an exit choice, and of the kind of a reference, in bytes.
const CODE_BYTES_MAX: usize = 64;
/// The longest location of a reference, in bytes.
const LOCATION_BYTES_MAX: usize = 2_048;

/// What an adapter says, in an event of its stream or in a unary call.
pub(super) trait Says {
    /// The command it stands for.
    fn command(self, adapter: &AdapterName) -> Result<Command, ApiError>;
}

macro_rules! says {
    ($($message:ident($adapter:ident, $said:ident) => $command:expr,)*) => {$(
        impl Says for v1::$message {
            fn command(self, $adapter: &AdapterName) -> Result<Command, ApiError> {
                let $said = self;
                $command
            }
        }
    )*};
}

says! {
    ContactArrived(adapter, said) => arrive(adapter, said),
    ContactChanged(adapter, said) => change(adapter, said),
    ContactEnded(adapter, said) => about(adapter, &said.contact_id, ContactAct::End(end_cause(said.cause())?)),
    ContactConnected(adapter, said) => about(adapter, &said.contact_id, ContactAct::Connected(offer(said.offer_id)?)),
    ConnectFailed(adapter, said) => about(
        adapter,
        &said.contact_id,
        ContactAct::ConnectFailed(offer(said.offer_id)?, failure(said.cause())?),
    ),
    ContactHeld(adapter, said) => about(adapter, &said.contact_id, ContactAct::Hold(true)),
    ContactResumed(adapter, said) => about(adapter, &said.contact_id, ContactAct::Hold(false)),
    PhoneAnswered(adapter, said) => about(adapter, &said.contact_id, ContactAct::PhoneAnswered(offer(said.offer_id)?)),
    AgentLeft(adapter, said) => about(adapter, &said.contact_id, ContactAct::AgentLeft(offer(said.offer_id)?)),
    RecordingChanged(adapter, said) => about(
        adapter,
        &said.contact_id,
        ContactAct::RecordingChanged(act::recording_state(said.state())?),
    ),
    ExitChosen(adapter, said) => about(adapter, &said.contact_id, ContactAct::Exit(code("choice", &said.choice)?)),
    CallbackRequested(adapter, said) => callback(adapter, said),
    FirstResponse(adapter, said) => about(adapter, &said.contact_id, ContactAct::FirstResponse),
    ContactReturned(adapter, said) => about(adapter, &said.contact_id, ContactAct::Return),
    ReferenceAdded(adapter, said) => reference(adapter, said),
    ScoreReported(adapter, said) => score(adapter, said),
    OutsideBusyChanged(adapter, said) => outside_busy(adapter, &said),
    AgentActed(adapter, said) => agent_acted(adapter, said),
    DirectiveAck(adapter, said) => acknowledge(adapter, "directive_ids", &said.directive_ids),
}

/// The name of an event's own field, and the command it stands for.
pub(super) fn event(
    adapter: &AdapterName,
    event: Event,
) -> (&'static str, Result<Command, ApiError>) {
    let field = event.field();
    (
        field,
        acd_proto::match_event!(event, said => said.command(adapter)),
    )
}

fn change(adapter: &AdapterName, message: v1::ContactChanged) -> Result<Command, ApiError> {
    let contact_id = message.contact_id.clone();
    about(
        adapter,
        &contact_id,
        ContactAct::Change(contact_change(message)?),
    )
}

/// What changes about a contact, whoever asks for it.
pub(super) fn contact_change(message: v1::ContactChanged) -> Result<ContactChange, ApiError> {
    let age_offset = |ms| fields::duration("age_offset_ms", ms, -DURATION_MAX_MS);
    let queue = |queue: String| fields::name("queue", &queue);
    Ok(ContactChange {
        priority: message.priority,
        requirement: fields::requirement("requirement", message.requirement.as_ref())?,
        age_offset_ms: message.age_offset_ms.map(age_offset).transpose()?,
        attributes: attributes(message.attributes)?,
        queue: message.queue.map(queue).transpose()?,
        not_before: fields::instant("not_before_at_ms", message.not_before_at_ms.unwrap_or(0))?,
    })
}

fn offer(id: u64) -> Result<OfferId, ApiError> {
    fields::id("offer_id", id).map(OfferId)
}

fn end_cause(cause: v1::EndCause) -> Result<EndCause, ApiError> {
    view::end_cause(cause).ok_or_else(|| {
        ApiError::invalid(
            "cause",
            format!("{} is no cause an adapter states", cause.as_str_name()),
            "give END_CAUSE_CUSTOMER or END_CAUSE_SYSTEM",
        )
    })
}

fn failure(cause: v1::ConnectFailure) -> Result<ConnectFailure, ApiError> {
    view::connect_failure(cause).ok_or_else(|| {
        ApiError::invalid(
            "cause",
            "it is missing",
            "give one of CONNECT_FAILURE_BUSY, _NO_ANSWER, _UNREACHABLE, _REJECTED, _CUSTOMER_NOT_REACHED, _SYSTEM",
        )
    })
}

/// A word of the adapter's own.
fn code(field: &str, text: &str) -> Result<Arc<str>, ApiError> {
    fields::code(field, text, CODE_BYTES_MAX)?;
    Ok(text.into())
}

fn callback(adapter: &AdapterName, message: v1::CallbackRequested) -> Result<Command, ApiError> {
    let request = CallbackRequest {
        number: fields::address("number", message.number)?,
        not_before: fields::instant("not_before_at_ms", message.not_before_at_ms)?,
    };
    about(
        adapter,
        &message.contact_id,
        ContactAct::RequestCallback(request),
    )
}

fn reference(adapter: &AdapterName, message: v1::ReferenceAdded) -> Result<Command, ApiError> {
    let said = fields::part("reference", message.reference)?;
    let kind = code("reference.kind", &said.kind)?;
    let location = said
        .location
        .map(|location| location.value)
        .unwrap_or_default();
    fields::code("reference.location", &location, LOCATION_BYTES_MAX)?;
    let reference = Reference {
        kind,
        location: location.into(),
    };
    about(adapter, &message.contact_id, ContactAct::Refer(reference))
}

fn score(adapter: &AdapterName, message: v1::ScoreReported) -> Result<Command, ApiError> {
    let report = ScoreReport {
        score: act::score(message.score)?,
        queue: said(&message.queue, |it| fields::name("queue", it))?,
        channel: match message.queue.is_empty() {
            true => said(&message.channel, |it| fields::channel("channel", it))?,
            false => Some(fields::channel("channel", &message.channel)?),
        },
        agent: said(&message.agent, |it| fields::name("agent", it))?,
    };
    about(
        adapter,
        &message.contact_id,
        ContactAct::ReportScore(report),
    )
}

/// What a text says, if it says anything.
fn said<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, ApiError>,
) -> Result<Option<T>, ApiError> {
    (!text.is_empty()).then(|| read(text)).transpose()
}

fn outside_busy(
    adapter: &AdapterName,
    message: &v1::OutsideBusyChanged,
) -> Result<Command, ApiError> {
    Ok(Command::SetOutsideBusy(SetOutsideBusy {
        adapter: adapter.clone(),
        agent: fields::name("agent", &message.agent)?,
        busy: message.busy,
    }))
}

/// What an agent did at a phone that the adapter owns.
fn agent_acted(adapter: &AdapterName, message: v1::AgentActed) -> Result<Command, ApiError> {
    use v1::agent_acted::Act;
    let agent = fields::name("agent", &message.agent)?;
    let act = match fields::part("act", message.act)? {
        Act::LoggedIn(_) => PhoneAct::LogIn,
        Act::LoggedOut(_) => PhoneAct::LogOut,
        Act::Ready(_) => PhoneAct::SetPresence(Availability::Ready),
        Act::NotReady(reason) => {
            PhoneAct::SetPresence(Availability::NotReady(code("not_ready", &reason)?))
        }
        Act::Paused(pause) => PhoneAct::PauseQueue(
            fields::name("paused.queue", &pause.queue)?,
            code("paused.reason_code", &pause.reason_code)?,
        ),
        Act::ResumedQueue(queue) => PhoneAct::ResumeQueue(fields::name("resumed_queue", &queue)?),
    };
    Ok(Command::ActForAgent(ActForAgent {
        adapter: adapter.clone(),
        agent,
        act,
    }))
}

fn about(adapter: &AdapterName, contact_id: &str, act: ContactAct) -> Result<Command, ApiError> {
    Ok(Command::Contact(ContactCommand {
        adapter: adapter.clone(),
        contact: fields::name("contact_id", contact_id)?,
        act,
    }))
}

/// Directives are done, as this field says.
pub(super) fn acknowledge(
    adapter: &AdapterName,
    field: &str,
    directive_ids: &[u64],
) -> Result<Command, ApiError> {
    fields::count(field, directive_ids.len(), DIRECTIVES_MAX)?;
    let directives = directive_ids.iter().copied().map(DirectiveId).collect();
    Ok(Command::AcknowledgeDirectives(AcknowledgeDirectives {
        adapter: adapter.clone(),
        directives,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_must_say_who_ended_a_contact_and_may_not_blame_the_agent() {
        let refused = |said: Event| event(&"pbx".into(), said).1.unwrap_err().field;
        for cause in [v1::EndCause::Unspecified, v1::EndCause::Agent] {
            let message = v1::ContactEnded {
                contact_id: "c1".into(),
                cause: cause.into(),
            };
            assert_eq!(&*refused(message.into()), "cause");
        }
        let failed = v1::ConnectFailed {
            contact_id: "c1".into(),
            offer_id: 7,
            cause: 0,
        };
        assert_eq!(&*refused(failed.into()), "cause");
        let unstated = v1::RecordingChanged {
            contact_id: "c1".into(),
            state: 0,
        };
        assert_eq!(&*refused(unstated.into()), "state");
        let no_offer = v1::ContactConnected {
            contact_id: "c1".into(),
            offer_id: 0,
        };
        assert_eq!(&*refused(no_offer.into()), "offer_id");
    }
}
