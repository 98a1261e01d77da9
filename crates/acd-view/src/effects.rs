//! What a new configuration would mean for those who are in the house now.

use std::collections::BTreeMap;

use acd_core::ids::QueueName;
use acd_core::{ContactDifference, DryRun};
use acd_proto::v1;
use acd_proto::v1::ConfigEffectKind as Kind;

use super::words;

/// The most contacts that are told one by one.
const CONTACTS_TOLD_MAX: usize = 1_000;

/// The effects on queues, agents and the contacts of each queue.
pub fn effects(run: &DryRun) -> Vec<v1::ConfigEffect> {
    let draining = run.draining.iter().map(|(queue, open)| v1::ConfigEffect {
        sentence: format!(
            "queue {queue} would take no more contacts, and be gone when its {open} open visits are over"
        ),
        kind: Kind::QueueDrains.into(),
        queue: queue.to_string(),
        count: *open,
        ..Default::default()
    });
    let leaving = run.leaving.iter().map(|agent| v1::ConfigEffect {
        sentence: format!("{agent} would be logged out, after the last contact"),
        kind: Kind::AgentLeaves.into(),
        agent: agent.to_string(),
        ..Default::default()
    });
    let mut by_queue: BTreeMap<&QueueName, Tally> = BTreeMap::new();
    for difference in &run.contacts {
        by_queue
            .entry(&difference.queue)
            .or_default()
            .count(difference);
    }
    let contacts = by_queue
        .iter()
        .flat_map(|(queue, tally)| tally.effects(queue));
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
    leave: u32,
    offered: u32,
    lost: u32,
    found: u32,
    moved: u32,
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

    fn effects(&self, queue: &QueueName) -> Vec<v1::ConfigEffect> {
        let told = [
            (self.leave, Kind::ContactsLeave, "would leave it at once"),
            (
                self.offered,
                Kind::ContactsOffered,
                "would be offered to an agent at once",
            ),
            (
                self.lost,
                Kind::ContactsLost,
                "could be served by nobody any more",
            ),
            (
                self.found,
                Kind::ContactsFound,
                "could be served by somebody at last",
            ),
            (
                self.moved,
                Kind::ContactsMoved,
                "would have another place, or more or fewer agents",
            ),
        ];
        let told = told.into_iter().filter(|(count, ..)| *count > 0);
        told.map(|(count, kind, what)| v1::ConfigEffect {
            sentence: format!("queue {queue}: {count} waiting contacts {what}"),
            kind: kind.into(),
            queue: queue.to_string(),
            count,
            ..Default::default()
        })
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
        let told = effects(&run);
        let sentences: Vec<&str> = told.iter().map(|effect| &*effect.sentence).collect();
        assert_eq!(
            sentences,
            [
                "queue vip would take no more contacts, and be gone when its 3 open visits are over",
                "anna would be logged out, after the last contact",
                "queue sales: 1 waiting contacts would leave it at once",
                "queue sales: 2 waiting contacts could be served by nobody any more",
            ]
        );
        let lost = &told[3];
        assert_eq!(
            (lost.kind(), &*lost.queue, lost.count),
            (Kind::ContactsLost, "sales", 2)
        );
        assert_eq!(contact_effects(&run)[2].position_after, 0);
    }
}
