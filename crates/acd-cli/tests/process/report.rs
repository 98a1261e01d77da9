//! `acd report`: what happened at a server, in every form, with the numbers that the server counted.

use std::fs;

use acd_client::Historian;
use acd_client::v1::{self, ReportFormat, ReportKind, ReportRequest};
use acd_testkit::{Clients, Desk, Pbx, call, in_time};
use serde_json::Value;

use crate::acd::{run, said, succeed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.settings]\nzone = \"Asia/Kathmandu\"\n\
                       [tenants.bank.targets.in-time]\n\
                       of = \"service_level_2\"\nat_least = 0.9\nscope = \"queues\"\n\
                       [tenants.bank.tariffs.standard]\n\
                       currency = \"EUR\"\nper_contact = \"0.35\"\n\
                       [tenants.bank.queues.support]\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\n";

/// A server at which one call was talked to its end, and two were left.
async fn server() -> (Server, Clients) {
    let server = Server::start(TENANTS);
    let clients = Clients::at("bank", format!("http://{}", server.grpc)).await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut desk = Desk::ready(&clients, "anna").await;
    pbx.send(call("answered", "support")).await;
    let offer = desk.ringing().await;
    desk.accept(offer.offer_id).await.expect("accepted");
    pbx.send(v1::ContactConnected {
        contact_id: "answered".into(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = desk.handling(v1::HandlingState::Connected).await;
    for name in ["left-1", "left-2"] {
        clients
            .arrive(call(name, "support"))
            .await
            .expect("it joins");
        clients.hang_up(name).await.expect("it leaves");
    }
    desk.end_talk(handling.handling_id).await.expect("it ends");
    (server, clients)
}

/// All of it has become rows. Whoever waits asks again.
async fn is_in_rows(server: &Server) {
    let historian = Historian::new(&server.endpoint(), "bank");
    let request = || ReportRequest {
        kinds: vec![ReportKind::Queues.into()],
        period: "1h".into(),
        format: ReportFormat::Json.into(),
        ..Default::default()
    };
    let told = async {
        loop {
            // At first its tables are being made.
            let Ok(report) = historian.report(request()).await else {
                continue;
            };
            let bytes = report.bytes(1 << 20).await.expect("a report");
            let report: Value = serde_json::from_slice(&bytes).expect("JSON");
            if report["totals"][0]["abandoned"] == 2 {
                break;
            }
        }
    };
    in_time("rows", told).await;
}

fn report(server: &Server, line: &[&str]) -> String {
    succeed(&[&["report"], line, &["--server", &server.grpc]].concat())
}

fn json(server: &Server, line: &[&str]) -> Value {
    let text = report(server, &[line, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn a_report_has_the_numbers_that_the_server_counted_in_every_form() {
    let (server, clients) = server().await;
    is_in_rows(&server).await;
    let counted = clients.counters("support").await;
    let told = json(&server, &["queues", "--last", "1h", "--compare"]);
    assert_eq!(told["zone"], "Asia/Kathmandu");
    let [row] = told["rows"].as_array().expect("rows").as_slice() else {
        panic!("one queue and channel: {told}");
    };
    assert_eq!(
        (&row["queue"], &row["channel"]),
        (&"support".into(), &"voice".into())
    );
    for (name, counted) in [
        ("offered", counted.offered),
        ("answered", counted.answered),
        ("abandoned_customer", counted.abandoned_customer),
        ("refused", 0),
    ] {
        assert_eq!(row[name], counted, "{name}");
    }
    assert_eq!(row["offered"], 3);
    assert_eq!(
        (&row["met_service_level_2"], &row["rank"]),
        (&false.into(), &1.into())
    );
    assert_eq!(row["offered_before"], 0, "{row}");

    let costs = json(&server, &["costs", "--last", "1h"]);
    assert_eq!(costs["rows"][0]["contacts"], 1);
    assert_eq!(costs["rows"][0]["cost_contacts"], "0.35");

    let agents = json(&server, &["agents_by_queue", "--last", "1h"]);
    assert_eq!(agents["rows"][0]["agent"], "anna");
    assert_eq!(agents["rows"][0]["offers_connected"], 1);
    let nobody = json(
        &server,
        &["agents_by_queue", "--last", "1h", "--agent", "bert"],
    );
    assert_eq!(nobody["rows"], Value::Array(Vec::new()));

    let csv = report(
        &server,
        &[
            "queues", "--by", "interval", "--last", "1h", "--format", "csv",
        ],
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert!(
        lines[0].starts_with("from,to,tenant,queue,channel,rank,offered,answered,"),
        "{csv}"
    );
    assert!(lines[1..].iter().all(|it| it.contains("+05:45")), "{csv}");
    let offered = lines[1..]
        .iter()
        .map(|it| it.split(',').nth(6).unwrap_or_default());
    assert_eq!(
        offered
            .map(|it| it.parse::<u64>().expect("a number"))
            .sum::<u64>(),
        3
    );

    let table = report(&server, &["queues", "--last", "1h"]);
    assert!(
        table.contains("support") && table.contains("Asia/Kathmandu"),
        "{table}"
    );
    let table = report(&server, &["queues", "--last", "1h", "--lang", "fa"]);
    assert!(table.contains("۳"), "{table}");
}

#[tokio::test]
async fn files_are_whole() {
    let (server, _clients) = server().await;
    is_in_rows(&server).await;
    let file = |name: &str| {
        let path = server.folder().join(name);
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let parquet = file("outcomes.parquet");
    let line = [
        "outcomes", "--last", "1h", "--format", "parquet", "--output", &parquet,
    ];
    assert_eq!(report(&server, &line), "");
    let bytes = fs::read(&parquet).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));

    let html = file("hour.html");
    report(
        &server,
        &["--last", "1h", "--format", "html", "--output", &html],
    );
    let page = fs::read_to_string(&html).expect("a file");
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for wanted in ["bank", "support", "EUR", "anna"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    // It needs nothing from elsewhere.
    assert!(!page.contains("://") && !page.contains("<script"));
}

#[tokio::test]
async fn rows_are_reported_without_a_server_as_with_it() {
    let (mut server, _clients) = server().await;
    is_in_rows(&server).await;
    let always = [
        "queues", "--from", "2001", "--to", "2096", "--format", "json",
    ];
    let served = report(&server, &always);
    let path = |name: &str| {
        let path = server.folder().join(name);
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let (dir, file) = (path("data"), path("acd.toml"));
    let here = [
        &["report"],
        &always[..],
        &["--data-dir", &dir, "--config", &file],
    ]
    .concat();
    assert_eq!(succeed(&here), served);
    server.kill();
    assert_eq!(succeed(&here), served);
    let nobody = run(&[&here[..], &["--tenant", "shop"]].concat());
    assert_eq!(nobody.status.code(), Some(1), "{}", said(&nobody));
    let nobody = run(&["report", "queues", "--data-dir", &dir, "--tenant", "shop"]);
    assert_eq!(nobody.status.code(), Some(4));
    assert!(said(&nobody).contains("bank"), "{}", said(&nobody));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_field_and_remedy() {
    let server = Server::start(TENANTS);
    // At first the tables of the history are being made. Whoever waits asks again.
    let asked = ["report", "queues", "--server", &server.grpc];
    while !run(&asked).status.success() {}
    let refused = |line: &[&str]| {
        let output = run(&[&["report"], line, &["--server", &server.grpc]].concat());
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        said(&output)
    };
    let zone = refused(&["queues", "--zone", "Europe/Nowhere"]);
    assert!(
        zone.contains("field: zone") && zone.contains("Europe/Berlin"),
        "{zone}"
    );
    let period = refused(&["queues", "--day", "2026-02-30"]);
    assert!(period.contains("field: period"), "{period}");
    let step = refused(&[
        "queues", "--from", "2001", "--to", "2026", "--by", "interval",
    ]);
    assert!(step.contains("field: step"), "{step}");
    let basis = refused(&["outcomes", "--basis", "enqueue_cohort"]);
    assert!(basis.contains("field: basis"), "{basis}");
    let kinds = refused(&["queues", "agents"]);
    assert!(kinds.contains("field: kinds"), "{kinds}");
    // Nothing happened yet, and that is a report, too.
    let empty = json(&server, &["queues", "--month", "2026-11"]);
    assert_eq!(empty["rows"], Value::Array(Vec::new()));

    let off = "[server.history]\nenabled = false\n";
    let server = Server::start(&[off, TENANTS].concat());
    let output = run(&["report", "queues", "--server", &server.grpc]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("HISTORY_OFF"), "{}", said(&output));
}
