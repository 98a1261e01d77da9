//! Making a batch durable.

use std::time::Duration;

use acd_journal::{Entry, LogError};
use crossbeam_channel::select;
use tracing::warn;

use super::Worker;
use crate::clock::Stopwatch;
use crate::shard::call::CallError;
use crate::shard::failure::ShardError;
use crate::shard::mailbox::Job;

impl Worker {
    /// Makes the entries durable, or gives up for good. Meanwhile nothing is decided and nothing let out.
    pub(super) fn commit(&mut self, entries: &[Entry]) -> Result<(), ShardError> {
        if entries.is_empty() {
            return Ok(());
        }
        let stopwatch = Stopwatch::start();
        let mut delays = self.options.append_retry_delays.clone().into_iter();
        let mut attempts = 1;
        loop {
            let source = match self.log.append(entries) {
                Ok(()) => break,
                Err(source) => source,
            };
            if let LogError::Gone { .. } = source {
                return Err(self.gone(source));
            }
            let delay = delays.next();
            let (LogError::Storage { .. }, Some(delay)) = (&source, delay) else {
                return Err(ShardError::Append {
                    shard: self.number,
                    attempts,
                    source,
                });
            };
            warn!(shard = self.number, attempts, error = %source, ?delay, "the journal did not take a batch");
            self.health.journal_retries.increment(1);
            self.refuse_for(delay);
            attempts += 1;
        }
        self.health.commit_seconds.record(stopwatch.elapsed());
        Ok(())
    }

    /// Looks whether the journal is still where it was opened: with nothing to write nobody else would notice.
    pub(super) fn check_store(&self) -> Result<(), ShardError> {
        self.log.check_place().map_err(|source| self.gone(source))
    }

    fn gone(&self, source: LogError) -> ShardError {
        ShardError::Gone {
            shard: self.number,
            source,
        }
    }

    /// Answers what comes in with *unavailable* while the journal is given time. The order to stop is kept: what is
    /// decided must be durable first.
    fn refuse_for(&mut self, delay: Duration) {
        let over = crossbeam_channel::after(delay);
        loop {
            select! {
                recv(self.jobs) -> job => match job {
                    Ok(Job::Drain(reply)) => self.held_drain = Some(reply),
                    Ok(job) => job.fail(CallError::unavailable()),
                    // Every handle is gone: nobody waits, so neither do we.
                    Err(_) => return,
                },
                recv(over) -> _ => return,
            }
        }
    }
}
