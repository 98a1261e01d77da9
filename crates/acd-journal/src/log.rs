//! The traits [`EventLog`], [`LogReader`] and [`LogKeeper`], what goes through them, their limits and their errors.

use std::error::Error;
use std::fmt;
use std::io;
use std::num::ParseIntError;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use acd_core::personal::Personal;
use bytes::Bytes;

use crate::volume::Volume;

/// Longest tenant name, in bytes of UTF-8.
pub const TENANT_NAME_MAX_BYTES: usize = 256;
/// Largest payload of one entry: room for a whole configuration change, far above any other input.
pub const ENTRY_MAX_BYTES: usize = 16 << 20;
/// Most entries in one batch.
pub const BATCH_MAX_ENTRIES: usize = 8_192;
/// Largest sum of payloads in one batch; a batch is held in memory and in the write-ahead log until it is on disk.
pub const BATCH_MAX_BYTES: usize = 64 << 20;
/// Largest payload of one snapshot.
pub const SNAPSHOT_MAX_BYTES: usize = 512 << 20;
/// Snapshots kept per tenant: the newest, and the one before it should the newest turn out damaged.
pub const SNAPSHOTS_KEPT: usize = 2;
/// Highest sequence number of an event (what a signed 64-bit column holds).
pub const SEQ_MAX: u64 = i64::MAX as u64;

/// A piece of personal data in an entry or a snapshot. A store that lasts seals it with the key of its contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalValue {
    /// The contact it belongs to, by its number in the tenant; 0: to none, and it is not sealed.
    pub contact: u64,
    /// The value; erased once the key of the contact was destroyed.
    pub value: Personal,
}

/// One handled input of one tenant with the events it caused: the unit that is stored and read back whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The tenant whose log this extends.
    pub tenant: Arc<str>,
    /// Sequence number of the first event inside; follows the tenant's last one without a gap.
    pub first_seq: u64,
    /// Sequence number of the last event inside; equals `first_seq` when there is one event.
    pub last_seq: u64,
    /// Engine time at which the input was handled, in milliseconds; never before the tenant's previous entry.
    pub at_ms: i64,
    /// The encoded `acd.journal.v1` record without its personal values; opaque here.
    pub payload: Bytes,
    /// Its personal values: the record has the place of each.
    pub personal: Arc<[PersonalValue]>,
}

/// What personal values take, in bytes, before they are sealed.
pub(crate) fn plain_bytes(personal: &[PersonalValue]) -> usize {
    personal.iter().map(|it| it.value.reveal().len()).sum()
}

impl Entry {
    /// What it holds, in bytes.
    pub fn bytes(&self) -> usize {
        self.payload.len() + plain_bytes(&self.personal)
    }
}

/// The state of one tenant as it stood right after one event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The tenant whose state this is.
    pub tenant: Arc<str>,
    /// The last event the state includes; recovery continues with the entries after it.
    pub seq: u64,
    /// Engine time of the state, in milliseconds.
    pub at_ms: i64,
    /// The encoded state without its personal values; opaque here.
    pub payload: Bytes,
    /// Its personal values: the state has the place of each.
    pub personal: Arc<[PersonalValue]>,
}

impl Snapshot {
    /// What it holds, in bytes.
    pub fn bytes(&self) -> usize {
        self.payload.len() + plain_bytes(&self.personal)
    }
}

/// The random 128-bit name a journal gets when it is created; stream tokens name it, so that one from another journal
/// is recognised as foreign. Written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JournalId(u128);

impl JournalId {
    /// A new name.
    ///
    /// # Errors
    /// What [`Volume::draw`] says.
    pub(crate) fn draw(volume: &dyn Volume) -> io::Result<Self> {
        let mut bytes = [0; 16];
        volume.draw(&mut bytes)?;
        Ok(Self(u128::from_le_bytes(bytes)))
    }

    pub(crate) fn to_le_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }
}

impl fmt::Display for JournalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for JournalId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

/// Where the log of one tenant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Tells the tenants apart that had the same name one after the other: no number is given twice in one journal.
    pub life: u64,
    /// Events up to here have been truncated.
    pub kept_after: u64,
    /// Its last event.
    pub last_seq: u64,
    /// The time of its last entry, in milliseconds.
    pub last_at_ms: i64,
    /// Where its kept snapshots stand, newest first.
    pub snapshots: Vec<SnapshotMark>,
}

/// Where a snapshot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotMark {
    /// The last event it includes.
    pub seq: u64,
    /// Engine time of the state, in milliseconds.
    pub at_ms: i64,
}

impl SnapshotMark {
    /// Where this one stands.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self {
            seq: snapshot.seq,
            at_ms: snapshot.at_ms,
        }
    }
}

/// The durable event log of one shard as the thread uses that decides: many tenants, one writer.
///
/// All that is not on the way of a decision goes through other handles onto the same journal ([`EventLog::keeper`]), in
/// other threads. The crate documentation states the guarantees in full. Every implementation passes the suite in
/// `tests/conformance`.
pub trait EventLog: Send {
    /// The journal's name, the same for its whole life.
    fn journal_id(&self) -> JournalId;

    /// Appends a batch: when this returns `Ok` all of it is durable, when it returns an error none of it is readable
    /// and the same batch may be appended again. An empty batch is accepted and touches nothing.
    ///
    /// # Errors
    /// Refused, with nothing written: [`LogError::OutOfSequence`], [`LogError::SequenceRange`],
    /// [`LogError::TimeWentBack`], [`LogError::TenantName`], [`LogError::EntryTooLarge`], [`LogError::BatchTooLarge`].
    /// [`LogError::Gone`], with nothing written, when the store is not where it was: retrying is of no use.
    /// [`LogError::ReadOnly`] when its file system broke while the batch was written: whether it is there shows at the
    /// next open, so it is neither acknowledged nor tried again.
    /// [`LogError::Storage`] when the store failed: retry the same batch. If the process dies instead of retrying,
    /// such a batch may be found whole at the next open; it is never found in part.
    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError>;

    /// The tenants with at least one entry, ordered by name.
    fn tenants(&self) -> Vec<Arc<str>>;

    /// Where the log of a tenant stands; `None` if there is no entry of it.
    fn standing(&self, tenant: &str) -> Option<Standing>;

    /// The sequence number of the tenant's last event, 0 if it has none.
    fn last_seq(&self, tenant: &str) -> u64 {
        self.standing(tenant).map_or(0, |stands| stands.last_seq)
    }

    /// The latest time of any entry ever journaled, in milliseconds, also of tenants deleted since. `None` while the
    /// journal is empty. Engine time starts no earlier than this.
    fn last_at_ms(&self) -> Option<i64>;

    /// Removes all of a tenant: gone when this returns, while its entries and snapshots leave the store in
    /// [`LogKeeper::maintain`]. It takes no longer for a million entries than for one. An unknown tenant is no error. A
    /// tenant created later under the same name begins at sequence 1, in a life of its own.
    ///
    /// # Errors
    /// [`LogError::Storage`].
    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError>;

    /// Whether the store is still where it was opened; [`EventLog::append`] looks by itself.
    ///
    /// # Errors
    /// [`LogError::Gone`].
    fn check_place(&self) -> Result<(), LogError>;

    /// Another handle onto this journal, for another thread: to read, and to keep it short. There may be several, and
    /// they may outlive this one. Nothing they do makes an append wait noticeably.
    ///
    /// # Errors
    /// [`LogError::Storage`].
    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError>;
}

/// The half of a [`LogKeeper`] that changes nothing.
pub trait LogReader: Send {
    /// The tenants with at least one entry, ordered by name.
    fn tenants(&self) -> Vec<Arc<str>>;

    /// Where the log of a tenant stands; `None` if there is no entry of it. All that it names is durable.
    fn standing(&self, tenant: &str) -> Option<Standing>;

    /// The sequence number of the tenant's last event, 0 if it has none.
    fn last_seq(&self, tenant: &str) -> u64 {
        self.standing(tenant).map_or(0, |stands| stands.last_seq)
    }

    /// Hands the tenant's entries that hold events after `after_seq` to `visit`, in order, one at a time, until it
    /// breaks. An entry that holds `after_seq` and later events too is handed out whole. The end is where the log ended
    /// when this was called; what is appended, truncated or deleted meanwhile changes nothing. An unknown tenant and an
    /// `after_seq` at or beyond the end have no entries. While it runs, what was written since keeps its place in the
    /// store: long logs are better read in several calls.
    ///
    /// # Errors
    /// [`LogError::NoLongerKept`] before the first visit if events after `after_seq` have been truncated;
    /// [`LogError::Damaged`] when the next entry is not the one that was written; [`LogError::Storage`].
    fn read(
        &self,
        tenant: &str,
        after_seq: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), LogError>;

    /// The kept snapshots of a tenant, newest first: recovery uses the first it can decode.
    ///
    /// # Errors
    /// [`LogError::Damaged`] if one was damaged since the log was opened (opening removes damaged ones and says so);
    /// [`LogError::Storage`].
    fn snapshots(&self, tenant: &str) -> Result<Vec<Snapshot>, LogError>;

    /// A snapshot as it may be kept outside of this journal: with its personal values in its payload, sealed as those of
    /// the journal are.
    fn sealed(&self, snapshot: &Snapshot) -> Snapshot;

    /// The snapshot of which [`LogReader::sealed`] made this, with the personal values that are not erased; none if it is
    /// not what was sealed.
    fn opened(&self, sealed: &Snapshot) -> Option<Snapshot>;

    /// The last event of the tenant's kept entries that are stamped before `at_ms`; 0 if there is none.
    ///
    /// # Errors
    /// [`LogError::Storage`].
    fn last_seq_before(&self, tenant: &str, at_ms: i64) -> Result<u64, LogError>;
}

/// A handle onto a journal beside its writer, for what is off the path of a decision: reading, snapshots, truncation,
/// upkeep. What several keepers change they change one after the other.
pub trait LogKeeper: LogReader {
    /// Stores a snapshot durably and drops all but the newest [`SNAPSHOTS_KEPT`] of its tenant. One at the sequence of
    /// the newest replaces it.
    ///
    /// # Errors
    /// [`LogError::SnapshotTooLarge`], [`LogError::SnapshotAhead`], [`LogError::SnapshotStale`], [`LogError::Storage`].
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), LogError>;

    /// Gives up the tenant's entries whose events are all at or before `up_to_seq`; readable no more when this
    /// returns, while the space comes back in [`LogKeeper::maintain`].
    ///
    /// # Errors
    /// [`LogError::TruncatePastSnapshot`] unless two snapshots are kept and both are at or after `up_to_seq`, so that
    /// either can rebuild the state; [`LogError::Gone`] if one of them was taken away; [`LogError::Storage`].
    fn truncate(&mut self, tenant: &str, up_to_seq: u64) -> Result<(), LogError>;

    /// What the entries of all tenants take in the store, in bytes: those that were given up and still wait to be removed
    /// included, room that is free for others not, nor snapshots.
    ///
    /// # Errors
    /// [`LogError::Storage`].
    fn bytes(&self) -> Result<u64, LogError>;

    /// Destroys the keys of these contacts: their personal values, in entries and snapshots and in every copy of them,
    /// are erased when this returns, and stay so. A contact whose key is destroyed already, or that is not known, changes
    /// nothing.
    ///
    /// # Errors
    /// [`LogError::Storage`]; then ask again.
    fn erase(&mut self, tenant: &str, contacts: &[u64]) -> Result<(), LogError>;

    /// The same for all contacts up to this one, but those that are kept: these are what they were before.
    ///
    /// # Errors
    /// [`LogError::Storage`]; then ask again.
    fn erase_through(&mut self, tenant: &str, contact: u64, kept: &[u64]) -> Result<(), LogError>;

    /// Does one bounded piece of upkeep: removes some of what was truncated or deleted, gives some of the room it took
    /// back to the system, or brings the store into its final form. Returns whether more is waiting.
    ///
    /// # Errors
    /// [`LogError::Storage`]; nothing is lost, call again later.
    fn maintain(&mut self) -> Result<bool, LogError>;
}

/// Why the log refused or failed. Refusals leave the log as it was.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A gap or an overlap in the sequence of a tenant.
    #[error(
        "the entry of tenant {tenant:?} begins at seq {first_seq} but its log continues at seq {expected}; \
         nothing of the batch was written: append the entries in the order they were decided, each once"
    )]
    OutOfSequence {
        /// The tenant of the entry.
        tenant: Arc<str>,
        /// The only sequence number with which its next entry may begin.
        expected: u64,
        /// The one found.
        first_seq: u64,
    },
    /// An entry whose sequence numbers enclose no event or exceed [`SEQ_MAX`].
    #[error(
        "the entry of tenant {tenant:?} spans seq {first_seq} to {last_seq}; an entry holds at least one event and \
         last_seq is at most {SEQ_MAX}; nothing of the batch was written"
    )]
    SequenceRange {
        /// The tenant of the entry.
        tenant: Arc<str>,
        /// Its first sequence number.
        first_seq: u64,
        /// Its last sequence number.
        last_seq: u64,
    },
    /// An entry older than the one before it.
    #[error(
        "the entry of tenant {tenant:?} at seq {first_seq} is stamped {at_ms} ms, before the {last_at_ms} ms of the \
         one before it; nothing of the batch was written: engine time must not go back"
    )]
    TimeWentBack {
        /// The tenant of the entry.
        tenant: Arc<str>,
        /// Its first sequence number.
        first_seq: u64,
        /// Its time, milliseconds.
        at_ms: i64,
        /// The time of the tenant's entry before it, milliseconds.
        last_at_ms: i64,
    },
    /// An empty or overlong tenant name.
    #[error("a tenant name has {bytes} bytes; it must have 1 to {TENANT_NAME_MAX_BYTES}")]
    TenantName {
        /// Its length in bytes.
        bytes: usize,
    },
    /// An entry above [`ENTRY_MAX_BYTES`].
    #[error(
        "the entry of tenant {tenant:?} at seq {first_seq} has a payload of {bytes} bytes, above the limit of \
         {ENTRY_MAX_BYTES}; nothing of the batch was written: refuse such an input before deciding it"
    )]
    EntryTooLarge {
        /// The tenant of the entry.
        tenant: Arc<str>,
        /// Its first sequence number.
        first_seq: u64,
        /// Size of its payload in bytes.
        bytes: usize,
    },
    /// A batch above [`BATCH_MAX_ENTRIES`] or [`BATCH_MAX_BYTES`].
    #[error(
        "a batch of {entries} entries and {bytes} bytes of payload is above the limit of {BATCH_MAX_ENTRIES} entries \
         or {BATCH_MAX_BYTES} bytes; nothing was written: append it in smaller batches"
    )]
    BatchTooLarge {
        /// Entries in the batch.
        entries: usize,
        /// Sum of their payloads in bytes.
        bytes: usize,
    },
    /// A snapshot above [`SNAPSHOT_MAX_BYTES`].
    #[error(
        "the snapshot of tenant {tenant:?} at seq {seq} has {bytes} bytes, above the limit of {SNAPSHOT_MAX_BYTES}; \
         the snapshots already kept still stand"
    )]
    SnapshotTooLarge {
        /// The tenant.
        tenant: Arc<str>,
        /// Where the snapshot was taken.
        seq: u64,
        /// Its size in bytes.
        bytes: usize,
    },
    /// A snapshot of events that are not in the log.
    #[error(
        "the snapshot of tenant {tenant:?} at seq {seq} is ahead of its log, which ends at seq {last_seq}; append the \
         entries first"
    )]
    SnapshotAhead {
        /// The tenant.
        tenant: Arc<str>,
        /// Where the snapshot was taken.
        seq: u64,
        /// The end of the tenant's log.
        last_seq: u64,
    },
    /// A snapshot older than the newest kept one.
    #[error(
        "the snapshot of tenant {tenant:?} at seq {seq} is older than the kept one at seq {newest_seq}; drop it"
    )]
    SnapshotStale {
        /// The tenant.
        tenant: Arc<str>,
        /// Where the snapshot was taken.
        seq: u64,
        /// The newest kept one.
        newest_seq: u64,
    },
    /// A truncation after which a damaged newest snapshot could not be replaced.
    #[error(
        "the log of tenant {tenant:?} cannot be truncated up to seq {up_to_seq}: {}; save snapshots first",
        match older_seq {
            Some(seq) => format!("the older of its two kept snapshots is at seq {seq}"),
            None => format!("fewer than {SNAPSHOTS_KEPT} snapshots of it are kept"),
        }
    )]
    TruncatePastSnapshot {
        /// The tenant.
        tenant: Arc<str>,
        /// What was asked.
        up_to_seq: u64,
        /// The highest `up_to_seq` possible; `None` if nothing may be truncated yet.
        older_seq: Option<u64>,
    },
    /// The events asked for have been truncated.
    #[error(
        "the events of tenant {tenant:?} after seq {after_seq} are no longer all kept, the first kept is seq \
         {first_kept_seq}; start from a snapshot"
    )]
    NoLongerKept {
        /// The tenant.
        tenant: Arc<str>,
        /// What was asked.
        after_seq: u64,
        /// The first event still in the log.
        first_kept_seq: u64,
    },
    /// What was read is not what was written.
    #[error(transparent)]
    Damaged(#[from] Box<Damage>),
    /// The files are not where they were opened: what is written would not be there at the next start.
    #[error(
        "{} is not the file that was opened: it, or its directory or volume, was deleted, replaced or taken away; \
         nothing more was written. Bring it back as it was, or restore it from a backup, then start again",
        path.display()
    )]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// The file system turned read-only while a batch was written.
    #[error(
        "the file system of {} has turned read-only under a batch: whether the batch is on disk shows at the next start. \
         Have the file system checked and mended, then start again",
        path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The store failed.
    #[error("cannot {action}: {source}")]
    Storage {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl LogError {
    pub(crate) fn storage(
        action: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Storage {
            action,
            source: source.into(),
        }
    }
}

/// A place where the log does not hold what was written to it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}: the log of tenant {tenant:?} is damaged at seq {seq}: {what}. Copy the data directory aside and check the \
     disk; then restore this file from a backup. All of this tenant up to seq {} is intact in it",
    path.display(), seq.saturating_sub(1)
)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// The tenant, as far as the damage lets it be known.
    pub tenant: String,
    /// The first event of that tenant that cannot be trusted.
    pub seq: u64,
    /// What was found.
    pub what: String,
}
