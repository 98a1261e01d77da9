//! Agents as sets, a bit each, so that whether any of many suits is found by words and not one by one.

use super::facts::Facts;
use super::{Asking, State};
use crate::bits::{self, Bits};
use crate::config::Step;
use crate::ids::{AgentNo, Channel, Channels, QueueNo, SkillNo};
use crate::requirement::{LEVEL_MAX, Requirement};

/// Who serves what, who has which skill, and who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AgentSets {
    /// By queue.
    serves: Vec<Bits>,
    /// By skill, and by level from 1: who has it at that level or better.
    has: Vec<[Bits; LEVEL_MAX as usize]>,
    logged_in: Bits,
    /// By channel.
    available: [Bits; Channel::ALL.len()],
}

/// Among whom somebody is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Among {
    /// Who is logged in.
    LoggedIn,
    /// Who is available for the channel.
    Available(Channel),
}

impl AgentSets {
    pub(super) fn of(facts: &Facts) -> Self {
        let nobody = || Bits::with_room(facts.agents.len());
        let mut sets = Self {
            serves: facts.queues.iter().map(|_| nobody()).collect(),
            has: (facts.skills.iter())
                .map(|_| std::array::from_fn(|_| nobody()))
                .collect(),
            logged_in: nobody(),
            available: std::array::from_fn(|_| nobody()),
        };
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            for queue in agent.queues.keys().filter(|_| agent.in_config) {
                sets.serves[queue.index()].set(no.0, true);
            }
            sets.note_skills(no, facts);
        }
        sets
    }

    /// Notes the skills of an agent.
    pub(super) fn note_skills(&mut self, no: AgentNo, facts: &Facts) {
        let skills = &facts.agents[no.index()].skills;
        for (skill, levels) in (0..).map(SkillNo).zip(&mut self.has) {
            let level = skills.get(&skill).copied().unwrap_or(0);
            for (at, set) in (1..).zip(levels) {
                set.set(no.0, at <= level);
            }
        }
    }

    /// Notes whether an agent is there, and for what; `before` is for what they were available.
    pub(super) fn note(
        &mut self,
        no: AgentNo,
        logged_in: bool,
        before: Channels,
        available: Channels,
    ) {
        self.logged_in.set(no.0, logged_in);
        for channel in before.differing(available) {
            self.available[channel.index()].set(no.0, available.contains(channel));
        }
    }

    /// Who serves the queue.
    pub(crate) fn serving(&self, queue: QueueNo) -> &Bits {
        &self.serves[queue.index()]
    }

    /// By group of the requirement: who has each of its terms. A group with a skill that nobody knows is left out.
    pub(crate) fn groups(&self, state: &State, requirement: &Requirement) -> Vec<Vec<&Bits>> {
        let groups = requirement.any_of.iter().map(|group| {
            let terms = group.iter().map(|term| {
                let skill = state.skill_no(&term.skill)?;
                self.has[skill.index()].get(usize::from(term.level).checked_sub(1)?)
            });
            terms.collect::<Option<Vec<_>>>()
        });
        groups.flatten().collect()
    }
}

impl State {
    pub(crate) fn agent_sets(&self) -> &AgentSets {
        &self.derived.index.sets
    }

    /// Whether somebody among these serves the queue, has a slot of the channel, and is one of those whom some step of
    /// the plan is for.
    pub(super) fn anybody_suits(&self, queue: QueueNo, asking: Asking<'_>, among: Among) -> bool {
        self.some_step(queue, asking, |step, asked| {
            self.anybody_meets(queue, asking.channel, among, step, asked)
        })
    }

    fn anybody_meets(
        &self,
        queue: QueueNo,
        channel: Channel,
        among: Among,
        step: &Step,
        asked: &Requirement,
    ) -> bool {
        let sets = self.agent_sets();
        let among = match among {
            Among::LoggedIn => &sets.logged_in,
            Among::Available(channel) => &sets.available[channel.index()],
        };
        let named = (&step.agents, &step.teams);
        let suits = |no: AgentNo| {
            self.has_channel(no, channel) && self.is_meant(no, queue, step.tiers, named, asked)
        };
        let any_with = |skilled: Vec<&Bits>| {
            let all: Vec<&Bits> = [sets.serving(queue), among]
                .into_iter()
                .chain(skilled)
                .collect();
            bits::common(&all).map(AgentNo).any(suits)
        };
        match asked.is_none() {
            true => any_with(Vec::new()),
            false => sets.groups(self, asked).into_iter().any(any_with),
        }
    }
}
