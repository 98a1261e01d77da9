//! The way from a subscription to a client's stream.
//!
//! Between them stands a task with a short queue. It asks the subscription for the next delivery only when there is a
//! place in the queue, so that a slow reader's state is coalesced in the subscription and nowhere piles up. A reader
//! that takes nothing for [`patience`] is cut off: the subscription ends at once, whatever the reader does, what waited
//! for it is given back, and what the reader finds when it comes back is the reason.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_stream::Stream;
use tonic::{Response, Status};

use super::in_transport::InTransport;
use crate::auth::Lifetime;
use crate::error::ApiError;
use crate::tasks::Tasks;
use acd_shard::stream::{Charge, Delivery, Subscription};

/// Messages that wait for the transport.
const QUEUE: usize = 16;
/// Bytes of messages that wait for the transport; one message may be larger.
const QUEUE_BYTES: usize = 64 * 1_024;
/// How many heartbeat intervals a reader may take nothing.
const SILENT_INTERVALS_MAX: u32 = 3;

/// How long a reader may take nothing.
pub(super) fn patience(heartbeat: Duration) -> Duration {
    heartbeat * SILENT_INTERVALS_MAX
}

/// A stream to a client: the messages of a task, then the reason for its end.
pub(super) struct Outgoing<T> {
    queue: Arc<Queue<T>>,
    in_transport: InTransport,
}

/// The task's side of an [`Outgoing`].
pub(super) struct Outlet<T> {
    queue: Arc<Queue<T>>,
    patience: Duration,
}

/// A place in the queue.
pub(super) struct Place<'q, T>(&'q Queue<T>);

/// What is between the task and the transport.
struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    /// Tells the task that there may be room, or that the reader is gone.
    taken: Notify,
}

struct Waiting<T> {
    messages: VecDeque<(T, Option<Charge>)>,
    bytes: usize,
    /// How the stream ends after the messages; none: it goes on.
    end: Option<Option<ApiError>>,
    reader: Option<Waker>,
    is_reader_gone: bool,
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

impl<T> Queue<T> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::new(Waiting {
                messages: VecDeque::new(),
                bytes: 0,
                end: None,
                reader: None,
                is_reader_gone: false,
            }),
            taken: Notify::new(),
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        // Nothing in here can fail half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, message: T, charge: Option<Charge>) {
        let mut waiting = self.waiting();
        if waiting.is_reader_gone {
            return;
        }
        waiting.bytes += charge.as_ref().map_or(0, Charge::bytes);
        waiting.messages.push_back((message, charge));
        waiting.wake();
    }

    /// Ends the stream. A reader that was cut off is told only that: what waits for it is given back.
    fn end(&self, end: Option<ApiError>) {
        let mut waiting = self.waiting();
        let is_cut_off = |error: &ApiError| error.reason == ErrorReason::Resync;
        if end.as_ref().is_some_and(is_cut_off) {
            waiting.messages.clear();
            waiting.bytes = 0;
        }
        waiting.end = Some(end);
        waiting.wake();
    }
}

impl<T> Waiting<T> {
    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn has_room(&self) -> bool {
        self.messages.len() < QUEUE && self.bytes < QUEUE_BYTES
    }
}

impl<T: Send + 'static> Outgoing<T> {
    /// Starts a task that fills the stream for as long as its life lasts. What it returns ends the stream: none ends it
    /// without an error.
    pub(super) fn of<F>(
        tasks: &Tasks,
        heartbeat: Duration,
        mut lifetime: Lifetime,
        fill: impl FnOnce(Outlet<T>) -> F,
    ) -> Self
    where
        F: Future<Output = Option<ApiError>> + Send + 'static,
    {
        let queue = Queue::new();
        let task = fill(Outlet {
            queue: queue.clone(),
            patience: patience(heartbeat),
        });
        let ending = Ending(queue.clone());
        tasks.start(async move {
            let end = tokio::select! {
                end = task => end,
                () = lifetime.over() => Some(expired()),
            };
            if let Some(error) = &end {
                tracing::debug!(
                    reason = error.reason.wire_name(),
                    detail = error.detail,
                    "stream ended"
                );
            }
            ending.0.end(end);
        });
        Self {
            queue,
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

/// Ends the stream also if its task comes to no end.
struct Ending<T>(Arc<Queue<T>>);

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        let is_told = self.0.waiting().end.is_some();
        if !is_told {
            self.0.end(None);
        }
    }
}

pub(super) fn expired() -> ApiError {
    let detail = "the token with which this stream was opened has expired";
    ApiError::new(ErrorReason::Unauthenticated, "authorization", detail).with_remedy(
        "open it again with a new token; TokenService.RenewToken in time keeps it open",
    )
}

/// Where the messages of a stream go. Without a transport behind it, a test takes them.
pub(super) trait Sink<T>: Sync {
    /// Sends a message, waiting for a place.
    fn send(&self, message: T) -> impl Future<Output = Result<(), Unsent>> + Send;

    /// Waits until the reader is gone.
    fn gone(&self) -> impl Future<Output = ()> + Send;
}

impl<T: Send> Sink<T> for Outlet<T> {
    async fn send(&self, message: T) -> Result<(), Unsent> {
        self.place().await.map(|place| place.send(message, None))
    }

    async fn gone(&self) {
        loop {
            let taken = self.queue.taken.notified();
            if self.queue.waiting().is_reader_gone {
                return;
            }
            taken.await;
        }
    }
}

impl<T> Outlet<T> {
    /// Waits for a place in the queue.
    pub(super) async fn place(&self) -> Result<Place<'_, T>, Unsent> {
        let room = async {
            loop {
                let taken = self.queue.taken.notified();
                {
                    let waiting = self.queue.waiting();
                    if waiting.is_reader_gone {
                        return Err(Unsent::Gone);
                    }
                    if waiting.has_room() {
                        return Ok(Place(&*self.queue));
                    }
                }
                taken.await;
            }
        };
        let stalled = |_| Err(Unsent::Stalled);
        timeout(self.patience, room).await.unwrap_or_else(stalled)
    }
}

impl<T> Place<'_, T> {
    /// Sends a message that holds so many bytes until it has been sent on.
    fn send(self, message: T, charge: Option<Charge>) {
        self.0.put(message, charge);
    }
}

/// Sends what a subscription delivers until one of the two ends. Dropping the subscription detaches what it attached.
pub(super) async fn forward<T: Send>(
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
            Ok(message) => place.send(message, subscription.take_charge()),
            Err(end) => return Some(end),
        }
    }
}

impl<T> Stream for Outgoing<T> {
    type Item = Result<T, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut waiting = self.queue.waiting();
        if let Some((message, charge)) = waiting.messages.pop_front() {
            waiting.bytes -= charge.as_ref().map_or(0, Charge::bytes);
            drop(waiting);
            if let Some(charge) = charge {
                self.in_transport.take_over(charge);
            }
            self.queue.taken.notify_one();
            return Poll::Ready(Some(Ok(message)));
        }
        match waiting.end.take() {
            Some(end) => {
                // Whoever asks again finds the end again, without the reason.
                waiting.end = Some(None);
                Poll::Ready(end.map(|error| Err(error.into())))
            }
            None => {
                waiting.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Outgoing<T> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        waiting.is_reader_gone = true;
        waiting.messages.clear();
        drop(waiting);
        self.queue.taken.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio_stream::StreamExt as _;

    use super::*;

    const HEARTBEAT: Duration = Duration::from_secs(5);

    /// The stream, whose task is the test's.
    fn of<T, F>(tasks: &Tasks, fill: impl FnOnce(Outlet<T>) -> F) -> Outgoing<T>
    where
        T: Send + 'static,
        F: Future<Output = Option<ApiError>> + Send + 'static,
    {
        Outgoing::of(tasks, HEARTBEAT, Lifetime::endless(), fill)
    }

    #[tokio::test]
    async fn a_stream_gives_its_messages_and_then_the_reason_for_its_end() {
        let tasks = Tasks::default();
        let mut stream = of(&tasks, |outlet| async move {
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
        let tasks = Tasks::default();
        let mut stream = of(&tasks, |outlet: Outlet<u8>| async move {
            outlet.send(1).await.unwrap();
            None
        });
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_cut_off_and_finds_the_reason() {
        let tasks = Tasks::default();
        let (cut, when_cut) = oneshot::channel();
        let stream = of(&tasks, |outlet| async move {
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
        assert_eq!(messages.len(), 1, "what waited was given back");
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
        let tasks = Tasks::default();
        let (told, when_told) = oneshot::channel();
        let stream = of(&tasks, |outlet: Outlet<u8>| async move {
            outlet.gone().await;
            told.send(matches!(outlet.send(1).await, Err(Unsent::Gone)))
                .unwrap();
            None
        });
        drop(stream);
        assert!(when_told.await.unwrap());
    }
}
