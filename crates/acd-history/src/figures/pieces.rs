//! Ranges of time as whole blocks and what is left of them: a year of an agent is some thousand rows of six hours that way,
//! and not a hundred thousand quarters of an hour.

use std::ops::Range;

use acd_core::ids::{DurationMs, TimeMs};

use super::ask::{Visit, is_served, whole};
use super::queues::of;
use super::{FiguresError, Reading, Spans};
use crate::quarter::{BLOCK_MS, begin_of, block};

/// How many pieces of quarters are asked for one by one; where there are more, all are gone through. To a server each takes a
/// way there and back.
const PIECES_MAX: usize = 400;
const PIECES_MAX_OF_SERVER: usize = 32;
/// How many blocks a day of UTC has.
const OF_DAY: i64 = 4;

/// Where the rows of some ranges are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    /// Blocks, each within one of the ranges.
    pub(super) blocks: Vec<Range<TimeMs>>,
    /// The rest.
    pub(super) rest: Vec<Range<TimeMs>>,
}

impl Pieces {
    /// These ranges up to an instant in blocks of six hours; of these the sums are not whole.
    pub(super) fn of(spans: Spans<'_>, until: TimeMs, broken: &[TimeMs]) -> Self {
        Self::in_blocks(BLOCK_MS, spans, until, broken)
    }

    /// The same in blocks of such a length.
    pub(super) fn in_blocks(
        length_ms: DurationMs,
        spans: Spans<'_>,
        until: TimeMs,
        broken: &[TimeMs],
    ) -> Self {
        let mut pieces = Self::default();
        for span in spans {
            let (begin, end) = (span.start, span.end.min(until));
            let first = begin_of(length_ms, begin + length_ms - 1);
            let last = begin_of(length_ms, end);
            if first >= last {
                push(&mut pieces.rest, begin..end);
                continue;
            }
            push(&mut pieces.rest, begin..first);
            let mut from = first;
            for broken in broken.iter().filter(|it| (first..last).contains(it)) {
                push(&mut pieces.blocks, from..*broken);
                from = *broken + length_ms;
                push(&mut pieces.rest, *broken..from);
            }
            push(&mut pieces.blocks, from..last);
            push(&mut pieces.rest, last..end);
        }
        pieces
    }

    /// In which blocks of a day there is some of the rest.
    fn parts_of_day(&self) -> Vec<i64> {
        let mut parts: Vec<i64> = Vec::new();
        for piece in &self.rest {
            let (first, last) = (block(piece.start), block(piece.end - 1));
            let count = (last - first) / BLOCK_MS + 1;
            let of_piece =
                (0..count.min(OF_DAY)).map(|at| (first / BLOCK_MS + at).rem_euclid(OF_DAY));
            parts.extend(of_piece);
        }
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// Adds a range that follows the last one or lies behind it.
fn push(pieces: &mut Vec<Range<TimeMs>>, piece: Range<TimeMs>) {
    if piece.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.end == piece.start => last.end = piece.end,
        _ => pieces.push(piece),
    }
}

fn holds(pieces: &[Range<TimeMs>], at: TimeMs) -> bool {
    let next = pieces.partition_point(|piece| piece.end <= at);
    pieces.get(next).is_some_and(|piece| piece.contains(&at))
}

/// What is read of agents: a table of quarters and one of blocks, with the columns of their keys before the instant.
pub(super) struct Summed<'s> {
    pub(super) quarters: &'s str,
    pub(super) blocks: &'s str,
    pub(super) key: &'s [&'s str],
    /// What is read beside the instant, which comes first.
    pub(super) columns: &'s str,
}

impl Summed<'_> {
    fn sql(&self, table: &str) -> String {
        let key = self.key.iter().zip(2..);
        let key: String = key
            .map(|(column, at)| format!(" AND {column} = ?{at}"))
            .collect();
        let from = self.key.len() + 2;
        format!(
            "SELECT began_at, {} FROM {table} WHERE tenant = ?1{key} AND began_at >= ?{from} AND began_at < ?{}",
            self.columns,
            from + 1
        )
    }
}

impl Reading<'_, '_> {
    /// The blocks in which a gap began.
    pub(super) fn broken(&mut self) -> Result<Vec<TimeMs>, FiguresError> {
        let sql = "SELECT from_at FROM gaps WHERE tenant = ?1 ORDER BY from_at";
        let mut broken = Vec::new();
        self.ask(sql, &[crate::value::Value::Int(self.tenant)], &mut |row| {
            broken.push(block(row.int(0)));
            Ok(())
        })?;
        broken.dedup();
        Ok(broken)
    }

    /// Goes through the rows of a key that lie in these pieces.
    pub(super) fn summed(
        &mut self,
        summed: &Summed<'_>,
        key: &[&str],
        pieces: &Pieces,
        visit: &mut Visit<'_>,
    ) -> Result<(), FiguresError> {
        let tenant = self.tenant;
        let of_blocks = of(tenant, key, &whole(&pieces.blocks));
        if !pieces.blocks.is_empty() {
            self.ask(
                &summed.sql(summed.blocks),
                &of_blocks,
                &mut |row| match holds(&pieces.blocks, row.int(0)) {
                    true => visit(row),
                    false => Ok(()),
                },
            )?;
        }
        let sql = summed.sql(summed.quarters);
        let most = match is_served(&self.ask.rows) {
            true => PIECES_MAX_OF_SERVER,
            false => PIECES_MAX,
        };
        if pieces.rest.len() <= most {
            for piece in &pieces.rest {
                self.ask(&sql, &of(tenant, key, piece), visit)?;
            }
            return Ok(());
        }
        let parts: Vec<String> = pieces.parts_of_day().iter().map(i64::to_string).collect();
        let sql = format!(
            "{sql} AND (began_at / {BLOCK_MS}) % {OF_DAY} IN ({})",
            parts.join(", ")
        );
        self.ask(
            &sql,
            &of(tenant, key, &whole(&pieces.rest)),
            &mut |row| match holds(&pieces.rest, row.int(0)) {
                true => visit(row),
                false => Ok(()),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quarter::QUARTER_MS;

    const Q: i64 = QUARTER_MS;

    #[test]
    fn every_instant_is_in_a_block_or_in_the_rest_and_in_one_only() {
        // Days of a zone that is an hour ahead, of which the last is not over.
        let spans: Vec<_> = (0..5)
            .map(|day| (day * 96 - 4) * Q..(day * 96 + 92) * Q)
            .collect();
        let until = 450 * Q;
        let broken = [7 * BLOCK_MS];
        let pieces = Pieces::of(&spans, until, &broken);
        for at in (-10..500).map(|quarter| quarter * Q) {
            let is_in = (spans[0].start..until).contains(&at);
            let found = [holds(&pieces.blocks, at), holds(&pieces.rest, at)];
            assert_eq!(
                found.iter().filter(|is| **is).count(),
                usize::from(is_in),
                "{at}"
            );
            let is_broken = block(at) == broken[0];
            assert!(!(is_broken && found[0]));
            if found[0] {
                let span = spans.iter().find(|span| span.contains(&at));
                let span = span.expect("it lies in a range");
                assert!(span.start <= block(at) && block(at) + BLOCK_MS <= span.end.min(until));
            }
        }
        // Midnight there is in the last block of each day here, and the broken one is that, too.
        assert_eq!(pieces.parts_of_day(), [2, 3]);
        assert_eq!(Pieces::of(&spans, until, &[]).parts_of_day(), [2, 3]);
        assert_eq!(Pieces::of(&spans, 384 * Q, &[]).parts_of_day(), [3]);
    }

    #[test]
    fn short_ranges_are_all_rest() {
        let hours: Vec<_> = (0..24)
            .map(|hour| hour * 4 * Q..(hour + 1) * 4 * Q)
            .collect();
        let pieces = Pieces::of(&hours, i64::MAX, &[]);
        let rest: Vec<_> = std::iter::once(0..96 * Q).collect();
        assert_eq!(
            pieces,
            Pieces {
                blocks: Vec::new(),
                rest
            }
        );
    }
}
