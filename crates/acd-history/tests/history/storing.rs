//! What every store promises.

use std::path::Path;

use acd_history::{
    Changes, Commit, ContactRow, Kind, MemoryStore, Position, Row as _, SavedState, SqliteStore,
    Store, StoreError, TABLES,
};
use rusqlite::Connection;

use crate::days::{life, long_day, pieces};
use crate::postgres::Server;
use crate::rows::{commit, difference, in_memory, rows};

/// A SQLite store in a new file of this folder.
pub fn sqlite(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("history.db")).expect("a store")
}

/// Both stores hold the rows that memory does, also when they come event by event.
fn holds_the_same_rows(store: &mut dyn Store) {
    let day = long_day();
    let life = life();
    let at_once = pieces(&day.events, &[]);
    let expected = in_memory(&life, &at_once);
    for (table, rows) in &expected {
        assert!(!rows.is_empty(), "the day has nothing for {table}");
    }
    let some: Vec<usize> = (0..2_000).step_by(97).chain(1_000..1_100).collect();
    for cuts in [Vec::new(), day.cuts(&some)] {
        commit(store, &life, &pieces(&day.events, &cuts));
        let differs = difference(&expected, &rows(store, &life));
        assert!(differs.is_empty(), "{differs:#?}");
        store.clear(&life).expect("cleared");
        assert!(rows(store, &life).values().all(Vec::is_empty));
    }
}

/// What is there is not written again, and what does not follow is refused.
fn commits_once(store: &mut dyn Store) {
    let life = life();
    let day = long_day();
    let cuts = day.cuts(&[500, 1_000]);
    let pieces = pieces(&day.events, &cuts);
    let (first, second) = (pieces[0].1.seq, pieces[1].1.seq);
    commit(store, &life, &pieces[..2]);
    let before = rows(store, &life);
    let again = |after_seq, piece: usize| Commit {
        life: &life,
        after_seq,
        changes: &pieces[piece].0,
        to: pieces[piece].1,
        state: None,
    };
    store.commit(again(first, 1)).expect("done before");
    assert_eq!(rows(store, &life), before);
    let refused = store.commit(again(first + 1, 2));
    let is_refused = matches!(
        refused,
        Err(StoreError::Elsewhere { found, expected, .. }) if (found, expected) == (second, first + 1)
    );
    assert!(is_refused, "{refused:?}");
    assert_eq!(rows(store, &life), before);
    assert_eq!(store.position(&life).expect("a position"), pieces[1].1);
}

/// A state is kept beside the rows; a tenant's life ends once.
fn keeps_a_state(store: &mut dyn Store) {
    let life = life();
    assert_eq!(store.saved_state(&life).expect("asked"), None);
    let state = SavedState {
        seq: 3,
        at_ms: 5,
        payload: vec![0, 1, 255],
    };
    for seq in [3, 4] {
        let state = SavedState {
            seq,
            ..state.clone()
        };
        let kept = Commit {
            life: &life,
            after_seq: if seq == 3 { 0 } else { 3 },
            changes: &Changes::default(),
            to: Position { seq, at_ms: 5 },
            state: Some(&state),
        };
        store.commit(kept).expect("committed");
        assert_eq!(store.saved_state(&life).expect("asked"), Some(state));
    }
    store.note_deleted(&life, 7).expect("noted");
    store.note_deleted(&life, 9).expect("noted");
    let known = store.tenants().expect("tenants");
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].deleted_at, Some(7));
    assert_eq!(known[0].life, life);
}

#[test]
fn memory_keeps_the_promises() {
    holds_the_same_rows(&mut MemoryStore::default());
    commits_once(&mut MemoryStore::default());
    keeps_a_state(&mut MemoryStore::default());
}

#[test]
fn sqlite_keeps_the_promises() {
    for promise in [holds_the_same_rows, commits_once, keeps_a_state] {
        let folder = tempfile::tempdir().expect("a folder");
        promise(&mut sqlite(folder.path()));
    }
}

#[test]
fn postgres_keeps_the_promises() {
    let mut server = Server::start();
    holds_the_same_rows(&mut server.store("rows"));
    commits_once(&mut server.store("once"));
    keeps_a_state(&mut server.store("state"));
    has_the_tables_of_the_program(&server);
    refuses_what_is_newer(&server);
    gives_roles_what_they_need(&server);
    goes_on_after_a_restart(&mut server);
}

/// The columns of each table are those of the program, and of their kinds.
fn has_the_tables_of_the_program(server: &Server) {
    let mut store = server.store("tables");
    let client = store.client().expect("a client");
    for table in TABLES {
        let sql = "SELECT column_name::TEXT, data_type::TEXT, is_nullable = 'YES' FROM information_schema.columns \
                   WHERE table_name = $1 ORDER BY ordinal_position";
        let found = client.query(sql, &[&table.name]).expect("asked");
        let found: Vec<(String, String, bool)> = found
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect();
        let known = table.columns.iter().map(|column| {
            let kind = match column.kind {
                Kind::Int => "bigint",
                Kind::Bool => "boolean",
                Kind::Text | Kind::Personal => "text",
            };
            (column.name.to_owned(), kind.to_owned(), column.nullable)
        });
        let tenant = [("tenant".to_owned(), "bigint".to_owned(), false)];
        assert_eq!(
            found,
            tenant.into_iter().chain(known).collect::<Vec<_>>(),
            "{}",
            table.name
        );
    }
}

#[test]
fn sqlite_has_the_tables_of_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(folder.path());
    for table in TABLES {
        let sql = format!(
            "SELECT name, type, \"notnull\" = 0 FROM pragma_table_info('{}')",
            table.name
        );
        let mut statement = store.connection().prepare(&sql).expect("prepared");
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let found: Vec<(String, String, bool)> = found
            .expect("asked")
            .collect::<Result<_, _>>()
            .expect("columns");
        let known = table.columns.iter().map(|column| {
            let kind = match column.kind {
                Kind::Int | Kind::Bool => "INTEGER",
                Kind::Text | Kind::Personal => "TEXT",
            };
            (column.name.to_owned(), kind.to_owned(), column.nullable)
        });
        let tenant = [("tenant".to_owned(), "INTEGER".to_owned(), false)];
        assert_eq!(
            found,
            tenant.into_iter().chain(known).collect::<Vec<_>>(),
            "{}",
            table.name
        );
    }
}

/// A schema that is newer than the program is refused, and left as it is.
fn refuses_what_is_newer(server: &Server) {
    drop(server.store("newer"));
    server.execute_in("newer", NEWER);
    let refused = server.open("newer");
    assert!(
        matches!(refused, Err(StoreError::Newer { found: 900, .. })),
        "{refused:?}"
    );
}

const NEWER: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
                     VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')";

#[test]
fn sqlite_refuses_what_is_newer_and_what_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(sqlite(folder.path()));
    let path = folder.path().join("history.db");
    let conn = Connection::open(&path).expect("opened");
    conn.execute_batch(NEWER).expect("executed");
    for opened in [SqliteStore::open(&path), SqliteStore::open_read_only(&path)] {
        assert!(
            matches!(opened, Err(StoreError::Newer { found: 900, .. })),
            "{opened:?}"
        );
    }
    std::fs::write(
        &path,
        "no database at all, but long enough to be looked at as one".repeat(99),
    )
    .expect("written");
    let refused = SqliteStore::open(&path).expect_err("refused");
    assert!(!refused.is_passing(), "{refused:?}");
}

/// Who locks the file makes the store wait, and no defect.
#[test]
fn sqlite_that_is_locked_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = sqlite(folder.path());
    store
        .connection()
        .busy_timeout(std::time::Duration::ZERO)
        .expect("set");
    let other = Connection::open(folder.path().join("history.db")).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let life = life();
    let pieces = pieces(&long_day().events, &[]);
    let (changes, to) = &pieces[0];
    let act = Commit {
        life: &life,
        after_seq: 0,
        changes,
        to: *to,
        state: None,
    };
    let refused = store.commit(act).expect_err("locked");
    assert!(refused.is_passing(), "{refused:?}");
    other.execute_batch("ROLLBACK").expect("free");
    store.commit(act).expect("committed");
    assert_eq!(rows(&mut store, &life), in_memory(&life, &pieces[..1]));
}

/// A writer needs no right to change tables, and a reader sees views without personal data and no table.
fn gives_roles_what_they_need(server: &Server) {
    let mut owner = server.store("roles");
    server.execute("CREATE ROLE writer LOGIN; CREATE ROLE reader LOGIN");
    server.execute_in(
        "roles",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer; \
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO writer",
    );
    owner.grant_views("reader").expect("granted");
    let life = life();
    let pieces = pieces(&long_day().events, &[]);
    let mut writer = acd_history::PostgresStore::connect(&server.url("writer", "roles"), None);
    commit(writer.as_mut().expect("a store"), &life, &pieces);
    let reader = postgres::Client::connect(&server.url("reader", "roles"), postgres::NoTls);
    let mut reader = reader.expect("connected");
    for table in TABLES
        .iter()
        .filter(|table| table.name != "contact_attributes")
    {
        let view = format!("SELECT * FROM v_{}", table.name);
        let rows = reader.query(&view, &[]).expect("a view");
        let shown = rows.first().map(|row| row.columns()).unwrap_or_default();
        let personal = table
            .columns
            .iter()
            .filter(|column| column.kind == Kind::Personal);
        for column in personal {
            let shown = shown.iter().any(|shown| shown.name() == column.name);
            assert!(!shown, "{} shows {}", view, column.name);
        }
        let table = format!("SELECT * FROM {}", table.name);
        reader.query(&table, &[]).expect_err("no table");
    }
    let sql = "SELECT count(*) FROM v_contacts WHERE accepted_at > TIMESTAMPTZ '2026-01-01'";
    let count: i64 = reader.query_one(sql, &[]).expect("asked").get(0);
    let contacts = in_memory(&life, &pieces)[ContactRow::TABLE.name].len();
    assert_eq!(usize::try_from(count).ok(), Some(contacts));
}

/// A server that is gone is tried again, and what it was told is not lost.
fn goes_on_after_a_restart(server: &mut Server) {
    let mut store = server.store("restart");
    let life = life();
    let day = long_day();
    let pieces = pieces(&day.events, &day.cuts(&[700]));
    commit(&mut store, &life, &pieces[..1]);
    let (changes, to) = &pieces[1];
    let act = Commit {
        life: &life,
        after_seq: pieces[0].1.seq,
        changes,
        to: *to,
        state: None,
    };
    server.stop();
    for _ in 0..2 {
        let refused = store.commit(act).expect_err("gone");
        assert!(refused.is_passing(), "{refused:?}");
    }
    server.start_again();
    while let Err(refused) = store.commit(act) {
        assert!(refused.is_passing(), "{refused:?}");
    }
    assert_eq!(rows(&mut store, &life), in_memory(&life, &pieces[..2]));
    let refused = acd_history::PostgresStore::connect(&server.url("acd", "nowhere"), None);
    let refused = refused.expect_err("no such database");
    assert!(!refused.is_passing(), "{refused:?}");
}
