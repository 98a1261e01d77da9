//! What an agent does.

use acd_proto::Call;
use acd_proto::v1::Presence;

use crate::{Endpoint, Error, token::Service};

/// The commands of one session. Each returns a sequence: a view at or past it shows the effect.
///
/// Every command fails with `NOT_LOGGED_IN` when the session has ended, `SESSION_REPLACED` when a later login took over,
/// and [`Error::DeadlinePassed`] or [`Error::Unreachable`] when there was no answer in time; further reasons stand with
/// each. The commands are the calls of `acd.v1.AgentService`, in the words of its definition.
#[derive(Clone, Debug)]
pub struct AgentCommands {
    pub(super) endpoint: Endpoint,
    pub(super) service: Service,
    pub(super) tenant: String,
    pub(super) agent: String,
    pub(super) session_id: u64,
    request_id: Option<String>,
}

impl AgentCommands {
    pub(super) fn new(
        endpoint: Endpoint,
        service: Service,
        tenant: &str,
        agent: &str,
        session_id: u64,
    ) -> Self {
        Self {
            endpoint,
            service,
            tenant: tenant.to_owned(),
            agent: agent.to_owned(),
            session_id,
            request_id: None,
        }
    }

    /// The same commands under this request id: for one intent of somebody who repeats it themselves, such as a browser.
    #[must_use]
    pub fn request(&self, request_id: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            ..self.clone()
        }
    }

    /// The agent's name.
    #[must_use]
    pub fn agent(&self) -> &str {
        &self.agent
    }

    /// The session.
    #[must_use]
    pub fn session_id(&self) -> u64 {
        self.session_id
    }

    /// Goes ready, at once; cancels a pending change.
    ///
    /// # Errors
    /// As [`set_presence`](Self::set_presence).
    pub async fn ready(&self) -> Result<u64, Error> {
        self.set_presence(Presence::Ready, "").await
    }

    /// Goes not ready, once accepted offers, handlings and wrap-ups have cleared.
    ///
    /// # Errors
    /// As [`set_presence`](Self::set_presence).
    pub async fn not_ready(&self, reason_code: &str) -> Result<u64, Error> {
        self.set_presence(Presence::NotReady, reason_code).await
    }

    acd_proto::agent_service_methods!();

    fn request_id(&self) -> String {
        let own = || self.endpoint.request_id();
        self.request_id.clone().unwrap_or_else(own)
    }

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
    }
}
