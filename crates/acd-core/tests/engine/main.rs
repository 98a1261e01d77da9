//! What the engine promises, on the virtual clock. `centre` holds the words these tests are written in.

#![allow(unreachable_pub, reason = "modules of one test binary")]

mod acts;
mod adapters;
mod agreement;
mod asynchronous;
mod centre;
mod contacts;
mod conversations;
mod counted;
mod desk;
mod dice;
mod expiry;
mod explain;
mod large_pools;
mod lost_adapters;
mod matching;
mod memory;
mod naive;
mod offers;
mod presence;
mod repetition;
mod restart;
mod reviews;
mod scores;
mod sessions;
mod slices;
mod why_not;
