//! A real Prometheus scrapes the server, and answers with the figures of the report.

use std::path::Path;

use super::running::Prometheus;
use crate::acd::{count, report, run};
use crate::server::Server;

/// Calls of two classes, with short talks, and one caller who gives up.
fn log(folder: &Path) -> String {
    let mut log = String::from("id,arrived_at,class,waited_s,outcome,agent,talk_s\n");
    for no in 0..30 {
        let (class, agent) = if no % 3 == 0 {
            ("sales", "omar")
        } else {
            ("support", "nora")
        };
        log.push_str(&format!(
            "{no},2024-03-01T09:00:{no:02},{class},1,answered,{agent},1\n"
        ));
    }
    log.push_str("gone,2024-03-01T09:00:10,support,1,abandoned,,\n");
    let path = folder.join("calls.csv");
    std::fs::write(&path, log).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn prometheus_says_what_the_report_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start("");
    let prometheus = Prometheus::start(folder.path(), "", &[&server.metrics]);

    let log = log(folder.path());
    let output = run(&[
        "replay",
        &log,
        "--json",
        "--speed",
        "10",
        "--server",
        &server.grpc,
    ]);
    let report = report(&output);
    for (class, figures) in report["engine"]["classes"].as_object().expect("classes") {
        let figure = |what: &str| figures[what].as_f64().expect("a count");
        let of_class = format!("tenant=\"replay\",queue=\"{class}\"");
        prometheus.comes_to(
            &format!("acd_visits_offered_total{{{of_class}}}"),
            figure("offered"),
        );
        let answered = format!("acd_visits_ended_total{{{of_class},outcome=\"answered\"}}");
        prometheus.comes_to(&answered, figure("answered"));
        let abandoned =
            format!("acd_visits_ended_total{{{of_class},outcome=\"abandoned_customer\"}}");
        prometheus.comes_to(&abandoned, figure("abandoned"));
        // T of 20 s is an edge at 2 s of wall time.
        let within = figures["service_level"][4]["numerator"]
            .as_f64()
            .expect("a count");
        prometheus.comes_to(
            &format!("acd_answered_wait_seconds_bucket{{{of_class},le=\"2.0\"}}"),
            within,
        );
    }
    let all = count(&report, "engine", "offered") as f64;
    prometheus.comes_to("sum(acd_visits_offered_total)", all);
}
