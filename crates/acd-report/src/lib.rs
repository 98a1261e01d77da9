//! What managers read: reports of a period from its figures, as a table for a terminal, CSV, JSON, Parquet, and one HTML
//! file with charts.
//!
//! [`input`] is what somebody who keeps figures gives, [`Civil`] says where the buckets of a period lie, [`report`] makes
//! the rows, and [`mod@write`] writes them. Nothing here reads a clock, a file or the network.
//!
//! Every average and share is made of sums, never of averages, and is none where its denominator is nothing. The words
//! are those of `docs/metrics.md`.

mod civil;
mod columns;
#[cfg(test)]
mod fixture;
pub mod html;
pub mod input;
mod kind;
mod money;
mod range;
mod report;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
mod sums;
mod target;
mod texts;
mod value;
pub mod write;

pub use acd_core::service_level::{Parts, Variant};
pub use civil::{BUCKETS_MAX, Civil, Period, PeriodError, Step};
pub use columns::Column;
pub use kind::{KeyColumn, Kind};
pub use money::{Charges, Currency, Rounding, Tariff, Usage};
pub use range::NoRange;
pub use report::{Key, Question, Report, Row, report};
pub use target::{Goal, Judged, Kpi, Scope, Target, Trend};
pub use texts::{Language, Locale};
pub use value::{Change, Unit, Value};
