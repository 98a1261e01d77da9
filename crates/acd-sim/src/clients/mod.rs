//! The clients: adapters and agents that use the SDK, and strangers who say anything.

mod desk;
mod stranger;
mod switch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use acd_client::Endpoint;
use acd_client::endpoint::Options;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::history::History;
use crate::network::{ClientNo, Network};
use crate::plan::Faults;
use crate::time::SimulatedTime;

pub(crate) use desk::Desk;
pub(crate) use stranger::Stranger;
pub(crate) use switch::Switch;

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

/// What somebody is to do, and when.
#[derive(Debug)]
struct Agenda<A> {
    acts: BTreeMap<(Instant, u64), A>,
    next: u64,
}

impl<A> Default for Agenda<A> {
    fn default() -> Self {
        Self {
            acts: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<A> Agenda<A> {
    fn add(&mut self, after: Duration, act: A) {
        self.next += 1;
        self.acts.insert((Instant::now() + after, self.next), act);
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
