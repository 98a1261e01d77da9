//! Agents as sets, a bit each, so that whether any of many suits is found by words and not one by one.

use super::facts::Facts;
use super::{Asking, State};
use crate::config::Step;
use crate::ids::{AgentNo, Channel, Channels, QueueNo, SkillNo};
use crate::requirement::{LEVEL_MAX, Requirement};

/// A set of agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AgentSet(Vec<u64>);

impl AgentSet {
    /// Nobody yet of so many.
    fn of(agents: usize) -> Self {
        Self(vec![0; agents.div_ceil(64)])
    }

    fn set(&mut self, no: AgentNo, present: bool) {
        let (word, bit) = (&mut self.0[no.index() / 64], 1 << (no.index() % 64));
        match present {
            true => *word |= bit,
            false => *word &= !bit,
        }
    }
}

/// Who serves what, who has which skill, and who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AgentSets {
    /// By queue.
    serves: Vec<AgentSet>,
    /// By skill, and by level from 1: who has it at that level or better.
    has: Vec<[AgentSet; LEVEL_MAX as usize]>,
    logged_in: AgentSet,
    /// By channel.
    available: [AgentSet; Channel::ALL.len()],
    /// The channels for which each agent is available.
    channels: Vec<Channels>,
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
        let nobody = || AgentSet::of(facts.agents.len());
        let mut sets = Self {
            serves: facts.queues.iter().map(|_| nobody()).collect(),
            has: (facts.skills.iter())
                .map(|_| std::array::from_fn(|_| nobody()))
                .collect(),
            logged_in: nobody(),
            available: std::array::from_fn(|_| nobody()),
            channels: vec![Channels::default(); facts.agents.len()],
        };
        for (no, agent) in (0..).map(AgentNo).zip(&facts.agents) {
            for queue in agent.queues.keys().filter(|_| agent.in_config) {
                sets.serves[queue.index()].set(no, true);
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
                set.set(no, at <= level);
            }
        }
    }

    /// Notes whether an agent is there, and for what.
    pub(super) fn note(&mut self, no: AgentNo, logged_in: bool, available: Channels) {
        self.logged_in.set(no, logged_in);
        let before = std::mem::replace(&mut self.channels[no.index()], available);
        for channel in before.differing(available) {
            self.available[channel.index()].set(no, available.contains(channel));
        }
    }

    /// By group of the requirement: who has each of its terms. A group with a skill that nobody knows is left out.
    fn groups(&self, state: &State, requirement: &Requirement) -> Vec<Vec<&AgentSet>> {
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
        let sets = &self.derived.index.sets;
        let among = match among {
            Among::LoggedIn => &sets.logged_in,
            Among::Available(channel) => &sets.available[channel.index()],
        };
        let groups = sets.groups(self, asked);
        let skilled = |at: usize| {
            let of_group = |terms: &Vec<&AgentSet>| {
                let words = terms.iter().map(|set| set.0[at]);
                words.fold(u64::MAX, |all, word| all & word)
            };
            let words = groups.iter().map(of_group);
            words.fold(0, |all, word| all | word)
        };
        let named = (&step.agents, &step.teams);
        let both = sets.serves[queue.index()].0.iter().zip(&among.0);
        both.enumerate().any(|(at, (serves, among))| {
            let mut rest = serves & among;
            if rest != 0 && !asked.is_none() {
                rest &= skilled(at);
            }
            while rest != 0 {
                let no = AgentNo((at * 64) as u32 + rest.trailing_zeros());
                if self.has_channel(no, channel)
                    && self.is_meant(no, queue, step.tiers, named, asked)
                {
                    return true;
                }
                rest &= rest - 1;
            }
            false
        })
    }
}
