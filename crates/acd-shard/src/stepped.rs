//! Shards without threads, for simulators: each part takes its steps when it is told to, or none any more.
//!
//! What is simulated is the very code that the threads run ([`Shards::start`]); only who waits for what is another. Dropping
//! all of it is what a kill is.

use std::fmt;
use std::sync::Arc;

use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use tokio::sync::watch;

use super::background::Background;
use super::call::CallError;
use super::failure::ShardError;
use super::options::{Options, Setup};
use super::pace::Pace;
use super::parts::Parts;
use super::shards::Shards;
use crate::stream::StreamEnd;

/// The parts of a shard that move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// It decides, makes durable and answers: three steps each time.
    Decider,
    /// It shows what is durable.
    Follower,
    /// It keeps the log short.
    Compactor,
}

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// There is more to do.
    More,
    /// There is nothing to do before this instant of engine time, unless something comes in; none: at no instant.
    Rests(Option<TimeMs>),
    /// The part has stopped in order: everybody was told.
    Stopped,
}

/// Shards whose parts are moved by their owner.
pub struct SteppedShards {
    shards: Shards,
    parts: Vec<Option<Parts>>,
    failed: watch::Sender<Option<Arc<ShardError>>>,
}

impl fmt::Debug for SteppedShards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteppedShards")
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}

impl SteppedShards {
    /// The shards; nothing is recovered yet. What they have done in the background is done where it is awaited, so a
    /// runtime is needed.
    ///
    /// # Errors
    /// [`ShardError`].
    ///
    /// # Panics
    /// If there is none.
    pub fn new(setups: Vec<Setup>, options: &Options) -> Result<Self, ShardError> {
        let (failed, seen) = watch::channel(None);
        let (shards, parts) = Shards::assemble(setups, options, Background::none(), seen)?;
        Ok(Self {
            shards,
            parts: parts.into_iter().map(Some).collect(),
            failed,
        })
    }

    /// What services hold.
    pub fn shards(&self) -> &Shards {
        &self.shards
    }

    /// Whether tenants of this shard are still to be brought back.
    pub fn is_recovering(&self, shard: usize) -> bool {
        let parts = self.parts[shard].as_ref();
        parts.is_some_and(|parts| parts.decider.is_recovering())
    }

    /// Has a part take its next step.
    ///
    /// # Errors
    /// Why the shard cannot go on; whoever waits for it is told so.
    pub fn step(&mut self, shard: usize, part: Part) -> Result<Stepped, Arc<ShardError>> {
        let Some(parts) = &mut self.parts[shard] else {
            return Ok(Stepped::Stopped);
        };
        match part {
            Part::Decider => match parts.decider.step() {
                Ok(Pace::Again) => Ok(Stepped::More),
                Ok(Pace::Until(until)) => Ok(Stepped::Rests(until)),
                Ok(Pace::Stopped(drained)) => {
                    self.close(shard, StreamEnd::ShuttingDown);
                    drained.into_iter().for_each(|reply| reply.send(Ok(())));
                    Ok(Stepped::Stopped)
                }
                Err(error) => {
                    let error = Arc::new(error);
                    self.close(shard, StreamEnd::Storage);
                    self.failed.send_replace(Some(error.clone()));
                    Err(error)
                }
            },
            Part::Follower => Ok(match parts.showing.step() {
                Pace::Again => Stepped::More,
                Pace::Until(until) => Stepped::Rests(until),
                Pace::Stopped(()) => Stepped::Stopped,
            }),
            Part::Compactor => {
                let now = self.shards.clock().now();
                Ok(match parts.compactor.turn(now) {
                    Some(at) if at <= now => Stepped::More,
                    next => Stepped::Rests(next),
                })
            }
        }
    }

    /// Ends the compactor, the streams and then the log, as an orderly stop does and a failure.
    fn close(&mut self, shard: usize, end: StreamEnd) {
        let Some(parts) = self.parts[shard].take() else {
            return;
        };
        let Parts {
            decider,
            mut showing,
            mut compactor,
            ..
        } = parts;
        if end == StreamEnd::ShuttingDown {
            compactor.finish();
        }
        drop(compactor);
        let jobs = decider.close(end);
        while !matches!(showing.step(), Pace::Stopped(())) {}
        let refusal = match end {
            StreamEnd::ShuttingDown => CallError::ShuttingDown,
            _ => CallError::unavailable(),
        };
        jobs.try_iter().for_each(|job| job.fail(refusal.clone()));
    }

    /// The tenants of a shard, each as far as it is decided; some of it may not be durable.
    pub fn decided(&self, shard: usize) -> impl Iterator<Item = (&TenantName, &State)> {
        let parts = self.parts[shard].iter();
        parts.flat_map(|parts| parts.decider.states())
    }

    /// The tenants of a shard, each as far as it is shown.
    pub fn shown(&self, shard: usize) -> impl Iterator<Item = (&TenantName, &State)> {
        let parts = self.parts[shard].iter();
        let follower = parts.filter_map(|parts| parts.showing.follower());
        follower.flat_map(|follower| follower.states())
    }
}
