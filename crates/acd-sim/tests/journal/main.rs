//! The journal on a simulated disk: what it promises under crashes and faults.

mod crashes;
mod faults;
mod model;
