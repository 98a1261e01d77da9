//! What a follower promises: its state is the engine's after every event, and whoever applies what a stream tells knows
//! what a fresh snapshot would tell.

mod day;
mod deletion;
mod handing_over;
mod house;
mod reader;
mod whole_model;
