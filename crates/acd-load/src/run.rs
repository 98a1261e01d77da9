//! A load, from the first login to the last logout.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use acd_client::adapter::{self, Status};
use acd_client::endpoint::Traffic;
use acd_client::{AdapterSession, Endpoint, Error};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::arrivals::Arrivals;
use crate::desk::Desk;
use crate::measured::Recorder;
use crate::metronome::Metronome;
use crate::plan::{Plan, PlanError};
use crate::processor::Process;
use crate::progress::Progress;
use crate::report::{Course, Report, Standing};
use crate::switch::{Switch, Tally};
use crate::tenant;

/// A load and where it goes.
pub struct Load {
    /// What is played.
    pub plan: Plan,
    /// The connections that the agents share.
    pub desks: Endpoint,
    /// The connections of the adapters.
    pub switches: Endpoint,
    /// The tenant, which has the plan's configuration in force.
    pub tenant: String,
    /// What counts the messages of both endpoints.
    pub traffic: Traffic,
    /// The server's process, where it runs on this machine: what it takes is reported, too.
    pub server_pid: Option<u32>,
    /// Begins the names of contacts: no earlier run in this tenant may have had it whose contacts the server remembers.
    pub name: String,
}

/// Why a load was given up.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The plan cannot be played.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// An agent could not begin.
    #[error("agent {agent} could not log in")]
    Login {
        /// Who.
        agent: String,
        /// Why.
        source: Error,
    },
    /// An adapter's session ended.
    #[error("the stream of adapter {adapter} is over")]
    Adapter {
        /// Which.
        adapter: String,
        /// Why.
        source: Error,
    },
    /// It was interrupted before contacts came.
    #[error("it was stopped before anything was measured")]
    Stopped,
    /// No thread for the arrivals.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
}

/// How many agents log in, or out, at the same time.
const TURNS: usize = 64;
/// How long everybody has to come and to leave.
const ASSEMBLY: Duration = Duration::from_secs(120);
/// How long there is between the last login and the begin, so that the first arrival is not late.
const BREATH: Duration = Duration::from_millis(100);
/// How often the progress is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// A name that no other run has.
#[must_use]
pub fn random_name() -> String {
    format!("load-{:08x}", rand::random::<u32>())
}

impl Load {
    /// Plays it and reports. With `stop` no further contact arrives, and what was measured until then is reported.
    ///
    /// # Errors
    /// The plan cannot be, an agent could not log in, or an adapter's session ended. Anything less is in the report.
    pub async fn run(
        &self,
        stop: &CancellationToken,
        progress: &watch::Sender<Progress>,
    ) -> Result<Report, LoadError> {
        self.plan.check()?;
        let sessions = self.connect().await?;
        let memory_before = self.server().and_then(Process::memory);
        let (begun, run) = watch::channel(None);
        let staff = tokio::select! {
            staff = Staff::assemble(self, &run, progress) => staff?,
            () = stop.cancelled() => return Err(LoadError::Stopped),
        };
        let memory = memory_before.zip(self.server().and_then(Process::memory));
        let begin = Instant::now() + BREATH;
        let recorder = Recorder::new(&self.plan, begin);
        begun.send_replace(Some(recorder.clone()));
        let (mut course, sessions) = self
            .play(sessions, begin, &recorder, stop, progress)
            .await?;
        course.server_memory = memory;
        progress.send_replace(Progress::Leaving);
        staff.dismiss().await;
        for session in sessions {
            // What is not durable then is not missed: the run is over.
            let _ = timeout(ASSEMBLY, session.close()).await;
        }
        Ok(Report::of(
            &self.plan,
            &self.tenant,
            &course,
            &recorder.lock(),
        ))
    }

    /// The sessions of all adapters, connected.
    async fn connect(&self) -> Result<Vec<AdapterSession>, LoadError> {
        let mut sessions = Vec::new();
        for number in 0..self.plan.adapters {
            let options = adapter::Options::new(self.tenant.clone(), tenant::adapter(number));
            let session = AdapterSession::start(&self.switches, options);
            connected(&session)
                .await
                .map_err(|source| LoadError::Adapter {
                    adapter: tenant::adapter(number),
                    source,
                })?;
            sessions.push(session);
        }
        Ok(sessions)
    }

    /// Lets contacts come, and waits until they are over. Gives the sessions back.
    async fn play(
        &self,
        sessions: Vec<AdapterSession>,
        begin: Instant,
        recorder: &Recorder,
        stop: &CancellationToken,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Course, Vec<AdapterSession>), LoadError> {
        let plan = &self.plan;
        let (tally, over) = (Arc::new(Tally::default()), CancellationToken::new());
        let (metronome, due) = Metronome::start(Arrivals::of(plan), begin, plan.adapters)?;
        let mut playing = JoinSet::new();
        for ((mut session, due), number) in sessions.into_iter().zip(due).zip(0..) {
            let handle = session.handle().clone();
            let name = self.name.as_str().into();
            let switch = Switch::new(name, begin, handle, recorder.clone(), tally.clone());
            let over = over.clone();
            playing.spawn(async move {
                let played = switch.run(&mut session, due, &over).await;
                played
                    .map(|()| session)
                    .map_err(|source| LoadError::Adapter {
                        adapter: tenant::adapter(number),
                        source,
                    })
            });
        }
        let mut metronome = Some(metronome);
        let mut length = plan.length;
        let (mut warm, mut last) = (None, None);
        let mut ticks = interval(PROGRESS_INTERVAL);
        let mut back = Vec::new();
        loop {
            tokio::select! {
                ended = playing.join_next() => match ended {
                    Some(Ok(session)) => back.push(session?),
                    Some(Err(panic)) => return Err(io::Error::other(panic).into()),
                    None => break,
                },
                () = stop.cancelled(), if metronome.is_some() => {
                    metronome = None;
                    length = length.min(Instant::now().saturating_duration_since(begin));
                    recorder.ends_at(length);
                }
                _ = ticks.tick() => {
                    let elapsed = Instant::now().saturating_duration_since(begin);
                    progress.send_replace(tally.progress(elapsed));
                    if elapsed >= plan.warm_up.min(length) && warm.is_none() {
                        warm = Some(self.standing(&tally));
                    }
                    if elapsed >= length && last.is_none() {
                        last = Some((self.standing(&tally), tally.open.load(Ordering::Relaxed)));
                    }
                    if elapsed >= length + plan.drain {
                        over.cancel();
                    }
                }
            }
        }
        let (last, open) = last.unwrap_or_else(|| (self.standing(&tally), 0));
        let course = Course {
            length,
            open_at_last_arrival: open,
            warm: warm.unwrap_or_else(|| last.clone()),
            last,
            server_memory: None,
        };
        Ok((course, back))
    }

    fn server(&self) -> Option<Process> {
        self.server_pid.map(Process::Other)
    }

    fn standing(&self, tally: &Tally) -> Standing {
        Standing {
            at: Instant::now(),
            processor: Process::This.time(),
            server: self.server().and_then(Process::time),
            flows: self.traffic.flows(),
            completed: tally.completed.load(Ordering::Relaxed),
        }
    }
}

async fn connected(session: &AdapterSession) -> Result<(), Error> {
    let mut status = session.handle().status();
    let decided = status.wait_for(|status| !matches!(status, Status::Connecting { last: None }));
    match timeout(ASSEMBLY, decided).await {
        Ok(Ok(status)) => match &*status {
            Status::Connecting { last: Some(error) } | Status::Over { error } => Err(error.clone()),
            _ => Ok(()),
        },
        _ => Err(Error::Unreachable("no adapter was welcomed".to_owned())),
    }
}

/// The agents at work.
struct Staff {
    desks: JoinSet<Result<(), LoadError>>,
    dismissed: CancellationToken,
}

impl Staff {
    /// Starts every agent, and waits until all are ready.
    async fn assemble(
        load: &Load,
        run: &watch::Receiver<Option<Recorder>>,
        progress: &watch::Sender<Progress>,
    ) -> Result<Self, LoadError> {
        let (told, mut ready) = mpsc::channel::<()>(TURNS);
        let (turns, dismissed) = (Arc::new(Semaphore::new(TURNS)), CancellationToken::new());
        let mut desks = JoinSet::new();
        for number in 0..load.plan.agents {
            let desk = Desk {
                endpoint: load.desks.clone(),
                tenant: load.tenant.clone(),
                agent: tenant::agent(number),
                ring: load.plan.ring,
                chance: StdRng::seed_from_u64(load.plan.seed ^ (u64::from(number) << 32)),
                turns: turns.clone(),
                dismissed: dismissed.clone(),
            };
            let (told, run) = (told.clone(), run.clone());
            desks.spawn(async move {
                let agent = desk.agent.clone();
                let begun = desk.begin().await;
                let at_work = begun.map_err(|source| LoadError::Login { agent, source })?;
                // Nobody listens when the load was given up.
                let _ = told.send(()).await;
                at_work.work(run).await;
                Ok(())
            });
        }
        let mut count = 0;
        while count < load.plan.agents {
            tokio::select! {
                Some(()) = ready.recv() => {
                    count += 1;
                    progress.send_replace(Progress::LoggingIn { ready: count });
                }
                Some(ended) = desks.join_next() => ended.map_err(io::Error::other)??,
            }
        }
        Ok(Self { desks, dismissed })
    }

    /// Everybody logs out.
    async fn dismiss(mut self) {
        self.dismissed.cancel();
        // Who cannot in this time is cut off, and the server logs them out after their grace.
        let _ = timeout(ASSEMBLY, async {
            while self.desks.join_next().await.is_some() {}
        })
        .await;
    }
}
