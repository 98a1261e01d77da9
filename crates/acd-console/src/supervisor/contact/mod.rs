//! The story of one contact.

pub(crate) mod render;
pub(crate) mod view;
