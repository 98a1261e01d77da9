//! One queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::desk::Wording;
use super::overflow::{AbsentFactor, Announcements, CallbackConfig, Overflow, Target};
use super::plan::Step;
use crate::ids::{CalendarName, Channel, DurationMs, PoolName, QueueName};
use crate::requirement::Requirement;

/// One queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// The queue's name, unique in the tenant.
    pub name: QueueName,
    /// What agents are told it is called; empty: as its name.
    pub label: Wording,

    /// Across queues the lower rank is served first.
    pub rank: u32,
    /// The service objective: what virtual waits are divided by, and how long before its deadline a contact begins to
    /// count as waiting; none: the service-level threshold.
    pub objective_ms: Option<DurationMs>,
    /// What a contact asks of an agent when it does not say so itself.
    pub requirement: Requirement,
    /// The routing plan, each step relaxing the one before; empty: one step without end.
    pub plan: Vec<Step>,
    /// Which of the eligible agents is offered a contact.
    pub agent_order: AgentOrder,
    /// To how many agents at once a contact is offered; the first accept wins. 1: no broadcast.
    pub broadcast: u32,
    /// When the tiers of agents open.
    pub tiers: TierConfig,
    /// When the reserve agents join.
    pub reserve: Option<ReserveThreshold>,
    /// Whether a customer is first offered to the agent they last talked to.
    pub last_agent: Option<LastAgent>,
    /// Whether the window of a preferred agent who rejects or misses lasts to its end; otherwise the next begins at once.
    pub preferred_waits_after_miss: bool,
    /// The capacity pools that each of its contacts draws on, besides its channel.
    pub pools: BTreeSet<PoolName>,

    /// How the agent is told of an offer, unless they have their own way.
    pub alerting: Alerting,
    /// How long an offer rings.
    pub ring_ms: DurationMs,
    /// How long an offer rings on some channels.
    pub ring_by_channel: BTreeMap<Channel, DurationMs>,
    /// What becomes of an agent who misses offers.
    pub after_failure: AfterFailure,
    /// Whether agents who are busy outside are offered, and their misses count.
    pub offer_when_busy_outside: bool,

    /// The longest a visit may wait, ringing included; none: for ever.
    pub max_wait_ms: Option<DurationMs>,
    /// Whether an offer that rings when the longest wait is over may ring to its end.
    pub let_ring_finish: bool,
    /// Reports each visit that waits for so long; none: no report.
    pub alert_wait_ms: Option<DurationMs>,
    /// The most visits that may be open, ringing ones included; none: no bound but the tenant's.
    pub max_length: Option<u32>,
    /// Which agents count as absent for a contact that wants to join: when all are, it is refused. Empty: never.
    pub join_empty: BTreeSet<AbsentFactor>,
    /// Which agents count as absent for the waiting contacts: when all are, they leave. Empty: never.
    pub leave_empty: BTreeSet<AbsentFactor>,
    /// A contact is diverted when (waiting + itself) / logged-in agents is above this many thousandths; none: never.
    pub divert_above_milli: Option<u32>,
    /// A contact whose predicted wait (p50) is above this is refused; none: never.
    pub max_predicted_wait_ms: Option<DurationMs>,
    /// When it is open; none: the tenant's hours.
    pub calendar: Option<CalendarName>,
    /// Whether contacts that wait when the hours end leave.
    pub leave_at_close: bool,
    /// Where a contact goes that cannot join or stay: the first entry that takes it. The chain ends, stated or not,
    /// in `end`.
    pub overflow: Vec<Overflow>,
    /// What a customer may choose while they wait, and the targets of it in order.
    pub exits: BTreeMap<Arc<str>, Vec<Target>>,
    /// What the customer hears while they wait.
    pub announcements: Announcements,
    /// Within how long a customer who left unanswered gets the old place back; none: never.
    pub return_within_ms: Option<DurationMs>,
    /// How it calls back.
    pub callback: CallbackConfig,

    /// Within how long the agent must have answered the customer on a digital channel, or the contact is taken back;
    /// none: no such time.
    pub first_response_ms: Option<DurationMs>,
    /// Whether its conversations are recorded.
    pub recording: Recording,
    /// What the agent is to say, in Markdown; empty: nothing is said.
    pub script: Wording,
    /// What may become of its contacts, in the order in which agents are shown it.
    pub dispositions: Vec<Arc<str>>,
    /// Whether agents are to choose one of them.
    pub disposition_required: bool,
    /// When wrap-up follows a handling.
    pub wrap_up_mode: WrapUpMode,
    /// How long wrap-up takes, unless the agent has their own time.
    pub wrap_up_ms: DurationMs,
    /// The longest a wrap-up may take in all, extensions and *manual* included; none: no bound.
    pub wrap_up_ceiling_ms: Option<DurationMs>,
    /// What wrap-up keeps from the agent.
    pub wrap_up_blocks: WrapUpBlocks,
    /// After how long a conversation is reported as stuck; none: never.
    pub max_talk_ms: Option<DurationMs>,
    /// Whether a stuck conversation is ended, too.
    pub free_stuck: bool,

    /// The service-level threshold T.
    pub service_level_ms: DurationMs,
    /// How many of a hundred contacts are to be answered within it; none: no goal is set.
    pub service_level_goal: Option<u32>,
    /// The short-abandon threshold S.
    pub short_abandon_ms: DurationMs,
    /// How long a handling is thought to take before any has ended; for the predicted wait.
    pub expected_handling_ms: DurationMs,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            name: QueueName::from(""),
            label: Wording::default(),
            rank: 0,
            objective_ms: None,
            requirement: Requirement::none(),
            plan: Vec::new(),
            agent_order: AgentOrder::LongestIdle,
            broadcast: 1,
            tiers: TierConfig::default(),
            reserve: None,
            last_agent: None,
            preferred_waits_after_miss: false,
            pools: BTreeSet::new(),
            alerting: Alerting::Desktop,
            ring_ms: 20_000,
            ring_by_channel: BTreeMap::new(),
            after_failure: AfterFailure::default(),
            offer_when_busy_outside: false,
            max_wait_ms: None,
            let_ring_finish: false,
            alert_wait_ms: None,
            max_length: None,
            join_empty: BTreeSet::new(),
            leave_empty: BTreeSet::new(),
            divert_above_milli: None,
            max_predicted_wait_ms: None,
            calendar: None,
            leave_at_close: false,
            overflow: Vec::new(),
            exits: BTreeMap::new(),
            announcements: Announcements::default(),
            return_within_ms: None,
            callback: CallbackConfig::default(),
            first_response_ms: None,
            recording: Recording::Never,
            script: Wording::default(),
            dispositions: Vec::new(),
            disposition_required: false,
            wrap_up_mode: WrapUpMode::Timed,
            wrap_up_ms: 0,
            wrap_up_ceiling_ms: None,
            wrap_up_blocks: WrapUpBlocks::Channel,
            max_talk_ms: None,
            free_stuck: false,
            service_level_ms: 20_000,
            service_level_goal: None,
            short_abandon_ms: 5_000,
            expected_handling_ms: 180_000,
        }
    }
}

impl QueueConfig {
    /// A queue of this name with every default.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// How long an offer of a contact of this channel rings.
    pub fn ring_on(&self, channel: Channel) -> DurationMs {
        self.ring_by_channel
            .get(&channel)
            .copied()
            .unwrap_or(self.ring_ms)
    }

    /// The longest a visit may wait; callbacks that are still owed have a limit of their own.
    pub fn longest_wait(&self, is_callback: bool) -> Option<DurationMs> {
        match is_callback {
            true => self.callback.expires_ms,
            false => self.max_wait_ms,
        }
    }

    /// The service objective.
    pub fn objective(&self) -> DurationMs {
        self.objective_ms.unwrap_or(self.service_level_ms).max(1)
    }
}

/// Which of the eligible agents is offered a contact. Agents of a lower tier always go before those of a higher one;
/// agents that are equal are ordered by the longest idle time, then by their number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AgentOrder {
    /// The longest idle one.
    #[default]
    LongestIdle,
    /// The highest sum of levels over the best satisfied group of the current step.
    MostSkilled,
    /// The lowest sum of levels over the best satisfied group of the current step.
    LeastSkilled,
    /// The smallest share of the time since their login with a lease, a wrap-up of a queue only included.
    LeastOccupied,
    /// The fewest handlings connected since their login, in all queues.
    FewestContacts,
    /// The first one after the agent this queue offered last, in agent sequence order, wrapping.
    RoundRobin,
    /// The first one in the queue's list: by position, then by agent sequence.
    Linear,
    /// The most free places for such a contact.
    MostSpareCapacity,
    /// The smallest share in use of the total capacity, or of all slots where there is no total.
    LeastLoaded,
    /// The largest shortfall against their share of the queue's contacts.
    Percent,
    /// Any one, from a seeded sequence.
    Random,
}

impl AgentOrder {
    /// Every order.
    pub const ALL: [AgentOrder; 11] = [
        AgentOrder::LongestIdle,
        AgentOrder::MostSkilled,
        AgentOrder::LeastSkilled,
        AgentOrder::LeastOccupied,
        AgentOrder::FewestContacts,
        AgentOrder::RoundRobin,
        AgentOrder::Linear,
        AgentOrder::MostSpareCapacity,
        AgentOrder::LeastLoaded,
        AgentOrder::Percent,
        AgentOrder::Random,
    ];
}

/// When the tiers of a queue's agents open for a visit. The lowest tier is always open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TierConfig {
    /// By tier: after which wait it opens. A tier without a delay opens when no agent of a lower tier can be offered
    /// the contact.
    pub delays: BTreeMap<u32, DurationMs>,
    /// The delay of the tiers that `delays` leaves out, per level: tier N opens after N times this. None: no delay.
    pub delay_per_level_ms: Option<DurationMs>,
    /// Whether a tier with a delay opens at once if no agent of the lower tiers is logged in.
    pub no_agent_no_wait: bool,
    /// Whether an agent who does not answer opens the next tier for this contact. Otherwise the contact stays in the
    /// tier, and its agents in back-off for it hold the higher tiers closed.
    pub no_answer_opens_next: bool,
}

impl Default for TierConfig {
    fn default() -> Self {
        Self {
            delays: BTreeMap::new(),
            delay_per_level_ms: None,
            no_agent_no_wait: true,
            no_answer_opens_next: true,
        }
    }
}

impl TierConfig {
    /// After which wait this tier opens; none: when no agent of a lower tier can be offered the contact.
    pub fn delay_of(&self, tier: u32) -> Option<DurationMs> {
        if tier <= 1 {
            return None;
        }
        let per_level = || {
            self.delay_per_level_ms
                .map(|per| per.saturating_mul(i64::from(tier)))
        };
        self.delays.get(&tier).copied().or_else(per_level)
    }
}

/// When the reserve agents of a queue join it. They leave when neither threshold is reached any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReserveThreshold {
    /// The longest wait of the queue's open visits has reached this.
    pub wait_ms: Option<DurationMs>,
    /// The predicted wait (p50) of the next contact has reached this.
    pub predicted_wait_ms: Option<DurationMs>,
}

/// A customer is first offered to the agent they last talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastAgent {
    /// How long ago that conversation may have ended.
    pub within_ms: DurationMs,
    /// How long the contact waits for them.
    pub for_ms: DurationMs,
}

/// How an agent is told of an offer and takes it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Alerting {
    /// On their desktop, where they accept.
    #[default]
    Desktop,
    /// The adapter rings their phone and reports.
    Phone,
    /// It is theirs without asking.
    Auto,
}

/// Whether the conversations of a queue are recorded.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// They are not, whoever asks.
    #[default]
    Never,
    /// When somebody asks for it.
    OnRequest,
    /// From the connection on.
    Always,
}

/// What becomes of an agent who misses offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AfterFailure {
    /// After how many missed offers in a row they are made not ready; none: they stay ready.
    pub not_ready_after: Option<u32>,
    /// Where.
    pub scope: FailureScope,
    /// After how long they are made ready again; none: they must say so.
    pub return_ms: Option<DurationMs>,
}

/// How far the consequence of missed offers reaches.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureScope {
    /// Not ready for everything.
    #[default]
    All,
    /// Paused in this queue only.
    Queue,
}

/// When wrap-up follows a handling.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpMode {
    /// Never: the slot is free at hang-up.
    None,
    /// The slot is free at hang-up; wrap-up only if the agent then enters it.
    Optional,
    /// It ends at its time, or earlier on request.
    #[default]
    Timed,
    /// It ends at its time; an earlier request is refused.
    Forced,
    /// It ends only by the agent.
    Manual,
    /// Only if it is asked for before hang-up; then as *timed*.
    Requested,
}

/// What wrap-up keeps from the agent.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpBlocks {
    /// Contacts of this queue only; the slot is free.
    Queue,
    /// The channel, by its slot.
    #[default]
    Channel,
    /// Every channel.
    All,
}
