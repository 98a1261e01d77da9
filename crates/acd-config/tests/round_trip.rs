//! A document that is written reads back as the same configuration, a comparison misses nothing, and no text does harm.

use std::collections::BTreeMap;

use acd_config::{diff, parse_file, parse_tenant, render};
use acd_core::config::{
    AgentConfig, BackOffTimes, CAPACITY_MAX, DURATION_MAX_MS, Limits, PriorityMode, QueueConfig,
    RANK_MAX, Settings, Target, TenantConfig,
};
use acd_core::ids::{Channel, DurationMs, QueueName, SkillName};
use acd_core::requirement::{LEVEL_MAX, Requirement, Term};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

/// Names as awkward as they may be.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "\\PC{1,8}",
        select(vec![
            "and", "a.b", "a b", "'", "\"", "\\", "x_ms", "[0]", "ü"
        ])
        .prop_map(String::from)
    ]
}

fn names(most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_set(name(), 0..=most)
        .prop_map(|names| names.into_iter().collect())
        .prop_shuffle()
}

fn duration(least: DurationMs) -> impl Strategy<Value = DurationMs> {
    prop_oneof![least..=120_000, least..=DURATION_MAX_MS]
}

fn settings() -> impl Strategy<Value = Settings> {
    let mode = prop_oneof![
        Just(PriorityMode::Strict),
        duration(1).prop_map(|point_ms| PriorityMode::Aging { point_ms })
    ];
    let back_off = (duration(0), duration(0), duration(0), duration(5_000)).prop_map(
        |(rejected_ms, no_answer_ms, busy_ms, unreachable_ms)| BackOffTimes {
            rejected_ms,
            no_answer_ms,
            busy_ms,
            unreachable_ms,
        },
    );
    (mode, back_off, duration(1), vec(duration(0), 4)).prop_map(
        |(priority_mode, back_off, connect_ms, rest)| Settings {
            priority_mode,
            connect_ms,
            back_off,
            session_grace_ms: rest[0],
            adapter_grace_ms: rest[1],
            request_window_ms: rest[2],
            ended_contact_window_ms: rest[3],
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    vec(1..=100_u32, 8).prop_map(|n| Limits {
        open_contacts: n[0],
        attributes: n[1],
        attribute_bytes: n[2],
        note_bytes: n[3],
        remembered_requests: n[4],
        unacknowledged_directives: n[5],
        ended_records: n[6],
        queue_hops: n[7],
    })
}

fn requirement(skills: Vec<String>) -> BoxedStrategy<Requirement> {
    if skills.is_empty() {
        return Just(Requirement::none()).boxed();
    }
    let term = (select(skills), 1..=LEVEL_MAX).prop_map(|(skill, level)| Term {
        skill: skill.into(),
        level,
    });
    vec(vec(term, 1..=3), 0..=3)
        .prop_map(|any_of| Requirement { any_of })
        .boxed()
}

/// A chain to queues that stand further down, so that there is no loop, and perhaps a last target that takes all.
fn overflow(further: Vec<String>) -> impl Strategy<Value = Vec<Target>> {
    let last = option::of(prop_oneof![
        Just(Target::End),
        "\\PC{1,8}".prop_map(|to| Target::External(to.into()))
    ]);
    let most = further.len().min(3);
    (subsequence(further, 0..=most), last).prop_map(|(queues, last)| {
        queues
            .into_iter()
            .map(|name| Target::Queue(name.into()))
            .chain(last)
            .collect()
    })
}

fn queue(
    name: String,
    further: Vec<String>,
    skills: Vec<String>,
) -> impl Strategy<Value = QueueConfig> {
    let numbers = (0..=RANK_MAX, option::of(1..=u32::MAX));
    let times = (
        duration(1),
        option::of(duration(1)),
        duration(0),
        duration(1),
        duration(0),
    );
    (numbers, times, requirement(skills), overflow(further)).prop_map(
        move |(
            (rank, max_length),
            (ring_ms, max_wait_ms, wrap_up_ms, service_level_ms, short_abandon_ms),
            requirement,
            overflow,
        )| {
            QueueConfig {
                name: name.as_str().into(),
                rank,
                requirement,
                ring_ms,
                max_wait_ms,
                max_length,
                overflow,
                wrap_up_ms,
                service_level_ms,
                short_abandon_ms,
            }
        },
    )
}

fn agent(
    name: String,
    queues: Vec<String>,
    skills: Vec<String>,
) -> impl Strategy<Value = AgentConfig> {
    let (queue_count, skill_count) = (queues.len(), skills.len());
    (
        "\\PC{0,8}",
        subsequence(queues, 0..=queue_count).prop_shuffle(),
        subsequence(skills, 0..=skill_count),
        vec(1..=LEVEL_MAX, skill_count),
        btree_map(select(Channel::ALL.to_vec()), 0..=CAPACITY_MAX, 0..=3),
        option::of(duration(0)),
    )
        .prop_map(
            move |(address, queues, skills, levels, capacity, wrap_up_ms)| AgentConfig {
                name: name.as_str().into(),
                address: address.into(),
                queues: queues.into_iter().map(QueueName::from).collect(),
                skills: skills
                    .into_iter()
                    .map(SkillName::from)
                    .zip(levels)
                    .collect::<BTreeMap<_, _>>(),
                capacity,
                wrap_up_ms,
            },
        )
}

/// Any configuration that may be applied.
fn tenant() -> impl Strategy<Value = TenantConfig> {
    (names(3), names(3), names(4), names(4)).prop_flat_map(
        |(skills, adapters, queue_names, agent_names)| {
            let queues: Vec<_> = queue_names
                .iter()
                .enumerate()
                .map(|(i, name)| queue(name.clone(), queue_names[i + 1..].to_vec(), skills.clone()))
                .collect();
            let agents: Vec<_> = agent_names
                .iter()
                .map(|name| agent(name.clone(), queue_names.clone(), skills.clone()))
                .collect();
            (settings(), limits(), queues, agents).prop_map(
                move |(settings, limits, queues, agents)| TenantConfig {
                    settings,
                    limits,
                    skills: skills.iter().map(|name| name.as_str().into()).collect(),
                    adapters: adapters.iter().map(|name| name.as_str().into()).collect(),
                    queues,
                    agents,
                },
            )
        },
    )
}

/// The same configuration with one part of another.
fn mixed(base: &TenantConfig, other: &TenantConfig, part: Index) -> TenantConfig {
    let mut mixed = base.clone();
    match part.index(4) {
        0 => mixed.settings = other.settings.clone(),
        1 => mixed.limits = other.limits.clone(),
        2 => mixed.adapters = other.adapters.clone(),
        _ => mixed.agents.reverse(),
    }
    mixed
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(config in tenant()) {
        prop_assert_eq!(config.problems(), []);
        let text = render(&config);
        let read = parse_tenant(&text, "rendered.toml");
        prop_assert_eq!(read.map_err(|problems| problems.to_string()), Ok(config), "{}", text);
    }

    #[test]
    fn a_comparison_is_empty_only_between_equals(old in tenant(), other in tenant(), part in any::<Index>()) {
        prop_assert_eq!(diff(&old, &old), []);
        prop_assert_eq!(diff(&old, &other).is_empty(), old == other);
        let mixed = mixed(&old, &other, part);
        prop_assert_eq!(diff(&old, &mixed).is_empty(), old == mixed);
    }

    #[test]
    fn no_text_does_harm(text in "(?s).{0,200}|[a-z0-9\\[\\]{}\"'=,.#\n ü-]{0,200}") {
        if let Err(problems) = parse_file(&text, "any.toml") {
            prop_assert!(!problems.to_string().is_empty());
        }
    }

    #[test]
    fn no_damaged_document_does_harm(config in tenant(), at in any::<Index>(), to in "\\PC{0,3}|[\\[\\]{}\"'=,.\n]{1,3}") {
        let mut text: Vec<char> = render(&config).chars().collect();
        let at = at.index(text.len());
        text.splice(at..(at + 1).min(text.len()), to.chars());
        if let Err(problems) = parse_tenant(&text.into_iter().collect::<String>(), "damaged.toml") {
            prop_assert!(!problems.to_string().is_empty());
        }
    }
}
