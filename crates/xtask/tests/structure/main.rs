//! What must hold of the code base itself, as tests: run by `cargo xtask check` and by `cargo xtask test`.
//!
//! Each rule is a function from text to findings, so that it is also tried on text that breaks it.

mod apply_constants;
mod checkout;
mod clippy_bans;
mod crate_layers;
mod dependency_reasons;
mod document_links;
mod fixed_seeds;
mod fuzzing;
mod machine_names;
mod module_layers;
mod proto_comments;
mod proto_format;
mod pure_core;
