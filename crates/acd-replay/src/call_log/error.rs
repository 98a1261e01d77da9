//! What can be wrong with a call log, and what to do about it.

use std::io;
use std::path::PathBuf;

/// A call log that cannot be read. Every message names the place and the remedy; none quotes a customer.
#[derive(Debug, thiserror::Error)]
pub enum CallLogError {
    /// The file cannot be opened.
    #[error("cannot open call log {}: {source}; check the path and that you may read it", path.display())]
    Open {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed half-way, for instance in a truncated gzip file.
    #[error("line {line}: cannot read on: {source}; the file may be cut off, fetch it again")]
    Read {
        /// Line being read, from 1.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// There is no line in it.
    #[error("the call log is empty; it must begin with a header line")]
    Empty,
    /// Tab separated, but not the bank's header.
    #[error(
        "line 1: tab separated, but not the bank log's header (`vru+line`, `call_id`, ...); \
         restore that header, or convert the log to CSV (docs/call-log-format.md)"
    )]
    UnknownFormat,
    /// A line is longer than the limit.
    #[error(
        "line {line}: longer than {limit} bytes; is this a call log? Shorten the line or raise `max_line_bytes`"
    )]
    LineTooLong {
        /// Line number, from 1.
        line: u64,
        /// The limit, `max_line_bytes`.
        limit: usize,
    },
    /// The file has more lines than the limit.
    #[error("more than {limit} rows; split the log by day or month, or raise `max_rows`")]
    TooManyRows {
        /// The limit, `max_rows`.
        limit: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line}: not UTF-8 text; save the log as UTF-8")]
    NotText {
        /// Line number, from 1.
        line: u64,
    },
    /// A quoted field does not end on its line.
    #[error(
        "line {line}: a quote is opened and not closed; close it on the same line, one call is one line"
    )]
    UnclosedQuote {
        /// Line number, from 1.
        line: u64,
    },
    /// A row has too few or too many columns.
    #[error(
        "line {line}: {found} columns instead of {expected}; give every column, empty if need be, and no more"
    )]
    ColumnCount {
        /// Line number, from 1.
        line: u64,
        /// Columns in this row.
        found: usize,
        /// Columns the format or the header asks for.
        expected: usize,
    },
    /// The header lacks a column that every log must have.
    #[error(
        "line 1: column `{column}` is missing; add it to the header and to every row (separated by commas)"
    )]
    MissingColumn {
        /// The missing column.
        column: &'static str,
    },
    /// The header has a column that the format does not know.
    #[error("line 1: unknown column `{column}`; {}", unknown_column_remedy(*.nearest))]
    UnknownColumn {
        /// The name as written.
        column: String,
        /// The known column that it resembles most.
        nearest: Option<&'static str>,
    },
    /// The header names a column twice.
    #[error("line 1: column `{column}` stands twice; keep one of them")]
    DuplicateColumn {
        /// The repeated column.
        column: &'static str,
    },
    /// A field that cannot be understood.
    #[error("line {line}, column `{column}`: {shown} is not {expected}", shown = shown(.value))]
    Field {
        /// Line number, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What must stand there.
        expected: String,
    },
    /// Two rows have the same id.
    #[error(
        "line {line}, column `id`: `{id}` already names the call of line {first_line}; give each call its own id"
    )]
    DuplicateId {
        /// Line of the second use, from 1.
        line: u64,
        /// The id.
        id: String,
        /// Line of the first use.
        first_line: u64,
    },
}

fn unknown_column_remedy(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "remove it, or see docs/call-log-format.md for the columns (separated by commas)"
            .to_owned(),
    }
}

/// The offending value, short enough for one line of a terminal.
fn shown(value: &str) -> String {
    const MAX_SHOWN_CHARS: usize = 40;
    if value.is_empty() {
        "an empty field".to_owned()
    } else if value.chars().count() > MAX_SHOWN_CHARS {
        let head: String = value.chars().take(MAX_SHOWN_CHARS).collect();
        format!("`{head}...`")
    } else {
        format!("`{value}`")
    }
}
