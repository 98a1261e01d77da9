//! Texts of configuration: the document of a tenant, the file of a server, what is imported, and expressions of skills.

use acd_config::civil;
use acd_config::import::{asterisk, csv};
use acd_config::{
    Problems, diff, essence, file_warnings, parse_file, parse_requirement, parse_tenant, render,
    tenant_warnings,
};
use acd_core::Engine;
use acd_core::command::{ApplyConfig, Command, ConfigSource, Request};
use acd_core::config::TenantConfig;
use acd_core::ids::TimeMs;

/// The name that problems show.
const FILE: &str = "a.toml";
/// The instant at which configurations come into force: a Monday, 08:00 in UTC.
const NOW_MS: TimeMs = 1_767_600_000_000;
/// How long they are in force.
const DAY_MS: TimeMs = 86_400_000;

/// What the first byte says the others are; any other one: the document of a tenant.
pub(crate) const SERVER_FILE: u8 = b'f';
pub(crate) const TABLES: u8 = b't';
pub(crate) const QUEUES_OF_ASTERISK: u8 = b'a';
pub(crate) const REQUIREMENT: u8 = b'r';
pub(crate) const TENANT: u8 = b'd';
/// What stands between two files.
pub(crate) const BETWEEN: &str = "\n-\n";

/// A text is refused with problems that can be told, or the engine takes it, and it reads the same when it is written.
pub fn run(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    if *kind == QUEUES_OF_ASTERISK {
        return queues_of_asterisk(bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match *kind {
        SERVER_FILE => file(text),
        TABLES => tables(text),
        REQUIREMENT => requirement(text),
        _ => tenant(text),
    }
}

fn tenant(text: &str) {
    match parse_tenant(text, FILE) {
        Ok(config) => {
            let warnings = tenant_warnings(text, FILE);
            assert!(warnings.iter().all(|it| !it.to_string().is_empty()));
            good(&config);
        }
        Err(problems) => told(&problems),
    }
}

fn file(text: &str) {
    match parse_file(text, FILE) {
        Ok(config) => {
            let warnings = file_warnings(text, FILE);
            assert!(warnings.iter().all(|it| !it.to_string().is_empty()));
            config.tenants.iter().for_each(|(_, config)| good(config));
        }
        Err(problems) => told(&problems),
    }
}

/// Agents, then skills.
fn tables(text: &str) {
    let (agents, skills) = text.split_once(BETWEEN).unwrap_or((text, ""));
    let named = |text, name| (!str::is_empty(text)).then_some(csv::CsvFile { text, name });
    let import = csv::Import {
        agents: named(agents, "agents.csv"),
        skills: named(skills, "skills.csv"),
    };
    match csv::import(&TenantConfig::default(), import) {
        Ok(config) => good(&config),
        Err(problems) => told(&problems),
    }
}

/// `queues.conf`, then `queuerules.conf`. An `#include` names nothing.
fn queues_of_asterisk(bytes: &[u8]) {
    let between = BETWEEN.as_bytes();
    let at = bytes.windows(between.len()).position(|it| it == between);
    let (queues, rules) = match at {
        Some(at) => (&bytes[..at], Some(&bytes[at + between.len()..])),
        None => (bytes, None),
    };
    let file = |name: &str, bytes: &[u8]| asterisk::File {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    };
    let rules = rules.map(|rules| file("queuerules.conf", rules));
    let imported = asterisk::import(
        &file("queues.conf", queues),
        rules.as_ref(),
        &|_| Ok(Vec::new()),
        &asterisk::Choices::default(),
    );
    match imported {
        Ok(imported) => good(&imported.config),
        Err(problems) => told(&problems),
    }
}

fn requirement(text: &str) {
    match parse_requirement(text) {
        Ok(requirement) => {
            let written = requirement.to_string();
            let again = parse_requirement(&written);
            assert_eq!(again, Ok(requirement), "{written:?}");
        }
        Err(wrong) => assert!(!wrong.to_string().is_empty()),
    }
}

/// Problems say where, what and what to do.
fn told(problems: &Problems) {
    assert!(!problems.to_string().is_empty());
    for problem in problems.iter() {
        assert!(!problem.message.is_empty(), "{problem:?}");
        assert!(!problem.remedy.is_empty(), "{problem:?}");
    }
}

/// What was accepted may be applied, holds through a day, and reads the same when it is written.
fn good(config: &TenantConfig) {
    assert_eq!(config.problems(), []);
    for written in [render(config), essence(config)] {
        let again = parse_tenant(&written, FILE);
        let again = again.unwrap_or_else(|problems| panic!("{problems}\n{written}"));
        assert_eq!(&again, config);
        assert_eq!(diff(config, &again), []);
    }
    let mut engine: Engine = Engine::new("fuzzed".into());
    let mut apply = ApplyConfig::of(config.clone(), ConfigSource::File, "fuzz");
    apply.civil = civil::resolve(config, NOW_MS, NOW_MS + DAY_MS).into();
    let apply = Request::internal(Command::ApplyConfig(apply));
    let applied = engine.handle(NOW_MS, apply).answer;
    applied.expect("what may be applied is applied");
    engine.check_invariants().expect("the invariants hold");
    engine.tick(NOW_MS + DAY_MS);
    engine.check_invariants().expect("the invariants hold");
}
