//! What a statement says, read and typed by the slots of its pattern.

use std::sync::Arc;

use acd_core::command::RecordingState;
use acd_core::config::TenantConfig;
use acd_core::ids::{Channel, DurationMs, TimeMs};
use acd_core::requirement::Requirement;

use super::percent::Percent;
use super::statement::Statement;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// An agent of the configuration.
    Agent,
    /// A contact that some line lets arrive.
    Contact,
    /// A queue of the configuration.
    Queue,
    /// An adapter of the configuration.
    Adapter,
    /// A contact that arrives here.
    Newcomer,
    /// A team of the configuration.
    Team,
    /// A skill of the configuration.
    Skill,
    /// A routing plan of the configuration.
    Plan,
    /// A class rule of the configuration.
    Rule,
    /// Anything else: it is not looked up.
    Other,
}

impl Named {
    /// What it is, in the words of an error.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Named::Agent => "agent",
            Named::Contact | Named::Newcomer => "contact",
            Named::Queue => "queue",
            Named::Adapter => "adapter",
            Named::Team => "team",
            Named::Skill => "skill",
            Named::Plan => "plan",
            Named::Rule => "rule",
            Named::Other => "name",
        }
    }
}

/// One thing that a statement says.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Names of one kind, with the column of the first.
    Names(Named, Vec<String>, u32),
    /// A whole number.
    Number(i64),
    /// A length of time.
    Duration(DurationMs),
    /// An instant of engine time.
    Time(TimeMs),
    /// An edge of the wait buckets of the queue that is said, with its column.
    Edge(DurationMs, u32),
    /// A share of a hundred.
    Percent(Percent),
    /// A text.
    Text(String),
    /// A requirement.
    Requirement(Requirement),
    /// A channel.
    Channel(Channel),
    /// Which of the words of a choice.
    Choice(&'static str),
    /// A configuration, worked out when the file was read.
    Config(Arc<TenantConfig>),
    /// What is wrong with a configuration that is to be refused.
    Invalid(String),
    /// The entries of a list.
    Items(Vec<(&'static Statement, Arguments)>),
}

/// What a statement says, in the order of its pattern. The accessors panic when the pattern has no such slot: a table
/// and the functions it names belong together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(Vec<Argument>);

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(&self) -> Option<$type> {
            self.0.iter().find_map(|argument| match argument {
                Argument::$variant(value) => Some(value.clone()),
                _ => None,
            })
        }
    )*};
}

impl Arguments {
    pub(crate) fn push(&mut self, argument: Argument) {
        self.0.push(argument);
    }

    /// Everything in it, the entries of lists included.
    pub(crate) fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Argument)) {
        for argument in &self.0 {
            visit(argument);
            if let Argument::Items(items) = argument {
                items.iter().for_each(|(_, inner)| inner.each(visit));
            }
        }
    }

    accessors! {
        /// The first number.
        number: Number -> i64;
        /// The first length of time.
        duration: Duration -> DurationMs;
        /// The first instant.
        time: Time -> TimeMs;
        /// The share of a hundred.
        percent: Percent -> Percent;
        /// The first text.
        text: Text -> String;
        /// The first requirement.
        requirement: Requirement -> Requirement;
        /// The first channel.
        channel: Channel -> Channel;
        /// The configuration.
        config: Config -> Arc<TenantConfig>;
        /// What is wrong with the configuration.
        invalid: Invalid -> String;
        /// The first choice.
        choice: Choice -> &'static str;
    }

    /// How a recording is to be, or is: the choice of `on`, `paused` and `off`.
    pub(crate) fn recording(&self) -> RecordingState {
        match self.choice() {
            Some("on") => RecordingState::On,
            Some("paused") => RecordingState::Paused,
            _ => RecordingState::Off,
        }
    }

    /// The edge of the wait buckets.
    pub(crate) fn edge(&self) -> Option<DurationMs> {
        self.0.iter().find_map(|argument| match argument {
            Argument::Edge(edge, _) => Some(*edge),
            _ => None,
        })
    }

    /// Every number.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// Every text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The entries of the first list; none if it was left out.
    pub(crate) fn items(&self) -> &[(&'static Statement, Arguments)] {
        let found = self.0.iter().find_map(|argument| match argument {
            Argument::Items(items) => Some(items.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// The names of the first list of this kind.
    pub(crate) fn names(&self, kind: Named) -> &[String] {
        self.nth(kind, 0).expect("the pattern has such a slot")
    }

    /// The first name of this kind.
    pub(crate) fn name(&self, kind: Named) -> &str {
        self.optional(kind).expect("the pattern has such a slot")
    }

    /// The first name of this kind, if it was not left out.
    pub(crate) fn optional(&self, kind: Named) -> Option<&str> {
        self.nth(kind, 0).map(|names| names[0].as_str())
    }

    /// The names of the n-th slot of this kind, from 0.
    pub(crate) fn nth(&self, kind: Named, n: usize) -> Option<&[String]> {
        let mut found = self.0.iter().filter_map(|argument| match argument {
            Argument::Names(named, names, _) if *named == kind => Some(names.as_slice()),
            _ => None,
        });
        found.nth(n)
    }

    /// The agent.
    pub(crate) fn agent(&self) -> &str {
        self.name(Named::Agent)
    }

    /// The contact.
    pub(crate) fn contact(&self) -> &str {
        self.name(Named::Contact)
    }

    /// The contacts and agents that are said together, in itself and in its entries.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let own = self
            .optional(Named::Contact)
            .zip(self.optional(Named::Agent))
            .map(|(contact, agent)| (contact.to_owned(), agent.to_owned()));
        let entries = self.items().iter().flat_map(|(_, entry)| entry.pairs());
        own.into_iter().chain(entries).collect()
    }

    /// The queue.
    pub(crate) fn queue(&self) -> &str {
        self.name(Named::Queue)
    }
}
