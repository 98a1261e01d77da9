//! The tour of README.md: every command that stands there with its output prints that today.
//!
//! A block marked `console` holds commands after `$`, each with its output below; `...` on a line of its own stands for
//! any lines. What differs from run to run (numbers, times) is compared by its shape.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::acd::{Guarded, stderr, stdout};
use crate::january;

/// Commands that print other numbers each time.
const VARYING: [&str; 5] = [
    "acd demo",
    "acd serve",
    "acd status",
    "acd explain",
    "acd load",
];
/// Commands of the tour that build the program or make it known to the shell: here it is built and known.
const SETTING_UP: [&str; 2] = ["cargo ", "export PATH="];
/// Where the tour's servers listen; here they take any free ports.
const LISTEN: &str = "127.0.0.1:7400";
/// The call log that the tour plays.
const LOG: &str = "january.tsv.gz";

/// A command with the output that stands below it.
struct Shown {
    command: String,
    output: Vec<String>,
}

#[test]
fn the_tour_prints_what_the_readme_shows() {
    let readme = root().join("README.md");
    let text = std::fs::read_to_string(readme).expect("README.md can be read");
    let mut tour = Tour::begin();
    let mut commands = 0;
    for shown in tour_of(&text) {
        commands += 1;
        tour.step(shown);
    }
    tour.finish();
    assert!(commands >= 8, "the tour has only {commands} commands");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The commands of all `console` blocks.
fn tour_of(text: &str) -> Vec<Shown> {
    let mut tour: Vec<Shown> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_inside) {
            tour.push(Shown {
                command: command.to_owned(),
                output: Vec::new(),
            });
        } else if let Some(last) = tour.last_mut().filter(|_| is_inside) {
            last.output.push(line.to_owned());
        }
    }
    for shown in &mut tour {
        // An empty line before the next command is for the eye.
        while shown.output.last().is_some_and(String::is_empty) {
            shown.output.pop();
        }
    }
    tour
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
            return compare(&shown, &(stdout(&output) + &stderr(&output)));
        }
        self.finish();
        if begins(&"acd demo") || begins(&"acd serve") {
            self.server = Some(self.start(shown));
        } else if let Some(command) = with_log(&shown.command) {
            let output = self.shell(&command).output().expect("a shell");
            compare(&shown, &(stdout(&output) + &stderr(&output)));
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
            let seen = stdout(&output) + &stderr(&output);
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

fn compare(shown: &Shown, seen: &str) {
    assert!(is_shown(shown, seen), "{}", difference(shown, seen));
}

fn difference(shown: &Shown, seen: &str) -> String {
    let shown_lines = shown.output.join("\n");
    format!(
        "README.md shows of `{}`:\n{shown_lines}\n\nit prints:\n{seen}",
        shown.command
    )
}

/// Whether the output is the one that is shown.
fn is_shown(shown: &Shown, seen: &str) -> bool {
    let varies = VARYING.iter().any(|with| shown.command.starts_with(with));
    let form = |line: &str| if varies { shape(line) } else { untimed(line) };
    let mut seen: VecDeque<String> = seen.trim_end().lines().map(form).collect();
    let mut parts = shown.output.split(|line| line.trim() == "...");
    let first = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    let lines = |part: &[String]| part.iter().map(|line| form(line)).collect::<Vec<_>>();
    let first = lines(first);
    if seen.len() < first.len() || !first.iter().eq(seen.iter().take(first.len())) {
        return false;
    }
    seen.drain(..first.len());
    for (no, part) in rest.iter().enumerate() {
        let part = lines(part);
        let is_last = no + 1 == rest.len();
        let all: Vec<String> = seen.iter().cloned().collect();
        let found = if is_last && !part.is_empty() {
            all.ends_with(&part).then(|| all.len() - part.len())
        } else {
            (0..=all.len()).find(|at| all[*at..].starts_with(&part))
        };
        let Some(at) = found else {
            return false;
        };
        seen.drain(..at + part.len());
    }
    // What ends in `...` may go on.
    let may_go_on = shown.output.last().is_some_and(|line| line.trim() == "...");
    seen.is_empty() || may_go_on
}

/// A line without its numbers, without the units behind them, and with single blanks.
fn shape(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        // A unit with a blank before it belongs to its number, and what follows it stays.
        let behind_unit = ["s", "ms"].iter().find_map(|unit| word.strip_prefix(unit));
        let behind_unit = behind_unit.filter(|rest| !rest.contains(char::is_alphanumeric));
        if let (Some(number), Some(rest)) =
            (words.last_mut().filter(|last| *last == "#"), behind_unit)
        {
            number.push_str(rest);
            continue;
        }
        if word == "-" || word == "never" {
            words.push("#".to_owned());
            continue;
        }
        let mut form = String::new();
        let mut rest = word;
        while let Some(c) = rest.chars().next() {
            let length = number_length(rest);
            form.push(if length > 0 { '#' } else { c });
            rest = &rest[length.max(c.len_utf8())..];
        }
        words.push(form);
    }
    words.join(" ")
}

/// How long the number is that a text begins with: `1,234.5`, `04:36:44`, `1s280ms`; 0 if it begins with none.
fn number_length(text: &str) -> usize {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let digits = rest.len() - rest.trim_start_matches(is_digit).len();
        if digits == 0 {
            return at;
        }
        at += digits;
        let rest = &text[at..];
        let units = ["ms", "d", "h", "m", "s"];
        let unit = units.into_iter().find(|unit| {
            let after = rest.strip_prefix(unit);
            after.is_some_and(|after| !after.starts_with(char::is_alphabetic))
        });
        at += unit.map_or(0, str::len);
        let separated = rest.starts_with(['.', ',', ':']) && rest[1..].starts_with(is_digit);
        at += usize::from(separated);
    }
}

/// A line without the time that something took, at its end.
fn untimed(line: &str) -> String {
    let line = line.trim_end();
    match line.rsplit_once(", in ") {
        Some((before, time)) if time.ends_with(" s") => before.to_owned(),
        _ => line.to_owned(),
    }
}

#[test]
fn the_shape_of_a_line_is_the_same_whatever_its_numbers() {
    assert_eq!(
        shape("billing   13        3      1 s       55   0/190"),
        shape("billing   7    0     -  5:55   12/3")
    );
    assert_eq!(
        shape("04:36:44 UTC: connected with agent244"),
        "# UTC: connected with agent#"
    );
    assert_eq!(
        shape("(tier 1, idle 1 s); next"),
        shape("(tier 1, idle 1s280ms); next")
    );
    assert_ne!(shape("waiting 3"), shape("ringing 3"));
}

#[test]
fn dots_stand_for_any_lines() {
    let shown = |lines: &[&str]| Shown {
        command: "acd scenario run x.acd".to_owned(),
        output: lines.iter().map(ToString::to_string).collect(),
    };
    let seen = "a\nb\nc\nd, in 0.1 s\n";
    assert!(is_shown(&shown(&["a", "b", "c", "d, in 0.5 s"]), seen));
    assert!(is_shown(&shown(&["a", "...", "d, in 0.2 s"]), seen));
    assert!(is_shown(&shown(&["a", "..."]), seen));
    assert!(is_shown(&shown(&["...", "c", "..."]), seen));
    assert!(!is_shown(&shown(&["a", "...", "c"]), seen));
    assert!(!is_shown(&shown(&["a", "b"]), seen));
    assert!(!is_shown(&shown(&["b", "..."]), seen));
}
