//! How many connections there may be, in all and from one address. When all places are taken, whoever has been there
//! longest without having called as somebody who may gives theirs to the next one.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::Peer;

/// The bits of an IPv6 address that name a network: whoever has one address of it has all of them.
const NETWORK_BITS: u32 = 64;

/// Who is connected. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    max_per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Addresses without a connection are left out.
    by_address: HashMap<IpAddr, usize>,
    /// Who was unknown when somebody last looked, by their number. Some may be known by now.
    unknown: BTreeMap<u64, Peer>,
    next_number: u64,
}

/// Why a connection is not let in: which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All places are taken.
    All,
    /// The address has as many as it may.
    Address,
}

impl Full {
    /// The limit's key in `server.limits`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Full::All => "connections",
            Full::Address => "connections_per_address",
        }
    }
}

/// A connection's place, until it is dropped or has to be given up.
#[derive(Debug)]
pub(super) struct Place {
    admission: Admission,
    number: u64,
    peer: Peer,
}

impl Admission {
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self(Arc::new(Shared {
            max,
            max_per_address,
            taken: Mutex::default(),
        }))
    }

    /// A place for a connection from this address; also who had to give theirs up for it.
    pub(super) fn admit(&self, address: IpAddr) -> Result<(Place, Option<Peer>), Full> {
        let address = network_of(address);
        let mut taken = self.taken();
        let of_address = taken.by_address.get(&address);
        if of_address.is_some_and(|count| *count >= self.0.max_per_address) {
            return Err(Full::Address);
        }
        let mut shown_out = None;
        if taken.all >= self.0.max {
            shown_out = Some(taken.show_out().ok_or(Full::All)?);
        }
        *taken.by_address.entry(address).or_default() += 1;
        taken.all += 1;
        let number = taken.next_number;
        taken.next_number += 1;
        let peer = Peer::new(address);
        taken.unknown.insert(number, peer.clone());
        let place = Place {
            admission: self.clone(),
            number,
            peer,
        };
        Ok((place, shown_out))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing in here can fail half-way.
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Has the oldest of those whom nobody knows give up their place; none: everybody is known.
    fn show_out(&mut self) -> Option<Peer> {
        loop {
            let (_, peer) = self.unknown.pop_first()?;
            if !peer.is_known() {
                peer.show_out();
                self.leave(peer.address());
                return Some(peer);
            }
        }
    }

    fn leave(&mut self, address: IpAddr) {
        self.all -= 1;
        if let Some(of_address) = self.by_address.get_mut(&address) {
            *of_address -= 1;
            if *of_address == 0 {
                self.by_address.remove(&address);
            }
        }
    }
}

impl Place {
    /// Whose it is.
    pub(super) fn peer(&self) -> &Peer {
        &self.peer
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.admission.taken();
        taken.unknown.remove(&self.number);
        // Whoever was shown out has no place any more.
        if !self.peer.shown_out().is_cancelled() {
            taken.leave(self.peer.address());
        }
    }
}

/// What counts as one address.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << (128 - NETWORK_BITS));
            Ipv6Addr::from(network).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_limited_in_all_and_by_address_and_come_back() {
        let admission = Admission::new(3, 2);
        let known = |from: &str| {
            let (place, shown_out) = admission.admit(address(from))?;
            assert!(shown_out.is_none());
            place.peer().know();
            Ok::<_, Full>(place)
        };
        let (one, other) = ("192.0.2.1", "192.0.2.2");
        let first = known(one).unwrap();
        let _second = known(one).unwrap();
        assert_eq!(known(one).unwrap_err(), Full::Address);
        let _third = known(other).unwrap();
        assert_eq!(known(other).unwrap_err(), Full::All);
        drop(first);
        let again = known(one).unwrap();
        assert_eq!(known(other).unwrap_err(), Full::All);
        drop(again);
        known(other).unwrap();
    }

    #[test]
    fn whoever_is_unknown_for_longest_gives_their_place_to_the_next_one() {
        let admission = Admission::new(3, 3);
        let admit = |from: &str| admission.admit(address(from)).map(|(place, _)| place);
        let known = admit("192.0.2.1").unwrap();
        known.peer().know();
        let silent = admit("192.0.2.2").unwrap();
        let later = admit("192.0.2.2").unwrap();
        let (next, shown_out) = admission.admit(address("192.0.2.3")).unwrap();
        assert_eq!(
            shown_out.map(|peer| peer.address()),
            Some(silent.peer().address())
        );
        assert!(silent.peer().shown_out().is_cancelled());
        assert!(!later.peer().shown_out().is_cancelled());
        assert_eq!(admission.taken().all, 3);
        // What they do after that is of no account.
        drop(silent);
        assert_eq!(admission.taken().all, 3);
        later.peer().know();
        next.peer().know();
        let full = admission.admit(address("192.0.2.3"));
        assert_eq!(full.unwrap_err(), Full::All, "everybody is known");
    }

    #[test]
    fn nothing_is_remembered_of_addresses_that_are_gone() {
        let admission = Admission::new(10, 10);
        drop(admission.admit(address("192.0.2.1")).unwrap());
        assert!(admission.taken().by_address.is_empty());
        assert!(admission.taken().unknown.is_empty());
        assert_eq!(admission.taken().all, 0);
    }

    #[test]
    fn the_addresses_of_one_network_are_one_address() {
        let admission = Admission::new(10, 1);
        let _place = admission.admit(address("2001:db8::1")).unwrap();
        assert!(admission.admit(address("2001:db8::2")).is_err());
        admission.admit(address("2001:db8:0:1::1")).unwrap();
        let _mapped = admission.admit(address("::ffff:192.0.2.1")).unwrap();
        assert!(admission.admit(address("192.0.2.1")).is_err());
        admission.admit(address("192.0.2.2")).unwrap();
    }
}
