//! A script against a running server, through the public API alone: one adapter that plays the callers, and every agent
//! of the script with a session of their own.
//!
//! **Time.** The script's virtual time is laid on wall time at a given speed ([`Pace`]). Talk, patience, head start and
//! the thresholds of the configuration are divided by the speed ([`at_speed`]); what is measured is multiplied by it
//! again, so that every figure is in virtual time. What guards against a technical failure (ring, connect, graces)
//! keeps its wall time. A millisecond of wall time is `speed` milliseconds in the figures: that is their jitter.
//!
//! **Server gone.** The sessions reconnect and resume by themselves, events that are not durable are sent again, and
//! what callers do meanwhile is sent when the server is back. Nothing of the script is given up for it.
//!
//! **What is counted where.** [`Played`] holds what this side saw: receipts of events. The server's own counters
//! ([`counted`]) are durable and exact; [`mismatches`] says where the two do not agree.

mod agent;
mod counters;
mod pace;
mod pbx;
mod played;
mod scaling;

use std::time::Duration;

use acd_client::{AdapterSession, Endpoint, Error, adapter};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use counters::{counted, in_queue, mismatches};
pub use pace::Pace;
pub use played::{Latencies, Outcomes, Played, Progress, Trouble};
pub use scaling::at_speed;

use crate::script::{ADAPTER, Script};
use agent::Desk;
use pbx::Pbx;
use played::Troubles;

/// How a script is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// The tenant, which has the script's configuration at this speed in force.
    pub tenant: String,
    /// Virtual seconds per second of wall time; positive.
    pub speed: f64,
    /// Put behind the id of each call to name its contact, so that a log can be played again in the same tenant.
    pub contact_suffix: String,
    /// How long calls that are open may go on after the play was stopped early, in wall time.
    pub drain: Duration,
    /// How long the server may be gone before the play is given up, in wall time.
    pub server_gone_max: Duration,
}

/// How long everybody has to be at their place before the first call, and to leave after the last one.
const ASSEMBLY: Duration = Duration::from_secs(60);

/// A script that has been played. The calls that still wait are open at the server until [`Stage::leave`].
pub struct Stage {
    /// What this side saw.
    pub played: Played,
    session: AdapterSession,
    waiting: Vec<String>,
}

/// Plays a script to its end: until every call is over, or nobody is left to answer those that wait. With `stop`
/// no further call arrives and those that are open have [`Options::drain`] to end.
///
/// # Errors
/// The adapter's session ended for good, or the centre was not ready in time. Anything less is counted as trouble.
pub async fn play(
    endpoint: &Endpoint,
    script: &Script,
    options: &Options,
    stop: &CancellationToken,
    progress: &watch::Sender<Progress>,
) -> Result<Stage, Error> {
    let mut session = AdapterSession::start(
        endpoint,
        adapter::Options::new(options.tenant.clone(), ADAPTER),
    );
    connected(&session).await?;

    let troubles = Troubles::default();
    let staff = Staff::assemble(endpoint, script, options, &troubles).await?;
    let pace = Pace::starting_now(origin_ms(script), options.speed);
    staff.pace.send_replace(Some(pace));

    let pbx = Pbx::new(
        script,
        options,
        pace,
        session.handle().clone(),
        troubles.clone(),
    );
    let outcome = pbx.run(&mut session, stop, &staff.gone, progress).await;
    staff.dismiss(&troubles).await;
    let (played, waiting) = outcome?;
    Ok(Stage {
        played: played.finish(troubles.take()),
        session,
        waiting,
    })
}

impl Stage {
    /// Ends the calls that still wait, so that nothing is left open in the tenant, and closes the adapter's session.
    ///
    /// # Errors
    /// The session ended for good, or the server did not take the ends in time.
    pub async fn leave(self) -> Result<(), Error> {
        let leaving = async {
            for contact in self.waiting {
                pbx::end(self.session.handle(), contact).await?;
            }
            self.session.close().await
        };
        timeout(ASSEMBLY, leaving)
            .await
            .unwrap_or_else(|_| Err(late("the last events were not durable")))
    }
}

/// The virtual instant at which the play begins: the first arrival. Who is on duty by then is ready before.
fn origin_ms(script: &Script) -> i64 {
    script.calls.first().map_or(0, |call| call.arrives_at_ms)
}

async fn connected(session: &AdapterSession) -> Result<(), Error> {
    let mut status = session.handle().status();
    let decided = status.wait_for(|status| !matches!(status, adapter::Status::Connecting { .. }));
    match timeout(ASSEMBLY, decided).await {
        Ok(Ok(status)) => match &*status {
            adapter::Status::Over { error } => Err(error.clone()),
            _ => Ok(()),
        },
        _ => Err(late("the adapter was not connected")),
    }
}

fn late(what: &str) -> Error {
    Error::Unreachable(format!("{what} within {} s", ASSEMBLY.as_secs()))
}

/// The agents at work.
struct Staff {
    desks: JoinSet<()>,
    /// Set when the play begins.
    pace: watch::Sender<Option<Pace>>,
    /// Tells the agents to log out.
    dismissed: CancellationToken,
    /// Cancelled when every agent has logged out for good.
    gone: CancellationToken,
}

impl Staff {
    /// Starts every agent, and waits until those on duty at the begin are ready.
    async fn assemble(
        endpoint: &Endpoint,
        script: &Script,
        options: &Options,
        troubles: &Troubles,
    ) -> Result<Self, Error> {
        let (pace, paced) = watch::channel(None);
        let (at_work, mut ready) = mpsc::channel(1);
        let (dismissed, gone) = (CancellationToken::new(), CancellationToken::new());
        // Dropped by the last agent who leaves.
        let last_out = std::sync::Arc::new(gone.clone().drop_guard());
        let mut desks = JoinSet::new();
        let mut on_duty = 0;
        for (agent, shifts) in script.shifts_by_agent() {
            let at_begin = shifts[0].login_ms <= origin_ms(script);
            on_duty += usize::from(at_begin);
            let desk = Desk {
                endpoint: endpoint.clone(),
                tenant: options.tenant.clone(),
                agent,
                shifts,
                speed: options.speed,
                paced: paced.clone(),
                at_work: at_begin.then(|| at_work.clone()),
                dismissed: dismissed.clone(),
                troubles: troubles.clone(),
            };
            let last_out = last_out.clone();
            desks.spawn(async move {
                desk.work().await;
                drop(last_out);
            });
        }
        drop(last_out);
        let all_ready = async {
            for _ in 0..on_duty {
                ready.recv().await;
            }
        };
        timeout(ASSEMBLY, all_ready)
            .await
            .map_err(|_| late("the agents were not ready"))?;
        Ok(Self {
            desks,
            pace,
            dismissed,
            gone,
        })
    }

    /// Everybody logs out, when their last conversation has ended.
    async fn dismiss(mut self, troubles: &Troubles) {
        self.dismissed.cancel();
        let all_out = async { while self.desks.join_next().await.is_some() {} };
        if timeout(ASSEMBLY, all_out).await.is_err() {
            troubles.error("agents", &late("some had not logged out"));
        }
    }
}
