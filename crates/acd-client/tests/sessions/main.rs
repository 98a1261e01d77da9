//! Sessions against a server that drops, repeats, skips, refuses and falls silent as the tests tell it.

mod adapter;
mod agent;
mod token;
