//! Agents: how their time passed, what they did, and what they were and did over a day.

use std::collections::BTreeMap;
use std::ops::Range;

use acd_core::figures::OfferFigures;
use acd_core::ids::{DurationMs, TimeMs};

use super::ask::{Cells, Place};
use super::pieces::{Pieces, Summed};
use super::queues::of;
use super::{FiguresError, OF_OFFERS, Reading, Spans, check, columns};
use crate::quarter;
use crate::value::Value;

/// How an agent's time passed in a range, in milliseconds. Quarters of an hour that are not over are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentTimeRow {
    /// The agent.
    pub agent: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// Logged in.
    pub logged_in_ms: u64,
    /// Ready, whether idle or not.
    pub ready_ms: u64,
    /// Ready, and nothing held.
    pub idle_ms: u64,
    /// With an offer, a conversation or a wrap-up.
    pub busy_ms: u64,
    /// Not ready, by reason.
    pub not_ready_ms: BTreeMap<String, u64>,
}

/// What an agent did with the contacts of a queue and channel in a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentWorkRow {
    /// The agent.
    pub agent: String,
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// Their offers by end.
    pub offers: OfferFigures,
    /// Handlings that ended.
    pub handled: u64,
    /// Time connected and not held, of these, in milliseconds.
    pub talk_ms: u64,
    /// Time held, of these, in milliseconds.
    pub hold_ms: u64,
    /// Time wrapping up, of these, in milliseconds.
    pub wrap_up_ms: u64,
}

/// What an agent was or did for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StretchRow {
    /// The agent.
    pub agent: String,
    /// From when.
    pub from: TimeMs,
    /// Until when; what goes on is cut at the end of what was asked.
    pub to: TimeMs,
    /// What.
    pub kind: StretchKind,
}

/// What agents are or do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StretchKind {
    /// Presence ready.
    Ready,
    /// Presence not ready.
    NotReady,
    /// An offer rings, or is on its way to being connected.
    Ringing,
    /// A conversation.
    Talk,
    /// A conversation on hold.
    Hold,
    /// Wrap-up.
    WrapUp,
}

impl Reading<'_, '_> {
    /// How the time of agents passed.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn agent_time(&mut self, spans: Spans<'_>) -> Result<Vec<AgentTimeRow>, FiguresError> {
        let summed = Summed {
            quarters: "agent_time_intervals",
            blocks: "agent_time_blocks",
            key: &["agent"],
            columns: "state, reason, length_ms",
        };
        // What is not over is no part of it.
        let until = quarter::begin(self.applied_at);
        let broken = self.broken()?;
        let pieces = Pieces::of(spans, until, &broken);
        let rows_max = self.rows_max;
        let mut found: Vec<AgentTimeRow> = Vec::new();
        for [agent] in self.keys(summed.blocks, ["agent"])? {
            if !self.only.has_agent(&agent) {
                continue;
            }
            let mut place = Place::before(spans);
            let mut sums: BTreeMap<usize, AgentTimeRow> = BTreeMap::new();
            self.summed(&summed, &[&agent], &pieces, &mut |row| {
                let Some(at) = place.of(row.int(0)) else {
                    return Ok(());
                };
                let sum = sums.entry(at).or_insert_with(|| AgentTimeRow {
                    agent: agent.clone(),
                    began_at: spans[at].start,
                    ..AgentTimeRow::default()
                });
                add_time(sum, row.text(1), row.text(2), row.int(3));
                Ok(())
            })?;
            found.extend(sums.into_values());
            check(found.len(), rows_max)?;
        }
        Ok(found)
    }

    /// What agents did.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn agent_work(&mut self, spans: Spans<'_>) -> Result<Vec<AgentWorkRow>, FiguresError> {
        self.work(spans, false)
    }

    /// The same of all queues and channels together: a row for each agent and range, without the names of these.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn agent_work_together(
        &mut self,
        spans: Spans<'_>,
    ) -> Result<Vec<AgentWorkRow>, FiguresError> {
        self.work(spans, true)
    }

    fn work(
        &mut self,
        spans: Spans<'_>,
        together: bool,
    ) -> Result<Vec<AgentWorkRow>, FiguresError> {
        let columns = format!(
            "handled, talk_ms, hold_ms, wrap_up_ms, {}",
            columns(OF_OFFERS)
        );
        let summed = Summed {
            quarters: "agent_intervals",
            blocks: "agent_blocks",
            key: &["agent", "queue", "channel"],
            columns: &columns,
        };
        let pieces = Pieces::of(spans, TimeMs::MAX, &[]);
        let rows_max = self.rows_max;
        let mut found: Vec<AgentWorkRow> = Vec::new();
        let mut sums: BTreeMap<usize, AgentWorkRow> = BTreeMap::new();
        let keys = self.keys(summed.blocks, ["agent", "queue", "channel"])?;
        let mut keys = keys.into_iter().peekable();
        while let Some([agent, queue, channel]) = keys.next() {
            if self.only.has_agent(&agent) && self.only.has_queue(&queue) {
                let mut place = Place::before(spans);
                let key = [&*agent, &*queue, &*channel];
                let name = |name: &str| match together {
                    true => String::new(),
                    false => name.to_owned(),
                };
                self.summed(&summed, &key, &pieces, &mut |row| {
                    let Some(at) = place.of(row.int(0)) else {
                        return Ok(());
                    };
                    let sum = sums.entry(at).or_insert_with(|| AgentWorkRow {
                        agent: agent.clone(),
                        queue: name(&queue),
                        channel: name(&channel),
                        began_at: spans[at].start,
                        ..AgentWorkRow::default()
                    });
                    add_work(sum, row);
                    Ok(())
                })?;
            }
            let goes_on = together && keys.peek().is_some_and(|[next, ..]| *next == agent);
            if !goes_on {
                found.extend(std::mem::take(&mut sums).into_values());
                check(found.len(), rows_max)?;
            }
        }
        Ok(found)
    }

    /// What agents were and did, of no more than so many agents: the first by name who were there.
    ///
    /// # Errors
    /// [`FiguresError`].
    pub fn stretches(
        &mut self,
        range: Range<TimeMs>,
        agents_max: usize,
    ) -> Result<Vec<StretchRow>, FiguresError> {
        let mut found = Vec::new();
        let mut agents = 0;
        let (tenant, applied_at) = (self.tenant, self.applied_at);
        let range = range.start..range.end.min(applied_at);
        let table = "presence_intervals";
        for [agent] in self.keys(table, ["agent"])? {
            if agents == agents_max {
                break;
            }
            if !self.only.has_agent(&agent) {
                continue;
            }
            check(found.len(), self.rows_max)?;
            let before = found.len();
            self.presences(tenant, &agent, &range, &mut found)?;
            if found.len() > before {
                agents += 1;
                self.offers_of(tenant, &agent, &range, &mut found)?;
                self.segments(tenant, &agent, &range, &mut found)?;
            }
        }
        Ok(found)
    }

    fn presences(
        &mut self,
        tenant: i64,
        agent: &str,
        range: &Range<TimeMs>,
        found: &mut Vec<StretchRow>,
    ) -> Result<(), FiguresError> {
        let sql = "SELECT state, began_at, ended_at FROM presence_intervals \
                   WHERE tenant = ?1 AND agent = ?2 AND kind = 'presence' \
                   AND (ended_at IS NULL OR ended_at > ?3) AND began_at < ?4 ORDER BY began_at, began_seq";
        self.stretched(sql, tenant, agent, range, found)
    }

    /// Offers of the day ring for minutes: those that were made an hour before it are over.
    fn offers_of(
        &mut self,
        tenant: i64,
        agent: &str,
        range: &Range<TimeMs>,
        found: &mut Vec<StretchRow>,
    ) -> Result<(), FiguresError> {
        const HOUR_MS: i64 = 3_600_000;
        let sql = "SELECT 'ringing', made_at, ended_at FROM offers \
                   WHERE tenant = ?1 AND agent = ?2 AND made_at >= ?5 AND made_at < ?4 \
                   AND (ended_at IS NULL OR ended_at > ?3) ORDER BY made_at, offer";
        let mut parameters = of(tenant, &[agent], range);
        parameters.push(Value::Int(range.start - HOUR_MS));
        self.stretched_with(sql, &parameters, agent, range, found)
    }

    /// Conversations that began a day before and go on are told of, older ones are not.
    fn segments(
        &mut self,
        tenant: i64,
        agent: &str,
        range: &Range<TimeMs>,
        found: &mut Vec<StretchRow>,
    ) -> Result<(), FiguresError> {
        const DAY_MS: i64 = 86_400_000;
        let sql = "SELECT s.kind, s.began_at, s.ended_at FROM handlings AS h \
                   JOIN handling_segments AS s ON s.tenant = h.tenant AND s.handling = h.handling \
                   WHERE h.tenant = ?1 AND h.agent = ?2 AND h.connected_at >= ?5 AND h.connected_at < ?4 \
                   AND (s.ended_at IS NULL OR s.ended_at > ?3) AND s.began_at < ?4 ORDER BY s.began_at, s.handling, s.began_seq";
        let mut parameters = of(tenant, &[agent], range);
        parameters.push(Value::Int(range.start - DAY_MS));
        self.stretched_with(sql, &parameters, agent, range, found)
    }

    fn stretched(
        &mut self,
        sql: &str,
        tenant: i64,
        agent: &str,
        range: &Range<TimeMs>,
        found: &mut Vec<StretchRow>,
    ) -> Result<(), FiguresError> {
        let parameters = of(tenant, &[agent], range);
        self.stretched_with(sql, &parameters, agent, range, found)
    }

    fn stretched_with(
        &mut self,
        sql: &str,
        parameters: &[Value],
        agent: &str,
        range: &Range<TimeMs>,
        found: &mut Vec<StretchRow>,
    ) -> Result<(), FiguresError> {
        let rows_max = self.rows_max;
        self.ask(sql, parameters, &mut |row| {
            let kind = match row.text(0) {
                "ready" => StretchKind::Ready,
                "not_ready" => StretchKind::NotReady,
                "ringing" => StretchKind::Ringing,
                "talk" => StretchKind::Talk,
                "hold" => StretchKind::Hold,
                "wrap_up" => StretchKind::WrapUp,
                _ => return Ok(()),
            };
            let from = row.int(1).max(range.start);
            let to = row.maybe(2).unwrap_or(range.end).min(range.end);
            if from < to {
                check(found.len(), rows_max)?;
                found.push(StretchRow {
                    agent: agent.to_owned(),
                    from,
                    to,
                    kind,
                });
            }
            Ok(())
        })
    }
}

fn add_time(sum: &mut AgentTimeRow, state: &str, reason: &str, length_ms: DurationMs) {
    let place = match state {
        "logged_in" => &mut sum.logged_in_ms,
        "ready" => &mut sum.ready_ms,
        "idle" => &mut sum.idle_ms,
        "leased" => &mut sum.busy_ms,
        "not_ready" => match sum.not_ready_ms.get_mut(reason) {
            Some(known) => known,
            None => sum.not_ready_ms.entry(reason.to_owned()).or_default(),
        },
        _ => return,
    };
    *place = place.saturating_add_signed(length_ms);
}

/// Adds a row whose numbers follow the instant.
fn add_work(sum: &mut AgentWorkRow, row: &dyn Cells) {
    let times = [
        &mut sum.handled,
        &mut sum.talk_ms,
        &mut sum.hold_ms,
        &mut sum.wrap_up_ms,
    ];
    let offers_at = times.len() + 1;
    for (at, time) in times.into_iter().enumerate() {
        *time += row.int(at + 1).unsigned_abs();
    }
    for (at, counted) in OF_OFFERS.iter().enumerate() {
        (counted.add)(&mut sum.offers, row.int(offers_at + at));
    }
}
