//! The thread of one shard, from its recovery to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, bounded};
use tokio::sync::watch;
use tracing::error;

use super::call::CallError;
use super::failure::ShardError;
use super::mailbox::Mailbox;
use super::options::{Options, Setup};
use super::worker::{Common, SUBSCRIPTIONS_MAX, Worker};
use crate::stream::{Limits, StreamEnd, StreamSettings};

/// Where shards report that they failed.
pub(super) type Failed = watch::Sender<Option<Arc<ShardError>>>;

/// Starts a shard's thread, which says through `ready` whether it has recovered.
pub(super) fn start_shard(
    number: usize,
    setup: Setup,
    common: Common,
    options: &Options,
    ready: Sender<Result<(), ShardError>>,
    failed: Arc<Failed>,
) -> Result<Mailbox, ShardError> {
    let limits = &options.limits;
    let (capacity, reserve) = (limits.mailbox as usize, limits.mailbox_reserve as usize);
    let (mailbox, jobs) = Mailbox::new(capacity, reserve, setup.health.busy.clone());
    let (gone_sender, gone) = bounded(SUBSCRIPTIONS_MAX);
    let streams = StreamSettings {
        journal: setup.log.journal_id(),
        outbox: Limits {
            states: limits.stream_buffer as usize,
            directives: limits.stream_buffer as usize,
        },
        budgets: common.budgets.clone(),
        history: limits.resume_events as usize,
        gone: gone_sender,
    };
    let mut worker = Worker::new(number, setup, jobs, gone, streams, common, options.clone());
    thread::Builder::new()
        .name(format!("shard-{number}"))
        .spawn(move || {
            if let Err(error) = guarded(number, || worker.recover()) {
                // Nobody waits any more if another shard has failed before.
                let _ = ready.send(Err(error));
                return;
            }
            let _ = ready.send(Ok(()));
            drop(ready);
            let outcome = guarded(number, || worker.run());
            if outcome.is_err() {
                worker.end_streams(StreamEnd::Storage);
            }
            // The log is closed before anybody is told that the shard has stopped.
            let jobs = worker.close();
            let refusal = match outcome {
                Ok(drained) => {
                    drained.into_iter().for_each(|reply| reply.send(Ok(())));
                    CallError::ShuttingDown
                }
                Err(error) => {
                    error!(%error, "shard failed");
                    report(&failed, error);
                    CallError::unavailable()
                }
            };
            // A job that nobody takes out would leave its caller waiting for as long as there are handles.
            while let Ok(job) = jobs.recv() {
                job.fail(refusal.clone());
            }
        })
        .map_err(|source| ShardError::Thread {
            shard: number,
            source,
        })?;
    Ok(mailbox)
}

/// Tells that a shard has failed, unless another one did before.
fn report(failed: &Failed, error: ShardError) {
    failed.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert(Arc::new(error));
        is_first
    });
}

/// Turns a panic into the failure of the shard: nothing can be said of its state any more, so it must not go on.
fn guarded<T>(shard: usize, work: impl FnOnce() -> Result<T, ShardError>) -> Result<T, ShardError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ShardError::Defect {
            shard,
            message: text.unwrap_or("a panic without a message").to_owned(),
        })
    })
}
