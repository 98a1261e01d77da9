//! Typed access to the elements of a TOML text. Whatever is not as it should be is reported with its place and read as
//! if it were absent, so that one pass finds everything.

use std::ops::RangeInclusive;

use acd_core::config::{TenantConfig, duration_text};
use acd_core::ids::DurationMs;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::duration::parse_duration;
use crate::locate::{Located, locate};
use crate::nearest::nearest;
use crate::report::{Report, Span};
use crate::schema::Schema;
use crate::toml_text::join;

/// A value and where it stands.
pub(crate) struct Element<'a> {
    value: &'a DeValue<'a>,
    /// Where its key stands; of an element of a list, where it stands itself.
    key: Span,
    span: Span,
    /// What to point at when the element as a whole is meant: the key of a table, else the value.
    mark: Span,
    path: String,
    report: &'a Report,
}

/// A table whose keys are all known.
pub(crate) struct Section<'a> {
    schema: &'static Schema,
    table: &'a DeTable<'a>,
    mark: Span,
    path: String,
    report: &'a Report,
}

impl<'a> Element<'a> {
    fn new(key: Span, value: &'a Spanned<DeValue<'a>>, path: String, report: &'a Report) -> Self {
        let span = value.span();
        let mark = if value.get_ref().is_table() {
            key.clone()
        } else {
            span.clone()
        };
        Self {
            value: value.get_ref(),
            key,
            span,
            mark,
            path,
            report,
        }
    }

    /// The element is wrong as a whole.
    pub(crate) fn report(&self, message: impl Into<String>, remedy: impl Into<String>) {
        self.report
            .at(self.mark.clone(), &self.path, message, remedy);
    }

    /// The element is a text that is wrong at this byte of it.
    pub(crate) fn report_within(
        &self,
        at: Span,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let span = self.within(at).unwrap_or_else(|| self.mark.clone());
        self.report.at(span, &self.path, message, remedy);
    }

    /// The element's key is wrong, rather than its value.
    pub(crate) fn report_key(&self, message: impl Into<String>, remedy: impl Into<String>) {
        self.report
            .at(self.key.clone(), &self.path, message, remedy);
    }

    /// Where problems are collected.
    pub(crate) fn collector(&self) -> &'a Report {
        self.report
    }

    /// Bytes of a text as bytes of the file; none if it is not written as it reads (escapes, several lines).
    fn within(&self, at: Span) -> Option<Span> {
        const QUOTE: usize = 1;
        let read = self.value.as_str()?;
        let plain = self.span.len() == read.len() + 2 * QUOTE && !read.contains(['\\', '\n']);
        let start = self.span.start + QUOTE;
        plain.then_some(start + at.start..start + at.end)
    }

    fn wrong_type<T>(&self, wanted: &str, remedy: &str) -> Option<T> {
        let found = match self.value {
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::String(_) => "a text",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.report(format!("{wanted} is wanted here, not {found}"), remedy);
        None
    }

    /// A text, if it is one; nothing is reported if it is not.
    pub(crate) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// A text.
    pub(crate) fn text(&self, example: &str) -> Option<&'a str> {
        self.as_text().or_else(|| {
            self.wrong_type("a text", &format!("write it in quotes, as in {example:?}"))
        })
    }

    /// A whole number in a range.
    pub(crate) fn integer<T>(&self, range: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + std::fmt::Display,
    {
        let remedy = format!("give {}..={}", range.start(), range.end());
        let DeValue::Integer(written) = self.value else {
            return self.wrong_type("a whole number", &remedy);
        };
        let number = i64::from_str_radix(written.as_str(), written.radix())
            .ok()
            .and_then(|n| T::try_from(n).ok());
        let fitting = number.filter(|n| range.contains(n));
        if fitting.is_none() {
            self.report(format!("{written} is out of range"), remedy);
        }
        fitting
    }

    /// True or false.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong_type("true or false", "write true or false, without quotes"),
        }
    }

    /// A number with at most three decimals that is not negative, in thousandths.
    pub(crate) fn thousandths(&self, most: u32) -> Option<u32> {
        let text = match self.value {
            DeValue::Integer(written) if written.radix() == 10 => written.as_str(),
            DeValue::Float(written) => written.as_str(),
            _ => return self.wrong_type("a number", "write it as 2 or 1.5"),
        };
        let number = thousandths(text).filter(|milli| *milli <= most);
        if number.is_none() {
            let remedy = format!("give 0..={} with at most three decimals", most / 1_000);
            self.report(format!("{text} is out of range"), remedy);
        }
        number
    }

    /// A length of time.
    pub(crate) fn duration(&self) -> Option<DurationMs> {
        let Some(text) = self.as_text() else {
            return self.wrong_type(
                "a length of time",
                "write it in quotes with its unit, as in \"20s\" or \"1m30s\"",
            );
        };
        match parse_duration(text) {
            Ok(duration) => Some(duration),
            Err(wrong) => {
                self.report_within(wrong.at, wrong.message, wrong.remedy);
                None
            }
        }
    }

    /// A length of time in a range.
    pub(crate) fn duration_in(&self, range: RangeInclusive<DurationMs>) -> Option<DurationMs> {
        let duration = self.duration()?;
        if range.contains(&duration) {
            return Some(duration);
        }
        let remedy = format!(
            "give {}..={}",
            duration_text(*range.start()),
            duration_text(*range.end())
        );
        self.report(
            format!("{} is out of range", duration_text(duration)),
            remedy,
        );
        None
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        &self,
        choices: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|choice| name(*choice)).collect();
        let all = names
            .iter()
            .map(|name| format!("{name:?}"))
            .collect::<Vec<_>>()
            .join(", ");
        let text = self
            .as_text()
            .or_else(|| self.wrong_type("one of a few words", &format!("give one of {all}")))?;
        let chosen = choices.iter().copied().find(|choice| name(*choice) == text);
        if chosen.is_none() {
            let remedy = match nearest(text, names.iter().copied()) {
                Some(meant) => format!("did you mean {meant:?}? All words here: {all}"),
                None => format!("give one of {all}"),
            };
            self.report(format!("{text:?} is not known here"), remedy);
        }
        chosen
    }

    /// The elements of a list.
    pub(crate) fn list(&self, example: &str) -> Option<Vec<Element<'a>>> {
        let Some(array) = self.value.as_array() else {
            return self.wrong_type("a list", &format!("write it in brackets, as in {example}"));
        };
        let element = |(i, value): (usize, &'a Spanned<DeValue<'a>>)| {
            Element::new(
                value.span(),
                value,
                format!("{}[{i}]", self.path),
                self.report,
            )
        };
        Some(array.iter().enumerate().map(element).collect())
    }

    /// The elements of a list of names, those that are none left out.
    pub(crate) fn names(&self, example: &str) -> Option<Vec<(&'a str, Element<'a>)>> {
        let elements = self.list(&format!("[{example:?}]"))?;
        Some(
            elements
                .into_iter()
                .filter_map(|element| Some((element.text(example)?, element)))
                .collect(),
        )
    }

    /// The texts of a list under this key of a table; nothing is reported.
    pub(crate) fn quiet_names(&self, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let list = self.value.as_table().and_then(|table| table.get(key));
        let elements = list.and_then(|list| list.get_ref().as_array());
        elements
            .into_iter()
            .flatten()
            .filter_map(|element| element.get_ref().as_str())
    }

    /// The entries of a table whose keys are names that the user gives, in the order of the file.
    pub(crate) fn entries(&self, example: &str) -> Option<Vec<(&'a str, Element<'a>)>> {
        let Some(table) = self.value.as_table() else {
            return self.wrong_type("a table", &format!("write it as {example}"));
        };
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &'a std::borrow::Cow<'a, str> = key.get_ref();
            (
                &**name,
                Element::new(key.span(), value, join(&self.path, name), self.report),
            )
        };
        Some(in_file_order(table).into_iter().map(entry).collect())
    }

    /// A table whose keys are known; those that are not are reported.
    pub(crate) fn section(&self, schema: &'static Schema) -> Option<Section<'a>> {
        let Some(table) = self.value.as_table() else {
            let remedy = format!("write it as a table; {}", schema.told());
            return self.wrong_type("a table", &remedy);
        };
        let section = Section {
            schema,
            table,
            mark: self.mark.clone(),
            path: self.path.clone(),
            report: self.report,
        };
        section.report_unknown_keys();
        Some(section)
    }
}

impl<'a> Section<'a> {
    /// The whole text.
    pub(crate) fn root(
        schema: &'static Schema,
        table: &'a DeTable<'a>,
        report: &'a Report,
    ) -> Self {
        let section = Self {
            schema,
            table,
            mark: 0..0,
            path: String::new(),
            report,
        };
        section.report_unknown_keys();
        section
    }

    fn report_unknown_keys(&self) {
        for (key, _) in self.table {
            let name = &**key.get_ref();
            if self.schema.keys.contains(&name) {
                continue;
            }
            let known = self.schema.keys.iter().copied();
            let remedy = match nearest(name, known) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => self.schema.told(),
            };
            let message = format!("there is no key {name:?} here");
            self.report
                .at(key.span(), &join(&self.path, name), message, remedy);
        }
    }

    /// The element that a path of the configuration means, which was read from this section.
    pub(crate) fn locate(&self, core_path: &str, config: &TenantConfig) -> Located {
        locate(core_path, config, self.table, &self.path)
    }

    /// Which keys it may have.
    pub(crate) fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The element of this key, if the file has it.
    pub(crate) fn get(&self, key: &'static str) -> Option<Element<'a>> {
        debug_assert!(
            self.schema.keys.contains(&key),
            "{key} is not in the schema of {}",
            self.schema.path
        );
        let (found, value) = self.table.get_key_value(key)?;
        Some(Element::new(
            found.span(),
            value,
            join(&self.path, key),
            self.report,
        ))
    }

    /// The element of a key that must be there. That it is missing is not told if it was mistyped, which is.
    pub(crate) fn required(&self, key: &'static str, remedy: &str) -> Option<Element<'a>> {
        let element = self.get(key);
        let mistyped = |name: &str| {
            !self.schema.keys.contains(&name)
                && nearest(name, self.schema.keys.iter().copied()) == Some(key)
        };
        if element.is_none() && !self.table.keys().any(|name| mistyped(name.get_ref())) {
            self.report.at(
                self.mark.clone(),
                &self.path,
                format!("the key {key:?} is missing"),
                remedy,
            );
        }
        element
    }

    /// The table of this key, if the file has it.
    pub(crate) fn section(
        &self,
        key: &'static str,
        schema: &'static Schema,
    ) -> Option<Section<'a>> {
        self.get(key)?.section(schema)
    }
}

/// A plain decimal number in thousandths; none if it has more decimals or is written otherwise.
fn thousandths(text: &str) -> Option<u32> {
    const DECIMALS: usize = 3;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > DECIMALS {
        return None;
    }
    format!("{whole}{decimals:0<DECIMALS$}").parse().ok()
}

/// The entries of a table as they stand in the file. (The parser sorts them by name.)
fn in_file_order<'a>(
    table: &'a DeTable<'a>,
) -> Vec<(
    &'a Spanned<std::borrow::Cow<'a, str>>,
    &'a Spanned<DeValue<'a>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}
