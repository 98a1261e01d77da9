//! A script: what callers and agents do, whatever the engine makes of it. A call log gives one ([`from_log`]), and so
//! does chance ([`generated`]); the virtual clock and a running server play the same.

mod from_log;
mod generated;

use std::collections::BTreeMap;

use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};

pub use from_log::{FROM_LOG_NOTES, from_log};
pub use generated::{Centre, generated};

/// The adapter that plays the calls.
pub const ADAPTER: &str = "pbx";

/// What callers and agents do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The configuration it is played on: one queue per class.
    pub config: TenantConfig,
    /// The calls, by arrival.
    pub calls: Vec<ScriptedCall>,
    /// The stretches of duty, by login.
    pub shifts: Vec<ScriptedShift>,
}

/// A call as its caller decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedCall {
    /// The contact's id.
    pub id: String,
    /// The class, which is the queue.
    pub class: String,
    /// Who calls, if known.
    pub customer: Option<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Added to the virtual wait.
    pub head_start_ms: i64,
    /// When the contact arrives.
    pub arrives_at_ms: i64,
    /// After how long a wait the caller hangs up if they are not answered; none: never.
    pub patience_ms: Option<i64>,
    /// How long the conversation lasts.
    pub talk_ms: i64,
}

/// A stretch of duty of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedShift {
    /// The agent.
    pub agent: String,
    /// When they log in and go ready.
    pub login_ms: i64,
    /// When they ask to log out.
    pub logout_ms: i64,
    /// How long they let an offer ring before they accept.
    pub accept_after_ms: i64,
}

impl Script {
    /// The shifts of each agent, one after the other.
    pub fn shifts_by_agent(&self) -> BTreeMap<String, Vec<ScriptedShift>> {
        let mut by_agent = BTreeMap::<String, Vec<ScriptedShift>>::new();
        for shift in &self.shifts {
            let shifts = by_agent.entry(shift.agent.clone()).or_default();
            shifts.push(shift.clone());
        }
        by_agent
    }

    /// The part of the script in which calls arrive from `from_ms` on and before `until_ms`. The shifts stay whole.
    pub fn between(&self, from_ms: i64, until_ms: i64) -> Script {
        let arrives = |call: &&ScriptedCall| (from_ms..until_ms).contains(&call.arrives_at_ms);
        let on_duty =
            |shift: &&ScriptedShift| shift.logout_ms > from_ms && shift.login_ms < until_ms;
        Script {
            config: self.config.clone(),
            calls: self.calls.iter().filter(arrives).cloned().collect(),
            shifts: self.shifts.iter().filter(on_duty).cloned().collect(),
        }
    }
}

/// A configuration with one queue per class and agents who each serve some of them.
fn config_of<'a>(
    classes: impl IntoIterator<Item = &'a str>,
    agents: impl IntoIterator<Item = (&'a str, Vec<&'a str>)>,
) -> TenantConfig {
    TenantConfig {
        adapters: vec![ADAPTER.into()],
        queues: classes.into_iter().map(QueueConfig::named).collect(),
        agents: agents
            .into_iter()
            .map(|(agent, classes)| AgentConfig::named(agent, classes))
            .collect(),
        ..TenantConfig::default()
    }
}
