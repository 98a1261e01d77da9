//! Where to help: rows of queues, filtered, sorted, paged.

use acd_client::v1::{ChannelPrediction, QueueOpening, QueuePerformance, QueueState, StepState};

use crate::supervisor::table::{Key, Part, Query, pick, since};

/// From how many contacts on a level of the last half hour says something.
const CONTACTS_MIN: u32 = 10;

/// How a queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Standing {
    /// It needs help now.
    Late,
    /// Its level is under its goal.
    AtRisk,
    /// Nothing is wrong with it.
    Fine,
    /// It takes no contacts.
    Closed,
    /// The configuration has it no longer, and only those who wait are served.
    Draining,
}

impl Standing {
    /// Its name in an address and as a class.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::AtRisk => "risk",
            Self::Fine => "fine",
            Self::Closed => "closed",
            Self::Draining => "draining",
        }
    }
}

/// Why a queue is late: the number that is the reason is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) longest: bool,
    pub(crate) staff: bool,
    pub(crate) level: bool,
}

/// The share of those answered in time in the last half hour; none before there were enough.
pub(crate) fn level(performance: &QueuePerformance) -> Option<f64> {
    let enough = performance.recent_ended >= CONTACTS_MIN;
    enough.then(|| f64::from(performance.recent_in_time) / f64::from(performance.recent_ended))
}

/// How the queue stands, and why.
pub(crate) fn standing(queue: &QueueState, level: Option<f64>) -> (Standing, Marks) {
    let goal = f64::from(queue.service_level_goal) / 100.0;
    let under = level.filter(|_| goal > 0.0).map(|level| goal - level);
    let waits = queue.waiting > 0;
    let marks = Marks {
        longest: queue.alerted > 0,
        staff: waits && queue.agents_logged_in == 0,
        level: under.is_some_and(|under| under > 0.0),
    };
    let late = marks.longest || marks.staff || under.is_some_and(|under| under > 0.1);
    let stands = match () {
        () if late => Standing::Late,
        () if queue.draining => Standing::Draining,
        () if queue.opening() > QueueOpening::Open => Standing::Closed,
        () if marks.level => Standing::AtRisk,
        () => Standing::Fine,
    };
    (stands, marks)
}

/// One queue in the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) standing: Standing,
    pub(crate) marks: Marks,
    pub(crate) opening: QueueOpening,
    pub(crate) waiting: u32,
    pub(crate) ringing: u32,
    pub(crate) talking: u32,
    /// Since when the longest waits; 0: nobody does.
    pub(crate) longest_since_ms: i64,
    /// The level of the last half hour, its goal in percent (0: none) and the time that counts.
    pub(crate) level: Option<f64>,
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
    pub(crate) fn of(queue: &QueueState, performance: Option<&QueuePerformance>) -> Self {
        let level = performance.and_then(level);
        let (standing, marks) = standing(queue, level);
        Self {
            name: queue.queue.clone(),
            standing,
            marks,
            opening: queue.opening(),
            waiting: queue.waiting,
            ringing: queue.offered,
            talking: queue.connected,
            longest_since_ms: queue.oldest_enqueued_at_ms,
            level,
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
    queues: impl Iterator<Item = (&'a QueueState, Option<&'a QueuePerformance>)>,
    query: &Query,
    now_ms: i64,
) -> Part<(&'a QueueState, Option<&'a QueuePerformance>)> {
    let (column, down) = Column::of(query);
    let found = queues.filter_map(|(queue, performance)| {
        let level = performance.and_then(level);
        let (stands, _) = standing(queue, level);
        let asked = query.filter("state");
        let seen = match asked {
            None => true,
            Some("help") => matches!(stands, Standing::Late | Standing::AtRisk),
            Some(asked) => asked == stands.name(),
        };
        if !seen || !query.finds(std::iter::once(queue.queue.as_str())) {
            return None;
        }
        let key = match column {
            // Within a standing the longest wait comes first; a wait of more than a year is as long as one of a year.
            Column::Standing => {
                let waits = match queue.oldest_enqueued_at_ms {
                    0 => 0,
                    oldest => (now_ms - oldest).clamp(1, YEAR_MS),
                };
                Key::Number(stands as i64 * 2 * YEAR_MS - waits)
            }
            Column::Name => Key::Text(&queue.queue),
            Column::Waiting => Key::Number(i64::from(queue.waiting)),
            Column::Longest => since(queue.oldest_enqueued_at_ms),
            Column::Level => level.map_or(Key::Missing, |level| {
                Key::Number((level * 10_000.0).round() as i64)
            }),
            Column::Free => Key::Number(i64::from(queue.agents_idle)),
        };
        Some((key, queue.queue.as_str(), (queue, performance)))
    });
    pick(found.collect(), down, query.page)
}

const YEAR_MS: i64 = 365 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

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

    fn performed(in_time: u32, ended: u32) -> QueuePerformance {
        QueuePerformance {
            recent_in_time: in_time,
            recent_ended: ended,
            ..QueuePerformance::default()
        }
    }

    fn stands(queue: &QueueState, performance: &QueuePerformance) -> Standing {
        standing(queue, level(performance)).0
    }

    #[test]
    fn a_queue_is_late_by_its_wait_its_staff_or_a_level_far_under_its_goal() {
        let calm = queue("a", 1, 1);
        assert_eq!(stands(&calm, &performed(80, 100)), Standing::Fine);
        assert_eq!(stands(&calm, &performed(79, 100)), Standing::AtRisk);
        assert_eq!(stands(&calm, &performed(69, 100)), Standing::Late);
        // Nine contacts say nothing.
        assert_eq!(stands(&calm, &performed(0, 9)), Standing::Fine);
        let alerted = QueueState {
            alerted: 1,
            ..queue("a", 1, 1)
        };
        assert_eq!(stands(&alerted, &performed(0, 0)), Standing::Late);
        let nobody = QueueState {
            agents_logged_in: 0,
            ..queue("a", 1, 1)
        };
        assert_eq!(stands(&nobody, &performed(0, 0)), Standing::Late);
        let empty = QueueState {
            agents_logged_in: 0,
            ..queue("a", 0, 0)
        };
        assert_eq!(stands(&empty, &performed(0, 0)), Standing::Fine);
    }

    #[test]
    fn without_a_goal_no_level_is_too_low() {
        let none = QueueState {
            service_level_goal: 0,
            ..queue("a", 1, 1)
        };
        assert_eq!(stands(&none, &performed(0, 100)), Standing::Fine);
    }

    #[test]
    fn a_closed_queue_is_said_to_be_closed_unless_somebody_waits_too_long() {
        let closed = QueueState {
            opening: QueueOpening::Hours.into(),
            ..queue("a", 1, 1)
        };
        assert_eq!(stands(&closed, &performed(0, 0)), Standing::Closed);
        let late = QueueState {
            alerted: 1,
            ..closed
        };
        assert_eq!(stands(&late, &performed(0, 0)), Standing::Late);
    }

    #[test]
    fn who_needs_help_comes_first_then_who_waits_longest() {
        let late = QueueState {
            alerted: 1,
            ..queue("z", 1, 90_000)
        };
        let queues = [
            queue("a", 1, 50_000),
            queue("b", 1, 20_000),
            queue("c", 0, 0),
            late,
        ];
        let sorted = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            let query = Query::of(pairs.collect());
            let part = page(queues.iter().map(|queue| (queue, None)), &query, 100_000);
            part.map(|(queue, _)| queue.queue.clone()).rows
        };
        assert_eq!(sorted(&[]), ["z", "b", "a", "c"]);
        assert_eq!(sorted(&[("sort", "-longest")]), ["b", "a", "z", "c"]);
        assert_eq!(sorted(&[("f", "state:help")]), ["z"]);
    }
}
