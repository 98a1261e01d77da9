//! How the engine itself is, from what it tells Prometheus. Names and meanings: docs/metrics.md.

use std::collections::BTreeMap;

use super::exposition::{Sample, samples};

/// One scrape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Health {
    pub(crate) version: String,
    /// Single figures, by the name of their metric; of those with labels the sum.
    figures: BTreeMap<&'static str, f64>,
    pub(crate) shards: BTreeMap<String, Shard>,
    /// Seconds since the Unix epoch at which the first certificate ends, by the key of its file.
    pub(crate) certificate: Option<(String, f64)>,
}

/// What one shard tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shard {
    figures: BTreeMap<&'static str, f64>,
    histograms: BTreeMap<&'static str, Histogram>,
}

/// Times counted by size, since the process began.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Histogram {
    /// How many took no longer than these seconds, by rising edges.
    within: Vec<(f64, f64)>,
    sum: f64,
    count: f64,
}

/// Figures of the whole process that are read.
const PROCESS: [&str; 6] = [
    "process_resident_memory_bytes",
    "acd_data_free_bytes",
    "acd_data_size_bytes",
    "acd_stream_waiting_bytes",
    "acd_calls_refused_total",
    "acd_wall_clock_behind_seconds",
];
/// Figures of each shard that are read.
const SHARD: [&str; 12] = [
    "acd_mailbox_calls",
    "acd_mailbox_capacity_calls",
    "acd_busy_total",
    "acd_events_total",
    "acd_streams",
    "acd_resyncs_total",
    "acd_slow_readers_cut_total",
    "acd_journal_retries_total",
    "acd_journal_damage_total",
    "acd_snapshot_failures_total",
    "acd_commit_waiting_seconds",
    "acd_follower_behind_events",
];
/// Histograms of each shard that are read.
const TIMES: [&str; 2] = ["acd_commit_seconds", "acd_follower_lag_seconds"];

impl Health {
    /// What a scrape says.
    pub(crate) fn read(text: &str) -> Self {
        let mut health = Self::default();
        for sample in samples(text) {
            health.take(&sample);
        }
        health
    }

    fn take(&mut self, sample: &Sample<'_>) {
        let is = |known: &&&str| **known == sample.name;
        if let Some(name) = PROCESS.iter().find(is) {
            *self.figures.entry(name).or_default() += sample.value;
        } else if let Some(name) = SHARD.iter().find(is) {
            *self.shard(sample).figures.entry(name).or_default() += sample.value;
        } else if sample.name == "acd_build_info" {
            self.version = sample.label("version").unwrap_or_default().to_owned();
        } else if sample.name == "acd_certificate_expires_timestamp_seconds" {
            let first = self
                .certificate
                .as_ref()
                .is_none_or(|(_, at)| sample.value < *at);
            if first {
                let file = sample.label("file").unwrap_or_default().to_owned();
                self.certificate = Some((file, sample.value));
            }
        } else {
            let of = |name: &&&str| sample.name.starts_with(**name);
            let Some(name) = TIMES.iter().find(of) else {
                return;
            };
            let histogram = self.shard(sample).histograms.entry(name).or_default();
            match &sample.name[name.len()..] {
                "_sum" => histogram.sum = sample.value,
                "_count" => histogram.count = sample.value,
                "_bucket" => {
                    let edge = sample.label("le").and_then(|edge| edge.parse().ok());
                    histogram
                        .within
                        .push((edge.unwrap_or(f64::INFINITY), sample.value));
                }
                _ => {}
            }
        }
    }

    fn shard(&mut self, sample: &Sample<'_>) -> &mut Shard {
        let shard = sample.label("shard").unwrap_or_default().to_owned();
        self.shards.entry(shard).or_default()
    }

    /// A figure of the process; none: this engine does not tell it.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// A figure of all shards together.
    pub(crate) fn total(&self, name: &str) -> f64 {
        self.shards
            .values()
            .filter_map(|shard| shard.figure(name))
            .sum()
    }
}

impl Shard {
    /// A figure of the shard; none: this engine does not tell it.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// The times counted since the scrape before, or since the process began.
    pub(crate) fn times(&self, name: &str, before: Option<&Self>) -> Option<Histogram> {
        let now = self.histograms.get(name)?;
        let before = before.and_then(|shard| shard.histograms.get(name));
        Some(before.map_or_else(|| now.clone(), |before| now.since(before)))
    }
}

impl Histogram {
    /// What was counted after another scrape; all of it if the process began anew in between.
    fn since(&self, before: &Self) -> Self {
        let is_later = before.count <= self.count && before.within.len() == self.within.len();
        if !is_later {
            return self.clone();
        }
        let pairs = self.within.iter().zip(&before.within);
        Self {
            within: pairs
                .map(|((edge, now), (_, then))| (*edge, now - then))
                .collect(),
            sum: self.sum - before.sum,
            count: self.count - before.count,
        }
    }

    /// The mean, in seconds; none: nothing was counted.
    pub(crate) fn mean_s(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }

    /// The edge that 99 of 100 did not exceed, in seconds; none: nothing was counted.
    pub(crate) fn most_s(&self) -> Option<f64> {
        let enough = self.count * 0.99;
        let within = self.within.iter().find(|(_, count)| *count >= enough);
        within.filter(|_| self.count > 0.0).map(|(edge, _)| *edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "acd_build_info{version=\"1.2.3\"} 1\nprocess_resident_memory_bytes 4096\n\
        acd_mailbox_calls{shard=\"0\"} 2\nacd_mailbox_calls{shard=\"1\"} 3\n\
        acd_commit_seconds_bucket{shard=\"0\",le=\"0.001\"} 90\n\
        acd_commit_seconds_bucket{shard=\"0\",le=\"0.01\"} 100\n\
        acd_commit_seconds_bucket{shard=\"0\",le=\"+Inf\"} 100\n\
        acd_commit_seconds_sum{shard=\"0\"} 0.2\nacd_commit_seconds_count{shard=\"0\"} 100\n\
        acd_calls_refused_total{reason=\"BUSY\"} 4\nacd_calls_refused_total{reason=\"OTHER\"} 1\n\
        acd_visits_waiting{tenant=\"t\",queue=\"q\",channel=\"voice\"} 7\n\
        acd_certificate_expires_timestamp_seconds{file=\"b\"} 20\n\
        acd_certificate_expires_timestamp_seconds{file=\"a\"} 10\n";

    fn most_ms(histogram: Option<Histogram>) -> Option<f64> {
        Some(histogram?.most_s()? * 1_000.0)
    }

    #[test]
    fn figures_are_of_the_process_of_each_shard_and_of_all() {
        let health = Health::read(BEFORE);
        assert_eq!(health.version, "1.2.3");
        assert_eq!(health.figure("process_resident_memory_bytes"), Some(4096.0));
        assert_eq!(health.figure("acd_calls_refused_total"), Some(5.0));
        assert_eq!(health.figure("acd_data_free_bytes"), None, "it is not told");
        assert_eq!(health.total("acd_mailbox_calls"), 5.0);
        assert_eq!(health.shards["1"].figure("acd_mailbox_calls"), Some(3.0));
        assert_eq!(health.certificate, Some(("a".to_owned(), 10.0)));
    }

    #[test]
    fn times_are_those_since_the_scrape_before() {
        let before = Health::read(BEFORE);
        let after = BEFORE
            .replace("le=\"0.001\"} 90", "le=\"0.001\"} 290")
            .replace("} 100\n", "} 300\n")
            .replace("} 0.2\n", "} 0.3\n");
        let after = Health::read(&after);
        let commit = |health: &Health, before: Option<&Health>| {
            health.shards["0"].times("acd_commit_seconds", before.map(|it| &it.shards["0"]))
        };
        assert_eq!(most_ms(commit(&before, None)), Some(10.0));
        // Those of late were all fast.
        assert_eq!(most_ms(commit(&after, Some(&before))), Some(1.0));
        let mean = commit(&after, Some(&before))
            .and_then(|it| it.mean_s())
            .expect("some");
        assert!((mean - 0.000_5).abs() < 1e-9, "{mean}");
        // The process began anew.
        assert_eq!(most_ms(commit(&before, Some(&after))), Some(10.0));
        // Nothing happened.
        assert_eq!(most_ms(commit(&after, Some(&after))), None);
        assert_eq!(before.shards["1"].times("acd_commit_seconds", None), None);
    }
}
