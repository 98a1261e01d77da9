//! What moves a follower: what is durable goes first, then who comes and goes, then who looks. Nothing here waits: a step
//! says when the next one is worth taking.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use acd_core::ids::{DurationMs, TenantName, TimeMs};
use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, bounded, never, unbounded};
use metrics::Counter;
use tracing::error;

use super::{Begin, Durable, Follower, Read};
use crate::call::{BUSY_RETRY_AFTER, CallError};
use crate::clock::{Clock, Stopwatch};
use crate::failure::ShardError;
use crate::health::{Health, Progress};
use crate::pace::Pace;
use crate::stream::{Gone, StreamEnd};

/// The most batches that wait for the follower. A shard that is so far ahead waits.
const BATCHES_MAX: usize = 65_536;

/// The most that look in parts at a time, each in turn. Others wait until one of them has seen all.
const LOOKING_MAX: usize = 64;

/// How long the follower waits before it is made anew after a defect, for the first time and at most, in milliseconds.
const RESTART_AFTER_MS: (DurationMs, DurationMs) = (10, 10_000);

/// What the shard hands over.
#[derive(Clone, Debug)]
pub(crate) enum Handover {
    /// It is durable since then; the number of its last event.
    Batch(Arc<Durable>, Stopwatch, u64),
    /// Nothing more will come.
    End(StreamEnd),
}

/// A look at a tenant.
pub(super) struct Look {
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
                    share: None,
                    retry_after: BUSY_RETRY_AFTER,
                }
            }
            TrySendError::Disconnected(_) => CallError::unavailable(),
        })
    }
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
}

impl Following {
    /// Hands over what is durable.
    pub(crate) fn hand_over(&self, durable: Durable) {
        if durable.happened.is_empty() && durable.dropped.is_empty() {
            return;
        }
        let events = durable.happened.iter().map(|it| it.events.len() as u64);
        let last = self.progress.are_durable(events.sum());
        let since = Stopwatch::start();
        let batch = Handover::Batch(Arc::new(durable), since, last);
        let _ = self.handovers.send(batch);
    }

    /// Has everything handed over shown, and the streams end after it.
    pub(crate) fn end(&self, end: StreamEnd) {
        let _ = self.handovers.send(Handover::End(end));
    }
}

/// Makes a follower from the log.
pub(crate) type Recover = Box<dyn FnMut() -> Result<Follower, ShardError> + Send>;

/// A follower and what it is asked. After a defect its streams end, whose readers come again, and it is made anew.
pub(crate) struct Showing {
    number: usize,
    inbox: Inbox,
    stage: Stage,
    clock: Clock,
    progress: Progress,
    recover: Recover,
    /// How long it waits before it is made anew.
    pause_ms: DurationMs,
}

enum Stage {
    /// It is to be made from the log, at this instant.
    Recovering(TimeMs),
    /// It shows, and has those who look in parts, each in turn.
    Serving(Box<Follower>, VecDeque<Look>),
    /// Nothing more comes.
    Over,
}

impl Showing {
    /// It is to be made from the log, in which is also what is handed over before that.
    #[expect(
        clippy::disallowed_methods,
        reason = "at most one message for each place of a subscription, and places are limited"
    )]
    pub(crate) fn new(
        number: usize,
        looks_max: usize,
        clock: Clock,
        health: &Health,
        recover: Recover,
    ) -> (Self, Following) {
        let (handovers, handed_over) = bounded(BATCHES_MAX);
        let (begins, beginning) = unbounded();
        let (gone, leaving) = unbounded();
        let (looks, looking) = bounded(looks_max);
        let showing = Self {
            number,
            inbox: Inbox {
                handovers: handed_over,
                begins: beginning,
                gone: leaving,
                looks: looking,
            },
            stage: Stage::Recovering(TimeMs::MIN),
            clock,
            progress: health.follower.clone(),
            recover,
            pause_ms: RESTART_AFTER_MS.0,
        };
        let following = Following {
            handle: FollowerHandle {
                begins,
                gone,
                looks,
                busy: health.busy.clone(),
            },
            handovers,
            progress: health.follower.clone(),
        };
        (showing, following)
    }

    /// The follower while it shows.
    pub(crate) fn follower(&self) -> Option<&Follower> {
        match &self.stage {
            Stage::Serving(follower, _) => Some(follower),
            Stage::Recovering(_) | Stage::Over => None,
        }
    }

    /// What it may wait for: what is handed over, and all that is asked unless it is being made anew.
    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Ready at this instant of engine time.
    pub(super) fn alarm(&self, at: Option<TimeMs>) -> Receiver<Instant> {
        at.map_or_else(never, |at| self.clock.alarm(at))
    }

    /// Takes the next step.
    pub(crate) fn step(&mut self) -> Pace<()> {
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Recovering(at) => self.recover(at),
            Stage::Serving(mut follower, mut looking) => {
                let served = catch_unwind(AssertUnwindSafe(|| {
                    self.inbox.serve(&mut follower, &mut looking, &self.clock)
                }));
                if let Ok(pace) = served {
                    if !matches!(pace, Pace::Stopped(())) {
                        self.stage = Stage::Serving(follower, looking);
                    }
                    return pace;
                }
                error!(
                    shard = self.number,
                    "a defect in showing; the streams start over"
                );
                follower.end(StreamEnd::Resync);
                self.recover_later();
                Pace::Again
            }
            Stage::Over => Pace::Stopped(()),
        }
    }

    /// Makes the follower from the log. What is handed over until then is in there.
    fn recover(&mut self, at: TimeMs) -> Pace<()> {
        if self.inbox.is_over() {
            return Pace::Stopped(());
        }
        if self.clock.now() < at {
            self.stage = Stage::Recovering(at);
            return Pace::Until(Some(at));
        }
        let in_log = self.progress.last_durable();
        match (self.recover)() {
            Ok(follower) => {
                self.progress.are_shown(in_log);
                self.stage = Stage::Serving(Box::new(follower), VecDeque::new());
            }
            Err(error) => {
                error!(shard = self.number, %error, "what is to be shown cannot be recovered");
                self.recover_later();
            }
        }
        Pace::Again
    }

    fn recover_later(&mut self) {
        self.stage = Stage::Recovering(self.clock.now() + self.pause_ms);
        self.pause_ms = RESTART_AFTER_MS.1.min(self.pause_ms * 2);
    }
}

/// The follower's end of everything.
pub(super) struct Inbox {
    pub(super) handovers: Receiver<Handover>,
    pub(super) begins: Receiver<Box<Begin>>,
    pub(super) gone: Receiver<Gone>,
    pub(super) looks: Receiver<Look>,
}

impl Inbox {
    /// Has everybody who comes and goes served, and one who looks.
    fn serve(
        &self,
        follower: &mut Follower,
        looking: &mut VecDeque<Look>,
        clock: &Clock,
    ) -> Pace<()> {
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
                    Ok(Handover::End(end)) => {
                        follower.end(end);
                        return Pace::Stopped(());
                    }
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        follower.end(StreamEnd::ShuttingDown);
                        return Pace::Stopped(());
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
            if !gathered && look.is_none() {
                return Pace::Until(follower.due_at());
            }
            looking.extend(look.and_then(|look| look.part(follower)));
            return Pace::Again;
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

    /// Passes over what is handed over: the next follower finds it in the log. Whether the end has come.
    fn is_over(&self) -> bool {
        loop {
            match self.handovers.try_recv() {
                Ok(Handover::Batch(..)) => {}
                Ok(Handover::End(_)) | Err(TryRecvError::Disconnected) => return true,
                Err(TryRecvError::Empty) => return false,
            }
        }
    }
}
