//! The queues of an Asterisk (`app_queue`): `queues.conf` and `queuerules.conf`.
//!
//! What comes of it is a configuration that may be applied, and an [`Account`] of every option: whether it maps, maps
//! differently or has no equal. docs/asterisk-import.md has the table of options.

mod account;
mod centre;
mod hearing;
mod members;
mod offering;
mod options;
mod rules;
mod text;
mod value;
mod waiting;

use acd_core::config::TenantConfig;

use crate::problem::Problems;

pub use account::{Account, Entry, Fate};
pub use text::File;
use text::Wrong;

/// Finds the files that an `#include` names, as it names them: none if there is none, several if it is a pattern.
pub type Find<'f> = &'f dyn Fn(&str) -> Result<Vec<File>, String>;

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The adapter that will own the agents' phones.
    pub adapter: String,
    /// Whether the agents work at a desktop; otherwise with their phone alone.
    pub desktop: bool,
    /// The penalties that the dialplan sets before it calls `Queue()`.
    pub penalties: Penalties,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            adapter: "asterisk".to_owned(),
            desktop: false,
            penalties: Penalties::default(),
        }
    }
}

/// `QUEUE_MAX_PENALTY`, `QUEUE_MIN_PENALTY` and `QUEUE_RAISE_PENALTY` when a caller joins, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Penalties {
    /// The highest penalty of members who are called.
    pub max: Option<u32>,
    /// The lowest one.
    pub min: Option<u32>,
    /// What lower penalties count as.
    pub raise: Option<u32>,
}

/// A centre as Asterisk's files describe it.
#[derive(Debug)]
pub struct Imported {
    /// The configuration; it may be applied.
    pub config: TenantConfig,
    /// What became of every option.
    pub account: Account,
}

/// Turns the queues of an Asterisk into a configuration.
///
/// # Errors
/// All that is wrong with the files: what Asterisk would refuse, what goes beyond a limit, and what cannot be a name
/// here.
pub fn import(
    queues: &File,
    rules: Option<&File>,
    find: Find<'_>,
    choices: &Choices,
) -> Result<Imported, Problems> {
    let queues = text::read(queues, find);
    let rules = rules.map(|file| text::read(file, find)).transpose();
    let (queues, rules) = match (queues, rules) {
        (Ok(queues), Ok(rules)) => (queues, rules.unwrap_or_default()),
        (queues, rules) => {
            let wrong: Vec<Wrong> = [queues.err(), rules.err()].into_iter().flatten().collect();
            let untold = wrong.iter().map(|it| it.untold).sum();
            let problems = wrong.into_iter().flat_map(|it| it.problems);
            return Err(Problems::new(problems.collect(), untold));
        }
    };
    centre::centre(&queues, &rules, choices)
}

#[cfg(test)]
mod tests;
