//! What is counted of a queue.

use acd_core::figures::{Figures, WaitHistogram};
use acd_core::service_level::{Parts, Variant};

use super::visits::same_length;
use super::{equal, holds};
use crate::clock;
use crate::language::arguments::Arguments;
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::{QueueFigures, World};

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

pub(crate) const FIGURES: &[Section] = &[
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
                pattern: "answered within EDGE NUMBER",
                help: "of them, those that waited no longer",
                example: "answered within 20s 1",
                does: Does::Count(|figures, said| figures.sum(|f| within(&f.answered_wait, said))),
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
            Statement {
                pattern: "abandoned within EDGE NUMBER",
                help: "of them, those that waited no longer",
                example: "abandoned within 20s 1",
                does: Does::Count(|figures, said| figures.sum(|f| within(&f.abandoned_wait, said))),
            },
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
                "flow-out: taken out of the queue, put off or served meanwhile",
                "withdrawn 1",
                |f| f.flow_out_withdrawn
            ),
            count!(
                "put off NUMBER",
                "of them, those put off to a date",
                "put off 1",
                |f| f.withdrawn_deferred
            ),
            count!(
                "served meanwhile NUMBER",
                "of them, callbacks whose customer was served meanwhile",
                "served meanwhile 1",
                |f| f.withdrawn_served
            ),
            count!(
                "not responded NUMBER",
                "contacts taken back from an agent who did not answer the customer in time",
                "not responded 1",
                |f| f.not_responded
            ),
            count!(
                "first responses NUMBER",
                "conversations in which the agent answered the customer, as reported",
                "first responses 1",
                |f| f.first_responses
            ),
            count!(
                "scheduled NUMBER",
                "contacts that wait for their time now, in the queue only when it has come",
                "scheduled 1",
                |f| f.scheduled
            ),
            count!(
                "wait alerts NUMBER",
                "visits that waited for as long as the queue reports",
                "wait alerts 1",
                |f| f.wait_alerts
            ),
            count!(
                "deadlines met NUMBER",
                "contacts answered by the time by which they were due",
                "deadlines met 1",
                |f| f.deadlines_met
            ),
            count!(
                "deadlines missed NUMBER",
                "contacts that were due before they were answered or left the queue, each once",
                "deadlines missed 1",
                |f| f.deadlines_missed
            ),
            count!(
                "deadlines missed by DURATION",
                "by how much these were missed in all",
                "deadlines missed by 5m",
                |f| f.deadlines_missed_by_ms
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
    Section {
        title: "Figures of a queue: ratios",
        statements: &[
            Statement {
                pattern: "service level (1|2|3|4|5|6) PERCENT",
                help: "at the queue's threshold, in the variant of this number: 1 abandons within it ignored, 2 abandons negative, 3 abandons within it positive, 4 answered, abandoned or called back within it of all offered, 5 of the answered only, 6 of the offered without short abandons ([metrics.md](metrics.md))",
                example: "service level 1 77.8%",
                does: Does::Ratio(service_level),
            },
            Statement {
                pattern: "abandonment PERCENT",
                help: "abandoned visits of those offered",
                example: "abandonment 10%",
                does: Does::Ratio(|figures, _| {
                    (figures.sum(Figures::abandoned), figures.sum(|f| f.offered))
                }),
            },
            Statement {
                pattern: "non-response PERCENT",
                help: "offers rejected or timed out, of those that were connected, rejected or timed out",
                example: "non-response 33.3%",
                does: Does::Ratio(|figures, _| {
                    let missed = figures.sum(|f| f.offers.rejected + f.offers.timed_out);
                    (missed, missed + figures.sum(|f| f.offers.connected))
                }),
            },
            Statement {
                pattern: "asa DURATION",
                help: "the average wait of the answered visits, ringing included, to the millisecond",
                example: "asa 12.5s",
                does: Does::Ratio(|figures, _| {
                    (
                        figures.sum(|f| f.answered_wait.sum_ms),
                        figures.sum(|f| f.answered),
                    )
                }),
            },
            Statement {
                pattern: "aht DURATION",
                help: "the average handling time, to the millisecond: (talk + hold + wrap-up) / handled",
                example: "aht 3m20s",
                does: Does::Ratio(|figures, _| {
                    (
                        figures.sum(|f| f.talk_ms + f.hold_ms + f.wrap_up_ms),
                        figures.sum(|f| f.handled),
                    )
                }),
            },
        ],
    },
];

/// The waits of a histogram within the edge that is said, which was checked when the file was read.
fn within(waits: &WaitHistogram, said: &Arguments) -> u64 {
    let edge = said.edge().unwrap_or(0);
    waits.within(edge).unwrap_or(0)
}

fn service_level(figures: &QueueFigures<'_>, said: &Arguments) -> (u64, u64) {
    let at = figures.service_level_ms;
    let parts = Parts {
        offered: figures.sum(|f| f.offered),
        answered: figures.sum(|f| f.answered),
        answered_within: figures.sum(|f| f.answered_wait.within(at).unwrap_or(0)),
        abandoned: figures.sum(Figures::abandoned),
        abandoned_within: figures.sum(|f| f.abandoned_wait.within(at).unwrap_or(0)),
        called_back_within: figures.sum(|f| f.callbacks_within),
        short_abandons: figures.sum(|f| f.short_abandons),
    };
    let mut variants = Variant::ALL.into_iter();
    let number = |variant: &Variant| Some(variant.number().to_string().as_str()) == said.choice();
    let variant = variants.find(number);
    variant.map_or((0, 0), |variant| variant.of(&parts))
}

/// Whether the counts are as said.
pub(super) fn figures(world: &World, said: &Arguments) -> Verdict {
    let figures = world.figures(said.queue(), said.channel());
    let mut different = Vec::new();
    for (figure, count) in said.items() {
        let (seen, slot) = match figure.does {
            Does::Count(read) => same_count(read(&figures, count), count),
            Does::Ratio(read) => same_ratio(read(&figures, count), count),
            _ => continue,
        };
        if let Err(seen) = seen {
            let said = figure.pattern.replace(slot, &seen);
            let edge = count.edge().map(clock::shown).unwrap_or_default();
            let said = said.replace("EDGE", &edge);
            let choice = count.choice().unwrap_or_default();
            different.push(said.replace("(1|2|3|4|5|6)", choice));
        }
    }
    if different.is_empty() {
        Ok(())
    } else {
        Err(different.join(", "))
    }
}

/// Whether a count is the one that is said; the slot is the one it is said in.
fn same_count(seen: u64, said: &Arguments) -> (Verdict, &'static str) {
    let seen = i64::try_from(seen).unwrap_or(i64::MAX);
    match said.number() {
        Some(number) => (equal(seen, number), "NUMBER"),
        None => (same_length(seen, said), "DURATION"),
    }
}

/// The same of a ratio: a mean length, rounded to the millisecond, or a share.
fn same_ratio((part, whole): (u64, u64), said: &Arguments) -> (Verdict, &'static str) {
    if said.percent().is_some() {
        return (same_share((part, whole), said), "PERCENT");
    }
    let mean = (part + whole / 2).checked_div(whole);
    let seen = mean.map_or_else(
        || Err("of nothing".to_owned()),
        |mean| same_length(i64::try_from(mean).unwrap_or(i64::MAX), said),
    );
    (seen, "DURATION")
}

/// Whether a share is the one that is said, as exact as that is.
pub(super) fn same_share((part, whole): (u64, u64), said: &Arguments) -> Verdict {
    let Some(expected) = said.percent() else {
        return Err("no share is said".to_owned());
    };
    match expected.rounded(part, whole) {
        Some(seen) => holds(seen == expected, || format!("{seen} ({part} of {whole})")),
        None => Err("of nothing".to_owned()),
    }
}
