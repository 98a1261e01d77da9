//! The adapter of the API guide, in Python: what it is told to survive, it survives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use acd_client::v1::{ContactSelection, Handling, HandlingState, Offer, OfferState};
use acd_client::{AgentSession, Supervisor};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::acd::{Guarded, installed};
use crate::server::Server;

const TENANTS: &str = "[tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\n";
/// How long the adapter may take for a step before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);
/// More steps than a test asks for.
const STEPS_MAX: usize = 10_000;

/// The adapter's process.
struct Adapter {
    _process: Guarded,
    commands: ChildStdin,
    steps: Receiver<Value>,
}

impl Adapter {
    /// Starts it with its memory and its switch in this folder.
    fn start(server: &Server, folder: &Path) -> Self {
        let python = installed("ACD_PYTHON");
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut process = Command::new(python)
            .arg(checkout.join("docs/examples/adapter.py"))
            .arg(checkout.join("proto"))
            .args([&server.grpc, "bank", "pbx"])
            .args([folder.join("memory.json"), folder.join("switch.json")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let commands = process.stdin.take().expect("a pipe");
        let stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        let (tell, steps) = sync_channel(STEPS_MAX);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let step = serde_json::from_str(&line).expect("a step in JSON");
                if tell.send(step).is_err() {
                    return;
                }
            }
        });
        Self {
            _process: Guarded(process),
            commands,
            steps,
        }
    }

    fn tell(&mut self, command: &Value) {
        writeln!(self.commands, "{command}").expect("the adapter listens");
    }

    fn arrive(&mut self, contact: &str, queue: &str) {
        self.tell(&json!({"do": "arrive", "contact": contact, "queue": queue}));
    }

    /// The stream will break instead of the next message of this kind: also of one that comes as soon as this returns.
    fn lose(&mut self, what: &str) {
        self.tell(&json!({"do": "lose", "what": what}));
        self.step("will lose");
    }

    /// Waits for the next step of this name.
    fn step(&self, name: &str) -> Value {
        loop {
            let step = self.steps.recv_timeout(PATIENCE);
            let step = step.unwrap_or_else(|_| panic!("no step {name:?}"));
            if step["step"] == name {
                return step;
            }
        }
    }
}

async fn open_contacts(server: &Server) -> Vec<String> {
    let supervisor = Supervisor::new(&server.endpoint(), "bank");
    let listed = supervisor.list_contacts(ContactSelection::InQueue, "", 0, "");
    let contacts = listed.await.expect("a list").contacts;
    contacts.into_iter().map(|it| it.contact_id).collect()
}

#[tokio::test]
async fn the_server_is_killed_the_stream_drops_and_acknowledgements_are_lost() {
    let mut server = Server::start(TENANTS);
    let folder = TempDir::new().expect("a folder");
    let mut adapter = Adapter::start(&server, folder.path());
    let welcomed = adapter.step("welcomed");
    assert_eq!(welcomed["list_due"], true, "a new incarnation lists");
    adapter.step("listed");
    adapter.arrive("c1", "support");
    adapter.step("settled");

    server.kill_and_restart();
    let welcomed = adapter.step("welcomed");
    assert_eq!(
        (&welcomed["last_applied"], &welcomed["list_due"]),
        (&json!(1), &json!(false))
    );

    adapter.tell(&json!({"do": "drop"}));
    adapter.step("dropped");
    adapter.arrive("c2", "support");
    assert_eq!(adapter.step("settled")["sequence"], 2);

    // What was refused is known only to the server, and its acknowledgement is lost.
    adapter.lose("event_ack");
    adapter.arrive("c3", "removed");
    adapter.step("dropped");
    server.kill_and_restart();
    let refused = adapter.step("refused");
    assert_eq!(
        (&refused["contact"], &refused["reason"]),
        (&json!("c3"), &json!("UNKNOWN_QUEUE"))
    );
    adapter.step("settled");
    assert_eq!(open_contacts(&server).await, ["c1", "c2"]);

    // It was confirmed: it does not come again.
    adapter.arrive("c4", "support");
    adapter.step("settled");
    adapter.tell(&json!({"do": "drop"}));
    assert_eq!(adapter.step("welcomed")["refusals"], 0);
}

#[tokio::test]
async fn directives_come_again_until_they_are_acknowledged_and_are_done_once() {
    let server = Server::start(TENANTS);
    let folder = TempDir::new().expect("a folder");
    let mut adapter = Adapter::start(&server, folder.path());
    let mut anna = AgentSession::login(&server.endpoint(), "bank", "anna")
        .await
        .expect("a session");
    anna.next().await.expect("a view");
    let commands = anna.commands().clone();
    commands.ready().await.expect("ready");
    adapter.step("listed");
    // The connect directive is lost on its way.
    adapter.lose("directive");
    adapter.arrive("c1", "support");
    let handling = loop {
        let pending = |it: &&Offer| it.state() == OfferState::Pending;
        let offer = anna.view().offers().find(pending).map(|it| it.offer_id);
        if let Some(offer) = offer {
            // It may be over by now, and the next one comes.
            let _ = commands.accept_offer(offer).await;
        }
        let talking = |it: &&Handling| it.state() == HandlingState::Connected;
        let talk = anna.view().handlings().find(talking);
        if let Some(id) = talk.map(|it| it.handling_id) {
            break id;
        }
        anna.next().await.expect("an offer, then a conversation");
    };
    while adapter.step("directive")["what"] != "connect" {}
    adapter.lose("directive_ack");
    commands.end_talk(handling, None).await.expect("ended");
    let first = adapter.step("directive");
    let again = adapter.step("directive");
    assert_eq!(first["what"], "release");
    assert_eq!(
        (&first["id"], &first["known"], &again["known"]),
        (&again["id"], &json!(false), &json!(true))
    );
}

#[tokio::test]
async fn after_its_own_end_it_goes_on_and_without_its_memory_it_lists_what_the_switch_holds() {
    let server = Server::start(TENANTS);
    let folder = TempDir::new().expect("a folder");
    let mut adapter = Adapter::start(&server, folder.path());
    for contact in ["gone", "kept"] {
        adapter.arrive(contact, "support");
    }
    while adapter.step("settled")["sequence"] != 2 {}
    let incarnation = |folder: &Path| {
        let memory = std::fs::read_to_string(folder.join("memory.json")).expect("a memory");
        serde_json::from_str::<Value>(&memory).expect("JSON")["incarnation"].clone()
    };
    let before = incarnation(folder.path());
    drop(adapter);
    let adapter = Adapter::start(&server, folder.path());
    let welcomed = adapter.step("welcomed");
    assert_eq!(welcomed["incarnation"], before, "it remembers");
    assert_eq!(welcomed["last_applied"], 2);
    drop(adapter);

    std::fs::remove_file(folder.path().join("memory.json")).expect("it forgets");
    let switch = folder.path().join("switch.json");
    let calls = std::fs::read_to_string(&switch).expect("the switch");
    let mut calls: Value = serde_json::from_str(&calls).expect("JSON");
    let call = calls
        .as_object_mut()
        .expect("calls")
        .remove("gone")
        .expect("a call");
    calls["new"] = call.clone();
    calls["lost"] = call;
    calls["lost"]["queue"] = json!("removed");
    std::fs::write(&switch, calls.to_string()).expect("the switch");
    let adapter = Adapter::start(&server, folder.path());
    let welcomed = adapter.step("welcomed");
    assert_ne!(welcomed["incarnation"], before);
    assert_eq!(
        (&welcomed["last_applied"], &welcomed["list_due"]),
        (&json!(0), &json!(true))
    );
    let not_taken = adapter.step("not taken");
    assert_eq!(
        (&not_taken["contact"], &not_taken["reason"]),
        (&json!("lost"), &json!("UNKNOWN_QUEUE"))
    );
    assert_eq!(adapter.step("listed")["contacts"], 3);
    let mut open = open_contacts(&server).await;
    open.sort();
    assert_eq!(open, ["kept", "new"]);
}
