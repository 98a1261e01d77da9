//! What was counted in quarters of an hour, a piece at a time.

use acd_core::ids::TimeMs;
use serde::{Deserialize, Serialize};

use super::statement::marks;
use super::{Ask, Page, ReadError, Tenant, Where};
use crate::quarter::{self, QUARTER_MS};
use crate::schema::AgentTimeRow;
use crate::table::{Merge, Row};
use crate::value::Value;

/// A piece of the intervals of a table, by when they began.
#[derive(Clone, Debug, Default)]
pub struct IntervalQuestion {
    /// Began from this instant on.
    pub from: Option<TimeMs>,
    /// Began before this instant.
    pub to: Option<TimeMs>,
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this agent.
    pub agent: Option<String>,
    /// At most so many.
    pub size: usize,
    /// After this one.
    pub after: Option<IntervalKey>,
}

/// The place of an interval: when it began, and the other columns of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalKey(pub TimeMs, pub Vec<String>);

impl Ask<'_> {
    /// A piece of the intervals of a table whose key is a time, `began_at`, and names. The time of agents is told of
    /// quarters that are complete.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn intervals<R: Row>(
        &mut self,
        tenant: &Tenant,
        question: &IntervalQuestion,
    ) -> Result<Page<R, IntervalKey>, ReadError> {
        let keys = R::TABLE.columns.iter();
        let keys = keys.filter(|it| it.merge == Merge::Key && it.name != "began_at");
        let keys: Vec<&str> = keys.map(|column| column.name).collect();
        let by_bytes = self.by_bytes();
        let order: Vec<String> = keys.iter().map(|key| format!("{key}{by_bytes}")).collect();
        let order = format!("began_at, {}", order.join(", "));
        let complete = (R::TABLE.name == AgentTimeRow::TABLE.name)
            .then(|| quarter::begin(tenant.position.at_ms) - QUARTER_MS);
        let mut select = Where::of(tenant)
            .and_if("began_at >= ?", question.from)
            .and_if("began_at < ?", question.to)
            .and_if("began_at <= ?", complete)
            .and_if("queue = ?", question.queue.as_deref())
            .and_if("agent = ?", question.agent.as_deref());
        if let Some(IntervalKey(at, names)) = &question.after {
            let names = names.iter().map(|name| Value::from(name.as_str()));
            let names = names.chain(std::iter::repeat_n(Value::from(""), keys.len()));
            let place = [Value::Int(*at)].into_iter().chain(names.take(keys.len()));
            let behind = format!("({order}) > ({})", marks(keys.len() + 1));
            select = select.and("began_at >= ?", [Value::Int(*at)]);
            select = select.and(&behind, place);
        }
        let size = question.size;
        let mut rows: Vec<(R, IntervalKey)> = Vec::new();
        for row in self.all::<R>(&select.order(&order, size + 1))? {
            let values = row.into_values();
            let key = key::<R>(&values);
            let row = R::from_values(values).ok_or(ReadError::Foreign(R::TABLE.name))?;
            rows.push((row, key));
        }
        let page = Page::of(rows, size, |(_, key)| key.clone());
        Ok(Page {
            rows: page.rows.into_iter().map(|(row, _)| row).collect(),
            next: page.next,
        })
    }
}

/// The place of a row.
fn key<R: Row>(values: &[Value]) -> IntervalKey {
    let (mut at, mut names) = (0, Vec::new());
    for value in &values[..R::TABLE.key_len()] {
        match value {
            Value::Int(began_at) => at = *began_at,
            Value::Text(name) => names.push(name.as_str().to_owned()),
            _ => {}
        }
    }
    IntervalKey(at, names)
}
