//! Why a page or an act could not be had. The answer carries the problem, and the service makes a page of it in the
//! language of whoever asked.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::rights::Role;

/// Why a page or an act could not be had.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// Nobody is signed in, or their session has ended: they are sent to the sign-in.
    SignedOut,
    /// The page is for another role.
    NoRights {
        /// For whom it is.
        needs: Role,
    },
    /// The tenant of the address does not exist, or is not theirs.
    NoTenant(String),
    /// There is no such page.
    NotFound,
    /// There is no such thing: the kind's text id, and its name.
    Unknown {
        /// What is not there, e.g. a contact.
        name: String,
    },
    /// A form without the mark of this session: it was not sent by a page of ours, or by one of an older session.
    Forged,
    /// The request is larger than allowed.
    TooLarge,
    /// The token is longer than a cookie can hold.
    TokenTooLong,
    /// A form lacks something; the id of the text that says what.
    Lacks(&'static str),
    /// So many streams are open that there is no room.
    Busy,
    /// What was sent makes no sense; only a page of ours with a defect, or somebody else's, sends it.
    Malformed,
    /// The engine refused, or cannot be reached.
    Engine(acd_client::Error),
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoRights { .. } | Self::Forged => StatusCode::FORBIDDEN,
            Self::NoTenant(_) | Self::NotFound | Self::Unknown { .. } => StatusCode::NOT_FOUND,
            Self::TooLarge | Self::TokenTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed | Self::Lacks(_) => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Engine(acd_client::Error::Refused(_)) => StatusCode::CONFLICT,
            Self::Engine(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Problem {
    /// The problem of an answer that axum gave before any handler of ours was asked, for an address or a form that does not
    /// fit; it says so in English words of its own.
    pub(crate) fn of_axum(answer: &Response) -> Option<Self> {
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let is_plain = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
        match answer.status() {
            _ if !is_plain => None,
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge),
            status => status.is_client_error().then_some(Self::Malformed),
        }
    }
}

impl From<acd_client::Error> for Problem {
    fn from(error: acd_client::Error) -> Self {
        Self::Engine(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
