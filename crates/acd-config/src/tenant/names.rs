//! The names that a tenant's document defines and refers to.

use std::collections::BTreeSet;

use crate::element::Element;
use crate::nearest::nearest;
use crate::report::Report;

/// How many known names are listed where none is near.
const LISTED_MAX: usize = 8;

/// The entries of a table of names, as they stand in the file.
pub(super) type Entries<'a> = Vec<(&'a str, Element<'a>)>;

/// The names that others may refer to.
pub(crate) struct Known<'a> {
    pub(crate) adapters: Names<'a>,
    pub(crate) skills: Names<'a>,
    pub(crate) calendars: Names<'a>,
    pub(crate) teams: Names<'a>,
    pub(crate) dispositions: Names<'a>,
    pub(crate) profiles: Names<'a>,
    pub(crate) plans: Names<'a>,
    pub(crate) queues: Names<'a>,
    pub(crate) agents: Names<'a>,
    /// The pools that queues draw on.
    pub(crate) pools: Names<'a>,
}

/// The names of one kind of thing.
pub(crate) struct Names<'a> {
    /// What the things are: `queue`, `skill`.
    kind: &'static str,
    known: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(kind: &'static str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            kind,
            known: known.into_iter().collect(),
        }
    }

    /// Why `name` cannot be meant, with what to do about it; none if it is known.
    pub(crate) fn unknown(&self, name: &str, report: &Report) -> Option<(String, String)> {
        if self.known.contains(name) {
            return None;
        }
        let kind = self.kind;
        let message = format!("there is no {kind} {name:?}");
        let near = if report.is_full() {
            None
        } else {
            nearest(name, self.known.iter().copied())
        };
        let remedy = match near {
            Some(meant) => format!("did you mean {meant:?}?"),
            None if self.known.is_empty() => format!("this tenant has no {kind} yet; add it first"),
            None if self.known.len() <= LISTED_MAX => {
                let all: Vec<String> = self.known.iter().map(|name| format!("{name:?}")).collect();
                format!("add it, or name one of this tenant: {}", all.join(", "))
            }
            None => format!("add it, or name a {kind} of this tenant"),
        };
        Some((message, remedy))
    }

    /// Reports the element if it names nothing known.
    pub(crate) fn check(&self, name: &str, element: &Element<'_>) {
        if let Some((message, remedy)) = self.unknown(name, element.collector()) {
            element.report(message, remedy);
        }
    }

    /// Reports the element's key if it names nothing known.
    pub(crate) fn check_key(&self, name: &str, element: &Element<'_>) {
        if let Some((message, remedy)) = self.unknown(name, element.collector()) {
            element.report_key(message, remedy);
        }
    }
}
