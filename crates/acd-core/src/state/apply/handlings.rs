//! Handlings: conversations, wrap-up, parking and consultation.

use super::{push_kept, push_tight};
use crate::config::WrapUpBlocks;
use crate::event::{
    AttemptWrapUpBegan, ConsultCompleted, ConsultJoined, ConsultStarted, ContactOrigin,
    ContactParked, DispositionSet, FirstResponded, HandlingEnded, HandlingHeld, HandlingStarted,
    HandlingStuck, Party, RecordingSet, ResponseAwaited, ResponseMissed, TalkEnded, WrapUpEntered,
    WrapUpExtended,
};
use crate::ids::{AgentNo, HandlingId, TimeMs};
use crate::state::timers::Owner;
use crate::state::{
    ContactRef, Handling, HandlingKind, HandlingRecord, HandlingRef, HandlingState,
    LastAgentRecord, Lease, LeaseHolder, OfferResult, Place, State, Touched,
};

impl State {
    pub(super) fn handling_started(&mut self, event: &HandlingStarted) {
        let &HandlingStarted {
            offer,
            respond_until,
            callback_open,
        } = event;
        let id = HandlingId(self.facts.seq);
        let at = self.facts.now;
        let offer = self.offer_closed(offer, at, OfferResult::Connected);
        let queue = self.facts.visits[&offer.visit].queue;
        let contact = self
            .facts
            .contacts
            .get_mut(&offer.contact)
            .expect("the contact of the offer");
        contact.place = Place::Handling(id);
        push_tight(
            &mut contact.handlings,
            HandlingRecord::begin(id, offer.agent, queue, at),
        );
        let asked_by = match contact.origin {
            ContactOrigin::ConsultOf(asking) => self.facts.handlings.get(&asking),
            ContactOrigin::Arrived | ContactOrigin::CallbackOf(_) => None,
        };
        let dialled = contact.dial.is_some() || asked_by.is_some_and(|asking| asking.dialled);
        let contact = &self.facts.contacts[&offer.contact];
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
            dialled,
            suspended_since: None,
            suspended_ms: 0,
            forced: offer.forced,
            wrap_up_requested: false,
            kind: HandlingKind::Conversation,
            respond_until,
            callback_open,
            keeps_callback: false,
            consult: None,
            joins: false,
            participants: Vec::new(),
            owner: None,
            uncounted: false,
            parked: false,
            was_over: false,
            disposition: None,
            stuck: false,
        };
        self.facts.queues[queue.index()]
            .figures_mut(contact.channel)
            .offers
            .connected += 1;
        self.facts.handlings.insert(id, handling);
        let agent = &mut self.facts.agents[offer.agent.index()];
        if respond_until.is_none() {
            agent.forget_misses();
        }
        agent.handled_since_login += 1;
        agent.today.handled += 1;
        for lease in agent
            .leases
            .iter_mut()
            .filter(|lease| lease.holder == LeaseHolder::Offer(offer.id))
        {
            lease.holder = LeaseHolder::Handling(id);
        }
        self.touch_handling(id);
        self.touch(Touched::Agent(offer.agent));
        self.show_day(offer.agent);
    }

    /// The agent wraps up a dial that reached nobody; the visit goes on without them.
    pub(super) fn attempt_wrap_up_began(&mut self, event: &AttemptWrapUpBegan) {
        let &AttemptWrapUpBegan {
            offer,
            visit,
            agent: no,
            wrap_up,
            forced,
        } = event;
        let id = HandlingId(self.facts.seq);
        let at = self.facts.now;
        let visit = &self.facts.visits[&visit];
        let queue = visit.queue;
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        contact.handlings.push(HandlingRecord {
            kind: HandlingKind::Attempt,
            ..HandlingRecord::begin(id, no, queue, at)
        });
        let handling = Handling {
            id,
            contact: contact.id,
            contact_name: contact.name.clone(),
            offer,
            queue,
            channel: contact.channel,
            agent: no,
            connected_at: at,
            state: HandlingState::WrapUp {
                since: at,
                until: wrap_up.until,
            },
            held_ms: 0,
            dialled: true,
            suspended_since: None,
            suspended_ms: 0,
            forced,
            wrap_up_requested: false,
            kind: HandlingKind::Attempt,
            respond_until: None,
            callback_open: false,
            keeps_callback: false,
            consult: None,
            joins: false,
            participants: Vec::new(),
            owner: None,
            uncounted: false,
            parked: false,
            was_over: false,
            disposition: None,
            stuck: false,
        };
        let agent = &mut self.facts.agents[no.index()];
        agent.leases.push(Lease {
            channel: agent.slot_of(contact.channel),
            queue,
            blocks: wrap_up.blocks,
            holder: LeaseHolder::Handling(id),
        });
        self.facts.handlings.insert(id, handling);
        self.touch_handling(id);
        self.touch(Touched::Agent(no));
    }

    /// The agent has answered the customer for the first time, as far as the adapter reports it.
    pub(super) fn first_responded(&mut self, event: &FirstResponded) {
        let id = event.handling;
        let at = self.facts.now;
        let handling = self.handling_mut(id);
        let agent = handling.agent;
        let in_time = handling.respond_until.take().is_some();
        let (queue, channel, connected_at) =
            (handling.queue, handling.channel, handling.connected_at);
        if let Some(record) = self.handling_record(id) {
            record.first_response_at = Some(at);
        }
        let figures = self.facts.queues[queue.index()].figures_mut(channel);
        figures.first_responses += 1;
        figures.first_response_ms += (at - connected_at).unsigned_abs();
        if in_time {
            self.facts.agents[agent.index()].forget_misses();
        }
        self.touch_handling(id);
    }

    /// The agent did not answer the customer in time: the contact is taken back, as a miss.
    pub(super) fn response_missed(&mut self, event: &ResponseMissed) {
        let id = event.handling;
        let at = self.facts.now;
        if let Some(record) = self.handling_record(id) {
            record.talk_end = Some((at, Party::System));
            record.kind = HandlingKind::NoResponse;
        }
        let handling = self.handling_mut(id);
        handling.state = HandlingState::WrapUp {
            since: at,
            until: None,
        };
        handling.kind = HandlingKind::NoResponse;
        handling.respond_until = None;
        let (contact, agent, queue) = (handling.contact, handling.agent, handling.queue);
        let channel = handling.channel;
        self.contact_mut(contact).place = Place::Arriving;
        self.facts.queues[queue.index()]
            .figures_mut(channel)
            .not_responded += 1;
        let agent_no = agent;
        let agent = &mut self.facts.agents[agent_no.index()];
        agent.note_miss(queue);
        agent.today.missed += 1;
        self.show_day(agent_no);
        self.touch_handling(id);
    }

    pub(in crate::state) fn handling_mut(&mut self, id: HandlingId) -> &mut Handling {
        self.facts
            .handlings
            .get_mut(&id)
            .expect("the handling of the event")
    }

    /// An open handling, or one that its agent still has on record.
    pub fn known_handling(&self, id: HandlingId) -> Option<&Handling> {
        let on_record = || {
            let agent = self.agent(self.derived.agent_of_recent.get(&id)?);
            agent.recent_handlings.iter().find(|over| over.id == id)
        };
        self.facts.handlings.get(&id).or_else(on_record)
    }

    fn known_handling_mut(&mut self, id: HandlingId) -> Option<&mut Handling> {
        if let Some(open) = self.facts.handlings.get_mut(&id) {
            return Some(open);
        }
        let agent = self.derived.agent_of_recent.get(&id)?;
        let recent = &mut self.facts.agents[agent.index()].recent_handlings;
        recent.iter_mut().find(|over| over.id == id)
    }

    /// The record of a handling, which outlives its contact for a while.
    pub(super) fn handling_record(&mut self, id: HandlingId) -> Option<&mut HandlingRecord> {
        let handling = self.known_handling(id)?.reference();
        self.record_of(&handling)
    }

    fn record_of(&mut self, handling: &HandlingRef) -> Option<&mut HandlingRecord> {
        let ContactRef { contact, name } = &handling.contact;
        let contact = match self.facts.contacts.get_mut(contact) {
            Some(open) => open,
            None => {
                let key = self.derived.ended_by_name.get(name)?;
                self.facts.ended.get_mut(&key)?.record.as_deref_mut()?
            }
        };
        let mut records = contact.handlings.iter_mut();
        records.rfind(|record| record.handling == handling.handling)
    }

    pub(super) fn response_awaited(&mut self, event: &ResponseAwaited) {
        self.change_handling(event.handling, |it| it.respond_until = Some(event.until));
    }

    pub(super) fn handling_held(&mut self, event: &HandlingHeld) {
        let since = self.facts.now;
        self.change_handling(event.handling, |it| {
            it.state = HandlingState::Held { since }
        });
    }

    /// Notes what became of a conversation, for its agent and in the contact's record.
    pub(super) fn disposition_set(&mut self, event: &DispositionSet) {
        let Some(known) = self.known_handling_mut(event.handling) else {
            return;
        };
        known.disposition = Some(event.disposition.clone());
        let (handling, queue) = (known.reference(), known.queue);
        if let Some(record) = self.record_of(&handling) {
            record.disposition = Some(event.disposition.clone());
        }
        self.touch(Touched::Handling { handling, queue });
    }

    pub(super) fn handling_stuck(&mut self, event: &HandlingStuck) {
        self.change_handling(event.handling, |it| it.stuck = true);
    }

    pub(super) fn consult_started(&mut self, event: &ConsultStarted) {
        self.change_handling(event.handling, |asking| {
            (asking.consult, asking.joins) = (Some(event.consult), event.joins);
        });
    }

    pub(super) fn handling_resumed(&mut self, id: HandlingId) {
        let at = self.facts.now;
        self.change_handling(id, |it| it.resume(at));
    }

    /// It is shown of the conversation, and of all who take part in it.
    pub(super) fn recording_set(&mut self, event: &RecordingSet) {
        let handling = self.handling_mut(event.handling);
        let (contact, participants) = (handling.contact, handling.participants.clone());
        self.contact_mut(contact).recording = event.state;
        self.touch_handling(event.handling);
        for participant in participants {
            self.touch_handling(participant);
        }
    }

    pub(super) fn talk_ended(&mut self, event: &TalkEnded) {
        let &TalkEnded {
            handling: id,
            by,
            wrap_up,
        } = event;
        let at = self.facts.now;
        self.show_handling(id);
        self.talk_over(id, at, by);
        self.leave_conference(id);
        let handling = self.handling_mut(id);
        let until = wrap_up.and_then(|wrap_up| wrap_up.until);
        handling.state = HandlingState::WrapUp { since: at, until };
        let (agent, blocks) = (handling.agent, wrap_up.map(|wrap_up| wrap_up.blocks));
        self.set_wrap_up_lease(agent, id, blocks.unwrap_or_default());
        if blocks == Some(WrapUpBlocks::Queue) {
            self.facts.agents[agent.index()].idle_since = at;
        }
        self.set_timer(Owner::Handling(id));
        self.touch(Touched::Agent(agent));
    }

    /// Ends the conversation in the records, and notes whom the customer talked to.
    fn talk_over(&mut self, id: HandlingId, at: TimeMs, by: Party) {
        let handling = self.handling_mut(id);
        handling.suspend(at, false);
        handling.resume(at);
        handling.respond_until = None;
        let (held_ms, suspended_ms) = (handling.held_ms, handling.suspended_ms);
        let (agent, contact) = (handling.agent, handling.contact);
        let customer = self
            .facts
            .contacts
            .get(&contact)
            .and_then(|contact| contact.customer.clone());
        if let Some(record) = self.handling_record(id) {
            record.talk_end = Some((at, by));
            record.held_ms = held_ms;
            record.suspended_ms = suspended_ms;
        }
        if let Some(customer) = customer.filter(|it| !it.is_erased()) {
            let record = LastAgentRecord {
                contact,
                customer,
                agent,
            };
            self.keep_last_agent((at, id), record);
        }
    }

    fn set_wrap_up_lease(&mut self, agent: AgentNo, id: HandlingId, blocks: WrapUpBlocks) {
        let leases = &mut self.facts.agents[agent.index()].leases;
        for lease in leases
            .iter_mut()
            .filter(|lease| lease.holder == LeaseHolder::Handling(id))
        {
            lease.blocks = blocks;
        }
    }

    pub(super) fn contact_parked(&mut self, event: &ContactParked) {
        let id = event.handling;
        let at = self.facts.now;
        self.talk_over(id, at, Party::Agent);
        let handling = self.handling_mut(id);
        handling.state = HandlingState::WrapUp {
            since: at,
            until: None,
        };
        handling.parked = true;
        let (contact, agent) = (handling.contact, handling.agent);
        self.contact_mut(contact).place = Place::Parked(agent);
        self.note_kept(contact);
        self.touch_handling(id);
    }

    /// The one who was asked takes part in the conversation.
    pub(super) fn consult_joined(&mut self, event: &ConsultJoined) {
        let &ConsultJoined { owner, participant } = event;
        let known = self.handling_mut(owner);
        (known.consult, known.joins) = (None, false);
        known.participants.push(participant);
        self.touch_handling(owner);
        self.take_part(owner, participant);
        // What those ask who take part is no question to this agent any more.
        let agent = self.facts.handlings[&participant].agent;
        self.touch(Touched::Agent(agent));
    }

    /// Who takes part in a conversation of their own queue is not counted there.
    fn take_part(&mut self, owner: HandlingId, participant: HandlingId) {
        let customer = &self.facts.contacts[&self.facts.handlings[&owner].contact];
        let queue = customer.visits.last().map(|visit| visit.queue);
        let joined = self.handling_mut(participant);
        joined.owner = Some(owner);
        joined.uncounted = queue == Some(joined.queue);
        self.touch_handling(participant);
    }

    /// Who took part in a conversation does so no longer.
    fn leave_conference(&mut self, participant: HandlingId) {
        if let Some(owner) = self.handling_mut(participant).owner.take() {
            let others = &mut self.handling_mut(owner).participants;
            others.retain(|other| *other != participant);
            self.touch_handling(owner);
        }
    }

    /// The contact goes from one agent to another, with whom they ask or who takes part, and with their own place in a
    /// conversation in which they take part themselves.
    pub(super) fn consult_completed(&mut self, event: &ConsultCompleted) {
        let &ConsultCompleted { from, to } = event;
        let at = self.facts.now;
        if let Some(record) = self.handling_record(to) {
            record.talk_end = Some((at, Party::Agent));
        }
        self.leave_conference(to);
        self.touch_handling(from);
        let before = self.handling_mut(from);
        (before.consult, before.joins) = (None, false);
        let (callback_open, keeps_callback) = (before.callback_open, before.keeps_callback);
        let customer = before.contact;
        let (others, owner) = (
            std::mem::take(&mut before.participants),
            before.owner.take(),
        );
        let contact = self
            .facts
            .contacts
            .get_mut(&customer)
            .expect("the customer's contact");
        contact.place = Place::Handling(to);
        let name = contact.name.clone();
        let asked = self
            .facts
            .handlings
            .get_mut(&to)
            .expect("the handling of the one who was asked");
        asked.contact = customer;
        asked.contact_name = name;
        asked.uncounted = false;
        asked.disposition = None;
        asked.participants = others.clone();
        let (agent, queue, connected_at) = (asked.agent, asked.queue, asked.connected_at);
        (asked.callback_open, asked.keeps_callback) = (callback_open, keeps_callback);
        contact
            .handlings
            .push(HandlingRecord::begin(to, agent, queue, connected_at));
        self.touch_contact(customer);
        self.touch_handling(to);
        for other in others {
            self.change_handling(other, |it| it.owner = Some(to));
        }
        if let Some(owner) = owner {
            let places = &mut self.handling_mut(owner).participants;
            for place in places.iter_mut().filter(|place| **place == from) {
                *place = to;
            }
            self.touch_handling(owner);
            self.take_part(owner, to);
        }
    }

    pub(super) fn wrap_up_extended(&mut self, event: &WrapUpExtended) {
        let &WrapUpExtended {
            handling: id,
            until,
        } = event;
        self.change_handling(id, |handling| {
            if let HandlingState::WrapUp { until: end, .. } = &mut handling.state {
                *end = Some(until);
            }
        });
    }

    /// Opens the handling of a conversation that had ended again, for its wrap-up.
    pub(super) fn wrap_up_entered(&mut self, event: &WrapUpEntered) {
        let &WrapUpEntered {
            handling: id,
            agent: no,
            until,
            ..
        } = event;
        let at = self.facts.now;
        let agent = &mut self.facts.agents[no.index()];
        let place = agent.recent_handlings.iter().position(|over| over.id == id);
        let over = place.and_then(|place| agent.recent_handlings.remove(place));
        let mut handling = over.expect("a handling of the agent that ended");
        self.derived.agent_of_recent.remove(&id);
        handling.state = HandlingState::WrapUp { since: at, until };
        let blocks = self.facts.queues[handling.queue.index()]
            .config
            .wrap_up_blocks;
        let (channel, queue) = (agent.slot_of(handling.channel), handling.queue);
        agent.leases.push(Lease {
            channel,
            queue,
            blocks,
            holder: LeaseHolder::Handling(id),
        });
        self.facts.handlings.insert(id, handling);
        if let Some(record) = self.handling_record(id) {
            record.ended_at = None;
        }
        self.touch_handling(id);
        self.touch(Touched::Agent(no));
    }

    pub(super) fn handling_ended(&mut self, event: &HandlingEnded) {
        let id = event.handling;
        let at = self.facts.now;
        if let Some(record) = self.handling_record(id) {
            record.ended_at = Some(at);
        }
        self.show_handling(id);
        let mut handling = self
            .facts
            .handlings
            .remove(&id)
            .expect("the handling that ended");
        let entered_again = std::mem::replace(&mut handling.was_over, true);
        let queue = &mut self.facts.queues[handling.queue.index()];
        let figures = queue.figures_mut(handling.channel);
        if let HandlingState::WrapUp { since, .. } = handling.state {
            let counts = handling.kind == HandlingKind::Conversation && !handling.uncounted;
            if counts {
                figures.wrap_up_ms += (at - since).unsigned_abs();
            }
            if counts && !entered_again {
                figures.handled += 1;
                figures.talk_ms += handling.talked_ms(since).unsigned_abs();
                figures.hold_ms += handling.held_ms.unsigned_abs();
                let kept = self.facts.measures.handling_times;
                push_kept(
                    &mut queue.handling_times,
                    at - handling.connected_at - handling.suspended_ms,
                    kept,
                );
            }
        }
        let no = handling.agent;
        let agent = &mut self.facts.agents[no.index()];
        if let HandlingState::WrapUp { since, .. } = handling.state {
            agent.today.wrap_up_ms += at - since;
            if !entered_again && handling.kind != HandlingKind::Attempt {
                agent.today.talk_ms += handling.talked_ms(since);
                agent.today.hold_ms += handling.held_ms;
            }
        }
        if agent
            .slot_leases()
            .any(|lease| lease.holder == LeaseHolder::Handling(id))
        {
            agent.idle_since = at;
        }
        agent.release(LeaseHolder::Handling(id));
        let kept = self.facts.measures.handlings_of_agent;
        if kept > 0 {
            self.derived.agent_of_recent.insert(id, no);
        }
        if let Some(gone) = push_kept(&mut agent.recent_handlings, handling, kept) {
            self.derived.agent_of_recent.remove(&gone.id);
            self.show_gone(&gone);
        }
        self.set_timer(Owner::Handling(id));
        self.touch(Touched::Agent(no));
        self.show_day(no);
    }
}

impl State {
    /// A handling is no longer on its agent's record: whoever was reminded of it is told.
    fn show_gone(&mut self, gone: &Handling) {
        if self.derived.is_shown && self.is_unfinished(gone) {
            let (handling, queue) = (gone.reference(), gone.queue);
            let touched = Touched::Handling { handling, queue };
            self.derived.touched.push(touched);
        }
    }
}

impl Handling {
    /// Ends a hold, if there is one.
    fn resume(&mut self, at: TimeMs) {
        if let HandlingState::Held { since } = self.state
            && self.suspended_since.is_none()
        {
            self.held_ms += at - since;
        }
        self.state = HandlingState::Connected;
    }
}

impl HandlingRecord {
    fn begin(
        handling: HandlingId,
        agent: AgentNo,
        queue: crate::ids::QueueNo,
        connected_at: TimeMs,
    ) -> Self {
        Self {
            handling,
            agent,
            queue,
            connected_at,
            talk_end: None,
            ended_at: None,
            held_ms: 0,
            suspended_ms: 0,
            disposition: None,
            kind: HandlingKind::Conversation,
            first_response_at: None,
        }
    }
}
