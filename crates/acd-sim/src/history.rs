//! The one history: what is durable, in order, and what was told of it. Whatever anybody was told must be found here.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acd_core::event::{DirectiveIssued, Event, OfferAccepted, OfferEnded, OfferMade, Recorded};
use acd_core::ids::{
    AdapterNo, AgentNo, ContactId, HandlingId, OfferId, QueueNo, TenantName, TimeMs, VisitId,
};
use acd_core::matching::Matcher as _;
use acd_core::personal::Personal;
use acd_core::state::State;
use acd_journal::codec::decode_events;
use acd_journal::{Entry, EventLog, JournalId, LogError, LogKeeper, LogReader, Standing};
use acd_narration::{Cast, Witness, narrated};

use crate::coverage::Coverage;
use crate::naive::NaiveMatcher;

/// Turns after which what is dear is checked.
pub(crate) const DEAR_CHECKS_EVERY: u64 = 1_000;
/// Turns after which all invariants are checked; those of the facts alone are after each.
const ALL_INVARIANTS_EVERY: u64 = 100;
/// One decision in so many is made again by the matcher that scans everything, besides those of dear turns.
const DECISIONS_CHECKED: u64 = 16;

/// How much of what happened last is kept in words.
const TIMELINE_MAX: usize = 80;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which promise is broken, in a few words that stay the same while a run is made smaller.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.seen)
    }
}

/// What has happened. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    tenants: BTreeMap<TenantName, OfTenant>,
    /// The batch that the log is taking, or has refused: a crash may leave it whole, or nothing of it.
    attempted: Option<Vec<Entry>>,
    batches: u64,
    decisions: u64,
    violation: Option<Violation>,
    coverage: Coverage,
    contacts: u64,
    /// What happened last, in words; none: it is not kept.
    timeline: Option<VecDeque<String>>,
}

/// What has happened to one life of a tenant.
#[derive(Debug)]
struct OfTenant {
    life: u64,
    state: State,
    /// Of each run of an adapter: the events that were applied, and whether they were refused.
    applied: HashMap<(AdapterNo, Arc<str>), HashMap<u64, bool>>,
    offers: BTreeMap<u64, OfferFate>,
    /// Of each directive that was ever issued, who got it.
    directives: BTreeMap<u64, AdapterNo>,
    /// Who is who, for those who are told of it in words.
    witness: Witness,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfferFate {
    /// Who had it.
    pub(crate) agent: AgentNo,
    /// They accepted it.
    pub(crate) is_accepted: bool,
    /// It ended without a connection.
    pub(crate) is_ended: bool,
}

impl OfTenant {
    fn new(life: u64) -> Self {
        Self {
            life,
            state: State::from_facts(acd_core::state::Facts::default()),
            applied: HashMap::new(),
            offers: BTreeMap::new(),
            directives: BTreeMap::new(),
            witness: Witness::default(),
        }
    }
}

impl History {
    /// A history that keeps in words what happened last.
    pub(crate) fn in_words() -> Self {
        let history = Self::default();
        history.inner().timeline = Some(VecDeque::new());
        history
    }

    /// Takes note of something besides the events.
    pub(crate) fn note(&self, words: impl FnOnce() -> String) {
        self.inner().note(words);
    }

    /// What happened last, in words.
    pub(crate) fn timeline(&self) -> Vec<String> {
        self.inner().timeline.iter().flatten().cloned().collect()
    }

    /// Something was seen that must never be. The first one counts.
    pub(crate) fn violated(&self, promise: &'static str, seen: impl Into<String>) {
        let seen = seen.into();
        let first = &mut self.inner().violation;
        first.get_or_insert(Violation { promise, seen });
    }

    /// The first thing that must never have been.
    pub(crate) fn violation(&self) -> Option<Violation> {
        self.inner().violation.clone()
    }

    /// What was seen of all there is.
    pub(crate) fn coverage(&self) -> Coverage {
        self.inner().coverage.clone()
    }

    /// Takes note of something that is to be seen at least once.
    pub(crate) fn cover(&self, kind: &'static str, name: &str) {
        self.inner().coverage.see(kind, name);
    }

    /// How many contacts were accepted.
    pub(crate) fn contacts(&self) -> u64 {
        self.inner().contacts
    }

    /// How many batches were made durable.
    pub(crate) fn batches(&self) -> u64 {
        self.inner().batches
    }

    /// Looks at what is durable of a tenant; none if there is no such tenant.
    pub(crate) fn look<R>(&self, tenant: &str, look: impl FnOnce(&State) -> R) -> Option<R> {
        let inner = self.inner();
        inner.tenants.get(tenant).map(|it| look(&it.state))
    }

    /// Somebody was told that something shows at this sequence of the tenant.
    pub(crate) fn told(&self, tenant: &str, sequence: u64) {
        let durable = self.look(tenant, |state| state.facts().seq).unwrap_or(0);
        if sequence > durable {
            self.violated(
                "nothing is told before it is durable",
                format!("sequence {sequence} of {tenant} was told, and {durable} is durable"),
            );
        }
    }

    /// What became of an offer.
    pub(crate) fn offer(&self, tenant: &str, offer: u64) -> Option<OfferFate> {
        let inner = self.inner();
        inner.tenants.get(tenant)?.offers.get(&offer).copied()
    }

    /// An adapter was told that its event is settled.
    pub(crate) fn told_of_event(
        &self,
        tenant: &str,
        (adapter, incarnation): (&str, &str),
        sequence: u64,
        was_refused: bool,
    ) {
        let inner = self.inner();
        let Some(of_tenant) = inner.tenants.get(tenant) else {
            return;
        };
        let no = of_tenant.state.adapter_no(&adapter.into());
        let found = no.and_then(|no| {
            let of_run = of_tenant.applied.get(&(no, incarnation.into()))?;
            of_run.get(&sequence).copied()
        });
        drop(inner);
        match found {
            None => self.violated(
                "what was acknowledged is in the log",
                format!("event {sequence} of {adapter} was acknowledged and is not"),
            ),
            Some(is_refused) if is_refused != was_refused => self.violated(
                "what was acknowledged is in the log",
                format!(
                    "event {sequence} of {adapter} was told as refused: {was_refused}, and is: {is_refused}"
                ),
            ),
            Some(_) => {}
        }
    }

    /// An adapter was given a directive.
    pub(crate) fn told_of_directive(&self, tenant: &str, adapter: &str, directive: u64) {
        let inner = self.inner();
        let Some(of_tenant) = inner.tenants.get(tenant) else {
            return;
        };
        let no = of_tenant.state.adapter_no(&adapter.into());
        let issued_to = of_tenant.directives.get(&directive).copied();
        drop(inner);
        if issued_to.is_none() || issued_to != no {
            self.violated(
                "nothing is told before it is durable",
                format!(
                    "directive {directive} was given to {adapter} and is not in the log for it"
                ),
            );
        }
    }

    /// What is recovered is what was durable, and at most the one batch besides that the log was taking.
    pub(crate) fn compare(&self, log: &dyn EventLog, reader: &dyn LogReader) {
        let mut inner = self.inner();
        let attempted = inner.attempted.take().unwrap_or_default();
        let known: BTreeMap<_, _> = inner
            .tenants
            .iter()
            .map(|(name, it)| (name.clone(), (it.life, it.state.facts().seq)))
            .collect();
        let mut surplus = 0;
        let mut seen = None;
        for name in log.tenants() {
            let tenant = TenantName::from(&*name);
            let Some(stands) = log.standing(&name) else {
                continue;
            };
            let (life, last) = known.get(&tenant).copied().unwrap_or((0, 0));
            let after = if life == stands.life { last } else { 0 };
            if life == stands.life && stands.last_seq < last {
                seen = Some(format!(
                    "{tenant} ends at {} and was durable to {last}",
                    stands.last_seq
                ));
                break;
            }
            let mut more = Vec::new();
            let read = reader.read(&name, after, &mut |entry| {
                more.push(entry);
                ControlFlow::Continue(())
            });
            if let Err(error) = read {
                seen = Some(format!("{tenant} cannot be read after {after}: {error}"));
                break;
            }
            let of_batch: Vec<_> = attempted.iter().filter(|it| it.tenant == name).collect();
            if !more.is_empty() && more.iter().ne(of_batch) {
                seen = Some(format!(
                    "{tenant} goes on after {after} with what was never to be written"
                ));
                break;
            }
            surplus += more.len();
        }
        if seen.is_none() && surplus != 0 && surplus != attempted.len() {
            seen = Some(format!(
                "{surplus} of {} entries of a batch are there",
                attempted.len()
            ));
        }
        if let Some(seen) = seen {
            inner.violation.get_or_insert(Violation {
                promise: "what was durable survives a crash, and a batch is whole or absent",
                seen,
            });
            return;
        }
        if surplus > 0 {
            let lives = |name: &Arc<str>| log.standing(name).map_or(0, |stands| stands.life);
            inner.durable(&attempted, &lives);
        }
    }

    /// Of these tenants this is decided, and all of it is durable.
    pub(crate) fn compare_states<'a>(
        &self,
        what: &'static str,
        states: impl Iterator<Item = (&'a TenantName, &'a State)>,
    ) {
        let mut inner = self.inner();
        for (name, state) in states {
            let Some(of_tenant) = inner.tenants.get(name) else {
                continue;
            };
            let durable = &of_tenant.state;
            if state.facts().seq == durable.facts().seq && state.digest() != durable.digest() {
                let seen = format!(
                    "the state of {name} at {} is another one ({what})",
                    state.facts().seq
                );
                inner.violation.get_or_insert(Violation {
                    promise: "the state is what the events make of it",
                    seen,
                });
                return;
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(timeline) = &mut self.timeline {
            keep(timeline, format!("---- {}", words()));
        }
    }

    /// A batch is durable.
    fn durable(&mut self, batch: &[Entry], life: &dyn Fn(&Arc<str>) -> u64) {
        self.attempted = None;
        self.batches += 1;
        let is_dear = self.batches.is_multiple_of(DEAR_CHECKS_EVERY);
        let mut touched = Vec::new();
        for entry in batch {
            let name = TenantName::from(&*entry.tenant);
            let life = life(&entry.tenant);
            let known = self.tenants.get(&name).map(|it| it.life);
            if known != Some(life) {
                self.tenants.insert(name.clone(), OfTenant::new(life));
            }
            let events = match decode_events(entry) {
                Ok(events) => events,
                Err(error) => {
                    let seen = format!("{error}");
                    self.violation.get_or_insert(Violation {
                        promise: "every entry can be read",
                        seen,
                    });
                    return;
                }
            };
            for recorded in &events {
                if let Err(violation) = self.happened(&name, recorded, is_dear) {
                    self.violation.get_or_insert(violation);
                    return;
                }
            }
            if !touched.contains(&name) {
                touched.push(name);
            }
        }
        for name in touched {
            let state = &self.tenants[&name].state;
            let holds = match self.batches.is_multiple_of(ALL_INVARIANTS_EVERY) {
                true => state.check_invariants(),
                false => state.check_facts(),
            };
            if let Err(seen) = holds {
                self.violation.get_or_insert(Violation {
                    promise: "the invariants hold",
                    seen,
                });
            }
        }
    }

    fn happened(
        &mut self,
        name: &TenantName,
        recorded: &Recorded,
        is_dear: bool,
    ) -> Result<(), Violation> {
        let of_tenant = self.tenants.get_mut(name).expect("it is known");
        let violated = |promise, seen| Err(Violation { promise, seen });
        let expected = of_tenant.state.facts().seq + 1;
        if recorded.seq != expected {
            return violated(
                "events follow each other without a gap",
                format!("{} follows {} of {name}", recorded.seq, expected - 1),
            );
        }
        self.coverage.see("event", recorded.event.name());
        self.coverage.see_event(&recorded.event);
        match &recorded.event {
            Event::OfferMade(made) => {
                self.decisions += 1;
                let is_checked = is_dear || self.decisions.is_multiple_of(DECISIONS_CHECKED);
                if is_checked && !made.forced {
                    check_decision(&of_tenant.state, made)?;
                }
                let fate = OfferFate {
                    agent: made.agent,
                    is_accepted: false,
                    is_ended: false,
                };
                of_tenant.offers.insert(recorded.seq, fate);
            }
            Event::OfferAccepted(OfferAccepted { offer, .. }) => {
                let fate = of_tenant.offers.get_mut(&offer.0);
                match fate {
                    Some(fate) if !fate.is_accepted && !fate.is_ended => fate.is_accepted = true,
                    _ => {
                        return violated(
                            "an offer is accepted once",
                            format!("offer {offer}: {fate:?}"),
                        );
                    }
                }
            }
            Event::OfferEnded(OfferEnded { offer, .. }) => {
                let fate = of_tenant.offers.get_mut(&offer.0);
                match fate {
                    Some(fate) if !fate.is_ended => fate.is_ended = true,
                    _ => return violated("an offer ends once", format!("offer {offer}: {fate:?}")),
                }
            }
            Event::AdapterEventApplied(applied) => {
                let adapter = &of_tenant.state.facts().adapters[applied.adapter.index()];
                let run = (applied.adapter, adapter.incarnation.clone());
                let of_run = of_tenant.applied.entry(run).or_default();
                let before = of_run.insert(applied.sequence, applied.refused.is_some());
                if before.is_some() {
                    return violated(
                        "an adapter's event is applied once",
                        format!("event {} of {:?}", applied.sequence, applied.adapter),
                    );
                }
            }
            Event::DirectiveIssued(DirectiveIssued { adapter, .. }) => {
                of_tenant.directives.insert(recorded.seq, *adapter);
            }
            Event::ContactAccepted(_) => self.contacts += 1,
            _ => {}
        }
        of_tenant.state.follow(recorded);
        if let Some(timeline) = &mut self.timeline {
            of_tenant.witness.note(recorded);
            let cast = CastAt {
                of_tenant,
                at_ms: recorded.at_ms,
            };
            if let Some(sentence) = narrated(&cast, recorded) {
                let at = instant(recorded.at_ms);
                keep(
                    timeline,
                    format!("{at} {name} {:>6}  {sentence}", recorded.seq),
                );
            }
        }
        Ok(())
    }
}

/// Who is who at one event.
struct CastAt<'c> {
    of_tenant: &'c OfTenant,
    at_ms: TimeMs,
}

impl Cast for CastAt<'_> {
    fn state(&self) -> &State {
        &self.of_tenant.state
    }

    fn contact(&self, contact: ContactId) -> Option<&str> {
        self.of_tenant.witness.contact(contact)
    }

    fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)> {
        self.of_tenant.witness.visit(visit)
    }

    fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)> {
        self.of_tenant.witness.offer(offer)
    }

    fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)> {
        self.of_tenant.witness.handling(handling)
    }

    /// How far it is from the event: that is what people who look for a cause want to know.
    fn instant(&self, at_ms: TimeMs) -> String {
        format!("{} ({:+} ms)", instant(at_ms), at_ms - self.at_ms)
    }

    fn personal(&self, data: &Personal) -> String {
        data.reveal().to_owned()
    }
}

/// An instant of engine time, in UTC.
fn instant(at_ms: TimeMs) -> String {
    let ms = at_ms.rem_euclid(24 * 3_600_000);
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    format!(
        "{:02}:{:02}:{:02}.{ms:03}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Keeps a line of what happened last.
fn keep(timeline: &mut VecDeque<String>, line: String) {
    if timeline.len() == TIMELINE_MAX {
        timeline.pop_front();
    }
    timeline.push_back(line);
}

/// The matcher that scans everything decides so, too.
fn check_decision(state: &State, made: &OfferMade) -> Result<(), Violation> {
    let promise = "the first in the declared order is offered first";
    let pairing = NaiveMatcher.next(state);
    let is_same = pairing.as_ref().is_some_and(|pairing| {
        let decision = &made.decision;
        pairing.visit == made.visit
            && pairing.winner == decision.winner
            && pairing.candidates == decision.candidates
            && pairing.runner_up == decision.runner_up
    });
    match is_same {
        true => Ok(()),
        false => Err(Violation {
            promise,
            seen: format!("{made:?} was made, and {pairing:?} is right"),
        }),
    }
}

/// A log that tells the history what it has taken.
pub(crate) struct Watched {
    log: Box<dyn EventLog>,
    history: History,
}

impl Watched {
    /// This log, watched.
    pub(crate) fn new(log: Box<dyn EventLog>, history: History) -> Self {
        Self { log, history }
    }
}

impl EventLog for Watched {
    fn journal_id(&self) -> JournalId {
        self.log.journal_id()
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        self.history.inner().attempted = Some(batch.to_vec());
        self.log.append(batch).inspect_err(|error| {
            self.history
                .note(|| format!("the log did not take a batch: {error}"));
        })?;
        let lives = |name: &Arc<str>| self.log.standing(name).map_or(0, |stands| stands.life);
        self.history.inner().durable(batch, &lives);
        Ok(())
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.log.tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.log.standing(tenant)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.log.last_at_ms()
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        self.log.delete_tenant(tenant)
    }

    fn check_place(&self) -> Result<(), LogError> {
        self.log.check_place()
    }

    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError> {
        self.log.keeper()
    }
}
