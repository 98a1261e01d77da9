//! Figures as rows hold them, with their units and how they changed.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// How many.
    Count(i64),
    /// A length of time in milliseconds.
    Ms(i64),
    /// A share of one: 0.8 is 80 %.
    Share(f64),
    /// How many of each.
    Rate(f64),
    /// An amount of the row's currency.
    Money(Decimal),
}

/// In what a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Milliseconds.
    Ms,
    /// Shares of one.
    Share,
    /// Things for each of others.
    Rate,
    /// The row's currency.
    Money,
}

impl Unit {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Ms => "ms",
            Self::Share => "share",
            Self::Rate => "rate",
            Self::Money => "money",
        }
    }
}

impl Value {
    pub(crate) fn count(count: u64) -> Self {
        Self::Count(signed(count))
    }

    pub(crate) fn ms(ms: u64) -> Self {
        Self::Ms(signed(ms))
    }

    /// As a number: shares of one, milliseconds, units of the currency.
    pub fn number(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "for comparing and drawing")]
            Self::Count(number) | Self::Ms(number) => number as f64,
            Self::Share(number) | Self::Rate(number) => number,
            Self::Money(amount) => amount.to_f64().unwrap_or_default(),
        }
    }

    /// This less another of the same unit; none of different ones.
    pub fn less(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Count(a), Self::Count(b)) => Some(Self::Count(a - b)),
            (Self::Ms(a), Self::Ms(b)) => Some(Self::Ms(a - b)),
            (Self::Share(a), Self::Share(b)) => Some(Self::Share(a - b)),
            (Self::Rate(a), Self::Rate(b)) => Some(Self::Rate(a - b)),
            (Self::Money(a), Self::Money(b)) => Some(Self::Money(a - b)),
            _ => None,
        }
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How a figure changed from the period before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// What it was before.
    pub before: Value,
    /// The figure less what it was; of shares, in points of one.
    pub difference: Value,
    /// The difference in percent of what it was; none of nothing.
    pub percent: Option<f64>,
}

impl Change {
    /// From what it was to what it is; none where one of them is none.
    pub(crate) fn of(now: Option<Value>, before: Option<Value>) -> Option<Self> {
        let (now, before) = (now?, before?);
        let difference = now.less(before)?;
        let was = before.number();
        Some(Self {
            before,
            difference,
            percent: (was != 0.0).then(|| difference.number() / was.abs() * 100.0),
        })
    }
}
