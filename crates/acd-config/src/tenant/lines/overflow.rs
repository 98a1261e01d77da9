//! Overflow chains and exit choices.

use acd_core::config::{Condition, Overflow, Target};

use super::{duration, filled, one_or_all};
use crate::tenant::value::{Shown, Value};

fn target_key(target: &Target, shown: Shown) -> (&'static str, Value) {
    match target {
        Target::Queue(name) => ("queue", Value::text(name)),
        Target::Agent(name) => ("agent", Value::text(name)),
        Target::External(to) => ("external", Value::Plain(shown.personal(to))),
        Target::Voicemail(name) => ("voicemail", Value::text(name)),
        Target::Announcement(prompt) => ("announcement", Value::text(prompt)),
        Target::Callback => ("callback", true.into()),
        Target::End => ("end", true.into()),
    }
}

pub(in crate::tenant) fn target(target: &Target, shown: Shown) -> Value {
    match target {
        Target::Callback | Target::End => Value::text(target_key(target, shown).0),
        other => Value::table([target_key(other, shown)]),
    }
}

pub(in crate::tenant) fn overflow(entry: &Overflow, shown: Shown) -> Value {
    let Overflow {
        target,
        reasons,
        condition,
    } = entry;
    if entry.is_unconditional() {
        return self::target(target, shown);
    }
    let condition = filled(self::condition(condition));
    let reasons = filled(Value::words(reasons));
    Value::table([
        target_key(target, shown),
        ("for", reasons),
        ("if", condition),
    ])
}

fn condition(condition: &Condition) -> Value {
    let Condition {
        open_below,
        logged_in_at_least,
        free_at_least,
        predicted_wait_below_ms,
        waited_below_ms,
        attribute,
    } = condition;
    let (attribute, is) = attribute
        .as_ref()
        .map_or((Value::Absent, Value::Absent), |it| {
            let (key, values) = it;
            (Value::text(key), one_or_all(values.iter()))
        });
    Value::table([
        ("open_below", (*open_below).into()),
        ("logged_in_at_least", (*logged_in_at_least).into()),
        ("free_at_least", (*free_at_least).into()),
        ("predicted_wait_below", duration(*predicted_wait_below_ms)),
        ("waited_below", duration(*waited_below_ms)),
        ("attribute", attribute),
        ("is", is),
    ])
}
