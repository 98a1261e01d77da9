//! What is asked of a tenant as a whole: configuration, civil time, its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::TenantConfig;
use crate::ids::{AgentName, CalendarName, CallerName, SkillName, TimeMs};

/// Remember what the configuration file says although it is not applied: what is in force stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteConfigFile {
    /// The hash of its document.
    pub document: u64,
    /// Whether it says what is in force.
    pub in_force: bool,
}

/// Give the tenant up; refused while contacts are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteTenant {
    /// Who asks.
    pub author: CallerName,
}

/// A new routing configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyConfig {
    /// The whole of it.
    pub config: Arc<TenantConfig>,
    /// Where it came from.
    pub source: ConfigSource,
    /// Who applies it.
    pub author: CallerName,
    /// Why, in the author's words.
    pub comment: Arc<str>,
    /// The version it was made for; another one in force refuses it. None: whatever is in force.
    pub expected_version: Option<u64>,
    /// What its civil times mean in engine time.
    pub civil: Arc<CivilTime>,
    /// The hash of the document it was read from; none: it was made otherwise.
    pub document: Option<u64>,
}

impl ApplyConfig {
    /// A configuration whatever is in force, without civil times and without a word why.
    pub fn of(
        config: impl Into<Arc<TenantConfig>>,
        source: ConfigSource,
        author: impl Into<CallerName>,
    ) -> Self {
        Self {
            config: config.into(),
            source,
            author: author.into(),
            comment: "".into(),
            expected_version: None,
            civil: Arc::default(),
            document: None,
        }
    }
}

/// What civil times mean in engine time, resolved outside of the core with real zone rules for some days ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CivilTime {
    /// The calendars; one that is not named keeps what was resolved last.
    pub calendars: Vec<CalendarTimes>,
    /// The instants at which the tenant's next days begin, rising.
    pub days: Vec<TimeMs>,
}

/// The hours of one calendar in engine time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarTimes {
    /// The calendar.
    pub calendar: CalendarName,
    /// What it is now.
    pub now: Opening,
    /// When it becomes what, rising; after the last it stays so.
    pub changes: Vec<(TimeMs, Opening)>,
}

/// Whether a calendar is open.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Open.
    #[default]
    Open,
    /// Closed: outside of its hours.
    Hours,
    /// Closed: a holiday.
    Holiday,
}

/// New skills of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAgentSkills {
    /// The agent.
    pub agent: AgentName,
    /// All their skills with their levels.
    pub skills: BTreeMap<SkillName, u8>,
    /// Who asks.
    pub author: CallerName,
}

/// Where a configuration came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    /// The configuration file, read at the start.
    File,
    /// The configuration service.
    Api,
}
