//! What supervisors did, for other supervisors.

use acd_core::command::{Availability, ContactChange, MonitorMode, RecordingState, SupervisorAct};
use acd_core::config::duration_text;
use acd_core::ids::{CallerName, TimeMs};
use acd_proto::v1;

/// One act as it is shown. Attributes and addresses are left out.
pub fn supervisor_act(
    sequence: u64,
    at_ms: TimeMs,
    author: &CallerName,
    act: &SupervisorAct,
) -> v1::SupervisorAct {
    let (contact, agent, queue) = concerned(act);
    v1::SupervisorAct {
        sequence,
        at_ms,
        author: author.to_string(),
        sentence: sentence(act),
        contact_id: contact.unwrap_or_default(),
        agent: agent.unwrap_or_default(),
        queue: queue.unwrap_or_default(),
    }
}

/// The contact, the agent and the queue that an act is about.
fn concerned(act: &SupervisorAct) -> (Option<String>, Option<String>, Option<String>) {
    match act {
        SupervisorAct::ChangeContact(contact, change) => {
            let queue = change.queue.as_ref().map(ToString::to_string);
            (Some(contact.to_string()), None, queue)
        }
        SupervisorAct::Assign(contact, agent) => {
            (Some(contact.to_string()), Some(agent.to_string()), None)
        }
        SupervisorAct::Withdraw(contact)
        | SupervisorAct::FreeContact(contact)
        | SupervisorAct::Monitor { contact, .. }
        | SupervisorAct::RecordContact(contact, _) => (Some(contact.to_string()), None, None),
        SupervisorAct::SetPresence(agent, _)
        | SupervisorAct::LogOut(agent)
        | SupervisorAct::FreeAgent(agent) => (None, Some(agent.to_string()), None),
        SupervisorAct::PauseQueue(agent, queue, _) => {
            (None, Some(agent.to_string()), Some(queue.to_string()))
        }
        SupervisorAct::SetEmergency(queue, _) => {
            (None, None, queue.as_ref().map(ToString::to_string))
        }
    }
}

fn sentence(act: &SupervisorAct) -> String {
    match act {
        SupervisorAct::ChangeContact(contact, change) => {
            format!("changed contact {contact}: {}", changes(change))
        }
        SupervisorAct::Assign(contact, agent) => format!("assigned contact {contact} to {agent}"),
        SupervisorAct::Withdraw(contact) => format!("withdrew contact {contact}"),
        SupervisorAct::FreeContact(contact) => format!("freed contact {contact}"),
        SupervisorAct::SetPresence(agent, Availability::Ready) => format!("made {agent} ready"),
        SupervisorAct::SetPresence(agent, Availability::NotReady(code)) => {
            format!("made {agent} not ready ({code})")
        }
        SupervisorAct::LogOut(agent) => format!("logged {agent} out"),
        SupervisorAct::FreeAgent(agent) => format!("freed agent {agent}"),
        SupervisorAct::PauseQueue(agent, queue, Some(code)) => {
            format!("paused {agent} in queue {queue} ({code})")
        }
        SupervisorAct::PauseQueue(agent, queue, None) => {
            format!("let {agent} back into queue {queue}")
        }
        SupervisorAct::SetEmergency(queue, closed) => {
            let which = queue
                .as_ref()
                .map_or("all queues".to_owned(), |queue| format!("queue {queue}"));
            let done = if *closed { "closed" } else { "opened" };
            format!(
                "{done} {which} {}",
                if *closed { "in an emergency" } else { "again" }
            )
        }
        SupervisorAct::Monitor { contact, mode, .. } => {
            let does = match mode {
                MonitorMode::Listen => "listens to",
                MonitorMode::Whisper => "whispers into",
                MonitorMode::Barge => "joined",
            };
            format!("{does} the conversation of contact {contact}")
        }
        SupervisorAct::RecordContact(contact, state) => {
            let does = match state {
                RecordingState::On => "records",
                RecordingState::Paused => "paused the recording of",
                RecordingState::Off => "stopped the recording of",
            };
            format!("{does} the conversation of contact {contact}")
        }
    }
}

/// What changed about a contact; of attributes only how many, for their values are nobody else's business.
fn changes(change: &ContactChange) -> String {
    let mut told = Vec::new();
    if let Some(queue) = &change.queue {
        told.push(format!("moved to queue {queue}"));
    }
    if let Some(priority) = change.priority {
        told.push(format!("priority {priority}"));
    }
    if let Some(requirement) = &change.requirement {
        told.push(format!("asks for {requirement}"));
    }
    if let Some(offset_ms) = change.age_offset_ms {
        told.push(format!("age offset {}", duration_text(offset_ms)));
    }
    if !change.attributes.is_empty() {
        told.push(format!("{} attributes", change.attributes.len()));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_offset_is_told_as_a_length_of_time() {
        let change = ContactChange {
            age_offset_ms: Some(-90_000),
            ..ContactChange::default()
        };
        assert_eq!(changes(&change), "age offset -1m30s");
    }

    #[test]
    fn an_act_says_who_did_what_to_whom_and_no_more() {
        let change = ContactChange {
            priority: Some(7),
            queue: Some("vip".into()),
            ..ContactChange::default()
        };
        let act = SupervisorAct::ChangeContact("c1".into(), change);
        let shown = supervisor_act(12, 1_000, &"sven".into(), &act);
        assert_eq!(
            shown.sentence,
            "changed contact c1: moved to queue vip, priority 7"
        );
        assert_eq!(
            (&*shown.author, &*shown.contact_id, &*shown.queue),
            ("sven", "c1", "vip")
        );
        let listening = SupervisorAct::Monitor {
            contact: "c1".into(),
            mode: MonitorMode::Listen,
            address: "+49 30 1234".into(),
        };
        let shown = supervisor_act(13, 1_000, &"sven".into(), &listening);
        assert!(!shown.sentence.contains("1234"), "{}", shown.sentence);
    }
}
