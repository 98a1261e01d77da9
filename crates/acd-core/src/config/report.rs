//! What managers aim at and what clients pay. No decision depends on it: reports read it, and it has its versions with the
//! rest of the configuration.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{DurationMs, QueueName};

/// A figure that a target may be set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetFigure {
    /// The service level, abandons within the threshold ignored.
    ServiceLevel1,
    /// The service level, abandons count against.
    ServiceLevel2,
    /// The service level, abandons within the threshold count as answered.
    ServiceLevel3,
    /// The service level, answered, abandoned or called back within the threshold, of all offered.
    ServiceLevel4,
    /// The service level, of the answered only.
    ServiceLevel5,
    /// The service level, of the offered without short abandons.
    ServiceLevel6,
    /// Abandoned of the offered.
    Abandonment,
    /// Average handling time.
    Aht,
    /// Occupancy of agents.
    Occupancy,
    /// Handlings that ended.
    Handled,
    /// Contacts whose customer did not come back.
    FirstContactResolution,
    /// What customers think of how they were served.
    Satisfaction,
    /// What reviewers think of conversations.
    Quality,
}

impl TargetFigure {
    /// Whether it is a share of one.
    pub const fn is_share(self) -> bool {
        !matches!(self, Self::Aht | Self::Handled)
    }

    /// Whether it is told of those.
    pub const fn is_of(self, scope: TargetScope) -> bool {
        match scope {
            TargetScope::Centre => !matches!(self, Self::Quality),
            TargetScope::Queues => !matches!(self, Self::Occupancy | Self::Quality),
            TargetScope::Agents => matches!(
                self,
                Self::Aht
                    | Self::Occupancy
                    | Self::Handled
                    | Self::FirstContactResolution
                    | Self::Satisfaction
                    | Self::Quality
            ),
        }
    }
}

/// For whom a target is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TargetScope {
    /// The tenant as a whole.
    #[default]
    Centre,
    /// Each queue.
    Queues,
    /// Each agent.
    Agents,
}

/// What is aimed at in a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetConfig {
    /// Its name.
    pub name: Arc<str>,
    /// The figure; must be given.
    pub of: Option<TargetFigure>,
    /// The least that meets it, in thousandths: of one for a share, of a second for a time, of a handling.
    pub at_least_milli: Option<u32>,
    /// The most that meets it, in the same; one of both must be given.
    pub at_most_milli: Option<u32>,
    /// For whom it is.
    pub scope: TargetScope,
    /// Of these the queues or agents that it is for; empty: all that have none of their own.
    pub only: Vec<Arc<str>>,
}

/// What a client pays.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TariffConfig {
    /// Its name.
    pub name: Arc<str>,
    /// The queues whose contacts it is for; empty: all that no other tariff names, and the hours of agents.
    pub queues: Vec<QueueName>,
    /// The currency of all its prices: three letters.
    pub currency: Arc<str>,
    /// Digits after the point of its amounts.
    pub decimals: u32,
    /// The price of an answered contact; a decimal number, as all prices are.
    pub per_contact: Arc<str>,
    /// The price of a minute that a customer was connected to an agent.
    pub per_minute: Arc<str>,
    /// What is charged of a conversation at least.
    pub least_ms: DurationMs,
    /// In steps of which length the rest of a conversation is charged; one that has begun counts whole.
    pub step_ms: DurationMs,
    /// The price of an hour that an agent was logged in.
    pub per_agent_hour: Arc<str>,
    /// The price of a month that begins.
    pub monthly: Arc<str>,
}

impl Default for TariffConfig {
    fn default() -> Self {
        let free = || Arc::from("0");
        Self {
            name: Arc::from(""),
            queues: Vec::new(),
            currency: Arc::from(""),
            decimals: 2,
            per_contact: free(),
            per_minute: free(),
            least_ms: 0,
            step_ms: 1_000,
            per_agent_hour: free(),
            monthly: free(),
        }
    }
}
