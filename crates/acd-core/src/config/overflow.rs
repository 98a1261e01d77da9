//! Where contacts go that cannot join or stay, and what customers hear and may choose while they wait.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentName, CalendarName, DurationMs, QueueName};
use crate::personal::Personal;

/// One entry of an overflow chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overflow {
    /// Where the contact goes.
    pub target: Target,
    /// For which reasons the entry stands; empty: for all.
    #[serde(default)]
    pub reasons: BTreeSet<OverflowReason>,
    /// What else must hold.
    #[serde(default)]
    pub condition: Condition,
}

impl From<Target> for Overflow {
    fn from(target: Target) -> Self {
        Self {
            target,
            reasons: BTreeSet::new(),
            condition: Condition::default(),
        }
    }
}

impl Overflow {
    /// Whether it stands for every contact and reason.
    pub fn is_unconditional(&self) -> bool {
        self.reasons.is_empty() && self.condition == Condition::default()
    }
}

/// Where a contact goes that cannot join or stay.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Another queue of the tenant; the age is kept.
    Queue(QueueName),
    /// One agent: the contact waits for them alone. Passed over while they are logged out.
    Agent(AgentName),
    /// A destination outside: the adapter is told to send the contact there.
    External(Personal),
    /// A voice mail box: the adapter is told to record a message there.
    Voicemail(Arc<str>),
    /// A callback. Passed over for a contact that is one already, or whose customer has an open one here.
    Callback,
    /// The adapter is told to play the prompt and to end the contact.
    Announcement(Arc<str>),
    /// The adapter is told to end the contact.
    End,
}

/// Why an overflow chain is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowReason {
    /// Emergency, holiday or hours.
    Closed,
    /// Every agent is absent.
    NoStaff,
    /// The queue has its greatest length.
    Full,
    /// Too many wait for the agents there are.
    Diverted,
    /// The predicted wait is too long.
    PredictedWait,
    /// The longest wait is over.
    TimedOut,
    /// The contact was offered as often as may be.
    OfferLimit,
    /// A callback was tried as often as may be.
    AttemptLimit,
}

/// What must hold for an overflow entry; a part that is none always holds. For a target that is no queue the figures
/// are those of the queue the contact comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Fewer visits are open in the target queue, ringing included.
    pub open_below: Option<u32>,
    /// At least so many agents of the target queue are logged in.
    pub logged_in_at_least: Option<u32>,
    /// At least so many agents of the target queue could be offered this contact now.
    pub free_at_least: Option<u32>,
    /// The predicted wait (p50) in the target queue is below this.
    pub predicted_wait_below_ms: Option<DurationMs>,
    /// The contact has waited for less than this since it arrived.
    pub waited_below_ms: Option<DurationMs>,
    /// The contact has this attribute with one of these values.
    pub attribute: Option<(Arc<str>, BTreeSet<Arc<str>>)>,
}

/// Which agents count as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentFactor {
    /// Who is logged out.
    LoggedOut,
    /// Who is not ready, or paused in the queue.
    NotReady,
    /// Who has no free slot: ringing, handling, wrap-up or busy outside.
    Busy,
    /// Whose line is unreachable, or whose session is lost.
    Unreachable,
    /// Who satisfies no step of the plan.
    LackingSkill,
}

/// What a customer hears while they wait. What is none or 0 is not played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Announcements {
    /// The prompt at the beginning of the visit.
    pub greeting: Option<Arc<str>>,
    /// The music on hold.
    pub music: Option<Arc<str>>,
    /// How often the position is told, first after this time.
    pub position_every_ms: Option<DurationMs>,
    /// How often the estimated wait is told, first after this time.
    pub wait_every_ms: Option<DurationMs>,
    /// The prompt that is repeated.
    pub periodic: Option<Arc<str>>,
    /// How often it is repeated, first after this time.
    pub periodic_every_ms: Option<DurationMs>,
    /// The least time between two announcements; one that is due earlier waits.
    pub minimum_gap_ms: DurationMs,
}

/// How a queue calls back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackConfig {
    /// Who is called first.
    pub mode: CallbackMode,
    /// How often the customer is dialled.
    pub attempts: u32,
    /// How long after a failed attempt the next one may be made.
    pub gap_ms: DurationMs,
    /// After how long it is given up; none: never.
    pub expires_ms: Option<DurationMs>,
    /// When customers may be called; none: at any time.
    pub calendar: Option<CalendarName>,
    /// The most open callbacks of the queue; none: no bound but the tenant's.
    pub max_open: Option<u32>,
    /// Whether an agent whose dial reached nobody has their wrap-up; customer-first there is none.
    pub wrap_up: bool,
    /// Whether an open callback ends when its customer was served in the queue meanwhile.
    pub end_when_served: bool,
}

impl Default for CallbackConfig {
    fn default() -> Self {
        Self {
            mode: CallbackMode::AgentFirst,
            attempts: 3,
            gap_ms: 300_000,
            expires_ms: None,
            calendar: None,
            max_open: None,
            wrap_up: true,
            end_when_served: true,
        }
    }
}

/// Who is called first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CallbackMode {
    /// The callback is offered in its turn; when the agent accepts, the customer is dialled.
    #[default]
    AgentFirst,
    /// In its turn the agent is reserved without asking them, and the customer is dialled.
    CustomerFirst,
}
