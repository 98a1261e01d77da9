//! How long agents are busy and idle: what occupancy is made of, of each agent since their login and of the tenant.
//!
//! The tenant's times are counted as agents turn busy and idle, so that reading them costs the same however many agents
//! there are, and is exact at any instant.

use serde::{Deserialize, Serialize};

use super::{Agent, Facts, Lease, LeaseHolder, State};
use crate::bits::Bits;
use crate::ids::{AgentNo, DurationMs, TimeMs};

/// What a tenant's occupancy is made of: leased / (leased + idle), each the difference of two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occupancy {
    /// Time with at least one lease that is not suspended.
    pub leased: AgentTime,
    /// Time ready and idle, of the agents of the configuration in force.
    pub idle: AgentTime,
}

/// Time of many agents, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentTime {
    /// How many agents it grows by now.
    agents: u32,
    /// Since when they are so many.
    since: TimeMs,
    /// The sum up to then, in milliseconds.
    sum_ms: DurationMs,
}

impl AgentTime {
    /// The sum up to this instant, in milliseconds. It never falls.
    pub fn until(&self, now: TimeMs) -> DurationMs {
        self.sum_ms + i64::from(self.agents) * (now - self.since).max(0)
    }

    /// By how many agents it grows now.
    pub fn agents(&self) -> u32 {
        self.agents
    }

    /// It grows by so many agents from now on.
    fn set(&mut self, now: TimeMs, agents: u32) {
        *self = Self {
            agents,
            since: now,
            sum_ms: self.until(now),
        };
    }

    /// It grows by one agent more from now on, or by one less.
    fn turn(&mut self, now: TimeMs, more: bool) {
        let agents = match more {
            true => self.agents + 1,
            false => self.agents - 1,
        };
        self.set(now, agents);
    }
}

impl Agent {
    /// Whether their time counts as idle now.
    pub(super) fn counts_as_idle(&self) -> bool {
        self.in_config && self.is_idle()
    }
}

/// The agents whose time counts as idle now.
pub(super) fn idle_agents(facts: &Facts) -> Bits {
    let mut idle = Bits::with_room(facts.agents.len());
    for (no, agent) in (0..).zip(&facts.agents) {
        idle.set(no, agent.counts_as_idle());
    }
    idle
}

impl State {
    /// Notes since when the agent holds a lease that is not suspended, and whether they are idle.
    pub(super) fn count_occupancy(&mut self, no: AgentNo) {
        let now = self.facts.now;
        let works = |lease: &Lease| match lease.holder {
            LeaseHolder::Handling(id) => self.facts.handlings[&id].suspended_since.is_none(),
            LeaseHolder::Offer(_) => true,
        };
        let works = self.agent(no).leases.iter().any(works);
        let Facts {
            agents, occupancy, ..
        } = &mut self.facts;
        let agent = &mut agents[no.index()];
        match (works, agent.leased_since) {
            (true, None) => {
                agent.leased_since = Some(now);
                occupancy.leased.turn(now, true);
            }
            (false, Some(since)) => {
                agent.leased_ms += now - since;
                agent.leased_since = None;
                occupancy.leased.turn(now, false);
            }
            _ => {}
        }
        let is_idle = agent.counts_as_idle();
        if self.derived.index.idle.set(no.0, is_idle) {
            occupancy.idle.turn(now, is_idle);
        }
    }

    /// Whose time counts as idle has been derived anew: agents have come into the configuration, or gone.
    pub(super) fn recount_idle(&mut self) {
        let idle = self.derived.index.idle.members().count();
        let agents = u32::try_from(idle).unwrap_or(u32::MAX);
        self.facts.occupancy.idle.set(self.facts.now, agents);
    }
}
