//! What the tables are: columns, keys, and how two writings of one row become one.

use std::fmt;
use std::marker::PhantomData;

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
    pub const fn column(&self, name: &str) -> usize {
        let mut place = 0;
        while place < self.columns.len() {
            if is_same(self.columns[place].name, name) {
                return place;
            }
            place += 1;
        }
        panic!("the table has no column of this name")
    }

    /// Whether it has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// The place of a table in a list.
///
/// # Panics
/// If it is not in the list.
pub(crate) const fn place(tables: &[&Table], name: &str) -> usize {
    let mut place = 0;
    while place < tables.len() {
        if is_same(tables[place].name, name) {
            return place;
        }
        place += 1;
    }
    panic!("no table has this name")
}

/// Whether two names are the same, also where the compiler asks.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A column of the table of such rows, by its place.
pub(crate) struct At<R> {
    place: usize,
    of: PhantomData<R>,
}

impl<R: Row> At<R> {
    /// The column of this name; the compiler refuses another.
    pub(crate) const fn named(name: &str) -> Self {
        Self {
            place: R::TABLE.column(name),
            of: PhantomData,
        }
    }

    /// Its place among the columns.
    pub(crate) const fn place(self) -> usize {
        self.place
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        R::TABLE.columns[self.place].name
    }
}

impl<R> Clone for At<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for At<R> {}

impl<R> fmt::Debug for At<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}", self.place)
    }
}

/// A whole row.
pub trait Row {
    /// Its table.
    const TABLE: &'static Table;
    /// The place of its table among all.
    const PLACE: usize;

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

            #[allow(non_upper_case_globals, reason = "columns are named as the fields are")]
            #[allow(dead_code, reason = "not every column is written alone")]
            impl $row {$(
                pub(crate) const $field: $crate::table::At<Self> =
                    $crate::table::At::named(stringify!($field));
            )+}

            impl $crate::table::Row for $row {
                const PLACE: usize = $crate::table::place($all, stringify!($table));
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
