//! Programs from Debian packages, unpacked below `target/` and never installed: no service is started, no user made,
//! and only a refresh of the package lists asks for root.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::workspace;

/// The program of that name: the machine's own if it has one, else the one from the Debian package.
pub(crate) fn program(package: &str, name: &str) -> Result<PathBuf> {
    if let Some(found) = on_path(name) {
        return Ok(found);
    }
    let unpacked = workspace::target().join("debian").join(package);
    let program = unpacked.join("usr/bin").join(name);
    if !program.exists() {
        unpack(package, &unpacked)?;
    }
    if !program.exists() {
        bail!(
            "the Debian package `{package}` has no program `{name}`; install {name} by hand so that it is on PATH"
        );
    }
    Ok(program)
}

/// The folder of the package's own libraries and tools, below `usr/`, if [`program`] had to unpack it.
pub(crate) fn unpacked(package: &str, folder: &str) -> Option<PathBuf> {
    let unpacked = workspace::target().join("debian").join(package);
    let folder = unpacked.join("usr").join(folder);
    folder.is_dir().then_some(folder)
}

/// Installs a Debian package the ordinary way, for what works only when it is installed.
pub(crate) fn install(package: &str) -> Result<()> {
    if !is_root()? {
        bail!(
            "the Debian package `{package}` is missing; run as root: apt-get update && apt-get install {package}"
        );
    }
    update_lists()?;
    Program::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", package])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn unpack(package: &str, to: &Path) -> Result<()> {
    let archive = download(package)?;
    // Renamed when complete, so that an interrupted unpacking is begun again.
    let partial = to.with_extension("partial");
    Program::new("dpkg-deb")
        .arg("--extract")
        .arg(&archive)
        .arg(&partial)
        .run()?;
    std::fs::rename(&partial, to).with_context(|| format!("cannot rename {}", partial.display()))
}

/// Fetches the package's archive into an empty folder and returns its path.
fn download(package: &str) -> Result<PathBuf> {
    let folder = workspace::target().join("debian/archives").join(package);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;

    let fetch = || {
        Program::new("apt-get")
            .args(["download", package])
            .current_dir(&folder)
    };
    if fetch().run().is_err() {
        if !is_root()? {
            bail!(
                "no Debian package `{package}`; run `apt-get update` as root and this again, or put its programs on PATH"
            );
        }
        update_lists()?;
        fetch().run()?;
    }
    let mut archives = std::fs::read_dir(&folder)?;
    let archive = archives
        .next()
        .with_context(|| format!("apt-get left nothing in {}", folder.display()))??;
    Ok(archive.path())
}

fn update_lists() -> Result<()> {
    Program::new("apt-get").arg("update").run()
}

fn is_root() -> Result<bool> {
    Ok(Program::new("id").arg("--user").output()?.trim() == "0")
}
