//! Offers, back-offs and handlings.

use std::sync::Arc;

use crate::event::{BackOff, BackOffScope, Decision, Fault, OfferEnd, Party};
use crate::ids::{AgentNo, HandlingId, OfferId, TimeMs, VisitId};
use crate::state::{
    Handling, HandlingRecord, HandlingState, Lease, LeaseHolder, OFFER_RECORDS_KEPT, Offer,
    OfferRecord, OfferResult, OfferState, Place, RECENT_OFFERS_KEPT, State, TimerKind, Touched,
};

impl State {
    pub(super) fn offer_made(
        &mut self,
        id: OfferId,
        at: TimeMs,
        visit_id: VisitId,
        agent: AgentNo,
        ring_until: TimeMs,
        decision: &Arc<Decision>,
    ) {
        let visit = self
            .facts
            .visits
            .get_mut(&visit_id)
            .expect("the visit that is offered");
        visit.offer = Some(id);
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        let record = OfferRecord {
            offer: id,
            visit: visit_id,
            agent,
            made_at: at,
            decision: decision.clone(),
            end: None,
        };
        if contact.offers.len() == OFFER_RECORDS_KEPT {
            contact.offers.pop_front();
        }
        contact.offers.push_back(record);
        let offer = Offer {
            id,
            visit: visit_id,
            contact: contact.id,
            agent,
            made_at: at,
            state: OfferState::Pending { ring_until },
        };
        self.facts.queues[visit.queue.index()]
            .figures_mut(contact.channel)
            .offers
            .made += 1;
        let lease = Lease {
            channel: contact.channel,
            holder: LeaseHolder::Offer(id),
        };
        self.facts.offers.insert(id, offer);
        self.facts.agents[agent.index()].leases.push(lease);
        self.derived.timers.set(ring_until, TimerKind::Ring(id));
        self.touch(Touched::Visit(visit_id));
        self.touch(Touched::Agent(agent));
    }

    pub(super) fn offer_accepted(&mut self, id: OfferId, at: TimeMs, connect_until: TimeMs) {
        let offer = self
            .facts
            .offers
            .get_mut(&id)
            .expect("the offer that was accepted");
        self.derived.timers.clear(offer.timer().0, offer.timer().1);
        offer.state = OfferState::Connecting {
            accepted_at: at,
            connect_until,
            directive: None,
        };
        self.derived
            .timers
            .set(connect_until, TimerKind::Connect(id));
        let visit = &self.facts.visits[&offer.visit];
        if let Some(until) = visit.max_wait_until {
            self.derived
                .timers
                .clear(until, TimerKind::MaxWait(visit.id));
        }
    }

    pub(super) fn offer_ended(
        &mut self,
        id: OfferId,
        at: TimeMs,
        end: OfferEnd,
        fault: Fault,
        back_off: Option<BackOff>,
    ) {
        let offer = self.offer_closed(id, at, OfferResult::Ended { end, fault });
        let agent = &mut self.facts.agents[offer.agent.index()];
        agent
            .leases
            .retain(|lease| lease.holder != LeaseHolder::Offer(id));
        if fault == Fault::Agent && matches!(end, OfferEnd::Rejected | OfferEnd::TimedOut) {
            agent.idle_since = at;
        }
        let visit = self
            .facts
            .visits
            .get_mut(&offer.visit)
            .expect("the visit of the offer");
        visit.offer = None;
        if let (Some(until), OfferState::Connecting { .. }) = (visit.max_wait_until, offer.state) {
            self.derived.timers.set(until, TimerKind::MaxWait(visit.id));
        }
        match back_off {
            Some(BackOff {
                scope: BackOffScope::Visit,
                until,
            }) => {
                visit.back_offs.push((offer.agent, until));
                self.derived
                    .timers
                    .set(until, TimerKind::VisitBackOff(visit.id, offer.agent));
            }
            Some(BackOff {
                scope: BackOffScope::Agent,
                until,
            }) => {
                let before = agent.back_off_until.replace(until);
                self.move_timer(TimerKind::AgentBackOff(offer.agent), before, Some(until));
            }
            None => {}
        }
        let channel = self.facts.contacts[&offer.contact].channel;
        let queue = self.facts.visits[&offer.visit].queue;
        self.facts.queues[queue.index()]
            .figures_mut(channel)
            .offer_ended(end);
        self.touch(Touched::Visit(offer.visit));
        self.touch(Touched::Agent(offer.agent));
    }

    /// Takes an offer out of the open ones and writes its end into the records.
    pub(super) fn offer_closed(&mut self, id: OfferId, at: TimeMs, result: OfferResult) -> Offer {
        let offer = self.facts.offers.remove(&id).expect("the offer that ended");
        self.derived.timers.clear(offer.timer().0, offer.timer().1);
        let contact = self
            .facts
            .contacts
            .get_mut(&offer.contact)
            .expect("the contact of the offer");
        if let Some(record) = contact.offers.iter_mut().rfind(|record| record.offer == id) {
            record.end = Some((at, result));
        }
        let agent = &mut self.facts.agents[offer.agent.index()];
        if agent.recent_offers.len() == RECENT_OFFERS_KEPT {
            agent.recent_offers.pop_front();
        }
        agent.recent_offers.push_back((id, result));
        offer
    }

    pub(super) fn back_off_ended(&mut self, agent: AgentNo, visit: Option<VisitId>) {
        match visit {
            Some(id) => {
                let visit = self
                    .facts
                    .visits
                    .get_mut(&id)
                    .expect("the visit of the back-off");
                let timers = &mut self.derived.timers;
                visit.back_offs.retain(|(held, until)| {
                    if *held == agent {
                        timers.clear(*until, TimerKind::VisitBackOff(id, agent));
                    }
                    *held != agent
                });
                self.touch(Touched::Visit(id));
            }
            None => {
                let before = self.facts.agents[agent.index()].back_off_until.take();
                self.move_timer(TimerKind::AgentBackOff(agent), before, None);
                self.touch(Touched::Agent(agent));
            }
        }
    }

    pub(super) fn handling_started(&mut self, id: HandlingId, at: TimeMs, offer: OfferId) {
        let offer = self.offer_closed(offer, at, OfferResult::Connected);
        let queue = self.facts.visits[&offer.visit].queue;
        let contact = self
            .facts
            .contacts
            .get_mut(&offer.contact)
            .expect("the contact of the offer");
        contact.place = Place::Handling(id);
        contact.handlings.push(HandlingRecord {
            handling: id,
            agent: offer.agent,
            queue,
            connected_at: at,
            talk_end: None,
            ended_at: None,
            held_ms: 0,
            disposition: None,
        });
        let handling = Handling {
            id,
            contact: contact.id,
            contact_name: contact.name.clone(),
            offer: offer.id,
            queue,
            channel: contact.channel,
            agent: offer.agent,
            connected_at: at,
            state: HandlingState::Connected,
            held_ms: 0,
        };
        self.facts.queues[queue.index()]
            .figures_mut(contact.channel)
            .offers
            .connected += 1;
        self.facts.handlings.insert(id, handling);
        for lease in &mut self.facts.agents[offer.agent.index()].leases {
            if lease.holder == LeaseHolder::Offer(offer.id) {
                lease.holder = LeaseHolder::Handling(id);
            }
        }
    }

    pub(super) fn handling_mut(&mut self, id: HandlingId) -> &mut Handling {
        self.facts
            .handlings
            .get_mut(&id)
            .expect("the handling of the event")
    }

    /// The record of a handling, which outlives its contact for a while.
    pub(super) fn handling_record(&mut self, id: HandlingId) -> Option<&mut HandlingRecord> {
        let handling = &self.facts.handlings[&id];
        let contact = match self.facts.contacts.get_mut(&handling.contact) {
            Some(open) => open,
            None => {
                let key = self.derived.ended_by_name.get(&handling.contact_name)?;
                self.facts.ended.get_mut(&key)?.record.as_deref_mut()?
            }
        };
        contact
            .handlings
            .iter_mut()
            .rfind(|record| record.handling == id)
    }

    pub(super) fn handling_resumed(&mut self, id: HandlingId, at: TimeMs) {
        let handling = self.handling_mut(id);
        if let HandlingState::Held { since } = handling.state {
            handling.held_ms += at - since;
        }
        handling.state = HandlingState::Connected;
    }

    pub(super) fn talk_ended(
        &mut self,
        id: HandlingId,
        at: TimeMs,
        by: Party,
        until: Option<TimeMs>,
    ) {
        self.handling_resumed(id, at);
        let handling = self.handling_mut(id);
        handling.state = HandlingState::WrapUp { since: at, until };
        let held_ms = handling.held_ms;
        if let Some(record) = self.handling_record(id) {
            record.talk_end = Some((at, by));
            record.held_ms = held_ms;
        }
        self.move_timer(TimerKind::WrapUp(id), None, until);
    }

    pub(super) fn handling_ended(&mut self, id: HandlingId, at: TimeMs) {
        if let Some(record) = self.handling_record(id) {
            record.ended_at = Some(at);
        }
        let handling = self
            .facts
            .handlings
            .remove(&id)
            .expect("the handling that ended");
        let figures = self.facts.queues[handling.queue.index()].figures_mut(handling.channel);
        figures.handled += 1;
        if let HandlingState::WrapUp { since, until } = handling.state {
            figures.talk_ms += (since - handling.connected_at - handling.held_ms).unsigned_abs();
            figures.hold_ms += handling.held_ms.unsigned_abs();
            figures.wrap_up_ms += (at - since).unsigned_abs();
            self.move_timer(TimerKind::WrapUp(id), until, None);
        }
        let agent = &mut self.facts.agents[handling.agent.index()];
        agent
            .leases
            .retain(|lease| lease.holder != LeaseHolder::Handling(id));
        agent.idle_since = at;
        self.touch(Touched::Agent(handling.agent));
    }
}

impl Offer {
    /// The deadline of where it stands.
    fn timer(&self) -> (TimeMs, TimerKind) {
        match self.state {
            OfferState::Pending { ring_until } => (ring_until, TimerKind::Ring(self.id)),
            OfferState::Connecting { connect_until, .. } => {
                (connect_until, TimerKind::Connect(self.id))
            }
        }
    }
}
