//! Says in sentences what differs between two configurations of a tenant. Every struct is taken apart field by field,
//! so that a new field does not compile until it is compared here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use acd_core::config::{
    AgentConfig, BackOffTimes, Limits, PriorityMode, QueueConfig, Settings, Target, TenantConfig,
    duration_text,
};
use acd_core::ids::{AgentName, DurationMs, QueueName, SkillName};
use acd_core::requirement::Requirement;

use super::requirement::requirement_text;
use crate::element::join;

/// One difference between two configurations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which element, in the words of the document: `queues.support.ring`.
    pub path: String,
    /// What changes: `queue support: ring 20s -> 15s`. Personal data (addresses, destinations) is not told.
    pub sentence: String,
}

/// Everything that differs, in the order of the document; empty if and only if the two are equal. Both must be
/// configurations that may be applied.
pub fn diff(old: &TenantConfig, new: &TenantConfig) -> Vec<Change> {
    let TenantConfig {
        settings,
        limits,
        skills,
        adapters,
        queues,
        agents,
    } = old;
    let mut changes = Changes::default();
    changes.settings(settings, &new.settings);
    changes.limits(limits, &new.limits);
    changes.things(
        &Kind::SKILL,
        skills,
        &new.skills,
        |name| name.as_str(),
        |_, _, _| {},
    );
    changes.things(
        &Kind::ADAPTER,
        adapters,
        &new.adapters,
        |name| name.as_str(),
        |_, _, _| {},
    );
    changes.things(
        &Kind::QUEUE,
        queues,
        &new.queues,
        |queue| queue.name.as_str(),
        Changes::queue,
    );
    changes.things(
        &Kind::AGENT,
        agents,
        &new.agents,
        |agent| agent.name.as_str(),
        Changes::agent,
    );
    changes.found
}

/// A kind of thing that a tenant has many of.
struct Kind {
    singular: &'static str,
    plural: &'static str,
}

impl Kind {
    const SKILL: Kind = Kind {
        singular: "skill",
        plural: "skills",
    };
    const ADAPTER: Kind = Kind {
        singular: "adapter",
        plural: "adapters",
    };
    const QUEUE: Kind = Kind {
        singular: "queue",
        plural: "queues",
    };
    const AGENT: Kind = Kind {
        singular: "agent",
        plural: "agents",
    };
}

/// Which part of the configuration is compared.
struct Part {
    path: String,
    /// How a sentence about one of its values begins: `queue support:`.
    label: String,
}

#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn add(&mut self, path: String, sentence: String) {
        self.found.push(Change { path, sentence });
    }

    /// One value. Values that differ but read the same are personal data: then only the fact is told.
    fn value<T: PartialEq>(
        &mut self,
        part: &Part,
        key: &str,
        old: &T,
        new: &T,
        text: impl Fn(&T) -> String,
    ) {
        if old == new {
            return;
        }
        let (old, new) = (text(old), text(new));
        let what = if old == new {
            "changes".to_owned()
        } else {
            format!("{old} -> {new}")
        };
        self.add(
            join(&part.path, key),
            format!("{} {key} {what}", part.label),
        );
    }

    fn number(&mut self, part: &Part, key: &str, old: &u32, new: &u32) {
        self.value(part, key, old, new, u32::to_string);
    }

    fn duration(&mut self, part: &Part, key: &str, old: &DurationMs, new: &DurationMs) {
        self.value(part, key, old, new, |duration| duration_text(*duration));
    }

    fn settings(&mut self, old: &Settings, new: &Settings) {
        let part = Part {
            path: "settings".to_owned(),
            label: "settings:".to_owned(),
        };
        let Settings {
            priority_mode,
            connect_ms,
            back_off,
            session_grace_ms,
            adapter_grace_ms,
            request_window_ms,
            ended_contact_window_ms,
        } = old;
        self.value(
            &part,
            "priority_mode",
            priority_mode,
            &new.priority_mode,
            priority_mode_text,
        );
        self.duration(&part, "connect", connect_ms, &new.connect_ms);
        self.back_off(back_off, &new.back_off);
        self.duration(
            &part,
            "session_grace",
            session_grace_ms,
            &new.session_grace_ms,
        );
        self.duration(
            &part,
            "adapter_grace",
            adapter_grace_ms,
            &new.adapter_grace_ms,
        );
        self.duration(
            &part,
            "request_window",
            request_window_ms,
            &new.request_window_ms,
        );
        self.duration(
            &part,
            "ended_contact_window",
            ended_contact_window_ms,
            &new.ended_contact_window_ms,
        );
    }

    fn back_off(&mut self, old: &BackOffTimes, new: &BackOffTimes) {
        let part = Part {
            path: "settings.back_off".to_owned(),
            label: "back-off:".to_owned(),
        };
        let BackOffTimes {
            rejected_ms,
            no_answer_ms,
            busy_ms,
            unreachable_ms,
        } = old;
        self.duration(&part, "rejected", rejected_ms, &new.rejected_ms);
        self.duration(&part, "no_answer", no_answer_ms, &new.no_answer_ms);
        self.duration(&part, "busy", busy_ms, &new.busy_ms);
        self.duration(&part, "unreachable", unreachable_ms, &new.unreachable_ms);
    }

    fn limits(&mut self, old: &Limits, new: &Limits) {
        let part = Part {
            path: "limits".to_owned(),
            label: "limits:".to_owned(),
        };
        let Limits {
            open_contacts,
            attributes,
            attribute_bytes,
            note_bytes,
            remembered_requests,
            unacknowledged_directives,
            ended_records,
            queue_hops,
        } = old;
        self.number(&part, "open_contacts", open_contacts, &new.open_contacts);
        self.number(&part, "attributes", attributes, &new.attributes);
        self.number(
            &part,
            "attribute_bytes",
            attribute_bytes,
            &new.attribute_bytes,
        );
        self.number(&part, "note_bytes", note_bytes, &new.note_bytes);
        self.number(
            &part,
            "remembered_requests",
            remembered_requests,
            &new.remembered_requests,
        );
        self.number(
            &part,
            "unacknowledged_directives",
            unacknowledged_directives,
            &new.unacknowledged_directives,
        );
        self.number(&part, "ended_records", ended_records, &new.ended_records);
        self.number(&part, "queue_hops", queue_hops, &new.queue_hops);
    }

    /// The things of one kind: which go, which come, and what changes in those that stay.
    fn things<T>(
        &mut self,
        kind: &Kind,
        old: &[T],
        new: &[T],
        name: impl Fn(&T) -> &str,
        compare: impl Fn(&mut Self, &T, &T),
    ) {
        let old_names: BTreeMap<&str, &T> = old.iter().map(|thing| (name(thing), thing)).collect();
        let new_names: BTreeSet<&str> = new.iter().map(&name).collect();
        for gone in old
            .iter()
            .map(&name)
            .filter(|name| !new_names.contains(name))
        {
            self.add(
                join(kind.plural, gone),
                format!("{} {gone} is removed", kind.singular),
            );
        }
        for thing in new {
            let name = name(thing);
            match old_names.get(name) {
                Some(before) => compare(self, before, thing),
                None => self.add(
                    join(kind.plural, name),
                    format!("{} {name} is added", kind.singular),
                ),
            }
        }
        let stays = |name: &&str| old_names.contains_key(name) && new_names.contains(name);
        if !old
            .iter()
            .map(&name)
            .filter(stays)
            .eq(new.iter().map(&name).filter(stays))
        {
            let sentence = format!(
                "{} stand in another order; those known already keep their numbers",
                kind.plural
            );
            self.add(kind.plural.to_owned(), sentence);
        }
    }

    fn queue(&mut self, old: &QueueConfig, new: &QueueConfig) {
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
        } = old;
        let part = Part {
            path: join("queues", name.as_str()),
            label: format!("queue {name}:"),
        };
        self.number(&part, "rank", rank, &new.rank);
        self.value(
            &part,
            "requirement",
            requirement,
            &new.requirement,
            asked_text,
        );
        self.duration(&part, "ring", ring_ms, &new.ring_ms);
        self.value(&part, "max_wait", max_wait_ms, &new.max_wait_ms, |wait| {
            or_none(wait.map(duration_text))
        });
        self.value(&part, "max_length", max_length, &new.max_length, |length| {
            or_none(*length)
        });
        self.value(&part, "overflow", overflow, &new.overflow, |targets| {
            chain_text(targets)
        });
        self.duration(&part, "wrap_up", wrap_up_ms, &new.wrap_up_ms);
        self.duration(
            &part,
            "service_level",
            service_level_ms,
            &new.service_level_ms,
        );
        self.duration(
            &part,
            "short_abandon",
            short_abandon_ms,
            &new.short_abandon_ms,
        );
    }

    fn agent(&mut self, old: &AgentConfig, new: &AgentConfig) {
        let AgentConfig {
            name,
            address,
            queues,
            skills,
            capacity,
            wrap_up_ms,
        } = old;
        let path = join("agents", name.as_str());
        let part = Part {
            path: path.clone(),
            label: format!("agent {name}:"),
        };
        self.value(&part, "address", address, &new.address, ToString::to_string);
        self.served(name, &join(&path, "queues"), queues, &new.queues);
        self.skills(name, &join(&path, "skills"), skills, &new.skills);
        let slots = Part {
            path: join(&path, "capacity"),
            label: format!("agent {name}: capacity"),
        };
        for (channel, before, after) in merged(capacity, &new.capacity) {
            self.value(&slots, channel.as_str(), &before, &after, |slots| {
                or_none(*slots)
            });
        }
        self.value(&part, "wrap_up", wrap_up_ms, &new.wrap_up_ms, |time| {
            time.map_or_else(|| "as the queue's".to_owned(), duration_text)
        });
    }

    fn served(&mut self, agent: &AgentName, path: &str, old: &[QueueName], new: &[QueueName]) {
        let (before, after): (BTreeSet<_>, BTreeSet<_>) =
            (old.iter().collect(), new.iter().collect());
        for queue in old.iter().filter(|queue| !after.contains(queue)) {
            self.add(
                path.to_owned(),
                format!("agent {agent} leaves queue {queue}"),
            );
        }
        for queue in new.iter().filter(|queue| !before.contains(queue)) {
            self.add(
                path.to_owned(),
                format!("agent {agent} joins queue {queue}"),
            );
        }
        let stays = |queue: &&QueueName| before.contains(queue) && after.contains(queue);
        if !old.iter().filter(stays).eq(new.iter().filter(stays)) {
            let sentence =
                format!("agent {agent}: queues stand in another order, which means nothing");
            self.add(path.to_owned(), sentence);
        }
    }

    fn skills(
        &mut self,
        agent: &AgentName,
        path: &str,
        old: &BTreeMap<SkillName, u8>,
        new: &BTreeMap<SkillName, u8>,
    ) {
        for (skill, before, after) in merged(old, new) {
            let what = match (before, after) {
                (None, Some(level)) => format!("gains skill {skill} {level}"),
                (Some(_), None) => format!("loses skill {skill}"),
                (Some(before), Some(after)) if before != after => {
                    format!("changes skill {skill} {before} -> {after}")
                }
                _ => continue,
            };
            self.add(join(path, skill.as_str()), format!("agent {agent} {what}"));
        }
    }
}

/// The keys of both maps with what each holds.
fn merged<'m, K: Ord, V: Copy>(
    old: &'m BTreeMap<K, V>,
    new: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, Option<V>, Option<V>)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .map(|key| (key, old.get(key).copied(), new.get(key).copied()))
}

fn or_none(value: Option<impl Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn priority_mode_text(mode: &PriorityMode) -> String {
    match mode {
        PriorityMode::Strict => "strict".to_owned(),
        PriorityMode::Aging { point_ms } => format!("aging {}", duration_text(*point_ms)),
    }
}

fn asked_text(requirement: &Requirement) -> String {
    if requirement.is_none() {
        "none".to_owned()
    } else {
        requirement_text(requirement)
    }
}

fn chain_text(targets: &[Target]) -> String {
    let text = |target: &Target| match target {
        Target::Queue(name) => format!("queue {name}"),
        Target::External(_) => "external".to_owned(),
        Target::End => "end".to_owned(),
    };
    or_none((!targets.is_empty()).then(|| targets.iter().map(text).collect::<Vec<_>>().join(", ")))
}
