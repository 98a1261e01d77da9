//! Making a batch durable.

use std::time::Duration;

use acd_journal::{Entry, LogError};
use crossbeam_channel::select;
use tracing::warn;

use super::Worker;
use crate::clock::Stopwatch;
use crate::shard::call::CallError;
use crate::shard::failure::ShardError;

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

    /// Answers what comes in with *unavailable* while the journal is given time.
    fn refuse_for(&mut self, delay: Duration) {
        let over = crossbeam_channel::after(delay);
        loop {
            select! {
                recv(self.jobs) -> job => match job {
                    Ok(job) => job.fail(CallError::unavailable()),
                    // Every handle is gone: nobody waits, so neither do we.
                    Err(_) => return,
                },
                recv(over) -> _ => return,
            }
        }
    }
}
