//! Teams, routing profiles and agents.

use std::collections::BTreeMap;
use std::sync::Arc;

use acd_core::config::{
    AgentConfig, Alerting, CAPACITY_MAX, Membership, ProfileConfig, ProfileQueue, RANK_MAX,
    SHARE_MAX, TIER_MAX, TeamConfig, Training,
};
use acd_core::ids::{Channel, PoolName, SkillName, TeamName};
use acd_core::requirement::LEVEL_MAX;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{Names, awkward, duration, one_of, optional_duration};

pub(super) fn teams(names: &Names) -> Vec<impl Strategy<Value = TeamConfig> + use<>> {
    let team = |name: &String| {
        let name = TeamName::from(name.as_str());
        one_of(&names.agents).prop_map(move |head| TeamConfig {
            name: name.clone(),
            head,
        })
    };
    names.teams.iter().map(team).collect()
}

pub(super) fn profiles(names: &Names) -> Vec<impl Strategy<Value = ProfileConfig> + use<>> {
    let profile = |name: &String| {
        let (name, count) = (name.clone(), names.queues.len());
        let chosen = subsequence(names.queues.clone(), 0..=count).prop_shuffle();
        (chosen, vec((0..=RANK_MAX, duration(0)), count)).prop_map(move |(queues, rest)| {
            let entry = |(queue, (rank, delay_ms)): (&String, _)| ProfileQueue {
                queue: queue.as_str().into(),
                rank,
                delay_ms,
            };
            ProfileConfig {
                name: name.as_str().into(),
                queues: queues.iter().zip(rest).map(entry).collect(),
            }
        })
    };
    names.profiles.iter().map(profile).collect()
}

pub(super) fn agents(names: &Names) -> Vec<impl Strategy<Value = AgentConfig> + use<>> {
    names
        .agents
        .iter()
        .map(|name| agent(name.clone(), names))
        .collect()
}

fn agent(name: String, names: &Names) -> impl Strategy<Value = AgentConfig> + use<> {
    let teams = subsequence(names.teams.clone(), 0..=names.teams.len()).prop_shuffle();
    let person = (
        "\\PC{0,8}",
        teams,
        option::of(awkward().prop_map(Arc::from)),
        btree_map(
            awkward().prop_map(Arc::from),
            awkward().prop_map(Arc::from),
            0..=2,
        ),
    );
    let work = (memberships(names), one_of(&names.profiles), skills(names));
    let slots = (
        btree_map(select(Channel::ALL.to_vec()), 0..=CAPACITY_MAX, 0..=3),
        option::of(1..=CAPACITY_MAX),
        pools(names),
        optional_duration(0),
    );
    let alerting = select(vec![Alerting::Desktop, Alerting::Phone, Alerting::Auto]);
    let manner = (
        option::of(alerting),
        one_of(&names.adapters),
        any::<[bool; 2]>(),
        option::of(training()),
    );
    (person.boxed(), work.boxed(), slots.boxed(), manner).prop_map(
        move |(person, work, slots, manner)| {
            let (address, teams, site, attributes) = person;
            let (queues, profile, skills) = work;
            let (capacity, total_capacity, pools, wrap_up_ms) = slots;
            let (alerting, adapter, [desktop, on_demand], training) = manner;
            AgentConfig {
                name: name.as_str().into(),
                address: address.into(),
                teams: teams.into_iter().map(TeamName::from).collect(),
                site,
                attributes,
                queues,
                profile,
                skills,
                capacity,
                total_capacity,
                pools,
                wrap_up_ms,
                alerting,
                desktop,
                adapter: adapter.filter(|_| !desktop),
                on_demand,
                training,
            }
        },
    )
}

fn memberships(names: &Names) -> impl Strategy<Value = Vec<Membership>> + use<> {
    let count = names.queues.len();
    let how = prop_oneof![
        Just((1, 0, 1, false)),
        (1..=TIER_MAX, 0..=SHARE_MAX, 1..=SHARE_MAX, any::<bool>())
    ];
    let chosen = subsequence(names.queues.clone(), 0..=count).prop_shuffle();
    (chosen, vec(how, count)).prop_map(|(queues, how)| {
        let member = |(queue, (tier, position, share, reserve)): (String, _)| Membership {
            queue: queue.into(),
            tier,
            position,
            share,
            reserve,
        };
        queues.into_iter().zip(how).map(member).collect()
    })
}

fn skills(names: &Names) -> impl Strategy<Value = BTreeMap<SkillName, u8>> + use<> {
    let count = names.skills.len();
    let chosen = subsequence(names.skills.clone(), 0..=count);
    (chosen, vec(1..=LEVEL_MAX, count)).prop_map(|(skills, levels)| {
        skills
            .into_iter()
            .map(SkillName::from)
            .zip(levels)
            .collect()
    })
}

fn pools(names: &Names) -> impl Strategy<Value = BTreeMap<PoolName, u32>> + use<> {
    let count = names.pools.len();
    let chosen = subsequence(names.pools.clone(), 0..=count);
    (chosen, vec(0..=CAPACITY_MAX, count))
        .prop_map(|(pools, most)| pools.into_iter().map(PoolName::from).zip(most).collect())
}

fn training() -> impl Strategy<Value = Training> {
    let (cap, contacts) = (option::of(1..=LEVEL_MAX), option::of(1..=u32::MAX));
    (cap, contacts).prop_map(|(level_cap, contacts_per_day)| Training {
        level_cap,
        contacts_per_day,
    })
}
