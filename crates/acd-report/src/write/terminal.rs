//! A report as a table on a terminal.

use std::io::Write;

use acd_core::service_level::Variant;
use unicode_width::UnicodeWidthStr as _;

use super::WriteError;
use crate::kind::KeyColumn;
use crate::report::{Key, OUTCOMES, Report, Row};
use crate::target::{Goal, Judged, Kpi};
use crate::texts::{Locale, outside};
use crate::value::{Change, Value};

/// Writes the main columns as a table, as many as fit into this many columns of the terminal (the names of rows and the
/// first figure always), with totals, changes from the period before and targets. What did not fit is said.
///
/// # Errors
/// What takes it failed.
pub fn terminal(
    mut out: impl Write,
    report: &Report,
    locale: &Locale,
    width: usize,
) -> Result<(), WriteError> {
    writeln!(out, "{}", locale.named("kind", report.kind.name()))?;
    let range = locale.range(&report.period.range());
    let zone = report.period.civil().zone();
    writeln!(
        out,
        "{}",
        locale.text_with("zone-of", &[("range", &range), ("zone", zone)])
    )?;
    if report.compare {
        let before = locale.range(&report.period.before());
        writeln!(
            out,
            "{}",
            locale.text_with("compared-with", &[("before", &before)])
        )?;
    }
    writeln!(out)?;
    let mut columns = table(report, locale);
    let keys = shown_keys(report).len();
    let sum = |columns: &[Column]| columns.iter().map(|it| it.width() + GAP).sum::<usize>();
    let mut left_out = 0;
    let targets = report.kpis.len();
    // Figures go before targets, for those say what to look at.
    while columns.len() > keys + 1 && sum(&columns) > width + GAP {
        let figures = columns.len() - targets;
        let last = if figures > keys + 1 {
            figures
        } else {
            columns.len()
        };
        columns.remove(last - 1);
        left_out += 1;
    }
    let lines = report.rows.len() + report.totals.len() + 1;
    for line in 0..lines {
        if line == 1 || line == report.rows.len() + 1 {
            let rule = columns.iter().map(|it| "─".repeat(it.width()));
            writeln!(out, "{}", rule.collect::<Vec<_>>().join("  "))?;
        }
        let cells = columns.iter().map(|it| it.cell(line));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    if report.rows.is_empty() {
        writeln!(out, "{}", locale.text("no-rows"))?;
    }
    let more = report.columns.iter().filter(|it| !it.is_main).count() + left_out;
    if more > 0 {
        let more = locale.in_digits(&more.to_string());
        writeln!(
            out,
            "\n{}",
            locale.text_with("more-columns", &[("n", &more)])
        )?;
    }
    let has_level = |variant: &Variant| {
        let name = Kpi::ServiceLevel(*variant).name();
        report
            .columns
            .iter()
            .any(|it| it.is_main && it.name == name)
    };
    for variant in Variant::ALL.into_iter().filter(has_level) {
        let name = locale.named("figure", Kpi::ServiceLevel(variant).name());
        writeln!(out, "{name}: {}", meaning(locale, variant))?;
    }
    Ok(())
}

/// Between two columns.
const GAP: usize = 2;

struct Column {
    is_text: bool,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().map(|it| it.width()).max().unwrap_or(0)
    }

    fn cell(&self, line: usize) -> String {
        let cell = &self.cells[line];
        let space = " ".repeat(self.width() - cell.width());
        if self.is_text {
            format!("{cell}{space}")
        } else {
            format!("{space}{cell}")
        }
    }
}

fn table(report: &Report, locale: &Locale) -> Vec<Column> {
    let rows = || report.rows.iter().chain(&report.totals);
    let mut columns = Vec::new();
    for at in shown_keys(report) {
        let head = locale.named("key", report.keys[at].name());
        let cells = rows().map(|row| key_text(report, locale, row, at));
        columns.push(Column {
            is_text: true,
            cells: std::iter::once(head).chain(cells).collect(),
        });
    }
    for (at, _) in report
        .columns
        .iter()
        .enumerate()
        .filter(|(_, it)| it.is_main)
    {
        let head = column_text(report, locale, at);
        let cells = rows().map(|row| {
            let value = locale.shown(row.values[at]);
            let change = row.changes[at].filter(|_| report.compare);
            match change.and_then(|it| change_text(locale, &it)) {
                Some(change) => format!("{value} {change}"),
                None => value,
            }
        });
        columns.push(Column {
            is_text: false,
            cells: std::iter::once(head).chain(cells).collect(),
        });
    }
    for (at, kpi) in report.kpis.iter().enumerate() {
        let head = locale.named("figure", kpi.name());
        let head = locale.text_with("target-of", &[("figure", &head)]);
        let cells = rows().map(|row| {
            let judged = row.judged[at].as_ref();
            let texts = judged.map(|it| [Some(judged_text(locale, it)), trend_text(locale, it)]);
            texts
                .into_iter()
                .flatten()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        });
        columns.push(Column {
            is_text: true,
            cells: std::iter::once(head).chain(cells).collect(),
        });
    }
    columns
}

/// The columns of keys that tell people something: not a tenant or a channel that is the only one, nor the one bucket.
pub(crate) fn shown_keys(report: &Report) -> Vec<usize> {
    let many = |at: usize| {
        let first = report.rows.first().map(|row| &row.keys[at]);
        report.rows.iter().any(|row| Some(&row.keys[at]) != first)
    };
    let tells = |(at, key): &(usize, &KeyColumn)| match key {
        KeyColumn::Bucket => report.period.step().is_some(),
        KeyColumn::Tenant if report.keys.len() > 2 => many(*at),
        KeyColumn::Channel => many(*at),
        _ => true,
    };
    let keys = report.keys.iter().enumerate().filter(tells);
    keys.map(|(at, _)| at).collect()
}

/// What a row is about, in one column of keys; a total says so in the first one that is shown.
pub(crate) fn key_text(report: &Report, locale: &Locale, row: &Row, at: usize) -> String {
    match &row.keys[at] {
        Some(Key::Bucket(bucket)) => {
            let bucket = report.period.buckets().nth(*bucket);
            bucket.map_or_else(String::new, |it| locale.bucket(report.period.step(), &it))
        }
        Some(Key::Name(name)) => outside(name),
        Some(Key::Weekday(place)) => locale.weekday(report.weekday(*place)),
        Some(Key::Hour(hour)) => locale.clock(*hour, 0),
        Some(Key::Outcome(outcome)) => locale.named("outcome", OUTCOMES[*outcome].name),
        None if shown_keys(report).first() == Some(&at) => locale.text("total"),
        None => String::new(),
    }
}

/// What a column is called.
pub(crate) fn column_text(report: &Report, locale: &Locale, at: usize) -> String {
    let name = &*report.columns[at].name;
    match crate::columns::reason(&report.columns[at]) {
        Some(reason) => locale.text_with("not-ready-for", &[("reason", &outside(reason))]),
        None => locale.named("figure", name),
    }
}

/// How much a figure changed, in percent of what it was: ▲ 5.0 %; of a share in points.
pub(crate) fn change_text(locale: &Locale, change: &Change) -> Option<String> {
    // Of shares a percentage would be taken for points.
    let (by, id) = match change.difference {
        Value::Share(points) => (points * 100.0, "points"),
        _ => (change.percent?, "percent"),
    };
    let sign = if by >= 0.05 {
        "▲"
    } else if by <= -0.05 {
        "▼"
    } else {
        "="
    };
    let by = locale.number(by.abs(), 1);
    Some(format!("{sign} {}", locale.text_with(id, &[("n", &by)])))
}

/// A figure against its target: met: at least 80 %.
pub(crate) fn judged_text(locale: &Locale, judged: &Judged) -> String {
    let id = match judged.is_met {
        Some(true) => "target-met",
        Some(false) => "target-missed",
        None => "target-none",
    };
    locale.text_with(id, &[("goal", &goal_text(locale, judged))])
}

/// Where it goes: better than before.
pub(crate) fn trend_text(locale: &Locale, judged: &Judged) -> Option<String> {
    Some(locale.named("trend", judged.trend?.name()))
}

/// What is aimed at: at least 80 %.
fn goal_text(locale: &Locale, judged: &Judged) -> String {
    let number = locale.value(judged.kpi.value(judged.goal.number()));
    let id = match judged.goal {
        Goal::AtLeast(_) => "at-least",
        Goal::AtMost(_) => "at-most",
    };
    locale.text_with(id, &[("n", &number)])
}

/// What a variant of the service level means.
pub(crate) fn meaning(locale: &Locale, variant: Variant) -> String {
    let number = variant.number().to_string();
    locale.named("meaning", &number)
}
