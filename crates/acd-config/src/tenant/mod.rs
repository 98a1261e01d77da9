//! One tenant's document: read, located, written, compared.

pub(crate) mod diff;
pub(crate) mod hours;
mod lines;
pub(crate) mod names;
pub(crate) mod read;
pub(crate) mod render;
pub(crate) mod requirement;
pub(crate) mod skip_if;
mod thing;
mod value;
pub(crate) mod words;
