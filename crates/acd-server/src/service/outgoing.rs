//! A stream to a client that tells what a subscription delivers.
//!
//! No task and no queue stand between the two: the transport asks when it has room, so that what a slow reader does not
//! take is coalesced in the subscription and nowhere piles up. A reader that does not come back for more is cut off
//! there, too.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tokio_stream::Stream;
use tonic::{Response, Status};

use super::in_transport::InTransport;
use crate::auth::Lifetime;
use crate::error::ApiError;
use acd_shard::stream::{Delivery, Subscription};

/// What makes messages of deliveries.
pub(super) trait Tells {
    /// What the client reads.
    type Message;

    /// A delivery as a message; the end of the stream as its reason.
    fn message(&self, delivery: Delivery) -> Result<Self::Message, ApiError>;
}

/// A stream to a client. Dropping it detaches what its subscription has attached.
pub(super) struct Outgoing<T> {
    /// None: the stream is over.
    subscription: Option<Subscription>,
    heartbeat: Duration,
    /// Completes when the stream may last no longer; none: it may last for ever.
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    tells: T,
    in_transport: InTransport,
}

impl<T: Tells> Outgoing<T> {
    /// Tells what the subscription delivers for as long as its life lasts.
    pub(super) fn of(
        subscription: Subscription,
        heartbeat: Duration,
        lifetime: Lifetime,
        tells: T,
    ) -> Self {
        Self {
            subscription: Some(subscription),
            heartbeat,
            over: lifetime.into_end(),
            tells,
            in_transport: InTransport::default(),
        }
    }

    /// The answer to the call that opened the stream.
    pub(super) fn into_answer(self) -> Response<Self> {
        let in_transport = self.in_transport.clone();
        let mut answer = Response::new(self);
        answer.extensions_mut().insert(in_transport);
        answer
    }
}

impl<T: Tells + Unpin> Stream for Outgoing<T> {
    type Item = Result<T::Message, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        let Some(subscription) = &mut stream.subscription else {
            return Poll::Ready(None);
        };
        let over = stream.over.as_mut();
        let message = if over.is_some_and(|over| over.as_mut().poll(context).is_ready()) {
            Err(expired())
        } else {
            match subscription.poll_next(stream.heartbeat, context) {
                Poll::Ready(delivery) => stream.tells.message(delivery),
                Poll::Pending => return Poll::Pending,
            }
        };
        match message {
            Ok(message) => {
                if let Some(charge) = subscription.take_charge() {
                    stream.in_transport.take_over(charge);
                }
                Poll::Ready(Some(Ok(message)))
            }
            Err(error) => {
                tracing::debug!(
                    reason = error.reason.wire_name(),
                    detail = error.detail,
                    "stream ended"
                );
                stream.subscription = None;
                Poll::Ready(Some(Err(error.into())))
            }
        }
    }
}

/// Why a stream ends whose token was shown too long ago.
pub(super) fn expired() -> ApiError {
    let detail = "the token with which this stream was opened has expired";
    ApiError::new(ErrorReason::Unauthenticated, "authorization", detail).with_remedy(
        "open it again with a new token; TokenService.RenewToken in time keeps it open",
    )
}
