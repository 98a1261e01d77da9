//! What adapters say about contacts, as commands: the same for events of a stream and for unary calls.

use std::collections::BTreeSet;

use acd_core::command::{Arrival, Attribute, Command, ContactAct, ContactChange};
use acd_core::config::{DURATION_MAX_MS, NAME_BYTES_MAX};
use acd_core::ids::{AdapterName, DirectiveId, OfferId};
use acd_proto::v1::{self, ErrorReason, event};

use super::fields;
use crate::error::ApiError;
use crate::view;

/// The most attributes of one message that are looked at; the tenant's own limit is lower.
const ATTRIBUTES_MAX: usize = 10_000;
/// The most directives one message may acknowledge.
const DIRECTIVES_MAX: usize = 100_000;

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
    }
}

pub(super) fn arrive(
    adapter: &AdapterName,
    message: v1::ContactArrived,
) -> Result<Command, ApiError> {
    let customer = message
        .customer_key
        .map(|key| key.value)
        .filter(|key| !key.is_empty());
    if let Some(key) = &customer {
        fields::length("customer_key", key, NAME_BYTES_MAX)?;
    }
    Ok(Command::Arrive(Arrival {
        contact: fields::name("contact_id", &message.contact_id)?,
        adapter: adapter.clone(),
        channel: fields::channel("channel", &message.channel)?,
        queue: fields::name("queue", &message.queue)?,
        priority: message.priority,
        head_start_ms: fields::duration("head_start_ms", message.head_start_ms, 0)?,
        requirement: fields::requirement("requirement", message.requirement.as_ref())?,
        customer: customer.map(Into::into),
        attributes: attributes(message.attributes)?.into(),
    }))
}

pub(super) fn change(
    adapter: &AdapterName,
    message: v1::ContactChanged,
) -> Result<Command, ApiError> {
    let age_offset = |ms| fields::duration("age_offset_ms", ms, -DURATION_MAX_MS);
    let queue = |queue: String| fields::name("queue", &queue);
    let change = ContactChange {
        priority: message.priority,
        requirement: fields::requirement("requirement", message.requirement.as_ref())?,
        age_offset_ms: message.age_offset_ms.map(age_offset).transpose()?,
        attributes: attributes(message.attributes)?,
        queue: message.queue.map(queue).transpose()?,
    };
    about(adapter, &message.contact_id, ContactAct::Change(change))
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
            "give one of CONNECT_FAILURE_BUSY, _NO_ANSWER, _UNREACHABLE, _SYSTEM",
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

fn about(adapter: &AdapterName, contact_id: &str, act: ContactAct) -> Result<Command, ApiError> {
    Ok(Command::Contact {
        adapter: adapter.clone(),
        contact: fields::name("contact_id", contact_id)?,
        act,
    })
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
    Ok(Command::AcknowledgeDirectives {
        adapter: adapter.clone(),
        directives,
    })
}

fn attributes(messages: Vec<v1::Attribute>) -> Result<Vec<Attribute>, ApiError> {
    if messages.len() > ATTRIBUTES_MAX {
        let detail = format!(
            "{} attributes, at most {ATTRIBUTES_MAX} are looked at",
            messages.len()
        );
        return Err(
            ApiError::new(ErrorReason::AttributesTooLarge, "attributes", detail)
                .with("limit", ATTRIBUTES_MAX),
        );
    }
    let mut keys = BTreeSet::new();
    for (at, message) in messages.iter().enumerate() {
        let field = format!("attributes[{at}].key");
        fields::name::<String>(&field, &message.key)?;
        if !keys.insert(message.key.as_str()) {
            let detail = format!("key {:?} stands here a second time", message.key);
            return Err(ApiError::invalid(field, detail, "give each key once"));
        }
    }
    let attributes = messages.into_iter().map(|message| Attribute {
        key: message.key.into(),
        value: message.value.into(),
        sensitive: message.sensitive,
    });
    Ok(attributes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived() -> v1::ContactArrived {
        v1::ContactArrived {
            contact_id: "c1".into(),
            channel: "voice".into(),
            queue: "sales".into(),
            ..Default::default()
        }
    }

    #[test]
    fn an_arrival_with_the_least_it_needs_is_taken() {
        let command = arrive(&"pbx".into(), arrived()).unwrap();
        let Command::Arrive(arrival) = command else {
            panic!("{command:?}")
        };
        assert_eq!(
            (arrival.contact.as_str(), arrival.queue.as_str()),
            ("c1", "sales")
        );
        assert_eq!((arrival.customer, arrival.requirement), (None, None));
    }

    #[test]
    fn every_bad_field_of_an_arrival_is_named() {
        let attribute = |key: &str| v1::Attribute {
            key: key.into(),
            ..Default::default()
        };
        let cases: [(&str, v1::ContactArrived); 8] = [
            (
                "contact_id",
                v1::ContactArrived {
                    contact_id: String::new(),
                    ..arrived()
                },
            ),
            (
                "contact_id",
                v1::ContactArrived {
                    contact_id: "x".repeat(129),
                    ..arrived()
                },
            ),
            (
                "channel",
                v1::ContactArrived {
                    channel: "pigeon".into(),
                    ..arrived()
                },
            ),
            (
                "queue",
                v1::ContactArrived {
                    queue: String::new(),
                    ..arrived()
                },
            ),
            (
                "head_start_ms",
                v1::ContactArrived {
                    head_start_ms: -1,
                    ..arrived()
                },
            ),
            (
                "customer_key",
                v1::ContactArrived {
                    customer_key: Some("x".repeat(129).into()),
                    ..arrived()
                },
            ),
            (
                "attributes[0].key",
                v1::ContactArrived {
                    attributes: vec![attribute("")],
                    ..arrived()
                },
            ),
            (
                "attributes[1].key",
                v1::ContactArrived {
                    attributes: vec![attribute("a"), attribute("a")],
                    ..arrived()
                },
            ),
        ];
        for (field, message) in cases {
            let error = arrive(&"pbx".into(), message).unwrap_err();
            assert_eq!(
                (error.reason, &*error.field),
                (ErrorReason::InvalidArgument, field)
            );
        }
    }

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
