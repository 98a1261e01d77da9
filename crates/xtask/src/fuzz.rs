//! `cargo xtask fuzz`: bytes of strangers for all that reads some, again and again, changed so that they reach what none
//! has reached before (docs/testing.md).
//!
//! libFuzzer does it. The package `fuzz/` is laid out for cargo-fuzz, which adds nothing but the flags below: it is not
//! installed for them. The suite does not build these programs, which takes minutes: it has the tests of `acd-fuzz`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::Program;
use crate::{debian, workspace};

/// The targets.
const TARGETS: [&str; 8] = [
    "call_log",
    "configuration",
    "core_operations",
    "journal_records",
    "requests",
    "scenario",
    "snapshot",
    "tokens",
];

/// The longest input, in bytes.
const BYTES_MAX: u32 = 4_096;
/// How long one input may take, in seconds.
const SECONDS_MAX: u32 = 25;
/// How much memory a target may use, in MiB.
const MEMORY_MAX: u32 = 1_024;

/// How `cargo fuzz build --dev --sanitizer none` has code tell libFuzzer where it has been. It needs no nightly compiler.
/// No sanitizer: the code is safe Rust, which checks its own bounds.
const FLAGS: [&str; 9] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg fuzzing",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cllvm-args=-sanitizer-coverage-stack-depth",
    "-Cdebug-assertions",
];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long all targets are tried together
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Only this target
    #[arg(long, value_parser = TARGETS)]
    target: Option<String>,
    /// Where chance begins; else each time elsewhere
    #[arg(long)]
    seed: Option<u32>,
    /// Not by time: so many inputs of each target, always the same, and whatever earlier runs found left aside
    #[arg(long, conflicts_with_all = ["minutes", "seed"])]
    runs: Option<u32>,
    /// Try this input only, to see a finding again
    #[arg(long, requires = "target", conflicts_with_all = ["minutes", "seed", "runs"])]
    input: Option<PathBuf>,
    /// Try nothing: add to fuzz/corpus what earlier runs found and reaches more than it does
    #[arg(long, conflicts_with_all = ["minutes", "seed", "runs", "input"])]
    merge: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let is_chosen = |name: &&str| options.target.as_deref().is_none_or(|only| only == *name);
    let targets: Vec<&str> = TARGETS.into_iter().filter(is_chosen).collect();
    debian::program_or_install("g++", "c++")?;
    build(&targets)?;
    if let Some(input) = &options.input {
        let input = std::path::absolute(input)?;
        return targets
            .iter()
            .try_for_each(|target| limited(target).arg(&input).run());
    }
    if options.merge {
        return targets.iter().try_for_each(|target| merge(target));
    }
    let seconds = (60 * options.minutes / targets.len() as u64).max(1);
    let mut findings = Vec::new();
    for target in targets {
        let program = match options.runs {
            Some(runs) => fixed(target, runs)?,
            None => timed(target, seconds, options.seed)?,
        };
        findings.extend(tried(target, program.arg(kept(target)))?);
    }
    tell(&findings)
}

/// So many seconds of a target, from where the last run of it ended.
fn timed(target: &str, seconds: u64, seed: Option<u32>) -> Result<Program> {
    // For libFuzzer 0 is a seed that nobody can foresee.
    let program = limited(target)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-seed={}", seed.unwrap_or(0)));
    Ok(program.arg(made(&worked(target))?))
}

/// So many inputs of a target, always the same.
fn fixed(target: &str, runs: u32) -> Result<Program> {
    // What the last run wrote would make this one another.
    let folder = workspace::target().join("fuzz/fixed").join(target);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let program = limited(target).arg(format!("-runs={runs}")).arg("-seed=1");
    Ok(program.arg(made(&folder)?))
}

fn build(targets: &[&str]) -> Result<()> {
    Program::cargo()
        .args(["build", "--quiet", "--locked"])
        .args(targets.iter().flat_map(|target| ["--bin", target]))
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target", &host()])
        .arg("--target-dir")
        .arg(workspace::target().join("fuzz"))
        .env("RUSTFLAGS", FLAGS.join(" "))
        .run()
}

/// This machine as the compiler names it. A build that names it spares build scripts and procedural macros the flags.
fn host() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

/// The program of a target with its limits.
fn limited(target: &str) -> Program {
    let folder = workspace::target().join("fuzz");
    let mut prefix = OsString::from("-artifact_prefix=");
    prefix.push(found());
    prefix.push(format!("/{target}-"));
    Program::new(folder.join(host()).join("debug").join(target))
        .arg(format!("-max_len={BYTES_MAX}"))
        .arg(format!("-timeout={SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MAX}"))
        .args(["-reload=0", "-print_final_stats=1"])
        .arg(prefix)
}

/// Runs a target; what it finds is an input, and not a failure yet: the other targets have their turn first.
fn tried(target: &str, program: Program) -> Result<Option<Finding>> {
    let before = inputs_found(target)?;
    let Err(error) = program.run() else {
        return Ok(None);
    };
    let input = inputs_found(target)?.difference(&before).next().cloned();
    eprintln!("{error:#}");
    Ok(Some(Finding {
        target: target.to_owned(),
        input,
    }))
}

/// What a target does not stand.
struct Finding {
    target: String,
    /// The file; none: the program ended before it could write one, as when its stack is used up.
    input: Option<PathBuf>,
}

fn tell(findings: &[Finding]) -> Result<()> {
    for Finding { target, input } in findings {
        match input {
            Some(input) => {
                let input = input.display();
                eprintln!("FOUND {target}: {input}");
                eprintln!("  again: cargo xtask fuzz --target {target} --input {input}");
            }
            None => eprintln!("FOUND {target}, which ended without an input; see above"),
        }
    }
    if !findings.is_empty() {
        bail!("fuzzing has found something");
    }
    Ok(())
}

/// Adds to what is kept of a target the inputs of its earlier runs that reach more.
fn merge(target: &str) -> Result<()> {
    let program = limited(target).arg("-merge=1").arg(kept(target));
    program.arg(made(&worked(target))?).run()
}

/// The inputs of a target in the repository.
fn kept(target: &str) -> PathBuf {
    workspace::root().join("fuzz/corpus").join(target)
}

/// Where a hunt writes the inputs that reached something new; the next one goes on from them.
fn worked(target: &str) -> PathBuf {
    workspace::target().join("fuzz/corpus").join(target)
}

/// Where inputs are written that a target does not stand.
fn found() -> PathBuf {
    workspace::target().join("fuzz/found")
}

fn inputs_found(target: &str) -> Result<BTreeSet<PathBuf>> {
    let folder = made(&found())?;
    let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut inputs = BTreeSet::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!("{target}-")) {
            inputs.insert(path);
        }
    }
    Ok(inputs)
}

/// The folder, which is made if it is not there.
fn made(folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    Ok(folder.to_owned())
}
