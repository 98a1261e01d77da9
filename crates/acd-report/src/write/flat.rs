//! A report as plain columns and cells, as files hold it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::kind::KeyColumn;
use crate::report::{Key, OUTCOMES, Report, Row};
use crate::target::Judged;
use crate::texts::weekday_name;
use crate::value::{Change, Unit, Value};

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Real,
    Decimal,
    Boolean,
    Instant,
}

impl Type {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Instant => "instant",
        }
    }
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct FlatColumn {
    pub(super) name: String,
    pub(super) kind: Type,
    /// In what its figures count; none of names and the like.
    pub(super) unit: Option<&'static str>,
}

/// A cell of its column's type, or none.
pub(super) type Cell = Option<Plain>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Text(String),
    Integer(i64),
    Real(f64),
    Decimal(Decimal),
    Boolean(bool),
    Instant(i64),
}

/// The columns of a report in files.
pub(super) fn columns(report: &Report) -> Vec<FlatColumn> {
    let mut columns = Vec::new();
    let mut column = |name: String, kind, unit| columns.push(FlatColumn { name, kind, unit });
    for key in report.keys {
        match key {
            KeyColumn::Bucket => {
                column("from".to_owned(), Type::Instant, None);
                column("to".to_owned(), Type::Instant, None);
            }
            KeyColumn::Hour => column(key.name().to_owned(), Type::Integer, None),
            _ => column(key.name().to_owned(), Type::Text, None),
        }
    }
    column("rank".to_owned(), Type::Integer, None);
    for figure in &report.columns {
        let (kind, unit) = (of_unit(figure.unit), Some(figure.unit.name()));
        column(figure.name.to_string(), kind, unit);
        if report.compare {
            column(format!("{}_before", figure.name), kind, unit);
            column(format!("{}_difference", figure.name), kind, unit);
            column(
                format!("{}_percent", figure.name),
                Type::Real,
                Some("percent"),
            );
        }
    }
    for kpi in &report.kpis {
        column(format!("target_{}", kpi.name()), Type::Real, None);
        column(format!("met_{}", kpi.name()), Type::Boolean, None);
        column(format!("trend_{}", kpi.name()), Type::Text, None);
    }
    columns
}

const fn of_unit(unit: Unit) -> Type {
    match unit {
        Unit::Count | Unit::Ms => Type::Integer,
        Unit::Share | Unit::Rate => Type::Real,
        Unit::Money => Type::Decimal,
    }
}

/// The cells of a row, one for each of [`columns`].
pub(super) fn cells(report: &Report, row: &Row) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (column, key) in report.keys.iter().zip(&row.keys) {
        match (column, key) {
            (KeyColumn::Bucket, key) => {
                let bucket = match key {
                    Some(Key::Bucket(at)) => report.period.buckets().nth(*at),
                    _ => None,
                };
                let range = bucket.unwrap_or(report.period.range());
                cells.push(Some(Plain::Instant(range.start)));
                cells.push(Some(Plain::Instant(range.end)));
            }
            (_, key) => cells.push(key.as_ref().map(|key| of_key(report, key))),
        }
    }
    cells.push(
        row.rank
            .and_then(|rank| i64::try_from(rank).ok().map(Plain::Integer)),
    );
    for (value, change) in row.values.iter().zip(&row.changes) {
        cells.push(value.map(of_value));
        if report.compare {
            cells.push(change.map(|it: Change| of_value(it.before)));
            cells.push(change.map(|it| of_value(it.difference)));
            cells.push(change.and_then(|it| it.percent).map(Plain::Real));
        }
    }
    for judged in &row.judged {
        cells.push(judged.map(|it: Judged| Plain::Real(it.goal.number())));
        cells.push(judged.and_then(|it| it.is_met).map(Plain::Boolean));
        let trend = judged.and_then(|it| it.trend);
        cells.push(trend.map(|it| Plain::Text(it.name().to_owned())));
    }
    cells
}

fn of_key(report: &Report, key: &Key) -> Plain {
    match key {
        Key::Name(name) => Plain::Text(name.clone()),
        Key::Weekday(place) => Plain::Text(weekday_name(report.weekday(*place)).to_owned()),
        Key::Hour(hour) => Plain::Integer(i64::from(*hour)),
        Key::Outcome(at) => Plain::Text(OUTCOMES[*at].name.to_owned()),
        Key::Bucket(at) => Plain::Integer(i64::try_from(*at).unwrap_or(i64::MAX)),
    }
}

fn of_value(value: Value) -> Plain {
    match value {
        Value::Count(number) | Value::Ms(number) => Plain::Integer(number),
        Value::Share(number) | Value::Rate(number) => Plain::Real(number),
        Value::Money(amount) => Plain::Decimal(amount),
    }
}

/// Writes instants on the clock of a zone, with its distance from UTC.
pub(super) struct Instants(TimeZone);

impl Instants {
    pub(super) fn of(report: &Report) -> Self {
        Self(TimeZone::get(report.period.civil().zone()).unwrap_or(TimeZone::UTC))
    }

    pub(super) fn text(&self, at: i64) -> String {
        let Ok(instant) = Timestamp::from_millisecond(at) else {
            return String::new();
        };
        let offset = self.0.to_offset(instant);
        instant.display_with_offset(offset).to_string()
    }
}
