//! Writes a tenant's document in its one canonical form.

use std::fmt::{Display, Write};

use acd_core::config::{
    AgentConfig, BackOffTimes, Limits, PriorityMode, QueueConfig, Settings, Target, TenantConfig,
    duration_text,
};
use acd_core::ids::DurationMs;

use super::requirement::requirement_text;
use crate::toml_text::{key_text, string_text};

/// The longest list that stands on one line, in bytes.
const LINE_BYTES: usize = 100;

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
        queues,
        agents,
    } = config;
    let mut document = Document::default();
    document.line(
        "skills",
        list(skills.iter().map(|name| string_text(name.as_str()))),
    );
    document.line(
        "adapters",
        list(adapters.iter().map(|name| string_text(name.as_str()))),
    );
    document.settings(settings);
    document.limits(limits);
    for queue in queues {
        document.queue(queue);
    }
    for agent in agents {
        document.agent(agent);
    }
    document.text
}

#[derive(Default)]
struct Document {
    text: String,
}

impl Document {
    fn header(&mut self, header: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "\n[{header}]\n");
    }

    fn line(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.text, "{key} = {value}");
    }

    fn duration(&mut self, key: &str, value: DurationMs) {
        self.line(key, string_text(&duration_text(value)));
    }

    fn settings(&mut self, settings: &Settings) {
        let Settings {
            priority_mode,
            connect_ms,
            back_off,
            session_grace_ms,
            adapter_grace_ms,
            request_window_ms,
            ended_contact_window_ms,
        } = settings;
        self.header("settings");
        match priority_mode {
            PriorityMode::Strict => self.line("priority_mode", "\"strict\""),
            PriorityMode::Aging { point_ms } => {
                self.line(
                    "priority_mode",
                    format!("{{ aging = \"{}\" }}", duration_text(*point_ms)),
                );
            }
        }
        self.duration("connect", *connect_ms);
        self.duration("session_grace", *session_grace_ms);
        self.duration("adapter_grace", *adapter_grace_ms);
        self.duration("request_window", *request_window_ms);
        self.duration("ended_contact_window", *ended_contact_window_ms);
        let BackOffTimes {
            rejected_ms,
            no_answer_ms,
            busy_ms,
            unreachable_ms,
        } = back_off;
        self.header("settings.back_off");
        self.duration("rejected", *rejected_ms);
        self.duration("no_answer", *no_answer_ms);
        self.duration("busy", *busy_ms);
        self.duration("unreachable", *unreachable_ms);
    }

    fn limits(&mut self, limits: &Limits) {
        let Limits {
            open_contacts,
            attributes,
            attribute_bytes,
            note_bytes,
            remembered_requests,
            unacknowledged_directives,
            ended_records,
            queue_hops,
        } = limits;
        self.header("limits");
        self.line("open_contacts", open_contacts);
        self.line("attributes", attributes);
        self.line("attribute_bytes", attribute_bytes);
        self.line("note_bytes", note_bytes);
        self.line("remembered_requests", remembered_requests);
        self.line("unacknowledged_directives", unacknowledged_directives);
        self.line("ended_records", ended_records);
        self.line("queue_hops", queue_hops);
    }

    fn queue(&mut self, queue: &QueueConfig) {
        let QueueConfig {
            name,
            rank,
            requirement,
            ring_ms,
            max_wait_ms,
            max_length,
            overflow,
            wrap_up_ms,
            service_level_ms,
            short_abandon_ms,
        } = queue;
        self.header(format_args!("queues.{}", key_text(name.as_str())));
        self.line("rank", rank);
        if !requirement.is_none() {
            self.line("requirement", string_text(&requirement_text(requirement)));
        }
        self.duration("ring", *ring_ms);
        if let Some(max_wait_ms) = max_wait_ms {
            self.duration("max_wait", *max_wait_ms);
        }
        if let Some(max_length) = max_length {
            self.line("max_length", max_length);
        }
        if !overflow.is_empty() {
            self.line("overflow", list(overflow.iter().map(target_text)));
        }
        self.duration("wrap_up", *wrap_up_ms);
        self.duration("service_level", *service_level_ms);
        self.duration("short_abandon", *short_abandon_ms);
    }

    fn agent(&mut self, agent: &AgentConfig) {
        let AgentConfig {
            name,
            address,
            queues,
            skills,
            capacity,
            wrap_up_ms,
        } = agent;
        self.header(format_args!("agents.{}", key_text(name.as_str())));
        if !address.reveal().is_empty() {
            self.line("address", string_text(address.reveal()));
        }
        if !queues.is_empty() {
            self.line(
                "queues",
                list(queues.iter().map(|name| string_text(name.as_str()))),
            );
        }
        if !skills.is_empty() {
            let levels = skills
                .iter()
                .map(|(skill, level)| format!("{} = {level}", key_text(skill.as_str())));
            self.line("skills", inline_table(levels));
        }
        self.line(
            "capacity",
            inline_table(
                capacity
                    .iter()
                    .map(|(channel, slots)| format!("{channel} = {slots}")),
            ),
        );
        if let Some(wrap_up_ms) = wrap_up_ms {
            self.duration("wrap_up", *wrap_up_ms);
        }
    }
}

fn target_text(target: &Target) -> String {
    match target {
        Target::Queue(name) => format!("{{ queue = {} }}", string_text(name.as_str())),
        Target::External(destination) => {
            format!("{{ external = {} }}", string_text(destination.reveal()))
        }
        Target::End => "\"end\"".to_owned(),
    }
}

/// A list on one line, or of one line per element where that would be long.
fn list(elements: impl Iterator<Item = String>) -> String {
    let elements: Vec<String> = elements.collect();
    let line = format!("[{}]", elements.join(", "));
    if line.len() <= LINE_BYTES {
        line
    } else {
        format!("[\n    {},\n]", elements.join(",\n    "))
    }
}

fn inline_table(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.collect();
    if entries.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", entries.join(", "))
    }
}
