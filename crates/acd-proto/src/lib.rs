//! The public API `acd.v1` and the journal schema `acd.journal.v1` as Rust types.
//!
//! Everything in the version modules is generated from `/proto` when this crate is built; what each
//! message means is said there. Written by hand are only the names of error reasons and the `Debug`
//! output of personal data, which never shows a value.

mod error_reason;
mod event;
mod redaction;

pub use error_reason::ERROR_DOMAIN;

/// All descriptors, with comments, as an encoded `FileDescriptorSet`: for server reflection and tests.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The public API, package `acd.v1`.
pub mod v1 {
    #![allow(missing_docs, unreachable_pub, clippy::all)]
    tonic::include_proto!("acd.v1");
}

/// The schema of the journal. Never part of the public API. Its messages have no `Debug`: they hold personal data.
pub mod journal {
    /// Package `acd.journal.v1`.
    pub mod v1 {
        #![allow(missing_docs, unreachable_pub, clippy::all)]
        tonic::include_proto!("acd.journal.v1");
    }
}
