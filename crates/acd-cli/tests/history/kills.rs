//! Server and store die at instants that nobody chose, while a journal becomes rows: no row is lost, none is there twice.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::followed::{Journal, Store};
use crate::january;
use crate::postgres;
use crate::server::Server;

/// Three busy days, of which rows are made in several transactions.
const DAYS: [&str; 4] = ["--from", "1999-01-10T00:00", "--until", "1999-01-13T00:00"];
const SEED: u64 = 20_261_130;
/// How often the server is killed.
const KILLS: u32 = 50;
/// How many of these must have met rows that were not all there.
const IN_THE_MIDDLE: u32 = 10;
/// How often PostgreSQL is.
const STOPS: u32 = 5;

#[test]
fn a_server_killed_fifty_times_has_each_row_once() {
    let Some(log) = january::path() else { return };
    let journal = Journal::of(&log, &DAYS);
    let mut chance = StdRng::seed_from_u64(SEED);
    let mut server = journal.serve(&Store::Sqlite);
    while !journal.is_in_rows(&Store::Sqlite) {}
    // As many as it takes until all is in rows.
    let calls = file_calls(server.pid());
    let mut in_the_middle = 0;
    for _ in 0..KILLS {
        if journal.is_in_rows(&Store::Sqlite) {
            server.kill();
            remove_rows(&journal.dir());
        }
        server.begin_again();
        after(&server, chance.random_range(0..=calls), || {
            journal.is_in_rows(&Store::Sqlite)
        });
        server.kill();
        if !journal.has_rows(&Store::Sqlite) {
            continue;
        }
        in_the_middle += u32::from(!journal.is_in_rows(&Store::Sqlite));
        journal.assert_verified(&Store::Sqlite);
    }
    assert!(in_the_middle >= IN_THE_MIDDLE, "{in_the_middle} of {KILLS}");
    server.start_again();
    while !journal.is_in_rows(&Store::Sqlite) {}
    assert_eq!(server.terminate(), Some(0), "an orderly stop");
    journal.assert_verified(&Store::Sqlite);
}

#[test]
fn a_store_that_crashes_and_comes_back_has_each_row_once() {
    let Some(log) = january::path() else { return };
    let journal = Journal::of(&log, &DAYS);
    let mut postgres = postgres::Server::start();
    let mut chance = StdRng::seed_from_u64(SEED);
    for nth in 0..STOPS {
        let database = format!("stop_{nth}");
        postgres.execute(&format!("CREATE DATABASE {database}"));
        let store = Store::Postgres(postgres.uri(&database));
        let mut server = journal.serve(&store);
        after(&server, chance.random_range(0..2_000), || {
            journal.is_in_rows(&store)
        });
        postgres.stop();
        postgres.start_again();
        while !journal.is_in_rows(&store) {}
        assert_eq!(server.terminate(), Some(0), "an orderly stop");
        journal.assert_verified(&store);
    }
}

#[test]
fn a_stand_by_that_takes_over_goes_on_from_where_it_is() {
    let Some(log) = january::path() else { return };
    let journal = Journal::of(&log, &DAYS);
    let mut first = postgres::Server::start();
    let mut second = first.stand_by();
    let store = Store::Postgres(first.uri_or(&second, "postgres"));
    let mut server = journal.serve(&store);
    let mut chance = StdRng::seed_from_u64(SEED);
    after(&server, chance.random_range(0..2_000), || {
        journal.is_in_rows(&store)
    });
    first.stop();
    second.promote();
    while !journal.is_in_rows(&store) {}
    assert_eq!(server.terminate(), Some(0), "an orderly stop");
    journal.assert_verified(&store);
}

/// Waits until the server has read and written so often, or all is in rows.
fn after(server: &Server, calls: u64, is_in_rows: impl Fn() -> bool) {
    let mut before = None;
    loop {
        let made = file_calls(server.pid());
        if made >= calls || before == Some(made) && is_in_rows() {
            return;
        }
        before = Some(made);
        std::thread::yield_now();
    }
}

/// How often a process has read from or written to a file or a socket.
fn file_calls(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/io")).expect("a process");
    let count = |name: &str| {
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok())
            .expect("a count")
    };
    count("syscr:") + count("syscw:")
}

fn remove_rows(dir: &Path) {
    for name in ["history.db", "history.db-wal", "history.db-shm"] {
        let _ = std::fs::remove_file(dir.join(name));
    }
}
