//! The gate: no row may take noticeably more instructions than the base line that the repository holds.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::instructions::{Counted, Job, count_all};
use crate::rows::Row;

/// Large enough that looking at everything shows, small enough that it is done in a minute.
const AGENTS: usize = 200;
const HOURS: usize = 4;
const WITHIN: Duration = Duration::from_secs(120);
/// By how much a row may grow unnoticed, in percent of its base line.
const TOLERANCE: u64 = 5;

/// The instructions of all events of each row.
type Instructions = BTreeMap<String, u64>;

/// Counts every row and compares it with the base line. What stands in the way, one line each; none: the gate is open.
///
/// # Errors
/// If the base line cannot be read, or the rows cannot be counted.
pub fn judge(program: &Path, base_line: &Path) -> io::Result<Vec<String>> {
    let base: Instructions = serde_json::from_str(&fs::read_to_string(base_line)?)?;
    Ok(judgement(&base, &count(program)?))
}

/// Makes what is counted now the base line.
///
/// # Errors
/// If the rows cannot be counted, or the file cannot be written.
pub fn accept(program: &Path, base_line: &Path) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(&count(program)?)?;
    text.push('\n');
    fs::write(base_line, text)
}

fn count(program: &Path) -> io::Result<Instructions> {
    let rows = Row::all();
    let job = |row: &Row| Job {
        row: *row,
        agents: AGENTS,
        hours: HOURS,
        within: WITHIN,
    };
    let jobs: Vec<Job> = rows.iter().map(job).collect();
    let counted = count_all(program, &jobs)?;
    let total = |(row, counted): (&Row, Option<Vec<Counted>>)| {
        let events = counted.ok_or_else(|| io::Error::other(format!("{} has no end", row.key)))?;
        let instructions = events.iter().map(|event| event.instructions);
        Ok((row.key.to_owned(), instructions.sum()))
    };
    rows.iter().zip(counted).map(total).collect()
}

fn judgement(base: &Instructions, counted: &Instructions) -> Vec<String> {
    let mut findings = Vec::new();
    for (row, now) in counted {
        match base.get(row) {
            None => findings.push(format!("row {row} has no base line")),
            Some(base) if now * 100 > base * (100 + TOLERANCE) => findings.push(format!(
                "row {row}: {now} instructions, the base line has {base}: {:.1} % more",
                (*now as f64 / *base as f64 - 1.0) * 100.0
            )),
            Some(_) => {}
        }
    }
    let gone = base.keys().filter(|row| !counted.contains_key(*row));
    findings.extend(gone.map(|row| format!("row {row} of the base line is no more")));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(row: &str, instructions: u64) -> Instructions {
        BTreeMap::from([(row.to_owned(), instructions)])
    }

    #[test]
    fn five_percent_more_pass_and_more_than_that_does_not() {
        let base = one("plain", 1_000);
        assert!(judgement(&base, &one("plain", 1_050)).is_empty());
        assert!(judgement(&base, &one("plain", 10)).is_empty());
        let findings = judgement(&base, &one("plain", 1_060));
        assert_eq!(
            findings,
            ["row plain: 1060 instructions, the base line has 1000: 6.0 % more"]
        );
    }

    #[test]
    fn rows_and_base_line_are_the_same_rows() {
        let findings = judgement(&one("old", 1), &one("new", 1));
        assert_eq!(
            findings,
            [
                "row new has no base line",
                "row old of the base line is no more"
            ]
        );
    }
}
