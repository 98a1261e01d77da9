//! Which index answers which question.

use acd_core::personal::Personal;
use rusqlite::params_from_iter;

use super::contacts::Range;
use super::life::of_handlings;
use super::{AttributeFilter, ContactFilter, Tenant, Where};
use crate::SqliteStore;
use crate::store::{Life, Position};

fn tenant() -> Tenant {
    Tenant {
        number: 1,
        life: Life {
            name: "bank".to_owned(),
            journal_id: "0".repeat(32),
            life: 1,
        },
        position: Position::default(),
        gaps: 0,
    }
}

/// How SQLite answers a statement.
fn plan(store: &SqliteStore, sql: &str, select: &Where) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {sql} {}", select.sql());
    let mut statement = store.connection().prepare(&sql).expect("a statement");
    let parameters = params_from_iter(select.parameters());
    let steps = statement.query_map(parameters, |row| row.get::<_, String>(3));
    let steps: Result<Vec<String>, _> = steps.expect("a plan").collect();
    steps.expect("steps").join("\n")
}

/// Every filter of contacts, and the index that answers it. What has none of its own is looked for among as many contacts as
/// one question may look at, by their key.
#[test]
fn every_filter_of_contacts_has_its_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("history.db")).expect("a store");
    let none = ContactFilter::default;
    let names = || vec!["sales".to_owned()];
    let cases = [
        (none(), "PRIMARY KEY (tenant=? AND contact>? AND contact<?)"),
        (
            ContactFilter {
                queues: names(),
                ..none()
            },
            "visits_by_contact (tenant=? AND contact=?)",
        ),
        (
            ContactFilter {
                agents: names(),
                ..none()
            },
            "handlings_by_agent (tenant=? AND agent=? AND connected_at>?)",
        ),
        (
            ContactFilter {
                offered_to: names(),
                ..none()
            },
            "offers_by_agent (tenant=? AND agent=? AND made_at>?)",
        ),
        (
            ContactFilter {
                customer: Some(Personal::from("c")),
                ..none()
            },
            "contacts_by_customer (tenant=? AND customer=?",
        ),
        (
            ContactFilter {
                name: Some("call-1".to_owned()),
                ..none()
            },
            "contacts_by_name (tenant=? AND name=?",
        ),
        (
            ContactFilter {
                attributes: vec![AttributeFilter {
                    key: "order".to_owned(),
                    value: Personal::from("4711"),
                    open_only: true,
                }],
                ..none()
            },
            "contact_attributes_by_value (tenant=? AND attribute=? AND <expr>=?)",
        ),
    ];
    let range = Range {
        first: 0,
        last: i64::MAX,
    };
    for (filter, index) in cases {
        let select = filter.applied(range.applied(&tenant()), "");
        let plan = plan(
            &store,
            "SELECT contact FROM contacts",
            &select.order("contact DESC", 101),
        );
        assert!(plan.contains(index), "{filter:?} is answered by\n{plan}");
        assert!(!plan.contains("SCAN contacts"), "{plan}");
    }
}

#[test]
fn times_and_names_have_their_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("history.db")).expect("a store");
    let of = || Where::of(&tenant());
    let since = |column: &str| of().and(&format!("{column} >= ?"), [1.into()]);
    let cases = [
        (
            "contacts",
            since("accepted_at"),
            "contacts_by_time (tenant=? AND accepted_at>?)",
        ),
        (
            "queue_intervals",
            since("began_at").order("began_at, queue, channel", 9),
            "queue_intervals_by_time",
        ),
        (
            "agent_sessions",
            since("began_at").order("began_at, session, agent", 9),
            "agent_sessions_by_time",
        ),
        (
            "presence_intervals",
            since("began_at").order("began_at, began_seq, kind, agent, queue", 9),
            "presence_intervals_by_time",
        ),
        (
            "acts",
            of().and("contact = ?", ["c".into()]),
            "acts_by_contact",
        ),
        (
            "scores",
            of().and("contact = ?", [1.into()]).order("seq", 9),
            "scores_by_contact",
        ),
        (
            "scores",
            of().and("contact IS NULL AND name = ?", ["c".into()]),
            "scores_by_name",
        ),
        (
            "score_intervals",
            since("began_at").order("began_at", 9),
            "score_intervals_by_time",
        ),
        (
            "visits",
            of().and("contact = ?", [1.into()]).order("visit", 9),
            "visits_by_contact (tenant=? AND contact=?)",
        ),
        (
            "offers",
            of().and("contact = ?", [1.into()]).order("offer", 9),
            "offers_by_contact (tenant=? AND contact=?)",
        ),
        (
            "handlings",
            of().and("contact = ?", [1.into()]).order("handling", 9),
            "handlings_by_contact (tenant=? AND contact=?)",
        ),
        (
            "transfers",
            of().and("contact = ?", [1.into()]).order("seq", 9),
            "transfers_by_contact (tenant=? AND contact=?)",
        ),
        (
            "refusals",
            of().and("contact = ?", [1.into()]),
            "refusals_by_contact",
        ),
        (
            "callback_attempts",
            of().and("contact = ?", [1.into()]),
            "callback_attempts_by_contact",
        ),
        (
            "handling_segments",
            of_handlings(&tenant(), 1),
            "handlings_by_contact",
        ),
        (
            "callbacks",
            of().and("asked_by = ?", [1.into()]),
            "callbacks_by_asker",
        ),
    ];
    for (table, select, index) in cases {
        let plan = plan(&store, &format!("SELECT * FROM {table}"), &select);
        assert!(plan.contains(index), "{table}:\n{plan}");
        assert!(!plan.contains("SCAN"), "{table}:\n{plan}");
    }
}

/// SQLite would take a tenant for ten rows, and read all of its rows instead of those of an index.
#[test]
fn every_index_has_its_statistics() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("history.db")).expect("a store");
    let sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_autoindex_%' \
               AND tbl_name <> 'refinery_schema_history' \
               AND name NOT IN (SELECT idx FROM sqlite_stat1)";
    let mut statement = store.connection().prepare(sql).expect("a statement");
    let without = statement.query_map([], |row| row.get::<_, String>(0));
    let without: Result<Vec<String>, _> = without.expect("indexes").collect();
    assert_eq!(without.expect("names"), Vec::<String>::new());
}
