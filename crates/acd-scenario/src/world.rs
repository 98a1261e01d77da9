//! The world of a scenario: the engine on its virtual clock, a follower that only applies events, and adapters that
//! acknowledge what they are told.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_config::civil::AHEAD_MAX_MS;
use acd_core::Engine;
use acd_core::command::{
    AcknowledgeDirectives, AdapterConnect, ApplyConfig, Arrival, CivilTime, Command, ConfigSource,
    ContactAct, ContactCommand, Origin, Reply, Request,
};
use acd_core::config::TenantConfig;
use acd_core::engine::DryRun;
use acd_core::event::Recorded;
use acd_core::figures::Figures;
use acd_core::ids::{
    AdapterName, AgentName, AgentNo, Channel, ConnectionId, ContactId, DirectiveId, DurationMs,
    HandlingId, OfferId, QueueNo, SessionId, TenantName, TimeMs, VisitId,
};
use acd_core::personal::Personal;
use acd_core::refusal::{Reason, Refusal};
use acd_core::state::{Presence, State};
use acd_narration::{Cast, Witness, narrated};

use crate::acted::Acted;
use crate::chronicle::Chronicle;
use crate::clock::Clock;
use crate::patience::Patience;

/// The most deadlines that may run at one instant: more, and the engine does not come to rest.
const DEADLINES_AT_ONCE_MAX: usize = 1_000_000;

/// How far beyond the last line of a scenario civil times are resolved: for what a restart adds.
const RESOLVED_BEYOND_MS: i64 = 2 * 86_400_000;

/// How long before the end of what is resolved it is resolved anew.
const RESOLVED_AGAIN_MS: i64 = 86_400_000;

/// Who administrators and supervisors are.
pub(crate) const AUTHOR: &str = "scenario";

/// The world of a scenario.
#[derive(Debug)]
pub(crate) struct World {
    /// The engine under test.
    pub(crate) engine: Engine,
    /// Knows only the events, and must know the same.
    follower: State,
    /// The instant it is.
    pub(crate) now: TimeMs,
    /// What the times of the file mean.
    pub(crate) clock: Clock,
    /// What happened.
    pub(crate) chronicle: Chronicle,
    /// Remembers only what is not over, and must tell the same.
    witness: Witness,
    /// What it told otherwise, first.
    told_otherwise: Option<String>,
    /// How the next request is recognised.
    pub(crate) origin: Option<Origin>,
    /// A hash of what the next request says.
    pub(crate) fingerprint: u64,
    /// Whether agents act in the session before their last.
    pub(crate) in_old_session: bool,
    /// How each contact arrived, and when.
    pub(crate) arrivals: BTreeMap<String, (Arrival, TimeMs)>,
    /// The last instant of the scenario, as far as it is known.
    until_ms: TimeMs,
    /// Up to when civil times are resolved.
    resolved_ms: TimeMs,
    /// Whether the next configuration is only tried.
    pub(crate) only_tries: bool,
    /// What the last configuration that was only tried would change.
    pub(crate) tried: DryRun,
    /// The version that the next configuration is made for.
    pub(crate) expected_version: Option<u64>,
    /// The adapters that do not acknowledge directives.
    pub(crate) silent: BTreeSet<AdapterName>,
    /// How many events there were before the last action, or before the time that has passed since.
    pub(crate) line_begins: usize,
    /// The contacts and agents that expectations since then speak of together.
    pub(crate) spoken_of: BTreeSet<(String, String)>,
    /// How long each agent had a slot leased, and how long they were ready with none, in milliseconds.
    pub(crate) worked: BTreeMap<AgentNo, (u64, u64)>,
    patience: Patience,
    /// Whether the patience is over: nothing is done any more.
    given_up: Cell<bool>,
}

/// The figures of a queue, on one channel or all.
#[derive(Debug)]
pub(crate) struct QueueFigures<'a> {
    figures: Vec<&'a Figures>,
    /// The queue's service-level threshold.
    pub(crate) service_level_ms: DurationMs,
}

impl QueueFigures<'_> {
    /// The sum of a count.
    pub(crate) fn sum(&self, count: impl Fn(&Figures) -> u64) -> u64 {
        self.figures.iter().map(|figures| count(figures)).sum()
    }
}

impl Cast for World {
    fn state(&self) -> &State {
        World::state(self)
    }

    fn contact(&self, contact: ContactId) -> Option<&str> {
        self.chronicle.names.get(&contact).map(String::as_str)
    }

    fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)> {
        let seen = self.chronicle.visits.get(&visit)?;
        Some((seen.contact, seen.queue))
    }

    fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)> {
        let seen = self.chronicle.offers.get(&offer)?;
        Some((seen.contact, seen.agent))
    }

    fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)> {
        let seen = self.chronicle.handlings.get(&handling)?;
        Some((seen.contact, seen.agent))
    }

    fn instant(&self, at_ms: TimeMs) -> String {
        self.clock.shown(at_ms)
    }

    fn personal(&self, data: &Personal) -> String {
        // Nobody is meant: the file says it all.
        data.reveal().to_owned()
    }
}

/// The world as one tells it who remembers only what is not over.
struct Remembered<'w>(&'w World);

impl Cast for Remembered<'_> {
    fn state(&self) -> &State {
        self.0.state()
    }

    fn contact(&self, contact: ContactId) -> Option<&str> {
        self.0.witness.contact(contact)
    }

    fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)> {
        self.0.witness.visit(visit)
    }

    fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)> {
        self.0.witness.offer(offer)
    }

    fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)> {
        self.0.witness.handling(handling)
    }

    fn instant(&self, at_ms: TimeMs) -> String {
        self.0.instant(at_ms)
    }

    fn personal(&self, data: &Personal) -> String {
        self.0.personal(data)
    }
}

impl World {
    /// A world with the configuration in force and every adapter connected. The scenario ends at `until_ms`.
    pub(crate) fn new(
        clock: Clock,
        until_ms: TimeMs,
        config: &Arc<TenantConfig>,
        patience: Patience,
    ) -> Result<Self, String> {
        let mut world = Self {
            engine: Engine::new(TenantName::from("scenario")),
            follower: State::default(),
            now: clock.zero_ms,
            clock,
            chronicle: Chronicle::default(),
            witness: Witness::default(),
            told_otherwise: None,
            origin: None,
            fingerprint: 0,
            in_old_session: false,
            arrivals: BTreeMap::new(),
            until_ms,
            resolved_ms: TimeMs::MAX,
            only_tries: false,
            tried: DryRun::default(),
            expected_version: None,
            silent: BTreeSet::new(),
            line_begins: 0,
            spoken_of: BTreeSet::new(),
            worked: BTreeMap::new(),
            patience,
            given_up: Cell::new(false),
        };
        let applied = world.apply_config(Arc::clone(config));
        applied.map_err(|refusal| format!("the configuration is refused: {refusal}"))?;
        for adapter in &config.adapters {
            world
                .connect(adapter, Arc::from("1"))
                .map_err(|trouble| trouble.to_string())?;
        }
        Ok(world)
    }

    /// The engine's state.
    pub(crate) fn state(&self) -> &State {
        self.engine.state()
    }

    /// Whether the patience is over. It is asked whenever something is to be done, and once it is over it stays so.
    pub(crate) fn is_given_up(&self) -> bool {
        let is_over = self.given_up.get() || self.patience.is_over(self.chronicle.events.len());
        self.given_up.set(is_over);
        is_over
    }

    /// Asks the engine, lets the adapters acknowledge, and gives the answer.
    pub(crate) fn ask(&mut self, command: Command) -> Result<Reply, Refusal> {
        if self.is_given_up() {
            let detail = "the run was given up";
            return Err(Refusal::new(Reason::LimitReached, "", detail));
        }
        let origin = self.origin.take().unwrap_or(Origin::Internal);
        let handled = self.engine.handle(self.now, Request { origin, command });
        self.take_note(&handled.events);
        self.come_to_rest();
        self.acknowledge();
        handled.answer
    }

    /// Lets time pass up to and including an instant, each deadline at its own. Civil times are resolved on the way.
    pub(crate) fn advance(&mut self, to: TimeMs) -> Result<(), String> {
        while self.resolved_ms - RESOLVED_AGAIN_MS <= to && !self.is_given_up() {
            self.run_deadlines(self.resolved_ms - RESOLVED_AGAIN_MS)?;
            self.resolve();
        }
        self.run_deadlines(to)
    }

    /// Resolves civil times from now on.
    fn resolve(&mut self) {
        let config = self.state().facts().config();
        let (civil, until_ms) = self.civil(&config);
        self.resolved_ms = until_ms;
        // Only a tenant that is deleted refuses, and its calendars are of no use.
        let _ = self.ask(Command::ResolveCivilTime(Arc::new(civil)));
    }

    /// The civil times of a configuration from now on, and up to when they are resolved.
    fn civil(&self, config: &TenantConfig) -> (CivilTime, TimeMs) {
        let wanted_ms = self.until_ms.max(self.now) + RESOLVED_BEYOND_MS;
        let until_ms = wanted_ms.min(self.now + AHEAD_MAX_MS);
        let civil = acd_config::civil::resolve(config, self.now, until_ms);
        (civil, until_ms)
    }

    fn run_deadlines(&mut self, to: TimeMs) -> Result<(), String> {
        let mut ticks = 0;
        while let Some(at) = self.engine.next_deadline().filter(|at| *at <= to) {
            if self.is_given_up() {
                return Ok(());
            }
            ticks = if at > self.now { 0 } else { ticks + 1 };
            if ticks > DEADLINES_AT_ONCE_MAX {
                return Err(format!(
                    "the engine does not come to rest at {}",
                    self.clock.shown(at)
                ));
            }
            self.pass(at);
            let events = self.engine.tick(self.now);
            self.take_note(&events);
            self.acknowledge();
            self.check()?;
        }
        self.pass(to);
        Ok(())
    }

    /// A new line begins: what happens from now on is brought by it.
    pub(crate) fn begin_line(&mut self) {
        self.line_begins = self.chronicle.events.len();
        self.spoken_of.clear();
    }

    /// Moves time on to an instant before which nothing changes, and books it on what the agents do.
    fn pass(&mut self, to: TimeMs) {
        let length = u64::try_from(to - self.now).unwrap_or(0);
        if length == 0 {
            return;
        }
        let agents = &self.engine.state().facts().agents;
        for (no, agent) in (0..).map(AgentNo).zip(agents) {
            let (leased, idle) = self.worked.entry(no).or_default();
            if agent.leased_since.is_some() {
                *leased += length;
            } else if agent.presence == Presence::Ready {
                *idle += length;
            }
        }
        self.now = to;
    }

    /// Stops the engine, lets `length_ms` pass, and starts it again from a snapshot.
    pub(crate) fn restart(&mut self, length_ms: i64) {
        let facts = self.state().facts().clone();
        self.engine = Engine::restore(self.engine.tenant().clone(), facts);
        self.pass(self.now + length_ms);
        let events = self.engine.recover(self.now);
        self.take_note(&events);
        self.come_to_rest();
    }

    /// Lets the engine do what one slice did not.
    fn come_to_rest(&mut self) {
        while !self.engine.is_at_rest() {
            let events = self.engine.tick(self.now);
            self.take_note(&events);
        }
    }

    fn take_note(&mut self, events: &[Recorded]) {
        for recorded in events {
            self.follower.apply(recorded);
            self.chronicle.note(recorded);
            self.witness.note(recorded);
            let told = narrated(&Remembered(self), recorded);
            if self.told_otherwise.is_none() && told != narrated(self, recorded) {
                self.told_otherwise = told.or_else(|| Some(recorded.event.name().to_owned()));
            }
        }
    }

    /// Checks what must hold after every step.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.engine
            .check_invariants()
            .map_err(|broken| format!("an invariant does not hold: {broken}"))?;
        if self.follower.digest() != self.state().digest() {
            return Err("a follower that applies the events arrives at another state".to_owned());
        }
        if let Some(told) = &self.told_otherwise {
            return Err(format!(
                "who remembers only what is not over tells another story: {told}"
            ));
        }
        let facts = self.state().facts();
        if self.witness.open() > facts.contacts.len() + facts.handlings.len() {
            return Err("who remembers only what is not over remembers more".to_owned());
        }
        Ok(())
    }

    /// Checks that a snapshot holds all there is.
    pub(crate) fn check_snapshot(&self) -> Result<(), String> {
        let restored = State::from_facts(self.state().facts().clone());
        restored
            .check_invariants()
            .map_err(|broken| format!("a restored snapshot is broken: {broken}"))
    }

    /// Every adapter that is there, and not silent, takes note of its directives until none is left.
    fn acknowledge(&mut self) {
        loop {
            let Some((adapter, directives)) = self.unacknowledged() else {
                return;
            };
            let command = Command::AcknowledgeDirectives(AcknowledgeDirectives {
                adapter,
                directives,
            });
            let handled = self.engine.handle(self.now, Request::internal(command));
            self.take_note(&handled.events);
        }
    }

    fn unacknowledged(&self) -> Option<(AdapterName, Vec<DirectiveId>)> {
        let adapters = self.state().facts().adapters.iter();
        let mut speaking =
            adapters.filter(|adapter| adapter.is_present() && !self.silent.contains(&adapter.name));
        let found = speaking.find(|adapter| !adapter.directives.is_empty())?;
        Some((
            found.name.clone(),
            found.directives.keys().copied().collect(),
        ))
    }

    /// Brings a configuration into force.
    pub(crate) fn apply_config(&mut self, config: Arc<TenantConfig>) -> Result<Reply, Refusal> {
        let (civil, until_ms) = self.civil(&config);
        let apply = ApplyConfig {
            config,
            source: ConfigSource::Api,
            author: AUTHOR.into(),
            comment: Arc::from("scenario"),
            expected_version: self.expected_version,
            civil: Arc::new(civil),
            document: None,
        };
        if self.only_tries {
            self.tried = self.engine.dry_run(self.now, apply)?;
            return Ok(Reply::Done);
        }
        let applied = self.ask(Command::ApplyConfig(apply))?;
        self.resolved_ms = until_ms;
        Ok(applied)
    }

    /// Connects an adapter as this incarnation.
    pub(crate) fn connect(&mut self, adapter: &AdapterName, incarnation: Arc<str>) -> Acted {
        let command = Command::AdapterConnect(AdapterConnect {
            adapter: adapter.clone(),
            incarnation,
        });
        let handled = self.engine.handle(self.now, Request::internal(command));
        self.take_note(&handled.events);
        let known = self.state().adapter_no(adapter);
        let told = known.map(|no| self.state().adapter(no).directives.clone());
        self.chronicle
            .note_sent_again(self.now, &told.unwrap_or_default());
        self.acknowledge();
        Ok(handled.answer?)
    }

    /// The first adapter of the configuration in force.
    pub(crate) fn first_adapter(&self) -> AdapterName {
        let adapters = self.state().facts().adapters.iter();
        let mut named = adapters.filter(|adapter| adapter.in_config);
        named
            .next()
            .map_or_else(|| AdapterName::from(""), |adapter| adapter.name.clone())
    }

    /// The adapter of a contact; of an unknown one, the first.
    pub(crate) fn adapter_of(&self, contact: &str) -> AdapterName {
        let holds = self
            .chronicle
            .contact(contact)
            .map(|id| self.chronicle.holders[&id]);
        holds.map_or_else(
            || self.first_adapter(),
            |no| self.state().adapter(no).name.clone(),
        )
    }

    /// What the adapter of a contact says about it.
    pub(crate) fn say(&mut self, contact: &str, act: ContactAct) -> Acted {
        let adapter = self.adapter_of(contact);
        let contact = contact.into();
        Ok(self.ask(Command::Contact(ContactCommand {
            adapter,
            contact,
            act,
        }))?)
    }

    /// The number of an agent.
    pub(crate) fn agent_no(&self, agent: &str) -> Option<AgentNo> {
        self.state().agent_no(&AgentName::from(agent))
    }

    /// The session in which an agent acts: their last one, or in the manner *old session* the one before; a number that
    /// no session has if there is none.
    pub(crate) fn session(&self, agent: &str) -> SessionId {
        let sessions = self
            .agent_no(agent)
            .and_then(|no| self.chronicle.sessions.get(&no));
        let sessions = sessions.map(Vec::as_slice).unwrap_or_default();
        let back = if self.in_old_session { 2 } else { 1 };
        let place = sessions.len().checked_sub(back);
        place.map_or(SessionId(0), |place| sessions[place])
    }

    /// The stream of an agent's session.
    pub(crate) fn connection(&self, agent: &str) -> Option<ConnectionId> {
        let session = self.state().agent(self.agent_no(agent)?).session.as_ref()?;
        session.connection
    }

    /// The offer of a contact to an agent: the n-th from 1, or the last; a number that no offer has if there is none.
    pub(crate) fn offer(&self, agent: &str, contact: &str, nth: Option<i64>) -> OfferId {
        let both = self.agent_no(agent).zip(self.chronicle.contact(contact));
        let Some((agent, contact)) = both else {
            return OfferId(0);
        };
        let mut offers = self.chronicle.offers_of(contact, agent);
        let found = match nth.and_then(|nth| usize::try_from(nth - 1).ok()) {
            Some(before) => offers.nth(before),
            None => offers.next_back(),
        };
        found.map_or(OfferId(0), |(id, _)| *id)
    }

    /// The accepted offer of a contact, or else its last one, whoever it was made to.
    pub(crate) fn accepted_offer(&self, contact: &str) -> OfferId {
        let Some(contact) = self.chronicle.contact(contact) else {
            return OfferId(0);
        };
        let mut offers = self
            .chronicle
            .offers
            .iter()
            .rev()
            .filter(|(_, offer)| offer.contact == contact);
        let last = offers.clone().next();
        let accepted = offers.find(|(_, offer)| offer.accepted_at.is_some());
        accepted.or(last).map_or(OfferId(0), |(id, _)| *id)
    }

    /// The handling of an agent, of this contact or of whichever they have, or by which they take part in the contact's
    /// conversation; a number that no handling has if there is none.
    pub(crate) fn handling(&self, agent: &str, contact: Option<&str>) -> HandlingId {
        let agent = self.agent_no(agent);
        let contact = contact.map(|name| self.chronicle.contact(name));
        let facts = self.state().facts();
        let takes_part = || {
            let mut open = facts
                .handlings
                .values()
                .filter(|open| Some(open.agent) == agent);
            open.find(|open| {
                let owner = open.owner.map(|owner| facts.handlings[&owner].contact);
                owner.is_some() && contact == Some(owner)
            })
        };
        let mut handlings = self.chronicle.handlings.iter().rev();
        let found = handlings.find(|(_, handling)| {
            Some(handling.agent) == agent && contact.is_none_or(|id| id == Some(handling.contact))
        });
        let own = found.map(|(id, _)| *id);
        let joined = || takes_part().map(|open| open.id);
        own.or_else(joined).unwrap_or(HandlingId(0))
    }

    /// The figures of a queue.
    pub(crate) fn figures(&self, queue: &str, channel: Option<Channel>) -> QueueFigures<'_> {
        let queues = self.state().facts().queues.iter();
        let mut named = queues.filter(|known| known.config.name.as_str() == queue);
        let named = named.next();
        let all = named.into_iter().flat_map(|queue| &queue.figures);
        let wanted = all.filter(|(of, _)| channel.is_none_or(|channel| channel == **of));
        QueueFigures {
            figures: wanted.map(|(_, figures)| figures).collect(),
            service_level_ms: named.map_or(0, |queue| queue.config.service_level_ms),
        }
    }

    /// The name of an agent.
    pub(crate) fn agent_name(&self, agent: AgentNo) -> &str {
        self.state().agent(agent).config.name.as_str()
    }

    /// The name of a queue.
    pub(crate) fn queue_name(&self, queue: QueueNo) -> &str {
        self.state().queue(queue).config.name.as_str()
    }
}
