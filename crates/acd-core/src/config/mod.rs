//! The routing configuration of one tenant: plain data with every default filled in, so that a stored
//! configuration means the same for ever.

mod duration;
mod validate;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AdapterName, AgentName, Channel, DurationMs, QueueName, SkillName};
use crate::personal::Personal;
use crate::requirement::Requirement;

pub use duration::{DURATION_UNITS, duration_text};
pub use validate::{
    ADAPTERS_MAX, AGENTS_MAX, CAPACITY_MAX, DURATION_MAX_MS, NAME_BYTES_MAX, OVERFLOW_TARGETS_MAX,
    Problem, QUEUES_MAX, RANK_MAX, SKILLS_MAX, check_name,
};

/// Everything an administrator decides about one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantConfig {
    /// What holds for the whole tenant.
    pub settings: Settings,
    /// How much of everything the tenant may use.
    pub limits: Limits,
    /// The skills that requirements and agents may name.
    pub skills: Vec<SkillName>,
    /// The adapters that may connect.
    pub adapters: Vec<AdapterName>,
    /// The queues.
    pub queues: Vec<QueueConfig>,
    /// The agents.
    pub agents: Vec<AgentConfig>,
}

/// What holds for the whole tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How the priorities of contacts compare.
    pub priority_mode: PriorityMode,
    /// How long an accepted offer may take to be reported connected.
    pub connect_ms: DurationMs,
    /// How long a contact is kept from an agent after a failed offer, by cause.
    pub back_off: BackOffTimes,
    /// How long an agent whose session is lost keeps his presence before he is logged out.
    pub session_grace_ms: DurationMs,
    /// How long the contacts of a lost adapter keep their place.
    pub adapter_grace_ms: DurationMs,
    /// How long the answer to a request id is remembered.
    pub request_window_ms: DurationMs,
    /// How long the id of an ended contact is refused.
    pub ended_contact_window_ms: DurationMs,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            priority_mode: PriorityMode::Strict,
            connect_ms: 15_000,
            back_off: BackOffTimes::default(),
            session_grace_ms: 30_000,
            adapter_grace_ms: 600_000,
            request_window_ms: 900_000,
            ended_contact_window_ms: 86_400_000,
        }
    }
}

/// How the priorities of contacts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode", deny_unknown_fields)]
pub enum PriorityMode {
    /// A higher priority always goes first.
    Strict,
    /// A priority point is a head start, so that nobody starves.
    Aging {
        /// The head start one point is worth.
        point_ms: DurationMs,
    },
}

/// Back-off after a failed offer, by cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackOffTimes {
    /// The agent rejected: this visit is kept from this agent.
    pub rejected_ms: DurationMs,
    /// The agent did not answer: this visit is kept from this agent.
    pub no_answer_ms: DurationMs,
    /// The agent's line was busy: every contact is kept from this agent.
    pub busy_ms: DurationMs,
    /// The agent's line was unreachable: every contact is kept from this agent, never for less than 5 s.
    pub unreachable_ms: DurationMs,
}

impl Default for BackOffTimes {
    fn default() -> Self {
        Self {
            rejected_ms: 10_000,
            no_answer_ms: 5_000,
            busy_ms: 10_000,
            unreachable_ms: 5_000,
        }
    }
}

/// How much of everything one tenant may use; each is refused with `LIMIT_REACHED` when met.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Contacts that are open at the same time.
    pub open_contacts: u32,
    /// Attributes of one contact.
    pub attributes: u32,
    /// Bytes of all keys and values of one contact's attributes.
    pub attribute_bytes: u32,
    /// Bytes of the notes of one handling.
    pub note_bytes: u32,
    /// Answers remembered within the request window.
    pub remembered_requests: u32,
    /// Directives an adapter may leave unacknowledged before its new contacts are refused.
    pub unacknowledged_directives: u32,
    /// Ended contacts whose whole record stays at hand for *explain*; the oldest record goes first, its id stays refused.
    pub ended_records: u32,
    /// Queue-to-queue hops of one contact.
    pub queue_hops: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_contacts: 200_000,
            attributes: 64,
            attribute_bytes: 16_384,
            note_bytes: 4_096,
            remembered_requests: 2_000_000,
            unacknowledged_directives: 50_000,
            ended_records: 10_000,
            queue_hops: 10,
        }
    }
}

/// One queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueConfig {
    /// The queue's name, unique in the tenant.
    pub name: QueueName,
    /// Across queues the lower rank is served first.
    #[serde(default)]
    pub rank: u32,
    /// What a contact asks of an agent when it does not say so itself.
    #[serde(default)]
    pub requirement: Requirement,
    /// How long an offer rings.
    #[serde(default = "defaults::ring_ms")]
    pub ring_ms: DurationMs,
    /// The longest a visit may wait, ringing included; none: for ever.
    #[serde(default)]
    pub max_wait_ms: Option<DurationMs>,
    /// The most visits that may be open, ringing ones included; none: no bound but the tenant's.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// Where a contact goes that cannot stay: the first target that takes it. The chain ends, stated or not, in `end`.
    #[serde(default)]
    pub overflow: Vec<Target>,
    /// Wrap-up after a handling from this queue, unless the agent has his own.
    #[serde(default)]
    pub wrap_up_ms: DurationMs,
    /// The service-level threshold T.
    #[serde(default = "defaults::service_level_ms")]
    pub service_level_ms: DurationMs,
    /// The short-abandon threshold S.
    #[serde(default = "defaults::short_abandon_ms")]
    pub short_abandon_ms: DurationMs,
}

impl QueueConfig {
    /// A queue of this name with every default.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            rank: 0,
            requirement: Requirement::none(),
            ring_ms: defaults::ring_ms(),
            max_wait_ms: None,
            max_length: None,
            overflow: Vec::new(),
            wrap_up_ms: 0,
            service_level_ms: defaults::service_level_ms(),
            short_abandon_ms: defaults::short_abandon_ms(),
        }
    }
}

/// Where a contact goes that cannot stay in its queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Another queue of the tenant; the age is kept.
    Queue(QueueName),
    /// A destination outside: the adapter is told to send the contact there.
    External(Personal),
    /// The adapter is told to end the contact.
    End,
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// The agent's name, unique in the tenant.
    pub name: AgentName,
    /// Where an adapter reaches him (an extension, a SIP address); empty: his name.
    #[serde(default = "defaults::address")]
    pub address: Personal,
    /// The queues he serves.
    #[serde(default)]
    pub queues: Vec<QueueName>,
    /// His skills with their levels, 1..=10.
    #[serde(default)]
    pub skills: BTreeMap<SkillName, u8>,
    /// How many contacts of each channel he may hold at the same time; a channel that is not named has no slot.
    #[serde(default = "defaults::capacity")]
    pub capacity: BTreeMap<Channel, u32>,
    /// His own wrap-up time; none: the queue's.
    #[serde(default)]
    pub wrap_up_ms: Option<DurationMs>,
}

impl AgentConfig {
    /// An agent of this name with one voice slot, who serves these queues.
    pub fn named<'a>(name: &str, queues: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: name.into(),
            address: defaults::address(),
            queues: queues.into_iter().map(QueueName::from).collect(),
            skills: BTreeMap::new(),
            capacity: defaults::capacity(),
            wrap_up_ms: None,
        }
    }

    /// The same agent with these skills.
    pub fn with_skills<'a>(mut self, skills: impl IntoIterator<Item = (&'a str, u8)>) -> Self {
        self.skills = skills
            .into_iter()
            .map(|(skill, level)| (skill.into(), level))
            .collect();
        self
    }
}

mod defaults {
    use super::{BTreeMap, Channel, DurationMs, Personal};

    pub(super) fn ring_ms() -> DurationMs {
        20_000
    }
    pub(super) fn service_level_ms() -> DurationMs {
        20_000
    }
    pub(super) fn short_abandon_ms() -> DurationMs {
        5_000
    }
    pub(super) fn capacity() -> BTreeMap<Channel, u32> {
        BTreeMap::from([(Channel::Voice, 1)])
    }
    pub(super) fn address() -> Personal {
        Personal::from("")
    }
}
