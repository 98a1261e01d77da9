//! The table of agents.

use std::collections::BTreeMap;

use acd_core::config::{AgentConfig, CAPACITY_MAX, Membership, TIER_MAX, TenantConfig, check_name};
use acd_core::ids::{Channel, DurationMs, ProfileName, QueueName, SkillName, TeamName};
use acd_core::requirement::LEVEL_MAX;

use super::cell::{Cell, Part, Says};
use super::table::{self, Row};
use super::{Known, places};
use crate::report::{Report, Span};

const COLUMNS: [&str; 9] = [
    "name", "address", "teams", "site", "profile", "queues", "skills", "capacity", "wrap_up",
];

/// The rows of the file, in its order, and the cells they come from.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<AgentRow>,
    cells: BTreeMap<String, Row<{ COLUMNS.len() }>>,
}

/// What a row says of an agent; none: it says nothing, and what was stays.
struct AgentRow {
    name: String,
    address: Option<String>,
    teams: Option<Vec<TeamName>>,
    site: Option<Option<String>>,
    profile: Option<Option<ProfileName>>,
    /// Queues with the tier, if it is said.
    queues: Option<Vec<(QueueName, Option<u32>)>>,
    skills: Option<BTreeMap<SkillName, u8>>,
    capacity: Option<BTreeMap<Channel, u32>>,
    wrap_up_ms: Option<Option<DurationMs>>,
}

pub(super) fn read(text: &str, known: &Known<'_>, report: &Report) -> Rows {
    let mut rows = Rows::default();
    for cells in table::rows(text, COLUMNS, report) {
        let reader = Reader { known, report };
        let [name, ..] = &cells;
        let text = name.text.trim().to_owned();
        if let Err(wrong) = check_name(&text) {
            let message = format!("the name cannot be used: {wrong}");
            name.report(report, "name", message, "give another name");
        } else if rows.cells.contains_key(&text) {
            let message = format!("{text:?} stands here a second time");
            name.report(report, "name", message, "give each agent one row");
        } else {
            rows.rows.push(reader.row(text.clone(), &cells));
            rows.cells.insert(text, cells);
        }
    }
    rows
}

impl Rows {
    /// The cell of an agent and key, or else the cell of their name.
    pub(super) fn span(&self, agent: &str, key: &str) -> Option<Span> {
        let cells = self.cells.get(agent)?;
        let column = COLUMNS
            .iter()
            .position(|column| *column == key)
            .unwrap_or(0);
        let cell = Some(&cells[column]).filter(|cell| !cell.text.is_empty());
        Some(cell.unwrap_or(&cells[0]).span.clone())
    }

    /// Adds or changes the agents.
    pub(super) fn lay_over(&self, config: &mut TenantConfig) {
        let places = places(config);
        for row in &self.rows {
            match places.get(&row.name) {
                Some(at) => row.lay_over(&mut config.agents[*at]),
                None => {
                    let mut agent = AgentConfig::named(&row.name, []);
                    row.lay_over(&mut agent);
                    config.agents.push(agent);
                }
            }
        }
    }
}

impl AgentRow {
    fn lay_over(&self, agent: &mut AgentConfig) {
        let row = self;
        if let Some(address) = &row.address {
            agent.address = address.as_str().into();
        }
        if let Some(teams) = &row.teams {
            agent.teams.clone_from(teams);
        }
        if let Some(site) = &row.site {
            agent.site = site.as_deref().map(Into::into);
        }
        if let Some(profile) = &row.profile {
            agent.profile.clone_from(profile);
        }
        if let Some(queues) = &row.queues {
            agent.queues = memberships(&agent.queues, queues);
        }
        if let Some(skills) = &row.skills {
            agent.skills.clone_from(skills);
        }
        if let Some(capacity) = &row.capacity {
            agent.capacity.clone_from(capacity);
        }
        if let Some(wrap_up_ms) = row.wrap_up_ms {
            agent.wrap_up_ms = wrap_up_ms;
        }
    }
}

/// The queues of a row. One that they serve already keeps what the row does not say.
fn memberships(old: &[Membership], queues: &[(QueueName, Option<u32>)]) -> Vec<Membership> {
    let membership = |(queue, tier): &(QueueName, Option<u32>)| {
        let before = old.iter().find(|it| it.queue == *queue).cloned();
        let mut membership = before.unwrap_or_else(|| Membership::of(queue.as_str()));
        membership.tier = tier.unwrap_or(membership.tier);
        membership
    };
    queues.iter().map(membership).collect()
}

/// Reads rows.
struct Reader<'r> {
    known: &'r Known<'r>,
    report: &'r Report,
}

impl Reader<'_> {
    fn row(&self, name: String, cells: &Row<{ COLUMNS.len() }>) -> AgentRow {
        let [
            _,
            address,
            teams,
            site,
            profile,
            queues,
            skills,
            capacity,
            wrap_up,
        ] = cells;
        AgentRow {
            name,
            address: said(address, String::new, |text, _| Some(text.to_owned())),
            teams: said(teams, Vec::new, |_, cell| Some(self.teams(cell))),
            site: said(site, || None, |text, _| Some(Some(text.to_owned()))),
            profile: said(
                profile,
                || None,
                |text, cell| Some(Some(self.profile(text, cell))),
            ),
            queues: said(queues, Vec::new, |_, cell| Some(self.queues(cell))),
            skills: said(skills, BTreeMap::new, |_, cell| Some(self.skills(cell))),
            capacity: said(
                capacity,
                || AgentConfig::default().capacity,
                |_, cell| Some(self.capacity(cell)),
            ),
            wrap_up_ms: said(
                wrap_up,
                || None,
                |_, cell| Some(cell.duration("wrap_up", self.report)),
            ),
        }
    }

    fn teams(&self, cell: &Cell) -> Vec<TeamName> {
        let parts = cell.parts_once("teams", self.report, |part| part);
        let team = |part: &Part<'_>| {
            part.check(part.text, &self.known.teams, "teams", self.report);
            TeamName::from(part.text)
        };
        parts.iter().map(team).collect()
    }

    fn profile(&self, text: &str, cell: &Cell) -> ProfileName {
        if let Some((message, remedy)) = self.known.profiles.unknown(text, self.report) {
            cell.report(self.report, "profile", message, remedy);
        }
        ProfileName::from(text)
    }

    /// Queues with an optional tier: `support;vip:2`.
    fn queues(&self, cell: &Cell) -> Vec<(QueueName, Option<u32>)> {
        let is_queue = |text: &str| self.known.queues.unknown(text, self.report).is_none();
        let split = |text: &'_ str| match text.rsplit_once(':') {
            Some((queue, tier)) if !is_queue(text) => (queue.len(), Some(tier.to_owned())),
            _ => (text.len(), None),
        };
        let parts = cell.parts_once("queues", self.report, |text| &text[..split(text).0]);
        let queue = |part: &Part<'_>| {
            let (length, tier) = split(part.text);
            let queue = &part.text[..length];
            part.check(queue, &self.known.queues, "queues", self.report);
            let tier = tier.and_then(|tier| self.number(part, "queues", &tier, 1, TIER_MAX));
            (QueueName::from(queue), tier)
        };
        parts.iter().map(queue).collect()
    }

    /// Skills with their levels: `german=8;billing=5`.
    fn skills(&self, cell: &Cell) -> BTreeMap<SkillName, u8> {
        let mut skills = BTreeMap::new();
        for (part, skill, level) in self.pairs(cell, "skills", "german=8") {
            part.check(skill, &self.known.skills, "skills", self.report);
            let level = self.number(&part, "skills", level, 1, LEVEL_MAX.into());
            if let Some(level) = level.and_then(|level| u8::try_from(level).ok()) {
                skills.insert(SkillName::from(skill), level);
            }
        }
        skills
    }

    /// Channels with their slots: `voice=1;chat=3`.
    fn capacity(&self, cell: &Cell) -> BTreeMap<Channel, u32> {
        let mut capacity = BTreeMap::new();
        for (part, name, slots) in self.pairs(cell, "capacity", "voice=1") {
            let Some(channel) = Channel::from_name(name) else {
                let all = Channel::ALL.map(Channel::as_str).join(", ");
                let message = format!("there is no channel {name:?}");
                self.report
                    .at(part.span, "capacity", message, format!("give one of {all}"));
                continue;
            };
            if let Some(slots) = self.number(&part, "capacity", slots, 0, CAPACITY_MAX) {
                capacity.insert(channel, slots);
            }
        }
        capacity
    }

    /// The parts of a list of names with numbers.
    fn pairs<'c>(
        &self,
        cell: &'c Cell,
        column: &str,
        example: &str,
    ) -> Vec<(Part<'c>, &'c str, &'c str)> {
        let name = |part: &'_ str| {
            part.rsplit_once('=')
                .map_or(part.len(), |(name, _)| name.trim_end().len())
        };
        let parts = cell.parts_once(column, self.report, |part| &part[..name(part)]);
        let pair = |part: Part<'c>| match part.text.rsplit_once('=') {
            Some((name, number)) => {
                Some((name.trim(), number.trim())).map(|(name, number)| (part, name, number))
            }
            None => {
                let message = format!("{:?} has no number", part.text);
                let remedy = format!("write it as in {example:?}");
                self.report.at(part.span, column, message, remedy);
                None
            }
        };
        parts.into_iter().filter_map(pair).collect()
    }

    fn number(
        &self,
        part: &Part<'_>,
        column: &str,
        text: &str,
        least: u32,
        most: u32,
    ) -> Option<u32> {
        let number = text
            .trim()
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("{text:?} is out of range");
            self.report.at(
                part.span.clone(),
                column,
                message,
                format!("give {least}..={most}"),
            );
        }
        number
    }
}

/// What a cell says of a key: nothing, that it is gone (`none`), or what `read` makes of it.
fn said<T>(
    cell: &Cell,
    none: impl FnOnce() -> T,
    read: impl FnOnce(&str, &Cell) -> Option<T>,
) -> Option<T> {
    match cell.says() {
        Says::Nothing => None,
        Says::None => Some(none()),
        Says::This(text) => read(text, cell),
    }
}
