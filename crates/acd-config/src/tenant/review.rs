//! The forms by which conversations are reviewed: what each key says, and how it is read and written.

use std::sync::Arc;

use acd_core::config::{
    QUESTION_POINTS_MAX, QUESTION_WEIGHT_MAX, QuestionConfig, ReviewFormConfig,
};

use super::desk::{Wording, filled_in};
use super::keys::{Flag, Form, Keyed, Number, Own, Table, Text, keys};
use super::lines::{Lines, list};
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::Schema;

const QUESTIONS: &str = "[{ name = \"greeting\", text = \"Did they greet?\" }]";

keys! { ReviewFormConfig = "tenants.NAME.review_forms.NAME" beside name {
    "label" = label: Wording,
    "questions" = questions: Own(|it, known| Some(questions(it, known)), questions_value),
} }

keys! { QuestionConfig = "tenants.NAME.review_forms.NAME.questions" {
    "name" = name: Text("greeting"),
    "text" = text: Wording,
    "weight" = weight: Number(0..=QUESTION_WEIGHT_MAX),
    "scale_max" = scale_max: Number(1..=QUESTION_POINTS_MAX),
    "knock_out" = knock_out: Flag,
} }

pub(super) fn form(name: &str, element: &Element<'_>, known: &Known<'_>) -> ReviewFormConfig {
    let name = Arc::from(name);
    let form = ReviewFormConfig {
        name,
        ..ReviewFormConfig::default()
    };
    filled_in(form, element, known)
}

/// The questions of a form. One that cannot be read keeps its place.
fn questions(element: &Element<'_>, known: &Known<'_>) -> Vec<QuestionConfig> {
    let elements = element.list(QUESTIONS).unwrap_or_default();
    let read = |element: &Element<'_>| Table.read(element, known).unwrap_or_default();
    elements.iter().map(read).collect()
}

/// What every default says is left out.
fn questions_value(questions: &Vec<QuestionConfig>, shown: Shown) -> Value {
    let plain = QuestionConfig::default().lines(shown);
    list(questions, |question| {
        let lines = question.lines(shown).into_iter();
        Value::table(lines.filter(|line| !plain.contains(line)))
    })
}
