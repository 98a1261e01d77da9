//! The web console: what the engine knows, where people look. Agents at their desk, supervisors, who watches a wall,
//! administrators.
//!
//! The server renders HTML, server-sent events carry what changed, one small module in the browser does the rest
//! ([0034](../../../docs/adr/0034-the-server-renders-the-console.md)). The engine is reached through the public API
//! with the token of whoever is signed in: what they may do the engine decides, the console only hides the rest.
//!
//! A page is split in a *view*, plain data by a pure function of what the API tells; *render*, the view and a
//! `texts::Locale` to HTML, pure as well; and *handlers*, which are thin.

mod administrator;
mod app;
mod assets;
mod clock;
mod desk;
mod entrance;
mod figures;
mod issuer;
mod layout;
mod live;
mod mirror;
pub mod options;
mod persons;
mod problem;
mod rights;
mod service;
mod session;
mod supervisor;
mod texts;
mod wall;
mod watchers;

pub use options::Options;
pub use service::Console;
