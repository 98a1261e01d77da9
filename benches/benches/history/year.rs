//! How long questions take among the contacts of a year: the rows of one busy day, made by the projection, once for each
//! day.

use std::env;
use std::process::{Command, Stdio};

use acd_benches::asked::Asked;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_benches::stop_watch::timed;
use acd_history::{
    Column, ContactFilter, ContactQuestion, Follow, Kind, Pace, Patience, Reader, SqliteStore,
    Store, TABLES, Table,
};
use acd_journal::EventLog as _;

use crate::day::{CUSTOMERS, TENANT, journal, reader};
use crate::offers;
use crate::postgres;
use crate::servers::acd;
use crate::stores::{Place, report};

const DAYS: i64 = 365;
const DAY_MS: i64 = 86_400_000;
/// Of so many days a customer calls on one.
const DAYS_OF_A_CUSTOMER: i64 = 10;
const KINDS: [&str; 7] = [
    "queues",
    "agents",
    "hotlines",
    "hours",
    "outcomes",
    "callbacks",
    "costs",
];
const MONTH: &str = "2026-06";
const YEAR: &str = "2026";
/// What is wanted, in seconds and milliseconds.
const MONTH_S: f64 = 1.0;
const YEAR_S: f64 = 5.0;
const FIND_MS: f64 = 50.0;
/// How often is looked for a customer.
const FINDS: usize = 200;

/// Columns that are numbers of things.
const NUMBERS: [&str; 12] = [
    "contact",
    "visit",
    "offer",
    "handling",
    "seq",
    "session",
    "origin_of",
    "returned_visit",
    "asked_by",
    "from_handling",
    "began_seq",
    "consult_contact",
];
/// Tables of what does not happen each day anew.
const ONCE: [&str; 2] = ["config_versions", "acts"];

pub(crate) fn measure(asked: &Asked) {
    let contacts = env::var("ACD_BENCH_CONTACTS").ok();
    let contacts = contacts.map_or(asked.or_quick(1_000_000, 20_000), |contacts| {
        contacts.parse().expect("a number")
    });
    let beside = asked.for_key("history.offers_beside_report");
    if asked.for_key("history.year.sqlite") || beside {
        in_sqlite(asked, contacts);
    }
    if asked.for_key("history.year.postgres") {
        match env::var_os("ACD_POSTGRES") {
            Some(_) => in_postgres(contacts),
            None => println!("ACD_POSTGRES is not set: nothing is asked of PostgreSQL"),
        }
    }
}

fn in_sqlite(asked: &Asked, contacts: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("history.db");
    let sqlite = SqliteStore::open(&file).expect("a store");
    let year = Year::of(contacts, &mut |log| {
        follow(log, SqliteStore::open(&file).expect("a store"))
    });
    let (_, took) = timed(|| {
        year.fill(&mut |sql| sqlite.connection().execute_batch(sql).expect("executed"));
    });
    let place = Place::Sqlite(folder.path().to_owned());
    let bytes = std::fs::metadata(&file).expect("a file").len();
    year.ask(&place, bytes, took, Reader::of_sqlite(&file));
    if asked.for_key("history.offers_beside_report") {
        offers::beside_a_report(asked, &place);
    }
}

fn in_postgres(contacts: usize) {
    let server = postgres::Server::start();
    let mut store = server.store("year");
    let year = Year::of(contacts, &mut |log| {
        follow(log, server.open("year").expect("a store"))
    });
    let client = store.client().expect("a client");
    let (_, took) = timed(|| {
        year.fill(&mut |sql| client.batch_execute(sql).expect("executed"));
        client.batch_execute("VACUUM ANALYZE").expect("executed");
    });
    let bytes = "SELECT pg_database_size('year')";
    let bytes: i64 = client.query_one(bytes, &[]).expect("a size").get(0);
    let url = server.uri("year");
    let reader = Reader::of_postgres(&url, None).expect("a reader");
    year.ask(&Place::Postgres(url), bytes.unsigned_abs(), took, reader);
}

fn follow(log: &acd_journal::MemoryLog, store: impl Store + 'static) {
    let (id, store) = (log.journal_id(), Box::new(store));
    let mut follow = Follow::new(id, reader(log), store, None, Pace::default());
    follow.catch_up(|_| {}).expect("caught up");
}

/// A year of which the first day is there.
struct Year {
    contacts: usize,
    /// Numbers of a day.
    span: u64,
    /// The journal that it is of.
    journal: String,
}

impl Year {
    fn of(contacts: usize, follow: &mut dyn FnMut(&acd_journal::MemoryLog)) -> Self {
        let day = contacts.div_ceil(DAYS as usize);
        let log = journal(day);
        follow(&log);
        let stands = reader(&log).standing(TENANT).expect("a tenant");
        Self {
            contacts: day * DAYS as usize,
            span: stands.last_seq + 1,
            journal: log.journal_id().to_string(),
        }
    }

    /// Repeats the first day on all others.
    fn fill(&self, execute: &mut dyn FnMut(&str)) {
        let tables: Vec<&Table> = TABLES
            .iter()
            .copied()
            .filter(|it| !ONCE.contains(&it.name))
            .collect();
        for Table { name, .. } in &tables {
            execute(&format!(
                "CREATE TEMP TABLE day_{name} AS SELECT * FROM {name}"
            ));
        }
        for day in 1..DAYS {
            let copies = tables.iter().map(|table| self.copied(table, day));
            let copies: Vec<String> = copies.collect();
            execute(&format!("BEGIN; {}; COMMIT", copies.join("; ")));
        }
        let (seq, ms) = (self.span * DAYS as u64, (DAYS - 1) * DAY_MS);
        execute(&format!(
            "UPDATE tenants SET applied_seq = {seq}, applied_at = applied_at + {ms}"
        ));
    }

    fn copied(&self, table: &Table, day: i64) -> String {
        let Table { name, columns, .. } = table;
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let values: Vec<String> = columns.iter().map(|column| self.on(column, day)).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        format!("INSERT INTO {name} (tenant, {names}) SELECT tenant, {values} FROM day_{name}")
    }

    /// What stands in a column on another day.
    fn on(&self, column: &Column, day: i64) -> String {
        let name = column.name;
        match name {
            "customer" => format!("{name} || '-' || {}", day / DAYS_OF_A_CUSTOMER),
            _ if column.kind != Kind::Int => name.to_owned(),
            _ if NUMBERS.contains(&name) => {
                format!("{name} + {}", self.span * day.unsigned_abs())
            }
            _ if name.ends_with("_at") || name == "waits_since" => {
                format!("{name} + {}", day * DAY_MS)
            }
            _ => name.to_owned(),
        }
    }

    /// Customers who call on a day.
    fn customers(&self) -> usize {
        (self.contacts / DAYS as usize).min(CUSTOMERS)
    }

    fn ask(&self, place: &Place, bytes: u64, filled_ns: f64, mut questions: Reader) {
        let store = place.name();
        println!(
            "{store}: {} contacts filled in within {:.0} s",
            self.contacts,
            filled_ns / 1e9
        );
        let each = bytes as f64 / self.contacts as f64;
        let key = |name: &str| format!("history.year.{store}.{name}");
        Figure::new(key("bytes_per_contact"), "on disk", each, "bytes").hand_in();
        for (name, period, most) in [("month_s", MONTH, MONTH_S), ("year_s", YEAR, YEAR_S)] {
            let slowest = KINDS.map(|kind| (reported_s(place, kind, period), kind));
            let slowest = slowest
                .into_iter()
                .max_by(|(one, _), (other, _)| one.total_cmp(other));
            let (seconds, kind) = slowest.expect("kinds");
            let what = format!(
                "the slowest report among {} contacts: {kind}",
                self.contacts
            );
            Figure::new(key(name), what, seconds, "s")
                .target(Target::ValueAtMost(most))
                .hand_in();
        }
        let found = (0..FINDS).map(|nth| self.found_ms(&mut questions, nth));
        let found = Quantiles::of(found.collect());
        let what = format!("a page of a customer's contacts among {}", self.contacts);
        Figure::new(key("find_ms.p99"), what, found.at(0.99), "ms")
            .target(Target::ValueAtMost(FIND_MS))
            .hand_in();
    }

    /// How long it takes to find a customer's contacts, in ms.
    fn found_ms(&self, questions: &mut Reader, nth: usize) -> f64 {
        let customer = format!(
            "+49 30 {:07}-{}",
            nth % self.customers(),
            nth as i64 % (DAYS / DAYS_OF_A_CUSTOMER) + 1
        );
        let question = ContactQuestion {
            filter: ContactFilter {
                customer: Some(customer.into()),
                ..ContactFilter::default()
            },
            size: 50,
            ..ContactQuestion::default()
        };
        let (page, ns) = timed(|| {
            questions.ask(&Patience::endless(), |ask| {
                let tenant = ask.tenant(TENANT, &self.journal)?;
                ask.contacts(&tenant.expect("a tenant"), &question)
            })
        });
        let rows = page.expect("an answer").rows;
        assert!(!rows.is_empty(), "a customer who called");
        ns / 1e6
    }
}

/// How long a report takes, the program's start included, in seconds.
fn reported_s(place: &Place, kind: &str, period: &str) -> f64 {
    let line = report(place, kind, period);
    let (output, ns) = timed(|| {
        Command::new(acd())
            .args(&line)
            .stdin(Stdio::null())
            .output()
    });
    let output = output.expect("acd starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line:?}: {said}");
    println!("{} {kind} of {period}: {:.2} s", place.name(), ns / 1e9);
    ns / 1e9
}
