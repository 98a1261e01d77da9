//! The report as text for a terminal of 100 columns.

use std::collections::BTreeSet;
use std::fmt::{Formatter, Result, Write};

use acd_core::service_level::Variant;

use super::{ClosingReport, Figures, Side};

const WIDTH: usize = 100;
/// Longer class names are cut, so that a row keeps within [`WIDTH`].
const MAX_CLASS_CHARS: usize = 10;
/// In place of a figure that is undefined.
const UNDEFINED: &str = "-";

pub(super) fn write(report: &ClosingReport, f: &mut Formatter<'_>) -> Result {
    let thresholds = report.thresholds;
    let (t, s) = (
        duration(thresholds.service_level_ms as f64),
        duration(thresholds.short_abandon_ms as f64),
    );
    writeln!(
        f,
        "Calls (short: abandoned in less than {s}; ASA: mean wait of the answered; AHT: mean handling)"
    )?;
    let header = [
        "class",
        "",
        "offered",
        "answered",
        "abandoned",
        "short",
        "flow-out",
        "waiting",
        "ASA",
        "longest",
        "AHT",
    ];
    write_table(f, &header, &rows(report, count_cells))?;
    writeln!(f, "\nService level at T = {t}")?;
    write_table(
        f,
        &["class", "", "(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        &rows(report, service_level_cells),
    )?;
    for variant in Variant::ALL {
        writeln!(f, "  ({}) {}", variant.number(), variant.meaning())?;
    }
    writeln!(f)?;
    for (name, side) in report.sides() {
        write_departures(f, name, &side.all)?;
        write_identity(f, name, side)?;
    }
    for note in &report.notes {
        writeln!(f)?;
        write_wrapped(f, note)?;
    }
    Ok(())
}

/// A row for each class and side, those of a class together, and all classes last.
fn rows<const N: usize>(
    report: &ClosingReport,
    cells: fn(&Figures) -> [String; N],
) -> Vec<Vec<String>> {
    let classes: BTreeSet<&String> = report
        .sides()
        .flat_map(|(_, side)| side.classes.keys())
        .collect();
    let by_class = classes.into_iter().map(|class| (cut(class), Some(class)));
    let mut rows = Vec::new();
    for (label, class) in by_class.chain([("all".to_owned(), None)]) {
        let mut label = label;
        for (name, side) in report.sides() {
            let figures = class.map_or(Some(&side.all), |class| side.classes.get(class));
            let mut row = vec![std::mem::take(&mut label), name.to_owned()];
            match figures {
                Some(figures) => row.extend(cells(figures)),
                None => row.extend(std::iter::repeat_n(UNDEFINED.to_owned(), N)),
            }
            rows.push(row);
        }
    }
    rows
}

fn count_cells(figures: &Figures) -> [String; 9] {
    [
        grouped(figures.offered),
        grouped(figures.answered),
        grouped(figures.abandoned),
        grouped(figures.short_abandons),
        grouped(figures.flow_out),
        grouped(figures.waiting),
        optional_duration(figures.asa_ms),
        optional_duration(figures.longest_wait_ms.map(|wait_ms| wait_ms as f64)),
        optional_duration(figures.aht_ms),
    ]
}

fn service_level_cells(figures: &Figures) -> [String; 6] {
    figures.service_level.map(|level| match level.share {
        Some(share) => format!("{:.1} %", share * 100.0),
        None => UNDEFINED.to_owned(),
    })
}

/// Where calls went that were neither answered nor abandoned; nothing if there were none.
fn write_departures(f: &mut Formatter<'_>, name: &str, all: &Figures) -> Result {
    let reasons: Vec<String> = all
        .flow_out_by_reason
        .iter()
        .map(|(reason, count)| format!("{} {}", reason.name(), grouped(*count)))
        .collect();
    if !reasons.is_empty() {
        writeln!(f, "Flow-out, {name}: {}.", reasons.join(", "))?;
    }
    if all.refused > 0 {
        writeln!(
            f,
            "Refused, {name}: {} (not part of offered).",
            grouped(all.refused)
        )?;
    }
    Ok(())
}

/// One quiet line if the side adds up; otherwise a loud one for each class that does not.
fn write_identity(f: &mut Formatter<'_>, name: &str, side: &Side) -> Result {
    if side.adds_up() {
        return writeln!(f, "Adds up, {name}: {}.", identity(&side.all, "="));
    }
    let classes = side
        .classes
        .iter()
        .map(|(class, figures)| (class.as_str(), figures));
    for (class, figures) in classes
        .chain([("all", &side.all)])
        .filter(|(_, figures)| !figures.adds_up)
    {
        writeln!(
            f,
            "!!! DOES NOT ADD UP, {name}, {}: {}",
            cut(class),
            identity(figures, "but")
        )?;
        let difference = i128::from(figures.offered) - i128::from(figures.accounted_for());
        let fault = if difference > 0 {
            "lost from the count"
        } else {
            "counted more than once"
        };
        writeln!(f, "!!! {} {fault}", difference.unsigned_abs())?;
    }
    Ok(())
}

fn identity(figures: &Figures, relation: &str) -> String {
    format!(
        "offered {} {relation} answered {} + abandoned {} + flow-out {} + waiting {}",
        grouped(figures.offered),
        grouped(figures.answered),
        grouped(figures.abandoned),
        grouped(figures.flow_out),
        grouped(figures.waiting),
    )
}

/// Columns as wide as their longest cell; the first two to the left, figures to the right.
fn write_table(f: &mut Formatter<'_>, header: &[&str], rows: &[Vec<String>]) -> Result {
    const LEFT_COLUMNS: usize = 2;
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let lines = || std::iter::once(&header).chain(rows);
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            lines()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in lines() {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            if column < LEFT_COLUMNS {
                write!(text, "{cell:<width$}  ")?;
            } else {
                write!(text, "{cell:>width$}  ")?;
            }
        }
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

fn write_wrapped(f: &mut Formatter<'_>, text: &str) -> Result {
    let mut used = 0;
    for word in text.split_whitespace() {
        let chars = word.chars().count();
        if used > 0 && used + 1 + chars > WIDTH {
            writeln!(f)?;
            used = 0;
        }
        let gap = if used > 0 { " " } else { "" };
        write!(f, "{gap}{word}")?;
        used += gap.len() + chars;
    }
    writeln!(f)
}

fn cut(class: &str) -> String {
    if class.chars().count() <= MAX_CLASS_CHARS {
        return class.to_owned();
    }
    let head: String = class.chars().take(MAX_CLASS_CHARS - 1).collect();
    format!("{head}…")
}

/// Digits in groups of three: 30,140.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn optional_duration(duration_ms: Option<f64>) -> String {
    duration_ms.map_or(UNDEFINED.to_owned(), duration)
}

/// "35.0 s" below a minute, "3:05" below an hour (minutes and seconds), "1:02:05" above.
fn duration(duration_ms: f64) -> String {
    const MINUTE_MS: f64 = 60_000.0;
    if (duration_ms / 100.0).round() * 100.0 < MINUTE_MS {
        return format!("{:.1} s", duration_ms / 1_000.0);
    }
    let seconds = (duration_ms / 1_000.0).round() as i64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FlowOutReason, Tally, Thresholds};
    use super::*;

    fn sample() -> (Tally, Tally) {
        let (mut engine, mut recorded) = (Tally::default(), Tally::default());
        for tally in [&mut engine, &mut recorded] {
            for _ in 0..1_234 {
                tally.observe_offered("PS");
                tally.observe_answered("PS", 35_000);
                tally.observe_handled("PS", 185_000);
            }
        }
        recorded.observe_offered("NE");
        recorded.observe_abandoned("NE", 3_725_000);
        (engine, recorded)
    }

    fn report(engine: &Tally, recorded: Option<&Tally>) -> ClosingReport {
        ClosingReport::new(
            Thresholds::default(),
            engine,
            recorded,
            vec!["Why they differ. ".repeat(20)],
        )
    }

    #[test]
    fn engine_stands_beside_recorded_for_every_class_and_in_all() {
        let (engine, recorded) = sample();
        let text = report(&engine, Some(&recorded)).to_string();
        let expected = "\
Calls (short: abandoned in less than 5.0 s; ASA: mean wait of the answered; AHT: mean handling)
class            offered  answered  abandoned  short  flow-out  waiting     ASA  longest   AHT
NE     engine          -         -          -      -         -        -       -        -     -
       recorded        1         0          1      0         0        0       -  1:02:05     -
PS     engine      1,234     1,234          0      0         0        0  35.0 s   35.0 s  3:05
       recorded    1,234     1,234          0      0         0        0  35.0 s   35.0 s  3:05
all    engine      1,234     1,234          0      0         0        0  35.0 s   35.0 s  3:05
       recorded    1,235     1,234          1      0         0        0  35.0 s  1:02:05  3:05
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("Adds up, engine: offered 1,234 = answered 1,234 + abandoned 0 + flow-out 0 + waiting 0."));
    }

    #[test]
    fn a_report_keeps_within_its_width() {
        let (mut engine, recorded) = sample();
        engine.observe_offered("a class with a very long name indeed");
        engine.observe_waiting("a class with a very long name indeed", 1);
        let text = report(&engine, Some(&recorded)).to_string();
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
    }

    #[test]
    fn a_report_without_a_log_has_one_side() {
        let (engine, _) = sample();
        let text = report(&engine, None).to_string();
        assert!(
            text.contains("engine") && !text.contains("recorded"),
            "{text}"
        );
    }

    #[test]
    fn a_count_that_does_not_add_up_is_said_loudly() {
        let (mut engine, _) = sample();
        engine.observe_offered("NE");
        engine.observe_abandoned("PS", 1);
        let report = report(&engine, None);
        let text = report.to_string();
        assert!(
            !report.adds_up && !text.contains("Adds up"),
            "the two faults cancel in the sum and count all the same"
        );
        assert!(
            text.contains("!!! DOES NOT ADD UP, engine, NE: offered 1 but answered 0 +"),
            "{text}"
        );
        assert!(
            text.contains("!!! 1 lost from the count")
                && text.contains("!!! 1 counted more than once"),
            "{text}"
        );
    }

    #[test]
    fn flow_outs_are_given_by_reason_and_refusals_apart() {
        let (mut engine, _) = sample();
        engine.observe_offered("PS");
        engine.observe_flow_out("PS", FlowOutReason::NoStaff, 5);
        engine.observe_refused("PS");
        let text = report(&engine, None).to_string();
        assert!(
            text.contains(
                "Flow-out, engine: no staff 1.\nRefused, engine: 1 (not part of offered)."
            ),
            "{text}"
        );
    }

    #[test]
    fn json_names_its_units_and_leaves_the_undefined_null() {
        let (engine, recorded) = sample();
        let json = report(&engine, Some(&recorded))
            .to_json()
            .expect("serialisable");
        let json: serde_json::Value = serde_json::from_str(&json).expect("valid");
        assert_eq!(json["engine"]["classes"]["PS"]["asa_ms"], 35_000.0);
        assert_eq!(
            json["recorded"]["classes"]["NE"]["asa_ms"],
            serde_json::Value::Null
        );
        assert_eq!(
            json["engine"]["all"]["service_level"][1]["variant"],
            "abandons_negative"
        );
        assert_eq!(json["adds_up"], true);
    }

    #[test]
    fn durations_and_counts_read_easily() {
        let shown = [0.0, 59_940.0, 59_960.0, 60_000.0, 3_599_400.0, 3_600_000.0].map(duration);
        assert_eq!(
            shown,
            ["0.0 s", "59.9 s", "1:00", "1:00", "59:59", "1:00:00"]
        );
        assert_eq!(
            [999, 1_000, 1_234_567].map(grouped),
            ["999", "1,000", "1,234,567"]
        );
    }
}
