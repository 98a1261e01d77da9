//! The public API `acd.v1` and the journal schema `acd.journal.v1` as Rust types.
//!
//! Everything in the version modules is generated from `/proto` when this crate is built; what each
//! message means is said there, and what calls have in common is read off there ([`Call`] and its kin). Written by hand are
//! only names (error reasons, roles) and the `Debug` output of personal data, which never shows a value.

mod adapter_message;
mod call;
mod error_reason;
mod json;
mod offer;
mod redaction;
mod role;

pub use call::{AdapterCall, Call, Mutation, RPCS, Rpc, SessionCall};
pub use error_reason::ERROR_DOMAIN;
pub use json::JsonForm;
#[doc(hidden)]
pub use tonic;

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

    include!(concat!(env!("OUT_DIR"), "/journal.rs"));
}
