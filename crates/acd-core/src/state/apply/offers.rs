//! Offers and back-offs.

use super::{count, push_kept};
use crate::command::ConnectFailure;
use crate::config::WrapUpBlocks;
use crate::event::{
    BackOff, BackOffBegan, BackOffEnded, BackOffScope, Behind, ConnectClockStarted, Fault,
    OfferAccepted, OfferEnd, OfferEnded, OfferMade,
};
use crate::ids::{AgentNo, OfferId, QueueNo, TimeMs};
use crate::state::timers::Owner;
use crate::state::{
    Agent, Lease, LeaseHolder, Offer, OfferRecord, OfferResult, OfferState, State, Touched,
};

impl State {
    pub(super) fn offer_made(&mut self, event: &OfferMade) {
        let &OfferMade {
            visit: visit_id,
            agent: agent_no,
            ring_until,
            alerting,
            forced,
            ref decision,
        } = event;
        let id = OfferId(self.facts.seq);
        let at = self.facts.now;
        let visit = self
            .facts
            .visits
            .get_mut(&visit_id)
            .expect("the visit that is offered");
        visit.offers.push(id);
        let queue_no = visit.queue;
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        contact.offers_made += 1;
        let record = OfferRecord {
            offer: id,
            visit: visit_id,
            agent: agent_no,
            made_at: at,
            decision: decision.clone(),
            end: None,
        };
        let kept = self.facts.measures.offers_of_contact;
        push_kept(&mut contact.offers, record, kept);
        let offer = Offer {
            id,
            visit: visit_id,
            contact: contact.id,
            agent: agent_no,
            made_at: at,
            alerting,
            forced,
            asked: self.facts.agents[agent_no.index()].asked,
            ring_directive: None,
            state: OfferState::Pending { ring_until },
        };
        let channel = contact.channel;
        let queue = &mut self.facts.queues[queue_no.index()];
        queue.figures_mut(channel).offers.made += 1;
        queue.last_offered = Some(agent_no);
        self.facts.offers.insert(id, offer);
        let agent = &mut self.facts.agents[agent_no.index()];
        agent.asked = false;
        agent.leases.push(Lease {
            channel: agent.slot_of(channel),
            queue: queue_no,
            blocks: WrapUpBlocks::Channel,
            holder: LeaseHolder::Offer(id),
        });
        self.allot(agent_no, queue_no, true);
        self.touch_offer(id);
        self.touch(Touched::Visit(visit_id));
        self.touch(Touched::Agent(agent_no));
    }

    pub(super) fn offer_accepted(&mut self, event: &OfferAccepted) {
        let &OfferAccepted {
            offer: id,
            connect_until,
            dials,
        } = event;
        let at = self.facts.now;
        let offer = self
            .facts
            .offers
            .get_mut(&id)
            .expect("the offer that was accepted");
        offer.state = OfferState::Connecting {
            accepted_at: at,
            connect_until,
            dials,
            directive: None,
        };
        let (visit, agent) = (offer.visit, offer.agent);
        self.touch_offer(id);
        self.touch(Touched::Visit(visit));
        self.touch(Touched::Agent(agent));
    }

    pub(super) fn connect_clock_started(&mut self, event: &ConnectClockStarted) {
        let &ConnectClockStarted {
            offer: id,
            connect_until: until,
        } = event;
        let offer = self
            .facts
            .offers
            .get_mut(&id)
            .expect("the offer whose clock starts");
        if let OfferState::Connecting { connect_until, .. } = &mut offer.state {
            *connect_until = until;
        }
        let visit = offer.visit;
        self.touch_offer(id);
        self.touch(Touched::Visit(visit));
    }

    pub(super) fn offer_ended(&mut self, event: &OfferEnded) {
        let &OfferEnded {
            offer: id,
            end,
            fault,
            back_off,
            behind_until,
            missed,
            idle_clock,
        } = event;
        let offer = self.offer_closed(id, self.facts.now, OfferResult::Ended { end, fault });
        let visit = self
            .facts
            .visits
            .get_mut(&offer.visit)
            .expect("the visit of the offer");
        let queue = visit.queue;
        let agent = &mut self.facts.agents[offer.agent.index()];
        agent.release(LeaseHolder::Offer(id));
        agent.asked |= offer.asked && fault != Fault::Agent && agent.session.is_some();
        match back_off {
            Some(BackOff {
                scope: BackOffScope::Visit,
                until,
            }) => {
                visit.back_offs.retain(|(held, _)| *held != offer.agent);
                visit.back_offs.push((offer.agent, until));
            }
            Some(BackOff {
                scope: BackOffScope::Agent,
                until,
            }) => {
                agent.back_off_until = agent.back_off_until.max(Some(until));
                agent.unreachable |= end == OfferEnd::ConnectFailed(ConnectFailure::Unreachable);
            }
            None => {}
        }
        let channel = self.facts.contacts[&offer.contact].channel;
        self.facts.queues[queue.index()]
            .figures_mut(channel)
            .offer_ended(end);
        self.allot(offer.agent, queue, false);
        if let Some(until) = behind_until {
            self.put_behind(&offer, until);
        }
        self.touch(Touched::Visit(offer.visit));
        self.count_failure(offer.agent, end, missed);
        self.count_end(&offer, missed, idle_clock);
    }

    /// The agent failed an offer: they come after all others for a while, and after those who failed before.
    fn put_behind(&mut self, offer: &Offer, until: TimeMs) {
        let (agent, since) = (offer.agent, self.facts.now);
        let behind = &mut self.visit_mut(offer.visit).behind;
        let lasts = |other: &Behind| other.until > since || other.since == since;
        behind.retain(|other| other.agent != agent && lasts(other));
        behind.push(Behind {
            agent,
            since,
            until,
        });
    }

    /// Counts the end of an offer for its agent.
    fn count_end(&mut self, offer: &Offer, missed: bool, idle_clock: bool) {
        let at = self.facts.now;
        let queue = self.facts.visits[&offer.visit].queue;
        let agent = &mut self.facts.agents[offer.agent.index()];
        if idle_clock {
            agent.idle_since = at;
        }
        if missed {
            agent.note_miss(queue);
        }
        self.touch(Touched::Agent(offer.agent));
    }

    /// Counts an offer that its agent declined or missed on their day.
    fn count_failure(&mut self, no: AgentNo, end: OfferEnd, missed: bool) {
        let today = &mut self.facts.agents[no.index()].today;
        match end {
            OfferEnd::Rejected | OfferEnd::ConnectFailed(ConnectFailure::Rejected) => {
                today.rejected += 1;
            }
            _ if missed => today.missed += 1,
            _ => return,
        }
        self.show_day(no);
    }

    /// Takes an offer out of the open ones and writes its end into the records.
    pub(super) fn offer_closed(&mut self, id: OfferId, at: TimeMs, result: OfferResult) -> Offer {
        self.show_offer(id);
        let offer = self.facts.offers.remove(&id).expect("the offer that ended");
        self.set_timer(Owner::Offer(id));
        let offers = &mut self.visit_mut(offer.visit).offers;
        offers.retain(|other| *other != id);
        let contact = self
            .facts
            .contacts
            .get_mut(&offer.contact)
            .expect("the contact of the offer");
        if let Some(record) = contact.offers.iter_mut().rfind(|record| record.offer == id) {
            record.end = Some((at, result));
        }
        let agent = &mut self.facts.agents[offer.agent.index()];
        let kept = self.facts.measures.offers_of_agent;
        push_kept(&mut agent.recent_offers, (id, result), kept);
        offer
    }

    /// The visit is kept from an agent, who has just failed its contact.
    pub(super) fn back_off_began(&mut self, event: &BackOffBegan) {
        let &BackOffBegan {
            agent,
            visit,
            until,
        } = event;
        self.visit_mut(visit).back_offs.push((agent, until));
        self.touch(Touched::Visit(visit));
    }

    pub(super) fn back_off_ended(&mut self, event: &BackOffEnded) {
        let &BackOffEnded {
            agent: agent_no,
            visit,
        } = event;
        match visit {
            Some(id) => {
                let back_offs = &mut self.visit_mut(id).back_offs;
                back_offs.retain(|(held, _)| *held != agent_no);
                self.touch(Touched::Visit(id));
            }
            None => {
                let agent = &mut self.facts.agents[agent_no.index()];
                agent.back_off_until = None;
                agent.unreachable = false;
                self.touch(Touched::Agent(agent_no));
            }
        }
    }
}

impl State {
    /// One contact more of the queue, or one less, was allocated to the agent.
    fn allot(&mut self, no: AgentNo, queue: QueueNo, more: bool) {
        let (_, before) = self.allotted(no, queue);
        count(&mut self.facts.agents[no.index()].allocated, queue, more);
        self.count_allotted(no, queue, before);
    }
}

impl Agent {
    /// One more miss in a row.
    pub(super) fn note_miss(&mut self, queue: QueueNo) {
        self.misses += 1;
        *self.misses_by_queue.entry(queue).or_default() += 1;
    }

    /// Releases what the holder has.
    pub(super) fn release(&mut self, holder: LeaseHolder) {
        self.leases.retain(|lease| lease.holder != holder);
    }
}
