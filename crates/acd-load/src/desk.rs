//! An agent: they log in, accept what they are offered, and log out at the end.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use acd_client::agent::Update;
use acd_client::v1::{ErrorReason, Offer, OfferState};
use acd_client::{AgentSession, Endpoint, Error};
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::measured::Recorder;
use crate::switch;

/// An agent with all that they need.
pub(crate) struct Desk {
    pub(crate) endpoint: Endpoint,
    pub(crate) tenant: String,
    pub(crate) agent: String,
    /// The longest they let an offer ring.
    pub(crate) ring: Duration,
    pub(crate) chance: StdRng,
    /// How many may log in, or out, at the same time.
    pub(crate) turns: Arc<Semaphore>,
    /// Everybody is to log out.
    pub(crate) dismissed: CancellationToken,
}

/// How often an agent whose session is taken over logs in anew.
const LOGINS_MAX: usize = 3;

/// An agent who is ready.
pub(crate) struct AtWork {
    desk: Desk,
    session: AgentSession,
    /// The last offer they saw; offers that come later have higher ids.
    seen: u64,
    /// Logins after which the server ended the session at once.
    replaced: Vec<Error>,
}

/// An answer on its way: when it was sent, and what was said.
type Answer = Pin<Box<dyn Future<Output = (Instant, Result<u64, Error>)> + Send>>;

impl Desk {
    /// Logs in and goes ready. Who is told that a later login took over logs in again: there is no other desktop.
    pub(crate) async fn begin(self) -> Result<AtWork, Error> {
        // Nobody closes it.
        let turn = self.turns.clone().acquire_owned().await;
        let mut replaced = Vec::new();
        let session = loop {
            match self.login().await {
                Ok(session) => break session,
                Err(error)
                    if error.reason() == Some(ErrorReason::SessionReplaced)
                        && replaced.len() < LOGINS_MAX =>
                {
                    replaced.push(error);
                }
                Err(error) => return Err(error),
            }
        };
        drop(turn);
        Ok(AtWork {
            desk: self,
            session,
            seen: 0,
            replaced,
        })
    }

    async fn login(&self) -> Result<AgentSession, Error> {
        let mut session = AgentSession::login(&self.endpoint, &self.tenant, &self.agent).await?;
        // From its first message on the session is present.
        session.next().await?;
        session.commands().ready().await?;
        Ok(session)
    }
}

impl AtWork {
    /// Takes what is offered until everybody is dismissed, then logs out. What is measured is told once the run begins.
    pub(crate) async fn work(mut self, run: watch::Receiver<Option<Recorder>>) {
        let dismissed = self.desk.dismissed.clone();
        let mut answer: Option<Answer> = None;
        loop {
            tokio::select! {
                () = dismissed.cancelled() => break,
                update = self.session.next() => match update {
                    Ok(update) => {
                        let recorder = run.borrow().clone();
                        if let Some(recorder) = recorder {
                            self.look(&update, &recorder, &mut answer);
                        }
                    }
                    Err(error) => {
                        self.failed(&run, "agent's session", &error);
                        return;
                    }
                },
                (sent, answered) = pending(&mut answer) => {
                    answer = None;
                    match (&*run.borrow(), answered) {
                        (Some(recorder), Ok(_)) => recorder.accepted(sent, Instant::now()),
                        (Some(recorder), Err(error)) => recorder.failed("accept", &error),
                        (None, _) => {}
                    }
                }
            }
        }
        for error in std::mem::take(&mut self.replaced) {
            self.failed(&run, "login", &error);
        }
        let _turn = self.desk.turns.clone().acquire_owned().await;
        if let Err(error) = self.session.commands().logout().await {
            self.failed(&run, "logout", &error);
        }
    }

    fn failed(&self, run: &watch::Receiver<Option<Recorder>>, what: &str, error: &Error) {
        if let Some(recorder) = &*run.borrow() {
            recorder.failed(what, error);
        }
    }

    /// Looks for offers that ring and were not seen before, and answers the newest.
    fn look(&mut self, update: &Update, recorder: &Recorder, answer: &mut Option<Answer>) {
        let now = Instant::now();
        let rings: Vec<(u64, bool, Option<Duration>)> = match update {
            Update::Changes(changes) => self.unseen(changes.offers.iter()),
            Update::Snapshot(_) => self.unseen(self.session.view().offers()),
        };
        for (offer_id, at_once, intended) in rings {
            self.seen = self.seen.max(offer_id);
            // Contacts of others have other names.
            if let Some(at) = intended {
                recorder.offered(at, now, at_once);
            }
            *answer = Some(self.accept(offer_id, now));
        }
    }

    fn unseen<'a>(
        &self,
        offers: impl Iterator<Item = &'a Offer>,
    ) -> Vec<(u64, bool, Option<Duration>)> {
        let new =
            |offer: &&Offer| offer.state() == OfferState::Pending && offer.offer_id > self.seen;
        let told = |offer: &Offer| {
            let at_once = offer.waited_ms == 0;
            (offer.offer_id, at_once, switch::intended(&offer.contact_id))
        };
        offers.filter(new).map(told).collect()
    }

    fn accept(&mut self, offer_id: u64, now: Instant) -> Answer {
        let commands = self.session.commands().clone();
        let ring = self.desk.ring;
        let answer_at = (!ring.is_zero()).then(|| now + ring.mul_f64(self.desk.chance.random()));
        Box::pin(async move {
            if let Some(at) = answer_at {
                sleep_until(at).await;
            }
            let sent = Instant::now();
            (sent, commands.accept_offer(offer_id).await)
        })
    }
}

async fn pending(answer: &mut Option<Answer>) -> (Instant, Result<u64, Error>) {
    match answer {
        Some(answer) => answer.await,
        None => std::future::pending().await,
    }
}
