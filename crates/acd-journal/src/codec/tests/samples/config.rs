//! Routing configurations with random content: whatever the types can hold, whether it makes sense or not.

use acd_core::config::*;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::{Sample, Variants, of};

structs! {
    TenantConfig { settings, limits, skills, adapters, calendars, teams, reasons, dispositions, attributes, profiles, plans, rules, targets, tariffs, review_forms, queues, agents }
    Settings {
        priority_mode, objective, connect_ms, dial_ms, back_off, session_grace_ms, after_session_loss, adapter_grace_ms,
        request_window_ms, ended_contact_window_ms, transfer_age, transfer_to_agent_ms, one_offer_at_a_time,
        may_interrupt, auto_return, only_configured_codes, mask_customer_key, mask_dial, asynchronous, asynchronous_return_ms, calendar, zone,
        week_begins, resolved_after_ms, keep_personal_ms, seed,
    }
    BackOffTimes { rejected_ms, no_answer_ms, busy_ms, unreachable_ms }
    Limits {
        open_contacts, attributes, attribute_bytes, note_bytes, remembered_requests, remembered_requests_per_caller,
        unacknowledged_directives, unconfirmed_refusals, ended_records, ended_contacts, queue_hops,
        offers_per_contact, remembered_customers, acts, slice_events,
    }
    ReasonConfig { name, label, allowed_ms }
    DispositionConfig { name, label }
    AttributeConfig { name, label, kind, mask }
    MaskConfig { agent, supervisor, reveal }
    Wording { by_language }
    CalendarConfig { name, zone, hours, holidays }
    WeeklyHours { days, from, to }
    Holiday { date, hours }
    TeamConfig { name, head }
    ProfileConfig { name, queues }
    ProfileQueue { queue, rank, delay_ms }
    PlanConfig { name, steps }
    Step { requirement, drop, agents, teams, tiers, for_ms, skip_if, end_on_miss }
    SkipIf { count, is, value }
    RuleConfig { name, when, queue, priority, head_start_ms, requirement, plan, preferred, dedicated }
    RuleCondition { fact, is }
    TargetConfig { name, of, at_least_milli, at_most_milli, scope, only }
    TariffConfig { name, queues, currency, decimals, per_contact, per_minute, least_ms, step_ms, per_agent_hour, monthly }
    ReviewFormConfig { name, label, questions }
    QuestionConfig { name, text, weight, scale_max, knock_out }
    QueueConfig {
        name, label, rank, objective_ms, requirement, plan, agent_order, broadcast, tiers, reserve, last_agent,
        preferred_waits_after_miss, pools, alerting, ring_ms, ring_by_channel, after_failure, offer_when_busy_outside,
        max_wait_ms, let_ring_finish, alert_wait_ms, max_length, join_empty, leave_empty, divert_above_milli,
        max_predicted_wait_ms, calendar, leave_at_close, overflow, exits, announcements, return_within_ms, callback, first_response_ms,
        recording, script, dispositions, disposition_required, wrap_up_mode, wrap_up_ms, wrap_up_ceiling_ms, wrap_up_blocks, max_talk_ms, free_stuck, service_level_ms, service_level_goal,
        short_abandon_ms, expected_handling_ms,
    }
    TierConfig { delays, delay_per_level_ms, no_agent_no_wait, no_answer_opens_next }
    ReserveThreshold { wait_ms, predicted_wait_ms }
    LastAgent { within_ms, for_ms }
    AfterFailure { not_ready_after, scope, return_ms }
    Overflow { target, reasons, condition }
    Condition {
        open_below, logged_in_at_least, free_at_least, predicted_wait_below_ms, waited_below_ms, attribute,
    }
    Announcements { greeting, music, position_every_ms, wait_every_ms, periodic, periodic_every_ms, minimum_gap_ms }
    CallbackConfig { mode, attempts, gap_ms, expires_ms, calendar, max_open, wrap_up, end_when_served }
    AgentConfig {
        name, address, teams, site, attributes, queues, profile, skills, capacity, total_capacity, pools, wrap_up_ms,
        alerting, desktop, adapter, on_demand, training,
    }
    Membership { queue, tier, position, share, reserve }
    Training { level_cap, contacts_per_day }
}

enums! {
    PriorityMode { Strict, Aging { point_ms = point_ms } }
    AfterSessionLoss { LogOut, NotReady }
    Age { Keep, New }
    AttributeKind { Text, Number, Date, Phone, Email, Link, Card, Secret }
    Viewer { Agent, Supervisor }
    Visibility { Full, Last(count), Hidden }
    Weekday { Mon, Tue, Wed, Thu, Fri, Sat, Sun }
    AgentCount { LoggedIn, Available, Free }
    Comparison { Below, AtMost, Equal, AtLeast, Above }
    Fact { Queue, Channel, Attribute(key) }
    AgentOrder {
        LongestIdle, MostSkilled, LeastSkilled, LeastOccupied, FewestContacts, RoundRobin, Linear, MostSpareCapacity,
        LeastLoaded,
        Percent, Random,
    }
    TargetFigure {
        ServiceLevel1, ServiceLevel2, ServiceLevel3, ServiceLevel4, ServiceLevel5, ServiceLevel6, Abandonment, Aht,
        Occupancy, Handled, FirstContactResolution, Satisfaction, Quality,
    }
    TargetScope { Centre, Queues, Agents }
    FailureScope { All, Queue }
    Recording { Never, OnRequest, Always }
    AbsentFactor { LoggedOut, NotReady, Busy, Unreachable, LackingSkill }
    CallbackMode { AgentFirst, CustomerFirst }
    WrapUpMode { None, Optional, Timed, Forced, Manual, Requested }
}
