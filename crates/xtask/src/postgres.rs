//! PostgreSQL, for the history: the machine's own server, or Debian's unpacked below `target/`. Tests start it on a socket of
//! their own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::debian;
use crate::process::Program;

/// The server, as it is called in Debian 12.
const PACKAGE: &str = "postgresql-15";
/// Where the programs of a server are, below its version.
const PLACE: &str = "usr/lib/postgresql";
/// The libraries of the server that a small machine does not have.
const LIBRARIES: [&str; 6] = [
    "libpq5",
    "libicu72",
    "libldap-2.5-0",
    "libxml2",
    "libxslt1.1",
    "liblz4-1",
];

/// Where the server is.
pub(crate) struct Postgres {
    programs: PathBuf,
    /// Where its libraries are, if it was unpacked.
    libraries: Vec<PathBuf>,
}

impl Postgres {
    /// Unpacks what is missing.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(programs) = programs(Path::new("/")) {
            return Ok(Self {
                programs,
                libraries: Vec::new(),
            });
        }
        let programs = programs(&debian::files(PACKAGE)?)
            .with_context(|| format!("the Debian package `{PACKAGE}` has no server"))?;
        let folders = LIBRARIES.map(|package| {
            let below = debian::files(package)?.join("usr/lib");
            let folders = std::fs::read_dir(&below).with_context(|| below.display().to_string())?;
            Ok(folders.filter_map(|folder| Some(folder.ok()?.path())))
        });
        let folders = folders.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(Self {
            programs,
            libraries: folders.into_iter().flatten().collect(),
        })
    }

    /// Tells a program where it is.
    pub(crate) fn announce(&self, program: Program) -> Program {
        let libraries = std::env::join_paths(&self.libraries).unwrap_or_default();
        program
            .env("ACD_POSTGRES", &self.programs)
            .env("ACD_POSTGRES_LIBRARIES", libraries)
    }
}

/// The programs of the newest server below this folder.
fn programs(root: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(root.join(PLACE)).ok()?;
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    programs
        .filter(|folder| folder.join("initdb").exists())
        .max()
}
