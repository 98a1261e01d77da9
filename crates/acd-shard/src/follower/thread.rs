//! The follower's thread: what is durable goes first, then who comes and goes, then who looks.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use acd_core::ids::TenantName;
use crossbeam_channel::{
    Receiver, Select, Sender, TryRecvError, TrySendError, after, bounded, never, select, unbounded,
};
use metrics::Counter;
use tracing::error;

use super::{Begin, Durable, Follower, Read};
use crate::call::{BUSY_RETRY_AFTER, CallError};
use crate::clock::{Clock, Stopwatch};
use crate::failure::ShardError;
use crate::health::{Health, Progress};
use crate::stream::{Gone, StreamEnd};

/// The most batches that wait for the follower. A shard that is so far ahead waits.
const BATCHES_MAX: usize = 65_536;

/// The most that look in parts at a time, each in turn. Others wait until one of them has seen all.
const LOOKING_MAX: usize = 64;

/// How long the follower waits before it is made anew after a defect, for the first time and at most.
const RESTART_AFTER: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(10));

/// What the shard hands over.
#[derive(Clone, Debug)]
pub(crate) enum Handover {
    /// It is durable since then; the number of its last event.
    Batch(Arc<Durable>, Stopwatch, u64),
    /// Nothing more will come.
    End(StreamEnd),
}

/// A look at a tenant.
struct Look {
    tenant: TenantName,
    read: Read,
}

impl Look {
    /// Has its part; gives back what is to have another.
    fn part(mut self, follower: &Follower) -> Option<Self> {
        let part = (self.read)(follower.state(&self.tenant));
        part.is_continue().then_some(self)
    }
}

/// The services' end.
#[derive(Clone, Debug)]
pub(crate) struct FollowerHandle {
    begins: Sender<Box<Begin>>,
    gone: Sender<Gone>,
    looks: Sender<Look>,
    busy: Counter,
}

impl FollowerHandle {
    /// Begins a stream after all that is handed over by now. If the follower has stopped, who asked hears it by the
    /// reply that is dropped.
    pub(crate) fn begin(&self, begin: Box<Begin>) {
        drop(self.begins.send(begin));
    }

    /// Where a subscription says that it is gone.
    pub(crate) fn gone(&self) -> Sender<Gone> {
        self.gone.clone()
    }

    /// Has `read` look at the tenant after all that is handed over by now.
    ///
    /// # Errors
    /// [`CallError::Busy`], [`CallError::Unavailable`] if the follower has stopped.
    pub(crate) fn look(&self, tenant: TenantName, read: Read) -> Result<(), CallError> {
        let look = Look { tenant, read };
        self.looks.try_send(look).map_err(|refused| match refused {
            TrySendError::Full(_) => {
                self.busy.increment(1);
                CallError::Busy {
                    retry_after: BUSY_RETRY_AFTER,
                }
            }
            TrySendError::Disconnected(_) => CallError::unavailable(),
        })
    }
}

/// The follower's end of everything.
struct Inbox {
    handovers: Receiver<Handover>,
    begins: Receiver<Box<Begin>>,
    gone: Receiver<Gone>,
    looks: Receiver<Look>,
}

/// What the follower is asked besides showing what is durable.
enum Asked {
    /// To forget a stream.
    Gone(Gone),
    /// To begin one.
    Begin(Box<Begin>),
    /// To have somebody look.
    Look(Look),
}

/// What the shard holds of its follower.
#[derive(Debug)]
pub(crate) struct Following {
    pub(crate) handle: FollowerHandle,
    handovers: Sender<Handover>,
    progress: Progress,
    thread: JoinHandle<()>,
}

impl Following {
    /// Hands over what is durable.
    pub(crate) fn hand_over(&self, durable: Durable) {
        if durable.happened.is_empty() {
            return;
        }
        let events = durable.happened.iter().map(|it| it.events.len() as u64);
        let last = self.progress.are_durable(events.sum());
        let since = Stopwatch::start();
        let batch = Handover::Batch(Arc::new(durable), since, last);
        let _ = self.handovers.send(batch);
    }

    /// Has everything handed over shown, ends the streams, and waits until the thread has stopped.
    pub(crate) fn end(self, end: StreamEnd) {
        let _ = self.handovers.send(Handover::End(end));
        // A thread that has panicked has stopped as well.
        let _ = self.thread.join();
    }
}

/// Makes a follower from the log.
pub(crate) type Recover = Box<dyn FnMut() -> Result<Follower, ShardError> + Send>;

/// Starts the follower of a shard. What is handed over before it has recovered waits.
#[expect(
    clippy::disallowed_methods,
    reason = "at most one message for each place of a subscription, and places are limited"
)]
pub(crate) fn start_follower(
    number: usize,
    looks_max: usize,
    clock: Clock,
    health: &Health,
    recover: Recover,
) -> Result<Following, ShardError> {
    let (handovers, handed_over) = bounded(BATCHES_MAX);
    let (begins, beginning) = unbounded();
    let (gone, leaving) = unbounded();
    let (looks, looking) = bounded(looks_max);
    let inbox = Inbox {
        handovers: handed_over,
        begins: beginning,
        gone: leaving,
        looks: looking,
    };
    let progress = health.follower.clone();
    let followed = progress.clone();
    let thread = thread::Builder::new()
        .name(format!("follower-{number}"))
        .spawn(move || follow(number, &inbox, &clock, &followed, recover))
        .map_err(|source| ShardError::Thread {
            shard: number,
            source,
        })?;
    Ok(Following {
        handle: FollowerHandle {
            begins,
            gone,
            looks,
            busy: health.busy.clone(),
        },
        handovers,
        progress,
        thread,
    })
}

/// Follows until told to end. After a defect the streams end, whose readers come again, and a new follower goes on.
fn follow(number: usize, inbox: &Inbox, clock: &Clock, progress: &Progress, mut recover: Recover) {
    let (mut pause, pause_max) = RESTART_AFTER;
    loop {
        let in_log = progress.last_durable();
        match recover() {
            Ok(mut follower) => {
                progress.are_shown(in_log);
                let served = catch_unwind(AssertUnwindSafe(|| inbox.serve(&mut follower, clock)));
                if served.is_ok() {
                    return;
                }
                error!(
                    shard = number,
                    "a defect in showing; the streams start over"
                );
                follower.end(StreamEnd::Resync);
            }
            Err(error) => error!(shard = number, %error, "what is to be shown cannot be recovered"),
        }
        if inbox.is_over_within(pause) {
            return;
        }
        pause = pause_max.min(pause * 2);
    }
}

impl Inbox {
    /// Serves until told to end.
    fn serve(&self, follower: &mut Follower, clock: &Clock) {
        // Who looks in parts: each in turn.
        let mut looking: VecDeque<Look> = VecDeque::new();
        loop {
            // Taken before what is handed over: whoever asks has had their answer after the hand-over of its effect, and
            // finds it.
            let asked = self.take(looking.len() < LOOKING_MAX);
            loop {
                match self.handovers.try_recv() {
                    Ok(Handover::Batch(durable, since, last)) => {
                        follower.apply(&durable, clock.now());
                        follower.has_shown(last, since.elapsed());
                    }
                    Ok(Handover::End(end)) => return follower.end(end),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        return follower.end(StreamEnd::ShuttingDown);
                    }
                }
            }
            follower.do_due(clock.now());
            match asked {
                Some(Asked::Gone(gone)) => {
                    follower.forget(&gone);
                    continue;
                }
                Some(Asked::Begin(begin)) => {
                    follower.begin(*begin, clock.now());
                    continue;
                }
                Some(Asked::Look(look)) => looking.push_back(look),
                None => {}
            }
            let gathered = follower.gather(clock.now());
            let look = looking.pop_front();
            if gathered || look.is_some() {
                looking.extend(look.and_then(|look| look.part(follower)));
                // Where there are few processors, those who decide have their turn.
                thread::yield_now();
            } else {
                let due_at = follower.due_at();
                self.wait(&due_at.map_or_else(never, |due_at| clock.alarm(due_at)));
            }
        }
    }

    /// What is asked next: who goes and comes first, then who looks, if they may.
    fn take(&self, may_look: bool) -> Option<Asked> {
        let gone = self.gone.try_recv().ok().map(Asked::Gone);
        let asked = gone.or_else(|| self.begins.try_recv().ok().map(Asked::Begin));
        asked.or_else(|| {
            let look = || self.looks.try_recv().ok();
            may_look.then(look).flatten().map(Asked::Look)
        })
    }

    /// Waits until there is something to do.
    fn wait(&self, time: &Receiver<Instant>) {
        let mut select = Select::new();
        select.recv(&self.handovers);
        select.recv(&self.gone);
        select.recv(&self.begins);
        select.recv(&self.looks);
        select.recv(time);
        select.ready();
    }

    /// Passes over what is handed over: the next follower finds it in the log. Whether the end came within this time.
    fn is_over_within(&self, pause: Duration) -> bool {
        let over = after(pause);
        loop {
            select! {
                recv(self.handovers) -> handover => match handover {
                    Ok(Handover::Batch(..)) => {}
                    Ok(Handover::End(_)) | Err(_) => return true,
                },
                recv(over) -> _ => return false,
            }
        }
    }
}
