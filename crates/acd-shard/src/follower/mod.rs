//! The follower of a shard: applies the durable events to a state of its own, one at a time, and shows it.
//!
//! Everything that is shown comes from here: streams, views, explanations, lists, scrapes. The shard's thread only hands
//! over what has become durable and goes on. What it decided is in the follower's queue before its caller has the
//! answer, and what is in that queue is applied before anything is read: whoever has had an answer finds its effect.
//!
//! A defect in showing must not stop those who decide. It ends the follower, which is made anew from the log, and its
//! streams, whose readers come again.

mod followed;
mod showing;
#[cfg(test)]
mod tests;
mod thread;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::ops::ControlFlow;
use std::time::Duration;

use acd_core::event::Recorded;
use acd_core::ids::{TenantName, TimeMs};
use acd_core::refusal::Refusal;
use acd_core::state::State;
use acd_journal::Hold;
use acd_traces::{Input, Lapse, Tracing};
use tracing::warn;

use super::call::{CallError, Reply};
use super::health::Health;
use crate::clock::Clock;
use crate::stream::{
    Departure, Gone, Interest, Place, StreamEnd, StreamSettings, SubscriberId, Subscription,
};

pub(crate) use followed::Followed;
pub(crate) use showing::{FollowerHandle, Following, Recover, Showing};
pub(crate) use thread::show;

/// What became durable together, in order.
#[derive(Debug, Default)]
pub(crate) struct Durable {
    /// Deleted tenants of which the log holds nothing any more, each with its life; before what happened.
    pub(crate) dropped: Vec<(TenantName, u64)>,
    pub(crate) happened: Vec<Happened>,
    /// In which time it became durable, where traces are told.
    pub(crate) commit: Option<Lapse>,
}

/// What happened to one tenant.
#[derive(Debug)]
pub(crate) struct Happened {
    pub(crate) tenant: TenantName,
    /// Which of the tenants that had this name, one after the other.
    pub(crate) life: u64,
    pub(crate) events: Vec<Recorded>,
    /// What caused it, in the same order, where traces are told.
    pub(crate) inputs: Vec<Input>,
}

/// What it takes to tell traces.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    pub(crate) tracing: Tracing,
    pub(crate) clock: Clock,
}

/// A look at a tenant's state, in one part or in several; it answers its caller itself. Continues if there is more to see.
pub(crate) type Read = Box<dyn FnMut(Result<&State, CallError>) -> ControlFlow<()> + Send>;

/// A stream that begins: its session is attached, or its adapter connected.
pub(crate) struct Begin {
    pub(crate) tenant: TenantName,
    pub(crate) interest: Interest,
    pub(crate) resume_token: Option<String>,
    pub(crate) place: Place,
    pub(crate) departure: Departure,
    pub(crate) reply: Reply<Result<Subscription, Refusal>>,
}

/// The states of a shard's tenants as their durable events tell them, and who looks at them.
#[derive(Debug)]
pub(crate) struct Follower {
    tenants: BTreeMap<TenantName, Followed>,
    /// The tenants whose streams are to be told something, the earliest first.
    due: BTreeSet<(TimeMs, TenantName)>,
    /// The tenants with whole views on their way to their readers.
    gathering: VecDeque<TenantName>,
    /// The streams that have begun and are not gone, those that were ended included.
    open: HashSet<SubscriberId>,
    /// When to look whether the readers come back for more; none: nobody reads.
    look_at: Option<TimeMs>,
    settings: StreamSettings,
    /// What of the log it has still to read.
    hold: Hold,
    /// How traces are told; none: not at all.
    telling: Option<Telling>,
    health: Health,
}

impl Follower {
    pub(crate) fn new(settings: StreamSettings, hold: Hold, health: Health) -> Self {
        Self {
            tenants: BTreeMap::new(),
            due: BTreeSet::new(),
            gathering: VecDeque::new(),
            open: HashSet::new(),
            look_at: None,
            settings,
            hold,
            telling: None,
            health,
        }
    }

    /// Has traces told of the contacts of all tenants that are adopted from now on.
    pub(crate) fn tell_traces(&mut self, telling: Option<Telling>) {
        self.telling = telling;
    }

    /// Takes over a tenant as the log tells it.
    pub(crate) fn adopt(&mut self, mut tenant: Followed) {
        if let Some(Telling { tracing, .. }) = &self.telling {
            tenant.tell_traces(self.settings.journal, tracing.sampling);
        }
        self.hold.has_read(tenant.name().as_str(), tenant.at());
        self.tenants.insert(tenant.name().clone(), tenant);
    }

    /// Applies what became durable, each event by itself, and tells the streams what it changed. What was applied
    /// before is passed over.
    ///
    /// # Panics
    /// If events are missing: what is shown would be wrong.
    pub(crate) fn apply(&mut self, durable: &Durable, now: TimeMs) {
        for (name, life) in &durable.dropped {
            if self.tenants.get(name).map(Followed::life) == Some(*life) {
                self.tenants.remove(name);
                self.hold.forget(name.as_str());
            }
        }
        for happened in &durable.happened {
            self.apply_to(happened, durable.commit, now);
        }
    }

    fn apply_to(&mut self, happened: &Happened, commit: Option<Lapse>, now: TimeMs) {
        let (name, life) = (&happened.tenant, happened.life);
        let known = self.tenants.get(name).map(Followed::life);
        if known.is_some_and(|known| known > life) {
            return;
        }
        if known != Some(life) {
            let settings = self.settings.clone();
            self.adopt(Followed::new(name.clone(), life, settings));
        }
        let tenant = self.tenants.get_mut(name).expect("it is there now");
        let cut = tenant.apply(happened, now);
        if let Some(Telling { tracing, clock }) = &self.telling {
            let spans = tenant.told(&happened.inputs, commit, clock.now_ns());
            tracing.backlog.put(spans);
        }
        self.hold.has_read(name.as_str(), tenant.at());
        self.note_cut(name, cut);
        self.tell_due_of(name, now);
    }

    /// Notes how long after a batch was durable it is shown, and the number of its last event.
    pub(crate) fn has_shown(&self, last: u64, lag: Duration) {
        self.health.follower.are_shown(last);
        self.health.follower_lag_seconds.record(lag);
    }

    /// The state of a tenant.
    ///
    /// # Errors
    /// [`CallError::UnknownTenant`].
    pub(crate) fn state(&self, tenant: &TenantName) -> Result<&State, CallError> {
        let known = self.tenants.get(tenant).filter(|known| known.is_alive());
        known
            .map(Followed::state)
            .ok_or_else(|| CallError::UnknownTenant(tenant.clone()))
    }

    /// The tenants that exist, each as far as it is shown.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&TenantName, &State)> {
        let known = self.tenants.iter().filter(|(_, known)| known.is_alive());
        known.map(|(name, known)| (name, known.state()))
    }

    /// Begins a stream with what it is to show first.
    pub(crate) fn begin(&mut self, begin: Begin, now: TimeMs) {
        let known = self.tenants.get_mut(&begin.tenant);
        let Some(tenant) = known.filter(|known| known.is_alive()) else {
            begin
                .reply
                .send(Err(CallError::UnknownTenant(begin.tenant.clone())));
            return;
        };
        let (name, subscriber) = (begin.tenant.clone(), begin.departure.gone().subscriber);
        let is_resync = tenant.begin(begin, now);
        self.health.resyncs.increment(u64::from(is_resync));
        self.open.insert(subscriber);
        self.look_at.get_or_insert(now + self.settings.heartbeat_ms);
        self.tell_open();
        self.tell_due_of(&name, now);
    }

    /// Forgets a stream that is gone.
    pub(crate) fn forget(&mut self, gone: &Gone) {
        self.open.remove(&gone.subscriber);
        self.tell_open();
        if let Some(tenant) = self.tenants.get_mut(&gone.tenant) {
            tenant.forget(gone);
        }
    }

    /// When [`Follower::do_due`] has something to do.
    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        let streams = self.due.first().map(|(due_at, _)| *due_at);
        streams.into_iter().chain(self.look_at).min()
    }

    /// Tells the streams what is due, and looks after the readers once that is.
    pub(crate) fn do_due(&mut self, now: TimeMs) {
        if self.look_at.is_some_and(|look_at| look_at <= now) {
            self.look(now);
        }
        while let Some((due_at, _)) = self.due.first()
            && *due_at <= now
        {
            // It is taken out first: a tenant that has been deleted since would not do so.
            if let Some((_, name)) = self.due.pop_first() {
                self.tell_due_of(&name, now);
            }
        }
    }

    /// Ends all streams, after what waits in them.
    pub(crate) fn end(&mut self, end: StreamEnd) {
        for tenant in self.tenants.values_mut() {
            tenant.end(end);
        }
    }

    /// Gathers a part of a whole view, of each tenant in turn. False if none is on its way.
    pub(crate) fn gather(&mut self, now: TimeMs) -> bool {
        let Some(name) = self.gathering.pop_front() else {
            return false;
        };
        if let Some(tenant) = self.tenants.get_mut(&name) {
            let cut = tenant.gather(now);
            if tenant.is_gathering() {
                self.gathering.push_back(name.clone());
            }
            self.note_cut(&name, cut);
        }
        true
    }

    /// Looks whether the readers come back for more, once in a heartbeat interval.
    fn look(&mut self, now: TimeMs) {
        let mut cut = Vec::new();
        for (name, tenant) in &mut self.tenants {
            match tenant.look() {
                0 => {}
                readers => cut.push((name.clone(), readers)),
            }
        }
        for (name, readers) in cut {
            self.note_cut(&name, readers);
        }
        let reads = !self.open.is_empty();
        self.look_at = reads.then_some(now + self.settings.heartbeat_ms);
    }

    fn note_cut(&self, tenant: &TenantName, cut: usize) {
        self.health.slow_readers_cut.increment(cut as u64);
        if cut > 0 {
            warn!(%tenant, cut, "slow readers cut off");
        }
    }

    /// Tells the streams of a tenant what is due, and notes when that is next.
    fn tell_due_of(&mut self, name: &TenantName, now: TimeMs) {
        let Some(tenant) = self.tenants.get_mut(name) else {
            return;
        };
        if let Some(due_at) = tenant.noted_due_at.take() {
            self.due.remove(&(due_at, name.clone()));
        }
        let cut = tenant.tell_due(now);
        if tenant.is_gathering() && !self.gathering.contains(name) {
            self.gathering.push_back(name.clone());
        }
        tenant.noted_due_at = tenant.due_at();
        if let Some(due_at) = tenant.noted_due_at {
            self.due.insert((due_at, name.clone()));
        }
        self.note_cut(name, cut);
    }

    fn tell_open(&self) {
        self.health.subscriptions.set(self.open.len() as f64);
    }
}
