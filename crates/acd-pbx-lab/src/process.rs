//! A program that runs until it is dropped, and waiting for what it does.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::Error;

/// How long anything may take that should take milliseconds, on a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// A running program; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts it, with all it prints in the file.
    pub(crate) fn start(name: &str, mut command: Command, prints_to: &Path) -> Result<Self, Error> {
        let what = || format!("starting {name}");
        let output = std::fs::File::options()
            .create(true)
            .append(true)
            .open(prints_to)
            .map_err(Error::io(what()))?;
        let errors = output.try_clone().map_err(Error::io(what()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(Error::io(what()))?;
        Ok(Self {
            name: name.to_owned(),
            child,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.child
            .try_wait()
            .map_err(Error::io(format!("looking at {}", self.name)))
    }

    /// Ends it at once: it gets no time to say good-bye.
    pub(crate) fn kill(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Looks until there is something to be seen.
pub(crate) async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>, Error>,
    told: impl FnOnce() -> String,
) -> Result<T, Error> {
    let mut looks = Looks::at(limit);
    while looks.again().await {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
    }
    let (what, told) = (what.to_owned(), told());
    Err(Error::TimedOut { what, limit, told })
}

/// Looks at a condition, one after the other, for a limited time.
pub(crate) struct Looks {
    ticks: Interval,
    limit: Duration,
    end: Option<Instant>,
}

impl Looks {
    pub(crate) fn at(limit: Duration) -> Self {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = None;
        Self { ticks, limit, end }
    }

    /// Waits for the next look; false when the time is over.
    pub(crate) async fn again(&mut self) -> bool {
        let now = self.ticks.tick().await;
        now <= *self.end.get_or_insert(now + self.limit)
    }
}
