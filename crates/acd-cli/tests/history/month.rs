//! Every month of the call logs that are there: the rows are what the replay counted, in SQLite and in PostgreSQL.

use std::collections::BTreeSet;

use acd_replay::call_log::{self, CallLog, ReadLimits};
use serde_json::Value;

use crate::acd::succeed;
use crate::followed::{Journal, Store, TENANT};
use crate::january;
use crate::postgres;
use crate::server::Server;

#[test]
fn a_month_of_calls_is_in_both_stores_as_the_replay_counted_it() {
    let logs = january::logs();
    if logs.is_empty() {
        return;
    }
    let postgres = postgres::Server::start();
    for (nth, path) in logs.iter().enumerate() {
        let log =
            call_log::read_path(path.as_ref(), ReadLimits::default()).expect("a readable log");
        let journal = Journal::of(path, &[]);
        let database = format!("month_{nth}");
        postgres.execute(&format!("CREATE DATABASE {database}"));
        for store in [Store::Sqlite, Store::Postgres(postgres.uri(&database))] {
            let mut server = journal.serve(&store);
            while !journal.is_in_rows(&store) {}
            every_contact_is_found(&server, &log);
            reports_count_as_the_replay_did(&server, &log, &journal.played);
            assert_eq!(server.terminate(), Some(0), "an orderly stop");
            let told = journal.assert_verified(&store);
            eprintln!("{store:?}: {told}");
        }
    }
}

fn every_contact_is_found(server: &Server, log: &CallLog) {
    let most = (log.calls.len() + 1).to_string();
    let line = ["history", "find", "--json", "--most", &most];
    let found = succeed(&asked(server, &line));
    let found: Vec<String> = found.lines().map(|line| text(line, "contact_id")).collect();
    assert_eq!(found.len(), log.calls.len());
    let found: BTreeSet<String> = found.into_iter().collect();
    let logged = log.calls.iter().map(|call| call.id.to_string());
    assert_eq!(found, logged.collect());
}

fn text(json: &str, field: &str) -> String {
    let value: Value = serde_json::from_str(json).expect("JSON");
    value[field].as_str().expect("a text").to_owned()
}

fn reports_count_as_the_replay_did(server: &Server, log: &CallLog, played: &Value) {
    let arrivals = log.calls.iter().map(|call| call.arrived_at_ms);
    let day = |ms: i64| {
        let instant = jiff::Timestamp::from_millisecond(ms).expect("an instant");
        instant.strftime("%Y-%m-%d").to_string()
    };
    let first = day(arrivals.clone().min().expect("calls"));
    let last = day(arrivals.max().expect("calls"));
    let line = [
        "report", "queues", "--from", &first, "--to", &last, "--zone", "UTC", "--format", "json",
    ];
    let report = succeed(&asked(server, &line));
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let rows = report["rows"].as_array().expect("a list");
    let counted = &played["engine"];
    let classes = counted["classes"].as_object().expect("classes");
    assert_eq!(rows.len(), classes.len());
    for row in rows {
        let queue = row["queue"].as_str().expect("a name");
        are_the_same_figures(row, &classes[queue]);
    }
    are_the_same_figures(&report["totals"][0], &counted["all"]);
}

/// What a report says of visits, and what a replay counted of them.
fn are_the_same_figures(row: &Value, counted: &Value) {
    for what in [
        "offered",
        "answered",
        "abandoned",
        "short_abandons",
        "flow_out",
    ] {
        assert_eq!(row[what], counted[what], "{what}: {row}");
    }
    let variants = counted["service_level"].as_array().expect("a list");
    for (nth, variant) in (1..).zip(variants) {
        let share = &row[format!("service_level_{nth}")];
        assert_eq!(*share, variant["share"], "variant {nth}: {row}");
    }
    for what in ["asa_ms", "aht_ms"] {
        let whole = counted[what].as_f64().map(|ms| ms.round());
        assert_eq!(row[what].as_f64(), whole, "{what}: {row}");
    }
}

fn asked<'a>(server: &'a Server, line: &[&'a str]) -> Vec<&'a str> {
    let to = ["--tenant", TENANT, "--server", &server.grpc];
    [line, &to].concat()
}
