//! What holds for the whole tenant, and how much of everything it may use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::calendar::Weekday;
use super::mask::MaskConfig;
use crate::ids::{CalendarName, Channel, DurationMs};

/// What holds for the whole tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How the priorities of contacts compare.
    pub priority_mode: PriorityMode,
    /// Whether virtual waits are divided by the service objective of their queue before they compare.
    pub objective: bool,
    /// How long an accepted offer may take to be reported connected.
    pub connect_ms: DurationMs,
    /// How long a customer may be dialled until they are reported connected, the agent's leg included.
    pub dial_ms: DurationMs,
    /// How long a contact is kept from an agent after a failed offer, by cause.
    pub back_off: BackOffTimes,
    /// How long an agent whose session is lost keeps their presence.
    pub session_grace_ms: DurationMs,
    /// What becomes of them then.
    pub after_session_loss: AfterSessionLoss,
    /// How long the contacts of a lost adapter keep their place.
    pub adapter_grace_ms: DurationMs,
    /// How long the answer to a request id is remembered.
    pub request_window_ms: DurationMs,
    /// How long the id of an ended contact is refused.
    pub ended_contact_window_ms: DurationMs,
    /// The order time of a contact that an agent transfers, requeues or escalates.
    pub transfer_age: Age,
    /// How long a contact that is sent to an agent waits for them before it goes on.
    pub transfer_to_agent_ms: DurationMs,
    /// Whether an agent has at most one offer pending, whatever slots are free.
    pub one_offer_at_a_time: bool,
    /// By channel: the channels on which an agent may hold a lease and still be offered a contact of it. A channel
    /// always goes together with itself.
    pub may_interrupt: BTreeMap<Channel, BTreeSet<Channel>>,
    /// By reason code of not ready: after how long the agent is made ready again.
    pub auto_return: BTreeMap<Arc<str>, DurationMs>,
    /// Whether only configured reasons of not ready and of pauses, and only the dispositions of the queue are taken; where
    /// none are configured, any is.
    pub only_configured_codes: bool,
    /// Who is shown how much of who the customer is.
    pub mask_customer_key: MaskConfig,
    /// Who is shown how much of the number that is dialled.
    pub mask_dial: MaskConfig,
    /// The channels whose work is asynchronous: it holds back neither a break nor a logout, and stays with an agent
    /// who is away.
    pub asynchronous: BTreeSet<Channel>,
    /// How long an agent may be not ready or offline before their asynchronous work goes back to its queue; none: it
    /// stays with them.
    pub asynchronous_return_ms: Option<DurationMs>,
    /// The hours of every queue that has no calendar of its own; none: always open.
    pub calendar: Option<CalendarName>,
    /// The IANA time zone in which the tenant's days begin.
    pub zone: Arc<str>,
    /// The day on which weeks begin in reports.
    pub week_begins: Weekday,
    /// How long a customer must stay away after an answer for their contact to count as resolved by the first.
    pub resolved_after_ms: DurationMs,
    /// How old a contact is when its personal data is forgotten; none: that is kept until somebody erases it.
    pub keep_personal_ms: Option<DurationMs>,
    /// Where the random agent order begins.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            priority_mode: PriorityMode::Strict,
            objective: false,
            connect_ms: 15_000,
            dial_ms: 45_000,
            back_off: BackOffTimes::default(),
            session_grace_ms: 30_000,
            after_session_loss: AfterSessionLoss::LogOut,
            adapter_grace_ms: 600_000,
            request_window_ms: 900_000,
            ended_contact_window_ms: 3_600_000,
            transfer_age: Age::Keep,
            transfer_to_agent_ms: 60_000,
            one_offer_at_a_time: false,
            may_interrupt: Channel::default_interruptions(),
            auto_return: BTreeMap::new(),
            only_configured_codes: false,
            mask_customer_key: MaskConfig::default(),
            mask_dial: MaskConfig::default(),
            asynchronous: Channel::default_asynchronous(),
            asynchronous_return_ms: None,
            calendar: None,
            zone: Arc::from("UTC"),
            week_begins: Weekday::Mon,
            resolved_after_ms: 7 * 86_400_000,
            keep_personal_ms: None,
            seed: 0,
        }
    }
}

impl Settings {
    /// How long an accepted offer may take to be reported connected; a customer who is dialled has a time of their own.
    pub fn connecting_ms(&self, dials: bool) -> DurationMs {
        match dials {
            true => self.dial_ms,
            false => self.connect_ms,
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

/// What becomes of an agent whose session stays lost for longer than the grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSessionLoss {
    /// They are logged out.
    LogOut,
    /// They are not ready with the reason `session_lost`, and stay logged in.
    NotReady,
}

/// The order time of a contact that comes to another queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// That of its last visit.
    Keep,
    /// The instant it joins.
    New,
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

/// How much of everything one tenant may use. What is remembered for a time gives way to what is newer; all else is
/// refused with `LIMIT_REACHED` when the limit is met.
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
    /// Answers remembered within the request window; the oldest is forgotten first.
    pub remembered_requests: u32,
    /// Of these, answers to one caller; their own oldest is forgotten first.
    pub remembered_requests_per_caller: u32,
    /// Directives an adapter may leave unacknowledged before its new contacts are refused.
    pub unacknowledged_directives: u32,
    /// Refused events of one adapter that are told again until it confirms them; the oldest is forgotten first.
    pub unconfirmed_refusals: u32,
    /// Ended contacts whose whole record stays at hand for *explain*; the oldest record goes first, its id stays refused.
    pub ended_records: u32,
    /// Ended contacts whose id is refused within the window; the oldest id may mean a new contact first.
    pub ended_contacts: u32,
    /// Queue-to-queue hops of one contact.
    pub queue_hops: u32,
    /// Offers of one contact; one more would be a poison contact, which overflows and is reported.
    pub offers_per_contact: u32,
    /// Customers remembered for returning callers and for their last agent, each.
    pub remembered_customers: u32,
    /// Acts of supervisors that are remembered; the oldest is forgotten first.
    pub acts: u32,
    /// Events of one slice of what time or one cause sets off; what is more is done in further slices, and other
    /// requests and tenants have their turn in between.
    pub slice_events: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_contacts: 200_000,
            attributes: 64,
            attribute_bytes: 16_384,
            note_bytes: 4_096,
            remembered_requests: 2_000_000,
            remembered_requests_per_caller: 200_000,
            unacknowledged_directives: 50_000,
            unconfirmed_refusals: 4_096,
            ended_records: 10_000,
            ended_contacts: 500_000,
            queue_hops: 10,
            offers_per_contact: 50,
            remembered_customers: 200_000,
            acts: 10_000,
            slice_events: 250,
        }
    }
}
