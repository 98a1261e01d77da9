//! Where the messages of a connection go that is carried by a task: a short queue that the transport empties.
//!
//! A reader that takes nothing for [`patience`] is told why, if they come back, and the task ends at once.

use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::outgoing::expired;
use crate::auth::Lifetime;
use crate::error::ApiError;
use crate::tasks::Tasks;

/// Messages that wait for the transport.
const QUEUE: usize = 16;
/// How many heartbeat intervals a reader may take nothing.
const SILENT_INTERVALS_MAX: u32 = 3;

/// How long a reader may take nothing.
fn patience(heartbeat: Duration) -> Duration {
    heartbeat * SILENT_INTERVALS_MAX
}

/// The messages of a task to a client, then the reason for their end.
pub(super) type Messages<T> = ReceiverStream<Result<T, Status>>;

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

/// Where the messages of a stream go. Without a transport behind it, a test takes them.
pub(super) trait Sink<T>: Sync {
    /// Sends a message, waiting for a place.
    fn send(&self, message: T) -> impl Future<Output = Result<(), Unsent>> + Send;

    /// Waits until the reader is gone.
    fn gone(&self) -> impl Future<Output = ()> + Send;
}

/// The task's end of the queue.
pub(super) struct Outlet<T> {
    queue: mpsc::Sender<Result<T, Status>>,
    patience: Duration,
}

/// Starts a task that sends messages for as long as its life lasts. What it returns ends them: none ends them without an
/// error.
pub(super) fn open<T, F>(
    tasks: &Tasks,
    heartbeat: Duration,
    mut lifetime: Lifetime,
    fill: impl FnOnce(Outlet<T>) -> F,
) -> Messages<T>
where
    T: Send + 'static,
    F: Future<Output = Option<ApiError>> + Send + 'static,
{
    let (queue, messages) = mpsc::channel(QUEUE + 1);
    // The reason for the end always has a place.
    let end = queue.clone().try_reserve_owned();
    let end = end.expect("nothing waits in a new queue");
    let task = fill(Outlet {
        queue,
        patience: patience(heartbeat),
    });
    tasks.start(async move {
        let ended = tokio::select! {
            biased;
            ended = task => ended,
            () = lifetime.over() => Some(expired()),
        };
        if let Some(error) = ended {
            tracing::debug!(
                reason = error.reason.wire_name(),
                detail = error.detail,
                "stream ended"
            );
            end.send(Err(error.into()));
        }
    });
    ReceiverStream::new(messages)
}

impl<T: Send> Sink<T> for Outlet<T> {
    async fn send(&self, message: T) -> Result<(), Unsent> {
        match timeout(self.patience, self.queue.send(Ok(message))).await {
            Ok(sent) => sent.map_err(|_| Unsent::Gone),
            Err(_) => Err(Unsent::Stalled),
        }
    }

    async fn gone(&self) {
        self.queue.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio_stream::StreamExt as _;

    use super::*;

    const HEARTBEAT: Duration = Duration::from_secs(5);

    /// The stream, whose task is the test's.
    fn of<T, F>(tasks: &Tasks, fill: impl FnOnce(Outlet<T>) -> F) -> Messages<T>
    where
        T: Send + 'static,
        F: Future<Output = Option<ApiError>> + Send + 'static,
    {
        open(tasks, HEARTBEAT, Lifetime::endless(), fill)
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
        let (last, before) = messages.split_last().unwrap();
        assert_eq!(before.len(), QUEUE);
        assert!(
            last.as_ref()
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
