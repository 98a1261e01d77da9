//! A CSV file as rows of cells with their places.

use acd_core::config::AGENTS_MAX;
use csv::StringRecord;

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
    /// Where the reader's input begins in the text.
    from: usize,
    reader: csv::Reader<&'t [u8]>,
    record: StringRecord,
    report: &'t Report,
}

impl<'t> Records<'t> {
    fn of(text: &'t str, report: &'t Report) -> Self {
        const BYTE_ORDER_MARK: char = '\u{feff}';
        let body = text.trim_start_matches(BYTE_ORDER_MARK);
        Self {
            text,
            from: text.len() - body.len(),
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(body.as_bytes()),
            record: StringRecord::new(),
            report,
        }
    }

    /// How far the text is read.
    fn at(&self) -> usize {
        let read = usize::try_from(self.reader.position().byte());
        self.from + read.expect("within the text")
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<Cell>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at();
        let more = self.reader.read_record(&mut self.record);
        if !more.expect("text in memory, of any number of cells") {
            return None;
        }
        let spans = spans(&self.text[start..self.at()], start);
        let mut cells = Vec::new();
        for (text, span) in self.record.iter().zip(spans) {
            if text.len() > CELL_BYTES_MAX {
                let message = format!("a cell of more than {CELL_BYTES_MAX} bytes");
                let remedy = "shorten it; or a quote is not closed";
                self.report.at(span, "", message, remedy);
                return None;
            }
            cells.push(Cell::new(text.to_owned(), span, self.text));
        }
        Some(cells)
    }
}

/// Where the cells of a record stand that was read from `start`, with the ends of lines before and after it.
fn spans(raw: &str, start: usize) -> Vec<Span> {
    const ENDS: [char; 2] = ['\r', '\n'];
    let body = raw.trim_start_matches(ENDS);
    let start = start + raw.len() - body.len();
    let body = body.trim_end_matches(ENDS);
    let (mut spans, mut from) = (Vec::new(), 0);
    let (mut is_quoted, mut closed_at) = (false, None);
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'"' if is_quoted => (is_quoted, closed_at) = (false, Some(at)),
            // It opens a cell, or is the second one of two that stand for one.
            b'"' if at == from || closed_at == at.checked_sub(1) => is_quoted = true,
            b',' if !is_quoted => {
                spans.push(start + from..start + at);
                from = at + 1;
            }
            _ => {}
        }
    }
    spans.push(start + from..start + body.len());
    spans
}
