//! Tables that were drawn of late: pages that show the same share one drawing.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use maud::Markup;

use super::table::Query;
use crate::{
    live::Fragments,
    mirror::Edition,
    session::Visitor,
    texts::{Digits, Language},
};

/// A table as it is drawn.
pub(super) struct Drawing {
    /// Its rows in order.
    pub(super) rows: Vec<Row>,
    /// What is live around them.
    pub(super) around: Fragments,
}

/// A row of a table.
pub(super) struct Row {
    pub(super) id: String,
    /// Of the HTML.
    pub(super) hash: u64,
    pub(super) html: String,
}

/// All that makes a difference to how a table of one mirror is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shown {
    mirror: u64,
    table: &'static str,
    query: Query,
    language: Language,
    digits: Digits,
    zone: String,
    /// What addresses begin with.
    prefix: String,
}

/// The drawings that pages have. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Drawings(Arc<Inner>);

#[derive(Default)]
struct Inner {
    hasher: RandomState,
    drawings: Mutex<HashMap<Shown, (u64, Shared)>>,
}

/// A drawing that is made, or being made by one of those who want it.
type Shared = Arc<OnceLock<Drawing>>;

/// A drawing, kept for other pages as long as this is.
pub(super) struct Drawn(Shared);

impl Drawn {
    pub(super) fn drawing(&self) -> &Drawing {
        self.0.get().expect("it was drawn when it was asked for")
    }
}

impl Row {
    fn of((id, markup): (String, Markup), hasher: &RandomState) -> Self {
        Self {
            id,
            hash: hasher.hash_one(&markup.0),
            html: markup.0,
        }
    }
}

impl Drawings {
    /// The table as this edition of a mirror has it, drawn by the first who wants it.
    pub(super) fn of(
        &self,
        edition: Edition,
        visitor: &Visitor,
        (table, query): (&'static str, &Query),
        draw: impl FnOnce() -> (Fragments, Fragments),
    ) -> Drawn {
        let shown = Shown {
            mirror: edition.mirror,
            table,
            query: query.clone(),
            language: visitor.locale.language,
            digits: visitor.locale.digits,
            zone: visitor.locale.zone().to_owned(),
            prefix: visitor.path(""),
        };
        let drawing = self.place(shown, edition.version);
        // Who comes meanwhile waits for it, and draws nothing.
        drawing.get_or_init(|| {
            let (rows, around) = draw();
            let rows = rows.into_iter();
            Drawing {
                rows: rows.map(|row| Row::of(row, &self.0.hasher)).collect(),
                around,
            }
        });
        Drawn(drawing)
    }

    /// Where the drawing of this version is, or is to be.
    fn place(&self, shown: Shown, version: u64) -> Shared {
        let drawings = self.0.drawings.lock();
        let mut drawings = drawings.unwrap_or_else(PoisonError::into_inner);
        match drawings.get_mut(&shown) {
            Some((of, drawing)) => {
                if *of != version {
                    (*of, *drawing) = (version, Shared::default());
                }
                drawing.clone()
            }
            None => {
                // What no page shows any more.
                drawings.retain(|_, (_, drawing)| Arc::strong_count(drawing) > 1);
                let drawing = Shared::default();
                drawings.insert(shown, (version, drawing.clone()));
                drawing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Role;

    fn drawn(
        drawings: &Drawings,
        version: u64,
        query: &Query,
        language: Language,
        html: &str,
    ) -> Drawn {
        let visitor = Visitor::sample(language, &[Role::Supervisor]);
        let edition = Edition { mirror: 1, version };
        drawings.of(edition, &visitor, ("agents", query), || {
            let row = ("agent-anna".to_owned(), maud::html! { (html) });
            (vec![row], Vec::new())
        })
    }

    fn html(drawn: &Drawn) -> &str {
        &drawn.drawing().rows[0].html
    }

    #[test]
    fn who_sees_the_same_shares_one_drawing_until_something_changes() {
        let (drawings, query) = (Drawings::default(), Query::default());
        let first = drawn(&drawings, 1, &query, Language::En, "first");
        let second = drawn(&drawings, 1, &query, Language::En, "drawn again");
        assert_eq!((html(&first), html(&second)), ("first", "first"));
        let later = drawn(&drawings, 2, &query, Language::En, "later");
        assert_eq!((html(&first), html(&later)), ("first", "later"));
    }

    #[test]
    fn another_order_or_language_is_another_drawing() {
        let (drawings, query) = (Drawings::default(), Query::default());
        let first = drawn(&drawings, 1, &query, Language::En, "first");
        let sorted = drawn(
            &drawings,
            1,
            &query.sorted("name", false),
            Language::En,
            "sorted",
        );
        let russian = drawn(&drawings, 1, &query, Language::Ru, "russian");
        let all = [html(&first), html(&sorted), html(&russian)];
        assert_eq!(all, ["first", "sorted", "russian"]);
    }

    #[test]
    fn what_no_page_shows_any_more_is_not_kept() {
        let (drawings, query) = (Drawings::default(), Query::default());
        drop(drawn(&drawings, 1, &query, Language::En, "left"));
        let _open = drawn(&drawings, 1, &query, Language::Fa, "open");
        assert_eq!(drawings.0.drawings.lock().expect("no panic").len(), 1);
    }
}
