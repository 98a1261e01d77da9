//! What a supervisor does. Each act is recorded with who did it: the subject of the credentials.

use acd_proto::v1::{
    AdjustContactRequest, AssignContactRequest, ContactChanged, ForceLogoutRequest,
    ForcePresenceRequest, FreeAgentRequest, FreeContactRequest, MonitorContactRequest, MonitorMode,
    PauseAgentRequest, Presence, ResumeAgentRequest, SetEmergencyRequest, WithdrawContactRequest,
};

use super::Supervisor;
use crate::{Error, request::call};

/// Sends one act, again until it is answered.
macro_rules! act {
    ($supervisor:ident, $method:ident, $request:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let request = $request {
            tenant: $supervisor.tenant.clone(),
            request_id: $supervisor.endpoint.request_id(),
            $($field: $value,)*
        };
        let answer = call(&$supervisor.endpoint, request, |request| {
            let mut client = $supervisor.client.clone();
            async move { client.$method(request).await }
        });
        Ok(answer.await?.sequence)
    }};
}

/// Acts. Each returns a sequence: a view at or past it shows the effect. Each fails with `UNKNOWN_TENANT`, a loss of
/// rights, or no answer in time; further reasons stand with each.
impl Supervisor {
    /// Changes an open contact; a queue in the change moves it, and an instant puts it off to it.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_CONTACT`, `CONTACT_ENDED`, `CONTACT_NOT_WAITING`, `UNKNOWN_QUEUE`, `UNKNOWN_SKILL`.
    pub async fn adjust(&self, change: ContactChanged) -> Result<u64, Error> {
        act!(
            self,
            adjust_contact,
            AdjustContactRequest {
                change: Some(change)
            }
        )
    }

    /// Offers a waiting contact to an agent now, past his capacity if need be.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_CONTACT`, `CONTACT_NOT_WAITING`, `UNKNOWN_AGENT`, `NOT_LOGGED_IN`.
    pub async fn assign(&self, contact_id: &str, agent: &str) -> Result<u64, Error> {
        act!(
            self,
            assign_contact,
            AssignContactRequest {
                contact_id: contact_id.to_owned(),
                agent: agent.to_owned()
            }
        )
    }

    /// Takes a contact that waits, rings or is scheduled out of its queue; its adapter is told to end it.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_CONTACT`, `CONTACT_NOT_WAITING`.
    pub async fn withdraw(&self, contact_id: &str) -> Result<u64, Error> {
        act!(
            self,
            withdraw_contact,
            WithdrawContactRequest {
                contact_id: contact_id.to_owned()
            }
        )
    }

    /// Ends whatever holds a contact, and the contact.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_CONTACT`.
    pub async fn free_contact(&self, contact_id: &str) -> Result<u64, Error> {
        act!(
            self,
            free_contact,
            FreeContactRequest {
                contact_id: contact_id.to_owned()
            }
        )
    }

    /// Makes an agent ready at once.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`, `NOT_LOGGED_IN`.
    pub async fn force_ready(&self, agent: &str) -> Result<u64, Error> {
        act!(
            self,
            force_presence,
            ForcePresenceRequest {
                agent: agent.to_owned(),
                presence: Presence::Ready.into(),
                reason_code: String::new()
            }
        )
    }

    /// Makes an agent not ready at once, for this reason.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`, `NOT_LOGGED_IN`.
    pub async fn force_not_ready(&self, agent: &str, reason_code: &str) -> Result<u64, Error> {
        act!(
            self,
            force_presence,
            ForcePresenceRequest {
                agent: agent.to_owned(),
                reason_code: reason_code.to_owned(),
                presence: Presence::NotReady.into()
            }
        )
    }

    /// Logs an agent out at once; what he is connected with goes on.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`, `NOT_LOGGED_IN`.
    pub async fn force_logout(&self, agent: &str) -> Result<u64, Error> {
        act!(
            self,
            force_logout,
            ForceLogoutRequest {
                agent: agent.to_owned()
            }
        )
    }

    /// Releases every slot of an agent.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`.
    pub async fn free_agent(&self, agent: &str) -> Result<u64, Error> {
        act!(
            self,
            free_agent,
            FreeAgentRequest {
                agent: agent.to_owned()
            }
        )
    }

    /// Takes an agent out of one queue, for this reason.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`, `UNKNOWN_QUEUE`, `NOT_A_MEMBER`.
    pub async fn pause(&self, agent: &str, queue: &str, reason_code: &str) -> Result<u64, Error> {
        act!(
            self,
            pause_agent,
            PauseAgentRequest {
                agent: agent.to_owned(),
                queue: queue.to_owned(),
                reason_code: reason_code.to_owned()
            }
        )
    }

    /// Lets an agent back into a queue.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_AGENT`, `UNKNOWN_QUEUE`, `NOT_A_MEMBER`.
    pub async fn resume(&self, agent: &str, queue: &str) -> Result<u64, Error> {
        act!(
            self,
            resume_agent,
            ResumeAgentRequest {
                agent: agent.to_owned(),
                queue: queue.to_owned()
            }
        )
    }

    /// Closes a queue (none: all of them) in an emergency, or opens it again.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_QUEUE`.
    pub async fn set_emergency(&self, queue: Option<&str>, closed: bool) -> Result<u64, Error> {
        act!(
            self,
            set_emergency,
            SetEmergencyRequest {
                queue: queue.unwrap_or_default().to_owned(),
                closed: closed
            }
        )
    }

    /// Lets a supervisor, who is reached at this address, take part in a conversation.
    ///
    /// # Errors
    /// Those of every act, `UNKNOWN_CONTACT`, `HANDLING_STATE`.
    pub async fn monitor(
        &self,
        contact_id: &str,
        mode: MonitorMode,
        address: &str,
    ) -> Result<u64, Error> {
        act!(
            self,
            monitor_contact,
            MonitorContactRequest {
                contact_id: contact_id.to_owned(),
                mode: mode.into(),
                address: Some(address.into())
            }
        )
    }
}
