//! Who did what to whom.

pub(crate) mod live;
pub(crate) mod render;
pub(crate) mod view;
