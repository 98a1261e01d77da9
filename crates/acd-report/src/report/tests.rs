use acd_core::service_level::Variant;
use rust_decimal::Decimal;

use super::*;
use crate::fixture::{HOUR, THURSDAY, question, tenants};
use crate::money::Tariff;
use crate::sample::sample;
use crate::target::{Goal, Kpi, Scope, Target, Trend};

fn made(kind: Kind, step: Option<Step>) -> Report {
    report(kind, &question(step), &tenants()).expect("a report")
}

fn value(report: &Report, row: &Row, column: &str) -> Option<Value> {
    row.values[report.column(column).expect("a column")]
}

fn names(row: &Row) -> Vec<&str> {
    let name = |key: &'_ Option<Key>| matches!(key, Some(Key::Name(_)));
    let named = row.keys.iter().filter(|key| name(key));
    named
        .map(|key| match key {
            Some(Key::Name(name)) => name.as_str(),
            _ => "",
        })
        .collect()
}

fn amount(text: &str) -> Option<Value> {
    Some(Value::Money(text.parse().expect("an amount")))
}

#[test]
fn a_queue_is_reported_as_it_was_counted() {
    let report = made(Kind::Queues, Some(Step::Day));
    let keys: Vec<_> = report.rows.iter().map(names).collect();
    assert_eq!(
        keys,
        [
            ["bank", "cards", "voice"],
            ["bank", "cards", "voice"],
            ["bank", "loans", "voice"]
        ]
    );
    let thursday = &report.rows[0];
    let of = |column| value(&report, thursday, column);
    assert_eq!(of("offered"), Some(Value::Count(100)));
    assert_eq!(of("service_level_1"), Some(Value::Share(70.0 / 90.0)));
    assert_eq!(of("service_level_2"), Some(Value::Share(0.7)));
    assert_eq!(of("service_level_3"), Some(Value::Share(0.8)));
    assert_eq!(of("service_level_4"), Some(Value::Share(0.8)));
    assert_eq!(of("service_level_5"), Some(Value::Share(70.0 / 90.0)));
    assert_eq!(of("service_level_6"), Some(Value::Share(70.0 / 96.0)));
    assert_eq!(of("asa_ms"), Some(Value::Ms(15_000)));
    assert_eq!(of("abandonment"), Some(Value::Share(0.1)));
    assert_eq!(of("abandonment_not_short"), Some(Value::Share(6.0 / 96.0)));
    assert_eq!(of("aht_ms"), Some(Value::Ms(210_000)));
    assert_eq!(of("non_response"), Some(Value::Share(0.1)));
    assert_eq!(of("refused"), Some(Value::Count(3)));
    assert_eq!(of("first_contact_resolution"), Some(Value::Share(0.75)));
    assert_eq!(of("satisfaction"), Some(Value::Share(0.85)));
    assert_eq!(of("scores"), Some(Value::Count(10)));
    assert_eq!(of("deadlines_in_time"), None, "there was no deadline");
}

#[test]
fn the_period_before_is_compared_bucket_by_bucket() {
    let report = made(Kind::Queues, Some(Step::Day));
    let offered = report.column("offered").expect("a column");
    let change = report.rows[0].changes[offered].expect("a change");
    assert_eq!(change.before, Value::Count(50));
    assert_eq!(change.difference, Value::Count(50));
    assert_eq!(change.percent, Some(100.0));
    let friday = report.rows[1].changes[offered].expect("a change");
    assert_eq!((friday.before, friday.percent), (Value::Count(0), None));
    let level = report.column("service_level_2").expect("a column");
    assert_eq!(
        report.rows[1].changes[level], None,
        "two days before nothing had ended"
    );
    let change = report.rows[0].changes[level].expect("a change");
    assert_eq!(change.before, Value::Share(32.0 / 48.0));
}

#[test]
fn averages_of_totals_are_of_sums() {
    let report = made(Kind::Queues, None);
    let [total] = report.totals.as_slice() else {
        panic!("one total");
    };
    assert_eq!(value(&report, total, "offered"), Some(Value::Count(250)));
    // 172 of 248, where the mean of 0.7 and 0.667 would be another.
    let level = value(&report, total, "service_level_2");
    assert_eq!(level, Some(Value::Share(172.0 / 248.0)));
    let handled_ms = 180 * 210_000 + 40 * 220_000;
    assert_eq!(
        value(&report, total, "aht_ms"),
        Some(Value::Ms((handled_ms + 110) / 220))
    );
}

#[test]
fn targets_are_judged_and_rank() {
    let report = made(Kind::Queues, None);
    let [cards, loans] = report.rows.as_slice() else {
        panic!("two queues");
    };
    assert_eq!((names(cards)[1], cards.rank), ("cards", Some(1)));
    assert_eq!((names(loans)[1], loans.rank), ("loans", Some(2)));
    let judged = cards.judged[0].expect("a target");
    assert_eq!(
        (judged.is_met, judged.trend),
        (Some(true), Some(Trend::Better))
    );
    let judged = loans.judged[0].expect("a target");
    assert_eq!((judged.is_met, judged.trend), (Some(false), None));
    let total = report.totals[0].judged[0].expect("a target of the centre");
    assert_eq!(total.is_met, Some(false));
}

#[test]
fn those_who_are_equal_share_a_place() {
    let mut question = question(None);
    question.targets.clear();
    let report = report(Kind::AgentsByQueue, &question, &tenants()).expect("a report");
    let ranks: Vec<_> = report
        .rows
        .iter()
        .map(|row| (names(row)[1], row.rank))
        .collect();
    assert_eq!(ranks, [("anna", Some(1)), ("bert", Some(2))]);
    let by_day = made(Kind::Queues, Some(Step::Day));
    assert_eq!(
        by_day.rows[0].rank,
        Some(1),
        "each bucket has its own places"
    );
    assert_eq!(by_day.rows[1].rank, Some(1));
}

#[test]
fn agents_have_their_time_and_their_work() {
    let mut question = question(None);
    question.targets = vec![Target {
        kpi: Kpi::Occupancy,
        goal: Goal::AtLeast(0.6),
        scope: Scope::Agents,
    }];
    let report = report(Kind::Agents, &question, &tenants()).expect("a report");
    let anna = &report.rows[0];
    assert_eq!(names(anna), ["bank", "anna"]);
    let of = |column| value(&report, anna, column);
    assert_eq!(of("occupancy"), Some(Value::Share(0.8)));
    assert_eq!(of("not_ready_lunch_ms"), Some(Value::Ms(600_000)));
    assert_eq!(of("handled"), Some(Value::Count(60)));
    assert_eq!(of("aht_ms"), Some(Value::Ms(200_000)));
    assert_eq!(of("satisfaction"), Some(Value::Share(0.8)));
    assert_eq!(of("quality"), Some(Value::Share(0.75)));
    assert_eq!(of("reviews"), Some(Value::Count(2)));
    assert_eq!(of("non_response"), None, "nothing was offered");
    let judged = anna.judged[0].expect("a target");
    assert_eq!(
        (judged.is_met, judged.trend),
        (Some(true), Some(Trend::Better))
    );
    let total = &report.totals[0];
    assert_eq!(
        value(&report, total, "occupancy"),
        Some(Value::Share(3.9 / 6.0))
    );
}

#[test]
fn a_hotline_has_its_queues_and_its_man_hours() {
    let report = made(Kind::Hotlines, None);
    let [bank] = report.rows.as_slice() else {
        panic!("one hotline");
    };
    assert_eq!(value(&report, bank, "offered"), Some(Value::Count(250)));
    assert_eq!(
        value(&report, bank, "logged_in_ms"),
        Some(Value::Ms(7_200_000))
    );
    assert_eq!(
        value(&report, bank, "talk_ms"),
        Some(Value::Ms(180 * 180_000 + 40 * 200_000))
    );
}

#[test]
fn hours_of_the_week_are_means_of_such_hours() {
    let report = made(Kind::Hours, None);
    assert_eq!(report.rows.len(), 48, "two days");
    let nine = |row: &&Row| row.keys[1] == Some(Key::Hour(9));
    let nines: Vec<_> = report.rows.iter().filter(nine).collect();
    assert_eq!(report.weekday(3), Weekday::Thursday);
    assert_eq!(nines[0].keys[0], Some(Key::Weekday(3)));
    assert_eq!(
        value(&report, nines[0], "offered_per_hour"),
        Some(Value::Rate(100.0))
    );
    let total = &report.totals[0];
    assert_eq!(value(&report, total, "hours"), Some(Value::Count(48)));
    assert_eq!(
        value(&report, total, "offered_per_hour"),
        Some(Value::Rate(250.0 / 48.0))
    );
}

#[test]
fn outcomes_are_shares_of_what_ended() {
    let report = made(Kind::Outcomes, None);
    let of = |rows: &[Row], outcome: &str| {
        let is_it = |row: &&Row| match row.keys[3] {
            Some(Key::Outcome(at)) => OUTCOMES[at].name == outcome,
            _ => false,
        };
        rows.iter().find(is_it).cloned()
    };
    let answered = of(&report.totals, "answered").expect("a total");
    assert_eq!(value(&report, &answered, "visits"), Some(Value::Count(220)));
    assert_eq!(
        value(&report, &answered, "share_of_ended"),
        Some(Value::Share(220.0 / 250.0))
    );
    let full = of(&report.rows, "refused_full").expect("a row");
    assert_eq!(value(&report, &full, "visits"), Some(Value::Count(6)));
    assert_eq!(
        value(&report, &full, "share_of_ended"),
        None,
        "they never joined"
    );
    assert!(of(&report.rows, "exit_choice").is_none(), "nobody did");
    assert!(of(&report.totals, "exit_choice").is_none(), "in no queue");
    assert!(
        of(&report.rows, "withdrawn").is_none(),
        "the one was put off"
    );
    let put_off = of(&report.rows, "withdrawn_deferred").expect("a row");
    assert_eq!(value(&report, &put_off, "visits"), Some(Value::Count(1)));
}

#[test]
fn callbacks_are_followed_to_their_end() {
    let report = made(Kind::Callbacks, None);
    let loans = &report.rows[0];
    let of = |column| value(&report, loans, column);
    assert_eq!(of("callbacks"), Some(Value::Count(2)));
    assert_eq!(of("callbacks_open"), Some(Value::Count(1)));
    assert_eq!(
        of("callbacks_reached_share"),
        Some(Value::Share(1.0)),
        "of those that ended"
    );
    assert_eq!(of("callbacks_reached_at_once"), Some(Value::Count(0)));
    assert_eq!(of("attempts_each"), Some(Value::Rate(1.0)));
    assert_eq!(of("until_reached_ms"), Some(Value::Ms(2 * HOUR)));
}

#[test]
fn a_client_is_charged_by_their_tariff() {
    let report = made(Kind::Costs, None);
    let [bank] = report.rows.as_slice() else {
        panic!("one client");
    };
    assert_eq!(names(bank), ["bank", "EUR"]);
    let of = |column| value(&report, bank, column);
    assert_eq!(of("contacts"), Some(Value::Count(220)));
    // Three times 90 conversations of four started minutes.
    assert_eq!(of("charged_ms"), Some(Value::Ms(270 * 240_000)));
    assert_eq!(of("cost_contacts"), amount("110.00"));
    assert_eq!(of("cost_minutes"), amount("108.00"));
    assert_eq!(of("cost_agent_hours"), amount("24.00"));
    assert_eq!(of("months"), Some(Value::Count(1)), "October begins");
    assert_eq!(of("cost_monthly"), amount("100.00"));
    assert_eq!(of("cost"), amount("342.00"));
    assert_eq!(of("cost_per_contact"), amount("1.55"));
    let before = bank.changes[report.column("cost_monthly").expect("a column")];
    assert_eq!(
        before.map(|it| it.before),
        amount("0.00"),
        "no month began in these days"
    );
}

#[test]
fn a_queue_may_have_a_tariff_of_its_own() {
    let mut tenants = tenants();
    let of_loans = Tariff {
        queues: vec!["loans".to_owned()],
        per_contact: "2".parse().expect("a price"),
        per_minute: "0".parse().expect("a price"),
        per_agent_hour: "0".parse().expect("a price"),
        monthly: "7".parse().expect("a price"),
        ..tenants[0].tariffs[0].clone()
    };
    tenants[0].tariffs.push(of_loans);
    let report = report(Kind::Costs, &question(None), &tenants).expect("a report");
    let [bank] = report.rows.as_slice() else {
        panic!("one client");
    };
    let of = |column| value(&report, bank, column);
    // 180 of the cards at 0.50, 40 of the loans at 2.
    assert_eq!(of("contacts"), Some(Value::Count(220)));
    assert_eq!(of("cost_contacts"), amount("170.00"));
    // Of the loans no minute is charged.
    assert_eq!(of("cost_minutes"), amount("72.00"));
    assert_eq!(of("cost_agent_hours"), amount("24.00"), "once");
    assert_eq!(of("cost_monthly"), amount("107.00"));
    assert_eq!(of("months"), Some(Value::Count(1)));
}

#[test]
fn a_basis_has_its_own_figures() {
    let mut question = question(None);
    question.basis = Basis::EnqueueCohort;
    let report = report(Kind::Queues, &question, &tenants()).expect("a report");
    assert_eq!(
        value(&report, &report.totals[0], "offered"),
        Some(Value::Count(50))
    );
}

#[test]
fn nothing_is_no_rows_and_a_total_of_nothing() {
    for kind in Kind::ALL {
        let report = report(kind, &question(None), &[]).expect("a report");
        assert!(report.rows.is_empty() || kind == Kind::Hours);
        for total in &report.totals {
            for (column, value) in report.columns.iter().zip(&total.values) {
                let number = value.map(Value::number);
                assert!(
                    number.is_none_or(|it| it == 0.0 || column.name == "hours"),
                    "{}",
                    column.name
                );
            }
        }
    }
}

/// What rows of counts, lengths and amounts add up to.
fn sum(report: &Report, rows: &[&Row], column: usize) -> Value {
    let values = rows.iter().filter_map(|row| row.values[column]);
    values
        .reduce(|sum, value| match (sum, value) {
            (Value::Count(a), Value::Count(b)) => Value::Count(a + b),
            (Value::Ms(a), Value::Ms(b)) => Value::Ms(a + b),
            (Value::Money(a), Value::Money(b)) => Value::Money(a + b),
            _ => panic!("{} is no sum", report.columns[column].name),
        })
        .unwrap_or(Value::Money(Decimal::ZERO))
}

#[test]
fn totals_are_the_sums_of_their_rows_in_any_buckets() {
    // Lengths of each, and amounts of each, are none.
    let means = [
        "asa_ms",
        "aht_ms",
        "first_response_ms",
        "deadlines_missed_by_ms",
        "prediction_error_ms",
        "until_reached_ms",
        "cost_per_contact",
    ];
    let mut totals: BTreeMap<(Kind, String), Vec<Value>> = BTreeMap::new();
    for step in [None, Some(Step::Week)] {
        let sample = sample(7, step).expect("a centre");
        for kind in Kind::ALL {
            let report = report(kind, &sample.question, &sample.tenants).expect("a report");
            let by = kind.totals_by();
            let at = by.and_then(|by| report.keys.iter().position(|it| *it == by));
            for total in &report.totals {
                let of_total = |row: &&Row| at.is_none_or(|at| row.keys[at] == total.keys[at]);
                let rows: Vec<_> = report.rows.iter().filter(of_total).collect();
                for (at, column) in report.columns.iter().enumerate() {
                    let is_ratio = matches!(column.unit, crate::Unit::Share | crate::Unit::Rate);
                    let Some(value) = total.values[at] else {
                        continue;
                    };
                    if is_ratio || means.contains(&&*column.name) || rows.is_empty() {
                        continue;
                    }
                    assert_eq!(sum(&report, &rows, at), value, "{kind:?} {}", column.name);
                    // Amounts are rounded in each bucket.
                    if !matches!(value, Value::Money(_)) {
                        let place = (kind, format!("{:?} {}", total.keys, column.name));
                        totals.entry(place).or_default().push(value);
                    }
                }
            }
        }
    }
    for (place, values) in totals {
        assert!(
            values.iter().all(|it| *it == values[0]),
            "{place:?} {values:?}"
        );
    }
}

#[test]
fn every_target_has_a_column() {
    let kpis = [
        Kpi::Abandonment,
        Kpi::Aht,
        Kpi::Occupancy,
        Kpi::Contacts,
        Kpi::FirstContactResolution,
        Kpi::Satisfaction,
    ];
    let levels = Variant::ALL.map(Kpi::ServiceLevel);
    let hotlines = made(Kind::Hotlines, None);
    for kpi in kpis.into_iter().chain(levels) {
        assert!(hotlines.column(kpi.name()).is_some(), "{kpi:?}");
    }
    assert!(hotlines.period.range().contains(&THURSDAY));
}
