//! Reports in the forms that others read: a table for a terminal, CSV, JSON, Parquet.
//!
//! The columns of files are named the same everywhere, and each has one unit, which stands in the name of a length
//! (`_ms`). A figure without a denominator is empty (null), never zero. CSV and Parquet hold the rows and no totals, for
//! whoever reads them adds up; JSON has both.

mod csv;
mod flat;
mod json;
mod parquet;
mod terminal;

#[cfg(test)]
mod tests;

pub use self::csv::csv;
pub use self::json::json;
pub use self::parquet::parquet;
pub use self::terminal::terminal;
pub(crate) use self::terminal::{
    change_text, column_text, judged_text, key_text, meaning, shown_keys, trend_text,
};

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Whatever takes it failed.
    #[error("the report cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// It does not fit the form.
    #[error("the report cannot be written as Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}
