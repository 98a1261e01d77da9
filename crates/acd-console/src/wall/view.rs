//! What a wallboard shows, as plain data.

use acd_client::v1::{AdapterState, AgentCounts, QueueOpening, QueuePerformance, QueueState};

use crate::mirror::Tenant;

/// Which queues, and how many on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Only these, in this order; empty: all.
    pub(super) queues: Vec<String>,
    /// Rows of a page.
    pub(super) rows: u8,
}

/// How a queue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// A hand is needed now.
    Late,
    /// Under its goal.
    AtRisk,
    /// Nothing is wrong.
    Fine,
    /// It takes no contacts.
    Closed,
}

/// Which number is the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reasons {
    /// Somebody has waited for as long as the queue reports.
    pub(super) waited: bool,
    /// Somebody waits, and nobody who could serve is logged in.
    pub(super) nobody: bool,
    /// The level.
    pub(super) level: bool,
}

/// The share that was answered in time, of late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// In whole percent.
    pub(super) percent: u32,
}

/// One queue.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) queue: String,
    pub(super) channels: Vec<String>,
    pub(super) standing: Standing,
    pub(super) reasons: Reasons,
    pub(super) opening: QueueOpening,
    pub(super) waiting: u32,
    /// Since when who has waited longest waits; 0: nobody.
    pub(super) longest_since_ms: i64,
    /// None: fewer contacts than a share can be told of.
    pub(super) level: Option<Level>,
    /// In percent; 0: there is none.
    pub(super) goal: u32,
    pub(super) in_time_ms: i64,
    /// How long who joins now is thought to wait; none: nobody could serve them.
    pub(super) expected_ms: Option<i64>,
    pub(super) free: u32,
    pub(super) ready: u32,
    /// The most who waited, by quarter of an hour.
    pub(super) day: Vec<u32>,
}

/// Something that happened to the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// All queues are closed in an emergency.
    Emergency,
    /// An adapter is away.
    Away {
        adapter: String,
        since_ms: i64,
        contacts: u32,
        /// How many others are away as well.
        others: usize,
    },
}

/// The wall.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wall {
    pub(super) rows: Vec<Row>,
    pub(super) agents: AgentCounts,
    /// Since when the day's line is drawn; 0: there is none.
    pub(super) day_since_ms: i64,
    pub(super) news: Option<News>,
    pub(super) at_ms: i64,
}

impl Wall {
    /// How many rows stand like this.
    pub(super) fn count(&self, standing: Standing) -> usize {
        self.rows
            .iter()
            .filter(|row| row.standing == standing)
            .count()
    }
}

/// From so many contacts on a share says something.
const LEVEL_FROM: u32 = 10;
/// So many points under its goal a queue is late.
const LATE_UNDER: u32 = 10;

/// The wall of this tenant: late queues first, then those at risk, the rest as configured.
pub(super) fn wall(tenant: &Tenant, choice: &Choice, at_ms: i64) -> Wall {
    let mut queues: Vec<&QueueState> = if choice.queues.is_empty() {
        tenant.queues.values().collect()
    } else {
        let named = choice.queues.iter();
        named.filter_map(|name| tenant.queues.get(name)).collect()
    };
    if choice.queues.is_empty() {
        queues.sort_by_key(|queue| queue.rank);
    }
    let performance = |name: &str| tenant.performance.get(name);
    let mut rows: Vec<Row> = queues
        .iter()
        .map(|queue| row(queue, performance(&queue.queue)))
        .collect();
    rows.sort_by_key(|row| row.standing);
    let begun = queues.iter().filter_map(|queue| performance(&queue.queue));
    let begun = begun.map(|it| it.first_interval_at_ms).filter(|at| *at > 0);
    Wall {
        rows,
        agents: tenant.agent_counts,
        day_since_ms: begun.min().unwrap_or(0),
        news: news(tenant),
        at_ms,
    }
}

fn row(queue: &QueueState, performance: Option<&QueuePerformance>) -> Row {
    let level = performance.and_then(level);
    let goal = queue.service_level_goal;
    let opening = queue.opening();
    let is_closed = is_closed(opening);
    let reasons = Reasons {
        waited: queue.alerted > 0,
        nobody: queue.waiting > 0 && queue.agents_logged_in == 0 && !is_closed,
        level: level.is_some_and(|it| it.percent < goal) && !is_closed,
    };
    let far_under = level.is_some_and(|it| it.percent + LATE_UNDER < goal) && !is_closed;
    let standing = match () {
        () if reasons.waited || reasons.nobody || far_under => Standing::Late,
        () if reasons.level => Standing::AtRisk,
        () if is_closed => Standing::Closed,
        () => Standing::Fine,
    };
    let expected = queue.predicted.iter().filter_map(|it| it.wait.as_ref());
    Row {
        queue: queue.queue.clone(),
        channels: queue.channels.clone(),
        standing,
        reasons,
        opening,
        waiting: queue.waiting,
        longest_since_ms: queue.oldest_enqueued_at_ms,
        level,
        goal,
        in_time_ms: queue.service_level_ms,
        expected_ms: expected.map(|it| it.p50_ms).max(),
        free: queue.agents_idle,
        ready: queue.agents_ready,
        day: performance.map_or_else(Vec::new, |it| it.most_waiting.clone()),
    }
}

fn is_closed(opening: QueueOpening) -> bool {
    !matches!(opening, QueueOpening::Open | QueueOpening::Unspecified)
}

fn level(performance: &QueuePerformance) -> Option<Level> {
    let (in_time, ended) = (performance.recent_in_time, performance.recent_ended);
    (ended >= LEVEL_FROM).then(|| Level {
        percent: in_time.min(ended) * 100 / ended,
    })
}

fn news(tenant: &Tenant) -> Option<News> {
    if tenant.emergency {
        return Some(News::Emergency);
    }
    let mut away: Vec<&AdapterState> = tenant.adapters.values().filter(|it| !it.present).collect();
    // Who holds contacts matters before who was never there.
    away.sort_by_key(|it| (it.open_contacts == 0, it.since_at_ms));
    let first = away.first()?;
    Some(News::Away {
        adapter: first.adapter.clone(),
        since_ms: first.since_at_ms,
        contacts: first.open_contacts,
        others: away.len() - 1,
    })
}
