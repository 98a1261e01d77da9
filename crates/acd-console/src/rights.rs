//! What somebody is there for.

use acd_client::v1::{Role as EngineRole, WhoAmIResponse};
use serde::{Deserialize, Serialize};

/// What somebody is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Serves contacts.
    Agent,
    /// Watches, and steps in.
    Supervisor,
    /// Configures.
    Administrator,
    /// Watches a wallboard.
    Monitor,
}

impl Role {
    /// Its name, as a text's id.
    pub(crate) fn text_id(self) -> &'static str {
        match self {
            Self::Agent => "session-role-agent",
            Self::Supervisor => "session-role-supervisor",
            Self::Administrator => "session-role-administrator",
            Self::Monitor => "session-role-monitor",
        }
    }
}

/// Roles of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    /// What the engine says that somebody may.
    pub(crate) fn told(answer: &WhoAmIResponse) -> Self {
        let ours = |role| match role {
            EngineRole::Agent => Some(Role::Agent),
            EngineRole::Supervisor => Some(Role::Supervisor),
            EngineRole::Administrator => Some(Role::Administrator),
            EngineRole::Monitor => Some(Role::Monitor),
            EngineRole::Adapter | EngineRole::Unspecified => None,
        };
        answer.roles().filter_map(ours).collect()
    }

    /// Whether this one is among them.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut roles: Vec<_> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }
}
