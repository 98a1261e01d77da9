//! How many events a second become rows in SQLite, beside what the store alone takes of the same rows.

use std::ops::ControlFlow;
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::report::{Figure, Target};
use acd_core::state::State;
use acd_history::{
    Changes, Commit, Follow, Life, Pace, Position, Projection, SqliteStore, Store as _,
};
use acd_journal::codec::decode_events;
use acd_journal::{EventLog as _, LogReader, MemoryLog};
use rustix::time::{ClockId, clock_gettime};

use crate::day::{TENANT, journal, reader};

/// What is wanted.
const EVENTS_PER_S: f64 = 50_000.0;

pub(crate) fn measure(asked: &Asked) {
    let contacts = asked.or_quick(30_000, 3_000);
    let log = journal(contacts);
    let events = reader(&log).standing(TENANT).expect("a tenant").last_seq;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("history.db");
    let store = SqliteStore::open(&path).expect("a store");
    let mut follow = Follow::new(
        log.journal_id(),
        reader(&log),
        Box::new(store),
        None,
        Pace::default(),
    );
    let took = timed(|| _ = follow.catch_up(|_| {}).expect("caught up"));
    drop(follow);
    let bytes = std::fs::metadata(&path).expect("a file").len();
    let alone = store_alone(&log, &folder.path().join("alone.db"));
    let per_s = |took: Duration| events as f64 / took.as_secs_f64();
    let what = "events that become rows in SQLite in a second of processor; limit: the store alone";
    let figure = |key: &str, target| {
        Figure::new(key, what, per_s(took), "/s")
            .beside(per_s(alone))
            .target(target)
            .hand_in();
    };
    figure("history.projection_ratio", Target::RatioAtLeast(0.5));
    figure(
        "history.projection_events_per_s",
        Target::ValueAtLeast(EVENTS_PER_S),
    );
    let each = bytes as f64 / contacts as f64;
    let what = "rows of a contact of four events and three attributes on disk";
    Figure::new("history.projection_bytes_per_contact", what, each, "bytes").hand_in();
}

/// The store alone, with the same rows in the same pieces.
fn store_alone(log: &MemoryLog, path: &std::path::Path) -> Duration {
    let reader = reader(log);
    let stands = reader.standing(TENANT).expect("a tenant");
    let pieces = pieces(&*reader, stands.last_seq);
    let mut store = SqliteStore::open(path).expect("a store");
    let life = Life::of(TENANT, log.journal_id(), stands.life);
    timed(|| {
        let mut after_seq = 0;
        for (changes, to) in &pieces {
            let commit = Commit {
                life: &life,
                after_seq,
                changes,
                to: *to,
                state: None,
            };
            store.commit(commit).expect("committed");
            after_seq = to.seq;
        }
    })
}

/// What the follower would commit.
fn pieces(reader: &dyn LogReader, last_seq: u64) -> Vec<(Changes, Position)> {
    let mut projection = Projection::of(State::default());
    let mut pieces = Vec::new();
    let at_once = Pace::default().events as u64;
    let read = reader.read(TENANT, 0, &mut |entry| {
        let events = decode_events(&entry).expect("events");
        let taken = projection.follow(&events);
        assert_eq!(taken, events.len(), "nobody is erased");
        let position = projection.position();
        let begun = pieces.last().map_or(0, |(_, to): &(_, Position)| to.seq);
        if position.seq - begun >= at_once || position.seq == last_seq {
            pieces.push((projection.take(), position));
        }
        ControlFlow::Continue(())
    });
    read.expect("read");
    pieces
}

/// How much time of the processor it takes: what else the machine does is no matter.
fn timed(act: impl FnOnce()) -> Duration {
    let spent = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a length");
    let begin = spent();
    act();
    spent() - begin
}
