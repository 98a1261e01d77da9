//! The fault-injecting simulator: the real code of the ACD over a simulated world, on one seed and one thread, thousands of
//! crashes a minute.
//!
//! [`disk`] is what journals are kept on in it.

pub mod disk;
