//! Threads for what takes long and may wait: they run after all others that want the processor.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;
use tracing::debug;

/// The most pieces of work at a time; others wait.
const THREADS_MAX: usize = 4;

/// How far these threads stand back: beside threads that never rest they still get a tenth of a processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Threads for what takes long and may wait. Clones share them; with the last one they end, after what they do at
/// present.
#[derive(Clone, Debug)]
pub struct Background(Arc<Threads>);

/// The runtime runs nothing but blocking work. It must not be waited for where one runs tasks. None: the work is done where
/// the caller waits for it.
#[derive(Debug)]
struct Threads(Option<Runtime>);

impl Background {
    /// The threads; they begin as they are needed.
    ///
    /// # Errors
    /// The machine has no room for them.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .thread_name("background")
            .max_blocking_threads(THREADS_MAX)
            .on_thread_start(give_way)
            .build()?;
        Ok(Self(Arc::new(Threads(Some(runtime)))))
    }

    /// No threads at all: whoever has work done does it themselves. For those who have one thread for everything.
    pub fn none() -> Self {
        Self(Arc::new(Threads(None)))
    }

    /// Has work done.
    ///
    /// # Errors
    /// It panicked.
    #[expect(
        clippy::disallowed_methods,
        reason = "without threads the work is a task that is awaited at once"
    )]
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, JoinError> {
        match &self.0.0 {
            Some(runtime) => runtime.spawn_blocking(work).await,
            None => tokio::spawn(async { work() }).await,
        }
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
#[cfg(target_os = "linux")]
pub fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        debug!(%error, "a background thread has the priority of all others");
    }
}

/// Has this thread run after all others that want the processor, where that can be.
#[cfg(not(target_os = "linux"))]
pub fn give_way() {}
