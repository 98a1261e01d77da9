//! An open-loop load generator: a simulated centre against a running server, through the public API alone.
//!
//! - [`plan`]: what the centre is made of and how contacts come, checked.
//! - [`profile`]: how many contacts come in a second, over time.
//! - [`tenant`]: the configuration it needs, and putting it in force.
//! - [`run`]: agents log in, contacts arrive, talk and end; what was measured comes back.
//! - [`report`]: the same as text, as JSON and as one HTML page with its pictures.
//!
//! **Open loop.** Contacts arrive when the plan says, whatever the server does: who is late stays late. Every latency of
//! an arrival counts from the instant at which it was *to be* sent, so that a server that stalls is charged for all who
//! would have come meanwhile (no coordinated omission). How late the generator itself was is measured, too, and the
//! report says so when that is what limited the run.
//!
//! **One seed, one load.** Arrivals, talk times and patience are drawn from the seed; what the server makes of them is
//! the server's.

mod arrivals;
mod desk;
mod measured;
mod metronome;
mod processor;
mod progress;
mod switch;

pub mod plan;
pub mod profile;
pub mod report;
pub mod run;
pub mod tenant;

pub use plan::{Plan, PlanError};
pub use progress::Progress;
pub use report::Report;
pub use run::{Load, LoadError};
