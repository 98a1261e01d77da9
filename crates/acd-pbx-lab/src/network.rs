//! Addresses of one exchange and its phones: a network 127.x.y.0/24 that nobody else uses.
//!
//! All of 127.0.0.0/8 is this machine, so that ports can be the usual ones. Whoever holds a network listens at one port of
//! its first address, and that ends with the process, however it ends.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use crate::Error;

/// The port of SIP.
pub(crate) const SIP: u16 = 5060;
/// The port whose listener tells that a network is taken.
const TAKEN: u16 = 5059;
/// The host where customers are dialled.
pub(crate) const TRUNK: u8 = 4;
/// Hosts of phones that share none.
pub(crate) const PHONES: std::ops::RangeInclusive<u8> = 10..=250;

/// A network that this process holds.
#[derive(Debug)]
pub(crate) struct Network {
    number: u16,
    _taken: TcpListener,
}

impl Network {
    /// Takes a free network.
    pub(crate) fn take() -> Result<Self, Error> {
        // Each process begins elsewhere, so that they seldom meet; 127.0 and 127.1 are left to others.
        let first = u32::from(u16::MAX) & std::process::id().wrapping_mul(40_503);
        let numbers = (0..).map(|nth| first.wrapping_add(nth) as u16);
        let mut refused = None;
        for number in numbers.filter(|number| *number >= 512).take(1_000) {
            match Self::take_one(number) {
                Ok(network) => return Ok(network),
                Err(error) if error.kind() == ErrorKind::AddrInUse => refused = Some(error),
                Err(error) => return Err(Error::NoAddress(error)),
            }
        }
        let error = refused.unwrap_or_else(|| ErrorKind::AddrInUse.into());
        Err(Error::NoAddress(error))
    }

    fn take_one(number: u16) -> std::io::Result<Self> {
        let exchange = address(number, 1);
        let taken = TcpListener::bind((exchange, TAKEN))?;
        // An Asterisk may have outlived the process that held the network.
        drop(UdpSocket::bind((exchange, SIP))?);
        Ok(Self {
            number,
            _taken: taken,
        })
    }

    /// The exchange's own address.
    pub(crate) fn exchange(&self) -> Ipv4Addr {
        address(self.number, 1)
    }

    /// Where callers call from.
    pub(crate) fn callers(&self) -> Ipv4Addr {
        address(self.number, 2)
    }

    /// Where commands to phones come from.
    pub(crate) fn test(&self) -> Ipv4Addr {
        address(self.number, 3)
    }

    /// The address of the phone with this host number.
    pub(crate) fn phone(&self, host: u8) -> Ipv4Addr {
        address(self.number, host)
    }

    /// A socket that sends commands to phones.
    pub(crate) fn commander(&self) -> Result<UdpSocket, Error> {
        UdpSocket::bind(SocketAddr::from((self.test(), 0)))
            .map_err(Error::io("a socket for commands to phones"))
    }
}

fn address(network: u16, host: u8) -> Ipv4Addr {
    let [high, low] = network.to_be_bytes();
    Ipv4Addr::new(127, high, low, host)
}
