//! How a release is built, so that the same commit and toolchain give the same bytes wherever that is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::workspace;

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

/// Builds the binary; nothing in it names a folder of the machine or the time of the build.
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
