//! What happened, for ever: the journal of a tenant as rows that people and programs can ask.
//!
//! `docs/history.md` describes the tables; [`TABLES`] is the same for programs, and `migrations/` makes them.

mod schema;
mod table;
mod value;

pub use schema::*;
pub use table::{Column, Merge, Row, Table};
pub use value::{Field, Kind, Text, Value};
