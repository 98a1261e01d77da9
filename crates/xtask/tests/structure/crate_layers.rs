//! Which of our own crates may know which: the arrows of the architecture.

use crate::checkout::{assert_none, linked_crates, members};

/// For each crate, the only ones of ours that it may link.
const MAY_KNOW: [(&str, &[&str]); 27] = [
    // The rules of routing know nothing of how they are stored, sent or configured.
    ("acd-core", &[]),
    // The API is a promise to others: it changes by decision, never because a core type did.
    ("acd-proto", &[]),
    // Adapters and desktops use the public API and nothing else, and so does our own SDK.
    ("acd-client", &["acd-proto"]),
    // What helps to test a client knows what a client knows.
    ("acd-testkit", &["acd-client", "acd-proto"]),
    // An adapter knows what any other adapter can know.
    ("acd-asterisk", &["acd-client", "acd-proto"]),
    // What people see of the engine is what any other program may ask of it, with their own rights.
    ("acd-console", &["acd-client", "acd-proto"]),
    // The same on a terminal.
    ("acd-top", &["acd-client", "acd-proto"]),
    // A telephone exchange knows nothing of who asks it for what.
    ("acd-pbx-lab", &[]),
    ("acd-config", &["acd-core"]),
    // Scenario files are about routing: no server, no client, no network.
    ("acd-scenario", &["acd-config", "acd-core", "acd-narration"]),
    // Sentences follow from events.
    ("acd-narration", &["acd-core"]),
    ("acd-journal", &["acd-core", "acd-proto"]),
    // Rows follow from the journal, whoever serves it.
    ("acd-history", &["acd-core", "acd-journal", "acd-proto"]),
    // What is shown is a function of the state.
    ("acd-view", &["acd-core", "acd-proto"]),
    // What a trace shows is a function of events: no network, no server.
    ("acd-traces", &["acd-core"]),
    // It sends spans that are whole: it knows of no contact.
    ("acd-otlp", &["acd-config", "acd-core", "acd-traces"]),
    // Shards decide, store and show without knowing how they are asked.
    (
        "acd-shard",
        &[
            "acd-config",
            "acd-core",
            "acd-journal",
            "acd-proto",
            "acd-traces",
            "acd-view",
        ],
    ),
    // It runs the real code over a simulated world, from the disk up.
    (
        "acd-sim",
        &[
            "acd-client",
            "acd-config",
            "acd-core",
            "acd-history",
            "acd-journal",
            "acd-narration",
            "acd-proto",
            "acd-report",
            "acd-scenario",
            "acd-server",
            "acd-shard",
            "acd-traces",
            "acd-view",
        ],
    ),
    // It gives bytes to whatever reads some.
    (
        "acd-fuzz",
        &[
            "acd-client",
            "acd-config",
            "acd-core",
            "acd-history",
            "acd-journal",
            "acd-narration",
            "acd-proto",
            "acd-replay",
            "acd-report",
            "acd-scenario",
            "acd-server",
            "acd-shard",
            "acd-traces",
            "acd-view",
        ],
    ),
    // A report follows from figures, wherever they are kept.
    ("acd-report", &["acd-core"]),
    ("acd-replay", &["acd-client", "acd-core", "acd-proto"]),
    // It loads any server that speaks the API, and measures nothing but what a client sees.
    ("acd-load", &["acd-client", "acd-proto"]),
    (
        "acd-server",
        &[
            "acd-config",
            "acd-core",
            "acd-history",
            "acd-journal",
            "acd-narration",
            "acd-proto",
            "acd-report",
            // A draft is tried out on scenario files before it goes live.
            "acd-scenario",
            "acd-shard",
            "acd-traces",
            "acd-view",
        ],
    ),
    (
        "acd-cli",
        &[
            "acd-asterisk",
            "acd-client",
            "acd-config",
            "acd-console",
            "acd-core",
            "acd-history",
            "acd-journal",
            "acd-load",
            "acd-narration",
            "acd-pbx-lab",
            "acd-proto",
            "acd-replay",
            "acd-report",
            "acd-scenario",
            "acd-server",
            "acd-shard",
            "acd-traces",
            "acd-top",
            "acd-view",
        ],
    ),
    ("acd-benches", &["acd-core", "acd-proto"]),
    // The rules written down a second time: it would prove nothing of itself.
    ("acd-model", &[]),
    // It must build when nothing else does.
    ("xtask", &[]),
];

/// Crates that decide and never wait: they link no async runtime and no network.
const NEVER_WAIT: [&str; 5] = [
    "acd-core",
    "acd-config",
    "acd-narration",
    "acd-report",
    "acd-scenario",
];
const WAITING: [&str; 3] = ["hyper", "tokio", "tonic"];

#[test]
fn crates_know_only_what_lies_below_them() {
    let ours = members();
    let mut findings = Vec::new();
    for member in &ours {
        let package = member.name.as_str();
        let Some((_, known)) = MAY_KNOW.iter().find(|(name, _)| *name == package) else {
            findings.push(format!("{package} has no row in MAY_KNOW"));
            continue;
        };
        let linked = linked_crates(package);
        let of_ours = ours
            .iter()
            .map(|member| member.name.as_str())
            .filter(|name| *name != package && linked.contains(*name));
        let too_many = of_ours.filter(|name| !known.contains(name));
        findings.extend(too_many.map(|name| format!("{package} must not know {name}")));
    }
    assert_none("a crate knows one it must not:", &findings);
}

#[test]
fn what_decides_never_waits() {
    let findings = NEVER_WAIT.into_iter().flat_map(|package| {
        let linked = linked_crates(package);
        let waiting = WAITING
            .into_iter()
            .filter(move |name| linked.contains(*name));
        waiting.map(move |name| format!("{package} links {name}"))
    });
    assert_none(
        "no runtime and no network here:",
        &findings.collect::<Vec<_>>(),
    );
}
