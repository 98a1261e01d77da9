//! Tables and stories that stay up to date.

use std::{collections::HashMap, time::Duration};

use maud::{Markup, html};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::{
    agent, agents, contact, contacts,
    drawings::{Drawing, Drawings, Drawn, Row},
    queues,
    table::{Part, Query},
};
use crate::{
    layout::Connection,
    live::{Fragments, Live, Message},
    mirror::{Mirror, Shown, Standing, TenantView},
    session::{Role, Visitor},
    texts::Locale,
};
use acd_client::v1::{ActFilter, ContactState};

/// At most two a second.
const PACE: Duration = Duration::from_millis(500);
/// Why nothing comes, or why it waits, changes with everybody else: it is asked for again after so long.
const ASKED_AGAIN: Duration = Duration::from_secs(3);

/// What supervisors see: all of their pages share one view of the tenant.
pub(crate) fn shown(visitor: &Visitor) -> Shown {
    let all = visitor.has(Role::Supervisor);
    Shown {
        queues: true,
        performance: true,
        agents: all,
        contacts: all,
        acts: all,
    }
}

/// The rows of a table that were sent last, so that only what differs is sent.
#[derive(Default)]
struct Sent {
    hashes: HashMap<String, u64>,
    order: Vec<String>,
}

impl Sent {
    /// What has changed: rows, and the order of all of them. None: nothing.
    fn differing(&mut self, table: &str, rows: &[Row]) -> Option<Message> {
        let is_news = |row: &&Row| self.hashes.get(&row.id) != Some(&row.hash);
        let changed = rows.iter().filter(is_news);
        let changed: serde_json::Map<_, _> = changed
            .map(|row| (row.id.clone(), row.html.clone().into()))
            .collect();
        if changed.is_empty() && rows.iter().map(|row| &row.id).eq(&self.order) {
            return None;
        }
        // A row that has left the page is forgotten, and is sent again when it comes back.
        self.hashes = rows.iter().map(|row| (row.id.clone(), row.hash)).collect();
        self.order = rows.iter().map(|row| row.id.clone()).collect();
        Some(Message::Act(json!({
            "table": table,
            "order": self.order,
            "rows": changed,
        })))
    }
}

/// One of the three tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Queues,
    Agents,
    Contacts,
}

impl Table {
    /// The id of its body.
    fn name(self) -> &'static str {
        match self {
            Self::Queues => "queues",
            Self::Agents => "agents",
            Self::Contacts => "contacts",
        }
    }

    /// The whole of it in one sentence, for who has it read out.
    fn summary(self, visitor: &Visitor, tenant: &TenantView) -> String {
        let locale = &visitor.locale;
        match self {
            Self::Queues => {
                let stands = |name: &String| tenant.stands(name).map(|it| it.standing);
                let counted = |wanted| {
                    let queues = tenant.queues.keys();
                    queues.filter(|name| stands(name) == Some(wanted)).count()
                };
                let waiting: u32 = tenant.queues.values().map(|queue| queue.waiting).sum();
                let args = [
                    ("late", counted(Standing::Late).into()),
                    ("risk", counted(Standing::AtRisk).into()),
                    ("n", waiting.into()),
                ];
                locale.text_with("supervisor-summary-queues", &args)
            }
            Self::Agents => {
                let counts = &tenant.agent_counts;
                let args = [
                    ("talking", counts.talking.into()),
                    ("wrapup", counts.wrap_up.into()),
                    ("ringing", counts.ringing.into()),
                    ("free", counts.idle.into()),
                    ("away", counts.not_ready.into()),
                    ("lost", counts.connection_lost.into()),
                ];
                locale.text_with("supervisor-summary-agents", &args)
            }
            Self::Contacts => {
                let waiting = || {
                    let contacts = tenant.contacts.values();
                    contacts.filter(|it| contacts::view::Place::of(it).is_queue())
                };
                let args = [
                    ("n", waiting().count().into()),
                    ("late", waiting().filter(|it| it.alerted).count().into()),
                ];
                locale.text_with("supervisor-summary-contacts", &args)
            }
        }
    }

    /// The summary, unseen, as a live element.
    pub(crate) fn summed_up(self, visitor: &Visitor, tenant: &TenantView) -> Markup {
        html! { p #summary.unseen { (self.summary(visitor, tenant)) } }
    }

    /// Its rows, and what is live around them: the same for all who may see the same.
    fn parts(
        self,
        visitor: &Visitor,
        query: &Query,
        tenant: &TenantView,
    ) -> (Fragments, Fragments) {
        let (rows, mut around) = match self {
            Self::Queues => {
                let part = queue_rows(tenant, query, &visitor.locale);
                (
                    queues::render::rows(visitor, query, &part),
                    queues::render::around(visitor, query, tenant.emergency, &part),
                )
            }
            Self::Agents => {
                let part = agent_rows(tenant, query);
                (
                    agents::render::rows(visitor, query, &part),
                    agents::render::around(visitor, query, &part),
                )
            }
            Self::Contacts => {
                let part = contact_rows(tenant, query);
                (
                    contacts::render::rows(visitor, query, &part),
                    contacts::render::around(visitor, query, &part),
                )
            }
        };
        around.push(("summary".to_owned(), self.summed_up(visitor, tenant)));
        (rows, around)
    }
}

/// The page of queues that the query asks for.
pub(crate) fn queue_rows(
    tenant: &TenantView,
    query: &Query,
    locale: &Locale,
) -> Part<queues::view::Row> {
    queues::view::page(tenant, query, locale)
        .map(|(queue, stands)| queues::view::Row::of(queue, stands))
}

/// The page of agents that the query asks for.
pub(crate) fn agent_rows(tenant: &TenantView, query: &Query) -> Part<agents::view::Row> {
    let now_ms = tenant.time().now_ms();
    agents::view::page(tenant.agents.values(), query, now_ms)
        .map(|agent| agents::view::Row::of(agent, now_ms))
}

/// The page of contacts that the query asks for.
pub(crate) fn contact_rows(tenant: &TenantView, query: &Query) -> Part<contacts::view::Row> {
    let now_ms = tenant.time().now_ms();
    contacts::view::page(tenant.contacts.values(), query)
        .map(|contact| contacts::view::Row::of(contact, now_ms))
}

/// A table, with the agent who stands open beside it.
pub(crate) struct LiveTable {
    table: Table,
    visitor: Visitor,
    query: Query,
    mirror: Mirror,
    drawings: Drawings,
    /// What is shown now.
    drawn: Option<Drawn>,
    sent: Sent,
    message: Option<Message>,
    beside: Option<Beside>,
}

impl LiveTable {
    /// The table as this query shows it.
    pub(crate) fn new(
        table: Table,
        visitor: Visitor,
        query: Query,
        mirror: Mirror,
        drawings: Drawings,
    ) -> Self {
        let open = query.open.clone().filter(|_| table == Table::Agents);
        Self {
            beside: open.map(|name| Beside::new(visitor.clone(), name)),
            table,
            visitor,
            query,
            mirror,
            drawings,
            drawn: None,
            sent: Sent::default(),
            message: None,
        }
    }
}

impl Live for LiveTable {
    async fn changed(&mut self) -> bool {
        let Some(beside) = &mut self.beside else {
            return self.mirror.changed().await;
        };
        tokio::select! {
            goes_on = self.mirror.changed() => if !goes_on { return false },
            () = sleep_until(beside.due()) => {}
        }
        beside.look(&self.mirror).await;
        true
    }

    fn fragments(&mut self) -> Fragments {
        let (table, visitor, query) = (self.table, &self.visitor, &self.query);
        let edition = self.mirror.edition();
        let draw = |tenant: &TenantView| table.parts(visitor, query, tenant);
        let drawn = self
            .drawings
            .of(edition, visitor, (table.name(), query), || {
                self.mirror.peek(draw)
            });
        let Drawing { rows, around } = drawn.drawing();
        self.message = self.sent.differing(table.name(), rows);
        let mut around = around.clone();
        self.drawn = Some(drawn);
        if let Some(beside) = &self.beside {
            around.extend(beside.fragments());
        }
        around
    }

    fn messages(&mut self) -> Vec<Message> {
        self.message.take().into_iter().collect()
    }

    fn at_ms(&self) -> i64 {
        self.mirror.at_ms()
    }

    fn connection(&self) -> Connection {
        Connection::of(self.mirror.away_since_ms())
    }

    fn pace(&self) -> Duration {
        PACE
    }
}

/// One agent, whose *why* is asked for now and then.
pub(crate) struct Beside {
    visitor: Visitor,
    name: String,
    told: Option<agent::view::View>,
    asked: Option<Instant>,
}

impl Beside {
    /// This agent, of whom nothing is known yet.
    pub(crate) fn new(visitor: Visitor, name: String) -> Self {
        Self {
            visitor,
            name,
            told: None,
            asked: None,
        }
    }

    /// When the engine is to be asked again.
    fn due(&self) -> Instant {
        self.asked.map_or_else(Instant::now, |at| at + ASKED_AGAIN)
    }

    /// Asks the engine, if the agent has changed or it is time.
    async fn look(&mut self, mirror: &Mirror) {
        let known = self.told.as_ref().map(|told| &told.state);
        let same = mirror.peek(|tenant| tenant.agents.get(&self.name) == known);
        let recently = self.asked.is_some_and(|at| at.elapsed() < PACE);
        if (same && self.due() > Instant::now()) || recently {
            return;
        }
        self.asked = Some(Instant::now());
        if let Ok(told) = self.visitor.supervisor().explain_agent(&self.name).await {
            self.told = agent::view::view(told, mirror.at_ms());
        }
    }

    fn fragments(&self) -> Fragments {
        let told = self.told.as_ref();
        told.map_or_else(Vec::new, |told| {
            agent::render::fragments(&self.visitor, told)
        })
    }
}

/// The page of one agent.
pub(crate) struct LiveAgent {
    pub(crate) mirror: Mirror,
    pub(crate) beside: Beside,
}

impl Live for LiveAgent {
    async fn changed(&mut self) -> bool {
        tokio::select! {
            goes_on = self.mirror.changed() => if !goes_on { return false },
            () = sleep_until(self.beside.due()) => {}
        }
        self.beside.look(&self.mirror).await;
        true
    }

    fn fragments(&mut self) -> Fragments {
        self.mirror.read(|_| ());
        self.beside.fragments()
    }

    fn at_ms(&self) -> i64 {
        self.mirror.at_ms()
    }

    fn connection(&self) -> Connection {
        Connection::of(self.mirror.away_since_ms())
    }

    fn pace(&self) -> Duration {
        PACE
    }
}

/// The page of one contact.
pub(crate) struct LiveContact {
    visitor: Visitor,
    id: String,
    mirror: Mirror,
    told: Option<contact::view::Story>,
    known: Option<ContactState>,
    asked: Option<Instant>,
}

impl LiveContact {
    /// This contact, of which nothing is known yet.
    pub(crate) fn new(visitor: Visitor, id: String, mirror: Mirror) -> Self {
        Self {
            visitor,
            id,
            mirror,
            told: None,
            known: None,
            asked: None,
        }
    }

    fn due(&self) -> Instant {
        let waits = self.told.as_ref().is_none_or(|told| told.why.is_some());
        match self.asked {
            None => Instant::now(),
            Some(at) if waits => at + ASKED_AGAIN,
            Some(at) => at + 20 * ASKED_AGAIN,
        }
    }

    async fn look(&mut self) {
        let state = self.mirror.peek(|tenant| {
            let state = tenant.contacts.get(&self.id);
            (state != self.known.as_ref()).then(|| state.cloned())
        });
        if state.is_none() && self.due() > Instant::now() {
            return;
        }
        if let Some(state) = state {
            self.known = state;
        }
        self.asked = Some(Instant::now());
        if let Ok(Some(told)) = story(&self.visitor, &self.id).await {
            self.told = Some(told);
        }
    }
}

impl Live for LiveContact {
    async fn changed(&mut self) -> bool {
        let due = self.due();
        tokio::select! {
            goes_on = self.mirror.changed() => if !goes_on { return false },
            () = sleep_until(due) => {}
        }
        self.look().await;
        true
    }

    fn fragments(&mut self) -> Fragments {
        self.mirror.read(|_| ());
        let told = self.told.as_ref();
        told.map_or_else(Vec::new, |told| {
            contact::render::fragments(&self.visitor, told)
        })
    }

    fn at_ms(&self) -> i64 {
        self.mirror.at_ms()
    }

    fn connection(&self) -> Connection {
        Connection::of(self.mirror.away_since_ms())
    }

    fn pace(&self) -> Duration {
        PACE
    }
}

/// What the engine tells of a contact, and what was done to it.
pub(crate) async fn story(
    visitor: &Visitor,
    id: &str,
) -> Result<Option<contact::view::Story>, acd_client::Error> {
    let supervisor = visitor.supervisor();
    let told = supervisor.explain_contact(id).await?;
    let filter = ActFilter {
        contact_id: id.to_owned(),
        from_at_ms: told.contact.as_ref().map_or(0, |it| it.arrived_at_ms),
        ..ActFilter::default()
    };
    // What was done is told beside; without it the story is still one.
    let acts = supervisor.list_acts(filter, 100, "").await;
    let acts = acts.map(|listed| listed.acts).unwrap_or_default();
    Ok(contact::view::story(told, acts))
}

#[cfg(test)]
mod tests {
    use acd_client::v1::{AgentState, QueueState};

    use super::*;
    use crate::texts::Language;

    fn rows(rows: &[(&str, &str)]) -> Vec<Row> {
        let row = |(id, text): &(&str, &str)| Row {
            id: (*id).to_owned(),
            hash: text.as_bytes()[0].into(),
            html: (*text).to_owned(),
        };
        rows.iter().map(row).collect()
    }

    fn told(message: Option<Message>) -> Option<serde_json::Value> {
        message.map(|message| match message {
            Message::Act(value) => value,
            Message::Say { .. } => panic!("a table says nothing"),
        })
    }

    #[test]
    fn only_rows_that_differ_are_sent_with_the_order_of_all() {
        let mut sent = Sent::default();
        let first = sent.differing("t", &rows(&[("a", "1"), ("b", "1")]));
        assert!(first.is_some());
        assert!(
            sent.differing("t", &rows(&[("a", "1"), ("b", "1")]))
                .is_none()
        );
        let next = told(sent.differing("t", &rows(&[("b", "2"), ("a", "1")])));
        let expected = json!({"table": "t", "order": ["b", "a"], "rows": {"b": "2"}});
        assert_eq!(next, Some(expected));
    }

    #[test]
    fn what_all_share_has_nothing_of_one_person() {
        let one = Visitor::sample(Language::En, &[Role::Supervisor]);
        let mut other = one.clone();
        other.subject = "eve".to_owned();
        other.csrf = "another".to_owned();
        other.agent = Some("eve".to_owned());
        let mut tenant = TenantView::default();
        let name = || "anna".to_owned();
        tenant.queues.insert(name(), QueueState::default());
        tenant.agents.insert(name(), AgentState::default());
        tenant.contacts.insert(name(), ContactState::default());
        let query = Query::of(vec![("f".to_owned(), "state:all".to_owned())]);
        for table in [Table::Queues, Table::Agents, Table::Contacts] {
            let html = |visitor| {
                let (rows, around) = table.parts(visitor, &query, &tenant);
                let parts = rows.into_iter().chain(around);
                parts.map(|(_, part)| part.0).collect::<String>()
            };
            assert_eq!(html(&one), html(&other), "{table:?}");
        }
    }

    #[test]
    fn a_row_that_comes_back_to_the_page_is_sent_again() {
        let mut sent = Sent::default();
        sent.differing("t", &rows(&[("a", "1")]));
        sent.differing("t", &rows(&[("b", "1")]));
        let back = told(sent.differing("t", &rows(&[("a", "1")]))).expect("a change");
        assert_eq!(back["rows"]["a"], "1");
    }
}
