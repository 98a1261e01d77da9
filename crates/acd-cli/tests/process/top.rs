//! `acd top` in a terminal, against a real server: keys go in, the screen is compared. What differs from run to run (times,
//! ports) is masked by its length. The runtime has threads, for a test waits for its screen without giving way to others.

use acd_client::{AdapterSession, adapter};
use acd_testkit::call;
use acd_top::terminal::Screen;
use serde_json::json;
use tokio::task::JoinSet;

use crate::acd::{run, stderr};
use crate::server::Server;
use crate::terminal::Terminal;

const TENANTS: &str = "[tenants.bank]\nskills = [\"german\"]\nadapters = [\"pbx\"]\n\
                       [tenants.bank.queues.sales]\n\
                       [tenants.bank.queues.support]\nrequirement = \"german >= 4\"\n\
                       [tenants.bank.agents.anna]\nqueues = [\"support\"]\nskills = { german = 3 }\n\
                       [tenants.bank.agents.bert]\nqueues = [\"support\", \"sales\"]\n";
/// Pictures come quickly, so that tests do.
const QUICK: [&str; 4] = ["top", "--every", "100ms", "--no-color"];

fn top(server: &Server, more: &[&str], columns: u16, rows: u16) -> Terminal {
    let at = ["--server", &*server.grpc];
    Terminal::run(&[&QUICK[..], &at, more].concat(), columns, rows)
}

/// An adapter that has brought a call; it is there until it is dropped.
async fn bring(server: &Server, contact: &str, queue: &str) -> JoinSet<()> {
    let options = adapter::Options::new("bank", "pbx");
    let mut session = AdapterSession::start(&server.endpoint(), options);
    let sent = session.handle().send(call(contact, queue)).await;
    sent.expect("it joins");
    let mut adapter = JoinSet::new();
    adapter.spawn(async move { while session.next_directive().await.is_ok() {} });
    adapter
}

/// Lines with each digit as `0`: of times and ports the shape is compared.
fn masked(lines: &[String]) -> String {
    let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
    lines.join("\n").chars().map(digit).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_lead_from_what_is_wrong_to_why() {
    let server = Server::start(TENANTS);
    let _adapter = bring(&server, "call-1", "support").await;
    let mut top = top(&server, &["--metrics", &server.metrics], 80, 24);
    let seen = top.until_seen(&["! support", "live", "pbx connected"]);
    let wait = &seen[6][26..35];
    let expected = format!(
        "\
acd top  bank  {}                                 live 00:00:00 UTC
waiting 0  ringing 0  longest{wait}  talking 0   ! 0 late
agents: 0 idle, 0 out
adapters: pbx connected, 0 open
Queues 0; by what is wrong
  queue         wait ring  longest  expect  talk  idle/rdy   00m today remarks
! support          0    0{wait}   never     0       0/0     -     - no staff
  sales            0    0        -       -     0       0/0     -     -",
        server.grpc
    );
    let shape = |text: &str| masked(&[text.to_owned()]).replace(' ', "");
    assert_eq!(shape(&seen[..8].join("\n")), shape(&expected), "{seen:#?}");
    let keys = "1Queues 2Agents 3Contacts 4Engine / filter <> sort Enter open ? help q quit";
    assert_eq!(seen[23], keys);

    top.press("\r");
    top.until_seen(&[
        "Queue support !",
        "Contacts 1",
        "call-1",
        "Agents 2",
        "anna",
        "bert",
    ]);
    top.press("\r");
    top.until_seen(&["Contact call-1", "as of", "joined queue support"]);
    // Back, to its agents: the second of them.
    top.press("\x1b");
    top.until_seen(&["Agents 2"]);
    top.press("\t\x1b[B\r");
    top.until_seen(&["Agent bert", "as of"]);
    top.press("\x1b");
    top.until_seen(&["Agents 2"]);

    top.press("2/ann");
    top.until_seen(&["Agents 1 of 2 with \"ann\"", "anna", "logged out"]);
    top.press("\r");
    top.until_gone("keeps it");
    top.press("3");
    top.until_seen(&["Contacts 1", "call-1", "waiting"]);
    top.press("4");
    top.until_seen(&["pbx", "connected", "acd 0.", "shard", "0 of 8,192"]);
    top.press("1 ");
    top.until_seen(&["FROZEN"]);
    top.press(" ");
    top.until_seen(&["live"]);
    top.press("?");
    top.until_seen(&["It looks and does not act."]);
    top.press("q");
    assert_eq!(top.wait(), Some(0));
    assert_eq!(top.disorder(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_follows_the_size_of_the_terminal() {
    let server = Server::start(TENANTS);
    let _adapter = bring(&server, "call-1", "support").await;
    let top = top(&server, &[], 80, 24);
    top.until_seen(&["! support", "no staff", "q quit"]);
    assert!(top.look(|screen| !screen.contents().contains("offered")));
    top.resize(132, 43);
    let seen = top.until_seen(&["offered", "abandoned", "no staff"]);
    assert!(seen[42].ends_with("q quit"), "{seen:#?}");
    top.resize(40, 12);
    let seen = top.until("the keys on the last of 12 lines", |screen| {
        screen
            .rows(0, 40)
            .last()
            .is_some_and(|row| row.contains("q quit"))
            && !screen.contents().contains("remarks")
    });
    assert!(
        seen.iter().any(|line| line.starts_with("! support")),
        "{seen:#?}"
    );
    top.resize(20, 5);
    top.until_seen(&["Too small."]);
    top.resize(80, 24);
    top.until_seen(&["! support", "no staff", "q quit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_and_found_again() {
    let mut server = Server::start(TENANTS);
    let _adapter = bring(&server, "call-1", "support").await;
    let top = top(&server, &[], 80, 24);
    top.until_seen(&["! support", "live"]);
    server.kill();
    let seen = top.until_seen(&["No connection for", "NO CONNECTION", "! support"]);
    assert!(!seen.join("\n").contains("live"), "{seen:#?}");
    server.start_again();
    top.until_seen(&["live", "! support"]);
    top.until_gone("No connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_others_do_no_harm() {
    let names = [
        "turned\u{202e}name",
        "صف انتظار",
        "\u{1F469}\u{200D}\u{1F467} team",
        "日本語",
    ];
    let mut tenants = "[tenants.bank]\nadapters = [\"pbx\"]\n".to_owned();
    for name in names {
        tenants += &format!("[tenants.bank.queues.\"{name}\"]\n");
        tenants += &format!("[tenants.bank.agents.\"{name}\"]\nqueues = [\"{name}\"]\n");
    }
    let server = Server::start(&tenants);
    let _adapter = bring(&server, "call-\u{202e}\u{1F1E9}\u{1F1EA}", names[0]).await;
    let mut top = top(&server, &[], 80, 24);
    let seen = top.until_seen(&["turned?name", "team", "日本語", "no staff"]);
    assert_eq!(
        seen.iter().filter(|line| line.contains(" 0/0 ")).count(),
        4,
        "{seen:#?}"
    );
    top.look(|screen| {
        // Every row has its last figure in the same column.
        for row in 6..10 {
            let cell = screen.cell(row, 58).expect("it is on the screen");
            assert_eq!(cell.contents(), "0", "row {row} of {seen:#?}");
        }
    });
    top.press("2");
    top.until_seen(&["Agents 4", "turned?name"]);
    top.press("3");
    top.until_seen(&["call-???"]);
    top.press("q");
    assert_eq!(top.wait(), Some(0));
    let written = top.written();
    assert!(!written.contains('\u{202e}') && !written.contains('\u{1F1E9}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_is_used_only_where_it_is_wanted() {
    let server = Server::start(TENANTS);
    let _adapter = bring(&server, "call-1", "support").await;
    let arguments = ["top", "--every", "100ms", "--server", &*server.grpc];
    let colored = |variables: &[(&str, &str)], arguments: &[&str]| {
        let top = Terminal::run_with(arguments, 80, 24, variables);
        top.until_seen(&["! support", "live"]);
        top.look(|screen| {
            let (rows, columns) = screen.size();
            let places =
                (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |at| (row, at)));
            let cells = places.filter_map(|(row, at)| screen.cell(row, at));
            let mut colors = cells.map(|cell| cell.fgcolor());
            colors.any(|color| color != vt100::Color::Default)
        })
    };
    let xterm = ("TERM", "xterm");
    assert!(colored(&[xterm], &arguments));
    assert!(!colored(&[xterm, ("NO_COLOR", "1")], &arguments));
    assert!(!colored(&[("TERM", "vt220")], &arguments));
    assert!(!colored(
        &[xterm],
        &[&arguments[..], &["--no-color"]].concat()
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_given_back_however_it_ends() {
    let server = Server::start(TENANTS);
    type End = fn(&Terminal);
    let ends: [(&str, End); 4] = [
        ("q", |top| top.press("q")),
        ("Ctrl-C", |top| top.press("\x03")),
        ("SIGTERM", |top| top.signal("TERM")),
        ("SIGINT", |top| top.signal("INT")),
    ];
    for (how, end) in ends {
        let mut top = top(&server, &[], 80, 24);
        top.until_seen(&["live", "sales"]);
        assert_eq!(top.disorder().len(), 3, "it is taken over");
        end(&top);
        assert_eq!(top.wait(), Some(0), "{how}");
        assert_eq!(top.disorder(), [""; 0], "{how}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_view_gives_the_terminal_back_and_takes_it_again() {
    let server = Server::start(TENANTS);
    let mut top = top(&server, &[], 80, 24);
    let stops: [fn(&Terminal); 2] = [|top| top.press("\x1a"), |top| top.signal("TSTP")];
    for stop in stops {
        top.until_seen(&["live", "sales"]);
        stop(&top);
        top.wait_stopped();
        top.until("the terminal as it was", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor()
        });
        top.signal("CONT");
        top.until("the view again", |screen| {
            screen.alternate_screen() && screen.hide_cursor()
        });
    }
    top.until_seen(&["live", "sales"]);
    top.press("q");
    assert_eq!(top.wait(), Some(0));
    assert_eq!(top.disorder(), [""; 0]);
}

/// Says to this very program that it is to panic with a terminal taken over.
const PANICS: &str = "ACD_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_and_is_read() {
    if std::env::var_os(PANICS).is_some() {
        let _screen = Screen::take().expect("a terminal");
        panic!("this is the panic");
    }
    let program = std::env::current_exe().expect("this program");
    let this = "top::a_panic_gives_the_terminal_back_and_is_read";
    let arguments = [this, "--exact", "--nocapture", "--test-threads=1"];
    let variables = [("TERM", "xterm"), (PANICS, "1")];
    let mut terminal = Terminal::run_program(&program, &arguments, 100, 30, &variables);
    assert_eq!(terminal.wait(), Some(101));
    assert!(
        terminal.written().contains("\x1b[?1049h"),
        "it was taken over"
    );
    assert_eq!(terminal.disorder(), [""; 0]);
    assert!(terminal.look(|screen| screen.contents().contains("this is the panic")));
}

#[test]
fn what_is_no_terminal_is_told_what_to_do() {
    let output = run(&["top"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("`acd status`"),
        "{}",
        stderr(&output)
    );
    let mut dumb = Terminal::run_with(&["top"], 80, 24, &[("TERM", "dumb")]);
    dumb.until_seen(&["TERM", "acd status"]);
    assert_eq!(dumb.wait(), Some(1));
    assert_eq!(dumb.disorder(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_is_a_key_away() {
    let second = "[tenants.shop]\n[tenants.shop.queues.orders]\n";
    let server = Server::start(&format!("{TENANTS}{second}"));
    let top = top(&server, &[], 80, 24);
    top.until_seen(&["Tenants 2", "bank", "shop"]);
    top.press("\x1b[B\r");
    top.until_seen(&["acd top  shop", "orders", "live"]);
    top.press("t\r");
    top.until_seen(&["acd top  bank", "support", "live"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_sees_queues_and_nobody_by_name() {
    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("secret"), SECRET).expect("a file");
    let auth = "[server.auth]\nalgorithm = \"HS256\"\nkey_file = \"secret\"\n";
    let server = Server::start_in(folder, "", &format!("{auth}{TENANTS}"));
    let claims = json!({"aud": "acd", "exp": 4_000_000_000_u64, "sub": "night", "tenant": "bank", "role": ["monitor"]});
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET);
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key);
    let file = server.folder().join("token");
    std::fs::write(&file, token.expect("a token")).expect("a file");
    let top = top(
        &server,
        &["--token-file", file.to_str().expect("a path")],
        80,
        24,
    );
    top.until_seen(&["support", "sales", "live"]);
    top.press("2");
    top.until_seen(&["nobody by name"]);
}

#[test]
fn a_demo_is_seen_as_top_shows_it_and_ends_with_its_report() {
    let demo = ["demo", "--agents", "20", "--for", "30s"];
    let mut demo = Terminal::run(&demo, 100, 30);
    demo.until_seen(&[
        "console",
        "/metrics",
        "calls so far",
        "acd top  demo",
        "support",
        "live",
    ]);
    demo.press("q");
    demo.until("the report", |screen| {
        !screen.alternate_screen() && screen.contents().contains("Adds up, engine:")
    });
    assert_eq!(demo.wait(), Some(0));
    assert_eq!(demo.disorder(), [""; 0]);
}
