//! Queues.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::config::{
    ATTEMPTS_MAX, AbsentFactor, AfterFailure, AgentOrder, Alerting, Announcements, BROADCAST_MAX,
    CallbackConfig, CallbackMode, Condition, DIVERT_MILLI_MAX, FailureScope, GOAL_MAX, LastAgent,
    MISSES_MAX, OBJECTIVE_MAX_MS, Overflow, OverflowReason, QueueConfig, RANK_MAX, Recording,
    ReserveThreshold, TIER_MAX, Target, TenantConfig, TierConfig, WrapUpBlocks, WrapUpMode,
};
use acd_core::ids::{Channel, DurationMs, QueueName};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::desk::{chosen, label, script};
use super::routing::{requirement, steps};
use super::{Names, awkward, duration, one_of, optional_duration, some, some_of};

/// The queues; each overflows only to those that stand further down, so that there is no loop.
pub(super) fn queues(names: &Names) -> Vec<impl Strategy<Value = QueueConfig> + use<>> {
    let queue = |(i, name): (usize, &String)| queue(name.clone(), &names.queues[i + 1..], names);
    names.queues.iter().enumerate().map(queue).collect()
}

fn queue(
    name: String,
    further: &[String],
    names: &Names,
) -> impl Strategy<Value = QueueConfig> + use<> {
    // Boxed, since a strategy is as large as all that it is made of.
    let queue = shown(Just(QueueConfig::named(&name)), names).boxed();
    let queue = choice(queue, names).boxed();
    let queue = waiting(offering(queue).boxed(), further, names).boxed();
    handling(queue).boxed().prop_map(|mut queue| {
        if queue.alerting == Alerting::Auto {
            queue.broadcast = 1;
        }
        queue
    })
}

/// A queue of which a part is drawn.
trait Drawn: Strategy<Value = QueueConfig> {}
impl<S: Strategy<Value = QueueConfig>> Drawn for S {}

fn shown<Q: Drawn>(queue: Q, names: &Names) -> impl Drawn + use<Q> {
    let words = (label(), script(), chosen(names));
    (queue, words, any::<bool>()).prop_map(|(queue, words, required)| {
        let (label, script, dispositions) = words;
        QueueConfig {
            label,
            script,
            disposition_required: required && !dispositions.is_empty(),
            dispositions,
            ..queue
        }
    })
}

fn choice<Q: Drawn>(queue: Q, names: &Names) -> impl Drawn + use<Q> {
    let asked = (requirement(names), steps(names, 0), some_of(&names.pools));
    let figures = (
        0..=RANK_MAX,
        option::of(1..=OBJECTIVE_MAX_MS),
        1..=BROADCAST_MAX,
        any::<bool>(),
    );
    let windows = (tiers(), option::of(reserve()), option::of(last_agent()));
    (queue, asked, figures, windows, select(&AgentOrder::ALL[..])).prop_map(
        |(queue, asked, figures, windows, agent_order)| {
            let (requirement, plan, pools) = asked;
            let (rank, objective_ms, broadcast, preferred_waits_after_miss) = figures;
            let (tiers, reserve, last_agent) = windows;
            QueueConfig {
                rank,
                objective_ms,
                requirement,
                plan,
                agent_order,
                broadcast,
                tiers,
                reserve,
                last_agent,
                preferred_waits_after_miss,
                pools,
                ..queue
            }
        },
    )
}

fn tiers() -> impl Strategy<Value = TierConfig> {
    let delays = btree_map(2..=TIER_MAX, duration(0), 0..=2);
    (delays, optional_duration(0), any::<[bool; 2]>()).prop_map(
        |(delays, delay_per_level_ms, [no_agent_no_wait, no_answer_opens_next])| TierConfig {
            delays,
            delay_per_level_ms,
            no_agent_no_wait,
            no_answer_opens_next,
        },
    )
}

fn reserve() -> impl Strategy<Value = ReserveThreshold> {
    (duration(1), optional_duration(1), any::<bool>()).prop_map(|(one, other, swap)| {
        let (wait_ms, predicted_wait_ms) = if swap {
            (other, Some(one))
        } else {
            (Some(one), other)
        };
        ReserveThreshold {
            wait_ms,
            predicted_wait_ms,
        }
    })
}

fn last_agent() -> impl Strategy<Value = LastAgent> {
    (duration(1), duration(1)).prop_map(|(within_ms, for_ms)| LastAgent { within_ms, for_ms })
}

fn offering(queue: impl Drawn) -> impl Drawn {
    let alerting = select(vec![Alerting::Desktop, Alerting::Phone, Alerting::Auto]);
    let rings = btree_map(select(Channel::ALL.to_vec()), duration(1), 0..=2);
    let scope = select(vec![FailureScope::All, FailureScope::Queue]);
    let after = option::of((1..=MISSES_MAX, scope, optional_duration(1)));
    (queue, alerting, duration(1), rings, after, any::<bool>()).prop_map(
        |(queue, alerting, ring_ms, ring_by_channel, after, offer_when_busy_outside)| {
            let after_failure = after.map(|(misses, scope, return_ms)| AfterFailure {
                not_ready_after: Some(misses),
                scope,
                return_ms,
            });
            QueueConfig {
                alerting,
                ring_ms,
                ring_by_channel,
                after_failure: after_failure.unwrap_or_default(),
                offer_when_busy_outside,
                ..queue
            }
        },
    )
}

fn waiting<Q: Drawn>(queue: Q, further: &[String], names: &Names) -> impl Drawn + use<Q> {
    let factors = [
        AbsentFactor::LoggedOut,
        AbsentFactor::NotReady,
        AbsentFactor::Busy,
        AbsentFactor::Unreachable,
        AbsentFactor::LackingSkill,
    ];
    let times = vec(optional_duration(1), 5);
    let bounds = (
        option::of(1..=u32::MAX),
        option::of(0..=DIVERT_MILLI_MAX),
        some(&factors),
        some(&factors),
        any::<[bool; 2]>(),
    );
    let chains = (
        overflow(further, names),
        exits(names),
        one_of(&names.calendars),
    );
    let recording = select(vec![
        Recording::Never,
        Recording::OnRequest,
        Recording::Always,
    ]);
    let told = (announcements(), callback(names), recording);
    (queue, times, bounds, chains, told).prop_map(|(queue, times, bounds, chains, told)| {
        let (max_length, divert_above_milli, join_empty, leave_empty, flags) = bounds;
        let (overflow, exits, calendar) = chains;
        let (announcements, callback, recording) = told;
        QueueConfig {
            max_wait_ms: times[0],
            let_ring_finish: flags[0],
            alert_wait_ms: times[1],
            max_length,
            join_empty,
            leave_empty,
            divert_above_milli,
            max_predicted_wait_ms: times[2],
            calendar,
            leave_at_close: flags[1],
            overflow,
            exits,
            announcements,
            return_within_ms: times[3],
            first_response_ms: times[4],
            recording,
            callback,
            ..queue
        }
    })
}

/// A chain in which an entry that takes all can only be the last one.
fn overflow(further: &[String], names: &Names) -> impl Strategy<Value = Vec<Overflow>> + use<> {
    let most = further.len().min(3);
    let queues = subsequence(further.to_vec(), 0..=most);
    let queues = queues.prop_map(|queues| {
        let queue = |name| Overflow::from(Target::Queue(QueueName::from(name)));
        queues.into_iter().map(queue).collect::<Vec<_>>()
    });
    let conditional =
        (passing(names), condition()).prop_map(|(target, (reasons, condition))| Overflow {
            target,
            reasons,
            condition,
        });
    let last = option::of(taking().prop_map(Overflow::from));
    (vec(conditional, 0..=2), queues, last)
        .prop_map(|(first, queues, last)| first.into_iter().chain(queues).chain(last).collect())
}

/// Any target.
fn passing(names: &Names) -> BoxedStrategy<Target> {
    let callback = Just(Target::Callback);
    match one_of(&names.agents).boxed() {
        agent if !names.agents.is_empty() => prop_oneof![
            callback,
            taking(),
            agent.prop_map(|name| name.map_or(Target::Callback, Target::Agent))
        ]
        .boxed(),
        _ => prop_oneof![callback, taking()].boxed(),
    }
}

/// A target that takes every contact.
fn taking() -> impl Strategy<Value = Target> {
    prop_oneof![
        Just(Target::End),
        "\\PC{1,8}".prop_map(|to| Target::External(to.into())),
        awkward().prop_map(|name| Target::Voicemail(name.into())),
        awkward().prop_map(|prompt| Target::Announcement(prompt.into()))
    ]
}

/// Reasons and a condition, not both nothing.
fn condition() -> impl Strategy<Value = (BTreeSet<OverflowReason>, Condition)> {
    let reasons = btree_set(
        select(vec![
            OverflowReason::Closed,
            OverflowReason::NoStaff,
            OverflowReason::Full,
            OverflowReason::Diverted,
            OverflowReason::PredictedWait,
            OverflowReason::TimedOut,
            OverflowReason::OfferLimit,
            OverflowReason::AttemptLimit,
        ]),
        1..=3,
    );
    let attribute = (
        awkward().prop_map(Arc::from),
        btree_set(awkward().prop_map(Arc::from), 1..=2),
    );
    let counts = vec(option::of(1..=u32::MAX), 3);
    let times = vec(optional_duration(1), 2);
    (reasons, counts, times, option::of(attribute)).prop_map(
        |(reasons, counts, times, attribute)| {
            let condition = Condition {
                open_below: counts[0],
                logged_in_at_least: counts[1],
                free_at_least: counts[2],
                predicted_wait_below_ms: times[0],
                waited_below_ms: times[1],
                attribute,
            };
            (reasons, condition)
        },
    )
}

fn exits(names: &Names) -> impl Strategy<Value = BTreeMap<Arc<str>, Vec<Target>>> + use<> {
    let targets = (vec(Just(Target::Callback), 0..=2), taking(), passing(names));
    let targets = targets.prop_map(|(mut targets, last, only)| {
        if targets.is_empty() {
            return vec![only];
        }
        targets.push(last);
        targets
    });
    btree_map(awkward().prop_map(Arc::from), targets, 0..=2)
}

fn announcements() -> impl Strategy<Value = Announcements> {
    let prompt = || option::of(awkward().prop_map(Arc::from));
    let every = || optional_duration(1_000);
    let periodic = option::of((awkward().prop_map(Arc::from), duration(1_000)));
    (prompt(), prompt(), every(), every(), periodic, duration(0)).prop_map(
        |(greeting, music, position_every_ms, wait_every_ms, periodic, minimum_gap_ms)| {
            let (periodic, periodic_every_ms) = periodic.unzip();
            Announcements {
                greeting,
                music,
                position_every_ms,
                wait_every_ms,
                periodic,
                periodic_every_ms,
                minimum_gap_ms,
            }
        },
    )
}

fn callback(names: &Names) -> impl Strategy<Value = CallbackConfig> + use<> {
    let mode = select(vec![CallbackMode::AgentFirst, CallbackMode::CustomerFirst]);
    let figures = (
        1..=ATTEMPTS_MAX,
        duration(0),
        optional_duration(1),
        option::of(1..=u32::MAX),
    );
    let flags = any::<[bool; 2]>();
    (mode, figures, one_of(&names.calendars), flags).prop_map(
        |(mode, (attempts, gap_ms, expires_ms, max_open), calendar, flags)| CallbackConfig {
            mode,
            attempts,
            gap_ms,
            expires_ms,
            calendar,
            max_open,
            wrap_up: flags[0],
            end_when_served: flags[1],
        },
    )
}

fn handling(queue: impl Drawn) -> impl Drawn {
    let modes = vec![
        WrapUpMode::None,
        WrapUpMode::Optional,
        WrapUpMode::Timed,
        WrapUpMode::Forced,
        WrapUpMode::Manual,
        WrapUpMode::Requested,
    ];
    let blocks = select(vec![
        WrapUpBlocks::Queue,
        WrapUpBlocks::Channel,
        WrapUpBlocks::All,
    ]);
    let wrap_up = (select(modes), blocks, duration(0), optional_duration(1));
    let talk = (optional_duration(1), any::<bool>());
    let times: [BoxedStrategy<DurationMs>; 3] = [
        duration(1).boxed(),
        duration(0).boxed(),
        duration(1).boxed(),
    ];
    let goal = option::of(1..=GOAL_MAX);
    (queue, wrap_up, talk, times, goal).prop_map(|(queue, wrap_up, talk, times, goal)| {
        let (wrap_up_mode, wrap_up_blocks, wrap_up_ms, ceiling_ms) = wrap_up;
        let (max_talk_ms, free_stuck) = talk;
        let [service_level_ms, short_abandon_ms, expected_handling_ms] = times;
        QueueConfig {
            wrap_up_mode,
            wrap_up_ms,
            wrap_up_ceiling_ms: ceiling_ms.map(|ceiling| ceiling.max(wrap_up_ms)),
            wrap_up_blocks,
            max_talk_ms,
            free_stuck: free_stuck && max_talk_ms.is_some(),
            service_level_ms,
            service_level_goal: goal,
            short_abandon_ms,
            expected_handling_ms,
            ..queue
        }
    })
}

/// Leaves only those steps' agents and teams that serve the queue.
pub(super) fn name_members_only(config: &mut TenantConfig) {
    for queue in &mut config.queues {
        let profiles = &config.profiles;
        let agents = config.agents.iter();
        let members = agents.filter(|agent| {
            let of_profile = profiles
                .iter()
                .filter(|profile| Some(&profile.name) == agent.profile.as_ref())
                .flat_map(|profile| &profile.queues);
            agent.queues.iter().any(|it| it.queue == queue.name)
                || of_profile.clone().any(|it| it.queue == queue.name)
        });
        let members: Vec<_> = members.collect();
        for step in &mut queue.plan {
            step.agents
                .retain(|name| members.iter().any(|member| member.name == *name));
            step.teams
                .retain(|team| members.iter().any(|member| member.teams.contains(team)));
        }
    }
}
