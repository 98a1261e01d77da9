//! How names and texts are written in TOML.

use std::borrow::Cow;
use std::fmt::Write;

/// A key: bare where TOML allows it, else quoted.
pub(crate) fn key_text(key: &str) -> Cow<'_, str> {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(string_text(key))
    }
}

/// The path of an element of a table.
pub(crate) fn join(path: &str, key: &str) -> String {
    let key = key_text(key);
    if path.is_empty() {
        key.into_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A text in quotes: of several lines if it has some.
pub(crate) fn prose_text(text: &str) -> String {
    if !text.contains('\n') {
        return string_text(text);
    }
    let lines = text.split('\n').map(|line| {
        let quoted = string_text(line);
        quoted[1..quoted.len() - 1].to_owned()
    });
    let lines: Vec<String> = lines.collect();
    format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
}

/// A text in quotes, on one line.
pub(crate) fn string_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
