//! Who does what for how long: rows of agents, filtered, sorted, paged.

use acd_client::{
    supervisor::unusual,
    v1::{AgentState, ChannelSlots, Lease, Presence},
};

pub(crate) use acd_client::supervisor::{Doing, Unusual, doing};

use crate::supervisor::table::{Key, Part, Query, pick, since};

/// A contact in an agent's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) channel: String,
    pub(crate) queue: String,
    pub(crate) contact: String,
    pub(crate) doing: Doing,
    pub(crate) since_ms: i64,
    pub(crate) stuck: bool,
}

/// All contacts in an agent's hands, in the order of what is done with them.
pub(crate) fn held(agent: &AgentState) -> Vec<Held> {
    let of = |channel: &str, lease: &Lease| Held {
        channel: channel.to_owned(),
        queue: lease.queue.clone(),
        contact: lease.contact_id.clone(),
        doing: Doing::of_lease(lease).unwrap_or(Doing::Talking),
        since_ms: lease.state_since_at_ms,
        stuck: lease.stuck,
    };
    let on = |slots: &ChannelSlots| -> Vec<Held> {
        let leases = slots.leases.iter();
        leases.map(|lease| of(&slots.channel, lease)).collect()
    };
    let mut held: Vec<_> = agent.slots.iter().flat_map(on).collect();
    held.extend(agent.queue_wrap_ups.iter().map(|lease| of("", lease)));
    held.sort_by_key(|held| (held.doing, held.since_ms));
    held
}

/// The slots of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slots {
    pub(crate) channel: String,
    pub(crate) taken: usize,
    pub(crate) capacity: u32,
}

/// One agent in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) team: Option<String>,
    pub(crate) doing: Doing,
    pub(crate) since_ms: i64,
    /// Why they are not ready; empty: they are ready.
    pub(crate) reason: String,
    /// What their presence will be once their hands are free.
    pub(crate) pending: Option<(Presence, String)>,
    pub(crate) unusual: Vec<Unusual>,
    pub(crate) held: Vec<Held>,
    pub(crate) slots: Vec<Slots>,
    /// Queues of which they take nothing.
    pub(crate) paused: Vec<String>,
    pub(crate) today: u32,
}

impl Row {
    /// What a table shows of the agent.
    pub(crate) fn of(agent: &AgentState, now_ms: i64) -> Self {
        let (doing, since_ms) = doing(agent);
        let slots = agent.slots.iter().map(|on| Slots {
            channel: on.channel.clone(),
            taken: on.leases.len(),
            capacity: on.capacity,
        });
        let pending = agent.pending_presence();
        let pending = (pending != Presence::Unspecified)
            .then(|| (pending, agent.pending_reason_code.clone()));
        Self {
            name: agent.agent.clone(),
            team: agent.teams.first().cloned(),
            doing,
            since_ms,
            reason: agent.reason_code.clone(),
            pending,
            unusual: unusual(agent, now_ms),
            held: held(agent),
            slots: slots.collect(),
            paused: agent.paused.iter().map(|it| it.queue.clone()).collect(),
            today: agent.handled_today,
        }
    }
}

/// A column that agents are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// By name.
    Name,
    /// By what they do.
    State,
    /// By how long they do it.
    Since,
    /// By how many contacts they have had today.
    Today,
}

impl Column {
    /// Its name in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::State => "state",
            Self::Since => "since",
            Self::Today => "today",
        }
    }

    /// By which column a query sorts, and whether from the top down; who is longest in their state comes first where it
    /// does not say.
    pub(crate) fn of(query: &Query) -> (Self, bool) {
        let Some((name, down)) = &query.sort else {
            return (Self::Since, true);
        };
        let columns = [Self::Name, Self::State, Self::Since, Self::Today];
        let found = columns.into_iter().find(|column| column.name() == name);
        found.map_or((Self::Since, true), |column| (column, *down))
    }
}

/// Whether an agent is to be seen, as the query says. Who is logged out is seen only if they are asked for.
fn seen(agent: &AgentState, query: &Query, now_ms: i64) -> bool {
    let (is_doing, _) = doing(agent);
    let state = match query.filter("state") {
        None => is_doing != Doing::Offline,
        Some("all") => true,
        Some("unusual") => !unusual(agent, now_ms).is_empty(),
        Some(asked) => asked == is_doing.name(),
    };
    let has = |names: &[String], asked: Option<&str>| {
        asked.is_none_or(|asked| names.iter().any(|name| name == asked))
    };
    state
        && has(&agent.teams, query.filter("team"))
        && has(&agent.queues, query.filter("queue"))
        && query.finds(texts(agent))
}

/// Where a search looks.
fn texts(agent: &AgentState) -> impl Iterator<Item = &str> + Clone {
    let teams = agent.teams.iter().map(String::as_str);
    let skills = agent.skills.iter().map(|skill| skill.skill.as_str());
    std::iter::once(agent.agent.as_str())
        .chain(teams)
        .chain(skills)
        .chain(std::iter::once(agent.site.as_str()))
}

/// One page of the agents that the query asks for.
pub(crate) fn page<'a>(
    agents: impl Iterator<Item = &'a AgentState>,
    query: &Query,
    now_ms: i64,
) -> Part<&'a AgentState> {
    let (column, down) = Column::of(query);
    let found = agents.filter(|agent| seen(agent, query, now_ms));
    let found = found.map(|agent| {
        let key = match column {
            Column::Name => Key::Text(&agent.agent),
            Column::State => Key::Number(doing(agent).0 as i64),
            Column::Since => since(doing(agent).1),
            Column::Today => Key::Number(i64::from(agent.handled_today)),
        };
        (key, agent.agent.as_str(), agent)
    });
    pick(found.collect(), down, query.page)
}

#[cfg(test)]
mod tests {
    use acd_client::v1::{LeaseState, SessionState, SkillLevel, lease::Holder};

    use super::*;

    fn agent(name: &str, presence: Presence) -> AgentState {
        AgentState {
            agent: name.to_owned(),
            presence: presence.into(),
            session_state: SessionState::Present.into(),
            presence_since_at_ms: 1_000,
            idle_since_at_ms: 2_000,
            ..AgentState::default()
        }
    }

    fn with(mut agent: AgentState, channel: &str, state: LeaseState, since: i64) -> AgentState {
        let lease = Lease {
            holder: Some(Holder::HandlingId(1)),
            contact_id: format!("c{since}"),
            queue: "service".to_owned(),
            state: state.into(),
            state_since_at_ms: since,
            ..Lease::default()
        };
        agent.slots.push(ChannelSlots {
            channel: channel.to_owned(),
            capacity: 1,
            leases: vec![lease],
        });
        agent
    }

    fn query(pairs: &[(&str, &str)]) -> Query {
        let pairs = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Query::of(pairs.collect())
    }

    fn names(agents: &[AgentState], pairs: &[(&str, &str)]) -> Vec<String> {
        let part = page(agents.iter(), &query(pairs), 100_000);
        part.map(|agent| agent.agent.clone()).rows
    }

    #[test]
    fn the_weightiest_of_what_an_agent_does_is_told_with_its_longest_stretch() {
        let ready = agent("anna", Presence::Ready);
        assert_eq!(doing(&ready), (Doing::Idle, 2_000));
        let chats = with(ready, "chat", LeaseState::Talking, 9_000);
        let chats = with(chats, "chat", LeaseState::Talking, 5_000);
        let chats = with(chats, "voice", LeaseState::WrapUp, 4_000);
        assert_eq!(doing(&chats), (Doing::Talking, 5_000));
        let lost = AgentState {
            session_state: SessionState::Lost.into(),
            ..chats
        };
        assert_eq!(doing(&lost), (Doing::Lost, 0));
        let outside = AgentState {
            busy_outside: true,
            ..agent("bert", Presence::NotReady)
        };
        assert_eq!(doing(&outside).0, Doing::Outside);
    }

    #[test]
    fn a_wrap_up_of_a_queue_counts_though_it_holds_no_slot() {
        let mut wraps_up = agent("anna", Presence::Ready);
        wraps_up.queue_wrap_ups.push(Lease {
            state: LeaseState::WrapUp.into(),
            state_since_at_ms: 7,
            ..Lease::default()
        });
        assert_eq!(doing(&wraps_up), (Doing::WrapUp, 7));
    }

    #[test]
    fn what_is_unusual_is_marked() {
        let mut late = agent("anna", Presence::NotReady);
        late.return_at_ms = 99_000;
        late.misses = 2;
        let marks = unusual(&late, 100_000);
        assert_eq!(marks, [Unusual::PastReturn(99_000), Unusual::Missed(2)]);
        late.presence = Presence::Offline.into();
        assert_eq!(unusual(&late, 100_000), []);
    }

    #[test]
    fn who_is_logged_out_is_seen_only_if_asked_for() {
        let agents = [
            agent("anna", Presence::Ready),
            agent("bert", Presence::Offline),
        ];
        assert_eq!(names(&agents, &[]), ["anna"]);
        assert_eq!(names(&agents, &[("f", "state:offline")]), ["bert"]);
        assert_eq!(names(&agents, &[("f", "state:all")]).len(), 2);
    }

    #[test]
    fn team_queue_and_words_narrow_the_list() {
        let mut anna = agent("anna", Presence::Ready);
        anna.teams = vec!["night".to_owned()];
        anna.queues = vec!["loans".to_owned()];
        anna.skills = vec![SkillLevel {
            skill: "German".to_owned(),
            level: 3,
        }];
        let agents = [anna, agent("bert", Presence::Ready)];
        assert_eq!(names(&agents, &[("f", "team:night")]), ["anna"]);
        assert_eq!(names(&agents, &[("f", "queue:loans")]), ["anna"]);
        assert_eq!(names(&agents, &[("q", "german")]), ["anna"]);
        assert!(names(&agents, &[("q", "night bert")]).is_empty());
    }

    #[test]
    fn who_is_longest_in_their_state_comes_first_unless_another_order_is_asked_for() {
        let late = with(
            agent("carl", Presence::Ready),
            "voice",
            LeaseState::Talking,
            500,
        );
        let mut busy = agent("anna", Presence::Ready);
        busy.handled_today = 9;
        let outside = AgentState {
            busy_outside: true,
            ..agent("bert", Presence::Ready)
        };
        let agents = [outside, busy, late];
        assert_eq!(names(&agents, &[]), ["carl", "anna", "bert"]);
        assert_eq!(
            names(&agents, &[("sort", "-name")]),
            ["carl", "bert", "anna"]
        );
        assert_eq!(
            names(&agents, &[("sort", "state")]),
            ["carl", "bert", "anna"]
        );
        assert_eq!(
            names(&agents, &[("sort", "-today")]),
            ["anna", "bert", "carl"]
        );
        assert_eq!(
            names(&agents, &[("sort", "nonsense")]),
            ["carl", "anna", "bert"]
        );
    }
}
