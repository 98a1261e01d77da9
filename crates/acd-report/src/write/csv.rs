//! Rows of CSV, after a row with the names of the columns.

use std::io::Write;

use super::WriteError;
use super::flat::{Instants, Plain, cells, columns};
use crate::report::Report;

/// Writes the rows as CSV: comma, UTF-8, a point before decimals; instants in RFC 3339 on the clock of the zone; nothing
/// for none.
///
/// # Errors
/// What takes it failed.
pub fn csv(out: impl Write, report: &Report) -> Result<(), WriteError> {
    let instants = Instants::of(report);
    let mut writer = ::csv::Writer::from_writer(out);
    let names = columns(report).into_iter().map(|column| column.name);
    writer.write_record(names).map_err(io)?;
    for row in &report.rows {
        let cells = cells(report, row).into_iter();
        let cells = cells.map(|cell| cell.map_or_else(String::new, |it| text(it, &instants)));
        writer.write_record(cells).map_err(io)?;
    }
    Ok(writer.flush()?)
}

fn io(error: ::csv::Error) -> WriteError {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error.into(),
        other => std::io::Error::other(format!("{other:?}")).into(),
    }
}

fn text(plain: Plain, instants: &Instants) -> String {
    match plain {
        Plain::Text(text) => text,
        Plain::Integer(number) => number.to_string(),
        Plain::Real(number) => number.to_string(),
        Plain::Decimal(amount) => amount.to_string(),
        Plain::Boolean(is) => is.to_string(),
        Plain::Instant(at) => instants.text(at),
    }
}
