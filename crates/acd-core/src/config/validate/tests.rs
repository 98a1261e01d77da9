//! What keeps a configuration from being applied. Each case changes a good configuration in one way.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::config::*;
use crate::ids::{Channel, QueueName};

/// A good configuration with one thing of every kind.
fn good() -> TenantConfig {
    TenantConfig {
        skills: vec!["german".into()],
        adapters: vec!["pbx1".into()],
        calendars: vec![calendar(vec![weekly(&[Weekday::Mon], 480, 1_080)])],
        teams: vec![TeamConfig {
            name: "north".into(),
            head: Some("anna".into()),
        }],
        queues: vec![QueueConfig::named("support"), QueueConfig::named("sales")],
        agents: vec![AgentConfig {
            teams: vec!["north".into()],
            ..AgentConfig::named("anna", ["support"]).with_skills([("german", 5)])
        }],
        ..TenantConfig::default()
    }
}

fn calendar(hours: Vec<WeeklyHours>) -> CalendarConfig {
    CalendarConfig {
        name: "office".into(),
        zone: "Europe/Berlin".into(),
        hours,
        holidays: Vec::new(),
    }
}

fn weekly(days: &[Weekday], from: u16, to: u16) -> WeeklyHours {
    WeeklyHours {
        days: days.to_vec(),
        from,
        to,
    }
}

/// `path: message`, one per problem.
fn told(config: &TenantConfig) -> Vec<String> {
    let problems = config.problems().into_iter();
    problems
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect()
}

/// What is wrong with the good configuration after this change.
fn after(change: impl FnOnce(&mut TenantConfig)) -> Vec<String> {
    let mut config = good();
    change(&mut config);
    told(&config)
}

/// What is wrong with the first queue after this change.
fn queue_after(change: impl FnOnce(&mut QueueConfig)) -> Vec<String> {
    after(|config| change(&mut config.queues[0]))
}

#[test]
fn a_good_configuration_has_no_problem_and_no_warning_but_for_the_queue_without_agents() {
    assert_eq!(told(&good()), [""; 0]);
    let warnings: Vec<String> = good()
        .warnings()
        .into_iter()
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect();
    assert_eq!(warnings, ["queues[1]: no agent serves this queue"]);
}

#[test]
fn every_name_that_is_referred_to_must_exist() {
    assert_eq!(
        after(|config| {
            config.settings.calendar = Some("offise".into());
            config.teams[0].head = Some("ana".into());
            config.queues[0].calendar = Some("x".into());
            config.queues[0].callback.calendar = Some("y".into());
            config.queues[0].overflow = vec![Target::Agent("bert".into()).into()];
            config.queues[0].exits =
                BTreeMap::from([("1".into(), vec![Target::Queue("no".into())])]);
            config.agents[0].profile = Some("p".into());
            config.agents[0].teams.push("south".into());
            config.agents[0].pools = BTreeMap::from([("high".into(), 2)]);
            config.profiles = vec![ProfileConfig {
                name: "all".into(),
                queues: vec![ProfileQueue {
                    queue: "gone".into(),
                    rank: 1,
                    delay_ms: 0,
                }],
            }];
            config.rules = vec![RuleConfig {
                name: "vip".into(),
                when: vec![RuleCondition {
                    fact: Fact::Channel,
                    is: BTreeSet::from(["phone".into()]),
                }],
                queue: Some("vips".into()),
                plan: Some("nice".into()),
                ..RuleConfig::default()
            }];
        }),
        [
            "settings.calendar: there is no calendar \"offise\"",
            "teams[0].head: there is no agent \"ana\"",
            "profiles[0].queues[0]: there is no queue \"gone\"",
            "agents[0].teams[1]: there is no team \"south\"",
            "agents[0].profile: there is no profile \"p\"",
            "agents[0].pools.high: no queue draws on a pool \"high\"",
            "rules[0].when[0]: there is no channel \"phone\"",
            "rules[0].queue: there is no queue \"vips\"",
            "rules[0].plan: there is no plan \"nice\"",
            "queues[0].calendar: there is no calendar \"x\"",
            "queues[0].callback.calendar: there is no calendar \"y\"",
            "queues[0].overflow[0]: there is no agent \"bert\"",
            "queues[0].exits.1[0]: there is no queue \"no\"",
        ]
    );
}

#[test]
fn two_things_of_a_kind_may_not_share_a_name() {
    assert_eq!(
        after(|config| config.queues.push(QueueConfig::named("support"))),
        ["queues[2]: \"support\" stands here a second time, first at queues[0]"]
    );
    assert_eq!(
        after(|config| config.agents[0].queues.push(Membership::of("support"))),
        ["agents[0].queues[1]: \"support\" stands here a second time"]
    );
}

#[test]
fn a_queue_that_is_removed_may_not_be_referred_to() {
    assert_eq!(
        after(|config| drop(config.queues.remove(0))),
        ["agents[0].queues[0]: there is no queue \"support\""]
    );
}

fn step(for_ms: Option<DurationMs>) -> Step {
    Step {
        for_ms,
        ..Step::default()
    }
}

#[test]
fn a_step_that_can_never_match_is_refused() {
    let never = " so that the step can never match";
    for (step, path, message) in [
        (
            Step {
                tiers: TierBounds {
                    min: Some(3),
                    max: Some(2),
                    raise: None,
                },
                ..Step::default()
            },
            "tiers",
            format!("no tier is from 3 to 2,{never}"),
        ),
        (
            Step {
                agents: BTreeSet::from(["bert".into()]),
                ..Step::default()
            },
            "agents",
            format!("none of these agents serves the queue,{never}"),
        ),
        (
            Step {
                teams: BTreeSet::from(["south".into()]),
                ..Step::default()
            },
            "teams",
            format!("nobody of these teams serves the queue,{never}"),
        ),
        (
            Step {
                skip_if: Some(SkipIf {
                    count: AgentCount::Free,
                    is: Comparison::AtLeast,
                    value: 0,
                }),
                ..Step::default()
            },
            "skip_if",
            format!("this always holds,{never}"),
        ),
        (step(Some(0)), "for_ms", "0s is out of range".to_owned()),
    ] {
        let told = after(|config| {
            config.agents.push(AgentConfig::named("bert", ["sales"]));
            config.teams.push(TeamConfig {
                name: "south".into(),
                head: None,
            });
            config.queues[0].plan = vec![step];
        });
        assert_eq!(told, [format!("queues[0].plan[0].{path}: {message}")]);
    }
}

#[test]
fn a_step_after_one_without_end_is_never_reached() {
    let endless =
        "queues[0].plan[0]: this step never ends, so that those after it are never reached";
    assert_eq!(
        queue_after(|queue| queue.plan = vec![step(None), step(None)]),
        [endless]
    );
    assert_eq!(
        queue_after(|queue| queue.plan = vec![step(Some(1)), step(None)]),
        [""; 0]
    );
    let on_miss = Step {
        end_on_miss: true,
        ..Step::default()
    };
    assert_eq!(
        queue_after(|queue| queue.plan = vec![on_miss, step(None)]),
        [""; 0]
    );
}

#[test]
fn a_step_that_nobody_satisfies_today_is_a_warning_only() {
    let mut config = good();
    config.queues.truncate(1);
    config.queues[0].plan = vec![
        Step {
            requirement: Some(Requirement::all_of([("german", 6)])),
            ..step(Some(30_000))
        },
        Step {
            tiers: TierBounds {
                min: Some(2),
                ..TierBounds::default()
            },
            ..Step::default()
        },
    ];
    assert_eq!(told(&config), [""; 0]);
    let paths: Vec<String> = config.warnings().into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["queues[0].plan[0]", "queues[0].plan[1]"]);
    config.agents[0].training = Some(Training {
        level_cap: Some(4),
        contacts_per_day: None,
    });
    config.queues[0].requirement = Requirement::all_of([("german", 5)]);
    config.queues[0].plan.clear();
    let paths: Vec<String> = config.warnings().into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["queues[0].requirement"]);
}

#[test]
fn personal_data_is_kept_for_a_day_at_least_and_ten_years_at_most() {
    const DAY: i64 = 86_400_000;
    let keeping = |keep_ms| {
        let mut config = good();
        config.queues.truncate(1);
        config.settings.keep_personal_ms = Some(keep_ms);
        config
    };
    for keep_ms in [DAY, 7 * DAY, 3_650 * DAY] {
        assert_eq!(told(&keeping(keep_ms)), [""; 0]);
    }
    let path = "settings.keep_personal_ms";
    for (keep_ms, shown) in [(DAY - 1, "23h59m59s999ms"), (3_651 * DAY, "3651d")] {
        let config = keeping(keep_ms);
        assert_eq!(told(&config), [format!("{path}: {shown} is out of range")]);
        assert_eq!(config.problems()[0].remedy, "give 1d..=3650d");
    }
    // Whoever came back is never known then.
    let warned = |keep_ms| keeping(keep_ms).warnings().into_iter().map(|it| it.path);
    assert_eq!(warned(7 * DAY - 1).collect::<Vec<_>>(), [path]);
    assert_eq!(warned(7 * DAY).count(), 0);
}

#[test]
fn hours_that_are_impossible_are_refused() {
    let with = |change: fn(&mut CalendarConfig)| after(|config| change(&mut config.calendars[0]));
    assert_eq!(
        with(|calendar| calendar.hours[0].to = 480),
        ["calendars[0].hours[0]: these hours begin when they end"]
    );
    assert_eq!(
        with(|calendar| calendar.hours[0].to = 1_500),
        ["calendars[0].hours[0]: these hours lie outside of the day"]
    );
    assert_eq!(
        with(|calendar| calendar.hours.clear()),
        ["calendars[0]: this calendar is never open"]
    );
    assert_eq!(
        with(|calendar| calendar.hours[0].days.clear()),
        ["calendars[0].hours[0]: these hours have no day"]
    );
    let dates: fn(&mut CalendarConfig) = |calendar| {
        calendar.holidays = [(2027, 2, 29), (2028, 2, 29), (2028, 13, 1), (2028, 2, 29)]
            .map(|date| Holiday {
                date,
                hours: Vec::new(),
            })
            .into();
    };
    assert_eq!(
        with(dates),
        [
            "calendars[0].holidays[0]: there is no date 2027-02-29",
            "calendars[0].holidays[2]: there is no date 2028-13-01",
            "calendars[0].holidays[3]: this date stands here a second time",
        ]
    );
}

#[test]
fn figures_out_of_range_are_refused() {
    assert_eq!(
        queue_after(|queue| {
            queue.rank = RANK_MAX + 1;
            queue.broadcast = 0;
            queue.tiers.delays = BTreeMap::from([(1, 5_000)]);
            queue.reserve = Some(ReserveThreshold::default());
            queue.ring_ms = 0;
            queue.ring_by_channel = BTreeMap::from([(Channel::Chat, 0)]);
            queue.after_failure.scope = FailureScope::Queue;
            queue.max_length = Some(0);
            queue.announcements.position_every_ms = Some(10);
            queue.announcements.periodic = Some("sorry".into());
            queue.callback.attempts = 0;
            queue.wrap_up_ms = 30_000;
            queue.wrap_up_ceiling_ms = Some(20_000);
            queue.free_stuck = true;
            queue.divert_above_milli = Some(u32::MAX);
        }),
        [
            "queues[0].rank: 1000001 is out of range",
            "queues[0].broadcast: 0 is out of range",
            "queues[0].tiers.delays.1: tier 1 cannot have a delay",
            "queues[0].reserve: the reserve agents never join",
            "queues[0].ring_ms: 0s is out of range",
            "queues[0].ring_by_channel.chat: 0s is out of range",
            "queues[0].after_failure: an agent who stays ready needs neither a scope nor a return",
            "queues[0].max_length: a queue of length 0 takes nobody",
            "queues[0].divert_above_milli: the ratio is out of range",
            "queues[0].announcements.position_every_ms: 10ms is out of range",
            "queues[0].announcements: a periodic announcement has a prompt and a time",
            "queues[0].callback.attempts: 0 is out of range",
            "queues[0].wrap_up_ceiling_ms: the ceiling is below the wrap-up time",
            "queues[0].free_stuck: without a longest talk no conversation counts as stuck",
        ]
    );
    assert_eq!(
        after(|config| {
            let agent = &mut config.agents[0];
            agent.skills.insert("german".into(), 11);
            agent.queues[0].tier = 0;
            agent.queues[0].reserve = true;
            agent.training = Some(Training {
                level_cap: Some(0),
                contacts_per_day: Some(0),
            });
            agent.total_capacity = Some(0);
        }),
        [
            "agents[0].queues[0].tier: 0 is out of range",
            "agents[0].queues[0].reserve: queue \"support\" never calls its reserve agents",
            "agents[0].skills.german: level 11 is out of range",
            "agents[0].total_capacity: 0 is out of range",
            "agents[0].training.level_cap: 0 is out of range",
            "agents[0].training.contacts_per_day: 0 is out of range",
        ]
    );
}

#[test]
fn what_contradicts_itself_is_refused() {
    let broadcast = queue_after(|queue| {
        queue.broadcast = 3;
        queue.alerting = Alerting::Auto;
    });
    assert_eq!(
        broadcast,
        [
            "queues[0].broadcast: a contact that is an agent's without asking cannot be offered to several"
        ]
    );
    let raise = queue_after(|queue| {
        queue.plan = vec![Step {
            tiers: TierBounds {
                min: None,
                max: Some(2),
                raise: Some(3),
            },
            ..Step::default()
        }];
    });
    assert_eq!(
        raise,
        ["queues[0].plan[0].tiers.raise: tier 3 lies outside of the bounds 1 to 2"]
    );
    let shares = after(|config| {
        config.queues[0].agent_order = AgentOrder::Percent;
        config.agents[0].queues[0].share = 0;
    });
    assert_eq!(
        shares,
        ["queues[0].agent_order: no agent of the queue has a share of its contacts"]
    );
    let rules = after(|config| {
        config.rules = vec![
            RuleConfig {
                name: "all".into(),
                priority: Some(PRIORITY_MAX + 1),
                dedicated: true,
                ..RuleConfig::default()
            },
            RuleConfig {
                name: "rest".into(),
                preferred: vec![Preferred {
                    who: Who::SameTeam,
                    for_ms: None,
                }],
                ..RuleConfig::default()
            },
        ];
    });
    assert_eq!(
        rules,
        [
            "rules[0].priority: 1000001 is out of range",
            "rules[0].dedicated: the contact is dedicated to nobody",
            "rules[1].preferred[0]: no agent is named before whose team could be meant",
            "rules[0]: rules after \"all\" never apply, since it holds for every contact",
        ]
    );
}

#[test]
fn what_follows_a_target_that_takes_every_contact_is_never_reached() {
    let closed = Overflow {
        reasons: BTreeSet::from([OverflowReason::Closed]),
        ..Target::End.into()
    };
    let never =
        "queues[0].overflow: targets after [1] are never reached, since it takes every contact";
    let chain = [closed.clone(), Target::End.into(), Target::Callback.into()];
    assert_eq!(queue_after(|queue| queue.overflow = chain.into()), [never]);
    let chain = [closed, Target::Callback.into(), Target::End.into()];
    assert_eq!(queue_after(|queue| queue.overflow = chain.into()), [""; 0]);
}

/// A queue `qN` that overflows to queue `qTO`.
fn link(n: usize, to: Option<usize>) -> QueueConfig {
    let overflow = to.map(|to| Target::Queue(QueueName::from(format!("q{to}"))).into());
    QueueConfig {
        overflow: overflow.into_iter().collect(),
        ..QueueConfig::named(&format!("q{n}"))
    }
}

#[test]
fn what_agents_are_shown_is_well_formed_and_named() {
    let label = |tag: &str, text: &str| Wording {
        by_language: BTreeMap::from([(tag.into(), text.into())]),
    };
    let reason = |name: &str, label| ReasonConfig {
        name: name.into(),
        label,
        allowed_ms: Some(0),
    };
    let told = after(|config| {
        config.reasons = vec![
            reason("break", label("english please", "Break")),
            reason(&"r".repeat(65), label("en", "")),
        ];
        config.reasons[1].allowed_ms = None;
        config.dispositions = vec![DispositionConfig {
            name: "sold".into(),
            label: label("fa", "two\nlines"),
        }];
        config.queues[0].script = label("en", &"x".repeat(20_000));
        config.queues[0].dispositions = vec!["sold".into(), "lost".into(), "sold".into()];
        config.queues[1].disposition_required = true;
    });
    assert_eq!(
        told,
        [
            "reasons[0].label: \"english please\" is no language",
            "reasons[0].allowed_ms: 0s is out of range",
            "reasons[1]: the code has 65 bytes",
            "reasons[1].label: a text has 0 bytes",
            "dispositions[0].label: a text holds a control character",
            "queues[0].script: a text has 20000 bytes",
            "queues[0].dispositions[1]: there is no disposition \"lost\"",
            "queues[0].dispositions[2]: \"sold\" stands here a second time",
            "queues[1].disposition_required: there is nothing to choose from",
        ]
    );
}

fn linked(links: impl IntoIterator<Item = Option<usize>>) -> TenantConfig {
    let links = links.into_iter().enumerate();
    TenantConfig {
        queues: links.map(|(n, to)| link(n, to)).collect(),
        ..TenantConfig::default()
    }
}

#[test]
fn an_overflow_loop_is_told_once_at_its_first_queue() {
    let config = linked([Some(2), None, Some(4), Some(3), Some(2), Some(0), Some(1)]);
    assert_eq!(
        told(&config),
        [
            "queues[2].overflow[0]: overflow loop q2 -> q4 -> q2",
            "queues[3].overflow[0]: overflow loop q3 -> q3"
        ]
    );
}

#[test]
fn an_overflow_under_a_condition_makes_no_loop() {
    let mut config = linked([Some(1), Some(0)]);
    config.queues[1].overflow[0].condition.open_below = Some(5);
    assert_eq!(told(&config), [""; 0]);
}

#[test]
fn the_longest_allowed_overflow_chain_is_judged() {
    let config = linked((0..QUEUES_MAX).map(|n| (n + 1 < QUEUES_MAX).then_some(n + 1)));
    assert_eq!(config.problems(), []);
}
