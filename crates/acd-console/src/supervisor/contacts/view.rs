//! Who waits for what: rows of contacts, filtered, sorted, paged.

use acd_client::v1::{ContactState, Requirement, awaited::Who};

pub(crate) use acd_client::supervisor::Place;

use crate::supervisor::table::{Key, Part, Query, instant, pick, since};

/// One contact in the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) channel: String,
    pub(crate) queue: String,
    pub(crate) place: Place,
    /// Since when it waits, or when it came.
    pub(crate) since_ms: i64,
    /// Its place in the queue, from 1; 0: it has none.
    pub(crate) position: u32,
    /// The step of its plan, from 0.
    pub(crate) step: u32,
    pub(crate) needs: Option<Requirement>,
    pub(crate) priority: i32,
    pub(crate) awaited: Option<Who>,
    pub(crate) answer_until_ms: i64,
    pub(crate) scheduled_at_ms: i64,
    pub(crate) offers: u32,
    /// Whom it rings with, talks with or is parked with.
    pub(crate) agents: Vec<String>,
    /// Whether its wait was reported as long.
    pub(crate) alerted: bool,
    /// Whether the time by which it was to be answered has passed.
    pub(crate) late: bool,
}

impl Row {
    /// What a table shows of the contact.
    pub(crate) fn of(contact: &ContactState, now_ms: i64) -> Self {
        let place = Place::of(contact);
        let mut agents = contact.offered_to.clone();
        if !contact.agent.is_empty() {
            agents.push(contact.agent.clone());
            agents.extend(contact.participants.iter().cloned());
        }
        let needs = contact.requirement.clone();
        let answer_until_ms = contact.answer_until_ms;
        Self {
            id: contact.contact_id.clone(),
            channel: contact.channel.clone(),
            queue: contact.queue.clone(),
            place,
            since_ms: began(contact, place),
            position: contact.position,
            step: contact.step,
            needs: needs.filter(|needs| !needs.any_of.is_empty()),
            priority: contact.priority,
            awaited: contact.awaited.clone().and_then(|awaited| awaited.who),
            answer_until_ms,
            scheduled_at_ms: contact.scheduled_at_ms,
            offers: contact.offers_made,
            agents,
            alerted: contact.alerted && place.is_queue(),
            late: place.is_queue() && answer_until_ms > 0 && answer_until_ms < now_ms,
        }
    }
}

/// Since when it waits, or when it came.
fn began(contact: &ContactState, place: Place) -> i64 {
    match place.is_queue() {
        true => contact.enqueued_at_ms,
        false => contact.arrived_at_ms,
    }
}

/// A column that contacts are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// By how long they wait.
    Waited,
    /// By queue.
    Queue,
    /// By their place in the queue.
    Position,
    /// By priority.
    Priority,
    /// By when they are to be answered.
    AnswerBy,
    /// By how often they were offered.
    Offers,
}

impl Column {
    /// Its name in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waited => "waited",
            Self::Queue => "queue",
            Self::Position => "position",
            Self::Priority => "priority",
            Self::AnswerBy => "answer-by",
            Self::Offers => "offers",
        }
    }

    /// By which column a query sorts, and whether from the top down; who waits longest comes first where it does not say.
    pub(crate) fn of(query: &Query) -> (Self, bool) {
        let Some((name, down)) = &query.sort else {
            return (Self::Waited, true);
        };
        let columns = [
            Self::Waited,
            Self::Queue,
            Self::Position,
            Self::Priority,
            Self::AnswerBy,
            Self::Offers,
        ];
        let found = columns.into_iter().find(|column| column.name() == name);
        found.map_or((Self::Waited, true), |column| (column, *down))
    }
}

/// Whether a contact is to be seen, as the query says: those in a queue where it does not say.
fn seen(contact: &ContactState, query: &Query) -> bool {
    let place = Place::of(contact);
    let at = match query.filter("place") {
        None => place.is_queue(),
        Some("all") => true,
        Some("alerted") => contact.alerted && place.is_queue(),
        Some(asked) => asked == place.name(),
    };
    at && query
        .filter("queue")
        .is_none_or(|queue| contact.queue == queue)
        && query
            .filter("channel")
            .is_none_or(|channel| contact.channel == channel)
        && query.finds(texts(contact))
}

/// Where a search looks: what the visitor is shown, too, of attributes.
fn texts(contact: &ContactState) -> impl Iterator<Item = &str> + Clone {
    let attributes = contact.attributes.iter().map(|it| it.value.as_str());
    let offered = contact.offered_to.iter().map(String::as_str);
    [&contact.contact_id, &contact.queue, &contact.agent]
        .into_iter()
        .map(String::as_str)
        .chain(offered)
        .chain(attributes)
}

/// One page of the contacts that the query asks for.
pub(crate) fn page<'a>(
    contacts: impl Iterator<Item = &'a ContactState>,
    query: &Query,
) -> Part<&'a ContactState> {
    let (column, down) = Column::of(query);
    let found = contacts.filter(|contact| seen(contact, query));
    let found = found.map(|contact| {
        let key = match column {
            Column::Waited => since(began(contact, Place::of(contact))),
            Column::Queue => Key::Text(&contact.queue),
            Column::Position if contact.position == 0 => Key::Missing,
            Column::Position => Key::Number(i64::from(contact.position)),
            Column::Priority => Key::Number(i64::from(contact.priority)),
            Column::AnswerBy => instant(contact.answer_until_ms),
            Column::Offers => Key::Number(i64::from(contact.offers_made)),
        };
        (key, contact.contact_id.as_str(), contact)
    });
    pick(found.collect(), down, query.page)
}

#[cfg(test)]
mod tests {
    use acd_client::v1::{Attribute, ContactPlace, VisitState};

    use super::*;

    fn waiting(id: &str, since: i64) -> ContactState {
        ContactState {
            contact_id: id.to_owned(),
            channel: "voice".to_owned(),
            queue: "service".to_owned(),
            place: ContactPlace::Queue.into(),
            visit_state: VisitState::Waiting.into(),
            enqueued_at_ms: since,
            arrived_at_ms: since,
            ..ContactState::default()
        }
    }

    fn ids(contacts: &[ContactState], pairs: &[(&str, &str)]) -> Vec<String> {
        let pairs = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let part = page(contacts.iter(), &Query::of(pairs.collect()));
        part.map(|contact| contact.contact_id.clone()).rows
    }

    #[test]
    fn who_waits_longest_comes_first_and_who_talks_is_seen_when_asked_for() {
        let talks = ContactState {
            place: ContactPlace::Handling.into(),
            agent: "anna".to_owned(),
            ..waiting("c0", 1)
        };
        let rings = ContactState {
            visit_state: VisitState::Offered.into(),
            offered_to: vec!["bert".to_owned()],
            ..waiting("c1", 3)
        };
        let contacts = [talks, rings, waiting("c2", 2)];
        assert_eq!(ids(&contacts, &[]), ["c2", "c1"]);
        assert_eq!(ids(&contacts, &[("f", "place:ringing")]), ["c1"]);
        assert_eq!(ids(&contacts, &[("f", "place:talking")]), ["c0"]);
        assert_eq!(ids(&contacts, &[("f", "place:all"), ("q", "ANNA")]), ["c0"]);
    }

    #[test]
    fn queue_channel_and_words_narrow_the_list() {
        let mut chat = waiting("c1", 1);
        chat.channel = "chat".to_owned();
        chat.queue = "loans".to_owned();
        chat.attributes.push(Attribute {
            key: "city".to_owned(),
            value: "Шираз".to_owned(),
            ..Attribute::default()
        });
        let contacts = [chat, waiting("c2", 2)];
        assert_eq!(ids(&contacts, &[("f", "channel:chat")]), ["c1"]);
        assert_eq!(ids(&contacts, &[("f", "queue:service")]), ["c2"]);
        assert_eq!(ids(&contacts, &[("q", "шираз")]), ["c1"]);
    }

    #[test]
    fn a_contact_without_a_time_to_be_answered_by_comes_after_those_with_one() {
        let mut due = waiting("c2", 2);
        due.answer_until_ms = 50;
        let contacts = [waiting("c1", 1), due];
        assert_eq!(ids(&contacts, &[("sort", "answer-by")]), ["c2", "c1"]);
        assert_eq!(ids(&contacts, &[("sort", "-answer-by")]), ["c2", "c1"]);
        assert!(Row::of(&contacts[1], 51).late);
        assert!(!Row::of(&contacts[1], 50).late);
    }
}
