//! Core types to and from the bytes of `acd.journal.v1`.
//!
//! One handled input is one record: the request that caused it, if any, and its events; if these are large, they go on
//! in further records. [`encode_input`] makes the [`Entry`]s that an [`EventLog`](crate::EventLog) stores,
//! [`decode_record`] reads all of one and [`decode_events`] only what recovery needs. [`encode_snapshot`] and
//! [`decode_snapshot`] do the same for a tenant's state. [`EventForm`] writes events for people and other programs.
//!
//! What a type consists of is said in the core and in the schema, and nowhere here: `acd_proto::journal_types!` tells each
//! type of the schema, `mapping` writes it and its core type into each other, and the tests make their samples of the same
//! rows. A field or a variant that only one side has does not compile. `types` maps by hand what has another form in the
//! core.
//!
//! Two habits keep old journals meaning what they meant:
//! - Every change of the schema raises [`SCHEMA_VERSION`], also a mere addition, because an older program would read
//!   the rest without it. A record of a later version is refused. Version 1 is the first; when there is a second,
//!   records of the first are brought to it right after their bytes are parsed and before they become core types,
//!   so that the core knows one form only.
//! - A routing configuration is stored as a JSON document with every default filled in. A default that changes later
//!   changes nothing that is stored.

mod apart;
mod error;
mod json;
mod mapping;
mod record;
mod scalar;
mod snapshot;
#[cfg(test)]
mod tests;
mod types;

pub use error::{CodecError, Fault};
pub use json::EventForm;
pub use record::{DecodedRecord, RECORD_CUT_BYTES, decode_events, decode_record, encode_input};
pub use snapshot::{decode_snapshot, encode_snapshot};

#[cfg(doc)]
use crate::Entry;

/// The version of the schema that this program writes, and the highest it reads.
pub const SCHEMA_VERSION: u32 = 1;

/// Refuses a version that this program does not know.
fn check_version(found: u32) -> Result<(), CodecError> {
    match found {
        SCHEMA_VERSION => Ok(()),
        0 => Err(Fault::Missing.at("schema_version").into()),
        _ => Err(CodecError::NewerSchema { found }),
    }
}
