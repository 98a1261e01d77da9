//! Why this contact and this agent.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentNo, TimeMs, VisitId};

/// Why this contact and this agent: the record of one decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The configuration in force.
    pub config_version: u64,
    /// The step of the routing plan, from 0.
    pub step: u16,
    /// The contact's place in the matching order.
    pub contact: ContactKey,
    /// How many agents were eligible.
    pub candidates: u32,
    /// The chosen agent's sort key.
    pub winner: AgentKey,
    /// The next one's sort key, if there was one.
    pub runner_up: Option<AgentKey>,
}

/// A contact's place in the matching order of one agent; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContactKey {
    /// Whether it is *not* dedicated to, or parked with, this very agent.
    pub open: bool,
    /// The queue's rank in the agent's routing profile.
    pub profile_rank: u32,
    /// The queue's rank.
    pub queue_rank: u32,
    /// The negated priority in strict mode, otherwise 0.
    pub priority_rank: i64,
    /// With the switch `objective` the negated virtual wait in 10^-9 of the queue's service objective, otherwise 0.
    pub wait_rank: i64,
    /// The instant from which the virtual wait counts (in aging mode the priority's head start is in it); 0 with the
    /// switch `objective`.
    pub virtual_start: TimeMs,
    /// The enqueue sequence.
    pub visit: VisitId,
}

/// An agent's place among the candidates; the smaller one goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentKey {
    /// 0 but for who has just failed an offer of this visit, or given the contact away: their place among those, from
    /// 1, the longest ago first.
    pub behind: u32,
    /// Their tier in the queue, for this visit.
    pub tier: u32,
    /// What the queue's agent order says of them; 0 where it is the longest idle.
    pub rank: i64,
    /// How many leases they hold, of any channel; a call outside counts as one.
    pub leases: u32,
    /// Since when their idle clock runs.
    pub idle_since: TimeMs,
    /// Their sequence number.
    pub agent: AgentNo,
}
