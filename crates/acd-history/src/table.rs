//! What the tables are: columns, keys, and how two writings of one row become one.

use crate::value::{Kind, Value};

/// The column that says when something ended; nothing: it has not.
pub const ENDED_AT: &str = "ended_at";
/// The column that says that the end of something fell into a gap.
pub const LOST: &str = "lost";

/// How a column of a row that is written again becomes what it was and what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// It is part of the key.
    Key,
    /// The new value stands.
    Set,
    /// The new value stands, if there is one; the row itself is written without it.
    Keep,
    /// The new number is added.
    Add,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub nullable: bool,
    /// How it is written again.
    pub merge: Merge,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// A table of which every row belongs to a tenant: its first column, `tenant`, is not among these.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// Its columns; those of the key come first.
    pub columns: &'static [Column],
}

impl Table {
    /// How many columns the key has, beside the tenant.
    pub fn key_len(&self) -> usize {
        let keys = self.columns.iter();
        keys.take_while(|column| column.merge == Merge::Key).count()
    }

    /// The place of a column.
    ///
    /// # Panics
    /// If the table has none of that name.
    pub fn column(&self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column.name == name);
        place.unwrap_or_else(|| panic!("table {} has no column {name}", self.name))
    }

    /// Whether it has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// A whole row.
pub trait Row {
    /// Its table.
    const TABLE: &'static Table;

    /// Its values, in the order of the columns.
    fn into_values(self) -> Vec<Value>;

    /// The row of these values, in the order of the columns; none: they are not those of a row.
    fn from_values(values: Vec<Value>) -> Option<Self>
    where
        Self: Sized;
}

/// Tables with the types of their rows, and the list of all of them.
macro_rules! tables {
    ($all:ident: $(
        $(#[doc = $meaning:literal])+
        $table:ident: $row:ident {$(
            $(#[doc = $doc:literal])+
            $merge:ident $field:ident: $type:ty,
        )+}
    )+) => {
        $(
            $(#[doc = $meaning])+
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $row {$(
                $(#[doc = $doc])+
                pub $field: $type,
            )+}

            impl $crate::table::Row for $row {
                const TABLE: &'static $crate::table::Table = &$crate::table::Table {
                    name: stringify!($table),
                    meaning: concat!($($meaning),+),
                    columns: &[$($crate::table::Column {
                        name: stringify!($field),
                        kind: <$type as $crate::value::Field>::KIND,
                        nullable: <$type as $crate::value::Field>::NULLABLE,
                        merge: $crate::table::tables!(@merge $merge),
                        meaning: concat!($($doc),+),
                    }),+],
                };

                fn into_values(self) -> Vec<$crate::value::Value> {
                    vec![$($crate::value::Field::into_value(self.$field)),+]
                }

                fn from_values(values: Vec<$crate::value::Value>) -> Option<Self> {
                    let mut values = values.into_iter();
                    Some(Self {
                        $($field: $crate::value::Field::from_value(values.next()?)?,)+
                    })
                }
            }
        )+

        /// Every table that holds rows of tenants, in the order in which they are written.
        pub const $all: &[&$crate::table::Table] =
            &[$(<$row as $crate::table::Row>::TABLE),+];
    };
    (@merge key) => { $crate::table::Merge::Key };
    (@merge set) => { $crate::table::Merge::Set };
    (@merge keep) => { $crate::table::Merge::Keep };
    (@merge add) => { $crate::table::Merge::Add };
}
pub(crate) use tables;
