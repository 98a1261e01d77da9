//! Where an exchange and its phones live: a folder, a network, the programs.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::network::{Network, SIP};
use crate::{Error, Installation};

/// Ports of a SIPp that calls: for SIP, for its own commands, for sound.
const PORTS_OF_ONE: u16 = 8;
const FIRST_PORT: u16 = 6000;

/// What an exchange shares with its phones; removed with the last of them.
#[derive(Debug)]
pub(crate) struct Site {
    installation: Installation,
    pub(crate) network: Network,
    folder: TempDir,
    /// Where the phones of endpoints are.
    pub(crate) phones: BTreeMap<String, Ipv4Addr>,
    started: AtomicU16,
}

impl Site {
    pub(crate) fn make(
        installation: &Installation,
        network: Network,
        phones: BTreeMap<String, Ipv4Addr>,
    ) -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("acd-pbx-lab-")
            .tempdir_in(installation.temporary())
            .map_err(Error::io("a folder for the exchange"))?;
        Ok(Self {
            installation: installation.clone(),
            network,
            folder,
            phones,
            started: AtomicU16::new(0),
        })
    }

    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    pub(crate) fn program(&self, name: &str) -> Command {
        self.installation.program(name)
    }

    /// The site's folder, as this process sees it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path below the site's folder, as the programs see it.
    pub(crate) fn inside(&self, path: impl AsRef<Path>) -> PathBuf {
        self.installation.inside(&self.folder.path().join(path))
    }

    /// Where the exchange speaks SIP.
    pub(crate) fn exchange(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.network.exchange(), SIP)
    }

    pub(crate) fn phone(&self, endpoint: &str) -> Result<Ipv4Addr, Error> {
        let known = self.phones.get(endpoint).copied();
        known.ok_or_else(|| Error::NoSuchPhone(endpoint.to_owned()))
    }

    /// A number for one more SIPp.
    pub(crate) fn next(&self) -> u16 {
        self.started.fetch_add(1, Ordering::Relaxed)
    }
}

/// The port of the SIPp with this number, where it is the one that calls.
pub(crate) fn port(number: u16) -> u16 {
    FIRST_PORT + number % 7_000 * PORTS_OF_ONE
}
