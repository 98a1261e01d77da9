//! Why a short text in a language of its own (a length of time, a requirement, hours) cannot be read.

use std::fmt;
use std::ops::Range;

/// Why a text cannot be read. As a text: what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The bytes of the text that are meant.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.remedy)
    }
}

impl std::error::Error for TextError {}
