//! What is known of an agent.

use std::collections::BTreeMap;

use acd_proto::v1::{AgentChanges, AgentSnapshot, AgentState, Handling, HandlingState, Offer};

/// An agent's state, open offers and open handlings, as of the last message of the stream.
#[derive(Clone, Debug, Default)]
pub struct AgentView {
    sequence: u64,
    at_ms: i64,
    agent: AgentState,
    offers: BTreeMap<u64, Offer>,
    handlings: BTreeMap<u64, Handling>,
}

impl AgentView {
    /// The tenant's sequence the view is complete at, 0 before the first message.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Engine time of the last message, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// The agent; empty before the first message.
    #[must_use]
    pub fn agent(&self) -> &AgentState {
        &self.agent
    }

    /// Offers that have not ended, oldest first.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.offers.values()
    }

    /// Handlings that have not ended, oldest first.
    pub fn handlings(&self) -> impl Iterator<Item = &Handling> {
        self.handlings.values()
    }

    pub(super) fn advance(&mut self, sequence: u64, at_ms: i64) {
        self.sequence = sequence;
        self.at_ms = at_ms;
    }

    pub(super) fn replace(&mut self, snapshot: AgentSnapshot) {
        self.agent = snapshot.agent.unwrap_or_default();
        self.offers = snapshot
            .offers
            .into_iter()
            .map(|offer| (offer.offer_id, offer))
            .collect();
        self.handlings = snapshot
            .handlings
            .into_iter()
            .map(|handling| (handling.handling_id, handling))
            .collect();
    }

    pub(super) fn apply(&mut self, changes: &AgentChanges) {
        if let Some(agent) = &changes.agent {
            self.agent.clone_from(agent);
        }
        for offer in &changes.offers {
            if offer.state().is_end() {
                self.offers.remove(&offer.offer_id);
            } else {
                self.offers.insert(offer.offer_id, offer.clone());
            }
        }
        for handling in &changes.handlings {
            if handling.state() == HandlingState::Ended {
                self.handlings.remove(&handling.handling_id);
            } else {
                self.handlings
                    .insert(handling.handling_id, handling.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::OfferState;

    use super::*;

    fn offer(offer_id: u64, state: OfferState) -> Offer {
        Offer {
            offer_id,
            state: state.into(),
            ..Offer::default()
        }
    }

    #[test]
    fn ended_offers_and_handlings_leave_the_view() {
        let mut view = AgentView::default();
        let offers = vec![offer(1, OfferState::Pending), offer(2, OfferState::Pending)];
        view.replace(AgentSnapshot {
            offers,
            ..AgentSnapshot::default()
        });
        let handling = Handling {
            handling_id: 9,
            state: HandlingState::Connected.into(),
            ..Handling::default()
        };
        view.apply(&AgentChanges {
            offers: vec![
                offer(1, OfferState::Connected),
                offer(2, OfferState::Accepted),
            ],
            handlings: vec![handling.clone()],
            ..AgentChanges::default()
        });
        assert_eq!(
            view.offers()
                .map(|offer| offer.offer_id)
                .collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(view.handlings().count(), 1);

        let ended = Handling {
            state: HandlingState::Ended.into(),
            ..handling
        };
        view.apply(&AgentChanges {
            handlings: vec![ended],
            ..AgentChanges::default()
        });
        assert_eq!(view.handlings().count(), 0);
    }
}
