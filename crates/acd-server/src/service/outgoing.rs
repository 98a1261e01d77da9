//! The way from a subscription to a client's stream.
//!
//! Between them stands a task with a short queue. It asks the subscription for the next delivery only when there is a
//! place in the queue, so that a slow reader's state is coalesced in the subscription and nowhere piles up. A reader
//! that takes nothing for [`patience`] is cut off: the subscription ends at once, whatever the reader does, and what
//! the reader finds when it comes back is the reason.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_stream::Stream;
use tonic::Status;

use crate::error::ApiError;
use crate::stream::{Delivery, Subscription};

/// Messages that wait for the transport.
const QUEUE: usize = 16;
/// How many heartbeat intervals a reader may take nothing.
const SILENT_INTERVALS_MAX: u32 = 3;

/// How long a reader may take nothing.
pub(super) fn patience(heartbeat: Duration) -> Duration {
    heartbeat * SILENT_INTERVALS_MAX
}

/// A stream to a client: the messages of a task, then the reason for its end.
pub(super) struct Outgoing<T> {
    messages: mpsc::Receiver<T>,
    /// Fulfilled when the messages have come to their end; none once it was told.
    end: Option<oneshot::Receiver<ApiError>>,
}

/// The task's side of an [`Outgoing`].
pub(super) struct Outlet<T> {
    messages: mpsc::Sender<T>,
    patience: Duration,
}

/// Why a message could not be sent.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The reader is gone.
    Gone,
    /// The reader took nothing for too long.
    Stalled,
}

impl From<Unsent> for Option<ApiError> {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Gone => None,
            Unsent::Stalled => Some(ApiError::new(
                ErrorReason::Resync,
                "",
                "the reader of this stream took nothing for too long",
            )),
        }
    }
}

impl<T: Send + 'static> Outgoing<T> {
    /// Starts a task that fills the stream. What it returns ends the stream: none ends it without an error.
    pub(super) fn of<F>(heartbeat: Duration, fill: impl FnOnce(Outlet<T>) -> F) -> Self
    where
        F: Future<Output = Option<ApiError>> + Send + 'static,
    {
        let (sender, messages) = mpsc::channel(QUEUE);
        let (told, end) = oneshot::channel();
        let task = fill(Outlet {
            messages: sender,
            patience: patience(heartbeat),
        });
        tokio::spawn(async move {
            if let Some(error) = task.await {
                tracing::debug!(
                    reason = error.reason.wire_name(),
                    detail = error.detail,
                    "stream ended"
                );
                // A reader that has gone needs no reason.
                let _ = told.send(error);
            }
        });
        Self {
            messages,
            end: Some(end),
        }
    }
}

impl<T> Outlet<T> {
    /// Waits for a place in the queue.
    pub(super) async fn place(&self) -> Result<mpsc::Permit<'_, T>, Unsent> {
        match timeout(self.patience, self.messages.reserve()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Unsent::Gone),
            Err(_) => Err(Unsent::Stalled),
        }
    }

    /// Sends a message, waiting for a place.
    pub(super) async fn send(&self, message: T) -> Result<(), Unsent> {
        self.place().await.map(|place| place.send(message))
    }

    /// Waits until the reader is gone.
    pub(super) async fn gone(&self) {
        self.messages.closed().await;
    }
}

/// Sends what a subscription delivers until one of the two ends. Dropping the subscription detaches what it attached.
pub(super) async fn forward<T>(
    mut subscription: Subscription,
    outlet: Outlet<T>,
    heartbeat: Duration,
    message: impl Fn(Delivery) -> Result<T, ApiError>,
) -> Option<ApiError> {
    loop {
        let place = match outlet.place().await {
            Ok(place) => place,
            Err(unsent) => return unsent.into(),
        };
        let delivery = tokio::select! {
            delivery = subscription.next(heartbeat) => delivery,
            () = outlet.gone() => return None,
        };
        match message(delivery) {
            Ok(message) => place.send(message),
            Err(end) => return Some(end),
        }
    }
}

impl<T> Stream for Outgoing<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(message) = ready!(self.messages.poll_recv(context)) {
            return Poll::Ready(Some(Ok(message)));
        }
        let Some(end) = &mut self.end else {
            return Poll::Ready(None);
        };
        let told = ready!(Pin::new(end).poll(context));
        self.end = None;
        Poll::Ready(told.ok().map(|error| Err(error.into())))
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;

    use super::*;

    const HEARTBEAT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_stream_gives_its_messages_and_then_the_reason_for_its_end() {
        let mut stream = Outgoing::of(HEARTBEAT, |outlet| async move {
            outlet.send(1).await.unwrap();
            outlet.send(2).await.unwrap();
            Some(ApiError::new(
                ErrorReason::ShuttingDown,
                "",
                "the server is stopping",
            ))
        });
        assert_eq!(stream.next().await.unwrap().unwrap(), 1);
        assert_eq!(stream.next().await.unwrap().unwrap(), 2);
        assert_eq!(
            stream.next().await.unwrap().unwrap_err().code(),
            tonic::Code::Unavailable
        );
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_that_ends_in_order_ends_without_an_error() {
        let mut stream = Outgoing::of(HEARTBEAT, |outlet: Outlet<u8>| async move {
            outlet.send(1).await.unwrap();
            None
        });
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_cut_off_and_finds_the_reason() {
        let (cut, when_cut) = oneshot::channel();
        let stream = Outgoing::of(HEARTBEAT, |outlet| async move {
            loop {
                if let Err(unsent) = outlet.send(()).await {
                    cut.send(()).unwrap();
                    return unsent.into();
                }
            }
        });
        // Nobody reads, and yet the task comes to its end.
        when_cut.await.unwrap();
        let messages: Vec<_> = stream.collect().await;
        assert_eq!(messages.len(), QUEUE + 1);
        assert!(
            messages
                .last()
                .unwrap()
                .as_ref()
                .is_err_and(|status| status.code() == tonic::Code::Aborted)
        );
    }

    #[tokio::test]
    async fn a_task_whose_reader_has_gone_is_told_so() {
        let (told, when_told) = oneshot::channel();
        let stream = Outgoing::of(HEARTBEAT, |outlet: Outlet<u8>| async move {
            outlet.gone().await;
            told.send(matches!(outlet.send(1).await, Err(Unsent::Gone)))
                .unwrap();
            None
        });
        drop(stream);
        assert!(when_told.await.unwrap());
    }
}
