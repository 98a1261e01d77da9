//! What a visit asks of an agent.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::SkillName;

/// The highest skill level; the lowest is 1.
pub const LEVEL_MAX: u8 = 10;
/// The most groups a requirement may have.
pub const GROUPS_MAX: usize = 8;
/// The most terms a group may have.
pub const TERMS_MAX: usize = 16;

/// One comparison: the agent has the skill at this level or better. A skill the agent lacks satisfies no comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The skill.
    pub skill: SkillName,
    /// The least level that will do, 1..=10.
    pub level: u8,
}

/// Any-of groups of all-of terms. No group at all asks nothing: every member of the queue will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Requirement {
    /// The alternatives; one satisfied group is enough, and all its terms must hold.
    pub any_of: Vec<Vec<Term>>,
}

impl Requirement {
    /// Asks nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// One group of `(skill, level)` terms.
    pub fn all_of<'a>(terms: impl IntoIterator<Item = (&'a str, u8)>) -> Self {
        let group = terms
            .into_iter()
            .map(|(skill, level)| Term {
                skill: skill.into(),
                level,
            })
            .collect();
        Self {
            any_of: vec![group],
        }
    }

    /// Whether it asks nothing.
    pub fn is_none(&self) -> bool {
        self.any_of.is_empty()
    }

    /// The same without the terms of these skills. A group of which nothing is left holds for everyone.
    pub fn without(&self, dropped: impl Fn(&SkillName) -> bool) -> Self {
        let groups: Vec<Vec<Term>> = self
            .any_of
            .iter()
            .map(|group| {
                group
                    .iter()
                    .filter(|term| !dropped(&term.skill))
                    .cloned()
                    .collect()
            })
            .collect();
        match groups.iter().any(Vec::is_empty) {
            true => Self::none(),
            false => Self { any_of: groups },
        }
    }

    /// Every term of every group.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.any_of.iter().flatten()
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("anyone");
        }
        for (i, group) in self.any_of.iter().enumerate() {
            if i > 0 {
                f.write_str(" or ")?;
            }
            for (j, term) in group.iter().enumerate() {
                if j > 0 {
                    f.write_str(" and ")?;
                }
                write!(f, "{} >= {}", term.skill, term.level)?;
            }
        }
        Ok(())
    }
}
