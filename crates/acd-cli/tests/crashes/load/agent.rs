//! An agent: logs in, takes what is offered, talks, wraps up, and now and then does something else.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use acd_client::agent::{AgentCommands, AgentView, Update};
use acd_client::v1::{Alerting, HandlingState, OfferState, Presence};
use acd_client::{AgentSession, Endpoint, Error};
use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::{Stage, TENANT, Told};

/// What an agent wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Intent {
    Accept(u64),
    Reject(u64),
    Hold(u64),
    Resume(u64),
    EndTalk(u64),
    EndWrapUp(u64),
    Ready,
    NotReady,
    Logout,
}

/// Why an agent is at no desk.
enum Left {
    /// To come back.
    Session,
    /// For good.
    ForGood,
}

pub(super) struct Agent {
    name: String,
    told: Arc<Told>,
    chance: StdRng,
    requests: u64,
    /// What was answered, so that it is not asked again.
    answered: BTreeSet<Intent>,
    /// The sequence at which the last change of presence shows.
    presence_at: u64,
}

impl Agent {
    pub(super) fn new(name: String, told: Arc<Told>, chance: StdRng) -> Self {
        Self {
            name,
            told,
            chance,
            requests: 0,
            answered: BTreeSet::new(),
            presence_at: 0,
        }
    }

    /// Works until they may go home and have nothing left.
    pub(super) async fn run(mut self, endpoint: Endpoint, mut stage: watch::Receiver<Stage>) {
        loop {
            // Without an answer they do not know whether they are logged in, and try again.
            let Ok(mut session) = AgentSession::login(&endpoint, TENANT, &self.name).await else {
                continue;
            };
            self.told
                .session(&self.name, session.commands().session_id());
            self.presence_at = 0;
            // What an earlier session could not do any more this one can.
            self.answered.clear();
            let left = loop {
                match self.work(&mut session, &mut stage).await {
                    Some(left) => break left,
                    // Their desktop is started anew and goes on with the session.
                    None => {
                        let session_id = session.commands().session_id();
                        session = AgentSession::resume(&endpoint, TENANT, &self.name, session_id);
                    }
                }
            };
            if let Left::ForGood = left {
                return;
            }
        }
    }

    /// Works at a desktop until they leave it; none: it breaks down.
    async fn work(
        &mut self,
        session: &mut AgentSession,
        stage: &mut watch::Receiver<Stage>,
    ) -> Option<Left> {
        // What the desktop shows before its first message is nothing.
        if let Err(error) = session.next().await {
            return Some(self.over(&error));
        }
        self.see_all(session.view());
        loop {
            let goes_home = *stage.borrow_and_update() == Stage::GoHome;
            if !goes_home && self.chance.random_bool(0.01) {
                return None;
            }
            let intent = self.intent(session.view(), goes_home);
            let waits = intent.is_none().then(|| session.view());
            self.told.waits(&self.name, waits);
            let Some(intent) = intent else {
                tokio::select! {
                    update = session.next() => match update {
                        Ok(update) => self.see(session.view(), &update),
                        Err(error) => return Some(self.over(&error)),
                    },
                    _ = stage.changed() => {}
                }
                continue;
            };
            if let Some(left) = self.carry_out(session, intent).await {
                return Some(left);
            }
            if intent == Intent::Logout {
                return Some(if goes_home {
                    Left::ForGood
                } else {
                    Left::Session
                });
            }
        }
    }

    /// Asks for it, while the desktop goes on showing what comes.
    async fn carry_out(&mut self, session: &mut AgentSession, intent: Intent) -> Option<Left> {
        self.requests += 1;
        let request_id = format!("{}-{}", self.name, self.requests);
        let commands = session.commands().request(&request_id);
        let mut asked = pin!(ask(&commands, intent));
        let mut over = None;
        let answer = loop {
            tokio::select! {
                answer = &mut asked => break answer,
                update = session.next(), if over.is_none() => match update {
                    Ok(update) => self.see(session.view(), &update),
                    Err(error) => over = Some(self.over(&error)),
                },
            }
        };
        if self.told.call(request_id, &answer) {
            match (intent, &answer) {
                (Intent::Ready | Intent::NotReady, Ok(sequence)) => self.presence_at = *sequence,
                (Intent::Ready | Intent::NotReady | Intent::Logout, _) => {}
                (intent, _) => {
                    self.answered.insert(intent);
                }
            }
        }
        over
    }

    /// What is to be done next, if anything.
    fn intent(&mut self, view: &AgentView, goes_home: bool) -> Option<Intent> {
        let whim: f64 = self.chance.random();
        let offers = view.offers();
        let rings = offers.filter(|it| it.state() == OfferState::Pending);
        let mut rings = rings.filter(|it| it.alerting() == Alerting::Desktop);
        let unanswered = |id: u64| {
            !self.answered.contains(&Intent::Accept(id))
                && !self.answered.contains(&Intent::Reject(id))
        };
        if let Some(offer) = rings.find(|it| unanswered(it.offer_id)) {
            let rejects = whim < 0.1 && !goes_home;
            return Some(match rejects {
                true => Intent::Reject(offer.offer_id),
                false => Intent::Accept(offer.offer_id),
            });
        }
        for handling in view.handlings() {
            let id = handling.handling_id;
            let held = Intent::Hold(id);
            let wanted = match handling.state() {
                HandlingState::Connected if whim < 0.2 && !self.answered.contains(&held) => held,
                HandlingState::Connected => Intent::EndTalk(id),
                HandlingState::Held if whim < 0.5 => Intent::EndTalk(id),
                HandlingState::Held => Intent::Resume(id),
                HandlingState::WrapUp => Intent::EndWrapUp(id),
                HandlingState::Ended | HandlingState::Unspecified => continue,
            };
            if !self.answered.contains(&wanted) {
                return Some(wanted);
            }
        }
        if goes_home {
            let is_free = view.offers().next().is_none() && view.handlings().next().is_none();
            return is_free.then_some(Intent::Logout);
        }
        if view.sequence() < self.presence_at {
            return None;
        }
        match view.agent().presence() {
            Presence::Ready if whim > 0.98 => Some(Intent::NotReady),
            Presence::Ready if whim > 0.97 => Some(Intent::Logout),
            Presence::Ready => None,
            _ => Some(Intent::Ready),
        }
    }

    fn see(&self, view: &AgentView, update: &Update) {
        match update {
            Update::Snapshot(_) => self.see_all(view),
            Update::Changes(changes) => {
                changes.offers.iter().for_each(|it| self.told.offer(it));
            }
        }
    }

    fn see_all(&self, view: &AgentView) {
        view.offers().for_each(|it| self.told.offer(it));
    }

    /// The session ended: a supervisor did it, or the engine would not have them any more, which it may not.
    fn over(&self, error: &Error) -> Left {
        if error.reason().is_none() {
            self.told.outrage(format!("{}: {error}", self.name));
        }
        Left::Session
    }
}

async fn ask(commands: &AgentCommands, intent: Intent) -> Result<u64, Error> {
    match intent {
        Intent::Accept(offer) => commands.accept_offer(offer).await,
        Intent::Reject(offer) => commands.reject_offer(offer).await,
        Intent::Hold(handling) => commands.hold(handling).await,
        Intent::Resume(handling) => commands.resume(handling).await,
        Intent::EndTalk(handling) => commands.end_talk(handling, None).await,
        Intent::EndWrapUp(handling) => commands.end_wrap_up(handling, None).await,
        Intent::Ready => commands.ready().await,
        Intent::NotReady => commands.not_ready("break").await,
        Intent::Logout => commands.logout().await,
    }
}
