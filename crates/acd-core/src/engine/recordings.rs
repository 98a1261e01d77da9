//! Recording conversations: as the queue says, and as agents, supervisors and phones ask. What is recorded is what the
//! customer says and hears. A pause outlives the conversation: it is the customer's, whoever talks to them.

use super::Engine;
use super::handlings::not_talking;
use crate::command::{Answer, RecordingState, Reply};
use crate::config::Recording;
use crate::event::{Directive, Event, RecordingSet};
use crate::ids::{AgentNo, ContactId, ContactName, HandlingId, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Contact, Place};

impl<M: Matcher> Engine<M> {
    pub(super) fn set_recording(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        handling: HandlingId,
        state: RecordingState,
    ) -> Answer {
        let contact = self.talking(agent, handling)?.contact;
        self.check_recorded(contact, state, "handling_id")?;
        self.record(now, handling, state);
        Ok(Reply::Done)
    }

    /// Records the conversation of a contact, pauses or stops: a supervisor asks for it, or it happened at the switch.
    pub(super) fn record_contact(
        &mut self,
        now: TimeMs,
        name: &ContactName,
        state: RecordingState,
    ) -> Answer {
        let handling = self.check_record_contact(now, name, state)?;
        self.record(now, handling, state);
        Ok(Reply::Done)
    }

    /// The conversation of the contact, if it may be recorded so.
    pub(super) fn check_record_contact(
        &self,
        now: TimeMs,
        name: &ContactName,
        state: RecordingState,
    ) -> Result<HandlingId, Refusal> {
        let contact = self.open_contact(name, now)?;
        let Place::Handling(handling) = contact.place else {
            return Err(not_talking(name));
        };
        self.check_recorded(contact.id, state, "contact_id")?;
        Ok(handling)
    }

    /// Refuses to record what is not recorded, and to pause where there is never anything to pause.
    fn check_recorded(
        &self,
        id: ContactId,
        state: RecordingState,
        field: &str,
    ) -> Result<(), Refusal> {
        let contact = &self.state.facts().contacts[&id];
        let (queue, _) = self.last_place(id);
        let queue = &self.state.queue(queue).config;
        let never = queue.recording == Recording::Never;
        let detail = if state == RecordingState::Off {
            return Ok(());
        } else if !contact.is_of_customer() {
            format!("contact {} is a consultation", contact.name)
        } else if !contact.is_recordable() {
            format!("contacts of channel {} are not recorded", contact.channel)
        } else if never && state == RecordingState::On {
            format!("contacts of queue {} are never recorded", queue.name)
        } else {
            return Ok(());
        };
        Err(Refusal::new(Reason::NotRecorded, field, detail))
    }

    /// The conversation begins as its queue says, but paused where it was.
    pub(super) fn begin_recording(&mut self, now: TimeMs, id: ContactId) {
        let contact = &self.state.facts().contacts[&id];
        let Place::Handling(handling) = contact.place else {
            return;
        };
        if !contact.is_recordable() {
            return;
        }
        let (queue, _) = self.last_place(id);
        let state = match (self.state.queue(queue).config.recording, contact.recording) {
            (_, RecordingState::Paused) => RecordingState::Paused,
            (Recording::Always, _) => RecordingState::On,
            (Recording::Never | Recording::OnRequest, _) => RecordingState::Off,
        };
        if state != contact.recording {
            self.emit(now, Event::RecordingSet(RecordingSet { handling, state }));
        }
        self.direct_recording(now, handling);
    }

    fn record(&mut self, now: TimeMs, handling: HandlingId, state: RecordingState) {
        let contact = self.state.facts().handlings[&handling].contact;
        if self.state.facts().contacts[&contact].recording == state {
            return;
        }
        self.close_recording(now, handling);
        self.emit(now, Event::RecordingSet(RecordingSet { handling, state }));
        self.direct(now, contact, Directive::Record { handling, state });
    }

    /// The adapter is told how the recording is to be that has just begun, or is another agent's now.
    pub(super) fn direct_recording(&mut self, now: TimeMs, handling: HandlingId) {
        let contact = self.state.facts().handlings[&handling].contact;
        let state = self.state.facts().contacts[&contact].recording;
        if state != RecordingState::Off {
            self.direct(now, contact, Directive::Record { handling, state });
        }
    }

    /// What the adapter was told about the recording is over.
    pub(super) fn close_recording(&mut self, now: TimeMs, id: HandlingId) {
        let contact = self.state.facts().handlings[&id].contact;
        self.close_in_force(
            now,
            contact,
            |directive| matches!(directive, Directive::Record { handling, .. } if *handling == id),
        );
    }
}

impl Contact {
    /// Whether it is one that can be recorded: a customer's, and spoken.
    fn is_recordable(&self) -> bool {
        self.is_of_customer() && !self.channel.is_digital()
    }
}
