//! Sessions with a real Asterisk as text, below `transcripts/`: its events reduced to what matters here, what the engine
//! wanted, and what came of it.
//!
//! A request is answered as done once it is told, unless the session says `refuses` or `late` before. After a deliberate
//! change `BLESS=1 cargo test -p acd-asterisk` writes them anew; look at the difference.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use acd_client::v1::{self, ErrorReason};

use super::super::{Output, Seen, SeenQueue, Switchboard, Tag, Ticket};
use super::notation::{asked, directive, from_server, options, shown};
use crate::ari::Snapshot;
use crate::ari::snapshot::Carried;

/// Everything in here is after this instant.
const BEGIN_MS: i64 = 1_000;

/// A session as far as it has gone.
struct Session {
    switchboard: Switchboard,
    now_ms: i64,
    /// The next request that begins so is refused.
    refused: Option<String>,
    /// The next request that begins so is not answered yet.
    late: Option<String>,
    unanswered: Vec<Ticket>,
    /// Events whose receipt is open.
    tags: Vec<Tag>,
    text: String,
}

impl Session {
    fn new() -> Self {
        Self {
            switchboard: Switchboard::new(Arc::new(options()), BEGIN_MS),
            now_ms: BEGIN_MS,
            refused: None,
            late: None,
            unanswered: Vec::new(),
            tags: Vec::new(),
            text: String::new(),
        }
    }

    /// One line, and what comes of it.
    fn go_on(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("text");
        let now_ms = self.now_ms;
        let board = &mut self.switchboard;
        if let Some((server, said)) = from_server(line) {
            let (verb, rest) = said.split_once(' ').unwrap_or((said, ""));
            match verb {
                "away" => board.server_away(server, now_ms),
                "back" => board.server_back(server, &snapshot(rest), now_ms),
                "refuses" => self.refused = Some(rest.to_owned()),
                "late" => self.late = Some(rest.to_owned()),
                "does" | "fails" => {
                    let ticket = self.unanswered.remove(0);
                    board.answer(&ticket, verb == "does", now_ms);
                }
                _ => {
                    let event = serde_json::from_str(said);
                    board.event(
                        server,
                        event.unwrap_or_else(|error| panic!("{line}: {error}")),
                        now_ms,
                    );
                }
            }
        } else if let Some(said) = line.strip_prefix("engine > ") {
            self.engine(said);
        } else if let Some(seconds) = line.strip_prefix("time ") {
            self.now_ms += (seconds.parse::<f64>().expect("seconds") * 1_000.0) as i64;
            board.time(self.now_ms);
        } else {
            panic!("{line}: nobody says that");
        }
        self.put_out();
    }

    fn engine(&mut self, said: &str) {
        let now_ms = self.now_ms;
        let board = &mut self.switchboard;
        let words: Vec<&str> = said.split(' ').collect();
        match words[..] {
            ["away"] => board.engine(false, now_ms),
            ["back"] => board.engine(true, now_ms),
            ["applies"] => self.tags.drain(..).for_each(|tag| board.applied(&tag)),
            ["refuses", reason] => {
                let tag = self.tags.pop().expect("an event");
                board.refused(&tag, Some(reason_of(reason)), now_ms);
            }
            ["does_not_take", contact, reason] => {
                let entry = v1::live_refusal::Entry::ContactId(contact.to_owned());
                let refusal = v1::LiveRefusal {
                    entry: Some(entry),
                    reason: reason_of(reason).into(),
                    ..Default::default()
                };
                board.not_taken(&refusal, now_ms);
            }
            ["lists"] => {
                for live in board.live_list().contacts {
                    let contact = live.contact.unwrap_or_default().contact_id;
                    writeln!(self.text, "    {contact} {}", live.agent).expect("text");
                }
            }
            ["shows", "queue", queue, waiting] => board.queue_seen(&SeenQueue {
                queue: queue.to_owned(),
                waiting: waiting.parse().expect("a number"),
            }),
            ["shows", "agent", agent, ref how @ ..] => {
                let is = |word| how.contains(&word);
                board.agent_seen(&Seen {
                    agent: agent.to_owned(),
                    address: agent.to_owned(),
                    teams: how.iter().map(|team| (*team).to_owned()).collect(),
                    logged_in: is("in"),
                    ready: is("ready"),
                    paused: is("paused"),
                });
            }
            _ => board.directive(directive(said), now_ms),
        }
    }

    fn put_out(&mut self) {
        while let Some(output) = self.switchboard.next_output() {
            let mut remark = "";
            match &output {
                Output::Request {
                    ticket, request, ..
                } => {
                    let asked = asked(request);
                    let begins = |with: &mut String| asked.starts_with(with.as_str());
                    if self.late.take_if(begins).is_some() {
                        remark = "    (late)";
                        self.unanswered.push(ticket.clone());
                    } else {
                        let is_done = self.refused.take_if(begins).is_none();
                        remark = if is_done { "" } else { "    (refused)" };
                        self.switchboard.answer(ticket, is_done, self.now_ms);
                    }
                }
                Output::Event { tag, .. } => self.tags.push(tag.clone()),
                Output::Acknowledge(_) => {}
            }
            writeln!(self.text, "    {}{remark}", shown(&output)).expect("text");
        }
    }
}

fn reason_of(name: &str) -> ErrorReason {
    ErrorReason::from_str_name(&format!("ERROR_REASON_{name}")).expect("a reason")
}

/// `{"channels":[...],"bridges":[...],"carried":{"acd-leg-7":["pbx-1","anna"]}}`
fn snapshot(text: &str) -> Snapshot {
    let value: serde_json::Value = serde_json::from_str(text).expect("a snapshot");
    let carried: std::collections::BTreeMap<String, (String, String)> = serde_json::from_value(
        value
            .get("carried")
            .cloned()
            .unwrap_or_else(|| serde_json::json!({})),
    )
    .expect("what channels carry");
    let carried = carried.into_iter();
    Snapshot {
        channels: list(&value, "channels"),
        bridges: list(&value, "bridges"),
        carried: carried
            .map(|(channel, (contact, agent))| {
                (
                    channel,
                    Carried {
                        contact,
                        agent,
                        line: String::new(),
                    },
                )
            })
            .collect(),
    }
}

fn list<T: serde::de::DeserializeOwned>(value: &serde_json::Value, key: &str) -> Vec<T> {
    let list = value
        .get(key)
        .cloned()
        .unwrap_or_else(|| serde_json::json!([]));
    serde_json::from_value(list).unwrap_or_else(|error| panic!("{key}: {error}"))
}

/// A whole file: sessions that begin with a title, `# ...`.
fn played(text: &str) -> String {
    let mut told = String::new();
    let mut session: Option<Session> = None;
    let mut end = |session: &mut Option<Session>| {
        if let Some(session) = session.take() {
            let held = session.switchboard.held();
            told.push_str(session.text.trim_end());
            let held = format!("{held:?}");
            let held = held.strip_prefix("Held ").expect("a name");
            write!(told, "\nat the end {held}\n\n").expect("text");
        }
    };
    for line in text.lines() {
        if line.starts_with("# ") {
            end(&mut session);
            let mut new = Session::new();
            new.text = format!("{line}\n");
            session = Some(new);
        } else if line.starts_with("    ") || line.starts_with("at the end ") || line.is_empty() {
            // What came of it, when it was written.
        } else if let Some(session) = &mut session {
            match line.starts_with("-- ") {
                true => writeln!(session.text, "{line}").expect("text"),
                false => session.go_on(line),
            }
        }
    }
    end(&mut session);
    told.truncate(told.trim_end().len());
    told + "\n"
}

/// The lines around the first that differs.
fn difference(expected: &str, got: &str) -> String {
    let (expected, got): (Vec<_>, Vec<_>) = (expected.lines().collect(), got.lines().collect());
    let mut pairs = expected.iter().zip(&got);
    let same = pairs.position(|(one, other)| one != other);
    let same = same.unwrap_or(expected.len().min(got.len()));
    let title = expected[..same]
        .iter()
        .rev()
        .find(|line| line.starts_with("# "));
    let part = |lines: &[&str], sign: &str| {
        let lines = lines.iter().skip(same).take(6);
        lines
            .map(|line| format!("{sign} {line}\n"))
            .collect::<String>()
    };
    let before = expected[same.saturating_sub(3)..same].iter();
    format!(
        "{}\n{}{}{}",
        title.unwrap_or(&""),
        before.map(|line| format!("  {line}\n")).collect::<String>(),
        part(&expected, "-"),
        part(&got, "+")
    )
}

fn check(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("transcripts/{name}.txt"));
    let text = std::fs::read_to_string(&path).expect("the transcript can be read");
    let got = played(&text);
    if got == text {
        return;
    }
    assert!(
        std::env::var_os("BLESS").is_some(),
        "{name} goes otherwise; with BLESS=1 it is written anew:\n{}",
        difference(&text, &got)
    );
    std::fs::write(&path, got).expect("the transcript can be written");
}

macro_rules! transcripts {
    ($($name:ident)*) => { $(#[test] fn $name() { check(stringify!($name)); })* };
}

transcripts! {
    calls unanswered conversations recordings waiting callbacks phones losses
}
