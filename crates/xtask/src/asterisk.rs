//! Asterisk and SIPp: Debian's own packages in a system of their own below `target/`, which is entered by `chroot`.
//!
//! The machine's own release may have no such package, so they come from `sid`, whatever is newest there; the machine
//! itself gets nothing installed, and no service starts.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::debian_system::DebianSystem;
use crate::process::Program;

/// The system, or why there is none: not every machine can have it.
pub(crate) struct Asterisk(Result<PathBuf, String>);

impl Asterisk {
    /// Makes it when it is missing.
    pub(crate) fn ensure() -> Self {
        let root = root().map_err(|error| format!("{error:#}"));
        match &root {
            Ok(root) => eprintln!("Asterisk and SIPp: ACD_ASTERISK_ROOT={}", root.display()),
            Err(why) => eprintln!("NO ASTERISK: {why}"),
        }
        Self(root)
    }

    /// Tells a program where it is. Without, what needs it fails, and says why.
    pub(crate) fn announce(&self, program: Program) -> Program {
        match &self.0 {
            Ok(root) => program.env("ACD_ASTERISK_ROOT", root),
            Err(why) => program.env("ACD_ASTERISK_MISSING", why),
        }
    }

    /// Fails where there is none.
    pub(crate) fn demand(&self) -> Result<()> {
        match &self.0 {
            Ok(_) => Ok(()),
            Err(why) => bail!("no Asterisk: {why}"),
        }
    }
}

/// About a minute to make, 400 MB.
const SYSTEM: DebianSystem = DebianSystem {
    name: "asterisk",
    release: Some("sid"),
    packages: "asterisk,sip-tester",
};

fn root() -> Result<PathBuf> {
    let root = SYSTEM.ensure()?;
    Program::new("chroot")
        .arg(&root)
        .args(["/usr/sbin/asterisk", "-V"])
        .run()?;
    Ok(root)
}
