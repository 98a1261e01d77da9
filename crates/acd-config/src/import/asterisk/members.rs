//! The members of queues, as agents: one for each interface, whatever queues it is a member of.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{AgentConfig, AgentOrder, Membership, SHARE_MAX, TIER_MAX, check_name};
use acd_core::ids::DurationMs;

use super::Choices;
use super::account::{Told, differs, maps};
use super::offering::Draft;
use super::rules::tier;
use super::text::{Said, problem};
use super::value::{arguments, count, is_yes, seconds};
use crate::problem::Problem;

/// One `member` line.
#[derive(Debug)]
pub(super) struct Member<'s> {
    pub(super) said: &'s Said,
    /// What is called: `PJSIP/1001`.
    interface: String,
    pub(super) penalty: i64,
    name: Option<String>,
    state_interface: Option<String>,
    ring_in_use: Option<bool>,
    wrap_up_ms: Option<DurationMs>,
    is_paused: bool,
}

impl<'s> Member<'s> {
    /// `interface[,penalty[,name[,state interface[,ringinuse[,wrapuptime[,paused]]]]]]`; none if it names no interface.
    pub(super) fn read(said: &'s Said) -> Option<Self> {
        let mut parts = arguments(&said.value).into_iter();
        let interface = parts.next().filter(|it| !it.is_empty())?;
        let mut next = || parts.next().filter(|it| !it.is_empty());
        Some(Self {
            said,
            interface,
            penalty: next().map_or(0, |it| count(&it).into()),
            name: next(),
            state_interface: next(),
            ring_in_use: next().map(|it| is_yes(&it)),
            wrap_up_ms: next().map(|it| seconds(&it)).filter(|time| *time > 0),
            is_paused: next().is_some_and(|it| is_yes(&it)),
        })
    }

    /// Why it cannot be an agent.
    pub(super) fn problem(&self) -> Option<Problem> {
        let checked = [
            ("interface", Some(&self.interface)),
            ("name", self.name.as_ref()),
        ];
        let mut wrong = checked.into_iter().filter_map(|(what, text)| {
            let wrong = check_name(text?).err()?;
            Some((format!("the member's {what} cannot be used: {wrong}"), what))
        });
        let (message, what) = wrong.next()?;
        let shown = format!("{} = {}", self.said.key, self.said.value);
        let remedy = format!("give a shorter {what}, without control characters");
        Some(problem(&self.said.at, &shown, message, remedy))
    }

    /// What tells it from others: case does not.
    pub(super) fn key(&self) -> String {
        self.interface.to_lowercase()
    }

    /// The last part of the interface: `1001` of `PJSIP/1001` and of `Local/1001@agents`.
    fn short_name(&self) -> &str {
        let rest = self.interface.split_once('/').map_or("", |(_, rest)| rest);
        match rest.split(['@', '/', '&']).next() {
            Some(name) if !name.is_empty() => name,
            _ => &self.interface,
        }
    }
}

/// All agents, in the order of the files.
#[derive(Default)]
pub(super) struct Agents {
    agents: Vec<AgentConfig>,
    by_key: BTreeMap<String, usize>,
}

impl Agents {
    /// An agent for each interface. Their name is the first that any line gives; else it is short, if no other has it.
    pub(super) fn of<'m>(
        members: impl Iterator<Item = &'m Member<'m>> + Clone,
        choices: &Choices,
    ) -> Self {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for member in members.clone() {
            if let Some(name) = &member.name {
                names.entry(member.key()).or_insert(name);
            }
        }
        let mut agents = Self::default();
        let mut taken: BTreeSet<String> = names.values().map(|name| (*name).to_owned()).collect();
        let mut given: BTreeSet<&str> = BTreeSet::new();
        for member in members {
            let key = member.key();
            if let Some(at) = agents.by_key.get(&key) {
                let agent = &mut agents.agents[*at];
                agent.wrap_up_ms = agent.wrap_up_ms.max(member.wrap_up_ms);
                continue;
            }
            let name = match names.get(&key) {
                Some(name) if given.insert(name) => (*name).to_owned(),
                Some(name) => free(&taken, [format!("{name} ({})", member.interface)]),
                None => {
                    let short = member.short_name().to_owned();
                    free(&taken, [short, member.interface.clone()])
                }
            };
            taken.insert(name.clone());
            agents.by_key.insert(key, agents.agents.len());
            agents.agents.push(AgentConfig {
                name: name.as_str().into(),
                address: member.interface.as_str().into(),
                wrap_up_ms: member.wrap_up_ms,
                desktop: choices.desktop,
                adapter: (!choices.desktop).then(|| choices.adapter.as_str().into()),
                ..AgentConfig::default()
            });
        }
        agents
    }

    /// Makes the agents of the queue's members its own, and says of each member what became of it.
    pub(super) fn join(&mut self, draft: &Draft<'_>) -> Vec<Told> {
        let members = draft.members.iter().enumerate();
        let told = members.map(|(place, member)| {
            let agent = &mut self.agents[self.by_key[&member.key()]];
            agent.queues.push(membership(draft, place, member));
            said_of(draft, member, agent)
        });
        told.collect()
    }

    /// The agent's number, by which equal agents are ordered.
    pub(super) fn number_of(&self, member: &Member<'_>) -> usize {
        self.by_key[&member.key()]
    }

    pub(super) fn into_configs(self) -> Vec<AgentConfig> {
        self.agents
    }
}

/// The first of these names that is free, or the last with a number.
fn free<const N: usize>(taken: &BTreeSet<String>, names: [String; N]) -> String {
    let last = names[N - 1].clone();
    let numbered = (2..).map(|number: u32| format!("{last} {number}"));
    let mut names = names.into_iter().chain(numbered);
    names
        .find(|name| !taken.contains(name))
        .expect("numbers do not end")
}

fn membership(draft: &Draft<'_>, place: usize, member: &Member<'_>) -> Membership {
    let mut membership = Membership::of(draft.queue.name.as_str());
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    match draft.queue.agent_order {
        AgentOrder::Linear => membership.position = place.min(SHARE_MAX),
        // Of equal shares of the first, a member with twice the weight has half.
        AgentOrder::Percent => {
            let share = 1_000 / (member.penalty + 1);
            membership.share = u32::try_from(share.max(1)).unwrap_or(1);
        }
        _ => {}
    }
    if draft.penalties_count() {
        membership.tier = tier(member.penalty);
    }
    membership
}

fn said_of(draft: &Draft<'_>, member: &Member<'_>, agent: &AgentConfig) -> Told {
    let interface = &member.interface;
    let mut text = format!("agent {}, address {interface}", agent.name);
    if draft.penalties_count() {
        text.push_str(&format!(", tier {}", tier(member.penalty)));
    }
    let mut caveats = Vec::new();
    if let Some(name) = member.name.as_ref().filter(|it| *it != agent.name.as_str()) {
        caveats.push(format!(
            "the name {name} is another agent's, or not their first one"
        ));
    }
    if let Some(state) = member
        .state_interface
        .as_ref()
        .filter(|it| *it != interface)
    {
        let text = "the state of {} is not watched, only that of the address; if it is the phone, make it the address";
        caveats.push(text.replace("{}", state));
    } else if interface.to_ascii_lowercase().starts_with("local/") {
        caveats.push(
            "a Local channel has no state to watch; if a phone is behind it, make that the address"
                .to_owned(),
        );
    }
    if interface.contains('&') {
        caveats.push("an agent has one address; make each of these phones an agent".to_owned());
    }
    if let Some(own) = member
        .ring_in_use
        .filter(|own| *own != draft.rings_in_use())
    {
        let word = if own { "yes" } else { "no" };
        caveats.push(format!(
            "ringinuse = {word} is the queue's here (offer_when_busy_outside), not the agent's"
        ));
    }
    if agent.wrap_up_ms.is_some() && agent.wrap_up_ms != member.wrap_up_ms {
        caveats.push(
            "their own wrap-up time counts in all their queues, the longest given".to_owned(),
        );
    }
    if member.is_paused {
        caveats.push("nobody begins paused; they begin logged out".to_owned());
    }
    if draft.penalties_count() && member.penalty >= i64::from(TIER_MAX) {
        caveats.push(format!(
            "tiers end at {TIER_MAX}, so that higher penalties are one tier"
        ));
    }
    match caveats.is_empty() {
        true => maps(text),
        false => differs(format!("{text}; {}", caveats.join("; "))),
    }
}
