//! `cargo xtask release`: what users get, from a commit, with its checksums; and `cargo xtask reproduce`: whether another
//! machine would get the same (docs/releasing.md).

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::package::{self, Compression, VERSION};
use crate::process::Program;
use crate::release_build::{Commit, build, target};
use crate::workspace;

/// Builds and packs the commit that is checked out.
pub(crate) fn run() -> Result<()> {
    let changes = Program::new("git")
        .args(["status", "--porcelain"])
        .output()?;
    if !changes.is_empty() {
        bail!("a release is a commit; commit or put away first:\n{changes}");
    }
    let changelog = std::fs::read_to_string(workspace::root().join("CHANGELOG.md"))?;
    let dated = format!("## [{VERSION}] - 2");
    if !changelog.lines().any(|line| line.starts_with(&dated)) {
        bail!("CHANGELOG.md: give the version its day: `## [{VERSION}] - YYYY-MM-DD`");
    }
    let commit = Commit::current()?;
    let binary = build(workspace::root(), &target(), &commit)?;
    let output = workspace::target().join("package");
    let files = package::pack(&binary, &output, &commit, Compression::Small)?;
    let names = files.iter().filter_map(|file| file.file_name());
    let sums = Program::new("sha256sum")
        .args(names)
        .current_dir(&output)
        .output()?;
    std::fs::write(output.join("SHA256SUMS"), &sums)?;
    print!("{sums}");
    Ok(())
}

/// Builds the commit twice, in folders of different names, and compares what came of it.
pub(crate) fn reproduce() -> Result<()> {
    let commit = Commit::current()?;
    let folder = workspace::target().join("reproduce");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let mut sums = Vec::new();
    for name in ["here", "somewhere-else/altogether"] {
        let checkout = folder.join(name).join("checkout");
        Program::new("git")
            .args(["clone", "--quiet", "--no-checkout"])
            .arg(workspace::root())
            .arg(&checkout)
            .run()?;
        Program::new("git")
            .args(["checkout", "--quiet", &commit.hash])
            .current_dir(&checkout)
            .run()?;
        let binary = build(&checkout, &folder.join(name).join("target"), &commit)?;
        let output = folder.join(name).join("package");
        let mut files = package::pack(&binary, &output, &commit, Compression::Small)?;
        files.insert(0, binary);
        sums.push(
            files
                .iter()
                .map(|file| sum(file))
                .collect::<Result<Vec<_>>>()?,
        );
    }
    for (one, other) in sums[0].iter().zip(&sums[1]) {
        println!(
            "{} {}",
            if one == other {
                "same     "
            } else {
                "DIFFERENT"
            },
            one.1
        );
    }
    if sums[0] != sums[1] {
        bail!(
            "two builds of {} differ; both are in {}",
            commit.hash,
            folder.display()
        );
    }
    Ok(())
}

/// The checksum of a file, and its name.
fn sum(file: &Path) -> Result<(String, String)> {
    let sum = Program::new("sha256sum").arg(file).output()?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok((
        sum.split(' ').next().unwrap_or_default().to_owned(),
        name.into_owned(),
    ))
}
