//! What is counted of a queue.

use super::Seen;
use crate::scenario::clock;
use crate::scenario::language::arguments::Arguments;
use crate::scenario::language::statement::{Does, Section, Statement};
use crate::scenario::world::World;

macro_rules! count {
    ($pattern:literal, $help:literal, $example:literal, $count:expr) => {
        Statement {
            pattern: $pattern,
            help: $help,
            example: $example,
            does: Does::Count(|figures, _| figures.sum($count)),
        }
    };
}

pub(in crate::scenario) const FIGURES: &[Section] = &[
    Section {
        title: "Figures of a queue: visits",
        statements: &[
            count!("offered NUMBER", "visits opened", "offered 2", |f| f
                .offered),
            count!(
                "answered NUMBER",
                "visits that ended connected to an agent",
                "answered 1",
                |f| f.answered
            ),
            Statement {
                pattern: "answered within DURATION NUMBER",
                help: "of them, those that waited no longer; the time must be a bucket edge or the queue's service-level threshold",
                example: "answered within 20s 1",
                does: Does::Count(|figures, said| {
                    let edge = said.duration().unwrap_or(0);
                    figures.sum(|f| f.answered_wait.within(edge).unwrap_or(u64::MAX / 2))
                }),
            },
            count!(
                "in queue NUMBER",
                "visits that wait or ring now",
                "in queue 1",
                |f| f.in_queue()
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
                "left closed NUMBER",
                "flow-out: the queue closed",
                "left closed 1",
                |f| f.flow_out_closed
            ),
            count!(
                "left by limit NUMBER",
                "flow-out: offered or called as often as may be",
                "left by limit 1",
                |f| f.flow_out_limit
            ),
            count!(
                "exit choices NUMBER",
                "flow-out: the customer made a choice",
                "exit choices 1",
                |f| f.flow_out_exit_choice
            ),
            count!(
                "callbacks NUMBER",
                "flow-out: the customer is called back",
                "callbacks 1",
                |f| f.flow_out_callback
            ),
            count!(
                "callbacks in time NUMBER",
                "of them, within the service-level threshold",
                "callbacks in time 1",
                |f| f.callbacks_within
            ),
            count!(
                "left unstaffed NUMBER",
                "flow-out: the last agent became absent",
                "left unstaffed 1",
                |f| f.flow_out_no_staff
            ),
            count!(
                "withdrawn NUMBER",
                "flow-out: a supervisor took it out",
                "withdrawn 1",
                |f| f.flow_out_withdrawn
            ),
            count!(
                "wait alerts NUMBER",
                "visits that waited for as long as the queue reports",
                "wait alerts 1",
                |f| f.wait_alerts
            ),
        ],
    },
    Section {
        title: "Figures of a queue: refusals, offers, handlings",
        statements: &[
            count!(
                "refused NUMBER",
                "arrivals that never joined, for whatever reason",
                "refused 1",
                |f| f.refused_in_all()
            ),
            count!(
                "refused closed NUMBER",
                "of them: the queue was closed",
                "refused closed 1",
                |f| f.refused_closed
            ),
            count!(
                "refused no_staff NUMBER",
                "of them: every agent was absent",
                "refused no_staff 1",
                |f| f.refused_no_staff
            ),
            count!(
                "refused full NUMBER",
                "of them: the queue was full",
                "refused full 1",
                |f| f.refused_full
            ),
            count!(
                "refused diverted NUMBER",
                "of them: too many waited for the agents there were",
                "refused diverted 1",
                |f| f.refused_diverted
            ),
            count!(
                "refused predicted_wait NUMBER",
                "of them: the predicted wait was too long",
                "refused predicted_wait 1",
                |f| f.refused_predicted_wait
            ),
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
            count!("handled NUMBER", "handlings that ended", "handled 1", |f| f
                .handled),
            count!(
                "talk DURATION",
                "time connected and not held, of the ended handlings",
                "talk 3m",
                |f| f.talk_ms
            ),
            count!(
                "hold DURATION",
                "time held, of the ended handlings",
                "hold 30s",
                |f| f.hold_ms
            ),
            count!(
                "wrap-up DURATION",
                "time from the end of talk to the release of the slot, of the ended handlings",
                "wrap-up 20s",
                |f| f.wrap_up_ms
            ),
            count!(
                "answered wait DURATION",
                "the sum of the waits of the answered visits",
                "answered wait 1m",
                |f| f.answered_wait.sum_ms
            ),
            count!(
                "predictions NUMBER",
                "answered visits whose wait was predicted",
                "predictions 1",
                |f| f.prediction.count
            ),
            count!(
                "predictions unbounded NUMBER",
                "answered visits for which nobody could serve when they joined",
                "predictions unbounded 1",
                |f| f.prediction.unbounded
            ),
            count!(
                "predictions within p50 NUMBER",
                "of the predicted ones, those that waited no longer than the median predicted",
                "predictions within p50 1",
                |f| f.prediction.within_p50
            ),
            count!(
                "predictions within p80 NUMBER",
                "of the predicted ones, those that waited no longer than the 80 % quantile predicted",
                "predictions within p80 1",
                |f| f.prediction.within_p80
            ),
            count!(
                "prediction error DURATION",
                "the sum of the sizes of their errors",
                "prediction error 10s",
                |f| f.prediction.absolute_error_sum_ms
            ),
        ],
    },
];

/// Whether the counts are as said.
pub(super) fn figures(world: &World, said: &Arguments) -> Seen {
    let figures = world.figures(said.queue(), said.channel());
    let mut different = Vec::new();
    for (figure, count) in said.items() {
        let Does::Count(read) = figure.does else {
            continue;
        };
        let seen = i64::try_from(read(&figures, count)).unwrap_or(i64::MAX);
        let (expected, shown) = match count.number() {
            Some(number) => (number, figure.pattern.replace("NUMBER", &seen.to_string())),
            None => (
                count.duration().unwrap_or(0),
                figure.pattern.replace("DURATION", &clock::shown(seen)),
            ),
        };
        if seen != expected {
            different.push(shown);
        }
    }
    if different.is_empty() {
        Ok(())
    } else {
        Err(different.join(", "))
    }
}
