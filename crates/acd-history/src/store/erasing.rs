//! What is erased of a contact's rows, in every store alike.

use std::sync::LazyLock;

use super::statements::Dialect;
use crate::changes::Erasure;
use crate::value::Value;

/// What is left where a value has to be.
pub(super) const ERASED: &str = "[erased]";

/// A column of personal data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Erased {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) left: Left,
}

/// What is left of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    /// That there was one.
    Word,
    /// What stands for the customer, but of consultations, which have none.
    Customer,
}

/// All columns of personal data, of tables with a column `contact`.
pub(super) const COLUMNS: [Erased; 8] = [
    of("contacts", "customer", Left::Customer),
    of("contacts", "dial", Left::Nothing),
    of("contacts", "notes", Left::Nothing),
    of("contact_attributes", "value", Left::Word),
    of("contact_references", "location", Left::Word),
    of("handlings", "notes", Left::Nothing),
    of("callbacks", "customer", Left::Nothing),
    of("callbacks", "number", Left::Nothing),
];

const fn of(table: &'static str, column: &'static str, left: Left) -> Erased {
    Erased {
        table,
        column,
        left,
    }
}

/// The origin of contacts without a customer.
pub(super) const CONSULTATION: &str = "consult_of";

impl Erased {
    /// Erases the column in the rows of one contact (SQLite), or of a list of them (PostgreSQL). Parameters: the tenant, the
    /// contact or the list, and, for [`Left::Customer`], what stands for the customer.
    pub(super) fn statement(self, dialect: Dialect) -> &'static str {
        static STATEMENTS: LazyLock<[Vec<String>; 2]> = LazyLock::new(|| {
            [Dialect::Sqlite, Dialect::Postgres].map(|dialect| {
                let columns = COLUMNS.iter();
                columns.map(|it| it.written(dialect)).collect()
            })
        });
        let at = COLUMNS
            .iter()
            .position(|it| (it.table, it.column) == (self.table, self.column));
        at.map_or("", |at| &STATEMENTS[dialect as usize][at])
    }

    fn written(self, dialect: Dialect) -> String {
        let Self { table, column, .. } = self;
        let (mark, is) = match dialect {
            Dialect::Sqlite => ('?', "= ?2"),
            Dialect::Postgres => ('$', "= ANY($2)"),
        };
        let left = match self.left {
            Left::Nothing => "NULL".to_owned(),
            Left::Word => format!("'{ERASED}'"),
            Left::Customer => {
                format!("CASE WHEN origin = '{CONSULTATION}' THEN NULL ELSE {mark}3 END")
            }
        };
        format!("UPDATE {table} SET {column} = {left} WHERE tenant = {mark}1 AND contact {is}")
    }
}

impl Erasure {
    /// What stands for the customer, as it is written.
    pub(super) fn stand_in(&self) -> Value {
        let customer = self.customer.clone();
        customer.map_or(Value::Null, Value::Personal)
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
