//! What is erased of a contact's rows, in every store alike.

use acd_core::personal::Personal;

use crate::table::Table;
use crate::value::{Text, Value};

/// What is left where a value has to be.
pub(crate) const ERASED: &str = "[erased]";

/// The origin of contacts without a customer.
pub(crate) const CONSULTATION: &str = "consult_of";

/// The personal data of contacts that is erased from their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The contacts.
    pub contacts: Vec<i64>,
    /// What stands for their customer from now on; none: nothing does.
    pub customer: Option<Personal>,
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

/// All columns of personal data, of tables with a column `contact`.
pub(crate) const COLUMNS: [Erased; 11] = [
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

impl Erasure {
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
        contact.is_some_and(|contact| self.contacts.contains(&contact))
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
