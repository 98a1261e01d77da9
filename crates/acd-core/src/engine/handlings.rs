//! Deciding about handlings: hold, the end of the conversation, wrap-up.

use super::Engine;
use super::contacts::check_range;
use super::visits::Joining;
use std::sync::Arc;

use crate::command::{Answer, Disposition, Reply};
use crate::config::{WrapUpBlocks, WrapUpMode, check_name};
use crate::event::{
    ContactOrigin, Directive, DispositionSet, Event, HandlingEnded, HandlingHeld, HandlingResumed,
    HandlingStuck, HandlingSuspended, Party, ReleaseReason, TalkEnded, WrapUp, WrapUpEntered,
    WrapUpExtended, WrapUpRequested,
};
use crate::ids::{
    AgentNo, ContactId, ContactName, DurationMs, HandlingId, OfferId, QueueNo, TimeMs,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Handling, HandlingState, Place};

impl<M: Matcher> Engine<M> {
    pub(super) fn report_hold(&mut self, now: TimeMs, name: &ContactName, held: bool) -> Answer {
        let contact = self.open_contact(name, now)?;
        let Place::Handling(handling) = contact.place else {
            return Err(not_talking(name));
        };
        self.set_held(now, handling, held);
        Ok(Reply::Done)
    }

    pub(super) fn hold(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        self.talking(agent, handling)?;
        self.hold_customer(now, handling);
        Ok(Reply::Done)
    }

    /// Puts the customer on hold, if they are not.
    pub(super) fn hold_customer(&mut self, now: TimeMs, handling: HandlingId) {
        let contact = self.state.facts().handlings[&handling].contact;
        if self.set_held(now, handling, true) {
            self.direct(now, contact, Directive::Hold { handling });
        }
    }

    pub(super) fn resume(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        self.talking(agent, handling)?;
        self.resume_customer(now, handling);
        Ok(Reply::Done)
    }

    /// Takes the customer off hold, if they are on it.
    pub(super) fn resume_customer(&mut self, now: TimeMs, handling: HandlingId) {
        let contact = self.state.facts().handlings[&handling].contact;
        if self.set_held(now, handling, false) {
            self.direct(now, contact, Directive::Resume { handling });
        }
    }

    /// Says whether anything changed.
    fn set_held(&mut self, now: TimeMs, handling: HandlingId, held: bool) -> bool {
        match (self.state.facts().handlings[&handling].state, held) {
            (HandlingState::Connected, true) => {
                self.emit(now, Event::HandlingHeld(HandlingHeld { handling }))
            }
            (HandlingState::Held { .. }, false) => {
                self.close_hold(now, handling);
                self.emit(now, Event::HandlingResumed(HandlingResumed { handling }))
            }
            _ => return false,
        };
        true
    }

    /// What the adapter was told about a conversation that ends is over.
    pub(super) fn close_talk(&mut self, now: TimeMs, id: HandlingId) {
        self.close_conference(now, id);
        self.close_hold(now, id);
        self.close_recording(now, id);
        let Handling { contact, offer, .. } = self.state.facts().handlings[&id];
        self.close_in_force(
            now,
            contact,
            |directive| matches!(directive, Directive::Connect { offer: by, .. } if *by == offer),
        );
    }

    /// What the adapter was told about a hold is over.
    pub(super) fn close_hold(&mut self, now: TimeMs, id: HandlingId) {
        let contact = self.state.facts().handlings[&id].contact;
        self.close_in_force(
            now,
            contact,
            |directive| matches!(directive, Directive::Hold { handling } if *handling == id),
        );
    }

    pub(super) fn end_talk_by_agent(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        disposition: Option<Disposition>,
    ) -> Answer {
        self.talking(agent, handling)?;
        self.set_disposition(now, handling, disposition)?;
        self.leave_talk(now, handling, Party::Agent, ReleaseReason::AgentEnded);
        Ok(Reply::Done)
    }

    /// The adapter says that the agent of this offer is out of the conversation. It ends as if they had ended it.
    pub(super) fn agent_left(&mut self, now: TimeMs, name: &ContactName, offer: OfferId) -> Answer {
        let handling = match self.open_contact(name, now)?.place {
            Place::Handling(handling) => handling,
            _ => return Err(not_talking(name)),
        };
        if self.state.facts().handlings[&handling].offer != offer {
            let detail = format!("contact {name} is in no conversation by offer {offer}");
            return Err(Refusal::new(Reason::HandlingState, "offer_id", detail));
        }
        self.leave_talk(now, handling, Party::Agent, ReleaseReason::AgentEnded);
        Ok(Reply::Done)
    }

    /// The adapter is told that the agent is out of the conversation, whose contact goes on without them.
    pub(super) fn take_agent_out(&mut self, now: TimeMs, contact: ContactId, offer: OfferId) {
        self.direct(now, contact, Directive::CancelConnect { offer });
    }

    /// The adapter is told to end the contact.
    pub(super) fn release(&mut self, now: TimeMs, contact: ContactId, reason: ReleaseReason) {
        self.direct(
            now,
            contact,
            Directive::Release {
                reason,
                prompt: None,
            },
        );
    }

    /// The customer's conversation is over, and they go nowhere else in the house: they were served.
    pub(super) fn end_conversation(&mut self, now: TimeMs, id: HandlingId, by: Party) {
        let served = self.callback_served(id);
        self.end_talk(now, id, by);
        self.end_served(now, served);
    }

    /// The conversation is over; the wrap-up begins, if there is one. A consultation that was going on is over, too, and
    /// so it is for all who take part.
    pub(super) fn end_talk(&mut self, now: TimeMs, id: HandlingId, by: Party) {
        self.drop_others(now, id, by);
        self.close_talk(now, id);
        let handling = &self.state.facts().handlings[&id];
        let (queue, agent) = (handling.queue, handling.agent);
        let wrap_up = self.wrap_up_after(now, queue, agent, handling.wrap_up_requested);
        self.emit(
            now,
            Event::TalkEnded(TalkEnded {
                handling: id,
                by,
                wrap_up,
            }),
        );
        if wrap_up.is_none() {
            self.finish_handling(now, id);
        }
    }

    /// The wrap-up that follows by itself when an agent is done with a contact of the queue. One who is logged out, or
    /// whose lost session was given up, has none.
    pub(super) fn wrap_up_after(
        &self,
        now: TimeMs,
        queue: QueueNo,
        agent: AgentNo,
        requested: bool,
    ) -> Option<WrapUp> {
        let config = &self.state.queue(queue).config;
        if !self.state.agent(agent).is_expected() {
            return None;
        }
        let wanted = match config.wrap_up_mode {
            WrapUpMode::None | WrapUpMode::Optional => false,
            WrapUpMode::Requested => requested,
            WrapUpMode::Timed | WrapUpMode::Forced | WrapUpMode::Manual => true,
        };
        let until = self.wrap_up_end(now, queue, agent);
        let wrap_up = WrapUp {
            until,
            blocks: config.wrap_up_blocks,
        };
        (wanted && until.is_none_or(|until| until > now)).then_some(wrap_up)
    }

    /// When a wrap-up that begins now ends: after the agent's time if it is set, else the queue's, and never later
    /// than the ceiling; none: only by the agent.
    fn wrap_up_end(&self, now: TimeMs, queue: QueueNo, agent: AgentNo) -> Option<TimeMs> {
        let config = &self.state.queue(queue).config;
        let own = self.state.agent(agent).config.wrap_up_ms;
        let length = match (config.wrap_up_mode, own.unwrap_or(config.wrap_up_ms)) {
            (WrapUpMode::Manual, _) | (WrapUpMode::Optional, 0) => None,
            (_, length) => Some(length),
        };
        let bounded = length.into_iter().chain(config.wrap_up_ceiling_ms).min();
        bounded.map(|length| now + length)
    }

    pub(super) fn end_wrap_up(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        disposition: Option<Disposition>,
    ) -> Answer {
        let (_, queue) = self.wrapping_up(agent, handling)?;
        self.set_disposition(now, handling, disposition)?;
        if self.state.queue(queue).config.wrap_up_mode == WrapUpMode::Forced {
            let detail = format!("the wrap-up of handling {handling} ends at its time only");
            return Err(Refusal::new(Reason::WrapUpForced, "handling_id", detail));
        }
        self.finish_handling(now, handling);
        Ok(Reply::Done)
    }

    pub(super) fn request_wrap_up(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
    ) -> Answer {
        if !self.talking(agent, handling)?.wrap_up_requested {
            self.emit(now, Event::WrapUpRequested(WrapUpRequested { handling }));
        }
        Ok(Reply::Done)
    }

    /// The agent enters the optional wrap-up of a conversation that has just ended.
    pub(super) fn enter_wrap_up(&mut self, now: TimeMs, no: AgentNo, id: HandlingId) -> Answer {
        if let Ok((handling, _)) = self.wrapping_up(no, id) {
            debug_assert_eq!(handling.id, id);
            return Ok(Reply::Done);
        }
        let agent = self.state.agent(no);
        let Some(handling) = agent.recent_handlings.iter().find(|over| over.id == id) else {
            let detail = format!(
                "handling {id} is none of the last ones of agent {}",
                agent.config.name
            );
            return Err(Refusal::new(Reason::UnknownHandling, "handling_id", detail));
        };
        let config = &self.state.queue(handling.queue).config;
        if config.wrap_up_mode != WrapUpMode::Optional {
            let detail = format!("wrap-up is not optional in queue {}", config.name);
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        if config.wrap_up_blocks != WrapUpBlocks::Queue
            && !self.state.has_slot(agent, handling.channel)
        {
            let detail = format!(
                "agent {} has no free {} slot",
                agent.config.name, handling.channel
            );
            return Err(Refusal::new(Reason::NoFreeSlot, "handling_id", detail));
        }
        let (contact, queue) = (handling.contact, handling.queue);
        let until = self
            .wrap_up_end(now, queue, no)
            .filter(|until| *until > now);
        self.emit(
            now,
            Event::WrapUpEntered(WrapUpEntered {
                handling: id,
                agent: no,
                contact,
                until,
            }),
        );
        Ok(Reply::Done)
    }

    /// The wrap-up takes longer, but never longer than the queue's ceiling.
    pub(super) fn extend_wrap_up(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        by_ms: DurationMs,
    ) -> Answer {
        check_range("by_ms", by_ms, 1)?;
        let (handling, queue) = self.wrapping_up(agent, id)?;
        let HandlingState::WrapUp {
            since,
            until: Some(until),
        } = handling.state
        else {
            return Ok(Reply::Done);
        };
        let ceiling = self
            .state
            .queue(queue)
            .config
            .wrap_up_ceiling_ms
            .map(|length| since + length);
        let until = ceiling.map_or(until + by_ms, |ceiling| ceiling.min(until + by_ms));
        self.emit(
            now,
            Event::WrapUpExtended(WrapUpExtended {
                handling: id,
                until,
            }),
        );
        Ok(Reply::Done)
    }

    /// The agent's asynchronous conversations are suspended while the agent is away, and go on when they are ready.
    pub(super) fn suspend_or_resume(&mut self, now: TimeMs, agent: AgentNo) {
        let changes: Vec<(HandlingId, bool)> = self
            .state
            .handlings_of(agent)
            .map(|handling| (handling, self.state.is_to_be_suspended(handling)))
            .filter(|(handling, suspended)| handling.suspended_since.is_some() != *suspended)
            .map(|(handling, suspended)| (handling.id, suspended))
            .collect();
        for (handling, suspended) in changes {
            let change = Event::HandlingSuspended(HandlingSuspended {
                handling,
                suspended,
            });
            self.emit(now, change);
        }
    }

    /// The asynchronous work of an agent who is away for long, or for good, goes on with who has taken part longest, or
    /// back to its queue at its place. A consultation ends.
    pub(super) fn return_to_queue(&mut self, now: TimeMs, id: HandlingId) {
        let (by, wrap_up) = (Party::System, None);
        let handling = &self.state.facts().handlings[&id];
        let (contact, offer) = (handling.contact, handling.offer);
        if let Some(heir) = handling.participants.first().copied() {
            return self.hand_over(now, id, heir, by);
        }
        let origin = self.state.facts().contacts[&contact].origin;
        self.drop_consultation(now, id);
        self.close_talk(now, id);
        self.emit(
            now,
            Event::TalkEnded(TalkEnded {
                handling: id,
                by,
                wrap_up,
            }),
        );
        self.finish_handling(now, id);
        if let ContactOrigin::ConsultOf(_) = origin {
            return self.release(now, contact, ReleaseReason::ConsultEnded);
        }
        self.take_agent_out(now, contact, offer);
        let (queue, order_time) = self.last_place(contact);
        self.open_visit(now, contact, Joining::at(queue, order_time));
    }

    /// Whom the configuration has no longer keeps no asynchronous work.
    pub(super) fn return_work_of_removed(&mut self, now: TimeMs, no: AgentNo) {
        let work: Vec<(HandlingId, bool)> = self
            .state
            .handlings_of(no)
            .filter(|handling| self.state.is_asynchronous_handling(handling))
            .map(|handling| (handling.id, handling.is_in_wrap_up()))
            .collect();
        for (id, wraps_up) in work {
            match wraps_up {
                true => self.finish_handling(now, id),
                false if self.state.facts().handlings.contains_key(&id) => {
                    self.return_to_queue(now, id);
                }
                false => {}
            }
        }
    }

    pub(super) fn finish_handling(&mut self, now: TimeMs, handling: HandlingId) {
        let agent = self.state.facts().handlings[&handling].agent;
        self.emit(now, Event::HandlingEnded(HandlingEnded { handling }));
        self.carry_out_pending(now, agent);
    }

    /// A conversation has lasted so long that it may be stuck: it is reported, and ended where it is set so.
    pub(super) fn report_stuck(&mut self, now: TimeMs, id: HandlingId) {
        self.emit(now, Event::HandlingStuck(HandlingStuck { handling: id }));
        let queue = self.state.facts().handlings[&id].queue;
        if self.state.queue(queue).config.free_stuck {
            self.leave_talk(now, id, Party::System, ReleaseReason::Withdrawn);
        }
    }

    /// What became of a conversation, said while it lasts, in wrap-up or soon after.
    pub(super) fn dispose(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        disposition: Disposition,
    ) -> Answer {
        let recent = &self.state.agent(agent).recent_handlings;
        if !recent.iter().any(|over| over.id == id) {
            self.own_handling(agent, id)?;
        }
        self.set_disposition(now, id, Some(disposition))?;
        Ok(Reply::Done)
    }

    fn set_disposition(
        &mut self,
        now: TimeMs,
        handling: HandlingId,
        disposition: Option<Disposition>,
    ) -> Result<(), Refusal> {
        let Some(disposition) = disposition else {
            return Ok(());
        };
        if !disposition.code.is_empty() {
            self.check_disposition(handling, &disposition.code)?;
        }
        let most = self.state.facts().limits.note_bytes as usize;
        let bytes = disposition.notes.reveal().len();
        if bytes > most {
            let detail = format!("the notes have {bytes} bytes, at most {most} are allowed");
            return Err(Refusal::new(Reason::InvalidArgument, "notes", detail));
        }
        let Some(contact) = self.state.known_handling(handling).map(|it| it.contact) else {
            return Ok(());
        };
        self.emit(
            now,
            Event::DispositionSet(DispositionSet {
                handling,
                contact,
                disposition,
            }),
        );
        Ok(())
    }

    /// Whether this may become of a contact.
    fn check_disposition(&self, handling: HandlingId, code: &Arc<str>) -> Result<(), Refusal> {
        let refused = |wrong| Refusal::new(Reason::InvalidArgument, "disposition_code", wrong);
        check_name(code).map_err(refused)?;
        let Some(known) = self.state.known_handling(handling) else {
            return Ok(());
        };
        let queue = &self.state.queue(known.queue).config;
        let only = self.state.facts().settings.only_configured_codes;
        let asks = only && !queue.dispositions.is_empty();
        match asks && !queue.dispositions.contains(code) {
            true => {
                let name = &queue.name;
                Err(refused(format!(
                    "{code:?} is no disposition of queue {name}"
                )))
            }
            false => Ok(()),
        }
    }

    pub(super) fn own_handling(
        &self,
        agent: AgentNo,
        id: HandlingId,
    ) -> Result<&Handling, Refusal> {
        let known = self
            .state
            .facts()
            .handlings
            .get(&id)
            .filter(|handling| handling.agent == agent);
        known.ok_or_else(|| {
            let known = self.state.agent(agent);
            if known.recent_handlings.iter().any(|over| over.id == id) {
                let detail = format!("handling {id} is over");
                return Refusal::new(Reason::HandlingState, "handling_id", detail);
            }
            let detail = format!("agent {} has no handling {id}", known.config.name);
            Refusal::new(Reason::UnknownHandling, "handling_id", detail)
        })
    }

    pub(super) fn talking(&self, agent: AgentNo, id: HandlingId) -> Result<&Handling, Refusal> {
        let handling = self.own_handling(agent, id)?;
        if matches!(handling.state, HandlingState::WrapUp { .. }) {
            let detail = format!("the conversation of handling {id} is over");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        Ok(handling)
    }

    fn wrapping_up(
        &self,
        agent: AgentNo,
        id: HandlingId,
    ) -> Result<(&Handling, crate::ids::QueueNo), Refusal> {
        let handling = self.own_handling(agent, id)?;
        if !matches!(handling.state, HandlingState::WrapUp { .. }) {
            let detail = format!("handling {id} is not in wrap-up: its conversation goes on");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        Ok((handling, handling.queue))
    }
}

/// A contact that is in no conversation, where only one that is will do.
pub(super) fn not_talking(name: &ContactName) -> Refusal {
    let detail = format!("contact {name} is not in a conversation");
    Refusal::new(Reason::HandlingState, "contact_id", detail)
}
