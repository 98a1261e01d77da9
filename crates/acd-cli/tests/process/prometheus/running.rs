//! A Prometheus of one test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;

use crate::acd::{Guarded, installed};

/// A Prometheus that scrapes five times a second.
pub(super) struct Prometheus {
    _process: Guarded,
    address: String,
    /// Its log: a line whenever something happens in it.
    log: Receiver<String>,
}

/// One series of an answer, and its value.
pub(super) struct Sample {
    pub(super) labels: Value,
    pub(super) value: f64,
}

/// How often it asks again while the answer is not yet the one that is awaited, and how many times.
const INTERVAL: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 600;

impl Prometheus {
    /// Starts it with its files in `folder`; it scrapes engines at these addresses. `more` goes into its configuration as
    /// it is.
    pub(super) fn start(folder: &Path, more: &str, engines: &[&str]) -> Self {
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  evaluation_interval: 200ms\n\
             {more}scrape_configs:\n  - job_name: acd\n    static_configs:\n      - targets: {engines:?}\n"
        );
        std::fs::write(&config, text).expect("a file");
        let mut process = Command::new(installed("ACD_PROMETHEUS"))
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
        let rest = line.split("address=").nth(1);
        let address = rest.and_then(|rest| rest.split_whitespace().next());
        assert!(log.iter().any(|line| line.contains("Server is ready")));
        Self {
            address: address.expect("an address").to_owned(),
            _process: process,
            log,
        }
    }

    /// Asks until the first series of the answer has this value.
    pub(super) fn comes_to(&self, query: &str, wanted: f64) {
        let is_wanted = |answer: &[Sample]| answer.first().is_some_and(|it| it.value == wanted);
        if let Err(last) = self.ask_until(query, is_wanted) {
            let last = last.first().map(|it| it.value);
            panic!("{query} is {last:?}, and not {wanted}");
        }
    }

    /// Asks until the answer is in order; gives the last answer if it never is.
    pub(super) fn ask_until(
        &self,
        query: &str,
        is_in_order: impl Fn(&[Sample]) -> bool,
    ) -> Result<Vec<Sample>, Vec<Sample>> {
        let mut last = Vec::new();
        for _ in 0..ATTEMPTS {
            last = self.ask(query);
            if is_in_order(&last) {
                return Ok(last);
            }
            // The next scrape makes no noise; its log is the only thing to wait on.
            let _ = self.log.recv_timeout(INTERVAL);
        }
        Err(last)
    }

    fn ask(&self, query: &str) -> Vec<Sample> {
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
        let body: Value =
            serde_json::from_str(body).unwrap_or_else(|_| panic!("{query}: {answer}"));
        assert_eq!(body["status"], "success", "{query}: {body}");
        let series = body["data"]["result"].as_array().expect("series").iter();
        let sample = |series: &Value| Sample {
            labels: series["metric"].clone(),
            value: series["value"][1]
                .as_str()
                .and_then(|it| it.parse().ok())
                .expect("a number"),
        };
        series.map(sample).collect()
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
