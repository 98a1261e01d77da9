//! Any configuration that may be applied.

mod desk;
mod people;
mod queues;
mod reports;
mod routing;
mod tenant_wide;

use std::collections::BTreeSet;

use acd_core::config::{DURATION_MAX_MS, TenantConfig};
use acd_core::ids::DurationMs;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The names that one configuration has.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    skills: Vec<String>,
    adapters: Vec<String>,
    calendars: Vec<String>,
    teams: Vec<String>,
    profiles: Vec<String>,
    reasons: Vec<String>,
    dispositions: Vec<String>,
    attributes: Vec<String>,
    plans: Vec<String>,
    rules: Vec<String>,
    queues: Vec<String>,
    agents: Vec<String>,
    pools: Vec<String>,
}

/// A text as awkward as it may be.
fn awkward() -> impl Strategy<Value = String> {
    let odd = vec![
        "and", "a.b", "a b", "'", "\"", "\\", "x_ms", "[0]", "ü", "end", "anyone",
    ];
    prop_oneof![
        "[a-z]{1,6}",
        "\\PC{1,8}",
        select(odd).prop_map(String::from)
    ]
}

fn some_names(most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set(awkward(), 0..=most)
        .prop_map(|names| names.into_iter().collect())
        .prop_shuffle()
}

fn names() -> impl Strategy<Value = Names> {
    let small = || some_names(2);
    (
        (some_names(3), small(), small(), some_names(3), small()),
        (
            small(),
            some_names(3),
            some_names(4),
            some_names(4),
            small(),
        ),
        (small(), some_names(3), small()),
    )
        .prop_map(
            |(
                (skills, adapters, calendars, teams, profiles),
                (plans, rules, queues, agents, pools),
                (reasons, dispositions, attributes),
            )| Names {
                skills,
                adapters,
                calendars,
                teams,
                profiles,
                reasons,
                dispositions,
                attributes,
                plans,
                rules,
                queues,
                agents,
                pools,
            },
        )
}

fn duration(least: DurationMs) -> impl Strategy<Value = DurationMs> {
    prop_oneof![least..=120_000, least..=DURATION_MAX_MS]
}

fn optional_duration(least: DurationMs) -> impl Strategy<Value = Option<DurationMs>> {
    option::of(duration(least))
}

/// One of these names, if there is any.
fn one_of<T: for<'n> From<&'n str> + Clone + std::fmt::Debug + 'static>(
    names: &[String],
) -> BoxedStrategy<Option<T>> {
    let names: Vec<T> = names.iter().map(|name| T::from(name.as_str())).collect();
    if names.is_empty() {
        Just(None).boxed()
    } else {
        option::of(select(names)).boxed()
    }
}

/// Some of these names.
fn some_of<T: for<'n> From<&'n str> + Clone + std::fmt::Debug + Ord + 'static>(
    names: &[String],
) -> impl Strategy<Value = BTreeSet<T>> + use<T> {
    let count = names.len();
    subsequence(names.to_vec(), 0..=count)
        .prop_map(|names| names.iter().map(|name| T::from(name.as_str())).collect())
}

/// Some of these choices.
fn some<T: Copy + Ord + std::fmt::Debug + 'static>(
    choices: &[T],
) -> impl Strategy<Value = BTreeSet<T>> + use<T> {
    let count = choices.len();
    subsequence(choices.to_vec(), 0..=count).prop_map(|chosen| chosen.into_iter().collect())
}

/// Any configuration that may be applied.
pub(crate) fn tenant() -> impl Strategy<Value = TenantConfig> {
    names().prop_flat_map(|names| {
        let tenant_wide = (
            tenant_wide::settings(&names).boxed(),
            tenant_wide::limits(),
            tenant_wide::calendars(&names),
        );
        let desk = (
            desk::reasons(&names),
            desk::dispositions(&names),
            desk::attributes(&names),
        );
        let people = (
            people::teams(&names),
            people::profiles(&names),
            people::agents(&names),
        );
        let routing = (
            routing::plans(&names),
            routing::rules(&names),
            queues::queues(&names),
        );
        let reports = (
            reports::targets(&names),
            reports::tariffs(&names),
            reports::review_forms(&names),
        );
        (tenant_wide, desk, people, routing, reports).prop_map(
            move |(tenant_wide, desk, people, routing, reports)| {
                let (targets, tariffs, review_forms) = reports;
                let (settings, limits, calendars) = tenant_wide;
                let (reasons, dispositions, attributes) = desk;
                let (teams, profiles, agents) = people;
                let (plans, rules, queues) = routing;
                let mut config = TenantConfig {
                    settings,
                    limits,
                    skills: names
                        .skills
                        .iter()
                        .map(|name| name.as_str().into())
                        .collect(),
                    adapters: names
                        .adapters
                        .iter()
                        .map(|name| name.as_str().into())
                        .collect(),
                    calendars,
                    teams,
                    reasons,
                    dispositions,
                    attributes,
                    profiles,
                    plans,
                    rules,
                    targets,
                    tariffs,
                    review_forms,
                    queues,
                    agents,
                };
                make_sense(&mut config);
                config
            },
        )
    })
}

/// Takes out what parts that were drawn apart say against one another.
fn make_sense(config: &mut TenantConfig) {
    let pools: BTreeSet<_> = config
        .queues
        .iter()
        .flat_map(|queue| queue.pools.clone())
        .collect();
    let reserves: BTreeSet<_> = config
        .queues
        .iter()
        .filter(|queue| queue.reserve.is_some())
        .map(|queue| queue.name.clone())
        .collect();
    for agent in &mut config.agents {
        agent.pools.retain(|pool, _| pools.contains(pool));
        for membership in &mut agent.queues {
            membership.reserve &= reserves.contains(&membership.queue);
        }
    }
    queues::name_members_only(config);
}
