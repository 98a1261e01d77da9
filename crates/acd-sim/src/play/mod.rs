//! Playing a script: on the virtual clock, as fast as it goes.

mod in_process;

pub use in_process::{InProcess, Observed};
