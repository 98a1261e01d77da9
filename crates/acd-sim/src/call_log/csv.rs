//! Our own call log format: CSV with a header, documented in docs/call-log-format.md.

use std::io::BufRead;

use chrono::NaiveDateTime;
use csv_core::ReadRecordResult;

use super::lines::Lines;
use super::{CallLog, CallLogError, Customer, Format, LoggedCall, LoggedOutcome, SeenIds};

/// Longest text in one field (id, class, agent, customer), in bytes.
const MAX_FIELD_BYTES: usize = 256;
/// Longest duration in one field: a day.
const MAX_DURATION_MS: i64 = 24 * 60 * 60 * 1_000;

/// Most columns a header may have: twice what the format knows, enough to name a wrong one.
const MAX_COLUMNS: usize = 2 * Column::ALL.len();

/// The columns of the format, in the order of [`Column::ALL`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    ArrivedAt,
    Class,
    WaitedS,
    Outcome,
    Agent,
    TalkS,
    Customer,
    Priority,
    HeadStartS,
}

impl Column {
    const ALL: [Self; 10] = [
        Self::Id,
        Self::ArrivedAt,
        Self::Class,
        Self::WaitedS,
        Self::Outcome,
        Self::Agent,
        Self::TalkS,
        Self::Customer,
        Self::Priority,
        Self::HeadStartS,
    ];
    const REQUIRED: [Self; 5] = [
        Self::Id,
        Self::ArrivedAt,
        Self::Class,
        Self::WaitedS,
        Self::Outcome,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::ArrivedAt => "arrived_at",
            Self::Class => "class",
            Self::WaitedS => "waited_s",
            Self::Outcome => "outcome",
            Self::Agent => "agent",
            Self::TalkS => "talk_s",
            Self::Customer => "customer",
            Self::Priority => "priority",
            Self::HeadStartS => "head_start_s",
        }
    }
}

/// Reads the rows after `header`.
pub(super) fn read(header: &str, lines: &mut Lines<impl BufRead>) -> Result<CallLog, CallLogError> {
    let mut splitter = Splitter::new();
    let layout = Layout::from_header(&splitter.split(1, header)?)?;
    let mut calls = Vec::new();
    let mut ids = SeenIds::default();
    while let Some((line, text)) = lines.next_filled()? {
        let fields = splitter.split(line, text)?;
        if fields.len() != layout.columns {
            return Err(CallLogError::ColumnCount {
                line,
                found: fields.len(),
                expected: layout.columns,
            });
        }
        let call = Row {
            line,
            fields: &fields,
            layout: &layout,
        }
        .call()?;
        ids.insert(&call.id, line)?;
        calls.push(call);
    }
    Ok(CallLog {
        calls,
        skipped: Default::default(),
        format: Format::Csv,
    })
}

/// Cuts one line into its fields. It keeps its buffers from line to line.
struct Splitter {
    reader: csv_core::Reader,
    output: Vec<u8>,
    ends: [usize; MAX_COLUMNS],
}

impl Splitter {
    fn new() -> Self {
        Self {
            reader: csv_core::Reader::new(),
            output: Vec::new(),
            ends: [0; MAX_COLUMNS],
        }
    }

    /// The fields of `text`, which is one line without its end.
    fn split(&mut self, line: u64, text: &str) -> Result<Vec<&str>, CallLogError> {
        let input = format!("{text}\n");
        self.output.resize(input.len(), 0);
        let (result, _, _, fields) =
            self.reader
                .read_record(input.as_bytes(), &mut self.output, &mut self.ends);
        match result {
            ReadRecordResult::Record => {}
            ReadRecordResult::OutputEndsFull => {
                return Err(CallLogError::ColumnCount {
                    line,
                    found: MAX_COLUMNS + 1,
                    expected: Column::ALL.len(),
                });
            }
            // The line end was taken for part of a quoted field. The output cannot be full: it is as long as the input.
            ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::End => {
                return Err(CallLogError::UnclosedQuote { line });
            }
        }
        let mut start = 0;
        let mut cut = Vec::with_capacity(fields);
        for &end in &self.ends[..fields] {
            let field = std::str::from_utf8(&self.output[start..end])
                .map_err(|_| CallLogError::NotText { line })?;
            cut.push(field.trim());
            start = end;
        }
        Ok(cut)
    }
}

/// Where each column stands in the file.
struct Layout {
    places: [Option<usize>; Column::ALL.len()],
    columns: usize,
}

impl Layout {
    fn from_header(names: &[&str]) -> Result<Self, CallLogError> {
        let mut places = [None; Column::ALL.len()];
        for (place, name) in names.iter().enumerate() {
            let column = Column::ALL
                .into_iter()
                .find(|column| column.name() == *name);
            let column = column.ok_or_else(|| CallLogError::UnknownColumn {
                column: (*name).to_owned(),
                nearest: nearest(name, Column::ALL.map(Column::name)),
            })?;
            if places[column as usize].replace(place).is_some() {
                return Err(CallLogError::DuplicateColumn {
                    column: column.name(),
                });
            }
        }
        match Column::REQUIRED
            .into_iter()
            .find(|column| places[*column as usize].is_none())
        {
            Some(column) => Err(CallLogError::MissingColumn {
                column: column.name(),
            }),
            None => Ok(Self {
                places,
                columns: names.len(),
            }),
        }
    }
}

/// The candidate most like `word`, if one is alike at all.
fn nearest<const N: usize>(word: &str, candidates: [&'static str; N]) -> Option<&'static str> {
    const ALIKE: f64 = 0.75;
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// One row of the log, as wide as the header.
struct Row<'a> {
    line: u64,
    fields: &'a [&'a str],
    layout: &'a Layout,
}

impl<'a> Row<'a> {
    fn call(&self) -> Result<LoggedCall, CallLogError> {
        Ok(LoggedCall {
            id: self.required(Column::Id)?.to_owned(),
            customer: self
                .optional(Column::Customer)?
                .map(|key| Customer(key.to_owned())),
            class: self.required(Column::Class)?.to_owned(),
            priority: self.priority()?,
            head_start_ms: self.optional_duration_ms(Column::HeadStartS)?.unwrap_or(0),
            arrived_at_ms: self.arrived_at_ms()?,
            waited_ms: self.duration_ms(Column::WaitedS, self.required(Column::WaitedS)?)?,
            outcome: self.outcome()?,
        })
    }

    /// The field's text; `None` if it is empty or the log has no such column.
    fn optional(&self, column: Column) -> Result<Option<&'a str>, CallLogError> {
        let text = self.layout.places[column as usize].map_or("", |place| self.fields[place]);
        if text.len() > MAX_FIELD_BYTES {
            // A customer is personal data and stays out of messages.
            let value = if column == Column::Customer {
                "(redacted)"
            } else {
                text
            };
            return Err(self.wrong(
                column,
                value,
                format!("at most {MAX_FIELD_BYTES} bytes long; shorten it"),
            ));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn required(&self, column: Column) -> Result<&'a str, CallLogError> {
        let text = self.optional(column)?;
        text.ok_or_else(|| self.wrong(column, "", "allowed here; fill it in every row".to_owned()))
    }

    fn wrong(&self, column: Column, value: &str, expected: String) -> CallLogError {
        CallLogError::Field {
            line: self.line,
            column: column.name(),
            value: value.to_owned(),
            expected,
        }
    }

    fn priority(&self) -> Result<i32, CallLogError> {
        let Some(text) = self.optional(Column::Priority)? else {
            return Ok(0);
        };
        text.parse().map_err(|_| {
            self.wrong(
                Column::Priority,
                text,
                "a whole number; write 0, or more to be served first".to_owned(),
            )
        })
    }

    fn arrived_at_ms(&self) -> Result<i64, CallLogError> {
        let text = self.required(Column::ArrivedAt)?;
        let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"));
        instant.map(|instant| instant.and_utc().timestamp_millis()).map_err(|_| {
            let expected = "a civil time; write YYYY-MM-DDTHH:MM:SS, such as 2024-03-01T09:05:00, without a zone";
            self.wrong(Column::ArrivedAt, text, expected.to_owned())
        })
    }

    fn outcome(&self) -> Result<LoggedOutcome, CallLogError> {
        let agent = self.optional(Column::Agent)?.map(str::to_owned);
        let talk_ms = self.optional_duration_ms(Column::TalkS)?;
        match self.required(Column::Outcome)? {
            "answered" => Ok(LoggedOutcome::Answered { agent, talk_ms }),
            "abandoned" if agent.is_some() => Err(self.only_if_answered(Column::Agent)),
            "abandoned" if talk_ms.is_some() => Err(self.only_if_answered(Column::TalkS)),
            "abandoned" => Ok(LoggedOutcome::Abandoned),
            other => {
                let expected = match nearest(other, ["answered", "abandoned"]) {
                    Some(near) => format!("an outcome; did you mean `{near}`?"),
                    None => "an outcome; write `answered` or `abandoned`".to_owned(),
                };
                Err(self.wrong(Column::Outcome, other, expected))
            }
        }
    }

    fn only_if_answered(&self, column: Column) -> CallLogError {
        let text = self.layout.places[column as usize].map_or("", |place| self.fields[place]);
        self.wrong(
            column,
            text,
            "possible for a caller who abandoned; leave it empty, or write `answered`".to_owned(),
        )
    }

    fn optional_duration_ms(&self, column: Column) -> Result<Option<i64>, CallLogError> {
        self.optional(column)?
            .map(|text| self.duration_ms(column, text))
            .transpose()
    }

    fn duration_ms(&self, column: Column, text: &str) -> Result<i64, CallLogError> {
        parse_seconds_as_ms(text)
            .filter(|duration_ms| *duration_ms <= MAX_DURATION_MS)
            .ok_or_else(|| {
                self.wrong(
                    column,
                    text,
                    "seconds; write 0 to 86400 with at most three decimals, such as 12.5"
                        .to_owned(),
                )
            })
    }
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
