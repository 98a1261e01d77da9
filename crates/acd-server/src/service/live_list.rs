//! The list of everything a reconnected adapter holds: gathered item by item, and commands when it is complete.

use std::collections::{BTreeSet, VecDeque};

use acd_core::command::{
    AdmitLive, Command, LiveContact, LiveEntry, LivePage, LiveRefusal, ReconcileAdapter,
};
use acd_core::ids::{AdapterName, AgentName, ContactName, TimeMs};
use acd_core::refusal::Refusal;
use acd_proto::v1;
use prost::Message as _;

use super::{arrival, fields};
use crate::error::ApiError;

/// How much a list may have.
#[derive(Clone, Copy, Debug)]
struct Most {
    contacts: usize,
    agents: usize,
    /// Of all contacts.
    bytes: usize,
}

/// A list that comes in one call, which is decided in one step and answered in one event.
const OF_CALL: Most = Most {
    contacts: 10_000,
    agents: 10_000,
    bytes: 8 << 20,
};
/// A list that comes item by item; how many contacts it may have the tenant's limits say.
const OF_STREAM: Most = Most {
    contacts: usize::MAX,
    agents: 50_000,
    bytes: 256 << 20,
};
/// The most contacts of one page.
const PAGE_CONTACTS_MAX: usize = 1_000;
/// The most bytes of one page; one contact may have more.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// A list that is not complete.
#[derive(Debug)]
pub(super) struct LiveList {
    most: Most,
    /// The tenant's sequence when it began; none: it comes in one call.
    as_of: Option<u64>,
    contacts: Vec<Weighed<LiveContact>>,
    malformed: Vec<LiveRefusal>,
    names: BTreeSet<ContactName>,
    busy_outside: BTreeSet<AgentName>,
    bytes: usize,
}

/// A value with the length of its message.
#[derive(Debug)]
struct Weighed<T> {
    value: T,
    bytes: usize,
}

impl LiveList {
    /// An empty list of at most so many contacts, which come item by item. It begins at this sequence of the tenant.
    pub(super) fn of(contacts: usize, as_of: u64) -> Self {
        let most = Most {
            contacts,
            ..OF_STREAM
        };
        Self {
            as_of: Some(as_of),
            ..Self::of_at_most(most)
        }
    }

    fn of_at_most(most: Most) -> Self {
        Self {
            most,
            as_of: None,
            contacts: Vec::new(),
            malformed: Vec::new(),
            names: BTreeSet::new(),
            busy_outside: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// How many contacts it names.
    pub(super) fn contacts(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    /// Adds a contact. One that is said to arrive in the future arrives now, and one whose arrival is not stated as it
    /// should be is known by its name alone.
    ///
    /// # Errors
    /// The contact has no id that a contact can have, or stands there twice, or the list is too long: the whole list is
    /// of no use then.
    pub(super) fn add_contact(
        &mut self,
        adapter: &AdapterName,
        message: v1::LiveContact,
        now: TimeMs,
    ) -> Result<(), ApiError> {
        let bytes = message.encoded_len();
        self.bytes += bytes;
        fields::count("contacts", self.names.len() + 1, self.most.contacts)?;
        if self.bytes > self.most.bytes {
            let limit = self.most.bytes;
            let detail = format!("the contacts have more than {limit} bytes");
            let remedy = "send the list on the adapter's stream, or fewer attributes: those of known contacts are not looked at";
            return Err(ApiError::invalid("contacts", detail, remedy).with("limit", limit));
        }
        let stated = fields::part("contact", message.contact.as_ref())?;
        let name: ContactName = fields::name("contact.contact_id", &stated.contact_id)?;
        if !self.names.insert(name.clone()) {
            let detail = format!("contact {name:?} stands here a second time");
            let remedy = "name each contact once";
            return Err(ApiError::invalid("contact.contact_id", detail, remedy));
        }
        match live_contact(adapter, message, now) {
            Ok(value) => self.contacts.push(Weighed { value, bytes }),
            Err(error) => self.malformed.push(LiveRefusal {
                entry: LiveEntry::Contact(name),
                refusal: Refusal::from(error),
            }),
        }
        Ok(())
    }

    /// Adds an agent who is busy outside.
    pub(super) fn add_agent(&mut self, message: &v1::LiveAgent) -> Result<(), ApiError> {
        self.busy_outside
            .insert(fields::name("agent", &message.agent)?);
        fields::count("agents", self.busy_outside.len(), self.most.agents)
    }

    /// What the complete list asks of the engine, in order: the whole of it in the first command, which says what the
    /// contacts of the first page are, and the others page by page. Who arrived first joins first.
    pub(super) fn commands(mut self, adapter: &AdapterName) -> VecDeque<Command> {
        self.contacts
            .sort_by_key(|contact| contact.value.arrived_at);
        let mut pages = pages(self.contacts, self.malformed).into_iter();
        let page = pages.next().unwrap_or_default();
        let stated: BTreeSet<&ContactName> = page
            .contacts
            .iter()
            .map(|live| &live.arrival.contact)
            .collect();
        let held = self
            .names
            .iter()
            .filter(|name| !stated.contains(name))
            .cloned()
            .collect();
        let first = Command::ReconcileAdapter(ReconcileAdapter {
            adapter: adapter.clone(),
            as_of: self.as_of,
            held,
            page,
            busy_outside: self.busy_outside.into_iter().collect(),
        });
        let further = pages.map(|page| {
            Command::AdmitLive(AdmitLive {
                adapter: adapter.clone(),
                page,
            })
        });
        std::iter::once(first).chain(further).collect()
    }
}

fn live_contact(
    adapter: &AdapterName,
    message: v1::LiveContact,
    now: TimeMs,
) -> Result<LiveContact, ApiError> {
    let stated = fields::part("contact", message.contact)?;
    let agent = match message.agent.as_str() {
        "" => None,
        name => Some(fields::name("agent", name)?),
    };
    let arrived_at = fields::part(
        "arrived_at_ms",
        fields::instant("arrived_at_ms", message.arrived_at_ms)?,
    )?;
    Ok(LiveContact {
        arrival: arrival::arrival(adapter, stated)?,
        arrived_at: arrived_at.min(now),
        agent,
    })
}

/// Cuts a list into pages that are decided one by one.
fn pages(contacts: Vec<Weighed<LiveContact>>, malformed: Vec<LiveRefusal>) -> Vec<LivePage> {
    let mut pages = vec![LivePage::default()];
    let mut bytes = 0;
    for contact in contacts {
        let last = pages.last().expect("there is one");
        let is_full = last.contacts.len() >= PAGE_CONTACTS_MAX
            || (!last.contacts.is_empty() && bytes + contact.bytes > PAGE_BYTES_MAX);
        if is_full {
            pages.push(LivePage::default());
            bytes = 0;
        }
        bytes += contact.bytes;
        let last = pages.last_mut().expect("there is one");
        last.contacts.push(contact.value);
    }
    for chunk in malformed.chunks(PAGE_CONTACTS_MAX) {
        pages.push(LivePage {
            contacts: Vec::new(),
            malformed: chunk.to_vec(),
        });
    }
    pages
}

/// A list that comes in one message, as one command.
pub(super) fn whole(
    adapter: &AdapterName,
    message: v1::LiveList,
    now: TimeMs,
) -> Result<Command, ApiError> {
    let mut list = LiveList::of_at_most(OF_CALL);
    for (at, contact) in message.contacts.into_iter().enumerate() {
        list.add_contact(adapter, contact, now)
            .map_err(|error| error.within(&format!("contacts[{at}]")))?;
    }
    for (at, agent) in message.agents.iter().enumerate() {
        list.add_agent(agent)
            .map_err(|error| error.within(&format!("agents[{at}]")))?;
    }
    list.contacts
        .sort_by_key(|contact| contact.value.arrived_at);
    Ok(Command::ReconcileAdapter(ReconcileAdapter {
        adapter: adapter.clone(),
        as_of: list.as_of,
        held: Vec::new(),
        page: LivePage {
            contacts: list.contacts.into_iter().map(|it| it.value).collect(),
            malformed: list.malformed,
        },
        busy_outside: list.busy_outside.into_iter().collect(),
    }))
}

/// An entry that was not taken, as it is told.
pub(super) fn refusal(refused: LiveRefusal) -> v1::LiveRefusal {
    let error = ApiError::from(refused.refusal);
    let entry = match refused.entry {
        LiveEntry::Contact(contact) => v1::live_refusal::Entry::ContactId(contact.to_string()),
        LiveEntry::Agent(agent) => v1::live_refusal::Entry::Agent(agent.to_string()),
    };
    v1::LiveRefusal {
        entry: Some(entry),
        reason: error.reason.into(),
        field: error.field.into(),
        message: error.detail.into(),
        remedy: error.remedy.into(),
    }
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
            agent: String::new(),
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
            contacts: vec![live("c2", NOW + 1), live("c1", 5)],
            agents: vec![v1::LiveAgent {
                agent: "anna".into(),
            }],
        };
        let Command::ReconcileAdapter(ReconcileAdapter {
            page, busy_outside, ..
        }) = whole(&"pbx".into(), list, NOW).unwrap()
        else {
            panic!("another command")
        };
        let arrived: Vec<TimeMs> = page.contacts.iter().map(|live| live.arrived_at).collect();
        assert_eq!(arrived, [5, NOW]);
        assert_eq!(busy_outside, ["anna".into()]);
    }

    #[test]
    fn a_contact_stands_in_the_list_once_and_has_an_id() {
        let twice = listed(vec![live("c1", 5), live("c1", 6)]).unwrap_err();
        assert_eq!(&*twice.field, "contacts[1].contact.contact_id");
        let nameless = listed(vec![live("", 5)]).unwrap_err();
        assert_eq!(&*nameless.field, "contacts[0].contact.contact_id");
    }

    #[test]
    fn a_contact_that_is_not_stated_as_it_should_be_is_known_by_its_name() {
        let Ok(Command::ReconcileAdapter(ReconcileAdapter { page, .. })) =
            listed(vec![live("c1", 0)])
        else {
            panic!("another command")
        };
        let [malformed] = &page.malformed[..] else {
            panic!("{page:?}")
        };
        assert_eq!(malformed.entry, LiveEntry::Contact("c1".into()));
        assert_eq!(&*malformed.refusal.field, "arrived_at_ms");
    }

    #[test]
    fn a_long_list_comes_in_pages_oldest_first_and_the_first_names_all() {
        let mut list = LiveList::of(10_000, 7);
        for no in (1..=2_500).rev() {
            let contact = live(&format!("c{no}"), no);
            list.add_contact(&"pbx".into(), contact, NOW).unwrap();
        }
        let wrong = live("wrong", 0);
        list.add_contact(&"pbx".into(), wrong, NOW).unwrap();
        assert_eq!(list.contacts(), 2_501);
        let commands = list.commands(&"pbx".into());
        let Command::ReconcileAdapter(ReconcileAdapter {
            as_of, held, page, ..
        }) = &commands[0]
        else {
            panic!("another command")
        };
        assert_eq!(*as_of, Some(7));
        assert_eq!((held.len(), page.contacts.len()), (1_501, 1_000));
        assert_eq!(page.contacts[0].arrived_at, 1);
        let further = commands.iter().skip(1).map(|command| match command {
            Command::AdmitLive(AdmitLive { page, .. }) => {
                (page.contacts.len(), page.malformed.len())
            }
            _ => panic!("another command"),
        });
        let further: Vec<_> = further.collect();
        assert_eq!(further, [(1_000, 0), (500, 0), (0, 1)]);
    }

    #[test]
    fn a_page_has_a_limit_in_bytes() {
        let mut list = LiveList::of(10, 7);
        for no in 1..=3 {
            let mut large = live(&format!("c{no}"), no);
            let stated = large.contact.as_mut().unwrap();
            stated.attributes = vec![v1::Attribute {
                key: "k".into(),
                value: "x".repeat(PAGE_BYTES_MAX / 2),
                ..v1::Attribute::default()
            }];
            list.add_contact(&"pbx".into(), large, NOW).unwrap();
        }
        assert_eq!(list.commands(&"pbx".into()).len(), 3);
    }

    #[test]
    fn a_list_has_limits_in_contacts_agents_and_bytes() {
        let many = (0..=OF_CALL.contacts).map(|no| live(&no.to_string(), 5));
        let error = listed(many.collect()).unwrap_err();
        assert!(error.metadata.contains_key("limit"));
        let agents = (0..=OF_CALL.agents).map(|no| v1::LiveAgent {
            agent: no.to_string(),
        });
        let list = v1::LiveList {
            contacts: Vec::new(),
            agents: agents.collect(),
        };
        let error = whole(&"pbx".into(), list, NOW).unwrap_err();
        assert!(error.metadata.contains_key("limit"));
        for (most, mut list) in [
            (OF_STREAM, LiveList::of(10, 7)),
            (OF_CALL, LiveList::of_at_most(OF_CALL)),
        ] {
            list.bytes = most.bytes;
            let error = list.add_contact(&"pbx".into(), live("c1", 5), NOW);
            assert!(error.unwrap_err().metadata.contains_key("limit"));
        }
    }
}
