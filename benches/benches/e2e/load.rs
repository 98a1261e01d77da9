//! `acd load` in a process of its own, and its report.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::servers::{Server, acd};

/// A load; what is not said is as `acd load` has it.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) agents: u32,
    pub(crate) queues: u32,
    /// As `--rate` takes it.
    pub(crate) rate: String,
    pub(crate) talk: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) length: Duration,
    /// Whether the tenant has its configuration from a load before.
    pub(crate) is_prepared: bool,
    /// The file with the token it shows; none: it shows none.
    pub(crate) token: Option<PathBuf>,
}

/// What a load came to.
pub(crate) struct Report(Value);

impl Load {
    /// Plays it against this server.
    pub(crate) fn play(&self, server: &Server) -> Report {
        self.finish(self.start(server, &server.grpc))
    }

    /// Begins to play it, through this address.
    pub(crate) fn start(&self, server: &Server, address: &str) -> Child {
        let ms = |time: Duration| format!("{}ms", time.as_millis());
        let mut command = Command::new(acd());
        command
            .args(["load", "--json", "--server", address])
            .args(["--server-pid", &server.pid().to_string()])
            .args(["--agents", &self.agents.to_string()])
            .args(["--queues", &self.queues.to_string()])
            .args(["--rate", &self.rate, "--for", &ms(self.length)])
            .args(["--warm-up", &ms(self.warm_up), "--wrap-up", "0s"])
            .args([
                "--talk",
                &ms(self.talk),
                "--talk-spread",
                "0",
                "--drain",
                "10s",
            ]);
        if self.is_prepared || server.is_bare() {
            command.arg("--prepared");
        }
        if let Some(token) = &self.token {
            command.arg("--token-file").arg(token);
        }
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        spawned.expect("the load starts")
    }

    /// Waits for its end.
    pub(crate) fn finish(&self, load: Child) -> Report {
        let output = load.wait_with_output().expect("the load ends");
        let report = serde_json::from_slice(&output.stdout).expect("a report in JSON");
        let report = Report(report);
        eprintln!("{} contacts/s, {} agents: {report}", self.rate, self.agents);
        report
    }
}

impl Report {
    /// The figure of this path, such as `offer_ms.p50`.
    pub(crate) fn at(&self, path: &str) -> f64 {
        let pointer = format!("/{}", path.replace('.', "/"));
        let value = self.0.pointer(&pointer).and_then(Value::as_f64);
        value.unwrap_or_else(|| panic!("no {path} in the report of the load"))
    }

    /// The pieces of the run: arrivals and completed lives in a second, and the 99th percentile of the offer in ms.
    pub(crate) fn over_time(&self) -> Vec<[f64; 3]> {
        let pieces = self.0["over_time"].as_array().expect("a list");
        let figure = |piece: &Value, name: &str| piece[name].as_f64().unwrap_or_default();
        let names = ["arrived_per_s", "completed_per_s", "offer_p99_ms"];
        pieces
            .iter()
            .map(|piece| names.map(|name| figure(piece, name)))
            .collect()
    }

    /// Each kind of message, and how many there are of it for each contact.
    pub(crate) fn messages(&self) -> Vec<(String, f64)> {
        let kinds = self.0["wire"]["kinds"].as_array().expect("a list");
        let told = kinds.iter().filter_map(|kind| {
            let count = kind["per_contact"].as_f64()?;
            let way = if kind["is_up"] == true { "up" } else { "down" };
            Some((format!("{} {way}", kind["name"].as_str()?), count))
        });
        told.collect()
    }

    /// Refusals with their reasons, and errors.
    pub(crate) fn refusals(&self) -> String {
        format!("{}, {} errors", self.0["refusals"], self.0["errors"])
    }

    pub(crate) fn generator_is_bottleneck(&self) -> bool {
        self.0["generator"]["is_bottleneck"] == true
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "completed {:.0}/s, offer p50 {:.2} p99 {:.2} ms, server {:.0} us a contact, {:.1} messages, late p99 {:.2} ms, refused {}{}",
            self.at("contacts.completed_per_s"),
            self.at("offer_ms.p50"),
            self.at("offer_ms.p99"),
            self.at("server.us_per_contact"),
            self.at("wire.messages_per_contact"),
            self.at("generator.lag_ms.p99"),
            self.refusals(),
            if self.generator_is_bottleneck() {
                " (the generator is the bottleneck)"
            } else {
                ""
            }
        )
    }
}
