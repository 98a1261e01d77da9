//! Values of contacts that are masked, and revealed to who may have them. That it was done is recorded, the value is not:
//! it is read from the state.

use std::sync::Arc;

use super::Engine;
use crate::command::{Answer, MaskedItem, Reply, SupervisorAct};
use crate::config::Viewer;
use crate::event::{Event, SupervisorActed};
use crate::ids::{AgentNo, CallerName, ContactName, TimeMs};
use crate::matching::Matcher;
use crate::refusal::Refusal;
use crate::state::Contact;

use super::contacts::unknown_contact;
use super::supervisors::check_act_reason;

impl<M: Matcher> Engine<M> {
    /// Refuses to reveal to a supervisor what the contact has not, or is not for them.
    pub(super) fn check_reveal(
        &self,
        name: &ContactName,
        item: &MaskedItem,
    ) -> Result<(), Refusal> {
        let contact = self.recorded_contact(name)?;
        let revealed = self.state.reveal(contact, item, Viewer::Supervisor);
        revealed.map(|_| ())
    }

    /// Reveals a value to an agent who has to do with the contact.
    pub(super) fn reveal_to_agent(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        author: CallerName,
        reason: Arc<str>,
        contact: ContactName,
        item: MaskedItem,
    ) -> Answer {
        check_act_reason(&reason)?;
        let found = self.recorded_contact(&contact)?;
        if !self.state.has_to_do_with(agent, found) {
            return Err(unknown_contact(&contact));
        }
        self.state.reveal(found, &item, Viewer::Agent)?;
        let agent = Some(self.state.agent(agent).config.name.clone());
        let act = SupervisorAct::Reveal {
            contact,
            item,
            agent,
        };
        self.emit(
            now,
            Event::SupervisorActed(SupervisorActed {
                author,
                reason,
                act,
            }),
        );
        Ok(Reply::Done)
    }

    /// The contact of this name, open or ended, of which there is a record.
    fn recorded_contact(&self, name: &ContactName) -> Result<&Contact, Refusal> {
        let found = self.state.recorded_contact(name);
        found.ok_or_else(|| unknown_contact(name))
    }
}
