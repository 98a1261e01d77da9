//! The table of reasons: the gRPC code and the remedy of each. `docs/api.md` lists the same for callers.

use acd_core::refusal::Reason;
use acd_proto::v1::ErrorReason;
use tonic::Code;

macro_rules! table {
    ($($reason:ident => $code:ident, $remedy:literal;)*) => {
        /// The canonical gRPC code that comes with a reason.
        pub fn code(reason: ErrorReason) -> Code {
            match reason { $(ErrorReason::$reason => Code::$code,)* }
        }

        /// What the caller can do.
        pub fn remedy(reason: ErrorReason) -> &'static str {
            match reason { $(ErrorReason::$reason => $remedy,)* }
        }

        #[cfg(test)]
        const ALL: &[ErrorReason] = &[$(ErrorReason::$reason),*];
    };
}

table! {
    Unspecified => Unknown, "report it with the server's log";
    UnknownTenant => NotFound, "check the tenant's name, or create it with ConfigService.Apply";
    UnknownQueue => NotFound, "name a queue of the configuration in force";
    UnknownAgent => NotFound, "name an agent of the configuration in force";
    UnknownAdapter => NotFound, "name an adapter of the configuration in force";
    UnknownContact => NotFound, "report its arrival first";
    UnknownSkill => NotFound, "name a skill of the configuration in force";
    UnknownOffer => NotFound, "answer only offers received on the stream";
    UnknownHandling => NotFound, "take the handling's id from the stream";
    UnknownConfigVersion => NotFound, "take the version from ConfigService.History";
    ContactEnded => FailedPrecondition, "use a new contact id";
    ContactDiffers => AlreadyExists, "give each contact its own id, or change the open one";
    ContactNotWaiting => FailedPrecondition, "nothing: the change came too late";
    ContactNotParked => FailedPrecondition, "name a contact that is parked with this agent";
    OfferNotPending => FailedPrecondition, "drop it from the screen; the stream has its last state";
    OfferNotAccepted => FailedPrecondition, "report only on the offer of the last connect directive";
    HandlingState => FailedPrecondition, "follow the handling's state on the stream";
    NotItsAgent => PermissionDenied, "act only for agents without a desktop whose configuration names this adapter";
    NotLoggedIn => FailedPrecondition, "log in";
    SessionReplaced => FailedPrecondition, "stop, or log in again if this desktop is the right one";
    AdapterFenced => Aborted, "run one instance under each adapter name, and do not reconnect automatically";
    SequenceGap => OutOfRange, "connect again and send from Welcome.last_applied_sequence + 1";
    RequestIdReused => AlreadyExists, "use a new request id for each new intent";
    RequestIdMissing => InvalidArgument, "send a unique id, e.g. a UUID";
    InvalidArgument => InvalidArgument, "correct the field";
    AttributesTooLarge => InvalidArgument, "send less, or a reference to where the data is kept";
    LimitReached => ResourceExhausted, "release what is no longer needed, or raise the limit";
    RateLimited => ResourceExhausted, "repeat the call with the same request id after the delay given, and call less often";
    QueueFull => ResourceExhausted, "treat the contact as turned away";
    Busy => ResourceExhausted, "repeat the call with the same request id after the delay given";
    ShuttingDown => Unavailable, "connect again and repeat the call with the same request id";
    Storage => Unavailable, "repeat the call with the same request id; the server's log has the cause";
    Resync => Aborted, "subscribe again without a resume token and take the snapshot";
    Unauthenticated => Unauthenticated, "send valid credentials";
    PermissionDenied => PermissionDenied, "use credentials with the role that docs/api.md lists for the call";
    ConfigInvalid => InvalidArgument, "correct the document; ConfigService.Validate lists all problems";
    ConfigVersionConflict => Aborted, "get the version in force, merge, and apply again";
    TenantExists => AlreadyExists, "apply without create";
    TenantInUse => FailedPrecondition, "let its contacts end and its agents log out first";
    TenantDeleted => FailedPrecondition, "create it again with ConfigService.Apply";
    DeadlinePassed => DeadlineExceeded, "repeat the call with the same request id and a later deadline";
    Internal => Internal, "report it with the server's log";
    QueueClosed => FailedPrecondition, "choose another destination";
    NoStaff => FailedPrecondition, "choose another destination";
    Diverted => ResourceExhausted, "choose another destination";
    PredictedWait => ResourceExhausted, "choose another destination";
    CallbackOpen => AlreadyExists, "wait for that callback, or change it";
    UnknownPlan => NotFound, "use a configured plan";
    UnknownTeam => NotFound, "use a configured team";
    UnknownChoice => NotFound, "use a choice of that queue's configuration";
    ChoiceUnavailable => FailedPrecondition, "offer the customer another choice";
    NotAMember => FailedPrecondition, "name a queue the agent serves";
    NoFreeSlot => FailedPrecondition, "wait until a slot is free";
    WrapUpForced => FailedPrecondition, "wait for its end";
    NoHigherTier => FailedPrecondition, "transfer the contact to a queue or an agent";
    NotOnDemand => FailedPrecondition, "wait for offers, or set on_demand for the agent";
}

/// The engine's reason in the words of the public API.
pub(super) fn of(reason: Reason) -> ErrorReason {
    match reason {
        Reason::UnknownQueue => ErrorReason::UnknownQueue,
        Reason::UnknownAgent => ErrorReason::UnknownAgent,
        Reason::UnknownAdapter => ErrorReason::UnknownAdapter,
        Reason::UnknownSkill => ErrorReason::UnknownSkill,
        Reason::UnknownContact => ErrorReason::UnknownContact,
        Reason::UnknownOffer => ErrorReason::UnknownOffer,
        Reason::UnknownHandling => ErrorReason::UnknownHandling,
        Reason::ContactEnded => ErrorReason::ContactEnded,
        Reason::ContactDiffers => ErrorReason::ContactDiffers,
        Reason::ContactNotWaiting => ErrorReason::ContactNotWaiting,
        Reason::ContactNotParked => ErrorReason::ContactNotParked,
        Reason::OfferNotPending => ErrorReason::OfferNotPending,
        Reason::OfferNotAccepted => ErrorReason::OfferNotAccepted,
        Reason::HandlingState => ErrorReason::HandlingState,
        Reason::NotItsAgent => ErrorReason::NotItsAgent,
        Reason::NotLoggedIn => ErrorReason::NotLoggedIn,
        Reason::SessionReplaced => ErrorReason::SessionReplaced,
        Reason::AdapterFenced => ErrorReason::AdapterFenced,
        Reason::SequenceGap => ErrorReason::SequenceGap,
        Reason::RequestIdReused => ErrorReason::RequestIdReused,
        Reason::QueueFull => ErrorReason::QueueFull,
        Reason::LimitReached => ErrorReason::LimitReached,
        Reason::InvalidArgument => ErrorReason::InvalidArgument,
        Reason::AttributesTooLarge => ErrorReason::AttributesTooLarge,
        Reason::ConfigInvalid => ErrorReason::ConfigInvalid,
        Reason::ConfigVersionConflict => ErrorReason::ConfigVersionConflict,
        Reason::TenantInUse => ErrorReason::TenantInUse,
        Reason::TenantDeleted => ErrorReason::TenantDeleted,
        Reason::QueueClosed => ErrorReason::QueueClosed,
        Reason::NoStaff => ErrorReason::NoStaff,
        Reason::Diverted => ErrorReason::Diverted,
        Reason::PredictedWait => ErrorReason::PredictedWait,
        Reason::CallbackOpen => ErrorReason::CallbackOpen,
        Reason::UnknownPlan => ErrorReason::UnknownPlan,
        Reason::UnknownTeam => ErrorReason::UnknownTeam,
        Reason::UnknownChoice => ErrorReason::UnknownChoice,
        Reason::ChoiceUnavailable => ErrorReason::ChoiceUnavailable,
        Reason::NotAMember => ErrorReason::NotAMember,
        Reason::NoFreeSlot => ErrorReason::NoFreeSlot,
        Reason::WrapUpForced => ErrorReason::WrapUpForced,
        Reason::NoHigherTier => ErrorReason::NoHigherTier,
        Reason::NotOnDemand => ErrorReason::NotOnDemand,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_and_the_api_call_a_reason_by_the_same_name() {
        for reason in Reason::ALL {
            assert_eq!(of(*reason).wire_name(), reason.as_str());
        }
    }

    /// The table is exhaustive by the compiler; the document is by this test.
    #[test]
    fn every_reason_stands_in_the_api_document_with_its_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
        let document = std::fs::read_to_string(path).expect("docs/api.md");
        for reason in ALL
            .iter()
            .filter(|reason| **reason != ErrorReason::Unspecified)
        {
            let name = format!("`{}`", reason.wire_name());
            let code = canonical_name(code(*reason));
            let told = document
                .lines()
                .any(|line| line.contains(&name) && line.contains(code));
            assert!(told, "docs/api.md has no line with {name} and {code}");
            assert!(!remedy(*reason).is_empty());
        }
    }

    fn canonical_name(code: Code) -> &'static str {
        match code {
            Code::NotFound => "NOT_FOUND",
            Code::FailedPrecondition => "FAILED_PRECONDITION",
            Code::AlreadyExists => "ALREADY_EXISTS",
            Code::Aborted => "ABORTED",
            Code::OutOfRange => "OUT_OF_RANGE",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Code::Unavailable => "UNAVAILABLE",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::PermissionDenied => "PERMISSION_DENIED",
            Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Code::Internal => "INTERNAL",
            other => panic!("{other:?} is no code of this API"),
        }
    }
}
