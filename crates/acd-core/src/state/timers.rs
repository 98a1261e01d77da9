//! Timers are data: each is set by the event that makes it needed and gone with the one that ends its cause, so that
//! a cancelled timer costs nothing later.

use std::collections::{BTreeMap, BTreeSet};

use strum::IntoStaticStr;

use super::{Agent, Handling, HandlingState, Offer, OfferState, Place, State, Visit};
use crate::ids::{
    AdapterNo, AgentNo, CalendarNo, ContactId, DurationMs, HandlingId, OfferId, QueueNo, TimeMs,
    VisitId,
};
use crate::lookup::Lookup;

/// A deadline. At one instant timers run in this order of kinds, equal kinds by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// The instant; it has passed when now is not before it.
    pub at_ms: TimeMs,
    /// What happens then.
    pub kind: TimerKind,
}

/// What a deadline is about, in the order in which deadlines of one instant run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TimerKind {
    /// A calendar opens or closes: what is closed at an instant is closed for all that happens in it.
    Calendar(CalendarNo),
    /// A day begins.
    Day,
    /// The visit has waited as long as its queue allows.
    MaxWait(VisitId),
    /// The customer of the accepted offer was dialled for as long as may be.
    Dial(OfferId),
    /// The accepted offer should have been connected.
    Connect(OfferId),
    /// The offer has rung long enough.
    Ring(OfferId),
    /// The agent should have answered the customer.
    Respond(HandlingId),
    /// The visit is kept from the agent no longer.
    VisitBackOff(VisitId, AgentNo),
    /// Contacts are kept from the agent no longer.
    AgentBackOff(AgentNo),
    /// The wrap-up is over.
    WrapUp(HandlingId),
    /// The lost session is given up.
    SessionGrace(AgentNo),
    /// The lost adapter is given up.
    AdapterGrace(AdapterNo),
    /// The asynchronous conversation of an agent who is away goes back to its queue.
    BackToQueue(HandlingId),
    /// The step of the visit's plan is over.
    Step(VisitId),
    /// The visit has waited for the next tier.
    TierGate(VisitId),
    /// The visit has waited for the next profile delay.
    DelayGate(VisitId),
    /// The window of one it waits for is over.
    Window(VisitId),
    /// The reserve agents of the queue join.
    Reserve(QueueNo),
    /// The customer of the visit may be dialled again.
    Attempt(VisitId),
    /// The scheduled contact joins its queue.
    Due(ContactId),
    /// The agent is made ready again.
    AutoReturn(AgentNo),
    /// The agent takes contacts of the queue again.
    QueueReturn(AgentNo, QueueNo),
    /// The conversation may be stuck.
    Stuck(HandlingId),
    /// The visit has waited for as long as its queue reports.
    Alert(VisitId),
    /// The visit's customer is to be told something.
    Announce(VisitId),
}

/// What timers belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Contact(ContactId),
    Visit(VisitId),
    Offer(OfferId),
    Handling(HandlingId),
    Agent(AgentNo),
    Adapter(AdapterNo),
    Queue(QueueNo),
    Calendar(CalendarNo),
    Days,
}

/// The next timer of each owner, the next of all first. What comes after it is found when it has run: that changes its
/// owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    due: BTreeSet<Timer>,
    owned: Lookup<Owner, Timer>,
}

impl Timers {
    pub(super) fn first(&self) -> Option<Timer> {
        self.due.first().copied()
    }

    /// How many of each kind have passed at this instant, by name.
    pub(super) fn passed(&self, now: TimeMs) -> BTreeMap<&'static str, usize> {
        let mut passed = BTreeMap::new();
        for timer in self.due.iter().take_while(|timer| timer.at_ms <= now) {
            *passed.entry(timer.kind.into()).or_default() += 1;
        }
        passed
    }

    /// Replaces the timer of an owner.
    fn set(&mut self, owner: Owner, timer: Option<Timer>) {
        let before = match timer {
            Some(timer) => self.owned.insert(owner, timer),
            None => self.owned.remove(&owner),
        };
        if before != timer {
            before.iter().for_each(|gone| _ = self.due.remove(gone));
            self.due.extend(timer);
        }
    }

    /// The timers that the facts call for.
    pub(super) fn of(state: &State) -> Self {
        let mut timers = Self::default();
        let facts = &state.facts;
        let owners = (facts.contacts.keys().map(|id| Owner::Contact(*id)))
            .chain(facts.visits.keys().map(|id| Owner::Visit(*id)))
            .chain(facts.offers.keys().map(|id| Owner::Offer(*id)))
            .chain(facts.handlings.keys().map(|id| Owner::Handling(*id)))
            .chain((0..facts.agents.len()).map(|no| Owner::Agent(AgentNo(no as u32))))
            .chain((0..facts.adapters.len()).map(|no| Owner::Adapter(AdapterNo(no as u32))))
            .chain((0..facts.queues.len()).map(|no| Owner::Queue(QueueNo(no as u32))))
            .chain((0..facts.calendars.len()).map(|no| Owner::Calendar(CalendarNo(no as u32))))
            .chain([Owner::Days]);
        for owner in owners {
            timers.set(owner, state.timer_of(owner));
        }
        timers
    }
}

impl State {
    /// The first timer of an owner that is due at `now`.
    pub(crate) fn due_of(&self, owner: Owner, now: TimeMs) -> Option<Timer> {
        let next = self.derived.timers.owned.get(&owner);
        next.filter(|timer| timer.at_ms <= now)
    }

    /// Sets the timer that an owner needs now.
    pub(super) fn set_timer(&mut self, owner: Owner) {
        let timer = self.timer_of(owner);
        self.derived.timers.set(owner, timer);
    }

    /// The first timer that an owner needs.
    fn timer_of(&self, owner: Owner) -> Option<Timer> {
        let facts = &self.facts;
        let mut first: Option<Timer> = None;
        let mut set = |at: Option<TimeMs>, kind: TimerKind| {
            if let Some(at_ms) = at {
                let timer = Timer { at_ms, kind };
                first = Some(first.map_or(timer, |first| first.min(timer)));
            }
        };
        match owner {
            Owner::Contact(id) => {
                let place = facts.contacts.get(&id).map(|contact| contact.place);
                if let Some(Place::Scheduled(schedule)) = place {
                    set(Some(schedule.due_at), TimerKind::Due(id));
                }
            }
            Owner::Visit(id) => {
                if let Some(visit) = facts.visits.get(&id) {
                    self.visit_timers(visit, &mut set);
                }
            }
            Owner::Offer(id) => {
                if let Some(offer) = facts.offers.get(&id) {
                    let (at, kind) = offer.timer();
                    set(Some(at).filter(|_| !self.stands_still(offer)), kind);
                }
            }
            Owner::Handling(id) => {
                if let Some(handling) = facts.handlings.get(&id) {
                    self.handling_timers(handling, &mut set);
                }
            }
            Owner::Agent(no) => agent_timers(no, self.agent(no), &mut set),
            Owner::Adapter(no) => set(self.adapter(no).grace_until, TimerKind::AdapterGrace(no)),
            Owner::Queue(no) => set(self.reserve_at(no), TimerKind::Reserve(no)),
            Owner::Calendar(no) => {
                let change = facts.calendars[no.index()].changes.front();
                set(change.map(|(at, _)| *at), TimerKind::Calendar(no));
            }
            Owner::Days => set(facts.days.front().copied(), TimerKind::Day),
        }
        first
    }

    /// Whether the clock of an accepted offer stands still: the adapter that is to connect it is away.
    fn stands_still(&self, offer: &Offer) -> bool {
        let adapter = self.facts.contacts[&offer.contact].adapter;
        matches!(offer.state, OfferState::Connecting { .. }) && !self.adapter(adapter).is_present()
    }

    fn visit_timers(&self, visit: &Visit, set: &mut impl FnMut(Option<TimeMs>, TimerKind)) {
        let id = visit.id;
        let config = &self.queue(visit.queue).config;
        let connecting = !visit
            .offers
            .iter()
            .all(|offer| matches!(self.facts.offers[offer].state, OfferState::Pending { .. }));
        let rings_on = config.let_ring_finish && !visit.offers.is_empty();
        set(
            visit.max_wait_until.filter(|_| !connecting && !rings_on),
            TimerKind::MaxWait(id),
        );
        for (agent, until) in &visit.back_offs {
            set(Some(*until), TimerKind::VisitBackOff(id, *agent));
        }
        set(visit.step_until, TimerKind::Step(id));
        let closed = self
            .tiers_of(visit.queue)
            .iter()
            .filter(|tier| !visit.tiers_open.contains(tier));
        let tier_delay = closed.filter_map(|tier| config.tiers.delay_of(*tier)).min();
        set(
            tier_delay.map(|delay| visit.enqueued_at + delay),
            TimerKind::TierGate(id),
        );
        let delays = self.delays_of(visit.queue);
        let next_delay = delays.get(delays.partition_point(|delay| *delay <= visit.delay_open));
        set(
            next_delay.map(|delay| visit.enqueued_at + delay),
            TimerKind::DelayGate(id),
        );
        set(
            visit.window.and_then(|(_, until)| until),
            TimerKind::Window(id),
        );
        set(visit.next_attempt_at, TimerKind::Attempt(id));
        let alert = config.alert_wait_ms.filter(|_| !visit.alerted);
        set(
            alert.map(|wait| visit.enqueued_at + wait),
            TimerKind::Alert(id),
        );
        set(
            self.next_announcement(visit).filter(|_| !connecting),
            TimerKind::Announce(id),
        );
    }

    /// When the visit's customer is to be told something again.
    pub(crate) fn next_announcement(&self, visit: &Visit) -> Option<TimeMs> {
        let config = &self.queue(visit.queue).config.announcements;
        let told = visit.told();
        let due = |every: Option<DurationMs>, last: Option<TimeMs>| {
            every.map(|every| last.unwrap_or(visit.enqueued_at) + every)
        };
        let next = [
            due(config.position_every_ms, told.position_at),
            due(config.wait_every_ms, told.wait_at),
            due(
                config
                    .periodic_every_ms
                    .filter(|_| config.periodic.is_some()),
                told.periodic_at,
            ),
        ];
        let next = next.into_iter().flatten().min()?;
        if !self.facts.contacts[&visit.contact].is_attended() {
            return None;
        }
        let gap_over = told.last_at.map(|last| last + config.minimum_gap_ms);
        Some(next.max(gap_over.unwrap_or(next)))
    }

    fn handling_timers(
        &self,
        handling: &Handling,
        set: &mut impl FnMut(Option<TimeMs>, TimerKind),
    ) {
        set(handling.respond_until, TimerKind::Respond(handling.id));
        match handling.state {
            HandlingState::WrapUp { until, .. } => set(until, TimerKind::WrapUp(handling.id)),
            HandlingState::Connected | HandlingState::Held { .. } => {
                let most = self.queue(handling.queue).config.max_talk_ms;
                let at = most
                    .filter(|_| !handling.stuck && handling.suspended_since.is_none())
                    .map(|most| handling.connected_at + handling.suspended_ms + most);
                set(at, TimerKind::Stuck(handling.id));
                let returns = self.facts.settings.asynchronous_return_ms;
                let at = handling.suspended_since.zip(returns);
                set(
                    at.map(|(since, length)| since + length),
                    TimerKind::BackToQueue(handling.id),
                );
            }
        }
    }

    /// When the reserve agents of the queue join, if time alone makes them.
    fn reserve_at(&self, no: QueueNo) -> Option<TimeMs> {
        let queue = self.queue(no);
        let wait = queue
            .config
            .reserve
            .filter(|_| !queue.reserve_joined)?
            .wait_ms?;
        self.longest_waiting(no)
            .map(|visit| visit.enqueued_at + wait)
    }
}

fn agent_timers(no: AgentNo, agent: &Agent, set: &mut impl FnMut(Option<TimeMs>, TimerKind)) {
    set(agent.back_off_until, TimerKind::AgentBackOff(no));
    let session = agent.session.as_ref();
    set(
        session.and_then(|session| session.grace_until),
        TimerKind::SessionGrace(no),
    );
    set(agent.return_at, TimerKind::AutoReturn(no));
    for (queue, pause) in &agent.paused {
        set(pause.return_at, TimerKind::QueueReturn(no, *queue));
    }
}

impl Offer {
    /// The deadline of where it stands.
    fn timer(&self) -> (TimeMs, TimerKind) {
        match self.state {
            OfferState::Pending { ring_until } => (ring_until, TimerKind::Ring(self.id)),
            OfferState::Connecting {
                connect_until,
                dials,
                ..
            } => match dials {
                true => (connect_until, TimerKind::Dial(self.id)),
                false => (connect_until, TimerKind::Connect(self.id)),
            },
        }
    }
}
