//! The journal of a busy day.

use acd_core::command::{Attribute, Command};
use acd_core::config::{AgentConfig, QueueConfig};
use acd_core::ids::TenantName;
use acd_journal::codec::encode_input;
use acd_journal::{EventLog as _, LogReader, MemoryLog};

use crate::centre::{Centre, arrival, config};

/// Its tenant.
pub(crate) const TENANT: &str = "test";
/// When it begins: 2026-01-01, UTC.
pub(crate) const BEGIN_MS: i64 = 1_767_225_600_000;
const QUEUES: usize = 10;
const AGENTS: usize = 100;
/// Customers, who call one after the other.
pub(crate) const CUSTOMERS: usize = 9_973;
/// Contacts that talk at the same time.
const TALKING: usize = 60;
/// Contacts that ring at the same time.
const RINGING: usize = 4;
/// How long one may ring until it is the next to be answered, in milliseconds.
const RINGS_MS: i64 = 8_000;
/// In how many hours the contacts come.
const HOURS: i64 = 12;

/// The journal of a day with so many contacts, each with attributes and a customer, that are offered, answered, and end.
pub(crate) fn journal(contacts: usize) -> MemoryLog {
    let queues: Vec<String> = (0..QUEUES).map(|no| format!("queue-{no}")).collect();
    let agents = (0..AGENTS).map(|no| {
        let served = queues.iter().map(String::as_str);
        AgentConfig::named(&format!("agent-{no}"), served)
    });
    let configs = queues
        .iter()
        .map(|queue| QueueConfig::named(queue))
        .collect();
    let mut centre = Centre::of(config(configs, agents.collect()));
    centre.checks = false;
    centre.wait(BEGIN_MS);
    for no in 0..AGENTS {
        centre.ready(&format!("agent-{no}"));
    }
    let mut log = MemoryLog::new().expect("a log");
    let mut written = 0;
    let gap = HOURS * 3_600_000 / contacts as i64;
    // Whose turn it is to be answered, and to end, changes, so that waits and conversations are of every length.
    let (mut ringing, mut talking) = (Vec::new(), Vec::new());
    for no in 0..contacts {
        let name = format!("call-{no:06}");
        let mut arrival = arrival(&name, &queues[no % QUEUES]);
        arrival.customer = Some(format!("+49 30 {:07}", no % CUSTOMERS).into());
        let attributes = ["language", "product", "region"].map(|key| Attribute {
            key: key.into(),
            value: format!("{key} {}", no % 17).into(),
            sensitive: false,
        });
        arrival.attributes = attributes.into();
        centre.command(Command::Arrive(arrival)).expect("joined");
        ringing.push((centre.now, name));
        centre.wait(gap - gap / 4);
        let is_long = centre.now - ringing[0].0 > RINGS_MS;
        if is_long || ringing.len() == RINGING {
            let turn = if is_long { 0 } else { no * 31 / 7 % RINGING };
            let (_, name) = ringing.remove(turn);
            centre.answer(&name);
            talking.push(name);
        }
        centre.wait(gap / 4);
        if talking.len() == TALKING {
            let over = talking.remove(no * 7_919 / 13 % TALKING);
            centre.hang_up(&over).expect("ended");
        }
        let events = &centre.log[written..];
        written = centre.log.len();
        let entries = encode_input(&TenantName::from(TENANT), None, events);
        log.append(&entries).expect("appended");
    }
    log
}

/// A reader of it.
pub(crate) fn reader(log: &MemoryLog) -> Box<dyn LogReader> {
    log.keeper().expect("a keeper")
}
