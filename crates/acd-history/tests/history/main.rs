//! What the history promises, on random days of the engine: the same rows however it gets there, in every store.

#![allow(unreachable_pub, reason = "modules of one test binary")]

#[allow(dead_code, reason = "the engine's tests use all of it")]
#[path = "../../../acd-core/tests/engine/centre.rs"]
mod centre;
mod days;
#[allow(dead_code, reason = "the engine's tests use all of it")]
#[path = "../../../acd-core/tests/engine/dice.rs"]
mod dice;
mod document;
mod erasing;
mod expiring;
mod figures;
mod following;
#[allow(dead_code, reason = "shared with other tests and benches")]
mod postgres;
mod projecting;
mod reading;
mod reviewing;
mod rows;
mod storing;
mod telling;
