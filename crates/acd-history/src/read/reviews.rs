//! Reviews of conversations, the newest first.

use std::collections::BTreeMap;

use acd_core::ids::TimeMs;

use super::statement::marks;
use super::{Ask, Page, ReadError, Tenant, Where};
use crate::schema::{ContactRow, HandlingRow, ReviewAnswerRow, ReviewRow};
use crate::value::{Text, Value, int};

/// How many numbers one statement names.
const NAMED_MAX: usize = 500;
/// The most rows that are read of so many reviews.
const ROWS_MAX: usize = 100_000;

/// A piece of the reviews; what is empty leaves none out.
#[derive(Clone, Debug, Default)]
pub struct ReviewQuestion {
    /// Given from this instant on.
    pub from: Option<TimeMs>,
    /// Given before this instant.
    pub to: Option<TimeMs>,
    /// Of this agent.
    pub agent: Option<String>,
    /// By this form.
    pub form: Option<String>,
    /// By this reviewer.
    pub reviewer: Option<String>,
    /// Of this conversation.
    pub handling: Option<u64>,
    /// Of conversations of this contact.
    pub contact: Option<u64>,
    /// At most so many.
    pub size: usize,
    /// Before the review of this sequence.
    pub before: Option<u64>,
}

/// A review, and how it stands beside others of the same conversation by the same form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What was said.
    pub row: ReviewRow,
    /// Its answers, in the order of the form.
    pub answers: Vec<ReviewAnswerRow>,
    /// Whether its reviewer has not reviewed it again since.
    pub holds: bool,
    /// The review that counts: the one of the first reviewer that holds. It may be this one.
    pub counted: ReviewRow,
}

impl Ask<'_> {
    /// A piece of the reviews.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn reviews(
        &mut self,
        tenant: &Tenant,
        question: &ReviewQuestion,
    ) -> Result<Page<Review, u64>, ReadError> {
        let select = Where::of(tenant)
            .and_if("seq < ?", question.before.map(int))
            .and_if("reviewed_at >= ?", question.from)
            .and_if("reviewed_at < ?", question.to)
            .and_if("agent = ?", question.agent.as_deref())
            .and_if("form = ?", question.form.as_deref())
            .and_if("reviewer = ?", question.reviewer.as_deref())
            .and_if("handling = ?", question.handling.map(int))
            .and_if("contact = ?", question.contact.map(int));
        let rows = self.all(&select.order("seq DESC", question.size + 1))?;
        let page = Page::of(rows, question.size, |row: &ReviewRow| {
            row.seq.unsigned_abs()
        });
        let mut answers: BTreeMap<i64, Vec<ReviewAnswerRow>> = BTreeMap::new();
        let mut compared: BTreeMap<(i64, Text), Vec<ReviewRow>> = BTreeMap::new();
        for rows in page.rows.chunks(NAMED_MAX) {
            let these =
                |column, of: fn(&ReviewRow) -> i64| named(tenant, column, rows.iter().map(of));
            let select = these("seq", |row| row.seq).order("seq, place", ROWS_MAX);
            for answer in self.all::<ReviewAnswerRow>(&select)? {
                answers.entry(answer.seq).or_default().push(answer);
            }
            let select = these("handling", |row| row.handling).order("seq", ROWS_MAX);
            for other in self.all::<ReviewRow>(&select)? {
                let key = (other.handling, other.form.clone());
                let others = compared.entry(key).or_default();
                if others.last().is_none_or(|last| last.seq < other.seq) {
                    others.push(other);
                }
            }
        }
        let rows = page.rows.into_iter().map(|row| {
            let key = (row.handling, row.form.clone());
            let all = compared.get(&key).map_or(&[][..], Vec::as_slice);
            let (holds, counted) = standing(&row, all);
            Review {
                answers: answers.remove(&row.seq).unwrap_or_default(),
                holds,
                counted: counted.clone(),
                row,
            }
        });
        Ok(Page {
            rows: rows.collect(),
            next: page.next,
        })
    }

    /// A conversation; none: the rows know none of this number.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn handling(
        &mut self,
        tenant: &Tenant,
        handling: u64,
    ) -> Result<Option<HandlingRow>, ReadError> {
        let select = Where::of(tenant).and("handling = ?", [int(handling).into()]);
        let found: Vec<HandlingRow> = self.all(&select.order("handling", 1))?;
        Ok(found.into_iter().next())
    }

    /// The adapter's id of a contact; none: the rows know none of this number.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn contact_name(
        &mut self,
        tenant: &Tenant,
        contact: i64,
    ) -> Result<Option<String>, ReadError> {
        let select = Where::of(tenant).and("contact = ?", [contact.into()]);
        let found: Vec<ContactRow> = self.all(&select.order("contact", 1))?;
        let name = found.into_iter().next().map(|row| row.name);
        Ok(name.map(|name| name.as_str().to_owned()))
    }
}

/// The rows of which a column is one of these numbers.
pub(super) fn named(tenant: &Tenant, column: &str, numbers: impl Iterator<Item = i64>) -> Where {
    let numbers: Vec<Value> = numbers.map(Value::Int).collect();
    let condition = format!("{column} IN ({})", marks(numbers.len()));
    Where::of(tenant).and(&condition, numbers)
}

/// Whether a review holds among all of its conversation and form, the oldest first, and which of them counts.
fn standing<'r>(row: &'r ReviewRow, all: &'r [ReviewRow]) -> (bool, &'r ReviewRow) {
    let last_of = |reviewer: &Text| all.iter().rfind(|other| other.reviewer == *reviewer);
    let holds = last_of(&row.reviewer).is_none_or(|last| last.seq == row.seq);
    let counted = all.first().and_then(|first| last_of(&first.reviewer));
    (holds, counted.unwrap_or(row))
}
