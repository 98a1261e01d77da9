//! The language of scenario files: words, patterns, and the tables of everything that can be said.

pub(crate) mod arguments;
pub(crate) mod closed;
pub(crate) mod nearest;
pub(crate) mod pattern;
pub(crate) mod percent;
pub(crate) mod slot;
pub(crate) mod statement;
pub(crate) mod tokens;
