//! The forms by which reviewers judge conversations. No decision depends on them: reviews are checked against them, and what
//! they say is stamped on each review.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Wording;

/// What is asked of a conversation that is reviewed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewFormConfig {
    /// Its name.
    pub name: Arc<str>,
    /// What it is called; empty: as its name.
    pub label: Wording,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<QuestionConfig>,
}

/// A question of a form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuestionConfig {
    /// Its name, by which answers refer to it.
    pub name: Arc<str>,
    /// What is asked; empty: its name says it.
    pub text: Wording,
    /// How much it counts beside the others; 0: only as a knock-out.
    pub weight: u32,
    /// The most points, and the best.
    pub scale_max: u32,
    /// Whether no point at all makes the whole conversation worth nothing.
    pub knock_out: bool,
}

impl Default for QuestionConfig {
    fn default() -> Self {
        Self {
            name: Arc::from(""),
            text: Wording::default(),
            weight: 1,
            scale_max: 1,
            knock_out: false,
        }
    }
}
