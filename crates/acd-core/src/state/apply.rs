//! Events become facts. Nothing is decided here, and nothing can be refused: an event is what happened.

use std::collections::VecDeque;
use std::sync::Arc;

use super::facts::*;
use super::timers::{TimerKind, Timers};
use super::{State, Touched};
use crate::command::{Attribute, Availability, ContactChange};
use crate::config::TenantConfig;
use crate::event::{
    BackOff, BackOffScope, Event, Fault, LogoutCause, NewContact, Next, OfferEnd, Outcome, Party,
    PendingPresence, Recorded,
};
use crate::ids::{
    AdapterNo, AgentNo, ConnectionId, ContactId, DirectiveId, HandlingId, OfferId, QueueNo,
    SessionId, TimeMs, VisitId,
};

/// The reason code of an agent who has just logged in.
const LOGGED_IN: &str = "logged_in";

impl State {
    /// Applies the next event of the tenant's log.
    ///
    /// # Panics
    /// If the event does not follow the last one, or speaks of something that does not exist: the log is not this
    /// tenant's, or damaged.
    pub fn apply(&mut self, recorded: &Recorded) {
        let Recorded { seq, at_ms, event } = recorded;
        let (seq, at) = (*seq, *at_ms);
        assert_eq!(seq, self.facts.seq + 1, "an event out of order");
        self.facts.seq = seq;
        self.facts.now = at;
        self.forget(at);
        match event {
            Event::ConfigApplied {
                version,
                source,
                author,
                comment,
                config,
            } => {
                let record = VersionRecord {
                    version: *version,
                    at_ms: at,
                    source: *source,
                    author: author.clone(),
                    comment: comment.clone(),
                    seq,
                };
                self.note_version(record);
                self.config_applied(config);
            }
            Event::AgentSkillsSet {
                version,
                author,
                agent,
                skills,
            } => {
                let record = VersionRecord {
                    version: *version,
                    at_ms: at,
                    source: crate::command::ConfigSource::Api,
                    author: author.clone(),
                    comment: Arc::from(format!("skills of {}", self.agent(*agent).config.name)),
                    seq,
                };
                self.note_version(record);
                self.facts.agents[agent.index()].config.skills = skills.clone();
                self.compile_agent(*agent);
                self.touch(Touched::Skills(*agent));
            }
            Event::TenantDeleted { .. } => self.facts.deleted = true,
            Event::Recovered => self.recovered(at),
            Event::RequestAnswered {
                caller,
                request_id,
                fingerprint,
                answer,
                forget_at,
            } => {
                self.derived
                    .answer_by_request
                    .insert((caller.clone(), request_id.clone()), seq);
                let remembered = RememberedAnswer {
                    caller: caller.clone(),
                    request_id: request_id.clone(),
                    fingerprint: *fingerprint,
                    answer: answer.clone(),
                    forget_at: *forget_at,
                };
                self.facts.answers.insert(seq, remembered);
            }
            Event::AdapterConnected {
                adapter,
                incarnation,
            } => self.adapter_connected(seq, *adapter, incarnation),
            Event::AdapterLost {
                adapter,
                grace_until,
            } => self.adapter_lost(*adapter, *grace_until),
            Event::AdapterGivenUp { adapter } => self.set_adapter_grace(*adapter, None),
            Event::AdapterEventApplied { adapter, sequence } => {
                self.facts.adapters[adapter.index()].last_sequence = *sequence;
            }
            Event::DirectiveIssued {
                adapter,
                contact,
                directive,
            } => {
                let issued = IssuedDirective {
                    contact: *contact,
                    issued_at: at,
                    directive: directive.clone(),
                };
                self.directive_issued(DirectiveId(seq), *adapter, issued);
            }
            Event::DirectiveClosed {
                adapter, directive, ..
            } => self.directive_closed(*adapter, *directive),
            Event::ContactAccepted(contact) => self.contact_accepted(ContactId(seq), at, contact),
            Event::ContactRefused {
                queue,
                channel,
                reason,
                ..
            } => {
                let figures = self.facts.queues[queue.index()].figures_mut(*channel);
                match reason {
                    crate::event::JoinRefusal::Full => figures.refused_full += 1,
                }
            }
            Event::ContactChanged { contact, change } => self.contact_changed(*contact, change),
            Event::ContactEnded { contact } => self.contact_ended(*contact, at),
            Event::VisitOpened {
                contact,
                queue,
                order_time,
                max_wait_until,
            } => {
                let visit = Visit {
                    id: VisitId(seq),
                    contact: *contact,
                    queue: *queue,
                    enqueued_at: at,
                    order_time: *order_time,
                    max_wait_until: *max_wait_until,
                    offer: None,
                    back_offs: Vec::new(),
                };
                self.visit_opened(visit);
            }
            Event::VisitEnded {
                visit,
                outcome,
                next,
            } => self.visit_ended(*visit, at, *outcome, next),
            Event::OfferMade {
                visit,
                agent,
                ring_until,
                decision,
            } => {
                self.offer_made(OfferId(seq), at, *visit, *agent, *ring_until, decision);
            }
            Event::OfferAccepted {
                offer,
                connect_until,
            } => self.offer_accepted(*offer, at, *connect_until),
            Event::OfferEnded {
                offer,
                end,
                fault,
                back_off,
            } => {
                self.offer_ended(*offer, at, *end, *fault, *back_off);
            }
            Event::BackOffEnded { agent, visit } => self.back_off_ended(*agent, *visit),
            Event::HandlingStarted { offer } => self.handling_started(HandlingId(seq), at, *offer),
            Event::HandlingHeld { handling } => {
                self.handling_mut(*handling).state = HandlingState::Held { since: at };
            }
            Event::HandlingResumed { handling } => self.handling_resumed(*handling, at),
            Event::TalkEnded {
                handling,
                by,
                wrap_up_until,
            } => self.talk_ended(*handling, at, *by, *wrap_up_until),
            Event::DispositionSet {
                handling,
                disposition,
            } => {
                if let Some(record) = self.handling_record(*handling) {
                    record.disposition = Some(disposition.clone());
                }
            }
            Event::HandlingEnded { handling } => self.handling_ended(*handling, at),
            Event::AgentLoggedIn { agent } => self.agent_logged_in(*agent, SessionId(seq), at),
            Event::SessionAttached { agent } => {
                self.set_session_stream(*agent, Some(ConnectionId(seq)), None);
            }
            Event::SessionLost { agent, grace_until } => {
                self.set_session_stream(*agent, None, Some(*grace_until))
            }
            Event::AgentLoggedOut { agent, .. } => self.agent_logged_out(*agent, at),
            Event::PresenceChanged { agent, presence } => {
                self.presence_changed(*agent, at, presence)
            }
            Event::PresencePending { agent, pending } => {
                self.presence_pending(*agent, pending.as_ref())
            }
        }
    }

    fn touch(&mut self, touched: Touched) {
        self.derived.touched.push(touched);
    }

    /// Forgets what time alone makes void: remembered answers and the ids of contacts that ended long ago.
    fn forget(&mut self, now: TimeMs) {
        while let Some(first) = self
            .facts
            .answers
            .first_entry()
            .filter(|entry| entry.get().forget_at <= now)
        {
            let answer = first.remove();
            self.derived
                .answer_by_request
                .remove(&(answer.caller, answer.request_id));
        }
        let window = self.facts.settings.ended_contact_window_ms;
        while let Some(first) = self
            .facts
            .ended
            .first_entry()
            .filter(|entry| entry.key().0 + window <= now)
        {
            let key = *first.key();
            let ended = first.remove();
            if self.derived.ended_by_name.get(&ended.name) == Some(key) {
                self.derived.ended_by_name.remove(&ended.name);
            }
            if self.derived.ended_records.front() == Some(&key) {
                self.derived.ended_records.pop_front();
            }
        }
    }

    fn note_version(&mut self, record: VersionRecord) {
        self.facts.config_version = record.version;
        self.facts.versions.push_back(record);
        if self.facts.versions.len() > VERSIONS_KEPT {
            self.facts.versions.pop_front();
        }
    }

    fn config_applied(&mut self, config: &TenantConfig) {
        let facts = &mut self.facts;
        facts.deleted = false;
        facts.settings = config.settings.clone();
        facts.limits = config.limits.clone();
        facts
            .skills
            .iter_mut()
            .for_each(|skill| skill.in_config = false);
        facts
            .queues
            .iter_mut()
            .for_each(|queue| queue.in_config = false);
        facts
            .agents
            .iter_mut()
            .for_each(|agent| agent.in_config = false);
        facts
            .adapters
            .iter_mut()
            .for_each(|adapter| adapter.in_config = false);
        for name in &config.skills {
            match self.derived.skill_by_name.get(name) {
                Some(no) => facts.skills[no.index()].in_config = true,
                None => facts.skills.push(Skill {
                    name: name.clone(),
                    in_config: true,
                }),
            }
        }
        for name in &config.adapters {
            match self.derived.adapter_by_name.get(name) {
                Some(no) => facts.adapters[no.index()].in_config = true,
                None => facts.adapters.push(Adapter::new(name.clone())),
            }
        }
        for queue in &config.queues {
            match self.derived.queue_by_name.get(&queue.name) {
                Some(no) => facts.queues[no.index()].set_config(queue.clone()),
                None => facts.queues.push(Queue::new(queue.clone())),
            }
        }
        let now = facts.now;
        for agent in &config.agents {
            match self.derived.agent_by_name.get(&agent.name) {
                Some(no) => {
                    let known = &mut facts.agents[no.index()];
                    known.config = agent.clone();
                    known.in_config = true;
                }
                None => facts.agents.push(Agent::new(agent.clone(), now)),
            }
        }
        self.derive_names();
        for no in (0..self.facts.agents.len()).map(|no| AgentNo(no as u32)) {
            self.compile_agent(no);
        }
        self.touch(Touched::Everything);
    }

    /// Turns the names in an agent's configuration into numbers.
    fn compile_agent(&mut self, no: AgentNo) {
        let config = &self.facts.agents[no.index()].config;
        let queues: Vec<QueueNo> = config
            .queues
            .iter()
            .filter_map(|name| self.queue_no(name))
            .collect();
        let skills = config
            .skills
            .iter()
            .filter_map(|(name, level)| Some((self.skill_no(name)?, *level)))
            .collect();
        let agent = &mut self.facts.agents[no.index()];
        agent.queues = queues;
        agent.skills = skills;
    }

    /// After a stop nobody is present, and everybody who was has a full grace to come back.
    fn recovered(&mut self, at: TimeMs) {
        let session_grace = at + self.facts.settings.session_grace_ms;
        let adapter_grace = at + self.facts.settings.adapter_grace_ms;
        for session in self
            .facts
            .agents
            .iter_mut()
            .filter_map(|agent| agent.session.as_mut())
        {
            session.connection = None;
            session.grace_until = Some(session_grace);
        }
        for adapter in &mut self.facts.adapters {
            if adapter.connection.take().is_some() || adapter.grace_until.is_some() {
                adapter.grace_until = Some(adapter_grace);
            }
        }
        self.derived.timers = Timers::of(&self.facts);
        self.touch(Touched::Everything);
    }

    fn adapter_connected(&mut self, seq: u64, no: AdapterNo, incarnation: &Arc<str>) {
        self.set_adapter_grace(no, None);
        let adapter = &mut self.facts.adapters[no.index()];
        if adapter.incarnation != *incarnation {
            adapter.incarnation = incarnation.clone();
            adapter.last_sequence = 0;
        }
        adapter.connection = Some(ConnectionId(seq));
        self.touch(Touched::Adapter(no));
    }

    fn adapter_lost(&mut self, no: AdapterNo, grace_until: TimeMs) {
        self.facts.adapters[no.index()].connection = None;
        self.set_adapter_grace(no, Some(grace_until));
        self.touch(Touched::Adapter(no));
    }

    fn set_adapter_grace(&mut self, no: AdapterNo, until: Option<TimeMs>) {
        let adapter = &mut self.facts.adapters[no.index()];
        let before = std::mem::replace(&mut adapter.grace_until, until);
        self.move_timer(TimerKind::AdapterGrace(no), before, until);
    }

    fn move_timer(&mut self, kind: TimerKind, before: Option<TimeMs>, after: Option<TimeMs>) {
        if let Some(at) = before {
            self.derived.timers.clear(at, kind);
        }
        if let Some(at) = after {
            self.derived.timers.set(at, kind);
        }
    }

    fn directive_issued(&mut self, id: DirectiveId, adapter: AdapterNo, issued: IssuedDirective) {
        use crate::event::Directive;
        let contact = issued.contact;
        match &issued.directive {
            Directive::Connect { offer, .. } => {
                let offer = self
                    .facts
                    .offers
                    .get_mut(offer)
                    .expect("the offer to connect");
                if let OfferState::Connecting { directive, .. } = &mut offer.state {
                    *directive = Some(id);
                }
            }
            Directive::Route { .. } | Directive::Release { .. } => {
                self.contact_mut(contact).place = Place::Leaving(id)
            }
            Directive::CancelConnect { .. } | Directive::Hold { .. } | Directive::Resume { .. } => {
            }
        }
        self.contact_mut(contact).directives.push(id);
        self.facts.adapters[adapter.index()]
            .directives
            .insert(id, issued);
    }

    fn directive_closed(&mut self, adapter: AdapterNo, id: DirectiveId) {
        if let Some(issued) = self.facts.adapters[adapter.index()].directives.remove(&id) {
            self.contact_mut(issued.contact)
                .directives
                .retain(|other| *other != id);
        }
    }

    fn contact_accepted(&mut self, id: ContactId, at: TimeMs, contact: &NewContact) {
        self.derived
            .contact_by_name
            .insert(contact.name.clone(), id);
        let contact = Contact {
            id,
            name: contact.name.clone(),
            adapter: contact.adapter,
            channel: contact.channel,
            priority: contact.priority,
            head_start_ms: contact.head_start_ms,
            age_offset_ms: 0,
            requirement: contact.requirement.clone(),
            customer: contact.customer.clone(),
            attributes: contact.attributes.clone(),
            accepted_at: at,
            place: Place::Arriving,
            queue_hops: 0,
            directives: Vec::new(),
            visits: Vec::new(),
            offers: VecDeque::new(),
            handlings: Vec::new(),
        };
        self.facts.contacts.insert(id, contact);
    }

    fn contact_changed(&mut self, id: ContactId, change: &ContactChange) {
        let ContactChange {
            priority,
            requirement,
            age_offset_ms,
            attributes,
            queue: _,
        } = change;
        let contact = self.contact_mut(id);
        if let Some(priority) = priority {
            contact.priority = *priority;
        }
        if let Some(requirement) = requirement {
            contact.requirement = Some(requirement.clone());
        }
        if let Some(age_offset_ms) = age_offset_ms {
            contact.age_offset_ms = *age_offset_ms;
        }
        if !attributes.is_empty() {
            contact.attributes = merge_attributes(&contact.attributes, attributes);
        }
        if let Place::Queue(visit) = contact.place {
            self.touch(Touched::Visit(visit));
        }
    }

    fn contact_ended(&mut self, id: ContactId, at: TimeMs) {
        let contact = self
            .facts
            .contacts
            .remove(&id)
            .expect("the contact that ended");
        for directive in &contact.directives {
            self.facts.adapters[contact.adapter.index()]
                .directives
                .remove(directive);
        }
        self.derived.contact_by_name.remove(&contact.name);
        self.derived
            .ended_by_name
            .insert(contact.name.clone(), (at, id));
        let ended = EndedContact {
            name: contact.name.clone(),
            record: Some(Box::new(contact)),
        };
        self.facts.ended.insert((at, id), ended);
        self.derived.ended_records.push_back((at, id));
        while self.derived.ended_records.len() > self.facts.limits.ended_records as usize {
            let Some(oldest) = self.derived.ended_records.pop_front() else {
                break;
            };
            if let Some(ended) = self.facts.ended.get_mut(&oldest) {
                ended.record = None;
            }
        }
    }

    fn visit_opened(&mut self, visit: Visit) {
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact that joins");
        contact.queue_hops += u32::from(!contact.visits.is_empty());
        contact.place = Place::Queue(visit.id);
        let record = VisitRecord {
            visit: visit.id,
            queue: visit.queue,
            enqueued_at: visit.enqueued_at,
            end: None,
        };
        contact.visits.push(record);
        let channel = contact.channel;
        self.facts.queues[visit.queue.index()]
            .figures_mut(channel)
            .offered += 1;
        self.derived.open_visits[visit.queue.index()].insert((visit.enqueued_at, visit.id));
        self.move_timer(TimerKind::MaxWait(visit.id), None, visit.max_wait_until);
        self.touch(Touched::Visit(visit.id));
        self.facts.visits.insert(visit.id, visit);
    }

    fn visit_ended(&mut self, id: VisitId, at: TimeMs, outcome: Outcome, next: &Next) {
        let visit = self.facts.visits.remove(&id).expect("the visit that ended");
        self.derived.open_visits[visit.queue.index()].remove(&(visit.enqueued_at, id));
        self.move_timer(TimerKind::MaxWait(id), visit.max_wait_until, None);
        for (agent, until) in &visit.back_offs {
            self.derived
                .timers
                .clear(*until, TimerKind::VisitBackOff(id, *agent));
        }
        let contact = self
            .facts
            .contacts
            .get_mut(&visit.contact)
            .expect("the contact of the visit");
        if let Some(record) = contact.visits.iter_mut().rfind(|record| record.visit == id) {
            record.end = Some(VisitEnd {
                at_ms: at,
                outcome,
                next: next.clone(),
            });
        }
        let queue = &mut self.facts.queues[visit.queue.index()];
        let short = queue.config.short_abandon_ms;
        queue
            .figures_mut(contact.channel)
            .visit_ended(outcome, at - visit.enqueued_at, short);
        self.touch(Touched::Visit(id));
    }

    fn offer_made(
        &mut self,
        id: OfferId,
        at: TimeMs,
        visit_id: VisitId,
        agent: AgentNo,
        ring_until: TimeMs,
        decision: &Arc<crate::event::Decision>,
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

    fn offer_accepted(&mut self, id: OfferId, at: TimeMs, connect_until: TimeMs) {
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

    fn offer_ended(
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
    fn offer_closed(&mut self, id: OfferId, at: TimeMs, result: OfferResult) -> Offer {
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

    fn back_off_ended(&mut self, agent: AgentNo, visit: Option<VisitId>) {
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

    fn handling_started(&mut self, id: HandlingId, at: TimeMs, offer: OfferId) {
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

    fn handling_mut(&mut self, id: HandlingId) -> &mut Handling {
        self.facts
            .handlings
            .get_mut(&id)
            .expect("the handling of the event")
    }

    /// The record of a handling, which outlives its contact for a while.
    fn handling_record(&mut self, id: HandlingId) -> Option<&mut HandlingRecord> {
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

    fn handling_resumed(&mut self, id: HandlingId, at: TimeMs) {
        let handling = self.handling_mut(id);
        if let HandlingState::Held { since } = handling.state {
            handling.held_ms += at - since;
        }
        handling.state = HandlingState::Connected;
    }

    fn talk_ended(&mut self, id: HandlingId, at: TimeMs, by: Party, until: Option<TimeMs>) {
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

    fn handling_ended(&mut self, id: HandlingId, at: TimeMs) {
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

    fn agent_logged_in(&mut self, no: AgentNo, session: SessionId, at: TimeMs) {
        let grace_until = Some(at + self.facts.settings.session_grace_ms);
        let agent = &mut self.facts.agents[no.index()];
        let before = agent.session.take().and_then(|session| session.grace_until);
        agent.session = Some(Session {
            id: session,
            opened_at: at,
            connection: None,
            grace_until,
        });
        if agent.presence == Presence::Offline {
            agent.presence = Presence::NotReady(Arc::from(LOGGED_IN));
            agent.presence_since = at;
        }
        self.move_timer(TimerKind::SessionGrace(no), before, grace_until);
        self.touch(Touched::Agent(no));
    }

    fn set_session_stream(
        &mut self,
        no: AgentNo,
        connection: Option<ConnectionId>,
        grace: Option<TimeMs>,
    ) {
        let session = self.facts.agents[no.index()]
            .session
            .as_mut()
            .expect("the session of the stream");
        session.connection = connection;
        let before = std::mem::replace(&mut session.grace_until, grace);
        self.move_timer(TimerKind::SessionGrace(no), before, grace);
        self.touch(Touched::Agent(no));
    }

    fn agent_logged_out(&mut self, no: AgentNo, at: TimeMs) {
        let agent = &mut self.facts.agents[no.index()];
        let grace = agent.session.take().and_then(|session| session.grace_until);
        agent.presence = Presence::Offline;
        agent.presence_since = at;
        agent.pending = None;
        self.move_timer(TimerKind::SessionGrace(no), grace, None);
        self.touch(Touched::Agent(no));
    }

    fn presence_changed(&mut self, no: AgentNo, at: TimeMs, presence: &Availability) {
        let agent = &mut self.facts.agents[no.index()];
        agent.presence = match presence {
            Availability::Ready => {
                agent.idle_since = at;
                Presence::Ready
            }
            Availability::NotReady(code) => Presence::NotReady(code.clone()),
        };
        agent.presence_since = at;
        agent.pending = None;
        self.touch(Touched::Agent(no));
    }

    fn presence_pending(&mut self, no: AgentNo, pending: Option<&PendingPresence>) {
        let agent = &mut self.facts.agents[no.index()];
        agent.pending = pending.cloned();
        if pending == Some(&PendingPresence::Logout(LogoutCause::SessionLost)) {
            // The grace has done its work; the session can still be resumed until the logout takes effect.
            let grace = agent
                .session
                .as_mut()
                .and_then(|session| session.grace_until.take());
            self.move_timer(TimerKind::SessionGrace(no), grace, None);
        }
        self.touch(Touched::Agent(no));
    }

    fn contact_mut(&mut self, id: ContactId) -> &mut Contact {
        self.facts
            .contacts
            .get_mut(&id)
            .expect("the contact of the event")
    }
}

/// The old attributes with the new ones set, in the order of their first appearance.
pub(crate) fn merge_attributes(old: &[Attribute], new: &[Attribute]) -> Arc<[Attribute]> {
    let mut merged = old.to_vec();
    for attribute in new {
        match merged.iter_mut().find(|known| known.key == attribute.key) {
            Some(known) => *known = attribute.clone(),
            None => merged.push(attribute.clone()),
        }
    }
    merged.into()
}

impl Queue {
    fn new(config: crate::config::QueueConfig) -> Self {
        Self {
            config,
            in_config: true,
            figures: std::collections::BTreeMap::new(),
        }
    }

    fn set_config(&mut self, config: crate::config::QueueConfig) {
        for figures in self.figures.values_mut() {
            figures.add_edge(config.service_level_ms);
        }
        self.config = config;
        self.in_config = true;
    }

    fn figures_mut(&mut self, channel: crate::ids::Channel) -> &mut crate::figures::Figures {
        let threshold = self.config.service_level_ms;
        self.figures.entry(channel).or_insert_with(|| {
            let mut figures = crate::figures::Figures::default();
            figures.add_edge(threshold);
            figures
        })
    }
}

impl Agent {
    fn new(config: crate::config::AgentConfig, now: TimeMs) -> Self {
        Self {
            config,
            in_config: true,
            queues: Vec::new(),
            skills: std::collections::BTreeMap::new(),
            session: None,
            presence: Presence::Offline,
            presence_since: now,
            pending: None,
            idle_since: now,
            leases: Vec::new(),
            back_off_until: None,
            recent_offers: VecDeque::new(),
        }
    }
}

impl Adapter {
    fn new(name: crate::ids::AdapterName) -> Self {
        Self {
            name,
            in_config: true,
            incarnation: Arc::from(""),
            last_sequence: 0,
            connection: None,
            grace_until: None,
            directives: std::collections::BTreeMap::new(),
        }
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
