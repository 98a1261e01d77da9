//! Asterisk and SIPp: Debian's own packages in a system of their own below `target/`, which is entered by `chroot`.
//!
//! The machine's own release may have no such package, so they come from `sid`, whatever is newest there; the machine
//! itself gets nothing installed, and no service starts.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::{debian, workspace};

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

/// The folder of that system, which is made when it is missing: about a minute, 400 MB.
fn root() -> Result<PathBuf> {
    let target = workspace::target();
    std::fs::create_dir_all(&target)?;
    let root = target.canonicalize()?.join("asterisk");
    if !root.exists() {
        if !debian::is_root()? {
            bail!("only root can make a Debian system to run it in");
        }
        // Renamed when complete, so that an interrupted making is begun again.
        let partial = root.with_extension("partial");
        unmount_below(&partial)?;
        if partial.exists() {
            std::fs::remove_dir_all(&partial)
                .with_context(|| format!("cannot remove {}", partial.display()))?;
        }
        fill(&partial)?;
        std::fs::rename(&partial, &root)
            .with_context(|| format!("cannot rename {}", partial.display()))?;
    }
    Program::new("chroot")
        .arg(&root)
        .args(["/usr/sbin/asterisk", "-V"])
        .run()?;
    Ok(root)
}

fn fill(root: &Path) -> Result<()> {
    let debootstrap = debian::program("debootstrap", "debootstrap")?;
    // It needs wget, and is unpacked without what it depends on.
    debian::program_or_install("wget", "wget")?;
    let mut make = Program::new(debootstrap)
        .args(["--variant=minbase", "--include=asterisk,sip-tester", "sid"])
        .arg(root)
        .arg(debian::mirror()?);
    if let Some(own) = debian::unpacked("debootstrap", "share/debootstrap") {
        make = make.env("DEBOOTSTRAP_DIR", own);
    }
    let made = make.run();
    // It mounts while it works; interrupted, it may leave a mount behind.
    unmount_below(root)?;
    made?;
    for waste in [
        "var/cache/apt",
        "var/lib/apt/lists",
        "usr/share/doc",
        "usr/share/locale",
    ] {
        std::fs::remove_dir_all(root.join(waste))
            .with_context(|| format!("cannot remove {waste}"))?;
    }
    Ok(())
}

fn unmount_below(folder: &Path) -> Result<()> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").context("cannot read the mounts")?;
    // The last one mounted may lie on another.
    let places = mounts
        .lines()
        .rev()
        .filter_map(|line| line.split(' ').nth(1));
    for place in places.filter(|place| Path::new(place).starts_with(folder)) {
        Program::new("umount").arg(place).run()?;
    }
    Ok(())
}
