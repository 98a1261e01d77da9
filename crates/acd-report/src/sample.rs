//! A centre that does not exist, and two months of its figures: made by a seed, for tests and pictures. It is busy in the
//! morning and on Mondays, has a bad week, and three clients with their own tariffs.

use acd_core::event::Outcome;
use acd_core::figures::{Figures, OfferFigures, WaitHistogram};
use acd_core::ids::TimeMs;
use jiff::civil::Weekday;

use crate::civil::{Civil, Period, PeriodError, Step};
use crate::input::{
    AgentTime, AgentWork, Attempt, Basis, Callback, CallbackEnd, Doing, QueueFigures, Stretch,
    Tenant, Time,
};
use crate::money::{Currency, Rounding, Tariff};
use crate::report::Question;
use crate::target::{Goal, Kpi, Scope, Target};
use acd_core::service_level::Variant;

const HOUR_MS: i64 = 3_600_000;
/// 1 October 2026 and 1 November 2026 in Berlin, with the hour that comes twice on the 25th.
const MONTH: std::ops::Range<TimeMs> = 1_790_805_600_000..1_793_487_600_000;
const EDGES_S: [i64; 17] = [
    1, 2, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600, 1_800,
];

/// A month of this centre, and what is asked of it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its hotlines.
    pub tenants: Vec<Tenant>,
    /// October, compared with the period before, with targets.
    pub question: Question,
}

/// The numbers that a seed gives, one after another.
struct Numbers(u64);

impl Numbers {
    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// With this mean, and many small ones.
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Around this mean, never far from it.
    fn around(&mut self, mean: f64) -> f64 {
        let bell = (0..4).map(|_| self.share()).sum::<f64>() / 2.0;
        mean * bell
    }

    fn count(&mut self, mean: f64) -> u64 {
        (mean + (self.around(1.0) - 1.0) * 1.7 * mean.sqrt())
            .round()
            .max(0.0) as u64
    }
}

/// A queue as it is made up: its name and channel, arrivals of a busy hour, seconds of talk, how tight its staff is.
struct Shape(&'static str, &'static str, f64, f64, f64);

struct Client {
    name: &'static str,
    agents: &'static [&'static str],
    queues: &'static [Shape],
    tariff: (
        &'static str,
        u32,
        &'static str,
        &'static str,
        Rounding,
        &'static str,
        &'static str,
    ),
}

const CLIENTS: [Client; 3] = [
    Client {
        name: "bank",
        agents: &[
            "anna", "bert", "carla", "dmitri", "elena", "farid", "greta", "hamid", "ines", "jonas",
            "katya", "leyla", "mehdi", "nadia",
        ],
        queues: &[
            Shape("card-loss", "voice", 14.0, 150.0, 0.6),
            Shape("service", "voice", 38.0, 235.0, 1.1),
            Shape("service", "chat", 17.0, 420.0, 0.9),
            Shape("loans", "voice", 9.0, 380.0, 0.8),
        ],
        tariff: (
            "EUR",
            2,
            "0.35",
            "0.42",
            Rounding::STARTED_MINUTE,
            "0",
            "1490",
        ),
    },
    Client {
        name: "clinic",
        agents: &["omid", "petra", "reza", "sofia", "timur"],
        queues: &[
            Shape("appointments", "voice", 21.0, 170.0, 1.0),
            Shape("results", "voice", 6.0, 210.0, 0.7),
        ],
        tariff: ("EUR", 2, "0", "0.385", Rounding::SECOND, "4.50", "600"),
    },
    Client {
        name: "shop",
        agents: &["uwe", "vera", "yusuf", "zahra"],
        queues: &[
            Shape("orders", "voice", 13.0, 190.0, 0.9),
            Shape("returns", "email", 8.0, 320.0, 0.5),
        ],
        tariff: ("EUR", 2, "1.10", "0", Rounding::EXACT, "0", "250"),
    },
];

/// The centre that this seed makes, in buckets of this length.
///
/// # Errors
/// The zone is not known, which is not so.
pub fn sample(seed: u64, step: Option<Step>) -> Result<Sample, PeriodError> {
    let civil = Civil::new("Europe/Berlin", Weekday::Monday)?;
    let period = Period::new(civil.clone(), MONTH, step)?;
    let mut numbers = Numbers(seed);
    let from = MONTH.start - 36 * 24 * HOUR_MS;
    let hours = civil.edges(Step::Hour, &(from..MONTH.end))?;
    let tenants = CLIENTS.iter().map(|client| {
        let mut tenant = Tenant {
            name: client.name.to_owned(),
            tariffs: tariff(client).into_iter().collect(),
            ..Tenant::default()
        };
        for hour in hours.windows(2) {
            one_hour(&mut tenant, client, &civil, hour[0], &mut numbers);
        }
        let day = hours.iter().rev().nth(5 * 24 + 1).copied().unwrap_or(from);
        let days = civil.edges(Step::Day, &(day - 24 * HOUR_MS..day));
        if let Some(midnight) = days.ok().and_then(|it| it.get(1).copied()) {
            tenant.stretches = stretches(client, midnight, &mut numbers);
        }
        tenant
    });
    let target = |kpi, goal, scope| Target { kpi, goal, scope };
    let level = Kpi::ServiceLevel(Variant::AbandonsNegative);
    Ok(Sample {
        tenants: tenants.collect(),
        question: Question {
            period,
            basis: Basis::EventTime,
            targets: vec![
                target(level, Goal::AtLeast(0.8), Scope::Centre),
                target(level, Goal::AtLeast(0.8), Scope::Queues),
                target(
                    level,
                    Goal::AtLeast(0.9),
                    Scope::Queue("card-loss".to_owned()),
                ),
                target(Kpi::Abandonment, Goal::AtMost(0.08), Scope::Centre),
                target(Kpi::Aht, Goal::AtMost(300_000.0), Scope::Centre),
                target(Kpi::Occupancy, Goal::AtLeast(0.6), Scope::Agents),
                target(
                    Kpi::FirstContactResolution,
                    Goal::AtLeast(0.75),
                    Scope::Centre,
                ),
            ],
            compare: true,
        },
    })
}

fn tariff(client: &Client) -> Option<Tariff> {
    let (code, decimals, contact, minute, rounding, hour, monthly) = client.tariff;
    Some(Tariff {
        queues: Vec::new(),
        currency: Currency {
            code: code.to_owned(),
            decimals,
        },
        per_contact: contact.parse().ok()?,
        per_minute: minute.parse().ok()?,
        rounding,
        per_agent_hour: hour.parse().ok()?,
        monthly: monthly.parse().ok()?,
    })
}

/// How much of a busy hour an hour is.
fn load(weekday: Weekday, hour: i8) -> f64 {
    let by_hour = match hour {
        8 => 0.55,
        9 => 0.9,
        10 | 11 => 1.0,
        12 => 0.75,
        13 => 0.7,
        14 | 15 => 0.85,
        16 => 0.75,
        17 => 0.5,
        18 | 19 => 0.25,
        _ => 0.0,
    };
    let by_day = match weekday {
        Weekday::Monday => 1.2,
        Weekday::Friday => 0.85,
        Weekday::Saturday => 0.35,
        Weekday::Sunday => 0.0,
        _ => 1.0,
    };
    by_hour * by_day
}

fn one_hour(
    tenant: &mut Tenant,
    client: &Client,
    civil: &Civil,
    at: TimeMs,
    numbers: &mut Numbers,
) {
    let Some(shown) = civil.shown(at) else {
        return;
    };
    let load = load(shown.weekday(), shown.hour());
    if load == 0.0 {
        return;
    }
    // A week in which half of the staff was ill.
    let ill = if (12..18).contains(&shown.day()) && shown.month() == 10 {
        2.4
    } else {
        1.0
    };
    let mut work: Vec<AgentWork> = client
        .agents
        .iter()
        .map(|agent| AgentWork {
            agent: (*agent).to_owned(),
            began_at: at,
            ..AgentWork::default()
        })
        .collect();
    let mut busy_ms = vec![0_u64; client.agents.len()];
    let present = present(client, shown.weekday(), shown.hour());
    for Shape(queue, channel, arrivals, talk_s, tight) in client.queues {
        let mut row = QueueFigures {
            basis: Basis::EventTime,
            queue: (*queue).to_owned(),
            channel: (*channel).to_owned(),
            began_at: at,
            figures: empty(),
            ..QueueFigures::default()
        };
        let pressure = load * tight * ill;
        for _ in 0..numbers.count(arrivals * load) {
            let wait_s = 3.0 + numbers.exponential(4.0 + 22.0 * pressure * pressure);
            let patience_s = 2.0 + numbers.exponential(420.0);
            let figures = &mut row.figures;
            let wait_ms = (wait_s.min(patience_s) * 1_000.0) as i64;
            if numbers.share() < 0.012 {
                figures.refused_full += 1;
                continue;
            }
            figures.offered += 1;
            if numbers.share() < 0.02 * pressure {
                figures.flow_out_callback += 1;
                figures.callbacks_within += u64::from(wait_ms <= 20_000);
                tenant.callbacks.push(callback(queue, at, numbers));
                continue;
            }
            if wait_s > patience_s {
                let cause = acd_core::command::EndCause::Customer;
                count(figures, Outcome::Abandoned(cause), wait_ms);
                continue;
            }
            count(figures, Outcome::Answered, wait_ms);
            let talk_ms = ((0.25 * talk_s + numbers.exponential(0.75 * talk_s)) * 1_000.0) as u64;
            let hold_ms = if numbers.share() < 0.2 {
                (numbers.exponential(40.0) * 1_000.0) as u64
            } else {
                0
            };
            let wrap_up_ms = (numbers.around(35.0) * 1_000.0) as u64;
            *row.connected.0.entry(talk_ms + hold_ms).or_default() += 1;
            let agent = present[(numbers.share() * present.len() as f64) as usize];
            let missed = u64::from(numbers.share() < 0.05);
            let resolved = u64::from(numbers.share() < 0.78);
            let offers = OfferFigures {
                made: 1 + missed,
                connected: 1,
                timed_out: missed,
                ..OfferFigures::default()
            };
            crate::sums::add_offers(&mut figures.offers, &offers);
            figures.handled += 1;
            figures.talk_ms += talk_ms;
            figures.hold_ms += hold_ms;
            figures.wrap_up_ms += wrap_up_ms;
            row.resolution.judged += 1;
            row.resolution.resolved += resolved;
            let work = &mut work[agent];
            (*queue).clone_into(&mut work.queue);
            (*channel).clone_into(&mut work.channel);
            crate::sums::add_offers(&mut work.offers, &offers);
            work.handled += 1;
            work.talk_ms += talk_ms;
            work.hold_ms += hold_ms;
            work.wrap_up_ms += wrap_up_ms;
            work.resolution.judged += 1;
            work.resolution.resolved += resolved;
            busy_ms[agent] += talk_ms + hold_ms + wrap_up_ms + 6_000;
        }
        tenant.queues.push(row);
    }
    for (number, work) in work.into_iter().enumerate() {
        if !present.contains(&number) {
            continue;
        }
        let (agent, busy_ms) = (client.agents[number], busy_ms[number]);
        let logged_in_ms = HOUR_MS.unsigned_abs();
        let busy_ms = busy_ms.min(logged_in_ms - 200_000);
        let break_ms = (numbers.around(0.5) * (logged_in_ms - busy_ms) as f64) as u64;
        let not_ready = [("lunch", break_ms / 2), ("training", break_ms / 3)];
        let away_ms: u64 = not_ready.iter().map(|it| it.1).sum();
        let time = Time {
            logged_in_ms,
            ready_ms: logged_in_ms - away_ms,
            idle_ms: logged_in_ms - away_ms - busy_ms,
            busy_ms,
            not_ready_ms: not_ready.map(|(reason, ms)| (reason.to_owned(), ms)).into(),
        };
        tenant.agent_time.push(AgentTime {
            agent: agent.to_owned(),
            began_at: at,
            time,
        });
        if work.handled > 0 {
            tenant.agent_work.push(work);
        }
    }
}

/// Who is at work: everybody for eight hours on five days, and always somebody.
fn present(client: &Client, weekday: Weekday, hour: i8) -> Vec<usize> {
    let works = |number: &usize| {
        let begin = 8 + i8::try_from(number % 4).unwrap_or(0);
        let is_off = (weekday.to_monday_zero_offset() as usize + number) % 6 == 5;
        (begin..begin + 9).contains(&hour) && !is_off
    };
    let present: Vec<_> = (0..client.agents.len()).filter(works).collect();
    if present.is_empty() { vec![0] } else { present }
}

fn empty() -> Figures {
    let waits = || WaitHistogram {
        edges_ms: EDGES_S.map(|edge| edge * 1_000).to_vec(),
        counts: vec![0; EDGES_S.len() + 1],
        sum_ms: 0,
    };
    Figures {
        answered_wait: waits(),
        abandoned_wait: waits(),
        ..Figures::default()
    }
}

fn count(figures: &mut Figures, outcome: Outcome, wait_ms: i64) {
    let within = u64::from(wait_ms <= 20_000);
    let waits = if outcome == Outcome::Answered {
        figures.answered += 1;
        figures.answered_within += within;
        &mut figures.answered_wait
    } else {
        figures.abandoned_customer += 1;
        figures.abandoned_within += within;
        figures.short_abandons += u64::from(wait_ms < 5_000);
        &mut figures.abandoned_wait
    };
    let bucket = waits.edges_ms.partition_point(|edge| *edge < wait_ms);
    waits.counts[bucket] += 1;
    waits.sum_ms += wait_ms.unsigned_abs();
}

fn callback(queue: &str, at: TimeMs, numbers: &mut Numbers) -> Callback {
    let dials = 1 + numbers.count(0.6);
    let reached = numbers.share() < 0.85;
    let attempt = |dial: u64| Attempt {
        at: at + i64::try_from(dial).unwrap_or(0) * 20 * 60_000,
        reached: reached && dial == dials,
    };
    let attempts: Vec<_> = (1..=dials).map(attempt).collect();
    let last = attempts.last().map_or(at, |it| it.at);
    let end = if reached {
        CallbackEnd::Reached
    } else {
        CallbackEnd::GivenUp
    };
    Callback {
        queue: queue.to_owned(),
        asked_at: at,
        attempts,
        ended: (numbers.share() < 0.98).then_some((last, end)),
    }
}

/// A day of the agents of a client, from eight to eight.
fn stretches(client: &Client, midnight: TimeMs, numbers: &mut Numbers) -> Vec<Stretch> {
    let mut all = Vec::new();
    for (number, agent) in client.agents.iter().enumerate() {
        let mut stretch = |from: f64, to: f64, doing| {
            all.push(Stretch {
                agent: (*agent).to_owned(),
                from: midnight + (from * 1_000.0) as i64,
                to: midnight + (to * 1_000.0) as i64,
                doing,
            });
        };
        let begin = (8.0 + (number % 4) as f64) * 3_600.0 - numbers.around(300.0);
        let (end, lunch) = (begin + 8.2 * 3_600.0, begin + numbers.around(4.0) * 3_600.0);
        stretch(begin, lunch, Doing::Ready);
        stretch(lunch, lunch + 1_800.0, Doing::NotReady);
        stretch(lunch + 1_800.0, end, Doing::Ready);
        let mut at = begin + numbers.exponential(240.0);
        while at < end - 900.0 {
            if at > lunch - 600.0 && at < lunch + 1_800.0 {
                at = lunch + 1_800.0 + numbers.exponential(240.0);
                continue;
            }
            let ring = 3.0 + numbers.exponential(5.0);
            let talk = 40.0 + numbers.exponential(190.0).min(700.0);
            let hold = if numbers.share() < 0.2 {
                20.0 + numbers.exponential(50.0)
            } else {
                0.0
            };
            let wrap_up = numbers.around(45.0);
            stretch(at, at + ring, Doing::Ringing);
            stretch(at + ring, at + ring + talk, Doing::Talking);
            let mut done = at + ring + talk;
            if hold > 0.0 {
                stretch(done, done + hold, Doing::Held);
                done += hold;
            }
            stretch(done, done + wrap_up, Doing::WrapUp);
            at = done + wrap_up + numbers.exponential(260.0);
        }
    }
    all
}
