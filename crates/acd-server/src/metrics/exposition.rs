//! The Prometheus text format (version 0.0.4), for families whose values are read and not counted here.

use std::fmt::{Display, Write};

use acd_core::ids::DurationMs;

use super::families::Family;

/// Text in the making. Families come one after the other, each with all its series.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    /// The labels of the series at hand, without the last brace.
    labels: String,
    lines: usize,
}

/// After how many lines others have their turn: a long text is no reason to hold anybody up.
const LINES_AT_ONCE: usize = 1_024;

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
        // No more digits than it takes.
        let (fraction, digits) = match rest {
            _ if rest % 100 == 0 => (rest / 100, 1),
            _ if rest % 10 == 0 => (rest / 10, 2),
            _ => (rest, 3),
        };
        write!(f, "{whole}.{fraction:0digits$}")
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
    /// Families that follow those of this text.
    pub(super) fn after(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Begins a family.
    pub(super) fn family(&mut self, family: &Family) {
        let Family {
            name, kind, help, ..
        } = family;
        self.end_line(format_args!("# HELP {name} {help}"));
        self.end_line(format_args!("# TYPE {name} {}", kind.as_str()));
    }

    /// One series of the family. `values` are those of its labels, in their order.
    pub(super) fn sample(&mut self, family: &Family, values: &[&str], value: impl Display) {
        self.label(family, values);
        self.series(family, "", None, value);
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
        self.label(family, values);
        let mut within = 0;
        for (edge, count) in edges_ms.iter().zip(counts) {
            within += count;
            let edge = Seconds::of(*edge);
            self.series(family, "_bucket", Some(&edge), within);
        }
        let all: u64 = counts.iter().sum();
        self.series(family, "_bucket", Some(&"+Inf"), all);
        self.series(family, "_sum", None, Seconds(sum_ms));
        self.series(family, "_count", None, all);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Which labels the series has that come next.
    fn label(&mut self, family: &Family, values: &[&str]) {
        debug_assert_eq!(family.labels.len(), values.len(), "{}", family.name);
        let text = &mut self.labels;
        text.clear();
        for (label, value) in family.labels.iter().zip(values) {
            text.push(if text.is_empty() { '{' } else { ',' });
            text.push_str(label);
            text.push_str("=\"");
            push_escaped(text, value);
            text.push('"');
        }
    }

    /// One line. A scrape has a hundred thousand of them: nothing is made for it but its text.
    fn series(
        &mut self,
        family: &Family,
        suffix: &str,
        le: Option<&dyn Display>,
        value: impl Display,
    ) {
        let text = &mut self.text;
        text.push_str(family.name);
        text.push_str(suffix);
        text.push_str(&self.labels);
        if let Some(le) = le {
            let before = if self.labels.is_empty() { '{' } else { ',' };
            // Writing to a string cannot fail.
            let _ = write!(text, "{before}le=\"{le}\"}}");
        } else if !self.labels.is_empty() {
            text.push('}');
        }
        self.end_line(format_args!(" {value}"));
    }

    fn end_line(&mut self, rest: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.text, "{rest}");
        self.lines += 1;
        if self.lines.is_multiple_of(LINES_AT_ONCE) {
            std::thread::yield_now();
        }
    }
}

fn push_escaped(text: &mut String, value: &str) {
    let mut rest = value;
    // All three are one byte each, and no part of another character.
    let is_special = |byte| matches!(byte, b'\\' | b'"' | b'\n');
    while let Some(at) = rest.bytes().position(is_special) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'\\' => r"\\",
            b'"' => "\\\"",
            _ => r"\n",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
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
