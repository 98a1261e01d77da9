//! Where fuzzing begins: inputs that are made of what the project has.

mod calls;

use std::path::{Path, PathBuf};

use acd_config::parse_tenant;
use acd_core::Engine;
use acd_core::command::{ApplyConfig, Arrival, Command, ConfigSource, Login, Request};
use acd_core::ids::{Channel, TenantName};
use acd_journal::codec::{encode_input, encode_snapshot};
use anyhow::{Context as _, Result};

use crate::configuration::{BETWEEN, QUEUES_OF_ASTERISK, REQUIREMENT, SERVER_FILE, TABLES, TENANT};

/// The longest seed, in bytes: longer inputs are no longer read.
const BYTES_MAX: u64 = 4_096;
/// How many of the scenario files are seeds: each so-manieth of those in order.
const SCENARIOS_EVERY: usize = 12;

/// The seeds of all targets: the target, a name and the bytes. `root` is the checkout.
///
/// # Errors
/// A file that they are made of cannot be read.
pub fn seeds(root: &Path) -> Result<Vec<(&'static str, String, Vec<u8>)>> {
    let mut seeds = Vec::new();
    let mut add = |target, all: Vec<(String, Vec<u8>)>| {
        seeds.extend(all.into_iter().map(|(name, bytes)| (target, name, bytes)));
    };
    add("call_log", call_logs());
    add("configuration", configurations(root)?);
    add("core_operations", core_operations());
    add("journal_records", records());
    add("requests", calls::seeds());
    add("scenario", scenarios(root)?);
    add("snapshot", snapshots());
    add("tokens", tokens());
    Ok(seeds)
}

fn call_logs() -> Vec<(String, Vec<u8>)> {
    let own = "id,class,arrived_at,waited_s,outcome,agent,talk_s\n\
               a,sales,1999-01-04T08:00:00,5,answered,anna,60\n\
               b,sales,1999-01-04T08:00:10,30,abandoned,,\n";
    let full = "id,customer,class,priority,head_start_s,arrived_at,waited_s,outcome,agent,talk_s\n\
                a,x,sales,2,10,1999-01-04T08:00:00,5,answered,anna,60\n";
    let bank = "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n\
                AA0101\t33116\t9664491\t2\tPS\t990101\t0:00:31\t0:00:36\t5\t0:00:36\t0:03:09\t153\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\n\
                AA0101\t33117\t0\t0\tPS\t990101\t0:34:12\t0:34:23\t11\t0:00:00\t0:00:00\t0\tAGENT\t0:34:22\t0:36:21\t119\tMICHAL\n";
    let named = |(name, text): (&str, &str)| (name.to_owned(), text.as_bytes().to_vec());
    [("own", own), ("full", full), ("bank", bank)]
        .map(named)
        .to_vec()
}

fn configurations(root: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut seeds = Vec::new();
    let mut add = |name: &str, kind: u8, text: &str| {
        seeds.push((name.to_owned(), [&[kind], text.as_bytes()].concat()));
    };
    for file in ["minimal.toml", "shop/acd.toml", "full.toml"] {
        let path = root.join("deploy/examples").join(file);
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for (at, piece) in pieces(&text).iter().enumerate() {
            add(
                &format!("{}-{at}", file.replace(['/', '.'], "-")),
                SERVER_FILE,
                piece,
            );
        }
    }
    add("centre", TENANT, include_str!("requests/centre.toml"));
    let tables = format!(
        "agent,team,queues,skills\nanna,,,german:8\nbob,,,\n{BETWEEN}agent,skill,level\nanna,german,8\n"
    );
    add("tables", TABLES, &tables);
    for (name, text) in [
        ("requirement-1", "german >= 4 and (billing or not french)"),
        ("requirement-2", "anyone"),
        ("requirement-3", "german 3..7"),
    ] {
        add(name, REQUIREMENT, text);
    }
    let asterisk = root.join("crates/acd-config/tests/asterisk");
    let read = |name: &str| {
        let path = asterisk.join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let queues = format!(
        "{}{BETWEEN}{}",
        read("queues.conf")?,
        read("queuerules.conf")?
    );
    for (at, piece) in pieces(&queues).iter().enumerate() {
        add(&format!("asterisk-{at}"), QUEUES_OF_ASTERISK, piece);
    }
    Ok(seeds)
}

/// The text in pieces that are read to their end.
fn pieces(text: &str) -> Vec<String> {
    let most = BYTES_MAX as usize - 1;
    let mut pieces = vec![String::new()];
    for line in text.lines().filter(|it| !it.trim_start().starts_with('#')) {
        let last = pieces.len() - 1;
        // A piece begins where a table does.
        if pieces[last].len() + line.len() >= most
            || (line.starts_with('[') && pieces[last].len() > most / 2)
        {
            pieces.push(String::new());
        }
        let last = pieces.len() - 1;
        pieces[last] += line;
        pieces[last].push('\n');
    }
    pieces
}

/// Bytes that say a little of everything: a step of 17 meets each of them.
fn core_operations() -> Vec<(String, Vec<u8>)> {
    let bytes = |first: u8| {
        let steps = (0_u16..700).map(|nth| (nth * 17 + nth / 15) as u8 ^ first);
        steps.collect::<Vec<u8>>()
    };
    let named = |first: u8| (format!("steps-{first}"), bytes(first));
    [0, 85, 170].map(named).to_vec()
}

/// What the engine makes of a short day.
fn day() -> (Engine, Vec<(Request, acd_core::Handled)>) {
    let text = include_str!("requests/centre.toml");
    let config = parse_tenant(text, "centre.toml").expect("a good configuration");
    let mut engine: Engine = Engine::new("centre".into());
    let commands = [
        Command::ApplyConfig(ApplyConfig::of(config, ConfigSource::Api, "test")),
        Command::Login(Login {
            agent: "anna".into(),
        }),
        Command::Arrive(Arrival::of("c1", "pbx", Channel::Voice, "service")),
        Command::Arrive(Arrival::of("c2", "pbx", Channel::Chat, "mail")),
    ];
    let mut handled = Vec::new();
    for (command, now) in commands.into_iter().zip(1_i64..) {
        let request = Request::internal(command);
        let done = engine.handle(now * 1_000, request.clone());
        handled.push((request, done));
    }
    (engine, handled)
}

fn records() -> Vec<(String, Vec<u8>)> {
    let tenant = TenantName::from("centre");
    let (_, day) = day();
    let entries = day
        .iter()
        .flat_map(|(request, done)| encode_input(&tenant, Some(request), &done.events));
    let named =
        |(at, entry): (usize, acd_journal::Entry)| (format!("record-{at}"), entry.payload.to_vec());
    entries.enumerate().map(named).collect()
}

fn snapshots() -> Vec<(String, Vec<u8>)> {
    let tenant = TenantName::from("centre");
    let (engine, _) = day();
    let of = |name: &str, engine: &Engine| {
        let facts = engine.state().facts();
        let snapshot = encode_snapshot(&tenant, facts.seq, facts.now, facts.clone(), 0);
        let snapshot = snapshot.expect("every state can be written");
        (name.to_owned(), snapshot.payload.to_vec())
    };
    vec![
        of("empty", &Engine::new("centre".into())),
        of("day", &engine),
    ]
}

fn scenarios(root: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    find(&root.join("crates/acd-scenario/scenarios"), &mut files)?;
    files.sort();
    let small = files.into_iter().filter(|(_, bytes)| *bytes <= 1_200);
    let some = small.step_by(SCENARIOS_EVERY);
    some.map(|(path, _)| {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok((name.into_owned(), bytes))
    })
    .collect()
}

/// The scenario files below a folder, and how long they are.
fn find(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (path, metadata) = (entry.path(), entry.metadata()?);
        if metadata.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "acd") {
            files.push((path, metadata.len()));
        }
    }
    Ok(())
}

fn tokens() -> Vec<(String, Vec<u8>)> {
    let seeds = [
        (
            "header",
            "\0Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        ),
        ("nobody", "\0Basic YTpi"),
        ("usual", "\u{1}{}"),
        (
            "bound",
            "\u{1}{\"agent\":\"anna\",\"role\":[\"agent\",\"monitor\"],\"tenant\":[\"bank\",\"*\"]}",
        ),
        ("bound-to-a-number", "\u{1}{\"agent\":7}"),
        ("bound-to-nothing", "\u{1}{\"adapter\":null}"),
        ("for-ever", "\u{1}{\"exp\":1e300}"),
        (
            "since-ever",
            "\u{1}{\"nbf\":-1,\"iat\":0.5,\"aud\":[\"acd\"]}",
        ),
    ];
    seeds
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .to_vec()
}
