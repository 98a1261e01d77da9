//! Why stored bytes are no record.

use super::SCHEMA_VERSION;

/// Stored bytes that this program cannot turn into a record or a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// A later program wrote it.
    #[error(
        "schema_version is {found}, but this program reads up to {SCHEMA_VERSION}: start the version of acd that wrote \
         this journal, or a later one"
    )]
    NewerSchema {
        /// The version it was written with.
        found: u32,
    },
    /// The bytes are no protobuf message of this schema.
    #[error("the bytes are no message of acd.journal.v1 ({0}): restore the journal from a backup")]
    Malformed(#[from] prost::DecodeError),
    /// One field has no meaning.
    #[error("{path}: {fault}: restore the journal from a backup")]
    Field {
        /// The way to the field, as `events[2].OfferMade.decision.winner`.
        path: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The state cannot become bytes.
    #[error(
        "state: cannot be written ({0}): go on without this snapshot, the events hold everything"
    )]
    StateUnwritable(#[from] rmp_serde::encode::Error),
    /// The state in a snapshot cannot be read.
    #[error("state: cannot be read ({0}): start from an older snapshot, or from the first event")]
    StateUnreadable(#[from] rmp_serde::decode::Error),
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It must be there and is not, or holds a variant this program does not know.
    #[error("is missing")]
    Missing,
    /// No such value in its enumeration.
    #[error("holds the unknown value {0}")]
    UnknownValue(i32),
    /// No such code in its list.
    #[error("holds the unknown code {0:?}")]
    UnknownCode(String),
    /// Too large for what it means.
    #[error("holds {0}, which is out of range")]
    OutOfRange(u64),
    /// No routing configuration.
    #[error("holds no routing configuration ({0})")]
    Config(String),
    /// It contradicts the entry or snapshot that carries it.
    #[error("differs from what the log filed it under")]
    Misfiled,
}

impl Fault {
    /// The fault of the field of this name.
    pub(super) fn at(self, name: &str) -> FieldError {
        FieldError {
            path: name.to_owned(),
            fault: self,
        }
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self {
            path: String::new(),
            fault,
        }
    }
}

/// A fault with the way to it, which grows on the way out.
#[derive(Debug)]
pub(super) struct FieldError {
    path: String,
    fault: Fault,
}

impl FieldError {
    /// The same, seen from the message that holds the field `name`.
    pub(super) fn within(mut self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }

    /// The same, seen from the list whose element `index` it is.
    pub(super) fn within_element(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl From<FieldError> for CodecError {
    fn from(FieldError { path, fault }: FieldError) -> Self {
        Self::Field { path, fault }
    }
}
