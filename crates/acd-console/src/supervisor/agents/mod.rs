//! Agents, live.

pub(crate) mod render;
pub(crate) mod view;
