//! Which of our own crates may know which: the arrows of the architecture.

use crate::checkout::{assert_none, linked_crates, members};

/// For a crate, the only ones of ours that it may link; a crate without a row may link any.
const MAY_KNOW: [(&str, &[&str]); 10] = [
    // The rules of routing know nothing of how they are stored, sent or configured.
    ("acd-core", &[]),
    // The API is a promise to others: it changes by decision, never because a core type did.
    ("acd-proto", &[]),
    // Adapters and desktops use the public API and nothing else, and so does our own SDK.
    ("acd-client", &["acd-proto"]),
    // What helps to test a client knows what a client knows.
    ("acd-testkit", &["acd-client", "acd-proto"]),
    ("acd-config", &["acd-core"]),
    // Scenario files are about routing: no server, no client, no network.
    ("acd-scenario", &["acd-config", "acd-core"]),
    ("acd-journal", &["acd-core", "acd-proto"]),
    // What is shown is a function of the state.
    ("acd-view", &["acd-core", "acd-proto"]),
    // Shards decide, store and show without knowing how they are asked.
    (
        "acd-shard",
        &[
            "acd-config",
            "acd-core",
            "acd-journal",
            "acd-proto",
            "acd-view",
        ],
    ),
    ("acd-replay", &["acd-client", "acd-core", "acd-proto"]),
];

#[test]
fn crates_know_only_what_lies_below_them() {
    let ours = members();
    let mut findings = Vec::new();
    for (package, known) in MAY_KNOW {
        let linked = linked_crates(package);
        let of_ours = ours
            .iter()
            .map(|member| &member.name)
            .filter(|name| *name != package && linked.contains(*name));
        let too_many = of_ours.filter(|name| !known.contains(&name.as_str()));
        findings.extend(too_many.map(|name| format!("{package} must not know {name}")));
    }
    assert_none("a crate knows one it must not:", &findings);
}
