//! A row of `entries`, taken for an entry only if it is what was written.

use rusqlite::Row;

use crate::checksum;

/// The columns that [`StoredEntry::read`] wants, in its order.
pub(super) const COLUMNS: &str = "position, first_seq, last_seq, at_ms, crc, payload";

/// An intact row.
pub(super) struct StoredEntry<'r> {
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    pub(super) at_ms: i64,
    pub(super) payload: &'r [u8],
}

impl<'r> StoredEntry<'r> {
    /// The entry of this tenant in a row of [`COLUMNS`]; `None` if its checksum says something else.
    pub(super) fn read(tenant: &str, row: &'r Row<'_>) -> Option<Self> {
        let entry = Self {
            first_seq: u64::try_from(row.get::<_, i64>(1).ok()?).ok()?,
            last_seq: u64::try_from(row.get::<_, i64>(2).ok()?).ok()?,
            at_ms: row.get(3).ok()?,
            payload: row.get_ref(5).ok()?.as_blob().ok()?,
        };
        let Self {
            first_seq,
            last_seq,
            at_ms,
            payload,
        } = entry;
        let written = checksum::of_entry(tenant, first_seq, last_seq, at_ms, payload);
        (row.get::<_, i64>(4).ok()? == i64::from(written)).then_some(entry)
    }
}
