//! Timers are data: each is set by the event that makes it needed and gone with the one that ends its cause, so that
//! a cancelled timer costs nothing later.

use std::collections::BTreeSet;

use super::facts::{Facts, HandlingState, OfferState};
use crate::ids::{AdapterNo, AgentNo, HandlingId, OfferId, TimeMs, VisitId};

/// A deadline. At one instant timers run in this order of kinds, equal kinds by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// The instant; it has passed when now is not before it.
    pub at_ms: TimeMs,
    /// What happens then.
    pub kind: TimerKind,
}

/// What a deadline is about, in the order in which deadlines of one instant run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKind {
    /// The visit has waited as long as its queue allows.
    MaxWait(VisitId),
    /// The accepted offer should have been connected.
    Connect(OfferId),
    /// The offer has rung long enough.
    Ring(OfferId),
    /// The visit is kept from the agent no longer.
    VisitBackOff(VisitId, AgentNo),
    /// Contacts are kept from the agent no longer.
    AgentBackOff(AgentNo),
    /// The wrap-up is over.
    WrapUp(HandlingId),
    /// The lost session is given up.
    SessionGrace(AgentNo),
    /// The lost adapter is given up.
    AdapterGrace(AdapterNo),
}

/// All timers of a tenant, the next one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timers(BTreeSet<Timer>);

impl Timers {
    pub(super) fn first(&self) -> Option<Timer> {
        self.0.first().copied()
    }

    pub(super) fn set(&mut self, at_ms: TimeMs, kind: TimerKind) {
        self.0.insert(Timer { at_ms, kind });
    }

    pub(super) fn clear(&mut self, at_ms: TimeMs, kind: TimerKind) {
        self.0.remove(&Timer { at_ms, kind });
    }

    /// The timers that these facts call for.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut timers = Self::default();
        for visit in facts.visits.values() {
            let accepted = visit
                .offer
                .is_some_and(|o| matches!(facts.offers[&o].state, OfferState::Connecting { .. }));
            if let (Some(until), false) = (visit.max_wait_until, accepted) {
                timers.set(until, TimerKind::MaxWait(visit.id));
            }
            for (agent, until) in &visit.back_offs {
                timers.set(*until, TimerKind::VisitBackOff(visit.id, *agent));
            }
        }
        for offer in facts.offers.values() {
            match offer.state {
                OfferState::Pending { ring_until } => {
                    timers.set(ring_until, TimerKind::Ring(offer.id))
                }
                OfferState::Connecting { connect_until, .. } => {
                    timers.set(connect_until, TimerKind::Connect(offer.id))
                }
            }
        }
        for handling in facts.handlings.values() {
            if let HandlingState::WrapUp {
                until: Some(until), ..
            } = handling.state
            {
                timers.set(until, TimerKind::WrapUp(handling.id));
            }
        }
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            if let Some(until) = agent.back_off_until {
                timers.set(until, TimerKind::AgentBackOff(no));
            }
            if let Some(until) = agent
                .session
                .as_ref()
                .and_then(|session| session.grace_until)
            {
                timers.set(until, TimerKind::SessionGrace(no));
            }
        }
        for (no, adapter) in (0..).map(AdapterNo).zip(&facts.adapters) {
            if let Some(until) = adapter.grace_until {
                timers.set(until, TimerKind::AdapterGrace(no));
            }
        }
        timers
    }
}
