//! One cell of a CSV file.

use acd_core::ids::DurationMs;

use crate::duration::parse_duration;
use crate::report::{Report, Span};
use crate::tenant::names::Names;

/// A cell and where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    /// What it says, without quotes.
    pub(super) text: String,
    /// Where it stands, quotes included.
    pub(super) span: Span,
    /// Where its text begins, if it stands there as it reads.
    plain_from: Option<usize>,
}

/// What a cell says of its key.
pub(super) enum Says<'c> {
    /// Nothing: what was stays.
    Nothing,
    /// That there is nothing any more.
    None,
    /// This.
    This(&'c str),
}

/// A part of a cell, with its place in the file.
pub(super) struct Part<'c> {
    pub(super) text: &'c str,
    pub(super) span: Span,
}

impl Cell {
    pub(super) fn new(text: String, span: Span, file: &str) -> Self {
        let raw = &file[span.clone()];
        let quoted = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        let plain_from = match quoted {
            Some(inner) if inner == text => Some(span.start + 1),
            None if raw == text => Some(span.start),
            _ => None,
        };
        Self {
            text,
            span,
            plain_from,
        }
    }

    pub(super) fn says(&self) -> Says<'_> {
        match self.text.trim() {
            "" => Says::Nothing,
            "-" => Says::None,
            text => Says::This(text),
        }
    }

    pub(super) fn report(
        &self,
        report: &Report,
        column: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        report.at(self.span.clone(), column, message, remedy);
    }

    /// The parts of a list, between semicolons.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let mut begin = 0;
        let mut parts = Vec::new();
        for part in self.text.split(';') {
            let text = part.trim();
            let at = begin + (part.len() - part.trim_start().len());
            begin += part.len() + 1;
            if !text.is_empty() {
                let place = |from| from + at..from + at + text.len();
                let span = self.plain_from.map_or_else(|| self.span.clone(), place);
                parts.push(Part { text, span });
            }
        }
        parts
    }

    /// The parts of a list, each of them named once; `name` tells what of a part is its name.
    pub(super) fn parts_once(
        &self,
        column: &str,
        report: &Report,
        name: impl Fn(&str) -> &str,
    ) -> Vec<Part<'_>> {
        let mut seen = std::collections::BTreeSet::new();
        let mut parts = self.parts();
        parts.retain(|part| {
            let is_new = seen.insert(name(part.text).to_owned());
            if !is_new {
                let message = format!("{:?} stands here a second time", name(part.text));
                report.at(part.span.clone(), column, message, "remove one of them");
            }
            is_new
        });
        parts
    }

    /// A length of time.
    pub(super) fn duration(&self, column: &str, report: &Report) -> Option<DurationMs> {
        parse_duration(self.text.trim())
            .map_err(|wrong| self.report(report, column, wrong.message, wrong.remedy))
            .ok()
    }
}

impl Part<'_> {
    /// Reports the part if it names nothing known.
    pub(super) fn check(&self, name: &str, known: &Names<'_>, column: &str, report: &Report) {
        if let Some((message, remedy)) = known.unknown(name, report) {
            report.at(self.span.clone(), column, message, remedy);
        }
    }
}
