//! Threads that read the history for whoever asks: few, behind all others, with a bounded number of questions that wait.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use acd_config::{HistoryConfig, HistoryStore};
use acd_core::ids::DurationMs;
use acd_history::{Ask, Patience, ReadError, Reader, Stopper, StoreError};
use acd_proto::v1::ErrorReason;
use acd_shard::clock::{Clock, Deadline};
use acd_shard::give_way;
use tokio::sync::oneshot;
use tracing::{debug, warn};

use crate::error::ApiError;
use crate::metrics::{HistoryQuestions, Metrics};
use crate::sampling::Sampler;

/// How many questions are answered at a time.
const THREADS: usize = 2;
/// How many more may wait.
const WAITING_MAX: usize = 16;
/// The longest that one question may take.
const QUESTION_MAX_MS: DurationMs = 10_000;
/// How long before the caller's deadline the answer is on its way.
const ANSWER_MS: DurationMs = 100;
/// After how long it is worth asking again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often a question is asked anew that failed by no fault of its own: the connection was old, or another question was
/// ended and this one by mistake.
const TRIES: usize = 2;

/// Threads that read the history for whoever asks. Clones share them; with the last one they end, after what they do at
/// present.
#[derive(Clone)]
pub struct HistoryReaders(Option<Arc<Threads>>);

struct Threads {
    questions: SyncSender<Question>,
    /// Where questions are ended whose callers are gone.
    stops: SyncSender<Stopper>,
    counts: HistoryQuestions,
    /// Which of many failures the log tells.
    failures: Sampler,
}

/// What a thread does with its reader, or why there is none.
type Question = Box<dyn FnOnce(Result<&mut Reader, StoreError>) + Send>;

impl fmt::Debug for HistoryReaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HistoryReaders")
            .field(&self.0.is_some())
            .finish()
    }
}

impl HistoryReaders {
    /// Nobody: the server keeps no history.
    pub fn none() -> Self {
        Self(None)
    }

    /// Threads that read the store as the configuration names it. They connect when they are first asked.
    ///
    /// # Errors
    /// The machine has no room for them.
    pub fn new(config: &HistoryConfig, data_dir: &Path, metrics: &Metrics) -> io::Result<Self> {
        let (questions, asked) = sync_channel::<Question>(WAITING_MAX);
        let (stops, stopped) = sync_channel::<Stopper>(WAITING_MAX);
        let asked = Arc::new(Mutex::new(asked));
        let place = Place {
            store: config.store.clone(),
            file: data_dir.join(HistoryConfig::FILE),
        };
        for _ in 0..THREADS {
            let (asked, place) = (asked.clone(), place.clone());
            thread::Builder::new()
                .name("history-reader".to_owned())
                .spawn(move || answer(&asked, &place))?;
        }
        thread::Builder::new()
            .name("history-stopper".to_owned())
            .spawn(move || {
                for stopper in stopped {
                    if let Err(error) = stopper.stop() {
                        debug!(%error, "a question to the history goes on for nobody");
                    }
                }
            })?;
        let counts = metrics.history_questions();
        Ok(Self(Some(Arc::new(Threads {
            questions,
            stops,
            counts,
            failures: Sampler::default(),
        }))))
    }

    /// Has a question answered, unless that takes too long. Dropping what this returns ends it.
    ///
    /// # Errors
    /// HISTORY_OFF, BUSY, STORAGE, LIMIT_REACHED, DEADLINE_PASSED, and what the question itself refuses.
    pub(in crate::service) async fn ask<T: Send + 'static>(
        &self,
        clock: &Clock,
        deadline: Option<Deadline>,
        question: impl FnMut(&mut Ask<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let threads = self.0.as_ref().ok_or_else(off)?;
        let counts = &threads.counts;
        // Dropped with this future: then nobody waits for the answer any more.
        let caller = Arc::new(());
        let waits = Arc::downgrade(&caller);
        let running = Arc::new(Mutex::new(None));
        let (tell, told) = oneshot::channel();
        let (at, time) = (running.clone(), clock.clone());
        let job = move |reader: Result<&mut Reader, StoreError>| {
            let answer = reader.map_err(ReadError::from).and_then(|reader| {
                let patience = patience(time, deadline, waits);
                answer_of(reader, &patience, &at, question)
            });
            // Whoever is gone needs none.
            let _ = tell.send(answer);
        };
        threads
            .questions
            .try_send(Box::new(job))
            .map_err(|refused| match refused {
                TrySendError::Full(_) => {
                    counts.turned_away.increment(1);
                    busy()
                }
                TrySendError::Disconnected(_) => defect(),
            })?;
        let mut waiting = Waiting::of(running, threads.clone());
        let answer = told.await;
        waiting.is_over = true;
        drop(caller);
        match answer {
            Ok(Ok(answer)) => {
                counts.answered.increment(1);
                Ok(answer)
            }
            Ok(Err(error)) => {
                match &error {
                    ReadError::GivenUp => counts.given_up.increment(1),
                    ReadError::Store(_) | ReadError::Foreign(_) => counts.failed.increment(1),
                }
                Err(threads.refusal(error, clock, deadline))
            }
            Err(_) => {
                counts.failed.increment(1);
                Err(defect())
            }
        }
    }
}

/// How long an answer is waited for from now on: until its caller is gone, their deadline is near, or it has taken as long as a
/// question may.
fn patience(clock: Clock, deadline: Option<Deadline>, waits: Weak<()>) -> Patience {
    let until = clock.now() + QUESTION_MAX_MS;
    Patience::new(move || {
        let now = clock.now();
        let of_caller = deadline.map_or(i64::MAX, |deadline| deadline.left_ms(now) - ANSWER_MS);
        let left = u64::try_from((until - now).min(of_caller)).ok();
        let left = left.filter(|left| *left > 0 && waits.strong_count() > 0);
        left.map(Duration::from_millis)
    })
}

/// Whoever waits for an answer. If they go, the question ends.
struct Waiting {
    /// What ends it, while it is being answered.
    running: Arc<Mutex<Option<Stopper>>>,
    threads: Arc<Threads>,
    is_over: bool,
}

impl Waiting {
    fn of(running: Arc<Mutex<Option<Stopper>>>, threads: Arc<Threads>) -> Self {
        threads.counts.open.increment(1.0);
        Self {
            running,
            threads,
            is_over: false,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.threads.counts.open.decrement(1.0);
        if self.is_over {
            return;
        }
        self.threads.counts.given_up.increment(1);
        let stopper = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(stopper) = stopper {
            // Where too many are to be ended, this one ends when its time is over.
            let _ = self.threads.stops.try_send(stopper);
        }
    }
}

/// Where the rows are.
#[derive(Clone)]
struct Place {
    store: HistoryStore,
    file: PathBuf,
}

impl Place {
    fn reader(&self) -> Result<Reader, StoreError> {
        match &self.store {
            HistoryStore::Sqlite => Ok(Reader::of_sqlite(&self.file)),
            HistoryStore::Postgres { url, password_file } => {
                Reader::of_postgres(url, password_file.as_deref())
            }
        }
    }
}

/// What a thread does: one question after the other.
fn answer(asked: &Mutex<Receiver<Question>>, place: &Place) {
    give_way();
    let mut reader = None;
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = next else { return };
        let answered = catch_unwind(AssertUnwindSafe(|| match &mut reader {
            Some(reader) => question(Ok(reader)),
            // A password file may be there by now.
            none => match place.reader() {
                Ok(made) => question(Ok(none.insert(made))),
                Err(error) => question(Err(error)),
            },
        }));
        if answered.is_err() {
            // Whoever asked is told so, and the next one gets a connection of its own.
            reader = None;
        }
    }
}

/// Asks the question, and once more if it failed by no fault of its own.
fn answer_of<T>(
    reader: &mut Reader,
    patience: &Patience,
    running: &Mutex<Option<Stopper>>,
    mut question: impl FnMut(&mut Ask<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let set = |stopper| *running.lock().unwrap_or_else(PoisonError::into_inner) = stopper;
    let mut tries = 0;
    loop {
        tries += 1;
        set(reader.stopper());
        let answer = reader.ask(patience, &mut question);
        set(None);
        let is_passing = match &answer {
            Err(ReadError::GivenUp) => true,
            Err(ReadError::Store(error)) => error.is_passing(),
            _ => false,
        };
        if !is_passing || tries == TRIES || patience.left().is_none() {
            return answer;
        }
    }
}

impl Threads {
    /// Why there is no answer, in the words of the API.
    fn refusal(&self, error: ReadError, clock: &Clock, deadline: Option<Deadline>) -> ApiError {
        match &error {
            ReadError::GivenUp => return given_up(clock, deadline),
            ReadError::Store(_) | ReadError::Foreign(_) => {}
        }
        if let Some(untold) = self.failures.one_more() {
            warn!(%error, untold, "a question to the history was not answered");
        }
        match error {
            ReadError::Foreign(table) => {
                let detail = format!("a row of {table} cannot be read");
                ApiError::new(ErrorReason::Internal, "", detail)
                    .with_remedy("report it; `acd history rebuild` makes the rows anew")
            }
            ReadError::Store(_) | ReadError::GivenUp => {
                let detail = "the history cannot be read";
                ApiError::new(ErrorReason::Storage, "", detail)
                    .with_remedy("ask again after the delay given; the server's log has the cause")
                    .retry_after(RETRY_AFTER)
            }
        }
    }
}

/// That a question took too long, for its caller or for anybody.
fn given_up(clock: &Clock, deadline: Option<Deadline>) -> ApiError {
    let now = clock.now() + ANSWER_MS;
    if deadline.is_some_and(|deadline| deadline.has_passed(now)) {
        let detail = "the deadline passed before the history had answered";
        return ApiError::new(ErrorReason::DeadlinePassed, "", detail)
            .with_remedy("ask again with a later deadline, or for less");
    }
    let seconds = QUESTION_MAX_MS / 1_000;
    let detail = format!("a question to the history takes at most {seconds} s");
    ApiError::new(ErrorReason::LimitReached, "", detail)
        .with_remedy("ask for a shorter time, or say more of what is looked for")
        .with("limit", "history_question")
}

/// Why there is no answer where no history is kept.
fn off() -> ApiError {
    ApiError::new(
        ErrorReason::HistoryOff,
        "",
        "this server keeps no history of what happened",
    )
}

fn busy() -> ApiError {
    let detail = format!("{WAITING_MAX} questions to the history wait already");
    ApiError::new(ErrorReason::Busy, "", detail)
        .with_remedy("ask again after the delay given")
        .with("limit", "history_questions")
        .retry_after(RETRY_AFTER)
}

fn defect() -> ApiError {
    let detail = "a defect in reading the history";
    ApiError::new(ErrorReason::Internal, "", detail)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use acd_config::ServerLimits;
    use acd_history::SqliteStore;
    use acd_shard::clock::ManualTime;
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use super::*;

    fn readers() -> (TempDir, HistoryReaders) {
        let folder = tempfile::tempdir().unwrap();
        drop(SqliteStore::open(&folder.path().join(HistoryConfig::FILE)).unwrap());
        let readers = in_folder(&folder);
        (folder, readers)
    }

    fn in_folder(folder: &TempDir) -> HistoryReaders {
        let metrics = Metrics::new(&ServerLimits::default());
        let config = HistoryConfig::default();
        HistoryReaders::new(&config, folder.path(), &metrics).unwrap()
    }

    fn clock() -> (Arc<ManualTime>, Clock) {
        let time = Arc::new(ManualTime::new(1_000_000));
        (time.clone(), Clock::start(time, None))
    }

    /// Takes all threads, until what is returned is dropped.
    async fn occupy(
        readers: &HistoryReaders,
        clock: &Clock,
        calls: &mut JoinSet<Result<(), ApiError>>,
    ) -> Vec<SyncSender<()>> {
        let mut held = Vec::new();
        for _ in 0..THREADS {
            let (hold, held_up) = sync_channel::<()>(0);
            let (begun, begins) = oneshot::channel();
            let mut begun = Some(begun);
            let (readers, clock) = (readers.clone(), clock.clone());
            calls.spawn(async move {
                let question = move |_: &mut Ask<'_>| {
                    if let Some(begun) = begun.take() {
                        let _ = begun.send(());
                    }
                    let _ = held_up.recv();
                    Ok(())
                };
                readers.ask(&clock, None, question).await
            });
            begins.await.unwrap();
            held.push(hold);
        }
        held
    }

    #[tokio::test]
    async fn more_questions_than_may_wait_are_told_to_come_again() {
        let (_folder, readers) = readers();
        let (_, clock) = clock();
        let mut calls = JoinSet::new();
        let held = occupy(&readers, &clock, &mut calls).await;
        let answered = Arc::new(AtomicUsize::new(0));
        let ask = || {
            let (readers, clock, answered) = (readers.clone(), clock.clone(), answered.clone());
            async move {
                let question = move |_: &mut Ask<'_>| {
                    answered.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                };
                readers.ask(&clock, None, question).await
            }
        };
        // Polled once each question waits.
        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(ask())).collect();
        for call in &mut waiting {
            tokio::select! {
                biased;
                answer = call => panic!("nobody can have answered: {answer:?}"),
                () = std::future::ready(()) => {}
            }
        }
        let busy = ask().await.unwrap_err();
        assert_eq!(busy.reason, ErrorReason::Busy);
        assert_eq!(busy.retry_after, Some(RETRY_AFTER));
        // Whoever is gone costs no more than a look.
        waiting.truncate(3);
        drop(held);
        for call in waiting {
            call.await.unwrap();
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap().unwrap();
        }
        ask().await.unwrap();
        assert_eq!(answered.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn a_question_ends_with_its_time_or_that_of_its_caller() {
        let (_folder, readers) = readers();
        let (time, clock) = clock();
        // Time passes while it is being answered.
        let passes = |by: Duration| {
            let time = time.clone();
            move |ask: &mut Ask<'_>| {
                time.advance(by);
                ask.tenant("bank", "").map(|_| ())
            }
        };
        let answer = readers
            .ask(&clock, None, passes(Duration::from_secs(9)))
            .await;
        answer.unwrap();
        let long = Duration::from_secs(11);
        let late = readers.ask(&clock, None, passes(long)).await.unwrap_err();
        assert_eq!(late.reason, ErrorReason::LimitReached);
        assert_eq!(late.metadata["limit"], "history_question");
        let deadline = Some(clock.deadline(Duration::from_secs(2)));
        let second = passes(Duration::from_secs(2));
        let late = readers.ask(&clock, deadline, second).await.unwrap_err();
        assert_eq!(late.reason, ErrorReason::DeadlinePassed);
    }

    #[tokio::test]
    async fn a_defect_in_a_question_costs_its_caller_alone() {
        let (_folder, readers) = readers();
        let (_, clock) = clock();
        for _ in 0..THREADS + 1 {
            let defect = |_: &mut Ask<'_>| -> Result<(), ReadError> { panic!("a defect") };
            let told = readers.ask(&clock, None, defect).await.unwrap_err();
            assert_eq!(told.reason, ErrorReason::Internal);
        }
        readers.ask(&clock, None, |_| Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn a_store_that_is_not_there_is_worth_asking_again() {
        let folder = tempfile::tempdir().unwrap();
        let readers = in_folder(&folder);
        let (_, clock) = clock();
        let away = readers.ask(&clock, None, |_| Ok(())).await.unwrap_err();
        assert_eq!(away.reason, ErrorReason::Storage);
        assert!(away.retry_after.is_some());
        drop(SqliteStore::open(&folder.path().join(HistoryConfig::FILE)).unwrap());
        readers.ask(&clock, None, |_| Ok(())).await.unwrap();
        let off = HistoryReaders::none();
        let off = off.ask(&clock, None, |_| Ok(())).await.unwrap_err();
        assert_eq!(off.reason, ErrorReason::HistoryOff);
    }
}
