//! Requirements and skills.

use std::collections::BTreeMap;

use acd_core::ids::SkillName;
use acd_core::requirement::{Requirement, Term};
use acd_proto::v1;

/// A requirement as a message.
pub fn requirement(requirement: &Requirement) -> v1::Requirement {
    let any_of = requirement.any_of.iter().map(|group| {
        let terms = group.iter().map(|term| v1::Term {
            skill: term.skill.to_string(),
            min_level: term.level.into(),
        });
        v1::TermGroup {
            all_of: terms.collect(),
        }
    });
    v1::Requirement {
        any_of: any_of.collect(),
    }
}

/// The requirement of a message. A level beyond the engine's range becomes one that the engine refuses.
pub fn requirement_from(message: &v1::Requirement) -> Requirement {
    let any_of = message.any_of.iter().map(|group| {
        let terms = group.all_of.iter().map(|term| Term {
            skill: term.skill.as_str().into(),
            level: u8::try_from(term.min_level).unwrap_or(u8::MAX),
        });
        terms.collect()
    });
    Requirement {
        any_of: any_of.collect(),
    }
}

/// Skills with their levels as messages, by name.
pub fn skill_levels(skills: &BTreeMap<SkillName, u8>) -> Vec<v1::SkillLevel> {
    skills
        .iter()
        .map(|(skill, level)| v1::SkillLevel {
            skill: skill.to_string(),
            level: (*level).into(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_survives_the_way_there_and_back() {
        let mut asked = Requirement::all_of([("german", 4), ("loans", 2)]);
        asked.any_of.push(vec![Term {
            skill: "english".into(),
            level: 7,
        }]);
        for original in [asked, Requirement::none()] {
            assert_eq!(requirement_from(&requirement(&original)), original);
        }
    }

    #[test]
    fn a_level_out_of_range_does_not_wrap_into_it() {
        let term = v1::Term {
            skill: "german".into(),
            min_level: 256 + 4,
        };
        let message = v1::Requirement {
            any_of: vec![v1::TermGroup { all_of: vec![term] }],
        };
        assert_eq!(requirement_from(&message).any_of[0][0].level, u8::MAX);
    }
}
