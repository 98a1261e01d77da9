//! The threads of one shard: the one that decides, its follower's and its compactor's. Each takes the steps of its part and
//! waits in between.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use acd_core::ids::TimeMs;
use crossbeam_channel::{Select, Sender};
use tokio::sync::watch;
use tracing::{error, info};

use super::call::{CallError, Reply};
use super::compactor::Compacting;
use super::decider::Decider;
use super::failure::ShardError;
use super::follower::show;
use super::pace::Pace;
use super::parts::Parts;
use crate::clock::Clock;
use crate::stream::StreamEnd;

/// Where shards report that they failed.
pub(super) type Failed = watch::Sender<Option<Arc<ShardError>>>;

/// Starts a shard's threads. It says through `ready` whether it has recovered.
pub(super) fn start_shard(
    parts: Parts,
    clock: Clock,
    ready: Sender<Result<(), ShardError>>,
    failed: Arc<Failed>,
) -> Result<(), ShardError> {
    let Parts {
        number,
        mut decider,
        showing,
        compactor,
    } = parts;
    let no_thread = |source| ShardError::Thread {
        shard: number,
        source,
    };
    let showing = thread::Builder::new()
        .name(format!("follower-{number}"))
        .spawn(move || show(showing))
        .map_err(no_thread)?;
    let deciding = move || {
        let recovered = guarded(number, || recover(&mut decider))
            .and_then(|()| Compacting::spawn(compactor, clock.clone()));
        let close = |decider: Decider, end| {
            let jobs = decider.close(end);
            // A thread that has panicked has stopped as well.
            let _ = showing.join();
            jobs
        };
        let compacting = match recovered {
            Ok(compacting) => compacting,
            Err(error) => {
                close(decider, StreamEnd::Storage);
                // Nobody waits any more if another shard has failed before.
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        drop(ready);
        let outcome = guarded(number, || work(&mut decider));
        let end = match &outcome {
            Ok(_) => StreamEnd::ShuttingDown,
            Err(_) => StreamEnd::Storage,
        };
        // The log is closed before anybody is told that the shard has stopped.
        compacting.end(matches!(outcome, Ok(Some(_))));
        let jobs = close(decider, end);
        let refusal = match outcome {
            Ok(drained) => {
                info!(shard = number, "shard stopped");
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
    };
    let deciding = thread::Builder::new()
        .name(format!("shard-{number}"))
        .spawn(deciding);
    deciding.map(drop).map_err(no_thread)
}

/// Brings every tenant back.
fn recover(decider: &mut Decider) -> Result<(), ShardError> {
    while decider.is_recovering() {
        if let Pace::Until(until) = decider.step()? {
            wait(decider, until);
        }
    }
    Ok(())
}

/// Works until told to drain or abandoned. Gives the order to stop, if that was it.
fn work(decider: &mut Decider) -> Result<Option<Reply<()>>, ShardError> {
    loop {
        match decider.step()? {
            Pace::Again => {}
            Pace::Until(until) => wait(decider, until),
            Pace::Stopped(drained) => return Ok(drained),
        }
    }
}

/// Waits until there is something to do, at this instant at the latest.
fn wait(decider: &Decider, until: Option<TimeMs>) {
    let time = decider.alarm(until);
    let mut select = Select::new();
    select.recv(decider.jobs());
    select.recv(&time);
    if !decider.is_refused_by_log() {
        select.recv(decider.ended());
    }
    select.ready();
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
