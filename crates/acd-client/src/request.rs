//! Unary calls that are repeated, with the same request id, until they are answered or their time has passed.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use acd_proto::Call;
use tokio::time::{Instant, timeout_at};
use tonic::{Request, Response, Status, client::Grpc, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;

use crate::{
    Error,
    backoff::{Backoff, random_u64},
    options::Options,
    token::Service,
};

/// Request ids no other process uses: a random name of this one and a count.
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// With a seed the same in every process that has it.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            process: seed.unwrap_or_else(random_u64),
            next: AtomicU64::new(1),
        }
    }

    pub(crate) fn next(&self) -> String {
        format!(
            "{:016x}-{}",
            self.process,
            self.next.fetch_add(1, Ordering::Relaxed)
        )
    }
}

impl fmt::Debug for RequestIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-*", self.process)
    }
}

/// Calls until there is an answer or a refusal that a repeat would not change.
///
/// The message is sent as it is each time: its request id, if it has one, is what makes the repeat safe; calls without
/// one only read.
pub(crate) async fn call<C: Call>(
    options: &Options,
    service: &Service,
    message: C,
) -> Result<C::Answer, Error> {
    let deadline = Instant::now() + options.request_timeout;
    let mut backoff = Backoff::new(&options.backoff);
    let mut last = String::from("none");
    loop {
        let mut request = Request::new(message.clone());
        // The server drops what it has not decided by then.
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
        let error = match timeout_at(deadline, attempt(options, service, request)).await {
            Err(_) => return Err(Error::DeadlinePassed { last }),
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) => Error::from(status),
        };
        if !error.is_transient() {
            return Err(error);
        }
        let wait = error
            .retry_after()
            .unwrap_or_default()
            .max(backoff.next_wait());
        if Instant::now() + wait >= deadline {
            return Err(if Instant::now() >= deadline {
                Error::DeadlinePassed { last }
            } else {
                error
            });
        }
        last = error.to_string();
        pause(wait).await;
    }
}

async fn attempt<C: Call>(
    options: &Options,
    service: &Service,
    request: Request<C>,
) -> Result<Response<C::Answer>, Status> {
    let limit = options.max_message_bytes;
    let mut client = Grpc::new(service.clone()).max_decoding_message_size(limit);
    let ready = client.ready().await;
    ready.map_err(Status::from_error)?;
    let path = PathAndQuery::from_static(C::PATH);
    client.unary(request, path, ProstCodec::default()).await
}

/// Lets time pass between two attempts.
#[expect(
    clippy::disallowed_methods,
    reason = "backing off before the next attempt is the very purpose"
)]
pub(crate) async fn pause(wait: std::time::Duration) {
    tokio::time::sleep(wait).await;
}
