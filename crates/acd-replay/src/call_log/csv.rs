//! Our own call log format: CSV with a header, documented in docs/call-log-format.md.

use std::io::{self, BufRead, Cursor, Read};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use jiff::civil::DateTime;
use serde::Deserialize;

use super::lines::Lines;
use super::{
    CallLog, CallLogError, Customer, Format, LoggedCall, LoggedOutcome, SeenIds, civil_ms,
};

/// Longest text in one field (id, class, agent, customer), in bytes.
const MAX_FIELD_BYTES: usize = 256;
/// Longest duration in one field: a day.
const MAX_DURATION_MS: i64 = 24 * 60 * 60 * 1_000;

/// The columns of a row, as text. A column that the log does not have is empty.
#[derive(Deserialize)]
struct Row<'r> {
    id: &'r str,
    arrived_at: &'r str,
    class: &'r str,
    waited_s: &'r str,
    outcome: &'r str,
    #[serde(default)]
    agent: &'r str,
    #[serde(default)]
    talk_s: &'r str,
    #[serde(default)]
    customer: &'r str,
    #[serde(default)]
    priority: &'r str,
    #[serde(default)]
    head_start_s: &'r str,
}

/// The columns that every log has.
const REQUIRED: [&str; 5] = ["id", "arrived_at", "class", "waited_s", "outcome"];
/// The columns that a log may have.
const OPTIONAL: [&str; 5] = ["agent", "talk_s", "customer", "priority", "head_start_s"];

/// Reads the rows after `header`.
pub(super) fn read(header: &str, lines: &mut Lines<impl BufRead>) -> Result<CallLog, CallLogError> {
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(Records::new(header, lines));
    let names = reader.headers();
    let names = names.map_err(|error| fault(error, 1))?.clone();
    check_header(&names)?;
    let mut calls = Vec::new();
    let mut ids = SeenIds::default();
    let mut record = StringRecord::new();
    loop {
        reader.get_mut().begin();
        let read = reader.read_record(&mut record);
        let line = reader.get_ref().lines.line();
        if !read.map_err(|error| fault(error, line))? {
            break;
        }
        let row: Row<'_> = record
            .deserialize(Some(&names))
            .expect("texts under the names of a checked header");
        let call = row.call().map_err(|wrong| wrong.at(line))?;
        ids.insert(&call.id, line)?;
        calls.push(call);
    }
    Ok(CallLog {
        calls,
        skipped: Default::default(),
        format: Format::Csv,
    })
}

/// The lines of a log for the CSV reader, which asks for more while a record is not complete. A record is one line: an
/// unclosed quote is an error there, and cannot swallow the file.
struct Records<'l, R> {
    lines: &'l mut Lines<R>,
    /// What is left of the line that is read.
    rest: Cursor<Vec<u8>>,
    /// Whether a record begins, so that a line may follow.
    begins: bool,
}

impl<'l, R: BufRead> Records<'l, R> {
    fn new(header: &str, lines: &'l mut Lines<R>) -> Self {
        Self {
            lines,
            rest: Cursor::new(format!("{header}\n").into_bytes()),
            begins: false,
        }
    }

    /// The next record may be read.
    fn begin(&mut self) {
        self.begins = true;
    }
}

impl<R: BufRead> Read for Records<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.position() == self.rest.get_ref().len() as u64 {
            if !std::mem::take(&mut self.begins) {
                let line = self.lines.line();
                return Err(io::Error::other(CallLogError::UnclosedQuote { line }));
            }
            let Some((_, text)) = self.lines.next_filled().map_err(io::Error::other)? else {
                return Ok(0);
            };
            let line = self.rest.get_mut();
            line.clear();
            line.extend_from_slice(text.as_bytes());
            line.push(b'\n');
            self.rest.set_position(0);
        }
        self.rest.read(buffer)
    }
}

/// What an error of the CSV reader means.
fn fault(error: csv::Error, line: u64) -> CallLogError {
    match error.into_kind() {
        ErrorKind::Io(error) => error
            .downcast()
            .unwrap_or_else(|source| CallLogError::Read { line, source }),
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => CallLogError::ColumnCount {
            line,
            found: len as usize,
            expected: expected_len as usize,
        },
        other => unreachable!("lines are text, and are not deserialized here: {other:?}"),
    }
}

fn check_header(names: &StringRecord) -> Result<(), CallLogError> {
    let known = || REQUIRED.into_iter().chain(OPTIONAL);
    let mut seen = Vec::new();
    for name in names {
        let Some(column) = known().find(|column| *column == name) else {
            return Err(CallLogError::UnknownColumn {
                column: name.to_owned(),
                nearest: nearest(name, known()),
            });
        };
        if seen.contains(&column) {
            return Err(CallLogError::DuplicateColumn { column });
        }
        seen.push(column);
    }
    let missing = REQUIRED.into_iter().find(|column| !seen.contains(column));
    missing.map_or(Ok(()), |column| Err(CallLogError::MissingColumn { column }))
}

/// The candidate most like `word`, if one is alike at all.
fn nearest(word: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    const ALIKE: f64 = 0.75;
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A field that cannot be understood.
struct Wrong {
    column: &'static str,
    value: String,
    expected: String,
}

impl Wrong {
    fn new(column: &'static str, value: &str, expected: impl Into<String>) -> Self {
        Self {
            column,
            value: value.to_owned(),
            expected: expected.into(),
        }
    }

    fn at(self, line: u64) -> CallLogError {
        CallLogError::Field {
            line,
            column: self.column,
            value: self.value,
            expected: self.expected,
        }
    }
}

impl Row<'_> {
    fn call(&self) -> Result<LoggedCall, Wrong> {
        Ok(LoggedCall {
            id: required("id", self.id)?,
            // A customer is personal data and stays out of messages.
            customer: optional("customer", self.customer)
                .map_err(|wrong| Wrong {
                    value: "(redacted)".to_owned(),
                    ..wrong
                })?
                .map(Customer),
            class: required("class", self.class)?,
            priority: self.priority()?,
            head_start_ms: duration_ms("head_start_s", self.head_start_s)?.unwrap_or(0),
            arrived_at_ms: self.arrived_at_ms()?,
            waited_ms: duration_ms("waited_s", &required("waited_s", self.waited_s)?)?.unwrap_or(0),
            outcome: self.outcome()?,
        })
    }

    fn priority(&self) -> Result<i32, Wrong> {
        let expected = "a whole number; write 0, or more to be served first";
        match self.priority {
            "" => Ok(0),
            text => text
                .parse()
                .map_err(|_| Wrong::new("priority", text, expected)),
        }
    }

    fn arrived_at_ms(&self) -> Result<i64, Wrong> {
        let text = required("arrived_at", self.arrived_at)?;
        let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
        let mut read = formats
            .iter()
            .filter_map(|format| DateTime::strptime(format, &text).ok());
        let expected =
            "a civil time; write YYYY-MM-DDTHH:MM:SS, such as 2024-03-01T09:05:00, without a zone";
        let instant = read.next().and_then(civil_ms);
        instant.ok_or_else(|| Wrong::new("arrived_at", &text, expected))
    }

    fn outcome(&self) -> Result<LoggedOutcome, Wrong> {
        let agent = optional("agent", self.agent)?;
        let talk_ms = duration_ms("talk_s", self.talk_s)?;
        match self.outcome {
            "answered" => Ok(LoggedOutcome::Answered { agent, talk_ms }),
            "abandoned" if agent.is_some() => Err(only_if_answered("agent", self.agent)),
            "abandoned" if talk_ms.is_some() => Err(only_if_answered("talk_s", self.talk_s)),
            "abandoned" => Ok(LoggedOutcome::Abandoned),
            other => {
                let other = required("outcome", other)?;
                let expected = match nearest(&other, ["answered", "abandoned"]) {
                    Some(near) => format!("an outcome; did you mean `{near}`?"),
                    None => "an outcome; write `answered` or `abandoned`".to_owned(),
                };
                Err(Wrong::new("outcome", &other, expected))
            }
        }
    }
}

/// The field's text; `None` if it is empty.
fn optional(column: &'static str, text: &str) -> Result<Option<String>, Wrong> {
    if text.len() > MAX_FIELD_BYTES {
        let expected = format!("at most {MAX_FIELD_BYTES} bytes long; shorten it");
        return Err(Wrong::new(column, text, expected));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn required(column: &'static str, text: &str) -> Result<String, Wrong> {
    let expected = "allowed here; fill it in every row";
    optional(column, text)?.ok_or_else(|| Wrong::new(column, "", expected))
}

fn only_if_answered(column: &'static str, text: &str) -> Wrong {
    let expected = "possible for a caller who abandoned; leave it empty, or write `answered`";
    Wrong::new(column, text, expected)
}

fn duration_ms(column: &'static str, text: &str) -> Result<Option<i64>, Wrong> {
    let expected = "seconds; write 0 to 86400 with at most three decimals, such as 12.5";
    if text.is_empty() {
        return Ok(None);
    }
    let read = parse_seconds_as_ms(text).filter(|duration_ms| *duration_ms <= MAX_DURATION_MS);
    read.map(Some)
        .ok_or_else(|| Wrong::new(column, text, expected))
}

/// Seconds with at most three decimals, read exactly: binary fractions would make 0.029 s into 28 ms.
fn parse_seconds_as_ms(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || decimals.len() > 3 {
        return None;
    }
    let whole_ms = whole.parse::<i64>().ok()?.checked_mul(1_000)?;
    whole_ms.checked_add(format!("{decimals:0<3}").parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::{ReadLimits, read as read_log};
    use super::*;

    const FULL: &str = "\
id,arrived_at,class,waited_s,outcome,agent,talk_s,customer,priority,head_start_s
a1,2024-03-01T09:05:00,support,12.5,answered,nora,185,c-7,3,90
a2,2024-03-01 09:05:01.250,\"sales, new\",7,abandoned,,,,,
";

    fn log_of(text: &str) -> Result<CallLog, CallLogError> {
        read_log(text.as_bytes(), ReadLimits::default())
    }

    fn message_of(text: &str) -> String {
        log_of(text)
            .expect_err("a log that must be refused")
            .to_string()
    }

    /// A log of the required columns with one row.
    fn row(fields: &str) -> String {
        format!("id,arrived_at,class,waited_s,outcome\n{fields}\n")
    }

    #[test]
    fn every_column_is_read() {
        let log = log_of(FULL).expect("a valid log");
        assert_eq!((log.format, log.skipped.len()), (Format::Csv, 0));
        let answered = &log.calls[0];
        assert_eq!(
            (answered.id.as_str(), answered.class.as_str()),
            ("a1", "support")
        );
        assert_eq!(
            answered.customer.as_ref().map(Customer::as_str),
            Some("c-7")
        );
        assert_eq!(
            (
                answered.priority,
                answered.head_start_ms,
                answered.waited_ms
            ),
            (3, 90_000, 12_500)
        );
        let outcome = LoggedOutcome::Answered {
            agent: Some("nora".to_owned()),
            talk_ms: Some(185_000),
        };
        assert_eq!(answered.outcome, outcome);
        let abandoned = &log.calls[1];
        assert_eq!(
            (abandoned.class.as_str(), abandoned.patience_ms()),
            ("sales, new", Some(7_000))
        );
        assert_eq!(abandoned.arrived_at_ms - answered.arrived_at_ms, 1_250);
    }

    #[test]
    fn optional_columns_may_be_absent_and_the_order_is_free() {
        let log =
            log_of("outcome,waited_s,class,arrived_at,id\nanswered,0,x,2024-03-01T00:00:00,1\n")
                .expect("valid");
        let call = &log.calls[0];
        assert_eq!(
            (call.priority, call.head_start_ms, &call.customer),
            (0, 0, &None)
        );
        assert_eq!(
            call.outcome,
            LoggedOutcome::Answered {
                agent: None,
                talk_ms: None
            }
        );
    }

    #[test]
    fn spreadsheet_files_with_a_byte_order_mark_crlf_and_blank_lines_are_read() {
        let text = format!("\u{feff}{}\n\n", FULL).replace('\n', "\r\n");
        assert_eq!(log_of(&text).expect("valid"), log_of(FULL).expect("valid"));
    }

    #[test]
    fn gzip_is_told_by_content() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, FULL.as_bytes()).expect("in memory");
        let bytes = gzip.finish().expect("in memory");
        assert_eq!(
            read_log(&bytes[..], ReadLimits::default()).expect("valid"),
            log_of(FULL).expect("valid")
        );
        let cut = read_log(&bytes[..bytes.len() - 12], ReadLimits::default()).expect_err("cut off");
        assert!(matches!(cut, CallLogError::Read { .. }), "{cut}");
    }

    #[test]
    fn a_header_that_is_not_understood_is_named_with_its_remedy() {
        let cases = [
            (
                "",
                "the call log is empty; it must begin with a header line",
            ),
            (
                "id,arived_at\n",
                "line 1: unknown column `arived_at`; did you mean `arrived_at`?",
            ),
            (
                "Talk_S\n",
                "line 1: unknown column `Talk_S`; did you mean `talk_s`?",
            ),
            (
                "zzz\n",
                "line 1: unknown column `zzz`; remove it, or see docs/call-log-format.md for the columns (separated by commas)",
            ),
            (
                "id,id\n",
                "line 1: column `id` stands twice; keep one of them",
            ),
            (
                "id,class\n",
                "line 1: column `arrived_at` is missing; add it to the header and to every row (separated by commas)",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(message_of(text), message);
        }
        assert!(matches!(log_of("a\tb\n"), Err(CallLogError::UnknownFormat)));
    }

    #[test]
    fn a_field_that_is_not_understood_is_named_with_its_line_and_remedy() {
        let cases = [
            (
                ",2024-03-01T00:00:00,x,0,answered",
                "line 2, column `id`: an empty field is not allowed here; fill it in every row",
            ),
            (
                "1,2024-03-01T00:00:00Z,x,0,answered",
                "line 2, column `arrived_at`: `2024-03-01T00:00:00Z` is not a civil time; write YYYY-MM-DDTHH:MM:SS, such as 2024-03-01T09:05:00, without a zone",
            ),
            (
                "1,2024-03-01T00:00:00,x,-1,answered",
                "line 2, column `waited_s`: `-1` is not seconds; write 0 to 86400 with at most three decimals, such as 12.5",
            ),
            (
                "1,2024-03-01T00:00:00,x,86400.001,answered",
                "line 2, column `waited_s`: `86400.001` is not seconds; write 0 to 86400 with at most three decimals, such as 12.5",
            ),
            (
                "1,2024-03-01T00:00:00,x,0,answred",
                "line 2, column `outcome`: `answred` is not an outcome; did you mean `answered`?",
            ),
            (
                "1,2024-03-01T00:00:00,x,0,?",
                "line 2, column `outcome`: `?` is not an outcome; write `answered` or `abandoned`",
            ),
            (
                "1,2024-03-01T00:00:00,x,0",
                "line 2: 4 columns instead of 5; give every column, empty if need be, and no more",
            ),
            (
                "1,2024-03-01T00:00:00,\"x,0,answered",
                "line 2: a quote is opened and not closed; close it on the same line, one call is one line",
            ),
        ];
        for (fields, message) in cases {
            assert_eq!(message_of(&row(fields)), message);
        }
    }

    #[test]
    fn an_abandoned_call_has_neither_agent_nor_talk_time() {
        let text = "id,arrived_at,class,waited_s,outcome,agent\n1,2024-03-01T00:00:00,x,0,abandoned,nora\n";
        assert_eq!(
            message_of(text),
            "line 2, column `agent`: `nora` is not possible for a caller who abandoned; leave it empty, or write `answered`"
        );
    }

    #[test]
    fn an_id_used_twice_is_refused() {
        let once = "1,2024-03-01T00:00:00,x,0,answered";
        let message = message_of(&row(&format!("{once}\n{once}")));
        assert_eq!(
            message,
            "line 3, column `id`: `1` already names the call of line 2; give each call its own id"
        );
    }

    #[test]
    fn a_customer_is_never_shown() {
        let long = "7".repeat(MAX_FIELD_BYTES + 1);
        let text = format!(
            "id,arrived_at,class,waited_s,outcome,customer\n1,2024-03-01T00:00:00,x,0,answered,{long}\n"
        );
        assert!(!message_of(&text).contains("777"));
        let log = log_of(FULL).expect("valid");
        assert!(!format!("{log:?}").contains("c-7"));
    }

    #[test]
    fn limits_hold_at_their_value_and_refuse_one_more() {
        let text = "id,arrived_at,class,waited_s,outcome\n1,2024-03-01T00:00:00,x,0,answered\n";
        let (header, rows) = (text.lines().next().expect("a header").len(), 2);
        let read = |max_line_bytes, max_rows| {
            read_log(
                text.as_bytes(),
                ReadLimits {
                    max_line_bytes,
                    max_rows,
                },
            )
        };
        assert!(read(header, rows).is_ok());
        assert!(matches!(
            read(header - 1, rows),
            Err(CallLogError::LineTooLong { line: 1, .. })
        ));
        assert!(matches!(
            read(header, rows - 1),
            Err(CallLogError::TooManyRows { limit: 1 })
        ));
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let error = read_log(std::io::repeat(b'a'), ReadLimits::default()).expect_err("endless");
        assert!(
            matches!(error, CallLogError::LineTooLong { line: 1, .. }),
            "{error}"
        );
    }

    #[test]
    fn seconds_are_read_exactly() {
        assert_eq!(parse_seconds_as_ms("0.029"), Some(29));
        assert_eq!(parse_seconds_as_ms("12.5"), Some(12_500));
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "1.2345",
            "+1",
            "1e3",
            "99999999999999999999",
        ] {
            assert_eq!(parse_seconds_as_ms(wrong), None, "{wrong}");
        }
    }
}
