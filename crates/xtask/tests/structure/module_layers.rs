//! The modules of a crate have layers, too: none knows one that knows it, over however many others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checkout::{assert_none, members, root, text, tracked_with_extension};

/// The layers of the larger crates, the topmost first: a module may know those of the layers below its own, and no other.
/// Every module has its place here.
const LAYERS: [(&str, &[&[&str]]); 4] = [
    (
        "acd-core",
        &[
            &["engine"],
            &["explain", "matching"],
            &["state"],
            &["figures", "performance"],
            &["event"],
            &["command"],
            &["config"],
            &["measures", "requirement"],
            &[
                "ids",
                "lookup",
                "personal",
                "ranked",
                "refusal",
                "service_level",
                "stable_hash",
            ],
            &["bits", "table"],
        ],
    ),
    (
        "acd-shard",
        &[
            &["stepped"],
            &["shards"],
            // What waits.
            &["thread"],
            &["parts"],
            &["decider"],
            &["compactor", "worker"],
            &["recovery", "turn"],
            &["follower", "mailbox"],
            &["stream"],
            &["civil", "options", "trace"],
            &["health"],
            &["pace"],
            &[
                "background",
                "call",
                "document_hash",
                "expired",
                "failure",
                "registry",
                "shares",
                "tenant",
            ],
            &["clock"],
        ],
    ),
    (
        "acd-server",
        &[
            &["server"],
            &["service"],
            &["auth"],
            &["metrics"],
            &["error", "sampling", "tasks"],
        ],
    ),
    (
        "acd-console",
        &[
            &["service"],
            &["administrator", "desk", "entrance", "supervisor", "wall"],
            &["live"],
            &["layout"],
            &["session"],
            &["app"],
            &["assets", "issuer", "mirror"],
            &["problem"],
            &["persons"],
            &["clock", "figures", "options", "rights", "texts", "watchers"],
        ],
    ),
];

/// For each module the modules it knows, each with a file that names it.
type Graph = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn no_module_knows_one_that_knows_it() {
    let told = members().into_iter().filter_map(|member| {
        let graph = graph(&member.folder).1;
        circle(&graph).map(|circle| format!("{}: {}", member.name, shown(&graph, &circle)))
    });
    assert_none(
        "modules in a circle; move what they share to one below both:",
        &told.collect::<Vec<_>>(),
    );
}

#[test]
fn modules_know_only_what_lies_below_them() {
    let members = members();
    let mut findings = Vec::new();
    for (name, layers) in LAYERS {
        let member = members.iter().find(|member| member.name == name);
        let (modules, graph) = graph(&member.expect("a crate of ours").folder);
        let told = against_the_layers(layers, &modules, &graph);
        findings.extend(told.into_iter().map(|told| format!("{name}: {told}")));
    }
    assert_none("a module knows one it must not:", &findings);
}

#[test]
fn circles_are_found() {
    let round = noted(&[
        ("a/mod.rs", "use super::b::B;\n"),
        ("b.rs", "fn f() { crate::c::g() }\n"),
        ("c/d.rs", "use crate::{\n    a::{self, A},\n};\n"),
    ]);
    assert_eq!(
        circle(&round).as_deref(),
        Some(&["a", "b", "c"].map(str::to_owned)[..])
    );
    let straight = noted(&[
        ("a/x.rs", "use super::b;\n// crate::b\nuse crate::c;\n"),
        ("c.rs", "#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n"),
    ]);
    assert_eq!(circle(&straight), None);
    assert!(straight["a"].contains_key("c") && !straight["a"].contains_key("b"));
}

#[test]
fn what_stands_against_the_layers_is_found() {
    let graph = noted(&[
        ("a.rs", "use crate::{b, c};\n"),
        (
            "b.rs",
            "#[cfg(test)]\nmod tests;\nuse crate::c;\nuse crate::a;\n",
        ),
    ]);
    let modules = ["a", "b", "c"].map(str::to_owned).into();
    let found = |layers| against_the_layers(layers, &modules, &graph);
    assert_eq!(found(&[&["a"], &["b"], &["c"]]), ["b -> a (b.rs)"]);
    assert_eq!(
        found(&[&["a", "b"], &["c"]]),
        ["a -> b (a.rs)", "b -> a (b.rs)"]
    );
    assert_eq!(
        found(&[&["a"], &["b", "d"]]),
        ["c has no place", "d is no module", "b -> a (b.rs)"]
    );
}

/// The graph of the modules `a`, `b` and `c` with these files.
fn noted(files: &[(&str, &str)]) -> Graph {
    let mut graph = Graph::new();
    let modules = ["a", "b", "c"].map(str::to_owned).into();
    for (file, source) in files {
        note(&mut graph, &modules, &BTreeMap::new(), file, source);
    }
    graph
}

/// What stands against the layers, the topmost first.
fn against_the_layers(
    layers: &[&[&str]],
    modules: &BTreeSet<String>,
    graph: &Graph,
) -> Vec<String> {
    let place = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let homeless = modules.iter().filter(|module| place(module).is_none());
    let mut told: Vec<_> = homeless.map(|it| format!("{it} has no place")).collect();
    let unknown = layers.iter().copied().flatten();
    let unknown = unknown.filter(|module| !modules.contains(**module));
    told.extend(unknown.map(|module| format!("{module} is no module")));
    for (from, known) in graph {
        for (to, file) in known {
            let places = place(from).zip(place(to));
            if places.is_some_and(|(from, to)| from >= to) {
                told.push(format!("{from} -> {to} ({file})"));
            }
        }
    }
    told
}

/// The modules that the root of a crate declares, those for tests left out, and their graph.
fn graph(folder: &Path) -> (BTreeSet<String>, Graph) {
    let folder = folder
        .strip_prefix(root())
        .expect("a folder of the checkout");
    let source = folder.join("src");
    let top = ["lib.rs", "main.rs"].map(|file| source.join(file));
    let top = top.iter().find(|file| root().join(file).is_file());
    let top = code(&text(top.expect("a crate has a root")));
    let modules = declared(&top);
    let exported = exported(&top);
    let mut graph = Graph::new();
    for path in tracked_with_extension("rs") {
        let Ok(file) = path.strip_prefix(&source) else {
            continue;
        };
        let file = file.display().to_string();
        let is_test = file.ends_with("tests.rs") || file.contains("tests/");
        if !is_test {
            note(&mut graph, &modules, &exported, &file, &text(&path));
        }
    }
    (modules, graph)
}

/// The modules that a root declares, those for tests left out.
fn declared(top: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    let mut is_for_tests = false;
    for line in top.lines() {
        if line.starts_with("#[cfg(test)]") {
            is_for_tests = true;
        }
        let module = after(line, "mod ").and_then(|rest| rest.strip_suffix(';'));
        if let Some(module) = module.filter(|_| !is_for_tests) {
            modules.insert(module.to_owned());
        }
        is_for_tests &= !line.ends_with([';', '}']);
    }
    modules
}

/// What follows `keyword`, which stands first or behind a visibility.
fn after<'l>(line: &'l str, keyword: &str) -> Option<&'l str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest.trim_start_matches("(crate)").trim_start(),
        None => line,
    };
    line.strip_prefix(keyword)
}

/// The names that the root of the crate exports again, each with its module.
fn exported(top: &str) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for statement in top.split(';') {
        let Some(path) = after(statement.trim(), "use ") else {
            continue;
        };
        if let Some((module, names)) = path.split_once("::") {
            for name in words(names) {
                exported.insert(name.to_owned(), module.to_owned());
            }
        }
    }
    exported
}

/// Notes which of the `modules` a file names, as `crate::module` or through `super`.
fn note(
    graph: &mut Graph,
    modules: &BTreeSet<String>,
    exported: &BTreeMap<String, String>,
    file: &str,
    source: &str,
) {
    let own = file.split(['/', '.']).next().unwrap_or_default();
    if !modules.contains(own) {
        return;
    }
    let code = code(source);
    // So many `super` lead from the file to the root of the crate.
    let depth = file.split('/').count() - usize::from(file.ends_with("/mod.rs"));
    let to_the_root = ["crate::".to_owned(), "super::".repeat(depth)];
    for prefix in to_the_root {
        for (at, _) in code.match_indices(&prefix) {
            let begins =
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            let names = begins.then(|| first_names(&code[at + prefix.len()..]));
            for name in names.into_iter().flatten() {
                let module = exported.get(name).map_or(name, String::as_str);
                if module != own && modules.contains(module) {
                    let known = graph.entry(own.to_owned()).or_default();
                    known.entry(module.to_owned()).or_insert(file.to_owned());
                }
            }
        }
    }
}

/// The first name of a path, or of each path of a group in braces.
fn first_names(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else {
        return words(path).take(1).collect();
    };
    let mut names = Vec::new();
    let (mut depth, mut begins) = (0, true);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            letter if begins && !letter.is_whitespace() => {
                names.extend(words(&group[at..]).next());
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// A source without comments and tests.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod tests {").next();
    let lines = source.unwrap_or_default().lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
}

/// A circle: each module knows the next one, and the last one the first.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    let closes = |(from, known): (&String, &BTreeMap<String, String>)| {
        let mut back = known.keys().find_map(|to| way(graph, to, from))?;
        // It ends where the circle begins.
        back.rotate_right(1);
        Some(back)
    };
    graph.iter().find_map(closes)
}

/// The shortest way from one module to another, both included.
fn way(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways = std::collections::VecDeque::from([vec![from.to_owned()]]);
    let mut seen = BTreeSet::from([from.to_owned()]);
    while let Some(way) = ways.pop_front() {
        let last = way.last().expect("a way has an end");
        if last == to {
            return Some(way);
        }
        for next in graph.get(last).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.clone()) {
                ways.push_back([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    None
}

/// The circle, and the file in which each module names the next.
fn shown(graph: &Graph, circle: &[String]) -> String {
    let next = circle.iter().cycle().skip(1);
    let arrows = circle.iter().zip(next);
    let arrows = arrows.map(|(from, to)| format!("{from} -> {to} ({})", graph[from][to]));
    arrows.collect::<Vec<_>>().join(", ")
}
