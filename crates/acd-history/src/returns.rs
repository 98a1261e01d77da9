//! Customers who come back: the contact of theirs that was answered before was not resolved by it.
//!
//! Whoever came back is looked for when they come, once, and in the rows: a tenant's state holds no contact of last week. So
//! a report need not look for anybody. Of contacts whose customers are erased later it is looked for again by what stands for
//! the customer then, so that rows made anew are the same.

use acd_core::ids::TimeMs;

use crate::changes::Changes;
use crate::quarter;
use crate::schema::{AgentBlockRow, AgentIntervalRow};
use crate::value::{Field as _, Text};

/// A contact whose customer came back.
#[derive(Clone, Debug)]
pub(crate) struct Returned {
    /// The agent who answered it first; none: they are not known.
    pub(crate) agent: Option<Text>,
    /// In which queue.
    pub(crate) queue: Option<Text>,
    /// The kind of work.
    pub(crate) channel: Text,
    /// When.
    pub(crate) answered_at: TimeMs,
}

/// What becomes of the figures of agents because of these. Each counts in the interval in which it was answered.
pub(crate) fn counted(returned: impl IntoIterator<Item = Returned>) -> Changes {
    let mut changes = Changes::default();
    for it in returned {
        let (Some(agent), Some(queue)) = (it.agent, it.queue) else {
            continue;
        };
        let [agent, queue, channel] = [agent, queue, it.channel].map(Text::into_value);
        let key = |began_at: TimeMs| {
            let names = [&agent, &queue, &channel].map(Clone::clone);
            let [agent, queue, channel] = names;
            [agent, queue, channel, began_at.into_value()]
        };
        let quarter = key(quarter::begin(it.answered_at));
        changes.add(&quarter, [(AgentIntervalRow::customers_returned, 1)]);
        let block = key(quarter::block(it.answered_at));
        changes.add(&block, [(AgentBlockRow::customers_returned, 1)]);
    }
    changes
}
