//! Overflow chains and exit choices.

use std::collections::BTreeMap;

use super::{CONDITIONS_MAX, Checker, EXITS_MAX, OVERFLOW_TARGETS_MAX, Path};
use crate::config::{Condition, Overflow, QueueConfig, Target};

/// How many queues of an overflow loop are named.
const LOOP_NAMES_MAX: usize = 10;

impl Checker<'_> {
    pub(super) fn chains(&mut self, path: Path<'_>, queue: &QueueConfig) {
        self.overflow(format_args!("{path}.overflow"), &queue.overflow);
        self.count(format_args!("{path}.exits"), queue.exits.len(), EXITS_MAX);
        for (choice, targets) in &queue.exits {
            self.name(format_args!("{path}.exits"), "choice", choice);
            let path = format_args!("{path}.exits.{choice}");
            if targets.is_empty() {
                self.report(
                    path,
                    "the choice leads nowhere",
                    "give a target, as in [\"callback\"]",
                );
            }
            self.count(path, targets.len(), OVERFLOW_TARGETS_MAX);
            for (i, target) in targets.iter().enumerate() {
                self.target(format_args!("{path}[{i}]"), target);
            }
            self.reached(path, targets.iter().map(takes_every_contact));
        }
    }

    fn overflow(&mut self, path: Path<'_>, chain: &[Overflow]) {
        self.count(path, chain.len(), OVERFLOW_TARGETS_MAX);
        for (i, entry) in chain.iter().enumerate() {
            self.target(format_args!("{path}[{i}]"), &entry.target);
            self.condition(format_args!("{path}[{i}].condition"), &entry.condition);
        }
        let takes_all =
            |entry: &Overflow| entry.is_unconditional() && takes_every_contact(&entry.target);
        self.reached(path, chain.iter().map(takes_all));
    }

    fn target(&mut self, path: Path<'_>, target: &Target) {
        match target {
            Target::Queue(name) => {
                self.known(path, "queue", name.as_str(), |it| &it.known.queues);
            }
            Target::Agent(name) => {
                self.known(path, "agent", name.as_str(), |it| &it.known.agents);
            }
            Target::External(destination) => self.name(path, "destination", destination.reveal()),
            Target::Voicemail(name) => self.name(path, "voice mail box", name),
            Target::Announcement(prompt) => self.name(path, "prompt", prompt),
            Target::Callback | Target::End => {}
        }
    }

    fn condition(&mut self, path: Path<'_>, condition: &Condition) {
        let at_least = [
            ("open_below", condition.open_below),
            ("logged_in_at_least", condition.logged_in_at_least),
            ("free_at_least", condition.free_at_least),
        ];
        for (key, value) in at_least {
            self.optional_number(format_args!("{path}.{key}"), value, 1..=u32::MAX);
        }
        for (key, value) in [
            ("predicted_wait_below_ms", condition.predicted_wait_below_ms),
            ("waited_below_ms", condition.waited_below_ms),
        ] {
            self.optional_duration(format_args!("{path}.{key}"), value, 1);
        }
        let Some((key, values)) = &condition.attribute else {
            return;
        };
        let path = format_args!("{path}.attribute");
        self.name(path, "attribute", key);
        self.count(path, values.len(), CONDITIONS_MAX);
        if values.is_empty() {
            self.report(
                path,
                "no value would do",
                "give the values, as in is = [\"gold\"]",
            );
        }
        for value in values {
            self.value(path, value);
        }
    }

    /// Entries after one that takes every contact are never reached.
    fn reached(&mut self, path: Path<'_>, takes_all: impl ExactSizeIterator<Item = bool> + Clone) {
        let count = takes_all.len();
        let first = takes_all.clone().position(|takes_all| takes_all);
        if let Some(last) = first.filter(|at| at + 1 < count) {
            self.report(
                path,
                format!("targets after [{last}] are never reached, since it takes every contact"),
                format!("remove them or move [{last}] to the end"),
            );
        }
    }

    /// An overflow loop sends a contact that nobody serves around until its hops are used up. Each is told once, at its
    /// first queue.
    pub(super) fn overflow_loops(&mut self) {
        let queues = &self.config.queues;
        for members in loops(queues) {
            let mut names: Vec<&str> = members
                .iter()
                .take(LOOP_NAMES_MAX)
                .map(|i| queues[*i].name.as_str())
                .collect();
            if members.len() > LOOP_NAMES_MAX {
                names.push("...");
            }
            let first = members[0];
            let way = format!("{} -> {}", names.join(" -> "), queues[first].name);
            let at = unconditional_queue(&queues[first]).map_or(0, |(at, _)| at);
            self.report(
                format_args!("queues[{first}].overflow[{at}]"),
                format!("overflow loop {way}"),
                "let one queue of the loop overflow elsewhere",
            );
        }
    }
}

/// Whether no contact is ever passed on: a queue may be full, an agent away, a callback open already.
fn takes_every_contact(target: &Target) -> bool {
    match target {
        Target::Queue(_) | Target::Agent(_) | Target::Callback => false,
        Target::External(_) | Target::Voicemail(_) | Target::Announcement(_) | Target::End => true,
    }
}

/// The queue that a contact of this queue goes to where no condition decides, and the place of the entry.
fn unconditional_queue(queue: &QueueConfig) -> Option<(usize, &str)> {
    let mut entries = queue.overflow.iter().enumerate();
    let (at, entry) = entries.find(|(_, entry)| entry.is_unconditional())?;
    match &entry.target {
        Target::Queue(name) => Some((at, name.as_str())),
        _ => None,
    }
}

/// The loops of unconditional overflow, each as the places of its queues from the lowest on. Follows every link once.
fn loops(queues: &[QueueConfig]) -> Vec<Vec<usize>> {
    let places: BTreeMap<&str, usize> = queues
        .iter()
        .enumerate()
        .map(|(i, queue)| (queue.name.as_str(), i))
        .collect();
    let next = |i: usize| {
        let (_, to) = unconditional_queue(&queues[i])?;
        places.get(to).copied()
    };
    let mut seen_from = vec![None; queues.len()];
    let mut found = Vec::new();
    for start in 0..queues.len() {
        let mut at = Some(start);
        while let Some(i) = at.filter(|i| seen_from[*i].is_none()) {
            seen_from[i] = Some(start);
            at = next(i);
        }
        let Some(entry) = at.filter(|i| seen_from[*i] == Some(start)) else {
            continue;
        };
        let mut members: Vec<usize> =
            std::iter::successors(Some(entry), |i| next(*i).filter(|to| *to != entry)).collect();
        let lowest = members
            .iter()
            .enumerate()
            .min_by_key(|(_, i)| **i)
            .map_or(0, |(at, _)| at);
        members.rotate_left(lowest);
        found.push(members);
    }
    found
}
