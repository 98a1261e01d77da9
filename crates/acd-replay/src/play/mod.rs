//! Playing a script: on the virtual clock as fast as it goes, or against a running server at a chosen speed.

mod in_process;
pub mod live;

pub use in_process::{InProcess, Observed};
