//! Targets, tariffs and forms of reviews.

use std::sync::Arc;

use acd_core::config::{
    QuestionConfig, ReviewFormConfig, TargetConfig, TargetFigure, TargetScope, TariffConfig,
};
use acd_core::ids::QueueName;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::desk::label;
use super::{Names, duration};

/// Targets, each for all of a scope or for some of it.
pub(super) fn targets(names: &Names) -> Vec<impl Strategy<Value = TargetConfig> + use<>> {
    let target = |name: &String| {
        let name: Arc<str> = Arc::from(name.as_str());
        let whose = prop_oneof![
            Just((TargetScope::Centre, Vec::new())),
            some(&names.queues).prop_map(|only| (TargetScope::Queues, only)),
            some(&names.agents).prop_map(|only| (TargetScope::Agents, only)),
        ];
        let figure = select(vec![
            TargetFigure::ServiceLevel1,
            TargetFigure::ServiceLevel6,
            TargetFigure::Abandonment,
            TargetFigure::Aht,
            TargetFigure::Occupancy,
            TargetFigure::Handled,
            TargetFigure::FirstContactResolution,
            TargetFigure::Satisfaction,
            TargetFigure::Quality,
        ]);
        let told = (figure, whose).prop_filter("they have that figure", |(figure, whose)| {
            figure.is_of(whose.0)
        });
        (told, 1..=1_000_u32, 1..=9_999_999_u32, any::<bool>()).prop_map(
            move |((figure, (scope, only)), share, number, is_least)| {
                let goal = if figure.is_share() { share } else { number };
                TargetConfig {
                    name: name.clone(),
                    of: Some(figure),
                    at_least_milli: is_least.then_some(goal),
                    at_most_milli: (!is_least).then_some(goal),
                    scope,
                    only,
                }
            },
        )
    };
    names.rules.iter().map(target).collect()
}

fn some(names: &[String]) -> impl Strategy<Value = Vec<Arc<str>>> + use<> {
    let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(name.as_str())).collect();
    let count = names.len();
    subsequence(names, 0..=count).prop_shuffle()
}

/// One tariff for all, or one for each of some queues.
pub(super) fn tariffs(names: &Names) -> BoxedStrategy<Vec<TariffConfig>> {
    let queues: Vec<QueueName> = names.queues.iter().map(|it| it.as_str().into()).collect();
    let of_queues: Vec<_> = queues
        .into_iter()
        .map(|queue| {
            prices().prop_map(move |prices| TariffConfig {
                name: Arc::from(queue.as_str()),
                queues: vec![queue.clone()],
                per_agent_hour: Arc::from("0"),
                ..prices
            })
        })
        .collect();
    let of_all = prices().prop_map(|prices| {
        vec![TariffConfig {
            name: Arc::from("all"),
            ..prices
        }]
    });
    prop_oneof![Just(Vec::new()), of_all, of_queues].boxed()
}

fn prices() -> impl Strategy<Value = TariffConfig> {
    let price = || "[0-9]{1,12}|[0-9]{1,12}\\.[0-9]{1,4}".prop_map(Arc::from);
    let all = [price(), price(), price(), price()];
    let rounding = (duration(0), duration(1));
    ("[A-Z]{3}", 0..=4_u32, all, rounding).prop_map(|(currency, decimals, all, rounding)| {
        let [per_contact, per_minute, per_agent_hour, monthly] = all;
        TariffConfig {
            currency: Arc::from(currency),
            decimals,
            per_contact,
            per_minute,
            per_agent_hour,
            monthly,
            least_ms: rounding.0,
            step_ms: rounding.1,
            ..TariffConfig::default()
        }
    })
}

/// Forms, each with a question that counts.
pub(super) fn review_forms(names: &Names) -> Vec<impl Strategy<Value = ReviewFormConfig> + use<>> {
    let form = |name: &String| {
        let name: Arc<str> = Arc::from(name.as_str());
        let question = || (label(), 0..=100_u32, 1..=100_u32, any::<bool>());
        let rest = proptest::collection::vec(question(), 0..4);
        (label(), question(), 1..=100_u32, rest).prop_map(move |(label, first, counts, rest)| {
            let first = (first.0, counts, first.2, first.3);
            let all = std::iter::once(first).chain(rest).enumerate();
            let questions = all.map(
                |(at, (text, weight, scale_max, knock_out))| QuestionConfig {
                    name: Arc::from(format!("question {at}")),
                    text,
                    weight,
                    scale_max,
                    knock_out,
                },
            );
            ReviewFormConfig {
                name: name.clone(),
                label,
                questions: questions.collect(),
            }
        })
    };
    names.plans.iter().map(form).collect()
}
