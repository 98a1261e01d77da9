//! Contacts that arrive, as their adapters state them.

use std::collections::BTreeSet;

use acd_core::command::{Arrival, Attribute, Command};
use acd_core::config::{NAME_BYTES_MAX, PREFERRED_MAX, Preferred, Who};
use acd_core::ids::AdapterName;
use acd_proto::v1::{self, ErrorReason, preferred};

use super::fields;
use crate::error::ApiError;

/// The most attributes of one message that are looked at; the tenant's own limit is lower.
const ATTRIBUTES_MAX: usize = 10_000;

pub(super) fn arrive(
    adapter: &AdapterName,
    message: v1::ContactArrived,
) -> Result<Command, ApiError> {
    arrival(adapter, message).map(Command::Arrive)
}

/// A contact as its adapter states it.
pub(super) fn arrival(
    adapter: &AdapterName,
    message: v1::ContactArrived,
) -> Result<Arrival, ApiError> {
    let customer = message
        .customer_key
        .map(|key| key.value)
        .filter(|key| !key.is_empty());
    if let Some(key) = &customer {
        fields::length("customer_key", key, NAME_BYTES_MAX)?;
    }
    let plan = Some(message.plan).filter(|plan| !plan.is_empty());
    let preferred = preferred_list(message.preferred)?;
    if message.dedicated && preferred.is_empty() {
        let detail = "a contact is dedicated to those in preferred, and there is nobody";
        let remedy = "name somebody in preferred, or leave dedicated out";
        return Err(ApiError::invalid("dedicated", detail, remedy));
    }
    let dial = message
        .dial
        .map(|number| fields::address("dial", Some(number)));
    Ok(Arrival {
        contact: fields::name("contact_id", &message.contact_id)?,
        adapter: adapter.clone(),
        channel: fields::channel("channel", &message.channel)?,
        queue: fields::name("queue", &message.queue)?,
        priority: message.priority,
        head_start_ms: fields::duration("head_start_ms", message.head_start_ms, 0)?,
        requirement: fields::requirement("requirement", message.requirement.as_ref())?,
        customer: customer.map(Into::into),
        attributes: attributes(message.attributes)?.into(),
        plan: plan.map(|plan| fields::name("plan", &plan)).transpose()?,
        preferred,
        dedicated: message.dedicated,
        deadline: fields::instant("answer_until_ms", message.answer_until_ms)?,
        not_before: fields::instant("not_before_at_ms", message.not_before_at_ms)?,
        dial: dial.transpose()?,
    })
}

fn preferred_list(messages: Vec<v1::Preferred>) -> Result<Vec<Preferred>, ApiError> {
    fields::count("preferred", messages.len(), PREFERRED_MAX)?;
    messages
        .into_iter()
        .enumerate()
        .map(|(at, message)| preferred_one(&format!("preferred[{at}]"), message))
        .collect()
}

fn preferred_one(field: &str, message: v1::Preferred) -> Result<Preferred, ApiError> {
    use preferred::Who as Asked;
    let within = |name: &str| format!("{field}.{name}");
    let who = match message.who {
        Some(Asked::Agent(agent)) => Who::Agent(fields::name(&within("agent"), &agent)?),
        Some(Asked::Attribute(key)) => Who::Attribute(fields::name(&within("attribute"), &key)?),
        Some(Asked::Team(team)) => Who::Team(fields::name(&within("team"), &team)?),
        Some(Asked::HeadOf(team)) => Who::Head(fields::name(&within("head_of"), &team)?),
        Some(Asked::SameTeam(true)) => Who::SameTeam,
        Some(Asked::HeadOfSameTeam(true)) => Who::HeadOfTeam,
        Some(Asked::SameTeam(false) | Asked::HeadOfSameTeam(false)) | None => {
            let remedy = "set agent, attribute, team, head_of, or one of the others to true";
            return Err(ApiError::invalid(within("who"), "it names nobody", remedy));
        }
    };
    let for_ms = message
        .for_ms
        .map(|ms| fields::duration(&within("for_ms"), ms, 0));
    Ok(Preferred {
        who,
        for_ms: for_ms.transpose()?,
    })
}

pub(super) fn attributes(messages: Vec<v1::Attribute>) -> Result<Vec<Attribute>, ApiError> {
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
    fn whom_a_contact_waits_for_is_judged_entry_by_entry() {
        let preferred = |who| v1::Preferred {
            who,
            for_ms: Some(15_000),
        };
        let asked = |preferred: Vec<v1::Preferred>| {
            let message = v1::ContactArrived {
                preferred,
                ..arrived()
            };
            arrival(&"pbx".into(), message)
        };
        let anna = preferred(Some(preferred::Who::Agent("anna".into())));
        let taken = asked(vec![anna.clone()]).unwrap();
        assert_eq!(taken.preferred.len(), 1);
        assert_eq!(taken.preferred[0].for_ms, Some(15_000));
        for (field, list) in [
            ("preferred[1].who", vec![anna.clone(), preferred(None)]),
            (
                "preferred[0].who",
                vec![preferred(Some(preferred::Who::SameTeam(false)))],
            ),
            (
                "preferred[0].agent",
                vec![preferred(Some(preferred::Who::Agent(String::new())))],
            ),
            (
                "preferred[0].for_ms",
                vec![v1::Preferred {
                    for_ms: Some(-1),
                    ..anna.clone()
                }],
            ),
            ("preferred", vec![anna; PREFERRED_MAX + 1]),
        ] {
            assert_eq!(&*asked(list).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_contact_cannot_be_dedicated_to_nobody() {
        let message = v1::ContactArrived {
            dedicated: true,
            ..arrived()
        };
        let error = arrival(&"pbx".into(), message).unwrap_err();
        assert_eq!(&*error.field, "dedicated");
    }
}
