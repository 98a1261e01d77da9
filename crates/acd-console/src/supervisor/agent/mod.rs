//! One agent.

pub(crate) mod render;
pub(crate) mod view;
