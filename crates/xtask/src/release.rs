//! `cargo xtask release`: what users get, from a commit, with its checksums; and `cargo xtask reproduce`: whether another
//! machine would get the same (docs/releasing.md).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::package::{self, Compression, VERSION};
use crate::process::Program;
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

/// What a release is made of.
pub(crate) struct Commit {
    /// Its whole hash.
    pub(crate) hash: String,
    /// Its hash as people are told it.
    pub(crate) short: String,
    /// Its day.
    pub(crate) day: String,
    /// Its instant, in seconds since 1970: no file that is made of it is younger.
    pub(crate) epoch: String,
}

impl Commit {
    /// The one that is checked out.
    pub(crate) fn current() -> Result<Self> {
        let told = Program::new("git")
            .args([
                "log",
                "-1",
                "--abbrev=12",
                "--date=format-local:%Y-%m-%d",
                "--format=%H %h %cd %ct",
            ])
            .env("TZ", "UTC")
            .output()?;
        let words: Vec<&str> = told.split_whitespace().collect();
        let [hash, short, day, epoch] = words[..] else {
            bail!("git tells no commit: {told:?}");
        };
        let own = str::to_owned;
        Ok(Self {
            hash: own(hash),
            short: own(short),
            day: own(day),
            epoch: own(epoch),
        })
    }
}

/// Where releases are built: flags differ from those of everyday builds, which keep what they have.
pub(crate) fn target() -> PathBuf {
    workspace::target().join("release-build")
}

/// Builds the binary so that the same commit and toolchain give the same bytes wherever it is built: nothing in it names a
/// folder of the machine or the time of the build.
pub(crate) fn build(checkout: &Path, target: &Path, commit: &Commit) -> Result<PathBuf> {
    let sysroot = Program::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(checkout)
        .output()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let home = home.context("neither CARGO_HOME nor HOME is set")?;
    // Where several fit, the last one counts.
    let folders = [
        (Path::new(sysroot.trim()), "/rust"),
        (&home, "/cargo"),
        (checkout, "/acd"),
        (target, "/target"),
    ];
    let of_rust = folders.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let of_c = folders.map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()));
    Program::cargo()
        .args(["build", "--release", "--locked", "--package", "acd-cli"])
        .current_dir(checkout)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", of_rust.join("\u{1f}"))
        .env("CFLAGS", of_c.join(" "))
        .env("SOURCE_DATE_EPOCH", &commit.epoch)
        .env("ACD_COMMIT", &commit.short)
        .env("ACD_COMMIT_DATE", &commit.day)
        .run()?;
    Ok(target.join("release/acd"))
}
