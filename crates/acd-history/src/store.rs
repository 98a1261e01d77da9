//! Where the rows are kept.

use std::fmt;

use acd_core::ids::TimeMs;
use acd_journal::JournalId;

use crate::changes::{Changes, Gap};
use crate::table::Table;
use crate::value::Value;

pub(crate) mod memory;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod statements;

/// One life of a tenant: one that is deleted and created again begins another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// The tenant's name.
    pub name: String,
    /// The journal it is in, as 32 hexadecimal digits.
    pub journal_id: String,
    /// Which life of that name it is in that journal.
    pub life: u64,
}

impl Life {
    /// The life of this number.
    pub fn of(name: &str, journal: JournalId, life: u64) -> Self {
        Self {
            name: name.to_owned(),
            journal_id: journal.to_string(),
            life,
        }
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenant {} (life {})", self.name, self.life)
    }
}

/// How far a tenant has been projected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The last event whose rows are there; 0: none is.
    pub seq: u64,
    /// When it happened.
    pub at_ms: TimeMs,
}

/// A tenant as a store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which life of which tenant.
    pub life: Life,
    /// How far it has been projected.
    pub position: Position,
    /// When it was found deleted; none: it is not.
    pub deleted_at: Option<TimeMs>,
}

/// The state of a tenant after an event, kept beside the rows: from it projection goes on after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedState {
    /// The last event that it includes.
    pub seq: u64,
    /// When it happened.
    pub at_ms: TimeMs,
    /// The state as the journal encodes a snapshot.
    pub payload: Vec<u8>,
}

/// What is committed at once: the rows of some events, and that they are there.
#[derive(Clone, Copy, Debug)]
pub struct Commit<'c> {
    /// Whose rows they are.
    pub life: &'c Life,
    /// How far the store must be: the rows follow those of this event.
    pub after_seq: u64,
    /// The rows.
    pub changes: &'c Changes,
    /// How far it is then.
    pub to: Position,
    /// The state at some event up to then, if it is to be kept instead of the one before.
    pub state: Option<&'c SavedState>,
}

impl Commit<'_> {
    /// Whether it is to be written to a store that is at this event.
    fn is_needed_at(&self, found: u64) -> Result<bool, StoreError> {
        match found {
            _ if found == self.after_seq => Ok(true),
            _ if found == self.to.seq => Ok(false),
            _ => Err(StoreError::Elsewhere {
                life: self.life.clone(),
                found,
                expected: self.after_seq,
            }),
        }
    }
}

/// A store of rows. All calls block. Each call is one transaction: done when it returns `Ok`, and undone otherwise, unless the
/// connection broke in the very commit; then [`Store::position`] tells, and committing again is harmless.
pub trait Store: Send {
    /// Every tenant there ever was, by name and life.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tenants(&mut self) -> Result<Vec<Known>, StoreError>;

    /// How far a tenant has been projected; the beginning if the store does not know it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn position(&mut self, life: &Life) -> Result<Position, StoreError> {
        let known = self.tenants()?.into_iter().find(|it| it.life == *life);
        Ok(known.map(|known| known.position).unwrap_or_default())
    }

    /// Writes the rows of some events. What is there already is not written again: if the store is at `to`, nothing is done.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Elsewhere`] if it is neither there nor at `after_seq`.
    fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError>;

    /// The state that was kept last.
    ///
    /// # Errors
    /// [`StoreError`].
    fn saved_state(&mut self, life: &Life) -> Result<Option<SavedState>, StoreError>;

    /// Notes that a tenant was deleted from the journal.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note_deleted(&mut self, life: &Life, at_ms: TimeMs) -> Result<(), StoreError>;

    /// Removes all rows of a tenant, and how far it was projected.
    ///
    /// # Errors
    /// [`StoreError`].
    fn clear(&mut self, life: &Life) -> Result<(), StoreError>;

    /// The rows of a table that belong to a tenant, by key; gaps have a table of their own, of which
    /// [`Store::gaps`] tells.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rows(
        &mut self,
        life: &Life,
        table: &'static Table,
        visit: &mut dyn FnMut(Vec<Value>),
    ) -> Result<(), StoreError>;

    /// The gaps of a tenant, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn gaps(&mut self, life: &Life) -> Result<Vec<Gap>, StoreError>;
}

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not there, busy, or out of room: try again later, after an ever longer pause. The connection is made anew by the next
    /// call.
    #[error("the history store is not available: {0}")]
    Retry(#[source] Source),
    /// It refuses: a wrong password, no such database, no right to write, a damaged file. Nothing changes by trying again.
    #[error("the history store refuses: {0}")]
    Refused(#[source] Source),
    /// It was made by a later version of this program.
    #[error(
        "the history was written by a later version of this program (its schema is {found}, this program knows {known}); \
         use that version"
    )]
    Newer {
        /// The version of its schema.
        found: i32,
        /// The newest version this program knows.
        known: i32,
    },
    /// Its tables are not what this program made.
    #[error("the tables of the history are not those of this program: {0}")]
    Foreign(String),
    /// Somebody else writes it.
    #[error(
        "{life} stands at sequence {found} in the history and not at {expected}: another process writes it, or a copy of the \
         journal does; only one may"
    )]
    Elsewhere {
        /// The tenant.
        life: Life,
        /// Where it stands.
        found: u64,
        /// Where it was expected.
        expected: u64,
    },
}

/// What a library said.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

impl StoreError {
    /// Whether it may be tried again.
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Retry(_))
    }
}

/// The newest version of the schema among migrations, and the newest applied one, told apart.
fn check_version(runner: &refinery::Runner, applied: Option<i32>) -> Result<(), StoreError> {
    let versions = runner.get_migrations().iter().map(|it| it.version());
    let known = versions.max().unwrap_or_default();
    match applied {
        Some(found) if found > known => Err(StoreError::Newer { found, known }),
        _ => Ok(()),
    }
}

/// The same, and an older one told apart: whoever writes brings it up to date.
fn check_current(runner: &refinery::Runner, applied: Option<i32>) -> Result<(), StoreError> {
    check_version(runner, applied)?;
    let newest = runner.get_migrations().iter().map(|it| it.version()).max();
    match applied == newest {
        true => Ok(()),
        false => Err(StoreError::Retry(
            "its tables have not been made yet".into(),
        )),
    }
}
