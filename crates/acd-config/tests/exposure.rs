//! A server that anyone on the network may command does not start.

use acd_config::{ServerConfig, exposure_problem, parse_file};

const TLS: &str = "[server.tls]\ncert = 'a.pem'\nkey = 'a.key'\n";
const AUTH: &str = "[server.auth]\nalgorithm = 'EdDSA'\nkey_file = 'jwt.pem'\n";

fn server(listen: &str, security: &str) -> ServerConfig {
    let text = format!("[server]\nlisten = '{listen}'\n{security}");
    parse_file(&text, "acd.toml")
        .unwrap_or_else(|problems| panic!("{problems}"))
        .server
}

#[test]
fn loopback_needs_no_protection() {
    for listen in ["127.0.0.1:7400", "127.8.8.8:7400", "[::1]:7400"] {
        assert_eq!(
            exposure_problem(&server(listen, ""), "acd.toml"),
            None,
            "{listen}"
        );
    }
}

#[test]
fn beyond_loopback_both_encryption_and_tokens_are_needed() {
    for (security, missing) in [
        ("", "TLS and bearer tokens"),
        (TLS, "bearer tokens"),
        (AUTH, "TLS"),
    ] {
        for listen in ["0.0.0.0:7400", "[::]:7400", "192.0.2.1:7400"] {
            let problem = exposure_problem(&server(listen, security), "acd.toml").expect(listen);
            assert_eq!(problem.path, "server.listen");
            assert!(
                problem.message.ends_with(&format!("without {missing}")),
                "{}",
                problem.message
            );
            assert!(problem.remedy.contains("--insecure"));
        }
    }
    assert_eq!(
        exposure_problem(&server("0.0.0.0:7400", &format!("{TLS}{AUTH}")), "acd.toml"),
        None
    );
}

#[test]
fn a_console_beyond_loopback_needs_the_same_and_a_proxy_may_encrypt_for_it() {
    let console = |security: &str, more: &str| {
        let text = format!("{security}[server.console]\nlisten = '0.0.0.0:7402'\n{more}");
        let parsed = parse_file(&text, "acd.toml").unwrap_or_else(|problems| panic!("{problems}"));
        exposure_problem(&parsed.server, "acd.toml").map(|problem| (problem.path, problem.message))
    };
    let missing = |problem: Option<(String, String)>| {
        let (path, message) = problem.expect("a problem");
        assert_eq!(path, "server.console.listen");
        message
            .rsplit_once("without ")
            .expect("what lacks")
            .1
            .to_owned()
    };
    assert_eq!(missing(console("", "")), "TLS and bearer tokens");
    assert_eq!(missing(console(TLS, "")), "bearer tokens");
    assert_eq!(missing(console(AUTH, "")), "TLS");
    assert_eq!(
        missing(console(AUTH, "public_url = 'http://acd.example'")),
        "TLS"
    );
    assert_eq!(console(AUTH, "public_url = 'https://acd.example'"), None);
    assert_eq!(console(&format!("{TLS}{AUTH}"), ""), None);
}

#[test]
fn a_proxy_takes_others_to_a_console_that_listens_on_loopback() {
    let problem = |security: &str, public_url: &str| {
        let text = format!("{security}[server.console]\npublic_url = '{public_url}'\n");
        let parsed = parse_file(&text, "acd.toml").unwrap_or_else(|problems| panic!("{problems}"));
        exposure_problem(&parsed.server, "acd.toml").map(|problem| (problem.path, problem.message))
    };
    for ours in [
        "http://localhost:7402",
        "http://127.0.0.1:7402",
        "http://[::1]:7402",
    ] {
        assert_eq!(problem("", ours), None, "{ours}");
    }
    let (path, message) = problem("", "https://acd.example").expect("a problem");
    assert_eq!(path, "server.console.public_url");
    assert_eq!(
        message,
        "the console would be reached at https://acd.example, beyond this machine, without bearer tokens"
    );
    assert_eq!(problem(AUTH, "https://acd.example"), None);
}

#[test]
fn paths_count_from_the_folder_of_the_file() {
    let read = |text: &str| {
        parse_file(text, "/etc/acd/acd.toml")
            .unwrap_or_else(|problems| panic!("{problems}"))
            .server
    };
    assert_eq!(read("").data_dir.to_str(), Some("/etc/acd/data"));
    assert_eq!(
        read("[server]\ndata_dir = '/var/lib/acd'")
            .data_dir
            .to_str(),
        Some("/var/lib/acd")
    );
    assert_eq!(
        read(TLS).tls.map(|tls| tls.key),
        Some("/etc/acd/a.key".into())
    );
}
