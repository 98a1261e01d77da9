//! The samples of `deploy/`: read by the programs they are written for, as far as those are at hand, and held to what
//! whoever runs the engine must be able to rely on.

mod compose;
mod container;
mod kubernetes;
mod package;
mod restarts;
mod units;

use std::path::PathBuf;
use std::process::{Command, Output};

use acd_config::ServerConfig;
use serde_json::Value;

use crate::acd::installed;
use crate::checkout::root;

/// Where the samples expect the file and the journal.
const FILE: &str = "/etc/acd/acd.toml";
const DATA: &str = "/var/lib/acd";

#[test]
fn the_changelog_tells_of_this_version() {
    let changelog = std::fs::read_to_string(root().join("CHANGELOG.md")).expect("a file");
    let newest = changelog.lines().find(|line| line.starts_with("## ["));
    let version = format!("## [{}] - ", env!("CARGO_PKG_VERSION"));
    assert!(
        newest.is_some_and(|line| line.starts_with(&version)),
        "{newest:?}"
    );
}

fn path(sample: &str) -> PathBuf {
    root().join("deploy").join(sample)
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A sample of YAML: its documents.
fn yaml(name: &str) -> Vec<Value> {
    let script = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(open(sys.argv[1]))), sys.stdout)";
    let output = succeed(
        Command::new(installed("ACD_PYTHON"))
            .args(["-c", script])
            .arg(path(name)),
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The server of a sample configuration, which must be in order.
fn server(name: &str) -> ServerConfig {
    let config = acd_config::parse_file(&sample(name), FILE);
    config
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
        .server
}

/// A program that lies beside the Python interpreter.
fn python_tool(name: &str) -> Command {
    Command::new(installed("ACD_PYTHON").with_file_name(name))
}

/// Runs a program to its end, which must be a success.
fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The arguments that follow the binary in a line of a unit.
fn unit_line(unit: &str, key: &str) -> Vec<String> {
    let unit = sample(&format!("systemd/{unit}")).replace("\\\n", "");
    let mut lines = unit.lines().filter_map(|line| line.strip_prefix(key));
    let line = lines.next().expect("the line");
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

/// The arguments of a container without arguments of its own, which is how compose and Kubernetes run it.
fn container_arguments() -> Vec<String> {
    let file = sample("container/Containerfile");
    let line = file.lines().find_map(|line| line.strip_prefix("CMD "));
    serde_json::from_str(line.expect("a command")).expect("a list")
}

/// The ports at which an engine with a console and nothing said listens: gRPC, metrics, console.
fn default_ports() -> [u16; 3] {
    let server = acd_config::parse_file("[server.console]\n", FILE)
        .expect("it is in order")
        .server;
    let console = server.console.expect("a console");
    [server.listen, server.metrics_listen, console.listen].map(|address| address.port())
}
