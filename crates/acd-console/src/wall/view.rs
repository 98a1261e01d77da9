//! What a wallboard shows, as plain data.

use acd_client::v1::{AdapterState, AgentCounts, QueueOpening, QueuePerformance, QueueState};

use crate::mirror::{Level, Reasons, Standing, Stands, TenantView};

/// Which queues, and how many on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Only these, in this order; empty: all.
    pub(super) queues: Vec<String>,
    /// Rows of a page.
    pub(super) rows: u8,
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

/// The wall of this tenant: late queues first, then those at risk, the rest as configured.
pub(super) fn wall(tenant: &TenantView, choice: &Choice, at_ms: i64) -> Wall {
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
        .filter_map(|queue| {
            let stands = tenant.stands(&queue.queue)?;
            Some(row(queue, performance(&queue.queue), stands))
        })
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

fn row(queue: &QueueState, performance: Option<&QueuePerformance>, stands: Stands) -> Row {
    let expected = queue.predicted.iter().filter_map(|it| it.wait.as_ref());
    Row {
        queue: queue.queue.clone(),
        channels: queue.channels.clone(),
        standing: stands.standing,
        reasons: stands.reasons,
        opening: queue.opening(),
        waiting: queue.waiting,
        longest_since_ms: queue.oldest_enqueued_at_ms,
        level: stands.level,
        goal: queue.service_level_goal,
        in_time_ms: queue.service_level_ms,
        expected_ms: expected.map(|it| it.p50_ms).max(),
        free: queue.agents_idle,
        ready: queue.agents_ready,
        day: performance.map_or_else(Vec::new, |it| it.most_waiting.clone()),
    }
}

fn news(tenant: &TenantView) -> Option<News> {
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
