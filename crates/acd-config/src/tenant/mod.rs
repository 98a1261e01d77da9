//! One tenant's document: read, located, written, compared.

mod agent;
mod desk;
pub(crate) mod diff;
pub(crate) mod hours;
pub(crate) mod keys;
mod lines;
mod mask;
pub(crate) mod names;
mod queue;
pub(crate) mod read;
pub(crate) mod render;
mod report;
pub(crate) mod requirement;
mod review;
mod settings;
pub(crate) mod skip_if;
mod thing;
mod value;
pub(crate) mod words;
