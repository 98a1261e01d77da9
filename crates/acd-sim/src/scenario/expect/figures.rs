//! What is counted of a queue.

use super::Seen;
use crate::scenario::language::arguments::Arguments;
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

macro_rules! count {
    ($pattern:literal, $help:literal, $example:literal, $count:expr) => {
        Statement {
            pattern: $pattern,
            help: $help,
            example: $example,
            does: Does::Count(|figures| figures.sum($count)),
        }
    };
}

pub(in crate::scenario) const FIGURES: &[Section] = &[Section {
    title: "Figures of a queue",
    statements: &[
        count!("offered NUMBER", "visits opened", "offered 2", |f| f
            .offered),
        count!(
            "answered NUMBER",
            "visits that ended connected to an agent",
            "answered 1",
            |f| f.answered
        ),
        count!(
            "abandoned NUMBER",
            "visits that the customer left or a failure ended",
            "abandoned 1",
            |f| f.abandoned()
        ),
        count!(
            "abandoned by customer NUMBER",
            "of them, those the customer left",
            "abandoned by customer 1",
            |f| f.abandoned_customer
        ),
        count!(
            "abandoned by system NUMBER",
            "of them, those a failure ended",
            "abandoned by system 1",
            |f| f.abandoned_system
        ),
        count!(
            "short abandons NUMBER",
            "abandoned before the short-abandon threshold",
            "short abandons 1",
            |f| f.short_abandons
        ),
        count!(
            "flow-out NUMBER",
            "left unanswered and not abandoned, for whatever reason",
            "flow-out 1",
            |f| f.flow_out()
        ),
        count!(
            "timed out NUMBER",
            "flow-out: the longest wait was over",
            "timed out 1",
            |f| f.flow_out_timed_out
        ),
        count!(
            "transferred NUMBER",
            "flow-out: moved to another queue while it waited",
            "transferred 1",
            |f| f.flow_out_transferred
        ),
        count!(
            "in queue NUMBER",
            "visits that wait or ring now",
            "in queue 1",
            |f| f.in_queue()
        ),
        count!(
            "refused full NUMBER",
            "arrivals that never joined: the queue was full",
            "refused full 1",
            |f| f.refused_full
        ),
        count!("handled NUMBER", "handlings that ended", "handled 1", |f| f
            .handled),
        count!(
            "offers made NUMBER",
            "offers to agents",
            "offers made 3",
            |f| f.offers.made
        ),
        count!(
            "offers connected NUMBER",
            "of them, those that ended connected",
            "offers connected 1",
            |f| f.offers.connected
        ),
        count!(
            "offers rejected NUMBER",
            "of them, those the agent rejected",
            "offers rejected 1",
            |f| f.offers.rejected
        ),
        count!(
            "offers timed out NUMBER",
            "of them, those that rang out",
            "offers timed out 1",
            |f| f.offers.timed_out
        ),
        count!(
            "offers canceled NUMBER",
            "of them, those whose visit was gone",
            "offers canceled 1",
            |f| f.offers.canceled
        ),
        count!(
            "offers rescinded NUMBER",
            "of them, those taken back",
            "offers rescinded 1",
            |f| f.offers.rescinded
        ),
        count!(
            "offers not connected NUMBER",
            "of them, those accepted and not connected",
            "offers not connected 1",
            |f| f.offers.connect_failed
        ),
    ],
}];

/// Whether the counts are as said.
pub(super) fn figures(world: &World, said: &Arguments) -> Seen {
    let figures = world.figures(said.queue(), said.channel());
    let mut different = Vec::new();
    for (figure, count) in said.items() {
        let Does::Count(read) = figure.does else {
            continue;
        };
        let seen = read(&figures);
        if count.number() != i64::try_from(seen).ok() {
            different.push(figure.pattern.replace("NUMBER", &seen.to_string()));
        }
    }
    if different.is_empty() {
        Ok(())
    } else {
        Err(different.join(", "))
    }
}
