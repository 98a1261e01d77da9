//! `acd top`: a live view of queues, agents, contacts and the engine on a terminal, with *why* one key away. It looks over
//! the public API with the rights of whoever looks, and never acts.
//!
//! - [`run`] shows it until whoever looks quits.
//! - `model` is what is shown: what is known, which page is open, what keys do. It knows no terminal and asks nobody.
//! - `input` makes acts of keys, `draw` makes a picture of the model, `terminal` shows pictures and gives the terminal back.
//! - `service` joins them with a watch of the tenant.
//!
//! **What it costs.** Of the tenant only what the open page shows is watched. A picture is drawn once in
//! [`Options::every`] and after a key; rows out of sight are sorted and not written; what differs from the picture before
//! is sent, and nothing if nothing does.
//!
//! **Terminals.** It needs one that can place text, 30 x 6 at least. Colour says nothing that is not said without it.
//! Names are shown by [`text::shown`], which lets none of them move the cursor.

mod draw;
mod input;
mod model;
mod options;
mod scrape;
mod service;
pub mod terminal;
pub mod text;

pub use options::{Metrics, Options, Quit};
pub use service::run;

/// Why the view ended, or could not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Input or output is a file or a pipe.
    #[error("it is shown on a terminal only, and this is none; `acd status` prints the same once")]
    NoTerminal,
    /// The terminal cannot place text.
    #[error(
        "this terminal cannot be drawn on (TERM is dumb); set TERM to what it is, or let `acd status` print it once"
    )]
    DumbTerminal,
    /// The terminal failed.
    #[error("the terminal cannot be used")]
    Terminal(#[source] std::io::Error),
    /// An option is wrong.
    #[error("{field}: {problem}")]
    Option {
        /// The option.
        field: &'static str,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// There is nothing that could be looked at.
    #[error(
        "the server has no tenant that you may look at; name one with --tenant, or ask for the role supervisor or monitor"
    )]
    NoTenant,
    /// The server refused, or cannot be reached at the start.
    #[error("the server does not show it")]
    Server(#[source] acd_client::Error),
}
