//! Finds the element of the file that a path of the core's configuration means: `queues[2].ring_ms` is
//! `queues.support.ring` where `support` is the third queue of the file.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::element::{in_file_order, join};
use crate::report::Span;

/// An element of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// What to point at; none if the file does not mention it.
    pub(crate) span: Option<Span>,
    /// The element in the words of the file.
    pub(crate) path: String,
}

/// The deepest element on the way to `core_path` that the file has. `base` is the path of the document's table.
pub(crate) fn locate(core_path: &str, table: &DeTable<'_>, base: &str) -> Located {
    let mut located = Located {
        span: None,
        path: base.to_owned(),
    };
    step_into(core_path, table, &mut located);
    located
}

fn step_into(rest: &str, table: &DeTable<'_>, located: &mut Located) {
    // A name given by the user may hold dots and brackets, so the whole rest is tried first.
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let found = [(rest, ""), (&rest[..end], &rest[end..])]
        .into_iter()
        .find_map(|(key, after)| {
            let file_key = key.strip_suffix("_ms").unwrap_or(key);
            table
                .get_key_value(file_key)
                .map(|(key, value)| (key, value, after))
        });
    let Some((key, value, after)) = found else {
        return;
    };
    arrive(located, key.get_ref(), key.span(), value);
    step_on(after, value.get_ref(), located);
}

/// Goes on with an index or a further key.
fn step_on(rest: &str, value: &DeValue<'_>, located: &mut Located) {
    if let Some(key) = rest.strip_prefix('.') {
        if let Some(table) = value.as_table() {
            step_into(key, table, located);
        }
        return;
    }
    let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return;
    };
    let Ok(index) = index.parse::<usize>() else {
        return;
    };
    if let Some(table) = value.as_table() {
        if let Some((key, value)) = in_file_order(table).get(index) {
            arrive(located, key.get_ref(), key.span(), value);
            step_on(after, value.get_ref(), located);
        }
    } else if let Some(value) = value.as_array().and_then(|array| array.get(index)) {
        located.path.push_str(&format!("[{index}]"));
        located.span = Some(value.span());
        step_on(after, value.get_ref(), located);
    }
}

fn arrive(located: &mut Located, key: &str, key_span: Span, value: &Spanned<DeValue<'_>>) {
    located.path = join(&located.path, key);
    located.span = Some(if value.get_ref().is_table() {
        key_span
    } else {
        value.span()
    });
}
