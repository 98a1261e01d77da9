//! What part of many rows a table shows, and in which order: as the address of the page says, so that *reload* and *back*
//! give it again.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How many rows a page has.
pub(crate) const PAGE: usize = 100;

/// What is left as it is in an address.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':');

/// A part of an address.
pub(crate) fn in_address(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// The longest search that is looked at; nobody types more.
const SEARCH_CHARS: usize = 100;

/// What the address of a table says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Query {
    /// The words looked for, in small letters; a row must have them all.
    words: Vec<String>,
    /// The same as it was typed.
    pub(crate) search: String,
    /// Filters by kind: `f=state:talking`.
    filters: Vec<(String, String)>,
    /// The column to sort by, and whether from the top down.
    pub(crate) sort: Option<(String, bool)>,
    /// The page, from 1.
    pub(crate) page: usize,
    /// The row that stands open beside the table.
    pub(crate) open: Option<String>,
}

impl Default for Query {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Query {
    /// What these pairs of the address say. What is not understood is left out.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let mut query = Self {
            words: Vec::new(),
            search: String::new(),
            filters: Vec::new(),
            sort: None,
            page: 1,
            open: None,
        };
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "q" => {
                    query.search = value.chars().take(SEARCH_CHARS).collect();
                    let words = query.search.split_whitespace();
                    query.words = words.map(str::to_lowercase).collect();
                }
                "f" => {
                    if let Some((kind, value)) = value.split_once(':') {
                        query.filters.push((kind.to_owned(), value.to_owned()));
                    }
                }
                "sort" => {
                    let down = value.strip_prefix('-');
                    query.sort = Some((down.unwrap_or(value).to_owned(), down.is_some()));
                }
                "page" => query.page = value.parse().unwrap_or(1).max(1),
                "open" => query.open = Some(value.to_owned()),
                _ => {}
            }
        }
        query
    }

    /// The value of a filter.
    pub(crate) fn filter(&self, kind: &str) -> Option<&str> {
        let mut filters = self.filters.iter();
        let found = filters.find(|(of, _)| of == kind);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether any part is left out by it.
    pub(crate) fn narrows(&self) -> bool {
        !self.words.is_empty() || !self.filters.is_empty()
    }

    /// Whether each word looked for is in one of the texts.
    pub(crate) fn finds<'t, I: Iterator<Item = &'t str> + Clone>(&self, texts: I) -> bool {
        let mut words = self.words.iter();
        words.all(|word| texts.clone().any(|text| contains(text, word)))
    }

    /// The same on another page.
    #[must_use]
    pub(crate) fn on_page(&self, page: usize) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// The same sorted by this column, from its first page on.
    #[must_use]
    pub(crate) fn sorted(&self, column: &str, down: bool) -> Self {
        Self {
            sort: Some((column.to_owned(), down)),
            page: 1,
            ..self.clone()
        }
    }

    /// The same with this row open, or none.
    #[must_use]
    pub(crate) fn opening(&self, open: Option<&str>) -> Self {
        Self {
            open: open.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The same with this filter alone beside the search.
    #[must_use]
    pub(crate) fn filtered(&self, kind: &str, value: &str) -> Self {
        Self {
            filters: vec![(kind.to_owned(), value.to_owned())],
            page: 1,
            ..self.clone()
        }
    }

    /// What stands after the path of the address: empty, or with its question mark.
    pub(crate) fn address(&self) -> String {
        let mut parts = Vec::new();
        if !self.search.is_empty() {
            parts.push(format!("q={}", in_address(&self.search)));
        }
        for (kind, value) in &self.filters {
            parts.push(format!("f={}:{}", in_address(kind), in_address(value)));
        }
        if let Some((column, down)) = &self.sort {
            let sign = if *down { "-" } else { "" };
            parts.push(format!("sort={sign}{}", in_address(column)));
        }
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        if let Some(open) = &self.open {
            parts.push(format!("open={}", in_address(open)));
        }
        match parts.is_empty() {
            true => String::new(),
            false => format!("?{}", parts.join("&")),
        }
    }
}

/// Whether the text holds the word, which is in small letters.
fn contains(text: &str, word: &str) -> bool {
    // Nearly all names are ASCII, and cost no copy.
    if !text.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

/// What a row is sorted by. A row without a value comes last, whichever the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'r> {
    /// A number or an instant.
    Number(i64),
    /// A name.
    Text(&'r str),
    /// There is none.
    Missing,
}

/// One page of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part<T> {
    /// Its rows, in order.
    pub(crate) rows: Vec<T>,
    /// How many rows were found in all.
    pub(crate) found: usize,
    /// The page, from 1.
    pub(crate) page: usize,
    /// How many pages there are, at least one.
    pub(crate) pages: usize,
}

impl<T> Part<T> {
    /// The same page of other rows.
    pub(crate) fn map<U>(self, to: impl FnMut(T) -> U) -> Part<U> {
        Part {
            rows: self.rows.into_iter().map(to).collect(),
            found: self.found,
            page: self.page,
            pages: self.pages,
        }
    }
}

/// The rows of one page out of all that were found, which come with what they are sorted by and the name that decides
/// between equal ones. Only the page itself is put in order.
pub(crate) fn pick<'r, T>(
    mut found: Vec<(Key<'r>, &'r str, T)>,
    down: bool,
    page: usize,
) -> Part<T> {
    let order = |a: &(Key<'_>, &str, T), b: &(Key<'_>, &str, T)| {
        let by = match (a.0, b.0) {
            (Key::Missing, _) | (_, Key::Missing) => a.0.cmp(&b.0),
            (one, other) if down => other.cmp(&one),
            (one, other) => one.cmp(&other),
        };
        by.then_with(|| a.1.cmp(b.1))
    };
    let all = found.len();
    let pages = all.div_ceil(PAGE).max(1);
    let page = page.clamp(1, pages);
    let (from, to) = ((page - 1) * PAGE, (page * PAGE).min(all));
    if to < all {
        found.select_nth_unstable_by(to, order);
        found.truncate(to);
    }
    if from > 0 {
        found.select_nth_unstable_by(from, order);
        found.drain(..from);
    }
    found.sort_unstable_by(order);
    Part {
        rows: found.into_iter().map(|(_, _, row)| row).collect(),
        found: all,
        page,
        pages,
    }
}

/// The longer of two waits first: instants, of which 0 is none.
pub(crate) fn since(at_ms: i64) -> Key<'static> {
    match at_ms {
        0 => Key::Missing,
        // How long it lasts is what is sorted by, not when it began.
        at_ms => Key::Number(-at_ms),
    }
}

/// An instant to come, of which 0 is none.
pub(crate) fn instant(at_ms: i64) -> Key<'static> {
    match at_ms {
        0 => Key::Missing,
        at_ms => Key::Number(at_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(address: &str) -> Query {
        let pairs = address.split('&').filter_map(|pair| pair.split_once('='));
        Query::of(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }

    #[test]
    fn the_address_says_the_view_and_is_said_again() {
        let asked =
            query("q=Berg Team&f=state:talking&f=queue:card:loss&sort=-since&page=3&open=anna");
        assert_eq!(asked.filter("queue"), Some("card:loss"));
        assert_eq!(asked.sort, Some(("since".to_owned(), true)));
        assert_eq!(
            asked.address(),
            "?q=Berg%20Team&f=state:talking&f=queue:card:loss&sort=-since&page=3&open=anna"
        );
        assert_eq!(query("q=&f=&sort=&page=x&more=1"), Query::default());
        assert_eq!(Query::default().address(), "");
    }

    #[test]
    fn hostile_names_stay_one_value_in_an_address() {
        let address = Query::default()
            .opening(Some("a&page=2#\"<\u{202E}"))
            .address();
        assert_eq!(address, "?open=a%26page%3D2%23%22%3C%E2%80%AE");
    }

    #[test]
    fn every_word_must_be_found_in_any_letters() {
        let asked = query("q=BERG ночь");
        assert!(asked.finds(["Anna Berg", "Ночь"].into_iter()));
        assert!(!asked.finds(["Anna Berg", "Tag"].into_iter()));
        assert!(query("").finds(["x"].into_iter()));
    }

    fn rows(numbers: impl Iterator<Item = i64>) -> Vec<(Key<'static>, &'static str, i64)> {
        numbers.map(|n| (Key::Number(n), "", n)).collect()
    }

    #[test]
    fn each_row_is_on_exactly_one_page_and_in_order() {
        let scattered = || rows((0..1_050).map(|n| n * 7_919 % 1_050));
        let pages = (1..=11).flat_map(|page| pick(scattered(), false, page).rows);
        assert!(pages.eq(0..1_050));
        let last = pick(scattered(), true, 99);
        assert_eq!((last.page, last.pages, last.found), (11, 11, 1_050));
        assert_eq!(last.rows.first(), Some(&49));
    }

    #[test]
    fn rows_without_a_value_come_last_in_both_directions() {
        for down in [false, true] {
            let found = vec![
                (Key::Missing, "a", 0),
                (Key::Number(1), "b", 1),
                (Key::Number(1), "a", 2),
            ];
            assert_eq!(pick(found, down, 1).rows, [2, 1, 0]);
        }
    }

    #[test]
    fn nothing_is_one_empty_page() {
        let none = pick::<u8>(Vec::new(), false, 4);
        assert_eq!((none.page, none.pages, none.found), (1, 1, 0));
    }
}
