//! Which part of a call log is meant.

use acd_replay::call_log::{CallLog, civil_ms};
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Options that choose a part of a log, in the log's own civil time.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Part of the log")]
pub(crate) struct LogPartArgs {
    /// Only calls that arrive on this day
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "until"])]
    day: Option<Date>,
    /// Only calls that arrive at this instant or later
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM", value_parser = instant)]
    from: Option<DateTime>,
    /// Only calls that arrive before this instant
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM", value_parser = instant)]
    until: Option<DateTime>,
}

impl LogPartArgs {
    /// From when and until before when calls arrive, on the log's time line in milliseconds.
    pub(crate) fn of(&self, log: &CallLog) -> anyhow::Result<(i64, i64)> {
        let (Some(first), Some(last)) = (log.calls.first(), log.calls.last()) else {
            bail!("the log has no calls; give another file");
        };
        let (first, after) = (first.arrived_at_ms, last.arrived_at_ms + 1);
        let part = match self.day {
            Some(day) => {
                let start = milliseconds(day.into())?;
                (start, start + DAY_MS)
            }
            None => (
                self.from.map_or(Ok(first), milliseconds)?,
                self.until.map_or(Ok(after), milliseconds)?,
            ),
        };
        let any = log
            .calls
            .iter()
            .any(|call| (part.0..part.1).contains(&call.arrived_at_ms));
        if !any {
            bail!(
                "no call of the log arrives in this part; it has calls from {} until {}",
                shown(first),
                shown(after - 1)
            );
        }
        Ok(part)
    }
}

/// The calls of the log that arrive in the part.
pub(crate) fn cut(mut log: CallLog, (from_ms, until_ms): (i64, i64)) -> CallLog {
    log.calls
        .retain(|call| (from_ms..until_ms).contains(&call.arrived_at_ms));
    log
}

/// An instant of the log's time line, for people.
pub(crate) fn shown(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_| at_ms.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn milliseconds(at: DateTime) -> anyhow::Result<i64> {
    civil_ms(at).with_context(|| format!("{at} is out of range"))
}

fn instant(text: &str) -> anyhow::Result<DateTime> {
    let formats = [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S",
    ];
    formats
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok())
        .context("write an instant such as 1999-01-10T09:30")
}
