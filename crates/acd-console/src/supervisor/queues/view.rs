//! Where to help: rows of queues, filtered, sorted, paged.

use acd_client::v1::{ChannelPrediction, QueueOpening, QueueState, StepState};

use crate::mirror::{Level, Reasons, Standing, Stands, TenantView};
use crate::{
    supervisor::table::{Key, Part, Query, pick, since},
    texts::Locale,
};

/// One queue in the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) standing: Standing,
    pub(crate) reasons: Reasons,
    pub(crate) opening: QueueOpening,
    pub(crate) waiting: u32,
    pub(crate) ringing: u32,
    pub(crate) talking: u32,
    /// Since when the longest waits; 0: nobody does.
    pub(crate) longest_since_ms: i64,
    /// The level of the last half hour, its goal in percent (0: none) and the time that counts.
    pub(crate) level: Option<Level>,
    pub(crate) goal: u32,
    pub(crate) in_ms: i64,
    /// How long one who joins now is thought to wait, by channel.
    pub(crate) predicted: Vec<ChannelPrediction>,
    pub(crate) free: u32,
    pub(crate) ready: u32,
    pub(crate) logged_in: u32,
    pub(crate) paused: u32,
    pub(crate) steps: Vec<StepState>,
    pub(crate) callbacks: u32,
    pub(crate) scheduled: u32,
    pub(crate) reserve: bool,
}

impl Row {
    /// What a table shows of the queue.
    pub(crate) fn of(queue: &QueueState, stands: Stands) -> Self {
        Self {
            name: queue.queue.clone(),
            standing: stands.standing,
            reasons: stands.reasons,
            opening: queue.opening(),
            waiting: queue.waiting,
            ringing: queue.offered,
            talking: queue.connected,
            longest_since_ms: queue.oldest_enqueued_at_ms,
            level: stands.level,
            goal: queue.service_level_goal,
            in_ms: queue.service_level_ms,
            predicted: queue.predicted.clone(),
            free: queue.agents_idle,
            ready: queue.agents_ready,
            logged_in: queue.agents_logged_in,
            paused: queue.agents_paused,
            steps: queue.steps.clone(),
            callbacks: queue.callbacks,
            scheduled: queue.scheduled,
            reserve: queue.reserve_joined,
        }
    }
}

/// A column that queues are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Who needs help first, then who waits longest.
    Standing,
    /// By name.
    Name,
    /// By how many wait.
    Waiting,
    /// By the longest wait.
    Longest,
    /// By the level, the worst first.
    Level,
    /// By how many are free.
    Free,
}

impl Column {
    /// Its name in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standing => "state",
            Self::Name => "name",
            Self::Waiting => "waiting",
            Self::Longest => "longest",
            Self::Level => "level",
            Self::Free => "free",
        }
    }

    /// By which column a query sorts, and whether from the top down; who needs help comes first where it does not say.
    pub(crate) fn of(query: &Query) -> (Self, bool) {
        let Some((name, down)) = &query.sort else {
            return (Self::Standing, false);
        };
        let columns = [
            Self::Standing,
            Self::Name,
            Self::Waiting,
            Self::Longest,
            Self::Level,
            Self::Free,
        ];
        let found = columns.into_iter().find(|column| column.name() == name);
        found.map_or((Self::Standing, false), |column| (column, *down))
    }
}

/// One page of the queues that the query asks for.
pub(crate) fn page<'a>(
    tenant: &'a TenantView,
    query: &Query,
    locale: &Locale,
) -> Part<(&'a QueueState, Stands)> {
    let now_ms = tenant.time().now_ms();
    let (column, down) = Column::of(query);
    let found = tenant.queues.values().filter_map(|queue| {
        let stands = tenant.stands(&queue.queue)?;
        let standing = stands.standing;
        let asked = query.filter("state");
        let seen = match asked {
            None => true,
            Some("help") => matches!(standing, Standing::Late | Standing::AtRisk),
            Some(asked) => asked == standing.name(),
        };
        if !seen || !query.finds([queue.queue.as_str(), &locale.queue(&queue.queue)].into_iter()) {
            return None;
        }
        let key = match column {
            // Within a standing the longest wait comes first; a wait of more than a year is as long as one of a year.
            Column::Standing => {
                let waits = match queue.oldest_enqueued_at_ms {
                    0 => 0,
                    oldest => (now_ms - oldest).clamp(1, YEAR_MS),
                };
                Key::Number(standing as i64 * 2 * YEAR_MS - waits)
            }
            Column::Name => Key::Text(&queue.queue),
            Column::Waiting => Key::Number(i64::from(queue.waiting)),
            Column::Longest => since(queue.oldest_enqueued_at_ms),
            Column::Level => stands
                .level
                .map_or(Key::Missing, |level| Key::Number(i64::from(level.fine()))),
            Column::Free => Key::Number(i64::from(queue.agents_idle)),
        };
        Some((key, queue.queue.as_str(), (queue, stands)))
    });
    pick(found.collect(), down, query.page)
}

const YEAR_MS: i64 = 365 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Digits, Language};

    fn queue(name: &str, waiting: u32, oldest: i64) -> QueueState {
        QueueState {
            queue: name.to_owned(),
            waiting,
            oldest_enqueued_at_ms: oldest,
            agents_logged_in: 3,
            service_level_goal: 80,
            opening: QueueOpening::Open.into(),
            ..QueueState::default()
        }
    }

    #[test]
    fn who_needs_help_comes_first_then_who_waits_longest() {
        let late = QueueState {
            alerted: 1,
            ..queue("z", 1, -10_000)
        };
        let queues = [
            queue("a", 1, -50_000),
            queue("b", 1, -80_000),
            queue("c", 0, 0),
            late,
        ];
        let mut tenant = TenantView::default();
        let named = |queue: QueueState| (queue.queue.clone(), queue);
        tenant.queues.extend(queues.map(named));
        let locale = Locale::new(Language::En, Digits::Own);
        let sorted = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            let query = Query::of(pairs.collect());
            let part = page(&tenant, &query, &locale);
            part.map(|(queue, _)| queue.queue.clone()).rows
        };
        assert_eq!(sorted(&[]), ["z", "b", "a", "c"]);
        assert_eq!(sorted(&[("sort", "-longest")]), ["b", "a", "z", "c"]);
        assert_eq!(sorted(&[("f", "state:help")]), ["z"]);
    }
}
