//! Tasks and their owner.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::task::JoinSet;

/// The tasks behind streams: whoever serves them starts them here, whoever owns the server ends them and sees their end.
/// Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    /// Starts a task.
    pub fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        // Of those that have ended nothing is kept.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Completes when all have ended.
    pub async fn ended(&self) {
        poll_fn(|context| {
            let mut tasks = self.tasks();
            loop {
                match tasks.poll_join_next(context) {
                    Poll::Ready(Some(_)) => {}
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    }

    /// Ends those that have not ended, where they are.
    pub fn abort(&self) {
        self.tasks().abort_all();
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        // Nothing in here can fail half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn the_owner_sees_the_end_of_each_task() {
        let tasks = Tasks::default();
        tasks.ended().await;
        let (end, ends) = oneshot::channel();
        tasks.start(async { ends.await.unwrap() });
        let mut ended = Box::pin(tasks.ended());
        assert!(futures_now(ended.as_mut()).await.is_none());
        end.send(()).unwrap();
        ended.await;
    }

    #[tokio::test]
    async fn the_owner_ends_what_would_not_end() {
        let tasks = Tasks::default();
        tasks.start(pending());
        tasks.abort();
        tasks.ended().await;
    }

    /// What a future gives at once.
    async fn futures_now<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}
