//! Whether a queue is staffed, open and has room: what joining and leaving are judged by.

use std::collections::BTreeSet;

use super::{Agent, Contact, Presence, StaffList, State};
use crate::command::Opening;
use crate::config::{AbsentFactor, Step};
use crate::event::{Closed, JoinRefusal};
use crate::ids::{AgentNo, Channel, PlanName, QueueNo};
use crate::requirement::Requirement;

/// What a contact that is not in the queue (yet) would ask there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asking<'a> {
    /// The channel.
    pub channel: Channel,
    /// Whether it is a callback that is still owed.
    pub callback: bool,
    /// Its own requirement.
    pub requirement: Option<&'a Requirement>,
    /// Its own plan.
    pub plan: Option<&'a PlanName>,
}

impl<'a> Asking<'a> {
    /// What this contact asks.
    pub fn of(contact: &'a Contact) -> Self {
        Self {
            channel: contact.channel,
            callback: contact.is_callback(),
            requirement: contact.requirement.as_ref(),
            plan: contact.plan.as_ref(),
        }
    }

    /// A contact of this channel that asks what the queue asks.
    pub fn any(channel: Channel) -> Self {
        Self {
            channel,
            callback: channel == Channel::Callback,
            requirement: None,
            plan: None,
        }
    }
}

impl State {
    /// Why the queue is closed, if it is.
    pub fn closed(&self, queue: QueueNo) -> Option<Closed> {
        let queue = self.queue(queue);
        if self.facts.emergency || queue.emergency {
            return Some(Closed::Emergency);
        }
        let calendar = queue
            .config
            .calendar
            .as_ref()
            .or(self.facts.settings.calendar.as_ref());
        match calendar.map_or(Opening::Open, |name| self.opening_of(name)) {
            Opening::Open => None,
            Opening::Hours => Some(Closed::Hours),
            Opening::Holiday => Some(Closed::Holiday),
        }
    }

    /// Whether every agent of the queue is absent for such a contact, by these factors. Never, if there is no factor.
    pub fn is_unstaffed(
        &self,
        queue: QueueNo,
        factors: &BTreeSet<AbsentFactor>,
        asking: Asking<'_>,
    ) -> bool {
        !factors.is_empty()
            && self.members_of(queue).iter().all(|no| {
                let agent = self.agent(*no);
                factors
                    .iter()
                    .any(|factor| self.is_absent(agent, queue, *factor, asking))
            })
    }

    pub(super) fn is_absent(
        &self,
        agent: &Agent,
        queue: QueueNo,
        factor: AbsentFactor,
        asking: Asking<'_>,
    ) -> bool {
        match factor {
            AbsentFactor::LoggedOut => agent.session.is_none(),
            AbsentFactor::NotReady => {
                matches!(agent.presence, Presence::NotReady(_)) || agent.paused.contains_key(&queue)
            }
            AbsentFactor::Busy => {
                agent.busy_outside
                    || !self.has_slot(agent, asking.channel)
                    || !self.has_room_for(agent, queue)
            }
            AbsentFactor::Unreachable => {
                let lost = agent
                    .session
                    .as_ref()
                    .is_some_and(|session| !session.restarting);
                agent.unreachable || (lost && !agent.is_present())
            }
            AbsentFactor::LackingSkill => !self.satisfies_some_step(agent, queue, asking),
        }
    }

    /// Whether the agent satisfies some step of the plan.
    pub fn satisfies_some_step(&self, agent: &Agent, queue: QueueNo, asking: Asking<'_>) -> bool {
        self.some_step(queue, asking, |_, asked| self.satisfies(agent, asked))
    }

    /// Whether the agent is one of those some step of the plan is for: by tier, name, team and skill.
    pub fn suits_some_step(&self, no: AgentNo, queue: QueueNo, asking: Asking<'_>) -> bool {
        self.some_step(queue, asking, |step, asked| {
            let named = (&step.agents, &step.teams);
            self.is_meant(no, queue, step.tiers, named, asked)
        })
    }

    /// Whether this holds of some step of the plan, and what it asks. The queue without a plan is one step for all.
    pub(super) fn some_step(
        &self,
        queue: QueueNo,
        asking: Asking<'_>,
        holds: impl Fn(&Step, &Requirement) -> bool,
    ) -> bool {
        let holds = |step: &Step| match step.drop.is_empty() {
            true => {
                let own = asking.requirement.or(step.requirement.as_ref());
                let asked = own.unwrap_or(&self.queue(queue).config.requirement);
                holds(step, asked)
            }
            false => holds(step, &self.asked(asking.requirement, queue, Some(step))),
        };
        match self.plan_for(asking.plan, queue) {
            [] => holds(&Step::default()),
            steps => steps.iter().any(holds),
        }
    }

    /// How many agents could be offered such a contact in this queue now, tiers and other gates aside.
    pub fn free_for(&self, queue: QueueNo, asking: Asking<'_>) -> u32 {
        let members = self.members_of(queue).iter().map(|no| self.agent(*no));
        let free = members.filter(|agent| {
            !agent.paused.contains_key(&queue)
                && self.can_take(agent, asking.channel, queue)
                && self.satisfies_some_step(agent, queue, asking)
        });
        u32::try_from(free.count()).unwrap_or(u32::MAX)
    }

    /// Whether a contact that arrives now is diverted: (waiting + itself) / logged-in agents is above the ratio.
    /// Never when nobody waits.
    pub fn is_diverted(&self, queue: QueueNo) -> bool {
        let Some(ratio) = self.queue(queue).config.divert_above_milli else {
            return false;
        };
        let waiting = u64::from(self.line(queue).for_an_agent());
        let logged_in = u64::from(self.load_of(queue).logged_in);
        waiting > 0 && (waiting + 1) * 1_000 > u64::from(ratio) * logged_in
    }

    /// Why such a contact may not join the queue now: the first reason that holds, in the declared order. Callbacks
    /// have limits of their own.
    pub fn join_refusal(&self, queue: QueueNo, asking: Asking<'_>) -> Option<JoinRefusal> {
        if asking.callback {
            return None;
        }
        if let Some(closed) = self.closed(queue) {
            return Some(JoinRefusal::Closed(closed));
        }
        let config = &self.queue(queue).config;
        if self.lacks_staff(queue, StaffList::Joining, asking) {
            return Some(JoinRefusal::NoStaff);
        }
        if self.is_full(queue) {
            return Some(JoinRefusal::Full);
        }
        if self.is_diverted(queue) {
            return Some(JoinRefusal::Diverted);
        }
        let longest = config.max_predicted_wait_ms?;
        let predicted = self.predicted_wait(queue, asking);
        predicted
            .is_none_or(|predicted| predicted.p50_ms > longest)
            .then_some(JoinRefusal::PredictedWait)
    }

    /// Whether the queue has its greatest length; callbacks have a limit of their own.
    pub fn is_full(&self, queue: QueueNo) -> bool {
        let Some(most) = self.queue(queue).config.max_length else {
            return false;
        };
        self.line(queue).callers() >= most
    }
}
