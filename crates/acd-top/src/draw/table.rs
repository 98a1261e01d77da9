//! A table: its title, its columns as far as there is room, and the rows that are seen.

use ratatui::style::{Modifier, Style};

use super::{
    canvas::Canvas,
    palette::{CHOSEN, FAINT, HEADER, Palette, STRONG},
};
use crate::{
    model::table::{Arranged, Cell, Column, Row, Table},
    text,
};

/// What a table is called, and what is said of it when it has no rows.
pub(crate) struct Words<'a> {
    pub(crate) title: &'a str,
    pub(crate) nothing: &'a str,
}

/// Draws a table into all of a canvas.
pub(crate) fn table<'a, R: Row<'a>>(
    canvas: &mut Canvas<'_>,
    palette: Palette,
    words: &Words<'_>,
    table: &mut Table,
    rows: impl Iterator<Item = R>,
    has_cursor: bool,
) {
    let lines = usize::from(canvas.height().saturating_sub(2));
    let arranged = table.arrange(rows, lines);
    title(canvas, words.title, table, &arranged);
    let layout = layout(R::COLUMNS, canvas.width());
    let sorted = table.sorted(R::COLUMNS.len());
    header(canvas, R::COLUMNS, &layout, sorted);
    if arranged.rows.is_empty() {
        let nothing = match table.filter() {
            "" => words.nothing.to_owned(),
            filter => format!(
                "Nothing matches \"{}\". Esc takes the filter away.",
                text::shown(filter)
            ),
        };
        canvas.line(&nothing, Style::new());
    }
    for (line, row) in arranged.rows.into_iter().enumerate() {
        for (column, at, columns) in &layout {
            let column = &R::COLUMNS[*column];
            let Cell { text, tone } = row.cell(column.column);
            let style = palette.tone(tone);
            match column.right {
                true => canvas.put_right(*at, &text, *columns, style),
                false => {
                    canvas.put(*at, &text, *columns, style);
                }
            }
        }
        if has_cursor && arranged.cursor == Some(line) {
            canvas.look(1, CHOSEN);
        }
        canvas.skip(1);
    }
}

fn title<'a, R: Row<'a>>(
    canvas: &mut Canvas<'_>,
    title: &str,
    table: &Table,
    arranged: &Arranged<R>,
) {
    let sorted = &R::COLUMNS[table.sorted(R::COLUMNS.len())];
    let count = |count: usize| text::number(count as u64);
    let filtered = match table.filter() {
        "" => format!(" {}", count(arranged.of)),
        filter => format!(
            " {} of {} with \"{}\"",
            count(arranged.found),
            count(arranged.of),
            text::shown(filter)
        ),
    };
    let below = arranged.found - arranged.above - arranged.rows.len();
    let out_of_sight = match (arranged.above, below) {
        (0, 0) => String::new(),
        (above, below) => format!(", {} above, {} below", count(above), count(below)),
    };
    let turned = if table.is_reversed() { ", turned" } else { "" };
    let sorted = format!("{out_of_sight}; by {}{turned}", sorted.said);
    canvas.spans(&[(title, STRONG), (&filtered, STRONG), (&sorted, FAINT)]);
}

fn header<C>(
    canvas: &mut Canvas<'_>,
    columns: &[Column<C>],
    layout: &[(usize, u16, u16)],
    sorted: usize,
) {
    canvas.look(1, HEADER);
    for (index, at, width) in layout {
        let column = &columns[*index];
        let style = match *index == sorted {
            true => HEADER.add_modifier(Modifier::REVERSED),
            false => HEADER,
        };
        match column.right {
            true => canvas.put_right(*at, column.title, *width, style),
            false => {
                canvas.put(*at, column.title, *width, style);
            }
        }
    }
    canvas.skip(1);
}

/// Which columns there is room for: each with its place and its width.
fn layout<C>(columns: &[Column<C>], width: u16) -> Vec<(usize, u16, u16)> {
    let taken = |rank: u8| {
        let kept = columns.iter().filter(|column| column.rank <= rank);
        kept.map(|column| column.width + 1)
            .sum::<u16>()
            .saturating_sub(1)
    };
    let most = columns.iter().map(|column| column.rank).max().unwrap_or(0);
    let rank = (0..=most)
        .rev()
        .find(|rank| taken(*rank) <= width)
        .unwrap_or(0);
    let mut left = width.saturating_sub(taken(rank));
    let mut layout = Vec::new();
    let mut at = 0;
    for (index, column) in columns.iter().enumerate() {
        if column.rank > rank {
            continue;
        }
        let grown = column.grows.min(left);
        left -= grown;
        layout.push((index, at, column.width + grown));
        at += column.width + grown + 1;
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<()>; 4] = [
        Column::text((), "name", 4, 0).growing(6),
        Column::number((), "much", 5, 1),
        Column::number((), "less", 5, 2),
        Column::text((), "rest", 3, 1).growing(100),
    ];

    #[test]
    fn columns_of_the_highest_rank_leave_first_and_room_is_used() {
        assert_eq!(layout(&COLUMNS, 4), [(0, 0, 4)]);
        assert_eq!(layout(&COLUMNS, 13), [(0, 0, 10)]);
        assert_eq!(layout(&COLUMNS, 14), [(0, 0, 4), (1, 5, 5), (3, 11, 3)]);
        let all = [(0, 0, 4), (1, 5, 5), (2, 11, 5), (3, 17, 3)];
        assert_eq!(layout(&COLUMNS, 20), all);
        let grown = [(0, 0, 10), (1, 11, 5), (2, 17, 5), (3, 23, 7)];
        assert_eq!(layout(&COLUMNS, 30), grown);
    }
}
