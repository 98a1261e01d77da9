//! What a new configuration would mean for those who are in the house now.

use std::collections::BTreeMap;

use acd_core::ids::QueueName;
use acd_core::{ContactDifference, DryRun};
use acd_proto::v1;

use super::words;

/// The most contacts that are told one by one.
const CONTACTS_TOLD_MAX: usize = 1_000;

/// One sentence for each effect on queues, agents and the contacts of each queue.
pub fn effects(run: &DryRun) -> Vec<String> {
    let draining = run.draining.iter().map(|(queue, open)| {
        format!("queue {queue} would take no more contacts, and be gone when its {open} open visits are over")
    });
    let leaving = run.leaving.iter();
    let leaving =
        leaving.map(|agent| format!("{agent} would be logged out, after the last contact"));
    let mut by_queue: BTreeMap<&QueueName, Tally> = BTreeMap::new();
    for difference in &run.contacts {
        by_queue
            .entry(&difference.queue)
            .or_default()
            .count(difference);
    }
    let contacts = by_queue
        .iter()
        .flat_map(|(queue, tally)| tally.sentences(queue));
    draining.chain(leaving).chain(contacts).collect()
}

/// The effects on single contacts, as many as are told.
pub fn contact_effects(run: &DryRun) -> Vec<v1::ContactEffect> {
    run.contacts
        .iter()
        .take(CONTACTS_TOLD_MAX)
        .map(contact_effect)
        .collect()
}

fn contact_effect(difference: &ContactDifference) -> v1::ContactEffect {
    v1::ContactEffect {
        contact_id: difference.contact.to_string(),
        queue: difference.queue.to_string(),
        matching_agents_before: difference.matching_agents.0,
        matching_agents_after: difference.matching_agents.1,
        position_before: difference.position.0,
        position_after: difference.position.1.unwrap_or(0),
        offered_to: difference
            .offered_to
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        outcome: difference
            .outcome
            .map(words::outcome)
            .unwrap_or_default()
            .into(),
    }
}

/// The contacts of one queue by what would happen to them, the first that holds.
#[derive(Debug, Default)]
struct Tally {
    leave: usize,
    offered: usize,
    lost: usize,
    found: usize,
    moved: usize,
}

impl Tally {
    fn count(&mut self, difference: &ContactDifference) {
        let (before, after) = difference.matching_agents;
        let tally = if difference.position.1.is_none() {
            &mut self.leave
        } else if difference.offered_to.is_some() {
            &mut self.offered
        } else if before > 0 && after == 0 {
            &mut self.lost
        } else if before == 0 && after > 0 {
            &mut self.found
        } else {
            &mut self.moved
        };
        *tally += 1;
    }

    fn sentences(&self, queue: &QueueName) -> Vec<String> {
        let told = [
            (self.leave, "would leave it at once"),
            (self.offered, "would be offered to an agent at once"),
            (self.lost, "could be served by nobody any more"),
            (self.found, "could be served by somebody at last"),
            (
                self.moved,
                "would have another place, or more or fewer agents",
            ),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| format!("queue {queue}: {count} waiting contacts {what}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(matching: (u32, u32), position: Option<u32>) -> ContactDifference {
        ContactDifference {
            contact: "c1".into(),
            queue: "sales".into(),
            matching_agents: matching,
            position: (1, position),
            offered_to: None,
            outcome: None,
        }
    }

    #[test]
    fn each_queue_gets_a_sentence_for_each_kind_of_effect() {
        let run = DryRun {
            contacts: vec![
                difference((2, 0), Some(1)),
                difference((2, 0), Some(2)),
                difference((2, 2), None),
            ],
            draining: vec![("vip".into(), 3)],
            leaving: vec!["anna".into()],
            ..DryRun::default()
        };
        assert_eq!(
            effects(&run),
            [
                "queue vip would take no more contacts, and be gone when its 3 open visits are over",
                "anna would be logged out, after the last contact",
                "queue sales: 1 waiting contacts would leave it at once",
                "queue sales: 2 waiting contacts could be served by nobody any more",
            ]
        );
        assert_eq!(contact_effects(&run)[2].position_after, 0);
    }
}
