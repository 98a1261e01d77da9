//! Offers, and the dials that some of them are.

use acd_core::event::{HandlingStarted, OfferAccepted, OfferEnd, OfferEnded, Recorded};
use acd_core::ids::{AgentNo, Channel, OfferId, QueueNo};
use acd_core::state::{Offer, OfferState};

use super::figures::Work;
use super::{Projection, number};
use crate::schema::{AttemptRow, OfferRow};
use crate::value::{Field, Text, Value, int};
use crate::words;

impl Projection {
    pub(super) fn offer_made(&mut self, recorded: &Recorded) {
        let id = OfferId(recorded.seq);
        self.write_offer(id);
        let offer = &self.state.facts().offers[&id];
        let about = self.about(offer);
        let work = Work {
            offers_made: 1,
            ..Work::default()
        };
        self.count_agent(about, recorded.at_ms, work);
    }

    /// Writes an offer that begins, or was open at the end of a gap.
    pub(super) fn write_offer(&mut self, id: OfferId) {
        let facts = self.state.facts();
        let offer = &facts.offers[&id];
        let contact = &facts.contacts[&offer.contact];
        let (_, queue, channel) = self.about(offer);
        let mut records = contact.offers.iter().rev();
        let record = records.find(|record| record.offer == id);
        let decision = record.map(|record| &record.decision);
        let runner_up = decision.and_then(|decision| decision.runner_up);
        let (ring_until, accepted) = match offer.state {
            OfferState::Pending { ring_until } => (Some(ring_until), None),
            OfferState::Connecting {
                accepted_at, dials, ..
            } => (None, Some((accepted_at, dials))),
        };
        let row = OfferRow {
            offer: int(id.0),
            visit: int(offer.visit.0),
            contact: int(offer.contact.0),
            agent: self.agent_name(offer.agent),
            queue: self.queue_name(queue),
            channel: channel.into(),
            made_at: offer.made_at,
            ring_limit_ms: ring_until.map(|until| until - offer.made_at),
            alerting: words::one_word(&offer.alerting),
            forced: offer.forced,
            config_version: decision.map(|decision| int(decision.config_version)),
            step: decision.map(|decision| decision.step.into()),
            candidates: decision.map(|decision| decision.candidates.into()),
            agent_order: decision
                .map(|_| words::one_word(&self.state.queue(queue).config.agent_order)),
            runner_up: runner_up.map(|key| self.agent_name(key.agent)),
            decision: decision.map(|decision| words::json(&**decision)),
            accepted_at: accepted.map(|(at, _)| at),
            dials: accepted.map(|(_, dials)| dials),
            ended_at: None,
            outcome: None,
            outcome_reason: None,
            fault: None,
            missed: None,
            ring_ms: None,
            connect_ms: None,
            lost: false,
        };
        self.changes.put(row);
    }

    pub(super) fn offer_accepted(&mut self, event: &OfferAccepted, recorded: &Recorded) {
        let columns = [
            (OfferRow::accepted_at, Value::Int(recorded.at_ms)),
            (OfferRow::dials, Value::Bool(event.dials)),
        ];
        self.changes.update(&number(event.offer.0), columns);
    }

    /// Writes how an offer ends without a connection.
    pub(super) fn offer_ends(&mut self, event: &OfferEnded, recorded: &Recorded) {
        let (outcome, why) = words::word(&event.end);
        let offer = self.state.facts().offers[&event.offer].clone();
        let dialled = why.clone().unwrap_or_else(|| outcome.clone());
        self.attempted(&offer, dialled, recorded);
        let columns = [
            (OfferRow::fault, words::one_word(&event.fault).into_value()),
            (OfferRow::missed, event.missed.into_value()),
        ];
        self.changes.update(&number(event.offer.0), columns);
        let mut work = Work::default();
        let counter = match event.end {
            OfferEnd::Rejected => &mut work.offers_rejected,
            OfferEnd::TimedOut => &mut work.offers_timed_out,
            OfferEnd::Canceled(_) => &mut work.offers_canceled,
            OfferEnd::Rescinded(_) => &mut work.offers_rescinded,
            OfferEnd::ConnectFailed(_) => &mut work.offers_connect_failed,
        };
        *counter = 1;
        self.offer_over(&offer, (outcome, why), work, recorded);
    }

    /// Writes how an offer ends in a conversation.
    pub(super) fn offer_connects(&mut self, event: &HandlingStarted, recorded: &Recorded) {
        let offer = self.state.facts().offers[&event.offer].clone();
        self.attempted(&offer, Text::word("connected"), recorded);
        let outcome = (Text::word("connected"), None);
        let work = Work {
            offers_connected: 1,
            ..Work::default()
        };
        self.offer_over(&offer, outcome, work, recorded);
    }

    fn offer_over(
        &mut self,
        offer: &Offer,
        (outcome, why): (Text, Option<Text>),
        work: Work,
        recorded: &Recorded,
    ) {
        let accepted_at = match offer.state {
            OfferState::Pending { .. } => None,
            OfferState::Connecting { accepted_at, .. } => Some(accepted_at),
        };
        let at = recorded.at_ms;
        let ring_ms = accepted_at.unwrap_or(at) - offer.made_at;
        let columns = [
            (OfferRow::ended_at, Value::Int(at)),
            (OfferRow::outcome, outcome.into_value()),
            (OfferRow::outcome_reason, why.into_value()),
            (OfferRow::ring_ms, ring_ms.into_value()),
            (
                OfferRow::connect_ms,
                accepted_at.map(|accepted| at - accepted).into_value(),
            ),
        ];
        self.changes.update(&number(offer.id.0), columns);
        let about = self.about(offer);
        self.count_agent(about, at, Work { ring_ms, ..work });
    }

    /// Writes a dial that is over, if the offer was one.
    fn attempted(&mut self, offer: &Offer, outcome: Text, recorded: &Recorded) {
        let OfferState::Connecting {
            accepted_at,
            dials: true,
            ..
        } = offer.state
        else {
            return;
        };
        let (_, queue, _) = self.about(offer);
        let attempts = self.state.facts().visits[&offer.visit].attempts;
        self.changes.put(AttemptRow {
            offer: int(offer.id.0),
            contact: int(offer.contact.0),
            visit: int(offer.visit.0),
            agent: self.agent_name(offer.agent),
            queue: self.queue_name(queue),
            attempt: i64::from(attempts) + 1,
            dialled_at: accepted_at,
            ended_at: recorded.at_ms,
            outcome,
        });
    }

    fn about(&self, offer: &Offer) -> (AgentNo, QueueNo, Channel) {
        let facts = self.state.facts();
        let queue = facts.visits[&offer.visit].queue;
        let channel = facts.contacts[&offer.contact].channel;
        (offer.agent, queue, channel)
    }
}
