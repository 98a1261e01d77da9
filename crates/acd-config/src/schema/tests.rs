//! The keys that the readers know, the reference, and the samples say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use acd_core::config::{
    AgentConfig, Announcements, AttributeConfig, BackOffTimes, CallbackConfig, DispositionConfig,
    Limits, MaskConfig, QuestionConfig, QueueConfig, ReasonConfig, ReserveThreshold,
    ReviewFormConfig, Settings, TargetConfig, TariffConfig, TenantConfig, TierConfig, Training,
};
use acd_core::ids::Channel;
use toml::{Table, Value};

use super::{ALL, CAPACITY, MAY_INTERRUPT, RING_BY_CHANNEL, Schema};
use crate::tenant::keys::Keyed;
use crate::{FileConfig, HistoryConfig, ServerConfig, TracesConfig, parse_file, parse_tenant};

/// Every table.
fn all() -> impl Iterator<Item = &'static Schema> {
    let keyed = [
        Settings::SCHEMA,
        BackOffTimes::SCHEMA,
        Limits::SCHEMA,
        ReasonConfig::SCHEMA,
        DispositionConfig::SCHEMA,
        AttributeConfig::SCHEMA,
        MaskConfig::SCHEMA,
        TargetConfig::SCHEMA,
        TariffConfig::SCHEMA,
        ReviewFormConfig::SCHEMA,
        QuestionConfig::SCHEMA,
        QueueConfig::SCHEMA,
        TierConfig::SCHEMA,
        ReserveThreshold::SCHEMA,
        Announcements::SCHEMA,
        CallbackConfig::SCHEMA,
        AgentConfig::SCHEMA,
        Training::SCHEMA,
    ];
    ALL.iter().copied().chain(keyed)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn file(text: &str) -> FileConfig {
    parse_file(text, "acd.toml").unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

fn tenant(text: &str) -> TenantConfig {
    parse_tenant(text, "tenant.toml").unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

/// The rows of docs/configuration.md: of each table, its keys with the cell after next, where defaults stand.
fn reference() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut table = String::new();
    for line in text("docs/configuration.md").lines() {
        if line.starts_with('#') {
            table = code(line).unwrap_or_default().to_owned();
        } else if let Some(row) = line.strip_prefix('|') {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            if let Some(key) = cells.first().and_then(|cell| code(cell)) {
                let default = cells.get(2).and_then(|cell| code(cell)).unwrap_or_default();
                tables
                    .entry(table.clone())
                    .or_default()
                    .insert(key.to_owned(), default.to_owned());
            }
        }
    }
    tables
}

/// The first piece between backticks, if the cell or heading begins with it.
fn code(cell: &str) -> Option<&str> {
    cell.trim_start_matches(['#', ' '])
        .strip_prefix('`')?
        .split('`')
        .next()
}

#[test]
fn every_key_has_a_line_in_the_reference_and_the_reference_no_other() {
    let reference = reference();
    for Schema { path, keys } in all() {
        let documented: BTreeSet<&str> = reference
            .get(*path)
            .into_iter()
            .flat_map(BTreeMap::keys)
            .map(String::as_str)
            .collect();
        assert_eq!(
            documented,
            keys.iter().copied().collect(),
            "docs/configuration.md, section {path}"
        );
    }
    let known: BTreeSet<&str> = all().map(|schema| schema.path).collect();
    assert_eq!(
        reference
            .keys()
            .map(String::as_str)
            .collect::<BTreeSet<_>>(),
        known
    );
}

#[test]
fn the_defaults_in_the_reference_are_the_real_ones() {
    let reference = reference();
    let stated = |path: &str| -> String {
        let rows = reference[path]
            .iter()
            .filter(|(_, default)| !default.is_empty());
        rows.map(|(key, default)| format!("{key} = {default}\n"))
            .collect()
    };
    for path in ["server", "server.limits", "server.log"] {
        let read = file(&format!("[{path}]\n{}", stated(path)));
        assert_eq!(read.server, ServerConfig::default(), "{path}");
    }
    let collector = "http://127.0.0.1:4317";
    let traces = stated("server.traces");
    let read = file(&format!(
        "[server.traces]\nendpoint = {collector:?}\n{traces}"
    ));
    assert_eq!(read.server.traces, Some(TracesConfig::new(collector)));
    let [settings, back_off, limits] = ["settings", "settings.back_off", "limits"]
        .map(|table| stated(&format!("tenants.NAME.{table}")));
    let read = tenant(&format!(
        "[settings]\n{settings}[settings.back_off]\n{back_off}[limits]\n{limits}"
    ));
    assert_eq!(
        (read.settings, read.limits),
        (Settings::default(), Limits::default())
    );
    let queue = stated("tenants.NAME.queues.NAME");
    assert_eq!(
        tenant(&format!("[queues.a]\n{queue}")).queues,
        [QueueConfig::named("a")]
    );
    for table in ["tiers", "announcements", "callback", "wrap_up"] {
        let stated = stated(&format!("tenants.NAME.queues.NAME.{table}"));
        let read = tenant(&format!("[queues.a.{table}]\n{stated}"));
        assert_eq!(read.queues, [QueueConfig::named("a")], "{table}");
    }
    let agent = stated("tenants.NAME.agents.NAME");
    assert_eq!(
        tenant(&format!("[agents.a]\n{agent}")),
        tenant("[agents.a]")
    );
}

#[test]
fn what_the_reference_shows_as_an_example_is_read() {
    let document = text("docs/configuration.md");
    let examples: Vec<&str> = document
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        if example.contains("[server") || example.contains("[tenants") {
            file(example);
        } else {
            tenant(example);
        }
    }
}

/// The configuration files below a folder.
fn samples(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of samples");
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> = folders.iter().flat_map(|folder| samples(folder)).collect();
    found.extend(
        files
            .into_iter()
            .filter(|path| path.extension() == Some("toml".as_ref())),
    );
    found
}

#[test]
fn every_sample_is_read() {
    let samples = samples(&root().join("deploy/examples"));
    for sample in &samples {
        let text = std::fs::read_to_string(sample).expect("a sample is text");
        if text.contains("[tenants.") {
            file(&text);
        } else {
            tenant(&text);
        }
    }
    let has = |name: &str| samples.iter().any(|sample| sample.ends_with(name));
    assert!(has("minimal.toml") && has("full.toml"));
}

#[test]
fn the_full_sample_has_every_key_and_each_one_counts() {
    let full: Table = text("deploy/examples/full.toml")
        .parse()
        .expect("the full sample is TOML");
    let read = |table: &Table| {
        parse_file(
            &toml::to_string(table).expect("a table is TOML"),
            "acd.toml",
        )
    };
    let whole = read(&full).expect("the full sample is read");
    for Schema { path, keys } in all() {
        for key in *keys {
            let mut without = Value::Table(full.clone());
            let steps = path.split('.').filter(|_| *path != "acd.toml");
            assert!(
                remove(&mut without, steps, key),
                "full.toml lacks {key} in {path}"
            );
            if (*path, *key) == ("server.history", "enabled") {
                // Where it counts nothing else of its table does.
                continue;
            }
            let changed = read(without.as_table().expect("it stays a table"));
            assert_ne!(
                changed.as_ref().ok(),
                Some(&whole),
                "{key} in {path} changes nothing"
            );
        }
    }
}

#[test]
fn a_history_is_kept_unless_it_is_switched_off() {
    let history = |text: &str| {
        let file = parse_file(text, "acd.toml").expect("a file");
        file.server.history
    };
    assert_eq!(history(""), Some(HistoryConfig::default()));
    assert_eq!(history("[server.history]"), Some(HistoryConfig::default()));
    assert_eq!(
        history("[server.history]\nenabled = false\nkeep_back = '1d'"),
        None
    );
}

/// Takes the key out of the first table at this path that has it; `NAME` is any entry, and of a list any element.
fn remove<'p>(
    value: &mut Value,
    mut path: impl Iterator<Item = &'p str> + Clone,
    key: &str,
) -> bool {
    if let Value::Array(elements) = value {
        return elements
            .iter_mut()
            .any(|element| remove(element, path.clone(), key));
    }
    let Some(table) = value.as_table_mut() else {
        return false;
    };
    match path.next() {
        None => table.remove(key).is_some(),
        Some("NAME") => table
            .iter_mut()
            .any(|(_, entry)| remove(entry, path.clone(), key)),
        Some(step) => table
            .get_mut(step)
            .is_some_and(|entry| remove(entry, path, key)),
    }
}

#[test]
fn tables_by_channel_have_a_key_for_every_channel() {
    for table in [&CAPACITY, &RING_BY_CHANNEL, &MAY_INTERRUPT] {
        assert_eq!(
            table.keys,
            Channel::ALL.map(Channel::as_str),
            "{}",
            table.path
        );
    }
}
