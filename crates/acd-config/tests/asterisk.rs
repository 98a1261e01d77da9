//! The queues of an Asterisk become a configuration that may be applied, and no option of them is lost unsaid.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use acd_config::import::asterisk::{Account, Choices, Fate, File, Imported, Penalties, import};
use acd_config::{Problems, TEXT_BYTES_MAX, essence, parse_tenant, render};
use acd_core::config::{AgentConfig, AgentOrder, Alerting, QueueConfig, TenantConfig, TierBounds};
use proptest::prelude::*;

const BANK: &str = include_str!("asterisk/queues.conf");
const RULES: &str = include_str!("asterisk/queuerules.conf");
const EVERY_OPTION: &str = include_str!("asterisk/every-option.conf");

fn file(name: &str, text: impl AsRef<[u8]>) -> File {
    File {
        name: name.to_owned(),
        bytes: text.as_ref().to_vec(),
    }
}

fn imported_with(queues: &str, rules: &str, choices: &Choices) -> Result<Imported, Problems> {
    let (queues, rules) = (file("queues.conf", queues), file("queuerules.conf", rules));
    import(&queues, Some(&rules), &|_| Ok(Vec::new()), choices)
}

fn imported(queues: &str, rules: &str) -> Imported {
    let found = imported_with(queues, rules, &Choices::default());
    found.unwrap_or_else(|problems| panic!("{problems}"))
}

fn queue<'c>(config: &'c TenantConfig, name: &str) -> &'c QueueConfig {
    let mut queues = config.queues.iter();
    queues
        .find(|queue| queue.name.as_str() == name)
        .expect(name)
}

fn agent<'c>(config: &'c TenantConfig, name: &str) -> &'c AgentConfig {
    let mut agents = config.agents.iter();
    agents
        .find(|agent| agent.name.as_str() == name)
        .expect(name)
}

/// The fate and the text of the option in the section.
fn told<'a>(account: &'a Account, section: &str, option: &str) -> (Fate, &'a str) {
    let mut entries = account.entries().iter();
    let entry = entries.find(|entry| entry.section == section && entry.option == option);
    let entry = entry.unwrap_or_else(|| panic!("nothing of [{section}] {option}\n{account}"));
    (entry.fate, &entry.text)
}

/// Both forms of the document read as the configuration.
fn assert_in_order(config: &TenantConfig) {
    assert_eq!(config.problems(), []);
    for document in [render(config), essence(config)] {
        let read = parse_tenant(&document, "t.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(read, *config);
    }
}

#[test]
fn a_bank_of_five_queues_becomes_a_configuration() {
    let Imported { config, account } = imported(BANK, RULES);
    assert_in_order(&config);
    let names: Vec<&str> = config.queues.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["accounts", "cards", "loans", "branch", "overnight"]);
    let ranks: Vec<u32> = config.queues.iter().map(|it| it.rank).collect();
    assert_eq!(ranks, [1, 0, 2, 2, 2], "the highest weight first");

    let accounts = queue(&config, "accounts");
    assert_eq!(accounts.agent_order, AgentOrder::RoundRobin);
    assert_eq!((accounts.ring_ms, accounts.max_length), (20_000, Some(40)));
    assert_eq!(accounts.alerting, Alerting::Phone);
    assert_eq!(accounts.announcements.position_every_ms, Some(60_000));
    let max = |max| TierBounds {
        max: Some(max),
        ..TierBounds::default()
    };
    let steps: Vec<_> = accounts
        .plan
        .iter()
        .map(|it| (it.for_ms, it.tiers))
        .collect();
    assert_eq!(
        steps,
        [
            (Some(10_000), max(1)),
            (Some(20_000), max(2)),
            (None, max(3))
        ]
    );
    assert_eq!(queue(&config, "branch").broadcast, 1_000);
    assert!(queue(&config, "overnight").let_ring_finish);
    let plans: Vec<&str> = config.plans.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(plans, ["managers-last"], "a rule of no queue is a plan");

    let bela = agent(&config, "Bela Kovacs");
    assert_eq!(bela.address.reveal(), "PJSIP/1002");
    let queues: Vec<_> = bela
        .queues
        .iter()
        .map(|it| (it.queue.as_str(), it.tier))
        .collect();
    assert_eq!(queues, [("accounts", 1), ("cards", 1)]);
    assert!(!bela.desktop);
    assert_eq!(
        bela.adapter.as_ref().map(|it| it.as_str()),
        Some("asterisk")
    );
    let loans: Vec<_> = ["Dan Novak", "Anna Schmidt", "Eva Lang"]
        .map(|name| {
            agent(&config, name)
                .queues
                .last()
                .expect("a queue")
                .position
        })
        .into();
    assert_eq!(loans, [0, 1, 2]);

    assert_eq!(told(&account, "accounts", "maxlen = 40").0, Fate::Maps);
    assert_eq!(
        told(&account, "cards", "strategy = leastrecent").0,
        Fate::Differs
    );
    assert_eq!(
        told(&account, "loans", "context = loans-exit").0,
        Fate::NoEqual
    );
}

#[test]
fn agents_may_work_at_a_desktop() {
    let choices = Choices {
        desktop: true,
        adapter: "pbx1".to_owned(),
        ..Choices::default()
    };
    let config = imported_with(BANK, RULES, &choices)
        .expect("in order")
        .config;
    assert_in_order(&config);
    assert!(
        config
            .agents
            .iter()
            .all(|it| it.desktop && it.adapter.is_none())
    );
    assert_eq!(queue(&config, "cards").alerting, Alerting::Desktop);
    assert_eq!(config.adapters, ["pbx1".into()]);
}

/// What the files say, by section and line, read in the plainest way: no template, no comment but whole lines.
fn plainly_said(text: &str) -> BTreeSet<(String, u32, String)> {
    let mut section = String::new();
    let mut said = BTreeSet::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        match line.split_once('=') {
            _ if line.is_empty() || line.starts_with(';') => {}
            _ if line.starts_with('[') => section = line.trim_matches(['[', ']']).to_owned(),
            Some((key, _)) => {
                said.insert((section.clone(), number, key.trim().to_lowercase()));
            }
            None => {}
        }
    }
    said
}

#[test]
fn no_option_is_dropped_without_a_word() {
    let Imported { config, account } = imported(EVERY_OPTION, "");
    assert_in_order(&config);
    let mut expected = plainly_said(EVERY_OPTION);
    // The second [first] is left out as a whole, and told as one.
    expected.retain(|(section, _, _)| section != "FIRST");
    let mut told: BTreeMap<(String, u32, String), usize> = BTreeMap::new();
    for entry in account
        .entries()
        .iter()
        .filter(|it| !it.option.starts_with(['(', '[']))
    {
        let key = entry
            .option
            .split(" =")
            .next()
            .expect("a key")
            .to_lowercase();
        let place = (entry.section.clone(), entry.line, key);
        *told.entry(place).or_default() += 1;
    }
    let twice: Vec<_> = told.iter().filter(|(_, times)| **times != 1).collect();
    assert_eq!(twice, [], "each option has one fate");
    assert_eq!(told.into_keys().collect::<BTreeSet<_>>(), expected);
    assert!(account.entries().iter().any(|it| it.option == "[FIRST]"));
    let (fate, text) = self::told(&account, "first", "stratgy = linear");
    assert_eq!(fate, Fate::NoEqual);
    assert!(text.contains("is strategy meant?"), "{text}");
}

#[test]
fn members_become_agents_once_each() {
    let config = imported(EVERY_OPTION, "").config;
    let shown: Vec<String> = config
        .agents
        .iter()
        .map(|it| format!("{} at {}", it.name, it.address.reveal()))
        .collect();
    assert_eq!(
        shown,
        [
            "One at PJSIP/1",
            "Two again at PJSIP/2",
            "Three at Local/3@agents",
            "4 at PJSIP/4&PJSIP/5",
            "One (SIP/1) at SIP/1",
            "6 at PJSIP/6",
        ]
    );
    let shares: Vec<u32> = config.agents.iter().map(|it| it.queues[0].share).collect();
    assert_eq!(
        shares,
        [1_000, 333, 1, 1_000, 1_000, 1],
        "penalties as weights"
    );
}

#[test]
fn values_mean_what_they_mean_to_asterisk() {
    let text = "[t](!)\nstrategy = linear\nmaxlen = 5\n[q](t)\nStrategy = random\nMAXLEN = 8x\ntimeout = -1\njoinempty = strict\n\
                leavewhenempty = yes\nmember => PJSIP/1,-3,\"Lang, Eva\"\n";
    let Imported { config, account } = imported(text, "");
    let q = queue(&config, "q");
    assert_eq!(
        q.agent_order,
        AgentOrder::Linear,
        "the first strategy counts"
    );
    assert_eq!((q.max_length, q.ring_ms), (Some(8), 15_000));
    let document = essence(&config);
    assert!(
        document.contains("join_empty = [\"logged_out\", \"not_ready\", \"unreachable\"]"),
        "{document}"
    );
    assert_eq!(agent(&config, "Lang, Eva").queues[0].tier, 1);
    let (fate, text) = told(&account, "q", "Strategy = random");
    assert_eq!(
        (fate, text.contains("line 2 of queues.conf counts")),
        (Fate::Maps, true),
        "{text}"
    );
}

#[test]
fn a_rule_begins_with_what_the_dialplan_sets() {
    let rules = "[r]\npenaltychange => 20,,2\npenaltychange => 10,+3\npenaltychange => 30,,,r4\npenaltychange => x\n";
    let penalties = Penalties {
        max: Some(2),
        min: Some(0),
        raise: Some(0),
    };
    let choices = Choices {
        penalties,
        ..Choices::default()
    };
    let text = "[q]\nstrategy = random\ndefaultrule = R\nmember => PJSIP/1\n";
    let Imported { config, account } = imported_with(text, rules, &choices).expect("in order");
    let bounds = |min, max, raise| TierBounds { min, max, raise };
    let steps: Vec<_> = queue(&config, "q")
        .plan
        .iter()
        .map(|it| (it.for_ms, it.tiers))
        .collect();
    assert_eq!(
        steps,
        [
            (Some(10_000), bounds(None, Some(3), None)),
            (Some(10_000), bounds(None, Some(6), None)),
            (Some(10_000), bounds(Some(3), Some(6), None)),
            (None, bounds(Some(3), Some(6), Some(5))),
        ]
    );
    assert_eq!(told(&account, "r", "penaltychange = 10,+3").0, Fate::Maps);
    assert_eq!(told(&account, "r", "penaltychange = x").0, Fate::NoEqual);
}

#[test]
fn included_files_are_read_in_their_place() {
    let find = |name: &str| {
        Ok(match name {
            "more/*.conf" => vec![
                file("more/1.conf", "member => PJSIP/2\n#include inner.conf\n"),
                file("more/2.conf", "[other]\nmember => PJSIP/4\n"),
            ],
            "inner.conf" => vec![file("inner.conf", "member => PJSIP/3\n")],
            _ => Vec::new(),
        })
    };
    let text = "[q]\nmember => PJSIP/1\n#include <more/*.conf>\nmember => PJSIP/5\n#tryinclude none.conf\n#exec /bin/members\n";
    let found = import(&file("queues.conf", text), None, &find, &Choices::default());
    let Imported { config, account } = found.unwrap_or_else(|problems| panic!("{problems}"));
    let served: Vec<String> = config
        .agents
        .iter()
        .map(|it| format!("{}:{}", it.name, it.queues[0].queue))
        .collect();
    assert_eq!(served, ["1:q", "2:q", "3:q", "4:other", "5:other"]);
    assert_eq!(told(&account, "", "#exec /bin/members").0, Fate::NoEqual);
    assert_eq!(told(&account, "", "#tryinclude none.conf").0, Fate::Maps);
}

/// `file:line: message | remedy`, one per problem.
fn problems(queues: impl AsRef<[u8]>) -> Vec<String> {
    let find = |name: &str| {
        Ok(match name {
            "a.conf" => vec![file("a.conf", "#include b.conf\n")],
            "b.conf" => vec![file("b.conf", "\n#include a.conf\n")],
            _ if name.starts_with("deep") => {
                let text = format!("#include {name}x\n");
                vec![file(name, text)]
            }
            "latin1.conf" => vec![file("latin1.conf", b"[q]\nmember => PJSIP/1,0,J\xf6rg\n")],
            _ => Vec::new(),
        })
    };
    let found = import(
        &file("queues.conf", queues),
        None,
        &find,
        &Choices::default(),
    );
    let problems = found.expect_err("something is wrong");
    let shown = problems.iter().map(|it| {
        let (line, message, remedy) = (it.line(), &it.message, &it.remedy);
        format!("{}:{line}: {message} | {remedy}", it.file)
    });
    shown.collect()
}

#[test]
fn what_asterisk_refuses_is_told_with_its_line() {
    let text = "strategy = random\n[q](none)\n[q\n[p](+)\n[r](!,\n[t](!)\n[t](+)\n#include none.conf\n;-- for ever\n";
    assert_eq!(
        problems(text),
        [
            "queues.conf:1: it belongs to no section | put it below a section, such as [general]",
            "queues.conf:2: there is no section \"none\" above to inherit from | correct the name, without blanks, or put that section above",
            "queues.conf:3: the name of the section has no end | end it with ]",
            "queues.conf:4: there is no section \"p\" above that could go on | remove the (+), or put the section it adds to above it",
            "queues.conf:5: the list of templates has no end | end it with )",
            "queues.conf:7: there is no section \"t\" above that could go on | it is a template; write [name](+TEMPLATES=include)",
            "queues.conf:8: there is no file none.conf | put it where the line says, counted from the first file's folder, or remove the line",
            "queues.conf:9: the comment that begins here never ends | end it with --;",
        ]
    );
}

#[test]
fn includes_without_end_and_other_texts_are_told() {
    assert_eq!(
        problems("[q]\n#include a.conf\n#include deep\n#include latin1.conf\n"),
        [
            "b.conf:2: a.conf includes itself, by way of other files or not | remove one of the lines that include it",
            "deepxxxxxxxxx:1: files include files to more than 10 levels | include them from fewer levels",
            "latin1.conf:2: the file is no UTF-8 text from here on | convert the file, as by: iconv -f latin1 -t utf8 FILE",
        ]
    );
}

#[test]
fn names_that_cannot_be_names_are_told() {
    let long = "x".repeat(129);
    let text = format!("[]\n[{long}]\n[q]\nmember => PJSIP/1,0,{long}\nmember => {long}\n");
    let told = problems(text);
    let starts = [
        "queues.conf:1: the name of the queue",
        "queues.conf:2: the name of the queue",
        "queues.conf:4: the member's name",
        "queues.conf:5: the member's interface",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    for (text, message) in [
        ("x".repeat(8_192), "the line has 8192 bytes"),
        ("[q]\n".repeat(50_001), "too many sections"),
        ("\n".repeat(TEXT_BYTES_MAX + 1), "have too many bytes"),
        (doubling(), "too many options"),
        (growing(), "values are added to again and again"),
    ] {
        let told = problems(&text);
        assert!(told.len() == 1 && told[0].contains(message), "{told:?}");
    }
}

/// Templates of which each has all of the one before twice.
fn doubling() -> String {
    let mut text = "[t0](!)\nmember => PJSIP/1\n".to_owned();
    for number in 1..40 {
        let before = number - 1;
        text.push_str(&format!("[t{number}](!,t{before},t{before})\n"));
    }
    text
}

/// Sections of which each adds to a value of the one before.
fn growing() -> String {
    let more = "x".repeat(8_000);
    let mut text = "[t0](!)\na = 1\n".to_owned();
    for number in 1..1_000 {
        let before = number - 1;
        text.push_str(&format!("[t{number}](!,t{before})\na += {more}\n"));
    }
    text
}

/// Asterisk's own samples, where an Asterisk is at hand: with every option that is only shown there in force, too.
#[test]
fn the_samples_of_asterisk_come_over_whole() {
    let Some(root) = std::env::var_os("ACD_ASTERISK_ROOT") else {
        eprintln!("ACD_ASTERISK_ROOT is not set: Asterisk's own sample files were not read");
        return;
    };
    let samples = PathBuf::from(root).join("usr/share/asterisk/conf/samples");
    if !samples.is_dir() {
        eprintln!(
            "{} is not there: Asterisk's own sample files were not read",
            samples.display()
        );
        return;
    }
    let read = |name: &str| std::fs::read_to_string(samples.join(name)).expect(name);
    let (queues, rules) = (read("queues.conf.sample"), read("queuerules.conf.sample"));
    let basic =
        std::fs::read_to_string(samples.join("../basic-pbx/queues.conf")).expect("basic-pbx");
    assert!(plainly_said(&in_force(&queues)).len() > 70);
    for queues in [&queues, &in_force(&queues), &basic] {
        let Imported { config, account } = imported(queues, &rules);
        assert_in_order(&config);
        assert!(
            account
                .entries()
                .iter()
                .all(|it| !it.text.contains("no such option")),
            "{account}"
        );
        let said = plainly_said(queues);
        for (section, line, key) in said {
            let is_told = |entry: &&acd_config::import::asterisk::Entry| {
                entry.line == line && entry.option.to_lowercase().starts_with(&key)
            };
            let told = account.entries().iter().filter(is_told).count();
            assert_eq!(told, 1, "[{section}] {key} of line {line}\n{account}");
        }
    }
}

/// The sample with what its comments show: lines `;key = value` and `;[section]` without their semicolon.
fn in_force(sample: &str) -> String {
    let bring = |line: &str| {
        let shown = line.strip_prefix(';').unwrap_or(line).trim();
        let key = shown.split('=').next().unwrap_or_default().trim_end();
        let is_key = key
            .chars()
            .all(|c| c.is_ascii_lowercase() || "-_1".contains(c))
            && !key.is_empty();
        let is_shown = (is_key && shown.contains('=')) || shown.starts_with("[markq]");
        if is_shown {
            format!("{shown}\n")
        } else {
            format!("{line}\n")
        }
    };
    sample.lines().map(bring).collect()
}

#[test]
fn the_report_reads_well() {
    let account = imported(BANK, RULES).account.to_string();
    let document = include_str!("../../../docs/asterisk-import.md");
    let shown = document
        .split("```text\n")
        .nth(1)
        .and_then(|it| it.split("```").next());
    let shown = shown.expect("an example of a report");
    let (_, shown) = shown
        .split_once('\n')
        .expect("its first line, which the command adds");
    assert!(
        account.starts_with(shown),
        "the document shows\n{shown}\nof\n{account}"
    );
    for expected in [
        "Maps differently",
        "Has no equal",
        "What these files do not say",
        "queues.conf:14: [accounts] [cards] [loans] maxlen = 40\n      max_length = 40",
    ] {
        assert!(account.contains(expected), "no {expected:?} in\n{account}");
    }
}

/// A text that looks like a file of Asterisk, or nearly.
fn any_file() -> impl Strategy<Value = String> {
    let words = proptest::sample::select(vec![
        "[q]",
        "[general]",
        "[t](!)",
        "[q](t)",
        "[t](!,t)",
        "[q](+)",
        "member => ",
        "strategy = ",
        "=",
        "=>",
        "+=",
        ",",
        ";",
        ";--",
        "--;",
        "\\",
        "\"",
        "(",
        ")",
        "\n",
        "\n",
        "\n",
        "#include a",
        "#exec b",
        "linear",
        "wrandom",
        "ringall",
        "timeout=",
        "weight=",
        "defaultrule=r",
        "penaltychange => ",
        "[r]",
        "announce-frequency=",
        "periodic-announce-frequency=",
        "joinempty=",
        "PJSIP/1",
        "-1",
        "0",
        "99999999999999999999",
        "r5",
        "+3",
        "é",
        "\u{0}",
        "\r",
        "x",
    ]);
    proptest::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any text is taken or refused, and what is taken may be applied.
    #[test]
    fn any_text_is_taken_or_refused(queues in any_file(), rules in any_file(), noise in any::<Vec<u8>>()) {
        for (queues, rules) in [(file("q", &queues), file("r", &rules)), (file("q", &noise), file("r", &queues))] {
            if let Ok(found) = import(&queues, Some(&rules), &|_| Ok(Vec::new()), &Choices::default()) {
                prop_assert_eq!(found.config.problems(), []);
                let _ = found.account.to_string();
            }
        }
    }
}
