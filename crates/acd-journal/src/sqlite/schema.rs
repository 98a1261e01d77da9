//! The tables of a shard's file, the stamp that says they are ours, and the settings of a connection.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::checksum;
use crate::log::JournalId;

/// "ACDj" in the file header: tells our file from any other SQLite database.
pub(super) const APPLICATION_ID: i32 = 0x4143_446a;
/// Version of the tables below; a change of them raises it.
pub(super) const SCHEMA_VERSION: i32 = 3;

/// How often a statement looks whether another connection, or another process such as a backup, has let go of the file,
/// and how long it waits in between. Some seconds in all; mostly it is the writer that waits, for a keeper's short
/// transaction.
const BUSY_LOOKS: i32 = 20_000;
/// A keeper's work can wait: under a writer that never rests it has to look often until it finds a gap.
const KEEPER_LOOKS: i32 = 1_000_000;
const BUSY_STEP: Duration = Duration::from_micros(50);
/// Page cache of the writer's connection in KiB: the hot ends of the two trees of many tenants.
const CACHE_KIB: i32 = 16 * 1024;
/// Page cache of a keeper's connection in KiB: it passes by each page once.
const KEEPER_CACHE_KIB: i32 = 2 * 1024;
/// Size to which the file of the write-ahead log is cut when it begins anew.
const WAL_KEPT_BYTES: i64 = 16 << 20;

/// `tenants.kept_after`: entries whose last_seq is at or below it are given up and wait to be removed; a deleted tenant
/// has it at the highest number, and its name may stand once more. `tenants.id` is never given twice. `entries.position` is the order of the whole
/// shard's log, so that a torn end can be told from a damaged middle. `journal.last_at_ms` is the latest time of any
/// tenant deleted so far.
const TABLES: &str = "
    CREATE TABLE journal (
        only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
        id         TEXT NOT NULL,
        last_at_ms INTEGER,
        crc        INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE tenants (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        name       TEXT NOT NULL,
        kept_after INTEGER NOT NULL,
        crc        INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX tenants_by_name ON tenants (name) WHERE kept_after < 9223372036854775807;
    CREATE TABLE entries (
        position   INTEGER PRIMARY KEY,
        tenant_id  INTEGER NOT NULL,
        first_seq  INTEGER NOT NULL,
        last_seq   INTEGER NOT NULL,
        at_ms      INTEGER NOT NULL,
        crc        INTEGER NOT NULL,
        payload    BLOB NOT NULL
    ) STRICT;
";

/// How a tenant's entries are found. A statement of its own: a cut makes it anew.
pub(super) const ENTRIES_BY_TENANT: &str =
    "CREATE UNIQUE INDEX entries_by_tenant ON entries (tenant_id, last_seq)";

/// What a file says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// A database without tables and without a stamp: one just made.
    Blank,
    /// A journal of the version this program writes.
    Current,
    /// A journal of another version.
    OtherVersion(i32),
    /// Someone else's database.
    Foreign,
}

/// Reads the stamp; changes nothing.
pub(super) fn stamp(conn: &Connection) -> rusqlite::Result<Stamp> {
    let application_id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application_id, version, tables) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => Stamp::Current,
        (APPLICATION_ID, version, _) => Stamp::OtherVersion(version),
        (0, 0, 0) => Stamp::Blank,
        _ => Stamp::Foreign,
    })
}

/// Sets what SQLite keeps for the writer's connection. After this a commit returns when its frames are on disk, and no
/// commit ever pays for a checkpoint.
pub(super) fn configure(conn: &mut Connection) -> rusqlite::Result<()> {
    wait_in_short_steps(conn)?;
    // Of a file that is just made; it holds from then on. Free pages can be given back a few at a time.
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |_| Ok(()))?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Sets what SQLite keeps for a connection beside the writer's: a commit flushes nothing, a checkpoint does.
pub(super) fn configure_keeper(conn: &mut Connection) -> rusqlite::Result<()> {
    wait_patiently(conn)?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    conn.pragma_update(None, "cache_size", -KEEPER_CACHE_KIB)
}

/// SQLite's own waiting takes steps of up to a tenth of a second.
#[expect(
    clippy::disallowed_methods,
    reason = "a busy handler is where a thread waits for the file"
)]
pub(super) fn wait_in_short_steps(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.busy_handler(Some(|looks| {
        std::thread::sleep(BUSY_STEP);
        looks < BUSY_LOOKS
    }))
}

/// The same for a keeper.
#[expect(
    clippy::disallowed_methods,
    reason = "a busy handler is where a thread waits for the file"
)]
pub(super) fn wait_patiently(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.busy_handler(Some(|looks| {
        std::thread::sleep(BUSY_STEP);
        looks < KEEPER_LOOKS
    }))
}

/// Makes the tables and stamps the file, all at once.
pub(super) fn create(conn: &mut Connection, id: JournalId) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLES)?;
    tx.execute_batch(ENTRIES_BY_TENANT)?;
    let id = id.to_string();
    let crc = checksum::of_journal(&id, None);
    tx.execute(
        "INSERT INTO journal (only_row, id, crc) VALUES (1, ?1, ?2)",
        params![id, crc],
    )?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    tx.commit()
}

/// The journal's id as recorded, and the latest time of any tenant deleted so far. `None` if they are not what was
/// written.
pub(super) fn journal_row(conn: &Connection) -> rusqlite::Result<Option<(JournalId, Option<i64>)>> {
    let row = conn
        .query_row("SELECT id, last_at_ms, crc FROM journal", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?;
    Ok(row.and_then(|(id, last_at_ms, crc)| {
        let is_intact = crc == i64::from(checksum::of_journal(&id, last_at_ms));
        Some((id.parse().ok().filter(|_| is_intact)?, last_at_ms))
    }))
}
