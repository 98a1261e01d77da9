//! What happened, told from the events alone: [`narrated`] says each in a sentence, a [`Witness`] remembers who is who and
//! says whom an event concerns.
//!
//! Events name contacts, visits and offers by number. What the numbers stand for is said by a [`Cast`]: that of a scenario
//! remembers all of it, a [`Witness`] only what is not over, so that a log of any length can be told.

mod cast;
mod length;
mod narration;
mod witness;
mod words;

pub use cast::Cast;
pub use length::length;
pub use narration::{decision, listed, narrated, reason};
pub use witness::{Concern, Witness};
pub use words::word;
