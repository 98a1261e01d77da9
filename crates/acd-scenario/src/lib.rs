//! Scenario files: text that a routing expert can read, which says what happens at which virtual second and what must
//! be observed. docs/scenarios.md is the reference.
//!
//! A file is read into a [`Scenario`] and run on the virtual clock. `language` holds the patterns that lines are
//! written by; the tables of what can be said stand in `act` and `expect`, and what the reference documents, the
//! parser reads and the runner does is one entry there.

mod act;
mod acted;
mod chronicle;
mod clock;
mod configuration;
mod expect;
mod file;
mod files;
mod junit;
mod language;
mod patience;
mod problem;
mod reference;
mod run;
mod tables;
mod tokens;
mod world;

pub use configuration::GivenConfig;
pub use file::Scenario;
pub use files::find;
pub use junit::junit;
pub use patience::Patience;
pub use problem::{Problem, Problems};
pub use reference::reference;
pub use run::{Failure, Run, Tried};

/// What `acd scenario new` writes: a scenario that passes, with a comment on each part.
pub const TEMPLATE: &str = include_str!("template.acd");
