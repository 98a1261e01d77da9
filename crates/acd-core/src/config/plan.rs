//! Routing plans, and whom a contact waits for before it is open to all.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentName, DurationMs, PlanName, SkillName, TeamName};
use crate::requirement::Requirement;

/// A routing plan that rules and contacts may name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanConfig {
    /// Its name, unique in the tenant.
    pub name: PlanName,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// One step of a routing plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// What it asks of an agent; none: what the queue asks. A contact with its own requirement keeps that in every
    /// step.
    pub requirement: Option<Requirement>,
    /// Skills that are not asked any more: every term that names one is left out.
    pub drop: BTreeSet<SkillName>,
    /// Only these agents; empty: all.
    pub agents: BTreeSet<AgentName>,
    /// Only agents of these teams; empty: all.
    pub teams: BTreeSet<TeamName>,
    /// Which tiers.
    pub tiers: TierBounds,
    /// How long it lasts; none, or the last step: until the visit ends.
    pub for_ms: Option<DurationMs>,
    /// When it is skipped, judged once when it begins. The last step is never skipped.
    pub skip_if: Option<SkipIf>,
    /// Whether it ends at once when one of its agents rejects or misses the contact.
    pub end_on_miss: bool,
}

/// Which tiers of agents a contact may be offered to.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields, default)]
pub struct TierBounds {
    /// The lowest tier; none: the first.
    pub min: Option<u32>,
    /// The highest tier; none: the last.
    pub max: Option<u32>,
    /// Tiers below this count as this one, so that those up to it are peers. None: each counts as itself.
    pub raise: Option<u32>,
}

impl TierBounds {
    /// Whether agents of this tier are within the bounds.
    pub fn admit(self, tier: u32) -> bool {
        self.min.is_none_or(|min| tier >= min) && self.max.is_none_or(|max| tier <= max)
    }

    /// These bounds of a step together with those of a contact. A contact that was escalated above the step's highest
    /// tier is for its own lowest one.
    #[must_use]
    pub fn and(self, other: TierBounds) -> TierBounds {
        let tightest = |a: Option<u32>, b: Option<u32>, pick: fn(u32, u32) -> u32| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (one, none) => one.or(none),
        };
        TierBounds {
            min: tightest(self.min, other.min, u32::max),
            max: tightest(
                self.max.map(|max| max.max(other.min.unwrap_or(0))),
                other.max,
                u32::min,
            ),
            raise: tightest(self.raise, other.raise, u32::max),
        }
    }
}

/// A comparison of a count of agents who match the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipIf {
    /// Which agents are counted.
    pub count: AgentCount,
    /// How the count compares.
    pub is: Comparison,
    /// With what.
    pub value: u32,
}

/// Which of the agents who match a step are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentCount {
    /// Those who are logged in.
    LoggedIn,
    /// Those whose presence is ready, whatever their slots.
    Available,
    /// Those who could be offered this contact now.
    Free,
}

/// How a count compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Smaller than the value.
    Below,
    /// Not greater than the value.
    AtMost,
    /// Equal to the value.
    Equal,
    /// Not smaller than the value.
    AtLeast,
    /// Greater than the value.
    Above,
}

impl Comparison {
    /// Whether `count` compares so with `value`.
    pub fn holds(self, count: u32, value: u32) -> bool {
        match self {
            Comparison::Below => count < value,
            Comparison::AtMost => count <= value,
            Comparison::Equal => count == value,
            Comparison::AtLeast => count >= value,
            Comparison::Above => count > value,
        }
    }
}

/// Whom a contact waits for, and for how long, before the next such entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferred {
    /// Whom.
    pub who: Who,
    /// For how long; none: until the visit ends.
    #[serde(default)]
    pub for_ms: Option<DurationMs>,
}

/// Whom a contact waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// This agent.
    Agent(AgentName),
    /// The agent whose name is the value of this attribute; passed over where there is none.
    Attribute(Arc<str>),
    /// Any agent of this team.
    Team(TeamName),
    /// The head of this team; passed over where there is none.
    Head(TeamName),
    /// Any agent of the first team of the agent that the list names first.
    SameTeam,
    /// The head of the first team of the agent that the list names first.
    HeadOfTeam,
}
