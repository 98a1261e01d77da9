//! What the transport holds of a stream: taken from it, and not written to its connection yet.
//!
//! A reader that is slow leaves its bytes there for as long as it likes. How much the transport takes ahead is its own
//! business, so nothing here guesses at it: the bytes themselves carry what they count for, and give it back when the
//! transport lets them go.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::response::Response;
use hyper::body::{Bytes, Frame, SizeHint};

use acd_shard::stream::Charge;

/// What the messages count for that the transport has taken and not turned into bytes yet. The answer to a call carries
/// it as an extension. Clones share it.
#[derive(Clone, Default)]
pub(super) struct InTransport(Arc<Mutex<Vec<Charge>>>);

impl InTransport {
    /// The transport takes a message that counts for this.
    pub(super) fn take_over(&self, charge: Charge) {
        self.charges().push(charge);
    }

    fn charges(&self) -> MutexGuard<'_, Vec<Charge>> {
        // Nothing in here can fail half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the bytes of a stream carry what they count for.
pub(super) async fn charge_bytes(mut answer: Response) -> Response {
    match answer.extensions_mut().remove::<InTransport>() {
        Some(in_transport) => answer.map(|body| Body::new(Charging { body, in_transport })),
        None => answer,
    }
}

/// The body of a stream.
struct Charging {
    body: Body,
    in_transport: InTransport,
}

/// Bytes and what they count for.
struct Charged {
    bytes: Bytes,
    _charges: Vec<Charge>,
}

impl AsRef<[u8]> for Charged {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for Charging {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        polled.map_ok(|frame| {
            frame.map_data(|bytes| {
                Bytes::from_owner(Charged {
                    bytes,
                    _charges: mem::take(&mut *self.in_transport.charges()),
                })
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
