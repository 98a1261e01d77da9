//! The list of everything a reconnected adapter holds: gathered item by item, and one command when it is complete.

use std::collections::BTreeSet;

use acd_core::command::{Command, LiveContact};
use acd_core::ids::{AdapterName, AgentName, ContactName, TimeMs};
use acd_proto::v1;
use prost::Message as _;

use super::{arrival, fields};
use crate::error::ApiError;

/// The most contacts of one list.
const CONTACTS_MAX: usize = 10_000;
/// The most agents of one list.
const AGENTS_MAX: usize = 10_000;
/// The most bytes of all contacts of one list: what comes of it goes into one entry of the log.
const BYTES_MAX: usize = 4 << 20;

/// A list that is not complete.
#[derive(Debug, Default)]
pub(super) struct LiveList {
    contacts: Vec<LiveContact>,
    names: BTreeSet<ContactName>,
    busy_outside: BTreeSet<AgentName>,
    bytes: usize,
}

impl LiveList {
    /// How many contacts it names.
    pub(super) fn contacts(&self) -> u32 {
        u32::try_from(self.contacts.len()).unwrap_or(u32::MAX)
    }

    /// Adds a contact. One that is said to arrive in the future arrives now.
    pub(super) fn add_contact(
        &mut self,
        adapter: &AdapterName,
        message: v1::LiveContact,
        now: TimeMs,
    ) -> Result<(), ApiError> {
        self.bytes += message.encoded_len();
        fields::count("contacts", self.contacts.len() + 1, CONTACTS_MAX)?;
        if self.bytes > BYTES_MAX {
            let detail = format!("the contacts have more than {BYTES_MAX} bytes");
            let remedy = "send fewer attributes; those of known contacts are not looked at";
            return Err(ApiError::invalid("contacts", detail, remedy).with("limit", BYTES_MAX));
        }
        let stated = fields::part("contact", message.contact)?;
        let arrival = arrival::arrival(adapter, stated).map_err(|error| error.within("contact"))?;
        let arrived_at = fields::part(
            "arrived_at_ms",
            fields::instant("arrived_at_ms", message.arrived_at_ms)?,
        )?;
        if !self.names.insert(arrival.contact.clone()) {
            let detail = format!("contact {:?} stands here a second time", arrival.contact);
            return Err(ApiError::invalid(
                "contact.contact_id",
                detail,
                "name each contact once",
            ));
        }
        self.contacts.push(LiveContact {
            arrival,
            arrived_at: arrived_at.min(now),
        });
        Ok(())
    }

    /// Adds an agent who is busy outside.
    pub(super) fn add_agent(&mut self, message: &v1::LiveAgent) -> Result<(), ApiError> {
        self.busy_outside
            .insert(fields::name("agent", &message.agent)?);
        fields::count("agents", self.busy_outside.len(), AGENTS_MAX)
    }

    /// What the complete list asks of the engine.
    pub(super) fn command(self, adapter: &AdapterName) -> Command {
        Command::ReconcileAdapter {
            adapter: adapter.clone(),
            contacts: self.contacts,
            busy_outside: self.busy_outside.into_iter().collect(),
        }
    }
}

/// A list that comes in one message.
pub(super) fn whole(
    adapter: &AdapterName,
    message: v1::LiveList,
    now: TimeMs,
) -> Result<Command, ApiError> {
    let mut list = LiveList::default();
    for (at, contact) in message.contacts.into_iter().enumerate() {
        list.add_contact(adapter, contact, now)
            .map_err(|error| error.within(&format!("contacts[{at}]")))?;
    }
    for (at, agent) in message.agents.iter().enumerate() {
        list.add_agent(agent)
            .map_err(|error| error.within(&format!("agents[{at}]")))?;
    }
    Ok(list.command(adapter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimeMs = 1_000_000;

    fn live(contact_id: &str, arrived_at_ms: TimeMs) -> v1::LiveContact {
        v1::LiveContact {
            contact: Some(v1::ContactArrived {
                contact_id: contact_id.into(),
                channel: "voice".into(),
                queue: "sales".into(),
                ..Default::default()
            }),
            arrived_at_ms,
        }
    }

    fn listed(contacts: Vec<v1::LiveContact>) -> Result<Command, ApiError> {
        let list = v1::LiveList {
            contacts,
            agents: Vec::new(),
        };
        whole(&"pbx".into(), list, NOW)
    }

    #[test]
    fn a_list_is_one_command_and_nobody_arrives_in_the_future() {
        let list = v1::LiveList {
            contacts: vec![live("c1", 5), live("c2", NOW + 1)],
            agents: vec![v1::LiveAgent {
                agent: "anna".into(),
            }],
        };
        let Command::ReconcileAdapter {
            contacts,
            busy_outside,
            ..
        } = whole(&"pbx".into(), list, NOW).unwrap()
        else {
            panic!("another command")
        };
        let arrived: Vec<TimeMs> = contacts.iter().map(|live| live.arrived_at).collect();
        assert_eq!(arrived, [5, NOW]);
        assert_eq!(busy_outside, ["anna".into()]);
    }

    #[test]
    fn a_contact_stands_in_the_list_once_and_says_when_it_arrived() {
        let twice = listed(vec![live("c1", 5), live("c1", 6)]).unwrap_err();
        assert_eq!(&*twice.field, "contacts[1].contact.contact_id");
        let never = listed(vec![live("c1", 0)]).unwrap_err();
        assert_eq!(&*never.field, "contacts[0].arrived_at_ms");
    }

    #[test]
    fn a_list_has_a_limit_in_contacts_and_in_bytes() {
        let many = (0..=CONTACTS_MAX).map(|no| live(&no.to_string(), 5));
        assert!(
            listed(many.collect())
                .unwrap_err()
                .metadata
                .contains_key("limit")
        );
        let mut large = live("c1", 5);
        let stated = large.contact.as_mut().unwrap();
        stated.attributes = vec![v1::Attribute {
            key: "k".into(),
            value: "x".repeat(BYTES_MAX),
            sensitive: false,
        }];
        assert!(
            listed(vec![large])
                .unwrap_err()
                .metadata
                .contains_key("limit")
        );
    }
}
