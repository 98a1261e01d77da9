//! `cargo xtask hunt`: the random tests again and again, each round with a new seed.
//!
//! The suite itself always draws from the seed that `.cargo/config.toml` sets. What a round finds is kept by proptest: a
//! line in a `proptest-regressions` file beside the test, which the suite runs first from then on.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::random_tests::{self, RandomTests};
use crate::setup::TestTools;
use crate::workspace;

/// Cases of each test in one round, whatever number it says itself. Few, so that many seeds have their turn.
const CASES: &str = "200";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// For so long new rounds begin; the last one runs to its end
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// One round with this seed, to see a finding again
    #[arg(long, conflicts_with = "minutes")]
    seed: Option<u64>,
    /// Arguments for `cargo nextest run`, for example `-- -p acd-core`, instead of all packages with random tests
    #[arg(last = true)]
    nextest: Vec<String>,
}

/// A test that failed, and with which seed.
struct Finding {
    test: String,
    seed: u64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = TestTools::ensure()?;
    let mut tests = random_tests::find(workspace::root())?;
    if !options.nextest.is_empty() {
        tests.packages.clone_from(&options.nextest);
    }
    let commit = commit()?;
    let build = nextest(&tests, &[]).arg("--no-run");
    build.run().context("the tests do not compile")?;

    let mut findings: Vec<Finding> = Vec::new();
    let mut rounds = 0;
    let is_over = after(options.minutes);
    loop {
        let seed = options.seed.unwrap_or_else(drawn);
        rounds += 1;
        eprintln!("round {rounds}: seed {seed}, commit {commit}");
        for test in failed(&tools, nextest(&tests, &findings), seed)? {
            eprintln!("FOUND seed {seed}, commit {commit}: {test}");
            findings.push(Finding { test, seed });
        }
        if options.seed.is_some() || is_over() {
            break;
        }
    }
    tell(&findings, rounds, &commit)
}

/// The tests that fail with this seed.
fn failed(tools: &TestTools, round: Program, seed: u64) -> Result<Vec<String>> {
    let report = workspace::target().join("nextest/hunt/junit.xml");
    // A report of an earlier round must not be taken for this one's.
    let _ = std::fs::remove_file(&report);
    let round = tools
        .announce(round)
        .args(["--no-tests", "pass"])
        .env("PROPTEST_RNG_SEED", seed.to_string())
        .env("PROPTEST_CASES", CASES);
    let Err(error) = round.run() else {
        return Ok(Vec::new());
    };
    let failed = std::fs::read_to_string(&report)
        .map(|report| failed_in(&report))
        .unwrap_or_default();
    if failed.is_empty() {
        return Err(error.context("the round ended without a report of what failed"));
    }
    Ok(failed)
}

/// A run of these tests without what was found already: a kept seed would fail in every further round.
fn nextest(tests: &RandomTests, found: &[Finding]) -> Program {
    let mut filter = format!("test(/(^|::)({})$/)", tests.names.join("|"));
    for finding in found {
        filter += &format!(" - test(={})", finding.test);
    }
    Program::cargo()
        .args(["nextest", "run", "--profile", "hunt"])
        .args(&tests.packages)
        .args(["-E", &filter])
}

/// The names of the failed tests in a JUnit report.
fn failed_in(report: &str) -> Vec<String> {
    let cases = report.split("<testcase ").skip(1);
    let failed = cases.filter(|case| case.contains("<failure") || case.contains("<error"));
    let name = |case: &str| Some(from_name(case)?.split('"').next()?.to_owned());
    failed.filter_map(name).collect()
}

/// What follows the opening quote of the name, which may stand behind the class name.
fn from_name(case: &str) -> Option<&str> {
    case.strip_prefix("name=\"")
        .or_else(|| case.split_once(" name=\"").map(|(_, rest)| rest))
}

fn tell(findings: &[Finding], rounds: u32, commit: &str) -> Result<()> {
    if findings.is_empty() {
        eprintln!("{rounds} rounds, nothing found");
        return Ok(());
    }
    eprintln!("\n{rounds} rounds, {} found:", findings.len());
    for Finding { test, seed } in findings {
        eprintln!("  {test}\n    at commit {commit}: cargo xtask hunt --seed {seed}");
    }
    let kept = kept_since(workspace::root())?;
    if !kept.is_empty() {
        eprintln!("Kept in these files; they belong into the commit that mends it:");
        kept.iter().for_each(|file| eprintln!("  {file}"));
    }
    bail!("the hunt has found something")
}

/// The files with kept seeds that differ from the commit.
fn kept_since(root: &Path) -> Result<Vec<String>> {
    let changed = Program::new("git")
        .args(["status", "--porcelain", "--untracked-files=all"])
        .current_dir(root)
        .output()?;
    let files = changed.lines().filter_map(|line| line.get(3..));
    let kept = files.filter(|file| file.contains("proptest-regressions"));
    Ok(kept.map(str::to_owned).collect())
}

/// The commit that is checked out, and whether the files differ from it.
fn commit() -> Result<String> {
    let described = Program::new("git")
        .args([
            "describe",
            "--always",
            "--abbrev=12",
            "--dirty=, changed",
            "--exclude=*",
        ])
        .output()?;
    Ok(described.trim().to_owned())
}

/// A number that nobody can foresee.
fn drawn() -> u64 {
    RandomState::new().hash_one(0)
}

/// Whether so many minutes have passed since this call.
fn after(minutes: u64) -> impl Fn() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a stop-watch; no decision of the product depends on it"
    )]
    let now = Instant::now;
    let begun = now();
    move || now().duration_since(begun) >= Duration::from_secs(60 * minutes)
}

#[cfg(test)]
mod tests {
    use super::failed_in;

    #[test]
    fn the_failed_tests_of_a_report_are_named() {
        let report = r#"<testsuite name="acd-core::engine">
            <testcase name="agreement::passes" classname="acd-core::engine" time="1"></testcase>
            <testcase name="agreement::fails" classname="acd-core::engine"><failure type="test failure"/></testcase>
            <testcase classname="acd-core::engine" name="bits::hangs"><error type="timeout"/></testcase>"#;
        assert_eq!(failed_in(report), ["agreement::fails", "bits::hangs"]);
    }
}
