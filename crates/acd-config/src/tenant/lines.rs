//! The keys of each thing of a configuration with their values, in the order of the reference: what a document writes
//! and what a comparison compares. Every struct is taken apart field by field, so that a new field does not compile
//! until it has a key here.

use std::sync::Arc;

use acd_core::config::{
    AfterFailure, AgentConfig, Announcements, BackOffTimes, CalendarConfig, CallbackConfig,
    Condition, Fact, LastAgent, Limits, Membership, Overflow, PlanConfig, Preferred, PriorityMode,
    ProfileConfig, ProfileQueue, QueueConfig, ReserveThreshold, RuleCondition, RuleConfig,
    Settings, Step, Target, TeamConfig, TierBounds, TierConfig, Training, Who,
};
use acd_core::ids::{Channel, DurationMs};
use acd_core::requirement::Requirement;

use super::hours::{holiday_text, weekly_text};
use super::requirement::requirement_text;
use super::skip_if::skip_if_text;
use super::value::{Shown, Value};

/// Keys with their values.
pub(crate) type Lines = Vec<(&'static str, Value)>;

fn duration(value: Option<DurationMs>) -> Value {
    value.map_or(Value::Absent, Value::duration)
}

fn text(value: Option<&impl std::fmt::Display>) -> Value {
    value.map_or(Value::Absent, Value::text)
}

fn asked(requirement: &Requirement) -> Value {
    Value::text(requirement_text(requirement))
}

/// A list that is left out if it is empty.
fn filled(list: Value) -> Value {
    match list {
        Value::List(elements) if elements.is_empty() => Value::Absent,
        Value::Plain(text) if text == "{}" => Value::Absent,
        value => value,
    }
}

/// Elements that are tables or words of their own.
fn list<T>(elements: impl IntoIterator<Item = T>, write: impl Fn(T) -> Value) -> Value {
    let written = elements.into_iter().map(write);
    Value::List(
        written
            .filter_map(|value| value.line().map(Into::into))
            .collect(),
    )
}

/// A list of tables of which each may be one text.
fn one_or_all<T: std::fmt::Display>(mut values: impl ExactSizeIterator<Item = T>) -> Value {
    match values.len() {
        1 => values.next().map_or(Value::Absent, Value::text),
        _ => Value::texts(values),
    }
}

pub(crate) fn settings(settings: &Settings) -> Lines {
    let Settings {
        priority_mode,
        objective,
        connect_ms,
        back_off: _,
        session_grace_ms,
        after_session_loss,
        adapter_grace_ms,
        request_window_ms,
        ended_contact_window_ms,
        transfer_age,
        one_offer_at_a_time,
        may_interrupt,
        auto_return,
        calendar,
        zone,
        seed,
    } = settings;
    let priority_mode = match *priority_mode {
        PriorityMode::Strict => Value::text("strict"),
        PriorityMode::Aging { point_ms } => Value::table([("aging", Value::duration(point_ms))]),
    };
    let interrupted = |channel: Channel| {
        let others = may_interrupt.get(&channel).into_iter().flatten();
        (channel.as_str(), Value::words(others))
    };
    let returns = auto_return
        .iter()
        .map(|(reason, after)| (reason, Value::duration(*after)));
    vec![
        ("priority_mode", priority_mode),
        ("objective", (*objective).into()),
        ("connect", Value::duration(*connect_ms)),
        ("session_grace", Value::duration(*session_grace_ms)),
        ("after_session_loss", Value::word(*after_session_loss)),
        ("adapter_grace", Value::duration(*adapter_grace_ms)),
        ("request_window", Value::duration(*request_window_ms)),
        (
            "ended_contact_window",
            Value::duration(*ended_contact_window_ms),
        ),
        ("transfer_age", Value::word(*transfer_age)),
        ("one_offer_at_a_time", (*one_offer_at_a_time).into()),
        ("may_interrupt", Value::table(Channel::ALL.map(interrupted))),
        ("auto_return", Value::table(returns)),
        ("calendar", text(calendar.as_ref())),
        ("zone", Value::text(zone)),
        ("seed", (*seed).into()),
    ]
}

pub(crate) fn back_off(times: &BackOffTimes) -> Lines {
    let BackOffTimes {
        rejected_ms,
        no_answer_ms,
        busy_ms,
        unreachable_ms,
    } = times;
    vec![
        ("rejected", Value::duration(*rejected_ms)),
        ("no_answer", Value::duration(*no_answer_ms)),
        ("busy", Value::duration(*busy_ms)),
        ("unreachable", Value::duration(*unreachable_ms)),
    ]
}

pub(crate) fn limits(limits: &Limits) -> Lines {
    let Limits {
        open_contacts,
        attributes,
        attribute_bytes,
        note_bytes,
        remembered_requests,
        unacknowledged_directives,
        ended_records,
        queue_hops,
        offers_per_contact,
        remembered_customers,
    } = *limits;
    vec![
        ("open_contacts", open_contacts.into()),
        ("attributes", attributes.into()),
        ("attribute_bytes", attribute_bytes.into()),
        ("note_bytes", note_bytes.into()),
        ("remembered_requests", remembered_requests.into()),
        (
            "unacknowledged_directives",
            unacknowledged_directives.into(),
        ),
        ("ended_records", ended_records.into()),
        ("queue_hops", queue_hops.into()),
        ("offers_per_contact", offers_per_contact.into()),
        ("remembered_customers", remembered_customers.into()),
    ]
}

pub(crate) fn calendar(calendar: &CalendarConfig) -> Lines {
    let CalendarConfig {
        name: _,
        zone,
        hours,
        holidays,
    } = calendar;
    vec![
        ("zone", Value::text(zone)),
        ("hours", Value::texts(hours.iter().map(weekly_text))),
        (
            "holidays",
            filled(Value::texts(holidays.iter().map(holiday_text))),
        ),
    ]
}

pub(crate) fn team(team: &TeamConfig) -> Lines {
    let TeamConfig { name: _, head } = team;
    vec![("head", text(head.as_ref()))]
}

pub(crate) fn profile(profile: &ProfileConfig) -> Lines {
    let ProfileConfig { name: _, queues } = profile;
    let entry = |entry: &ProfileQueue| {
        let ProfileQueue {
            queue,
            rank,
            delay_ms,
        } = entry;
        Value::table([
            ("queue", Value::text(queue)),
            ("rank", (*rank).into()),
            ("delay", Value::duration(*delay_ms)),
        ])
    };
    vec![("queues", list(queues, entry))]
}

pub(crate) fn plan(plan: &PlanConfig) -> Lines {
    let PlanConfig { name: _, steps } = plan;
    vec![("steps", list(steps, step))]
}

fn step(step: &Step) -> Value {
    let Step {
        requirement,
        drop,
        agents,
        teams,
        tiers: TierBounds { min, max, raise },
        for_ms,
        skip_if,
        end_on_miss,
    } = step;
    let tiers = [
        ("min", (*min).into()),
        ("max", (*max).into()),
        ("raise", (*raise).into()),
    ];
    Value::table([
        (
            "requirement",
            requirement.as_ref().map_or(Value::Absent, asked),
        ),
        ("drop", filled(Value::texts(drop))),
        ("agents", filled(Value::texts(agents))),
        ("teams", filled(Value::texts(teams))),
        ("tiers", filled(Value::table(tiers))),
        ("for", duration(*for_ms)),
        (
            "skip_if",
            skip_if.map_or(Value::Absent, |it| Value::text(skip_if_text(it))),
        ),
        (
            "end_on_miss",
            Value::unless(*end_on_miss, false, Value::from),
        ),
    ])
}

pub(crate) fn rule(rule: &RuleConfig) -> Lines {
    let RuleConfig {
        name: _,
        when,
        queue,
        priority,
        head_start_ms,
        requirement,
        plan,
        preferred,
        dedicated,
    } = rule;
    vec![
        ("when", list(when, rule_condition)),
        ("queue", text(queue.as_ref())),
        ("priority", (*priority).into()),
        ("head_start", duration(*head_start_ms)),
        (
            "requirement",
            requirement.as_ref().map_or(Value::Absent, asked),
        ),
        ("plan", text(plan.as_ref())),
        ("preferred", filled(list(preferred, self::preferred))),
        ("dedicated", (*dedicated).into()),
    ]
}

fn rule_condition(condition: &RuleCondition) -> Value {
    let RuleCondition { fact, is } = condition;
    let values = one_or_all(is.iter());
    match fact {
        Fact::Queue => Value::table([("queue", values)]),
        Fact::Channel => Value::table([("channel", values)]),
        Fact::Attribute(key) => {
            Value::table([("attribute", Value::text(key)), ("is", filled(values))])
        }
    }
}

fn preferred(entry: &Preferred) -> Value {
    let Preferred { who, for_ms } = entry;
    let who = match who {
        Who::Agent(name) => ("agent", Value::text(name)),
        Who::Attribute(key) => ("attribute", Value::text(key)),
        Who::Team(name) => ("team", Value::text(name)),
        Who::Head(name) => ("head", Value::text(name)),
        Who::SameTeam => ("same_team", true.into()),
        Who::HeadOfTeam => ("head_of_team", true.into()),
    };
    Value::table([who, ("for", duration(*for_ms))])
}

pub(crate) fn queue(queue: &QueueConfig, shown: Shown) -> Lines {
    let QueueConfig {
        name: _,
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
        alerting,
        ring_ms,
        ring_by_channel,
        after_failure,
        offer_when_busy_outside,
        max_wait_ms,
        let_ring_finish,
        alert_wait_ms,
        max_length,
        join_empty,
        leave_empty,
        divert_above_milli,
        max_predicted_wait_ms,
        calendar,
        leave_at_close,
        overflow,
        exits,
        announcements,
        return_within_ms,
        callback,
        wrap_up_mode: _,
        wrap_up_ms: _,
        wrap_up_ceiling_ms: _,
        wrap_up_blocks: _,
        max_talk_ms,
        free_stuck,
        service_level_ms,
        short_abandon_ms,
        expected_handling_ms,
    } = queue;
    let requirement = if requirement.is_none() {
        Value::Absent
    } else {
        asked(requirement)
    };
    let rings = ring_by_channel
        .iter()
        .map(|(channel, ring)| (channel.as_str(), Value::duration(*ring)));
    let exit = |(choice, targets): (&Arc<str>, &Vec<Target>)| {
        (
            Arc::clone(choice),
            list(targets, |target| self::target(target, shown)),
        )
    };
    vec![
        ("rank", (*rank).into()),
        ("objective", duration(*objective_ms)),
        ("requirement", requirement),
        ("plan", filled(list(plan, step))),
        ("agent_order", Value::word(*agent_order)),
        ("broadcast", (*broadcast).into()),
        ("tiers", self::tiers(tiers)),
        ("reserve", reserve.map_or(Value::Absent, self::reserve)),
        (
            "last_agent",
            last_agent.map_or(Value::Absent, self::last_agent),
        ),
        (
            "preferred_waits_after_miss",
            (*preferred_waits_after_miss).into(),
        ),
        ("pools", filled(Value::texts(pools))),
        ("alerting", Value::word(*alerting)),
        ("ring", Value::duration(*ring_ms)),
        ("ring_by_channel", filled(Value::table(rings))),
        ("after_failure", self::after_failure(*after_failure)),
        ("offer_when_busy_outside", (*offer_when_busy_outside).into()),
        ("max_wait", duration(*max_wait_ms)),
        ("let_ring_finish", (*let_ring_finish).into()),
        ("alert_wait", duration(*alert_wait_ms)),
        ("max_length", (*max_length).into()),
        ("join_empty", Value::words(join_empty)),
        ("leave_empty", Value::words(leave_empty)),
        (
            "divert_above",
            divert_above_milli.map_or(Value::Absent, thousandths),
        ),
        ("max_predicted_wait", duration(*max_predicted_wait_ms)),
        ("calendar", text(calendar.as_ref())),
        ("leave_at_close", (*leave_at_close).into()),
        (
            "overflow",
            filled(list(overflow, |entry| self::overflow(entry, shown))),
        ),
        ("exits", filled(Value::table(exits.iter().map(exit)))),
        ("announcements", self::announcements(announcements)),
        ("return_within", duration(*return_within_ms)),
        ("callback", self::callback(callback)),
        ("wrap_up", wrap_up(queue)),
        ("max_talk", duration(*max_talk_ms)),
        ("free_stuck", (*free_stuck).into()),
        ("service_level", Value::duration(*service_level_ms)),
        ("short_abandon", Value::duration(*short_abandon_ms)),
        ("expected_handling", Value::duration(*expected_handling_ms)),
    ]
}

/// A number of thousandths as a decimal number.
fn thousandths(milli: u32) -> Value {
    Value::bare(format_args!("{}.{:03}", milli / 1_000, milli % 1_000))
}

fn tiers(tiers: &TierConfig) -> Value {
    let TierConfig {
        delays,
        delay_per_level_ms,
        no_agent_no_wait,
        no_answer_opens_next,
    } = tiers;
    let delays = delays
        .iter()
        .map(|(tier, delay)| (tier.to_string(), Value::duration(*delay)));
    Value::table([
        ("delay_per_level", duration(*delay_per_level_ms)),
        ("delays", filled(Value::table(delays))),
        ("no_agent_no_wait", (*no_agent_no_wait).into()),
        ("no_answer_opens_next", (*no_answer_opens_next).into()),
    ])
}

fn reserve(threshold: ReserveThreshold) -> Value {
    let ReserveThreshold {
        wait_ms,
        predicted_wait_ms,
    } = threshold;
    let (wait, predicted) = (duration(wait_ms), duration(predicted_wait_ms));
    Value::table([("wait", wait), ("predicted_wait", predicted)])
}

fn last_agent(last_agent: LastAgent) -> Value {
    let LastAgent { within_ms, for_ms } = last_agent;
    let (within, wait) = (Value::duration(within_ms), Value::duration(for_ms));
    Value::table([("within", within), ("for", wait)])
}

/// Nothing where agents stay ready; nothing else is said then.
fn after_failure(after: AfterFailure) -> Value {
    let AfterFailure {
        not_ready_after,
        scope,
        return_ms,
    } = after;
    not_ready_after.map_or(Value::Absent, |misses| {
        Value::table([
            ("not_ready_after", misses.into()),
            ("scope", Value::word(scope)),
            ("return", duration(return_ms)),
        ])
    })
}

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

fn target(target: &Target, shown: Shown) -> Value {
    match target {
        Target::Callback | Target::End => Value::text(target_key(target, shown).0),
        other => Value::table([target_key(other, shown)]),
    }
}

fn overflow(entry: &Overflow, shown: Shown) -> Value {
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

fn announcements(announcements: &Announcements) -> Value {
    let Announcements {
        greeting,
        music,
        position_every_ms,
        wait_every_ms,
        periodic,
        periodic_every_ms,
        minimum_gap_ms,
    } = announcements;
    Value::table([
        ("greeting", text(greeting.as_ref())),
        ("music", text(music.as_ref())),
        ("position_every", duration(*position_every_ms)),
        ("wait_every", duration(*wait_every_ms)),
        ("periodic", text(periodic.as_ref())),
        ("periodic_every", duration(*periodic_every_ms)),
        ("minimum_gap", Value::duration(*minimum_gap_ms)),
    ])
}

fn callback(callback: &CallbackConfig) -> Value {
    let CallbackConfig {
        mode,
        attempts,
        gap_ms,
        expires_ms,
        calendar,
        max_open,
    } = callback;
    Value::table([
        ("mode", Value::word(*mode)),
        ("attempts", (*attempts).into()),
        ("gap", Value::duration(*gap_ms)),
        ("expires", duration(*expires_ms)),
        ("calendar", text(calendar.as_ref())),
        ("max_open", (*max_open).into()),
    ])
}

fn wrap_up(queue: &QueueConfig) -> Value {
    Value::table([
        ("mode", Value::word(queue.wrap_up_mode)),
        ("time", Value::duration(queue.wrap_up_ms)),
        ("ceiling", duration(queue.wrap_up_ceiling_ms)),
        ("blocks", Value::word(queue.wrap_up_blocks)),
    ])
}

pub(crate) fn agent(agent: &AgentConfig, shown: Shown) -> Lines {
    let AgentConfig {
        name: _,
        address,
        teams,
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
        on_demand,
        training,
    } = agent;
    let has_address = !address.reveal().is_empty();
    let attributes = attributes
        .iter()
        .map(|(key, value)| (key, Value::text(value)));
    let levels = skills
        .iter()
        .map(|(skill, level)| (skill.as_str(), (*level).into()));
    let slots = capacity
        .iter()
        .map(|(channel, slots)| (channel.as_str(), (*slots).into()));
    let pools = pools
        .iter()
        .map(|(pool, most)| (pool.as_str(), (*most).into()));
    vec![
        (
            "address",
            if has_address {
                Value::Plain(shown.personal(address))
            } else {
                Value::Absent
            },
        ),
        ("teams", filled(Value::texts(teams))),
        ("site", text(site.as_ref())),
        ("attributes", filled(Value::table(attributes))),
        ("queues", filled(list(queues, membership))),
        ("profile", text(profile.as_ref())),
        ("skills", filled(Value::table(levels))),
        ("capacity", Value::table(slots)),
        ("total_capacity", (*total_capacity).into()),
        ("pools", filled(Value::table(pools))),
        ("wrap_up", duration(*wrap_up_ms)),
        ("alerting", alerting.map_or(Value::Absent, Value::word)),
        ("desktop", (*desktop).into()),
        ("on_demand", (*on_demand).into()),
        ("training", training.map_or(Value::Absent, self::training)),
    ]
}

/// A queue that an agent serves; a plain one is its name.
pub(crate) fn membership(membership: &Membership) -> Value {
    let Membership {
        queue,
        tier,
        position,
        share,
        reserve,
    } = membership;
    if *membership == Membership::of(queue.as_str()) {
        return Value::text(queue);
    }
    Value::table([
        ("queue", Value::text(queue)),
        ("tier", (*tier).into()),
        ("position", (*position).into()),
        ("share", (*share).into()),
        ("reserve", (*reserve).into()),
    ])
}

fn training(training: Training) -> Value {
    let Training {
        level_cap,
        contacts_per_day,
    } = training;
    let (cap, contacts) = (level_cap.into(), contacts_per_day.into());
    Value::table([("level_cap", cap), ("contacts_per_day", contacts)])
}
