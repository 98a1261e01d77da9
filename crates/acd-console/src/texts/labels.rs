//! What a tenant calls its queues, reasons, outcomes and attributes.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use acd_client::v1::{GetLabelsResponse, Label};

use super::{Language, Locale};

/// What a tenant calls its things, in each language. Clones are the same: who follows the engine fills them, pages read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(Arc<RwLock<HashMap<Language, Called>>>);

/// Labels by name, of what has one.
type ByName = HashMap<String, String>;

#[derive(Debug)]
struct Called {
    queues: ByName,
    reasons: ByName,
    dispositions: ByName,
    attributes: ByName,
}

impl Labels {
    /// The engine has told what things are called in this language.
    pub(crate) fn told(&self, language: Language, told: GetLabelsResponse) {
        let by_name =
            |labels: Vec<Label>| labels.into_iter().map(|it| (it.name, it.label)).collect();
        let called = Called {
            queues: by_name(told.queues),
            reasons: by_name(told.reasons),
            dispositions: by_name(told.dispositions),
            attributes: by_name(told.attributes),
        };
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(language, called);
    }
}

impl Locale {
    /// What a queue is called; one without a label by its name.
    pub(crate) fn queue(&self, name: &str) -> String {
        self.called(|called| &called.queues, name)
    }

    /// What a reason is called; the engine's own, which nobody configures, in our words.
    pub(crate) fn reason(&self, code: &str) -> String {
        let label = self.label(|called| &called.reasons, code);
        label.unwrap_or_else(|| match code {
            "logged_in" => self.text("common-reason-logged-in"),
            "no_answer" => self.text("common-reason-no-answer"),
            "rejected" => self.text("common-reason-rejected"),
            "unreachable" => self.text("common-reason-unreachable"),
            other => other.to_owned(),
        })
    }

    /// What an outcome is called.
    pub(crate) fn disposition(&self, code: &str) -> String {
        self.called(|called| &called.dispositions, code)
    }

    /// What an attribute of a contact is called.
    pub(crate) fn attribute(&self, key: &str) -> String {
        self.called(|called| &called.attributes, key)
    }

    fn called(&self, of: impl Fn(&Called) -> &ByName, name: &str) -> String {
        self.label(of, name).unwrap_or_else(|| name.to_owned())
    }

    fn label(&self, of: impl Fn(&Called) -> &ByName, name: &str) -> Option<String> {
        let all = self.labels.0.read().unwrap_or_else(PoisonError::into_inner);
        of(all.get(&self.language)?).get(name).cloned()
    }
}
