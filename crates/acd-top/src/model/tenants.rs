//! The tenants that may be looked at, as rows.

use super::table::{Cell, Column, Key, Row, Tone};
use crate::text;

/// A tenant.
#[derive(Clone, Copy)]
pub(crate) struct TenantRow<'a> {
    pub(crate) name: &'a str,
    /// Whether it is the one that is looked at.
    pub(crate) is_shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Name,
    Shown,
}

impl<'a> Row<'a> for TenantRow<'a> {
    type Column = By;
    const COLUMNS: &'static [Column<By>] = &[
        Column::text(By::Name, "tenant", 20, 0).growing(40),
        Column::text(By::Shown, "", 8, 1).said("shown"),
    ];

    fn name(self) -> &'a str {
        self.name
    }

    fn tone(self) -> Tone {
        Tone::Plain
    }

    fn key(self, column: By) -> Key<'a> {
        match column {
            By::Name => Key::Text(self.name),
            By::Shown => Key::Number(i64::from(!self.is_shown)),
        }
    }

    fn tie(self) -> Key<'a> {
        Key::Missing
    }

    fn cell(self, column: By) -> Cell {
        match column {
            By::Name => text::shown(self.name).into(),
            By::Shown if self.is_shown => "shown".into(),
            By::Shown => "".into(),
        }
    }

    fn texts(self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.name)
    }
}
