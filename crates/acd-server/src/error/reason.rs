//! The table of reasons: the gRPC code of each, and the remedy of those that the engine does not know. `docs/api.md` lists
//! the same for callers.

use acd_core::refusal::Reason;
use acd_proto::v1::ErrorReason;
use tonic::Code;

macro_rules! table {
    (
        engine { $($known:ident => $known_code:ident;)* }
        api { $($reason:ident => $code:ident, $remedy:literal;)* }
    ) => {
        /// The canonical gRPC code that comes with a reason.
        pub fn code(reason: ErrorReason) -> Code {
            match reason {
                $(ErrorReason::$known => Code::$known_code,)*
                $(ErrorReason::$reason => Code::$code,)*
            }
        }

        /// What the caller can do: for the engine's reasons, what the engine says.
        pub fn remedy(reason: ErrorReason) -> &'static str {
            match reason {
                $(ErrorReason::$known => Reason::$known.remedy(),)*
                $(ErrorReason::$reason => $remedy,)*
            }
        }

        /// The engine's reason in the words of the public API.
        pub(super) fn of(reason: Reason) -> ErrorReason {
            match reason { $(Reason::$known => ErrorReason::$known,)* }
        }

        #[cfg(test)]
        const ALL: &[ErrorReason] = &[$(ErrorReason::$known,)* $(ErrorReason::$reason),*];
    };
}

table! {
    engine {
        UnknownQueue => NotFound;
        UnknownAgent => NotFound;
        UnknownAdapter => NotFound;
        UnknownContact => NotFound;
        UnknownSkill => NotFound;
        UnknownOffer => NotFound;
        UnknownHandling => NotFound;
        ContactEnded => FailedPrecondition;
        ContactDiffers => AlreadyExists;
        ContactNotWaiting => FailedPrecondition;
        ContactNotParked => FailedPrecondition;
        OfferNotPending => FailedPrecondition;
        OfferNotAccepted => FailedPrecondition;
        HandlingState => FailedPrecondition;
        NotItsAgent => PermissionDenied;
        NotLoggedIn => FailedPrecondition;
        SessionReplaced => FailedPrecondition;
        AdapterFenced => Aborted;
        SequenceGap => OutOfRange;
        RequestIdReused => AlreadyExists;
        InvalidArgument => InvalidArgument;
        AttributesTooLarge => InvalidArgument;
        LimitReached => ResourceExhausted;
        QueueFull => ResourceExhausted;
        ConfigInvalid => InvalidArgument;
        ConfigVersionConflict => Aborted;
        TenantInUse => FailedPrecondition;
        TenantDeleted => FailedPrecondition;
        QueueClosed => FailedPrecondition;
        NoStaff => FailedPrecondition;
        Diverted => ResourceExhausted;
        PredictedWait => ResourceExhausted;
        CallbackOpen => AlreadyExists;
        UnknownPlan => NotFound;
        UnknownTeam => NotFound;
        UnknownChoice => NotFound;
        ChoiceUnavailable => FailedPrecondition;
        NotAMember => FailedPrecondition;
        NoFreeSlot => FailedPrecondition;
        WrapUpForced => FailedPrecondition;
        NotRecorded => FailedPrecondition;
        UnknownAttribute => NotFound;
        NotRevealed => PermissionDenied;
        ContactOpen => FailedPrecondition;
        NoHigherTier => FailedPrecondition;
        NotOnDemand => FailedPrecondition;
    }
    api {
        Unspecified => Unknown, "report it with the server's log";
        UnknownTenant => NotFound, "check the tenant's name, or create it with ConfigService.Apply";
        UnknownConfigVersion => NotFound, "take the version from ConfigService.History";
        RequestIdMissing => InvalidArgument, "send a unique id, e.g. a UUID";
        RateLimited => ResourceExhausted, "repeat the call with the same request id after the delay given, and call less often";
        Busy => ResourceExhausted, "repeat the call with the same request id after the delay given";
        ShuttingDown => Unavailable, "connect again and repeat the call with the same request id";
        Storage => Unavailable, "repeat the call with the same request id; the server's log has the cause";
        Resync => Aborted, "subscribe again without a resume token and take the snapshot";
        Unauthenticated => Unauthenticated, "send valid credentials";
        PermissionDenied => PermissionDenied, "use credentials with the role that docs/api.md lists for the call";
        TenantExists => AlreadyExists, "apply without create";
        DeadlinePassed => DeadlineExceeded, "repeat the call with the same request id and a later deadline";
        HistoryOff => FailedPrecondition, "take enabled = false out of the section [server.history] of the configuration file, and start the server again";
        Internal => Internal, "report it with the server's log";
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
