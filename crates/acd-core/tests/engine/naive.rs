//! The matcher that scans everything: the definition of the matching order, with no index that could be wrong.

use acd_core::event::{AgentKey, ContactKey};
use acd_core::ids::{AgentNo, VisitId};
use acd_core::matching::{Matcher, Pairing};
use acd_core::state::{State, Touched, Visit};

/// Looks at every visit and every agent.
#[derive(Debug, Default)]
pub struct NaiveMatcher;

impl Matcher for NaiveMatcher {
    fn notice(&mut self, _: &State, _: &Touched) {}

    fn next(&mut self, state: &State) -> Option<Pairing> {
        let key = |visit: &Visit, no: AgentNo| state.contact_key(visit, no, &state.terms_of(visit));
        let visits = state.facts().visits.values();
        let pairs: Vec<(ContactKey, VisitId, AgentNo)> = visits
            .flat_map(|visit| {
                let eligible = state.eligible_agents(visit).into_iter();
                eligible.map(move |no| (key(visit, no), visit.id, no))
            })
            .collect();
        let (_, id, _) = *pairs.iter().min()?;
        let visit = &state.facts().visits[&id];
        let terms = state.terms_of(visit);
        let mut eligible: Vec<AgentKey> = pairs
            .iter()
            .filter(|(_, visit, _)| *visit == id)
            .map(|(_, _, no)| state.agent_key(visit, *no, &terms))
            .collect();
        eligible.sort();
        let is_first_for = |agent: &&AgentKey| {
            let own = pairs.iter().filter(|(_, _, no)| *no == agent.agent);
            own.min().is_some_and(|(_, visit, _)| *visit == id)
        };
        let winner = *eligible.iter().find(is_first_for)?;
        Some(Pairing {
            visit: id,
            contact: key(visit, winner.agent),
            candidates: eligible.len() as u32,
            winner,
            runner_up: eligible.into_iter().find(|key| *key != winner),
        })
    }
}
