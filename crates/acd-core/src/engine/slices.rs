//! Slices: how much is done at once.
//!
//! What is due at an instant may be more than one call should do: a full queue closes, an adapter with all its contacts
//! is given up, ten thousand sessions end. A slice carries out what its [`Budget`] allows. The rest is put off as
//! [`Work`], which is a fact: its contacts are offered to nobody any more, and further slices carry it out. Until the
//! instant is done engine time stands still, so that all of it has the instant of its cause; matching has a share of
//! each slice, and requests are decided between them. What a request names is brought up to date before it, so that it
//! finds what it would find if all had been done at once.

use std::ops::RangeInclusive;

use super::Engine;
use crate::command::{
    AgentAct, AgentCommand, AttachSession, Command, ConnectFailure, ContactCommand, DetachSession,
    EndCause, Login, SetOutsideBusy, Supervise, SupervisorAct,
};
use crate::config::OverflowReason;
use crate::event::{
    CancelReason, ContactGivenUp, Event, OfferEnd, Outcome, VisitStaffed, Work, WorkDone,
    WorkPutOff,
};
use crate::ids::{AgentName, AgentNo, ContactId, ContactName, QueueNo, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::{LeaseHolder, Owner, Place, State};

/// The bytes of events after which a slice ends, however few they are.
const SLICE_BYTES: usize = 2 << 20;
/// The most pieces of work that one event puts off.
const WORK_OF_ONE_EVENT: usize = 20_000;

/// What a slice may still do. A slice does one piece at least, however large: it gets on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    events: usize,
    bytes: usize,
}

impl Budget {
    fn of_slice(events: u32) -> Self {
        Self {
            events: events as usize,
            bytes: SLICE_BYTES,
        }
    }

    pub(super) fn is_left(self) -> bool {
        self.events > 0 && self.bytes > 0
    }

    pub(super) fn spend(&mut self, event: &Event) {
        self.events = self.events.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(event.weight());
    }
}

impl<M: Matcher> Engine<M> {
    /// Begins a slice with a whole budget for what is due and put off, and one for matching.
    pub(super) fn begin_slice(&mut self) {
        let budget = Budget::of_slice(self.state.facts().limits.slice_events);
        (self.budget, self.matching_budget) = (budget, budget);
    }

    /// Carries out what the budget allows, and puts the rest off.
    pub(super) fn carry_out(&mut self, now: TimeMs, work: Vec<Work>) {
        let mut work = work.into_iter();
        while self.budget.is_left() {
            match work.next() {
                Some(piece) => self.carry(now, &piece),
                None => return,
            }
        }
        let rest: Vec<Work> = work.collect();
        for work in rest.chunks(WORK_OF_ONE_EVENT).map(Into::into) {
            self.emit(now, Event::WorkPutOff(WorkPutOff { work }));
        }
    }

    /// Carries out what was put off, the oldest first.
    pub(super) fn work_off(&mut self, now: TimeMs) {
        let mut done = 0;
        while self.budget.is_left()
            && let Some(piece) = self.state.facts().work.get(done).cloned()
        {
            self.carry(now, &piece);
            done += 1;
            // A piece without effect costs time, too.
            self.budget.spend(&Event::WorkDone(WorkDone { count: 1 }));
        }
        if done > 0 {
            let count = done as u32;
            self.emit(now, Event::WorkDone(WorkDone { count }));
        }
    }

    /// Carries out one piece, if it is not void by now.
    pub(super) fn carry(&mut self, now: TimeMs, piece: &Work) {
        let facts = self.state.facts();
        match *piece {
            Work::Leave(visit, reason) => {
                if facts.visits.contains_key(&visit) {
                    self.leave(now, visit, reason);
                }
            }
            Work::Clear {
                queue,
                from,
                up_to,
                emergency,
            } => self.clear(now, queue, from..=up_to, emergency),
            Work::Staff(visit) => {
                if facts.visits.get(&visit).is_some_and(|open| !open.staffed) {
                    self.emit(now, Event::VisitStaffed(VisitStaffed { visit }));
                }
            }
            Work::End(contact) => {
                if facts.contacts.contains_key(&contact) {
                    self.end_open_contact(now, contact, EndCause::System);
                }
            }
            Work::GiveUp(contact) => {
                if facts.contacts.contains_key(&contact) {
                    self.leave_place(now, contact, EndCause::System);
                    self.emit(now, Event::ContactGivenUp(ContactGivenUp { contact }));
                }
            }
            Work::FailConnect(offer) => {
                if facts.offers.contains_key(&offer) {
                    let end = OfferEnd::ConnectFailed(ConnectFailure::System);
                    self.end_offer(now, offer, end);
                }
            }
            Work::OutsideBusy(adapter, agent, busy) => {
                self.be_busy_outside(now, adapter, agent, busy);
            }
            Work::FollowConfig(agent) => self.follow_config(now, agent),
            Work::FollowPlan(visit) => self.follow_changed_plan(now, visit),
            Work::PassWindow(visit) => self.pass_void_window(now, visit),
        }
    }

    /// Makes those visits of a closed queue leave that do so then, as far as the budget allows.
    fn clear(
        &mut self,
        now: TimeMs,
        queue: QueueNo,
        visits: RangeInclusive<VisitId>,
        emergency: bool,
    ) {
        let (mut from, up_to) = visits.into_inner();
        let next = |state: &State, from| state.open_visits(queue).range(from..).next().copied();
        while let Some(visit) = next(&self.state, from).filter(|visit| *visit <= up_to) {
            if !self.budget.is_left() {
                let rest = Work::Clear {
                    queue,
                    from: visit,
                    up_to,
                    emergency,
                };
                let work = [rest].into();
                self.emit(now, Event::WorkPutOff(WorkPutOff { work }));
                return;
            }
            let open = &self.state.facts().visits[&visit];
            if self.state.leaves_closed(open, emergency) {
                self.leave(now, visit, OverflowReason::Closed);
            }
            // A look costs time, too.
            self.budget.spend(&Event::WorkDone(WorkDone { count: 1 }));
            from = VisitId(visit.0 + 1);
        }
    }

    fn leave(&mut self, now: TimeMs, visit: VisitId, reason: OverflowReason) {
        let outcome = match reason {
            OverflowReason::NoStaff => Outcome::NoStaff,
            reason => Outcome::Overflowed(reason),
        };
        let cancel = CancelReason::Withdrawn;
        self.overflow(now, visit, outcome, reason, cancel);
    }

    /// Before a request is decided while an instant is not done: what is due and put off of the contacts and the agent
    /// that it names.
    pub(super) fn bring_up_to_date(&mut self, now: TimeMs, command: &Command) {
        let (contact, agent) = named(command);
        if let Some(contact) = contact.and_then(|name| self.state.contact_named(name)) {
            let id = contact.id;
            self.bring_contact_up_to_date(now, id);
        }
        if let Some(no) = agent.and_then(|name| self.state.agent_no(name)) {
            self.bring_agent_up_to_date(now, no);
        }
    }

    fn bring_agent_up_to_date(&mut self, now: TimeMs, no: AgentNo) {
        let facts = self.state.facts();
        let leases = self.state.agent(no).leases.iter();
        let contacts: Vec<ContactId> = leases
            .map(|lease| match lease.holder {
                LeaseHolder::Offer(offer) => facts.offers[&offer].contact,
                LeaseHolder::Handling(handling) => facts.handlings[&handling].contact,
            })
            .collect();
        let handlings: Vec<Owner> = self
            .state
            .agent(no)
            .leases
            .iter()
            .filter_map(|lease| match lease.holder {
                LeaseHolder::Handling(handling) => Some(Owner::Handling(handling)),
                LeaseHolder::Offer(_) => None,
            })
            .collect();
        for contact in contacts {
            self.bring_contact_up_to_date(now, contact);
        }
        for handling in handlings {
            self.run_due_of(now, handling);
        }
        self.run_due_of(now, Owner::Agent(no));
    }

    fn bring_contact_up_to_date(&mut self, now: TimeMs, id: ContactId) {
        if let Some(end) = self.state.end_put_off(id) {
            return self.carry(now, &end);
        }
        let Some(contact) = self.state.facts().contacts.get(&id) else {
            return;
        };
        match contact.place {
            Place::Queue(visit) => {
                if let Some(reason) = self.state.leaves_for(visit) {
                    return self.carry(now, &Work::Leave(visit, reason));
                }
                let offers = self.state.facts().visits[&visit].offers.clone();
                self.run_due_of(now, Owner::Visit(visit));
                for offer in offers {
                    self.run_due_of(now, Owner::Offer(offer));
                }
            }
            Place::Handling(handling) => self.run_due_of(now, Owner::Handling(handling)),
            Place::Scheduled(_) => self.run_due_of(now, Owner::Contact(id)),
            _ => {}
        }
    }

    fn run_due_of(&mut self, now: TimeMs, owner: Owner) {
        while let Some(timer) = self.state.due_of(owner, now) {
            self.run(now, timer);
        }
    }
}

/// The contact and the agent that a command names.
fn named(command: &Command) -> (Option<&ContactName>, Option<&AgentName>) {
    match command {
        Command::Arrive(arrival) => (Some(&arrival.contact), None),
        Command::Contact(ContactCommand { contact, .. }) => (Some(contact), None),
        Command::Login(Login { agent })
        | Command::AttachSession(AttachSession { agent, .. })
        | Command::DetachSession(DetachSession { agent, .. })
        | Command::SetOutsideBusy(SetOutsideBusy { agent, .. }) => (None, Some(agent)),
        Command::Agent(AgentCommand { agent, act, .. }) => match act {
            AgentAct::Unpark(contact)
            | AgentAct::PutOff(contact, _)
            | AgentAct::Reveal { contact, .. } => (Some(contact), Some(agent)),
            _ => (None, Some(agent)),
        },
        Command::Supervise(Supervise { act, .. }) => match act {
            SupervisorAct::ChangeContact(contact, _)
            | SupervisorAct::Withdraw(contact)
            | SupervisorAct::FreeContact(contact)
            | SupervisorAct::RecordContact(contact, _)
            | SupervisorAct::Reveal { contact, .. }
            | SupervisorAct::Monitor { contact, .. } => (Some(contact), None),
            SupervisorAct::Assign(contact, agent) => (Some(contact), Some(agent)),
            SupervisorAct::SetPresence(agent, _)
            | SupervisorAct::LogOut(agent)
            | SupervisorAct::FreeAgent(agent)
            | SupervisorAct::PauseQueue(agent, ..) => (None, Some(agent)),
            SupervisorAct::SetEmergency(..)
            | SupervisorAct::ReadPersonal { .. }
            | SupervisorAct::ErasePersonal { .. } => (None, None),
        },
        _ => (None, None),
    }
}
