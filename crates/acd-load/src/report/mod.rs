//! What a load came to, as text ([`Display`](std::fmt::Display)), as JSON and as one HTML page.

mod html;
mod picture;
mod text;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use acd_client::endpoint::Flow;
use serde::Serialize;
use tokio::time::Instant;

use crate::measured::{Latencies, Measured};
use crate::plan::Plan;
use crate::processor;

pub use wire::{Kind, Wire};

/// What a load came to. Figures are of the time between the warm-up and the last arrival, unless they say otherwise;
/// times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was played.
    pub load: Played,
    /// How long it was measured, in seconds.
    pub measured_s: f64,
    /// What became of the contacts.
    pub contacts: Contacts,
    /// From the instant at which a contact was to be sent until its offer came on an agent's stream, where an agent was
    /// free.
    pub offer_ms: Quantiles,
    /// From the same instant until the receipt that the arrival is durable.
    pub acknowledgement_ms: Quantiles,
    /// From an agent's accept to its answer.
    pub accept_ms: Quantiles,
    /// How long contacts waited that found no agent free: what staffing makes, not the server.
    pub wait_ms: Quantiles,
    /// Refusals of the whole run by what was refused and why.
    pub refusals: BTreeMap<String, u64>,
    /// Whatever failed otherwise.
    pub errors: u64,
    /// The first of these.
    pub error_examples: Vec<String>,
    /// Messages and bytes.
    pub wire: Wire,
    /// How this process kept up.
    pub generator: Generator,
    /// What the server's process took, where it runs on this machine and was named.
    pub server: Option<Server>,
    /// The offers by percentile: percentile and time.
    pub offer_curve: Vec<(f64, f64)>,
    /// The run in pieces, warm-up included.
    pub over_time: Vec<Piece>,
    /// What is to be known of these figures.
    pub notes: Vec<String>,
}

/// What was played.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Played {
    /// The tenant.
    pub tenant: String,
    /// Agents.
    pub agents: u32,
    /// Queues.
    pub queues: u32,
    /// Skills.
    pub skills: u32,
    /// Adapters, each with a connection of its own.
    pub adapters: u32,
    /// HTTP/2 connections that the agents share.
    pub connections: usize,
    /// Contacts per second, as they were asked for.
    pub rate: String,
    /// Agents that are busy on average, at the mean rate.
    pub erlangs: f64,
    /// The seed.
    pub seed: u64,
}

/// Contacts by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Contacts {
    /// Arrived.
    pub arrived: u64,
    /// Refused when they arrived.
    pub refused: u64,
    /// Offered to an agent who was free.
    pub offered_at_once: u64,
    /// Offered after a wait for an agent.
    pub offered_after_wait: u64,
    /// Hung up before they were answered.
    pub abandoned: u64,
    /// Sent away by the server.
    pub turned_away: u64,
    /// Lives that were complete in this time: arrived, talked, ended, and the end durable.
    pub completed: u64,
    /// Arrivals in a second.
    pub arrived_per_s: f64,
    /// Complete lives in a second.
    pub completed_per_s: f64,
    /// Contacts that were open at the last arrival, talking ones included.
    pub open_at_last_arrival: u64,
}

/// A distribution of times, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Half of them took no longer.
    pub p50: f64,
    /// 90 % took no longer.
    pub p90: f64,
    /// 99 % took no longer.
    pub p99: f64,
    /// 99.9 % took no longer.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

/// How this process kept up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Generator {
    /// How much later than intended arrivals were sent, by this process's own fault.
    pub lag_ms: Quantiles,
    /// Whether that is so much that the figures describe this process more than the server.
    pub is_bottleneck: bool,
    /// How long arrivals were held back in all because the server took no more of the adapter's stream.
    pub held_back_s: f64,
    /// Processors it used on average; none where the system does not tell.
    pub processors_used: Option<f64>,
    /// Processors there are.
    pub processors: usize,
}

/// What the server's process took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Server {
    /// Processors it used on average.
    pub processors_used: f64,
    /// Processor time for each complete life, in microseconds.
    pub us_per_contact: f64,
    /// Its memory before the first login, in MiB.
    pub memory_before_mib: f64,
    /// How much more it was when all agents were ready, in KiB for each.
    pub kib_per_agent: f64,
}

/// A piece of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Piece {
    /// When it began, in seconds from the first arrival.
    pub at_s: f64,
    /// Arrivals in a second.
    pub arrived_per_s: f64,
    /// Complete lives in a second.
    pub completed_per_s: f64,
    /// Refused arrivals in a second.
    pub refused_per_s: f64,
    /// Median of the offers at once.
    pub offer_p50_ms: f64,
    /// 99th percentile of them.
    pub offer_p99_ms: f64,
}

/// Where a run stood at an instant.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) at: Instant,
    /// Processor time of this process.
    pub(crate) processor: Option<Duration>,
    /// Processor time of the server.
    pub(crate) server: Option<Duration>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) completed: u64,
}

/// The course of a run.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// From the first to the last arrival.
    pub(crate) length: Duration,
    pub(crate) open_at_last_arrival: u64,
    /// After the warm-up.
    pub(crate) warm: Standing,
    /// After the last arrival.
    pub(crate) last: Standing,
    /// The server's memory in bytes before the first login, and when all agents were ready.
    pub(crate) server_memory: Option<(u64, u64)>,
}

/// Arrivals that are this late at the 99th percentile are the generator's doing, not the server's.
const LAG_P99_MAX_MS: f64 = 5.0;

/// Arrivals that were held back for so long in all were so because the server did not keep up, not by chance.
const HELD_BACK_MAX_S: f64 = 0.1;

impl Report {
    pub(crate) fn of(plan: &Plan, tenant: &str, course: &Course, measured: &Measured) -> Self {
        let measured_s = course.length.saturating_sub(plan.warm_up).as_secs_f64();
        let per_s = |count: u64| {
            if measured_s > 0.0 {
                count as f64 / measured_s
            } else {
                0.0
            }
        };
        let counts = measured.counts;
        let lag_ms = Quantiles::of(&measured.lag);
        let mut report = Self {
            load: Played {
                tenant: tenant.to_owned(),
                agents: plan.agents,
                queues: plan.queues,
                skills: plan.skills,
                adapters: plan.adapters,
                connections: plan.connections().get(),
                rate: plan.rate.text().to_owned(),
                erlangs: plan.erlangs(),
                seed: plan.seed,
            },
            measured_s,
            contacts: Contacts {
                arrived: counts.arrived,
                refused: counts.refused,
                offered_at_once: counts.offered_at_once,
                offered_after_wait: counts.offered_after_wait,
                abandoned: counts.abandoned,
                turned_away: counts.turned_away,
                completed: counts.completed,
                arrived_per_s: per_s(counts.arrived),
                completed_per_s: per_s(counts.completed),
                open_at_last_arrival: course.open_at_last_arrival,
            },
            offer_ms: Quantiles::of(&measured.offer),
            acknowledgement_ms: Quantiles::of(&measured.acknowledgement),
            accept_ms: Quantiles::of(&measured.accept),
            wait_ms: Quantiles::of(&measured.wait),
            refusals: measured.refusals.clone(),
            errors: measured.errors,
            error_examples: measured.examples.clone(),
            wire: Wire::between(&course.warm, &course.last),
            generator: Generator {
                lag_ms,
                is_bottleneck: lag_ms.p99 > LAG_P99_MAX_MS,
                held_back_s: measured.held_back.as_secs_f64(),
                processors_used: used(course, |standing| standing.processor)
                    .map(|(used, passed)| used / passed),
                processors: processor::count(),
            },
            server: server(plan, course),
            offer_curve: curve(&measured.offer),
            over_time: over_time(measured, course.length),
            notes: Vec::new(),
        };
        report.notes = report.remarks();
        report
    }

    /// As JSON.
    ///
    /// # Errors
    /// A figure that JSON cannot hold; there is none.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// As one HTML page that needs no other file.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    fn remarks(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (generator, contacts) = (&self.generator, &self.contacts);
        if generator.is_bottleneck {
            notes.push(format!(
                "THE GENERATOR WAS THE BOTTLENECK: 1 % of the arrivals were sent more than {:.1} ms late by this process, \
                 so these figures describe it more than the server. Run it on a machine of its own, or with fewer agents \
                 or a lower rate.",
                generator.lag_ms.p99
            ));
        }
        if generator.held_back_s > HELD_BACK_MAX_S {
            notes.push(format!(
                "The server took no more of the adapter's stream for {:.1} s in all; arrivals waited here, and their \
                 latencies have it. It could not keep up at this rate.",
                generator.held_back_s
            ));
        }
        let (agents, erlangs) = (f64::from(self.load.agents), self.load.erlangs);
        if erlangs > agents {
            notes.push(format!(
                "There is more work than agents ({erlangs:.0} busy on average, {agents} there): contacts wait for people, \
                 not for the server. Take more --agents, or a shorter --talk."
            ));
        }
        if contacts.arrived > 0 && self.offer_ms.count == 0 {
            notes.push(
                "No contact found an agent free, so there is no latency of an offer.".to_owned(),
            );
        }
        if self.measured_s <= 0.0 {
            notes.push("It was stopped within the warm-up: nothing was measured.".to_owned());
        }
        notes
    }
}

impl Quantiles {
    fn of(latencies: &Latencies) -> Self {
        if latencies.is_empty() {
            return Self::default();
        }
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        Self {
            count: latencies.len(),
            mean: latencies.mean() / 1_000.0,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: latencies.max() as f64 / 1_000.0,
        }
    }
}

/// Seconds of processor time between warm-up and last arrival, and the seconds that passed.
fn used(course: &Course, of: fn(&Standing) -> Option<Duration>) -> Option<(f64, f64)> {
    let used = of(&course.last)?.checked_sub(of(&course.warm)?)?;
    let passed = (course.last.at - course.warm.at).as_secs_f64();
    (passed > 0.0).then_some((used.as_secs_f64(), passed))
}

fn server(plan: &Plan, course: &Course) -> Option<Server> {
    let (used, passed) = used(course, |standing| standing.server)?;
    let (before, ready) = course.server_memory?;
    let lives = course.last.completed - course.warm.completed;
    Some(Server {
        processors_used: used / passed,
        us_per_contact: if lives > 0 {
            used * 1e6 / lives as f64
        } else {
            0.0
        },
        memory_before_mib: before as f64 / 1_048_576.0,
        kib_per_agent: (ready as f64 - before as f64) / 1_024.0 / f64::from(plan.agents),
    })
}

/// From the median on, each step halves what is left above.
fn curve(latencies: &Latencies) -> Vec<(f64, f64)> {
    if latencies.is_empty() {
        return Vec::new();
    }
    let steps = latencies.iter_quantiles(4);
    steps
        .map(|step| {
            let ms = step.value_iterated_to() as f64 / 1_000.0;
            (step.quantile_iterated_to() * 100.0, ms)
        })
        .collect()
}

fn over_time(measured: &Measured, length: Duration) -> Vec<Piece> {
    let width = measured.piece.as_secs_f64();
    let pieces = measured.pieces.iter().zip(0_u32..);
    let came = pieces.take_while(|(_, number)| measured.piece * *number < length);
    came.map(|(piece, number)| {
        let at_s = f64::from(number) * width;
        // The last one may be shorter.
        let seconds = width.min(length.as_secs_f64() - at_s);
        let offer = Quantiles::of(&piece.offer);
        Piece {
            at_s,
            arrived_per_s: piece.arrived as f64 / seconds,
            completed_per_s: piece.completed as f64 / seconds,
            refused_per_s: piece.refused as f64 / seconds,
            offer_p50_ms: offer.p50,
            offer_p99_ms: offer.p99,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests;
