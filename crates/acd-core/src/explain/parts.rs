//! What an explanation looks at, a part at a time: whoever shows a centre must not stand still for all its contacts.
//!
//! Everything is told as it was when it was looked at. Between two parts things may happen.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::EXAMPLES_MAX;
use super::reason::{OpenTiers, Reason, WhyNot, why_not_in, why_not_on};
use crate::ids::{AgentName, AgentNo, ContactName, QueueNo, TimeMs, VisitId};
use crate::state::{Contact, Place, State, Visit};

/// Agents, or contacts, with the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class<Name> {
    /// The reason.
    pub why: WhyNot,
    /// How many there are.
    pub count: u32,
    /// Some of them.
    pub examples: Vec<Name>,
    /// When the first of them is free of the reason, if time alone frees them.
    pub until: Option<TimeMs>,
}

/// The classes of what was looked at, in the order of the gates.
type Classes<Name> = BTreeMap<WhyNot, Class<Name>>;

fn add<Name>(
    classes: &mut Classes<Name>,
    Reason { why, until }: Reason,
    name: impl FnOnce() -> Name,
) {
    let class = classes.entry(why).or_insert_with_key(|why| Class {
        why: why.clone(),
        count: 0,
        examples: Vec::new(),
        until: None,
    });
    class.count += 1;
    class.until = class.until.into_iter().chain(until).min();
    if class.examples.len() < EXAMPLES_MAX {
        class.examples.push(name());
    }
}

/// Why each agent of the tenant is not offered one contact that waits.
#[derive(Clone, Debug, Default)]
pub struct AgentReasons {
    /// The visit that is looked at.
    visit: Option<VisitId>,
    /// The next agent.
    next: u32,
    /// Who could be offered it, if their tier were open and they had not failed it.
    could: Vec<AgentNo>,
    /// Who is eligible, once everybody was asked.
    eligible: Option<BTreeSet<AgentNo>>,
    classes: Classes<AgentName>,
}

impl AgentReasons {
    /// Looks at so many agents more. Whether that was all: also if the contact does not wait, or waits no more.
    pub fn look(&mut self, state: &State, contact: &Contact, work: usize) -> bool {
        let Place::Queue(id) = contact.place else {
            return true;
        };
        let visit = &state.facts().visits[&id];
        if !visit.offers.is_empty() {
            return true;
        }
        if self.visit != Some(id) {
            *self = Self {
                visit: Some(id),
                ..Self::default()
            };
        }
        let terms = state.terms_of(visit);
        let agents = state.facts().agents.len() as u32;
        for _ in 0..work {
            let no = AgentNo(self.next);
            match &self.eligible {
                None if no.0 < agents => {
                    if state.could_but_for_back_off(no, &terms) {
                        self.could.push(no);
                    }
                }
                None => {
                    let could = std::mem::take(&mut self.could);
                    let eligible = state.eligible_among(visit, &terms, &could);
                    self.eligible = Some(eligible.into_iter().collect());
                    self.next = 0;
                    continue;
                }
                Some(eligible) if no.0 < agents => {
                    let reason = why_not_on(state, no, visit, &terms, || eligible.contains(&no));
                    add(&mut self.classes, reason, || {
                        state.agent(no).config.name.clone()
                    });
                }
                Some(_) => return true,
            }
            self.next += 1;
        }
        false
    }

    /// The agents of the tenant by reason, in the order of the gates.
    pub fn classes(&self) -> impl Iterator<Item = &Class<AgentName>> {
        self.classes.values()
    }
}

/// Why one agent is not offered the contacts in the queues.
#[derive(Debug)]
pub struct ContactReasons {
    pub(super) agent: AgentNo,
    /// The queue that is looked at, and the last of its visits that was.
    queue: QueueNo,
    after: Option<VisitId>,
    open_tiers: OpenTiers,
    queues: BTreeMap<QueueNo, Classes<ContactName>>,
    /// Those of the agent's own queues that are offered to nobody.
    pub(super) waiting: BTreeMap<WhyNot, u32>,
}

impl ContactReasons {
    /// The reasons of this agent. Nothing has been looked at yet.
    pub fn of(agent: AgentNo) -> Self {
        Self {
            agent,
            queue: QueueNo(0),
            after: None,
            open_tiers: OpenTiers::default(),
            queues: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// Looks at so many contacts more, or at fewer where each takes a look at every agent. Whether that was all.
    pub fn look(&mut self, state: &State, work: usize) -> bool {
        let mut left = work;
        while self.queue.index() < state.facts().queues.len() {
            let from = self.after.map_or(Bound::Unbounded, Bound::Excluded);
            let open = state.open_visits(self.queue);
            for id in open.range((from, Bound::Unbounded)) {
                if left == 0 {
                    return false;
                }
                let asked = self.open_tiers.asked;
                self.look_at(state, &state.facts().visits[id]);
                let agents = (self.open_tiers.asked - asked) * state.facts().agents.len();
                left = left.saturating_sub(1 + agents);
                self.after = Some(*id);
            }
            self.queue.0 += 1;
            self.after = None;
        }
        true
    }

    fn look_at(&mut self, state: &State, visit: &Visit) {
        let reason = why_not_in(state, self.agent, visit, &mut self.open_tiers);
        let serves = state.agent(self.agent).queues.contains_key(&visit.queue);
        if serves && visit.offers.is_empty() {
            *self.waiting.entry(reason.why.clone()).or_default() += 1;
        }
        let classes = self.queues.entry(visit.queue).or_default();
        add(classes, reason, || {
            state.facts().contacts[&visit.contact].name.clone()
        });
    }

    /// The queues in which contacts were, each with its contacts by reason, in the order of the gates.
    pub fn queues(
        &self,
    ) -> impl Iterator<Item = (QueueNo, impl Iterator<Item = &Class<ContactName>>)> {
        let queues = self.queues.iter();
        queues.map(|(queue, classes)| (*queue, classes.values()))
    }
}
