//! The tour of README.md: every command that stands there with its output prints that today.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::acd::{Guarded, said};
use crate::checkout::root;
use crate::january;
use crate::shown::{Shown, commands_of, compare, difference, is_shown};

/// Commands of the tour that build the program or make it known to the shell: here it is built and known.
const SETTING_UP: [&str; 2] = ["cargo ", "export PATH="];
/// Where the tour's servers listen; here they take any free ports.
const LISTEN: &str = "127.0.0.1:7400";
/// The call log that the tour plays.
const LOG: &str = "january.tsv.gz";

#[test]
fn the_tour_prints_what_the_readme_shows() {
    let readme = root().join("README.md");
    let text = std::fs::read_to_string(readme).expect("README.md can be read");
    let mut tour = Tour::begin();
    let mut commands = 0;
    for shown in commands_of(&text) {
        commands += 1;
        tour.step(shown);
    }
    tour.finish();
    assert!(commands >= 8, "the tour has only {commands} commands");
}

/// A folder in which the commands run, and the server among them that is running.
struct Tour {
    folder: TempDir,
    server: Option<Server>,
}

/// `acd demo` or `acd serve`, with what must stand in its output.
struct Server {
    process: Guarded,
    stdout: BufReader<ChildStdout>,
    address: String,
    /// What it has printed so far.
    printed: String,
    shown: Shown,
}

impl Tour {
    fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deploy = root().join("deploy").canonicalize().expect("deploy/");
        std::os::unix::fs::symlink(deploy, folder.path().join("deploy")).expect("a link");
        Self {
            folder,
            server: None,
        }
    }

    fn step(&mut self, shown: Shown) {
        let begins = |with: &&str| shown.command.starts_with(with);
        if SETTING_UP.iter().any(&begins) {
            return;
        }
        if let Some(file) = shown.command.strip_prefix("cat ") {
            // The reader has written it.
            let text = shown.output.join("\n") + "\n";
            return std::fs::write(self.folder.path().join(file), text).expect("a file");
        }
        if begins(&"acd status") || begins(&"acd explain") {
            return self.ask(&shown);
        }
        if begins(&"acd load") {
            let command = format!("{} --server {}", shown.command, self.address(&shown));
            let output = self.shell(&command).output().expect("a shell");
            return compare(&shown, &said(&output));
        }
        self.finish();
        if begins(&"acd demo") || begins(&"acd serve") {
            self.server = Some(self.start(shown));
        } else if let Some(command) = with_log(&shown.command) {
            let output = self.shell(&command).output().expect("a shell");
            compare(&shown, &said(&output));
        }
    }

    /// A command line, run as the reader would.
    fn shell(&self, command: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_acd"));
        let folder = binary.parent().expect("it lies in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", command])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", folder.display()))
            .stdin(Stdio::null());
        shell
    }

    fn start(&self, shown: Shown) -> Server {
        let free = "127.0.0.1:0";
        let mut command = shown.command.replace(LISTEN, free);
        if !command.contains("--listen") {
            command += &format!(" --listen {free}");
        }
        // The shell gives its place to the program, so that a signal reaches it.
        let process = self
            .shell(&format!("exec {command} --metrics-listen {free}"))
            .stdout(Stdio::piped())
            // Its log.
            .stderr(Stdio::null())
            .spawn();
        let mut process = Guarded(process.expect("it starts"));
        let mut stdout = BufReader::new(process.0.stdout.take().expect("a pipe"));
        let mut printed = String::new();
        let address = loop {
            let before = printed.len();
            let read = stdout.read_line(&mut printed).expect("text");
            assert!(read > 0, "no address in {printed:?}");
            let mut words = printed[before..].split([' ', '=', '\n']);
            if let Some(address) = words.find(|word| word.starts_with("127.0.0.1:")) {
                break address.to_owned();
            }
        };
        Server {
            address,
            process,
            stdout,
            printed,
            shown,
        }
    }

    /// Where the running server listens.
    fn address(&self, shown: &Shown) -> &str {
        let server = self.server.as_ref();
        let server = server.unwrap_or_else(|| panic!("{}: no server runs", shown.command));
        &server.address
    }

    /// Asks the running server until it answers in the shape that is shown: what is asked for may be about to happen.
    fn ask(&mut self, shown: &Shown) {
        let command = format!("{} --server {}", shown.command, self.address(shown));
        loop {
            let output = self.shell(&command).output().expect("a shell");
            let seen = said(&output);
            if is_shown(shown, &seen) {
                return;
            }
            let server = self.server.as_mut().expect("it was there");
            let is_over = server.process.0.try_wait().expect("a process").is_some();
            assert!(!is_over, "{}", difference(shown, &seen));
        }
    }

    /// Ends the server that runs and compares what it has printed. A demo ends by itself.
    fn finish(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        if server.shown.command.starts_with("acd demo") {
            let printed = &mut server.printed;
            server.stdout.read_to_string(printed).expect("text");
            assert!(server.process.0.wait().expect("it ends").success());
        }
        compare(&server.shown, &server.printed);
    }
}

/// The command with the path of the real log; none where there is no such log.
fn with_log(command: &str) -> Option<String> {
    if !command.contains(LOG) {
        return Some(command.to_owned());
    }
    Some(command.replace(LOG, &january::path()?))
}
