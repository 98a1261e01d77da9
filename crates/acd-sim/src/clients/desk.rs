//! An agent at their desk: they log in, take what they are offered, talk, and do what else agents do.

use std::collections::BTreeSet;
use std::time::Duration;

use acd_client::{AgentCommands, AgentSession, Error};
use acd_proto::v1::{Disposition, HandlingState, OfferState};
use tokio::time::sleep_until;

use super::{Agenda, World, pause};
use crate::centre::{DISPOSITIONS, QUEUES, TENANT, agent};
use crate::chance::Chance;
use crate::network::ClientNo;
use crate::plan::Fault;

/// An agent with a desktop.
pub(crate) struct Desk {
    world: World,
    client: ClientNo,
    name: String,
    chance: Chance,
    agenda: Agenda<Act>,
    /// The offers and the states of handlings about which they have made up their mind.
    decided: BTreeSet<(u64, i32)>,
}

/// What the agent does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Accept(u64),
    Reject(u64),
    EndTalk(u64),
    EndWrapUp(u64),
    Hold(u64),
    Resume(u64),
    Ready,
    NotReady,
    Other,
    Crash,
}

impl Desk {
    pub(crate) fn new(world: World, client: ClientNo, number: usize) -> Self {
        Self {
            chance: Chance::of(world.seed, "desk", number),
            world,
            client,
            name: agent(number),
            agenda: Agenda::default(),
            decided: BTreeSet::new(),
        }
    }

    /// Works for ever.
    pub(crate) async fn run(mut self) {
        let mut session_id = None;
        loop {
            let endpoint = self.world.endpoint(self.client, &mut self.chance);
            // Whoever only lost their window goes on with the session.
            let resumed = session_id
                .take_if(|_| self.chance.once_in(2))
                .map(|id| AgentSession::resume(&endpoint, TENANT, &self.name, id));
            let session = match resumed {
                Some(session) => Ok(session),
                None => AgentSession::login(&endpoint, TENANT, &self.name).await,
            };
            match session {
                Ok(session) => {
                    let id = session.commands().session_id();
                    session_id = self.serve(session).await.then_some(id);
                }
                Err(error) => self.refused("login", &error),
            }
            let length = match self.world.told.is_calm() {
                true => Duration::from_millis(200),
                false => self.chance.up_to(Duration::from_secs(10)),
            };
            pause(length).await;
        }
    }

    /// One session; whether it may go on after a crash of the desktop.
    async fn serve(&mut self, mut session: AgentSession) -> bool {
        self.decided.clear();
        self.agenda = Agenda::default();
        self.agenda.add(Duration::ZERO, Act::Ready);
        let other = self.chance.up_to(Duration::from_secs(60));
        self.agenda.add(other, Act::Other);
        if self.world.faults.has(Fault::DeskCrash) {
            let after = self.chance.up_to(Duration::from_secs(240));
            self.agenda.add(after, Act::Crash);
        }
        loop {
            let next_at = self.agenda.next_at();
            tokio::select! {
                biased;
                update = session.next() => match update {
                    Ok(_) => {
                        self.world.history.told(TENANT, session.view().sequence());
                        self.look(&session);
                    }
                    Err(error) => {
                        self.refused("stream", &error);
                        return false;
                    }
                },
                () = sleep_until(next_at) => {
                    let Some(act) = self.agenda.take_due() else { continue };
                    if matches!(act, Act::Crash) {
                        if self.world.told.is_calm() {
                            continue;
                        }
                        self.world.told.count_fault();
                        return true;
                    }
                    let commands = session.commands().clone();
                    self.act(act, &commands).await;
                    if matches!(act, Act::Other) && self.world.told.is_calm() {
                        // What came to nothing while things went wrong is done once more.
                        self.decided.clear();
                        self.look(&session);
                    }
                }
            }
        }
    }

    /// Makes up their mind about what is new on the screen.
    fn look(&mut self, session: &AgentSession) {
        let view = session.view();
        let is_calm = self.world.told.is_calm();
        for offer in view.offers() {
            if offer.state() == OfferState::Pending {
                self.check_offer(offer.offer_id);
            }
            if offer.state() != OfferState::Pending || !self.decided.insert((offer.offer_id, -1)) {
                continue;
            }
            let soon = self.chance.up_to(Duration::from_secs(5));
            match if is_calm { 9 } else { self.chance.below(20) } {
                // They are not there.
                0..=1 => {}
                2..=3 => self.agenda.add(soon, Act::Reject(offer.offer_id)),
                // Late, perhaps.
                4 => self.agenda.add(soon * 8, Act::Accept(offer.offer_id)),
                5 => {
                    self.agenda.add(soon, Act::Accept(offer.offer_id));
                    self.agenda.add(soon, Act::Accept(offer.offer_id));
                }
                _ => self.agenda.add(soon, Act::Accept(offer.offer_id)),
            }
        }
        for handling in view.handlings() {
            let id = handling.handling_id;
            if !self.decided.insert((id, handling.state)) {
                continue;
            }
            let later = self.chance.up_to(Duration::from_secs(25));
            match handling.state() {
                HandlingState::Connected if self.chance.once_in(8) && !is_calm => {
                    self.agenda.add(later, Act::Hold(id));
                }
                HandlingState::Connected => self.agenda.add(later, Act::EndTalk(id)),
                HandlingState::Held => self.agenda.add(later, Act::Resume(id)),
                HandlingState::WrapUp => self.agenda.add(later, Act::EndWrapUp(id)),
                _ => {}
            }
        }
    }

    /// What is shown as an offer was made, to this agent.
    fn check_offer(&self, offer: u64) {
        let history = &self.world.history;
        let fate = history.offer(TENANT, offer);
        let no = history
            .look(TENANT, |state| state.agent_no(&self.name.as_str().into()))
            .flatten();
        if fate.is_none() || fate.map(|fate| fate.agent) != no {
            history.violated(
                "nothing is told before it is durable",
                format!("offer {offer} is shown to {} and is {fate:?}", self.name),
            );
        }
    }

    async fn act(&mut self, act: Act, commands: &AgentCommands) {
        let done = match act {
            Act::Accept(offer) => {
                let accepted = commands.accept_offer(offer).await;
                if accepted.is_ok()
                    && !self
                        .world
                        .history
                        .offer(TENANT, offer)
                        .is_some_and(|it| it.is_accepted)
                {
                    self.world.history.violated(
                        "what was acknowledged is in the log",
                        format!("{} was told that they have offer {offer}", self.name),
                    );
                }
                accepted
            }
            Act::Reject(offer) => commands.reject_offer(offer).await,
            Act::EndTalk(handling) => commands.end_talk(handling, None).await,
            Act::EndWrapUp(handling) => {
                let disposition = Disposition {
                    code: (*self.chance.one_of(&DISPOSITIONS)).to_owned(),
                    ..Disposition::default()
                };
                commands.end_wrap_up(handling, disposition).await
            }
            Act::Hold(handling) => commands.hold(handling).await,
            Act::Resume(handling) => commands.resume(handling).await,
            Act::Ready => {
                let next = self.chance.up_to(Duration::from_secs(120));
                self.agenda.add(next, Act::NotReady);
                commands.ready().await
            }
            Act::NotReady if self.world.told.is_calm() => return,
            Act::NotReady => {
                let back = self.chance.up_to(Duration::from_secs(15));
                self.agenda.add(back, Act::Ready);
                commands.not_ready("break").await
            }
            Act::Other => {
                let next = self.chance.up_to(Duration::from_secs(90));
                self.agenda.add(next, Act::Other);
                if self.world.told.is_calm() {
                    commands.ready().await
                } else {
                    self.other(commands).await
                }
            }
            Act::Crash => return,
        };
        match done {
            Ok(sequence) => self.world.history.told(TENANT, sequence),
            Err(error) => self.refused("command", &error),
        }
    }

    async fn other(&mut self, commands: &AgentCommands) -> Result<u64, Error> {
        let queue = *self.chance.one_of(&QUEUES);
        match self.chance.below(5) {
            0 => commands.pause_queue(queue, "training").await,
            1 => commands.resume_queue(queue).await,
            2 => commands.request_next().await,
            3 => commands.logout().await,
            _ => commands.ready().await,
        }
    }

    fn refused(&self, what: &'static str, error: &Error) {
        let name = match error {
            Error::Refused(refusal) => refusal.reason_name.clone(),
            Error::Unreachable(_) => "unreachable".to_owned(),
            Error::DeadlinePassed { .. } => "deadline passed".to_owned(),
            _ => "other".to_owned(),
        };
        self.world.history.cover(what, &name);
    }
}
