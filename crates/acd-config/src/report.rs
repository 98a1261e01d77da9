//! Collects what is wrong while a text is read, so that all of it is told at once.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use crate::problem::{Place, Problem, Problems};

/// The longest part of a line that is shown, in characters.
const SNIPPET_CHARS_MAX: usize = 160;

/// Bytes of the text.
pub(crate) type Span = Range<usize>;

/// What has been found so far. Shared by the readers of one text, hence the cells.
#[derive(Default)]
pub(crate) struct Report {
    found: RefCell<Vec<Found>>,
    untold: Cell<usize>,
}

struct Found {
    span: Option<Span>,
    path: String,
    message: String,
    remedy: String,
}

impl Report {
    /// Something is wrong at this place.
    pub(crate) fn at(
        &self,
        span: Span,
        path: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Found {
            span: Some(span),
            path: path.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Something is wrong that stands nowhere in the text.
    pub(crate) fn nowhere(
        &self,
        path: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Found {
            span: None,
            path: path.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn push(&self, found: Found) {
        if self.is_full() {
            self.untold.set(self.untold.get() + 1);
        } else {
            self.found.borrow_mut().push(found);
        }
    }

    /// Whether nothing is known to be wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Whether further problems are only counted, so that costly advice is in vain.
    pub(crate) fn is_full(&self) -> bool {
        self.found.borrow().len() >= Problems::TOLD_MAX
    }

    /// Whether this element, or something within these bytes, is known to be wrong.
    pub(crate) fn knows(&self, path: &str, span: &Span) -> bool {
        let overlaps = |known: &Span| known.start < span.end && span.start < known.end;
        self.found
            .borrow()
            .iter()
            .any(|found| found.path == path || found.span.as_ref().is_some_and(overlaps))
    }

    /// The problems in the order of the text.
    ///
    /// # Errors
    /// If there are any.
    pub(crate) fn finish(self, text: &str, file: &str) -> Result<(), Problems> {
        let mut found = self.found.into_inner();
        if found.is_empty() {
            return Ok(());
        }
        found.sort_by_key(|found| found.span.as_ref().map_or(0, |span| span.start));
        let lines = Lines::of(text);
        let problems = found
            .into_iter()
            .map(
                |Found {
                     span,
                     path,
                     message,
                     remedy,
                 }| Problem {
                    file: file.to_owned(),
                    place: span.map(|span| lines.place(span)),
                    path,
                    message,
                    remedy,
                },
            )
            .collect();
        Err(Problems::new(problems, self.untold.get()))
    }
}

/// A text with the places where its lines begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    fn place(&self, span: Span) -> Place {
        let start = self.text.floor_char_boundary(span.start);
        let line = self.starts.partition_point(|begin| *begin <= start) - 1;
        let begin = self.starts[line];
        let rest = &self.text[begin..];
        let whole = rest
            .split('\n')
            .next()
            .unwrap_or(rest)
            .trim_end_matches('\r');
        let end = self
            .text
            .floor_char_boundary(span.end)
            .clamp(start, (begin + whole.len()).max(start));
        Place {
            line: number(line + 1),
            column: number(self.text[begin..start].chars().count() + 1),
            length: number(self.text[start..end].chars().count().max(1)),
            snippet: whole
                .chars()
                .take(SNIPPET_CHARS_MAX)
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let text = "a = 1\nüber = \"x\"\n";
        let at = text.find('x').unwrap();
        let place = Lines::of(text).place(at..at + 1);
        assert_eq!((place.line, place.column, place.length), (2, 9, 1));
        assert_eq!(place.snippet, "über = \"x\"");
    }

    #[test]
    fn a_place_at_the_end_of_the_text_has_a_length() {
        let place = Lines::of("a =").place(3..3);
        assert_eq!((place.line, place.column, place.length), (1, 4, 1));
    }
}
