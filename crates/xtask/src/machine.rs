//! A machine for the operations guide: a Debian of the machine's own release with systemd and Prometheus, below
//! `target/`. Tests start it by systemd-nspawn as often as they like; what they do in it is gone with it.

use std::path::PathBuf;

use anyhow::Result;

use crate::debian;
use crate::debian_system::DebianSystem;
use crate::process::Program;

/// Half a minute to make, 500 MB.
const SYSTEM: DebianSystem = DebianSystem {
    name: "machine",
    release: None,
    packages: "systemd-sysv,ca-certificates,curl,openssl,procps,prometheus",
};

/// The machine's system, and what starts it.
pub(crate) struct Machine {
    root: PathBuf,
    nspawn: PathBuf,
}

impl Machine {
    /// Makes and installs what is missing.
    pub(crate) fn ensure() -> Result<Self> {
        let root = SYSTEM.ensure()?;
        // What an installer would have written.
        std::fs::write(root.join("etc/hosts"), "127.0.0.1 localhost\n")?;
        Ok(Self {
            root,
            nspawn: debian::program("systemd-container", "systemd-nspawn")?,
        })
    }

    /// Tells a program where it is.
    pub(crate) fn announce(&self, program: Program) -> Program {
        program
            .env("ACD_MACHINE_ROOT", &self.root)
            .env("ACD_NSPAWN", &self.nspawn)
    }
}
