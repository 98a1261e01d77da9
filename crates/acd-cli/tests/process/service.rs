//! The engine as a service: what its manager is told, and what a probe sees.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use crate::acd::{Guarded, acd, run, stderr, stdout};
use crate::server::{Server, addresses, signal};

/// Any free port, and no tenant.
const FILE: &str = "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"127.0.0.1:0\"\n";

#[test]
fn the_manager_is_told_when_it_serves_that_it_lives_and_when_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("acd.toml");
    std::fs::write(&file, FILE).expect("a file");
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).expect("a socket");
    let mut process = acd(&["serve", "--config"])
        .arg(&file)
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "100000")
        .stdout(Stdio::piped())
        .spawn()
        .expect("acd starts");
    let (_, metrics) = addresses(process.stdout.take().expect("a pipe"));
    let mut process = Guarded(process);
    let told = || {
        let mut text = [0; 256];
        let length = manager.recv(&mut text).expect("a message");
        String::from_utf8_lossy(&text[..length])
            .trim_end()
            .to_owned()
    };
    assert_eq!(told(), "READY=1");
    let health = run(&["health", "--metrics", &metrics]);
    assert_eq!(stdout(&health), "ready\n");
    assert_eq!([told(), told()], ["WATCHDOG=1", "WATCHDOG=1"]);
    signal(&process.0, "TERM");
    while told() != "STOPPING=1" {}
    assert_eq!(process.0.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_probe_tells_ready_from_not_ready_and_from_nobody_there() {
    let mut server = Server::start("");
    let ask =
        |more: &[&str], address: &str| run(&[&["health", "--metrics", address], more].concat());
    assert_eq!(stdout(&ask(&[], &server.metrics)), "ready\n");
    assert_eq!(stdout(&ask(&["--live"], &server.metrics)), "alive\n");
    server.kill();
    let gone = ask(&[], &server.metrics);
    assert_eq!(gone.status.code(), Some(3), "{}", stderr(&gone));

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let draining = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = [0; 1024];
        let length = stream.read(&mut request).expect("a request");
        let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).expect("it is sent");
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let refused = ask(&[], &address);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("503"), "{}", stderr(&refused));
    let request = draining.join().expect("it was asked");
    assert!(request.starts_with("GET /readyz HTTP/1.1\r\n"), "{request}");
}

#[test]
fn the_consoles_key_lies_with_the_journal_wherever_that_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("acd.toml");
    let console = "[server.console]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(&file, format!("{FILE}{console}")).expect("a file");
    let elsewhere = folder.path().join("elsewhere");
    let mut process = acd(&["serve", "--config"])
        .arg(&file)
        .arg("--data-dir")
        .arg(&elsewhere)
        .stdout(Stdio::piped())
        .spawn()
        .expect("acd starts");
    addresses(process.stdout.take().expect("a pipe"));
    let _process = Guarded(process);
    assert!(elsewhere.join("console.key").exists());
    assert!(!folder.path().join("data").exists());
}
