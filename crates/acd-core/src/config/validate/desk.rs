//! What agents may choose from, and what things are called.

use std::collections::BTreeSet;

use super::{Checker, DISPOSITIONS_MAX, Path};
use crate::config::{MaskConfig, QueueConfig, Visibility, Wording};

/// The longest label, in bytes of one language.
const LABEL_BYTES_MAX: usize = 256;
/// The longest script, in bytes of one language.
const SCRIPT_BYTES_MAX: usize = 16 << 10;
/// The longest tag of a language, in bytes.
const LANGUAGE_BYTES_MAX: usize = 35;
/// The most characters that are shown of a value that is masked.
const SHOWN_MAX: u8 = 32;
/// The longest code that agents give, in bytes.
const CODE_BYTES_MAX: usize = 64;

impl Checker<'_> {
    /// Reasons, dispositions and attributes.
    pub(super) fn desk(&mut self) {
        let config = self.config;
        for (i, reason) in config.reasons.iter().enumerate() {
            let path = format_args!("reasons[{i}]");
            self.code(path, &reason.name);
            self.label(path, &reason.label);
            self.optional_duration(format_args!("{path}.allowed_ms"), reason.allowed_ms, 1);
        }
        for (i, disposition) in config.dispositions.iter().enumerate() {
            let path = format_args!("dispositions[{i}]");
            self.code(path, &disposition.name);
            self.label(path, &disposition.label);
        }
        for (i, attribute) in config.attributes.iter().enumerate() {
            let path = format_args!("attributes[{i}]");
            self.label(path, &attribute.label);
            self.mask(format_args!("{path}.mask"), &attribute.mask);
        }
    }

    /// What agents are shown of a queue.
    pub(super) fn shown(&mut self, path: Path<'_>, queue: &QueueConfig) {
        self.label(path, &queue.label);
        let script = format_args!("{path}.script");
        self.wording(script, &queue.script, SCRIPT_BYTES_MAX, |c| {
            c.is_control() && !matches!(c, '\n' | '\t')
        });
        let list = format_args!("{path}.dispositions");
        self.count(list, queue.dispositions.len(), DISPOSITIONS_MAX);
        let mut named = BTreeSet::new();
        for (i, code) in queue.dispositions.iter().enumerate() {
            let path = format_args!("{list}[{i}]");
            self.known(path, "disposition", code, |it| &it.known.dispositions);
            if !named.insert(code) {
                let message = format!("{code:?} stands here a second time");
                self.report(path, message, "remove one of them");
            }
        }
        if queue.disposition_required && queue.dispositions.is_empty() {
            let path = format_args!("{path}.disposition_required");
            let message = "there is nothing to choose from";
            self.report(path, message, "name the dispositions of the queue");
        }
    }

    /// Who is shown how much of a value.
    pub(super) fn mask(&mut self, path: Path<'_>, mask: &MaskConfig) {
        for (who, shown) in [("agent", mask.agent), ("supervisor", mask.supervisor)] {
            if let Some(Visibility::Last(count)) = shown
                && !(1..=SHOWN_MAX).contains(&count)
            {
                let path = format_args!("{path}.{who}");
                let message = format!("{count} characters are shown");
                let remedy = format!("give 1..={SHOWN_MAX}, or \"hidden\" or \"full\"");
                self.report(path, message, remedy);
            }
        }
    }

    fn code(&mut self, path: Path<'_>, code: &str) {
        if code.len() > CODE_BYTES_MAX {
            let message = format!("the code has {} bytes", code.len());
            let remedy = format!("give at most {CODE_BYTES_MAX}");
            self.report(path, message, remedy);
        }
    }

    pub(super) fn label(&mut self, path: Path<'_>, label: &Wording) {
        let path = format_args!("{path}.label");
        self.wording(path, label, LABEL_BYTES_MAX, char::is_control);
    }

    pub(super) fn wording(
        &mut self,
        path: Path<'_>,
        wording: &Wording,
        bytes_max: usize,
        is_unfit: impl Fn(char) -> bool,
    ) {
        for (tag, text) in &wording.by_language {
            let of_all = tag.is_empty() && wording.by_language.len() == 1;
            if !of_all && !is_language(tag) {
                let message = format!("{tag:?} is no language");
                self.report(path, message, "give a tag as en, fa or ru-RU");
            }
            if text.is_empty() || text.len() > bytes_max {
                let message = format!("a text has {} bytes", text.len());
                let remedy = format!("give 1..={bytes_max} bytes, or leave it out");
                self.report(path, message, remedy);
            }
            if text.chars().any(&is_unfit) {
                let message = "a text holds a control character";
                self.report(path, message, "remove it");
            }
        }
    }
}

/// Whether this may be a tag of BCP 47.
fn is_language(tag: &str) -> bool {
    let fits = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    tag.len() <= LANGUAGE_BYTES_MAX && tag.split('-').all(fits)
}
