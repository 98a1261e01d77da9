//! What adapters say about contacts they hold, as commands: the same for events of a stream and for unary calls.

use std::sync::Arc;

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, Availability, CallbackRequest, Command, ContactAct,
    ContactChange, ContactCommand, PhoneAct, Reference, SetOutsideBusy,
};
use acd_core::config::DURATION_MAX_MS;
use acd_core::ids::{AdapterName, DirectiveId, OfferId};
use acd_proto::v1::{self, event};

use super::arrival::{arrive, attributes};
use super::fields;
use crate::error::ApiError;
use crate::view;

/// The most directives one message may acknowledge.
const DIRECTIVES_MAX: usize = 100_000;
/// The longest name of an exit choice, and of the kind of a reference, in bytes.
const CODE_BYTES_MAX: usize = 64;
/// The longest location of a reference, in bytes.
const LOCATION_BYTES_MAX: usize = 2_048;

/// The name of an event's own field, and the command it stands for.
pub(super) fn event(
    adapter: &AdapterName,
    event: event::Event,
) -> (&'static str, Result<Command, ApiError>) {
    use event::Event;
    match event {
        Event::ContactArrived(arrived) => ("contact_arrived", arrive(adapter, arrived)),
        Event::ContactChanged(changed) => ("contact_changed", change(adapter, changed)),
        Event::ContactEnded(ended) => ("contact_ended", end(adapter, &ended)),
        Event::ContactConnected(connected) => {
            ("contact_connected", self::connected(adapter, &connected))
        }
        Event::ConnectFailed(failed) => ("connect_failed", connect_failed(adapter, &failed)),
        Event::ContactHeld(held) => ("contact_held", hold(adapter, &held.contact_id, true)),
        Event::ContactResumed(resumed) => {
            ("contact_resumed", hold(adapter, &resumed.contact_id, false))
        }
        Event::PhoneAnswered(answered) => ("phone_answered", phone_answered(adapter, &answered)),
        Event::ExitChosen(chosen) => ("exit_chosen", exit(adapter, &chosen)),
        Event::CallbackRequested(wish) => ("callback_requested", callback(adapter, wish)),
        Event::FirstResponse(response) => ("first_response", first_response(adapter, &response)),
        Event::ContactReturned(back) => ("contact_returned", returned(adapter, &back)),
        Event::ReferenceAdded(added) => ("reference_added", reference(adapter, added)),
        Event::OutsideBusyChanged(changed) => {
            ("outside_busy_changed", outside_busy(adapter, &changed))
        }
        Event::AgentActed(acted) => ("agent_acted", agent_acted(adapter, acted)),
    }
}

pub(super) fn change(
    adapter: &AdapterName,
    message: v1::ContactChanged,
) -> Result<Command, ApiError> {
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

pub(super) fn end(adapter: &AdapterName, message: &v1::ContactEnded) -> Result<Command, ApiError> {
    let cause = view::end_cause(message.cause()).ok_or_else(|| {
        let cause = message.cause().as_str_name();
        ApiError::invalid(
            "cause",
            format!("{cause} is no cause an adapter states"),
            "give END_CAUSE_CUSTOMER or END_CAUSE_SYSTEM",
        )
    })?;
    about(adapter, &message.contact_id, ContactAct::End(cause))
}

pub(super) fn connected(
    adapter: &AdapterName,
    message: &v1::ContactConnected,
) -> Result<Command, ApiError> {
    let offer = OfferId(fields::id("offer_id", message.offer_id)?);
    about(adapter, &message.contact_id, ContactAct::Connected(offer))
}

pub(super) fn connect_failed(
    adapter: &AdapterName,
    message: &v1::ConnectFailed,
) -> Result<Command, ApiError> {
    let cause = view::connect_failure(message.cause()).ok_or_else(|| {
        ApiError::invalid(
            "cause",
            "it is missing",
            "give one of CONNECT_FAILURE_BUSY, _NO_ANSWER, _UNREACHABLE, _CUSTOMER_NOT_REACHED, _SYSTEM",
        )
    })?;
    let offer = OfferId(fields::id("offer_id", message.offer_id)?);
    let act = ContactAct::ConnectFailed(offer, cause);
    about(adapter, &message.contact_id, act)
}

pub(super) fn hold(
    adapter: &AdapterName,
    contact_id: &str,
    held: bool,
) -> Result<Command, ApiError> {
    about(adapter, contact_id, ContactAct::Hold(held))
}

pub(super) fn phone_answered(
    adapter: &AdapterName,
    message: &v1::PhoneAnswered,
) -> Result<Command, ApiError> {
    let offer = OfferId(fields::id("offer_id", message.offer_id)?);
    about(
        adapter,
        &message.contact_id,
        ContactAct::PhoneAnswered(offer),
    )
}

pub(super) fn exit(adapter: &AdapterName, message: &v1::ExitChosen) -> Result<Command, ApiError> {
    fields::code("choice", &message.choice, CODE_BYTES_MAX)?;
    let act = ContactAct::Exit(message.choice.as_str().into());
    about(adapter, &message.contact_id, act)
}

pub(super) fn callback(
    adapter: &AdapterName,
    message: v1::CallbackRequested,
) -> Result<Command, ApiError> {
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

pub(super) fn first_response(
    adapter: &AdapterName,
    message: &v1::FirstResponse,
) -> Result<Command, ApiError> {
    about(adapter, &message.contact_id, ContactAct::FirstResponse)
}

pub(super) fn returned(
    adapter: &AdapterName,
    message: &v1::ContactReturned,
) -> Result<Command, ApiError> {
    about(adapter, &message.contact_id, ContactAct::Return)
}

pub(super) fn reference(
    adapter: &AdapterName,
    message: v1::ReferenceAdded,
) -> Result<Command, ApiError> {
    let said = fields::part("reference", message.reference)?;
    fields::code("reference.kind", &said.kind, CODE_BYTES_MAX)?;
    let location = said
        .location
        .map(|location| location.value)
        .unwrap_or_default();
    fields::code("reference.location", &location, LOCATION_BYTES_MAX)?;
    let reference = Reference {
        kind: said.kind.into(),
        location: location.into(),
    };
    about(adapter, &message.contact_id, ContactAct::Refer(reference))
}

pub(super) fn outside_busy(
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
pub(super) fn agent_acted(
    adapter: &AdapterName,
    message: v1::AgentActed,
) -> Result<Command, ApiError> {
    use v1::agent_acted::Act;
    let agent = fields::name("agent", &message.agent)?;
    let code = |field: &str, code: &str| {
        fields::code(field, code, CODE_BYTES_MAX).map(|()| Arc::from(code))
    };
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

pub(super) fn acknowledge(
    adapter: &AdapterName,
    message: &v1::DirectiveAck,
) -> Result<Command, ApiError> {
    fields::count("directive_ids", message.directive_ids.len(), DIRECTIVES_MAX)?;
    let directives = message
        .directive_ids
        .iter()
        .copied()
        .map(DirectiveId)
        .collect();
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
        for cause in [v1::EndCause::Unspecified, v1::EndCause::Agent] {
            let message = v1::ContactEnded {
                contact_id: "c1".into(),
                cause: cause.into(),
            };
            assert_eq!(&*end(&"pbx".into(), &message).unwrap_err().field, "cause");
        }
        let failed = v1::ConnectFailed {
            contact_id: "c1".into(),
            offer_id: 7,
            cause: 0,
        };
        assert_eq!(
            &*connect_failed(&"pbx".into(), &failed).unwrap_err().field,
            "cause"
        );
        let no_offer = v1::ContactConnected {
            contact_id: "c1".into(),
            offer_id: 0,
        };
        assert_eq!(
            &*connected(&"pbx".into(), &no_offer).unwrap_err().field,
            "offer_id"
        );
    }
}
