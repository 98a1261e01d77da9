//! Targets and tariffs: what each key says, and how it is read and written.

use std::sync::Arc;

use acd_core::config::{TargetConfig, TargetFigure, TariffConfig};
use acd_core::ids::{DurationMs, QueueName};

use super::desk::filled_in;
use super::keys::{Choice, Duration, Form, Keyed, Maybe, Number, Own, Text, Whole, keys};
use super::lines::Lines;
use super::names::Known;
use super::value::{Shown, Value};
use crate::element::{Element, Section};
use crate::schema::Schema;

// Which figure it is comes first: it says how the goal is written.
keys! { TargetConfig = "tenants.NAME.targets.NAME" beside name, at_least_milli, at_most_milli {
    "of" = of: Maybe(Choice),
    "at_least": Whole(
        |it, target: &mut TargetConfig| target.at_least_milli = goal(it, target.of),
        |target: &TargetConfig| goal_value(target.at_least_milli, target.of)
    ),
    "at_most": Whole(
        |it, target: &mut TargetConfig| target.at_most_milli = goal(it, target.of),
        |target: &TargetConfig| goal_value(target.at_most_milli, target.of)
    ),
    "scope" = scope: Choice,
    "only" = only: Own(|it, _| Some(only(it)), |it, _| only_value(it)),
} }

keys! { TariffConfig = "tenants.NAME.tariffs.NAME" beside name {
    "queues" = queues: Own(|it, known| Some(queues(it, known)), |it, _| queues_value(it)),
    "currency" = currency: Text("EUR"),
    "decimals" = decimals: Number(0..=4),
    "per_contact" = per_contact: Text("0.35"),
    "per_minute" = per_minute: Text("0.49"),
    "least" = least_ms: Duration,
    "step" = step_ms: Duration,
    "per_agent_hour" = per_agent_hour: Text("31.20"),
    "monthly" = monthly: Text("990"),
} }

pub(super) fn target(name: &str, element: &Element<'_>, known: &Known<'_>) -> TargetConfig {
    let name = Arc::from(name);
    let target = TargetConfig {
        name,
        ..TargetConfig::default()
    };
    filled_in(target, element, known)
}

pub(super) fn tariff(name: &str, element: &Element<'_>, known: &Known<'_>) -> TariffConfig {
    let name = Arc::from(name);
    let tariff = TariffConfig {
        name,
        ..TariffConfig::default()
    };
    filled_in(tariff, element, known)
}

/// A time where the figure is one, else a number.
fn goal(element: &Element<'_>, of: Option<TargetFigure>) -> Option<u32> {
    const MOST_MS: DurationMs = 30 * 86_400_000;
    match of {
        Some(TargetFigure::Aht) => {
            let goal = element.duration_in(1..=MOST_MS)?;
            u32::try_from(goal).ok()
        }
        _ => element.thousandths(u32::MAX),
    }
}

fn goal_value(milli: Option<u32>, of: Option<TargetFigure>) -> Value {
    let Some(milli) = milli else {
        return Value::Absent;
    };
    if of == Some(TargetFigure::Aht) {
        return Value::duration(milli.into());
    }
    let (whole, rest) = (milli / 1_000, milli % 1_000);
    match rest {
        0 => whole.into(),
        rest => Value::bare(format!("{whole}.{rest:03}").trim_end_matches('0')),
    }
}

fn only(element: &Element<'_>) -> Vec<Arc<str>> {
    let names = element.names("support").unwrap_or_default().into_iter();
    names.map(|(name, _)| Arc::from(name)).collect()
}

/// Nothing where it is for all.
fn only_value(only: &Vec<Arc<str>>) -> Value {
    match only.is_empty() {
        true => Value::Absent,
        false => Value::texts(only),
    }
}

fn queues(element: &Element<'_>, known: &Known<'_>) -> Vec<QueueName> {
    let names = element.names("support").unwrap_or_default().into_iter();
    let queue = |(name, element): (&str, Element<'_>)| {
        known.queues.check(name, &element);
        QueueName::from(name)
    };
    names.map(queue).collect()
}

/// Nothing where it is for all.
fn queues_value(queues: &Vec<QueueName>) -> Value {
    match queues.is_empty() {
        true => Value::Absent,
        false => Value::texts(queues),
    }
}
