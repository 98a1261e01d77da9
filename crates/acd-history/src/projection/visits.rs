//! Visits: the time in a queue.

use acd_core::event::{ContactOrigin, Next, Outcome, Recorded, VisitEnded, VisitOpened};
use acd_core::ids::{AgentNo, VisitId};
use acd_core::state::{Contact, Place, Visit};

use super::contacts::first_answer;
use super::figures::Work;
use super::{Projection, number};
use crate::schema::VisitRow;
use crate::value::{Field, Value, int};
use crate::words;

impl Projection {
    pub(super) fn visit_opened(&mut self, event: &VisitOpened, recorded: &Recorded) {
        let id = VisitId(recorded.seq);
        self.write_visit(id, Some(event));
        let channel = self.state.facts().contacts[&event.contact].channel;
        self.count_joined(event.queue, channel, recorded.at_ms);
        if let Some(behind) = &event.behind {
            self.given_away(event, behind.agent, recorded);
        }
    }

    /// Writes a visit that begins; without its event one that was open at the end of a gap.
    pub(super) fn write_visit(&mut self, id: VisitId, event: Option<&VisitOpened>) {
        let facts = self.state.facts();
        let visit = &facts.visits[&id];
        let queue = &self.state.queue(visit.queue).config;
        let row = VisitRow {
            visit: int(id.0),
            contact: int(visit.contact.0),
            queue: self.queue_name(visit.queue),
            channel: facts.contacts[&visit.contact].channel.into(),
            enqueued_at: visit.enqueued_at,
            ordered_at: visit.order_time,
            config_version: self.config_version(),
            service_level_ms: queue.service_level_ms,
            short_abandon_ms: queue.short_abandon_ms,
            hop: event.map(|event| event.hop),
            scheduled: visit.scheduled,
            meant_for: words::one_word(&visit.meant_for),
            returned_visit: event.and_then(|event| Some(int(event.returned?.0))),
            predicted_p50_ms: visit.predicted.map(|predicted| predicted.p50_ms),
            predicted_p80_ms: visit.predicted.map(|predicted| predicted.p80_ms),
            ended_at: None,
            outcome: None,
            outcome_reason: None,
            wait_ms: None,
            within_service_level: None,
            short_abandon: None,
            agent: None,
            step: None,
            attempts: None,
            alerted: None,
            lost: false,
        };
        self.changes.put(row);
    }

    /// Writes how a visit ends, with what is in force and was counted then.
    pub(super) fn visit_ends(&mut self, event: &VisitEnded, recorded: &Recorded) {
        let visit = self.state.facts().visits[&event.visit].clone();
        let contact = &self.state.facts().contacts[&visit.contact];
        let channel = contact.channel;
        let config = &self.state.queue(visit.queue).config;
        let wait_ms = recorded.at_ms - visit.enqueued_at;
        let is_abandoned = matches!(event.outcome, Outcome::Abandoned(_));
        let is_short = is_abandoned.then_some(wait_ms < config.short_abandon_ms);
        let (outcome, outcome_reason) = words::word(&event.outcome);
        let answered_by = match event.outcome {
            Outcome::Answered => self.answerer(&visit),
            _ => None,
        };
        let columns = [
            (VisitRow::config_version, self.config_version().into_value()),
            (
                VisitRow::service_level_ms,
                config.service_level_ms.into_value(),
            ),
            (
                VisitRow::short_abandon_ms,
                config.short_abandon_ms.into_value(),
            ),
            (VisitRow::ended_at, Value::Int(recorded.at_ms)),
            (VisitRow::outcome, outcome.clone().into_value()),
            (
                VisitRow::outcome_reason,
                outcome_reason.clone().into_value(),
            ),
            (VisitRow::wait_ms, wait_ms.into_value()),
            (
                VisitRow::within_service_level,
                (wait_ms <= config.service_level_ms).into_value(),
            ),
            (VisitRow::short_abandon, is_short.into_value()),
            (
                VisitRow::agent,
                answered_by.map(|no| self.agent_name(no)).into_value(),
            ),
            (VisitRow::step, i64::from(visit.step).into_value()),
            (VisitRow::attempts, i64::from(visit.attempts).into_value()),
            (VisitRow::alerted, visit.alerted.into_value()),
        ];
        let is_first = is_first_answer(contact);
        self.changes.update(&number(event.visit.0), columns);
        self.count_left(&visit, channel, event.outcome, wait_ms);
        if let Some(agent) = answered_by.filter(|_| is_first) {
            let work = Work {
                customers_answered: 1,
                ..Work::default()
            };
            self.count_agent((agent, visit.queue, channel), recorded.at_ms, work);
        }
        match &event.next {
            Next::Overflow(target) => {
                let reason = outcome_reason.unwrap_or(outcome);
                self.overflowed(visit.contact, visit.queue, target, reason, recorded);
            }
            Next::Moved(to) => self.moved(&visit, *to, recorded),
            Next::Outcome => {}
        }
    }

    /// The agent who has, or is about to get, the contact of a visit that ends answered.
    fn answerer(&self, visit: &Visit) -> Option<AgentNo> {
        let facts = self.state.facts();
        match facts.contacts[&visit.contact].place {
            Place::Handling(handling) => Some(facts.handlings.get(&handling)?.agent),
            _ => Some(facts.offers.get(visit.offers.first()?)?.agent),
        }
    }
}

/// Whether an answer to it is the first one to a customer who has a key, so that it may turn out that it was enough. That
/// they were erased since is no matter.
fn is_first_answer(contact: &Contact) -> bool {
    let is_asked = matches!(contact.origin, ContactOrigin::ConsultOf(_));
    contact.customer.is_some() && !is_asked && first_answer(contact).is_none()
}
