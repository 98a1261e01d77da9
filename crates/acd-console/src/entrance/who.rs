//! What the engine says of who wants in, as a session.

use std::fmt::Write as _;

use acd_client::{
    Endpoint, Error,
    v1::{ErrorReason, WhoAmIResponse},
};

use crate::session::{Roles, Session, Tenant};

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The engine does not know the token.
    Wrong,
    /// Its time has passed.
    Expired,
    /// It has no role of ours.
    NoRole,
    /// It is for no tenant there is.
    NoTenant,
    /// The engine asks nobody who they are, and no seats are given there.
    NoSeat,
    /// Nobody could be asked.
    EngineAway,
}

impl Refused {
    /// What they are told.
    pub(super) fn text_id(&self) -> &'static str {
        match self {
            Self::Wrong => "session-wrong",
            Self::Expired => "session-expired",
            Self::NoRole => "session-no-role",
            Self::NoTenant => "session-no-tenant",
            Self::NoSeat => "session-no-seats",
            Self::EngineAway => "session-engine-away",
        }
    }
}

/// The session of whoever bears this token, as the engine knows them.
pub(super) async fn session(endpoint: &Endpoint, token: &str) -> Result<Session, Refused> {
    let answer = asked(endpoint, token).await?;
    if !answer.authentication {
        // The engine did not look at it, and says what anybody may: a seat by another name.
        return Err(Refused::NoSeat);
    }
    let roles = Roles::told(&answer);
    if roles.is_empty() {
        return Err(Refused::NoRole);
    }
    let tenants = tenants(&answer);
    if tenants.is_empty() {
        return Err(Refused::NoTenant);
    }
    Ok(Session {
        token: Some(token.to_owned()),
        subject: answer.subject,
        roles,
        tenants,
        agent: (!answer.agent.is_empty()).then_some(answer.agent),
        expires_at_ms: answer.expires_at_ms,
        csrf: mark(),
    })
}

async fn asked(endpoint: &Endpoint, token: &str) -> Result<WhoAmIResponse, Refused> {
    let bearer = acd_client::endpoint::BearerToken::new(token);
    let endpoint = endpoint
        .with_token(bearer.clone())
        .map_err(|_| Refused::Wrong)?;
    let answer = endpoint.who_am_i().await.map_err(|error| refused(&error))?;
    // Streams that they have open last as long as this token from now on. If that fails they end, and are opened anew.
    let _ = endpoint.renew_token(bearer).await;
    Ok(answer)
}

/// Why the engine does not let this token pass.
fn refused(error: &Error) -> Refused {
    let Error::Refused(refusal) = error else {
        return Refused::EngineAway;
    };
    match refusal.reason {
        Some(ErrorReason::Unauthenticated) => {
            match refusal.metadata.get("claim").map(String::as_str) {
                Some("exp") => Refused::Expired,
                Some("role") => Refused::NoRole,
                Some("tenant") => Refused::NoTenant,
                _ => Refused::Wrong,
            }
        }
        _ => Refused::EngineAway,
    }
}

pub(super) fn tenants(answer: &WhoAmIResponse) -> Vec<Tenant> {
    let tenants = answer.tenants.iter();
    tenants
        .map(|tenant| Tenant {
            name: tenant.tenant.clone(),
            zone: tenant.zone.clone(),
        })
        .collect()
}

/// A mark that no other site can guess.
pub(super) fn mark() -> String {
    let mut bytes = [0_u8; 16];
    // A system without any source of randomness cannot have sealed a session either.
    let _ = getrandom::fill(&mut bytes);
    let mut text = String::with_capacity(32);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
