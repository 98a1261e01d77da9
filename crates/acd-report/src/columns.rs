//! The columns of each report: what they are called in files, in what they count, and how they follow from sums.

use std::borrow::Cow;

use acd_core::service_level::Variant;

use crate::kind::Kind;
use crate::sums::{Sums, mean, money, rate, share};
use crate::value::{Unit, Value};

/// A column of figures.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in files; the unit of a length is in it. Names are never changed: others read them.
    pub name: Cow<'static, str>,
    /// In what it counts.
    pub unit: Unit,
    /// Whether it belongs to the few that people read first.
    pub is_main: bool,
    pub(crate) of: Of,
}

/// How a figure follows from sums.
#[derive(Clone, Debug)]
pub(crate) enum Of {
    Sums(fn(&Sums) -> Option<Value>),
    /// Time not ready for this reason.
    NotReady(String),
}

impl Column {
    pub(crate) fn value(&self, sums: &Sums) -> Option<Value> {
        match &self.of {
            Of::Sums(of) => of(sums),
            Of::NotReady(reason) => {
                let ms = sums.time.not_ready_ms.get(reason).copied();
                Some(Value::ms(ms.unwrap_or_default()))
            }
        }
    }

    /// Time not ready for a reason.
    pub(crate) fn not_ready(reason: &str) -> Self {
        Self {
            name: format!("not_ready_{reason}_ms").into(),
            unit: Unit::Ms,
            is_main: false,
            of: Of::NotReady(reason.to_owned()),
        }
    }
}

const fn column(
    name: &'static str,
    unit: Unit,
    is_main: bool,
    of: fn(&Sums) -> Option<Value>,
) -> Column {
    Column {
        name: Cow::Borrowed(name),
        unit,
        is_main,
        of: Of::Sums(of),
    }
}

/// `name: unit, main or more, expression over sums`.
macro_rules! columns {
    ($($constant:ident: $name:literal, $unit:ident, $is_main:literal, $of:expr;)*) => {
        $(const $constant: Column = column($name, Unit::$unit, $is_main, $of);)*

        /// All of them; texts name each.
        #[cfg(test)]
        pub(crate) const ALL: &[Column] = &[$($constant),*];
    };
}

macro_rules! count {
    ($($path:ident).+) => { |sums| Some(Value::count(sums.$($path).+)) };
}

macro_rules! length {
    ($($path:ident).+) => { |sums| Some(Value::ms(sums.$($path).+)) };
}

columns! {
    OFFERED: "offered", Count, true, count!(figures.offered);
    ANSWERED: "answered", Count, true, count!(figures.answered);
    ANSWERED_WITHIN: "answered_within", Count, false, count!(figures.answered_within);
    SERVICE_LEVEL_1: "service_level_1", Share, false, |sums| sums.service_level(Variant::AbandonsIgnored);
    SERVICE_LEVEL_2: "service_level_2", Share, true, |sums| sums.service_level(Variant::AbandonsNegative);
    SERVICE_LEVEL_3: "service_level_3", Share, false, |sums| sums.service_level(Variant::AbandonsPositive);
    SERVICE_LEVEL_4: "service_level_4", Share, false, |sums| sums.service_level(Variant::RemovedWithin);
    SERVICE_LEVEL_5: "service_level_5", Share, false, |sums| sums.service_level(Variant::AnsweredOnly);
    SERVICE_LEVEL_6: "service_level_6", Share, false, |sums| sums.service_level(Variant::ShortsRemoved);
    ASA: "asa_ms", Ms, true, Sums::asa;
    ANSWERED_WAIT: "answered_wait_ms", Ms, false, length!(figures.answered_wait.sum_ms);
    ABANDONED: "abandoned", Count, true, |sums| Some(Value::count(sums.figures.abandoned()));
    ABANDONED_CUSTOMER: "abandoned_customer", Count, false, count!(figures.abandoned_customer);
    ABANDONED_SYSTEM: "abandoned_system", Count, false, count!(figures.abandoned_system);
    ABANDONED_WITHIN: "abandoned_within", Count, false, count!(figures.abandoned_within);
    SHORT_ABANDONS: "short_abandons", Count, false, count!(figures.short_abandons);
    ABANDONMENT: "abandonment", Share, true, Sums::abandonment;
    ABANDONMENT_NOT_SHORT: "abandonment_not_short", Share, false, |sums| {
        let (figures, short) = (&sums.figures, sums.figures.short_abandons);
        share(figures.abandoned().saturating_sub(short), figures.offered.saturating_sub(short))
    };
    FLOW_OUT: "flow_out", Count, true, |sums| Some(Value::count(sums.figures.flow_out()));
    CALLBACKS_WITHIN: "callbacks_within", Count, false, count!(figures.callbacks_within);
    REFUSED: "refused", Count, true, |sums| Some(Value::count(sums.figures.refused_in_all()));
    WAIT_ALERTS: "wait_alerts", Count, false, count!(figures.wait_alerts);
    HANDLED: "handled", Count, true, count!(figures.handled);
    TALK: "talk_ms", Ms, false, length!(figures.talk_ms);
    HOLD: "hold_ms", Ms, false, length!(figures.hold_ms);
    WRAP_UP: "wrap_up_ms", Ms, false, length!(figures.wrap_up_ms);
    AHT: "aht_ms", Ms, true, Sums::aht;
    OFFERS_MADE: "offers_made", Count, false, count!(figures.offers.made);
    OFFERS_CONNECTED: "offers_connected", Count, false, count!(figures.offers.connected);
    OFFERS_REJECTED: "offers_rejected", Count, false, count!(figures.offers.rejected);
    OFFERS_TIMED_OUT: "offers_timed_out", Count, false, count!(figures.offers.timed_out);
    OFFERS_CANCELED: "offers_canceled", Count, false, count!(figures.offers.canceled);
    OFFERS_RESCINDED: "offers_rescinded", Count, false, count!(figures.offers.rescinded);
    OFFERS_CONNECT_FAILED: "offers_connect_failed", Count, false, count!(figures.offers.connect_failed);
    NON_RESPONSE: "non_response", Share, true, Sums::non_response;
    FIRST_RESPONSE: "first_response_ms", Ms, false, |sums| mean(sums.figures.first_response_ms, sums.figures.first_responses);
    DEADLINES_MET: "deadlines_met", Count, false, count!(figures.deadlines_met);
    DEADLINES_MISSED: "deadlines_missed", Count, false, count!(figures.deadlines_missed);
    DEADLINES_IN_TIME: "deadlines_in_time", Share, false, |sums| {
        share(sums.figures.deadlines_met, sums.figures.deadlines_met + sums.figures.deadlines_missed)
    };
    DEADLINES_MISSED_BY: "deadlines_missed_by_ms", Ms, false, |sums| {
        mean(sums.figures.deadlines_missed_by_ms, sums.figures.deadlines_missed)
    };
    PREDICTIONS: "predictions", Count, false, count!(figures.prediction.count);
    PREDICTION_ERROR: "prediction_error_ms", Ms, false, |sums| {
        mean(sums.figures.prediction.absolute_error_sum_ms, sums.figures.prediction.count)
    };
    PREDICTED_WITHIN_P50: "predicted_within_p50", Share, false, |sums| {
        share(sums.figures.prediction.within_p50, sums.figures.prediction.count)
    };
    PREDICTED_WITHIN_P80: "predicted_within_p80", Share, false, |sums| {
        share(sums.figures.prediction.within_p80, sums.figures.prediction.count)
    };
    FIRST_CONTACT_RESOLUTION: "first_contact_resolution", Share, false, Sums::first_contact_resolution;
    SCORES: "scores", Count, false, count!(satisfaction.count);
    SATISFACTION: "satisfaction", Share, false, Sums::satisfaction;
    REVIEWS: "reviews", Count, false, count!(quality.count);
    QUALITY: "quality", Share, false, Sums::quality;
    LOGGED_IN: "logged_in_ms", Ms, true, length!(time.logged_in_ms);
    READY: "ready_ms", Ms, false, length!(time.ready_ms);
    IDLE: "idle_ms", Ms, false, length!(time.idle_ms);
    BUSY: "busy_ms", Ms, false, length!(time.busy_ms);
    NOT_READY: "not_ready_ms", Ms, true, |sums| Some(Value::ms(sums.time.not_ready_in_all_ms()));
    OCCUPANCY: "occupancy", Share, true, Sums::occupancy;
    HOURS: "hours", Count, false, count!(hours);
    OFFERED_PER_HOUR: "offered_per_hour", Rate, true, |sums| rate(sums.figures.offered, sums.hours);
    VISITS: "visits", Count, true, count!(visits);
    SHARE_OF_ENDED: "share_of_ended", Share, true, |sums| share(sums.visits, sums.ended);
    CALLBACKS: "callbacks", Count, true, count!(callbacks.asked);
    CALLBACKS_REACHED: "callbacks_reached", Count, true, count!(callbacks.reached);
    CALLBACKS_REACHED_SHARE: "callbacks_reached_share", Share, true, |sums| {
        share(sums.callbacks.reached, sums.callbacks.asked - sums.callbacks.open)
    };
    CALLBACKS_REACHED_AT_ONCE: "callbacks_reached_at_once", Count, false, count!(callbacks.reached_at_once);
    CALLBACKS_SERVED: "callbacks_served", Count, false, count!(callbacks.served);
    CALLBACKS_GIVEN_UP: "callbacks_given_up", Count, true, count!(callbacks.given_up);
    CALLBACKS_WITHDRAWN: "callbacks_withdrawn", Count, false, count!(callbacks.withdrawn);
    CALLBACKS_OPEN: "callbacks_open", Count, true, count!(callbacks.open);
    ATTEMPTS: "attempts", Count, true, count!(callbacks.attempts);
    ATTEMPTS_EACH: "attempts_each", Rate, false, |sums| rate(sums.callbacks.attempts, sums.callbacks.asked);
    UNTIL_REACHED: "until_reached_ms", Ms, true, |sums| mean(sums.callbacks.until_reached_ms, sums.callbacks.reached);
    CONTACTS: "contacts", Count, true, count!(usage.contacts);
    CHARGED: "charged_ms", Ms, true, length!(usage.charged_ms);
    CHARGED_LOGGED_IN: "charged_logged_in_ms", Ms, true, length!(usage.logged_in_ms);
    MONTHS: "months", Count, false, count!(usage.months);
    COST_CONTACTS: "cost_contacts", Money, false, |sums| money(sums.charges.contacts);
    COST_MINUTES: "cost_minutes", Money, false, |sums| money(sums.charges.minutes);
    COST_AGENT_HOURS: "cost_agent_hours", Money, false, |sums| money(sums.charges.agent_hours);
    COST_MONTHLY: "cost_monthly", Money, false, |sums| money(sums.charges.monthly);
    COST: "cost", Money, true, |sums| money(sums.charges.total());
    COST_PER_CONTACT: "cost_per_contact", Money, true, |sums| {
        crate::money::each(sums.charges.total(), sums.usage.contacts, sums.decimals).map(Value::Money)
    };
}

const QUEUES: &[Column] = &[
    OFFERED,
    ANSWERED,
    ANSWERED_WITHIN,
    SERVICE_LEVEL_1,
    SERVICE_LEVEL_2,
    SERVICE_LEVEL_3,
    SERVICE_LEVEL_4,
    SERVICE_LEVEL_5,
    SERVICE_LEVEL_6,
    ASA,
    ANSWERED_WAIT,
    ABANDONED,
    ABANDONED_CUSTOMER,
    ABANDONED_SYSTEM,
    ABANDONED_WITHIN,
    SHORT_ABANDONS,
    ABANDONMENT,
    ABANDONMENT_NOT_SHORT,
    FLOW_OUT,
    CALLBACKS_WITHIN,
    REFUSED,
    WAIT_ALERTS,
    HANDLED,
    TALK,
    HOLD,
    WRAP_UP,
    AHT,
    OFFERS_MADE,
    OFFERS_CONNECTED,
    OFFERS_REJECTED,
    OFFERS_TIMED_OUT,
    OFFERS_CANCELED,
    OFFERS_RESCINDED,
    OFFERS_CONNECT_FAILED,
    NON_RESPONSE,
    FIRST_RESPONSE,
    DEADLINES_MET,
    DEADLINES_MISSED,
    DEADLINES_IN_TIME,
    DEADLINES_MISSED_BY,
    PREDICTIONS,
    PREDICTION_ERROR,
    PREDICTED_WITHIN_P50,
    PREDICTED_WITHIN_P80,
    FIRST_CONTACT_RESOLUTION,
    SCORES,
    SATISFACTION,
];

const TIME: &[Column] = &[LOGGED_IN, READY, IDLE, BUSY, OCCUPANCY, NOT_READY];

const WORK: &[Column] = &[
    HANDLED,
    TALK,
    HOLD,
    WRAP_UP,
    AHT,
    OFFERS_MADE,
    OFFERS_CONNECTED,
    OFFERS_REJECTED,
    OFFERS_TIMED_OUT,
    OFFERS_CANCELED,
    OFFERS_RESCINDED,
    OFFERS_CONNECT_FAILED,
    NON_RESPONSE,
    FIRST_CONTACT_RESOLUTION,
    SCORES,
    SATISFACTION,
    REVIEWS,
    QUALITY,
];

const HOURS_OF_WEEK: &[Column] = &[
    HOURS,
    OFFERED,
    OFFERED_PER_HOUR,
    ANSWERED,
    ANSWERED_WITHIN,
    SERVICE_LEVEL_2,
    ASA,
    ABANDONED,
    ABANDONMENT,
    HANDLED,
    AHT,
];

const OUTCOMES: &[Column] = &[VISITS, SHARE_OF_ENDED];

const OF_CALLBACKS: &[Column] = &[
    CALLBACKS,
    CALLBACKS_REACHED,
    CALLBACKS_REACHED_SHARE,
    CALLBACKS_REACHED_AT_ONCE,
    CALLBACKS_SERVED,
    CALLBACKS_GIVEN_UP,
    CALLBACKS_WITHDRAWN,
    CALLBACKS_OPEN,
    ATTEMPTS,
    ATTEMPTS_EACH,
    UNTIL_REACHED,
];

const COSTS: &[Column] = &[
    CONTACTS,
    CHARGED,
    CHARGED_LOGGED_IN,
    MONTHS,
    COST_CONTACTS,
    COST_MINUTES,
    COST_AGENT_HOURS,
    COST_MONTHLY,
    COST,
    COST_PER_CONTACT,
];

/// The columns of a report that every one of its kind has.
pub(crate) fn of(kind: Kind) -> Vec<Column> {
    match kind {
        Kind::Queues => QUEUES.to_vec(),
        Kind::Agents => [TIME, WORK].concat(),
        Kind::AgentsByQueue => WORK.to_vec(),
        Kind::Hotlines => [QUEUES, TIME].concat(),
        Kind::Hours => HOURS_OF_WEEK.to_vec(),
        Kind::Outcomes => OUTCOMES.to_vec(),
        Kind::Callbacks => OF_CALLBACKS.to_vec(),
        Kind::Costs => COSTS.to_vec(),
    }
}

/// The column by which its rows are ranked where no target says it: the most first.
pub(crate) const fn ranked_by(kind: Kind) -> &'static str {
    match kind {
        Kind::Queues | Kind::Hotlines | Kind::Hours => "offered",
        Kind::Agents | Kind::AgentsByQueue => "handled",
        Kind::Outcomes => "visits",
        Kind::Callbacks => "callbacks",
        Kind::Costs => "cost",
    }
}

/// For which reason agents were not ready in the time that this column tells.
pub(crate) fn reason(column: &Column) -> Option<&str> {
    match &column.of {
        Of::NotReady(reason) => Some(reason),
        Of::Sums(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_column_with_its_unit() {
        let document = include_str!("../../../docs/reports.md");
        let rows: Vec<_> = document
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .filter_map(|(name, rest)| Some((name, rest.split_once(" | ")?.0)))
            .filter(|(_, unit)| ["count", "ms", "share", "rate", "money"].contains(unit))
            .collect();
        let columns: Vec<_> = ALL.iter().map(|it| (&*it.name, it.unit.name())).collect();
        assert_eq!(rows, columns);
    }
}
