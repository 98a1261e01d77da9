//! One agent of a script at their desk: they log in, take what they are offered, log out.

use std::pin::Pin;
use std::time::Duration;

use acd_client::v1::{ErrorReason, OfferState};
use acd_client::{AgentSession, Endpoint, Error};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Pace;
use super::pace::wall;
use super::played::Troubles;
use crate::script::ScriptedShift;

/// An agent with all that they need.
pub(super) struct Desk {
    pub(super) endpoint: Endpoint,
    pub(super) tenant: String,
    pub(super) agent: String,
    /// Their shifts, one after the other.
    pub(super) shifts: Vec<ScriptedShift>,
    pub(super) speed: f64,
    /// The pace, once the play has begun.
    pub(super) paced: watch::Receiver<Option<Pace>>,
    /// To be told when they are ready, if the play waits for them; their first shift has begun then.
    pub(super) at_work: Option<mpsc::Sender<()>>,
    /// Everybody is to log out.
    pub(super) dismissed: CancellationToken,
    pub(super) troubles: Troubles,
}

/// Why following a session stopped.
enum Left {
    /// The time that was given is over.
    Time,
    /// The session has ended.
    Session(Error),
}

/// An answer on its way.
type Answer = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send>>;

/// What they have in hand.
#[derive(Default)]
struct Seat {
    /// None while they are logged out.
    session: Option<AgentSession>,
    answer: Option<Answer>,
    /// The last offer they answered; offers that come later have higher ids.
    answered: u64,
    /// How long they let it ring.
    accept_after: Duration,
}

impl Desk {
    /// Works all their shifts.
    pub(super) async fn work(mut self) {
        let mut seat = Seat::default();
        for shift in std::mem::take(&mut self.shifts) {
            if self.at_work.is_none() {
                self.rest(&mut seat, shift.login_ms).await;
            }
            if self.dismissed.is_cancelled() {
                break;
            }
            seat.accept_after = wall(shift.accept_after_ms, self.speed);
            if !self.serve(&mut seat, shift.logout_ms).await {
                return;
            }
        }
        // The last conversation may go on.
        while seat.session.is_some() {
            if let Left::Session(error) = seat.follow(std::future::pending(), &self.troubles).await
            {
                self.logged_out(&error);
            }
        }
    }

    /// Waits for the next shift; a conversation of the last one may go on.
    async fn rest(&self, seat: &mut Seat, login_ms: i64) {
        loop {
            match seat.follow(self.time_until(login_ms), &self.troubles).await {
                Left::Time => return,
                Left::Session(error) => self.logged_out(&error),
            }
        }
    }

    /// Is on duty until the shift ends, then asks to log out. False: they cannot work any more.
    async fn serve(&mut self, seat: &mut Seat, logout_ms: i64) -> bool {
        loop {
            let is_ready = self.go_ready(seat).await;
            // They are told of once; without a session the play goes on without them.
            if let Some(at_work) = self.at_work.take() {
                let _ = at_work.send(()).await;
            }
            if !is_ready {
                return false;
            }
            match seat
                .follow(self.time_until(logout_ms), &self.troubles)
                .await
            {
                Left::Time => break,
                // Somebody else has taken the seat, and works at it.
                Left::Session(error) if error.reason() == Some(ErrorReason::SessionReplaced) => {
                    seat.session = None;
                    return false;
                }
                Left::Session(error) => {
                    self.troubles.error(&self.agent, &error);
                    if error.reason() != Some(ErrorReason::NotLoggedIn) {
                        return false;
                    }
                }
            }
        }
        if let Some(session) = &seat.session
            && let Err(error) = session.commands().clone().logout().await
        {
            self.logged_out(&error);
        }
        true
    }

    /// Logs in if they are not (a logout that still waits for a conversation is taken back), and goes ready.
    async fn go_ready(&self, seat: &mut Seat) -> bool {
        loop {
            if seat.session.is_none() {
                seat.session = match self.login().await {
                    Ok(session) => Some(session),
                    Err(error) => {
                        self.troubles.error(&self.agent, &error);
                        return false;
                    }
                };
            }
            let Some(session) = &seat.session else {
                continue;
            };
            match session.commands().clone().ready().await {
                Ok(_) => return true,
                // Their logout came through in this very instant.
                Err(error) if error.reason() == Some(ErrorReason::NotLoggedIn) => {
                    seat.session = None;
                }
                Err(error) => {
                    self.troubles.error(&self.agent, &error);
                    return false;
                }
            }
        }
    }

    async fn login(&self) -> Result<AgentSession, Error> {
        let mut session = AgentSession::login(&self.endpoint, &self.tenant, &self.agent).await?;
        // From its first message on the session is present.
        session.next().await?;
        Ok(session)
    }

    /// The virtual instant, or the end of the play.
    async fn time_until(&self, virtual_ms: i64) {
        let mut paced = self.paced.clone();
        let reached = async {
            let pace = paced
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|pace| *pace);
            match pace {
                Some(pace) => sleep_until(pace.instant_of(virtual_ms)).await,
                // The play was given up before it began.
                None => self.dismissed.cancelled().await,
            }
        };
        tokio::select! {
            () = reached => {}
            () = self.dismissed.cancelled() => {}
        }
    }

    /// A session ended after a logout was asked for, or somebody else took the seat.
    fn logged_out(&self, error: &Error) {
        let is_in_order = matches!(
            error.reason(),
            Some(ErrorReason::NotLoggedIn | ErrorReason::SessionReplaced)
        );
        if !is_in_order {
            self.troubles.error(&self.agent, error);
        }
    }
}

impl Seat {
    /// Follows the session and takes what is offered, until the time is over or the session ends.
    async fn follow(&mut self, until: impl Future<Output = ()>, troubles: &Troubles) -> Left {
        tokio::pin!(until);
        loop {
            self.begin_answer();
            tokio::select! {
                () = &mut until => return Left::Time,
                update = next(&mut self.session) => if let Err(error) = update {
                    (self.session, self.answer) = (None, None);
                    return Left::Session(error);
                },
                answered = pending_answer(&mut self.answer) => {
                    self.answer = None;
                    if let Err(error) = answered {
                        troubles.refusal("accept", &error);
                    }
                }
            }
        }
    }

    /// Answers the next offer that rings, if no answer is on its way.
    fn begin_answer(&mut self) {
        let Some(session) = self.session.as_ref().filter(|_| self.answer.is_none()) else {
            return;
        };
        let rings = |offer: &&acd_client::v1::Offer| {
            offer.state() == OfferState::Pending && offer.offer_id > self.answered
        };
        let Some(offer_id) = session
            .view()
            .offers()
            .find(rings)
            .map(|offer| offer.offer_id)
        else {
            return;
        };
        self.answered = offer_id;
        let commands = session.commands().clone();
        let at = Instant::now() + self.accept_after;
        self.answer = Some(Box::pin(async move {
            sleep_until(at).await;
            commands.accept_offer(offer_id).await
        }));
    }
}

async fn next(session: &mut Option<AgentSession>) -> Result<(), Error> {
    match session {
        Some(session) => session.next().await.map(drop),
        None => std::future::pending().await,
    }
}

async fn pending_answer(answer: &mut Option<Answer>) -> Result<u64, Error> {
    match answer {
        Some(answer) => answer.await,
        None => std::future::pending().await,
    }
}
