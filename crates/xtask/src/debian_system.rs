//! Debian systems of their own below `target/`, for what cannot be had in the machine itself: packages of another release,
//! services, an init. The machine gets nothing installed by them, and none of its services start.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::{debian, workspace};

/// A system that is made when it is missing.
pub(crate) struct DebianSystem {
    /// Its folder below `target/`.
    pub(crate) name: &'static str,
    /// The release; none: the machine's own.
    pub(crate) release: Option<&'static str>,
    /// What is in it beside the least, separated by commas.
    pub(crate) packages: &'static str,
}

impl DebianSystem {
    /// The folder of the system.
    pub(crate) fn ensure(&self) -> Result<PathBuf> {
        let target = workspace::target();
        std::fs::create_dir_all(&target)?;
        let root = target.canonicalize()?.join(self.name);
        if root.exists() {
            return Ok(root);
        }
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
        self.fill(&partial)?;
        std::fs::rename(&partial, &root)
            .with_context(|| format!("cannot rename {}", partial.display()))?;
        Ok(root)
    }

    fn fill(&self, root: &Path) -> Result<()> {
        let debootstrap = debian::program("debootstrap", "debootstrap")?;
        // It needs wget, and is unpacked without what it depends on.
        debian::program_or_install("wget", "wget")?;
        let release = match self.release {
            Some(release) => release.to_owned(),
            None => debian::release()?,
        };
        let mut make = Program::new(debootstrap)
            .arg("--variant=minbase")
            .arg(format!("--include={}", self.packages))
            .arg(release)
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
