//! The streams of one tenant, as the follower keeps them: who reads what, and what each is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use acd_core::event::{
    AdapterConnected, AgentLoggedIn, AgentLoggedOut, DirectiveIssued, Event, Recorded,
    SessionAttached,
};
use acd_core::ids::{
    AdapterName, AdapterNo, AgentNo, ContactName, DirectiveId, DurationMs, TenantName, TimeMs,
};
use acd_core::state::{Facts, State, Touched};
use acd_journal::JournalId;
use acd_proto::v1::{self as pb, ResyncReason};

use super::SubscriberId;
use super::budget::{Budget, Budgets};
use super::changed::{ChangedScreen, ChangedView, Screens};
use super::departure::{Departure, Feed, Gone};
use super::entity::{Entity, Rendered};
use super::history::History;
use super::interest::Interest;
use super::outbox::{AsOf, Limits, Outbox, ToldUpTo};
use super::places::Place;
use super::rendering::Rendering;
use super::subscription::{Attached, Subscription, Unconfirmed};
use super::token::Scope;
use super::update::{StreamEnd, UpdateKind};
use super::views::Views;
use acd_view as view;

use crate::trace;

/// How long an accepted offer waits for its connection, so that its agent is told of both at once.
const ACCEPTED_RESTS_MS: DurationMs = 10;

/// What all streams of a shard share.
#[derive(Clone, Debug)]
pub(crate) struct StreamSettings {
    pub(crate) journal: JournalId,
    /// What may wait for one reader.
    pub(crate) outbox: Limits,
    /// What may wait for all readers together.
    pub(crate) budgets: Budgets,
    /// Changes kept for resume tokens, per tenant.
    pub(crate) history: usize,
    /// How many entities of a whole view are gathered before others are told something.
    pub(crate) gathered_at_once: usize,
    /// How often readers are looked after.
    pub(crate) heartbeat_ms: DurationMs,
}

/// The streams of one tenant.
#[derive(Debug)]
pub(crate) struct Streams {
    tenant: TenantName,
    /// Which of the tenants that had this name, one after the other.
    life: u64,
    settings: StreamSettings,
    history: History,
    /// Each agent's one stream.
    screens: BTreeMap<AgentNo, Screen>,
    /// Each adapter's one stream.
    adapters: BTreeMap<AdapterNo, DirectiveStream>,
    views: Views,
    /// The mark that the heartbeats of screens and adapters show.
    told_up_to: ToldUpTo,
    /// What has changed and is not told yet.
    untold: Untold,
    /// The screens that are to be told of an accepted offer, and when, unless they are told something else before.
    resting: VecDeque<(TimeMs, Arc<Outbox>)>,
    budget: Budget,
}

#[derive(Debug)]
struct Screen {
    subscriber: SubscriberId,
    outbox: Arc<Outbox>,
}

#[derive(Debug)]
struct DirectiveStream {
    subscriber: SubscriberId,
    outbox: Arc<Outbox>,
}

/// A subscription that begins.
#[derive(Debug)]
pub(crate) struct NewStream<'a> {
    pub(crate) interest: &'a Interest,
    pub(crate) resume_token: Option<&'a str>,
    pub(crate) place: Place,
    /// What its end is told by.
    pub(crate) departure: Departure,
}

/// What has changed for agents and adapters, gathered before anything is rendered.
#[derive(Debug, Default)]
struct Untold {
    screens: BTreeMap<AgentNo, ChangedScreen>,
    directives: BTreeMap<AdapterNo, Vec<DirectiveId>>,
    logged_out: Vec<AgentNo>,
    /// The contacts that were given up with their adapters, for the log.
    given_up: Vec<(ContactName, AdapterName)>,
    is_deleted: bool,
}

/// What the adapter that reads is told again.
fn unconfirmed(feed: &Feed, state: &State) -> Unconfirmed {
    match feed {
        Feed::Directives(no, _) => Unconfirmed {
            refusals: state.adapter(*no).refused.clone(),
            forgotten_up_to: state.adapter(*no).forgotten_up_to,
            list_due: state.adapter(*no).list_due,
        },
        Feed::Screen(..) | Feed::View(_) => Unconfirmed::default(),
    }
}

impl Streams {
    /// The streams of a tenant in this state. Nobody reads yet.
    pub(crate) fn of(
        tenant: TenantName,
        life: u64,
        facts: &Facts,
        settings: StreamSettings,
    ) -> Self {
        let told_up_to = ToldUpTo::default();
        told_up_to.set(AsOf {
            sequence: facts.seq,
            at_ms: facts.now,
        });
        Self {
            budget: settings.budgets.of(&tenant),
            tenant,
            life,
            history: History::starting_after(facts.seq, settings.history),
            settings,
            screens: BTreeMap::new(),
            adapters: BTreeMap::new(),
            views: Views::none(),
            told_up_to,
            untold: Untold::default(),
            resting: VecDeque::new(),
        }
    }

    /// Notes what an event touched that happened before the last stop, so that tokens from before it are honoured.
    pub(crate) fn remember(&mut self, seq: u64, touched: Vec<Touched>) {
        for touched in touched {
            self.history.push(seq, touched);
        }
    }

    /// When [`Streams::tell_due`] has something to do.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        let rested = self.resting.front().map(|(due_at, _)| *due_at);
        self.views.due_at().into_iter().chain(rested).min()
    }

    /// Notes what a durable event touched, which the state shows by now.
    pub(crate) fn note(
        &mut self,
        recorded: &Recorded,
        touched: Vec<Touched>,
        state: &State,
        now: TimeMs,
    ) {
        self.note_event(recorded);
        if let Some(contact) = touched.iter().find_map(Touched::contact) {
            trace::told(&self.tenant, contact, recorded);
        }
        if let (
            Event::ContactGivenUp(_),
            Some(Touched::Contact {
                contact, adapter, ..
            }),
        ) = (&recorded.event, touched.first())
        {
            let adapter = state.adapter(*adapter).name.clone();
            self.untold.given_up.push((contact.name.clone(), adapter));
        }
        for touched in touched {
            self.note_screens(&touched);
            self.views.note(&touched, state, now);
            self.history.push(recorded.seq, touched);
        }
    }

    /// Tells everybody what was noted; views are told when that is due. Returns how many readers were too slow and have
    /// been cut off: they are not present, whether or not they notice.
    pub(crate) fn tell(&mut self, rendering: &Rendering<'_>, now: TimeMs) -> usize {
        let untold = std::mem::take(&mut self.untold);
        trace::given_up(&self.tenant, &untold.given_up);
        let screens = self.tell_screens(&untold, rendering, now);
        let cut = screens + self.tell_adapters(&untold, rendering.state());
        for agent in untold.logged_out {
            if let Some(screen) = self.screens.remove(&agent) {
                screen.outbox.end(StreamEnd::LoggedOut);
            }
        }
        if untold.is_deleted {
            self.end(StreamEnd::TenantDeleted);
        }
        if !(self.screens.is_empty() && self.adapters.is_empty()) {
            self.told_up_to.set(rendering.as_of());
        }
        cut
    }

    /// Looks whether the readers come back for more. Returns how many have not for too long and have been cut off.
    pub(crate) fn look(&mut self) -> usize {
        let before = self.screens.len() + self.adapters.len();
        self.screens.retain(|_, screen| screen.outbox.look());
        self.adapters.retain(|_, stream| stream.outbox.look());
        before - (self.screens.len() + self.adapters.len()) + self.views.look()
    }

    /// Whether a whole view is on its way to its reader.
    pub(crate) fn are_gathering(&self) -> bool {
        self.views.are_gathering()
    }

    /// Gathers a part of a whole view. Returns how many readers were too slow and have been cut off.
    pub(crate) fn gather(&mut self, rendering: &Rendering<'_>) -> usize {
        let (history, most) = (&self.history, self.settings.gathered_at_once);
        let changes = |after| view_since(history, after, rendering.state());
        self.views.gather(rendering, most, changes)
    }

    /// Tells what is due by now: views what changed, agents what rested. Returns how many readers were too slow and have
    /// been cut off.
    pub(crate) fn tell_due(&mut self, rendering: &Rendering<'_>, now: TimeMs) -> usize {
        while let Some((_, outbox)) = self.resting.pop_front_if(|(due_at, _)| *due_at <= now) {
            outbox.tell();
        }
        self.views.tell(rendering, now)
    }

    /// Ends all streams, after what waits in them.
    pub(crate) fn end(&mut self, end: StreamEnd) {
        for (_, screen) in std::mem::take(&mut self.screens) {
            screen.outbox.end(end);
        }
        for (_, adapter) in std::mem::take(&mut self.adapters) {
            adapter.outbox.end(end);
        }
        self.views.end(end);
    }

    /// Adds a subscription. Also gives why its token, if it has one, could not be honoured.
    pub(crate) fn subscribe(
        &mut self,
        new: NewStream<'_>,
        rendering: &Rendering<'_>,
    ) -> (Subscription, Option<ResyncReason>) {
        let Gone {
            subscriber: id,
            feed,
            ..
        } = new.departure.gone().clone();
        let is_view = matches!(feed, Feed::View(_));
        let (limits, departure) = (self.settings.outbox, Some(new.departure));
        let outbox = Outbox::new(limits, self.budget.clone(), is_view, departure);
        let scope = Scope::new(self.settings.journal, &self.tenant, self.life, new.interest);
        let resume = match new.resume_token {
            Some(token) => scope.resume(token, rendering.as_of().sequence),
            None => Err(ResyncReason::Unspecified),
        };
        let (begun, told_up_to, attached) = match &feed {
            Feed::Screen(no, attached) => {
                let begun = self.add_screen(*no, *attached, (id, &outbox), resume, rendering);
                (begun, self.told_up_to.clone(), Some(*attached))
            }
            Feed::Directives(no, attached) => {
                self.add_adapter(*no, *attached, (id, &outbox), rendering.state());
                (Ok(0), self.told_up_to.clone(), Some(*attached))
            }
            Feed::View(filter) => {
                let changes = |after| view_since(&self.history, after, rendering.state());
                let changed = resume.and_then(changes);
                let begun = changed.as_ref().map_err(|reason| *reason).and(resume);
                let reader = (id, filter.clone(), outbox.clone());
                self.views.add(reader, changed, rendering);
                (begun, self.views.told_up_to(), None)
            }
        };
        let after = begun.unwrap_or(0);
        let subscription = Subscription::new(outbox, told_up_to, scope, attached, after, new.place)
            .with_unconfirmed(unconfirmed(&feed, rendering.state()));
        let resync = begun
            .err()
            .filter(|reason| *reason != ResyncReason::Unspecified);
        (subscription, resync)
    }

    /// Forgets a subscription that is gone, unless a later one has taken its place.
    pub(crate) fn forget(
        &mut self,
        Gone {
            subscriber, feed, ..
        }: &Gone,
    ) {
        let is_its = |other: SubscriberId| other == *subscriber;
        match feed {
            Feed::Screen(no, _) => {
                if self
                    .screens
                    .get(no)
                    .is_some_and(|screen| is_its(screen.subscriber))
                {
                    self.screens.remove(no);
                }
            }
            Feed::Directives(no, _) => {
                if self
                    .adapters
                    .get(no)
                    .is_some_and(|stream| is_its(stream.subscriber))
                {
                    self.adapters.remove(no);
                }
            }
            Feed::View(_) => self.views.remove(*subscriber),
        }
    }

    fn note_event(&mut self, recorded: &Recorded) {
        let untold = &mut self.untold;
        match &recorded.event {
            Event::DirectiveIssued(DirectiveIssued { adapter, .. })
                if self.adapters.contains_key(adapter) =>
            {
                let issued = untold.directives.entry(*adapter).or_default();
                issued.push(DirectiveId(recorded.seq));
            }
            Event::AgentLoggedIn(AgentLoggedIn { agent, .. })
            | Event::SessionAttached(SessionAttached { agent }) => {
                if let Some(screen) = self.screens.remove(agent) {
                    screen.outbox.end(StreamEnd::SessionReplaced);
                }
            }
            Event::AgentLoggedOut(AgentLoggedOut { agent, .. }) => untold.logged_out.push(*agent),
            Event::AdapterConnected(AdapterConnected { adapter, .. }) => {
                if let Some(stream) = self.adapters.remove(adapter) {
                    stream.outbox.end(StreamEnd::AdapterFenced);
                }
            }
            Event::TenantDeleted(_) => untold.is_deleted = true,
            _ => {}
        }
    }

    fn note_screens(&mut self, touched: &Touched) {
        let untold = &mut self.untold;
        match Screens::of(touched) {
            Screens::None => {}
            Screens::One(agent) => {
                if self.screens.contains_key(&agent) {
                    untold.screens.entry(agent).or_default().note(touched);
                }
            }
            Screens::All => {
                for agent in self.screens.keys() {
                    untold.screens.entry(*agent).or_default().note(touched);
                }
            }
        }
    }

    fn tell_screens(&mut self, untold: &Untold, rendering: &Rendering<'_>, now: TimeMs) -> usize {
        let mut cut = 0;
        for (agent, changed) in &untold.screens {
            // A stream that ended in this very batch is told nothing more.
            let Some(screen) = self.screens.get(agent) else {
                continue;
            };
            let states = changed.render(*agent, rendering);
            let rests = rests(&states);
            let states = rendering.states(UpdateKind::Changes, states);
            let keeps_up = if rests {
                let due_at = now + ACCEPTED_RESTS_MS;
                self.resting.push_back((due_at, screen.outbox.clone()));
                screen.outbox.put_states_quietly(states)
            } else {
                screen.outbox.put_states(states)
            };
            if !keeps_up {
                self.screens.remove(agent);
                cut += 1;
            }
        }
        cut
    }

    fn tell_adapters(&mut self, untold: &Untold, state: &State) -> usize {
        let mut cut = 0;
        for (adapter, issued) in &untold.directives {
            let Some(stream) = self.adapters.get(adapter) else {
                continue;
            };
            if !stream.put(*adapter, issued, state) {
                self.adapters.remove(adapter);
                cut += 1;
            }
        }
        cut
    }

    fn add_screen(
        &mut self,
        no: AgentNo,
        Attached { connection, .. }: Attached,
        (subscriber, outbox): (SubscriberId, &Arc<Outbox>),
        resume: Result<u64, ResyncReason>,
        rendering: &Rendering<'_>,
    ) -> Result<u64, ResyncReason> {
        let session = rendering.state().agent(no).session.as_ref();
        if session.and_then(|session| session.connection) != Some(connection) {
            // A later stream of the agent was attached in the same batch.
            outbox.end(StreamEnd::SessionReplaced);
            return resume;
        }
        let changed = resume.and_then(|after| self.screen_since(after, no));
        let (kind, states) = match &changed {
            Ok(changed) => (UpdateKind::Changes, changed.render(no, rendering)),
            Err(reason) => (UpdateKind::Snapshot(*reason), rendering.screen(no)),
        };
        let screen = Screen {
            subscriber,
            outbox: outbox.clone(),
        };
        let is_told = screen.outbox.put_states(rendering.states(kind, states));
        debug_assert!(is_told, "nothing waits for a new reader");
        self.screens.insert(no, screen);
        changed.and(resume)
    }

    fn add_adapter(
        &mut self,
        no: AdapterNo,
        Attached { connection, .. }: Attached,
        (subscriber, outbox): (SubscriberId, &Arc<Outbox>),
        state: &State,
    ) {
        let adapter = state.adapter(no);
        if adapter.connection != Some(connection) {
            outbox.end(StreamEnd::AdapterFenced);
            return;
        }
        let stream = DirectiveStream {
            subscriber,
            outbox: outbox.clone(),
        };
        let unacknowledged: Vec<DirectiveId> = adapter.directives.keys().copied().collect();
        let is_told = stream.put(no, &unacknowledged, state);
        debug_assert!(is_told, "nothing waits for a new reader");
        self.adapters.insert(no, stream);
    }

    /// What changed on an agent's screen after this sequence.
    fn screen_since(&self, after: u64, no: AgentNo) -> Result<ChangedScreen, ResyncReason> {
        let mut changed = ChangedScreen::default();
        let touched = self.history.since(after).ok_or(ResyncReason::TokenTooOld)?;
        touched
            .filter(|touched| Screens::of(touched).include(no))
            .for_each(|touched| changed.note(touched));
        Ok(changed)
    }
}

/// What changed in the tenant after this sequence.
fn view_since(history: &History, after: u64, state: &State) -> Result<ChangedView, ResyncReason> {
    let mut changed = ChangedView::later();
    let touched = history.since(after).ok_or(ResyncReason::TokenTooOld)?;
    touched.for_each(|touched| changed.note(touched, state));
    if changed.whole {
        // The configuration changed meanwhile: only a whole view says what is no more.
        return Err(ResyncReason::TokenTooOld);
    }
    Ok(changed)
}

/// Whether these states say no more than that the agent has accepted. They know: the answer to their call has told them.
fn rests(states: &BTreeMap<Entity, Rendered>) -> bool {
    let accepted = |state: &Rendered| state.is_accepted_offer();
    let says_more = |state: &Rendered| !(accepted(state) || matches!(state, Rendered::Agent(_)));
    states.values().any(accepted) && !states.values().any(says_more)
}

impl DirectiveStream {
    /// Puts those that still stand; one that is closed already has lost its purpose and is not sent. False if the
    /// adapter has been cut off.
    fn put(&self, adapter: AdapterNo, issued: &[DirectiveId], state: &State) -> bool {
        let standing = &state.adapter(adapter).directives;
        let mut directives: Vec<Arc<pb::Directive>> = Vec::with_capacity(issued.len());
        for id in issued {
            if let Some(directive) = standing.get(id) {
                directives.push(Arc::new(view::directive(state, *id, directive)));
            }
        }
        directives.is_empty() || self.outbox.put_directives(directives)
    }
}
