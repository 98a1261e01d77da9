//! Configuration versions and acts of supervisors.

use acd_core::command::{ConfigSource, SupervisorAct};
use acd_core::event::{AgentSkillsSet, ConfigApplied, Recorded, SupervisorActed};

use super::Projection;
use crate::schema::{ActContactRow, ActRow, ConfigVersionRow};
use crate::value::{Text, int};
use crate::words;

impl Projection {
    pub(super) fn config_applied(&mut self, event: &ConfigApplied, recorded: &Recorded) {
        self.changes.put(ConfigVersionRow {
            version: int(event.version),
            applied_at: recorded.at_ms,
            seq: int(recorded.seq),
            source: words::one_word(&event.source),
            author: Text::from(&event.author),
            comment: event.comment.clone().into(),
            skills_of: None,
        });
    }

    pub(super) fn skills_set(&mut self, event: &AgentSkillsSet, recorded: &Recorded) {
        let skills_of = Some(self.agent_name(event.agent));
        self.changes.put(ConfigVersionRow {
            version: int(event.version),
            applied_at: recorded.at_ms,
            seq: int(recorded.seq),
            source: words::one_word(&ConfigSource::Api),
            author: Text::from(&event.author),
            comment: event.comment.clone().into(),
            skills_of,
        });
    }

    pub(super) fn acted(&mut self, event: &SupervisorActed, recorded: &Recorded) {
        let (contact, agent, queue) = match &event.act {
            SupervisorAct::ChangeContact(contact, change) => {
                (Some(contact), None, change.queue.as_ref())
            }
            SupervisorAct::Assign(contact, agent) => (Some(contact), Some(agent), None),
            SupervisorAct::Withdraw(contact)
            | SupervisorAct::FreeContact(contact)
            | SupervisorAct::Monitor { contact, .. }
            | SupervisorAct::RecordContact(contact, _) => (Some(contact), None, None),
            SupervisorAct::SetPresence(agent, _)
            | SupervisorAct::LogOut(agent)
            | SupervisorAct::FreeAgent(agent) => (None, Some(agent), None),
            SupervisorAct::PauseQueue(agent, queue, _) => (None, Some(agent), Some(queue)),
            SupervisorAct::SetEmergency(queue, _) => (None, None, queue.as_ref()),
            SupervisorAct::ReadPersonal { contacts }
            | SupervisorAct::ErasePersonal { contacts, .. } => {
                for contact in &**contacts {
                    self.changes.put(ActContactRow {
                        seq: int(recorded.seq),
                        contact: int(contact.0),
                    });
                }
                (None, None, None)
            }
            SupervisorAct::Reveal { contact, agent, .. } => (Some(contact), agent.as_ref(), None),
        };
        let act: &'static str = (&event.act).into();
        self.changes.put(ActRow {
            seq: int(recorded.seq),
            acted_at: recorded.at_ms,
            author: Text::from(&event.author),
            act: act.into(),
            contact: contact.map(Text::from),
            agent: agent.map(Text::from),
            queue: queue.map(Text::from),
            reason: event.reason.clone().into(),
            detail: words::json(&event.act.without_values()),
        });
    }
}
