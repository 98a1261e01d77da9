//! A fault-injecting simulator: the real engine, journal, shard, services and clients on one thread, over a simulated
//! network, disk and clock, all of it from one seed.
//!
//! | module | what it holds |
//! |---|---|
//! | `plan` | what a run is, and what may go wrong in it |
//! | `run` | a whole run: the machine, its faults, the calm at its end |
//! | `life` | one life of the server's process |
//! | `network`, `time`, `chance` | what the machine and its surroundings are made of |
//! | [`disk`] | what journals are kept on |
//! | `clients` | adapters, agents, supervisors and administrators with the SDK, and strangers |
//! | `centre` | the configuration |
//! | `history` | what is durable, and whether what was told is found in it |
//! | `coverage` | what was seen of all there is |
//! | `shrink` | a violation made small |

mod centre;
mod chance;
mod clients;
mod coverage;
pub mod disk;
mod history;
mod life;
#[path = "../../acd-core/tests/engine/naive.rs"]
#[allow(unreachable_pub, reason = "the tests of the engine have it, too")]
mod naive;
mod network;
mod plan;
mod run;
mod shrink;
mod time;

pub use coverage::Coverage;
pub use history::Violation;
pub use plan::{Begin, Fault, Faults, Plan};
pub use run::{Outcome, run, run_in_words};
pub use shrink::shrink;
