//! The Prometheus text format (version 0.0.4), for families whose values are read and not counted here.

use std::fmt::{Display, Write};

use acd_core::ids::DurationMs;

use super::families::Family;

/// Text in the making. Families come one after the other, each with all its series.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    lines: usize,
}

/// After how many lines others have their turn: a long text is no reason to hold anybody up.
const LINES_AT_ONCE: usize = 64;

/// A number of milliseconds, written in seconds without loss.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seconds(pub(super) u64);

impl Seconds {
    /// A length of time; a negative one is none.
    pub(super) fn of(duration: DurationMs) -> Self {
        Self(u64::try_from(duration).unwrap_or(0))
    }
}

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000, self.0 % 1_000);
        let fraction = format!("{rest:03}");
        let fraction = fraction.trim_end_matches('0');
        write!(
            f,
            "{whole}.{}",
            if fraction.is_empty() { "0" } else { fraction }
        )
    }
}

/// A number of milliseconds that may be negative, written in seconds without loss.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignedSeconds(pub(super) i64);

impl Display for SignedSeconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", Seconds(self.0.unsigned_abs()))
    }
}

impl Exposition {
    /// Begins a family.
    pub(super) fn family(&mut self, family: &Family) {
        let Family {
            name, kind, help, ..
        } = family;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {}", kind.as_str()));
    }

    /// One series of the family. `values` are those of its labels, in their order.
    pub(super) fn sample(&mut self, family: &Family, values: &[&str], value: impl Display) {
        debug_assert_eq!(family.labels.len(), values.len(), "{}", family.name);
        let labels = labels(family, values, None);
        self.line(format_args!("{}{labels} {value}", family.name));
    }

    /// One histogram of the family: counts of each bucket (not cumulated), one more than there are upper edges, and
    /// the sum, all in milliseconds.
    pub(super) fn histogram(
        &mut self,
        family: &Family,
        values: &[&str],
        edges_ms: &[DurationMs],
        counts: &[u64],
        sum_ms: u64,
    ) {
        let name = family.name;
        let mut within = 0;
        for (edge, count) in edges_ms.iter().zip(counts) {
            within += count;
            let labels = labels(family, values, Some(&Seconds::of(*edge).to_string()));
            self.line(format_args!("{name}_bucket{labels} {within}"));
        }
        let all: u64 = counts.iter().sum();
        self.line(format_args!(
            "{name}_bucket{} {all}",
            labels(family, values, Some("+Inf"))
        ));
        let labels = labels(family, values, None);
        self.line(format_args!("{name}_sum{labels} {}", Seconds(sum_ms)));
        self.line(format_args!("{name}_count{labels} {all}"));
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
        self.lines += 1;
        if self.lines.is_multiple_of(LINES_AT_ONCE) {
            std::thread::yield_now();
        }
    }
}

fn labels(family: &Family, values: &[&str], le: Option<&str>) -> String {
    let own = family.labels.iter().copied().zip(values.iter().copied());
    let all: Vec<String> = own
        .chain(le.map(|edge| ("le", edge)))
        .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
        .collect();
    if all.is_empty() {
        String::new()
    } else {
        format!("{{{}}}", all.join(","))
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::super::families::Kind;
    use super::*;

    const WAIT: Family = Family {
        name: "wait_seconds",
        kind: Kind::Histogram,
        labels: &["queue"],
        help: "A wait.",
    };
    const UP: Family = Family {
        name: "up",
        kind: Kind::Gauge,
        labels: &[],
        help: "Whether it is.",
    };

    #[test]
    fn a_histogram_is_cumulated_and_its_sum_is_exact() {
        let mut text = Exposition::default();
        text.family(&WAIT);
        text.histogram(
            &WAIT,
            &["sales"],
            &[1_000, 2_500, 20_000],
            &[3, 0, 2, 1],
            61_001,
        );
        let expected = "\
# HELP wait_seconds A wait.
# TYPE wait_seconds histogram
wait_seconds_bucket{queue=\"sales\",le=\"1.0\"} 3
wait_seconds_bucket{queue=\"sales\",le=\"2.5\"} 3
wait_seconds_bucket{queue=\"sales\",le=\"20.0\"} 5
wait_seconds_bucket{queue=\"sales\",le=\"+Inf\"} 6
wait_seconds_sum{queue=\"sales\"} 61.001
wait_seconds_count{queue=\"sales\"} 6
";
        assert_eq!(text.into_text(), expected);
    }

    #[test]
    fn a_series_without_labels_has_no_braces() {
        let mut text = Exposition::default();
        text.sample(&UP, &[], 1);
        assert_eq!(text.into_text(), "up 1\n");
    }

    #[test]
    fn label_values_are_escaped() {
        let mut text = Exposition::default();
        let family = Family {
            kind: Kind::Gauge,
            ..WAIT
        };
        text.sample(&family, &["a \"b\" \\ c\nd"], 1);
        assert_eq!(
            text.into_text(),
            "wait_seconds{queue=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n"
        );
    }

    #[test]
    fn seconds_are_written_without_loss() {
        for (ms, text) in [
            (0, "0.0"),
            (1, "0.001"),
            (1_500, "1.5"),
            (20_000, "20.0"),
            (u64::MAX, "18446744073709551.615"),
        ] {
            assert_eq!(Seconds(ms).to_string(), text);
        }
        assert_eq!(Seconds::of(-5).to_string(), "0.0");
        assert_eq!(SignedSeconds(-1_250).to_string(), "-1.25");
        assert_eq!(SignedSeconds(1_250).to_string(), "1.25");
    }
}
