//! Events into rows, without a store.

use std::collections::BTreeMap;

use acd_core::command::{
    ApplyConfig, AskedBy, Command, ConfigSource, ContactAct, Score, ScoreReport,
};
use acd_core::state::State;
use acd_history::{
    AgentTimeRow, CohortRow, ContactRow, QUARTER_MS, QueueIntervalRow, Row, ScoreIntervalRow,
    ScoreRow, Value, VisitRow,
};
use proptest::prelude::*;

use crate::centre::{Centre, on};
use crate::days::{day, events, life, pieces};
use crate::rows::{Rows, difference, in_memory, number};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Wherever it stops and goes on from the state alone, the rows are those of one run.
    #[test]
    fn rows_do_not_depend_on_where_it_was_stopped(
        day in day(),
        cuts in proptest::collection::vec(0_usize..600, 0..40),
    ) {
        let day = events(&day);
        let at_once = in_memory(&life(), &pieces(&day.events, &[]));
        for cuts in [day.cuts(&cuts), day.ends.clone()] {
            let in_pieces = in_memory(&life(), &pieces(&day.events, &cuts));
            let differs = difference(&at_once, &in_pieces);
            prop_assert!(differs.is_empty(), "{:#?}", differs);
        }
    }

    /// The sums of intervals are the engine's counters, at any cut; nothing is lost between what joined and what left.
    #[test]
    fn intervals_add_up(day in day(), cuts in [0_usize..600, 0..600, 0..600]) {
        let day = events(&day);
        let mut cuts = day.cuts(&cuts);
        cuts.sort_unstable();
        let events = &day.events[..cuts[2]];
        let rows = in_memory(&life(), &pieces(events, &cuts));
        let mut state = State::default();
        events.iter().for_each(|recorded| state.replay(recorded));
        let (by_event, by_cohort) = (
            sums(&rows, QueueIntervalRow::TABLE),
            sums(&rows, CohortRow::TABLE),
        );
        for queue in &state.facts().queues {
            for (channel, figures) in &queue.figures {
                let key = (queue.config.name.to_string(), channel.to_string());
                let none = BTreeMap::new();
                let of = |sums: &BTreeMap<_, BTreeMap<_, i64>>, name: &str| {
                    sums.get(&key).unwrap_or(&none).get(name).copied().unwrap_or_default()
                };
                let event = |name: &str| of(&by_event, name);
                let cohort = |name: &str| of(&by_cohort, name);
                let counted = |count: u64| i64::try_from(count).expect("a small count");
                prop_assert_eq!(event("offered"), counted(figures.offered));
                prop_assert_eq!(event("answered"), counted(figures.answered));
                prop_assert_eq!(event("offers_made"), counted(figures.offers.made));
                prop_assert_eq!(event("handled"), counted(figures.handled));
                prop_assert_eq!(event("talk_ms"), counted(figures.talk_ms));
                prop_assert_eq!(event("wrap_up_ms"), counted(figures.wrap_up_ms));
                prop_assert_eq!(event("answered_wait_ms"), counted(figures.answered_wait.sum_ms));
                for name in [
                    "offered", "answered", "abandoned_customer", "abandoned_system", "short_abandons",
                    "flow_out_callback", "callbacks_within", "answered_within", "abandoned_within",
                    "answered_wait_ms", "abandoned_wait_ms",
                ] {
                    prop_assert_eq!(cohort(name), event(name), "{}", name);
                }
                let open = counted(figures.in_queue());
                let left = cohort("answered") + cohort("abandoned_customer")
                    + cohort("abandoned_system") + cohort("flow_out");
                prop_assert_eq!(cohort("offered"), left + open);
            }
        }
        let by_agent = sums_over(&rows, acd_history::AgentIntervalRow::TABLE, "queue", "channel");
        for (key, counts) in by_agent {
            for (name, count) in counts {
                if let Some(of_queue) = by_event.get(&key).and_then(|sums| sums.get(&name)) {
                    prop_assert_eq!(count, *of_queue, "{} of {:?}", name, key);
                }
            }
        }
    }

    /// The time of agents, split at quarters, adds up to the engine's own, and no complete quarter has more than it lasts.
    #[test]
    fn time_of_agents_adds_up(day in day(), cuts in proptest::collection::vec(0_usize..600, 0..9)) {
        let day = events(&day);
        let events = &day.events;
        let rows = in_memory(&life(), &pieces(events, &day.cuts(&cuts)));
        let mut state = State::default();
        events.iter().for_each(|recorded| state.replay(recorded));
        let facts = state.facts();
        let table = AgentTimeRow::TABLE;
        let quarter = facts.now.div_euclid(QUARTER_MS) * QUARTER_MS;
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for row in &rows[table.name] {
            let length = number(table, row, "length_ms");
            if number(table, row, "began_at") < quarter {
                prop_assert!((0..=QUARTER_MS).contains(&length), "{:?}", row);
            }
            *sums.entry(row[table.column("state")].to_string()).or_default() += length;
        }
        // What goes on counts from the end of its quarter backwards.
        let sum = |state: &str, goes_on: i64| {
            let sum = sums.get(&format!("{state:?}")).copied().unwrap_or_default();
            sum + goes_on * (facts.now - quarter)
        };
        let occupancy = &facts.occupancy;
        let leased = occupancy.leased.until(facts.now);
        prop_assert_eq!(sum("leased", occupancy.leased.agents().into()), leased);
        let idle = occupancy.idle.until(facts.now);
        prop_assert_eq!(sum("idle", occupancy.idle.agents().into()), idle);
        prop_assert_eq!(sum("logged_in", 0), sum("ready", 0) + sum("not_ready", 0));
    }
}

/// The sums of a table by queue and channel.
fn sums(
    rows: &Rows,
    table: &'static acd_history::Table,
) -> BTreeMap<(String, String), BTreeMap<String, i64>> {
    sums_over(rows, table, "queue", "channel")
}

fn sums_over(
    rows: &Rows,
    table: &'static acd_history::Table,
    one: &str,
    other: &str,
) -> BTreeMap<(String, String), BTreeMap<String, i64>> {
    let mut all: BTreeMap<_, BTreeMap<String, i64>> = BTreeMap::new();
    let plain = |value: &acd_history::Value| match value {
        acd_history::Value::Text(text) => text.as_str().to_owned(),
        other => other.to_string(),
    };
    for row in &rows[table.name] {
        let key = (
            plain(&row[table.column(one)]),
            plain(&row[table.column(other)]),
        );
        let sums = all.entry(key).or_default();
        for (column, value) in table.columns.iter().zip(row) {
            if column.merge == acd_history::Merge::Add {
                *sums.entry(column.name.to_owned()).or_default() +=
                    value.as_int().unwrap_or_default();
            }
        }
    }
    all
}

/// A score is a row, and counts in the quarter in which it was reported, as its share of its scale.
#[test]
fn a_score_counts_for_the_queue_and_the_agent_of_the_conversation() {
    let mut centre = Centre::of(crate::dice::tenant(&[]));
    centre.ready("a0");
    centre.arrive("c1", "q0").expect("joined");
    centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    centre.wait(QUARTER_MS);
    let report = |points, scale_max, agent: Option<&str>| {
        ContactAct::ReportScore(ScoreReport {
            score: Score {
                points,
                scale_max,
                asked_by: AskedBy::Link,
                question: "".into(),
                comment: "".into(),
            },
            queue: None,
            channel: None,
            agent: agent.map(Into::into),
        })
    };
    for (contact, act) in [
        ("c1", report(4, 5, None)),
        ("c1", report(1, 3, None)),
        ("before", report(10, 10, Some("a0"))),
    ] {
        centre.command(on(contact, act)).expect("told");
    }
    let at = centre.now;
    let rows = in_memory(&life(), &pieces(&centre.log, &[]));
    let (table, sums) = (ScoreRow::TABLE, ScoreIntervalRow::TABLE);
    let told: Vec<_> = rows[table.name]
        .iter()
        .map(|row| {
            let of = |column: &str| row[table.column(column)].to_string();
            (of("name"), of("queue"), of("agent"), of("asked_by"))
        })
        .collect();
    let row = |name: &str, queue: &str, agent: &str| {
        let text = |it: &str| Value::Text(it.into()).to_string();
        let queue = if queue.is_empty() {
            Value::Null.to_string()
        } else {
            text(queue)
        };
        (text(name), queue, text(agent), text("link"))
    };
    let of_c1 = row("c1", "q0", "a0");
    assert_eq!(told, [of_c1.clone(), of_c1, row("before", "", "a0")]);
    let counted: Vec<_> = rows[sums.name]
        .iter()
        .map(|row| {
            let of = |column: &str| number(sums, row, column);
            let queue = row[sums.column("queue")].clone();
            (queue, of("began_at"), of("scores"), of("score_sum"))
        })
        .collect();
    let began_at = at / QUARTER_MS * QUARTER_MS;
    let text = |it: &str| Value::Text(it.into());
    assert_eq!(
        counted,
        [
            (text(""), began_at, 1, 1_000_000),
            (text("q0"), began_at, 2, 1_133_333)
        ]
    );
}

/// What was said of a visit stays when a setting changes.
#[test]
fn rows_keep_the_settings_of_their_time() {
    let config = crate::dice::tenant(&[]);
    let mut centre = Centre::of(config.clone());
    centre.ready("a0");
    centre.arrive("c1", "q0").expect("joined");
    centre.wait(7_000);
    centre.hang_up("c1").expect("ended");
    let row = |centre: &Centre| {
        let rows = in_memory(&life(), &pieces(&centre.log, &[]));
        rows[VisitRow::TABLE.name][0].clone()
    };
    let before = row(&centre);
    let mut changed = config;
    changed.queues[0].service_level_ms = 1_000;
    changed.queues[0].short_abandon_ms = 60_000;
    let apply = ApplyConfig::of(changed, ConfigSource::Api, "test");
    centre
        .command(Command::ApplyConfig(apply))
        .expect("applied");
    centre.arrive("c2", "q0").expect("joined");
    assert_eq!(row(&centre), before);
}

/// A contact's row tells its life in short.
#[test]
fn a_contact_is_told_in_short() {
    let mut centre = Centre::of(crate::dice::tenant(&[]));
    centre.ready("a0");
    centre.wait(1_000);
    centre.arrive("c1", "q0").expect("joined");
    centre.wait(2_000);
    centre.answer("c1");
    centre.wait(30_000);
    centre.hang_up("c1").expect("ended");
    centre.wait(600_000);
    let rows = in_memory(&life(), &pieces(&centre.log, &[]));
    let table = ContactRow::TABLE;
    let row = &rows[table.name][0];
    let told = [
        "wait_ms",
        "visits",
        "offers",
        "handlings",
        "talk_ms",
        "hold_ms",
    ];
    let told = told.map(|column| number(table, row, column));
    assert_eq!(told, [2_000, 1, 1, 1, 30_000, 0]);
    assert_eq!(row[table.column("outcome")].to_string(), "\"answered\"");
}
