//! What went over the wire, as SIPp traces it.

use std::collections::HashMap;

use acd_pbx_lab::{Direction, Message, Messages};

/// Milliseconds from each caller's `INVITE` to the `INVITE` at the agent's phone.
pub(crate) fn from_invite_to_invite(callers: &Messages, phones: &Messages) -> Vec<f64> {
    let sent: HashMap<&str, f64> = invites(callers, Direction::Sent)
        .filter_map(|invite| Some((invite.from_user()?, at_ms(invite))))
        .collect();
    invites(phones, Direction::Received)
        .filter_map(|invite| Some(at_ms(invite) - sent.get(invite.from_user()?)?))
        .collect()
}

/// Milliseconds from each agent's `BYE` to the next `INVITE` at their phone.
pub(crate) fn from_bye_to_invite(phones: &Messages) -> Vec<f64> {
    let mut agents: HashMap<&str, &str> = HashMap::new();
    let mut hung_up: HashMap<&str, f64> = HashMap::new();
    let mut times = Vec::new();
    for message in phones.iter().filter(|message| !message.repeated) {
        match (message.name.as_str(), message.direction) {
            ("INVITE", Direction::Received) => {
                let agent = called(message);
                agents.insert(message.call_id(), agent);
                times.extend(hung_up.remove(agent).map(|at| at_ms(message) - at));
            }
            ("BYE", Direction::Sent) => {
                hung_up.insert(agents[message.call_id()], at_ms(message));
            }
            _ => {}
        }
    }
    times
}

fn invites(messages: &Messages, direction: Direction) -> impl Iterator<Item = &Message> {
    let first = move |message: &&Message| {
        message.name == "INVITE" && message.direction == direction && !message.repeated
    };
    messages.iter().filter(first)
}

/// The user of the address that is called.
fn called(invite: &Message) -> &str {
    let address = invite.first_line.strip_prefix("INVITE sip:");
    let user = address.and_then(|address| address.split('@').next());
    user.expect("a request of SIP")
}

fn at_ms(message: &Message) -> f64 {
    message.at.as_secs_f64() * 1e3
}
