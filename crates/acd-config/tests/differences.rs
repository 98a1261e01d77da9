//! What changes between two documents is told in sentences that an administrator understands.

use acd_config::{diff, parse_tenant};

const OLD: &str = r#"
skills = ["german", "english"]
adapters = ["pbx1"]
[settings]
connect = "15s"
[queues.support]
requirement = "german >= 4"
ring = "20s"
overflow = [{ queue = "sales" }, { external = "+49301" }]
[queues.sales]
[agents.anna]
address = "101"
queues = ["support"]
skills = { english = 3 }
[agents.bert]
"#;

const NEW: &str = r#"
skills = ["german", "english", "db"]
adapters = ["pbx2"]
[settings]
priority_mode = { aging = "30s" }
connect = "20s"
[settings.back_off]
busy = "1m"
[limits]
open_contacts = 5
[queues.support]
requirement = "german >= 4 or db >= 1"
ring = "15s"
max_wait = "2m"
overflow = [{ queue = "sales" }, { external = "+49302" }]
[queues.sales]
max_length = 10
overflow = ["end"]
[queues.billing]
[agents.anna]
address = "102"
queues = ["sales"]
skills = { german = 4, english = 5 }
capacity = { voice = 1, chat = 3 }
wrap_up = "0s"
[agents.carl]
"#;

fn sentences(old: &str, new: &str) -> Vec<String> {
    let read = |text| parse_tenant(text, "t.toml").unwrap_or_else(|problems| panic!("{problems}"));
    diff(&read(old), &read(new))
        .into_iter()
        .map(|change| format!("{}: {}", change.path, change.sentence))
        .collect()
}

#[test]
fn every_change_is_a_sentence() {
    assert_eq!(
        sentences(OLD, NEW),
        [
            "settings.priority_mode: settings: priority_mode strict -> { aging = \"30s\" }",
            "settings.connect: settings: connect 15s -> 20s",
            "settings.back_off.busy: back-off: busy 10s -> 1m",
            "limits.open_contacts: limits: open_contacts 200000 -> 5",
            "skills.db: skill db is added",
            "adapters.pbx1: adapter pbx1 is removed",
            "adapters.pbx2: adapter pbx2 is added",
            "queues.support.requirement: queue support: requirement german >= 4 -> german >= 4 or db >= 1",
            "queues.support.ring: queue support: ring 20s -> 15s",
            "queues.support.max_wait: queue support: max_wait none -> 2m",
            "queues.support.overflow: queue support: overflow changes",
            "queues.sales.max_length: queue sales: max_length none -> 10",
            "queues.sales.overflow: queue sales: overflow none -> [\"end\"]",
            "queues.billing: queue billing is added",
            "agents.bert: agent bert is removed",
            "agents.anna.queues.support: agent anna leaves queue support",
            "agents.anna.queues.sales: agent anna joins queue sales",
            "agents.anna.skills.english: agent anna changes skill english 3 -> 5",
            "agents.anna.skills.german: agent anna gains skill german 4",
            "agents.anna.address: agent anna: address changes",
            "agents.anna.capacity: agent anna: capacity { voice = 1 } -> { voice = 1, chat = 3 }",
            "agents.anna.wrap_up: agent anna: wrap_up none -> 0s",
            "agents.carl: agent carl is added"
        ]
    );
}

#[test]
fn how_an_agent_serves_a_queue_is_told() {
    let agent = |queues: &str| format!("[queues.a]\n[queues.b]\n[agents.anna]\nqueues = {queues}");
    assert_eq!(
        sentences(&agent("['a']"), &agent("[{ queue = 'a', tier = 2 }, 'b']")),
        [
            "agents.anna.queues.a: agent anna changes their part in queue a as { queue = \"a\", tier = 2, position = 0, share = 1, reserve = false }",
            "agents.anna.queues.b: agent anna joins queue b"
        ]
    );
}

#[test]
fn the_order_of_rules_counts() {
    let rule = |name: &str| format!("[rules.{name}]\nwhen = [{{ attribute = '{name}' }}]\n");
    assert_eq!(
        sentences(&(rule("a") + &rule("b")), &(rule("b") + &rule("a"))),
        ["rules: rules stand in another order; and the first that holds applies"]
    );
}

#[test]
fn another_order_is_told() {
    let (old, new) = (
        "[queues.a]\n[queues.b]",
        "[queues.b]\n[queues.c]\n[queues.a]",
    );
    assert_eq!(
        sentences(old, new),
        [
            "queues.c: queue c is added",
            "queues: queues stand in another order; those known already keep their numbers"
        ]
    );
}

#[test]
fn comments_and_layout_are_no_change() {
    assert_eq!(
        sentences(
            OLD,
            &format!("# a comment\n{}", OLD.replace(" = ", "  =  "))
        ),
        [""; 0]
    );
}

#[test]
fn a_script_is_not_told_in_a_sentence_and_labels_are() {
    let old = "[reasons.break]\nlabel = \"Break\"\n[queues.a]\nscript = \"Good day\"";
    let new = "[reasons.break]\nlabel = { en = \"Break\" }\n[queues.a]\nscript = \"Hello\"";
    assert_eq!(
        sentences(old, new),
        [
            "reasons.break.label: reason break: label Break -> { en = \"Break\" }",
            "queues.a.script: queue a: script changes",
        ]
    );
}
