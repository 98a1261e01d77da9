//! Scenario files.

use std::cell::Cell;

use acd_scenario::{GivenConfig, Patience, Scenario, Tried};

/// The name that problems show.
const FILE: &str = "a.acd";
/// The most events of a run.
const EVENTS_MAX: usize = 2_000;
/// How often it may be asked whether to go on.
const ASKED_MAX: u32 = 20_000;
/// The configuration where the file has none that can be read.
const CENTRE: &str = "[queues.sales]\n[queues.service]\n[agents.anna]\nqueues = [\"sales\", \"service\"]\n\
                      [agents.bob]\nqueues = [\"sales\"]\n";

/// A file is refused with problems that can be told, or it is run as far as there is patience. Which file it is makes no
/// difference to the next one.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let own = own_config(text);
    if let Some(own) = &own
        && let Err(problems) = Scenario::read(text, FILE, None)
    {
        // No file of the machine is read.
        assert!(!problems.to_string().is_empty(), "{own}");
    }
    let given = own.and_then(|own| GivenConfig::read(&own, FILE, None).ok());
    let given = given
        .unwrap_or_else(|| GivenConfig::read(CENTRE, FILE, None).expect("a good configuration"));
    let asked = Cell::new(0);
    let patience = Patience::new(move |events| {
        asked.set(asked.get() + 1);
        events <= EVENTS_MAX && asked.get() <= ASKED_MAX
    });
    match Scenario::try_out(text, FILE, &given, &patience) {
        Tried::Ran(run) | Tried::GivenUp(Some(run)) => {
            if let Some(failure) = run.failure {
                assert!(!failure.to_string().is_empty());
            }
        }
        Tried::Invalid(problems) => assert!(!problems.to_string().is_empty()),
        Tried::GivenUp(None) => {}
    }
}

/// The document below `config:`; none if there is none, or if the file names others.
fn own_config(text: &str) -> Option<String> {
    let names_a_file = |line: &str| {
        let named = line.split_once("config:").map(|(_, name)| name.trim());
        named.is_some_and(|name| !name.is_empty())
    };
    if text.lines().any(names_a_file) {
        return None;
    }
    let after = text.lines().skip_while(|line| line.trim() != "config:");
    let lines: Vec<&str> = after
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .collect();
    Some(lines.join("\n"))
}
