//! The gate every call passes.

use std::convert::Infallible;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use acd_core::ids::CallerName;
use acd_proto::v1::ErrorReason;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;
use tonic_types::StatusExt as _;

use super::bodies::{Downward, Upward};
use super::deadline::deadline;
use super::identity::Identity;
use super::peer::Peer;
use super::rates::{Pace, Rates};
use super::table::{Access, access, takes_turns};
use super::token::Authenticator;
use crate::error::ApiError;
use crate::metrics::Refusals;
use acd_shard::Called;
use acd_shard::clock::Clock;
use acd_shard::shares::Shares;
use acd_traces::Traceparent;

/// A service behind the gate: calls without a right to them never reach it, and what reaches it carries the caller's
/// [`Identity`] in the request's extensions, and how it was [`Called`]. Refused
/// calls are counted by reason, whoever refuses them.
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    gate: Arc<Gate>,
}

/// What every call passes.
pub struct Gate {
    authenticator: Arc<Authenticator>,
    rates: Rates,
    /// The bytes of messages that are not whole.
    incomplete: Shares<CallerName>,
    refusals: Refusals,
    clock: Clock,
}

/// Who has messages that are not whole where everybody may call.
const ANYBODY: &str = "anybody";

impl<S> Guarded<S> {
    /// This service behind the gate.
    pub fn new(inner: S, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }
}

impl Gate {
    /// A gate that lets in whom this finds, as often as the rates allow, with so many bytes of messages that are not
    /// whole, and counts whom it refuses. Deadlines run by this clock.
    pub fn new(
        authenticator: Arc<Authenticator>,
        rates: Rates,
        request_bytes: u32,
        refusals: Refusals,
        clock: Clock,
    ) -> Self {
        Self {
            authenticator,
            rates,
            incomplete: Shares::new(request_bytes as usize),
            refusals,
            clock,
        }
    }

    /// The pace of a stream of this caller.
    pub fn pace(&self, identity: &Identity) -> Pace {
        self.rates.pace(identity)
    }

    /// Who calls, if they may; none for a call that is open to anybody.
    fn admit(
        &self,
        path: &str,
        authorization: Option<&[u8]>,
    ) -> Result<Option<Arc<Identity>>, ApiError> {
        let access = access(path).ok_or_else(|| denied(format!("{path} is open to nobody")))?;
        if access == Access::Public {
            return Ok(None);
        }
        let identity = self.authenticator.identify(authorization)?;
        if let Some(caller) = identity.rated_as() {
            self.rates.count(caller)?;
        }
        match access {
            Access::Roles(roles) if !roles.iter().any(|role| identity.roles.contains(role)) => {
                let needed: Vec<String> = roles.iter().map(|role| role.name()).collect();
                Err(denied(format!(
                    "{} may not call {path}: it needs the role {}",
                    identity.subject,
                    needed.join(" or ")
                )))
            }
            _ => Ok(Some(identity)),
        }
    }

    /// Whoever was refused, and goes on, is read more slowly.
    fn slow_down(&self, peer: &Peer, error: &ApiError) {
        match (error.reason, error.quota()) {
            (ErrorReason::Unauthenticated, _) => {
                peer.rest(self.rates.refused_stranger(peer.address()));
            }
            (ErrorReason::RateLimited, Some(caller)) => peer.rest(self.rates.refused(caller)),
            _ => {}
        }
    }

    /// Counts a refusal, and says in the words of the API what the transport says in its own: that the request cannot
    /// be read.
    fn look_at(&self, path: &str, response: http::Response<Body>) -> http::Response<Body> {
        // A refusal of a whole call comes with the headers; streams that end later are counted where they end.
        let status = Status::from_header_map(response.headers());
        let Some(status) = status.filter(|status| status.code() != tonic::Code::Ok) else {
            return response;
        };
        if let Some(error) = ApiError::unreadable(&status) {
            tracing::debug!(path, detail = error.detail, "a request cannot be read");
            self.refusals.count(error.reason, path);
            return Status::from(error).into_http();
        }
        self.count(path, &status);
        response
    }

    fn count(&self, path: &str, status: &Status) {
        let info = status.get_details_error_info();
        let reason = info
            .and_then(|info| ErrorReason::from_wire_name(&info.reason))
            .unwrap_or_default();
        self.refusals.count(reason, path);
    }
}

/// The span of the caller, if the headers tell one.
fn traceparent(headers: &http::HeaderMap) -> Option<Traceparent> {
    Traceparent::parse(headers.get("traceparent")?.as_bytes())
}

fn denied(detail: String) -> ApiError {
    ApiError::new(ErrorReason::PermissionDenied, "", detail)
}

impl<S> Service<http::Request<Body>> for Guarded<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let gate = self.gate.clone();
        let peer = request.extensions().get::<Peer>().cloned();
        let authorization = request
            .headers()
            .get(http::header::AUTHORIZATION)
            .map(|value| value.as_bytes());
        match gate.admit(request.uri().path(), authorization) {
            Ok(identity) => {
                if let Some(peer) = &peer
                    && identity.is_some()
                {
                    peer.know();
                }
                let pace = identity.as_ref().map(|identity| gate.pace(identity));
                let caller = identity.as_ref();
                let caller = caller.map_or_else(|| ANYBODY.into(), |it| it.subject.clone());
                request = request.map(|body| {
                    let shares = &gate.incomplete;
                    Body::new(Upward::new(body, caller, shares, pace.clone(), peer))
                });
                if let Some(identity) = identity {
                    request.extensions_mut().insert(identity);
                }
                let called = Called {
                    deadline: deadline(request.headers(), &gate.clock),
                    caller: traceparent(request.headers()),
                };
                request.extensions_mut().insert(called);
                let path = request.uri().path().to_owned();
                // What is ready is the one that was asked, and not its copy.
                let ready = self.inner.clone();
                let mut inner = mem::replace(&mut self.inner, ready);
                Box::pin(async move {
                    let turn = match &pace {
                        Some(pace) if takes_turns(&path) => pace.turn().await,
                        _ => None,
                    };
                    let answer = gate.look_at(&path, inner.call(request).await?);
                    Ok(match pace {
                        Some(pace) => answer.map(|body| Body::new(Downward::new(body, pace, turn))),
                        None => answer,
                    })
                })
            }
            Err(error) => {
                gate.refusals.count(error.reason, request.uri().path());
                if let Some(peer) = &peer {
                    gate.slow_down(peer, &error);
                }
                Box::pin(async move { Ok(Status::from(error).into_http()) })
            }
        }
    }
}

impl<S: NamedService> NamedService for Guarded<S> {
    const NAME: &'static str = S::NAME;
}
