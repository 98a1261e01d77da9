//! The durable event log of the ACD: what was decided, in order, tenant by tenant, so that nothing acknowledged is ever
//! lost or decided again.
//!
//! # What is stored
//! The unit is the [`Entry`]: one handled input of one tenant with the 1..n events it caused, as an encoded
//! `acd.journal.v1` record ([`codec`]) that this crate stores without looking inside. Per tenant the events are numbered
//! 1, 2, 3, ... without a gap, and entries are stamped with engine time, which never goes back. Beside the entries lie
//! [`Snapshot`]s, the state right after one event, which bound recovery time; the newest two are kept.
//!
//! A log belongs to one shard and holds all its tenants. [`EventLog`] is the handle of the thread that decides: it
//! appends, and nothing else is on its way. What is not part of a decision uses handles of its own in other threads:
//! [`LogReader`] reads entries and snapshots, [`LogKeeper`] also writes snapshots, truncates and tidies. All calls block.
//! [`MemoryLog`] is for tests, simulation and replay; [`SqliteLog`] is durable; both pass one conformance suite
//! (`tests/conformance`). [`DataDir`] holds the files of all shards for one process at a time. [`Retention`] is where those
//! who follow a log say how far they have read.
//!
//! # What is promised
//! - **A batch is whole or absent.** When [`EventLog::append`] returns `Ok`, the batch is on disk; after an error, nothing
//!   of it can be read and the same batch may be tried again, unless its file system broke under it
//!   ([`LogError::ReadOnly`]): then the next open shows whether it is there. After a crash every acknowledged batch is there, and at
//!   most one that was not acknowledged, whole.
//! - **A flush that failed is not trusted**: a system may take what it could not write for written. The write-ahead log is
//!   written again before anything else is, so that what is acknowledged after a failure is on disk, too.
//! - **No gap, no overlap, no step back in time**: an entry that does not follow its tenant's last is refused.
//! - **What is read is what was written**: every row carries a CRC-32 over all its fields, checked at open as far as
//!   recovery reads, by [`SqliteLog::verify`] for all of it, and again at each read; a reader also checks that the sequence
//!   runs on to the end.
//! - **A damaged newest snapshot costs nothing but time**: truncation never goes past the older of two kept ones.
//! - **The same journal keeps its [`JournalId`]**, and its [`EventLog::last_at_ms`] never falls, also when the tenant
//!   that was journaled last is deleted.
//! - **Bounded**: payloads, batches, snapshots and names have limits with names, and reading streams entry by entry.
//!
//! - **Readers and keepers hold up nobody**: an append never waits for a read, a snapshot or a checkpoint, and at most a
//!   millisecond for the removal of old rows. A reader sees the log as it stood when it began.
//! - **Each life of a tenant has its own number** ([`Standing::life`]): who knew a deleted tenant does not take one of the
//!   same name for it.
//!
//! # The files
//! One SQLite file per shard, WAL mode, `synchronous=FULL`, one transaction per batch:
//!
//! ```text
//! journal    id, last_at_ms                               one row
//! tenants    id, name, kept_after                         kept_after: events up to it are given up
//! entries    position, tenant_id, first_seq, last_seq,    position: the order of the whole shard's log
//!            at_ms, payload                               found by (tenant_id, last_seq)
//! ```
//!
//! Every row also has its `crc`; the header is stamped with an application id and a format number, and a file without
//! them is refused. Truncating and deleting only move `kept_after`, so they take no longer for a million entries than for
//! one. [`LogKeeper::maintain`] then removes such entries some hundred at a time, without a flush while the writer may have
//! to wait, and moves pages from the write-ahead log into the database.
//!
//! Each snapshot is a file of its own in `shard-NNN.db-snapshots`, written in flushed pieces under another name and renamed
//! when it is whole.
//!
//! # Personal values
//! Those of an entry or a snapshot stand beside its payload ([`PersonalValue`]), each with the contact it belongs to, and are
//! sealed on the disk with the key of that contact. `shard-NNN.db-keys` holds what the keys are made of; it is there before
//! the first value of a tenant is sealed, replaced as a whole, and a start without it is refused ([`OpenError::Keys`]).
//! [`LogKeeper::erase`] destroys keys: then the values read as erased, here and in every copy. A copy has no keys
//! ([`back_up_keys`]).
//!
//! # Opening
//! 1. **The write-ahead log is read before SQLite reads it.** SQLite takes the first frame with a wrong checksum for the
//!    end and drops the rest silently. That is right for the one transaction a crash can leave unfinished. It is wrong
//!    for a flipped bit with acknowledged batches behind it, which stops the start ([`OpenError::WalDamaged`]).
//! 2. **The log must reach what was acknowledged.** `shard-NNN.db-end` names the last entry of the last batch. It is
//!    written when the batch is durable, and not flushed: after a power failure, or where it could not be written, it
//!    names an earlier batch, never a later one. A log that ends before it stops the start ([`OpenError::Lost`]): its write-ahead log was
//!    cut or removed, or an older copy was put in its place.
//! 3. **What recovery reads is checked**: the snapshots, and of each tenant the entries after the older of two, so that a
//!    start takes as long as the state is large and not as the journal is old. Bad entries at the end of the whole shard's
//!    log, after which nothing good follows, are a torn end: they are cut, and the [`OpenReport`] says which. "Good" includes
//!    a snapshot: one that covers the bad entry shows that it had been durable; so does the mark of step 2. An entry of a
//!    tenant that the list of tenants does not have is never cut: the list is what is damaged. A bad or missing entry
//!    anywhere else stops the start ([`OpenError::Damaged`]) with the tenant, the sequence and what the operator can do. Bad
//!    snapshots are dropped and reported as long as the log can rebuild the state without them. [`SqliteLog::verify`] checks
//!    the rest, which nobody needs but those who read history.
//! 4. The write-ahead log is written again, flushed, moved into the database and emptied, so that step 1 can trust what it finds next time, and
//!    what was left of unfinished snapshots is removed. Its end is marked for step 2: after a power failure the mark was an
//!    earlier one.
//!
//! A refused open removes nothing, so what is left can be examined and copied.
//!
//! # While it is open
//! SQLite goes on writing to files that were deleted or replaced. So each append first looks whether the files are those
//! that were opened, and [`EventLog::check_place`] asks the same when nothing is appended: [`LogError::Gone`] means that
//! nothing more can be acknowledged.
//!
//! # From outside
//! [`ReadOnlyDir`] reads a directory that a server may be using, and changes nothing in it. [`examine`] says what a start
//! would do with one that nobody uses, and [`repair`] does it, with a copy of what it removes.
//!
//! # What is not promised
//! - That a loss at the end is noticed after a power failure: the mark of the end may then be older, or not be there.
//! - Anything, on a disk that acknowledges a flush it has not done. What then is missing is found wherever something
//!   later exists to show it.
//! - Detecting deliberate changes: a CRC is no signature. The directory and its files are readable by their owner only,
//!   and nothing but personal values is encrypted.
//! - That a file copied while in use is consistent: [`back_up`] makes a copy that is.
//!
//! # What it stands on
//! Files are read and written by way of a [`Volume`]: the system's, or one that a test puts in its place, with a SQLite VFS
//! of its own.
//!
//! # Panics and logging
//! This crate neither logs nor panics; it reports, and its caller, who knows what it means, logs.

mod backup;
mod checksum;
pub mod codec;
mod data_dir;
mod dir_lock;
mod disk;
mod keys;
mod log;
mod memory;
mod repair;
mod retention;
mod rules;
mod sqlite;
mod volume;

pub use backup::{BackupError, back_up, back_up_keys};
pub use data_dir::{DataDir, DataDirError, ReadOnlyDir, SHARDS_MAX};
pub use disk::{Disk, DiskUse};
pub use keys::KeysError;
pub use log::{
    BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, Damage, ENTRY_MAX_BYTES, Entry, EventLog, JournalId,
    LogError, LogKeeper, LogReader, PersonalValue, SEQ_MAX, SNAPSHOT_MAX_BYTES, SNAPSHOTS_KEPT,
    Snapshot, SnapshotMark, Standing, TENANT_NAME_MAX_BYTES,
};
pub use memory::{AppendFaults, MemoryLog};
pub use repair::{Examined, RepairError, Repaired, examine, repair};
pub use retention::{Hold, Retention};
pub use sqlite::{CutEntry, DroppedSnapshot, OpenError, OpenReport, SqliteLog, ends_without_wal};
pub use volume::{Found, Room, Volume, VolumeFile};
