//! SIGKILL at instants that nobody chose: while it serves, starts, writes a snapshot, stops.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::run::{Run, asked, file_calls};
use crate::table::Table;

/// Kills in the suite; `cargo xtask crash --kills N` asks for more.
const KILLS: u64 = 100;
/// A cycle ends after at most so many answers.
const ANSWERS: u64 = 120;
/// For how many answers a snapshot is waited for that a kill is to meet.
const ANSWERS_UNTIL_SNAPSHOT: u64 = 2_000;
const SIGKILL: i32 = 9;

/// What a kill is to meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// The server at work: after so many answers, and so many calls of it to the file system.
    Serving { answers: u64, calls: u64 },
    /// Its next start: after so many calls to the file system.
    Starting { answers: u64, calls: u64 },
    /// A snapshot that is being written.
    Snapshot,
    /// An orderly stop, which began after so many answers: so many calls later.
    Stopping { answers: u64, calls: u64 },
}

impl Aim {
    /// The next one; a start takes about so many calls.
    fn draw(chance: &mut StdRng, start_calls: u64) -> Self {
        let answers = chance.random_range(1..=ANSWERS);
        let calls = chance.random_range(0..20);
        match chance.random_range(0..100) {
            0..65 => Self::Serving { answers, calls },
            65..83 => Self::Starting {
                answers: answers / 2,
                calls: chance.random_range(0..=start_calls),
            },
            83..88 => Self::Snapshot,
            _ => Self::Stopping { answers, calls },
        }
    }
}

/// What kills have met. One that met a snapshot is counted for what else it met, too.
#[derive(Debug, Default)]
struct Met {
    serving: u64,
    starting: u64,
    stopping: u64,
    snapshot: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_survives_every_kill_once() {
    let kills = asked("ACD_CRASH_KILLS", KILLS);
    let mut run = Run::begin();
    let mut met = Met::default();
    while met.serving + met.starting + met.stopping < kills {
        let aim = Aim::draw(&mut run.chance, run.start_calls);
        kill(&mut run, aim, &mut met).await;
        run.start().await;
    }
    let mut table = Table::default();
    table
        .row("kills", met.serving + met.starting + met.stopping)
        .row("  while serving", met.serving)
        .row("  while starting", met.starting)
        .row("  while stopping", met.stopping)
        .row("  of these, while a snapshot was written", met.snapshot);
    run.compare(table).await;
    for (met, phase) in [
        (met.serving, "serving"),
        (met.starting, "starting"),
        (met.stopping, "stopping"),
        (met.snapshot, "writing a snapshot"),
    ] {
        assert!(met > 0, "no kill met a server that was {phase}");
    }
}

/// Kills the server when it does what is aimed at.
async fn kill(run: &mut Run, aim: Aim, met: &mut Met) {
    match aim {
        Aim::Serving { answers, calls } => {
            run.answers(answers).await;
            run.calls(calls);
            kill_now(run, met);
            met.serving += 1;
        }
        Aim::Starting { answers, calls } => {
            run.answers(answers).await;
            kill_now(run, met);
            met.serving += 1;
            match serves_before(run, calls, met) {
                true => met.serving += 1,
                false => met.starting += 1,
            }
        }
        Aim::Snapshot => {
            snapshot(run).await;
            kill_now(run, met);
            met.serving += 1;
        }
        Aim::Stopping { answers, calls } => {
            run.answers(answers).await;
            run.server.signal("TERM");
            run.calls(calls);
            // Unless it was faster.
            if kill_now(run, met) {
                met.stopping += 1;
            }
        }
    }
}

/// SIGKILL; whether it was not over already.
fn kill_now(run: &mut Run, met: &mut Met) -> bool {
    let status = run.server.kill();
    met.snapshot += u64::from(run.unfinished_snapshot().is_some());
    status.signal() == Some(SIGKILL)
}

/// Starts it, and kills it after so many calls to the file system or when it serves; whether it did.
fn serves_before(run: &mut Run, calls: u64, met: &mut Met) -> bool {
    let first_line = first_line(run.server.begin_again());
    let pid = run.server.pid();
    let mut line = first_line.try_recv();
    while line == Err(TryRecvError::Empty) && file_calls(pid).is_some_and(|made| made < calls) {
        std::thread::yield_now();
        line = first_line.try_recv();
    }
    kill_now(run, met);
    // It may have said so in the last instant.
    let line = line.or_else(|_| first_line.recv());
    line.is_ok_and(|line| line.starts_with("ready "))
}

/// Waits until a snapshot is being written, but not for ever: who writes it gives way to all others.
async fn snapshot(run: &Run) {
    for _ in 0..ANSWERS_UNTIL_SNAPSHOT {
        if run.unfinished_snapshot().is_some() {
            return;
        }
        run.answers(1).await;
    }
}

/// The first line of this output, once it is there; an empty one at its end.
fn first_line(stdout: ChildStdout) -> Receiver<String> {
    let (sender, line) = sync_channel(1);
    std::thread::spawn(move || {
        let mut line = String::new();
        // What was read of a line that was cut off is no line.
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(line);
    });
    line
}
