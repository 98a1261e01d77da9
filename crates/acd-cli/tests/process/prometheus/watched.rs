//! Running centres under a real Prometheus with the rules and the dashboards of `deploy/`.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acd_client::v1::ViewFilter;
use acd_client::{AdapterSession, AgentSession, Endpoint, Supervisor, adapter, endpoint};
use acd_testkit::call;
use rcgen::generate_simple_self_signed;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::dashboards::{Dashboard, Question};
use super::rules::{ALERTS, RECORDING, file};
use super::running::{Prometheus, Sample};
use crate::acd::{Guarded, acd};
use crate::server::{Server, addresses};

/// What Grafana puts in for the time over which a rate is taken.
pub(super) const INTERVAL_VARIABLE: &str = "__rate_interval";
/// How much faster than in earnest the rules look at what happens: a minute is three seconds.
const HURRY: u64 = 20;
/// The demo's tenant, one of its queues, and how many agents it has.
const TENANT: &str = "demo";
const QUEUE: &str = "support";
const AGENTS: usize = 20;

/// A demo on free ports, which goes on until it is dropped.
struct Demo {
    _process: Guarded,
    grpc: String,
    metrics: String,
}

impl Demo {
    fn start() -> Self {
        let free = "127.0.0.1:0";
        let agents = AGENTS.to_string();
        let process = acd(&["demo", "--agents", &agents, "--listen", free])
            .args(["--metrics-listen", free, "--console-listen", free])
            .stdout(Stdio::piped())
            .spawn();
        let mut process = Guarded(process.expect("acd starts"));
        let stdout = BufReader::new(process.0.stdout.take().expect("a pipe"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let mut told = |what: &str| {
            let line = lines
                .find(|line| line.starts_with(what))
                .expect("an address");
            let address = line.split_whitespace().nth(1).expect("an address");
            let address = address.trim_start_matches("http://");
            address.trim_end_matches("/metrics").to_owned()
        };
        let (grpc, metrics) = (told("gRPC"), told("metrics"));
        // From here on calls come, and it goes on telling.
        assert!(lines.any(|line| line.contains("calls so far")));
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            _process: process,
            grpc,
            metrics,
        }
    }
}

/// The rules of `deploy/`, in a hurry, as a part of Prometheus' configuration.
fn rules(folder: &Path) -> String {
    let mut part = String::from("rule_files:\n");
    for (no, name) in [RECORDING, ALERTS].into_iter().enumerate() {
        let path = folder.join(format!("rules{no}.yml"));
        std::fs::write(&path, hurried(&file(name))).expect("a file");
        part += &format!("  - {}\n", path.display());
    }
    part
}

/// Rules in which every length of time is shorter.
fn hurried(rules: &str) -> String {
    let mut text = String::new();
    let mut rest = rules;
    let begins = ["[", "for: ", "interval: "];
    let next = |rest: &str| {
        let places = begins
            .iter()
            .filter_map(|with| Some(rest.find(with)? + with.len()));
        places.min()
    };
    while let Some(at) = next(rest) {
        text += &rest[..at];
        rest = &rest[at..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let unit_ms = match rest[digits..].chars().next() {
            Some('s') => 1_000,
            Some('m') => 60_000,
            Some('h') => 3_600_000,
            _ => continue,
        };
        if let Ok(count) = rest[..digits].parse::<u64>() {
            text += &format!("{}ms", count * unit_ms / HURRY);
            rest = &rest[digits + 1..];
        }
    }
    text + rest
}

#[test]
fn rules_in_a_hurry_have_other_lengths_and_nothing_else() {
    assert_eq!(
        hurried("for: 30s\nexpr: rate(x[5m]) > 5 or y{z=~\"[a]\"}\ninterval: 1h"),
        "for: 1500ms\nexpr: rate(x[15000ms]) > 5 or y{z=~\"[a]\"}\ninterval: 180000ms"
    );
}

fn endpoint(grpc: &str) -> Endpoint {
    Endpoint::new(endpoint::Options::new(format!("http://{grpc}"))).expect("a good address")
}

#[test]
fn every_panel_of_every_dashboard_shows_something_of_a_running_centre() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start();
    let secure = with_a_certificate();
    let engines = [&*demo.metrics, &*secure.metrics];
    let prometheus = Prometheus::start(folder.path(), &rules(folder.path()), &engines);
    let mut asked = 0;
    let mut empty = Vec::new();
    for dashboard in Dashboard::all() {
        for Question { panel, expression } in dashboard.questions() {
            asked += 1;
            let query = chosen(&expression);
            let shows = |answer: &[Sample]| answer.iter().any(|it| it.value.is_finite());
            if prometheus.ask_until(&query, shows).is_err() {
                empty.push(format!("{}: {panel}: {query}", dashboard.file));
            }
        }
    }
    assert!(empty.is_empty(), "nothing to see:\n{}", empty.join("\n"));
    assert!(asked > 80, "{asked} questions");
}

/// What Grafana would ask, of the demo.
fn chosen(expression: &str) -> String {
    let choices = [
        (INTERVAL_VARIABLE, "5s"),
        ("tenant", TENANT),
        ("queue", QUEUE),
        ("instance", ".*"),
    ];
    choices
        .iter()
        .fold(expression.to_owned(), |text, (variable, value)| {
            text.replace(&format!("${variable}"), value)
        })
}

/// A server that has a certificate.
fn with_a_certificate() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let made = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let files = [
        ("server.pem", made.cert.pem()),
        ("server.key", made.signing_key.serialize_pem()),
    ];
    for (name, pem) in files {
        std::fs::write(folder.path().join(name), pem).expect("a file");
    }
    let tables = "[server.tls]\ncert = \"server.pem\"\nkey = \"server.key\"\n[tenants.bank.queues.support]\n";
    Server::start_in(folder, "", tables)
}

/// A disk of its own for a data directory: a small one, which the test can fill. It lives as long as a process that
/// keeps it, and no other process of the machine sees it.
struct Disk {
    keeper: Guarded,
    folder: TempDir,
}

/// How large it is.
const DISK_BYTES: usize = 64 << 20;

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mounting = format!(
            "mount -t tmpfs -o size={DISK_BYTES} acd \"$0\" && echo there && exec sleep infinity"
        );
        let keeper = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &mounting])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn();
        let mut keeper = Guarded(keeper.expect("unshare starts"));
        let mut line = String::new();
        BufReader::new(keeper.0.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        assert_eq!(line, "there\n", "a mount namespace with a disk of its own");
        Self { keeper, folder }
    }

    /// Runs `acd` where this disk is.
    fn acd(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--user", "--mount", "--preserve-credentials", "--target"])
            .arg(self.keeper.0.id().to_string())
            .arg(env!("CARGO_BIN_EXE_acd"))
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn ballast(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.0.id()));
        let folder = self
            .folder
            .path()
            .strip_prefix("/")
            .expect("an absolute path");
        root.join(folder).join("ballast")
    }

    /// Fills it until so much is left, or nothing.
    fn fill(&self, left: usize) {
        let mut ballast = std::fs::File::create(self.ballast()).expect("a file");
        let chunk = [0; 64 << 10];
        let written = std::iter::repeat_with(|| ballast.write(&chunk));
        let mut room = DISK_BYTES - left;
        for written in written {
            match written {
                Ok(bytes) if bytes < room => room -= bytes,
                Ok(_) => return,
                Err(error) => return assert_eq!(error.kind(), ErrorKind::StorageFull),
            }
        }
    }

    /// Makes room again.
    fn clear(&self) {
        std::fs::remove_file(self.ballast()).expect("it can be removed");
    }
}

/// A server whose journal is on a disk of its own.
struct Clinic {
    disk: Disk,
    process: Guarded,
    grpc: String,
    metrics: String,
}

impl Clinic {
    fn start() -> Self {
        let disk = Disk::new();
        let (process, grpc, metrics) = Self::serve(&disk, "127.0.0.1:0", "127.0.0.1:0");
        Self {
            disk,
            process,
            grpc,
            metrics,
        }
    }

    fn serve(disk: &Disk, grpc: &str, metrics: &str) -> (Guarded, String, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("acd.toml");
        let text = "[server.log]\nfilter = \"warn\"\n[tenants.clinic]\nadapters = [\"pbx\"]\n\
                    [tenants.clinic.queues.reception]\n";
        std::fs::write(&config, text).expect("a file");
        let data = disk.folder.path().join("data");
        let mut process = disk
            .acd(&["serve", "--listen", grpc, "--metrics-listen", metrics])
            .arg("--config")
            .arg(&config)
            .arg("--data-dir")
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("nsenter starts");
        let (grpc, metrics) = addresses(process.stdout.take().expect("a pipe"));
        (Guarded(process), grpc, metrics)
    }

    /// It has ended; it is started on the same addresses and disk.
    fn start_again(&mut self) {
        let (process, ..) = Self::serve(&self.disk, &self.grpc, &self.metrics);
        self.process = process;
    }
}

/// Asks until the alert fires for a series with these labels, or for none any more.
fn awaits(prometheus: &Prometheus, alert: &str, labels: &str, fires: bool) {
    let query = format!("ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",{labels}}}");
    let is_so = |answer: &[Sample]| answer.is_empty() != fires;
    if let Err(last) = prometheus.ask_until(&query, is_so) {
        let last: Vec<_> = last.iter().map(|it| it.labels.to_string()).collect();
        panic!(
            "{alert} is to {}fire: {last:?}",
            if fires { "" } else { "no longer " }
        );
    }
}

fn fires(prometheus: &Prometheus, alert: &str, labels: &str) {
    awaits(prometheus, alert, labels, true);
}

fn clears(prometheus: &Prometheus, alert: &str, labels: &str) {
    awaits(prometheus, alert, labels, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_fire_when_something_goes_wrong_and_clear_when_it_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start();
    let mut clinic = Clinic::start();
    let engines = [&*demo.metrics, &*clinic.metrics];
    let prometheus = Prometheus::start(folder.path(), &rules(folder.path()), &engines);
    agents_leave(&prometheus, &demo).await;
    an_adapter_dies(&prometheus, &clinic).await;
    the_disk_fills(&prometheus, &mut clinic).await;
}

/// The test takes the seats of all agents of the demo and logs out; then they come back.
async fn agents_leave(prometheus: &Prometheus, demo: &Demo) {
    let endpoint = endpoint(&demo.grpc);
    let of_demo = format!("tenant=\"{TENANT}\",queue=\"{QUEUE}\"");
    for no in 1..=AGENTS {
        let session = AgentSession::login(&endpoint, TENANT, &format!("agent{no:03}")).await;
        let session = session.expect("the seat is free");
        session.commands().logout().await.expect("logged out");
    }
    fires(prometheus, "AcdNoStaff", &of_demo);
    let mut desks = JoinSet::new();
    for no in 1..=AGENTS {
        let session = AgentSession::login(&endpoint, TENANT, &format!("agent{no:03}")).await;
        let mut session = session.expect("logged in");
        session.next().await.expect("a view");
        session.commands().ready().await.expect("ready");
        desks.spawn(async move { while session.next().await.is_ok() {} });
    }
    clears(prometheus, "AcdNoStaff", &of_demo);
}

async fn an_adapter_dies(prometheus: &Prometheus, clinic: &Clinic) {
    let of_pbx = "tenant=\"clinic\",adapter=\"pbx\"";
    let endpoint = endpoint(&clinic.grpc);
    let connect = || AdapterSession::start(&endpoint, adapter::Options::new("clinic", "pbx"));
    let session = connect();
    clears(prometheus, "AcdAdapterGone", of_pbx);
    drop(session);
    fires(prometheus, "AcdAdapterGone", of_pbx);
    let session = connect();
    clears(prometheus, "AcdAdapterGone", of_pbx);
    session
        .handle()
        .send(call("c1", "reception"))
        .await
        .expect("durable");
}

/// First nearly, then wholly: the server ends, room is made, it comes back with all it had acknowledged.
async fn the_disk_fills(prometheus: &Prometheus, clinic: &mut Clinic) {
    let of_clinic = format!("job=\"acd\",instance=\"{}\"", clinic.metrics);
    clinic.disk.fill(DISK_BYTES / 50);
    fires(prometheus, "AcdDiskNearlyFull", &of_clinic);
    clinic.disk.clear();
    clears(prometheus, "AcdDiskNearlyFull", &of_clinic);

    clinic.disk.fill(0);
    let endpoint = endpoint(&clinic.grpc);
    let session = AdapterSession::start(&endpoint, adapter::Options::new("clinic", "pbx"));
    // Connecting is an event, and for that there is no room.
    let ended = clinic.process.0.wait().expect("it ends by itself");
    assert_eq!(ended.code(), Some(1));
    fires(prometheus, "AcdDown", &of_clinic);
    clinic.disk.clear();
    clinic.start_again();
    clears(prometheus, "AcdDown", &of_clinic);
    clears(prometheus, "AcdDiskNearlyFull", &of_clinic);
    drop(session);
    let all = ViewFilter {
        contacts: true,
        ..ViewFilter::default()
    };
    let supervisor = Supervisor::new(&endpoint, "clinic");
    let snapshot = supervisor
        .get_snapshot(all)
        .await
        .expect("an answer")
        .snapshot;
    let contacts = snapshot.expect("a snapshot").contacts;
    assert_eq!(contacts.len(), 1, "{contacts:?}");
}
