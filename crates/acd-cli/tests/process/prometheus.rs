//! A real Prometheus scrapes the server, and answers with the figures of the report.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;

use crate::acd::{Guarded, count, report, run};
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
    let program =
        std::env::var("ACD_PROMETHEUS").expect("ACD_PROMETHEUS is not set: run `cargo xtask test`");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start("");
    let prometheus = Prometheus::start(&program, folder.path(), &server.metrics);

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
        prometheus.says(
            &format!("acd_visits_offered_total{{{of_class}}}"),
            figure("offered"),
        );
        let answered = format!("acd_visits_ended_total{{{of_class},outcome=\"answered\"}}");
        prometheus.says(&answered, figure("answered"));
        let abandoned =
            format!("acd_visits_ended_total{{{of_class},outcome=\"abandoned_customer\"}}");
        prometheus.says(&abandoned, figure("abandoned"));
        // T of 20 s is an edge at 2 s of wall time.
        let within = figures["service_level"][4]["numerator"]
            .as_f64()
            .expect("a count");
        prometheus.says(
            &format!("acd_answered_wait_seconds_bucket{{{of_class},le=\"2.0\"}}"),
            within,
        );
    }
    let all = count(&report, "engine", "offered") as f64;
    prometheus.says("sum(acd_visits_offered_total)", all);
}

struct Prometheus {
    _process: Guarded,
    address: String,
    /// Its log: a line whenever something happens in it.
    log: Receiver<String>,
}

/// How often it asks again while the answer is not yet the one that is awaited, and for how long.
const INTERVAL: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 300;

impl Prometheus {
    fn start(program: &str, folder: &Path, target: &str) -> Self {
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n\
             scrape_configs:\n  - job_name: acd\n    static_configs:\n      - targets: ['{target}']\n"
        );
        std::fs::write(&config, text).expect("a file");
        let mut process = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("tsdb").display()
            ))
            .arg("--web.listen-address=127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("prometheus starts");
        let log = lines(&mut process);
        let process = Guarded(process);
        let listening = log.iter().find(|line| line.contains("Listening on"));
        let line = listening.expect("it listens; see its log above");
        let address = line
            .split("address=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        Self {
            address: address.expect("an address").to_owned(),
            _process: process,
            log,
        }
    }

    /// Asks until the answer is the one awaited.
    fn says(&self, query: &str, wanted: f64) {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            last = self.value(query);
            if last == Some(wanted) {
                return;
            }
            // The next scrape makes no noise; its log is the only thing to wait on.
            let _ = self.log.recv_timeout(INTERVAL);
        }
        panic!("{query} is {last:?}, the report says {wanted}");
    }

    fn value(&self, query: &str) -> Option<f64> {
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut stream = TcpStream::connect(&self.address).expect("prometheus answers");
        write!(
            stream,
            "GET /api/v1/query?query={escaped} HTTP/1.0\r\nHost: prometheus\r\n\r\n"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let body: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["status"], "success", "{query}: {body}");
        body["data"]["result"][0]["value"][1].as_str()?.parse().ok()
    }
}

/// The lines of its log, passed on to ours.
fn lines(process: &mut Child) -> Receiver<String> {
    const LINES: usize = 10_000;
    let stderr = BufReader::new(process.stderr.take().expect("a pipe"));
    let (sender, receiver) = sync_channel(LINES);
    std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            eprintln!("prometheus: {line}");
            // Nobody may listen any more.
            let _ = sender.try_send(line);
        }
    });
    receiver
}
