//! Where Asterisk and SIPp are: in a root folder of their own, or on the machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The variable that names the root folder with both programs.
const ROOT: &str = "ACD_ASTERISK_ROOT";
/// The variable that says why there is none.
const MISSING: &str = "ACD_ASTERISK_MISSING";
/// Where programs are, for a user whose `PATH` leaves out what administrators run.
const FOLDERS: [&str; 5] = [
    "/usr/sbin",
    "/usr/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/sbin",
];

/// An Asterisk and a SIPp that can be started.
#[derive(Debug, Clone)]
pub struct Installation {
    /// A Debian system that is entered by `chroot`; none for the machine's own programs.
    root: Option<PathBuf>,
    modules: PathBuf,
}

impl Installation {
    /// The installation that `ACD_ASTERISK_ROOT` names (`cargo xtask test` sets it), else the machine's own.
    pub fn find() -> Result<Self, Error> {
        match std::env::var_os(ROOT) {
            Some(root) => Self::in_root(Path::new(&root)),
            None => Self::of_machine(),
        }
    }

    /// The installation in the folder of a Debian system.
    pub fn in_root(root: &Path) -> Result<Self, Error> {
        Self::below(Some(root), &format!("{ROOT} is {}", root.display()))
    }

    fn of_machine() -> Result<Self, Error> {
        let why = std::env::var(MISSING)
            .unwrap_or_else(|_| format!("{ROOT} is not set, and the machine has none of its own"));
        Self::below(None, &why)
    }

    fn below(root: Option<&Path>, why: &str) -> Result<Self, Error> {
        let outside = root.unwrap_or(Path::new("/"));
        for program in ["asterisk", "sipp"] {
            let mut places = FOLDERS
                .iter()
                .map(|folder| host(outside, folder).join(program));
            if !places.any(|file| file.is_file()) {
                let why = why.to_owned();
                return Err(Error::NotInstalled { program, why });
            }
        }
        let modules = modules(outside).ok_or_else(|| Error::NotInstalled {
            program: "asterisk",
            why: format!("no folder of modules below {}", outside.display()),
        })?;
        Ok(Self {
            root: root.map(Path::to_path_buf),
            modules,
        })
    }

    /// The folder of Asterisk's modules, as Asterisk sees it.
    pub(crate) fn modules(&self) -> &Path {
        &self.modules
    }

    /// Where temporary files go: a folder that the programs see, too.
    pub(crate) fn temporary(&self) -> PathBuf {
        match &self.root {
            Some(root) => root.join("tmp"),
            None => std::env::temp_dir(),
        }
    }

    /// A path of this process as the programs see it.
    pub(crate) fn inside(&self, path: &Path) -> PathBuf {
        match self
            .root
            .as_ref()
            .and_then(|root| path.strip_prefix(root).ok())
        {
            Some(below) => Path::new("/").join(below),
            None => path.to_path_buf(),
        }
    }

    /// The program, to be given arguments and started.
    pub(crate) fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = match &self.root {
            Some(root) => {
                let mut command = Command::new("chroot");
                command.arg(root).arg(name);
                command
            }
            None => Command::new(name),
        };
        command.env("PATH", FOLDERS.join(":"));
        command
    }
}

/// A path of the system below `outside`, as this process sees it.
fn host(outside: &Path, path: &str) -> PathBuf {
    outside.join(path.trim_start_matches('/'))
}

/// Debian keeps the modules in the folder of the machine's architecture, others do not.
fn modules(outside: &Path) -> Option<PathBuf> {
    let library = host(outside, "/usr/lib");
    let of_architectures = std::fs::read_dir(&library).ok()?.flatten();
    let folders = of_architectures
        .map(|entry| Path::new("/usr/lib").join(entry.file_name()))
        .chain([PathBuf::from("/usr/lib")]);
    folders
        .map(|folder| folder.join("asterisk/modules"))
        .find(|folder| host(outside, &folder.to_string_lossy()).is_dir())
}
