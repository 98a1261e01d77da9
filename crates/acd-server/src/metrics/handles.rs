//! The handles by which one series of a family counts.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Metadata, Recorder as _};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::families::{Family, Kind};

const METADATA: Metadata<'static> =
    Metadata::new(module_path!(), metrics::Level::INFO, Some(module_path!()));

pub(super) fn describe(recorder: &PrometheusRecorder, family: &Family) {
    let name = KeyName::from_const_str(family.name);
    let help = family.help.into();
    match family.kind {
        Kind::Counter => recorder.describe_counter(name, None, help),
        Kind::Gauge => recorder.describe_gauge(name, None, help),
        Kind::Histogram => recorder.describe_histogram(name, None, help),
    }
}

fn key(family: Family, values: &[&str]) -> Key {
    let labels = family
        .labels
        .iter()
        .zip(values)
        .map(|(label, value)| Label::new(*label, (*value).to_owned()));
    Key::from_parts(family.name, labels.collect::<Vec<_>>())
}

pub(super) fn counter(recorder: &PrometheusRecorder, family: Family, values: &[&str]) -> Counter {
    let counter = recorder.register_counter(&key(family, values), &METADATA);
    // A series that has never counted is shown as zero, so that a first increase is seen as one.
    counter.increment(0);
    counter
}

pub(super) fn gauge(recorder: &PrometheusRecorder, family: Family, values: &[&str]) -> Gauge {
    recorder.register_gauge(&key(family, values), &METADATA)
}

pub(super) fn histogram(
    recorder: &PrometheusRecorder,
    family: Family,
    values: &[&str],
) -> Histogram {
    recorder.register_histogram(&key(family, values), &METADATA)
}
