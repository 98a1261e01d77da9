//! How many connections there may be, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    admission: Admission,
    address: IpAddr,
}

impl Admission {
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self(Arc::new(Shared {
            max,
            max_per_address,
            taken: Mutex::default(),
        }))
    }

    /// A place for a connection from this address.
    pub(super) fn admit(&self, address: IpAddr) -> Result<Place, Full> {
        let address = network_of(address);
        let mut taken = self.taken();
        if taken.all >= self.0.max {
            return Err(Full::All);
        }
        let of_address = taken.by_address.entry(address).or_default();
        if *of_address >= self.0.max_per_address {
            return Err(Full::Address);
        }
        *of_address += 1;
        taken.all += 1;
        Ok(Place {
            admission: self.clone(),
            address,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing in here can fail half-way.
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whose it is: the address, or for IPv6 the network that counts as one.
    pub(super) fn address(&self) -> IpAddr {
        self.address
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.admission.taken();
        taken.all -= 1;
        if let Some(of_address) = taken.by_address.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.by_address.remove(&self.address);
            }
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
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let first = admission.admit(one).unwrap();
        let _second = admission.admit(one).unwrap();
        assert_eq!(admission.admit(one).unwrap_err(), Full::Address);
        let _third = admission.admit(other).unwrap();
        assert_eq!(admission.admit(other).unwrap_err(), Full::All);
        drop(first);
        let again = admission.admit(one).unwrap();
        assert_eq!(admission.admit(other).unwrap_err(), Full::All);
        drop(again);
        admission.admit(other).unwrap();
    }

    #[test]
    fn nothing_is_remembered_of_addresses_that_are_gone() {
        let admission = Admission::new(10, 10);
        drop(admission.admit(address("192.0.2.1")).unwrap());
        assert!(admission.taken().by_address.is_empty());
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
