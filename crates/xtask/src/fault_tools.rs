//! What the crash tests harm a server with: file systems of their own, and a clock that can be set.

use std::path::PathBuf;

use anyhow::Result;

use crate::debian;
use crate::process::Program;
use crate::python;

/// The programs that make, mount, freeze and mend file systems, and their Debian packages.
const PROGRAMS: [(&str, &str); 7] = [
    ("e2fsprogs", "mkfs.ext4"),
    ("e2fsprogs", "e2fsck"),
    ("mount", "mount"),
    ("mount", "losetup"),
    ("util-linux", "unshare"),
    ("util-linux", "findmnt"),
    ("util-linux", "fsfreeze"),
];

/// The tools that are not on `PATH`.
pub(crate) struct FaultTools {
    faketime: PathBuf,
    python: PathBuf,
}

impl FaultTools {
    /// Installs what is missing. Who is not root cannot mount anything: tests that would say so and do nothing.
    pub(crate) fn ensure() -> Result<Self> {
        if debian::is_root()? {
            for (package, program) in PROGRAMS {
                debian::program_or_install(package, program)?;
            }
        }
        Ok(Self {
            faketime: debian::library("libfaketime", "faketime/libfaketime.so.1")?,
            python: python::interpreter()?,
        })
    }

    /// Tells a program where they are.
    pub(crate) fn announce(&self, program: Program) -> Program {
        program
            .env("ACD_FAKETIME", &self.faketime)
            .env("ACD_PYTHON", &self.python)
    }
}
