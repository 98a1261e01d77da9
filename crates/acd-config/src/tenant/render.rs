//! Writes a tenant's document in its one canonical form.

use std::fmt::{Display, Write};

use acd_core::config::{Limits, Settings, TenantConfig};

use super::keys::Keyed;
use super::lines::Lines;
use super::thing::Thing;
use super::value::{Shown, Value};
use crate::toml_text::key_text;

/// The document that reads as this configuration. Every default is written out, so that it means the same under a later
/// version with other defaults; left out is only what has no value.
///
/// The configuration must be one that may be applied (no [`TenantConfig::problems`]).
pub fn render(config: &TenantConfig) -> String {
    written(config, Document::default())
}

/// The same without what every default says. Two documents with one essence mean the same, also to a later version
/// that knows more keys: what was read once can be compared with what is read then.
pub fn essence(config: &TenantConfig) -> String {
    let document = Document {
        leaves_defaults_out: true,
        ..Document::default()
    };
    written(config, document)
}

fn written(config: &TenantConfig, mut document: Document) -> String {
    let TenantConfig {
        settings,
        limits,
        skills,
        adapters,
        calendars,
        teams,
        reasons,
        dispositions,
        attributes,
        profiles,
        plans,
        rules,
        targets,
        tariffs,
        review_forms,
        queues,
        agents,
    } = config;
    let (plain_settings, plain_limits) = (Settings::default(), Limits::default());
    document.lines(vec![
        ("skills", Value::texts(skills)),
        ("adapters", Value::texts(adapters)),
    ]);
    document.table("settings", settings.lines(Shown::Whole), || {
        plain_settings.lines(Shown::Whole)
    });
    document.table(
        "settings.back_off",
        settings.back_off.lines(Shown::Whole),
        || plain_settings.back_off.lines(Shown::Whole),
    );
    document.table("limits", limits.lines(Shown::Whole), || {
        plain_limits.lines(Shown::Whole)
    });
    document.things(calendars);
    document.things(teams);
    document.things(reasons);
    document.things(dispositions);
    document.things(attributes);
    document.things(profiles);
    document.things(plans);
    document.things(rules);
    document.things(targets);
    document.things(tariffs);
    document.things(review_forms);
    document.things(queues);
    document.things(agents);
    document.text
}

#[derive(Default)]
struct Document {
    text: String,
    leaves_defaults_out: bool,
}

impl Document {
    fn things<T: Thing>(&mut self, things: &[T]) {
        for thing in things {
            let header = format_args!("{}.{}", T::PLURAL, key_text(thing.name()));
            self.table(header, thing.lines(Shown::Whole), T::plain_lines);
        }
    }

    fn table(&mut self, header: impl Display, mut lines: Lines, plain: impl FnOnce() -> Lines) {
        if self.leaves_defaults_out {
            let plain = plain();
            lines.retain(|line| !plain.contains(line));
        }
        // Writing to a string cannot fail.
        let _ = write!(self.text, "\n[{header}]\n");
        self.lines(lines);
    }

    fn lines(&mut self, lines: Lines) {
        for (key, value) in lines {
            if let Some(value) = value.document() {
                let _ = writeln!(self.text, "{key} = {value}");
            }
        }
    }
}
