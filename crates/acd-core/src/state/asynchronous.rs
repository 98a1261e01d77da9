//! Asynchronous work: e-mails and the like. Nobody waits at the other end of a line, so it holds back neither a break
//! nor a logout; it stays with the agent who is away, suspended until they are ready again.

use super::{
    Agent, Contact, Handling, HandlingState, Lease, LeaseHolder, OfferState, Presence, State,
    Touched,
};
use crate::ids::{AgentNo, Channel, HandlingId, TimeMs};

impl State {
    /// Whether work of this channel is asynchronous.
    pub fn is_asynchronous(&self, channel: Channel) -> bool {
        self.facts.settings.asynchronous.contains(&channel)
    }

    /// Whether the contact, as it stands, is asynchronous work. One that is dialled is until its customer is on the
    /// line.
    pub fn is_asynchronous_contact(&self, contact: &Contact) -> bool {
        self.is_asynchronous(contact.channel)
            && (contact.dial.is_none() || contact.is_to_be_dialled())
    }

    /// Whether the handling is asynchronous work: one whose customer was dialled is not, whatever its channel.
    pub fn is_asynchronous_handling(&self, handling: &Handling) -> bool {
        self.is_asynchronous(handling.channel) && !handling.dialled
    }

    /// Whether the lease is held by asynchronous work. A contact that is dialled is synchronous from its dial on.
    pub fn is_asynchronous_lease(&self, lease: &Lease) -> bool {
        match lease.holder {
            LeaseHolder::Handling(id) => self.is_asynchronous_handling(&self.facts.handlings[&id]),
            LeaseHolder::Offer(id) => {
                let offer = &self.facts.offers[&id];
                let contact = &self.facts.contacts[&offer.contact];
                let dials =
                    contact.dial.is_some() && matches!(offer.state, OfferState::Connecting { .. });
                self.is_asynchronous_contact(contact) && !dials
            }
        }
    }

    /// How many leases of the agent count where agents are ranked by idle time for a contact of this channel:
    /// asynchronous work counts only for asynchronous contacts.
    pub fn ranked_leases(&self, agent: &Agent, channel: Channel) -> usize {
        let all = self.is_asynchronous(channel);
        let counts = |lease: &&Lease| all || !self.is_asynchronous_lease(lease);
        agent.leases.iter().filter(counts).count()
    }

    /// Whether a change of presence must wait for what the agent holds: accepted offers, handlings and wrap-ups of
    /// synchronous work. Whom the configuration has no longer also answers what still rings.
    pub fn holds_change_back(&self, no: AgentNo) -> bool {
        let agent = self.agent(no);
        agent.leases.iter().any(|lease| match lease.holder {
            LeaseHolder::Offer(_) if !agent.in_config => true,
            LeaseHolder::Offer(id)
                if matches!(self.facts.offers[&id].state, OfferState::Pending { .. }) =>
            {
                false
            }
            _ => !self.is_asynchronous_lease(lease),
        })
    }

    /// Whether the conversation is to be suspended: it is asynchronous, and its agent away.
    pub fn is_to_be_suspended(&self, handling: &Handling) -> bool {
        self.agent(handling.agent).presence != Presence::Ready
            && !handling.is_in_wrap_up()
            && self.is_asynchronous_handling(handling)
    }

    pub(super) fn handling_suspended(&mut self, id: HandlingId, at: TimeMs, suspended: bool) {
        let handling = self.handling_mut(id);
        handling.suspend(at, suspended);
        let agent = handling.agent;
        self.touch_handling(id);
        self.touch(Touched::Agent(agent));
    }
}

impl Handling {
    /// Whether its conversation is over.
    pub fn is_in_wrap_up(&self) -> bool {
        matches!(self.state, HandlingState::WrapUp { .. })
    }

    /// Suspends the conversation or takes it up again. A hold does not run while it is suspended.
    pub(super) fn suspend(&mut self, at: TimeMs, suspended: bool) {
        match (suspended, self.suspended_since) {
            (true, None) => {
                if let HandlingState::Held { since } = self.state {
                    self.held_ms += at - since;
                }
                self.suspended_since = Some(at);
            }
            (false, Some(since)) => {
                self.suspended_ms += at - since;
                self.suspended_since = None;
                if let HandlingState::Held { .. } = self.state {
                    self.state = HandlingState::Held { since: at };
                }
            }
            _ => {}
        }
    }

    /// How long its agent talked up to this instant: connected, neither held nor suspended.
    pub fn talked_ms(&self, at: TimeMs) -> TimeMs {
        let suspended = self.suspended_since.map_or(0, |since| at - since);
        let held = match self.state {
            HandlingState::Held { since } if self.suspended_since.is_none() => at - since,
            _ => 0,
        };
        at - self.connected_at - self.held_ms - held - self.suspended_ms - suspended
    }
}
