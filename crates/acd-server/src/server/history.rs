//! The journals on their way into the history, in a thread of its own that nobody waits for.
//!
//! What fails is tried again, after an ever longer pause. As long as the store is away the journal keeps what it has not
//! taken, but no longer than the configuration says: then the history will have a gap, and says so.

use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use acd_config::{HistoryConfig, HistoryStore};
use acd_history::{Follow, FollowError, Pace, PostgresStore, SqliteStore, Store, StoreError, Turn};
use acd_journal::{EventLog, Hold, JournalId, LogError, LogReader, Retention};
use acd_shard::clock::Clock;
use acd_shard::give_way;
use tracing::{error, info, warn};

use crate::metrics::{HistoryHealth, Metrics};

/// How often it is looked whether something has become durable.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long what failed is left alone: at first, and at most.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(60);

/// A journal that is to be followed.
pub(super) struct Journal {
    id: JournalId,
    reader: Box<dyn LogReader>,
    retention: Retention,
    /// Keeps all of it until it is known how much of it is in the history; none: that took too long.
    hold: Option<Hold>,
}

impl Journal {
    /// The journal of a shard, before anybody can shorten it.
    pub(super) fn of(log: &dyn EventLog, retention: &Retention) -> Result<Self, LogError> {
        Ok(Self {
            id: log.journal_id(),
            reader: log.keeper()?,
            retention: retention.clone(),
            hold: Some(retention.hold()),
        })
    }

    fn into_follow(self, store: Box<dyn Store>) -> Follow {
        Follow::new(self.id, self.reader, store, self.hold, Pace::default())
    }
}

/// The thread. Dropping this ends it after what it does at present; the next start goes on where it was.
#[derive(Debug)]
pub(super) struct Recording {
    stop: Option<SyncSender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Recording {
    /// Begins to follow these journals.
    pub(super) fn begin(
        config: &HistoryConfig,
        data_dir: &Path,
        journals: Vec<Journal>,
        metrics: &Metrics,
        clock: Clock,
    ) -> io::Result<Self> {
        let (stop, stopped) = sync_channel(0);
        let recorder = Recorder::of(config, data_dir, journals, metrics.history(), clock);
        let thread = thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || record(recorder, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A defect there has been told.
            let _ = thread.join();
        }
    }
}

fn record(mut recorder: Recorder, stopped: &Receiver<Infallible>) {
    give_way();
    loop {
        let pause = recorder.turn();
        match stopped.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// A journal, and how it is followed once the store is there.
struct Followed {
    journal: Option<Journal>,
    retention: Retention,
    follow: Option<Follow>,
}

impl Followed {
    fn of(journal: Journal) -> Self {
        Self {
            retention: journal.retention.clone(),
            journal: Some(journal),
            follow: None,
        }
    }
}

struct Recorder {
    config: HistoryConfig,
    data_dir: Arc<Path>,
    journals: Vec<Followed>,
    health: HistoryHealth,
    clock: Clock,
    /// How long the next failure is left alone.
    retry: Duration,
    /// Since when nothing could be written; none: it can.
    failing_since: Option<i64>,
}

impl Recorder {
    fn of(
        config: &HistoryConfig,
        data_dir: &Path,
        journals: Vec<Journal>,
        health: HistoryHealth,
        clock: Clock,
    ) -> Self {
        Self {
            config: config.clone(),
            data_dir: data_dir.into(),
            journals: journals.into_iter().map(Followed::of).collect(),
            health,
            clock,
            retry: RETRY,
            failing_since: None,
        }
    }

    /// Brings some events of each journal into rows. Returns how long to wait for more.
    fn turn(&mut self) -> Duration {
        let (mut behind, mut lag_ms) = (0, 0);
        for number in 0..self.journals.len() {
            match self.turn_of(number) {
                Ok(turn) => {
                    self.health.events.increment(turn.events);
                    if let Some(gap) = turn.gap {
                        self.health.gaps.increment(1);
                        error!(
                            shard = number, tenant = ?turn.tenant, from_seq = gap.from_seq, to_seq = ?gap.to_seq,
                            "events had left the journal before they were in the history; it has a gap"
                        );
                    }
                    behind += turn.lag.events;
                    lag_ms = lag_ms.max(turn.lag.lag_ms);
                }
                Err(error) => return self.failed(number, &error),
            }
        }
        self.health.behind_events.set(behind as f64);
        self.health.lag_seconds.set(lag_ms as f64 / 1_000.0);
        if self.failing_since.take().is_some() {
            info!("the history store takes rows again");
            for followed in &mut self.journals {
                let follow = followed.follow.as_mut();
                if let Some(follow) = follow.filter(|follow| !follow.holds()) {
                    follow.hold_again(followed.retention.hold());
                }
            }
        }
        self.retry = RETRY;
        match behind {
            0 => LOOK_EVERY,
            _ => Duration::ZERO,
        }
    }

    fn turn_of(&mut self, number: usize) -> Result<Turn, Failure> {
        let followed = &mut self.journals[number];
        if followed.follow.is_none() {
            let store = store(&self.config.store, &self.data_dir).map_err(FollowError::from)?;
            let journal = followed.journal.take();
            followed.follow = journal.map(|journal| journal.into_follow(store));
        }
        let follow = followed.follow.as_mut().ok_or(Failure::Defect)?;
        // A defect must cost no more than rows that are late.
        match catch_unwind(AssertUnwindSafe(|| follow.turn())) {
            Ok(turn) => Ok(turn?),
            Err(_) => {
                follow.forget();
                Err(Failure::Defect)
            }
        }
    }

    /// Something failed. Returns how long to leave it alone.
    fn failed(&mut self, shard: usize, error: &Failure) -> Duration {
        self.health.failures.increment(1);
        let now = self.clock.now();
        let since = *self.failing_since.get_or_insert(now);
        let for_ms = now.saturating_sub(since);
        match error.is_passing() {
            true => warn!(shard, %error, for_ms, "the history is late; nothing is lost"),
            false => error!(shard, %error, for_ms, "the history is late; nothing is lost"),
        }
        let longest = i64::try_from(self.config.keep_back.as_millis()).unwrap_or(i64::MAX);
        if for_ms > longest {
            for followed in &mut self.journals {
                if let Some(journal) = &mut followed.journal {
                    journal.hold = None;
                }
                if let Some(follow) = &mut followed.follow {
                    follow.let_go();
                }
            }
        }
        let pause = self.retry;
        self.retry = (pause * 2).min(RETRY_MAX);
        pause
    }
}

/// Why a turn failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Follow(#[from] FollowError),
    #[error("a defect in making rows of the journal")]
    Defect,
}

impl Failure {
    /// Whether it may be over by itself.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Follow(FollowError::Store(error)) if error.is_passing())
    }
}

/// The store as the configuration names it.
fn store(config: &HistoryStore, data_dir: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(match config {
        HistoryStore::Sqlite => Box::new(SqliteStore::open(&data_dir.join(HistoryConfig::FILE))?),
        HistoryStore::Postgres { url, password_file } => {
            Box::new(PostgresStore::connect(url, password_file.as_deref())?)
        }
    })
}

#[cfg(test)]
mod tests {
    use acd_config::ServerLimits;
    use acd_journal::MemoryLog;
    use acd_shard::clock::ManualTime;

    use super::*;

    #[test]
    fn a_store_that_stays_away_is_tried_ever_more_rarely_and_keeps_the_journal_back_for_a_time() {
        let retention = Retention::default();
        let journal = Journal::of(&MemoryLog::new().unwrap(), &retention).unwrap();
        let nowhere = Path::new("/nowhere");
        let config = HistoryConfig {
            store: HistoryStore::Postgres {
                url: "postgresql://acd@127.0.0.1/history".to_owned(),
                password_file: Some(nowhere.join("history.password")),
            },
            keep_back: Duration::from_hours(1),
        };
        let time = Arc::new(ManualTime::new(0));
        let clock = Clock::start(time.clone(), None);
        let health = Metrics::new(&ServerLimits::default()).history();
        let mut recorder = Recorder::of(&config, nowhere, vec![journal], health, clock);
        let pauses: Vec<u64> = (0..8).map(|_| recorder.turn().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(retention.read_by_all("bank"), Some(0), "all of it is kept");
        time.advance(Duration::from_hours(2));
        recorder.turn();
        assert_eq!(retention.read_by_all("bank"), None, "nobody is waited for");
    }
}
