//! The table of skills.

use std::collections::BTreeSet;

use acd_core::config::TenantConfig;
use acd_core::ids::SkillName;
use acd_core::requirement::LEVEL_MAX;

use super::cell::{Cell, Says};
use super::table::{self, Row};
use super::{places, skill_names};
use crate::report::Report;
use crate::tenant::names::Names;

const COLUMNS: [&str; 3] = ["skill", "agent", "level"];

pub(super) type Rows = Vec<Row<{ COLUMNS.len() }>>;

pub(super) fn read(text: &str, report: &Report) -> Rows {
    let mut rows = table::rows(text, COLUMNS, report);
    let mut seen = BTreeSet::new();
    rows.retain(|[skill, agent, _]| {
        let names = (skill.text.trim().to_owned(), agent.text.trim().to_owned());
        if names.0.is_empty() {
            skill.report(report, "skill", "the skill is missing", "name it");
            return false;
        }
        let is_new = seen.insert(names);
        if !is_new {
            let remedy = "give each skill of an agent one row";
            skill.report(
                report,
                "skill",
                "this row stands here a second time",
                remedy,
            );
        }
        is_new
    });
    rows
}

/// Adds the skills of rows without an agent to the tenant.
pub(super) fn declare(rows: &Rows, config: &mut TenantConfig) {
    let mut known = skill_names(config);
    for [skill, agent, _] in rows {
        let name = skill.text.trim();
        if agent.text.trim().is_empty() && known.insert(name.to_owned()) {
            config.skills.push(SkillName::from(name));
        }
    }
}

/// Sets the levels of rows with an agent.
pub(super) fn lay_over(rows: &Rows, config: &mut TenantConfig, report: &Report) {
    let (places, skills) = (places(config), skill_names(config));
    let known_agents = Names::new("agent", places.keys().map(String::as_str));
    let known_skills = Names::new("skill", skills.iter().map(String::as_str));
    for [skill, agent, level] in rows {
        let name = agent.text.trim();
        if name.is_empty() {
            if !level.text.trim().is_empty() {
                level.report(report, "level", "the level of no agent", "name the agent");
            }
            continue;
        }
        check(skill, &known_skills, "skill", report);
        check(agent, &known_agents, "agent", report);
        let Some(agent) = places.get(name).map(|at| &mut config.agents[*at]) else {
            continue;
        };
        let skill = SkillName::from(skill.text.trim());
        match read_level(level, report) {
            Some(Some(level)) => drop(agent.skills.insert(skill, level)),
            Some(None) => drop(agent.skills.remove(&skill)),
            None => {}
        }
    }
}

fn check(cell: &Cell, known: &Names<'_>, column: &str, report: &Report) {
    if let Some((message, remedy)) = known.unknown(cell.text.trim(), report) {
        cell.report(report, column, message, remedy);
    }
}

/// A level; none in the inner option takes the skill away.
fn read_level(cell: &Cell, report: &Report) -> Option<Option<u8>> {
    let remedy = format!("give 1..={LEVEL_MAX}, or - to take the skill away");
    match cell.says() {
        Says::None => Some(None),
        Says::This(text) => {
            let level = text
                .parse()
                .ok()
                .filter(|level| (1..=LEVEL_MAX).contains(level));
            if level.is_none() {
                cell.report(report, "level", format!("{text:?} is out of range"), remedy);
            }
            level.map(Some)
        }
        Says::Nothing => {
            cell.report(report, "level", "the level is missing", remedy);
            None
        }
    }
}
