//! Deciding about offers and the handlings they lead to.

use super::Engine;
use crate::command::{Answer, ConnectFailure, Disposition, Reply};
use crate::config::check_name;
use crate::event::{
    BackOff, BackOffScope, Directive, Event, Fault, Next, OfferEnd, Outcome, Party, ReleaseReason,
};
use crate::ids::{AgentNo, ContactName, HandlingId, OfferId, TimeMs};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::{Handling, HandlingState, OfferResult, OfferState, Place};

impl<M: Matcher> Engine<M> {
    pub(super) fn accept(&mut self, now: TimeMs, agent: AgentNo, offer: OfferId) -> Answer {
        self.pending_offer(agent, offer)?;
        let connect_until = now + self.state.facts().settings.connect_ms;
        self.emit(
            now,
            Event::OfferAccepted {
                offer,
                connect_until,
            },
        );
        let contact = self.state.facts().offers[&offer].contact;
        let config = &self.state.agent(agent).config;
        let address = match config.address.reveal() {
            "" => Personal::from(config.name.as_str()),
            _ => config.address.clone(),
        };
        self.direct(
            now,
            contact,
            Directive::Connect {
                offer,
                agent,
                address,
            },
        );
        Ok(Reply::Done)
    }

    pub(super) fn reject(&mut self, now: TimeMs, agent: AgentNo, offer: OfferId) -> Answer {
        self.pending_offer(agent, offer)?;
        let back_off = self.visit_back_off(now, self.state.facts().settings.back_off.rejected_ms);
        self.end_offer(now, offer, OfferEnd::Rejected, Fault::Agent, back_off);
        Ok(Reply::Done)
    }

    pub(super) fn ring_timed_out(&mut self, now: TimeMs, offer: OfferId) {
        let back_off = self.visit_back_off(now, self.state.facts().settings.back_off.no_answer_ms);
        self.end_offer(now, offer, OfferEnd::TimedOut, Fault::Agent, back_off);
    }

    pub(super) fn connect_timed_out(&mut self, now: TimeMs, offer: OfferId) {
        self.connect_failed(now, offer, ConnectFailure::System);
    }

    pub(super) fn report_connected(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        offer: OfferId,
    ) -> Answer {
        let contact = self.open_contact(name, now)?;
        if let Place::Handling(handling) = contact.place
            && self.state.facts().handlings[&handling].offer == offer
        {
            return Ok(Reply::Done);
        }
        if !self.is_connecting(contact, offer) {
            return Err(not_accepted(offer));
        }
        let (contact, visit) = (contact.id, self.state.facts().offers[&offer].visit);
        let directive = self.connect_directive(offer);
        self.emit(now, Event::HandlingStarted { offer });
        self.emit(
            now,
            Event::VisitEnded {
                visit,
                outcome: Outcome::Answered,
                next: Next::Outcome,
            },
        );
        self.close_directive(now, contact, directive);
        Ok(Reply::Done)
    }

    pub(super) fn report_connect_failed(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        offer: OfferId,
        cause: ConnectFailure,
    ) -> Answer {
        let contact = self.open_contact(name, now)?;
        if !self.is_connecting(contact, offer) {
            return Err(not_accepted(offer));
        }
        self.connect_failed(now, offer, cause);
        Ok(Reply::Done)
    }

    fn connect_failed(&mut self, now: TimeMs, offer: OfferId, cause: ConnectFailure) {
        let times = self.state.facts().settings.back_off;
        let whole_agent = |length| {
            Some(BackOff {
                scope: BackOffScope::Agent,
                until: now + length,
            })
        };
        let (fault, back_off) = match cause {
            ConnectFailure::Busy => (Fault::Agent, whole_agent(times.busy_ms)),
            ConnectFailure::NoAnswer => {
                (Fault::Agent, self.visit_back_off(now, times.no_answer_ms))
            }
            ConnectFailure::Unreachable => (Fault::System, whole_agent(times.unreachable_ms)),
            ConnectFailure::System => (Fault::System, None),
        };
        let visit = self.state.facts().offers[&offer].visit;
        self.end_offer(now, offer, OfferEnd::ConnectFailed(cause), fault, back_off);
        self.time_out_if_overdue(now, visit);
    }

    /// Ends an offer. The slot is free, the contact back at its place; what the adapter was told is taken back.
    pub(super) fn end_offer(
        &mut self,
        now: TimeMs,
        offer: OfferId,
        end: OfferEnd,
        fault: Fault,
        back_off: Option<BackOff>,
    ) {
        let back_off = back_off.filter(|back_off| back_off.until > now);
        let (agent, contact) = {
            let offer = &self.state.facts().offers[&offer];
            (offer.agent, offer.contact)
        };
        let directive = self.connect_directive(offer);
        self.emit(
            now,
            Event::OfferEnded {
                offer,
                end,
                fault,
                back_off,
            },
        );
        if directive.is_some() {
            self.close_directive(now, contact, directive);
            self.direct(now, contact, Directive::CancelConnect { offer });
        }
        self.settle_presence(now, agent);
    }

    fn connect_directive(&self, offer: OfferId) -> Option<crate::ids::DirectiveId> {
        match self.state.facts().offers[&offer].state {
            OfferState::Connecting { directive, .. } => directive,
            OfferState::Pending { .. } => None,
        }
    }

    pub(super) fn visit_back_off(
        &self,
        now: TimeMs,
        length: crate::ids::DurationMs,
    ) -> Option<BackOff> {
        Some(BackOff {
            scope: BackOffScope::Visit,
            until: now + length,
        })
    }

    /// Checks that the agent has this offer and that it is pending.
    fn pending_offer(&self, agent: AgentNo, id: OfferId) -> Result<(), Refusal> {
        let not_pending = |why: &str| {
            Err(Refusal::new(
                Reason::OfferNotPending,
                "offer_id",
                format!("offer {id} is not pending: {why}"),
            ))
        };
        match self.state.facts().offers.get(&id) {
            Some(offer) if offer.agent == agent => match offer.state {
                OfferState::Pending { .. } => Ok(()),
                OfferState::Connecting { .. } => not_pending("accepted before"),
            },
            _ => match self
                .state
                .agent(agent)
                .recent_offers
                .iter()
                .rfind(|(other, _)| *other == id)
            {
                Some((_, result)) => not_pending(&describe(*result)),
                None => {
                    let detail = format!(
                        "agent {} has no offer {id}",
                        self.state.agent(agent).config.name
                    );
                    Err(Refusal::new(Reason::UnknownOffer, "offer_id", detail))
                }
            },
        }
    }

    pub(super) fn report_hold(&mut self, now: TimeMs, name: &ContactName, held: bool) -> Answer {
        let contact = self.open_contact(name, now)?;
        let Place::Handling(handling) = contact.place else {
            return Err(Refusal::new(
                Reason::HandlingState,
                "contact_id",
                format!("contact {name} is not in a conversation"),
            ));
        };
        self.set_held(now, handling, held);
        Ok(Reply::Done)
    }

    pub(super) fn hold(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        let contact = self.talking(agent, handling)?.contact;
        if self.set_held(now, handling, true) {
            self.direct(now, contact, Directive::Hold { handling });
        }
        Ok(Reply::Done)
    }

    pub(super) fn resume(&mut self, now: TimeMs, agent: AgentNo, handling: HandlingId) -> Answer {
        let contact = self.talking(agent, handling)?.contact;
        if self.set_held(now, handling, false) {
            self.direct(now, contact, Directive::Resume { handling });
        }
        Ok(Reply::Done)
    }

    /// Says whether anything changed.
    fn set_held(&mut self, now: TimeMs, handling: HandlingId, held: bool) -> bool {
        match (self.state.facts().handlings[&handling].state, held) {
            (HandlingState::Connected, true) => self.emit(now, Event::HandlingHeld { handling }),
            (HandlingState::Held { .. }, false) => {
                self.emit(now, Event::HandlingResumed { handling })
            }
            _ => return false,
        };
        true
    }

    pub(super) fn end_talk_by_agent(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        disposition: Option<Disposition>,
    ) -> Answer {
        let contact = self.talking(agent, handling)?.contact;
        self.set_disposition(now, handling, disposition)?;
        self.end_talk(now, handling, Party::Agent);
        self.direct(
            now,
            contact,
            Directive::Release {
                reason: ReleaseReason::AgentEnded,
            },
        );
        Ok(Reply::Done)
    }

    pub(super) fn end_wrap_up(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        disposition: Option<Disposition>,
    ) -> Answer {
        if !matches!(
            self.own_handling(agent, handling)?.state,
            HandlingState::WrapUp { .. }
        ) {
            let detail = format!("handling {handling} is not in wrap-up: its conversation goes on");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        self.set_disposition(now, handling, disposition)?;
        self.finish_handling(now, handling);
        Ok(Reply::Done)
    }

    /// The conversation is over; the wrap-up begins, if there is one.
    pub(super) fn end_talk(&mut self, now: TimeMs, id: HandlingId, by: Party) {
        let handling = &self.state.facts().handlings[&id];
        let own = self.state.agent(handling.agent).config.wrap_up_ms;
        let wrap_up_ms = own.unwrap_or(self.state.queue(handling.queue).config.wrap_up_ms);
        let wrap_up_until = (wrap_up_ms > 0).then_some(now + wrap_up_ms);
        self.emit(
            now,
            Event::TalkEnded {
                handling: id,
                by,
                wrap_up_until,
            },
        );
        if wrap_up_until.is_none() {
            self.finish_handling(now, id);
        }
    }

    pub(super) fn finish_handling(&mut self, now: TimeMs, handling: HandlingId) {
        let agent = self.state.facts().handlings[&handling].agent;
        self.emit(now, Event::HandlingEnded { handling });
        self.settle_presence(now, agent);
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
        check_name(&disposition.code)
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "disposition_code", wrong))?;
        let most = self.state.facts().limits.note_bytes as usize;
        let bytes = disposition.notes.reveal().len();
        if bytes > most {
            let detail = format!("the notes have {bytes} bytes, at most {most} are allowed");
            return Err(Refusal::new(Reason::InvalidArgument, "notes", detail));
        }
        self.emit(
            now,
            Event::DispositionSet {
                handling,
                disposition,
            },
        );
        Ok(())
    }

    fn own_handling(&self, agent: AgentNo, id: HandlingId) -> Result<&Handling, Refusal> {
        self.state
            .facts()
            .handlings
            .get(&id)
            .filter(|handling| handling.agent == agent)
            .ok_or_else(|| {
                let detail = format!(
                    "agent {} has no handling {id}",
                    self.state.agent(agent).config.name
                );
                Refusal::new(Reason::UnknownHandling, "handling_id", detail)
            })
    }

    fn talking(&self, agent: AgentNo, id: HandlingId) -> Result<&Handling, Refusal> {
        let handling = self.own_handling(agent, id)?;
        if matches!(handling.state, HandlingState::WrapUp { .. }) {
            let detail = format!("the conversation of handling {id} is over");
            return Err(Refusal::new(Reason::HandlingState, "handling_id", detail));
        }
        Ok(handling)
    }
}

fn not_accepted(offer: OfferId) -> Refusal {
    Refusal::new(
        Reason::OfferNotAccepted,
        "offer_id",
        format!("offer {offer} is not being connected"),
    )
}

fn describe(result: OfferResult) -> String {
    match result {
        OfferResult::Connected => "connected".to_owned(),
        OfferResult::Ended { end, .. } => end.describe().to_owned(),
    }
}
