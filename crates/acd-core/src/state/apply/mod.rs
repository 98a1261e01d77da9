//! Events become facts. Nothing is decided here, and nothing can be refused: an event is what happened.

mod adapters;
mod agents;
mod calendars;
mod configuration;
mod contacts;
mod forget;
mod handlings;
mod offers;
mod touch;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Contact, State, Touched, Visit};
use crate::event::{Event, Recorded, Recovered};
use crate::ids::{ContactId, VisitId};
pub(crate) use contacts::merge_attributes;

impl State {
    /// Applies the next event of the tenant's log.
    ///
    /// # Panics
    /// If the event does not follow the last one, or speaks of something that does not exist: the log is not this
    /// tenant's, or damaged.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at_ms;
        assert_eq!(recorded.seq, self.facts.seq + 1, "an event out of order");
        self.facts.seq = recorded.seq;
        self.facts.now = at;
        self.forget(at);
        match &recorded.event {
            Event::ConfigApplied(event) => self.config_applied(event),
            Event::ConfigFileNoted(event) => self.config_file_noted(event),
            Event::AgentSkillsSet(event) => self.agent_skills_set(event),
            Event::CivilTimeResolved(event) => self.civil_time_resolved(event),
            Event::CalendarChanged(event) => self.calendar_changed(event),
            Event::DayBegan => self.day_began(),
            Event::QueueDrained(event) => self.queue_drained(event),
            Event::SupervisorActed(event) => {
                self.keep_act(event);
                self.touch(Touched::Act(Arc::new(recorded.clone())));
            }
            Event::EmergencyChanged(event) => self.emergency_changed(event),
            Event::ReserveChanged(event) => self.reserve_changed(event),
            Event::TenantDeleted(_) => self.facts.deleted = true,
            Event::Recovered(event) => self.recovered(event),
            Event::WorkPutOff(event) => self.work_put_off(&event.work),
            Event::WorkDone(event) => self.work_done(event.count),
            Event::RequestAnswered(event) => self.request_answered(event),

            Event::AdapterConnected(event) => self.adapter_connected(event),
            Event::AdapterLost(event) => self.adapter_lost(event),
            Event::AdapterGivenUp(event) => self.adapter_given_up(event),
            Event::AdapterReconciled(event) => self.adapter_reconciled(event),
            Event::LiveEntryRefused(event) => self.live_entry_refused(event),
            Event::AdapterEventApplied(event) => self.adapter_event_applied(event),
            Event::RefusalsConfirmed(event) => self.refusals_confirmed(event),
            Event::RefusalForgotten(event) => self.refusal_forgotten(event),
            Event::DirectiveIssued(event) => self.directive_issued(event),
            Event::DirectiveAcknowledged(event) => self.directive_acknowledged(event),
            Event::DirectiveClosed(event) => self.directive_closed(event),

            Event::ContactAccepted(event) => self.contact_accepted(event),
            Event::ContactRefused(event) => self.contact_refused(event),
            Event::JoinRefused(event) => self.join_refused(event),
            Event::ReferenceAdded(event) => self.reference_added(event),
            // They decide nothing, and may be about contacts that are forgotten: they are for the history.
            Event::ScoreReported(_) | Event::ReviewSubmitted(_) => {}
            Event::PreferredChanged(event) => self.preferred_changed(event),
            Event::TierBounded(event) => self.tier_bounded(event),
            Event::ContactChanged(event) => self.contact_changed(event),
            Event::ContactScheduled(event) => self.contact_scheduled(event),
            Event::ContactEnded(event) => self.contact_ended(event.contact, false),
            Event::ContactGivenUp(event) => self.contact_ended(event.contact, true),
            Event::ContactTakenUp(event) => self.contact_taken_up(event),
            Event::PersonalErased(event) => self.personal_erased(event),
            Event::PersonalExpired(event) => self.personal_expired(event),

            Event::VisitOpened(event) => self.visit_opened(event),
            Event::VisitStaffed(event) => self.change_visit(event.visit, |it| it.staffed = true),
            Event::StepBegan(event) => self.step_began(event),
            Event::GateOpened(event) => self.gate_opened(event),
            Event::WindowBegan(event) => self.window_began(event),
            Event::AttemptFailed(event) => self.attempt_failed(event),
            Event::AttemptWrapUpBegan(event) => self.attempt_wrap_up_began(event),
            Event::WaitAlerted(event) => self.wait_alerted(event),
            Event::VisitEnded(event) => self.visit_ended(event),

            Event::OfferMade(event) => self.offer_made(event),
            Event::OfferAccepted(event) => self.offer_accepted(event),
            Event::ConnectClockStarted(event) => self.connect_clock_started(event),
            Event::OfferEnded(event) => self.offer_ended(event),
            Event::BackOffBegan(event) => self.back_off_began(event),
            Event::BackOffEnded(event) => self.back_off_ended(event),

            Event::HandlingStarted(event) => self.handling_started(event),
            Event::FirstResponded(event) => self.first_responded(event),
            Event::ResponseAwaited(event) => self.response_awaited(event),
            Event::ResponseMissed(event) => self.response_missed(event),
            Event::HandlingHeld(event) => self.handling_held(event),
            Event::HandlingResumed(event) => self.handling_resumed(event.handling),
            Event::HandlingSuspended(event) => {
                self.handling_suspended(event.handling, at, event.suspended);
            }
            Event::RecordingSet(event) => self.recording_set(event),
            Event::TalkEnded(event) => self.talk_ended(event),
            Event::DispositionSet(event) => self.disposition_set(event),
            Event::CallbackKept(event) => {
                self.change_handling(event.handling, |it| it.keeps_callback = true);
            }
            Event::WrapUpRequested(event) => {
                self.change_handling(event.handling, |it| it.wrap_up_requested = true);
            }
            Event::WrapUpEntered(event) => self.wrap_up_entered(event),
            Event::WrapUpExtended(event) => self.wrap_up_extended(event),
            Event::HandlingStuck(event) => self.handling_stuck(event),
            Event::ContactParked(event) => self.contact_parked(event),
            Event::ConsultStarted(event) => self.consult_started(event),
            Event::ConsultJoined(event) => self.consult_joined(event),
            Event::ConsultCompleted(event) => self.consult_completed(event),
            Event::HandlingEnded(event) => self.handling_ended(event),

            Event::AgentLoggedIn(event) => self.agent_logged_in(event),
            Event::SessionAttached(event) => self.session_attached(event),
            Event::SessionLost(event) => self.session_lost(event),
            Event::SessionGivenUp(event) => self.session_given_up(event),
            Event::AgentLoggedOut(event) => self.agent_logged_out(event),
            Event::PresenceChanged(event) => self.presence_changed(event),
            Event::QueuePaused(event) => self.queue_paused(event),
            Event::OutsideBusyChanged(event) => self.outside_busy_changed(event),
            Event::NextRequested(event) => self.next_requested(event),
            Event::PresencePending(event) => self.presence_pending(event),
        }
    }

    /// After a stop nobody is present, and everybody who was has a full grace to come back.
    fn recovered(&mut self, event: &Recovered) {
        let &Recovered {
            sessions_until: session_grace,
            adapters_until: adapter_grace,
        } = event;
        let at = self.facts.now;
        self.facts.recovered_at = Some(at);
        for agent in &mut self.facts.agents {
            let desktop = agent.config.desktop;
            if let Some(session) = agent.session.as_mut() {
                session.restarting |= session.connection.take().is_some();
                session.grace_until = desktop.then_some(session_grace);
            }
        }
        for adapter in &mut self.facts.adapters {
            let was_there = adapter.connection.take().is_some();
            if was_there {
                adapter.since = at;
            }
            if was_there || adapter.grace_until.is_some() {
                adapter.grace_until = Some(adapter_grace);
            }
        }
        self.touch(Touched::Everything);
    }

    fn contact_mut(&mut self, id: ContactId) -> &mut Contact {
        self.facts
            .contacts
            .get_mut(&id)
            .expect("the contact of the event")
    }

    fn visit_mut(&mut self, id: VisitId) -> &mut Visit {
        self.facts
            .visits
            .get_mut(&id)
            .expect("the visit of the event")
    }
}

/// Counts one more, or one less, of something kept by key; what is 0 is not kept.
fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, up: bool) {
    use std::collections::btree_map::Entry;
    match counts.entry(key) {
        Entry::Occupied(mut entry) => {
            let now = if up {
                *entry.get() + 1
            } else {
                entry.get().saturating_sub(1)
            };
            *entry.get_mut() = now;
            if now == 0 {
                entry.remove();
            }
        }
        Entry::Vacant(entry) => {
            if up {
                entry.insert(1);
            }
        }
    }
}

/// Adds to a list that seldom gets more than one.
fn push_tight<T>(list: &mut Vec<T>, newest: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
    list.push(newest);
}

/// The same list; all that are empty are one.
fn shared<T>(list: &Arc<[T]>) -> Arc<[T]> {
    match list.is_empty() {
        true => Arc::default(),
        false => list.clone(),
    }
}

/// Adds the newest of a list of which so many are kept; the oldest goes first, and is given back.
fn push_kept<T>(list: &mut VecDeque<T>, newest: T, kept: u32) -> Option<T> {
    if kept == 0 {
        return None;
    }
    let gone = match list.len() >= kept as usize {
        true => list.pop_front(),
        false => None,
    };
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
    list.push_back(newest);
    gone
}
