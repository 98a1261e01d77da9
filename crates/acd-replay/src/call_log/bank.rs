//! The log of the Anonymous Bank (Technion; Guedj and Mandelbaum, 1999): tab separated, 17 columns, whole seconds.
//!
//! How its traps are read:
//!
//! - A contact is a call that reached an agent (outcome AGENT) or waited for one (HANG with `q_time` > 0). PHANTOM rows,
//!   callers who hung up in the voice menu and rows with shifted columns are skipped and counted; anything else that
//!   cannot be understood is an error.
//! - Whether a call queued is told by `q_time`, not by `q_start`: 0:00:00 there means "never queued", but is also the
//!   instant of midnight.
//! - A queued call arrives at `q_start`. One that did not queue arrives at `vru_exit`, when the voice menu let go of it:
//!   the same point of a call's life, since the two agree wherever both are recorded. `ser_start` is no substitute: it
//!   comes from another clock, usually a second or two early, and is missing in some rows.
//! - `date` is the day of `vru_entry`. Other readings are placed within 12 hours of it, which carries a call over
//!   midnight and leaves small steps of the clock (some `vru_time` are negative) as they are.
//! - Priority 2 is a VIP with 90 s of head start; 0 and 1 are regular. For calls that did not wait the bank lost the
//!   customer and logged priority 0, so a VIP among those cannot be told and starts without.
//! - `ser_time` 0 with `ser_start` 0:00:00 is a service that was not timed: the talk time is unknown. With a `ser_start`
//!   it is a talk of less than a second.
//! - An AGENT row of NO_SERVER was answered, but by whom is unknown. A server named in a HANG row is a left-over of an
//!   earlier call and ignored, as are `vru_time`, `q_exit` and `ser_exit`, which follow from the others.
//! - `call_id` counts per line, so an id is made of date, line and `call_id`.

use std::io::BufRead;

use jiff::civil::Date;

use super::lines::Lines;
use super::{
    CallLog, CallLogError, Customer, Format, LoggedCall, LoggedOutcome, SeenIds, SkipReason,
    civil_ms,
};

/// Queue credit of a VIP, by the bank's field guide.
const VIP_HEAD_START_MS: i64 = 90_000;

const VIP_PRIORITY: &str = "2";
const NO_SERVER: &str = "NO_SERVER";
const COLUMNS: usize = 17;
const DAY_S: i64 = 24 * 60 * 60;
const SECOND_MS: i64 = 1_000;

/// The columns that are read, at their places.
#[derive(Clone, Copy)]
enum Column {
    Line = 0,
    CallId = 1,
    CustomerId = 2,
    Priority = 3,
    Type = 4,
    Date = 5,
    VruEntry = 6,
    VruExit = 7,
    QStart = 9,
    QTime = 11,
    Outcome = 12,
    SerStart = 13,
    SerTime = 15,
    Server = 16,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Line => "vru+line",
            Self::CallId => "call_id",
            Self::CustomerId => "customer_id",
            Self::Priority => "priority",
            Self::Type => "type",
            Self::Date => "date",
            Self::VruEntry => "vru_entry",
            Self::VruExit => "vru_exit",
            Self::QStart => "q_start",
            Self::QTime => "q_time",
            Self::Outcome => "outcome",
            Self::SerStart => "ser_start",
            Self::SerTime => "ser_time",
            Self::Server => "server",
        }
    }
}

/// Whether `line` is the header of a bank log.
pub(super) fn is_header(line: &str) -> bool {
    line.split('\t').next().map(str::trim) == Some(Column::Line.name())
}

/// Reads the rows after the header.
pub(super) fn read(lines: &mut Lines<impl BufRead>) -> Result<CallLog, CallLogError> {
    let mut log = CallLog {
        calls: Vec::new(),
        skipped: Default::default(),
        format: Format::AnonymousBank,
    };
    let mut ids = SeenIds::default();
    while let Some((line, text)) = lines.next_filled()? {
        match read_row(line, text)? {
            Meaning::Contact(call) => {
                ids.insert(&call.id, line)?;
                log.calls.push(call);
            }
            Meaning::Skipped(reason) => *log.skipped.entry(reason).or_default() += 1,
        }
    }
    Ok(log)
}

/// What a row turns out to be.
enum Meaning {
    Contact(LoggedCall),
    Skipped(SkipReason),
}

fn read_row(line: u64, text: &str) -> Result<Meaning, CallLogError> {
    let fields = split(text);
    if has_shifted_columns(&fields) {
        return Ok(Meaning::Skipped(SkipReason::ShiftedColumns));
    }
    if fields.len() != COLUMNS {
        return Err(CallLogError::ColumnCount {
            line,
            found: fields.len(),
            expected: COLUMNS,
        });
    }
    let row = Row { line, fields };
    let queued_s = row.seconds(Column::QTime)?;
    let outcome = match row.field(Column::Outcome) {
        "PHANTOM" => return Ok(Meaning::Skipped(SkipReason::Phantom)),
        "HANG" if queued_s == 0 => return Ok(Meaning::Skipped(SkipReason::LeftInVoiceMenu)),
        "HANG" => LoggedOutcome::Abandoned,
        "AGENT" => row.answered()?,
        _ => return Err(row.wrong(Column::Outcome, "AGENT, HANG or PHANTOM")),
    };
    Ok(Meaning::Contact(LoggedCall {
        id: row.id()?,
        customer: row.customer(),
        class: row
            .filled(Column::Type, "a type of service such as PS")?
            .to_owned(),
        priority: 0,
        head_start_ms: row.head_start_ms()?,
        arrived_at_ms: row.arrived_at_ms(queued_s)?,
        waited_ms: queued_s * SECOND_MS,
        outcome,
    }))
}

/// The fields of a row without blanks around them; empty ones past the last column are trailing blanks and dropped.
fn split(text: &str) -> Vec<&str> {
    let mut fields: Vec<&str> = text.split('\t').map(str::trim).collect();
    while fields.len() > COLUMNS && fields.last() == Some(&"") {
        fields.pop();
    }
    fields
}

/// A row is shifted if its outcome stands in another column than it should.
fn has_shifted_columns(fields: &[&str]) -> bool {
    let is_outcome = |field: &&str| matches!(*field, "AGENT" | "HANG" | "PHANTOM");
    let in_place = fields.get(Column::Outcome as usize).is_some_and(is_outcome);
    !in_place && fields.iter().any(is_outcome)
}

/// One row of 17 fields.
struct Row<'a> {
    line: u64,
    fields: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn field(&self, column: Column) -> &'a str {
        self.fields[column as usize]
    }

    fn wrong(&self, column: Column, expected: &str) -> CallLogError {
        CallLogError::Field {
            line: self.line,
            column: column.name(),
            value: self.field(column).to_owned(),
            expected: expected.to_owned(),
        }
    }

    fn filled(&self, column: Column, expected: &str) -> Result<&'a str, CallLogError> {
        match self.field(column) {
            "" => Err(self.wrong(column, expected)),
            value => Ok(value),
        }
    }

    fn id(&self) -> Result<String, CallLogError> {
        let vru_line = self.filled(Column::Line, "a voice menu line such as AA0101")?;
        let call_id = self.filled(Column::CallId, "a call id")?;
        Ok(format!("{}-{vru_line}-{call_id}", self.field(Column::Date)))
    }

    fn customer(&self) -> Option<Customer> {
        match self.field(Column::CustomerId) {
            "" | "0" => None,
            id => Some(Customer(id.to_owned())),
        }
    }

    fn head_start_ms(&self) -> Result<i64, CallLogError> {
        match self.field(Column::Priority) {
            VIP_PRIORITY => Ok(VIP_HEAD_START_MS),
            "0" | "1" => Ok(0),
            _ => Err(self.wrong(Column::Priority, "a priority; write 0, 1 or 2")),
        }
    }

    fn answered(&self) -> Result<LoggedOutcome, CallLogError> {
        let talk_s = self.seconds(Column::SerTime)?;
        let timed = talk_s > 0 || self.time_of_day_s(Column::SerStart)? > 0;
        let agent = match self.filled(Column::Server, "an agent; write their name or NO_SERVER")? {
            NO_SERVER => None,
            name => Some(name.to_owned()),
        };
        Ok(LoggedOutcome::Answered {
            agent,
            talk_ms: timed.then_some(talk_s * SECOND_MS),
        })
    }

    fn arrived_at_ms(&self, queued_s: i64) -> Result<i64, CallLogError> {
        let column = if queued_s > 0 {
            Column::QStart
        } else {
            Column::VruExit
        };
        let entered_s = self.time_of_day_s(Column::VruEntry)?;
        let arrived_s = within_half_a_day(self.time_of_day_s(column)?, entered_s);
        Ok(self.date_ms()? + arrived_s * SECOND_MS)
    }

    /// Midnight that begins the day of `date`. Years are of 1970 to 2069.
    fn date_ms(&self) -> Result<i64, CallLogError> {
        let text = self.field(Column::Date);
        let all_digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: i32 = if all_digits {
            text.parse().unwrap_or(0)
        } else {
            0
        };
        let (short_year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        let year = short_year + if short_year < 70 { 2000 } else { 1900 };
        // Two digits each and a year of four: all fit.
        Date::new(year as i16, month as i8, day as i8)
            .ok()
            .and_then(|date| civil_ms(date.into()))
            .ok_or_else(|| self.wrong(Column::Date, "a date; write yymmdd, such as 990103"))
    }

    fn time_of_day_s(&self, column: Column) -> Result<i64, CallLogError> {
        let parts: Vec<Option<i64>> = self.field(column).split(':').map(parse_digits).collect();
        match parts[..] {
            [Some(h @ 0..24), Some(m @ 0..60), Some(s @ 0..60)] => Ok((h * 60 + m) * 60 + s),
            _ => Err(self.wrong(column, "a time of day; write h:mm:ss, such as 9:05:00")),
        }
    }

    fn seconds(&self, column: Column) -> Result<i64, CallLogError> {
        match parse_digits(self.field(column)) {
            Some(seconds @ 0..=DAY_S) => Ok(seconds),
            _ => Err(self.wrong(column, "a whole number of seconds; write 0 to 86400")),
        }
    }
}

fn parse_digits(text: &str) -> Option<i64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { text.parse().ok() } else { None }
}

/// The reading of a clock `time_s` nearest to `reference_s`; past 24 h or below 0 if midnight lies between them.
fn within_half_a_day(time_s: i64, reference_s: i64) -> i64 {
    const HALF_DAY_S: i64 = DAY_S / 2;
    reference_s + (time_s - reference_s + HALF_DAY_S).rem_euclid(DAY_S) - HALF_DAY_S
}

#[cfg(test)]
mod tests {
    use super::super::{ReadLimits, read as read_log};
    use super::*;

    const HEADER: &str = "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\t\
                          q_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver";
    const ANSWERED: &str = "ZZ0101\t1\t77\t1\tPS\t990103\t9:00:00\t9:00:10\t10\t9:00:10\t9:00:30\t20\tAGENT\t9:00:29\t\
                            9:01:29\t60\tNORA";

    /// The invented row `ANSWERED` with some columns changed.
    fn row(changes: &[(Column, &str)]) -> String {
        let mut fields: Vec<&str> = ANSWERED.split('\t').collect();
        for (column, value) in changes {
            fields[*column as usize] = value;
        }
        fields.join("\t")
    }

    fn log_of(rows: &[String]) -> Result<CallLog, CallLogError> {
        let text = format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"));
        read_log(text.as_bytes(), ReadLimits::default())
    }

    fn call_of(changes: &[(Column, &str)]) -> LoggedCall {
        log_of(&[row(changes)])
            .expect("a valid row")
            .calls
            .remove(0)
    }

    fn at_ms(text: &str) -> i64 {
        civil_ms(text.parse().expect("a test instant")).expect("within range")
    }

    #[test]
    fn an_answered_call_keeps_all_it_was_recorded_with() {
        let call = call_of(&[]);
        assert_eq!(call.id, "990103-ZZ0101-1");
        assert_eq!(call.customer.as_ref().map(Customer::as_str), Some("77"));
        assert_eq!((call.class.as_str(), call.priority), ("PS", 0));
        assert_eq!(call.arrived_at_ms, at_ms("1999-01-03 09:00:10"));
        assert_eq!((call.waited_ms, call.patience_ms()), (20_000, None));
        let agent = Some("NORA".to_owned());
        let talk_ms = Some(60_000);
        assert_eq!(call.outcome, LoggedOutcome::Answered { agent, talk_ms });
    }

    #[test]
    fn only_priority_2_has_a_head_start() {
        let head_start = |priority| call_of(&[(Column::Priority, priority)]).head_start_ms;
        assert_eq!(
            [head_start("0"), head_start("1"), head_start("2")],
            [0, 0, 90_000]
        );
    }

    #[test]
    fn a_call_that_never_queued_arrives_when_the_menu_lets_go_of_it() {
        let call = call_of(&[(Column::QStart, "0:00:00"), (Column::QTime, "0")]);
        assert_eq!(
            (call.arrived_at_ms, call.waited_ms),
            (at_ms("1999-01-03 09:00:10"), 0)
        );
    }

    #[test]
    fn a_caller_who_waited_and_hung_up_has_that_patience() {
        let call = call_of(&[(Column::Outcome, "HANG"), (Column::Server, "NO_SERVER")]);
        assert_eq!(
            (call.outcome.clone(), call.patience_ms()),
            (LoggedOutcome::Abandoned, Some(20_000))
        );
    }

    #[test]
    fn a_left_over_server_does_not_make_a_hang_up_an_answer() {
        assert_eq!(
            call_of(&[(Column::Outcome, "HANG")]).outcome,
            LoggedOutcome::Abandoned
        );
    }

    #[test]
    fn what_is_no_contact_is_skipped_and_counted() {
        let menu = row(&[(Column::Outcome, "HANG"), (Column::QTime, "0")]);
        let phantom = row(&[(Column::Outcome, "PHANTOM")]);
        let shifted_left = ANSWERED.replacen("PS\t", "", 1);
        let shifted_right = ANSWERED.replacen("PS\t", "PS\tPS\t", 1);
        let log = log_of(&[row(&[]), menu, phantom, shifted_left, shifted_right])
            .expect("traps are no errors");
        assert_eq!(log.calls.len(), 1);
        let counts = [
            (SkipReason::Phantom, 1),
            (SkipReason::LeftInVoiceMenu, 1),
            (SkipReason::ShiftedColumns, 2),
        ];
        assert_eq!(log.skipped, counts.into());
    }

    #[test]
    fn queue_start_at_midnight_is_an_instant_and_not_a_missing_one() {
        let call = call_of(&[
            (Column::VruEntry, "23:59:50"),
            (Column::VruExit, "0:00:00"),
            (Column::QStart, "0:00:00"),
        ]);
        assert_eq!(call.arrived_at_ms, at_ms("1999-01-04 00:00:00"));
    }

    #[test]
    fn an_unqueued_call_crosses_midnight_in_the_menu() {
        let changes = [
            (Column::VruEntry, "23:59:50"),
            (Column::VruExit, "0:00:05"),
            (Column::QTime, "0"),
        ];
        assert_eq!(
            call_of(&changes).arrived_at_ms,
            at_ms("1999-01-04 00:00:05")
        );
    }

    #[test]
    fn a_clock_set_back_by_a_minute_is_no_midnight() {
        let call = call_of(&[(Column::QStart, "8:59:00")]);
        assert_eq!(call.arrived_at_ms, at_ms("1999-01-03 08:59:00"));
    }

    #[test]
    fn an_untimed_service_has_no_talk_time_and_a_short_one_has_zero() {
        let talk_of =
            |ser_start| match call_of(&[(Column::SerStart, ser_start), (Column::SerTime, "0")])
                .outcome
            {
                LoggedOutcome::Answered { talk_ms, .. } => talk_ms,
                LoggedOutcome::Abandoned => panic!("answered in the log"),
            };
        assert_eq!((talk_of("0:00:00"), talk_of("9:00:29")), (None, Some(0)));
    }

    #[test]
    fn no_server_answered_but_is_nobody() {
        let call = call_of(&[(Column::Server, "NO_SERVER")]);
        assert!(matches!(
            call.outcome,
            LoggedOutcome::Answered { agent: None, .. }
        ));
    }

    #[test]
    fn customer_zero_is_unknown() {
        assert_eq!(call_of(&[(Column::CustomerId, "0")]).customer, None);
    }

    #[test]
    fn blanks_around_and_after_the_fields_do_no_harm() {
        let blank = format!("{}  \t \t", ANSWERED.replace('\t', " \t"));
        assert_eq!(
            log_of(&[blank]).expect("valid").calls,
            log_of(&[row(&[])]).expect("valid").calls
        );
    }

    #[test]
    fn the_same_call_id_on_another_line_is_another_call() {
        let log = log_of(&[row(&[]), row(&[(Column::Line, "ZZ0102")])]).expect("valid");
        assert_eq!(log.calls.len(), 2);
    }

    #[test]
    fn a_call_given_twice_is_refused_with_both_lines() {
        let error = log_of(&[row(&[]), row(&[])])
            .expect_err("a duplicate")
            .to_string();
        assert!(
            error.starts_with(
                "line 3, column `id`: `990103-ZZ0101-1` already names the call of line 2"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_field_that_cannot_be_understood_is_named_with_its_line_and_remedy() {
        let cases = [
            (
                Column::QTime,
                "-3",
                "line 2, column `q_time`: `-3` is not a whole number of seconds; write 0 to 86400",
            ),
            (
                Column::SerTime,
                "x",
                "line 2, column `ser_time`: `x` is not a whole number of seconds; write 0 to 86400",
            ),
            (
                Column::Date,
                "990230",
                "line 2, column `date`: `990230` is not a date; write yymmdd, such as 990103",
            ),
            (
                Column::QStart,
                "24:00:00",
                "line 2, column `q_start`: `24:00:00` is not a time of day; write h:mm:ss, such as 9:05:00",
            ),
            (
                Column::Outcome,
                "LOST",
                "line 2, column `outcome`: `LOST` is not AGENT, HANG or PHANTOM",
            ),
            (
                Column::Priority,
                "7",
                "line 2, column `priority`: `7` is not a priority; write 0, 1 or 2",
            ),
            (
                Column::Server,
                "",
                "line 2, column `server`: an empty field is not an agent; write their name or NO_SERVER",
            ),
            (
                Column::Type,
                "",
                "line 2, column `type`: an empty field is not a type of service such as PS",
            ),
        ];
        for (column, value, message) in cases {
            let error = log_of(&[row(&[(column, value)])]).expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_row_cut_off_is_an_error_and_not_a_shifted_one() {
        let cut = ANSWERED.rsplit_once('\t').expect("17 columns").0.to_owned();
        let error = log_of(&[cut]).expect_err("16 columns");
        assert!(
            matches!(
                error,
                CallLogError::ColumnCount {
                    line: 2,
                    found: 16,
                    expected: 17
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn calls_are_ordered_by_arrival() {
        let later = row(&[(Column::QStart, "9:10:00"), (Column::CallId, "2")]);
        let log = log_of(&[later, row(&[])]).expect("valid");
        assert!(log.calls.is_sorted_by_key(|call| call.arrived_at_ms));
    }
}
