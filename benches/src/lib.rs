//! Benchmarks of the engine. `cargo xtask bench` runs them.

pub mod memory;
