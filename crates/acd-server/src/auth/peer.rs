//! The other end of a connection, as far as it matters who calls over it: calls find it among their extensions.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest that a connection is not read.
const REST_AT_MOST: Duration = Duration::from_secs(1);

/// The other end of one connection. Clones are the same.
#[derive(Clone, Debug)]
pub struct Peer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: IpAddr,
    /// Somebody has called over it who may.
    is_known: AtomicBool,
    /// It is not read before this.
    rests_until: Mutex<Option<Instant>>,
    /// It has to give its place to another one.
    shown_out: CancellationToken,
}

impl Peer {
    /// One from this address whom nobody knows yet.
    pub fn new(address: IpAddr) -> Self {
        Self(Arc::new(Shared {
            address,
            is_known: AtomicBool::default(),
            rests_until: Mutex::default(),
            shown_out: CancellationToken::new(),
        }))
    }

    /// From where it comes: the address, or for IPv6 the network that counts as one.
    pub fn address(&self) -> IpAddr {
        self.0.address
    }

    /// Whether somebody has called over it who may.
    pub fn is_known(&self) -> bool {
        self.0.is_known.load(Ordering::Relaxed)
    }

    /// Somebody who may calls over it.
    pub(crate) fn know(&self) {
        self.0.is_known.store(true, Ordering::Relaxed);
    }

    /// Has it give up its place.
    pub fn show_out(&self) {
        self.0.shown_out.cancel();
    }

    /// Says when it has to go.
    pub fn shown_out(&self) -> &CancellationToken {
        &self.0.shown_out
    }

    /// It is not read for so long from now on, at most a second: what it sends waits on its own side and costs the
    /// server nothing.
    pub(crate) fn rest(&self, time: Duration) {
        let until = Instant::now() + time.min(REST_AT_MOST);
        let mut rests_until = self.rests_until_mut();
        *rests_until = Some(rests_until.map_or(until, |before| before.max(until)));
    }

    /// Until when it is not to be read; none: it is to be read.
    pub fn rests_until(&self) -> Option<Instant> {
        let mut rests_until = self.rests_until_mut();
        // The clock is looked at only while it rests.
        *rests_until = rests_until.filter(|until| *until > Instant::now());
        *rests_until
    }

    fn rests_until_mut(&self) -> MutexGuard<'_, Option<Instant>> {
        // Nothing in here can fail half-way.
        let rests_until = &self.0.rests_until;
        rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
