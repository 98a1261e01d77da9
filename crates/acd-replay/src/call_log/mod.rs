//! Reading call logs into one model.
//!
//! [`read_path`] and [`read`] tell the formats apart by content, never by file name: gzip by its magic bytes, the
//! Anonymous Bank's TSV by its header, and all else is taken for our own CSV (docs/call-log-format.md).
//!
//! Time in a log is civil time without a zone. It is laid on one plain time line: milliseconds since 1970-01-01T00:00 of
//! that same civil clock. A day is always 24 hours here, and an hour that a DST change skips or repeats is not mended.

mod bank;
mod csv;
mod error;
mod lines;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

pub use error::CallLogError;
use lines::Lines;

/// Longest line accepted by default, in bytes without the line end.
pub const DEFAULT_MAX_LINE_BYTES: usize = 16 * 1024;
/// Most rows accepted by default, header and skipped rows included: some years of a large call centre.
pub const DEFAULT_MAX_ROWS: u64 = 5_000_000;

/// How much of a log is read before it is refused, so that a wrong file cannot exhaust memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Longest line, in bytes without the line end.
    pub max_line_bytes: usize,
    /// Most lines of the file, header included.
    pub max_rows: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            max_rows: DEFAULT_MAX_ROWS,
        }
    }
}

/// A call log in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLog {
    /// The contacts, by arrival; those of one instant stand in the order of the file.
    pub calls: Vec<LoggedCall>,
    /// Rows of the file that are not contacts, counted by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// The format the file turned out to have.
    pub format: Format,
}

impl CallLog {
    /// The classes that occur in the log.
    pub fn classes(&self) -> BTreeSet<&str> {
        self.calls.iter().map(|call| call.class.as_str()).collect()
    }
}

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own CSV, documented in docs/call-log-format.md.
    Csv,
    /// The tab separated log of the Anonymous Bank (Technion, 1999).
    AnonymousBank,
}

/// Why a row is not a contact. Every reason is a documented property of the bank log; our own CSV skips nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The bank's PHANTOM rows, which its field guide says to ignore.
    Phantom,
    /// Hung up inside the voice menu: never waited for an agent.
    LeftInVoiceMenu,
    /// The columns of this row are shifted, so that its fields cannot be told apart.
    ShiftedColumns,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phantom => "phantom",
            Self::LeftInVoiceMenu => "left in the voice menu",
            Self::ShiftedColumns => "shifted columns",
        })
    }
}

/// One contact as the log recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// Names the contact; unique within the log.
    pub id: String,
    /// The caller, if the log identified one.
    pub customer: Option<Customer>,
    /// The type of service asked for: what the report groups by and what a roster's agents can serve.
    pub class: String,
    /// Contact priority, higher first; 0 unless the log says otherwise.
    pub priority: i32,
    /// Queue credit the caller starts with.
    pub head_start_ms: i64,
    /// When the caller began to wait for an agent: civil time on the plain time line.
    pub arrived_at_ms: i64,
    /// How long they waited until `outcome`.
    pub waited_ms: i64,
    /// How the wait ended in reality.
    pub outcome: LoggedOutcome,
}

impl LoggedCall {
    /// After how long a wait this caller hangs up, if not answered by then. Known only of callers who did: how much
    /// longer an answered one would have stayed, nobody recorded.
    pub fn patience_ms(&self) -> Option<i64> {
        match self.outcome {
            LoggedOutcome::Abandoned => Some(self.waited_ms),
            LoggedOutcome::Answered { .. } => None,
        }
    }

    /// The instant the wait ended in reality.
    pub fn wait_ended_at_ms(&self) -> i64 {
        self.arrived_at_ms + self.waited_ms
    }
}

/// How a wait ended in reality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedOutcome {
    /// An agent answered.
    Answered {
        /// Who; `None` where the log does not name them.
        agent: Option<String>,
        /// How long they talked; `None` where the log does not say.
        talk_ms: Option<i64>,
    },
    /// The caller hung up while waiting.
    Abandoned,
}

/// Identifies a caller. Personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Customer(String);

impl Customer {
    /// The key itself, for handing to the engine; not for logs or messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer(redacted)")
    }
}

/// Reads the call log at `path`, in whichever format it has.
pub fn read_path(path: &Path, limits: ReadLimits) -> Result<CallLog, CallLogError> {
    let file = File::open(path).map_err(|source| CallLogError::Open {
        path: path.to_owned(),
        source,
    })?;
    read(file, limits)
}

/// Reads a call log from `source`, in whichever format it has.
pub fn read(source: impl Read, limits: ReadLimits) -> Result<CallLog, CallLogError> {
    const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
    let mut source = BufReader::new(source);
    let head = source
        .fill_buf()
        .map_err(|source| CallLogError::Read { line: 1, source })?;
    if head.starts_with(&GZIP_MAGIC) {
        read_text(BufReader::new(MultiGzDecoder::new(source)), limits)
    } else {
        read_text(source, limits)
    }
}

fn read_text(source: impl BufRead, limits: ReadLimits) -> Result<CallLog, CallLogError> {
    let mut lines = Lines::new(source, limits);
    let header = match lines.next_filled()? {
        Some((_, header)) => header.to_owned(),
        None => return Err(CallLogError::Empty),
    };
    let mut log = if bank::is_header(&header) {
        bank::read(&mut lines)?
    } else if header.contains('\t') {
        return Err(CallLogError::UnknownFormat);
    } else {
        csv::read(&header, &mut lines)?
    };
    log.calls.sort_by_key(|call| call.arrived_at_ms);
    Ok(log)
}

/// An instant on the plain time line; `None` if it is out of the range of instants.
pub fn civil_ms(at: DateTime) -> Option<i64> {
    let instant = at.to_zoned(TimeZone::UTC).ok()?;
    Some(instant.timestamp().as_millisecond())
}

/// Refuses an id that a log uses twice, naming both lines.
#[derive(Default)]
struct SeenIds(HashMap<String, u64>);

impl SeenIds {
    fn insert(&mut self, id: &str, line: u64) -> Result<(), CallLogError> {
        match self.0.insert(id.to_owned(), line) {
            None => Ok(()),
            Some(first_line) => Err(CallLogError::DuplicateId {
                line,
                id: id.to_owned(),
                first_line,
            }),
        }
    }
}
