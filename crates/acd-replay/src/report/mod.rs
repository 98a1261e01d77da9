//! The closing report: what happened to the offered calls, per class and in all, beside what the log recorded.
//!
//! The figures of docs/metrics.md are computed from [`Counts`], one per class. Where every visit is observed, a [`Tally`]
//! collects them exactly (in a replay on the virtual clock, and from a log by [`Tally::recorded`]); where a server
//! counted, its own durable counters are the counts. Both sides of a [`ClosingReport`] go through the same code.

mod counts;
mod figures;
mod reason;
mod service_level;
mod tally;
mod text;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

pub use counts::{Counts, Removed};
pub use figures::Figures;
pub use reason::FlowOutReason;
pub use service_level::ServiceLevel;
pub use tally::Tally;

/// The waits that the figures are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Thresholds {
    /// T of the service level: a wait of exactly this long is within it.
    pub service_level_ms: i64,
    /// S: an abandon is short if its wait is less than this.
    pub short_abandon_ms: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            service_level_ms: 20_000,
            short_abandon_ms: 5_000,
        }
    }
}

/// The figures of one side, per class and in all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// All classes together, from their summed counts.
    pub all: Figures,
    /// By class.
    pub classes: BTreeMap<String, Figures>,
}

impl Side {
    /// The figures of these counts, by class.
    pub fn of(counts: &BTreeMap<String, Counts>) -> Self {
        let mut all = Counts::default();
        for class in counts.values() {
            all.add(class);
        }
        let figures = |(name, class): (&String, &Counts)| (name.clone(), Figures::of(class));
        Self {
            all: Figures::of(&all),
            classes: counts.iter().map(figures).collect(),
        }
    }

    fn adds_up(&self) -> bool {
        self.all.adds_up && self.classes.values().all(|figures| figures.adds_up)
    }
}

/// The report at the end of a replay or a demo. `Display` is its text, at most 100 columns wide.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClosingReport {
    /// What the figures are judged by.
    pub thresholds: Thresholds,
    /// Whether offered = answered + abandoned + flow-out + waiting, in every class of both sides and in all.
    pub adds_up: bool,
    /// What the engine made of the calls.
    pub engine: Side,
    /// What the log says became of them in reality; absent when there is no log.
    pub recorded: Option<Side>,
    /// Remarks for the reader, such as why the two sides differ. One paragraph each.
    pub notes: Vec<String>,
}

impl ClosingReport {
    /// The report of what was tallied, beside what was recorded if there is a log.
    pub fn new(
        thresholds: Thresholds,
        engine: &Tally,
        recorded: Option<&Tally>,
        notes: Vec<String>,
    ) -> Self {
        let side = |tally: &Tally| Side::of(&tally.counts(thresholds));
        Self::of_sides(thresholds, side(engine), recorded.map(side), notes)
    }

    /// The report of two sides that were counted by the same thresholds.
    pub fn of_sides(
        thresholds: Thresholds,
        engine: Side,
        recorded: Option<Side>,
        notes: Vec<String>,
    ) -> Self {
        let adds_up = engine.adds_up() && recorded.as_ref().is_none_or(Side::adds_up);
        Self {
            thresholds,
            adds_up,
            engine,
            recorded,
            notes,
        }
    }

    /// The report as indented JSON. Durations are in milliseconds (`_ms`), shares between 0 and 1, null when undefined.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The sides that there are, with their names in the report.
    fn sides(&self) -> impl Iterator<Item = (&'static str, &Side)> {
        let recorded = self.recorded.as_ref().map(|side| ("recorded", side));
        std::iter::once(("engine", &self.engine)).chain(recorded)
    }
}

impl fmt::Display for ClosingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(self, f)
    }
}
