//! What an agent does.

use acd_proto::v1::{
    AcceptOfferRequest, Disposition, EndTalkRequest, EndWrapUpRequest, HoldRequest, LogoutRequest,
    Presence, RejectOfferRequest, ResumeRequest, SetPresenceRequest,
    agent_service_client::AgentServiceClient,
};

use crate::{Endpoint, Error, endpoint::Service, request::call};

/// The commands of one session. Each returns a sequence: a view at or past it shows the effect.
///
/// Every command fails with `NOT_LOGGED_IN` when the session has ended, `SESSION_REPLACED` when a later login took over,
/// and [`Error::DeadlinePassed`] or [`Error::Unreachable`] when there was no answer in time; further reasons stand with
/// each.
#[derive(Clone, Debug)]
pub struct AgentCommands {
    pub(super) endpoint: Endpoint,
    pub(super) client: AgentServiceClient<Service>,
    pub(super) tenant: String,
    pub(super) agent: String,
    pub(super) session_id: u64,
}

/// Sends one command of the session: fills in who asks, and repeats it until it is answered.
macro_rules! command {
    ($commands:ident, $method:ident, $request:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let request = $request {
            tenant: $commands.tenant.clone(),
            request_id: $commands.endpoint.request_id(),
            agent: $commands.agent.clone(),
            session_id: $commands.session_id,
            $($field: $value,)*
        };
        let answer = call(&$commands.endpoint, request, |request| {
            let mut client = $commands.client.clone();
            async move { client.$method(request).await }
        });
        Ok(answer.await?.sequence)
    }};
}

pub(super) use command;

impl AgentCommands {
    pub(super) fn new(
        endpoint: Endpoint,
        client: AgentServiceClient<Service>,
        tenant: &str,
        agent: &str,
        session_id: u64,
    ) -> Self {
        Self {
            endpoint,
            client,
            tenant: tenant.to_owned(),
            agent: agent.to_owned(),
            session_id,
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
    /// Those of every command.
    pub async fn ready(&self) -> Result<u64, Error> {
        command!(
            self,
            set_presence,
            SetPresenceRequest {
                presence: Presence::Ready.into(),
                reason_code: String::new(),
            }
        )
    }

    /// Goes not ready, once accepted offers, handlings and wrap-ups have cleared.
    ///
    /// # Errors
    /// Those of every command, and `INVALID_ARGUMENT` if the reason code is empty or too long.
    pub async fn not_ready(&self, reason_code: &str) -> Result<u64, Error> {
        command!(
            self,
            set_presence,
            SetPresenceRequest {
                presence: Presence::NotReady.into(),
                reason_code: reason_code.to_owned(),
            }
        )
    }

    /// Logs out, once accepted offers, handlings and wrap-ups have cleared.
    ///
    /// # Errors
    /// Those of every command.
    pub async fn logout(&self) -> Result<u64, Error> {
        command!(self, logout, LogoutRequest {})
    }

    /// Accepts an offer.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_OFFER`, and `OFFER_NOT_PENDING` with metadata `state` and `end_reason`.
    pub async fn accept(&self, offer_id: u64) -> Result<u64, Error> {
        command!(
            self,
            accept_offer,
            AcceptOfferRequest { offer_id: offer_id }
        )
    }

    /// Declines an offer.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub async fn reject(&self, offer_id: u64) -> Result<u64, Error> {
        command!(
            self,
            reject_offer,
            RejectOfferRequest { offer_id: offer_id }
        )
    }

    /// Puts the contact on hold.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_HANDLING`, and `HANDLING_STATE` with metadata `state`.
    pub async fn hold(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            hold,
            HoldRequest {
                handling_id: handling_id
            }
        )
    }

    /// Takes the contact off hold.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn resume(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            resume,
            ResumeRequest {
                handling_id: handling_id
            }
        )
    }

    /// Ends the talk; wrap-up begins, if the queue has one.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn end_talk(
        &self,
        handling_id: u64,
        disposition: Option<Disposition>,
    ) -> Result<u64, Error> {
        command!(
            self,
            end_talk,
            EndTalkRequest {
                handling_id: handling_id,
                disposition: disposition
            }
        )
    }

    /// Ends the wrap-up before its time.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn end_wrap_up(
        &self,
        handling_id: u64,
        disposition: Option<Disposition>,
    ) -> Result<u64, Error> {
        command!(
            self,
            end_wrap_up,
            EndWrapUpRequest {
                handling_id: handling_id,
                disposition: disposition
            }
        )
    }
}
