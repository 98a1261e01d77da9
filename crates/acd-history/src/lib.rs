//! What happened, for ever: the journal of a tenant as rows that people and programs can ask.
//!
//! A [`Projection`] makes [`Changes`] of events, a [`Store`] keeps them with how far it is. `docs/history.md` describes the
//! tables; [`TABLES`] is the same for programs, and `migrations/` makes them. A [`Reader`] answers questions about the rows.

mod aside;
mod changes;
mod erasing;
pub mod figures;
mod follow;
mod projection;
mod quarter;
mod read;
mod returns;
mod sample;
mod schema;
mod store;
mod table;
mod value;
mod verify;
mod words;

pub use changes::{Changes, Close, Gap, Key, Pending, PendingRows};
pub use erasing::Erasure;
pub use follow::{Follow, FollowError, Lag, Pace, Turn};
pub use projection::Projection;
pub use quarter::QUARTER_MS;
pub use read::{
    ActQuestion, Ask, AttributeFilter, ContactFilter, ContactLife, ContactQuestion, IntervalKey,
    IntervalQuestion, Order, Page, Patience, ReadError, Reader, Review, ReviewQuestion,
    SampleQuestion, Sampled, Stopper, Stretch, StretchKey, StretchKind, StretchQuestion, Tenant,
    Token, Wanted,
};
pub use sample::{Draw, Drawn, Rule, SAMPLE_MAX, TooLarge};
pub use schema::*;
pub use store::memory::MemoryStore;
pub use store::postgres::PostgresStore;
pub use store::sqlite::SqliteStore;
pub use store::{Commit, Known, Life, Position, SavedState, Source, Store, StoreError};
pub use table::{Column, ENDED_AT, LOST, Merge, Row, Table};
pub use value::{Field, Kind, Text, Value};
pub use verify::{Verified, verify};
pub use words::meant;
