//! Threads for who watches: tables, stories, walls. They run after all others that want the processor, so that a page
//! which is drawn holds up no desk, and in the process of a server no offer.

use std::{future::Future, io, panic::resume_unwind, sync::Arc};

use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    task::JoinSet,
};
use tracing::debug;

/// How far these threads stand back: beside threads that never rest they still get a tenth of a processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The threads. Clones share them; with the last one they end.
#[derive(Clone)]
pub(crate) struct Watchers(Arc<Threads>);

/// It must not be waited for where another runtime runs tasks.
struct Threads(Option<Runtime>);

impl Watchers {
    /// The threads.
    ///
    /// # Errors
    /// The machine has no room for them.
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .thread_name("watchers")
            .on_thread_start(give_way)
            .enable_all()
            .build()?;
        Ok(Self(Arc::new(Threads(Some(runtime)))))
    }

    /// Has something done by them. It ends with whoever waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let mut working = JoinSet::new();
        working.spawn_on(work, self.runtime().handle());
        match working.join_next().await {
            Some(Ok(done)) => done,
            // It panicked, and so does who waits for it; nobody aborts it.
            Some(Err(error)) => resume_unwind(error.into_panic()),
            None => std::future::pending().await,
        }
    }

    /// Has the events of a page made by them, one before it is asked for. They end with whoever hears them.
    pub(crate) fn events<S>(&self, events: S) -> impl Stream<Item = S::Item> + Send + use<S>
    where
        S: Stream<Item: Send> + Send + 'static,
    {
        let (teller, heard) = mpsc::channel(1);
        let mut telling = JoinSet::new();
        let told = async move {
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                if teller.send(event).await.is_err() {
                    break;
                }
            }
        };
        telling.spawn_on(told, self.runtime().handle());
        stream::unfold((heard, telling), |(mut heard, telling)| async {
            let event = heard.recv().await?;
            Some((event, (heard, telling)))
        })
    }

    fn runtime(&self) -> &Runtime {
        self.0.0.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Has this thread run after all others that want the processor. Elsewhere than on Linux that would be the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        debug!(%error, "who watches has the priority of all others");
    }
}
