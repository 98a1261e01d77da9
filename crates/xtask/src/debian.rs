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
    let program = || {
        let places = ["usr/bin", "usr/sbin"].map(|folder| unpacked.join(folder).join(name));
        places.into_iter().find(|file| file.exists())
    };
    if program().is_none() {
        unpack(package, &unpacked)?;
    }
    program().with_context(|| {
        format!(
            "the Debian package `{package}` has no program `{name}`; install {name} by hand so that it is on PATH"
        )
    })
}

/// The `usr/share` of the package, unpacked.
pub(crate) fn shared_files(package: &str) -> Result<PathBuf> {
    Ok(files(package)?.join("usr/share"))
}

/// A library of the package, unpacked: where it is below the folder of this machine's architecture.
pub(crate) fn library(package: &str, name: &str) -> Result<PathBuf> {
    let folder = files(package)?.join("usr/lib");
    let folders = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut places = folders.filter_map(|folder| Some(folder.ok()?.path().join(name)));
    places
        .find(|file| file.exists())
        .with_context(|| format!("the Debian package `{package}` has no `{name}`"))
}

/// What the package holds, unpacked.
pub(crate) fn files(package: &str) -> Result<PathBuf> {
    let unpacked = workspace::target().join("debian").join(package);
    if !unpacked.exists() {
        unpack(package, &unpacked)?;
    }
    Ok(unpacked)
}

/// The program of that name; the package is installed if the machine has none.
pub(crate) fn program_or_install(package: &str, name: &str) -> Result<PathBuf> {
    if let Some(found) = on_path(name) {
        return Ok(found);
    }
    install(package)?;
    on_path(name).with_context(|| format!("the Debian package `{package}` has no `{name}`"))
}

/// Where this machine gets its own release from.
pub(crate) fn mirror() -> Result<String> {
    if let Some(mirror) = known_mirror()? {
        return Ok(mirror);
    }
    update_lists()?;
    known_mirror()?.context("apt has no source of this machine's own release")
}

/// The name of this machine's own release.
pub(crate) fn release() -> Result<String> {
    let system = std::fs::read_to_string("/etc/os-release").context("no /etc/os-release")?;
    let mut lines = system.lines();
    let release = lines.find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(release
        .context("/etc/os-release names no release")?
        .to_owned())
}

/// The same, as far as the package lists are there.
fn known_mirror() -> Result<Option<String>> {
    let release = release()?;
    let sources = Program::new("apt-get")
        .args(["indextargets", "--format", "$(RELEASE) $(REPO_URI)"])
        .args(["Created-By: Packages", "Component: main"])
        .output()?;
    let mut sources = sources.lines().filter_map(|line| line.split_once(' '));
    let own = sources.find(|(of, _)| *of == release);
    Ok(own.map(|(_, uri)| uri.to_owned()))
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

pub(crate) fn is_root() -> Result<bool> {
    Ok(Program::new("id").arg("--user").output()?.trim() == "0")
}
