//! Who gave a contact away, and where it went.

use acd_core::config::Target;
use acd_core::event::{
    Awaited, ConsultCompleted, Directive, DirectiveIssued, MeantFor, Recorded, VisitOpened,
};
use acd_core::ids::{AgentNo, ContactId, QueueNo};
use acd_core::state::{HandlingKind, Place, Visit};

use super::Projection;
use crate::schema::{ContactRow, TransferRow};
use crate::value::{Text, int};

impl Projection {
    fn transfer(&self, contact: ContactId, kind: &str, recorded: &Recorded) -> TransferRow {
        TransferRow {
            seq: int(recorded.seq),
            transferred_at: recorded.at_ms,
            contact: int(contact.0),
            kind: kind.into(),
            from_queue: None,
            from_agent: None,
            from_handling: None,
            to_queue: None,
            to_agent: None,
            to_other: None,
            reason: None,
        }
    }

    fn write_transfer(&mut self, contact: ContactId, row: TransferRow) {
        self.changes.put(row);
        self.count_contact(contact, [(ContactRow::transfers, 1)]);
    }

    /// An agent gave the contact away, or it was taken from them, and it joins a queue.
    pub(super) fn given_away(&mut self, event: &VisitOpened, giver: AgentNo, recorded: &Recorded) {
        let contact = &self.state.facts().contacts[&event.contact];
        let from = contact.handlings.last();
        let was_taken = from.is_some_and(|from| from.kind == HandlingKind::NoResponse);
        let is_sent = event.meant_for == MeantFor::Sent;
        let tier = self.state.agent(giver).queues.get(&event.queue);
        let tier = tier.map_or(0, |member| member.tier);
        let is_above = contact.tiers.min.is_some_and(|min| min > tier);
        let kind = match () {
            () if was_taken => "no_response",
            () if is_sent => "agent",
            () if event.hop => "queue",
            () if is_above => "escalate",
            () => "requeue",
        };
        let mut visits = contact.visits.iter().rev().skip(1);
        let to_agent = event.windows.first().filter(|_| is_sent);
        let row = TransferRow {
            from_queue: visits.next().map(|visit| self.queue_name(visit.queue)),
            from_agent: Some(self.agent_name(giver)),
            from_handling: from.map(|from| int(from.handling.0)),
            to_queue: Some(self.queue_name(event.queue)),
            to_agent: to_agent.and_then(|window| match window.who {
                Awaited::Agent(agent) => Some(self.agent_name(agent)),
                Awaited::Team(_) => None,
            }),
            ..self.transfer(event.contact, kind, recorded)
        };
        self.write_transfer(event.contact, row);
    }

    /// A consultation is completed.
    pub(super) fn consulted(&mut self, event: &ConsultCompleted, recorded: &Recorded) {
        let handlings = &self.state.facts().handlings;
        let (from, to) = (&handlings[&event.from], &handlings[&event.to]);
        let contact = from.contact;
        let row = TransferRow {
            from_queue: Some(self.queue_name(from.queue)),
            from_agent: Some(self.agent_name(from.agent)),
            from_handling: Some(int(event.from.0)),
            to_queue: Some(self.queue_name(to.queue)),
            to_agent: Some(self.agent_name(to.agent)),
            ..self.transfer(contact, "consult", recorded)
        };
        self.write_transfer(contact, row);
    }

    /// An agent sends the contact to a destination outside: before it leaves.
    pub(super) fn sent_outside(&mut self, event: &DirectiveIssued, recorded: &Recorded) {
        if !matches!(event.directive, Directive::Route { .. }) {
            return;
        }
        let facts = self.state.facts();
        let Place::Handling(handling) = facts.contacts[&event.contact].place else {
            return;
        };
        let Some(from) = self.state.known_handling(handling) else {
            return;
        };
        let row = TransferRow {
            from_queue: Some(self.queue_name(from.queue)),
            from_agent: Some(self.agent_name(from.agent)),
            from_handling: Some(int(handling.0)),
            to_other: Some("external".into()),
            ..self.transfer(event.contact, "external", recorded)
        };
        self.write_transfer(event.contact, row);
    }

    /// A waiting contact is moved to another queue.
    pub(super) fn moved(&mut self, visit: &Visit, to: QueueNo, recorded: &Recorded) {
        let row = TransferRow {
            from_queue: Some(self.queue_name(visit.queue)),
            to_queue: Some(self.queue_name(to)),
            ..self.transfer(visit.contact, "moved", recorded)
        };
        self.write_transfer(visit.contact, row);
    }

    /// A contact that cannot join or stay goes elsewhere.
    pub(super) fn overflowed(
        &mut self,
        contact: ContactId,
        from: QueueNo,
        target: &Target,
        reason: Text,
        recorded: &Recorded,
    ) {
        let (to_queue, to_agent, to_other) = match target {
            Target::Queue(queue) => (Some(Text::from(queue)), None, None),
            Target::Agent(agent) => (None, Some(Text::from(agent)), None),
            Target::External(_) => (None, None, Some("external")),
            Target::Voicemail(_) => (None, None, Some("voicemail")),
            Target::Callback => (None, None, Some("callback")),
            Target::Announcement(_) => (None, None, Some("announcement")),
            Target::End => (None, None, Some("end")),
        };
        let row = TransferRow {
            from_queue: Some(self.queue_name(from)),
            to_queue,
            to_agent,
            to_other: to_other.map(Text::from),
            reason: Some(reason),
            ..self.transfer(contact, "overflow", recorded)
        };
        self.write_transfer(contact, row);
    }
}
