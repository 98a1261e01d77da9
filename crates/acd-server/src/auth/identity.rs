//! Who calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::ids::{AdapterName, AgentName, CallerName, TenantName, TimeMs};
use acd_proto::v1::{ErrorReason, Role};

use crate::error::ApiError;

/// Who calls with authentication off.
const LOCAL: &str = "local";

/// The tenants a caller may act for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tenants {
    /// Every tenant.
    All,
    /// These.
    Only(BTreeSet<TenantName>),
}

impl Tenants {
    /// Whether this tenant is among them.
    pub fn include(&self, tenant: &TenantName) -> bool {
        match self {
            Tenants::All => true,
            Tenants::Only(names) => names.contains(tenant),
        }
    }
}

/// A caller, as its credentials say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name of the caller: the scope of its request ids, and the author of what it does.
    pub subject: CallerName,
    /// What it is there for.
    pub roles: BTreeSet<Role>,
    /// For whom.
    pub tenants: Tenants,
    /// The one agent it may speak for; none: any.
    pub agent: Option<AgentName>,
    /// The one adapter it may speak for; none: any.
    pub adapter: Option<AdapterName>,
    /// Until when its credentials are valid: wall clock in milliseconds since the Unix epoch, with the leeway that is
    /// granted. None: for ever.
    pub expires_at: Option<TimeMs>,
}

/// Who a caller is and what it may do, whichever token says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rights {
    subject: CallerName,
    roles: BTreeSet<Role>,
    tenants: Tenants,
    agent: Option<AgentName>,
    adapter: Option<AdapterName>,
}

impl Identity {
    /// What remains when the token is renewed.
    pub(super) fn rights(&self) -> Rights {
        Rights {
            subject: self.subject.clone(),
            roles: self.roles.clone(),
            tenants: self.tenants.clone(),
            agent: self.agent.clone(),
            adapter: self.adapter.clone(),
        }
    }

    /// Whoever calls with authentication off: may do everything. The server then listens on loopback only.
    pub fn local() -> Arc<Self> {
        Arc::new(Self {
            subject: LOCAL.into(),
            roles: Role::all().collect(),
            tenants: Tenants::All,
            agent: None,
            adapter: None,
            expires_at: None,
        })
    }

    /// Whether a token says who they are; with authentication off none does.
    pub fn is_authenticated(&self) -> bool {
        self.expires_at.is_some()
    }

    /// Under whose name calls are counted; none: with authentication off all callers are one, and they are trusted.
    pub(super) fn rated_as(&self) -> Option<&CallerName> {
        self.is_authenticated().then_some(&self.subject)
    }

    /// Checks that the caller may act for this tenant.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`, whether the tenant exists or not.
    pub fn may_act_for(&self, tenant: &TenantName) -> Result<(), ApiError> {
        if self.tenants.include(tenant) {
            return Ok(());
        }
        Err(denied(
            "tenant",
            format!("{} may not act for tenant {tenant:?}", self.subject),
        ))
    }

    /// Checks that the caller may speak for this agent.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`, whether the agent exists or not.
    pub fn may_be_agent(&self, agent: &AgentName) -> Result<(), ApiError> {
        match &self.agent {
            Some(own) if own != agent => Err(denied(
                "agent",
                format!("{} may not speak for agent {agent:?}", self.subject),
            )),
            _ => Ok(()),
        }
    }

    /// Checks that the caller may speak for this adapter.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`, whether the adapter exists or not.
    pub fn may_be_adapter(&self, adapter: &AdapterName) -> Result<(), ApiError> {
        match &self.adapter {
            Some(own) if own != adapter => Err(denied(
                "adapter",
                format!("{} may not speak for adapter {adapter:?}", self.subject),
            )),
            _ => Ok(()),
        }
    }
}

fn denied(field: &str, detail: String) -> ApiError {
    ApiError::new(ErrorReason::PermissionDenied, field, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_identity_speaks_for_its_own_name_and_tenant_only() {
        let anna = Identity {
            subject: "anna@desk".into(),
            roles: [Role::Agent].into(),
            tenants: Tenants::Only(["bank".into()].into()),
            agent: Some("anna".into()),
            adapter: Some("pbx".into()),
            expires_at: None,
        };
        assert!(anna.may_act_for(&"bank".into()).is_ok());
        assert!(anna.may_be_agent(&"anna".into()).is_ok());
        assert!(anna.may_be_adapter(&"pbx".into()).is_ok());
        for refused in [
            anna.may_act_for(&"shop".into()),
            anna.may_be_agent(&"bert".into()),
            anna.may_be_adapter(&"sip".into()),
        ] {
            assert_eq!(refused.unwrap_err().reason, ErrorReason::PermissionDenied);
        }
    }

    #[test]
    fn the_local_identity_may_do_everything() {
        let local = Identity::local();
        assert_eq!(local.roles, Role::all().collect());
        assert!(local.may_act_for(&"any".into()).is_ok());
        assert!(local.may_be_agent(&"any".into()).is_ok());
        assert!(local.may_be_adapter(&"any".into()).is_ok());
    }
}
