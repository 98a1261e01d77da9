//! How it is with queues.

use acd_core::ids::QueueNo;
use acd_core::state::Visit;

use super::figures::figures;
use super::visits::same_length;
use super::{equal, holds, is_word};
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::word;

pub(super) const QUEUES: Section = Section {
    title: "Queues",
    statements: &[
        Statement {
            pattern: "queue QUEUE [on CHANNEL]: FIGURES",
            help: "the counts of the queue since the start, of all channels or one",
            example: "queue sales: offered 2, answered 1, in queue 1",
            does: Does::Expect(figures),
        },
        Statement {
            pattern: "order in QUEUE: CONTACTS",
            help: "exactly these contacts wait or ring in the queue, in the order in which they are to be served",
            example: "order in sales: c2, c1",
            does: Does::Expect(|world, said| {
                let seen = in_order(world, said);
                holds(seen == said.names(Named::Contact), || seen.join(", "))
            }),
        },
        Statement {
            pattern: "queue QUEUE empty",
            help: "no contact waits or rings in it",
            example: "queue sales empty",
            does: Does::Expect(|world, said| {
                let open = in_order(world, said);
                holds(open.is_empty(), || open.join(", "))
            }),
        },
        Statement {
            pattern: "queue QUEUE longest wait DURATION",
            help: "the longest wait of a contact that waits or rings, callbacks that are still owed left out; 0s if there is none",
            example: "queue sales longest wait 40s",
            does: Does::Expect(longest_wait),
        },
        Statement {
            pattern: "queue QUEUE open",
            help: "it is open",
            example: "queue sales open",
            does: Does::Expect(|world, said| {
                let closed = number(world, said).and_then(|no| world.state().closed(no));
                closed.map_or(Ok(()), |closed| Err(format!("closed({})", word(&closed))))
            }),
        },
        Statement {
            pattern: "queue QUEUE closed [CLOSURE]",
            help: "it is closed, for this reason",
            example: "queue sales closed hours",
            does: Does::Expect(|world, said| {
                let closed = number(world, said).and_then(|no| world.state().closed(no));
                let Some(closed) = closed.map(|closed| word(&closed)) else {
                    return Err("it is open".to_owned());
                };
                holds(
                    said.text()
                        .is_none_or(|expected| is_word(&closed, &expected)),
                    || closed.clone(),
                )
            }),
        },
        Statement {
            pattern: "queue QUEUE reserve (joined|absent)",
            help: "its reserve agents are in it, or not",
            example: "queue sales reserve joined",
            does: Does::Expect(|world, said| {
                let joined =
                    number(world, said).is_some_and(|no| world.state().queue(no).reserve_joined);
                equal(
                    if joined { "joined" } else { "absent" },
                    said.choice().unwrap_or_default(),
                )
            }),
        },
        Statement {
            pattern: "queue QUEUE removed",
            help: "the configuration has it no longer, and it has drained",
            example: "queue sales removed",
            does: Does::Expect(|world, said| {
                let queues = world.state().facts().queues.iter();
                let mut named = queues.filter(|queue| queue.config.name.as_str() == said.queue());
                let there = named
                    .next()
                    .is_some_and(|queue| queue.in_config || queue.draining);
                holds(!there, || "it is still there".to_owned())
            }),
        },
    ],
};

fn number(world: &World, said: &Arguments) -> Option<QueueNo> {
    let queues = (0..).map(QueueNo).zip(&world.state().facts().queues);
    let mut named = queues.filter(|(_, queue)| queue.config.name.as_str() == said.queue());
    named.next().map(|(no, _)| no)
}

fn open_visits<'a>(world: &'a World, said: &Arguments) -> Vec<&'a Visit> {
    let Some(no) = number(world, said) else {
        return Vec::new();
    };
    let open = world.state().open_visits(no).iter();
    open.map(|id| &world.state().facts().visits[id]).collect()
}

/// The contacts of a queue in the order in which they are to be served.
fn in_order(world: &World, said: &Arguments) -> Vec<String> {
    let mut open = open_visits(world, said);
    open.sort_by_key(|visit| world.state().queue_key(visit));
    let names = open
        .iter()
        .map(|visit| world.chronicle.name(visit.contact).to_owned());
    names.collect()
}

fn longest_wait(world: &World, said: &Arguments) -> Verdict {
    let longest = number(world, said).and_then(|no| world.state().longest_waiting(no));
    same_length(
        longest.map_or(0, |visit| world.now - visit.enqueued_at),
        said,
    )
}
