//! Writing on a picture, line by line.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::text;

/// Told to terminals that turn lines around: what follows is from left to right again.
const FROM_LEFT: char = '\u{200E}';

/// A part of a picture, written from its top.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
}

impl<'a> Canvas<'a> {
    pub(crate) fn new(buffer: &'a mut Buffer, area: Rect) -> Self {
        Self { buffer, area }
    }

    pub(crate) fn width(&self) -> u16 {
        self.area.width
    }

    /// How many lines are left.
    pub(crate) fn height(&self) -> u16 {
        self.area.height
    }

    /// The first `lines` of what is left, as a canvas of their own.
    pub(crate) fn split(&mut self, lines: u16) -> Canvas<'_> {
        let lines = lines.min(self.area.height);
        let area = Rect {
            height: lines,
            ..self.area
        };
        self.skip(lines);
        Canvas::new(self.buffer, area)
    }

    /// The last line of what is left, as a canvas of its own.
    pub(crate) fn split_last(&mut self) -> Canvas<'_> {
        let area = Rect {
            y: self.area.bottom().saturating_sub(1),
            height: self.area.height.min(1),
            ..self.area
        };
        self.area.height = self.area.height.saturating_sub(1);
        Canvas::new(self.buffer, area)
    }

    pub(crate) fn skip(&mut self, lines: u16) {
        let lines = lines.min(self.area.height);
        self.area.y += lines;
        self.area.height -= lines;
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, text: &str, style: Style) {
        self.spans(&[(text, style)]);
    }

    /// Writes a line of several parts, one after the other.
    pub(crate) fn spans(&mut self, spans: &[(&str, Style)]) {
        let mut at = 0;
        for (text, style) in spans {
            at += self.put(at, text, self.area.width.saturating_sub(at), *style);
        }
        self.skip(1);
    }

    /// Writes into the line at the top, from a column on, in so many columns; gives how many were taken.
    pub(crate) fn put(&mut self, at: u16, text: &str, columns: u16, style: Style) -> u16 {
        let columns = columns.min(self.area.width.saturating_sub(at));
        if self.area.height == 0 || columns == 0 {
            return 0;
        }
        let text = text::fit(text, columns.into());
        let (x, y) = (self.area.x + at, self.area.y);
        let (end, _) = self.buffer.set_stringn(x, y, &text, columns.into(), style);
        if text::is_from_right(&text) && end > x {
            let last = &mut self.buffer[(end - 1, y)];
            let symbol = format!("{}{FROM_LEFT}", last.symbol());
            last.set_symbol(&symbol);
        }
        end - x
    }

    /// The same, from the right.
    pub(crate) fn put_right(&mut self, at: u16, text: &str, columns: u16, style: Style) {
        let taken = u16::try_from(text::width(text)).unwrap_or(u16::MAX);
        let indent = columns.saturating_sub(taken);
        self.put(at + indent, text, columns - indent, style);
    }

    /// Gives the line at the top, or all that is left, a look.
    pub(crate) fn look(&mut self, lines: u16, style: Style) {
        let area = Rect {
            height: lines.min(self.area.height),
            ..self.area
        };
        self.buffer.set_style(area, style);
    }
}
