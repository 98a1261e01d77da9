//! What is known of an agent.

use std::collections::BTreeMap;

use acd_proto::v1::{
    AgentChanges, AgentDay, AgentSnapshot, AgentState, Handling, HandlingState, Offer,
};

/// An agent's state, open offers and handlings that are open or still matter, as of the last message of the stream.
#[derive(Clone, Debug, Default)]
pub struct AgentView {
    sequence: u64,
    at_ms: i64,
    agent: AgentState,
    day: AgentDay,
    desk_version: u64,
    offers: BTreeMap<u64, Offer>,
    /// Those that are open, parked, put off or unfinished.
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
        let all = self.handlings.values();
        all.filter(|handling| handling.state() != HandlingState::Ended)
    }

    /// The last handlings of contacts that are parked with the agent, or put off to a date on which they are back at
    /// them, oldest first.
    pub fn parked(&self) -> impl Iterator<Item = &Handling> {
        self.handlings
            .values()
            .filter(|handling| is_parked(handling))
    }

    /// Handlings that are over, of which something is still to be said, oldest first.
    pub fn unfinished(&self) -> impl Iterator<Item = &Handling> {
        let all = self.handlings.values();
        all.filter(|handling| handling.unfinished && !is_parked(handling))
    }

    /// A handling that is open, parked, put off or unfinished.
    #[must_use]
    pub fn handling(&self, handling_id: u64) -> Option<&Handling> {
        self.handlings.get(&handling_id)
    }

    /// What the agent has done on this day; empty before the first message.
    #[must_use]
    pub fn day(&self) -> &AgentDay {
        &self.day
    }

    /// When it is another one, `GetDesk` and `GetScript` tell something else; 0 before the first message.
    #[must_use]
    pub fn desk_version(&self) -> u64 {
        self.desk_version
    }

    pub(super) fn advance(&mut self, sequence: u64, at_ms: i64) {
        self.sequence = sequence;
        self.at_ms = at_ms;
    }

    pub(super) fn replace(&mut self, snapshot: AgentSnapshot) {
        self.agent = snapshot.agent.unwrap_or_default();
        self.day = snapshot.day.unwrap_or_default();
        self.desk_version = snapshot.desk_version;
        self.offers = snapshot
            .offers
            .into_iter()
            .map(|offer| (offer.offer_id, offer))
            .collect();
        let over = snapshot.parked.into_iter().chain(snapshot.unfinished);
        self.handlings = over
            .chain(snapshot.handlings)
            .map(|handling| (handling.handling_id, handling))
            .collect();
    }

    pub(super) fn apply(&mut self, changes: &AgentChanges) {
        if let Some(agent) = &changes.agent {
            self.agent.clone_from(agent);
        }
        if let Some(day) = &changes.day {
            self.day.clone_from(day);
        }
        self.desk_version = changes.desk_version;
        for offer in &changes.offers {
            if offer.state().is_end() {
                self.offers.remove(&offer.offer_id);
            } else {
                self.offers.insert(offer.offer_id, offer.clone());
            }
        }
        for handling in &changes.handlings {
            let stays = handling.state() != HandlingState::Ended
                || handling.unfinished
                || is_parked(handling);
            if stays {
                self.handlings
                    .insert(handling.handling_id, handling.clone());
            } else {
                self.handlings.remove(&handling.handling_id);
            }
        }
    }
}

impl From<AgentSnapshot> for AgentView {
    fn from(snapshot: AgentSnapshot) -> Self {
        let mut view = Self::default();
        view.replace(snapshot);
        view
    }
}

/// Whether the contact of a handling that is over comes back to its agent.
fn is_parked(handling: &Handling) -> bool {
    handling.parked || handling.scheduled_at_ms != 0
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

    #[test]
    fn what_is_over_and_parked_or_unfinished_stays_until_it_is_neither() {
        let over = |handling_id| Handling {
            handling_id,
            state: HandlingState::Ended.into(),
            ..Handling::default()
        };
        let ids = |handlings: &mut dyn Iterator<Item = &Handling>| {
            handlings
                .map(|handling| handling.handling_id)
                .collect::<Vec<_>>()
        };
        let mut view = AgentView::default();
        view.replace(AgentSnapshot {
            parked: vec![Handling {
                parked: true,
                ..over(1)
            }],
            unfinished: vec![Handling {
                unfinished: true,
                ..over(2)
            }],
            ..AgentSnapshot::default()
        });
        assert_eq!(ids(&mut view.handlings()), [0; 0]);
        assert_eq!(ids(&mut view.parked()), [1]);
        assert_eq!(ids(&mut view.unfinished()), [2]);

        let put_off = Handling {
            scheduled_at_ms: 9,
            ..over(1)
        };
        view.apply(&AgentChanges {
            handlings: vec![put_off, over(2)],
            ..AgentChanges::default()
        });
        assert_eq!(ids(&mut view.parked()), [1]);
        assert_eq!(ids(&mut view.unfinished()), [0; 0]);

        view.apply(&AgentChanges {
            handlings: vec![over(1)],
            ..AgentChanges::default()
        });
        assert_eq!(ids(&mut view.parked()), [0; 0]);
    }
}
