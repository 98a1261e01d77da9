//! Random configurations and commands over the whole model, thrown with dice: a die that shows 0 means the default,
//! so that a failing run shrinks to the least that fails.

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, AdapterConnect, AdapterDisconnect, AdmitLive, AgentCommand,
    AttachSession, ConfirmRefusals, ContactCommand, DetachSession, Login, NoteConfigFile,
    ReconcileAdapter, SetOutsideBusy, Supervise,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::ContactOrigin;
use acd_core::ids::*;
use acd_core::refusal::{Reason, Refusal};
use acd_core::requirement::Requirement;
use acd_core::state::{Handling, Offer, OfferState, Place, State};

use super::centre::{ADAPTER, arrival, config};

/// A day, in milliseconds.
/// How long customers stay away at least who do not come back.
pub const RESOLVED_AFTER_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
pub const AGENTS: usize = 6;
const SKILLS: [&str; 3] = ["german", "billing", "french"];
const QUEUES: [&str; 3] = ["q0", "q1", "q2"];
const TEAMS: [&str; 2] = ["red", "blue"];
const REASONS: [&str; 2] = ["break", "lunch"];
const CUSTOMERS: [&str; 3] = ["x", "y", "z"];

/// Numbers to throw; when they are used up, every throw is 0.
pub struct Dice<'a>(std::slice::Iter<'a, u16>);

impl<'a> Dice<'a> {
    pub fn of(numbers: &'a [u16]) -> Self {
        Self(numbers.iter())
    }

    fn roll(&mut self) -> u16 {
        self.0.next().copied().unwrap_or(0)
    }

    /// One of `0..sides`.
    fn below(&mut self, sides: usize) -> usize {
        usize::from(self.roll()) % sides
    }

    /// Rarely true: once in `sides`, and never on 0.
    fn seldom(&mut self, sides: u16) -> bool {
        self.roll() % sides == sides - 1
    }

    /// Rarely something.
    fn maybe<T>(&mut self, sides: u16, give: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.seldom(sides).then(|| give(self))
    }

    /// A length of time up to so many seconds.
    fn length(&mut self, most_s: usize) -> i64 {
        self.below(most_s * 4) as i64 * 250
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Some of them, often none.
    fn some_of<T: Clone + Ord>(&mut self, all: &[T]) -> BTreeSet<T> {
        let mask = self.below(4 << all.len());
        let chosen = all
            .iter()
            .enumerate()
            .filter(|(i, _)| mask & (1 << i) != 0 && mask >= all.len() * 2);
        chosen.map(|(_, one)| one.clone()).collect()
    }
}

pub fn tenant(numbers: &[u16]) -> TenantConfig {
    let dice = &mut Dice::of(numbers);
    let mut config = config(
        (0..QUEUES.len()).map(|i| queue(i, dice)).collect(),
        (0..AGENTS).map(|i| agent(i, dice)).collect(),
    );
    config.skills = SKILLS.map(SkillName::from).to_vec();
    config.adapters = vec![ADAPTER.into(), "other".into()];
    config.teams = (TEAMS.iter().zip(0..))
        .map(|(name, i)| TeamConfig {
            name: (*name).into(),
            head: Some(format!("a{i}").into()),
        })
        .collect();
    config.profiles = vec![ProfileConfig {
        name: "profile".into(),
        queues: QUEUES
            .iter()
            .map(|queue| ProfileQueue {
                queue: (*queue).into(),
                rank: 1 + dice.below(3) as u32,
                delay_ms: dice.length(8),
            })
            .collect(),
    }];
    config.review_forms = vec![ReviewFormConfig {
        name: "form".into(),
        questions: ["first", "second"]
            .map(|name| QuestionConfig {
                name: name.into(),
                ..QuestionConfig::default()
            })
            .to_vec(),
        ..ReviewFormConfig::default()
    }];
    config.plans = vec![PlanConfig {
        name: "plan".into(),
        steps: steps(dice),
    }];
    config.calendars = vec![CalendarConfig {
        name: "office".into(),
        zone: "UTC".into(),
        hours: vec![WeeklyHours {
            days: vec![Weekday::Mon],
            from: 0,
            to: 60,
        }],
        holidays: Vec::new(),
    }];
    if dice.seldom(3) {
        config.rules = vec![RuleConfig {
            name: "gold".into(),
            when: vec![RuleCondition {
                fact: Fact::Attribute("class".into()),
                is: BTreeSet::from(["gold".into()]),
            }],
            priority: Some(3),
            plan: dice.maybe(2, |_| "plan".into()),
            preferred: preferred(dice),
            ..RuleConfig::default()
        }];
    }
    config.reasons = vec![ReasonConfig {
        name: "break".into(),
        allowed_ms: dice.maybe(2, |dice| 1 + dice.length(6)),
        ..ReasonConfig::default()
    }];
    config.dispositions = vec![DispositionConfig {
        name: "done".into(),
        ..DispositionConfig::default()
    }];
    settings(&mut config.settings, dice);
    config.limits = limits(dice);
    mend(config)
}

/// Takes out what the dice threw and no administrator may say.
fn mend(mut config: TenantConfig) -> TenantConfig {
    for _ in 0..10 {
        let problems = config.problems();
        if problems.is_empty() {
            break;
        }
        for problem in problems {
            let place = |list: &str| -> Option<usize> {
                let rest = problem.path.strip_prefix(list)?.strip_prefix('[')?;
                rest.split(']').next()?.parse().ok()
            };
            if let Some(queue) = place("queues").and_then(|i| config.queues.get_mut(i)) {
                mend_queue(queue, &problem.path);
            } else if let Some(agent) = place("agents").and_then(|i| config.agents.get_mut(i)) {
                agent.pools.clear();
                agent.queues.iter_mut().for_each(|own| own.reserve = false);
            } else if problem.path.starts_with("plans") {
                config.plans = vec![PlanConfig {
                    name: "plan".into(),
                    steps: vec![Step::default()],
                }];
            } else {
                config.rules.clear();
                config.settings = Settings::default();
            }
        }
    }
    assert_eq!(config.problems(), []);
    config
}

fn mend_queue(queue: &mut QueueConfig, path: &str) {
    let plain = QueueConfig::named(queue.name.as_str());
    let said = |key: &str| path.contains(&format!("].{key}"));
    if said("plan") {
        queue.plan = plain.plan;
    } else if said("overflow") {
        queue.overflow = plain.overflow;
    } else if said("announcements") {
        queue.announcements = plain.announcements;
    } else if said("reserve") {
        queue.reserve = plain.reserve;
    } else if said("wrap_up") {
        queue.wrap_up_mode = plain.wrap_up_mode;
        queue.wrap_up_ms = plain.wrap_up_ms;
        queue.wrap_up_ceiling_ms = plain.wrap_up_ceiling_ms;
    } else if said("tiers") {
        queue.tiers = plain.tiers;
    } else if said("requirement") {
        queue.requirement = plain.requirement;
    } else if said("callback") {
        queue.callback = plain.callback;
    } else if said("exits") {
        queue.exits = plain.exits;
    } else {
        *queue = plain;
    }
}

fn settings(settings: &mut Settings, dice: &mut Dice<'_>) {
    if dice.seldom(3) {
        settings.priority_mode = PriorityMode::Aging { point_ms: 3_000 };
    }
    settings.objective = dice.seldom(4);
    settings.one_offer_at_a_time = dice.seldom(4);
    settings.seed = dice.below(3) as u64;
    settings.session_grace_ms = 7_000;
    settings.adapter_grace_ms = 9_000;
    if dice.seldom(3) {
        settings.after_session_loss = AfterSessionLoss::NotReady;
    }
    if dice.seldom(3) {
        settings.transfer_age = Age::New;
    }
    settings.transfer_to_agent_ms = 2_000 + dice.length(10);
    if dice.seldom(4) {
        settings.may_interrupt =
            BTreeMap::from([(Channel::Chat, BTreeSet::from([Channel::Voice]))]);
    }
    if dice.seldom(3) {
        settings.auto_return = BTreeMap::from([("break".into(), 3_000)]);
    }
    if dice.seldom(3) {
        settings.asynchronous = BTreeSet::from([Channel::Voice, Channel::Chat, Channel::Callback]);
    }
    settings.asynchronous_return_ms = dice.maybe(3, |dice| 1 + dice.length(6));
    settings.only_configured_codes = dice.seldom(4);
    settings.resolved_after_ms = RESOLVED_AFTER_MS * (1 + settings.seed as i64);
    settings.keep_personal_ms = (settings.seed == 1).then_some(DAY_MS);
}

/// Every limit is small now and then, so that runs meet it.
fn limits(dice: &mut Dice<'_>) -> Limits {
    let usual = Limits::default();
    let mut small = |sides, usual, least: u32| match dice.maybe(sides, |dice| dice.below(4) as u32)
    {
        Some(few) => few.max(least),
        None => usual,
    };
    Limits {
        offers_per_contact: small(4, usual.offers_per_contact, 2),
        slice_events: small(3, usual.slice_events, 1),
        open_contacts: small(9, usual.open_contacts, 2),
        attributes: small(6, usual.attributes, 0),
        attribute_bytes: small(6, usual.attribute_bytes, 0),
        note_bytes: small(4, usual.note_bytes, 0),
        remembered_requests: small(4, usual.remembered_requests, 1),
        remembered_requests_per_caller: small(4, usual.remembered_requests_per_caller, 1),
        unacknowledged_directives: small(9, usual.unacknowledged_directives, 1),
        unconfirmed_refusals: small(3, usual.unconfirmed_refusals, 0),
        ended_records: small(4, usual.ended_records, 0),
        ended_contacts: small(4, usual.ended_contacts, 0),
        queue_hops: small(4, usual.queue_hops, 0),
        remembered_customers: small(4, usual.remembered_customers, 0),
        acts: small(4, usual.acts, 0),
    }
}

/// What became of a conversation, now and then in words.
fn disposition(dice: &mut Dice<'_>) -> Option<Disposition> {
    dice.maybe(3, |dice| Disposition {
        code: dice.one_of(&["done", "other", ""]).into(),
        notes: "as asked".into(),
    })
}

fn requirement(dice: &mut Dice<'_>) -> Requirement {
    let skill = dice.one_of(&SKILLS);
    Requirement::all_of([(skill, 1 + dice.below(6) as u8)])
}

fn steps(dice: &mut Dice<'_>) -> Vec<Step> {
    let many = dice.below(4);
    (0..many)
        .map(|_| Step {
            requirement: dice.maybe(2, requirement),
            drop: dice.some_of(&SKILLS.map(SkillName::from)),
            agents: dice.some_of(&["a0", "a1", "a2"].map(AgentName::from)),
            teams: dice.some_of(&TEAMS.map(TeamName::from)),
            tiers: TierBounds {
                min: dice.maybe(6, |_| 2),
                max: dice.maybe(4, |dice| 1 + dice.below(2) as u32),
                raise: dice.maybe(5, |_| 2),
            },
            for_ms: dice.maybe(2, |dice| dice.length(5)).or(Some(2_000)),
            skip_if: dice.maybe(3, |dice| SkipIf {
                count: dice.one_of(&[
                    AgentCount::LoggedIn,
                    AgentCount::Available,
                    AgentCount::Free,
                ]),
                is: dice.one_of(&[Comparison::Below, Comparison::Equal, Comparison::AtLeast]),
                value: dice.below(3) as u32,
            }),
            end_on_miss: dice.seldom(3),
        })
        .collect()
}

fn preferred(dice: &mut Dice<'_>) -> Vec<Preferred> {
    let many = dice.below(3);
    let whos = [
        Who::Agent("a0".into()),
        Who::Agent("a3".into()),
        Who::Team("red".into()),
        Who::SameTeam,
        Who::HeadOfTeam,
    ];
    (0..many)
        .map(|_| Preferred {
            who: dice.one_of(&whos),
            for_ms: Some(dice.length(5)),
        })
        .collect()
}

fn targets(dice: &mut Dice<'_>, own: usize) -> Vec<Overflow> {
    let all = [
        Target::Queue(QUEUES[(own + 1) % 3].into()),
        Target::Queue(QUEUES[(own + 2) % 3].into()),
        Target::Agent("a1".into()),
        Target::Callback,
        Target::Voicemail("box".into()),
        Target::External("elsewhere".into()),
        Target::Announcement("sorry".into()),
    ];
    let many = dice.below(3);
    (0..many)
        .map(|_| Overflow {
            target: dice.one_of(&all),
            reasons: dice.some_of(&[
                OverflowReason::Full,
                OverflowReason::TimedOut,
                OverflowReason::Closed,
            ]),
            condition: Condition {
                open_below: Some(2),
                logged_in_at_least: dice.maybe(4, |_| 1),
                free_at_least: dice.maybe(5, |_| 1),
                predicted_wait_below_ms: dice.maybe(5, |_| 200_000),
                ..Condition::default()
            },
        })
        .collect()
}

fn queue(i: usize, dice: &mut Dice<'_>) -> QueueConfig {
    use AbsentFactor::{Busy, LackingSkill, LoggedOut, NotReady, Unreachable};
    let factors = [LoggedOut, NotReady, Busy, Unreachable, LackingSkill];
    QueueConfig {
        rank: dice.below(3) as u32,
        objective_ms: dice.maybe(3, |dice| 1_000 + dice.length(20)),
        requirement: dice.maybe(3, requirement).unwrap_or_default(),
        plan: steps(dice),
        agent_order: dice.one_of(&AgentOrder::ALL),
        broadcast: 1 + u32::from(dice.seldom(4)) * (1 + dice.below(3) as u32),
        tiers: TierConfig {
            delays: dice
                .maybe(3, |dice| BTreeMap::from([(2, dice.length(5))]))
                .unwrap_or_default(),
            delay_per_level_ms: dice.maybe(4, |dice| dice.length(4)),
            no_agent_no_wait: !dice.seldom(3),
            no_answer_opens_next: !dice.seldom(2),
        },
        reserve: dice.maybe(4, |dice| ReserveThreshold {
            wait_ms: Some(dice.length(8)),
            predicted_wait_ms: dice.maybe(2, |dice| dice.length(400)),
        }),
        last_agent: dice.maybe(2, |_| LastAgent {
            within_ms: 20_000,
            for_ms: 4_000,
        }),
        preferred_waits_after_miss: dice.seldom(3),
        pools: dice.some_of(&["p0", "p1"].map(PoolName::from)),
        alerting: dice.one_of(&[
            Alerting::Desktop,
            Alerting::Desktop,
            Alerting::Phone,
            Alerting::Auto,
        ]),
        ring_ms: 5_000,
        after_failure: AfterFailure {
            not_ready_after: dice.maybe(3, |dice| 1 + dice.below(2) as u32),
            scope: dice.one_of(&[FailureScope::All, FailureScope::Queue]),
            return_ms: dice.maybe(2, |_| 4_000),
        },
        offer_when_busy_outside: dice.seldom(4),
        max_wait_ms: dice.maybe(3, |dice| 2_000 + dice.length(13)),
        let_ring_finish: dice.seldom(3),
        alert_wait_ms: dice.maybe(3, |dice| dice.length(6)),
        max_length: dice.maybe(4, |dice| 1 + dice.below(3) as u32),
        join_empty: dice
            .maybe(5, |dice| dice.some_of(&factors))
            .unwrap_or_default(),
        leave_empty: dice
            .maybe(5, |dice| dice.some_of(&factors))
            .unwrap_or_default(),
        divert_above_milli: dice.maybe(6, |_| 1_500),
        max_predicted_wait_ms: dice.maybe(6, |_| 300_000),
        calendar: dice.maybe(4, |_| "office".into()),
        leave_at_close: dice.seldom(2),
        overflow: targets(dice, i),
        exits: BTreeMap::from([(
            "1".into(),
            vec![Target::Queue(QUEUES[(i + 1) % 3].into()), Target::Callback],
        )]),
        announcements: Announcements {
            greeting: dice.maybe(3, |_| "hello".into()),
            music: dice.maybe(3, |_| "waltz".into()),
            position_every_ms: dice.maybe(3, |_| 4_000),
            wait_every_ms: dice.maybe(4, |_| 5_000),
            periodic: Some("patience".into()),
            periodic_every_ms: dice.maybe(4, |_| 6_000),
            minimum_gap_ms: dice.length(4),
        },
        return_within_ms: dice.maybe(3, |_| 9_000),
        first_response_ms: dice.maybe(3, |dice| 1_000 + dice.length(6)),
        recording: dice.one_of(&[Recording::Never, Recording::OnRequest, Recording::Always]),
        dispositions: vec!["done".into()],
        disposition_required: dice.seldom(2),
        callback: CallbackConfig {
            mode: dice.one_of(&[CallbackMode::AgentFirst, CallbackMode::CustomerFirst]),
            attempts: 1 + dice.below(3) as u32,
            gap_ms: dice.length(5),
            expires_ms: dice.maybe(3, |_| 30_000),
            calendar: dice.maybe(4, |_| "office".into()),
            max_open: dice.maybe(4, |_| 1),
            wrap_up: !dice.seldom(4),
            end_when_served: !dice.seldom(4),
        },
        wrap_up_mode: dice.one_of(&[
            WrapUpMode::Timed,
            WrapUpMode::None,
            WrapUpMode::Optional,
            WrapUpMode::Forced,
            WrapUpMode::Manual,
            WrapUpMode::Requested,
        ]),
        wrap_up_ms: dice.length(4),
        wrap_up_ceiling_ms: dice.maybe(3, |_| 6_000),
        wrap_up_blocks: dice.one_of(&[
            WrapUpBlocks::Channel,
            WrapUpBlocks::Queue,
            WrapUpBlocks::All,
        ]),
        max_talk_ms: dice.maybe(4, |_| 8_000),
        free_stuck: dice.seldom(2),
        ..QueueConfig::named(QUEUES[i])
    }
}

fn agent(i: usize, dice: &mut Dice<'_>) -> AgentConfig {
    let desktop = !dice.seldom(5);
    let plain = AgentConfig::named(&format!("a{i}"), []);
    let served = QUEUES.into_iter().skip(i % 2).take(1 + i % 3);
    AgentConfig {
        queues: served
            .map(|queue| Membership {
                tier: 1 + dice.below(3) as u32,
                position: dice.below(3) as u32,
                share: 1 + dice.below(3) as u32,
                reserve: dice.seldom(6),
                ..Membership::of(queue)
            })
            .collect(),
        teams: dice
            .some_of(&TEAMS.map(TeamName::from))
            .into_iter()
            .collect(),
        profile: dice.maybe(3, |_| "profile".into()),
        skills: (0..dice.below(4))
            .map(|_| (dice.one_of(&SKILLS).into(), 1 + dice.below(10) as u8))
            .collect(),
        capacity: BTreeMap::from([
            (Channel::Voice, 1),
            (Channel::Chat, dice.below(3) as u32),
            (Channel::Email, 1),
            (Channel::Task, 1),
        ]),
        total_capacity: dice.maybe(4, |_| 2),
        pools: BTreeMap::from([("p0".into(), 1 + dice.below(2) as u32), ("p1".into(), 1)]),
        wrap_up_ms: dice.maybe(4, |dice| dice.length(4)),
        alerting: dice.maybe(6, |_| Alerting::Phone),
        desktop,
        adapter: dice.maybe(2, |_| ADAPTER.into()).filter(|_| !desktop),
        on_demand: dice.seldom(6),
        training: dice.maybe(6, |_| Training {
            level_cap: Some(3),
            contacts_per_day: Some(2),
        }),
        ..plain
    }
}

/// The next days and hours, as the edge would resolve them.
pub fn civil(now: i64, dice: &mut Dice<'_>) -> CivilTime {
    let opening =
        |dice: &mut Dice<'_>| dice.one_of(&[Opening::Open, Opening::Hours, Opening::Holiday]);
    let now_is = opening(dice);
    let mut at = now;
    let changes = (0..dice.below(4))
        .map(|_| {
            at += 1 + dice.length(8);
            (at, opening(dice))
        })
        .collect();
    let day = now + 1 + dice.length(20);
    CivilTime {
        calendars: vec![CalendarTimes {
            calendar: "office".into(),
            now: now_is,
            changes,
        }],
        days: vec![day, day + DAY_MS],
    }
}

fn contact_change(dice: &mut Dice<'_>, now: i64) -> ContactChange {
    ContactChange {
        priority: dice.maybe(2, |dice| dice.below(6) as i32 - 2),
        requirement: dice.maybe(3, requirement),
        age_offset_ms: dice.maybe(3, |dice| dice.length(18) - 9_000),
        attributes: Vec::new(),
        queue: dice.maybe(3, |dice| dice.one_of(&QUEUES).into()),
        not_before: dice.maybe(6, |dice| now + dice.length(8)),
    }
}

fn new_arrival(dice: &mut Dice<'_>, name: &str, now: i64) -> Arrival {
    let channels = [
        Channel::Voice,
        Channel::Voice,
        Channel::Chat,
        Channel::Email,
        Channel::Task,
        Channel::Callback,
    ];
    let preferred = dice.maybe(3, preferred).unwrap_or_default();
    Arrival {
        channel: dice.one_of(&channels),
        adapter: if dice.seldom(6) {
            "other".into()
        } else {
            ADAPTER.into()
        },
        priority: dice.below(7) as i32 - 2,
        head_start_ms: dice.maybe(3, |dice| dice.length(10)).unwrap_or(0),
        requirement: dice.maybe(3, requirement),
        customer: dice.maybe(2, |dice| dice.one_of(&CUSTOMERS).into()),
        attributes: dice
            .maybe(3, |_| Attribute {
                key: "class".into(),
                value: "gold".into(),
                sensitive: false,
            })
            .into_iter()
            .collect(),
        plan: dice.maybe(5, |_| "plan".into()),
        dedicated: !preferred.is_empty() && dice.seldom(2),
        preferred,
        deadline: dice.maybe(5, |dice| now + dice.length(40)),
        not_before: dice.maybe(8, |dice| now + dice.length(6)),
        dial: dice.maybe(3, |_| "number".into()),
        ..arrival(name, QUEUES[dice.below(3)])
    }
}

fn destination(dice: &mut Dice<'_>) -> Destination {
    match dice.below(3) {
        0 => Destination::Queue(dice.one_of(&QUEUES).into()),
        1 => Destination::Agent(format!("a{}", dice.below(AGENTS)).into()),
        _ => Destination::External("elsewhere".into()),
    }
}

/// A command on what exists at this moment; none if there is nothing it could be about.
/// What is asked: by the server itself, or on the stream of an adapter.
pub fn request(numbers: &[u16], state: &State, nth: usize) -> Option<Request> {
    let command = command(numbers, state, nth)?;
    let numbers: Vec<u16> = numbers.iter().rev().copied().collect();
    let dice = &mut Dice::of(&numbers);
    let connected = dice.seldom(2).then(|| on_stream(&command, state));
    let Some(origin) = connected.flatten() else {
        let origin = caller(dice, nth);
        return Some(Request { origin, command });
    };
    let command = if dice.seldom(8) {
        Command::Malformed(Refusal::new(
            Reason::InvalidArgument,
            "queue",
            "it is empty",
        ))
    } else {
        command
    };
    Some(Request { origin, command })
}

/// One of two callers, now and then under an id that came before, or nobody.
fn caller(dice: &mut Dice<'_>, nth: usize) -> Origin {
    if !dice.seldom(2) {
        return Origin::Internal;
    }
    let repeated = usize::from(dice.seldom(16));
    Origin::Unary {
        caller: dice.one_of(&["loud", "loud", "quiet"]).into(),
        request_id: format!("r{}", nth - repeated).into(),
        fingerprint: u64::from(dice.roll()),
    }
}

/// The next event of the adapter's stream, if an adapter says this, and has one.
fn on_stream(command: &Command, state: &State) -> Option<Origin> {
    let adapter = match command {
        Command::Arrive(arrival) => &arrival.adapter,
        Command::Contact(ContactCommand { adapter, .. })
        | Command::SetOutsideBusy(SetOutsideBusy { adapter, .. }) => adapter,
        _ => return None,
    };
    let known = state.adapter(state.adapter_no(adapter)?);
    Some(Origin::Stream {
        adapter: adapter.clone(),
        connection: known.connection?,
        sequence: known.last_sequence + 1,
        part: "event".into(),
    })
}

pub fn command(numbers: &[u16], state: &State, nth: usize) -> Option<Command> {
    let dice = &mut Dice::of(numbers);
    match dice.below(16) {
        0..=3 => {
            let now = state.facts().now;
            Some(Command::Arrive(new_arrival(dice, &format!("c{nth}"), now)))
        }
        4 => presence(dice, state),
        5 => Some(Command::Login(Login {
            agent: name(dice.below(AGENTS)),
        })),
        6 => session(dice, state),
        7..=10 => offer(dice, state),
        11..=12 => handling(dice, state),
        13 => contact(dice, state),
        14 => adapter(dice, state),
        _ => office(dice, state),
    }
}

fn name(n: usize) -> AgentName {
    AgentName::from(format!("a{n}"))
}

fn act(state: &State, no: AgentNo, act: AgentAct) -> Option<Command> {
    let agent = state.agent(no);
    let session = agent.session.as_ref()?.id;
    Some(Command::Agent(AgentCommand {
        agent: agent.config.name.clone(),
        session,
        act,
    }))
}

fn presence(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let no = AgentNo(dice.below(AGENTS) as u32);
    let chosen = match dice.below(10) {
        0..=4 => AgentAct::SetPresence(Availability::Ready),
        5 => AgentAct::SetPresence(Availability::NotReady(dice.one_of(&REASONS).into())),
        6 => AgentAct::Logout,
        7 => AgentAct::RequestNext,
        8 if state.agent(no).adapter.is_some() => return phone(dice, state, no),
        8 => AgentAct::PauseQueue(dice.one_of(&QUEUES).into(), "break".into()),
        _ => AgentAct::ResumeQueue(dice.one_of(&QUEUES).into()),
    };
    act(state, no, chosen)
}

/// What its adapter does for an agent whose phone it owns.
fn phone(dice: &mut Dice<'_>, state: &State, no: AgentNo) -> Option<Command> {
    let act = match dice.below(6) {
        0 => PhoneAct::LogIn,
        1 => PhoneAct::LogOut,
        2 => PhoneAct::SetPresence(Availability::NotReady(dice.one_of(&REASONS).into())),
        3 => PhoneAct::PauseQueue(dice.one_of(&QUEUES).into(), "break".into()),
        4 => PhoneAct::ResumeQueue(dice.one_of(&QUEUES).into()),
        _ => PhoneAct::SetPresence(Availability::Ready),
    };
    Some(Command::ActForAgent(ActForAgent {
        adapter: ADAPTER.into(),
        agent: state.agent(no).config.name.clone(),
        act,
    }))
}

fn session(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let no = AgentNo(dice.below(AGENTS) as u32);
    let agent = state.agent(no);
    let name = agent.config.name.clone();
    let session = agent.session.as_ref()?;
    match dice.below(3) {
        0 | 1 => Some(Command::AttachSession(AttachSession {
            agent: name,
            session: session.id,
        })),
        _ => Some(Command::DetachSession(DetachSession {
            agent: name,
            connection: session.connection?,
        })),
    }
}

fn offer(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let facts = state.facts();
    let consults = |offer: &&Offer| {
        matches!(
            facts.contacts[&offer.contact].origin,
            ContactOrigin::ConsultOf(_)
        )
    };
    let any = facts.offers.values().cycle().nth(dice.below(8))?;
    let offer = facts.offers.values().find(consults).unwrap_or(any);
    let about = |said: ContactAct| {
        let contact = &facts.contacts[&offer.contact];
        Some(Command::Contact(ContactCommand {
            adapter: state.adapter(contact.adapter).name.clone(),
            contact: contact.name.clone(),
            act: said,
        }))
    };
    match dice.below(12) {
        0 | 1 => act(state, offer.agent, AgentAct::Accept(offer.id)),
        8..=11 => match offer.state {
            OfferState::Connecting { dials: true, .. } if dice.seldom(2) => about(
                ContactAct::ConnectFailed(offer.id, ConnectFailure::CustomerNotReached),
            ),
            OfferState::Pending { .. } => act(state, offer.agent, AgentAct::Accept(offer.id)),
            OfferState::Connecting { .. } => about(ContactAct::Connected(offer.id)),
        },
        2 | 3 => about(ContactAct::Connected(offer.id)),
        4 => act(state, offer.agent, AgentAct::Reject(offer.id)),
        5 => about(ContactAct::PhoneAnswered(offer.id)),
        _ => about(ContactAct::ConnectFailed(
            offer.id,
            dice.one_of(&[
                ConnectFailure::NoAnswer,
                ConnectFailure::Busy,
                ConnectFailure::Unreachable,
                ConnectFailure::Rejected,
                ConnectFailure::CustomerNotReached,
                ConnectFailure::System,
            ]),
        )),
    }
}

fn handling(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let facts = state.facts();
    let asks = |handling: &&Handling| {
        let consult = handling
            .consult
            .and_then(|consult| facts.contacts.get(&consult));
        consult.is_some_and(|consult| matches!(consult.place, Place::Handling(_)))
    };
    if let (Some(asking), false) = (facts.handlings.values().find(asks), dice.seldom(4)) {
        let said = match dice.seldom(2) {
            true => AgentAct::CompleteTransfer(asking.id),
            false => AgentAct::JoinConsult(asking.id),
        };
        return act(state, asking.agent, said);
    }
    let owns = |handling: &&Handling| !handling.participants.is_empty();
    if let (Some(owner), true) = (facts.handlings.values().find(owns), dice.seldom(4)) {
        let said = match dice.below(4) {
            0 => AgentAct::CompleteTransfer(owner.id),
            1 => AgentAct::Consult(owner.id, destination(dice)),
            2 => AgentAct::Conference(owner.id, destination(dice)),
            _ => AgentAct::EndTalk(owner.id, None),
        };
        return act(state, owner.agent, said);
    }
    let chosen = dice.below(8);
    let recent = || {
        facts
            .agents
            .iter()
            .find_map(|agent| agent.recent_handlings.back())
    };
    let handling = facts
        .handlings
        .values()
        .cycle()
        .nth(chosen)
        .or_else(recent)?;
    let (id, no) = (handling.id, handling.agent);
    let said = match dice.below(27) {
        25 | 26 => AgentAct::SetRecording(id, recording(dice)),
        0..=3 => AgentAct::EndTalk(id, disposition(dice)),
        4 | 5 => AgentAct::EndWrapUp(id, disposition(dice)),
        6 => AgentAct::Hold(id),
        7 => AgentAct::Resume(id),
        8 if dice.seldom(3) => AgentAct::KeepCallback(id),
        8 => AgentAct::RequestWrapUp(id),
        9 | 22 | 23 => {
            let over = recent()?;
            return act(state, over.agent, AgentAct::EnterWrapUp(over.id));
        }
        10 => AgentAct::ExtendWrapUp(id, 1_000),
        11 | 12 => AgentAct::Transfer(id, destination(dice)),
        13 | 16 | 17 => AgentAct::Consult(id, destination(dice)),
        14 => AgentAct::CompleteTransfer(id),
        15 => AgentAct::EndConsult(id),
        18 if dice.seldom(4) => AgentAct::ReportScore(id, score(dice)),
        18 => AgentAct::Requeue(id),
        19 => AgentAct::Escalate(id),
        20 => AgentAct::Park(id),
        21 => AgentAct::JoinConsult(id),
        _ => AgentAct::Conference(id, destination(dice)),
    };
    act(state, no, said)
}

fn score(dice: &mut Dice<'_>) -> Score {
    Score {
        points: dice.below(8) as u32,
        scale_max: 5,
        asked_by: AskedBy::Keypad,
        question: "".into(),
        comment: "comment".into(),
    }
}

fn recording(dice: &mut Dice<'_>) -> RecordingState {
    dice.one_of(&[
        RecordingState::Off,
        RecordingState::On,
        RecordingState::Paused,
    ])
}

fn contact(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let contact = state.facts().contacts.values().cycle().nth(dice.below(8))?;
    let said = match dice.below(12) {
        11 => ContactAct::RecordingChanged(recording(dice)),
        10 => match contact.place {
            Place::Handling(handling) => {
                ContactAct::AgentLeft(state.facts().handlings[&handling].offer)
            }
            _ => ContactAct::AgentLeft(OfferId(1)),
        },
        9 => ContactAct::FirstResponse,
        0..=2 => ContactAct::End(EndCause::Customer),
        3 | 4 => ContactAct::Change(contact_change(dice, state.facts().now)),
        5 => ContactAct::Exit("1".into()),
        6 => ContactAct::RequestCallback(CallbackRequest {
            number: "number".into(),
            not_before: dice.maybe(2, |dice| state.facts().now + dice.length(8)),
        }),
        7 if dice.seldom(3) => ContactAct::ReportScore(ScoreReport {
            score: score(dice),
            queue: None,
            channel: None,
            agent: None,
        }),
        7 => ContactAct::Return,
        _ => ContactAct::Hold(dice.seldom(2)),
    };
    if let (Place::Parked(agent), true) = (contact.place, dice.seldom(2)) {
        return act(state, agent, AgentAct::Unpark(contact.name.clone()));
    }
    if dice.seldom(8) {
        let date = state.facts().now + dice.length(8);
        let agent = match contact.place {
            Place::Parked(agent) => agent,
            _ => AgentNo(dice.below(AGENTS) as u32),
        };
        return act(state, agent, AgentAct::PutOff(contact.name.clone(), date));
    }
    Some(Command::Contact(ContactCommand {
        adapter: state.adapter(contact.adapter).name.clone(),
        contact: contact.name.clone(),
        act: said,
    }))
}

fn adapter(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let chosen = usize::from(dice.seldom(4));
    let adapter = state.facts().adapters.get(chosen)?;
    let name = adapter.name.clone();
    match dice.below(10) {
        8 => Some(Command::ConfirmRefusals(ConfirmRefusals {
            adapter: name,
            connection: adapter.connection?,
            up_to: adapter.last_sequence.saturating_sub(dice.below(4) as u64),
        })),
        0..=2 => {
            let directives = adapter.directives.keys().copied().take(3).collect();
            Some(Command::AcknowledgeDirectives(AcknowledgeDirectives {
                adapter: name,
                directives,
            }))
        }
        3 | 4 => Some(Command::AdapterConnect(AdapterConnect {
            adapter: name,
            incarnation: if dice.seldom(6) { "2" } else { "1" }.into(),
        })),
        5 => Some(Command::AdapterDisconnect(AdapterDisconnect {
            adapter: name,
            connection: adapter.connection?,
        })),
        6 => {
            let agent = self::name(dice.below(AGENTS));
            Some(Command::SetOutsideBusy(SetOutsideBusy {
                adapter: name,
                agent,
                busy: dice.seldom(2),
            }))
        }
        listed => {
            let page = live_page(dice, state, AdapterNo(chosen as u32));
            if listed == 9 {
                return Some(Command::AdmitLive(AdmitLive {
                    adapter: name,
                    page,
                }));
            }
            let as_of = state.facts().seq.saturating_sub(dice.below(100) as u64);
            let held = state.facts().contacts.values().take(dice.below(3));
            Some(Command::ReconcileAdapter(ReconcileAdapter {
                adapter: name,
                as_of: dice.seldom(3).then_some(as_of),
                held: held.map(|contact| contact.name.clone()).collect(),
                page,
                busy_outside: vec![self::name(dice.below(AGENTS + 1))],
            }))
        }
    }
}

/// Some contacts of the adapter, a new one, and seldom one of another adapter, for a queue that there is not, or not
/// stated as it should be.
fn live_page(dice: &mut Dice<'_>, state: &State, no: AdapterNo) -> LivePage {
    let now = state.facts().now;
    let foreign = dice.seldom(4);
    let known = state.facts().contacts.values();
    let its = known.filter(|contact| foreign || contact.adapter == no);
    let mut names: Vec<ContactName> = its.map(|contact| contact.name.clone()).collect();
    names.truncate(dice.below(6));
    let malformed = names.pop().filter(|_| dice.seldom(4));
    names.push(format!("live{now}").as_str().into());
    let queue = if dice.seldom(6) {
        "nowhere"
    } else {
        QUEUES[dice.below(3)]
    };
    let contacts = names.into_iter().map(|contact| LiveContact {
        arrival: Arrival {
            contact,
            adapter: state.adapter(no).name.clone(),
            ..arrival("", queue)
        },
        arrived_at: now - dice.length(9),
        agent: dice.maybe(4, |dice| name(dice.below(AGENTS))),
    });
    let malformed = malformed.map(|contact| LiveRefusal {
        entry: LiveEntry::Contact(contact),
        refusal: Refusal::new(Reason::InvalidArgument, "channel", "it is none"),
    });
    LivePage {
        contacts: contacts.collect(),
        malformed: malformed.into_iter().collect(),
    }
}

/// What supervisors and administrators do.
fn office(dice: &mut Dice<'_>, state: &State) -> Option<Command> {
    let facts = state.facts();
    let agent = name(dice.below(AGENTS));
    let nth = dice.below(8);
    let contact = || {
        facts
            .contacts
            .values()
            .cycle()
            .nth(nth)
            .map(|contact| contact.name.clone())
    };
    let chosen = match dice.below(15) {
        0 => SupervisorAct::SetPresence(agent, Availability::NotReady("break".into())),
        1 => SupervisorAct::SetPresence(agent, Availability::Ready),
        2 if nth < 3 => {
            let over = facts.ended.keys().map(|(_, contact)| *contact);
            let contacts: Arc<[ContactId]> = over.take(nth + 2).collect();
            let customer = Some(*contacts.first()?);
            SupervisorAct::ErasePersonal { contacts, customer }
        }
        2 => SupervisorAct::LogOut(agent),
        3 => SupervisorAct::FreeAgent(agent),
        4 => SupervisorAct::PauseQueue(agent, dice.one_of(&QUEUES).into(), Some("busy".into())),
        5 => SupervisorAct::SetEmergency(
            dice.maybe(2, |dice| dice.one_of(&QUEUES).into()),
            dice.seldom(3),
        ),
        6 | 7 => SupervisorAct::Assign(contact()?, agent),
        8 => SupervisorAct::Withdraw(contact()?),
        9 => SupervisorAct::FreeContact(contact()?),
        10 => SupervisorAct::ChangeContact(contact()?, contact_change(dice, facts.now)),
        11 => {
            let skills =
                (0..dice.below(4)).map(|_| (dice.one_of(&SKILLS).into(), 1 + dice.below(10) as u8));
            let skills = skills.collect();
            return Some(Command::SetAgentSkills(SetAgentSkills {
                agent,
                skills,
                author: "test".into(),
            }));
        }
        12 => SupervisorAct::Monitor {
            contact: contact()?,
            mode: MonitorMode::Whisper,
            address: "boss".into(),
        },
        13 if dice.seldom(4) => {
            return Some(Command::NoteConfigFile(NoteConfigFile {
                document: dice.below(3) as u64,
                in_force: dice.seldom(2),
            }));
        }
        13 => return Some(Command::ResolveCivilTime(Arc::new(civil(facts.now, dice)))),
        _ => {
            let mut config = tenant(dice.0.as_slice());
            if dice.seldom(3) {
                config.queues.truncate(2);
                forget_queue(&mut config, QUEUES[2]);
            }
            return Some(Command::ApplyConfig(ApplyConfig {
                config: config.into(),
                source: match dice.seldom(4) {
                    true => ConfigSource::File,
                    false => ConfigSource::Api,
                },
                author: "test".into(),
                comment: "".into(),
                expected_version: None,
                civil: Arc::new(civil(facts.now, dice)),
                document: dice.maybe(2, |dice| dice.below(3) as u64),
            }));
        }
    };
    Some(Command::Supervise(Supervise {
        author: "test".into(),
        reason: "".into(),
        act: chosen,
    }))
}

/// Removes what names a queue that is removed.
fn forget_queue(config: &mut TenantConfig, gone: &str) {
    let is_gone = |target: &Target| *target == Target::Queue(gone.into());
    for queue in &mut config.queues {
        queue.overflow.retain(|entry| !is_gone(&entry.target));
        queue
            .exits
            .values_mut()
            .for_each(|targets| targets.retain(|target| !is_gone(target)));
    }
    for profile in &mut config.profiles {
        profile.queues.retain(|entry| entry.queue.as_str() != gone);
    }
    for agent in &mut config.agents {
        agent.queues.retain(|entry| entry.queue.as_str() != gone);
    }
}
