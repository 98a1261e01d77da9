//! A real Asterisk and real SIP phones, for tests, the demo and benches.
//!
//! [`Exchange`] is an Asterisk of its own: own folders, own addresses on the loopback, so that any number of them run
//! beside each other, in any number of processes. [`Phone`] is what an agent or a customer has, [`Caller`] calls in;
//! both are SIPp behind the scenes, and tell the SIP messages they saw. Everything ends when it is dropped, and
//! everything that waits has a limit and says what it waited for.
//!
//! The programs come from a Debian root folder that `cargo xtask setup` makes, or from the machine: [`Installation`].
//!
//! ```no_run
//! # async fn example() -> Result<(), acd_pbx_lab::Error> {
//! use acd_pbx_lab::{Behaviour, Call, Caller, Exchange, Installation, Phone, Plan};
//!
//! let exchange = Exchange::start(&Installation::find()?, Plan::default().phones(["anna"])).await?;
//! let anna = Phone::start(&exchange, "anna", Behaviour::rings()).await?;
//! let caller = Caller::start(&exchange, Call::to("sales"))?;
//! anna.wait_for("INVITE").await?;
//! anna.answer().await?;
//! caller.hang_up().await?;
//! anna.wait_for("BYE").await?;
//! # Ok(()) }
//! ```

mod caller;
mod error;
mod exchange;
mod installation;
mod line;
mod messages;
mod network;
mod phone;
mod plan;
mod process;
mod scenario;
mod site;
mod statistics;

pub use caller::{Call, Caller, Outcome};
pub use error::Error;
pub use exchange::Exchange;
pub use installation::Installation;
pub use line::Line;
pub use messages::{Direction, Message, Messages};
pub use phone::{Behaviour, Phone};
pub use plan::{Endpoint, Plan};
pub use scenario::Step;
pub use statistics::Statistics;
