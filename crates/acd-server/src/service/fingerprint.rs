//! What makes the content of a mutation recognisable, so that the same request id with other content is noticed.

use acd_proto::v1;
use prost::Message;
use sha2::{Digest, Sha256};

/// A message that changes something, and its request id.
pub(super) trait Mutation: Message {
    /// What kind of message it is: two kinds may look alike on the wire.
    const KIND: &'static str;

    /// Takes the request id out, so that what is left is the content.
    fn take_request_id(&mut self) -> String;

    /// The first 64 bits of the SHA-256 of kind and content. The encoding of a message without maps is always the
    /// same, so that the fingerprint survives a restart and an upgrade.
    fn fingerprint(&self) -> u64
    where
        Self: Sized,
    {
        let mut hash = Sha256::new();
        hash.update(Self::KIND);
        hash.update(self.encode_to_vec());
        let digest = hash.finalize();
        digest
            .iter()
            .take(8)
            .fold(0, |bits, byte| bits << 8 | u64::from(*byte))
    }
}

macro_rules! mutations {
    ($($message:ident),* $(,)?) => {$(
        impl Mutation for v1::$message {
            const KIND: &'static str = stringify!($message);

            fn take_request_id(&mut self) -> String {
                std::mem::take(&mut self.request_id)
            }
        }
    )*};
}

mutations!(
    ArriveContactRequest,
    ChangeContactRequest,
    EndContactRequest,
    ReportConnectedRequest,
    ReportConnectFailedRequest,
    ReportHeldRequest,
    ReportResumedRequest,
    AckDirectivesRequest,
    ReportPhoneAnsweredRequest,
    ChooseExitRequest,
    RequestCallbackRequest,
    ReportFirstResponseRequest,
    ReturnContactRequest,
    AddReferenceRequest,
    SetOutsideBusyRequest,
    ActForAgentRequest,
    ReconcileRequest,
    LoginRequest,
    LogoutRequest,
    SetPresenceRequest,
    AcceptOfferRequest,
    RejectOfferRequest,
    HoldRequest,
    ResumeRequest,
    EndTalkRequest,
    EndWrapUpRequest,
    RequestWrapUpRequest,
    EnterWrapUpRequest,
    ExtendWrapUpRequest,
    SetDispositionRequest,
    RequestNextRequest,
    TransferRequest,
    ConsultRequest,
    CompleteTransferRequest,
    EndConsultRequest,
    JoinConsultRequest,
    ConferenceRequest,
    RequeueRequest,
    EscalateRequest,
    ParkRequest,
    UnparkRequest,
    KeepCallbackRequest,
    PutOffRequest,
    PauseQueueRequest,
    ResumeQueueRequest,
    AdjustContactRequest,
    AssignContactRequest,
    WithdrawContactRequest,
    FreeContactRequest,
    ForcePresenceRequest,
    ForceLogoutRequest,
    FreeAgentRequest,
    PauseAgentRequest,
    ResumeAgentRequest,
    SetEmergencyRequest,
    MonitorContactRequest,
    ApplyRequest,
    RollbackRequest,
    DeleteTenantRequest,
    SetAgentSkillsRequest,
);

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(request_id: &str, handling_id: u64) -> v1::HoldRequest {
        v1::HoldRequest {
            tenant: "bank".into(),
            request_id: request_id.into(),
            agent: "anna".into(),
            session_id: 7,
            handling_id,
        }
    }

    #[test]
    fn content_and_kind_count_and_the_request_id_does_not() {
        let print = |mut request: v1::HoldRequest| {
            request.take_request_id();
            request.fingerprint()
        };
        assert_eq!(print(hold("a", 1)), print(hold("b", 1)));
        assert_ne!(print(hold("a", 1)), print(hold("a", 2)));
        let v1::HoldRequest {
            tenant,
            agent,
            session_id,
            handling_id,
            ..
        } = hold("", 1);
        let resume = v1::ResumeRequest {
            tenant,
            request_id: String::new(),
            agent,
            session_id,
            handling_id,
        };
        assert_ne!(resume.fingerprint(), print(hold("a", 1)));
    }

    /// Answers are remembered across restarts and upgrades together with this number.
    #[test]
    fn the_fingerprint_never_changes() {
        let mut request = hold("a", 1);
        request.take_request_id();
        assert_eq!(request.fingerprint(), 14_195_813_697_322_598_419);
    }
}
