//! How a queue stands: one rule for all that shows queues to people.

use acd_proto::v1::{QueueOpening, QueuePerformance, QueueState};

/// How a queue stands, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It needs a hand now.
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
    /// Its name for programs, in small letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::AtRisk => "risk",
            Self::Fine => "fine",
            Self::Closed => "closed",
            Self::Draining => "draining",
        }
    }
}

/// Which number is the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Somebody has waited for as long as the queue reports.
    pub waited: bool,
    /// Somebody waits, and nobody who could serve is logged in.
    pub nobody: bool,
    /// The level is under its goal.
    pub level: bool,
}

/// The contacts of the last half hour, and those of them that were answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    in_time: u32,
    ended: u32,
}

/// From so many contacts on a share says something.
const LEVEL_FROM: u32 = 10;
/// More than so many points under its goal a queue is late.
const LATE_UNDER: u32 = 10;

impl Level {
    /// None: fewer contacts than a share can be told of.
    #[must_use]
    pub fn of(performance: &QueuePerformance) -> Option<Self> {
        let (in_time, ended) = (performance.recent_in_time, performance.recent_ended);
        (ended >= LEVEL_FROM).then(|| Self {
            in_time: in_time.min(ended),
            ended,
        })
    }

    /// The share, in percent, rounded down: 79.9 has not reached a goal of 80.
    #[must_use]
    pub fn percent(self) -> u32 {
        self.in_time * 100 / self.ended
    }

    /// The share in hundredths of a percent, to sort by.
    #[must_use]
    pub fn fine(self) -> u32 {
        (u64::from(self.in_time) * 10_000 / u64::from(self.ended)) as u32
    }
}

/// How a queue stands, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// How.
    pub standing: Standing,
    /// Why.
    pub reasons: Reasons,
    /// The share that was answered in time.
    pub level: Option<Level>,
}

impl Stands {
    /// As these figures have it.
    #[must_use]
    pub fn of(queue: &QueueState, performance: Option<&QueuePerformance>) -> Self {
        let level = performance.and_then(Level::of);
        let closed = !matches!(
            queue.opening(),
            QueueOpening::Open | QueueOpening::Unspecified
        );
        let under = |points| {
            !closed && level.is_some_and(|it| it.percent() + points < queue.service_level_goal)
        };
        let reasons = Reasons {
            waited: queue.alerted > 0,
            nobody: !closed && queue.waiting > 0 && queue.agents_logged_in == 0,
            level: under(0),
        };
        let standing = match () {
            () if reasons.waited || reasons.nobody || under(LATE_UNDER) => Standing::Late,
            () if queue.draining => Standing::Draining,
            () if closed => Standing::Closed,
            () if reasons.level => Standing::AtRisk,
            () => Standing::Fine,
        };
        Self {
            standing,
            reasons,
            level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue in which one waits and all is well.
    fn queue() -> QueueState {
        QueueState {
            waiting: 1,
            oldest_enqueued_at_ms: 1,
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

    fn stands(queue: &QueueState) -> Standing {
        Stands::of(queue, None).standing
    }

    #[test]
    fn a_queue_is_late_by_its_wait_its_staff_or_a_level_far_under_its_goal() {
        let of = |in_time, ended| Stands::of(&queue(), Some(&performed(in_time, ended))).standing;
        assert_eq!(of(80, 100), Standing::Fine);
        assert_eq!(of(79, 100), Standing::AtRisk);
        assert_eq!(of(799, 1000), Standing::AtRisk);
        assert_eq!(of(70, 100), Standing::AtRisk);
        assert_eq!(of(69, 100), Standing::Late);
        // Nine contacts say nothing.
        assert_eq!(of(0, 9), Standing::Fine);
        let alerted = QueueState {
            alerted: 1,
            ..queue()
        };
        assert_eq!(stands(&alerted), Standing::Late);
        let deserted = QueueState {
            agents_logged_in: 0,
            ..queue()
        };
        assert_eq!(stands(&deserted), Standing::Late);
        let empty = QueueState {
            waiting: 0,
            ..deserted
        };
        assert_eq!(stands(&empty), Standing::Fine);
    }

    #[test]
    fn without_a_goal_no_level_is_too_low() {
        let none = QueueState {
            service_level_goal: 0,
            ..queue()
        };
        let stands = Stands::of(&none, Some(&performed(0, 100)));
        assert_eq!(stands.standing, Standing::Fine);
    }

    #[test]
    fn a_closed_queue_is_said_to_be_closed_unless_somebody_waits_too_long() {
        let closed = QueueState {
            opening: QueueOpening::Hours.into(),
            agents_logged_in: 0,
            ..queue()
        };
        assert_eq!(stands(&closed), Standing::Closed);
        let level = Stands::of(&closed, Some(&performed(0, 100)));
        assert_eq!(level.standing, Standing::Closed);
        let late = QueueState {
            alerted: 1,
            ..closed
        };
        assert_eq!(stands(&late), Standing::Late);
    }
}
