//! Why a call is refused, in the words of the public API.
//!
//! Everything that can go wrong becomes an [`ApiError`], and an [`ApiError`] becomes a gRPC status in one place. Each
//! carries a reason of the closed list [`ErrorReason`], the field at fault and what the caller can do.

mod brief;
mod reason;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use acd_core::ids::CallerName;
use acd_core::refusal::{Reason, Refusal};
use acd_proto::v1::{ErrorReason, EventRefusal};
use tonic::{Code, Status};

use acd_shard::CallError;
use acd_shard::stream::{StreamEnd, SubscribeError};
use acd_view::Unknown;

use brief::{NAME_BYTES_MAX, SENTENCE_BYTES_MAX, brief};
pub use reason::{code, remedy};

/// The fields that every mutation has beside its content.
const BESIDE: [&str; 3] = ["tenant", "adapter", "request_id"];

/// A call that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Which of the closed list of reasons.
    pub reason: ErrorReason,
    /// The field of the request that is at fault; empty if none is.
    pub field: Box<str>,
    /// What is wrong, in a sentence without personal data.
    pub detail: Box<str>,
    /// What the caller can do.
    pub remedy: Box<str>,
    /// What else a program may want to know, by the names that `docs/api.md` lists.
    pub metadata: BTreeMap<&'static str, String>,
    /// All fields at fault, where there are several.
    pub violations: Box<[Violation]>,
    /// After how long the same call is worth repeating; none: not before something has changed.
    pub retry_after: Option<Duration>,
    /// Whose quota is used up; none: it is no matter of a quota.
    pub quota: Option<Box<CallerName>>,
}

/// A field at fault, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field.
    pub field: String,
    /// What is wrong with it, and what to do.
    pub description: String,
}

impl ApiError {
    /// A refusal for this reason of this field (empty: of none), with the remedy that belongs to the reason.
    pub fn new(reason: ErrorReason, field: impl Into<Box<str>>, detail: impl fmt::Display) -> Self {
        Self {
            reason,
            field: field.into(),
            detail: detail.to_string().into(),
            remedy: remedy(reason).into(),
            metadata: BTreeMap::new(),
            violations: Box::default(),
            retry_after: None,
            quota: None,
        }
    }

    /// A field that is missing, malformed or out of range, with a remedy of its own.
    pub fn invalid(
        field: impl Into<Box<str>>,
        detail: impl fmt::Display,
        remedy: impl Into<Box<str>>,
    ) -> Self {
        Self::new(ErrorReason::InvalidArgument, field, detail).with_remedy(remedy)
    }

    /// Why a message that a client sent cannot be read, if that is what this status says of it; none if the client is
    /// gone or the status is another one's. Statuses of this API have details, and those of a broken connection a
    /// source.
    pub fn unreadable(status: &Status) -> Option<Self> {
        let is_told = !status.details().is_empty() || std::error::Error::source(status).is_some();
        match status.code() {
            _ if is_told => None,
            Code::Internal => Some(Self::invalid(
                unreadable_field(status.message()),
                format!("the message cannot be read: {}", status.message()),
                "send messages of the acd.v1 definitions; text is UTF-8",
            )),
            Code::OutOfRange | Code::ResourceExhausted => Some(
                Self::new(ErrorReason::LimitReached, "", "the message is too large")
                    .with_remedy("send less, or in several messages")
                    .with("limit", "message_bytes"),
            ),
            _ => None,
        }
    }

    /// The same with another remedy.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Box<str>>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// The same with one more thing a program may want to know.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.metadata.insert(key, value.to_string());
        self
    }

    /// The same, worth repeating after this time.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The same, because this one's quota is used up.
    #[must_use]
    pub fn over_quota(mut self, whose: CallerName) -> Self {
        self.quota = Some(Box::new(whose));
        self
    }

    /// Whose quota is used up; none: nobody's.
    pub fn quota(&self) -> Option<&CallerName> {
        self.quota.as_deref()
    }

    /// The same, with the field named as it stands within this field of the request (of an adapter's event: within the
    /// event). What the request says beside it keeps its name.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        if !self.field.is_empty() && !BESIDE.contains(&&*self.field) {
            self.field = format!("{outer}.{}", self.field).into();
        }
        self
    }

    /// The same refusal of one event of an adapter's stream.
    pub fn of_event(&self, sequence: u64) -> EventRefusal {
        EventRefusal {
            sequence,
            reason: self.reason.into(),
            field: brief(&self.field, NAME_BYTES_MAX),
            message: brief(&self.detail, SENTENCE_BYTES_MAX),
            remedy: brief(&self.remedy, SENTENCE_BYTES_MAX),
        }
    }

    /// Those of a refusal that the caller can avoid by other content, as field and description; a state that does not fit
    /// is no bad request.
    fn field_violations(&self) -> Vec<(String, String)> {
        if code(self.reason) != tonic::Code::InvalidArgument {
            return Vec::new();
        }
        if self.violations.is_empty() && !self.field.is_empty() {
            let description = format!("{}; {}", self.detail, self.remedy);
            return vec![(self.field.to_string(), description)];
        }
        let all = self.violations.iter();
        all.map(|it| (it.field.clone(), it.description.clone()))
            .collect()
    }
}

/// The innermost field that the decoder names, such as `ContactArrived.contact_id`; empty if it names none.
fn unreadable_field(message: &str) -> &str {
    let named = message.split(": ").find(|part| {
        let mut names = part.split('.');
        let is_name = |name: Option<&str>| {
            name.is_some_and(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        is_name(names.next()) && is_name(names.next()) && names.next().is_none()
    });
    named.unwrap_or_default()
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.detail)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        brief::status(&error)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(reason::of(refusal.reason), &*refusal.field, &refusal.detail)
            .with_remedy(refusal.remedy())
    }
}

/// What the engine records of an event that it was not asked to decide.
impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let name = error.reason.wire_name();
        let known = Reason::ALL.iter().find(|reason| reason.as_str() == name);
        Self::new(
            known.copied().unwrap_or(Reason::InvalidArgument),
            &brief(&error.field, NAME_BYTES_MAX),
            brief(&error.detail, SENTENCE_BYTES_MAX),
        )
        .with_remedy(error.remedy)
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::UnknownTenant(tenant) => Self::new(
                ErrorReason::UnknownTenant,
                "tenant",
                format!("there is no tenant {tenant:?}"),
            ),
            CallError::TenantExists(tenant) => Self::new(
                ErrorReason::TenantExists,
                "tenant",
                format!("tenant {tenant:?} exists already"),
            ),
            CallError::LimitReached { what, limit } => {
                let detail = format!("at most {limit} {what}");
                Self::new(ErrorReason::LimitReached, "", detail).with("limit", what)
            }
            CallError::Busy { share, retry_after } => {
                let detail = match share {
                    Some(share) => format!(
                        "calls of {share} take more of the shard's mailbox than is left for others"
                    ),
                    None => "the shard's mailbox is full".to_owned(),
                };
                Self::new(ErrorReason::Busy, "", detail)
                    .with("limit", "server.limits.mailbox")
                    .retry_after(retry_after)
            }
            CallError::DeadlinePassed => Self::new(
                ErrorReason::DeadlinePassed,
                "",
                "the deadline passed before the call was decided",
            ),
            CallError::Unavailable { retry_after } => {
                Self::new(ErrorReason::Storage, "", "the journal cannot be used")
                    .retry_after(retry_after)
            }
            CallError::ShuttingDown => {
                Self::new(ErrorReason::ShuttingDown, "", "the server is stopping")
            }
            CallError::Defect => Self::new(
                ErrorReason::Internal,
                "",
                "the read failed on a defect of the server",
            ),
            CallError::Log(cause) => {
                tracing::error!(cause, "the log cannot be read");
                Self::new(ErrorReason::Internal, "", "the log cannot be read")
            }
        }
    }
}

impl From<Unknown> for ApiError {
    fn from(unknown: Unknown) -> Self {
        let (reason, field) = match &unknown {
            Unknown::Contact(_) | Unknown::Record(_) => (ErrorReason::UnknownContact, "contact_id"),
            Unknown::Queue(_) => (ErrorReason::UnknownQueue, "filter.queue_names"),
            Unknown::Agent(_) => (ErrorReason::UnknownAgent, "filter.agent_names"),
        };
        let error = Self::new(reason, field, unknown.to_string());
        match unknown {
            Unknown::Record(_) => {
                error.with_remedy("raise the limit ended_records to keep records longer")
            }
            _ => error,
        }
    }
}

impl From<SubscribeError> for ApiError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::Call(error) => error.into(),
            SubscribeError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<StreamEnd> for ApiError {
    fn from(end: StreamEnd) -> Self {
        let (reason, detail) = match end {
            StreamEnd::SessionReplaced => (
                ErrorReason::SessionReplaced,
                "a later login took over this session",
            ),
            StreamEnd::LoggedOut => (ErrorReason::NotLoggedIn, "the agent is logged out"),
            StreamEnd::AdapterFenced => (
                ErrorReason::AdapterFenced,
                "a later connection of this adapter took over",
            ),
            StreamEnd::Resync => (
                ErrorReason::Resync,
                "the reader of this stream was too slow",
            ),
            StreamEnd::TenantDeleted => (ErrorReason::TenantDeleted, "the tenant has been deleted"),
            StreamEnd::Storage => (ErrorReason::Storage, "the journal cannot be written"),
            StreamEnd::ShuttingDown => (ErrorReason::ShuttingDown, "the server is stopping"),
        };
        let error = Self::new(reason, "", detail);
        match end {
            StreamEnd::Storage => error.retry_after(acd_shard::STORAGE_RETRY_AFTER),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    #[test]
    fn a_status_names_reason_field_detail_and_remedy() {
        let error =
            ApiError::invalid("contact.queue", "it is empty", "name a queue").with("limit", 7);
        let status = Status::from(error);
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        assert_eq!(status.message(), "contact.queue: it is empty; name a queue");
        let info = status.get_details_error_info().expect("error info");
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("INVALID_ARGUMENT", "acd.v1")
        );
        for (key, value) in [
            ("field", "contact.queue"),
            ("detail", "it is empty"),
            ("remedy", "name a queue"),
            ("limit", "7"),
        ] {
            assert_eq!(info.metadata[key], value);
        }
        let violations = status
            .get_details_bad_request()
            .expect("bad request")
            .field_violations;
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].field, "contact.queue");
    }

    #[test]
    fn a_passing_refusal_says_when_to_try_again() {
        let delay = Duration::from_millis(100);
        for passing in [
            CallError::Busy {
                share: None,
                retry_after: delay,
            },
            CallError::Unavailable { retry_after: delay },
        ] {
            let status = Status::from(ApiError::from(passing));
            let retry = status.get_details_retry_info().expect("retry info");
            assert_eq!(retry.retry_delay, Some(delay));
        }
        let lasting = Status::from(ApiError::new(
            ErrorReason::UnknownQueue,
            "queue",
            "no queue \"x\"",
        ));
        assert!(lasting.get_details_retry_info().is_none());
    }

    #[test]
    fn an_event_refusal_names_the_field_within_its_event() {
        let error = ApiError::new(ErrorReason::UnknownQueue, "queue", "no queue \"x\"");
        let refusal = error.within("contact_arrived").of_event(7);
        assert_eq!(refusal.sequence, 7);
        assert_eq!(refusal.reason(), ErrorReason::UnknownQueue);
        assert_eq!(refusal.field, "contact_arrived.queue");
        assert!(!refusal.message.is_empty() && !refusal.remedy.is_empty());
        let beside = ApiError::new(ErrorReason::UnknownAdapter, "adapter", "no adapter \"x\"");
        assert_eq!(&*beside.within("contact").field, "adapter");
    }
}
