//! Messages and bytes of a run.

use std::collections::BTreeMap;

use acd_client::endpoint::{Direction, Flow};
use serde::Serialize;

use super::Standing;

/// Messages and bytes, of the protocol itself: what HTTP/2, TLS and TCP add is not in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Wire {
    /// Messages to the server for each complete life.
    pub up_per_contact: f64,
    /// Messages from the server for each complete life.
    pub down_per_contact: f64,
    /// Both.
    pub messages_per_contact: f64,
    /// Bytes of both for each complete life.
    pub bytes_per_contact: f64,
    /// The messages by kind, the most frequent first. Heartbeats are not of a contact.
    pub kinds: Vec<Kind>,
}

/// One kind of message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kind {
    /// The call, and what the message is.
    pub name: String,
    /// True: to the server.
    pub is_up: bool,
    /// How many.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many for each complete life; none for those that time alone brings.
    pub per_contact: Option<f64>,
}

impl Wire {
    pub(super) fn between(from: &Standing, to: &Standing) -> Self {
        let key = |flow: &Flow| (flow.call.clone(), flow.direction, flow.last_field);
        let earlier: BTreeMap<_, _> = from.flows.iter().map(|flow| (key(flow), flow)).collect();
        let lives = to.completed.saturating_sub(from.completed) as f64;
        let per_contact = |count: u64| {
            if lives > 0.0 {
                count as f64 / lives
            } else {
                0.0
            }
        };
        let kind = |flow: &Flow| {
            let before = earlier.get(&key(flow));
            let messages = flow.messages - before.map_or(0, |before| before.messages);
            let (name, is_heartbeat) = name(flow);
            Kind {
                name,
                is_up: flow.direction == Direction::Up,
                messages,
                bytes: flow.bytes - before.map_or(0, |before| before.bytes),
                per_contact: (!is_heartbeat).then(|| per_contact(messages)),
            }
        };
        let mut kinds: Vec<Kind> = to.flows.iter().map(kind).collect();
        kinds.retain(|kind| kind.messages > 0);
        kinds.sort_by(|a, b| (b.messages, &a.name).cmp(&(a.messages, &b.name)));
        let of_contacts = || kinds.iter().filter(|kind| kind.per_contact.is_some());
        let messages = |is_up| {
            let sum = of_contacts().filter(|kind| kind.is_up == is_up);
            per_contact(sum.map(|kind| kind.messages).sum())
        };
        let (up, down) = (messages(true), messages(false));
        Self {
            up_per_contact: up,
            down_per_contact: down,
            messages_per_contact: up + down,
            bytes_per_contact: per_contact(of_contacts().map(|kind| kind.bytes).sum()),
            kinds,
        }
    }
}

/// What a message is called, and whether it is a heartbeat.
fn name(flow: &Flow) -> (String, bool) {
    let call = flow.call.rsplit('/').next().unwrap_or_default();
    let part = match (call, flow.direction, flow.last_field) {
        ("Connect", Direction::Up, 1) => "hello",
        ("Connect", Direction::Up, 2) => "event",
        ("Connect", Direction::Up, 3) => "directive ack",
        ("Connect", Direction::Up, 8) => "refusal ack",
        ("Connect", Direction::Down, 1) => "welcome",
        ("Connect", Direction::Down, 2) => "event ack",
        ("Connect", Direction::Down, 3) => "directive",
        ("Connect", Direction::Down, 4) | ("Subscribe", Direction::Down, 7) => "heartbeat",
        ("Subscribe", Direction::Down, 5) => "snapshot",
        ("Subscribe", Direction::Down, 6) => "changes",
        (_, Direction::Up, _) => "request",
        (_, Direction::Down, _) => "answer",
    };
    (format!("{call} {part}"), part == "heartbeat")
}
