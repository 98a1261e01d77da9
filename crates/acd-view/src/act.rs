//! What supervisors did, for other supervisors.

use std::ops::ControlFlow;

use acd_core::command::{
    Availability, ContactChange, MaskedItem, MonitorMode, RecordingState, SupervisorAct,
};
use acd_core::config::duration_text;
use acd_core::event::SupervisorActed;
use acd_core::ids::{AgentName, ContactId, ContactName, QueueName, TimeMs};
use acd_core::state::{Acts, State};
use acd_proto::v1;

use super::{requirement, words};

/// How many acts are looked at at once: whoever shows the tenant has other things to show in between.
const PART: usize = 1_024;

/// A page of the acts that are remembered, newest first, gathered a part at a time.
#[derive(Debug)]
pub struct ActsPage {
    filter: v1::ActFilter,
    size: usize,
    /// Only acts before this sequence are still to be looked at.
    before: u64,
    acts: Vec<v1::SupervisorAct>,
}

impl ActsPage {
    /// So many acts that pass the filter, before this sequence.
    pub fn of(filter: v1::ActFilter, size: usize, before: Option<u64>) -> Self {
        Self {
            filter,
            size,
            before: before.unwrap_or(u64::MAX),
            acts: Vec::new(),
        }
    }

    /// Looks at one part. Breaks with the page once it is full or there is no more: the answer without sequence and time.
    pub fn look(&mut self, state: &State) -> ControlFlow<v1::ListActsResponse> {
        let known = &state.facts().acts;
        let end = known.kept.partition_point(|act| act.seq < self.before);
        let begin = end.saturating_sub(PART);
        for act in known.kept.range(begin..end).rev() {
            if self.acts.len() == self.size {
                return ControlFlow::Break(self.page(known, self.before));
            }
            self.before = act.seq;
            let shown = supervisor_act(act.seq, act.at_ms, &act.acted);
            if passes(&self.filter, &shown) {
                self.acts.push(shown);
            }
        }
        match begin {
            0 => ControlFlow::Break(self.page(known, 0)),
            _ => ControlFlow::Continue(()),
        }
    }

    /// The page, if the next one begins before this sequence; 0: there is none.
    fn page(&mut self, known: &Acts, before: u64) -> v1::ListActsResponse {
        v1::ListActsResponse {
            acts: std::mem::take(&mut self.acts),
            next_page_token: match before {
                0 => String::new(),
                before => before.to_string(),
            },
            forgotten_until_at_ms: known.forgotten_until.unwrap_or(0),
            ..Default::default()
        }
    }
}

/// Whether an act is meant by the filter.
fn passes(filter: &v1::ActFilter, act: &v1::SupervisorAct) -> bool {
    let is = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    is(&filter.author, &act.author)
        && is(&filter.agent, &act.agent)
        && is(&filter.contact_id, &act.contact_id)
        && is(&filter.queue, &act.queue)
        && (filter.kinds.is_empty() || filter.kinds.contains(&act.kind))
        && act.at_ms >= filter.from_at_ms
        && (filter.to_at_ms == 0 || act.at_ms < filter.to_at_ms)
}

/// One act as it is shown. Values of attributes and addresses are left out.
pub fn supervisor_act(
    sequence: u64,
    at_ms: TimeMs,
    SupervisorActed {
        author,
        reason,
        act,
    }: &SupervisorActed,
) -> v1::SupervisorAct {
    v1::SupervisorAct {
        sequence,
        at_ms,
        author: author.to_string(),
        sentence: match &**reason {
            "" => sentence(act),
            reason => format!("{}: {reason}", sentence(act)),
        },
        reason: reason.to_string(),
        ..done(act)
    }
}

/// What was done, to whom.
fn done(act: &SupervisorAct) -> v1::SupervisorAct {
    use v1::ActKind as Kind;
    let of = |kind: Kind| v1::SupervisorAct {
        kind: kind.into(),
        ..Default::default()
    };
    let to_contact = |kind, contact: &ContactName| v1::SupervisorAct {
        contact_id: contact.to_string(),
        ..of(kind)
    };
    let to_agent = |kind, agent: &AgentName| v1::SupervisorAct {
        agent: agent.to_string(),
        ..of(kind)
    };
    let name = |queue: &Option<QueueName>| queue.as_ref().map(ToString::to_string);
    match act {
        SupervisorAct::ChangeContact(contact, change) => v1::SupervisorAct {
            queue: name(&change.queue).unwrap_or_default(),
            adjustment: Some(adjustment(change)),
            ..to_contact(Kind::AdjustContact, contact)
        },
        SupervisorAct::Assign(contact, agent) => v1::SupervisorAct {
            agent: agent.to_string(),
            ..to_contact(Kind::AssignContact, contact)
        },
        SupervisorAct::Withdraw(contact) => to_contact(Kind::WithdrawContact, contact),
        SupervisorAct::FreeContact(contact) => to_contact(Kind::FreeContact, contact),
        SupervisorAct::SetPresence(agent, presence) => {
            let mut told = to_agent(Kind::ForcePresence, agent);
            match presence {
                Availability::Ready => told.set_presence(v1::Presence::Ready),
                Availability::NotReady(code) => {
                    told.set_presence(v1::Presence::NotReady);
                    told.reason_code = code.to_string();
                }
            }
            told
        }
        SupervisorAct::LogOut(agent) => to_agent(Kind::ForceLogout, agent),
        SupervisorAct::FreeAgent(agent) => to_agent(Kind::FreeAgent, agent),
        SupervisorAct::PauseQueue(agent, queue, code) => v1::SupervisorAct {
            queue: queue.to_string(),
            reason_code: code.as_deref().unwrap_or_default().to_owned(),
            ..to_agent(
                code.as_ref()
                    .map_or(Kind::ResumeAgent, |_| Kind::PauseAgent),
                agent,
            )
        },
        SupervisorAct::SetEmergency(queue, closed) => v1::SupervisorAct {
            queue: name(queue).unwrap_or_default(),
            ..of(if *closed { Kind::Close } else { Kind::Open })
        },
        SupervisorAct::Monitor { contact, mode, .. } => v1::SupervisorAct {
            monitor: words::monitor_mode(*mode).into(),
            ..to_contact(Kind::MonitorContact, contact)
        },
        SupervisorAct::RecordContact(contact, state) => v1::SupervisorAct {
            recording: words::recording_state(*state).into(),
            ..to_contact(Kind::RecordContact, contact)
        },
        SupervisorAct::Reveal {
            contact,
            item,
            agent,
        } => {
            let (item, attribute) = words::masked_item(item);
            v1::SupervisorAct {
                item: item.into(),
                attribute,
                agent: agent.as_ref().map(ToString::to_string).unwrap_or_default(),
                ..to_contact(Kind::Reveal, contact)
            }
        }
        SupervisorAct::ReadPersonal { contacts } => v1::SupervisorAct {
            contact_numbers: numbers(contacts),
            ..of(Kind::ReadPersonal)
        },
        SupervisorAct::ErasePersonal { contacts, .. } => v1::SupervisorAct {
            contact_numbers: numbers(contacts),
            ..of(Kind::ErasePersonal)
        },
    }
}

fn numbers(contacts: &[ContactId]) -> Vec<u64> {
    contacts.iter().map(|contact| contact.0).collect()
}

fn adjustment(change: &ContactChange) -> v1::ContactAdjustment {
    v1::ContactAdjustment {
        priority: change.priority,
        requirement: change.requirement.as_ref().map(requirement),
        age_offset_ms: change.age_offset_ms,
        attribute_keys: change
            .attributes
            .iter()
            .map(|attribute| attribute.key.to_string())
            .collect(),
        not_before_at_ms: change.not_before.unwrap_or(0),
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
        SupervisorAct::Reveal {
            contact,
            item,
            agent,
        } => {
            let what = match item {
                MaskedItem::Attribute(key) => format!("attribute {key}"),
                MaskedItem::CustomerKey => "the customer's key".to_owned(),
                MaskedItem::Dial => "the number to dial".to_owned(),
            };
            let whom = agent.as_ref().map(|agent| format!(" as agent {agent}"));
            let whom = whom.unwrap_or_default();
            format!("had {what} of contact {contact} revealed{whom}")
        }
        SupervisorAct::ReadPersonal { contacts } => {
            format!("read the personal data of {}", counted(contacts))
        }
        SupervisorAct::ErasePersonal { contacts, .. } => {
            format!("erased the personal data of {}", counted(contacts))
        }
    }
}

fn counted(contacts: &[ContactId]) -> String {
    match contacts.len() {
        1 => "a contact".to_owned(),
        count => format!("{count} contacts"),
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
        let acted = |act| SupervisorActed {
            author: "sven".into(),
            reason: "they wait too long".into(),
            act,
        };
        let act = SupervisorAct::ChangeContact("c1".into(), change);
        let shown = supervisor_act(12, 1_000, &acted(act));
        assert_eq!(
            shown.sentence,
            "changed contact c1: moved to queue vip, priority 7: they wait too long"
        );
        assert_eq!(
            (&*shown.author, &*shown.contact_id, &*shown.queue),
            ("sven", "c1", "vip")
        );
        assert_eq!(
            (shown.kind(), &*shown.reason),
            (v1::ActKind::AdjustContact, "they wait too long")
        );
        assert_eq!(shown.adjustment.unwrap().priority, Some(7));
        let listening = SupervisorAct::Monitor {
            contact: "c1".into(),
            mode: MonitorMode::Listen,
            address: "+49 30 1234".into(),
        };
        let shown = supervisor_act(13, 1_000, &acted(listening));
        assert_eq!(shown.monitor(), v1::MonitorMode::Listen);
        assert!(!shown.sentence.contains("1234"), "{}", shown.sentence);
    }
}
