//! What the tenant's configuration says for reports, in their words.

use std::sync::Arc;

use acd_core::config::{Settings, TargetConfig, TargetFigure, TargetScope, TariffConfig, Weekday};
use acd_core::ids::DurationMs;
use acd_report::{Currency, Goal, Kpi, Rounding, Scope, Target, Tariff, Variant};
use jiff::civil;

/// What the configuration in force says.
pub(super) struct Configured {
    pub(super) zone: Arc<str>,
    pub(super) week_begins: civil::Weekday,
    pub(super) resolved_after_ms: DurationMs,
    pub(super) keep_personal_ms: Option<DurationMs>,
    pub(super) targets: Vec<Target>,
    pub(super) tariffs: Vec<Tariff>,
}

impl Configured {
    pub(super) fn of(settings: &Settings, aims: &[TargetConfig], tariffs: &[TariffConfig]) -> Self {
        Self {
            zone: settings.zone.clone(),
            week_begins: weekday(settings.week_begins),
            resolved_after_ms: settings.resolved_after_ms,
            keep_personal_ms: settings.keep_personal_ms,
            targets: aims.iter().flat_map(targets).collect(),
            tariffs: tariffs.iter().filter_map(tariff).collect(),
        }
    }
}

fn weekday(day: Weekday) -> civil::Weekday {
    match day {
        Weekday::Mon => civil::Weekday::Monday,
        Weekday::Tue => civil::Weekday::Tuesday,
        Weekday::Wed => civil::Weekday::Wednesday,
        Weekday::Thu => civil::Weekday::Thursday,
        Weekday::Fri => civil::Weekday::Friday,
        Weekday::Sat => civil::Weekday::Saturday,
        Weekday::Sun => civil::Weekday::Sunday,
    }
}

/// One for all, or one for each that is named.
fn targets(target: &TargetConfig) -> Vec<Target> {
    let goal = match (target.at_least_milli, target.at_most_milli) {
        (Some(milli), _) => (milli, Goal::AtLeast as fn(f64) -> Goal),
        (None, Some(milli)) => (milli, Goal::AtMost as fn(f64) -> Goal),
        (None, None) => return Vec::new(),
    };
    let Some(kpi) = target.of.map(kpi) else {
        return Vec::new();
    };
    // Times are in milliseconds, which thousandths of a second are.
    let per = if kpi == Kpi::Aht { 1.0 } else { 1_000.0 };
    let goal = goal.1(f64::from(goal.0) / per);
    let only = target.only.iter().map(|name| name.to_string());
    let scopes: Vec<Scope> = match target.scope {
        TargetScope::Centre => vec![Scope::Centre],
        TargetScope::Queues if target.only.is_empty() => vec![Scope::Queues],
        TargetScope::Agents if target.only.is_empty() => vec![Scope::Agents],
        TargetScope::Queues => only.map(Scope::Queue).collect(),
        TargetScope::Agents => only.map(Scope::Agent).collect(),
    };
    let of = |scope| Target { kpi, goal, scope };
    scopes.into_iter().map(of).collect()
}

fn kpi(figure: TargetFigure) -> Kpi {
    match figure {
        TargetFigure::ServiceLevel1 => Kpi::ServiceLevel(Variant::AbandonsIgnored),
        TargetFigure::ServiceLevel2 => Kpi::ServiceLevel(Variant::AbandonsNegative),
        TargetFigure::ServiceLevel3 => Kpi::ServiceLevel(Variant::AbandonsPositive),
        TargetFigure::ServiceLevel4 => Kpi::ServiceLevel(Variant::RemovedWithin),
        TargetFigure::ServiceLevel5 => Kpi::ServiceLevel(Variant::AnsweredOnly),
        TargetFigure::ServiceLevel6 => Kpi::ServiceLevel(Variant::ShortsRemoved),
        TargetFigure::Abandonment => Kpi::Abandonment,
        TargetFigure::Aht => Kpi::Aht,
        TargetFigure::Occupancy => Kpi::Occupancy,
        TargetFigure::Handled => Kpi::Contacts,
        TargetFigure::FirstContactResolution => Kpi::FirstContactResolution,
        TargetFigure::Satisfaction => Kpi::Satisfaction,
        TargetFigure::Quality => Kpi::Quality,
    }
}

/// The configuration was checked: its prices are numbers.
fn tariff(tariff: &TariffConfig) -> Option<Tariff> {
    Some(Tariff {
        queues: tariff
            .queues
            .iter()
            .map(|it| it.as_str().to_owned())
            .collect(),
        currency: Currency {
            code: tariff.currency.to_string(),
            decimals: tariff.decimals,
        },
        per_contact: tariff.per_contact.parse().ok()?,
        per_minute: tariff.per_minute.parse().ok()?,
        rounding: Rounding {
            first_ms: tariff.least_ms.unsigned_abs(),
            step_ms: tariff.step_ms.unsigned_abs(),
        },
        per_agent_hour: tariff.per_agent_hour.parse().ok()?,
        monthly: tariff.monthly.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(of: TargetFigure, milli: u32) -> TargetConfig {
        TargetConfig {
            of: Some(of),
            at_least_milli: Some(milli),
            ..TargetConfig::default()
        }
    }

    #[test]
    fn a_goal_is_in_the_unit_of_its_figure() {
        let goal = |of, milli| targets(&config(of, milli))[0].goal;
        let of_shares = goal(TargetFigure::ServiceLevel3, 850);
        assert_eq!(of_shares, Goal::AtLeast(0.85));
        assert_eq!(goal(TargetFigure::Aht, 240_000), Goal::AtLeast(240_000.0));
        assert_eq!(goal(TargetFigure::Handled, 30_000), Goal::AtLeast(30.0));
        let most = TargetConfig {
            at_least_milli: None,
            at_most_milli: Some(50),
            ..config(TargetFigure::Abandonment, 0)
        };
        assert_eq!(targets(&most)[0].goal, Goal::AtMost(0.05));
    }

    #[test]
    fn a_target_is_for_all_or_for_those_it_names() {
        let scopes = |scope, only: &[&str]| {
            let target = TargetConfig {
                scope,
                only: only.iter().map(|name| Arc::from(*name)).collect(),
                ..config(TargetFigure::Handled, 1_000)
            };
            let made = targets(&target).into_iter().map(|it| it.scope);
            made.collect::<Vec<_>>()
        };
        assert_eq!(scopes(TargetScope::Centre, &[]), [Scope::Centre]);
        assert_eq!(scopes(TargetScope::Queues, &[]), [Scope::Queues]);
        assert_eq!(scopes(TargetScope::Agents, &[]), [Scope::Agents]);
        let [anna, bert] = ["anna", "bert"].map(str::to_owned);
        assert_eq!(
            scopes(TargetScope::Agents, &["anna", "bert"]),
            [Scope::Agent(anna), Scope::Agent(bert)]
        );
    }

    #[test]
    fn prices_are_exact() {
        let made = tariff(&TariffConfig {
            currency: "EUR".into(),
            per_minute: "0.1".into(),
            per_contact: "999999999999.9999".into(),
            least_ms: 30_000,
            ..TariffConfig::default()
        });
        let made = made.expect("a tariff");
        assert_eq!(made.per_minute.to_string(), "0.1");
        assert_eq!(made.per_contact.to_string(), "999999999999.9999");
        assert_eq!(
            made.rounding,
            Rounding {
                first_ms: 30_000,
                step_ms: 1_000
            }
        );
    }
}
