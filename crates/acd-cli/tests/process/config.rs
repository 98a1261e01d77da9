//! `acd config`: what is wrong is told whole, what would change is shown, what is applied is in force.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::acd::{run, stderr, stdout, succeed};
use crate::server::Server;

const BANK: &str = "[tenants.bank.queues.support]\nring = \"20s\"\n";

fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("bank.toml");
    std::fs::write(&path, text).expect("a file");
    path
}

#[test]
fn a_check_tells_every_problem_with_its_place_and_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[server]\nlissten = \"127.0.0.1:7400\"\n\n[tenants.bank.queues.support]\nring = \"20 seconds\"\n\
                [tenants.bank.agents.anna]\nqueues = [\"suport\"]\n";
    let path = file(&folder, text);
    let output = run(&["config", "check", path.to_str().expect("UTF-8")]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for expected in [
        "bank.toml:2:1",
        "did you mean \"listen\"",
        "bank.toml:5:9",
        "bank.toml:7:11",
        "support",
        "3 problems",
    ] {
        assert!(told.contains(expected), "no {expected:?} in\n{told}");
    }
}

#[test]
fn a_good_file_passes_the_check_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, BANK);
    let told = succeed(&["config", "check", path.to_str().expect("UTF-8")]);
    assert!(
        told.contains("in order (tenants: 1, queues: 1, agents: 0)"),
        "{told}"
    );
    let output = run(&["config", "check", "no-such.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("cannot read no-such.toml; check the path"),
        "{}",
        stderr(&output)
    );
}

#[cfg(not(feature = "otel"))]
#[test]
fn traces_are_refused_where_they_are_not_built_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let traces = "[server.traces]\nendpoint = \"http://127.0.0.1:4317\"\n";
    let path = file(&folder, &format!("{traces}{BANK}"));
    let output = run(&["serve", "--config", path.to_str().expect("UTF-8")]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for expected in ["bank.toml", "server.traces", "--features otel"] {
        assert!(told.contains(expected), "no {expected:?} in\n{told}");
    }
    let kept = folder.path().join("data").exists();
    assert!(!kept, "nothing was begun");
}

#[test]
fn a_difference_is_shown_applied_once_and_refused_over_another_version() {
    let server = Server::start(BANK);
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, &BANK.replace("20s", "15s"));
    let path = path.to_str().expect("UTF-8");
    let to = ["--server", &server.grpc];
    let diff = succeed(&[&["config", "diff", path], &to[..]].concat());
    assert!(diff.contains("queue support: ring 20s -> 15s"), "{diff}");

    let applied = succeed(&[&["config", "apply", path, "--comment", "shorter"], &to[..]].concat());
    assert!(
        applied.contains("tenant bank: version 2 is in force"),
        "{applied}"
    );
    let again = succeed(&[&["config", "diff", path], &to[..]].concat());
    assert!(again.contains("no difference to version 2"), "{again}");

    let path = file(&folder, BANK);
    let path = path.to_str().expect("UTF-8");
    let output = run(&[&["config", "apply", path, "--expect-version", "1"], &to[..]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    let told = stderr(&output);
    assert!(
        told.contains("CONFIG_VERSION_CONFLICT") && told.contains("remedy:"),
        "{told}"
    );
}

/// Writes a file into the folder and gives its path.
fn written(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path.into_os_string().into_string().expect("UTF-8")
}

const AGENTS: &str = "name,address,queues\nanna,101,support\nbert,102,support\n";

#[test]
fn agents_of_a_table_come_into_a_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = written(&folder, "bank.toml", BANK);
    let agents = written(&folder, "agents.csv", AGENTS);
    let skills = written(
        &folder,
        "skills.csv",
        "skill,agent,level\ngerman,,\ngerman,anna,7\n",
    );
    let import = [
        "import", "csv", "--agents", &agents, "--skills", &skills, "--base", &base,
    ];
    let document = written(&folder, "new.toml", &succeed(&import));
    let told = succeed(&["config", "check", &document]);
    assert!(told.contains("in order (queues: 1, agents: 2)"), "{told}");
    let shown = succeed(&[&import[..], &["--dry-run"]].concat());
    for expected in [
        "skill german is added",
        "agent anna is added",
        "agent bert is added",
    ] {
        assert!(shown.contains(expected), "no {expected:?} in\n{shown}");
    }
}

#[test]
fn agents_of_a_table_come_into_force_as_one_version() {
    let server = Server::start(BANK);
    let folder = tempfile::tempdir().expect("a folder");
    let agents = written(&folder, "agents.csv", AGENTS);
    let import = [
        "import",
        "csv",
        "--agents",
        &agents,
        "--server",
        &server.grpc,
    ];
    let shown = succeed(&[&import[..], &["--dry-run"]].concat());
    assert!(
        shown.contains("agent anna is added") && !shown.contains("in force"),
        "{shown}"
    );
    let applied = succeed(&import);
    assert!(
        applied.contains("tenant bank: version 2 is in force"),
        "{applied}"
    );
    let again = succeed(&import);
    assert!(again.contains("no difference to version 2"), "{again}");
}

#[test]
fn mistakes_in_a_table_are_told_with_their_places_and_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = written(&folder, "bank.toml", BANK);
    let agents = written(&folder, "agents.csv", "name,queues\nanna,suport\n");
    let output = run(&["import", "csv", "--agents", &agents, "--base", &base]);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(
        told.contains("agents.csv:2:6: queues: there is no queue \"suport\""),
        "{told}"
    );
    assert!(told.contains("did you mean \"support\"?"), "{told}");
    assert_eq!(stdout(&output), "");
}

#[test]
fn the_queues_of_an_asterisk_become_a_document_and_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let queues = "[general]\n#include queues.d/*.conf\n#tryinclude none.conf\n";
    let queues = written(&folder, "queues.conf", queues);
    std::fs::create_dir(folder.path().join("queues.d")).expect("a folder");
    let sales = "[sales]\nstrategy = random\ndefaultrule = later\nmember => PJSIP/1,0,Anna\n";
    written(&folder, "queues.d/1.conf", sales);
    let support = "[support]\nstratgy = linear\nmember => PJSIP/2,4\nmember => PJSIP/1\n";
    written(&folder, "queues.d/2.conf", support);
    let rules = written(
        &folder,
        "queuerules.conf",
        "[later]\npenaltychange => 30,+4\n",
    );
    let import = ["import", "asterisk", &queues, &rules];
    let output = run(&import);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document = stdout(&output);
    for expected in ["[queues.sales]", "[agents.Anna]", "tiers = { max = 5 }"] {
        assert!(
            document.contains(expected),
            "no {expected:?} in\n{document}"
        );
    }
    let report = stderr(&output);
    for expected in [
        "(queues: 2, agents: 2)",
        "2.conf:2: [support] stratgy = linear",
        "--max-penalty",
    ] {
        assert!(report.contains(expected), "no {expected:?} in\n{report}");
    }

    let new = folder.path().join("new.toml").display().to_string();
    let told = folder.path().join("report.txt").display().to_string();
    let output = run(&[&import[..], &["--output", &new, "--report", &told]].concat());
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
    assert_eq!(
        std::fs::read_to_string(&new).expect("the document"),
        document
    );
    assert_eq!(std::fs::read_to_string(&told).expect("the report"), report);
    let checked = succeed(&["config", "check", &new]);
    assert!(
        checked.contains("in order (queues: 2, agents: 2)"),
        "{checked}"
    );
}

#[test]
fn what_is_wrong_with_an_asterisk_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let queues = written(
        &folder,
        "queues.conf",
        "[sales](none)\n#include queues.conf\n",
    );
    let new = folder.path().join("new.toml");
    let output = run(&[
        "import",
        "asterisk",
        &queues,
        "--output",
        new.to_str().expect("UTF-8"),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    for expected in [
        "queues.conf:1:1",
        "no section \"none\"",
        "includes itself",
        "2 problems",
    ] {
        assert!(told.contains(expected), "no {expected:?} in\n{told}");
    }
    assert!(!new.exists());
}

#[test]
fn a_check_warns_of_what_looks_like_a_slip() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[queues.support]\n[queues.sales]\n[agents.anna]\nqueues = [\"sales\"]\n";
    let path = written(&folder, "bank.toml", text);
    let told = succeed(&["config", "check", &path]);
    assert!(
        told.contains("warning: ")
            && told.contains("bank.toml:1:9: queues.support: no agent serves"),
        "{told}"
    );
    assert!(told.contains("in order (queues: 2, agents: 1)"), "{told}");
}

#[test]
fn a_server_refuses_a_file_that_is_wrong_and_stops_in_order_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "[server]\nlisten = \"0.0.0.0:0\"\n");
    let output = run(&["serve", "--config", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("--insecure"),
        "{}",
        stderr(&output)
    );
    assert_eq!(Server::start(BANK).terminate(), Some(0));
}

#[test]
fn every_shell_gets_its_completions_and_every_command_its_help() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(succeed(&["completions", shell]).contains("replay"));
    }
    for command in ["serve", "demo", "replay", "status", "explain"] {
        assert!(
            succeed(&[command, "--help"]).contains("Example"),
            "{command}"
        );
    }
    assert_eq!(run(&["replay"]).status.code(), Some(2));
}

/// What the metrics listener answers.
fn metrics(server: &Server) -> String {
    let mut stream = TcpStream::connect(&server.metrics).expect("it listens");
    let request = "GET /metrics HTTP/1.1\r\nHost: acd\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_hangup_signal_has_keys_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "a secret of at least thirty-two bytes").expect("a file");
    let path = secret.to_str().expect("UTF-8");
    let auth = format!("[server.auth]\nalgorithm = \"HS256\"\nkey_file = \"{path}\"\n");
    let server = Server::start_with("reload_interval = \"1h\"\n", &format!("{auth}{BANK}"));
    assert!(metrics(&server).contains("acd_credentials_reloaded_total 0"));
    std::fs::write(&secret, "another secret of thirty-two bytes, too").expect("a file");
    server.signal("HUP");
    let mut told = String::new();
    let taken = (0..10_000).any(|_| {
        told = metrics(&server);
        told.contains("acd_credentials_reloaded_total 1")
    });
    assert!(taken, "{told}");
}
