//! What benchmarks hand in, and the report made of it.

mod machine;
mod table;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use machine::Machine;

/// The variable that names the file to which figures are handed in, one JSON object a line.
pub const FIGURES: &str = "ACD_FIGURES";

/// One measured figure. It is complete when it stands beside what limits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name in the report, such as `core.step_ns.1k.p50`.
    pub key: String,
    /// What was measured, in a few words.
    pub what: String,
    /// How much it was; none: it did not come to an end in the time it had.
    pub value: Option<f64>,
    /// In which unit.
    pub unit: String,
    /// What the machine itself does in the same unit, measured in the same run; none: nothing to compare with.
    pub limit: Option<f64>,
    /// What it should be; none: it is told and not judged.
    pub target: Option<Target>,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The value is at most this.
    ValueAtMost(f64),
    /// The value is at least this.
    ValueAtLeast(f64),
    /// The value over the limit is at most this.
    RatioAtMost(f64),
    /// The value over the limit is at least this.
    RatioAtLeast(f64),
}

impl Figure {
    /// A figure without limit or target.
    pub fn new(key: impl Into<String>, what: impl Into<String>, value: f64, unit: &str) -> Self {
        Self {
            key: key.into(),
            what: what.into(),
            value: Some(value),
            unit: unit.into(),
            limit: None,
            target: None,
        }
    }

    /// The same figure beside what the machine itself does.
    #[must_use]
    pub fn beside(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The same figure with its target.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// The value over the limit.
    pub fn ratio(&self) -> Option<f64> {
        Some(self.value? / self.limit?)
    }

    /// Whether it reaches its target; none: it has none.
    pub fn is_met(&self) -> Option<bool> {
        let (measured, is_enough): (_, fn(f64, f64) -> bool) = match self.target? {
            Target::ValueAtMost(_) => (self.value, |is, target| is <= target),
            Target::ValueAtLeast(_) => (self.value, |is, target| is >= target),
            Target::RatioAtMost(_) => (self.ratio(), |is, target| is <= target),
            Target::RatioAtLeast(_) => (self.ratio(), |is, target| is >= target),
        };
        let (Target::ValueAtMost(target)
        | Target::ValueAtLeast(target)
        | Target::RatioAtMost(target)
        | Target::RatioAtLeast(target)) = self.target?;
        Some(measured.is_some_and(|measured| is_enough(measured, target)))
    }

    /// Prints it, and puts it into the report if one is being made.
    ///
    /// # Panics
    /// If the file of figures cannot be written.
    pub fn hand_in(self) {
        println!("{}", table::line(&self));
        if let Some(path) = std::env::var_os(FIGURES) {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let mut line = serde_json::to_string(&self).expect("plain data");
            line.push('\n');
            let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
            written.expect("the file of figures can be written");
        }
    }
}

/// All figures of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    /// The commit that was measured; `-dirty` when files were changed.
    commit: String,
    /// Milliseconds since 1970.
    at_ms: u64,
    figures: Vec<Told>,
}

/// A figure with what follows from it.
#[derive(Debug, Serialize)]
struct Told {
    #[serde(flatten)]
    figure: Figure,
    ratio: Option<f64>,
    met: Option<bool>,
}

impl Report {
    /// The report of the figures that were handed in to this file.
    ///
    /// # Errors
    /// If the file cannot be read, or holds something else.
    pub fn of(handed_in: &Path) -> std::io::Result<Self> {
        let text = fs::read_to_string(handed_in)?;
        let figures: Result<Vec<Figure>, _> = text.lines().map(serde_json::from_str).collect();
        let mut figures = figures?;
        figures.sort_by(|a, b| a.key.cmp(&b.key));
        let told = |figure: Figure| Told {
            ratio: figure.ratio(),
            met: figure.is_met(),
            figure,
        };
        Ok(Self {
            machine: Machine::measured_in(handed_in.parent().unwrap_or(Path::new(".")))?,
            commit: machine::commit(),
            at_ms: now_ms(),
            figures: figures.into_iter().map(told).collect(),
        })
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        Ok(serde_json::to_writer_pretty(File::create(path)?, self)?)
    }

    /// Prints the machine and the table.
    pub fn print(&self) {
        println!("{}, commit {}", self.machine, self.commit);
        println!("{}", table::heading());
        for told in &self.figures {
            println!("{}", table::line(&told.figure));
        }
        let judged = || self.figures.iter().filter_map(|told| told.met);
        let met = judged().filter(|met| *met).count();
        println!("{met} of {} targets met", judged().count());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a report says when it was made; nothing depends on it"
)]
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        Figure::new("a.b", "something", 30.0, "us")
    }

    #[test]
    fn a_figure_is_judged_by_its_value_or_by_its_ratio_to_the_limit() {
        let judged = |target| figure().beside(10.0).target(target).is_met();
        assert_eq!(judged(Target::ValueAtMost(30.0)), Some(true));
        assert_eq!(judged(Target::ValueAtLeast(31.0)), Some(false));
        assert_eq!(judged(Target::RatioAtMost(3.0)), Some(true));
        assert_eq!(judged(Target::RatioAtLeast(3.1)), Some(false));
        assert_eq!(figure().is_met(), None);
    }

    #[test]
    fn what_came_to_no_end_or_has_no_limit_where_one_is_asked_for_is_not_met() {
        let endless = Figure {
            value: None,
            ..figure()
        };
        let endless = endless.target(Target::ValueAtMost(1e9));
        assert_eq!(endless.is_met(), Some(false));
        let alone = figure().target(Target::RatioAtMost(1e9));
        assert_eq!(alone.is_met(), Some(false));
    }

    #[test]
    fn a_report_tells_what_was_handed_in_by_key() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let handed_in = dir.path().join("figures.jsonl");
        let line = |key: &str| {
            let figure = Figure::new(key, "something", 30.0, "us").beside(10.0);
            serde_json::to_string(&figure.target(Target::RatioAtMost(2.0))).expect("plain data")
        };
        fs::write(&handed_in, format!("{}\n{}\n", line("b"), line("a"))).expect("room");
        let path = dir.path().join("report.json");
        let report = Report::of(&handed_in).expect("figures");
        report.write(&path).expect("room");
        let text = fs::read_to_string(&path).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let first = &report["figures"][0];
        assert_eq!(first["key"], "a");
        assert_eq!(first["ratio"], 3.0);
        assert_eq!(first["met"], false);
        assert_eq!(first["target"]["ratio_at_most"], 2.0);
        assert!(report["machine"]["flush_p50_us"].is_number());
    }
}
