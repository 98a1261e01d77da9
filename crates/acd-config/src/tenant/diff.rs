//! Says in sentences what differs between two configurations of a tenant.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{AgentConfig, Membership, TenantConfig};
use acd_core::ids::{AgentName, SkillName};

use super::agent::membership_value;
use super::keys::Keyed;
use super::lines::Lines;
use super::thing::Thing;
use super::value::Shown;
use crate::toml_text::join;

/// One difference between two configurations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which element, in the words of the document: `queues.support.ring`.
    pub path: String,
    /// What changes: `queue support: ring 20s -> 15s`. Personal data (addresses, destinations) is not told.
    pub sentence: String,
    /// The same for programs.
    pub kind: ChangeKind,
}

/// How one difference is. Values are told as a document says them; personal data is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is added; with its value, if it is one.
    Added(Option<String>),
    /// It is removed; with its value, if it was one.
    Removed(Option<String>),
    /// It has another value; none: it is personal data.
    Changed(Option<(String, String)>),
    /// What it holds stands in another order.
    Reordered,
}

/// Everything that differs, in the order of the document; empty if and only if the two are equal. Both must be
/// configurations that may be applied.
pub fn diff(old: &TenantConfig, new: &TenantConfig) -> Vec<Change> {
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
    } = old;
    let mut changes = Changes::default();
    let part = Part::whole("settings", "settings:");
    changes.keys(&part, settings, &new.settings, Keyed::lines);
    let part = Part::whole("settings.back_off", "back-off:");
    let (before, after) = (&settings.back_off, &new.settings.back_off);
    changes.keys(&part, before, after, Keyed::lines);
    let part = Part::whole("limits", "limits:");
    changes.keys(&part, limits, &new.limits, Keyed::lines);
    changes.things(skills, &new.skills, Changes::thing);
    changes.things(adapters, &new.adapters, Changes::thing);
    changes.things(calendars, &new.calendars, Changes::thing);
    changes.things(teams, &new.teams, Changes::thing);
    changes.things(reasons, &new.reasons, Changes::thing);
    changes.things(dispositions, &new.dispositions, Changes::thing);
    changes.things(attributes, &new.attributes, Changes::thing);
    changes.things(profiles, &new.profiles, Changes::thing);
    changes.things(plans, &new.plans, Changes::thing);
    changes.things(rules, &new.rules, Changes::thing);
    changes.things(targets, &new.targets, Changes::thing);
    changes.things(tariffs, &new.tariffs, Changes::thing);
    changes.things(review_forms, &new.review_forms, Changes::thing);
    changes.things(queues, &new.queues, Changes::thing);
    changes.things(agents, &new.agents, Changes::agent);
    changes.found
}

/// Which part of the configuration is compared.
struct Part {
    path: String,
    /// How a sentence about one of its values begins: `queue support:`.
    label: String,
}

impl Part {
    fn whole(path: &str, label: &str) -> Self {
        Self {
            path: path.to_owned(),
            label: label.to_owned(),
        }
    }
}

#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn add(&mut self, path: String, kind: ChangeKind, sentence: String) {
        self.found.push(Change {
            path,
            sentence,
            kind,
        });
    }

    /// The keys of one thing. Values that differ but are told alike are personal data: then only the fact is told.
    fn keys<T>(&mut self, part: &Part, old: &T, new: &T, lines: impl Fn(&T, Shown) -> Lines) {
        let pairs = |shown| lines(old, shown).into_iter().zip(lines(new, shown));
        for (whole, told) in pairs(Shown::Whole).zip(pairs(Shown::Redacted)) {
            let ((key, before), (_, after)) = whole;
            if before == after {
                continue;
            }
            let ((_, before), (_, after)) = told;
            let values =
                (before != after).then(|| (before.told().into_owned(), after.told().into_owned()));
            let what = match &values {
                None => "changes".to_owned(),
                Some((before, after)) => format!("{before} -> {after}"),
            };
            self.add(
                join(&part.path, key),
                ChangeKind::Changed(values),
                format!("{} {key} {what}", part.label),
            );
        }
    }

    /// The things of one kind: which go, which come, and what changes in those that stay.
    fn things<T: Thing>(
        &mut self,
        old: &[T],
        new: &[T],
        compare: impl Fn(&mut Self, &Part, &T, &T),
    ) {
        let old_names: BTreeMap<&str, &T> = old.iter().map(|it| (it.name(), it)).collect();
        let new_names: BTreeSet<&str> = new.iter().map(T::name).collect();
        for gone in old.iter().map(T::name).filter(|it| !new_names.contains(it)) {
            let sentence = format!("{} {gone} is removed", T::SINGULAR);
            self.add(join(T::PLURAL, gone), ChangeKind::Removed(None), sentence);
        }
        for thing in new {
            let name = thing.name();
            let path = join(T::PLURAL, name);
            match old_names.get(name) {
                Some(before) if *before == thing => {}
                Some(before) => {
                    let label = format!("{} {name}:", T::SINGULAR);
                    compare(self, &Part { path, label }, before, thing);
                }
                None => {
                    let sentence = format!("{} {name} is added", T::SINGULAR);
                    self.add(path, ChangeKind::Added(None), sentence);
                }
            }
        }
        let stays = |name: &&str| old_names.contains_key(name) && new_names.contains(name);
        let (before, after) = (old.iter().map(T::name), new.iter().map(T::name));
        if !before.filter(stays).eq(after.filter(stays)) {
            let sentence = format!("{} stand in another order; {}", T::PLURAL, T::ORDER);
            self.add(T::PLURAL.to_owned(), ChangeKind::Reordered, sentence);
        }
    }

    /// A thing whose keys tell everything.
    fn thing<T: Thing>(&mut self, part: &Part, old: &T, new: &T) {
        self.keys(part, old, new, T::lines);
    }

    /// An agent. What they serve and know is told one by one.
    fn agent(&mut self, part: &Part, old: &AgentConfig, new: &AgentConfig) {
        self.served(
            &new.name,
            &join(&part.path, "queues"),
            &old.queues,
            &new.queues,
        );
        self.skills(
            &new.name,
            &join(&part.path, "skills"),
            &old.skills,
            &new.skills,
        );
        let told_already = |key| matches!(key, "queues" | "skills");
        self.keys(part, old, new, |agent, shown| {
            let lines = Keyed::lines(agent, shown).into_iter();
            lines.filter(|(key, _)| !told_already(*key)).collect()
        });
    }

    fn served(&mut self, agent: &AgentName, path: &str, old: &[Membership], new: &[Membership]) {
        let by_queue = |served: &'_ [Membership]| -> BTreeMap<_, _> {
            served
                .iter()
                .map(|it| (it.queue.clone(), it.clone()))
                .collect()
        };
        let (before, after) = (by_queue(old), by_queue(new));
        for queue in old
            .iter()
            .map(|it| &it.queue)
            .filter(|it| !after.contains_key(*it))
        {
            self.add(
                join(path, queue.as_str()),
                ChangeKind::Removed(None),
                format!("agent {agent} leaves queue {queue}"),
            );
        }
        for membership in new {
            let queue = &membership.queue;
            let line = |membership| membership_value(membership).line().map(Cow::into_owned);
            let (kind, what) = match before.get(queue) {
                Some(before) if before == membership => continue,
                Some(before) => {
                    let values = line(before).zip(line(membership));
                    (ChangeKind::Changed(values), "changes their part in")
                }
                None => (ChangeKind::Added(line(membership)), "joins"),
            };
            let plain = *membership == Membership::of(queue.as_str());
            let how = if plain {
                String::new()
            } else {
                how(membership)
            };
            self.add(
                join(path, queue.as_str()),
                kind,
                format!("agent {agent} {what} queue {queue}{how}"),
            );
        }
        let stays =
            |it: &&Membership| before.contains_key(&it.queue) && after.contains_key(&it.queue);
        let queues = |served: &'_ [Membership]| -> Vec<_> {
            served
                .iter()
                .filter(stays)
                .map(|it| it.queue.clone())
                .collect()
        };
        if queues(old) != queues(new) {
            let sentence =
                format!("agent {agent}: queues stand in another order, which means nothing");
            self.add(path.to_owned(), ChangeKind::Reordered, sentence);
        }
    }

    fn skills(
        &mut self,
        agent: &AgentName,
        path: &str,
        old: &BTreeMap<SkillName, u8>,
        new: &BTreeMap<SkillName, u8>,
    ) {
        let skills: BTreeSet<&SkillName> = old.keys().chain(new.keys()).collect();
        for skill in skills {
            let (kind, what) = match (old.get(skill), new.get(skill)) {
                (None, Some(level)) => (
                    ChangeKind::Added(Some(level.to_string())),
                    format!("gains skill {skill} {level}"),
                ),
                (Some(level), None) => (
                    ChangeKind::Removed(Some(level.to_string())),
                    format!("loses skill {skill}"),
                ),
                (Some(before), Some(after)) if before != after => (
                    ChangeKind::Changed(Some((before.to_string(), after.to_string()))),
                    format!("changes skill {skill} {before} -> {after}"),
                ),
                _ => continue,
            };
            let sentence = format!("agent {agent} {what}");
            self.add(join(path, skill.as_str()), kind, sentence);
        }
    }
}

/// How an agent serves a queue, as a document says it.
fn how(membership: &Membership) -> String {
    let value = membership_value(membership);
    value
        .line()
        .map(|line| format!(" as {line}"))
        .unwrap_or_default()
}
