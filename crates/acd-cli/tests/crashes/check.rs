//! The journal beside what the clients were told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use acd_client::v1::{GetSnapshotResponse, OfferState, TenantSnapshot};
use acd_core::event::{DirectiveEnd, Event, OfferEnd, Recorded};
use acd_core::state::{Facts, State};
use acd_journal::codec::{decode_events, decode_snapshot};
use acd_journal::{DataDir, EventLog as _, LogReader, Snapshot};
use acd_view::ViewFilter;

use crate::load::{OfferTold, Outcome, TENANT, Told};
use crate::table::Table;

/// How many findings are told in full.
const TOLD: usize = 30;

/// What came of the comparison.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Acknowledged to a client, and not in the log, or otherwise.
    pub(crate) lost: Vec<String>,
    /// In the log more often than it may be.
    pub(crate) doubled: Vec<String>,
    /// Whatever else does not fit.
    pub(crate) unexplained: Vec<String>,
    contacts: usize,
    acknowledged: usize,
    events: u64,
}

impl Findings {
    /// Tells of them in the table.
    pub(crate) fn tell(&self, table: &mut Table) {
        table
            .row("contacts", self.contacts)
            .row("acknowledged to clients", self.acknowledged)
            .row("events in the log", self.events)
            .row("lost", self.lost.len())
            .row("doubled", self.doubled.len())
            .row("unexplained", self.unexplained.len());
    }

    /// Fails where there is one.
    pub(crate) fn assert_none(&self) {
        let all = [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("unexplained", &self.unexplained),
        ];
        let told = all.iter().flat_map(|(kind, findings)| {
            let first = findings.iter().take(TOLD);
            first.map(move |finding| format!("{kind}: {finding}"))
        });
        let told: Vec<_> = told.collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

/// What the log has of an offer.
#[derive(Debug)]
struct OfferLogged {
    visit: u64,
    agent: String,
    contact: String,
    accepted: u32,
    end: Option<OfferEnd>,
    handled: u32,
}

#[derive(Debug, Default)]
struct DirectiveLogged {
    adapter: String,
    contact: u64,
    contact_name: String,
    acknowledged: u32,
    /// How it closed by itself.
    closed: Vec<DirectiveEnd>,
}

/// What the log tells, with a state that follows it.
#[derive(Default)]
struct Logged {
    state: State,
    seq: u64,
    contacts: BTreeMap<String, Vec<u64>>,
    ended: BTreeMap<u64, u32>,
    visits: BTreeMap<u64, u32>,
    offers: BTreeMap<u64, OfferLogged>,
    events: BTreeMap<(String, u64), Vec<Outcome>>,
    answers: BTreeMap<String, Vec<(u64, Outcome)>>,
    directives: BTreeMap<u64, DirectiveLogged>,
    sessions: BTreeSet<(String, u64)>,
    versions: Vec<u64>,
}

impl Logged {
    fn follow(&mut self, recorded: &Recorded) {
        let seq = recorded.seq;
        let refused = |refusal: &acd_core::refusal::Refusal| refusal.reason.as_str().to_owned();
        let facts = self.state.facts();
        match &recorded.event {
            Event::ContactAccepted(contact) => {
                let name = contact.name.as_str().to_owned();
                self.contacts.entry(name).or_default().push(seq);
            }
            Event::ContactEnded(ended) => *self.ended.entry(ended.contact.0).or_default() += 1,
            Event::VisitOpened(_) => {
                self.visits.insert(seq, 0);
            }
            Event::VisitEnded(ended) => *self.visits.entry(ended.visit.0).or_default() += 1,
            Event::OfferMade(made) => {
                let visit = facts.visits.get(&made.visit);
                let contact = visit.and_then(|visit| facts.contacts.get(&visit.contact));
                let contact = contact.map_or(String::new(), |it| it.name.as_str().to_owned());
                let logged = OfferLogged {
                    visit: made.visit.0,
                    agent: self.state.agent(made.agent).config.name.as_str().to_owned(),
                    contact,
                    accepted: 0,
                    end: None,
                    handled: 0,
                };
                self.offers.insert(seq, logged);
            }
            Event::OfferAccepted(accepted) => {
                if let Some(offer) = self.offers.get_mut(&accepted.offer.0) {
                    offer.accepted += 1;
                }
            }
            Event::OfferEnded(ended) => {
                if let Some(offer) = self.offers.get_mut(&ended.offer.0) {
                    offer.end = Some(ended.end);
                }
            }
            Event::HandlingStarted(started) => {
                if let Some(offer) = self.offers.get_mut(&started.offer.0) {
                    offer.handled += 1;
                }
            }
            Event::AdapterEventApplied(applied) => {
                let adapter = self.state.adapter(applied.adapter).name.as_str().to_owned();
                let outcome = applied
                    .refused
                    .as_ref()
                    .map_or(Ok(()), |it| Err(refused(it)));
                let logged = self.events.entry((adapter, applied.sequence));
                logged.or_default().push(outcome);
            }
            Event::RequestAnswered(answered) => {
                let outcome = answered.answer.as_ref();
                let outcome = outcome.map(|_| ()).map_err(refused);
                let id = answered.request_id.to_string();
                self.answers.entry(id).or_default().push((seq, outcome));
            }
            Event::DirectiveIssued(issued) => {
                let contact = facts.contacts.get(&issued.contact);
                let logged = DirectiveLogged {
                    adapter: self.state.adapter(issued.adapter).name.as_str().to_owned(),
                    contact: issued.contact.0,
                    contact_name: contact.map_or(String::new(), |it| it.name.as_str().to_owned()),
                    ..DirectiveLogged::default()
                };
                self.directives.insert(seq, logged);
            }
            Event::DirectiveAcknowledged(done) => {
                if let Some(directive) = self.directives.get_mut(&done.directive.0) {
                    directive.acknowledged += 1;
                }
            }
            Event::DirectiveClosed(closed) => {
                if let Some(directive) = self.directives.get_mut(&closed.directive.0) {
                    directive.closed.push(closed.by);
                }
            }
            Event::AgentLoggedIn(login) => {
                let name = self
                    .state
                    .agent(login.agent)
                    .config
                    .name
                    .as_str()
                    .to_owned();
                self.sessions.insert((name, seq));
            }
            Event::ConfigApplied(applied) => self.versions.push(applied.version),
            Event::AgentSkillsSet(set) => self.versions.push(set.version),
            _ => {}
        }
        self.state.replay(recorded);
        self.seq = seq;
    }
}

/// Compares the journal of a server that has stopped with what its clients were told, and with what it showed at the end.
pub(crate) fn compare(data: &Path, told: &Told, shown: &GetSnapshotResponse) -> Findings {
    let mut findings = Findings::default();
    let dir = DataDir::open_existing(data).expect("nobody else has it");
    let (log, report) = dir.open_shard(0).expect("a journal in order");
    if !report.cut.is_empty() || !report.dropped_snapshots.is_empty() {
        let report = format!("{:?}, {:?}", report.cut, report.dropped_snapshots);
        findings
            .unexplained
            .push(format!("an orderly stop left damage: {report}"));
    }
    let reader = log.keeper().expect("another handle");
    let snapshots = reader.snapshots(TENANT).expect("they can be read");
    let mut logged = Logged::default();
    let mut shown_by_log = None;
    each_event(reader.as_ref(), 0, |recorded| {
        logged.follow(recorded);
        if recorded.seq == shown.sequence {
            shown_by_log = Some(view(&logged.state));
        }
    });
    findings.events = logged.seq;
    compare_states(&logged, &snapshots, reader.as_ref(), &mut findings);
    compare_shown(shown, shown_by_log, &mut findings);
    compare_with_told(&logged, told, &mut findings);
    look_for_doubles(&logged, &mut findings);
    findings
}

/// Every event of the tenant after this one.
fn each_event(reader: &dyn LogReader, after: u64, mut look: impl FnMut(&Recorded)) {
    let read = reader.read(TENANT, after, &mut |entry| {
        let events = decode_events(&entry).expect("it can be decoded");
        let later = events.iter().filter(|recorded| recorded.seq > after);
        later.for_each(&mut look);
        ControlFlow::Continue(())
    });
    read.expect("the log can be read");
}

/// All that a supervisor is shown of this state.
fn view(state: &State) -> TenantSnapshot {
    let filter = ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        ..ViewFilter::default()
    };
    acd_view::tenant_snapshot(state, &filter, state.facts().now, usize::MAX).expect("it fits")
}

/// The log from its first event and each snapshot with what follows it give one state, in which all holds that must.
fn compare_states(
    logged: &Logged,
    snapshots: &[Snapshot],
    reader: &dyn LogReader,
    findings: &mut Findings,
) {
    let digest = logged.state.digest();
    for snapshot in snapshots {
        let facts: Facts = decode_snapshot(snapshot).expect("it can be decoded");
        let mut state = State::from_facts(facts);
        each_event(reader, snapshot.seq, |recorded| state.replay(recorded));
        if state.digest() != digest {
            let seq = snapshot.seq;
            let difference = format!("the snapshot at {seq} leads to another state than the log");
            findings.unexplained.push(difference);
        }
    }
    if let Err(broken) = logged.state.check_invariants() {
        findings.unexplained.push(broken);
    }
}

fn compare_shown(
    shown: &GetSnapshotResponse,
    by_log: Option<TenantSnapshot>,
    findings: &mut Findings,
) {
    let server = shown.snapshot.clone().unwrap_or_default();
    let Some(by_log) = by_log else {
        let seq = shown.sequence;
        findings
            .lost
            .push(format!("what was shown at {seq}: the log ends before"));
        return;
    };
    // What the service adds is of its stream.
    let by_log = TenantSnapshot {
        resync: server.resync,
        heartbeat_interval_ms: server.heartbeat_interval_ms,
        journal_id: server.journal_id.clone(),
        ..by_log
    };
    if by_log != server {
        let difference = format!("the server showed {server:?}\n  the log says {by_log:?}");
        findings.unexplained.push(difference);
    }
    if let Some(contact) = server.contacts.first() {
        findings
            .unexplained
            .push(format!("a contact is left: {contact:?}"));
    }
}

fn compare_with_told(logged: &Logged, told: &Told, findings: &mut Findings) {
    let book = told.book();
    findings.unexplained.extend(book.outrages.iter().cloned());
    findings.contacts = book.contacts.len();
    findings.acknowledged =
        book.events.len() + book.calls.len() + book.sessions.len() + book.versions.len();
    for event in &book.events {
        let of_log = logged.events.get(&(event.adapter.clone(), event.sequence));
        if of_log.map(Vec::as_slice) != Some(std::slice::from_ref(&event.outcome)) {
            findings
                .lost
                .push(format!("{event:?}, the log has {of_log:?}"));
        }
    }
    for call in &book.calls {
        let of_log = logged.answers.get(&call.request_id).map(Vec::as_slice);
        let is_there = match of_log {
            Some([(seq, outcome)]) => {
                let shows = call.outcome.is_err() || (*seq..=logged.seq).contains(&call.sequence);
                shows && *outcome == call.outcome
            }
            _ => false,
        };
        if !is_there {
            findings
                .lost
                .push(format!("{call:?}, the log has {of_log:?}"));
        }
    }
    for session in book
        .sessions
        .iter()
        .filter(|it| !logged.sessions.contains(it))
    {
        findings.lost.push(format!("the session {session:?}"));
    }
    for version in book
        .versions
        .iter()
        .filter(|it| !logged.versions.contains(it))
    {
        findings
            .lost
            .push(format!("version {version} of the configuration"));
    }
    for contact in &book.contacts {
        let ids = logged.contacts.get(contact);
        let ended = ids
            .and_then(|ids| ids.first())
            .and_then(|id| logged.ended.get(id));
        if ended.is_none() {
            findings.lost.push(format!(
                "contact {contact}: accepted as {ids:?}, ended {ended:?}"
            ));
        }
    }
    let mut received = BTreeSet::new();
    for directive in &book.directives {
        let id = directive.directive_id;
        let of_log = logged.directives.get(&id);
        let is_it = |logged: &&DirectiveLogged| {
            logged.adapter == directive.adapter && logged.contact_name == directive.contact
        };
        if of_log.filter(is_it).is_none() {
            findings
                .lost
                .push(format!("{directive:?}, the log has {of_log:?}"));
        }
        if !received.insert(id) {
            findings
                .doubled
                .push(format!("{directive:?} was handed over twice"));
        }
    }
    for (id, directive) in &logged.directives {
        let has_no_purpose = directive.closed.contains(&DirectiveEnd::PurposeGone)
            || logged.ended.contains_key(&directive.contact);
        if !received.contains(id) && !has_no_purpose {
            findings
                .lost
                .push(format!("{directive:?} ({id}) was never handed over"));
        }
    }
    for (id, offer) in &book.offers {
        let of_log = logged.offers.get(id);
        if !of_log.is_some_and(|of_log| is_same_offer(offer, of_log)) {
            findings
                .lost
                .push(format!("offer {id}, {offer:?}, the log has {of_log:?}"));
        }
    }
}

/// Whether what an agent saw last of an offer is what the log tells of it. What came to its end while they were away they
/// learn by its absence.
fn is_same_offer(seen: &OfferTold, logged: &OfferLogged) -> bool {
    let state = match seen.state {
        OfferState::Accepted | OfferState::Connecting => logged.accepted == 1,
        OfferState::Connected => logged.accepted == 1 && logged.handled == 1,
        OfferState::Rejected => logged.end == Some(OfferEnd::Rejected),
        OfferState::TimedOut => logged.end == Some(OfferEnd::TimedOut),
        OfferState::Canceled => matches!(logged.end, Some(OfferEnd::Canceled(_))),
        OfferState::Rescinded => matches!(logged.end, Some(OfferEnd::Rescinded(_))),
        OfferState::ConnectFailed => matches!(logged.end, Some(OfferEnd::ConnectFailed(_))),
        OfferState::Pending => true,
        OfferState::Unspecified => false,
    };
    state && seen.agent == logged.agent && seen.contact == logged.contact
}

fn look_for_doubles(logged: &Logged, findings: &mut Findings) {
    let mut double = |what: String| findings.doubled.push(what);
    for (contact, ids) in logged.contacts.iter().filter(|(_, ids)| ids.len() > 1) {
        double(format!("contact {contact} is {ids:?}"));
    }
    for (contact, ends) in logged.ended.iter().filter(|(_, ends)| **ends > 1) {
        double(format!("contact {contact} ended {ends} times"));
    }
    for (visit, ends) in logged.visits.iter().filter(|(_, ends)| **ends != 1) {
        double(format!("visit {visit} ended {ends} times"));
    }
    for (event, outcomes) in logged.events.iter().filter(|(_, it)| it.len() > 1) {
        double(format!("event {event:?} was decided as {outcomes:?}"));
    }
    for (request, answers) in logged.answers.iter().filter(|(_, it)| it.len() > 1) {
        double(format!("request {request} was decided as {answers:?}"));
    }
    for (id, directive) in &logged.directives {
        if directive.acknowledged > 1 || directive.closed.len() > 1 {
            double(format!(
                "directive {id} is done more than once: {directive:?}"
            ));
        }
    }
    let mut accepted: BTreeMap<u64, u32> = BTreeMap::new();
    for (id, offer) in &logged.offers {
        if offer.accepted > 1 || offer.handled > 1 {
            double(format!("offer {id}: {offer:?}"));
        }
        if offer.accepted > 0 && offer.end.is_none() {
            *accepted.entry(offer.visit).or_default() += 1;
        }
    }
    for (visit, offers) in accepted.iter().filter(|(_, offers)| **offers > 1) {
        double(format!("visit {visit} was answered by {offers} agents"));
    }
}
