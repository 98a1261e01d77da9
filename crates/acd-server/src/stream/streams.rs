//! The streams of one tenant, as its shard's thread keeps them: who reads what, and what each is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::command::{AdapterDisconnect, Command, DetachSession, Request};
use acd_core::event::{
    AdapterConnected, AgentLoggedIn, AgentLoggedOut, DirectiveIssued, Event, Recorded,
    SessionAttached,
};
use acd_core::ids::{AdapterNo, AgentNo, ConnectionId, DirectiveId, TenantName, TimeMs};
use acd_core::state::{Facts, State};
use acd_journal::JournalId;
use acd_proto::v1::{self as pb, ResyncReason};
use arc_swap::ArcSwap;
use crossbeam_channel::Sender;

use super::SubscriberId;
use super::budget::{Budget, Budgets, UsedUp};
use super::changed::{ChangedScreen, ChangedView, Screens};
use super::entity::{Entity, Rendered};
use super::history::History;
use super::interest::Interest;
use super::outbox::{Limits, Outbox, SharedTold, States, Told};
use super::rendering::Rendering;
use super::subject::{Subject, Tracker};
use super::subscription::{
    Attached, Departure, Reads, StreamEnd, Subscription, Unconfirmed, UpdateKind,
};
use super::token::Scope;
use super::views::Views;
use crate::{trace, view};

/// What all streams of a shard share.
#[derive(Clone, Debug)]
pub(crate) struct StreamSettings {
    pub(crate) journal: JournalId,
    /// What may wait for one reader.
    pub(crate) outbox: Limits,
    /// What may wait for all readers together.
    pub(crate) budgets: Budgets,
    /// Subjects kept for resume tokens, per tenant.
    pub(crate) history: usize,
    /// Where subscriptions tell that they are gone.
    pub(crate) gone: Sender<SubscriberId>,
}

/// The streams of one tenant.
#[derive(Debug)]
pub(crate) struct Streams {
    tenant: TenantName,
    settings: StreamSettings,
    tracker: Tracker,
    history: History,
    /// Each agent's one stream.
    screens: BTreeMap<AgentNo, Screen>,
    /// Each adapter's one stream.
    adapters: BTreeMap<AdapterNo, DirectiveStream>,
    views: Views,
    /// The mark that the heartbeats of screens and adapters show.
    told: SharedTold,
    /// Subscriptions that are not gone, those that were ended included.
    open: usize,
    budget: Budget,
}

#[derive(Debug)]
struct Screen {
    connection: ConnectionId,
    outbox: Arc<Outbox>,
}

#[derive(Debug)]
struct DirectiveStream {
    connection: ConnectionId,
    outbox: Arc<Outbox>,
    /// The last directive put into the outbox.
    last_directive: u64,
}

/// A subscription that begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewStream<'a> {
    pub(crate) id: SubscriberId,
    pub(crate) interest: &'a Interest,
    /// What the interest comes to.
    pub(crate) reads: &'a Reads,
    pub(crate) resume_token: Option<&'a str>,
}

/// What one batch means for the streams, gathered before anything is rendered.
#[derive(Debug, Default)]
struct News {
    screens: BTreeMap<AgentNo, ChangedScreen>,
    directives: BTreeMap<AdapterNo, Vec<DirectiveId>>,
    logged_out: Vec<AgentNo>,
    is_deleted: bool,
}

/// What the adapter that reads is told again.
fn unconfirmed(reads: &Reads, state: &State) -> Unconfirmed {
    match reads {
        Reads::Directives(no, _) => Unconfirmed {
            refusals: state.adapter(*no).refused.clone(),
            forgotten_up_to: state.adapter(*no).forgotten_up_to,
            list_due: state.adapter(*no).list_due,
        },
        Reads::Screen(..) | Reads::View(_) => Unconfirmed::default(),
    }
}

impl Streams {
    /// The streams of a tenant in this state. Nobody reads yet.
    pub(crate) fn of(tenant: TenantName, facts: &Facts, settings: StreamSettings) -> Self {
        let told = Told {
            sequence: facts.seq,
            at_ms: facts.now,
        };
        Self {
            budget: settings.budgets.of(&tenant),
            tenant,
            tracker: Tracker::of(facts),
            history: History::starting_after(facts.seq, settings.history),
            settings,
            screens: BTreeMap::new(),
            adapters: BTreeMap::new(),
            views: Views::none(),
            told: Arc::new(ArcSwap::from_pointee(told)),
            open: 0,
        }
    }

    /// The same streams without readers, over this state: what is left after a defect in showing it. The readers are
    /// told to come again.
    pub(crate) fn start_over(&mut self, facts: &Facts) {
        self.end(StreamEnd::Resync);
        let fresh = Self::of(self.tenant.clone(), facts, self.settings.clone());
        *self = Self {
            open: self.open,
            ..fresh
        };
    }

    /// Follows an event that happened before the last stop, so that tokens from before it are honoured.
    pub(crate) fn follow(&mut self, recorded: &Recorded, facts: &Facts) {
        for subject in self.tracker.follow(recorded, facts) {
            self.history.push(recorded.seq, subject);
        }
    }

    /// Which budget is used up, so that no further view may begin.
    pub(crate) fn used_up(&self) -> Option<UsedUp> {
        self.budget.used_up()
    }

    /// How many subscriptions are not gone.
    pub(crate) fn open(&self) -> usize {
        self.open
    }

    /// When [`Streams::tell_views`] has something to do.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        self.views.due_at()
    }

    /// Tells everybody what the events of a durable batch changed; views only note it. Gives what the engine must be
    /// told of those who were too slow and have been cut off: they are not present, whether or not they notice.
    pub(crate) fn publish(
        &mut self,
        events: &[Recorded],
        rendering: &Rendering<'_>,
        now: TimeMs,
    ) -> Vec<Request> {
        let mut news = News::default();
        let mut given_up = Vec::new();
        for recorded in events {
            self.gather(recorded, &mut news);
            let subjects = self.tracker.follow(recorded, rendering.state().facts());
            if let Some(contact) = subjects.first().and_then(Subject::contact) {
                trace::told(&self.tenant, contact, recorded);
            }
            if let (
                Event::ContactGivenUp(_),
                Some(Subject::Contact {
                    contact, adapter, ..
                }),
            ) = (&recorded.event, subjects.first())
            {
                let adapter = rendering.state().adapter(*adapter).name.clone();
                given_up.push((contact.name.clone(), adapter));
            }
            for subject in subjects {
                self.note_screens(&subject, &mut news);
                self.views.note(&subject, rendering, now);
                self.history.push(recorded.seq, subject);
            }
        }
        trace::given_up(&self.tenant, &given_up);
        let mut cut = Vec::new();
        self.tell_screens(&news, rendering, &mut cut);
        self.tell_adapters(&news, rendering.state(), &mut cut);
        for agent in news.logged_out {
            if let Some(screen) = self.screens.remove(&agent) {
                screen.outbox.end(StreamEnd::LoggedOut);
            }
        }
        if news.is_deleted {
            self.end(StreamEnd::TenantDeleted);
        }
        if !(self.screens.is_empty() && self.adapters.is_empty()) {
            self.told.store(Arc::new(rendering.told()));
        }
        cut
    }

    /// Tells views what changed, if that is due. Returns how many readers were too slow and have been cut off.
    pub(crate) fn tell_views(&mut self, rendering: &Rendering<'_>, now: TimeMs) -> usize {
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
        // Before anything else: whatever happens, a subscription that has begun is told to be gone.
        self.open += 1;
        let departure = Departure {
            subscriber: new.id,
            gone: self.settings.gone.clone(),
        };
        let is_view = matches!(new.reads, Reads::View(_));
        let outbox = Outbox::new(self.settings.outbox, self.budget.clone(), is_view);
        let scope = Scope::new(self.settings.journal, &self.tenant, new.interest);
        let resume = match new.resume_token {
            Some(token) => scope.resume(token, rendering.told().sequence),
            None => Err(ResyncReason::Unspecified),
        };
        let (begun, told, attached) = match new.reads {
            Reads::Screen(no, attached) => {
                let begun = self.add_screen(*no, *attached, &outbox, resume, rendering);
                (begun, self.told.clone(), Some(*attached))
            }
            Reads::Directives(no, attached) => {
                self.add_adapter(*no, *attached, &outbox, rendering.state());
                (Ok(0), self.told.clone(), Some(*attached))
            }
            Reads::View(filter) => {
                let changed = resume.and_then(|after| self.view_since(after, rendering.state()));
                let begun = changed.as_ref().map_err(|reason| *reason).and(resume);
                let reader = (new.id, filter.clone(), outbox.clone());
                self.views.add(reader, changed, rendering);
                (begun, self.views.told(), None)
            }
        };
        let after = begun.unwrap_or(0);
        let subscription = Subscription::new(outbox, told, scope, attached, after, departure)
            .with_unconfirmed(unconfirmed(new.reads, rendering.state()));
        let resync = begun
            .err()
            .filter(|reason| *reason != ResyncReason::Unspecified);
        (subscription, resync)
    }

    /// Forgets a subscription that is gone. Gives what the engine must be told; it knows whether a later stream has
    /// taken the place.
    pub(crate) fn depart(
        &mut self,
        id: SubscriberId,
        reads: &Reads,
        state: &State,
    ) -> Option<Request> {
        self.open -= 1;
        match reads {
            Reads::Screen(no, Attached { connection, .. }) => {
                let current = self.screens.get(no).map(|screen| screen.connection);
                if current == Some(*connection) {
                    self.screens.remove(no);
                }
                Some(detach(*no, *connection, state))
            }
            Reads::Directives(no, Attached { connection, .. }) => {
                let current = self.adapters.get(no).map(|stream| stream.connection);
                if current == Some(*connection) {
                    self.adapters.remove(no);
                }
                Some(disconnect(*no, *connection, state))
            }
            Reads::View(_) => {
                self.views.remove(id);
                None
            }
        }
    }

    fn gather(&mut self, recorded: &Recorded, news: &mut News) {
        match &recorded.event {
            Event::DirectiveIssued(DirectiveIssued { adapter, .. })
                if self.adapters.contains_key(adapter) =>
            {
                let issued = news.directives.entry(*adapter).or_default();
                issued.push(DirectiveId(recorded.seq));
            }
            Event::AgentLoggedIn(AgentLoggedIn { agent, .. })
            | Event::SessionAttached(SessionAttached { agent }) => {
                if let Some(screen) = self.screens.remove(agent) {
                    screen.outbox.end(StreamEnd::SessionReplaced);
                }
            }
            Event::AgentLoggedOut(AgentLoggedOut { agent, .. }) => news.logged_out.push(*agent),
            Event::AdapterConnected(AdapterConnected { adapter, .. }) => {
                if let Some(stream) = self.adapters.remove(adapter) {
                    stream.outbox.end(StreamEnd::AdapterFenced);
                }
            }
            Event::TenantDeleted(_) => news.is_deleted = true,
            _ => {}
        }
    }

    fn note_screens(&self, subject: &Subject, news: &mut News) {
        match Screens::of(subject) {
            Screens::None => {}
            Screens::One(agent) => {
                if self.screens.contains_key(&agent) {
                    news.screens.entry(agent).or_default().note(subject);
                }
            }
            Screens::Offers(offers) => {
                for offer in offers {
                    if self.screens.contains_key(&offer.agent) {
                        news.screens.entry(offer.agent).or_default().note(subject);
                    }
                }
            }
            Screens::All => {
                for agent in self.screens.keys() {
                    news.screens.entry(*agent).or_default().note(subject);
                }
            }
        }
    }

    fn tell_screens(&mut self, news: &News, rendering: &Rendering<'_>, cut: &mut Vec<Request>) {
        for (agent, changed) in &news.screens {
            // A stream that ended in this very batch is told nothing more.
            let Some(screen) = self.screens.get(agent) else {
                continue;
            };
            let states = changed.render(*agent, rendering);
            if !screen.put(UpdateKind::Changes, states, rendering) {
                cut.push(detach(*agent, screen.connection, rendering.state()));
                self.screens.remove(agent);
            }
        }
    }

    fn tell_adapters(&mut self, news: &News, state: &State, cut: &mut Vec<Request>) {
        for (adapter, issued) in &news.directives {
            let Some(stream) = self.adapters.get_mut(adapter) else {
                continue;
            };
            if !stream.put(*adapter, issued, state) {
                cut.push(disconnect(*adapter, stream.connection, state));
                self.adapters.remove(adapter);
            }
        }
    }

    fn add_screen(
        &mut self,
        no: AgentNo,
        Attached { connection, .. }: Attached,
        outbox: &Arc<Outbox>,
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
            connection,
            outbox: outbox.clone(),
        };
        let is_told = screen.put(kind, states, rendering);
        debug_assert!(is_told, "nothing waits for a new reader");
        self.screens.insert(no, screen);
        changed.and(resume)
    }

    fn add_adapter(
        &mut self,
        no: AdapterNo,
        Attached { connection, .. }: Attached,
        outbox: &Arc<Outbox>,
        state: &State,
    ) {
        let adapter = state.adapter(no);
        if adapter.connection != Some(connection) {
            outbox.end(StreamEnd::AdapterFenced);
            return;
        }
        let mut stream = DirectiveStream {
            connection,
            outbox: outbox.clone(),
            last_directive: 0,
        };
        let unacknowledged: Vec<DirectiveId> = adapter.directives.keys().copied().collect();
        let is_told = stream.put(no, &unacknowledged, state);
        debug_assert!(is_told, "nothing waits for a new reader");
        self.adapters.insert(no, stream);
    }

    /// What changed on an agent's screen after this sequence.
    fn screen_since(&self, after: u64, no: AgentNo) -> Result<ChangedScreen, ResyncReason> {
        let mut changed = ChangedScreen::default();
        let subjects = self.history.since(after).ok_or(ResyncReason::TokenTooOld)?;
        subjects
            .filter(|subject| Screens::of(subject).include(no))
            .for_each(|subject| changed.note(subject));
        Ok(changed)
    }

    /// What changed in the tenant after this sequence.
    fn view_since(&self, after: u64, state: &State) -> Result<ChangedView, ResyncReason> {
        let mut changed = ChangedView::default();
        let subjects = self.history.since(after).ok_or(ResyncReason::TokenTooOld)?;
        subjects.for_each(|subject| changed.note(subject, state));
        if changed.whole {
            // The configuration changed meanwhile: only a whole view says what is no more.
            return Err(ResyncReason::TokenTooOld);
        }
        Ok(changed)
    }
}

fn detach(no: AgentNo, connection: ConnectionId, state: &State) -> Request {
    Request::internal(Command::DetachSession(DetachSession {
        agent: state.agent(no).config.name.clone(),
        connection,
    }))
}

fn disconnect(no: AdapterNo, connection: ConnectionId, state: &State) -> Request {
    Request::internal(Command::AdapterDisconnect(AdapterDisconnect {
        adapter: state.adapter(no).name.clone(),
        connection,
    }))
}

impl Screen {
    fn put(
        &self,
        kind: UpdateKind,
        states: BTreeMap<Entity, Rendered>,
        rendering: &Rendering<'_>,
    ) -> bool {
        self.outbox.put_states(States {
            kind,
            told: rendering.told(),
            config_version: rendering.state().facts().config_version,
            emergency: rendering.state().facts().emergency,
            bytes: rendering.bytes_of(&states),
            states,
        })
    }
}

impl DirectiveStream {
    /// Puts those that still stand; one that is closed already has lost its purpose and is not sent. False if the
    /// adapter has been cut off.
    fn put(&mut self, adapter: AdapterNo, issued: &[DirectiveId], state: &State) -> bool {
        let standing = &state.adapter(adapter).directives;
        let mut directives: Vec<Arc<pb::Directive>> = Vec::with_capacity(issued.len());
        for id in issued {
            if let Some(directive) = standing.get(id) {
                let shown = view::directive(state, *id, directive, self.last_directive);
                self.last_directive = id.0;
                directives.push(Arc::new(shown));
            }
        }
        directives.is_empty() || self.outbox.put_directives(directives)
    }
}
