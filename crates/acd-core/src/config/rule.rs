//! Customer class rules: what arriving contacts of a class get.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::plan::Preferred;
use crate::ids::{DurationMs, PlanName, QueueName};
use crate::requirement::Requirement;

/// What the arriving contacts of which all conditions hold get. The first rule that holds applies; what the arrival
/// says itself stays where the rule says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleConfig {
    /// Its name, for explanations; unique in the tenant.
    pub name: Arc<str>,
    /// What must hold; empty: it holds for every contact.
    pub when: Vec<RuleCondition>,
    /// The queue it goes to.
    pub queue: Option<QueueName>,
    /// Its priority.
    pub priority: Option<i32>,
    /// Its head start.
    pub head_start_ms: Option<DurationMs>,
    /// Its requirement.
    pub requirement: Option<Requirement>,
    /// Its routing plan.
    pub plan: Option<PlanName>,
    /// Whom it waits for, one after the other.
    pub preferred: Vec<Preferred>,
    /// Whether it is dedicated to the agents of `preferred`: it goes before all others with them.
    pub dedicated: bool,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCondition {
    /// What is looked at.
    pub fact: Fact,
    /// The values of which it must have one; empty: any value, but it must be there.
    #[serde(default)]
    pub is: BTreeSet<Arc<str>>,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// The queue it arrives for.
    Queue,
    /// Its channel.
    Channel,
    /// An attribute.
    Attribute(Arc<str>),
}
