//! Changes configuration.

use acd_proto::Call;
use acd_proto::v1::{
    ApplyRequest, ApplyResponse, ConfigProblem, DeleteTenantRequest, DryRunRequest, DryRunResponse,
    GetRequest, GetResponse, HistoryRequest, HistoryResponse, ListTenantsRequest, RollbackRequest,
    RollbackResponse, RunScenariosRequest, ScenarioFile, ScenarioResult, SetAgentSkillsRequest,
    SetAgentSkillsResponse, SkillLevel, TenantInfo, ValidateRequest,
};

use crate::{Endpoint, Error, token::Service};

/// An administrator's hand on configuration. Documents are TOML text, one tenant each.
///
/// Every call fails with `PERMISSION_DENIED` without the role, or for lack of an answer in time; further reasons stand
/// with each.
#[derive(Clone, Debug)]
pub struct Configurator {
    endpoint: Endpoint,
    service: Service,
}

/// A document to put in force.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The document.
    pub document: String,
    /// The version it was made from; none: apply over any.
    pub expected_version: Option<u64>,
    /// Create the tenant, which must not exist.
    pub create: bool,
    /// Why, for the history.
    pub comment: String,
}

impl Configurator {
    /// Configures the tenants of this server.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.clone(),
            service: endpoint.service(),
        }
    }

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
    }

    /// All that is wrong with a document; without an error among it, it can be applied.
    ///
    /// # Errors
    /// Those of every call; what is in the document is no error.
    pub async fn validate(&self, document: String) -> Result<Vec<ConfigProblem>, Error> {
        Ok(self.call(ValidateRequest { document }).await?.problems)
    }

    /// What would change if a document were applied now.
    ///
    /// # Errors
    /// Those of every call, and `UNKNOWN_TENANT` unless `create`.
    pub async fn dry_run(
        &self,
        tenant: &str,
        document: String,
        create: bool,
    ) -> Result<DryRunResponse, Error> {
        self.call(DryRunRequest {
            tenant: tenant.to_owned(),
            document,
            create,
        })
        .await
    }

    /// Runs scenario files against a document; a result for each, in their order. Those that were given up for lack of time
    /// may be sent again.
    ///
    /// # Errors
    /// Those of every call, `CONFIG_INVALID`, `INVALID_ARGUMENT`; what is wrong with a file is no error.
    pub async fn run_scenarios(
        &self,
        document: String,
        files: Vec<ScenarioFile>,
    ) -> Result<Vec<ScenarioResult>, Error> {
        let request = RunScenariosRequest { document, files };
        Ok(self.call(request).await?.results)
    }

    /// Puts a document in force, whole or not at all.
    ///
    /// # Errors
    /// Those of every call, `CONFIG_INVALID` with the problems as violations, `CONFIG_VERSION_CONFLICT`,
    /// `UNKNOWN_TENANT`, `TENANT_EXISTS`, `LIMIT_REACHED`.
    pub async fn apply(&self, tenant: &str, change: Change) -> Result<ApplyResponse, Error> {
        let request = ApplyRequest {
            tenant: tenant.to_owned(),
            request_id: self.endpoint.request_id(),
            document: change.document,
            expected_version: change.expected_version.unwrap_or_default(),
            create: change.create,
            comment: change.comment,
        };
        self.call(request).await
    }

    /// Puts an earlier version in force again, as a new one; an empty comment says which.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_TENANT`, `UNKNOWN_CONFIG_VERSION`, `CONFIG_VERSION_CONFLICT`, `CONFIG_INVALID`.
    pub async fn rollback(
        &self,
        tenant: &str,
        version: u64,
        expected_version: Option<u64>,
        comment: &str,
    ) -> Result<RollbackResponse, Error> {
        let request = RollbackRequest {
            tenant: tenant.to_owned(),
            request_id: self.endpoint.request_id(),
            version,
            expected_version: expected_version.unwrap_or_default(),
            comment: comment.to_owned(),
        };
        self.call(request).await
    }

    /// A version of a tenant's configuration; none: the one in force.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_TENANT`, `UNKNOWN_CONFIG_VERSION`.
    pub async fn get(&self, tenant: &str, version: Option<u64>) -> Result<GetResponse, Error> {
        self.call(GetRequest {
            tenant: tenant.to_owned(),
            version: version.unwrap_or_default(),
        })
        .await
    }

    /// One page of versions, newest first; `page_token` is that of the page before or empty.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_TENANT`, and `INVALID_ARGUMENT` for a page token that is not one.
    pub async fn history(
        &self,
        tenant: &str,
        page_token: String,
    ) -> Result<HistoryResponse, Error> {
        self.call(HistoryRequest {
            tenant: tenant.to_owned(),
            page_size: 0,
            page_token,
        })
        .await
    }

    /// The tenants the caller may see, by name.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn tenants(&self) -> Result<Vec<TenantInfo>, Error> {
        Ok(self.call(ListTenantsRequest {}).await?.tenants)
    }

    /// Deletes a tenant; returns the sequence of its last event.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_TENANT`, `TENANT_IN_USE`, `TENANT_DELETED`.
    pub async fn delete_tenant(&self, tenant: &str) -> Result<u64, Error> {
        let request = DeleteTenantRequest {
            tenant: tenant.to_owned(),
            request_id: self.endpoint.request_id(),
        };
        Ok(self.call(request).await?.sequence)
    }

    /// Replaces all skills of an agent, effective at once.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_TENANT`, `UNKNOWN_AGENT`, `UNKNOWN_SKILL`, `INVALID_ARGUMENT`.
    pub async fn set_agent_skills(
        &self,
        tenant: &str,
        agent: &str,
        skills: Vec<SkillLevel>,
    ) -> Result<SetAgentSkillsResponse, Error> {
        let request = SetAgentSkillsRequest {
            tenant: tenant.to_owned(),
            request_id: self.endpoint.request_id(),
            agent: agent.to_owned(),
            skills,
        };
        self.call(request).await
    }
}
