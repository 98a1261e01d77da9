//! Names and numbers of things. A *name* is what people and adapters call a thing and is unique in its tenant;
//! a *number* is what the engine calls it. The number of a thing that an event creates (visit, offer, handling,
//! directive, session) is the sequence of that event, so it is unique in the tenant for ever.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::table::Number;

/// An instant of engine time in milliseconds since the Unix epoch. It never goes back within a tenant.
pub type TimeMs = i64;
/// A length of time in milliseconds.
pub type DurationMs = i64;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

names! {
    /// An isolated routing domain: one hotline or client.
    TenantName,
    /// An agent's name.
    AgentName,
    /// A queue's name.
    QueueName,
    /// A skill's name.
    SkillName,
    /// The configured name of an adapter.
    AdapterName,
    /// A team's name.
    TeamName,
    /// A routing profile's name.
    ProfileName,
    /// A routing plan's name.
    PlanName,
    /// A calendar's name.
    CalendarName,
    /// The name of a capacity pool.
    PoolName,
    /// A contact's name: the adapter's own id, so that a retry is the same contact.
    ContactName,
    /// Who sent a request: the scope of its request ids.
    CallerName,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($int:ty)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbers! {
    /// A contact: the sequence of the event that accepted it.
    ContactId(u64),
    /// A visit: the sequence of the event that opened it. Its order is the enqueue sequence of the matching order.
    VisitId(u64),
    /// An offer: the sequence of the event that made it.
    OfferId(u64),
    /// A handling: the sequence of the event that connected it.
    HandlingId(u64),
    /// A directive: the sequence of the event that issued it.
    DirectiveId(u64),
    /// An agent's login: the sequence of the event that opened it.
    SessionId(u64),
    /// One stream of a session or of an adapter: the sequence of the event that attached it.
    ConnectionId(u64),
    /// An agent's place in the tenant's list: given at first sight, never used again for another.
    AgentNo(u32),
    /// A queue's place in the tenant's list: given at first sight, never used again for another.
    QueueNo(u32),
    /// A skill's place in the tenant's list: given at first sight, never used again for another.
    SkillNo(u32),
    /// An adapter's place in the tenant's list: given at first sight, never used again for another.
    AdapterNo(u32),
    /// A calendar's place in the tenant's list: given at first sight, never used again for another.
    CalendarNo(u32),
}

macro_rules! of_events {
    ($($name:ident),*) => {$(
        impl Number for $name {
            fn number(self) -> u64 {
                self.0
            }
        }
    )*};
}
of_events!(ContactId, VisitId, OfferId, HandlingId, DirectiveId);

macro_rules! index {
    ($($name:ident),*) => {$(
        impl $name {
            /// The place as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
index!(AgentNo, QueueNo, SkillNo, AdapterNo, CalendarNo);

/// The kind of work a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Channel {
    /// A telephone call.
    Voice,
    /// A live chat.
    Chat,
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A message on a social network.
    Social,
    /// A video call.
    Video,
    /// A fax.
    Fax,
    /// A call the centre owes to a customer.
    Callback,
    /// Any other piece of work.
    Task,
}

impl Channel {
    /// Every channel, in the order of its number.
    pub const ALL: [Channel; 9] = [
        Channel::Voice,
        Channel::Chat,
        Channel::Email,
        Channel::Sms,
        Channel::Social,
        Channel::Video,
        Channel::Fax,
        Channel::Callback,
        Channel::Task,
    ];

    /// The channel as an index into per-channel arrays.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The channel's name in configuration, metrics and journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Voice => "voice",
            Channel::Chat => "chat",
            Channel::Email => "email",
            Channel::Sms => "sms",
            Channel::Social => "social",
            Channel::Video => "video",
            Channel::Fax => "fax",
            Channel::Callback => "callback",
            Channel::Task => "task",
        }
    }

    /// The channel of this name.
    pub fn from_name(name: &str) -> Option<Channel> {
        Channel::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }

    /// Whether a customer is there and listens while a contact of this channel waits.
    pub fn is_attended(self) -> bool {
        matches!(self, Channel::Voice | Channel::Video | Channel::Chat)
    }

    /// The channels whose work waits for an agent who is away.
    pub fn default_asynchronous() -> BTreeSet<Channel> {
        BTreeSet::from([Channel::Email, Channel::Fax, Channel::Social, Channel::Task])
    }

    /// Whether agents write to the customer: the adapter may report that they have.
    pub fn is_digital(self) -> bool {
        matches!(
            self,
            Channel::Chat | Channel::Email | Channel::Sms | Channel::Social | Channel::Fax
        )
    }

    /// By channel: the channels on which an agent may hold a lease and still be offered a contact of it. Voice may
    /// interrupt all others, nothing interrupts voice, the others do not block each other.
    pub fn default_interruptions() -> BTreeMap<Channel, BTreeSet<Channel>> {
        let quiet = || {
            Channel::ALL
                .into_iter()
                .filter(|other| *other != Channel::Voice)
        };
        Channel::ALL
            .into_iter()
            .map(|channel| (channel, quiet().collect()))
            .collect()
    }
}

/// A set of channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channels(u16);

impl Channels {
    /// Whether the channel is one of them.
    pub fn contains(self, channel: Channel) -> bool {
        self.0 & (1 << channel as u16) != 0
    }

    /// All of them, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let first = *Channel::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(first)
        })
    }

    /// Those that are in either of the two sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in one of the two sets alone.
    pub fn differing(self, other: Self) -> impl Iterator<Item = Channel> {
        Self(self.0 ^ other.0).iter()
    }
}

impl FromIterator<Channel> for Channels {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        let bits = channels.into_iter().map(|channel| 1 << channel as u16);
        Self(bits.fold(0, |all, bit: u16| all | bit))
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
