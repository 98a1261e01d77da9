//! Which agents of a queue are not absent, for each kind of contact that waits there: so that a queue is judged when
//! the last of them goes or the first comes, and not at each event.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asking, Facts, State, Visit};
use crate::config::AbsentFactor;
use crate::ids::{AgentNo, Channel, PlanName, QueueNo, VisitId};
use crate::requirement::Requirement;

/// How many kinds of contact of which none waits are kept ready for the next one, in each queue.
const UNUSED_KEPT: usize = 64;

/// What a queue asks before a contact joins, or while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaffList {
    /// Whether it may join.
    Joining,
    /// Whether it leaves.
    Leaving,
}

impl StaffList {
    const ALL: [StaffList; 2] = [StaffList::Joining, StaffList::Leaving];

    /// By what an agent of the queue is absent.
    fn factors(self, facts: &Facts, queue: QueueNo) -> &BTreeSet<AbsentFactor> {
        let config = &facts.queues[queue.index()].config;
        match self {
            StaffList::Joining => &config.join_empty,
            StaffList::Leaving => &config.leave_empty,
        }
    }
}

/// Contacts for which the same agents are absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    channel: Channel,
    /// What it asks itself, and the plan it brings, if agents without the skills are absent.
    own: Option<(Option<Requirement>, Option<PlanName>)>,
}

impl Kind {
    fn of(asking: Asking<'_>, factors: &BTreeSet<AbsentFactor>) -> Self {
        let own = || (asking.requirement.cloned(), asking.plan.cloned());
        Self {
            channel: asking.channel,
            own: factors.contains(&AbsentFactor::LackingSkill).then(own),
        }
    }

    fn asking(&self) -> Asking<'_> {
        let own = self.own.as_ref();
        Asking {
            channel: self.channel,
            callback: false,
            requirement: own.and_then(|(requirement, _)| requirement.as_ref()),
            plan: own.and_then(|(_, plan)| plan.as_ref()),
        }
    }
}

/// The agents of a queue for one kind of contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Attending {
    /// Who is not absent.
    agents: BTreeSet<AgentNo>,
    /// How many such visits are open.
    visits: u32,
}

/// The kinds of contact of one queue, by one list.
#[derive(Clone, Debug, Default)]
struct Kinds(BTreeMap<Kind, Attending>);

/// What waits is the same; what is kept ready may differ.
impl PartialEq for Kinds {
    fn eq(&self, other: &Self) -> bool {
        let used = |(_, attending): &(&Kind, &Attending)| attending.visits > 0;
        self.0.iter().filter(used).eq(other.0.iter().filter(used))
    }
}

/// The agents of all queues that ask for staff.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attendance {
    /// By queue, and by [`StaffList`].
    queues: Vec<[Kinds; 2]>,
    /// The kinds of each open visit.
    visits: BTreeMap<VisitId, (QueueNo, [Option<Kind>; 2])>,
}

impl State {
    /// Whether every agent of the queue is absent for such a contact, by this list of the queue. Never, if it is empty.
    pub(crate) fn lacks_staff(&self, queue: QueueNo, list: StaffList, asking: Asking<'_>) -> bool {
        let factors = list.factors(&self.facts, queue);
        if factors.is_empty() {
            return false;
        }
        let kinds = &self.derived.attendance.queues[queue.index()][list as usize];
        match kinds.0.get(&Kind::of(asking, factors)) {
            Some(attending) => attending.agents.is_empty(),
            None => self.is_unstaffed(queue, factors, asking),
        }
    }

    /// Rebuilds it after the configuration changed or a snapshot was loaded.
    pub(super) fn derive_attendance(&mut self) {
        self.derived.attendance = Attendance {
            queues: vec![Default::default(); self.facts.queues.len()],
            visits: BTreeMap::new(),
        };
        let visits: Vec<VisitId> = self.facts.visits.keys().copied().collect();
        visits.into_iter().for_each(|id| self.attend_visit(id));
    }

    /// Counts a visit anew among those of its kind; one that is open no longer is not counted.
    pub(super) fn attend_visit(&mut self, id: VisitId) {
        let now = self
            .facts
            .visits
            .get(&id)
            .and_then(|visit| self.kinds_of(visit));
        let before = match &now {
            Some(now) => self.derived.attendance.visits.insert(id, now.clone()),
            None => self.derived.attendance.visits.remove(&id),
        };
        if before == now {
            return;
        }
        for (list, (queue, kind)) in kinds(now) {
            let known = &mut self.derived.attendance.queues[queue.index()][list as usize].0;
            match known.get_mut(&kind) {
                Some(attending) => attending.visits += 1,
                None => {
                    let agents = self.attending(queue, list, &kind);
                    let known = &mut self.derived.attendance.queues[queue.index()][list as usize].0;
                    known.insert(kind, Attending { agents, visits: 1 });
                }
            }
        }
        for (list, (queue, kind)) in kinds(before) {
            let known = &mut self.derived.attendance.queues[queue.index()][list as usize].0;
            let many = known.len() > UNUSED_KEPT;
            if let Some(attending) = known.get_mut(&kind) {
                attending.visits -= 1;
                if attending.visits == 0 && many {
                    known.remove(&kind);
                }
            }
        }
    }

    /// The queue and the kinds of an open visit, if the queue asks for staff.
    fn kinds_of(&self, visit: &Visit) -> Option<(QueueNo, [Option<Kind>; 2])> {
        let asking = || Asking::of(&self.facts.contacts[&visit.contact]);
        let kinds = StaffList::ALL.map(|list| {
            let factors = list.factors(&self.facts, visit.queue);
            (!factors.is_empty()).then(|| Kind::of(asking(), factors))
        });
        let asks = kinds.iter().any(Option::is_some);
        asks.then_some((visit.queue, kinds))
    }

    fn attending(&self, queue: QueueNo, list: StaffList, kind: &Kind) -> BTreeSet<AgentNo> {
        let members = self.members_of(queue).iter().copied();
        let there = members.filter(|no| self.is_attending(*no, queue, list, kind));
        there.collect()
    }

    fn is_attending(&self, no: AgentNo, queue: QueueNo, list: StaffList, kind: &Kind) -> bool {
        let agent = self.agent(no);
        let factors = list.factors(&self.facts, queue);
        let mut absent = factors
            .iter()
            .map(|factor| self.is_absent(agent, queue, *factor, kind.asking()));
        agent.in_config && !absent.any(|absent| absent)
    }

    /// Notes for which contacts of the queue the agent is absent now; says whether for some that wait they were the
    /// last to go or the first to come.
    pub(super) fn attend(&mut self, no: AgentNo, queue: QueueNo) -> bool {
        let mut attendance = std::mem::take(&mut self.derived.attendance.queues[queue.index()]);
        let mut turned = false;
        for list in StaffList::ALL {
            for (kind, attending) in &mut attendance[list as usize].0 {
                let there = self.is_attending(no, queue, list, kind);
                let changed = match there {
                    true => attending.agents.insert(no),
                    false => attending.agents.remove(&no),
                };
                let edge = changed && attending.agents.len() == usize::from(there);
                turned |= edge && attending.visits > 0 && list == StaffList::Leaving;
            }
        }
        self.derived.attendance.queues[queue.index()] = attendance;
        turned
    }
}

/// Each kind with its list and its queue.
fn kinds(
    visit: Option<(QueueNo, [Option<Kind>; 2])>,
) -> impl Iterator<Item = (StaffList, (QueueNo, Kind))> {
    visit.into_iter().flat_map(|(queue, kinds)| {
        let of_lists = StaffList::ALL.into_iter().zip(kinds);
        of_lists.filter_map(move |(list, kind)| Some((list, (queue, kind?))))
    })
}
