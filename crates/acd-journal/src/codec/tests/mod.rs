//! What the journal promises of its records.

mod damage;
mod golden;
mod json;
mod round_trip;
mod samples;
