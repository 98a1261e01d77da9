//! What an agent does: the one place where *idle* and its neighbours are told apart.

use super::{Agent, HandlingState, LeaseHolder, OfferState, Presence, State};

/// What an agent does, the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Not logged in.
    Offline,
    /// In a conversation, held ones included.
    Handling,
    /// In wrap-up.
    WrapUp,
    /// An offer is accepted and being connected.
    Connecting,
    /// An offer rings.
    Ringing,
    /// In a call that is no contact of a queue.
    BusyOutside,
    /// Ready, and nothing of the above.
    Idle,
    /// Not ready, and nothing of the above.
    NotReady,
}

impl Doing {
    /// All of it, in order.
    pub const ALL: [Doing; 8] = [
        Doing::Offline,
        Doing::Handling,
        Doing::WrapUp,
        Doing::Connecting,
        Doing::Ringing,
        Doing::BusyOutside,
        Doing::Idle,
        Doing::NotReady,
    ];

    /// Its place in `ALL`.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its name, as metrics label it.
    pub fn as_str(self) -> &'static str {
        match self {
            Doing::Offline => "offline",
            Doing::Handling => "handling",
            Doing::WrapUp => "wrap_up",
            Doing::Connecting => "connecting",
            Doing::Ringing => "ringing",
            Doing::BusyOutside => "busy_outside",
            Doing::Idle => "idle",
            Doing::NotReady => "not_ready",
        }
    }
}

impl State {
    /// What the agent does.
    pub fn doing(&self, agent: &Agent) -> Doing {
        let at_rest = match agent.presence {
            Presence::Offline => return Doing::Offline,
            _ if agent.busy_outside => Doing::BusyOutside,
            Presence::Ready => Doing::Idle,
            Presence::NotReady(_) => Doing::NotReady,
        };
        let leases = agent
            .leases
            .iter()
            .map(|lease| self.busy_with(lease.holder));
        leases.min().unwrap_or(at_rest)
    }

    fn busy_with(&self, holder: LeaseHolder) -> Doing {
        match holder {
            LeaseHolder::Offer(id) => match self.facts.offers[&id].state {
                OfferState::Pending { .. } => Doing::Ringing,
                OfferState::Connecting { .. } => Doing::Connecting,
            },
            LeaseHolder::Handling(id) => match self.facts.handlings[&id].state {
                HandlingState::Connected | HandlingState::Held { .. } => Doing::Handling,
                HandlingState::WrapUp { .. } => Doing::WrapUp,
            },
        }
    }
}
