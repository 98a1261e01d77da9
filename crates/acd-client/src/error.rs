//! Everything that can go wrong, as callers must tell it apart.

use std::{collections::HashMap, error::Error as _, time::Duration};

use acd_proto::{
    ERROR_DOMAIN,
    v1::{ErrorReason, EventRefusal},
};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why a call, an event or a stream failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The server answered, and refused.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The server cannot be reached. Sessions go on trying and do not end with this.
    #[error("the server cannot be reached: {0}; check its address and that it runs")]
    Unreachable(String),
    /// The time for the call passed before it was answered; the server may or may not have decided it.
    #[error("no answer within the time for the call (last failure: {last}); repeat it later")]
    DeadlinePassed {
        /// The failure of the last attempt, "none" if it was still running.
        last: String,
    },
    /// An option is wrong.
    #[error("option `{field}`: {problem}")]
    Options {
        /// The option.
        field: &'static str,
        /// What is wrong with it and what to do.
        problem: String,
    },
    /// The server no longer knows what this adapter reported: it has another journal, or an older copy of it.
    #[error(
        "the server's journal was replaced: {0}; start a new adapter session and report the contacts that are open"
    )]
    JournalReplaced(String),
    /// The server broke the rules of the protocol; most likely versions do not match.
    #[error("the server broke the protocol: {0}; check that client and server versions match")]
    Protocol(String),
    /// The session was closed by this side.
    #[error("the session is closed; start a new one")]
    Closed,
}

impl Error {
    /// The server's reason, if it refused with one this version knows.
    #[must_use]
    pub fn reason(&self) -> Option<ErrorReason> {
        match self {
            Self::Refused(refusal) => refusal.reason,
            _ => None,
        }
    }

    /// Whether repeating the same call with the same request id may succeed soon.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            _ => matches!(
                self.reason(),
                Some(
                    ErrorReason::Busy
                        | ErrorReason::RateLimited
                        | ErrorReason::ShuttingDown
                        | ErrorReason::Storage
                )
            ),
        }
    }

    /// Whether a stream that ended with this ends for good: coming back would only end the same way, or would fight
    /// the one that took over. With a token that is renewed by itself, one that has expired is no such end.
    pub(crate) fn ends_stream(&self, renews_token: bool) -> bool {
        let Self::Refused(refusal) = self else {
            return !matches!(self, Self::Unreachable(_) | Self::Protocol(_));
        };
        match refusal.reason {
            Some(
                ErrorReason::Resync
                | ErrorReason::SequenceGap
                | ErrorReason::Internal
                | ErrorReason::LimitReached,
            ) => false,
            Some(ErrorReason::Unauthenticated) => !renews_token,
            Some(_) => !self.is_transient(),
            // Not from our server: a proxy in between, or a connection that broke in an unusual way.
            None => matches!(
                refusal.code,
                Code::Unimplemented | Code::Unauthenticated | Code::PermissionDenied
            ),
        }
    }

    /// A stream was silent for longer than its heartbeats allow, or was not opened in time.
    pub(crate) fn silent() -> Self {
        Self::Unreachable("nothing was heard for too long".to_owned())
    }

    /// The server ended a stream without saying why.
    pub(crate) fn ended() -> Self {
        Self::Unreachable("the server ended the stream".to_owned())
    }

    /// How long the server asks to wait before a repeat.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            _ => None,
        }
    }
}

/// What the server says when it refuses.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason_name}: {message}{}", self.suffix())]
pub struct Refusal {
    /// The gRPC status code.
    pub code: Code,
    /// The reason; none if the server gave none or one this version does not know.
    pub reason: Option<ErrorReason>,
    /// The reason as the server named it, or the status code.
    pub reason_name: String,
    /// The field at fault, empty if none.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it, empty if not said.
    pub remedy: String,
    /// What else the server said, by key (e.g. `state`, `limit`, `nearest`).
    pub metadata: HashMap<String, String>,
    /// Field violations of a refused document or request: field and description.
    pub violations: Vec<(String, String)>,
    /// How long to wait before a repeat, if the server said so.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    fn suffix(&self) -> String {
        let field = if self.field.is_empty() {
            String::new()
        } else {
            format!(" (field `{}`)", self.field)
        };
        let remedy = if self.remedy.is_empty() {
            String::new()
        } else {
            format!("; {}", self.remedy)
        };
        field + &remedy
    }

    fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details
            .error_info()
            .filter(|info| info.domain == ERROR_DOMAIN);
        let mut metadata = info.map(|info| info.metadata.clone()).unwrap_or_default();
        let violations = details
            .bad_request()
            .map(|request| &request.field_violations);
        Self {
            code: status.code(),
            reason: info.and_then(|info| ErrorReason::from_wire_name(&info.reason)),
            reason_name: info.map_or_else(
                || format!("{:?}", status.code()),
                |info| info.reason.clone(),
            ),
            field: metadata.remove("field").unwrap_or_default(),
            // The status message says all in one line; the parts come apart.
            message: metadata
                .remove("detail")
                .unwrap_or_else(|| status.message().to_owned()),
            remedy: metadata.remove("remedy").unwrap_or_default(),
            metadata,
            violations: violations
                .into_iter()
                .flatten()
                .map(|violation| (violation.field.clone(), violation.description.clone()))
                .collect(),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let refusal = Refusal::from_status(&status);
        if refusal.reason.is_some() {
            return Self::Refused(Box::new(refusal));
        }
        // A status with a source was made on this side, when the connection failed.
        match status.code() {
            Code::Unavailable => Self::Unreachable(described(&status)),
            _ if status.source().is_some() => Self::Unreachable(described(&status)),
            _ => Self::Refused(Box::new(refusal)),
        }
    }
}

impl From<EventRefusal> for Error {
    fn from(refusal: EventRefusal) -> Self {
        let reason = refusal.reason();
        Self::Refused(Box::new(Refusal {
            code: Code::FailedPrecondition,
            reason: (reason != ErrorReason::Unspecified).then_some(reason),
            reason_name: reason.wire_name().to_owned(),
            field: refusal.field,
            message: refusal.message,
            remedy: refusal.remedy,
            metadata: HashMap::new(),
            violations: Vec::new(),
            retry_after: None,
        }))
    }
}

/// The status with what caused it, as one line.
fn described(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = status.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.contains(&line) {
            text = format!("{text}: {line}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_names_reason_field_remedy_and_delay() {
        let mut details = ErrorDetails::new();
        let metadata = [
            ("field", "queue"),
            ("detail", "no queue `salse`"),
            ("remedy", "use `sales`"),
            ("nearest", "sales"),
        ];
        let metadata: HashMap<String, String> = metadata.map(|(k, v)| (k.into(), v.into())).into();
        details
            .set_error_info("UNKNOWN_QUEUE", ERROR_DOMAIN, metadata)
            .set_retry_info(Some(Duration::from_millis(20)));
        let status = Status::with_error_details(Code::NotFound, "queue: no queue; use", details);

        let error = Error::from(status);
        assert_eq!(error.reason(), Some(ErrorReason::UnknownQueue));
        assert_eq!(error.retry_after(), Some(Duration::from_millis(20)));
        assert!(!error.is_transient());
        assert_eq!(
            error.to_string(),
            "UNKNOWN_QUEUE: no queue `salse` (field `queue`); use `sales`"
        );
        let Error::Refused(refusal) = error else {
            panic!("a refusal")
        };
        assert_eq!(refusal.metadata["nearest"], "sales");
    }

    #[test]
    fn busy_and_away_are_transient_and_a_bare_status_is_a_refusal() {
        let mut details = ErrorDetails::new();
        details.set_error_info("BUSY", ERROR_DOMAIN, HashMap::<String, String>::new());
        let busy = Status::with_error_details(Code::ResourceExhausted, "mailbox full", details);
        assert!(Error::from(busy).is_transient());
        assert!(Error::from(Status::unavailable("connection refused")).is_transient());
        let foreign = Error::from(Status::unimplemented("no such method"));
        assert!(matches!(&foreign, Error::Refused(refusal) if refusal.reason.is_none()));
        assert!(!foreign.is_transient());
    }
}
