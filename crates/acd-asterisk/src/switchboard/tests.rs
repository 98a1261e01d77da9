//! The switchboard by itself: sessions as text, and random orders of what can happen.

mod notation;
mod pbx;
mod random;
mod transcripts;
