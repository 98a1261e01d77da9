//! What a configuration that was only tried would change.

use acd_core::engine::ContactDifference;

use super::holds;
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement};
use crate::world::World;

pub(super) const DRY_RUNS: Section = Section {
    title: "Dry runs",
    statements: &[
        Statement {
            pattern: "CONTACT would be offered to AGENT",
            help: "the last `dry run:` tells that the waiting contact would be offered to this agent at once",
            example: "c1 would be offered to bob",
            does: Does::Expect(|world, said| {
                let offered_to = difference(world, said)?.offered_to.as_ref();
                let seen = offered_to.map_or("nobody", |agent| agent.as_str());
                holds(seen == said.agent(), || format!("offered to {seen}"))
            }),
        },
        Statement {
            pattern: "CONTACT would have position NUMBER",
            help: "the same: its position would be another one",
            example: "c1 would have position 1",
            does: Does::Expect(|world, said| {
                let position = difference(world, said)?.position.1;
                let seen = position
                    .map_or_else(|| "no position".to_owned(), |position| position.to_string());
                holds(
                    said.number().map(|number| number.to_string()) == Some(seen.clone()),
                    || seen.clone(),
                )
            }),
        },
        Statement {
            pattern: "CONTACT would have NUMBER matching agents",
            help: "the same: so many agents would match its present step",
            example: "c1 would have 3 matching agents",
            does: Does::Expect(|world, said| {
                let matching = i64::from(difference(world, said)?.matching_agents.1);
                holds(said.number() == Some(matching), || matching.to_string())
            }),
        },
        Statement {
            pattern: "nothing would change",
            help: "the last `dry run:` tells of no waiting contact, queue or agent for which anything would change",
            example: "nothing would change",
            does: Does::Expect(|world, _| {
                let tried = &world.tried;
                let nothing = tried.contacts.is_empty()
                    && tried.draining.is_empty()
                    && tried.leaving.is_empty();
                holds(nothing, || format!("{tried:?}"))
            }),
        },
        Statement {
            pattern: "queue QUEUE would drain",
            help: "the same: the queue would be removed and drain first",
            example: "queue sales would drain",
            does: Does::Expect(|world, said| {
                let mut draining = world.tried.draining.iter();
                let found = draining.any(|(queue, _)| queue.as_str() == said.queue());
                holds(found, || "it would not".to_owned())
            }),
        },
        Statement {
            pattern: "AGENT would leave",
            help: "the same: the agent would be logged out, at once or after their last contact",
            example: "bob would leave",
            does: Does::Expect(|world, said| {
                let found = world
                    .tried
                    .leaving
                    .iter()
                    .any(|agent| agent.as_str() == said.agent());
                holds(found, || "they would not".to_owned())
            }),
        },
    ],
};

fn difference<'a>(world: &'a World, said: &Arguments) -> Result<&'a ContactDifference, String> {
    let mut differences = world.tried.contacts.iter();
    let found = differences.find(|difference| difference.contact.as_str() == said.contact());
    found.ok_or_else(|| "nothing would change for it".to_owned())
}
