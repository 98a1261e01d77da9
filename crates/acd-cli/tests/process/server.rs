//! A server of one test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use acd_client::{Endpoint, endpoint};
use tempfile::TempDir;

use crate::acd::{Guarded, acd};

/// A running `acd serve` with its journal in a folder of its own.
pub(crate) struct Server {
    folder: TempDir,
    process: Guarded,
    /// Address of the gRPC services.
    pub(crate) grpc: String,
    /// Address of the metrics.
    pub(crate) metrics: String,
    /// The console, where there is one, as `http://address`.
    pub(crate) console: Option<String>,
    /// What it is started with in its environment.
    environment: Vec<(&'static str, PathBuf)>,
}

/// Any free port, and a log that tells only what is wrong.
const SERVER: &str = "listen = \"127.0.0.1:0\"\nmetrics_listen = \"127.0.0.1:0\"\n";
/// Who stays connected is not waited for, unless the keys say so.
const DRAIN: &str = "drain_timeout = \"2s\"\n";
const LOG: &str = "[server.log]\nfilter = \"warn\"\n";

impl Server {
    /// A server with these tenants, as the file says them.
    pub(crate) fn start(tenants: &str) -> Self {
        Self::start_with("", tenants)
    }

    /// The same with more keys of the server.
    pub(crate) fn start_with(keys: &str, tables: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, keys, tables)
    }

    /// The same in a folder that holds what these name.
    pub(crate) fn start_in(folder: TempDir, keys: &str, tables: &str) -> Self {
        Self::start_as(folder, Vec::new(), keys, tables)
    }

    /// The same with variables in its environment, at each start.
    pub(crate) fn start_among(
        environment: &[(&'static str, PathBuf)],
        keys: &str,
        tables: &str,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_as(folder, environment.to_vec(), keys, tables)
    }

    fn start_as(
        folder: TempDir,
        environment: Vec<(&'static str, PathBuf)>,
        keys: &str,
        tables: &str,
    ) -> Self {
        let file = folder.path().join("acd.toml");
        let drain = if keys.contains("drain_timeout") {
            ""
        } else {
            DRAIN
        };
        let text = format!("[server]\n{keys}{SERVER}{drain}{LOG}{tables}");
        std::fs::write(&file, text).expect("a file");
        let mut process = serve(&file, &[], &environment);
        let line = first_line(process.stdout.take().expect("a pipe"));
        Self {
            folder,
            process: Guarded(process),
            grpc: address(&line, "grpc=").expect("gRPC"),
            metrics: address(&line, "metrics=").expect("metrics"),
            console: address(&line, "console="),
            environment,
        }
    }

    /// `kill -9`, and a start on the same addresses and journal.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        self.start_again();
    }

    /// `kill -9`; how it ended, which may have been by itself.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.process.0.kill().expect("it can be killed");
        self.process.0.wait().expect("it ends")
    }

    /// A start on the same addresses and journal.
    pub(crate) fn start_again(&mut self) {
        let (grpc, _) = addresses(self.begin_again());
        assert_eq!(grpc, self.grpc);
    }

    /// The same without waiting for it: what it says is to come from this.
    pub(crate) fn begin_again(&mut self) -> ChildStdout {
        let file = self.folder.path().join("acd.toml");
        if let Some(console) = &self.console {
            // It has no argument for this address.
            let text = std::fs::read_to_string(&file).expect("the file");
            let host = console.trim_start_matches("http://");
            let named = format!("[server.console]\nlisten = \"{host}\"");
            let text = text.replace("[server.console]\nlisten = \"127.0.0.1:0\"", &named);
            std::fs::write(&file, text).expect("the file");
        }
        let mut process = serve(
            &file,
            &["--listen", &self.grpc, "--metrics-listen", &self.metrics],
            &self.environment,
        );
        let stdout = process.stdout.take().expect("a pipe");
        self.process = Guarded(process);
        stdout
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        let status = self.process.0.try_wait();
        status.expect("it can be asked").is_some()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }

    /// Where its file and its journal are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until it ends by itself; gives the exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.process.0.wait().expect("it ends").code()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.process.0, name);
    }

    /// SIGTERM; gives the exit code.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        signal(&self.process.0, "TERM");
        self.process.0.wait().expect("it ends").code()
    }

    /// Connections to it.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let options = endpoint::Options::new(format!("http://{}", self.grpc));
        Endpoint::new(options).expect("a good address")
    }
}

/// Sends a signal by its name.
pub(crate) fn signal(process: &Child, name: &str) {
    let sent = std::process::Command::new("kill")
        .args(["-s", name, &process.id().to_string()])
        .status();
    assert!(sent.expect("kill starts").success());
}

fn serve(file: &Path, more: &[&str], environment: &[(&'static str, PathBuf)]) -> Child {
    let file = file.to_str().expect("a path in UTF-8");
    acd(&[&["serve", "--config", file], more].concat())
        .envs(environment.iter().cloned())
        .stdout(Stdio::piped())
        .spawn()
        .expect("acd starts")
}

/// What the line `ready grpc=... metrics=...` says.
pub(crate) fn addresses(stdout: ChildStdout) -> (String, String) {
    let line = first_line(stdout);
    let told = |name| address(&line, name).unwrap_or_else(|| panic!("no {name} in {line:?}"));
    (told("grpc="), told("metrics="))
}

fn first_line(stdout: ChildStdout) -> String {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert!(
        line.starts_with("ready "),
        "the server did not start: {line:?}"
    );
    line
}

fn address(line: &str, name: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    words
        .find_map(|word| word.strip_prefix(name))
        .map(str::to_owned)
}
