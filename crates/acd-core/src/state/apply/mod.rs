//! Events become facts. Nothing is decided here, and nothing can be refused: an event is what happened.

mod adapters;
mod agents;
mod configuration;
mod contacts;
mod offers;

use std::sync::Arc;

use super::timers::{TimerKind, Timers};
use super::{
    Contact, HandlingState, IssuedDirective, RememberedAnswer, State, Touched, VersionRecord, Visit,
};
use crate::command::ConfigSource;
use crate::event::{Event, JoinRefusal, Recorded};
use crate::ids::{
    ConnectionId, ContactId, DirectiveId, HandlingId, OfferId, SessionId, TimeMs, VisitId,
};
pub(crate) use contacts::merge_attributes;

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
                    source: ConfigSource::Api,
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
                    JoinRefusal::Full => figures.refused_full += 1,
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

    fn move_timer(&mut self, kind: TimerKind, before: Option<TimeMs>, after: Option<TimeMs>) {
        if let Some(at) = before {
            self.derived.timers.clear(at, kind);
        }
        if let Some(at) = after {
            self.derived.timers.set(at, kind);
        }
    }

    fn contact_mut(&mut self, id: ContactId) -> &mut Contact {
        self.facts
            .contacts
            .get_mut(&id)
            .expect("the contact of the event")
    }
}
