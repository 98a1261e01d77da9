//! What a report is made of: the figures of tenants in buckets of time.
//!
//! Rows are as fine as whoever has them likes: each counts whole in the bucket of the report that holds its beginning. So
//! they are to be no longer than these buckets (hours for `hours` and the heat map) and begin on their edges; quarters of
//! an hour of UTC do so in every zone of today. Rows of the period before are compared with; others are passed over.
//! Instants are milliseconds since the Unix epoch, lengths are in milliseconds.

use std::collections::BTreeMap;

use acd_core::figures::{Figures, OfferFigures};
use acd_core::ids::TimeMs;

use crate::money::Tariff;

/// Where a visit counts that begins in one bucket and ends in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Each event counts when it happened.
    #[default]
    EventTime,
    /// A visit, with all that becomes of it, counts when it began.
    EnqueueCohort,
}

impl Basis {
    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventTime => "event_time",
            Self::EnqueueCohort => "enqueue_cohort",
        }
    }
}

/// What happened at a tenant, which is a hotline or a client.
#[derive(Clone, Debug, Default)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// Figures of its queues.
    pub queues: Vec<QueueFigures>,
    /// Time of its agents.
    pub agent_time: Vec<AgentTime>,
    /// What its agents did.
    pub agent_work: Vec<AgentWork>,
    /// Its callbacks.
    pub callbacks: Vec<Callback>,
    /// What its agents were and did on one day, for the strip of that day.
    pub stretches: Vec<Stretch>,
    /// What it is charged; without, nothing is said of costs. One that names queues is for their contacts, the first that
    /// names none for those of all others, and for the hours of agents.
    pub tariffs: Vec<Tariff>,
}

impl Tenant {
    /// Which of its tariffs is for the contacts of a queue.
    pub fn tariff_of(&self, queue: &str) -> Option<usize> {
        let names = |tariff: &Tariff| tariff.queues.iter().any(|it| it == queue);
        let mut all = self.tariffs.iter();
        let own = all.position(names);
        own.or_else(|| self.tariffs.iter().position(|it| it.queues.is_empty()))
    }
}

/// Figures of a queue and channel in one bucket.
#[derive(Clone, Debug, Default)]
pub struct QueueFigures {
    /// On which basis they are counted. Reports take those of one.
    pub basis: Basis,
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// When the bucket began.
    pub began_at: TimeMs,
    /// What was counted in it, and no gauge of it.
    pub figures: Figures,
    /// How long its conversations were.
    pub connected: Connected,
    /// The same after the rounding of its tariff, added up; none: it follows from `connected`. So whoever adds up many need
    /// not give every length.
    pub charged_ms: Option<u64>,
    /// Which contacts were resolved by the first.
    pub resolution: Resolution,
    /// What customers thought of how they were served, as they said in this bucket.
    pub satisfaction: Scores,
}

/// How long conversations lasted that ended in a bucket, talk and hold: milliseconds, each with how many lasted so long.
/// Whoever has many may round each up to whole seconds: only tariffs that charge parts of a second would differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connected(pub BTreeMap<u64, u64>);

impl Connected {
    pub(crate) fn add(&mut self, other: &Self) {
        for (length, count) in &other.0 {
            *self.0.entry(*length).or_default() += count;
        }
    }
}

/// First contact resolution: an answered contact is resolved when its customer key has not come back within N days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Answered contacts with a customer key whose N days are over.
    pub judged: u64,
    /// Of these, without a return.
    pub resolved: u64,
}

impl Resolution {
    pub(crate) fn add(&mut self, other: &Self) {
        self.judged += other.judged;
        self.resolved += other.resolved;
    }
}

/// Scores that were given in a bucket, on each basis: each counts when it is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// How many.
    pub count: u64,
    /// Each as its share of the best, in millionths, added up.
    pub millionths: u64,
}

impl Scores {
    pub(crate) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.millionths += other.millionths;
    }
}

/// Time of an agent in one bucket.
#[derive(Clone, Debug, Default)]
pub struct AgentTime {
    /// The agent.
    pub agent: String,
    /// When the bucket began.
    pub began_at: TimeMs,
    /// How it was spent.
    pub time: Time,
}

/// How agents spent their time, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Logged in.
    pub logged_in_ms: u64,
    /// Ready, whether idle or not.
    pub ready_ms: u64,
    /// Ready and without a lease.
    pub idle_ms: u64,
    /// With at least one lease, whatever the presence.
    pub busy_ms: u64,
    /// Not ready, by reason.
    pub not_ready_ms: BTreeMap<String, u64>,
}

impl Time {
    /// Not ready for whatever reason, in milliseconds.
    pub fn not_ready_in_all_ms(&self) -> u64 {
        self.not_ready_ms.values().sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            logged_in_ms,
            ready_ms,
            idle_ms,
            busy_ms,
            not_ready_ms,
        } = other;
        self.logged_in_ms += logged_in_ms;
        self.ready_ms += ready_ms;
        self.idle_ms += idle_ms;
        self.busy_ms += busy_ms;
        for (reason, ms) in not_ready_ms {
            *self.not_ready_ms.entry(reason.clone()).or_default() += ms;
        }
    }
}

/// What an agent did for a queue and channel in one bucket.
#[derive(Clone, Debug, Default)]
pub struct AgentWork {
    /// The agent.
    pub agent: String,
    /// The queue.
    pub queue: String,
    /// The channel.
    pub channel: String,
    /// When the bucket began.
    pub began_at: TimeMs,
    /// Their offers by end.
    pub offers: OfferFigures,
    /// Handlings that ended.
    pub handled: u64,
    /// Time connected and not held, of these.
    pub talk_ms: u64,
    /// Time held, of these.
    pub hold_ms: u64,
    /// Time from the end of talk to the release of the slot, of these.
    pub wrap_up_ms: u64,
    /// Which of their contacts were resolved by the first.
    pub resolution: Resolution,
    /// What their customers thought of how they were served, as they said in this bucket.
    pub satisfaction: Scores,
    /// What reviewers thought of their conversations, as they said in this bucket.
    pub quality: Scores,
}

/// A callback: it counts in the bucket in which it was asked for.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The queue.
    pub queue: String,
    /// When it was asked for.
    pub asked_at: TimeMs,
    /// Its dials in order.
    pub attempts: Vec<Attempt>,
    /// How it ended, and when; none: it is still owed.
    pub ended: Option<(TimeMs, CallbackEnd)>,
}

/// How a callback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackEnd {
    /// The customer was reached.
    Reached,
    /// The customer was served meanwhile.
    Served,
    /// It was dialled as often as may be, or its time was over.
    GivenUp,
    /// Somebody took it back.
    Withdrawn,
}

/// A dial of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was made.
    pub at: TimeMs,
    /// Whether it reached the customer.
    pub reached: bool,
}

/// What an agent was or did for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The agent.
    pub agent: String,
    /// From when.
    pub from: TimeMs,
    /// Until when.
    pub to: TimeMs,
    /// What.
    pub doing: Doing,
}

/// What an agent is or does. Handlings lie over presences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Presence ready.
    Ready,
    /// Presence not ready.
    NotReady,
    /// An offer rings or is connected.
    Ringing,
    /// A conversation.
    Talking,
    /// A conversation on hold.
    Held,
    /// Wrap-up.
    WrapUp,
}
