//! The days of agents, stretch by stretch.

use acd_core::ids::TimeMs;
use serde::{Deserialize, Serialize};

use super::{Ask, Page, ReadError, Tenant, Where};
use crate::schema::{PresenceRow, SessionRow};
use crate::value::{Text, Value};

/// What a stretch of an agent's day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StretchKind {
    /// They were logged in.
    Login,
    /// They were in a call that is no contact of a queue.
    Outside,
    /// They took no contacts of one queue.
    Pause,
    /// They were ready or not.
    Presence,
}

/// A stretch of an agent's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it stands among all.
    pub key: StretchKey,
    /// When it ended; none: it goes on.
    pub ended_at: Option<TimeMs>,
    /// `ready`, `not_ready`, `paused` or `busy`; empty of a login.
    pub state: Text,
    /// The reason code; of a login why it ended.
    pub reason: Option<Text>,
    /// Whether its end fell into a gap.
    pub lost: bool,
}

/// The place of a stretch among all: the order is that of the fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StretchKey {
    /// When it began.
    pub began_at: TimeMs,
    /// The sequence of the event that began it.
    pub began_seq: u64,
    /// What it is.
    pub kind: StretchKind,
    /// The agent.
    pub agent: String,
    /// The queue of a pause; else empty.
    pub queue: String,
}

/// A piece of the stretches, by when they began.
#[derive(Clone, Debug, Default)]
pub struct StretchQuestion {
    /// Began from this instant on.
    pub from: Option<TimeMs>,
    /// Began before this instant.
    pub to: Option<TimeMs>,
    /// Of this agent.
    pub agent: Option<String>,
    /// At most so many.
    pub size: usize,
    /// After this one.
    pub after: Option<StretchKey>,
}

impl Ask<'_> {
    /// A piece of what agents were.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn stretches(
        &mut self,
        tenant: &Tenant,
        question: &StretchQuestion,
    ) -> Result<Page<Stretch, StretchKey>, ReadError> {
        let most = question.size + 1;
        let by_bytes = self.by_bytes();
        let logins = question.logins(tenant, by_bytes);
        let logins = logins.order(&format!("began_at, session, agent{by_bytes}"), most);
        let logins: Vec<SessionRow> = self.all(&logins)?;
        let others = question.others(tenant, by_bytes);
        let others = others.order(
            &format!("began_at, began_seq, kind{by_bytes}, agent{by_bytes}, queue{by_bytes}"),
            most,
        );
        let others: Vec<PresenceRow> = self.all(&others)?;
        let logins = logins.into_iter().map(Stretch::from);
        let others = others.into_iter().map(Stretch::from);
        let mut all: Vec<Stretch> = logins.chain(others).collect();
        all.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(Page::of(all, question.size, |stretch| stretch.key.clone()))
    }
}

impl StretchQuestion {
    fn of(&self, tenant: &Tenant) -> Where {
        let after = self.after.as_ref().map(|key| key.began_at);
        Where::of(tenant)
            .and_if("began_at >= ?", self.from)
            .and_if("began_at < ?", self.to)
            .and_if("agent = ?", self.agent.as_deref())
            .and_if("began_at >= ?", after)
    }

    fn logins(&self, tenant: &Tenant, by_bytes: &str) -> Where {
        let select = self.of(tenant);
        let Some(key) = &self.after else {
            return select;
        };
        let (at, seq) = (Value::Int(key.began_at), number(key.began_seq));
        match key.kind {
            StretchKind::Login => {
                let behind = format!("(began_at, session, agent{by_bytes}) > (?, ?, ?)");
                select.and(&behind, [at, seq, key.agent.as_str().into()])
            }
            // A login comes before all others of its event.
            _ => select.and("(began_at, session) > (?, ?)", [at, seq]),
        }
    }

    fn others(&self, tenant: &Tenant, by_bytes: &str) -> Where {
        let select = self.of(tenant);
        let Some(key) = &self.after else {
            return select;
        };
        let (at, seq) = (Value::Int(key.began_at), number(key.began_seq));
        let kind = match key.kind {
            StretchKind::Login => {
                return select.and("(began_at, began_seq) >= (?, ?)", [at, seq]);
            }
            StretchKind::Outside => "outside",
            StretchKind::Pause => "pause",
            StretchKind::Presence => "presence",
        };
        let behind = format!(
            "(began_at, began_seq, kind{by_bytes}, agent{by_bytes}, queue{by_bytes}) > (?, ?, ?, ?, ?)"
        );
        let (agent, queue) = (key.agent.as_str().into(), key.queue.as_str().into());
        select.and(&behind, [at, seq, kind.into(), agent, queue])
    }
}

fn number(seq: u64) -> Value {
    Value::Int(crate::value::int(seq))
}

impl From<SessionRow> for Stretch {
    fn from(row: SessionRow) -> Self {
        Self {
            key: StretchKey {
                began_at: row.began_at,
                began_seq: row.session.unsigned_abs(),
                kind: StretchKind::Login,
                agent: row.agent.as_str().to_owned(),
                queue: String::new(),
            },
            ended_at: row.ended_at,
            state: Text::default(),
            reason: row.end_cause,
            lost: row.lost,
        }
    }
}

impl From<PresenceRow> for Stretch {
    fn from(row: PresenceRow) -> Self {
        Self {
            key: StretchKey {
                began_at: row.began_at,
                began_seq: row.began_seq.unsigned_abs(),
                kind: match row.kind.as_str() {
                    "outside" => StretchKind::Outside,
                    "pause" => StretchKind::Pause,
                    _ => StretchKind::Presence,
                },
                agent: row.agent.as_str().to_owned(),
                queue: row.queue.as_str().to_owned(),
            },
            ended_at: row.ended_at,
            state: row.state,
            reason: row.reason,
            lost: row.lost,
        }
    }
}
