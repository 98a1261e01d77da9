//! `acd config`: what is wrong is told whole, what would change is shown, what is applied is in force.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::acd::{run, stderr, stdout, succeed};
use crate::server::Server;

const BANK: &str = "[tenants.bank.queues.support]\nring = \"20s\"\n";

fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("bank.toml");
    std::fs::write(&path, text).expect("a file");
    path
}

#[test]
fn a_check_tells_every_problem_with_its_place_and_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[server]\nlissten = \"127.0.0.1:7400\"\n\n[tenants.bank.queues.support]\nring = \"20 seconds\"\n\
                [tenants.bank.agents.anna]\nqueues = [\"suport\"]\n";
    let path = file(&folder, text);
    let output = run(&["config", "check", path.to_str().expect("UTF-8")]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for expected in [
        "bank.toml:2:1",
        "did you mean \"listen\"",
        "bank.toml:5:9",
        "bank.toml:7:11",
        "support",
        "3 problems",
    ] {
        assert!(told.contains(expected), "no {expected:?} in\n{told}");
    }
}

#[test]
fn a_good_file_passes_the_check_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, BANK);
    let told = succeed(&["config", "check", path.to_str().expect("UTF-8")]);
    assert!(
        told.contains("in order (tenants: 1, queues: 1, agents: 0)"),
        "{told}"
    );
    let output = run(&["config", "check", "no-such.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("cannot read no-such.toml; check the path"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_difference_is_shown_applied_once_and_refused_over_another_version() {
    let server = Server::start(BANK);
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, &BANK.replace("20s", "15s"));
    let path = path.to_str().expect("UTF-8");
    let to = ["--server", &server.grpc];
    let diff = succeed(&[&["config", "diff", path], &to[..]].concat());
    assert!(diff.contains("queue support: ring 20s -> 15s"), "{diff}");

    let applied = succeed(&[&["config", "apply", path, "--comment", "shorter"], &to[..]].concat());
    assert!(
        applied.contains("tenant bank: version 2 is in force"),
        "{applied}"
    );
    let again = succeed(&[&["config", "diff", path], &to[..]].concat());
    assert!(again.contains("no difference to version 2"), "{again}");

    let path = file(&folder, BANK);
    let path = path.to_str().expect("UTF-8");
    let output = run(&[&["config", "apply", path, "--expect-version", "1"], &to[..]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    let told = stderr(&output);
    assert!(
        told.contains("CONFIG_VERSION_CONFLICT") && told.contains("remedy:"),
        "{told}"
    );
}

#[test]
fn a_server_refuses_a_file_that_is_wrong_and_stops_in_order_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "[server]\nlisten = \"0.0.0.0:0\"\n");
    let output = run(&["serve", "--config", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("--insecure"),
        "{}",
        stderr(&output)
    );
    assert_eq!(Server::start(BANK).terminate(), Some(0));
}

#[test]
fn every_shell_gets_its_completions_and_every_command_its_help() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(succeed(&["completions", shell]).contains("replay"));
    }
    for command in ["serve", "demo", "replay", "status", "explain"] {
        assert!(
            succeed(&[command, "--help"]).contains("Example"),
            "{command}"
        );
    }
    assert_eq!(run(&["replay"]).status.code(), Some(2));
}
