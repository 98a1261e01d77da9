//! What an agent does with a conversation beside talking, and with his queues.

use acd_proto::v1::{
    CompleteTransferRequest, ConferenceRequest, ConsultRequest, Destination, Disposition,
    EndConsultRequest, EnterWrapUpRequest, EscalateRequest, ExtendWrapUpRequest,
    JoinConsultRequest, KeepCallbackRequest, ParkRequest, PauseQueueRequest, PutOffRequest,
    RequestNextRequest, RequestWrapUpRequest, RequeueRequest, ResumeQueueRequest,
    SetDispositionRequest, TransferRequest, UnparkRequest, destination::To,
};

use super::commands::{AgentCommands, command};
use crate::{Error, request::call};

impl AgentCommands {
    /// Asks during a talk for wrap-up after it.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn request_wrap_up(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            request_wrap_up,
            RequestWrapUpRequest {
                handling_id: handling_id
            }
        )
    }

    /// Enters the optional wrap-up of a talk that has ended.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), and `NO_FREE_SLOT`.
    pub async fn enter_wrap_up(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            enter_wrap_up,
            EnterWrapUpRequest {
                handling_id: handling_id
            }
        )
    }

    /// Takes so many milliseconds longer for a wrap-up.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), and `INVALID_ARGUMENT`.
    pub async fn extend_wrap_up(&self, handling_id: u64, extend_ms: i64) -> Result<u64, Error> {
        command!(
            self,
            extend_wrap_up,
            ExtendWrapUpRequest {
                handling_id: handling_id,
                extend_ms: extend_ms
            }
        )
    }

    /// Says what became of a contact, in place of what was said before.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), and `INVALID_ARGUMENT`.
    pub async fn set_disposition(
        &self,
        handling_id: u64,
        disposition: Disposition,
    ) -> Result<u64, Error> {
        command!(
            self,
            set_disposition,
            SetDispositionRequest {
                handling_id: handling_id,
                disposition: Some(disposition)
            }
        )
    }

    /// Asks for the next contact (an agent who works on demand).
    ///
    /// # Errors
    /// Those of every command, and `NOT_ON_DEMAND`.
    pub async fn request_next(&self) -> Result<u64, Error> {
        command!(self, request_next, RequestNextRequest {})
    }

    /// Gives the contact away. If the target refuses it the conversation stays.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), `UNKNOWN_QUEUE`, `UNKNOWN_AGENT`, `NOT_LOGGED_IN`, `QUEUE_CLOSED`, `NO_STAFF`, `QUEUE_FULL`,
    /// `DIVERTED`, `PREDICTED_WAIT`.
    pub async fn transfer(&self, handling_id: u64, to: To) -> Result<u64, Error> {
        command!(
            self,
            transfer,
            TransferRequest {
                handling_id: handling_id,
                to: Some(Destination { to: Some(to) })
            }
        )
    }

    /// Puts the contact on hold and asks another one.
    ///
    /// # Errors
    /// As [`transfer`](Self::transfer).
    pub async fn consult(&self, handling_id: u64, to: To) -> Result<u64, Error> {
        command!(
            self,
            consult,
            ConsultRequest {
                handling_id: handling_id,
                to: Some(Destination { to: Some(to) })
            }
        )
    }

    /// Gives the contact to the one who was asked.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn complete_transfer(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            complete_transfer,
            CompleteTransferRequest {
                handling_id: handling_id
            }
        )
    }

    /// Ends the consultation and goes back to the contact.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn end_consult(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            end_consult,
            EndConsultRequest {
                handling_id: handling_id
            }
        )
    }

    /// Joins the consultation: customer, agent and the one who was asked talk together.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn join_consult(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            join_consult,
            JoinConsultRequest {
                handling_id: handling_id
            }
        )
    }

    /// Brings another one into the conversation: an agent, or one of a queue, who is offered a consultation that is
    /// joined once they are connected, or a party outside.
    ///
    /// # Errors
    /// As [`consult`](Self::consult), and `INVALID_ARGUMENT` if the agent takes part already.
    pub async fn conference(&self, handling_id: u64, to: To) -> Result<u64, Error> {
        command!(
            self,
            conference,
            ConferenceRequest {
                handling_id: handling_id,
                to: Some(Destination { to: Some(to) })
            }
        )
    }

    /// Puts the contact back into its queue.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), and `UNKNOWN_QUEUE`.
    pub async fn requeue(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            requeue,
            RequeueRequest {
                handling_id: handling_id
            }
        )
    }

    /// Puts the contact back into its queue for the next tier of expertise.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), `UNKNOWN_QUEUE`, `NO_HIGHER_TIER`.
    pub async fn escalate(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            escalate,
            EscalateRequest {
                handling_id: handling_id
            }
        )
    }

    /// Sets the contact aside; it holds no slot until the customer or the agent comes back to it.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn park(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            park,
            ParkRequest {
                handling_id: handling_id
            }
        )
    }

    /// Comes back to a contact that is parked with this agent.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_CONTACT`, `CONTACT_NOT_PARKED`.
    pub async fn unpark(&self, contact_id: &str) -> Result<u64, Error> {
        command!(
            self,
            unpark,
            UnparkRequest {
                contact_id: contact_id.to_owned()
            }
        )
    }

    /// Keeps the open callback of the customer of this handling: it does not end when the conversation does.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_HANDLING`, `HANDLING_STATE`.
    pub async fn keep_callback(&self, handling_id: u64) -> Result<u64, Error> {
        command!(
            self,
            keep_callback,
            KeepCallbackRequest {
                handling_id: handling_id
            }
        )
    }

    /// Puts a contact off to an instant: one that is parked with this agent, or waits or rings in a queue they serve.
    /// The instant is engine time in milliseconds since the epoch, and must be to come.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_CONTACT`, `CONTACT_ENDED`, `CONTACT_NOT_WAITING`, `INVALID_ARGUMENT`.
    pub async fn put_off(&self, contact_id: &str, not_before_at_ms: i64) -> Result<u64, Error> {
        command!(
            self,
            put_off,
            PutOffRequest {
                contact_id: contact_id.to_owned(),
                not_before_at_ms: not_before_at_ms
            }
        )
    }

    /// Takes no contacts of a queue, for this reason.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_QUEUE`, `NOT_A_MEMBER`, `INVALID_ARGUMENT`.
    pub async fn pause_queue(&self, queue: &str, reason_code: &str) -> Result<u64, Error> {
        command!(
            self,
            pause_queue,
            PauseQueueRequest {
                queue: queue.to_owned(),
                reason_code: reason_code.to_owned()
            }
        )
    }

    /// Takes contacts of a queue again.
    ///
    /// # Errors
    /// Those of every command, `UNKNOWN_QUEUE`, `NOT_A_MEMBER`.
    pub async fn resume_queue(&self, queue: &str) -> Result<u64, Error> {
        command!(
            self,
            resume_queue,
            ResumeQueueRequest {
                queue: queue.to_owned()
            }
        )
    }
}
