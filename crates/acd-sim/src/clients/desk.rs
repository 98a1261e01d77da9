//! An agent at their desk: they log in, take what they are offered, talk, and do what else agents do.

use std::collections::BTreeSet;
use std::time::Duration;

use acd_client::{AgentCommands, AgentSession, Error};
use acd_core::ids::HandlingId;
use acd_core::state::State;
use acd_proto::v1::{
    Destination, Disposition, Handling, HandlingState, MaskedItem, Offer, OfferState, Presence,
    destination,
};
use tokio::time::sleep_until;

use super::{Agenda, World, note_error, pause};
use crate::centre::{DISPOSITIONS, QUEUES, TENANT, agent};
use crate::chance::Chance;
use crate::network::ClientNo;
use crate::plan::Fault;

/// One screen in so many is compared while things go wrong; in the calm each is.
const SCREENS_COMPARED: u32 = 40;

/// An agent with a desktop.
pub(crate) struct Desk {
    world: World,
    client: ClientNo,
    name: String,
    chance: Chance,
    agenda: Agenda<Act>,
    /// The offers and the states of handlings about which they have made up their mind.
    decided: BTreeSet<(u64, i32)>,
    /// The handlings on their screen.
    in_hand: BTreeSet<u64>,
    /// The handlings of which they have asked somebody else: they wait before they end the talk.
    asking: BTreeSet<u64>,
    agents: usize,
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
    EnterWrapUp(u64),
    Consult(u64),
    JoinConsult(u64),
    CompleteTransfer(u64),
    EndConsult(u64),
    KeepCallback(u64),
    Ready,
    NotReady,
    Other,
    Crash,
}

impl Desk {
    pub(crate) fn new(world: World, client: ClientNo, number: usize, agents: usize) -> Self {
        Self {
            chance: Chance::of(world.seed, "desk", number),
            world,
            client,
            name: agent(number),
            agenda: Agenda::default(),
            decided: BTreeSet::new(),
            in_hand: BTreeSet::new(),
            asking: BTreeSet::new(),
            agents,
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
                Err(error) => self.refused("refusal", &error),
            }
            let length = self.world.told.rest(&mut self.chance);
            pause(length).await;
        }
    }

    /// One session; whether it may go on after a crash of the desktop.
    async fn serve(&mut self, mut session: AgentSession) -> bool {
        self.decided.clear();
        self.in_hand.clear();
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
                        if self.world.told.is_calm() || self.chance.once_in(SCREENS_COMPARED) {
                            self.compare(&session);
                        }
                    }
                    Err(error) => {
                        self.refused("stream end", &error);
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
                    let is_at_rest = matches!(act, Act::Other)
                        && self.world.told.is_calm()
                        && session.view().agent().presence() == Presence::Ready;
                    if is_at_rest {
                        self.plan_other();
                    } else {
                        self.act(act, &commands).await;
                    }
                    self.compare(&session);
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
        let in_hand = view.handlings().map(|it| it.handling_id).collect();
        let before = std::mem::replace(&mut self.in_hand, in_hand);
        for over in before.difference(&self.in_hand) {
            if !is_calm && self.chance.once_in(6) {
                let later = self.chance.up_to(Duration::from_secs(8));
                self.agenda.add(later, Act::EnterWrapUp(*over));
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
                HandlingState::Connected => {
                    if self.chance.once_in(6) && !is_calm {
                        self.agenda.add(later / 2, Act::KeepCallback(id));
                    }
                    if self.chance.once_in(6) && !is_calm {
                        self.agenda.add(later / 2, Act::Consult(id));
                    }
                    self.agenda.add(later, Act::EndTalk(id));
                }
                HandlingState::Held => {
                    if is_calm {
                        self.agenda.add(later / 2, Act::EndConsult(id));
                    }
                    self.agenda.add(later, Act::Resume(id));
                }
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
            Act::EndTalk(handling)
                if self.asking.remove(&handling) && !self.world.told.is_calm() =>
            {
                self.agenda
                    .add(Duration::from_secs(30), Act::EndTalk(handling));
                return;
            }
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
            Act::EnterWrapUp(handling) => commands.enter_wrap_up(handling).await,
            Act::Consult(handling) => {
                self.asking.insert(handling);
                let soon = Duration::from_secs(4) + self.chance.up_to(Duration::from_secs(20));
                let then = *self.chance.one_of(&[
                    Act::JoinConsult(handling),
                    Act::CompleteTransfer(handling),
                    Act::EndConsult(handling),
                ]);
                self.agenda.add(soon, then);
                let to = match self.chance.once_in(2) {
                    true => destination::To::Queue((*self.chance.one_of(&QUEUES)).to_owned()),
                    false => destination::To::Agent(agent(self.chance.below(self.agents))),
                };
                commands
                    .consult(handling, Destination { to: Some(to) })
                    .await
            }
            Act::JoinConsult(handling) => commands.join_consult(handling).await,
            Act::CompleteTransfer(handling) => commands.complete_transfer(handling).await,
            Act::EndConsult(handling) => commands.end_consult(handling).await,
            Act::KeepCallback(handling) => commands.keep_callback(handling).await,
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
                self.plan_other();
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
            Err(error) => self.refused("refusal", &error),
        }
    }

    fn plan_other(&mut self) {
        let most = if self.world.told.is_calm() { 5 } else { 90 };
        let next = self.chance.up_to(Duration::from_secs(most));
        self.agenda.add(next, Act::Other);
    }

    async fn other(&mut self, commands: &AgentCommands) -> Result<u64, Error> {
        let queue = *self.chance.one_of(&QUEUES);
        match self.chance.below(6) {
            0 => commands.pause_queue(queue, "training").await,
            1 => commands.resume_queue(queue).await,
            2 => commands.request_next().await,
            3 => commands.logout().await,
            4 => {
                let contact = self.contact_in_hand().unwrap_or_default();
                let item = MaskedItem::CustomerKey;
                let revealed = commands.reveal(&contact, item, "", "").await;
                revealed.map(|revealed| revealed.sequence)
            }
            _ => commands.ready().await,
        }
    }

    /// The contact of a handling on their screen.
    fn contact_in_hand(&self) -> Option<String> {
        let id = self.in_hand.first()?;
        let contact = self.world.history.look(TENANT, |state| {
            let handling = state.facts().handlings.get(&HandlingId(*id))?;
            Some(handling.contact_name.to_string())
        });
        contact.flatten()
    }

    /// What is shown is what the events make of it.
    fn compare(&self, session: &AgentSession) {
        let history = &self.world.history;
        let view = session.view();
        let compared = history.look(TENANT, |state| {
            let is_same_instant = state.facts().seq == view.sequence();
            is_same_instant.then(|| self.difference(session, state))
        });
        match compared.flatten() {
            None => {}
            Some(None) => self
                .world
                .told
                .screen_is_right(self.client, view.sequence()),
            Some(Some(seen)) => history.violated(
                "what is shown is what the events make of it",
                format!("the desk of {} at {}: {seen}", self.name, view.sequence()),
            ),
        }
    }

    /// What the screen shows otherwise than it is.
    fn difference(&self, session: &AgentSession, state: &State) -> Option<String> {
        let view = session.view();
        let no = state.agent_no(&self.name.as_str().into())?;
        let agent = acd_view::agent_state(state, no);
        if *view.agent() != agent {
            return Some(format!("{:?} is shown and {agent:?} is", view.agent()));
        }
        let facts = state.facts();
        let offers = facts.offers.values().filter(|offer| offer.agent == no);
        let offers = offers
            .filter_map(|offer| acd_view::offer(state, &facts.contacts[&offer.contact], offer.id));
        let offers: Vec<Offer> = offers.collect();
        if !view.offers().eq(&offers) {
            let shown: Vec<&Offer> = view.offers().collect();
            return Some(format!("offers {shown:?} are shown and {offers:?} are"));
        }
        let handlings = state.handlings_of(no);
        let handlings = handlings.map(|it| acd_view::handling(state, &it.reference()));
        let mut handlings: Vec<Handling> = handlings.collect();
        handlings.sort_by_key(|it| it.handling_id);
        if !view.handlings().eq(&handlings) {
            let shown: Vec<&Handling> = view.handlings().collect();
            return Some(format!(
                "handlings {shown:?} are shown and {handlings:?} are"
            ));
        }
        None
    }

    fn refused(&self, what: &'static str, error: &Error) {
        note_error(&self.world, what, error);
    }
}
