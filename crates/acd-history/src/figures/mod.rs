//! Figures of ranges of time, as reports want them: rows of intervals added up, and what only single rows tell.
//!
//! Each question goes along the keys of its table, so a month costs what a month has. It ends when whoever asks goes, when
//! its time is over, and when the answer would be too large.

mod agents;
mod ask;
mod contacts;
mod pieces;
mod queues;
mod reviews;
mod scores;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use acd_core::figures::{Figures, OfferFigures, WaitHistogram};
use acd_core::ids::TimeMs;

use crate::read::{Ask, ReadError, Tenant};
use crate::value::{Kind, Value};

pub use agents::{AgentTimeRow, AgentWorkRow, StretchKind, StretchRow};
pub use contacts::{CallbackEnding, CallbackFigures, Resolved};
pub use queues::{Charge, TalkRow};
pub use reviews::Reviewed;
pub use scores::Scored;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// The store failed, or nobody waits any more.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There would be too many rows.
    #[error("there would be more than {rows} rows of figures")]
    TooMany {
        /// How many there may be.
        rows: usize,
    },
}

/// Figures of a queue and channel in a range of time.
#[derive(Clone, Debug, Default)]
pub struct QueueRow {
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// When the range began.
    pub began_at: TimeMs,
    /// What was counted in it. Waits are not told apart by their length, unless they were asked for.
    pub figures: Figures,
}

/// A tenant's figures while they are read: everything of one instant.
#[derive(Debug)]
pub struct Reading<'a, 'r> {
    ask: &'a mut Ask<'r>,
    /// The number of the tenant.
    tenant: i64,
    /// Up to when the rows tell.
    applied_at: TimeMs,
    /// The most rows of one answer.
    rows_max: usize,
    only: Only,
}

/// Of whom figures are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// These queues; empty: all.
    pub queues: BTreeSet<String>,
    /// These agents; empty: all.
    pub agents: BTreeSet<String>,
}

impl Only {
    fn has_queue(&self, name: &str) -> bool {
        self.queues.is_empty() || self.queues.contains(name)
    }

    fn has_agent(&self, name: &str) -> bool {
        self.agents.is_empty() || self.agents.contains(name)
    }
}

impl<'a, 'r> Reading<'a, 'r> {
    /// The figures of a tenant, of each kind no more than so many rows.
    pub fn of(ask: &'a mut Ask<'r>, tenant: &Tenant, rows_max: usize, only: Only) -> Self {
        Self {
            ask,
            tenant: tenant.number,
            applied_at: tenant.position.at_ms,
            rows_max,
            only,
        }
    }
}

/// The tenants of which there are rows, each with its last journal (32 hexadecimal digits).
///
/// # Errors
/// [`ReadError`].
pub fn tenants(ask: &mut Ask<'_>) -> Result<BTreeMap<String, String>, ReadError> {
    let sql = "SELECT name, journal_id FROM tenants ORDER BY applied_at, tenant";
    let mut found = BTreeMap::new();
    ask.each(sql, &[], &[Kind::Text; 2], &mut |values| {
        if let [Value::Text(name), Value::Text(journal)] = values.as_slice() {
            found.insert(name.as_str().to_owned(), journal.as_str().to_owned());
        }
    })?;
    Ok(found)
}

fn check(rows: usize, rows_max: usize) -> Result<(), FiguresError> {
    match rows > rows_max {
        true => Err(FiguresError::TooMany { rows: rows_max }),
        false => Ok(()),
    }
}

/// Where a column of counts goes.
struct Counted<T> {
    column: &'static str,
    add: fn(&mut T, i64),
}

macro_rules! counted {
    ($name:ident of $of:ty { $($column:ident: $($path:ident).+),+ $(,)? }) => {
        const $name: &[Counted<$of>] = &[$(Counted {
            column: stringify!($column),
            add: |figures, number| {
                let place = &mut figures.$($path).+;
                *place = place.saturating_add_signed(number);
            },
        }),+];
    };
}

counted! { OF_OFFERS of OfferFigures {
    offers_made: made,
    offers_connected: connected,
    offers_rejected: rejected,
    offers_timed_out: timed_out,
    offers_canceled: canceled,
    offers_rescinded: rescinded,
    offers_connect_failed: connect_failed,
} }

counted! { OF_QUEUES of Figures {
    offered: offered,
    answered: answered,
    abandoned_customer: abandoned_customer,
    abandoned_system: abandoned_system,
    short_abandons: short_abandons,
    flow_out_timed_out: flow_out_timed_out,
    flow_out_transferred: flow_out_transferred,
    flow_out_closed: flow_out_closed,
    flow_out_limit: flow_out_limit,
    flow_out_exit_choice: flow_out_exit_choice,
    flow_out_callback: flow_out_callback,
    callbacks_within: callbacks_within,
    flow_out_no_staff: flow_out_no_staff,
    flow_out_withdrawn: flow_out_withdrawn,
    withdrawn_deferred: withdrawn_deferred,
    withdrawn_served: withdrawn_served,
    refused_closed: refused_closed,
    refused_no_staff: refused_no_staff,
    refused_full: refused_full,
    refused_diverted: refused_diverted,
    refused_predicted_wait: refused_predicted_wait,
    wait_alerts: wait_alerts,
    deadlines_met: deadlines_met,
    deadlines_missed: deadlines_missed,
    deadlines_missed_by_ms: deadlines_missed_by_ms,
    predictions: prediction.count,
    predictions_unbounded: prediction.unbounded,
    prediction_absolute_error_ms: prediction.absolute_error_sum_ms,
    predictions_within_p50: prediction.within_p50,
    predictions_within_p80: prediction.within_p80,
    answered_within: answered_within,
    abandoned_within: abandoned_within,
    answered_wait_ms: answered_wait.sum_ms,
    abandoned_wait_ms: abandoned_wait.sum_ms,
    offers_made: offers.made,
    offers_connected: offers.connected,
    offers_rejected: offers.rejected,
    offers_timed_out: offers.timed_out,
    offers_canceled: offers.canceled,
    offers_rescinded: offers.rescinded,
    offers_connect_failed: offers.connect_failed,
    first_responses: first_responses,
    first_response_ms: first_response_ms,
    not_responded: not_responded,
    handled: handled,
    talk_ms: talk_ms,
    hold_ms: hold_ms,
    wrap_up_ms: wrap_up_ms,
} }

// What flowed out is not told apart by reason on this basis: it stands in the first one.
counted! { OF_COHORTS of Figures {
    offered: offered,
    answered: answered,
    abandoned_customer: abandoned_customer,
    abandoned_system: abandoned_system,
    short_abandons: short_abandons,
    flow_out: flow_out_timed_out,
    callbacks_within: callbacks_within,
    answered_within: answered_within,
    abandoned_within: abandoned_within,
    answered_wait_ms: answered_wait.sum_ms,
    abandoned_wait_ms: abandoned_wait.sum_ms,
} }

/// The columns, one after the other.
fn columns<T>(counted: &[Counted<T>]) -> String {
    let names: Vec<&str> = counted.iter().map(|it| it.column).collect();
    names.join(", ")
}

/// Waits with the buckets into which they fell.
fn histogram(buckets: &BTreeMap<i64, u64>) -> WaitHistogram {
    let within = buckets.iter().filter(|(edge, _)| **edge >= 0);
    let (edges_ms, mut counts): (Vec<i64>, Vec<u64>) = within.map(|(a, b)| (*a, *b)).unzip();
    let beyond = buckets.iter().filter(|(edge, _)| **edge < 0);
    counts.push(beyond.map(|(_, count)| count).sum());
    WaitHistogram {
        edges_ms,
        counts,
        sum_ms: 0,
    }
}

/// Ranges that rise and do not overlap.
pub type Spans<'s> = &'s [Range<TimeMs>];
