//! What an agent does: the one place where *idle* and its neighbours are told apart.

use super::{Agent, HandlingState, LeaseHolder, OfferState, Presence, State};
use crate::ids::QueueNo;

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

/// What an agent does for a queue they serve, the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoingFor {
    /// Not logged in.
    Offline,
    /// They hold a lease that is not suspended, of whatever queue.
    Leased,
    /// Idle, their session present, and not paused in the queue.
    Idle,
    /// None of the above: not ready, paused in the queue, busy outside, their session lost.
    NotReady,
}

impl DoingFor {
    /// All of it, in order.
    pub const ALL: [DoingFor; 4] = [
        DoingFor::Offline,
        DoingFor::Leased,
        DoingFor::Idle,
        DoingFor::NotReady,
    ];

    /// Its place in `ALL`.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its name, as metrics label it.
    pub fn as_str(self) -> &'static str {
        match self {
            DoingFor::Offline => "offline",
            DoingFor::Leased => "leased",
            DoingFor::Idle => "idle",
            DoingFor::NotReady => "not_ready",
        }
    }
}

impl Agent {
    /// What the agent does for a queue they serve.
    pub fn doing_for(&self, queue: QueueNo) -> DoingFor {
        let session = self.session.as_ref();
        let is_present = session.is_some_and(|session| session.connection.is_some());
        if self.presence == Presence::Offline {
            DoingFor::Offline
        } else if self.leased_since.is_some() {
            DoingFor::Leased
        } else if self.is_idle() && is_present && !self.paused.contains_key(&queue) {
            DoingFor::Idle
        } else {
            DoingFor::NotReady
        }
    }

    /// Whether the agent is idle: what [`State::doing`] says without a look at what they hold.
    pub fn is_idle(&self) -> bool {
        self.leases.is_empty() && self.at_rest() == Doing::Idle
    }

    /// What the agent does if they hold nothing.
    fn at_rest(&self) -> Doing {
        match self.presence {
            Presence::Offline => Doing::Offline,
            _ if self.busy_outside => Doing::BusyOutside,
            Presence::Ready => Doing::Idle,
            Presence::NotReady(_) => Doing::NotReady,
        }
    }
}

impl State {
    /// What the agent does.
    pub fn doing(&self, agent: &Agent) -> Doing {
        let at_rest = agent.at_rest();
        if at_rest == Doing::Offline {
            return at_rest;
        }
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
