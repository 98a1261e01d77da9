//! What an agent does: one rule for all that shows agents to people.

use acd_proto::v1::{AgentState, Lease, LeaseState, Presence, SessionState};

/// What an agent does, the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doing {
    /// Their session has lost its stream: nobody can say what they do.
    Lost,
    /// In a conversation.
    Talking,
    /// In a conversation that is held.
    Held,
    /// In wrap-up.
    WrapUp,
    /// An offer is being connected.
    Connecting,
    /// An offer rings.
    Ringing,
    /// In a call that is no contact of a queue.
    Outside,
    /// Ready, and nothing of the above.
    Idle,
    /// Not ready, and nothing of the above.
    NotReady,
    /// Not logged in.
    Offline,
}

impl Doing {
    /// All of it, in the order in which agents are sorted by it.
    pub const ALL: [Self; 10] = [
        Self::Lost,
        Self::Talking,
        Self::Held,
        Self::WrapUp,
        Self::Connecting,
        Self::Ringing,
        Self::Outside,
        Self::Idle,
        Self::NotReady,
        Self::Offline,
    ];

    /// Its name for programs and people, in small letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Talking => "talking",
            Self::Held => "held",
            Self::WrapUp => "wrap-up",
            Self::Connecting => "connecting",
            Self::Ringing => "ringing",
            Self::Outside => "outside",
            Self::Idle => "idle",
            Self::NotReady => "not-ready",
            Self::Offline => "offline",
        }
    }

    /// What is done with what takes a slot; none: nobody says.
    #[must_use]
    pub fn of_lease(lease: &Lease) -> Option<Self> {
        match lease.state() {
            LeaseState::Unspecified => None,
            LeaseState::Ringing => Some(Self::Ringing),
            LeaseState::Connecting => Some(Self::Connecting),
            LeaseState::Talking => Some(Self::Talking),
            LeaseState::Held => Some(Self::Held),
            LeaseState::WrapUp => Some(Self::WrapUp),
        }
    }
}

/// All that an agent has in hand, wrap-ups of a queue too.
pub fn leases(agent: &AgentState) -> impl Iterator<Item = &Lease> {
    let slots = agent.slots.iter().flat_map(|channel| &channel.leases);
    slots.chain(&agent.queue_wrap_ups)
}

/// What the agent does, and since when; 0: nobody says.
#[must_use]
pub fn doing(agent: &AgentState) -> (Doing, i64) {
    if agent.presence() == Presence::Offline {
        return (Doing::Offline, agent.presence_since_at_ms);
    }
    if agent.session_state() == SessionState::Lost {
        return (Doing::Lost, 0);
    }
    let busy = leases(agent)
        .filter_map(|lease| Some((Doing::of_lease(lease)?, lease.state_since_at_ms)))
        .min();
    match busy {
        Some(busy) => busy,
        None if agent.busy_outside => (Doing::Outside, 0),
        None if agent.presence() == Presence::Ready => {
            let idle = agent.idle_since_at_ms.max(agent.presence_since_at_ms);
            (Doing::Idle, idle)
        }
        None => (Doing::NotReady, agent.presence_since_at_ms),
    }
}

/// What a supervisor should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusual {
    /// Something in their hands has lasted for so long that it was reported.
    Stuck,
    /// They should be ready again since this instant.
    PastReturn(i64),
    /// Their connection is lost.
    Lost,
    /// They missed so many offers in a row.
    Missed(u32),
    /// Their phone was busy or could not be reached: nothing is offered before this instant.
    BackOff(i64),
}

/// All of it, the weightiest first.
#[must_use]
pub fn unusual(agent: &AgentState, now_ms: i64) -> Vec<Unusual> {
    if agent.presence() == Presence::Offline {
        return Vec::new();
    }
    let stuck = leases(agent).any(|lease| lease.stuck);
    let return_at = agent.return_at_ms;
    let past_return = agent.presence() == Presence::NotReady && return_at > 0 && return_at < now_ms;
    let found = [
        (agent.session_state() == SessionState::Lost).then_some(Unusual::Lost),
        stuck.then_some(Unusual::Stuck),
        past_return.then_some(Unusual::PastReturn(return_at)),
        (agent.misses > 0).then_some(Unusual::Missed(agent.misses)),
        (agent.back_off_until_ms > now_ms).then_some(Unusual::BackOff(agent.back_off_until_ms)),
    ];
    found.into_iter().flatten().collect()
}
