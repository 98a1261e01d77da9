//! What is aimed at, whether it was met, and where it goes.

use acd_core::service_level::Variant;

use crate::sums::Sums;
use crate::value::Value;

/// A figure that a target may be set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kpi {
    /// The service level in a variant, a share.
    ServiceLevel(Variant),
    /// Abandoned of the offered, a share.
    Abandonment,
    /// Average handling time, in milliseconds.
    Aht,
    /// Occupancy of agents, a share.
    Occupancy,
    /// Handlings that ended.
    Contacts,
    /// Contacts whose customer did not come back within the days that are set, a share.
    FirstContactResolution,
    /// What customers think of how they were served, a share of the best.
    Satisfaction,
    /// What reviewers think of conversations, a share of the best.
    Quality,
}

impl Kpi {
    /// Its name in files, which is that of its column.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceLevel(Variant::AbandonsIgnored) => "service_level_1",
            Self::ServiceLevel(Variant::AbandonsNegative) => "service_level_2",
            Self::ServiceLevel(Variant::AbandonsPositive) => "service_level_3",
            Self::ServiceLevel(Variant::RemovedWithin) => "service_level_4",
            Self::ServiceLevel(Variant::AnsweredOnly) => "service_level_5",
            Self::ServiceLevel(Variant::ShortsRemoved) => "service_level_6",
            Self::Abandonment => "abandonment",
            Self::Aht => "aht_ms",
            Self::Occupancy => "occupancy",
            Self::Contacts => "handled",
            Self::FirstContactResolution => "first_contact_resolution",
            Self::Satisfaction => "satisfaction",
            Self::Quality => "quality",
        }
    }

    pub(crate) fn of(self, sums: &Sums) -> Option<Value> {
        match self {
            Self::ServiceLevel(variant) => sums.service_level(variant),
            Self::Abandonment => sums.abandonment(),
            Self::Aht => sums.aht(),
            Self::Occupancy => sums.occupancy(),
            Self::Contacts => Some(Value::count(sums.figures.handled)),
            Self::FirstContactResolution => sums.first_contact_resolution(),
            Self::Satisfaction => sums.satisfaction(),
            Self::Quality => sums.quality(),
        }
    }

    /// The number of a goal in the unit of this.
    pub(crate) fn value(self, number: f64) -> Value {
        #[expect(clippy::cast_possible_truncation, reason = "goals are small")]
        match self {
            Self::Aht => Value::Ms(number.round() as i64),
            Self::Contacts => Value::Count(number.round() as i64),
            _ => Value::Share(number),
        }
    }
}

/// On which side of a number it is to be; in the unit of the figure: shares of one, milliseconds, how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Goal {
    /// Its number.
    pub const fn number(self) -> f64 {
        match self {
            Self::AtLeast(number) | Self::AtMost(number) => number,
        }
    }

    fn is_met(self, number: f64) -> bool {
        match self {
            Self::AtLeast(goal) => number >= goal,
            Self::AtMost(goal) => number <= goal,
        }
    }

    /// How far up a number is wanted.
    pub(crate) fn merit(self, number: f64) -> f64 {
        match self {
            Self::AtLeast(_) => number,
            Self::AtMost(_) => -number,
        }
    }
}

/// For whom a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each hotline, and all of it.
    Centre,
    /// Each queue that has none of its own.
    Queues,
    /// One queue.
    Queue(String),
    /// Each agent who has none of their own.
    Agents,
    /// One agent.
    Agent(String),
}

/// A target.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Of what.
    pub kpi: Kpi,
    /// What is aimed at.
    pub goal: Goal,
    /// For whom.
    pub scope: Scope,
}

/// Whom a row is about.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    Centre,
    Queue(&'a str),
    Agent(&'a str),
}

/// The target of a figure for this row: its own before the general one.
pub(crate) fn goal(targets: &[Target], kpi: Kpi, whose: Whose<'_>) -> Option<Goal> {
    let find = |fits: &dyn Fn(&Scope) -> bool| {
        let mut fitting = targets.iter();
        fitting
            .find(|it| it.kpi == kpi && fits(&it.scope))
            .map(|it| it.goal)
    };
    match whose {
        Whose::Centre => find(&|scope| *scope == Scope::Centre),
        Whose::Queue(name) => find(&|scope| matches!(scope, Scope::Queue(it) if it == name))
            .or_else(|| find(&|scope| *scope == Scope::Queues)),
        Whose::Agent(name) => find(&|scope| matches!(scope, Scope::Agent(it) if it == name))
            .or_else(|| find(&|scope| *scope == Scope::Agents)),
    }
}

/// Where a figure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Nearer to what is wanted than in the period before, or further beyond it.
    Better,
    /// As before.
    Same,
    /// The other way.
    Worse,
}

impl Trend {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Same => "same",
            Self::Worse => "worse",
        }
    }
}

/// A figure against its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Of what.
    pub kpi: Kpi,
    /// The target.
    pub goal: Goal,
    /// What was reached; none has no denominator.
    pub reached: Option<Value>,
    /// Whether that meets it; none of none.
    pub is_met: Option<bool>,
    /// Where it goes; none where it or the one before is none.
    pub trend: Option<Trend>,
}

impl Judged {
    pub(crate) fn of(kpi: Kpi, goal: Goal, now: &Sums, before: &Sums) -> Self {
        let reached = kpi.of(now);
        let number = reached.map(Value::number);
        let was = kpi.of(before).map(Value::number);
        let trend = number.zip(was).map(|(now, was)| {
            let (now, was) = (goal.merit(now), goal.merit(was));
            if now > was {
                Trend::Better
            } else if now < was {
                Trend::Worse
            } else {
                Trend::Same
            }
        });
        Self {
            kpi,
            goal,
            reached,
            is_met: number.map(|number| goal.is_met(number)),
            trend,
        }
    }
}

#[cfg(test)]
mod tests {
    use acd_core::figures::Figures;

    use super::*;

    fn handled(handled: u64, talk_ms: u64) -> Sums {
        let figures = Figures {
            handled,
            talk_ms,
            ..Figures::default()
        };
        Sums {
            figures,
            ..Sums::default()
        }
    }

    #[test]
    fn a_goal_is_met_at_its_number_and_its_side_says_what_is_better() {
        let judge = |goal, now, before| Judged::of(Kpi::Aht, goal, &now, &before);
        let most = Goal::AtMost(240_000.0);
        let judged = judge(most, handled(10, 2_400_000), handled(10, 2_500_000));
        assert_eq!(
            (judged.is_met, judged.trend),
            (Some(true), Some(Trend::Better))
        );
        let judged = judge(most, handled(10, 2_400_010), handled(10, 2_400_000));
        assert_eq!(
            (judged.is_met, judged.trend),
            (Some(false), Some(Trend::Worse))
        );
        let judged = judge(most, handled(0, 0), handled(10, 1));
        assert_eq!((judged.is_met, judged.trend), (None, None));
        let judged = Judged::of(
            Kpi::Contacts,
            Goal::AtLeast(10.0),
            &handled(10, 0),
            &handled(10, 5),
        );
        assert_eq!(
            (judged.is_met, judged.trend),
            (Some(true), Some(Trend::Same))
        );
    }

    #[test]
    fn ones_own_target_goes_before_the_general_one() {
        let target = |scope, number| Target {
            kpi: Kpi::Aht,
            goal: Goal::AtMost(number),
            scope,
        };
        let targets = [
            target(Scope::Queues, 1.0),
            target(Scope::Queue("cards".to_owned()), 2.0),
            target(Scope::Centre, 3.0),
        ];
        let of = |whose| goal(&targets, Kpi::Aht, whose).map(Goal::number);
        assert_eq!(of(Whose::Queue("cards")), Some(2.0));
        assert_eq!(of(Whose::Queue("loans")), Some(1.0));
        assert_eq!(of(Whose::Centre), Some(3.0));
        assert_eq!(of(Whose::Agent("cards")), None);
    }
}
