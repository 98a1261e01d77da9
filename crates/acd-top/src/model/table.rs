//! Rows that are sorted, filtered and scrolled, and the row under the cursor, which stays what it is while data changes.

use std::cmp::Ordering;

use crate::text;

/// What a row is sorted by. What is missing comes last, whichever way is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Number(i64),
    Text(&'a str),
    Missing,
}

impl Key<'_> {
    fn compare(self, other: Self, down: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(one), Self::Number(other)) => one.cmp(&other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            // A column has keys of one kind.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        if down { order.reverse() } else { order }
    }
}

/// How much something wants to be seen. Colour says it too, and never alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// It needs a hand now.
    Wrong,
    /// It may need one soon.
    Risk,
    /// Nothing is to be said of it.
    #[default]
    Plain,
    /// It takes no part at the moment.
    Faint,
}

impl Tone {
    /// The mark before a row.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Wrong => "!",
            Self::Risk => "^",
            Self::Plain => "",
            Self::Faint => "-",
        }
    }

    /// The place among others, the worst first.
    pub(crate) fn key(self) -> Key<'static> {
        Key::Number(self as i64)
    }
}

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// A count; nothing is as good as empty.
impl From<u32> for Cell {
    fn from(count: u32) -> Self {
        Self::from(text::number(count.into()))
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<C> {
    /// Which.
    pub(crate) column: C,
    pub(crate) title: &'static str,
    /// What it is sorted by, as people say it.
    pub(crate) said: &'static str,
    /// Columns of the terminal it takes at least.
    pub(crate) width: u16,
    /// How many more it takes where there is room.
    pub(crate) grows: u16,
    /// Whether its text stands at its right side.
    pub(crate) right: bool,
    /// Whether the most comes first when it is sorted by.
    pub(crate) down: bool,
    /// Which columns leave first where there is no room: the highest.
    pub(crate) rank: u8,
}

impl<C: Copy> Column<C> {
    /// Text, from the left, the least first.
    pub(crate) const fn text(column: C, title: &'static str, width: u16, rank: u8) -> Self {
        Self {
            column,
            title,
            said: title,
            width,
            grows: 0,
            right: false,
            down: false,
            rank,
        }
    }

    /// A number or a time, from the right, the most first.
    pub(crate) const fn number(column: C, title: &'static str, width: u16, rank: u8) -> Self {
        Self {
            right: true,
            down: true,
            ..Self::text(column, title, width, rank)
        }
    }

    pub(crate) const fn growing(self, grows: u16) -> Self {
        Self { grows, ..self }
    }

    pub(crate) const fn said(self, said: &'static str) -> Self {
        Self { said, ..self }
    }
}

/// A row of a table, before it is written.
pub(crate) trait Row<'a>: Copy {
    /// The columns of its table.
    type Column: Copy + Eq + 'static;
    const COLUMNS: &'static [Column<Self::Column>];

    /// Its name, which no other row has.
    fn name(self) -> &'a str;
    /// How much it wants to be seen.
    fn tone(self) -> Tone;
    /// What it is sorted by.
    fn key(self, column: Self::Column) -> Key<'a>;
    /// What comes first where keys are equal.
    fn tie(self) -> Key<'a>;
    /// What stands in a column.
    fn cell(self, column: Self::Column) -> Cell;
    /// Where a filter looks.
    fn texts(self) -> impl Iterator<Item = &'a str>;
}

/// How a table is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// By which column it is sorted.
    sort: usize,
    /// Against the column's own way.
    reversed: bool,
    filter: String,
    /// The row under the cursor, and its place.
    cursor: Option<String>,
    index: usize,
    /// Whether the cursor stays with its row. If not it stays on the first, whichever that is.
    follows: bool,
    /// How far the cursor is to go, in rows.
    step: isize,
    /// How many rows are seen, when it was arranged last.
    lines: usize,
    /// On which of the lines that are seen the cursor is.
    line: usize,
}

/// What is seen of a table.
pub(crate) struct Arranged<R> {
    /// The rows that are seen.
    pub(crate) rows: Vec<R>,
    /// The line of the cursor, among these.
    pub(crate) cursor: Option<usize>,
    /// How many rows the filter lets through, and how many there are.
    pub(crate) found: usize,
    pub(crate) of: usize,
    /// How many rows are above those that are seen.
    pub(crate) above: usize,
}

impl Table {
    /// What is seen in so many lines.
    pub(crate) fn arrange<'a, R: Row<'a>>(
        &mut self,
        rows: impl Iterator<Item = R>,
        lines: usize,
    ) -> Arranged<R> {
        let mut of = 0;
        let needle = self.filter.to_lowercase();
        let column = &R::COLUMNS[self.sort.min(R::COLUMNS.len() - 1)];
        let counted = rows.inspect(|_| of += 1);
        let found = counted.filter(|row| needle.is_empty() || finds(*row, &needle));
        let mut found: Vec<_> = found.map(|row| (row.key(column.column), row)).collect();
        let down = column.down != self.reversed;
        found.sort_by(|(one_key, one), (other_key, other)| {
            one_key
                .compare(*other_key, down)
                .then_with(|| one.tie().compare(other.tie(), false))
                .then_with(|| one.name().cmp(other.name()))
        });
        self.settle(&found, lines);
        let above = self.index - self.line;
        let seen = found.iter().skip(above).take(lines);
        Arranged {
            rows: seen.map(|(_, row)| *row).collect(),
            cursor: self.cursor.is_some().then_some(self.line),
            found: found.len(),
            of,
            above,
        }
    }

    /// Finds the row under the cursor again, goes on from there, and keeps it on its line.
    fn settle<'a, R: Row<'a>>(&mut self, found: &[(Key<'_>, R)], lines: usize) {
        let last = found.len().saturating_sub(1);
        let stayed = self.cursor.as_deref().filter(|_| self.follows);
        let stayed = stayed.and_then(|name| found.iter().position(|(_, row)| row.name() == name));
        // If it is gone, whatever came to its place is meant.
        let from = match stayed {
            Some(place) => place,
            None if self.follows => self.index.min(last),
            None => 0,
        };
        let step = std::mem::take(&mut self.step);
        let to = from.saturating_add_signed(step).min(last);
        let moved = to as isize - from as isize;
        self.index = to;
        self.lines = lines;
        let line = self
            .line
            .saturating_add_signed(moved)
            .min(lines.saturating_sub(1));
        // No line stays empty while rows are out of sight.
        let above = to
            .saturating_sub(line)
            .min(found.len().saturating_sub(lines));
        self.line = to - above;
        self.cursor = found.get(to).map(|(_, row)| row.name().to_owned());
    }

    /// The row under the cursor, as it was seen last.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Moves the cursor by rows; from then on it stays with its row.
    pub(crate) fn step(&mut self, rows: isize) {
        self.step = self.step.saturating_add(rows);
        self.follows = true;
    }

    /// Moves the cursor by as many rows as are seen.
    pub(crate) fn page(&mut self, pages: isize) {
        let lines = isize::try_from(self.lines.max(1)).unwrap_or(isize::MAX);
        self.step(pages.saturating_mul(lines));
    }

    /// The cursor goes to the first row and stays there, whichever that is.
    pub(crate) fn first(&mut self) {
        self.follows = false;
        self.step = 0;
        self.line = 0;
    }

    /// The cursor goes to the last row.
    pub(crate) fn last(&mut self) {
        self.step(isize::MAX);
    }

    /// By which of so many columns it is sorted.
    pub(crate) fn sorted(&self, columns: usize) -> usize {
        self.sort.min(columns - 1)
    }

    /// Whether it is sorted against the column's own way.
    pub(crate) fn is_reversed(&self) -> bool {
        self.reversed
    }

    /// Sorts by the next of so many columns, or the one before, in its own way.
    pub(crate) fn sort_next(&mut self, columns: usize, forward: bool) {
        let on = if forward { 1 } else { columns - 1 };
        self.sort = (self.sorted(columns) + on) % columns;
        self.reversed = false;
    }

    pub(crate) fn reverse(&mut self) {
        self.reversed = !self.reversed;
    }

    pub(crate) fn filter(&self) -> &str {
        &self.filter
    }

    /// Only rows with this text are seen from now on.
    pub(crate) fn set_filter(&mut self, filter: &str) {
        self.filter.clear();
        self.filter.push_str(filter);
    }
}

fn finds<'a>(row: impl Row<'a>, needle: &str) -> bool {
    row.texts().any(|text| {
        // Most names are plain; they need no copy.
        match text.is_ascii() {
            true => {
                let (text, needle) = (text.as_bytes(), needle.as_bytes());
                text.windows(needle.len())
                    .any(|part| part.eq_ignore_ascii_case(needle))
            }
            false => text.to_lowercase().contains(needle),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Number(&'static str, i64);

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum By {
        Name,
        Size,
    }

    impl Row<'static> for Number {
        type Column = By;
        const COLUMNS: &'static [Column<By>] = &[
            Column::text(By::Name, "name", 4, 0),
            Column::number(By::Size, "size", 4, 0),
        ];

        fn name(self) -> &'static str {
            self.0
        }

        fn tone(self) -> Tone {
            Tone::Plain
        }

        fn key(self, column: By) -> Key<'static> {
            match column {
                By::Name => Key::Text(self.0),
                By::Size if self.1 < 0 => Key::Missing,
                By::Size => Key::Number(self.1),
            }
        }

        fn tie(self) -> Key<'static> {
            Key::Missing
        }

        fn cell(self, _: By) -> Cell {
            Cell::default()
        }

        fn texts(self) -> impl Iterator<Item = &'static str> {
            std::iter::once(self.0)
        }
    }

    const ROWS: [Number; 6] = [
        Number("a", 3),
        Number("b", -1),
        Number("c", 9),
        Number("d", 3),
        Number("e", 1),
        Number("f", 7),
    ];

    fn seen(table: &mut Table, rows: &[Number], lines: usize) -> (String, Option<usize>) {
        let arranged = table.arrange(rows.iter().copied(), lines);
        let names = arranged.rows.iter().map(|row| row.0).collect();
        (names, arranged.cursor)
    }

    #[test]
    fn any_column_sorts_either_way_and_what_is_missing_comes_last() {
        let mut table = Table::default();
        assert_eq!(seen(&mut table, &ROWS, 9).0, "abcdef");
        table.reverse();
        assert_eq!(seen(&mut table, &ROWS, 9).0, "fedcba");
        table.sort_next(2, true);
        assert_eq!(seen(&mut table, &ROWS, 9).0, "cfadeb", "the most first");
        table.reverse();
        assert_eq!(seen(&mut table, &ROWS, 9).0, "eadfcb");
        table.sort_next(2, false);
        assert_eq!(seen(&mut table, &ROWS, 9).0, "abcdef");
    }

    #[test]
    fn the_cursor_stays_with_its_row_and_on_its_line_while_others_come_and_go() {
        let mut table = Table::default();
        table.sort_next(2, true);
        table.step(3);
        assert_eq!(seen(&mut table, &ROWS, 4), ("cfad".to_owned(), Some(3)));
        assert_eq!(table.cursor(), Some("d"));
        // d has become the largest: there is nothing above it.
        let mut rows = ROWS;
        rows[3].1 = 100;
        assert_eq!(seen(&mut table, &rows, 4), ("dcfa".to_owned(), Some(0)));
        // And the smallest: it is on the last line, for no line stays empty.
        rows[3].1 = 0;
        assert_eq!(seen(&mut table, &rows, 4), ("aedb".to_owned(), Some(2)));
        // It is gone: what came to its place is meant.
        let rest: Vec<_> = rows.into_iter().filter(|row| row.0 != "d").collect();
        assert_eq!(seen(&mut table, &rest, 4), ("faeb".to_owned(), Some(3)));
        assert_eq!(table.cursor(), Some("b"));
    }

    #[test]
    fn a_cursor_that_was_never_moved_stays_on_the_first_row() {
        let mut table = Table::default();
        table.sort_next(2, true);
        seen(&mut table, &ROWS, 3);
        assert_eq!(table.cursor(), Some("c"));
        let mut rows = ROWS;
        rows[4].1 = 50;
        seen(&mut table, &rows, 3);
        assert_eq!(table.cursor(), Some("e"));
        table.step(1);
        seen(&mut table, &rows, 3);
        assert_eq!(table.cursor(), Some("c"));
        table.first();
        seen(&mut table, &ROWS, 3);
        assert_eq!(table.cursor(), Some("c"));
    }

    #[test]
    fn the_cursor_scrolls_by_rows_and_pages_and_stops_at_the_ends() {
        let mut table = Table::default();
        let mut after = |act: fn(&mut Table)| {
            act(&mut table);
            seen(&mut table, &ROWS, 2)
        };
        assert_eq!(after(|_| {}), ("ab".to_owned(), Some(0)));
        assert_eq!(after(|table| table.step(-1)), ("ab".to_owned(), Some(0)));
        assert_eq!(after(|table| table.step(2)), ("bc".to_owned(), Some(1)));
        assert_eq!(after(|table| table.step(-1)), ("bc".to_owned(), Some(0)));
        assert_eq!(after(|table| table.page(1)), ("cd".to_owned(), Some(1)));
        assert_eq!(after(Table::last), ("ef".to_owned(), Some(1)));
        assert_eq!(after(|table| table.step(1)), ("ef".to_owned(), Some(1)));
        assert_eq!(after(Table::first), ("ab".to_owned(), Some(0)));
    }

    #[test]
    fn a_filter_finds_without_regard_to_case() {
        let mut table = Table::default();
        let rows = [
            Number("Sales", 1),
            Number("Пример", 2),
            Number("night-sales", 3),
        ];
        table.set_filter("sAL");
        let arranged = table.arrange(rows.into_iter(), 9);
        assert_eq!((arranged.found, arranged.of), (2, 3));
        table.set_filter("ПРИ");
        assert_eq!(seen(&mut table, &rows, 9).0, "Пример");
        table.set_filter("none of them");
        assert_eq!(seen(&mut table, &rows, 9), (String::new(), None));
        assert_eq!(table.cursor(), None);
        table.set_filter("");
        assert_eq!(table.arrange(rows.into_iter(), 9).found, 3);
    }
}
