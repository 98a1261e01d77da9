//! Who calls, and how.

use std::sync::Arc;

use acd_core::command::{Command, Origin, Reply, Request, Supervise, SupervisorAct};
use acd_core::ids::{AdapterName, AgentName, CallerName, TenantName, TimeMs};
use acd_proto::Mutation;
use acd_proto::v1::{self, ErrorReason, Role};
use tracing::Instrument as _;

use super::fields;
use super::fingerprint::fingerprint;
use super::refusal;
use crate::auth::{Gate, Identity, Lifetime, Lifetimes, Pace};
use crate::error::ApiError;
use acd_shard::trace;
use acd_shard::{Called, Shards};

/// The longest request id, in bytes.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// One call's caller.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    identity: Arc<Identity>,
    called: Called,
}

impl Caller {
    /// The caller of this request, as the gate found it.
    pub(super) fn of<T>(request: &tonic::Request<T>) -> Result<Self, ApiError> {
        let missing = || ApiError::new(ErrorReason::Internal, "", "the call did not pass the gate");
        let identity = request
            .extensions()
            .get::<Arc<Identity>>()
            .cloned()
            .ok_or_else(missing)?;
        Ok(Self {
            identity,
            called: request
                .extensions()
                .get::<Called>()
                .copied()
                .unwrap_or_default(),
        })
    }

    /// Whoever calls where nobody is asked for a token.
    #[cfg(test)]
    pub(super) fn local() -> Self {
        Self {
            identity: Identity::local(),
            called: Called::default(),
        }
    }

    /// The caller's name.
    pub(super) fn name(&self) -> CallerName {
        self.identity.subject.clone()
    }

    /// How the call was made.
    pub(super) fn called(&self) -> Called {
        self.called
    }

    /// How long a stream of the caller may last.
    pub(super) fn lifetime(&self, lifetimes: &Lifetimes) -> Lifetime {
        lifetimes.begin(&self.identity)
    }

    /// How fast a stream of the caller is read.
    pub(super) fn pace(&self, gate: &Gate) -> Pace {
        gate.pace(&self.identity)
    }

    /// Lets the caller's streams last as long as the token of this call; says how many there are.
    pub(super) fn renew(&self, lifetimes: &Lifetimes) -> usize {
        lifetimes.renew(&self.identity)
    }

    /// When the token of this call expires; none: never.
    pub(super) fn expires_at(&self) -> Option<TimeMs> {
        self.identity.expires_at
    }

    /// The caller in the words of the API, with the tenants for which they may act.
    pub(super) fn described(&self, tenants: Vec<v1::VisibleTenant>) -> v1::WhoAmIResponse {
        let identity = &*self.identity;
        v1::WhoAmIResponse {
            authentication: identity.is_authenticated(),
            subject: identity.subject.to_string(),
            roles: identity.roles.iter().map(|role| *role as i32).collect(),
            tenants,
            agent: identity
                .agent
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            adapter: identity
                .adapter
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            expires_at_ms: identity.expires_at.unwrap_or(0),
        }
    }

    /// Whether the caller has this role.
    pub(super) fn has(&self, role: Role) -> bool {
        self.identity.roles.contains(&role)
    }

    /// Whether the caller may act for this tenant.
    pub(super) fn sees(&self, tenant: &TenantName) -> bool {
        self.identity.tenants.include(tenant)
    }

    /// The tenant of this name, if the caller may act for it.
    pub(super) fn tenant(&self, name: &str) -> Result<TenantName, ApiError> {
        let tenant: TenantName = fields::name("tenant", name)?;
        self.identity.may_act_for(&tenant)?;
        Ok(tenant)
    }

    /// The agent of this name, if the caller may speak for them.
    pub(super) fn agent(&self, name: &str) -> Result<AgentName, ApiError> {
        let agent: AgentName = fields::name("agent", name)?;
        self.identity.may_be_agent(&agent)?;
        Ok(agent)
    }

    /// The adapter of this name, if the caller may speak for it.
    pub(super) fn adapter(&self, name: &str) -> Result<AdapterName, ApiError> {
        let adapter: AdapterName = fields::name("adapter", name)?;
        self.identity.may_be_adapter(&adapter)?;
        Ok(adapter)
    }

    /// How a repetition of this mutation is recognised.
    pub(super) fn origin(&self, mutation: &mut impl Mutation) -> Result<Origin, ApiError> {
        let request_id = mutation.take_request_id();
        if request_id.is_empty() {
            let detail = "a call that changes something needs a request id";
            return Err(ApiError::new(
                ErrorReason::RequestIdMissing,
                "request_id",
                detail,
            ));
        }
        fields::length("request_id", &request_id, REQUEST_ID_BYTES_MAX)?;
        Ok(Origin::Unary {
            caller: self.name(),
            request_id: request_id.into(),
            fingerprint: fingerprint(mutation),
        })
    }

    /// Has a command decided; gives the engine's reply and the sequence at which it shows.
    pub(super) async fn ask(
        &self,
        shards: &Shards,
        tenant: &TenantName,
        origin: Origin,
        command: Command,
    ) -> Result<(Reply, u64), ApiError> {
        let request = Request {
            origin,
            command: command.clone(),
        };
        let span = trace::request(tenant, &command);
        let asked = shards.request(tenant, request, self.called);
        let answered = asked.instrument(span).await?;
        match answered.answer {
            Ok(reply) => Ok((reply, answered.sequence)),
            Err(refused) => Err(refusal::with_state(shards, tenant, command, refused).await),
        }
    }

    /// Has an act of the caller recorded, and done; gives the sequence at which it shows. A repetition is another act.
    pub(super) async fn act(
        &self,
        shards: &Shards,
        tenant: &TenantName,
        reason: &Arc<str>,
        act: SupervisorAct,
    ) -> Result<u64, ApiError> {
        let command = Command::Supervise(Supervise {
            author: self.name(),
            reason: reason.clone(),
            act,
        });
        let asked = self.ask(shards, tenant, Origin::Internal, command);
        Ok(asked.await?.1)
    }
}
