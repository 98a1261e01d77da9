//! Agents and skills from CSV files, laid over a configuration.
//!
//! docs/configuration.md ("Agents from a table") says what the columns mean. Everything wrong in both files is told at
//! once; nothing is changed until nothing is wrong.

mod agents;
mod cell;
mod skills;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{Problem as CoreProblem, TenantConfig};

use crate::problem::{Problem, Problems};
use crate::report::Report;
use crate::tenant::names::Names;
use agents::Rows;

/// A CSV file: its text, and its name for problems to show.
#[derive(Clone, Copy, Debug)]
pub struct CsvFile<'t> {
    /// The text, with a header row.
    pub text: &'t str,
    /// The name.
    pub name: &'t str,
}

/// What to import; at least one of the two.
#[derive(Clone, Copy, Debug, Default)]
pub struct Import<'t> {
    /// A row for each agent.
    pub agents: Option<CsvFile<'t>>,
    /// A row for each level of an agent in a skill, or for each skill.
    pub skills: Option<CsvFile<'t>>,
}

/// The configuration with these files laid over it: agents and skills are added or changed, what the files do not name
/// stays.
///
/// # Errors
/// Everything that is wrong with the files, or with the configuration that would come of them.
pub fn import(base: &TenantConfig, import: Import<'_>) -> Result<TenantConfig, Problems> {
    let mut config = base.clone();
    let (agents_report, skills_report) = (Report::default(), Report::default());
    let levels = import
        .skills
        .map(|file| skills::read(file.text, &skills_report));
    let levels = levels.unwrap_or_default();
    skills::declare(&levels, &mut config);
    let rows = import.agents.map(|file| {
        let known = Known::of(&config);
        agents::read(file.text, &known, &agents_report)
    });
    let rows = rows.unwrap_or_default();
    rows.lay_over(&mut config);
    skills::lay_over(&levels, &mut config, &skills_report);
    if agents_report.is_empty() && skills_report.is_empty() {
        for problem in config.problems() {
            tell(problem, &config, &rows, &agents_report);
        }
    }
    finish(import, agents_report, skills_report)?;
    Ok(config)
}

/// A problem of the whole configuration, at the cell it comes from if it comes from one.
fn tell(problem: CoreProblem, config: &TenantConfig, rows: &Rows, report: &Report) {
    let cell = agent_key(&problem.path).and_then(|(index, key)| {
        let agent = config.agents.get(index)?;
        rows.span(agent.name.as_str(), key)
    });
    match cell {
        Some(span) => report.at(span, &problem.path, problem.message, problem.remedy),
        None => report.nowhere(&problem.path, problem.message, problem.remedy),
    }
}

/// Index and key of the path of an agent: `agents[2].wrap_up_ms` is 2 and `wrap_up`.
fn agent_key(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix("agents[")?.split_once(']')?;
    let key = rest
        .trim_start_matches('.')
        .split(['.', '['])
        .next()
        .unwrap_or_default();
    Some((index.parse().ok()?, key.strip_suffix("_ms").unwrap_or(key)))
}

fn finish(import: Import<'_>, agents: Report, skills: Report) -> Result<(), Problems> {
    let mut problems: Vec<Problem> = Vec::new();
    let mut untold = 0;
    for (file, report) in [(import.agents, agents), (import.skills, skills)] {
        let file = file.unwrap_or(CsvFile { text: "", name: "" });
        if let Err(found) = report.finish(file.text, file.name) {
            untold += found.untold();
            problems.extend(found);
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems::new(problems, untold))
    }
}

/// The names that the cells of agents may refer to.
struct Known<'a> {
    teams: Names<'a>,
    profiles: Names<'a>,
    queues: Names<'a>,
    skills: Names<'a>,
}

impl<'a> Known<'a> {
    fn of(config: &'a TenantConfig) -> Self {
        Self {
            teams: Names::new("team", config.teams.iter().map(|it| it.name.as_str())),
            profiles: Names::new("profile", config.profiles.iter().map(|it| it.name.as_str())),
            queues: Names::new("queue", config.queues.iter().map(|it| it.name.as_str())),
            skills: Names::new("skill", config.skills.iter().map(|it| it.as_str())),
        }
    }
}

/// The places of agents in a configuration.
fn places(config: &TenantConfig) -> BTreeMap<String, usize> {
    let agents = config.agents.iter().enumerate();
    agents
        .map(|(at, agent)| (agent.name.as_str().to_owned(), at))
        .collect()
}

/// The skills of a configuration.
fn skill_names(config: &TenantConfig) -> BTreeSet<String> {
    config
        .skills
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect()
}

#[cfg(test)]
mod tests;
