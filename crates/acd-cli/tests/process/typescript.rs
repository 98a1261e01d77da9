//! The desk of the API guide, in TypeScript: generated from `proto/` by the tools of that world, checked by its compiler,
//! and run in Node, which calls as a page in a browser does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use acd_client::v1::{ContactConnected, Directive, directive::Instruction};
use acd_client::{AdapterSession, adapter};
use acd_testkit::call;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::acd::{Guarded, installed};
use crate::server::Server;

const TENANTS: &str = "[server.web]\norigins = [\"https://crm.example\"]\n\
                       [tenants.bank]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.support]\nwrap_up = \"1m\"\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\n";

fn succeed(command: &mut Command) {
    let output = command.output().expect("it starts");
    let (told, failed) = (output.stdout, output.stderr);
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&told),
        String::from_utf8_lossy(&failed)
    );
}

/// The desk, generated and compiled: it lies where Node finds its packages.
fn compiled(checkout: &Path) -> TempDir {
    let packages = installed("ACD_NODE_PACKAGES");
    let folder = tempfile::tempdir_in(&packages).expect("a folder");
    let modules = packages.join("node_modules");
    let files = [
        "acd/v1/agent",
        "acd/v1/types",
        "acd/v1/access",
        "google/rpc/error_details",
    ];
    let proto = checkout.join("proto");
    succeed(
        Command::new(installed("ACD_PYTHON"))
            .args([
                "-m",
                "grpc_tools.protoc",
                "--es_opt=target=ts,import_extension=js",
            ])
            .arg(option("--proto_path=", &proto))
            .arg(option("--plugin=", &modules.join(".bin/protoc-gen-es")))
            .arg(option("--es_out=", folder.path()))
            .args(files.map(|file| proto.join(file).with_extension("proto"))),
    );
    let desk = folder.path().join("desk.ts");
    std::fs::copy(checkout.join("docs/examples/desk.ts"), &desk).expect("a copy");
    succeed(
        Command::new(installed("ACD_NODE"))
            .arg(modules.join("typescript/bin/tsc"))
            .args([
                "--strict",
                "--skipLibCheck",
                "--target",
                "es2022",
                "--lib",
                "es2022,dom",
            ])
            .args(["--module", "nodenext"])
            .arg(desk),
    );
    folder
}

fn option(name: &str, path: &Path) -> String {
    format!("{name}{}", path.display())
}

/// The page that shows the desk.
struct Page {
    process: Guarded,
    steps: BufReader<ChildStdout>,
    waits: ChildStdin,
}

impl Page {
    fn open(compiled: &Path, server: &Server) -> Self {
        let process = Command::new(installed("ACD_NODE"))
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/typescript/agent.mjs"
            ))
            .arg(compiled)
            .arg(format!("http://{}", server.grpc))
            .args(["bank", "anna"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.expect("node starts");
        Self {
            steps: BufReader::new(process.stdout.take().expect("a pipe")),
            waits: process.stdin.take().expect("a pipe"),
            process: Guarded(process),
        }
    }

    /// Waits for the next step, which is to have this name.
    fn step(&mut self, name: &str) -> Value {
        let mut line = String::new();
        self.steps.read_line(&mut line).expect("a line");
        let step: Value = serde_json::from_str(&line).expect("a step in JSON");
        assert_eq!(step["step"], name, "{step}");
        step
    }

    fn go_on(&mut self) {
        writeln!(self.waits).expect("it waits");
    }
}

/// What a switch does when it is told to connect.
async fn connected(session: &AdapterSession, directive: &Directive) {
    let Some(Instruction::Connect(connect)) = &directive.instruction else {
        panic!("{directive:?}");
    };
    let connected = ContactConnected {
        contact_id: directive.contact_id.clone(),
        offer_id: connect.offer_id,
    };
    session.handle().send(connected).await.expect("they talk");
    let done = session.handle().acknowledge(vec![directive.directive_id]);
    done.await.expect("taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_in_typescript_takes_a_call_and_bears_a_cut_and_the_death_of_the_server() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let compiled = compiled(&checkout);
    let mut server = Server::start(TENANTS);
    let mut session =
        AdapterSession::start(&server.endpoint(), adapter::Options::new("bank", "pbx"));
    let sent = session.handle().send(call("call-1", "support"));
    sent.await.expect("it joins");

    let mut page = Page::open(compiled.path(), &server);
    assert_eq!(page.step("subscribed")["agent"], "anna");
    page.step("ready");
    assert_eq!(page.step("accepted")["contact"], "call-1");
    page.step("dropped");
    // What happens while nothing gets through to the page, it learns from where it stopped.
    let connect = session.next_directive().await.expect("a directive");
    connected(&session, &connect).await;
    page.go_on();
    assert_eq!(
        page.step("resumed")["by"],
        "changes",
        "from the token, without a snapshot"
    );
    assert_eq!(page.step("talking")["contact"], "call-1");

    server.kill();
    page.go_on();
    server.start_again();
    page.step("talk ended");
    let completed = page.step("completed");
    assert_eq!(
        (&completed["contact"], &completed["disposition"]),
        (&json!("call-1"), &json!("solved"))
    );
    page.step("logged out");
    assert!(page.process.0.wait().expect("it ends").success());
}
