//! The forms by which conversations are reviewed.

use std::collections::BTreeSet;

use super::{Checker, Path, QUESTION_POINTS_MAX, QUESTION_WEIGHT_MAX, QUESTIONS_MAX};
use crate::config::{QuestionConfig, ReviewFormConfig};

/// The longest question, in bytes of one language.
const QUESTION_BYTES_MAX: usize = 1_024;

impl Checker<'_> {
    pub(super) fn review_forms(&mut self) {
        let config = self.config;
        for (i, form) in config.review_forms.iter().enumerate() {
            self.review_form(format_args!("review_forms[{i}]"), form);
        }
    }

    fn review_form(&mut self, path: Path<'_>, form: &ReviewFormConfig) {
        self.label(path, &form.label);
        let list = format_args!("{path}.questions");
        self.count(list, form.questions.len(), QUESTIONS_MAX);
        let mut named = BTreeSet::new();
        for (i, question) in form.questions.iter().enumerate() {
            let path = format_args!("{list}[{i}]");
            self.question(path, question);
            if !named.insert(&question.name) {
                let path = format_args!("{path}.name");
                let message = format!("{:?} stands here a second time", question.name);
                self.report(path, message, "rename one of them");
            }
        }
        if form.questions.iter().all(|question| question.weight == 0) {
            let remedy = "add a question with a weight, as in { name = \"greeting\", weight = 2 }";
            self.report(path, "nothing in it counts", remedy);
        }
    }

    fn question(&mut self, path: Path<'_>, question: &QuestionConfig) {
        self.name(format_args!("{path}.name"), "name", &question.name);
        let text = format_args!("{path}.text");
        self.wording(text, &question.text, QUESTION_BYTES_MAX, char::is_control);
        let weight = format_args!("{path}.weight");
        self.number(weight, question.weight, 0..=QUESTION_WEIGHT_MAX);
        let scale = format_args!("{path}.scale_max");
        self.number(scale, question.scale_max, 1..=QUESTION_POINTS_MAX);
    }
}
