//! The clients: adapters, agents, supervisors and administrators that use the SDK, and strangers who say anything.

mod desk;
mod listener;
mod stranger;
mod switch;
mod visitors;
mod watcher;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use acd_client::endpoint::Options;
use acd_client::{Endpoint, Error};
use acd_proto::v1::ErrorReason;
use tokio::time::Instant;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::chance::Chance;
use crate::history::History;
use crate::network::{ClientNo, Network};
use crate::plan::Faults;
use crate::time::SimulatedTime;

pub(crate) use desk::Desk;
pub(crate) use listener::Listener;
pub(crate) use stranger::Stranger;
pub(crate) use switch::{Pace, Switch};
pub(crate) use visitors::come_and_go;
pub(crate) use watcher::Watcher;

/// What all clients of a run know.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) history: History,
    pub(crate) faults: Faults,
    pub(crate) seed: u64,
    pub(crate) told: Arc<Told>,
    pub(crate) time: Arc<SimulatedTime>,
}

/// What clients are told by the run, and tell it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// No more faults, no more arrivals: everybody does what is theirs, at once and well.
    is_calm: AtomicBool,
    /// How many more contacts may arrive.
    arrivals_left: AtomicU64,
    /// How many faults clients have made.
    faults: AtomicU64,
    /// Up to which sequence each screen was found to show what is, in the calm.
    screens: Mutex<BTreeMap<ClientNo, u64>>,
}

impl Told {
    pub(crate) fn of(arrivals: u64) -> Self {
        Self {
            arrivals_left: AtomicU64::new(arrivals),
            ..Self::default()
        }
    }

    pub(crate) fn calm(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// Whether one more contact may arrive.
    pub(crate) fn one_more_arrives(&self) -> bool {
        let left = self.arrivals_left.load(Ordering::Relaxed);
        let more = left > 0 && !self.is_calm();
        if more {
            self.arrivals_left.store(left - 1, Ordering::Relaxed);
        }
        more
    }

    pub(crate) fn arrivals_left(&self) -> u64 {
        self.arrivals_left.load(Ordering::Relaxed)
    }

    /// In the calm a screen that shows all up to this sequence was compared, and is right.
    pub(crate) fn screen_is_right(&self, client: ClientNo, sequence: u64) {
        if self.is_calm() {
            let mut screens = self.screens.lock().unwrap_or_else(PoisonError::into_inner);
            screens.insert(client, sequence);
        }
    }

    /// Up to which sequence this screen was found to be right.
    pub(crate) fn screen(&self, client: ClientNo) -> Option<u64> {
        let screens = self.screens.lock().unwrap_or_else(PoisonError::into_inner);
        screens.get(&client).copied()
    }

    /// How long somebody whose session has ended waits before the next one.
    pub(crate) fn rest(&self, chance: &mut Chance) -> Duration {
        match self.is_calm() {
            true => Duration::from_millis(200),
            // Some have gone home.
            false if chance.once_in(4) => chance.up_to(Duration::from_secs(150)),
            false => chance.up_to(Duration::from_secs(10)),
        }
    }

    pub(crate) fn count_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }
}

impl World {
    /// The way of a client to the server. Each time it has another seed: request ids are never used twice.
    pub(crate) fn endpoint(&self, client: ClientNo, chance: &mut Chance) -> Endpoint {
        let mut options = Options::new("http://simulated");
        options.backoff.seed = Some(chance.number());
        options.backoff.max = Duration::from_secs(2);
        Endpoint::through(options, self.network.carrier(client)).expect("the options are good")
    }
}

/// Takes note of what a client of the SDK was told.
pub(crate) fn note_error(world: &World, kind: &'static str, error: &Error) {
    match error {
        Error::Refused(refusal) => {
            let limit = refusal.metadata.get("limit");
            note_refusal(world, kind, &refusal.reason_name, limit);
        }
        Error::Unreachable(_) => world.history.cover(kind, "unreachable"),
        Error::DeadlinePassed { .. } => world.history.cover(kind, "deadline passed"),
        _ => world.history.cover(kind, "other"),
    }
}

/// Takes note of what a client without the SDK was told.
fn note_status(world: &World, kind: &'static str, status: &Status) {
    if let Some(info) = status.get_details_error_info() {
        note_refusal(world, kind, &info.reason, info.metadata.get("limit"));
    }
}

fn note_refusal(world: &World, kind: &'static str, reason: &str, limit: Option<&String>) {
    world.history.cover(kind, reason);
    if let Some(limit) = limit
        && reason == ErrorReason::LimitReached.wire_name()
    {
        world.history.cover("limit", limit);
    }
}

/// What somebody is to do, and when.
#[derive(Debug)]
struct Agenda<A> {
    acts: BTreeMap<(Instant, u64), A>,
    next: u64,
    begun: Instant,
    /// How long it is between two looks at it, at least a millisecond.
    look_every: Duration,
}

impl<A> Default for Agenda<A> {
    fn default() -> Self {
        Self::looked_at_every(Duration::from_millis(1))
    }
}

impl<A> Agenda<A> {
    fn looked_at_every(length: Duration) -> Self {
        Self {
            acts: BTreeMap::new(),
            next: 0,
            begun: Instant::now(),
            look_every: length,
        }
    }

    fn add(&mut self, after: Duration, act: A) {
        self.next += 1;
        let from_begin = self.begun.elapsed() + after;
        let looks = from_begin.as_millis().div_ceil(self.look_every.as_millis());
        let at = self.begun + self.look_every * looks as u32;
        self.acts.insert((at, self.next), act);
    }

    /// When there is something to do; far away if there is nothing.
    fn next_at(&self) -> Instant {
        let first = self.acts.keys().next();
        first.map_or_else(
            || Instant::now() + Duration::from_secs(3_600),
            |(at, _)| *at,
        )
    }

    /// What is due.
    fn take_due(&mut self) -> Option<A> {
        let now = Instant::now();
        let first = self.acts.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

/// Lets time pass.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of a simulation passes when all wait"
)]
pub(crate) async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}
