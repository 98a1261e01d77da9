//! One place of a data directory is not what was written: the start refuses and says what and where, or all is there that
//! was acknowledged. What each kind of row and file promises by itself is tested where it is made, in `acd-journal`;
//! here it is the directory of a server that was killed under load, whole, and the state that a start makes of it.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use acd_core::event::Recorded;
use acd_core::state::State;
use acd_journal::codec::{decode_events, decode_snapshot};
use acd_journal::{DataDir, EventLog as _, LogReader};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;

use crate::acd::{run, stderr};
use crate::load::TENANT;
use crate::run::{Run, asked};
use crate::table::Table;

/// Damages in the suite; `cargo xtask crash --damages N` asks for more.
const DAMAGES: u64 = 200;
/// Refusals that are also asked of the program itself.
const STARTS: usize = 6;
/// Answers before the directory is copied, each time.
const ANSWERS: u64 = 700;
/// The mark of the last entry that was acknowledged.
const MARK: &str = "shard-000.db-end";
/// Bytes of a page of the database.
const PAGE: u64 = 4096;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// It ends at this offset.
    Cut(u64),
    /// These many bytes from here on are others.
    Flipped { at: u64, bytes: u64 },
    /// The page here is empty.
    Zeroed(u64),
    /// Something follows its end.
    Longer,
    /// It is gone.
    Removed,
    /// It is the one of an hour ago.
    Older,
}

/// What there is in the directory of a server that was killed, and in that of the same server at an earlier kill.
struct Killed {
    now: TempDir,
    before: TempDir,
    events: Vec<Recorded>,
    /// The last sequence that a client was told.
    acknowledged: u64,
}

/// What came of opening a directory as a start does.
struct Opened {
    /// All events that can be read, and whether that was to the end of the log.
    events: Vec<Recorded>,
    is_whole: bool,
    digest: u64,
    is_told: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_anywhere_is_told_or_costs_nothing_that_was_acknowledged() {
    let killed = Killed::under_load().await;
    let seed = asked("ACD_CRASH_SEED", 20_261_130);
    let damages = asked("ACD_CRASH_DAMAGES", DAMAGES);
    let mut chance = StdRng::seed_from_u64(seed);
    let (mut refused, mut cut, mut harmless, mut told_later) = (0, 0, 0, 0);
    let mut starts = 0;
    for number in 0..damages {
        let folder = copy(killed.now.path());
        let has_mark = chance.random_bool(0.8);
        if !has_mark {
            fs::remove_file(folder.path().join(MARK)).expect("it is there");
        }
        let (file, damage) = killed.damage(folder.path(), &mut chance);
        let what = format!(
            "seed {seed}, damage {number}: {} {damage:?}, mark: {has_mark}",
            file.display()
        );
        let opened = match open(folder.path()) {
            Err(message) => {
                let place = folder.path().to_str().expect("UTF-8");
                assert!(
                    message.contains(place),
                    "{what}: it names no file: {message}"
                );
                assert!(names_a_remedy(&message), "{what}: no remedy: {message}");
                if starts < STARTS {
                    starts += 1;
                    refused_by_the_program(folder.path(), &message);
                }
                refused += 1;
                continue;
            }
            Ok(opened) => opened,
        };
        killed.check(&opened, has_mark, &what);
        match () {
            () if !opened.is_whole => told_later += 1,
            () if opened.events.len() < killed.events.len() => cut += 1,
            () => harmless += 1,
        }
    }
    Table::default()
        .row("damages", damages)
        .row("  refused, with file and remedy", refused)
        .row("  an end that was cut, where its mark was gone", cut)
        .row(
            "  nothing that a start reads, told to the reader",
            told_later,
        )
        .row("  without consequence", harmless)
        .row("  silent losses", 0)
        .print();
    assert!(
        refused > 0 && harmless > 0,
        "the damages are all of one kind"
    );
}

/// Whether the operator learns what to do.
fn names_a_remedy(message: &str) -> bool {
    let remedies = [
        "restore",
        "bring back",
        "remove",
        "check the disk",
        "name ",
        "put ",
    ];
    let message = message.to_lowercase();
    remedies.iter().any(|remedy| message.contains(remedy))
}

impl Killed {
    async fn under_load() -> Self {
        let mut run = Run::begin();
        run.answers(ANSWERS).await;
        run.server.kill();
        let before = copy(&run.data);
        run.start().await;
        run.answers(ANSWERS).await;
        run.server.kill();
        let now = copy(&run.data);
        let book = run.load.told().book();
        let acknowledged = book.calls.iter().map(|call| call.sequence).max();
        let undamaged = copy(now.path());
        let opened = open(undamaged.path()).expect("a killed server leaves no damage");
        assert!(opened.is_whole && !opened.is_told);
        Self {
            now,
            before,
            events: opened.events,
            acknowledged: acknowledged.expect("calls were answered"),
        }
    }

    /// Damages one file of a copy.
    fn damage(&self, copy: &Path, chance: &mut StdRng) -> (PathBuf, Damage) {
        let mut files = files(copy);
        files.retain(|file| !file.ends_with("acd.lock"));
        let file = &files[chance.random_range(0..files.len())];
        let path = copy.join(file);
        let bytes = fs::metadata(&path).expect("a file").len();
        let at = chance.random_range(0..bytes.max(1));
        let damage = match chance.random_range(0..20) {
            0..5 => Damage::Cut(at),
            5..13 => Damage::Flipped {
                at,
                bytes: chance.random_range(1..=8),
            },
            13..16 => Damage::Zeroed(at / PAGE * PAGE),
            16 => Damage::Longer,
            17 => Damage::Removed,
            _ => Damage::Older,
        };
        let open = || OpenOptions::new().write(true).open(&path).expect("a file");
        let write = |at, with: &[u8]| {
            let mut file = open();
            file.seek(SeekFrom::Start(at)).expect("a place");
            file.write_all(with).expect("room");
        };
        match damage {
            Damage::Cut(at) => open().set_len(at).expect("it can be cut"),
            Damage::Flipped { at, bytes } => {
                let before = fs::read(&path).expect("a file");
                let flipped = before.iter().skip(at as usize).take(bytes as usize);
                let flipped: Vec<_> = flipped.map(|byte| byte ^ 0x5a).collect();
                write(at, &flipped);
            }
            Damage::Zeroed(at) => write(at, &vec![0; PAGE.min(bytes - at) as usize]),
            Damage::Longer => write(bytes, &[0xa5; 1_000]),
            Damage::Removed => fs::remove_file(&path).expect("it is there"),
            Damage::Older => match fs::read(self.before.path().join(file)) {
                Ok(older) => fs::write(&path, older).expect("room"),
                Err(_) => fs::remove_file(&path).expect("it is there"),
            },
        }
        (file.clone(), damage)
    }

    /// What was opened is what there was, up to an end that nobody was told of and that is reported. Without the mark of
    /// the end, as after a power failure, nothing can show that a cut end had been acknowledged.
    fn check(&self, opened: &Opened, has_mark: bool, what: &str) {
        let count = opened.events.len();
        assert!(count <= self.events.len(), "{what}: events from nowhere");
        for (found, was) in opened.events.iter().zip(&self.events) {
            assert_eq!(found, was, "{what}: an event is another");
        }
        if !opened.is_whole {
            return;
        }
        let last = opened.events.last().map_or(0, |event| event.seq);
        assert!(
            last >= self.acknowledged || !has_mark,
            "{what}: {} was acknowledged, the log ends at {last}",
            self.acknowledged
        );
        assert!(
            count == self.events.len() || opened.is_told || !has_mark,
            "{what}: a silent loss after {last}"
        );
        let mut state = State::default();
        self.events[..count].iter().for_each(|it| state.replay(it));
        assert_eq!(opened.digest, state.digest(), "{what}: another state");
    }
}

/// Opens a directory as a start does, and reads all of it.
fn open(data: &Path) -> Result<Opened, String> {
    let dir = DataDir::open(data, 1).map_err(|error| error.to_string())?;
    let (log, report) = dir.open_shard(0).map_err(|error| error.to_string())?;
    let reader = log.keeper().map_err(|error| error.to_string())?;
    let mut events = Vec::new();
    let read = each_event(reader.as_ref(), 0, &mut |recorded| events.push(recorded));
    let snapshots = reader
        .snapshots(TENANT)
        .map_err(|error| error.to_string())?;
    let mut facts = snapshots.iter().map(decode_snapshot);
    let facts = facts.find_map(Result::ok).unwrap_or_default();
    let after = facts.seq;
    let mut state = State::from_facts(facts);
    each_event(reader.as_ref(), after, &mut |recorded| {
        state.replay(&recorded)
    })?;
    Ok(Opened {
        events,
        is_whole: read.is_ok(),
        digest: state.digest(),
        is_told: !report.cut.is_empty(),
    })
}

fn each_event(
    reader: &dyn LogReader,
    after: u64,
    look: &mut dyn FnMut(Recorded),
) -> Result<(), String> {
    let mut unreadable = None;
    let read = reader.read(TENANT, after, &mut |entry| match decode_events(&entry) {
        Ok(events) => {
            let later = events.into_iter().filter(|it| it.seq > after);
            later.for_each(&mut *look);
            ControlFlow::Continue(())
        }
        Err(error) => {
            unreadable = Some(error.to_string());
            ControlFlow::Break(())
        }
    });
    read.map_err(|error| error.to_string())?;
    unreadable.map_or(Ok(()), Err)
}

/// The program says the same, and ends.
fn refused_by_the_program(data: &Path, message: &str) {
    let file = data.join("acd.toml");
    let text = "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"127.0.0.1:0\"\n";
    fs::write(&file, text).expect("a file");
    let [file, data] = [&file, data].map(|path| path.to_str().expect("UTF-8"));
    let output = run(&["serve", "--config", file, "--data-dir", data]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    // It may break lines.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = words(&stderr(&output));
    assert!(
        said.contains(&words(message)),
        "{said}\ninstead of\n{message}"
    );
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(folder).expect("below").to_owned()),
            }
        }
    }
    found.sort();
    found
}

fn copy(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for file in files(folder) {
        let to = copy.path().join(&file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(folder.join(&file), to).expect("room");
    }
    copy
}
