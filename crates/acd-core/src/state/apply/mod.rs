//! Events become facts. Nothing is decided here, and nothing can be refused: an event is what happened.

mod adapters;
mod agents;
mod calendars;
mod configuration;
mod contacts;
mod forget;
mod handlings;
mod offers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::timers::{Owner, Timers};
use super::{
    Announced, Contact, HandlingState, IssuedDirective, RememberedAnswer, Schedule, State, Touched,
    VersionRecord, Visit,
};
use crate::command::ConfigSource;
use crate::event::{Event, Recorded};
use crate::ids::{
    AgentNo, ConnectionId, ContactId, DirectiveId, HandlingId, OfferId, QueueNo, SessionId, TimeMs,
    VisitId,
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
                document,
                measures,
            } => {
                self.facts.measures = measures.clone();
                let record = VersionRecord {
                    version: *version,
                    at_ms: at,
                    source: *source,
                    author: author.clone(),
                    comment: comment.clone(),
                    seq,
                    document: *document,
                };
                self.note_version(record);
                self.config_applied(config);
                if let (ConfigSource::File, Some(document)) = (source, document) {
                    self.config_file_noted(*document, true);
                }
            }
            Event::ConfigFileNoted { document, in_force } => {
                self.config_file_noted(*document, *in_force);
            }
            Event::AgentSkillsSet {
                version,
                author,
                comment,
                agent,
                skills,
            } => {
                let record = VersionRecord {
                    version: *version,
                    at_ms: at,
                    source: ConfigSource::Api,
                    author: author.clone(),
                    comment: comment.clone(),
                    seq,
                    document: None,
                };
                self.note_version(record);
                self.agent_skills_set(*agent, skills);
            }
            Event::CivilTimeResolved { civil } => self.civil_time_resolved(civil),
            Event::CalendarChanged { calendar, opening } => {
                self.calendar_changed(*calendar, *opening)
            }
            Event::DayBegan => self.day_began(),
            Event::QueueDrained { queue } => self.queue_drained(*queue),
            Event::SupervisorActed { .. } => {}
            Event::EmergencyChanged { queue, closed } => self.emergency_changed(*queue, *closed),
            Event::ReserveChanged { queue, joined } => {
                self.facts.queues[queue.index()].reserve_joined = *joined;
                self.touch(Touched::Queue(*queue));
            }
            Event::TenantDeleted { .. } => self.facts.deleted = true,
            Event::Recovered {
                sessions_until,
                adapters_until,
            } => self.recovered(at, *sessions_until, *adapters_until),
            Event::WorkPutOff { work } => self.work_put_off(work),
            Event::WorkDone { count } => self.work_done(*count),
            Event::RequestAnswered {
                caller,
                request_id,
                fingerprint,
                answer,
                forget_at,
            } => {
                let remembered = RememberedAnswer {
                    caller: caller.clone(),
                    request_id: request_id.clone(),
                    fingerprint: *fingerprint,
                    answer: answer.clone(),
                    forget_at: *forget_at,
                };
                self.request_answered(seq, remembered);
            }

            Event::AdapterConnected {
                adapter,
                incarnation,
            } => self.adapter_connected(seq, *adapter, incarnation),
            Event::AdapterLost {
                adapter,
                grace_until,
            } => self.adapter_lost(*adapter, *grace_until),
            Event::AdapterGivenUp { adapter } => self.adapter_given_up(*adapter),
            Event::AdapterReconciled { adapter } => {
                self.facts.adapters[adapter.index()].list_due = false;
            }
            Event::LiveEntryRefused { adapter, refused } => {
                self.live_entry_refused(*adapter, refused.refusal.reason)
            }
            Event::AdapterEventApplied {
                adapter,
                sequence,
                refused,
            } => self.adapter_event_applied(*adapter, *sequence, refused.as_ref()),
            Event::RefusalsConfirmed { adapter, up_to } => {
                self.refusals_confirmed(*adapter, *up_to)
            }
            Event::RefusalForgotten { adapter, sequence } => {
                self.refusal_forgotten(*adapter, *sequence)
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
            Event::DirectiveAcknowledged { adapter, directive } => {
                self.directive_acknowledged(*adapter, *directive);
            }
            Event::DirectiveClosed {
                adapter, directive, ..
            } => self.directive_closed(*adapter, *directive),

            Event::ContactAccepted(contact) => self.contact_accepted(ContactId(seq), contact),
            Event::ContactRefused {
                queue,
                channel,
                reason,
                ..
            } => {
                self.facts.queues[queue.index()]
                    .figures_mut(*channel)
                    .refused(*reason);
            }
            Event::JoinRefused {
                contact,
                queue,
                reason,
                ..
            } => {
                let known = self.contact_mut(*contact);
                known.join_refused = Some(*reason);
                let channel = known.channel;
                self.facts.queues[queue.index()]
                    .figures_mut(channel)
                    .refused(*reason);
            }
            Event::ReferenceAdded { contact, reference } => {
                self.reference_added(*contact, reference)
            }
            Event::PreferredChanged {
                contact,
                preferred,
                dedicated,
            } => {
                let contact = self.contact_mut(*contact);
                contact.preferred = preferred.clone();
                contact.dedicated = *dedicated;
            }
            Event::TierBounded { contact, tiers } => self.contact_mut(*contact).tiers = *tiers,
            Event::ContactChanged { contact, change } => self.contact_changed(*contact, change),
            Event::ContactScheduled {
                contact,
                queue,
                due_at,
                agent,
            } => {
                let schedule = Schedule {
                    queue: *queue,
                    due_at: *due_at,
                    agent: *agent,
                };
                self.contact_scheduled(*contact, schedule);
            }
            Event::ContactEnded { contact } => self.contact_ended(*contact, at, false),
            Event::ContactGivenUp { contact } => self.contact_ended(*contact, at, true),
            Event::ContactTakenUp {
                contact,
                given_up_at,
            } => self.contact_taken_up(*contact, *given_up_at),
            Event::VisitOpened {
                contact,
                queue,
                order_time,
                max_wait_until,
                windows,
                meant_for,
                sent_by,
                hop,
                scheduled,
                predicted,
                returned,
                staffed,
                behind,
            } => {
                let visit = Visit {
                    id: VisitId(seq),
                    contact: *contact,
                    queue: *queue,
                    enqueued_at: at,
                    order_time: *order_time,
                    max_wait_until: *max_wait_until,
                    offers: Vec::new(),
                    back_offs: Vec::new(),
                    behind: behind.iter().copied().collect(),
                    step: 0,
                    step_until: None,
                    tiers_open: BTreeSet::new(),
                    delay_open: 0,
                    windows: windows.clone(),
                    window: None,
                    meant_for: *meant_for,
                    sent_by: sent_by.clone(),
                    scheduled: *scheduled,
                    attempts: 0,
                    next_attempt_at: None,
                    predicted: *predicted,
                    staffed: *staffed,
                    alerted: false,
                    announced: Announced::default(),
                };
                self.visit_opened(visit, *returned, *hop);
            }
            Event::VisitStaffed { visit } => {
                self.change_visit(*visit, |visit| visit.staffed = true)
            }
            Event::StepBegan { visit, step, until } => {
                self.change_visit(*visit, |visit| {
                    (visit.step, visit.step_until) = (*step, *until)
                });
            }
            Event::GateOpened { visit, gate } => self.gate_opened(*visit, *gate),
            Event::WindowBegan {
                visit,
                window,
                until,
            } => {
                self.change_visit(*visit, |visit| visit.window = window.map(|at| (at, *until)));
            }
            Event::AttemptFailed {
                visit,
                attempts,
                next_at,
            } => self.change_visit(*visit, |visit| {
                (visit.attempts, visit.next_attempt_at) = (*attempts, *next_at);
            }),
            Event::AttemptWrapUpBegan {
                offer,
                visit,
                agent,
                wrap_up,
            } => {
                self.attempt_wrap_up_began(HandlingId(seq), at, *offer, *visit, *agent, *wrap_up);
            }
            Event::WaitAlerted { visit } => self.wait_alerted(*visit),
            Event::VisitEnded {
                visit,
                outcome,
                next,
            } => self.visit_ended(*visit, at, *outcome, next),

            Event::OfferMade {
                visit,
                agent,
                ring_until,
                alerting,
                forced,
                decision,
            } => {
                self.offer_made(
                    OfferId(seq),
                    at,
                    *visit,
                    *agent,
                    *ring_until,
                    *alerting,
                    *forced,
                    decision,
                );
            }
            Event::OfferAccepted {
                offer,
                connect_until,
                dials,
            } => self.offer_accepted(*offer, at, *connect_until, *dials),
            Event::ConnectClockStarted {
                offer,
                connect_until,
            } => self.connect_clock_started(*offer, *connect_until),
            Event::OfferEnded {
                offer,
                end,
                fault,
                back_off,
                behind_until,
                missed,
                idle_clock,
            } => {
                let offer = self.offer_ended(*offer, at, *end, *fault, *back_off);
                if let Some(until) = *behind_until {
                    self.put_behind(&offer, at, until);
                }
                self.count_end(&offer, at, *missed, *idle_clock);
            }
            Event::BackOffBegan {
                agent,
                visit,
                until,
            } => self.back_off_began(*agent, *visit, *until),
            Event::BackOffEnded { agent, visit } => self.back_off_ended(*agent, *visit),

            Event::HandlingStarted {
                offer,
                respond_until,
            } => self.handling_started(HandlingId(seq), at, *offer, *respond_until),
            Event::FirstResponded { handling } => self.first_responded(*handling, at),
            Event::ResponseAwaited { handling, until } => {
                self.handling_mut(*handling).respond_until = Some(*until);
                self.set_timers(Owner::Handling(*handling));
            }
            Event::ResponseMissed { handling } => self.response_missed(*handling, at),
            Event::HandlingHeld { handling } => {
                self.handling_mut(*handling).state = HandlingState::Held { since: at };
            }
            Event::HandlingResumed { handling } => self.handling_resumed(*handling, at),
            Event::HandlingSuspended {
                handling,
                suspended,
            } => self.handling_suspended(*handling, at, *suspended),
            Event::TalkEnded {
                handling,
                by,
                wrap_up,
            } => self.talk_ended(*handling, at, *by, *wrap_up),
            Event::DispositionSet {
                handling,
                disposition,
            } => {
                if let Some(record) = self.handling_record(*handling) {
                    record.disposition = Some(disposition.clone());
                }
            }
            Event::CallbackKept { handling } => {
                self.handling_mut(*handling).keeps_callback = true;
            }
            Event::WrapUpRequested { handling } => {
                self.handling_mut(*handling).wrap_up_requested = true;
            }
            Event::WrapUpEntered {
                handling,
                agent,
                until,
                ..
            } => self.wrap_up_entered(*handling, *agent, at, *until),
            Event::WrapUpExtended { handling, until } => self.wrap_up_extended(*handling, *until),
            Event::HandlingStuck { handling } => {
                self.handling_mut(*handling).stuck = true;
                self.set_timers(Owner::Handling(*handling));
            }
            Event::ContactParked { handling } => self.contact_parked(*handling, at),
            Event::ConsultStarted {
                handling,
                consult,
                joins,
            } => {
                let asking = self.handling_mut(*handling);
                (asking.consult, asking.joins) = (Some(*consult), *joins);
            }
            Event::ConsultJoined { owner, participant } => {
                self.consult_joined(*owner, *participant)
            }
            Event::ConsultCompleted { from, to } => self.consult_completed(*from, *to, at),
            Event::HandlingEnded { handling } => self.handling_ended(*handling, at),

            Event::AgentLoggedIn {
                agent,
                begins,
                grace_until,
            } => self.agent_logged_in(*agent, SessionId(seq), at, begins.as_ref(), *grace_until),
            Event::SessionAttached { agent } => {
                self.set_session_stream(*agent, Some(ConnectionId(seq)), None);
            }
            Event::SessionLost { agent, grace_until } => {
                self.set_session_stream(*agent, None, Some(*grace_until))
            }
            Event::SessionGivenUp { agent } => self.session_given_up(*agent),
            Event::AgentLoggedOut { agent, .. } => self.agent_logged_out(*agent, at),
            Event::PresenceChanged {
                agent,
                presence,
                return_at,
                own,
            } => self.presence_changed(*agent, at, presence, *return_at, *own),
            Event::QueuePaused {
                agent,
                queue,
                reason,
                return_at,
                own,
            } => self.queue_paused(*agent, *queue, reason.as_ref(), *return_at, *own),
            Event::OutsideBusyChanged {
                adapter,
                agent,
                busy,
            } => self.outside_busy_changed(*adapter, *agent, at, *busy),
            Event::NextRequested { agent } => {
                self.facts.agents[agent.index()].asked = true;
                self.touch(Touched::Agent(*agent));
            }
            Event::PresencePending {
                agent,
                pending,
                return_ms,
                own,
            } => self.presence_pending(*agent, pending.as_ref(), *return_ms, *own),
        }
    }

    /// Notes what an event changed: for the matcher, the timers, and what holds of whole queues.
    pub(super) fn touch(&mut self, touched: Touched) {
        match touched {
            Touched::Everything => {
                self.derive_index();
                self.derived.timers = Timers::of(self);
                self.derived.stirred_queues = (0..self.facts.queues.len())
                    .map(|no| QueueNo(no as u32))
                    .collect();
            }
            Touched::Agent(no) | Touched::Skills(no) => self.touch_agent(no),
            Touched::Visit(id) => {
                self.set_timers(Owner::Visit(id));
                self.derived.index.lines.count(id, &self.facts);
                let open = self
                    .facts
                    .visits
                    .get(&id)
                    .map(|visit| (visit.queue, visit.window.is_some()));
                match open.is_some_and(|(_, windowed)| windowed) {
                    true => self.derived.windowed.insert(id),
                    false => self.derived.windowed.remove(&id),
                };
                if let Some((queue, _)) = open {
                    self.stir_queue(queue);
                }
            }
            Touched::Adapter(no) => {
                self.set_timers(Owner::Adapter(no));
                for offer in self.connecting_offers(no) {
                    self.set_timers(Owner::Offer(offer));
                }
            }
            Touched::Queue(no) => {
                self.stir_queue(no);
                let visits: Vec<VisitId> = self.open_visits(no).iter().map(|(_, id)| *id).collect();
                visits
                    .into_iter()
                    .for_each(|id| self.set_timers(Owner::Visit(id)));
            }
        }
        self.derived.touched.push(touched);
    }

    fn touch_agent(&mut self, no: AgentNo) {
        self.count_occupancy(no);
        let counted = self.counted(self.agent(no));
        self.derived.index.count(no, counted);
        self.set_timers(Owner::Agent(no));
        let queues: Vec<QueueNo> = self.agent(no).queues.keys().copied().collect();
        queues.into_iter().for_each(|queue| self.stir_queue(queue));
    }

    /// Something of a queue changed that what holds of the whole queue may depend on.
    fn stir_queue(&mut self, no: QueueNo) {
        let queue = self.queue(no);
        let has_reserve = queue.config.reserve.is_some();
        if queue.is_watched() || self.facts.emergency {
            self.derived.stirred_queues.insert(no);
        }
        if has_reserve {
            self.set_timers(Owner::Queue(no));
        }
    }

    /// After a stop nobody is present, and everybody who was has a full grace to come back.
    fn recovered(&mut self, at: TimeMs, session_grace: TimeMs, adapter_grace: TimeMs) {
        self.facts.recovered_at = Some(at);
        for agent in &mut self.facts.agents {
            let desktop = agent.config.desktop;
            if let Some(session) = agent.session.as_mut() {
                session.restarting |= session.connection.take().is_some();
                session.grace_until = desktop.then_some(session_grace);
            }
        }
        for adapter in &mut self.facts.adapters {
            if adapter.connection.take().is_some() || adapter.grace_until.is_some() {
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

    fn change_visit(&mut self, id: VisitId, change: impl FnOnce(&mut Visit)) {
        change(
            self.facts
                .visits
                .get_mut(&id)
                .expect("the visit of the event"),
        );
        self.touch(Touched::Visit(id));
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

/// Adds the newest of a list of which so many are kept; the oldest goes first.
fn push_kept<T>(list: &mut VecDeque<T>, newest: T, kept: u32) {
    list.push_back(newest);
    while list.len() > kept as usize {
        list.pop_front();
    }
}
