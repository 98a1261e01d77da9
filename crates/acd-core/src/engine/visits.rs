//! Opening and ending visits.

use std::sync::Arc;

use super::Engine;
use crate::config::{Preferred, TierBounds, Who};
use crate::event::{
    Announcement, Awaited, Behind, CancelReason, ChainPlace, Directive, Event, MeantFor, Next,
    OfferEnd, Outcome, PreferredChanged, TierBounded, VisitEnded, VisitOpened, Window, Withdrawal,
};
use crate::ids::{AgentNo, ContactId, DurationMs, QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::{Asking, Contact, StaffList};

/// How a contact joins a queue.
#[derive(Clone, Debug)]
pub(super) struct Joining {
    pub(super) queue: QueueNo,
    pub(super) order_time: TimeMs,
    /// One agent for whom it waits, whatever it prefers otherwise, and for how long.
    pub(super) only: Option<(AgentNo, Option<DurationMs>)>,
    /// The entry of a chain by which it is sent to that agent.
    pub(super) sent_by: Option<ChainPlace>,
    /// Whether it goes from queue to queue.
    pub(super) hop: bool,
    /// Whether it was scheduled and its time has come.
    pub(super) scheduled: bool,
    /// The agent who gives it away.
    pub(super) giver: Option<AgentNo>,
}

impl Joining {
    pub(super) fn at(queue: QueueNo, order_time: TimeMs) -> Self {
        Self {
            queue,
            order_time,
            only: None,
            sent_by: None,
            hop: true,
            scheduled: false,
            giver: None,
        }
    }

    /// For this agent alone, for so long, or (none) until they leave.
    pub(super) fn only(self, agent: AgentNo, for_ms: Option<DurationMs>) -> Self {
        Self {
            only: Some((agent, for_ms)),
            ..self
        }
    }

    pub(super) fn without_hop(self) -> Self {
        Self { hop: false, ..self }
    }

    pub(super) fn given_by(self, agent: AgentNo) -> Self {
        Self {
            giver: Some(agent),
            ..self
        }
    }
}

/// A list that does not change any more. Most are empty: that takes no memory.
pub(super) fn shared<T>(list: Vec<T>) -> Arc<[T]> {
    match list.is_empty() {
        true => Arc::default(),
        false => list.into(),
    }
}

impl<M: Matcher> Engine<M> {
    pub(super) fn open_visit(
        &mut self,
        now: TimeMs,
        contact: ContactId,
        joining: Joining,
    ) -> VisitId {
        let Joining {
            queue,
            only,
            sent_by,
            hop,
            scheduled,
            giver,
            order_time,
        } = joining;
        self.unbind_tiers(now, contact, queue);
        let open = &self.state.facts().contacts[&contact];
        let is_callback = open.is_callback();
        let (windows, meant_for) = match only {
            Some((agent, for_ms)) => {
                let who = Awaited::Agent(agent);
                let tie = for_ms.map_or(MeantFor::Parked, |_| MeantFor::Sent);
                (vec![Window { who, for_ms }], tie)
            }
            None if open.dedicated => (self.windows(now, open, queue), MeantFor::Dedicated),
            None => (self.windows(now, open, queue), MeantFor::All),
        };
        let hop = hop && !scheduled && !open.visits.is_empty();
        let comes_back = open.visits.is_empty() && !scheduled && !open.is_to_be_dialled();
        let returned = open.customer.as_ref().filter(|_| comes_back);
        let returned = returned.and_then(|customer| self.state.return_place(queue, customer, now));
        let longest = self.state.queue(queue).config.longest_wait(is_callback);
        let max_wait_until = longest.map(|longest| now + longest);
        let asking = Asking::of(&self.state.facts().contacts[&contact]);
        let predicted = self.state.predicted_wait(queue, asking);
        let staffed = !self.state.lacks_staff(queue, StaffList::Leaving, asking);
        let behind = giver.map(|agent| Behind {
            agent,
            since: now,
            until: now + self.state.facts().settings.back_off.rejected_ms,
        });
        let visit = VisitId(self.emit(
            now,
            Event::VisitOpened(VisitOpened {
                contact,
                queue,
                order_time: returned.map_or(order_time, |(_, order_time)| order_time),
                max_wait_until,
                windows: shared(windows),
                meant_for,
                sent_by,
                hop,
                scheduled,
                predicted,
                returned: returned.map(|(visit, _)| visit),
                staffed,
                behind,
            }),
        ));
        self.begin_step(now, visit, 0, now);
        self.begin_window(now, visit, 0, now);
        if self.state.facts().visits.contains_key(&visit) {
            self.welcome(now, visit);
        }
        visit
    }

    /// An escalation holds in its queue only.
    fn unbind_tiers(&mut self, now: TimeMs, contact: ContactId, queue: QueueNo) {
        let known = &self.state.facts().contacts[&contact];
        let last = known.visits.last().map(|visit| visit.queue);
        if known.tiers != TierBounds::default() && last != Some(queue) {
            let tiers = TierBounds::default();
            self.emit(now, Event::TierBounded(TierBounded { contact, tiers }));
        }
    }

    /// Whom the contact waits for in this queue: the agent its customer last talked to, and those it prefers.
    fn windows(&self, now: TimeMs, contact: &Contact, queue: QueueNo) -> Vec<Window> {
        let config = &self.state.queue(queue).config;
        let last = config
            .last_agent
            .filter(|_| !contact.dedicated && contact.visits.is_empty())
            .and_then(|last| {
                let (agent, at) = self.state.last_agent(contact.customer.as_ref()?)?;
                let member = self.state.member(agent, queue).is_some();
                (member && now - at < last.within_ms).then_some(Window {
                    who: Awaited::Agent(agent),
                    for_ms: Some(last.for_ms),
                })
            });
        let first = self.first_preferred(contact);
        let preferred = contact.preferred.iter().filter_map(|entry| {
            Some(Window {
                who: self.awaited(contact, entry, first)?,
                for_ms: entry.for_ms,
            })
        });
        last.into_iter().chain(preferred).collect()
    }

    /// An agent gives the contact away. Transferred, it prefers nobody any more; otherwise not this agent.
    pub(super) fn drop_windows(
        &mut self,
        now: TimeMs,
        id: ContactId,
        giver: AgentNo,
        transferred: bool,
    ) {
        let contact = &self.state.facts().contacts[&id];
        let preferred: Vec<Preferred> = match transferred {
            true => Vec::new(),
            false => self.preferred_without(contact, giver),
        };
        if *preferred == *contact.preferred {
            return;
        }
        let dedicated = contact.dedicated && !preferred.is_empty();
        self.emit(
            now,
            Event::PreferredChanged(PreferredChanged {
                contact: id,
                preferred: preferred.into(),
                dedicated,
            }),
        );
    }

    /// Whom the contact prefers but this agent. What was said by way of the first agent of the list is named, as the
    /// list may begin with another one.
    fn preferred_without(&self, contact: &Contact, giver: AgentNo) -> Vec<Preferred> {
        let first = self.first_preferred(contact);
        let entries = contact.preferred.iter().filter_map(|entry| {
            let who = match (self.awaited(contact, entry, first)?, &entry.who) {
                (Awaited::Agent(agent), _) if agent == giver => return None,
                (Awaited::Agent(agent), Who::HeadOfTeam) => {
                    Who::Agent(self.state.agent(agent).config.name.clone())
                }
                (Awaited::Team(team), Who::SameTeam) => Who::Team(team),
                (_, said) => said.clone(),
            };
            let for_ms = entry.for_ms;
            Some(Preferred { who, for_ms })
        });
        entries.collect()
    }

    fn first_preferred(&self, contact: &Contact) -> Option<AgentNo> {
        let mut entries = contact.preferred.iter();
        entries.find_map(|entry| self.named_agent(contact, entry))
    }

    fn named_agent(&self, contact: &Contact, entry: &Preferred) -> Option<AgentNo> {
        match &entry.who {
            Who::Agent(name) => self.state.agent_no(name),
            Who::Attribute(key) => {
                let attribute = contact
                    .attributes
                    .iter()
                    .find(|attribute| attribute.key == *key)?;
                self.state.agent_no(&attribute.value.reveal().into())
            }
            Who::Team(_) | Who::Head(_) | Who::SameTeam | Who::HeadOfTeam => None,
        }
    }

    fn awaited(
        &self,
        contact: &Contact,
        entry: &Preferred,
        first: Option<AgentNo>,
    ) -> Option<Awaited> {
        let team_of_first = || self.state.agent(first?).config.teams.first();
        let head_of = |team: &crate::ids::TeamName| {
            let team = self
                .state
                .facts()
                .teams
                .iter()
                .find(|known| known.name == *team)?;
            self.state.agent_no(team.head.as_ref()?)
        };
        match &entry.who {
            Who::Agent(_) | Who::Attribute(_) => {
                self.named_agent(contact, entry).map(Awaited::Agent)
            }
            Who::Team(team) => Some(Awaited::Team(team.clone())),
            Who::Head(team) => head_of(team).map(Awaited::Agent),
            Who::SameTeam => team_of_first().cloned().map(Awaited::Team),
            Who::HeadOfTeam => team_of_first().and_then(head_of).map(Awaited::Agent),
        }
    }

    /// What a customer hears when they join.
    fn welcome(&mut self, now: TimeMs, visit: VisitId) {
        let open = &self.state.facts().visits[&visit];
        if !self.state.facts().contacts[&open.contact].is_attended() {
            return;
        }
        let (contact, config) = (
            open.contact,
            &self.state.queue(open.queue).config.announcements,
        );
        let greeting = config.greeting.clone().map(Announcement::Greeting);
        let music = config.music.clone().map(Announcement::Music);
        for what in greeting.into_iter().chain(music) {
            self.direct(now, contact, Directive::Announce { what });
        }
    }

    /// Ends a visit and, before it, the offers it has.
    pub(super) fn leave_queue(
        &mut self,
        now: TimeMs,
        visit: VisitId,
        outcome: Outcome,
        next: Next,
        cancel: CancelReason,
    ) {
        for offer in self.state.facts().visits[&visit].offers.clone() {
            self.end_offer(now, offer, OfferEnd::Canceled(cancel));
        }
        self.close_announcement(now, visit);
        let contact = self.state.facts().visits[&visit].contact;
        self.stop_music(now, contact);
        self.emit(
            now,
            Event::VisitEnded(VisitEnded {
                visit,
                outcome,
                next,
            }),
        );
    }

    /// The music need not be played any more: the contact does not wait.
    pub(super) fn stop_music(&mut self, now: TimeMs, contact: ContactId) {
        self.close_in_force(now, contact, |directive| {
            let what = match directive {
                Directive::Announce { what } => what,
                _ => return false,
            };
            matches!(what, Announcement::Music(_))
        });
    }

    /// Takes a visit out of its queue.
    pub(super) fn take_out(&mut self, now: TimeMs, visit: VisitId, why: Withdrawal) {
        let (outcome, next) = (Outcome::Withdrawn(why), Next::Outcome);
        self.leave_queue(now, visit, outcome, next, CancelReason::Withdrawn);
    }

    /// The last announcement need not be played any more.
    pub(super) fn close_announcement(&mut self, now: TimeMs, visit: VisitId) {
        let open = &self.state.facts().visits[&visit];
        let (contact, directive) = (open.contact, open.told().directive);
        self.close_directive(now, contact, directive);
    }

    /// The last queue of a contact, and the order time it had there.
    pub(super) fn last_place(&self, contact: ContactId) -> (QueueNo, TimeMs) {
        let visits = &self.state.facts().contacts[&contact].visits;
        let last = visits
            .last()
            .expect("a contact that was accepted joined a queue");
        (last.queue, last.order_time)
    }
}
