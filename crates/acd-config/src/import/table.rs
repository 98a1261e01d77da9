//! A CSV file as rows of cells with their places.

use acd_core::config::AGENTS_MAX;
use csv_core::ReadFieldResult;

use super::cell::Cell;
use crate::TEXT_BYTES_MAX;
use crate::nearest::nearest;
use crate::report::{Report, Span};

/// The longest cell, in bytes: an unclosed quote ends there, not with the file.
const CELL_BYTES_MAX: usize = 16 * 1_024;
/// The most rows: ten levels for each agent of the largest tenant.
const ROWS_MAX: usize = 10 * AGENTS_MAX;

/// A row: a cell for each column that the reader knows, empty where the file lacks the column.
pub(super) type Row<const N: usize> = [Cell; N];

/// The rows below the header. What is wrong is reported; a row that has not as many cells as the header is left out.
/// The first column must be there.
pub(super) fn rows<const N: usize>(
    text: &str,
    columns: [&'static str; N],
    report: &Report,
) -> Vec<Row<N>> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the file has {} bytes", text.len());
        report.nowhere("", message, format!("at most {TEXT_BYTES_MAX} are read"));
        return Vec::new();
    }
    let mut records = Records::of(text, report);
    let Some(header) = records.next() else {
        let remedy = format!("begin it with a row of column names: {}", columns.join(","));
        report.nowhere("", "the file is empty", remedy);
        return Vec::new();
    };
    let places = places(&header, columns, report);
    let mut rows = Vec::new();
    if places[0].is_none() {
        return rows;
    }
    for record in records {
        if record.len() != header.len() {
            let span = record[0].span.start..record[record.len() - 1].span.end;
            let message = format!("{} cells below {} columns", record.len(), header.len());
            report.at(
                span,
                "",
                message,
                "give a cell for each column, in quotes if it holds a comma",
            );
        } else if rows.len() == ROWS_MAX {
            report.at(
                record[0].span.clone(),
                "",
                "too many rows",
                format!("at most {ROWS_MAX} are read"),
            );
            break;
        } else {
            let mut record = record;
            rows.push(places.map(|place| {
                place.map_or_else(Cell::default, |at| std::mem::take(&mut record[at]))
            }));
        }
    }
    rows
}

/// Where each column stands in the file.
fn places<const N: usize>(
    header: &[Cell],
    columns: [&'static str; N],
    report: &Report,
) -> [Option<usize>; N] {
    let mut places = [None; N];
    for (at, cell) in header.iter().enumerate() {
        let name = cell.text.trim();
        match columns.iter().position(|column| *column == name) {
            Some(column) if places[column].is_none() => places[column] = Some(at),
            Some(_) => cell.report(
                report,
                name,
                "the column stands here a second time",
                "remove one of them",
            ),
            None => {
                let remedy = match nearest(name, columns) {
                    Some(meant) => format!("did you mean {meant:?}?"),
                    None => format!(
                        "the columns, with commas between them, are {}",
                        columns.join(",")
                    ),
                };
                cell.report(report, name, format!("there is no column {name:?}"), remedy);
            }
        }
    }
    if places[0].is_none() {
        let message = format!("the column {:?} is missing", columns[0]);
        report.at(header[0].span.clone(), columns[0], message, "add it");
    }
    places
}

/// The records of a text.
struct Records<'t> {
    text: &'t str,
    at: usize,
    reader: csv_core::Reader,
    buffer: Vec<u8>,
    report: &'t Report,
}

impl<'t> Records<'t> {
    fn of(text: &'t str, report: &'t Report) -> Self {
        const BYTE_ORDER_MARK: char = '\u{feff}';
        Self {
            text,
            at: text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len(),
            reader: csv_core::Reader::new(),
            buffer: vec![0; CELL_BYTES_MAX],
            report,
        }
    }

    /// The next cell, and whether it ends its record; none at the end of the text.
    fn cell(&mut self, is_first: bool) -> Option<(Cell, bool)> {
        let start = self.at;
        let mut written = 0;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let (result, read, wrote) = self.reader.read_field(rest, &mut self.buffer[written..]);
            self.at += read;
            written += wrote;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    let message = format!("a cell of more than {CELL_BYTES_MAX} bytes");
                    let remedy = "shorten it; or a quote is not closed";
                    self.report
                        .at(self.raw(start, is_first), "", message, remedy);
                    return None;
                }
                ReadFieldResult::Field { record_end } => {
                    let text = String::from_utf8_lossy(&self.buffer[..written]).into_owned();
                    return Some((
                        Cell::new(text, self.raw(start, is_first), self.text),
                        record_end,
                    ));
                }
                ReadFieldResult::End => return None,
            }
        }
    }

    /// The bytes of a cell that began here, without what divides it from others: the ends of lines before the first
    /// cell of a record, and the end of the line or the comma after each.
    fn raw(&self, start: usize, is_first: bool) -> Span {
        let raw = &self.text[start..self.at];
        let ends = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let lead = if is_first { ends } else { 0 };
        let body = raw[lead..].trim_end_matches(['\r', '\n']);
        let body = body.strip_suffix(',').unwrap_or(body);
        start + lead..start + lead + body.len()
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<Cell>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = Vec::new();
        loop {
            let (cell, is_last) = self.cell(record.is_empty())?;
            record.push(cell);
            if is_last {
                return Some(record);
            }
        }
    }
}
