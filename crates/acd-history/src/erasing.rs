//! What is erased of a contact's rows, in every store alike.

use std::collections::BTreeSet;

use acd_core::event::PersonalExpired;
use acd_core::ids::ContactId;
use acd_core::personal::Personal;
use acd_core::state::Expiry;

use crate::table::Table;
use crate::value::{Text, Value, int};

/// What is left where a value has to be.
pub(crate) const ERASED: &str = "[erased]";

/// The origin of contacts without a customer.
pub(crate) const CONSULTATION: &str = "consult_of";

/// The personal data of contacts that is erased from their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The contacts, from one number to another, both of them included: in order, without overlap.
    ranges: Vec<(i64, i64)>,
    /// What stands for their customer from now on; none: nothing does.
    customer: Option<Personal>,
}

/// A column of personal data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Erased {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) left: Left,
}

/// What is left of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Nothing,
    /// That there was one.
    Word,
    /// What stands for the customer, but of consultations, which have none.
    Customer,
}

/// All columns of personal data, of tables with a column `contact`: those of a table stand together.
pub(crate) static COLUMNS: [Erased; 11] = [
    of("contacts", "customer", Left::Customer),
    of("contacts", "dial", Left::Nothing),
    of("contacts", "notes", Left::Nothing),
    of("contact_attributes", "value", Left::Word),
    of("contact_references", "location", Left::Word),
    of("handlings", "notes", Left::Nothing),
    of("callbacks", "customer", Left::Nothing),
    of("callbacks", "number", Left::Nothing),
    of("scores", "comment", Left::Nothing),
    of("reviews", "comment", Left::Nothing),
    of("review_answers", "note", Left::Nothing),
];

const fn of(table: &'static str, column: &'static str, left: Left) -> Erased {
    Erased {
        table,
        column,
        left,
    }
}

/// The columns of personal data of each table.
pub(crate) fn by_table() -> impl Iterator<Item = &'static [Erased]> {
    COLUMNS.chunk_by(|column, next| column.table == next.table)
}

impl Erasure {
    /// What is erased of these contacts, which are of one customer, or of anybody.
    pub(crate) fn of(contacts: impl Iterator<Item = i64>, customer: Option<Personal>) -> Self {
        let contacts: BTreeSet<i64> = contacts.collect();
        Self {
            ranges: contacts.into_iter().map(|it| (it, it)).collect(),
            customer,
        }
    }

    /// What is erased of all contacts that have become too old at any time.
    pub(crate) fn all_expired(expiry: &Expiry) -> Self {
        let all = PersonalExpired {
            through: expiry.through,
            kept: expiry.kept.iter().copied().collect(),
        };
        Self::expired(&Expiry::default(), &all)
    }

    /// What is erased of contacts as they become too old: those up to a number were before, but for some.
    pub(crate) fn expired(before: &Expiry, event: &PersonalExpired) -> Self {
        let kept: BTreeSet<ContactId> = event.kept.iter().copied().collect();
        let over = before.kept.iter().filter(|it| !kept.contains(it));
        let mut ranges: Vec<(i64, i64)> = over.map(|it| (int(it.0), int(it.0))).collect();
        let after = int(before.through.0) + 1;
        let last = int(event.through.0);
        let new = kept.iter().map(|it| int(it.0));
        let new = new.filter(|number| (after..=last).contains(number));
        let mut first = after;
        for number in new.chain([last + 1]) {
            if first < number {
                ranges.push((first, number - 1));
            }
            first = number + 1;
        }
        Self {
            ranges,
            customer: None,
        }
    }

    /// The same in parts of no more than so many contacts each.
    pub(crate) fn parts(&self, most: usize) -> Vec<Self> {
        let most = int(most).max(1);
        let (mut parts, mut ranges, mut room) = (Vec::new(), Vec::new(), most);
        for (mut first, last) in self.ranges.iter().copied() {
            while first <= last {
                let end = last.min(first + room - 1);
                ranges.push((first, end));
                room -= end - first + 1;
                first = end + 1;
                if room == 0 {
                    parts.push(std::mem::take(&mut ranges));
                    room = most;
                }
            }
        }
        if !ranges.is_empty() {
            parts.push(ranges);
        }
        let part = |ranges| Self {
            ranges,
            customer: self.customer.clone(),
        };
        parts.into_iter().map(part).collect()
    }

    pub(crate) fn ranges(&self) -> &[(i64, i64)] {
        &self.ranges
    }

    /// Whether it is about a row of these values, by their places. Where the contact of a row was forgotten, the number of
    /// its event stands for it.
    pub(crate) fn is_of<'v>(
        &self,
        table: &Table,
        value: impl Fn(usize) -> Option<&'v Value>,
    ) -> bool {
        let number = |name| {
            let column = table.has(name).then(|| table.column(name))?;
            value(column)?.as_int()
        };
        let contact = number("contact").or_else(|| number("seq"));
        contact.is_some_and(|contact| {
            let at = self.ranges.partition_point(|(_, last)| *last < contact);
            let range = self.ranges.get(at);
            range.is_some_and(|(first, _)| *first <= contact)
        })
    }

    /// What stands for the customer, as it is written.
    pub(crate) fn stand_in(&self) -> Value {
        let customer = self.customer.clone();
        customer.map_or(Value::Null, Value::Personal)
    }

    /// What is left of a value of a contact of this origin.
    pub(crate) fn left(&self, left: Left, origin: Option<&Value>) -> Value {
        let is_consultation = origin == Some(&Value::Text(Text::word(CONSULTATION)));
        match left {
            Left::Nothing => Value::Null,
            Left::Word => Value::Personal(ERASED.into()),
            Left::Customer if is_consultation => Value::Null,
            Left::Customer => self.stand_in(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TABLES;
    use crate::value::Kind;

    #[test]
    fn what_becomes_too_old_is_a_few_ranges() {
        let ids = |numbers: &[u64]| numbers.iter().copied().map(ContactId).collect::<Vec<_>>();
        let ranges = |(through, kept): (u64, &[u64]), (next, left): (u64, &[u64])| {
            let before = Expiry {
                through: ContactId(through),
                kept: ids(kept).into_iter().collect(),
                ..Expiry::default()
            };
            let event = PersonalExpired {
                through: ContactId(next),
                kept: ids(left).into(),
            };
            Erasure::expired(&before, &event).ranges
        };
        assert_eq!(ranges((0, &[]), (9, &[])), [(1, 9)]);
        assert_eq!(ranges((0, &[]), (9, &[1, 4, 5, 9])), [(2, 3), (6, 8)]);
        // Whoever was left out before is over now, or still open.
        assert_eq!(
            ranges((9, &[1, 4]), (12, &[4, 11])),
            [(1, 1), (10, 10), (12, 12)]
        );
        assert_eq!(ranges((9, &[1, 4]), (9, &[1])), [(4, 4)]);
        assert_eq!(ranges((9, &[1]), (10, &[1, 10])), []);
    }

    #[test]
    fn what_is_much_is_erased_in_parts() {
        let erasure = Erasure {
            ranges: vec![(1, 3), (7, 7), (9, 20)],
            customer: None,
        };
        let parts = erasure.parts(5);
        let ranges: Vec<_> = parts.iter().map(Erasure::ranges).collect();
        let expected: [&[_]; 4] = [
            &[(1, 3), (7, 7), (9, 9)],
            &[(10, 14)],
            &[(15, 19)],
            &[(20, 20)],
        ];
        assert_eq!(ranges, expected);
        assert_eq!(erasure.parts(16), [erasure]);
    }

    /// A new column of personal data has to be thought of here.
    #[test]
    fn every_column_of_personal_data_is_erased() {
        let personal = TABLES.iter().flat_map(|table| {
            let columns = table.columns.iter();
            let personal = columns.filter(|column| column.kind == Kind::Personal);
            personal.map(|column| (table.name, column.name))
        });
        let personal: Vec<_> = personal.collect();
        let erased: Vec<_> = COLUMNS.iter().map(|it| (it.table, it.column)).collect();
        for column in &personal {
            assert!(erased.contains(column), "{column:?}");
        }
        assert_eq!(personal.len(), erased.len());
    }
}
