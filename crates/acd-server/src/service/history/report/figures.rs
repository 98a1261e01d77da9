//! The figures that a report is made of, as fine as it needs them and no finer.

use std::ops::Range;

use acd_core::ids::TimeMs;
use acd_history::figures::{
    AgentTimeRow, AgentWorkRow, CallbackEnding, CallbackFigures, Charge, FiguresError, Only,
    QueueRow, Reading, Resolved, Reviewed, Scored, StretchKind, StretchRow,
};
use acd_report::input::{
    AgentTime, AgentWork, Attempt, Basis, Callback, CallbackEnd, Connected, Doing, QueueFigures,
    Resolution, Scores, Stretch, Tenant, Time,
};
use acd_report::{Kind, Kpi, Period, PeriodError, Step};

use super::Unmade;
use super::asked::{Asked, Form};
use super::configured::Configured;

const DAY_MS: i64 = 86_400_000;
/// Up to which length a range is drawn by the hour.
const BY_HOUR_MAX_MS: i64 = 2 * DAY_MS;
/// Up to which length what was before a range is read by the hour, for its hours of the week.
const BEFORE_BY_HOUR_MAX_MS: i64 = 93 * DAY_MS;
/// Up to which length a range is a day, of which it is shown what agents did: one may have 25 hours.
const ONE_DAY_MAX_MS: i64 = 25 * 3_600_000;
/// Of how many agents that is shown.
const STRIPS_MAX: usize = 60;

/// Fills in what the report needs.
pub(super) fn fill(
    tenant: &mut Tenant,
    reading: &mut Reading<'_, '_>,
    asked: &Asked,
    period: &Period,
    configured: &Configured,
) -> Result<(), Unmade> {
    let needs = Needs::of(asked, configured);
    let spans = Spans::of(asked, period, &needs)?;
    if asked.basis == Basis::EventTime && (needs.costs || asked.form == Form::Html) {
        tenant.tariffs.clone_from(&configured.tariffs);
    }
    if needs.queues {
        let rows = match asked.basis {
            // Of hours of the week no queue is named.
            Basis::EventTime if asked.kinds == [Kind::Hours] && asked.form != Form::Html => {
                reading.queues_together(&spans.queues)?
            }
            Basis::EventTime => reading.queues(&spans.queues)?,
            Basis::EnqueueCohort => reading.cohorts(&spans.queues)?,
        };
        let rows = rows.into_iter().map(|row| of_queue(row, asked.basis));
        tenant.queues.extend(rows);
    }
    if !tenant.tariffs.is_empty() {
        charges(tenant, reading, &spans)?;
    }
    if asked.form == Form::Html && asked.basis == Basis::EventTime {
        distributions(tenant, reading, period.range())?;
    }
    if needs.time {
        let rows = reading.agent_time(&spans.agents)?;
        tenant.agent_time.extend(rows.into_iter().map(of_time));
    }
    if needs.work {
        // Of agents alone no queue is named.
        let rows = match asked.kinds == [Kind::Agents] && asked.form != Form::Html {
            true => reading.agent_work_together(&spans.agents)?,
            false => reading.agent_work(&spans.agents)?,
        };
        tenant.agent_work.extend(rows.into_iter().map(of_work));
    }
    if needs.resolution {
        let (after_ms, known_ms) = (configured.resolved_after_ms, configured.keep_personal_ms);
        let rows = reading.resolved(&spans.finest, after_ms, known_ms)?;
        resolutions(tenant, rows, asked.basis);
    }
    if needs.scores {
        let rows = reading.scores(&spans.finest)?;
        satisfaction(tenant, rows, asked.basis);
    }
    if needs.work {
        let rows = reading.reviews(&spans.agents)?;
        tenant.agent_work.extend(rows.into_iter().map(of_reviews));
    }
    if needs.callbacks {
        let (range, before) = (period.range(), period.before());
        let from = if before.is_empty() {
            range.start
        } else {
            before.start
        };
        let rows = reading.callbacks(from..range.end)?;
        tenant.callbacks.extend(rows.into_iter().map(of_callback));
    }
    let range = period.range();
    if asked.form == Form::Html && range.end - range.start <= ONE_DAY_MAX_MS {
        let rows = reading.stretches(range, STRIPS_MAX)?;
        tenant.stretches.extend(rows.into_iter().map(of_stretch));
    }
    leave_out(tenant, asked);
    Ok(())
}

/// What is read.
#[derive(Clone, Copy)]
struct Needs {
    queues: bool,
    /// By the hour of the week.
    hours: bool,
    time: bool,
    work: bool,
    costs: bool,
    callbacks: bool,
    resolution: bool,
    scores: bool,
}

impl Needs {
    fn of(asked: &Asked, configured: &Configured) -> Self {
        let has = |kinds: &[Kind]| asked.kinds.iter().any(|kind| kinds.contains(kind));
        let page = asked.form == Form::Html;
        let costs = has(&[Kind::Costs]);
        let of_queues = [Kind::Queues, Kind::Hotlines, Kind::Hours, Kind::Outcomes];
        let mut targets = configured.targets.iter();
        let is_aimed_at = targets.any(|it| it.kpi == Kpi::FirstContactResolution);
        let is_shown = page
            || has(&[
                Kind::Queues,
                Kind::Agents,
                Kind::AgentsByQueue,
                Kind::Hotlines,
            ]);
        Self {
            queues: page || costs || has(&of_queues),
            hours: page || has(&[Kind::Hours]),
            time: page || costs || has(&[Kind::Agents, Kind::Hotlines]),
            work: page || has(&[Kind::Agents, Kind::AgentsByQueue]),
            costs,
            callbacks: has(&[Kind::Callbacks]),
            resolution: is_shown && (asked.resolution || is_aimed_at),
            scores: is_shown,
        }
    }
}

/// The ranges by which figures are added up: each lies within one bucket of everything that is shown.
struct Spans {
    queues: Vec<Range<TimeMs>>,
    agents: Vec<Range<TimeMs>>,
    finest: Vec<Range<TimeMs>>,
}

impl Spans {
    fn of(asked: &Asked, period: &Period, needs: &Needs) -> Result<Self, PeriodError> {
        let range = period.range();
        let length = range.end - range.start;
        let finer = |step: Option<Step>, other: Step| Some(step.map_or(other, |it| it.min(other)));
        let step = period.step();
        let queues = match needs.hours {
            true => finer(step, Step::Hour),
            false => step,
        };
        let drawn = match length <= BY_HOUR_MAX_MS {
            true => Step::Hour,
            false => Step::Day,
        };
        let agents = match asked.form {
            Form::Html => finer(step, drawn),
            _ => step,
        };
        // The charts say nothing of the hours of what was before.
        let queues_before = match needs.hours && length > BEFORE_BY_HOUR_MAX_MS {
            true if asked.form == Form::Html => finer(step, Step::Day),
            _ => queues,
        };
        let cut = |before, now| cut(period, before, now);
        let queue_spans = cut(queues_before, queues)?;
        let agent_spans = cut(agents, agents)?;
        let finest = match queue_spans.len() >= agent_spans.len() {
            true => queue_spans.clone(),
            false => agent_spans.clone(),
        };
        Ok(Self {
            queues: queue_spans,
            agents: agent_spans,
            finest,
        })
    }
}

/// The period before and the period, each cut into such pieces.
fn cut(
    period: &Period,
    before: Option<Step>,
    now: Option<Step>,
) -> Result<Vec<Range<TimeMs>>, PeriodError> {
    let mut spans = Vec::new();
    for (range, step) in [(period.before(), before), (period.range(), now)] {
        match step {
            _ if range.is_empty() => {}
            None => spans.push(range),
            Some(step) => {
                let edges = period.civil().edges(step, &range)?;
                spans.extend(edges.windows(2).map(|it| it[0]..it[1]));
            }
        }
    }
    Ok(spans)
}

/// What is charged of conversations, each rounded on its own.
fn charges(
    tenant: &mut Tenant,
    reading: &mut Reading<'_, '_>,
    spans: &Spans,
) -> Result<(), FiguresError> {
    let charge = |queue: &str| {
        let tariff = &tenant.tariffs[tenant.tariff_of(queue)?];
        (!tariff.per_minute.is_zero()).then_some(Charge {
            least_ms: tariff.rounding.first_ms,
            step_ms: tariff.rounding.step_ms,
        })
    };
    let is_charged = tenant.tariffs.iter().any(|it| !it.per_minute.is_zero());
    let sums = match is_charged {
        true => reading.charged(&spans.queues, &charge)?,
        false => Default::default(),
    };
    for ((queue, channel, began_at), charged_ms) in sums {
        tenant.queues.push(QueueFigures {
            queue,
            channel,
            began_at,
            charged_ms: Some(charged_ms),
            ..QueueFigures::default()
        });
    }
    Ok(())
}

/// How long customers waited and talked, of the whole range: nobody asks it of a bucket.
fn distributions(
    tenant: &mut Tenant,
    reading: &mut Reading<'_, '_>,
    range: Range<TimeMs>,
) -> Result<(), FiguresError> {
    for row in reading.waits(range.clone())? {
        let place = of_range(tenant, &row.queue, &row.channel, &range);
        let (answered, abandoned) = (row.figures.answered_wait, row.figures.abandoned_wait);
        let figures = &mut place.figures;
        for (to, from) in [
            (&mut figures.answered_wait, answered),
            (&mut figures.abandoned_wait, abandoned),
        ] {
            (to.edges_ms, to.counts) = (from.edges_ms, from.counts);
        }
    }
    for row in reading.talks(range.clone())? {
        let place = of_range(tenant, &row.queue, &row.channel, &range);
        place.connected = Connected(row.lengths);
    }
    Ok(())
}

/// A row of a queue within a range: any, for the range is told as a whole.
fn of_range<'t>(
    tenant: &'t mut Tenant,
    queue: &str,
    channel: &str,
    range: &Range<TimeMs>,
) -> &'t mut QueueFigures {
    let fits = |it: &QueueFigures| {
        it.queue == queue && it.channel == channel && range.contains(&it.began_at)
    };
    let at = tenant.queues.iter().position(fits).unwrap_or_else(|| {
        tenant.queues.push(QueueFigures {
            queue: queue.to_owned(),
            channel: channel.to_owned(),
            began_at: range.start,
            charged_ms: Some(0),
            ..QueueFigures::default()
        });
        tenant.queues.len() - 1
    });
    &mut tenant.queues[at]
}

fn resolutions(tenant: &mut Tenant, rows: Vec<Resolved>, basis: Basis) {
    for row in rows {
        let resolution = Resolution {
            judged: row.judged,
            resolved: row.resolved,
        };
        tenant.queues.push(QueueFigures {
            basis,
            queue: row.queue.clone(),
            channel: row.channel.clone(),
            began_at: row.began_at,
            charged_ms: Some(0),
            resolution,
            ..QueueFigures::default()
        });
        tenant.agent_work.push(AgentWork {
            agent: row.agent,
            queue: row.queue,
            channel: row.channel,
            began_at: row.began_at,
            resolution,
            ..AgentWork::default()
        });
    }
}

/// Scores count for the queue and for the agent, as far as these are known.
fn satisfaction(tenant: &mut Tenant, rows: Vec<Scored>, basis: Basis) {
    for row in rows {
        let satisfaction = Scores {
            count: row.scores,
            millionths: row.score_sum,
        };
        tenant.queues.push(QueueFigures {
            basis,
            queue: row.queue.clone(),
            channel: row.channel.clone(),
            began_at: row.began_at,
            charged_ms: Some(0),
            satisfaction,
            ..QueueFigures::default()
        });
        if !row.agent.is_empty() {
            tenant.agent_work.push(AgentWork {
                agent: row.agent,
                queue: row.queue,
                channel: row.channel,
                began_at: row.began_at,
                satisfaction,
                ..AgentWork::default()
            });
        }
    }
}

fn of_reviews(row: Reviewed) -> AgentWork {
    AgentWork {
        agent: row.agent,
        queue: row.queue,
        channel: row.channel,
        began_at: row.began_at,
        quality: Scores {
            count: row.reviews,
            millionths: row.score_sum,
        },
        ..AgentWork::default()
    }
}

/// Takes out what is read of all, and was not asked for.
fn leave_out(tenant: &mut Tenant, asked: &Asked) {
    let Only { queues, agents } = &asked.only;
    if !queues.is_empty() {
        tenant
            .queues
            .retain(|it| queues.contains(&it.queue) || it.queue.is_empty());
        tenant
            .agent_work
            .retain(|it| queues.contains(&it.queue) || it.queue.is_empty());
        tenant.callbacks.retain(|it| queues.contains(&it.queue));
    }
    if !agents.is_empty() {
        tenant.agent_work.retain(|it| agents.contains(&it.agent));
    }
}

fn of_queue(row: QueueRow, basis: Basis) -> QueueFigures {
    QueueFigures {
        basis,
        queue: row.queue,
        channel: row.channel,
        began_at: row.began_at,
        figures: row.figures,
        charged_ms: Some(0),
        ..QueueFigures::default()
    }
}

fn of_time(row: AgentTimeRow) -> AgentTime {
    AgentTime {
        agent: row.agent,
        began_at: row.began_at,
        time: Time {
            logged_in_ms: row.logged_in_ms,
            ready_ms: row.ready_ms,
            idle_ms: row.idle_ms,
            busy_ms: row.busy_ms,
            not_ready_ms: row.not_ready_ms,
        },
    }
}

fn of_work(row: AgentWorkRow) -> AgentWork {
    AgentWork {
        agent: row.agent,
        queue: row.queue,
        channel: row.channel,
        began_at: row.began_at,
        offers: row.offers,
        handled: row.handled,
        talk_ms: row.talk_ms,
        hold_ms: row.hold_ms,
        wrap_up_ms: row.wrap_up_ms,
        ..AgentWork::default()
    }
}

fn of_callback(row: CallbackFigures) -> Callback {
    let attempts = row.attempts.into_iter();
    let end = |ending| match ending {
        CallbackEnding::Reached => CallbackEnd::Reached,
        CallbackEnding::Served => CallbackEnd::Served,
        CallbackEnding::GivenUp => CallbackEnd::GivenUp,
        CallbackEnding::Withdrawn => CallbackEnd::Withdrawn,
    };
    Callback {
        queue: row.queue,
        asked_at: row.asked_at,
        attempts: attempts
            .map(|(at, reached)| Attempt { at, reached })
            .collect(),
        ended: row.ended.map(|(at, ending)| (at, end(ending))),
    }
}

fn of_stretch(row: StretchRow) -> Stretch {
    Stretch {
        agent: row.agent,
        from: row.from,
        to: row.to,
        doing: match row.kind {
            StretchKind::Ready => Doing::Ready,
            StretchKind::NotReady => Doing::NotReady,
            StretchKind::Ringing => Doing::Ringing,
            StretchKind::Talk => Doing::Talking,
            StretchKind::Hold => Doing::Held,
            StretchKind::WrapUp => Doing::WrapUp,
        },
    }
}
