//! Who may call what.
//!
//! Every call passes a [`Guarded`] service: it finds the caller's [`Identity`] (from the bearer token, or the local one
//! when authentication is off), looks the call up in the one `table` and refuses what the table does not allow. What
//! a role may do it may do in the caller's tenants only: [`Identity::may_act_for`] is the way to a tenant's name.

mod bodies;
mod deadline;
mod guard;
mod identity;
mod keys;
mod lifetimes;
mod peer;
mod rates;
mod table;
mod tls;
mod token;

pub use guard::{Gate, Guarded};
pub use identity::{Identity, Tenants};
pub use keys::KeyError;
pub use lifetimes::{Lifetime, Lifetimes};
pub use peer::{Peer, Reading};
pub use rates::{Pace, Rates};
pub use tls::{Certificates, TlsError};
pub use token::Authenticator;
