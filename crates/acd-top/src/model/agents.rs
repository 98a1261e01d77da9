//! Agents as rows: what they do, since when, with whom.

use acd_client::{
    supervisor::{Doing, TenantView, Unusual, doing, leases, unusual},
    v1::{AgentState, Lease, Presence},
};

use super::table::{Cell, Column, Key, Row, Tone};
use crate::text;

/// An agent, and what they do.
#[derive(Clone, Copy)]
pub(crate) struct AgentRow<'a> {
    pub(crate) agent: &'a AgentState,
    doing: Doing,
    since_ms: i64,
    now_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Mark,
    Name,
    State,
    Since,
    With,
    Queue,
    Slots,
    Today,
    Team,
    Queues,
    Skills,
    Remarks,
}

impl<'a> AgentRow<'a> {
    /// All agents of a tenant.
    pub(crate) fn all(view: &'a TenantView, now_ms: i64) -> impl Iterator<Item = Self> {
        let agents = view.agents.values();
        agents.map(move |agent| Self::new(agent, now_ms))
    }

    /// The agents who serve a queue.
    pub(crate) fn of_queue(
        view: &'a TenantView,
        queue: &'a str,
        now_ms: i64,
    ) -> impl Iterator<Item = Self> {
        let serve = move |agent: &&AgentState| agent.queues.iter().any(|name| name == queue);
        let agents = view.agents.values().filter(serve);
        agents.map(move |agent| Self::new(agent, now_ms))
    }

    fn new(agent: &'a AgentState, now_ms: i64) -> Self {
        let (doing, since_ms) = doing(agent);
        Self {
            agent,
            doing,
            since_ms,
            now_ms,
        }
    }

    /// What they are busy with most.
    fn in_hand(self) -> Option<&'a Lease> {
        let slots = leases(self.agent).filter_map(|lease| Some((Doing::of_lease(lease)?, lease)));
        let first = slots.min_by_key(|(doing, lease)| (*doing, lease.state_since_at_ms));
        first.map(|(_, lease)| lease)
    }

    /// What they do, in a word or two.
    fn state(self) -> String {
        match self.doing {
            Doing::NotReady if !self.agent.reason_code.is_empty() => {
                format!("not ready: {}", text::shown(&self.agent.reason_code))
            }
            Doing::NotReady => "not ready".to_owned(),
            Doing::Lost => "session lost".to_owned(),
            Doing::Outside => "busy outside".to_owned(),
            Doing::Offline => "logged out".to_owned(),
            others => others.name().to_owned(),
        }
    }

    /// What is unusual, and what waits.
    fn remarks(self) -> String {
        let said = |unusual| match unusual {
            // The state says it.
            Unusual::Lost => None,
            Unusual::Stuck => Some("stuck".to_owned()),
            Unusual::PastReturn(at_ms) => {
                Some(format!("back {} ago", text::lasted(self.now_ms - at_ms)))
            }
            Unusual::Missed(times) => Some(format!("missed {times}")),
            Unusual::BackOff(until_ms) => Some(format!(
                "no offers for {}",
                text::lasted(until_ms - self.now_ms)
            )),
        };
        let mut remarks: Vec<_> = unusual(self.agent, self.now_ms)
            .into_iter()
            .filter_map(said)
            .collect();
        match self.agent.pending_presence() {
            Presence::Offline => remarks.push("then logs out".to_owned()),
            Presence::NotReady => remarks.push("then not ready".to_owned()),
            Presence::Ready => remarks.push("then ready".to_owned()),
            Presence::Unspecified => {}
        }
        let paused = self
            .agent
            .paused
            .iter()
            .map(|pause| text::shown(&pause.queue));
        remarks.extend(paused.map(|queue| format!("paused in {queue}")));
        remarks.join(", ")
    }

    fn taken(self) -> usize {
        self.agent
            .slots
            .iter()
            .map(|slots| slots.leases.len())
            .sum()
    }
}

impl<'a> Row<'a> for AgentRow<'a> {
    type Column = By;
    const COLUMNS: &'static [Column<By>] = &[
        Column::text(By::Mark, "", 1, 0).said("what is unusual"),
        Column::text(By::Name, "agent", 12, 0).growing(20),
        Column::text(By::State, "state", 12, 0).growing(12),
        Column::number(By::Since, "since", 8, 1),
        Column::text(By::With, "with", 12, 2).growing(16),
        Column::text(By::Queue, "queue", 10, 2).growing(14),
        Column::number(By::Slots, "slots", 6, 6),
        Column::number(By::Today, "today", 6, 4).said("handled today"),
        Column::text(By::Team, "team", 8, 7).growing(8),
        Column::text(By::Queues, "queues", 10, 7).growing(20),
        Column::text(By::Skills, "skills", 10, 5).growing(30),
        Column::text(By::Remarks, "remarks", 11, 3).growing(20),
    ];

    fn name(self) -> &'a str {
        &self.agent.agent
    }

    fn tone(self) -> Tone {
        let worst = unusual(self.agent, self.now_ms);
        match worst.first() {
            Some(Unusual::Lost | Unusual::Stuck) => Tone::Wrong,
            Some(Unusual::PastReturn(_) | Unusual::Missed(_) | Unusual::BackOff(_)) => Tone::Risk,
            None if self.doing == Doing::Offline => Tone::Faint,
            None => Tone::Plain,
        }
    }

    fn key(self, column: By) -> Key<'a> {
        let text = |text: &'a str| {
            if text.is_empty() {
                Key::Missing
            } else {
                Key::Text(text)
            }
        };
        match column {
            By::Mark => self.tone().key(),
            By::Name => Key::Text(&self.agent.agent),
            By::State => Key::Number(self.doing as i64),
            By::Since if self.since_ms == 0 => Key::Missing,
            By::Since => Key::Number(self.now_ms - self.since_ms),
            By::With => self
                .in_hand()
                .map_or(Key::Missing, |lease| text(&lease.contact_id)),
            By::Queue => self
                .in_hand()
                .map_or(Key::Missing, |lease| text(&lease.queue)),
            By::Slots => Key::Number(i64::try_from(self.taken()).unwrap_or(i64::MAX)),
            By::Today => Key::Number(self.agent.handled_today.into()),
            By::Team => self
                .agent
                .teams
                .first()
                .map_or(Key::Missing, |team| text(team)),
            By::Queues => self
                .agent
                .queues
                .first()
                .map_or(Key::Missing, |queue| text(queue)),
            By::Skills => {
                let first = self.agent.skills.first();
                first.map_or(Key::Missing, |skill| text(&skill.skill))
            }
            // Who has any first.
            By::Remarks => Key::Number(i64::from(self.remarks().is_empty())),
        }
    }

    fn tie(self) -> Key<'a> {
        Key::Missing
    }

    fn cell(self, column: By) -> Cell {
        let agent = self.agent;
        match column {
            By::Mark => Cell::new(self.tone().mark(), self.tone()),
            By::Name => Cell::new(text::shown(&agent.agent), self.tone()),
            By::State => {
                let lost = self.doing == Doing::Lost;
                Cell::new(self.state(), if lost { Tone::Wrong } else { Tone::Plain })
            }
            By::Since if self.since_ms == 0 => "-".into(),
            By::Since => text::lasted_about(self.now_ms - self.since_ms).into(),
            By::With => match self.in_hand() {
                Some(lease) => text::shown(&lease.contact_id).into(),
                None => "".into(),
            },
            By::Queue => match self.in_hand() {
                Some(lease) => text::shown(&lease.queue).into(),
                None => "".into(),
            },
            By::Slots => {
                let capacity: u32 = agent.slots.iter().map(|slots| slots.capacity).sum();
                format!("{}/{capacity}", self.taken()).into()
            }
            By::Today => agent.handled_today.into(),
            By::Team => agent
                .teams
                .first()
                .map_or(String::new(), |team| text::shown(team))
                .into(),
            By::Queues => text::shown(&agent.queues.join(" ")).into(),
            By::Skills => {
                let skills = agent.skills.iter();
                let skills = skills.map(|skill| format!("{} {}", skill.skill, skill.level));
                text::shown(&skills.collect::<Vec<_>>().join(", ")).into()
            }
            By::Remarks => Cell::new(self.remarks(), self.tone()),
        }
    }

    fn texts(self) -> impl Iterator<Item = &'a str> {
        let agent = self.agent;
        let in_hand = leases(agent);
        [
            agent.agent.as_str(),
            self.doing.name(),
            agent.reason_code.as_str(),
            agent.site.as_str(),
        ]
        .into_iter()
        .chain(agent.teams.iter().map(String::as_str))
        .chain(agent.queues.iter().map(String::as_str))
        .chain(agent.skills.iter().map(|skill| skill.skill.as_str()))
        .chain(in_hand.map(|lease| lease.contact_id.as_str()))
    }
}
