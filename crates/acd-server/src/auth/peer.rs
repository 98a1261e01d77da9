//! The other end of a connection, as far as it matters who calls over it: calls find it among their extensions.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest that a connection is not read.
const REST_AT_MOST: Duration = Duration::from_secs(1);
/// For how long after a rest it is read in pieces, and how often one: what is called in it is refused before the next one.
const SLOW: Duration = Duration::from_secs(1);
const PIECE_EVERY: Duration = Duration::from_millis(5);

/// How a connection is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All that has come.
    AsItComes,
    /// A little, and then not at once again.
    InPieces,
    /// Nothing before this.
    NotBefore(Instant),
}

#[derive(Clone, Copy, Debug)]
struct Slowed {
    rests_until: Instant,
    ends_at: Instant,
}

/// The other end of one connection. Clones are the same.
#[derive(Clone, Debug)]
pub struct Peer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: IpAddr,
    /// Somebody has called over it who may.
    is_known: AtomicBool,
    /// None: it is read as it comes.
    slowed: Mutex<Option<Slowed>>,
    /// It has to give its place to another one.
    shown_out: CancellationToken,
}

impl Peer {
    /// One from this address whom nobody knows yet.
    pub fn new(address: IpAddr) -> Self {
        Self(Arc::new(Shared {
            address,
            is_known: AtomicBool::default(),
            slowed: Mutex::default(),
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

    /// It is not read for so long from now on, at most a second, and in small pieces for a while after that: what it sends
    /// waits on its own side and costs the server nothing.
    pub(crate) fn rest(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        let until = Instant::now() + time.min(REST_AT_MOST);
        let mut slowed = self.slowed();
        let rests_until = slowed.map_or(until, |before| before.rests_until.max(until));
        *slowed = Some(Slowed {
            rests_until,
            ends_at: rests_until + SLOW,
        });
    }

    /// A piece was read from it: the next one has time.
    pub fn piece_was_read(&self) {
        if let Some(slowed) = &mut *self.slowed() {
            slowed.rests_until = slowed.rests_until.max(Instant::now() + PIECE_EVERY);
        }
    }

    /// How it is to be read now.
    pub fn reading(&self) -> Reading {
        let mut slowed = self.slowed();
        // The clock is looked at only while it is slowed down.
        let Some(Slowed {
            rests_until,
            ends_at,
        }) = *slowed
        else {
            return Reading::AsItComes;
        };
        let now = Instant::now();
        if now < rests_until {
            return Reading::NotBefore(rests_until);
        }
        if now < ends_at {
            return Reading::InPieces;
        }
        *slowed = None;
        Reading::AsItComes
    }

    fn slowed(&self) -> MutexGuard<'_, Option<Slowed>> {
        // Nothing in here can fail half-way.
        self.0.slowed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
