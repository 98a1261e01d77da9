//! `acd journal`: what happened, how it was, whether the files are sound, and what to do where they are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use acd_client::{AdapterSession, adapter};
use acd_testkit::call;
use serde_json::Value;

use crate::acd::{run, said, stderr, succeed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\n\
                       [tenants.bank.queues.vip]\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\", \"vip\"]\n";
const NUMBER: &str = "+4930123456";

/// A server of which call-1 waits in the queue support, and call-2 was moved to vip.
async fn server() -> Server {
    let server = Server::start(TENANTS);
    let session = AdapterSession::start(&server.endpoint(), adapter::Options::new("bank", "pbx"));
    for name in ["call-1", "call-2"] {
        let mut arrived = call(name, "support");
        arrived.customer_key = Some(NUMBER.into());
        let sent = session.handle().send(arrived).await;
        sent.expect("it joins");
    }
    let to = ["--server", &*server.grpc, "--why", "she asked for it"];
    succeed(&[&["supervise", "move", "call-2", "vip"][..], &to].concat());
    server
}

fn data(server: &Server) -> String {
    let path = server.folder().join("data");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn journal(command: &str, data: &str, more: &[&str]) -> String {
    succeed(&[&["journal", command, data][..], more].concat())
}

/// What is said of a command line that fails.
fn refused(command: &str, data: &str, more: &[&str]) -> String {
    let output = run(&[&["journal", command, data][..], more].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    said(&output)
}

fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The files of a directory, with what is in them.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(dir).expect("a folder") {
        let path = file.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => _ = found.insert(path.clone(), fs::read(&path).expect("a file")),
        }
    }
    found
}

#[tokio::test]
async fn what_happened_is_told_in_sentences_while_the_server_runs() {
    let server = server().await;
    let data = data(&server);
    let told = journal("show", &data, &["--contact", "call-2"]);
    let sentences: Vec<&str> = told
        .lines()
        .filter_map(|line| line.split("  ").last())
        .collect();
    assert_eq!(
        sentences,
        [
            "call-2 is accepted as voice",
            "call-2 joins support",
            "local as a supervisor moves call-2 to vip (she asked for it)",
            "call-2 leaves support: transferred",
            sentences[4],
        ],
        "{told}"
    );
    assert!(sentences[4].starts_with("call-2 joins vip"), "{told}");

    let of = |more: &[&str]| journal("show", &data, more);
    assert_eq!(of(&["--last", "1"]).lines().count(), 1);
    assert_eq!(
        of(&["--contact", "call-2", "--last", "1"]),
        *told.split_inclusive('\n').next_back().expect("a line")
    );
    assert!(!of(&["--queue", "vip"]).contains("call-1"));
    assert!(of(&["--adapter", "pbx"]).contains("adapter pbx is there"));
    assert_eq!(of(&["--agent", "anna"]), "");
    let past = ["--from", "2001-01-01T00:00", "--until", "2001-01-02T00:00Z"];
    assert_eq!(of(&past), "");
    assert!(of(&["--kind", "visit_opened"]).lines().count() == 3);
    // What keeps the books is there for whoever asks.
    assert!(of(&["--kind", "request_answered"]).contains("request answered"));
    assert!(!of(&[]).contains("request answered"));
}

#[tokio::test]
async fn events_are_exported_by_their_schema_and_without_personal_data() {
    let server = server().await;
    let data = data(&server);
    let exported = journal("export", &data, &[]);
    let lines = json_lines(&exported);
    let seqs: Vec<u64> = lines.iter().filter_map(|it| it["seq"].as_u64()).collect();
    let last = u64::try_from(lines.len()).expect("a number");
    assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "each once, in order");
    let arrived = |lines: &[Value]| {
        let found = lines.iter().find(|it| it["event"] == "contact_accepted");
        found.expect("an arrival").clone()
    };
    let told = arrived(&lines);
    assert_eq!(
        (&told["tenant"], &told["contact"], &told["adapter"]),
        (&"bank".into(), &"call-1".into(), &"pbx".into())
    );
    assert_eq!(told["data"]["customer"], "[redacted]");
    assert!(!exported.contains(NUMBER));
    let revealed = journal("export", &data, &["--reveal"]);
    assert_eq!(arrived(&json_lines(&revealed))["data"]["customer"], NUMBER);

    let shown = journal("show", &data, &["--json", "--contact", "call-1"]);
    assert!(!shown.contains(NUMBER));
    let shown = json_lines(&shown);
    assert_eq!(shown[1]["text"], "call-1 joins support");
    assert_eq!(shown[1]["queue"], "support");
}

#[tokio::test]
async fn a_tenant_is_shown_as_it_was_and_its_state_is_the_same_after_a_crash() {
    let mut server = server().await;
    let data = data(&server);
    let lines = json_lines(&journal("export", &data, &["--kind", "visit_opened"]));
    let joined = |at: usize| lines[at]["seq"].as_u64().expect("a sequence").to_string();
    let (first, moved) = (joined(0), joined(2));
    let replay = |until: &str, more: &[&str]| {
        let until = ["--until", until];
        journal("replay", &data, &[&until[..], more].concat())
    };
    let waiting = |told: &str, queue: &str| {
        let line = told.lines().find(|line| line.starts_with(queue));
        let line = line.unwrap_or_else(|| panic!("no {queue} in {told}"));
        line.split_whitespace().nth(1).map(str::to_owned)
    };
    let then = replay(&first, &[]);
    assert_eq!(waiting(&then, "support").as_deref(), Some("1"));
    let later = replay(&moved, &[]);
    assert_eq!(waiting(&later, "support").as_deref(), Some("1"));
    assert_eq!(waiting(&later, "vip").as_deref(), Some("1"));
    let explained = replay(&moved, &["--explain", "call-2"]);
    assert!(
        explained.contains("call-2 has waited in queue vip"),
        "{explained}"
    );
    assert!(explained.contains("joined queue support"), "{explained}");
    let why = replay(&moved, &["--why", "anna"]);
    assert!(why.contains("anna gets no contact"), "{why}");

    let digest = |until: &str| {
        let told: Value = serde_json::from_str(&replay(until, &["--json"])).expect("JSON");
        assert_eq!(told["view"]["queues"][0]["queue"], "support");
        told["digest"].as_str().expect("a digest").to_owned()
    };
    let before = [digest(&first), digest(&moved)];
    assert_ne!(before[0], before[1]);
    server.kill();
    assert_eq!([digest(&first), digest(&moved)], before);
    server.start_again();
    assert_eq!([digest(&first), digest(&moved)], before);

    for (until, says) in [
        ("2001-01-01T00:00", "was not there yet"),
        ("999999", "ends at sequence"),
    ] {
        let said = refused("replay", &data, &["--until", until]);
        assert!(said.contains("--until") && said.contains(says), "{said}");
    }
    let said = refused("replay", &data, &["--until", &moved, "--explain", "call-9"]);
    assert!(
        said.contains("--explain") && said.contains("call-9"),
        "{said}"
    );
    let said = refused("replay", &data, &["--until", &moved, "--why", "ana"]);
    assert!(
        said.contains("--why") && said.contains("did you mean anna?"),
        "{said}"
    );
}

#[tokio::test]
async fn a_journal_is_verified_and_examined_without_a_change_when_nobody_uses_it() {
    let mut server = server().await;
    let data = data(&server);
    for command in ["verify", "repair"] {
        let said = refused(command, &data, &[]);
        assert!(said.contains("in use by process"), "{said}");
    }
    let now: Value = serde_json::from_str(&journal("replay", &data, &["--until", "-0s", "--json"]))
        .expect("JSON");
    server.kill();
    let before = files(Path::new(&data));
    let told = journal("repair", &data, &["--dry-run"]);
    assert!(told.contains("nothing to repair"), "{told}");
    assert_eq!(files(Path::new(&data)), before);
    let told = journal("verify", &data, &[]);
    let digest = now["digest"].as_str().expect("a digest");
    assert!(
        told.contains(&format!("state {digest} at seq {}", now["seq"])),
        "{told}"
    );
    assert!(!journal("verify", &data, &["--no-replay"]).contains("state"));
}

#[tokio::test]
async fn a_damaged_middle_is_refused_with_what_could_be_done() {
    let mut server = server().await;
    let data = data(&server);
    let backups = server.folder().join("backups");
    fs::create_dir(&backups).expect("a folder");
    let backup = backups.join("monday");
    journal(
        "backup",
        &data,
        &[backup.to_str().expect("a path in UTF-8")],
    );
    server.kill();
    let wal = Path::new(&data).join("shard-000.db-wal");
    let mut bytes = fs::read(&wal).expect("what was not moved yet");
    bytes[5_000] ^= 1;
    fs::write(&wal, bytes).expect("a file");
    let before = files(Path::new(&data));
    let backups = backups.to_str().expect("a path in UTF-8");
    let said = refused("repair", &data, &["--dry-run", "--backups", backups]);
    for part in [
        "would REFUSE",
        "restore a back-up",
        "monday: goes up to",
        "nothing was changed",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let said = refused("repair", &data, &[]);
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(files(Path::new(&data)), before);
    let said = refused("show", &data, &[]);
    assert!(said.contains("is damaged at page"), "{said}");
}

#[test]
fn what_is_not_understood_is_told_with_the_argument_and_the_remedy() {
    let server = Server::start(&format!("{TENANTS}[tenants.shop.queues.support]\n"));
    let data = data(&server);
    let said = refused("show", &data, &[]);
    assert!(
        said.contains("--tenant is needed") && said.contains("bank, shop"),
        "{said}"
    );
    let said = refused("show", &data, &["--tenant", "bnk"]);
    assert!(said.contains("no tenant \"bnk\""), "{said}");
    let said = refused("show", &data, &["--tenant", "bank", "--agent", "ana"]);
    assert!(
        said.contains("--agent") && said.contains("did you mean anna?"),
        "{said}"
    );
    let said = refused("show", "/nowhere", &[]);
    assert!(said.contains("/nowhere"), "{said}");
    for (option, value, says) in [
        ("--kind", "ofer_made", "did you mean offer_made?"),
        ("--from", "yesterday", "write an instant"),
        ("--zone", "Europe/Atlantis", "there is no time zone"),
        ("--last", "0", "1..=1000000"),
    ] {
        let output = run(&["journal", "show", &data, "--tenant", "bank", option, value]);
        assert_eq!(output.status.code(), Some(2));
        let told = stderr(&output);
        assert!(told.contains(option) && told.contains(says), "{told}");
    }
}
