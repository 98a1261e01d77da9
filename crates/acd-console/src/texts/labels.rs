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

    /// What a reason is called.
    pub(crate) fn reason(&self, code: &str) -> String {
        self.called(|called| &called.reasons, code)
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
        let all = self.labels.0.read().unwrap_or_else(PoisonError::into_inner);
        let label = all
            .get(&self.language)
            .and_then(|called| of(called).get(name));
        label.map_or(name, String::as_str).to_owned()
    }
}
