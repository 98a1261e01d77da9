//! Reflection, whose streams end as all others do: with the token of their caller.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;

use super::outgoing::expired;
use crate::auth::{Identity, Lifetimes};

/// A service whose answers end when the token has expired with which they were asked for.
#[derive(Clone)]
pub(super) struct Lasting<S> {
    inner: S,
    lifetimes: Lifetimes,
}

impl<S> Lasting<S> {
    /// This service, for as long as these say.
    pub(super) fn new(inner: S, lifetimes: Lifetimes) -> Self {
        Self { inner, lifetimes }
    }
}

impl<S> Service<http::Request<Body>> for Lasting<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let identity = request.extensions().get::<Arc<Identity>>();
        let lifetime = identity.map(|identity| self.lifetimes.begin(identity));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            let Some(mut lifetime) = lifetime else {
                return Ok(answer);
            };
            Ok(answer.map(|body| {
                Body::new(Ending {
                    body,
                    over: Some(Box::pin(async move { lifetime.over().await })),
                })
            }))
        })
    }
}

impl<S: NamedService> NamedService for Lasting<S> {
    const NAME: &'static str = S::NAME;
}

/// An answer until its caller's token has expired, and then the reason for its end.
struct Ending {
    body: Body,
    /// Completes when it is over; none: it is.
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(over) = &mut self.over else {
            return Poll::Ready(None);
        };
        if over.as_mut().poll(context).is_pending() {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        self.over = None;
        // What fills it is told that nobody reads any more.
        self.body = Body::empty();
        let mut reason = http::HeaderMap::new();
        let told = Status::from(expired()).add_header(&mut reason);
        Poll::Ready(Some(told.map(|()| Frame::trailers(reason))))
    }

    fn is_end_stream(&self) -> bool {
        self.over.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
