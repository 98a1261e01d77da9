//! The kinds of reports, and what tells the rows of each apart.

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What came into each queue and channel, and how it was served.
    Queues,
    /// How each agent spent their time, and what they did.
    Agents,
    /// What each agent did for each queue and channel.
    AgentsByQueue,
    /// Each tenant as a whole, with the hours of its agents.
    Hotlines,
    /// The hours of the week.
    Hours,
    /// How visits ended, and arrivals that never joined.
    Outcomes,
    /// Callbacks, by when they were asked for.
    Callbacks,
    /// What each client is charged, and the cost per contact.
    Costs,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Queues,
        Self::Agents,
        Self::AgentsByQueue,
        Self::Hotlines,
        Self::Hours,
        Self::Outcomes,
        Self::Callbacks,
        Self::Costs,
    ];

    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queues => "queues",
            Self::Agents => "agents",
            Self::AgentsByQueue => "agents_by_queue",
            Self::Hotlines => "hotlines",
            Self::Hours => "hours",
            Self::Outcomes => "outcomes",
            Self::Callbacks => "callbacks",
            Self::Costs => "costs",
        }
    }

    pub(crate) fn keys(self) -> &'static [KeyColumn] {
        use KeyColumn::{Agent, Bucket, Channel, Currency, Hour, Outcome, Queue, Tenant, Weekday};
        match self {
            Self::Queues => &[Bucket, Tenant, Queue, Channel],
            Self::Agents => &[Bucket, Tenant, Agent],
            Self::AgentsByQueue => &[Bucket, Tenant, Agent, Queue, Channel],
            Self::Hotlines => &[Bucket, Tenant],
            Self::Hours => &[Weekday, Hour],
            Self::Outcomes => &[Bucket, Tenant, Queue, Outcome],
            Self::Callbacks => &[Bucket, Tenant, Queue],
            Self::Costs => &[Bucket, Tenant, Currency],
        }
    }

    /// By which totals are told apart.
    pub(crate) fn totals_by(self) -> Option<KeyColumn> {
        match self {
            Self::Outcomes => Some(KeyColumn::Outcome),
            Self::Costs => Some(KeyColumn::Currency),
            _ => None,
        }
    }
}

/// What tells rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyColumn {
    /// A bucket of the period.
    Bucket,
    /// A tenant.
    Tenant,
    /// A queue.
    Queue,
    /// A channel.
    Channel,
    /// An agent.
    Agent,
    /// A day of the week.
    Weekday,
    /// An hour of the clock.
    Hour,
    /// An outcome, or why an arrival was refused.
    Outcome,
    /// A currency.
    Currency,
}

impl KeyColumn {
    /// Its name in files; a bucket is two columns there, `from` and `to`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Tenant => "tenant",
            Self::Queue => "queue",
            Self::Channel => "channel",
            Self::Agent => "agent",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Outcome => "outcome",
            Self::Currency => "currency",
        }
    }
}
