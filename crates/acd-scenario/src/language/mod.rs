//! The language of scenario files: patterns, what may stand in them, and statements.

pub(crate) mod arguments;
pub(crate) mod closed;
pub(crate) mod pattern;
pub(crate) mod percent;
pub(crate) mod slot;
pub(crate) mod statement;
