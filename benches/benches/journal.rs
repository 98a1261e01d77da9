//! What durability costs: a commit of the journal beside a bare write and flush of the same bytes on the same disk, taken
//! in turn, one entry at a time and 256 at a time.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use acd_benches::asked::Asked;
use acd_benches::busy::Busy;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_benches::stop_watch::timed;
use acd_journal::codec::encode_input;
use acd_journal::{Entry, EventLog, LogKeeper, SqliteLog};

/// How many events an input causes, roughly.
const EVENTS_OF_INPUT: usize = 2;
const IN_FLIGHT: usize = 256;
/// How often the compactor looks after the journal, in batches.
const UPKEEP_EVERY: usize = 64;

fn main() {
    let asked = Asked::of_command_line();
    if asked.for_key("journal.commit_ratio") {
        let took = commits(1, asked.or_quick(2_000, 200));
        let what = "one durable commit; limit: write and fdatasync of its bytes";
        for (name, share, target) in [
            ("", 0.5, Some(Target::RatioAtMost(1.5))),
            (".p99", 0.99, None),
        ] {
            let [journal, bare] = took.each_ref().map(|all| all.at(share) / 1e3);
            let key = format!("journal.commit_ratio{name}");
            let figure = Figure {
                target,
                ..Figure::new(key, what, journal, "us")
            };
            figure.beside(bare).hand_in();
        }
    }
    if asked.for_key("journal.bytes_ratio") {
        let took = commits(IN_FLIGHT, asked.or_quick(1_000, 100));
        let bytes = bytes_of(&entries(IN_FLIGHT)) as f64;
        let [journal, bare] = took.map(|all| bytes / all.at(0.5) * 1e3);
        let what = format!("journaled with {IN_FLIGHT} in flight; limit: write and fdatasync");
        let figure = Figure::new("journal.bytes_ratio", what, journal, "MB/s");
        let figure = figure.target(Target::RatioAtLeast(0.5));
        figure.beside(bare).hand_in();
    }
}

/// Nanoseconds of commits of the journal, and of bare ones of the same bytes, in turn.
fn commits(entries_of_batch: usize, batches: usize) -> [Quantiles; 2] {
    // Where a target directory lies there is room and an ordinary disk, which /tmp may not be.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut journal = Journal::new(dir.path());
    let mut bare = File::create(dir.path().join("bare")).expect("a file");
    let entries = entries(entries_of_batch * batches);
    let (mut journaled, mut written) = (Vec::new(), Vec::new());
    for (no, batch) in entries.chunks(entries_of_batch).enumerate() {
        journaled.push(timed(|| journal.log.append(batch).expect("room")).1);
        let mut bytes = Vec::with_capacity(bytes_of(batch));
        batch
            .iter()
            .for_each(|entry| bytes.extend_from_slice(&entry.payload));
        let flushed = timed(|| bare.write_all(&bytes).and_then(|()| bare.sync_data()));
        flushed.0.expect("room");
        written.push(flushed.1);
        if no % UPKEEP_EVERY == 0 {
            while journal.keeper.maintain().expect("upkeep") {}
        }
    }
    [journaled, written].map(Quantiles::of)
}

struct Journal {
    log: SqliteLog,
    keeper: Box<dyn LogKeeper>,
}

impl Journal {
    fn new(dir: &Path) -> Self {
        let (log, _) = SqliteLog::open_or_create(&dir.join("shard.db")).expect("a new journal");
        let keeper = log.keeper().expect("another handle");
        Self { log, keeper }
    }
}

/// So many entries of a busy day.
fn entries(count: usize) -> Vec<Entry> {
    let mut busy: Busy = Busy::with(200, false);
    let from = busy.centre().state().facts().seq as usize;
    busy.centre().keep_log();
    busy.live(2 * EVENTS_OF_INPUT * count);
    let log = busy.centre().log();
    // The journal begins with the first of them.
    let events = log.iter().cloned().map(|mut event| {
        event.seq -= from as u64;
        event
    });
    let events: Vec<_> = events.collect();
    let tenant = "bench".into();
    let inputs = events.chunks(EVENTS_OF_INPUT).take(count);
    let entries = inputs.flat_map(|events| encode_input(&tenant, None, events));
    let entries: Vec<Entry> = entries.collect();
    assert_eq!(entries.len(), count, "enough of a day");
    entries
}

fn bytes_of(batch: &[Entry]) -> usize {
    batch.iter().map(|entry| entry.payload.len()).sum()
}
