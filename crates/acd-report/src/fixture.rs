//! Two days of a small centre, counted by hand.

use acd_core::figures::{Figures, OfferFigures, WaitHistogram};
use acd_core::service_level::Variant;
use jiff::civil::Weekday;

use crate::civil::{Civil, Period, Step};
use crate::input::{
    AgentTime, AgentWork, Attempt, Basis, Callback, CallbackEnd, Connected, QueueFigures,
    Resolution, Scores, Tenant, Time,
};
use crate::money::{Currency, Rounding, Tariff};
use crate::report::Question;
use crate::target::{Goal, Kpi, Scope, Target};

/// Midnight of 1 October 2026 in Berlin.
pub(crate) const THURSDAY: i64 = 1_790_805_600_000;
pub(crate) const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// 70 answered within T, 10 abandoned within T, 20 answered later.
pub(crate) fn case() -> Figures {
    let waits = |counts: [u64; 3], sum_ms| WaitHistogram {
        edges_ms: vec![10_000, 20_000],
        counts: counts.to_vec(),
        sum_ms,
    };
    Figures {
        offered: 100,
        answered: 90,
        answered_within: 70,
        abandoned_customer: 9,
        abandoned_system: 1,
        abandoned_within: 10,
        short_abandons: 4,
        answered_wait: waits([50, 20, 20], 1_350_000),
        abandoned_wait: waits([6, 4, 0], 80_000),
        offers: OfferFigures {
            made: 100,
            connected: 90,
            rejected: 4,
            timed_out: 6,
            ..OfferFigures::default()
        },
        handled: 90,
        talk_ms: 90 * 180_000,
        hold_ms: 90 * 6_000,
        wrap_up_ms: 90 * 24_000,
        refused_full: 3,
        ..Figures::default()
    }
}

/// Half of it, and one who was called back and one who was put off.
fn half() -> Figures {
    Figures {
        offered: 50,
        answered: 40,
        answered_within: 32,
        abandoned_customer: 8,
        flow_out_callback: 1,
        flow_out_withdrawn: 1,
        withdrawn_deferred: 1,
        handled: 40,
        talk_ms: 40 * 200_000,
        wrap_up_ms: 40 * 20_000,
        ..Figures::default()
    }
}

fn row(queue: &str, began_at: i64, figures: Figures) -> QueueFigures {
    QueueFigures {
        basis: Basis::EventTime,
        queue: queue.to_owned(),
        channel: "voice".to_owned(),
        began_at,
        figures,
        connected: Connected([(186_000, 90)].into()),
        charged_ms: None,
        resolution: Resolution {
            judged: 80,
            resolved: 60,
        },
        satisfaction: Scores {
            count: 10,
            millionths: 8_500_000,
        },
    }
}

/// Its figures: `cards` on Thursday and Friday and, half as busy, two days before; `loans` on Friday only.
pub(crate) fn tenants() -> Vec<Tenant> {
    let time = |agent: &str, began_at, busy_ms, idle_ms| AgentTime {
        agent: agent.to_owned(),
        began_at,
        time: Time {
            logged_in_ms: 3_600_000,
            ready_ms: 3_000_000,
            idle_ms,
            busy_ms,
            not_ready_ms: [("lunch".to_owned(), 600_000)].into(),
        },
    };
    let work = |agent: &str, handled| AgentWork {
        agent: agent.to_owned(),
        queue: "cards".to_owned(),
        channel: "voice".to_owned(),
        began_at: THURSDAY + 9 * HOUR,
        handled,
        talk_ms: handled * 180_000,
        wrap_up_ms: handled * 20_000,
        satisfaction: Scores {
            count: 5,
            millionths: 4_000_000,
        },
        quality: Scores {
            count: 2,
            millionths: 1_500_000,
        },
        ..AgentWork::default()
    };
    vec![Tenant {
        name: "bank".to_owned(),
        queues: vec![
            row("cards", THURSDAY + 9 * HOUR, case()),
            row("cards", THURSDAY + DAY + 9 * HOUR, case()),
            row("loans", THURSDAY + DAY + 10 * HOUR, half()),
            row("cards", THURSDAY - 2 * DAY + 9 * HOUR, half()),
            QueueFigures {
                basis: Basis::EnqueueCohort,
                ..row("cards", THURSDAY + 9 * HOUR, half())
            },
            // Neither in the period nor in the one before.
            row("cards", THURSDAY + 2 * DAY, case()),
            row("cards", THURSDAY - 3 * DAY, case()),
        ],
        agent_time: vec![
            time("anna", THURSDAY + 9 * HOUR, 2_400_000, 600_000),
            time("bert", THURSDAY + 9 * HOUR, 1_500_000, 1_500_000),
            time("anna", THURSDAY - 2 * DAY + 9 * HOUR, 1_500_000, 1_500_000),
        ],
        agent_work: vec![work("anna", 60), work("bert", 30)],
        callbacks: vec![
            Callback {
                queue: "loans".to_owned(),
                asked_at: THURSDAY + HOUR,
                attempts: vec![
                    Attempt {
                        at: THURSDAY + 2 * HOUR,
                        reached: false,
                    },
                    Attempt {
                        at: THURSDAY + 3 * HOUR,
                        reached: true,
                    },
                ],
                ended: Some((THURSDAY + 3 * HOUR, CallbackEnd::Reached)),
            },
            Callback {
                queue: "loans".to_owned(),
                asked_at: THURSDAY + HOUR,
                attempts: Vec::new(),
                ended: None,
            },
        ],
        stretches: Vec::new(),
        tariffs: vec![Tariff {
            queues: Vec::new(),
            currency: Currency {
                code: "EUR".to_owned(),
                decimals: 2,
            },
            per_contact: "0.50".parse().expect("a price"),
            per_minute: "0.10".parse().expect("a price"),
            rounding: Rounding::STARTED_MINUTE,
            per_agent_hour: "12".parse().expect("a price"),
            monthly: "100".parse().expect("a price"),
        }],
    }]
}

/// Both days, with a target for the service level.
pub(crate) fn question(step: Option<Step>) -> Question {
    let civil = Civil::new("Europe/Berlin", Weekday::Monday).expect("a zone");
    let target = |scope| Target {
        kpi: Kpi::ServiceLevel(Variant::AbandonsNegative),
        goal: Goal::AtLeast(0.7),
        scope,
    };
    Question {
        period: Period::new(civil, THURSDAY..THURSDAY + 2 * DAY, step).expect("a period"),
        basis: Basis::EventTime,
        targets: vec![target(Scope::Queues), target(Scope::Centre)],
        compare: true,
    }
}
