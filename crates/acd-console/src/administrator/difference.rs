//! Two texts side by side, line by line.

use std::time::Duration;

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use crate::texts::{Locale, shown};

/// Unchanged lines around what changed.
const AROUND: usize = 3;
/// The most lines that are shown.
const LINES_MAX: usize = 2_000;
/// How long the shortest difference is looked for; after that a longer one does.
const WITHIN: Duration = Duration::from_millis(300);

/// What differs between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// The places, each with some lines around it.
    places: Vec<Vec<Line>>,
    /// Lines that are more than can be shown.
    left_out: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    kind: Kind,
    /// Its number in the text before, from 1.
    before: Option<usize>,
    /// Its number in the text after, from 1.
    after: Option<usize>,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Gone,
    New,
}

impl Difference {
    /// That between two texts.
    pub(super) fn of(before: &str, after: &str) -> Self {
        let mut config = TextDiff::configure();
        let diff = config.timeout(WITHIN).diff_lines(before, after);
        let mut difference = Self::default();
        let mut count = 0;
        for group in diff.grouped_ops(AROUND) {
            let changes = group.iter().flat_map(|op| diff.iter_changes(op));
            let mut place = Vec::new();
            for change in changes {
                count += 1;
                if count > LINES_MAX {
                    difference.left_out += 1;
                    continue;
                }
                place.push(Line {
                    kind: match change.tag() {
                        ChangeTag::Equal => Kind::Same,
                        ChangeTag::Delete => Kind::Gone,
                        ChangeTag::Insert => Kind::New,
                    },
                    before: change.old_index().map(|at| at + 1),
                    after: change.new_index().map(|at| at + 1),
                    text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
                });
            }
            if !place.is_empty() {
                difference.places.push(place);
            }
        }
        difference
    }

    /// Whether the texts are the same.
    pub(super) fn is_none(&self) -> bool {
        self.places.is_empty()
    }
}

/// The difference as a table: numbers before and after, a sign and a word for screen readers, the line.
pub(super) fn render(locale: &Locale, difference: &Difference) -> Markup {
    if difference.is_none() {
        return html! { p.empty { (locale.text("administrator-no-difference")) } };
    }
    let left_out = [("n", difference.left_out.into())];
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(locale.text("administrator-difference")) {
            table.difference dir="ltr" {
                caption.unseen { (locale.text("administrator-difference")) }
                @for place in &difference.places {
                    tbody {
                        @for line in place { (row(locale, line)) }
                    }
                }
            }
        }
        @if difference.left_out > 0 {
            p.quiet { (locale.text_with("administrator-lines-left-out", &left_out)) }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    let (class, sign, word) = match line.kind {
        Kind::Same => ("same", "", None),
        Kind::Gone => ("gone", "−", Some("administrator-line-gone")),
        Kind::New => ("new", "+", Some("administrator-line-new")),
    };
    html! {
        tr class=(class) {
            td.no { (number(line.before)) }
            td.no { (number(line.after)) }
            td.sign {
                span aria-hidden="true" { (sign) }
                @if let Some(word) = word { span.unseen { (locale.text(word)) } }
            }
            td { code { (shown(&line.text)) } }
        }
    }
}

fn number(no: Option<usize>) -> String {
    no.map_or_else(String::new, |no| no.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_shown_with_lines_around_it_and_the_rest_is_not() {
        let before: String = (1..=40).map(|no| format!("line {no}\n")).collect();
        let after = before.replace("line 20\n", "line twenty\nand another\n");
        let difference = Difference::of(&before, &after);
        let [place] = &*difference.places else {
            panic!("one place: {difference:?}")
        };
        let kinds: Vec<Kind> = place.iter().map(|line| line.kind).collect();
        use Kind::{Gone, New, Same};
        assert_eq!(kinds, [Same, Same, Same, Gone, New, New, Same, Same, Same]);
        assert_eq!((place[3].before, place[3].after), (Some(20), None));
        assert_eq!((place[5].before, place[5].after), (None, Some(21)));
        assert!(Difference::of(&before, &before).is_none());
    }

    #[test]
    fn no_more_is_shown_than_a_browser_bears() {
        let before: String = (0..5_000).map(|no| format!("a{no}\n")).collect();
        let after: String = (0..5_000).map(|no| format!("b{no}\n")).collect();
        let difference = Difference::of(&before, &after);
        let shown: usize = difference.places.iter().map(Vec::len).sum();
        assert_eq!((shown, difference.left_out), (LINES_MAX, 8_000));
    }
}
