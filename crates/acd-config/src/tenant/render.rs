//! Writes a tenant's document in its one canonical form.

use std::fmt::{Display, Write};

use acd_core::config::TenantConfig;

use super::lines::{self, Lines};
use super::value::{Shown, Value};
use crate::toml_text::key_text;

/// The document that reads as this configuration. Every default is written out, so that it means the same under a later
/// version with other defaults; left out is only what has no value.
///
/// The configuration must be one that may be applied (no [`TenantConfig::problems`]).
pub fn render(config: &TenantConfig) -> String {
    let TenantConfig {
        settings,
        limits,
        skills,
        adapters,
        calendars,
        teams,
        profiles,
        plans,
        rules,
        queues,
        agents,
    } = config;
    let mut document = Document::default();
    document.lines(vec![
        ("skills", Value::texts(skills)),
        ("adapters", Value::texts(adapters)),
    ]);
    document.table("settings", lines::settings(settings));
    document.table("settings.back_off", lines::back_off(&settings.back_off));
    document.table("limits", lines::limits(limits));
    for calendar in calendars {
        document.entry(
            "calendars",
            calendar.name.as_str(),
            lines::calendar(calendar),
        );
    }
    for team in teams {
        document.entry("teams", team.name.as_str(), lines::team(team));
    }
    for profile in profiles {
        document.entry("profiles", profile.name.as_str(), lines::profile(profile));
    }
    for plan in plans {
        document.entry("plans", plan.name.as_str(), lines::plan(plan));
    }
    for rule in rules {
        document.entry("rules", &rule.name, lines::rule(rule));
    }
    for queue in queues {
        document.entry(
            "queues",
            queue.name.as_str(),
            lines::queue(queue, Shown::Whole),
        );
    }
    for agent in agents {
        document.entry(
            "agents",
            agent.name.as_str(),
            lines::agent(agent, Shown::Whole),
        );
    }
    document.text
}

#[derive(Default)]
struct Document {
    text: String,
}

impl Document {
    fn entry(&mut self, list: &str, name: &str, lines: Lines) {
        self.table(format_args!("{list}.{}", key_text(name)), lines);
    }

    fn table(&mut self, header: impl Display, lines: Lines) {
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
