//! Running the binary.

#[path = "guarded.rs"]
mod guarded;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) use guarded::Guarded;

/// A command line of `acd`, without standard input.
pub(crate) fn acd(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acd"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs `acd` to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    acd(arguments).output().expect("acd starts")
}

/// What `cargo xtask test` has installed: the program or folder that this variable names.
pub(crate) fn installed(variable: &str) -> PathBuf {
    let place = std::env::var_os(variable);
    place
        .unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`"))
        .into()
}

/// What it wrote on standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it wrote on standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it wrote, on standard output first.
pub(crate) fn said(output: &Output) -> String {
    stdout(output) + &stderr(output)
}

/// Runs `acd`, which must succeed, and gives what it wrote on standard output.
pub(crate) fn succeed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}\n{}{}",
        stdout(&output),
        stderr(&output)
    );
    stdout(&output)
}

/// The report that a successful command wrote as JSON.
pub(crate) fn report(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}{}",
        stdout(output),
        stderr(output)
    );
    serde_json::from_slice(&output.stdout).expect("a report in JSON")
}

/// A count of the report's side for all classes.
pub(crate) fn count(report: &Value, side: &str, what: &str) -> u64 {
    report[side]["all"][what]
        .as_u64()
        .unwrap_or_else(|| panic!("no {side} {what} in {report}"))
}
