//! To whom an agent may give a contact, or whom they may ask.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use acd_core::event::JoinRefusal;
use acd_core::ids::{AgentNo, Channel, QueueNo};
use acd_core::state::{Agent, Asking, Doing, LeaseHolder, Presence, State};
use acd_proto::v1;

use super::{desk, words};

/// How many agents are looked at in one part.
const AGENTS_AT_ONCE: usize = 2_000;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who looks.
    pub agent: AgentNo,
    /// Words that must all stand in what is found.
    pub query: String,
    /// The channel of the contact.
    pub channel: Channel,
    /// The most queues and the most agents that are told.
    pub limit: usize,
    /// The language of labels.
    pub language: String,
}

/// Looks for queues and agents, a part at a time.
#[derive(Debug)]
pub struct TargetSearch {
    wanted: Wanted,
    words: Vec<String>,
    /// The text that is looked at, in small letters.
    text: String,
    next: usize,
    agents: BTreeSet<(v1::Occupation, String, AgentNo)>,
    agents_found: u32,
}

impl TargetSearch {
    /// Nothing has been looked at yet.
    pub fn new(wanted: Wanted) -> Self {
        let words = wanted.query.split_whitespace();
        Self {
            words: words.map(str::to_lowercase).collect(),
            wanted,
            text: String::new(),
            next: 0,
            agents: BTreeSet::new(),
            agents_found: 0,
        }
    }

    /// Looks at the next part; breaks with what was found.
    pub fn part(&mut self, state: &State) -> ControlFlow<v1::FindTargetsResponse> {
        let known = &state.facts().agents;
        let end = known.len().min(self.next + AGENTS_AT_ONCE);
        for no in self.next..end {
            self.look_at(state, AgentNo(u32::try_from(no).unwrap_or(u32::MAX)));
        }
        self.next = end;
        if end < known.len() {
            return ControlFlow::Continue(());
        }
        let agents = std::mem::take(&mut self.agents).into_iter();
        let mut agents: Vec<v1::AgentTarget> =
            agents.map(|(_, _, no)| agent_target(state, no)).collect();
        agents.sort_by(|one, other| {
            (one.occupation, &one.agent).cmp(&(other.occupation, &other.agent))
        });
        let (queues, queues_found) = self.queues(state);
        ControlFlow::Break(v1::FindTargetsResponse {
            sequence: state.facts().seq,
            at_ms: state.facts().now,
            queues,
            agents,
            queues_found,
            agents_found: self.agents_found,
        })
    }

    fn look_at(&mut self, state: &State, no: AgentNo) {
        let agent = state.agent(no);
        if !agent.in_config || no == self.wanted.agent {
            return;
        }
        let name = agent.config.name.as_str();
        let teams = agent.config.teams.iter().map(|team| team.as_str());
        if !self.matches([name].into_iter().chain(teams)) {
            return;
        }
        self.agents_found += 1;
        let ranked = (occupation(state, no), name.to_owned(), no);
        self.agents.insert(ranked);
        if self.agents.len() > self.wanted.limit {
            self.agents.pop_last();
        }
    }

    /// The first queues, and how many match.
    fn queues(&mut self, state: &State) -> (Vec<v1::QueueTarget>, u32) {
        let asking = Asking::any(self.wanted.channel);
        let mut found = Vec::new();
        for (no, queue) in (0..).map(QueueNo).zip(&state.facts().queues) {
            let config = &queue.config;
            let labels = config.label.by_language.values().map(|label| &**label);
            let texts = [config.name.as_str()].into_iter().chain(labels);
            if queue.in_config && self.matches(texts) {
                let label =
                    desk::called(&config.label, config.name.as_str(), &self.wanted.language);
                let refused = state.join_refusal(no, asking);
                found.push((refused.is_some(), label, no, refused));
            }
        }
        found.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        found.truncate(self.wanted.limit);
        let told = found
            .into_iter()
            .map(|(_, label, no, refused)| v1::QueueTarget {
                queue: state.queue(no).config.name.to_string(),
                label,
                refused: refused
                    .map(|refused| words::turned_away(JoinRefusal::overflow_reason(refused)))
                    .unwrap_or_default()
                    .into(),
                opening: words::opening(state.closed(no)).into(),
                waiting: state.line(no).waiting,
                predicted: state.predicted_wait(no, asking).map(words::prediction),
                agents_free: state.load_of(no).free[self.wanted.channel as usize],
            });
        (told.collect(), count)
    }

    /// Whether all words stand in these texts.
    fn matches<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> bool {
        if self.words.is_empty() {
            return true;
        }
        self.text.clear();
        for text in texts {
            self.text.extend(text.chars().flat_map(char::to_lowercase));
            self.text.push('\n');
        }
        self.words
            .iter()
            .all(|word| self.text.contains(word.as_str()))
    }
}

fn agent_target(state: &State, no: AgentNo) -> v1::AgentTarget {
    let agent = state.agent(no);
    let occupation = occupation(state, no);
    let since = match occupation {
        v1::Occupation::Free => agent.idle_since,
        v1::Occupation::Busy => busy_since(state, agent),
        _ => agent.presence_since,
    };
    let (_, reason_code) = words::presence(&agent.presence);
    v1::AgentTarget {
        agent: agent.config.name.to_string(),
        teams: agent.config.teams.iter().map(ToString::to_string).collect(),
        occupation: occupation.into(),
        since_at_ms: since,
        reason_code,
    }
}

fn occupation(state: &State, no: AgentNo) -> v1::Occupation {
    let agent = state.agent(no);
    match agent.presence {
        _ if state.is_leaving(no) => v1::Occupation::LoggedOut,
        Presence::Offline => v1::Occupation::LoggedOut,
        Presence::NotReady(_) => v1::Occupation::NotReady,
        Presence::Ready if state.doing(agent) == Doing::Idle => v1::Occupation::Free,
        Presence::Ready => v1::Occupation::Busy,
    }
}

/// Since when the agent has had something to do.
fn busy_since(state: &State, agent: &Agent) -> i64 {
    let facts = state.facts();
    let begun = agent.leases.iter().map(|lease| match lease.holder {
        LeaseHolder::Offer(id) => facts.offers[&id].made_at,
        LeaseHolder::Handling(id) => facts.handlings[&id].connected_at,
    });
    begun.min().unwrap_or(agent.presence_since)
}
