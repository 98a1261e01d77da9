//! Deciding about offers: making them, and every way they end.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, ConnectFailure, Reply};
use crate::config::{Alerting, FailureScope};
use crate::event::{
    AttemptWrapUpBegan, BackOff, Decision, Directive, Event, HandlingStarted, Next, OfferAccepted,
    OfferEnd, OfferEnded, OfferMade, Outcome, PendingPresence, QueuePaused, RescindReason,
    VisitEnded,
};
use crate::ids::{
    AgentNo, ContactId, ContactName, DirectiveId, DurationMs, HandlingId, OfferId, QueueNo, TimeMs,
    VisitId,
};
use crate::matching::Matcher;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::state::{LeaseHolder, Offer, OfferResult, OfferState, Place, Presence};

impl<M: Matcher> Engine<M> {
    /// Offers a visit to the winner of the decision.
    pub(super) fn make_offer(
        &mut self,
        now: TimeMs,
        visit: VisitId,
        decision: Arc<Decision>,
        forced: bool,
    ) {
        let open = &self.state.facts().visits[&visit];
        let (contact, agent) = (open.contact, decision.winner.agent);
        let channel = self.state.facts().contacts[&contact].channel;
        let config = &self.state.queue(open.queue).config;
        let ring_until = now + config.ring_on(channel);
        let alerting = match self.is_dialled_first(visit) {
            true => Alerting::Auto,
            false => self
                .state
                .agent(agent)
                .config
                .alerting
                .unwrap_or(config.alerting),
        };
        let offer = OfferId(self.emit(
            now,
            Event::OfferMade(OfferMade {
                visit,
                agent,
                ring_until,
                alerting,
                forced,
                decision,
            }),
        ));
        match alerting {
            Alerting::Desktop => {}
            Alerting::Phone => {
                let address = self.address(agent);
                self.direct(
                    now,
                    contact,
                    Directive::Ring {
                        offer,
                        agent,
                        address,
                    },
                );
            }
            Alerting::Auto => self.take(now, offer),
        }
    }

    /// Where an adapter reaches the agent.
    pub(super) fn address(&self, agent: AgentNo) -> Personal {
        Personal::from(self.state.agent(agent).config.reached_at())
    }

    pub(super) fn accept(&mut self, now: TimeMs, agent: AgentNo, offer: OfferId) -> Answer {
        self.pending_offer(agent, offer)?;
        self.take(now, offer);
        Ok(Reply::Done)
    }

    /// The agent has the offer; the others of a broadcast have lost the race.
    fn take(&mut self, now: TimeMs, id: OfferId) {
        self.close_ring(now, id);
        let facts = self.state.facts();
        let offer = &facts.offers[&id];
        let (visit, contact, agent) = (offer.visit, offer.contact, offer.agent);
        let customer = &facts.contacts[&contact];
        let number = customer
            .dial
            .clone()
            .filter(|_| customer.is_to_be_dialled());
        let dials = number.is_some();
        let customer_first = self.is_dialled_first(visit);
        let connect_until = now + facts.settings.connecting_ms(dials);
        self.emit(
            now,
            Event::OfferAccepted(OfferAccepted {
                offer: id,
                connect_until,
                dials,
            }),
        );
        let address = self.address(agent);
        let directive = match number {
            Some(number) => Directive::Dial {
                offer: id,
                agent,
                address,
                number,
                customer_first,
            },
            None => Directive::Connect {
                offer: id,
                agent,
                address,
            },
        };
        self.direct(now, contact, directive);
        let losers = self.state.facts().visits[&visit].offers.clone();
        for loser in losers.into_iter().filter(|other| *other != id) {
            let end = OfferEnd::Rescinded(RescindReason::LostRace);
            self.end_offer(now, loser, end);
        }
    }

    /// How long the accepted offer may take to be reported connected.
    pub(super) fn connect_length(&self, offer: OfferId) -> DurationMs {
        let settings = &self.state.facts().settings;
        settings.connecting_ms(self.dials(offer))
    }

    pub(super) fn reject(&mut self, now: TimeMs, agent: AgentNo, offer: OfferId) -> Answer {
        self.pending_offer(agent, offer)?;
        self.end_offer(now, offer, OfferEnd::Rejected);
        Ok(Reply::Done)
    }

    /// The offer rang as long as it may. A phone whose adapter is away did not ring: nobody missed it.
    pub(super) fn ring_timed_out(&mut self, now: TimeMs, offer: OfferId) {
        if !self.is_rung(offer) {
            return self.rescind_overdue(now, offer);
        }
        self.end_offer(now, offer, OfferEnd::TimedOut);
    }

    /// Whether somebody can hear it: at the desktop, or at a phone whose adapter is there.
    fn is_rung(&self, id: OfferId) -> bool {
        let offer = &self.state.facts().offers[&id];
        let contact = &self.state.facts().contacts[&offer.contact];
        !offer.rings_at_phone() || self.state.adapter(contact.adapter).is_present()
    }

    /// An offer that rang out unseen is nobody's fault.
    pub(super) fn rescind_overdue(&mut self, now: TimeMs, offer: OfferId) {
        let end = OfferEnd::Rescinded(RescindReason::System);
        self.end_offer(now, offer, end);
    }

    pub(super) fn connect_timed_out(&mut self, now: TimeMs, offer: OfferId) {
        let end = OfferEnd::ConnectFailed(ConnectFailure::System);
        self.end_offer(now, offer, end);
    }

    /// The customer was dialled for as long as may be: an attempt that reached nobody.
    pub(super) fn dial_timed_out(&mut self, now: TimeMs, offer: OfferId) {
        let end = OfferEnd::ConnectFailed(ConnectFailure::System);
        self.end_attempt(now, offer, end);
    }

    /// Ends a dial that reached nobody. Its agent has a wrap-up to note it, and the visit waits for the next attempt.
    fn end_attempt(&mut self, now: TimeMs, id: OfferId, end: OfferEnd) {
        let offer = &self.state.facts().offers[&id];
        let (visit, agent, forced) = (offer.visit, offer.agent, offer.forced);
        let wrap_up = self.wrap_up_of_attempt(now, visit, agent);
        self.close_offer(now, id, end);
        if let Some(wrap_up) = wrap_up {
            self.emit(
                now,
                Event::AttemptWrapUpBegan(AttemptWrapUpBegan {
                    offer: id,
                    visit,
                    agent,
                    wrap_up,
                    forced,
                }),
            );
        }
        self.offer_is_over(now, visit, agent, end);
        self.attempt_failed(now, visit);
    }

    /// The adapter says that the agent took the offer at their phone.
    pub(super) fn phone_answered(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        offer: OfferId,
    ) -> Answer {
        let contact = self.open_contact(name, now)?.id;
        let agent = self.offer_of(contact, offer).map(|offer| offer.agent);
        let agent = agent.ok_or_else(|| not_accepted(offer))?;
        self.accept(now, agent, offer)
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
        let contact = contact.id;
        let known = self
            .offer_of(contact, offer)
            .ok_or_else(|| not_accepted(offer))?;
        if !known.rings_at_phone() && !self.is_connecting(contact, offer) {
            return Err(not_accepted(offer));
        }
        self.connect(now, contact, offer);
        Ok(Reply::Done)
    }

    /// Whether the queue of the visit owes the customer of a contact a callback besides.
    fn has_callback_open(&self, contact: ContactId, visit: VisitId) -> bool {
        let facts = self.state.facts();
        let queue = facts.visits[&visit].queue;
        let customer = facts.contacts[&contact].customer.as_ref();
        let owed = customer.and_then(|customer| self.state.callback_of(queue, customer));
        owed.is_some_and(|callback| callback != contact)
    }

    /// Contact and agent of the offer talk from now on.
    pub(super) fn connect(&mut self, now: TimeMs, contact: ContactId, offer: OfferId) {
        if !self.is_connecting(contact, offer) {
            self.take(now, offer);
        }
        let Offer { visit, agent, .. } = self.state.facts().offers[&offer];
        let directive = self.connect_directive(offer);
        self.close_announcement(now, visit);
        self.stop_music(now, contact);
        let respond_until = self.respond_until(now, visit);
        let callback_open = self.has_callback_open(contact, visit);
        self.emit(
            now,
            Event::HandlingStarted(HandlingStarted {
                offer,
                respond_until,
                callback_open,
            }),
        );
        let (outcome, next) = (Outcome::Answered, Next::Outcome);
        self.emit(
            now,
            Event::VisitEnded(VisitEnded {
                visit,
                outcome,
                next,
            }),
        );
        self.close_directive(now, contact, directive);
        self.begin_recording(now, contact);
        self.join_if_invited(now, contact);
        self.suspend_or_resume(now, agent);
        if !self.state.agent(agent).in_config {
            self.return_work_of_removed(now, agent);
        }
    }

    pub(super) fn report_connect_failed(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        offer: OfferId,
        cause: ConnectFailure,
    ) -> Answer {
        let contact = self.open_contact(name, now)?;
        if let Place::Handling(handling) = contact.place
            && self.is_still_to_connect(handling, offer)
        {
            self.return_to_queue(now, handling);
            return Ok(Reply::Done);
        }
        let contact = contact.id;
        let known = self
            .offer_of(contact, offer)
            .ok_or_else(|| not_accepted(offer))?;
        match (known.rings_at_phone(), cause) {
            (true, ConnectFailure::NoAnswer) => self.ring_timed_out(now, offer),
            (true, ConnectFailure::Rejected) => self.end_offer(now, offer, OfferEnd::Rejected),
            (true, _) => self.connect_failed(now, offer, cause),
            (false, _) if self.is_connecting(contact, offer) => {
                self.connect_failed(now, offer, cause);
            }
            (false, _) => return Err(not_accepted(offer)),
        }
        Ok(Reply::Done)
    }

    /// Whether a live list opened this conversation by this offer, so that its adapter is told to connect it if need be.
    fn is_still_to_connect(&self, handling: HandlingId, offer: OfferId) -> bool {
        let facts = self.state.facts();
        let handling = &facts.handlings[&handling];
        let contact = &facts.contacts[&handling.contact];
        let adapter = self.state.adapter(contact.adapter);
        let connects = |id: &DirectiveId| {
            let issued = adapter.directive(*id).map(|issued| &issued.directive);
            matches!(issued, Some(Directive::Connect { offer: by, .. }) if *by == offer)
        };
        handling.offer == offer && contact.directives.iter().any(connects)
    }

    fn connect_failed(&mut self, now: TimeMs, offer: OfferId, cause: ConnectFailure) {
        let end = OfferEnd::ConnectFailed(cause);
        match cause == ConnectFailure::CustomerNotReached && self.dials(offer) {
            true => self.end_attempt(now, offer, end),
            false => self.end_offer(now, offer, end),
        }
    }

    fn dials(&self, offer: OfferId) -> bool {
        let state = self.state.facts().offers[&offer].state;
        matches!(state, OfferState::Connecting { dials: true, .. })
    }

    /// Ends an offer. The slot is free, the contact back at its place; what the adapter was told is taken back, and what
    /// it costs the agent happens.
    pub(super) fn end_offer(&mut self, now: TimeMs, id: OfferId, end: OfferEnd) {
        let offer = &self.state.facts().offers[&id];
        let (agent, visit) = (offer.agent, offer.visit);
        self.close_offer(now, id, end);
        self.offer_is_over(now, visit, agent, end);
    }

    /// Ends an offer; what the adapter was told is taken back.
    fn close_offer(&mut self, now: TimeMs, id: OfferId, end: OfferEnd) {
        let cost = end.cost();
        let times = &self.state.facts().settings.back_off;
        let behind_until = cost.back_off.map(|_| now + times.rejected_ms);
        let back_off = cost.back_off.map(|(scope, cause)| BackOff {
            scope,
            until: now + cause.length(times),
        });
        let back_off = back_off.filter(|back_off| back_off.until > now);
        let contact = self.state.facts().offers[&id].contact;
        let connect = self.connect_directive(id);
        let rang = self.close_ring(now, id);
        self.emit(
            now,
            Event::OfferEnded(OfferEnded {
                offer: id,
                end,
                fault: cost.fault,
                back_off,
                behind_until,
                missed: cost.miss.is_some(),
                idle_clock: cost.idle_clock,
            }),
        );
        if connect.is_some() {
            self.close_directive(now, contact, connect);
            self.direct(now, contact, Directive::CancelConnect { offer: id });
        } else if rang && !matches!(end, OfferEnd::ConnectFailed(_)) {
            self.direct(now, contact, Directive::CancelRing { offer: id });
        }
    }

    /// What the end of an offer opens for the visit and costs the agent.
    fn offer_is_over(&mut self, now: TimeMs, visit: VisitId, agent: AgentNo, end: OfferEnd) {
        let cost = end.cost();
        if let Some(code) = cost.miss {
            let queue = self.state.facts().visits[&visit].queue;
            self.open_after_miss(now, visit, agent, cost.next_tier);
            self.after_failure(now, agent, queue, code);
        }
        self.carry_out_pending(now, agent);
        if !matches!(end, OfferEnd::Canceled(_)) {
            let failed = cost.back_off.map(|_| agent);
            self.after_offer_of_sent(now, visit, failed);
            self.end_if_overdue(now, visit);
        }
    }

    /// The directive that rings the agent's phone need not be sent any more. Says whether there was one.
    fn close_ring(&mut self, now: TimeMs, offer: OfferId) -> bool {
        let offer = &self.state.facts().offers[&offer];
        let (contact, directive) = (offer.contact, offer.ring_directive);
        let rings = offer.rings_at_phone();
        self.close_directive(now, contact, directive);
        rings && directive.is_some()
    }

    /// What becomes of an agent who has missed so many offers in a row.
    pub(super) fn after_failure(&mut self, now: TimeMs, no: AgentNo, queue: QueueNo, code: &str) {
        let policy = self.state.queue(queue).config.after_failure;
        let agent = self.state.agent(no);
        let Some(most) = policy.not_ready_after else {
            return;
        };
        let code: Arc<str> = Arc::from(code);
        match policy.scope {
            FailureScope::Queue => {
                let misses = agent.misses_by_queue.get(&queue).copied().unwrap_or(0);
                if misses >= most && !agent.paused.contains_key(&queue) {
                    let reason = Some(code);
                    let return_at = policy.return_ms.map(|length| now + length);
                    self.emit(
                        now,
                        Event::QueuePaused(QueuePaused {
                            agent: no,
                            queue,
                            reason,
                            return_at,
                            own: false,
                        }),
                    );
                }
            }
            FailureScope::All => {
                if agent.misses >= most
                    && agent.presence == Presence::Ready
                    && agent.pending.is_none()
                {
                    self.rescind_pending(now, no, RescindReason::StateForced);
                    self.not_ready_when_clear(now, no, code, policy.return_ms);
                }
            }
        }
    }

    fn not_ready_when_clear(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        code: Arc<str>,
        return_ms: Option<DurationMs>,
    ) {
        if self.state.holds_change_back(agent) {
            let pending = Some(PendingPresence::NotReady(code));
            self.wait_for_presence(now, agent, pending, return_ms, false);
        } else {
            self.be_not_ready(now, agent, code, return_ms, false);
        }
    }

    fn offer_of(&self, contact: ContactId, offer: OfferId) -> Option<&Offer> {
        self.state
            .facts()
            .offers
            .get(&offer)
            .filter(|open| open.contact == contact)
    }

    /// Whether the contact's accepted offer is this one.
    pub(super) fn is_connecting(&self, contact: ContactId, offer: OfferId) -> bool {
        self.offer_of(contact, offer)
            .is_some_and(|open| matches!(open.state, OfferState::Connecting { .. }))
    }

    fn connect_directive(&self, offer: OfferId) -> Option<DirectiveId> {
        match self.state.facts().offers[&offer].state {
            OfferState::Connecting { directive, .. } => directive,
            OfferState::Pending { .. } => None,
        }
    }

    /// The agent's offer, if it is pending; otherwise what became of it.
    fn pending_offer(&self, agent: AgentNo, offer: OfferId) -> Result<(), Refusal> {
        let not_pending = |why: &str| {
            let detail = format!("offer {offer} is not pending: {why}");
            Err(Refusal::new(Reason::OfferNotPending, "offer_id", detail))
        };
        let open = self
            .state
            .facts()
            .offers
            .get(&offer)
            .filter(|open| open.agent == agent);
        if let Some(open) = open {
            return match open.state {
                OfferState::Pending { .. } => Ok(()),
                OfferState::Connecting { .. } => not_pending("accepted already"),
            };
        }
        let agent = self.state.agent(agent);
        match agent
            .recent_offers
            .iter()
            .rfind(|(recent, _)| *recent == offer)
        {
            Some((_, result)) => not_pending(&describe(*result)),
            None => {
                let detail = format!("agent {} has no offer {offer}", agent.config.name);
                Err(Refusal::new(Reason::UnknownOffer, "offer_id", detail))
            }
        }
    }

    /// Takes the agent's pending offers back.
    pub(super) fn rescind_pending(&mut self, now: TimeMs, agent: AgentNo, reason: RescindReason) {
        for offer in self.pending_offers(agent) {
            // The end of one offer may end another, of the same visit.
            if self.state.facts().offers.contains_key(&offer) {
                self.end_offer(now, offer, OfferEnd::Rescinded(reason));
            }
        }
    }

    pub(super) fn pending_offers(&self, agent: AgentNo) -> Vec<OfferId> {
        let holders = self
            .state
            .agent(agent)
            .leases
            .iter()
            .map(|lease| lease.holder);
        let offers = holders.filter_map(|holder| match holder {
            LeaseHolder::Offer(offer) => Some(offer),
            LeaseHolder::Handling(_) => None,
        });
        let pending = |offer: &OfferId| {
            matches!(
                self.state.facts().offers[offer].state,
                OfferState::Pending { .. }
            )
        };
        offers.filter(pending).collect()
    }
}

impl Offer {
    /// Whether it rings at the agent's phone.
    fn rings_at_phone(&self) -> bool {
        self.alerting == Alerting::Phone && matches!(self.state, OfferState::Pending { .. })
    }
}

fn not_accepted(offer: OfferId) -> Refusal {
    let detail = format!("offer {offer} is not being connected");
    Refusal::new(Reason::OfferNotAccepted, "offer_id", detail)
}

fn describe(result: OfferResult) -> String {
    match result {
        OfferResult::Connected => "connected".to_owned(),
        OfferResult::Ended { end, .. } => end.describe().to_owned(),
    }
}
