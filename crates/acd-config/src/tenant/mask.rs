//! Who is shown what of a contact's values: how it is read and written.

use acd_core::config::{MaskConfig, Visibility};

use super::keys::{Choices, Form, Keyed, Maybe, Own, keys};
use super::lines::Lines;
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::Schema;

/// What is written before the number of characters that are shown.
const LAST: &str = "last ";

keys! { MaskConfig = "tenants.NAME.attributes.NAME.mask" {
    "agent" = agent: Maybe(Own(visibility, visibility_value)),
    "supervisor" = supervisor: Maybe(Own(visibility, visibility_value)),
    "reveal" = reveal: Choices,
} }

/// Who is shown what, in one line; left out where nothing is said.
pub(super) struct Mask;

impl Form<MaskConfig> for Mask {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<MaskConfig> {
        let section = element.section(MaskConfig::SCHEMA)?;
        let mut mask = MaskConfig::default();
        mask.read_keys(&section, known);
        Some(mask)
    }
    fn write(&self, value: &MaskConfig, shown: Shown) -> Value {
        match *value == MaskConfig::default() {
            true => Value::Absent,
            false => Value::table(value.lines(shown)),
        }
    }
}

fn visibility(element: &Element<'_>, _: &Known<'_>) -> Option<Visibility> {
    const REMEDY: &str = "give \"full\", \"hidden\" or \"last 4\"";
    let text = element.text("last 4")?;
    let last = |text: &str| text.strip_prefix(LAST)?.parse().ok().map(Visibility::Last);
    let read = match text {
        "full" => Some(Visibility::Full),
        "hidden" => Some(Visibility::Hidden),
        other => last(other),
    };
    if read.is_none() {
        element.report(format!("{text:?} does not say what is shown"), REMEDY);
    }
    read
}

fn visibility_value(visibility: &Visibility, _: Shown) -> Value {
    match visibility {
        Visibility::Full => Value::text("full"),
        Visibility::Hidden => Value::text("hidden"),
        Visibility::Last(count) => Value::text(format!("{LAST}{count}")),
    }
}
