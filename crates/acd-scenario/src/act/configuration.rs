//! What administrators do.

use acd_core::event::ConfigApplied;
use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::command::{Command, DeleteTenant, SetAgentSkills};
use acd_core::ids::SkillName;

use crate::acted::{Acted, Trouble};
use crate::language::arguments::{Arguments, Named};
use crate::language::closed::UNKNOWN_CONFIG_VERSION;
use crate::language::statement::{Change, Does, Section, Statement};
use crate::world::{AUTHOR, World};

pub(super) const CONFIGURATION: Section = Section {
    title: "Configuration",
    statements: &[
        Statement {
            pattern: "config changes:",
            help: "the keys of the TOML below this line, indented deeper, are set; all others stay. The whole comes into force as one version",
            example: "config changes:",
            does: Does::Configure(Change::Keys),
        },
        Statement {
            pattern: "config becomes:",
            help: "the TOML below this line is the whole configuration from now on",
            example: "config becomes:",
            does: Does::Configure(Change::Whole),
        },
        Statement {
            pattern: "config without KEY",
            help: "this queue, agent or other key is removed",
            example: "config without queues.sales",
            does: Does::Configure(Change::Without),
        },
        Statement {
            pattern: "config returns to version NUMBER",
            help: "an earlier version is applied again, as a new one",
            example: "config returns to version 1",
            does: Does::Act(roll_back),
        },
        Statement {
            pattern: "AGENT has skills LEVELS",
            help: "these are all the agent's skills from now on",
            example: "anna has skills german 4, english 8",
            does: Does::Act(has_skills),
        },
        Statement {
            pattern: "AGENT gains SKILL NUMBER",
            help: "the agent gains a skill, or has it at another level",
            example: "anna gains german 4",
            does: Does::Act(|world, said| change_skill(world, said, said.number())),
        },
        Statement {
            pattern: "AGENT loses skill SKILL",
            help: "the agent has the skill no longer",
            example: "anna loses skill german",
            does: Does::Act(|world, said| change_skill(world, said, None)),
        },
        Statement {
            pattern: "tenant is deleted",
            help: "the tenant is given up",
            example: "tenant is deleted",
            does: Does::Act(|world, _| {
                Ok(world.ask(Command::DeleteTenant(DeleteTenant {
                    author: AUTHOR.into(),
                }))?)
            }),
        },
    ],
};

fn roll_back(world: &mut World, said: &Arguments) -> Acted {
    use acd_core::event::Event;
    let applied = world
        .chronicle
        .events
        .iter()
        .find_map(|recorded| match &recorded.event {
            Event::ConfigApplied(ConfigApplied {
                version, config, ..
            }) if said.number() == i64::try_from(*version).ok() => Some(Arc::clone(config)),
            _ => None,
        });
    match applied {
        Some(config) => Ok(world.apply_config(config)?),
        // Versions are kept by what reads configurations, not by the engine.
        None => Err(Trouble::Refused {
            code: UNKNOWN_CONFIG_VERSION,
            detail: "no such version was applied as a whole".to_owned(),
        }),
    }
}

fn has_skills(world: &mut World, said: &Arguments) -> Acted {
    let levels = said
        .items()
        .iter()
        .map(|(_, level)| (level.name(Named::Skill).into(), self::level(level.number())));
    set_skills(world, said.agent(), levels.collect())
}

fn change_skill(world: &mut World, said: &Arguments, level: Option<i64>) -> Acted {
    let known = world.agent_no(said.agent());
    let mut skills = known.map_or_else(BTreeMap::new, |no| {
        world.state().agent(no).config.skills.clone()
    });
    let skill = SkillName::from(said.name(Named::Skill));
    match level {
        Some(_) => skills.insert(skill, self::level(level)),
        None => skills.remove(&skill),
    };
    set_skills(world, said.agent(), skills)
}

fn level(number: Option<i64>) -> u8 {
    number
        .and_then(|number| u8::try_from(number).ok())
        .unwrap_or(0)
}

fn set_skills(world: &mut World, agent: &str, skills: BTreeMap<SkillName, u8>) -> Acted {
    let set = SetAgentSkills {
        agent: agent.into(),
        skills,
        author: AUTHOR.into(),
    };
    Ok(world.ask(Command::SetAgentSkills(set))?)
}
