//! Finds the element of the file that a path of the core's configuration means: `queues[2].ring_ms` is
//! `queues.support.ring` where `support` is the third queue of the file.

use acd_core::config::TenantConfig;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::report::Span;
use crate::toml_text::join;

/// An element of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// What to point at; none if the file does not mention it.
    pub(crate) span: Option<Span>,
    /// The element in the words of the file.
    pub(crate) path: String,
}

/// The deepest element on the way to `core_path` that the file has. `config` was read from `table`, whose own path is
/// `base`.
pub(crate) fn locate(
    core_path: &str,
    config: &TenantConfig,
    table: &DeTable<'_>,
    base: &str,
) -> Located {
    let mut located = Located {
        span: None,
        path: base.to_owned(),
    };
    match named_entry(core_path, config) {
        Some((list, name, rest)) => {
            if let Some(entries) = arrive_at(list, table, &mut located).and_then(DeValue::as_table)
                && let Some(entry) = arrive_at(name, entries, &mut located)
            {
                step_on(rest, entry, &mut located);
            }
        }
        None => step_into(core_path, table, &mut located),
    }
    located
}

/// Keys of the core that the file says otherwise.
const OTHERWISE: [(&str, &[&str]); 7] = [
    ("at_least_milli", &["at_least"]),
    ("at_most_milli", &["at_most"]),
    ("condition", &["if"]),
    ("divert_above_milli", &["divert_above"]),
    ("wrap_up_ms", &["wrap_up", "time"]),
    ("wrap_up_ceiling_ms", &["wrap_up", "ceiling"]),
    ("point_ms", &["aging"]),
];

/// Splits the path of a thing with a name, of a list in the core and of a table of names in the file: list, name, the
/// rest.
fn named_entry<'p>(
    core_path: &'p str,
    config: &'p TenantConfig,
) -> Option<(&'p str, &'p str, &'p str)> {
    let (list, after) = core_path.split_once('[')?;
    let (index, rest) = after.split_once(']')?;
    let index: usize = index.parse().ok()?;
    let name = match list {
        "calendars" => config.calendars.get(index)?.name.as_str(),
        "teams" => config.teams.get(index)?.name.as_str(),
        "reasons" => &config.reasons.get(index)?.name,
        "dispositions" => &config.dispositions.get(index)?.name,
        "attributes" => &config.attributes.get(index)?.name,
        "profiles" => config.profiles.get(index)?.name.as_str(),
        "plans" => config.plans.get(index)?.name.as_str(),
        "rules" => &config.rules.get(index)?.name,
        "targets" => &config.targets.get(index)?.name,
        "tariffs" => &config.tariffs.get(index)?.name,
        "review_forms" => &config.review_forms.get(index)?.name,
        "queues" => config.queues.get(index)?.name.as_str(),
        "agents" => config.agents.get(index)?.name.as_str(),
        _ => return None,
    };
    Some((list, name, rest))
}

fn step_into(rest: &str, table: &DeTable<'_>, located: &mut Located) {
    // A name given by the user may hold dots and brackets, so the whole rest is tried first.
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    if let Some((_, keys)) = OTHERWISE.iter().find(|(key, _)| *key == &rest[..end]) {
        return step_through(keys, &rest[end..], table, located);
    }
    for (key, after) in [(rest, ""), (&rest[..end], &rest[end..])] {
        if let Some(value) = arrive_at(key.strip_suffix("_ms").unwrap_or(key), table, located) {
            return step_on(after, value, located);
        }
    }
}

/// Goes on through keys of the file, as far as it has them.
fn step_through(keys: &[&str], after: &str, table: &DeTable<'_>, located: &mut Located) {
    let [key, further @ ..] = keys else {
        return;
    };
    let Some(value) = arrive_at(key, table, located) else {
        return;
    };
    match value.as_table() {
        Some(table) if !further.is_empty() => step_through(further, after, table, located),
        _ => step_on(after, value, located),
    }
}

/// Goes on with a further key or an index.
fn step_on(rest: &str, value: &DeValue<'_>, located: &mut Located) {
    if let Some(key) = rest.strip_prefix('.') {
        if let Some(table) = value.as_table() {
            step_into(key, table, located);
        }
        return;
    }
    let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return;
    };
    let element = index
        .parse::<usize>()
        .ok()
        .and_then(|index| value.as_array()?.get(index));
    if let Some(element) = element {
        located.path.push_str(&format!("[{index}]"));
        located.span = Some(element.span());
        step_on(after, element.get_ref(), located);
    }
}

fn arrive_at<'t>(
    key: &str,
    table: &'t DeTable<'t>,
    located: &mut Located,
) -> Option<&'t DeValue<'t>> {
    let (key, value): (&Spanned<_>, &Spanned<DeValue<'_>>) = table.get_key_value(key)?;
    located.path = join(&located.path, key.get_ref());
    located.span = Some(if value.get_ref().is_table() {
        key.span()
    } else {
        value.span()
    });
    Some(value.get_ref())
}
