//! The matcher that scans everything: the definition of the matching order, with no index that could be wrong.

use acd_core::event::AgentKey;
use acd_core::ids::AgentNo;
use acd_core::matching::{Matcher, Pairing};
use acd_core::state::{State, Touched};

/// Looks at every waiting visit and every agent.
#[derive(Debug, Default)]
pub struct NaiveMatcher;

impl Matcher for NaiveMatcher {
    fn notice(&mut self, _: &State, _: Touched) {}

    fn next(&mut self, state: &State) -> Option<Pairing> {
        let mut waiting: Vec<_> = state
            .facts()
            .visits
            .values()
            .filter(|visit| visit.offer.is_none())
            .collect();
        waiting.sort_by_key(|visit| state.contact_key(visit));
        waiting.into_iter().find_map(|visit| {
            let agents = (0..).map(AgentNo).zip(&state.facts().agents);
            let mut eligible: Vec<AgentKey> = agents
                .filter(|(no, agent)| state.is_eligible(agent, *no, visit))
                .map(|(no, agent)| AgentKey {
                    idle_since: agent.idle_since,
                    agent: no,
                })
                .collect();
            eligible.sort();
            Some(Pairing {
                visit: visit.id,
                candidates: eligible.len() as u32,
                winner: *eligible.first()?,
                runner_up: eligible.get(1).copied(),
            })
        })
    }
}
