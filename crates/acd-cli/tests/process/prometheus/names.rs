//! Which metrics a text of PromQL names, with which labels.

use std::collections::BTreeMap;

use acd_server::metrics::{ALL, Family, Kind};

/// What Prometheus itself adds to each series.
const ADDED: [&str; 3] = ["job", "instance", "le"];

/// A metric that is named, and the labels that stand in braces behind it.
pub(super) struct Named<'t> {
    pub(super) name: &'t str,
    pub(super) labels: Vec<&'t str>,
}

/// The metrics of the engine, and what rules have recorded (`level:metric:operation`), in the order of the text.
pub(super) fn named(text: &str) -> Vec<Named<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_name) {
        let length = rest[at..].find(|c| !is_name(c)).unwrap_or(rest.len() - at);
        let name = &rest[at..at + length];
        rest = &rest[at + length..];
        if name.starts_with("acd_") || name.matches(':').count() == 2 {
            found.push(Named {
                name,
                labels: labels(rest),
            });
        }
    }
    found
}

/// The labels of the braces with which the text begins, if it does.
fn labels(text: &str) -> Vec<&str> {
    let Some(inside) = text
        .strip_prefix('{')
        .and_then(|rest| rest.split('}').next())
    else {
        return Vec::new();
    };
    let matchers = inside
        .split(',')
        .filter(|matcher| matcher.contains(['=', '~']));
    matchers
        .map(|matcher| matcher.split(['=', '!']).next().unwrap_or(matcher).trim())
        .collect()
}

/// The engine's families by the names of their series.
pub(super) fn exposed() -> BTreeMap<String, &'static Family> {
    let mut exposed = BTreeMap::new();
    for family in ALL {
        let suffixes: &[&str] = match family.kind {
            Kind::Histogram => &["_bucket", "_sum", "_count"],
            Kind::Counter | Kind::Gauge => &[""],
        };
        for suffix in suffixes {
            exposed.insert(format!("{}{suffix}", family.name), family);
        }
    }
    exposed
}

/// What is wrong with the names and labels of this text: nothing, if all of it is exposed by the engine or recorded.
pub(super) fn faults(text: &str, recorded: &[&str]) -> Vec<String> {
    let exposed = exposed();
    let mut faults = Vec::new();
    for Named { name, labels } in named(text) {
        if name.contains(':') {
            if !recorded.contains(&name) {
                faults.push(format!("{name} is not recorded by any rule"));
            }
            continue;
        }
        let Some(family) = exposed.get(name) else {
            faults.push(format!("the engine has no series {name}"));
            continue;
        };
        for label in labels {
            if !family.labels.contains(&label) && !ADDED.contains(&label) {
                faults.push(format!("{name} has no label {label}"));
            }
        }
    }
    faults
}

#[test]
fn what_is_named_is_found_with_its_labels() {
    let text = r#"sum by (le) (rate(acd_commit_seconds_bucket{shard="0",le=~"x|y"}[5m])) > queue:acd_x:ratio30m"#;
    let found = named(text);
    let names: Vec<_> = found.iter().map(|it| it.name).collect();
    assert_eq!(names, ["acd_commit_seconds_bucket", "queue:acd_x:ratio30m"]);
    assert_eq!(found[0].labels, ["shard", "le"]);
    assert_eq!(faults(text, &["queue:acd_x:ratio30m"]), [""; 0]);
    assert_eq!(
        faults(r#"acd_commit_seconds{tenant!="x"}"#, &[]),
        ["the engine has no series acd_commit_seconds"]
    );
    assert_eq!(
        faults(r#"acd_emergency{queue!~"x"} + a:b:c"#, &[]),
        [
            "acd_emergency has no label queue",
            "a:b:c is not recorded by any rule"
        ]
    );
}
