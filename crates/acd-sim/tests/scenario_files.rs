//! What `acd scenario run` promises about files: what is wrong is found at its line, and a failure shows the timeline.

use acd_sim::scenario::{self, GivenConfig, Problems, Run, Scenario};

fn read(text: &str) -> Result<Scenario, Problems> {
    Scenario::read(text, "test.acd", None)
}

fn run(text: &str) -> Run {
    read(text)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .run(false)
}

/// A scenario of one queue and two agents with these lines, indented by one blank.
fn timeline(lines: &str) -> String {
    let head = "config:\n    [queues.sales]\n    [agents.anna]\n    queues = [\"sales\"]\n    [agents.bob]\n    queues = [\"sales\"]\ntimeline:\n";
    lines
        .lines()
        .fold(head.to_owned(), |text, line| format!("{text} {line}\n"))
}

/// The line of the first line of [`timeline`].
const FIRST: u32 = 8;

#[test]
fn what_cannot_be_read_is_pointed_at_with_the_nearest_word() {
    for (line, column, message) in [
        (
            "0s anna redy",
            10,
            "redy is not understood here; did you mean \"ready\"?",
        ),
        (
            "0s call c1 arives for sales",
            13,
            "arives is not understood here; did you mean \"arrives\"?",
        ),
        (
            "0s call c1 arrives for sales, prio 5",
            32,
            "prio is not understood here",
        ),
        (
            "0s call c1 arrives for sale",
            25,
            "the configuration has no queue \"sale\"; did you mean sales?",
        ),
        (
            "0s ana ready",
            5,
            "the configuration has no agent \"ana\"; did you mean anna?",
        ),
        (
            "0s expect c1 waiting",
            12,
            "no line lets a contact \"c1\" arrive",
        ),
        (
            "0s expect queue sales: offred 1",
            25,
            "offred is not understood here; did you mean \"offered\"?",
        ),
        (
            "0s expect no event attempt_faild since start",
            21,
            "there is no event attempt_faild; did you mean attempt_failed?",
        ),
        ("0s anna not ready \"break", 20, "the quote is not closed"),
        ("5x anna ready", 2, "\"5x\" is no time"),
        ("0s anna accepts", 10, "the line ends here"),
        (
            "0s config without queues.support",
            5,
            "the configuration has no key \"queues.support\"",
        ),
        (
            "0s call c1 arrives for sales, requires \"german > 4\"",
            41,
            "\">=\" is wanted here, not \">\"; the only comparison is \">=\"",
        ),
    ] {
        let problems = read(&timeline(line)).expect_err(line).0;
        let found = &problems[0];
        assert_eq!(
            (found.line, found.column, found.message.as_str()),
            (FIRST, column, message),
            "{line}"
        );
        assert!(!found.remedy.is_empty(), "{line}");
    }
}

#[test]
fn times_never_go_back() {
    let problems = read(&timeline("10s anna ready\n9s bob ready\n"))
        .expect_err("9s is over")
        .0;
    assert_eq!((problems[0].line, problems[0].column), (FIRST + 1, 2));
    assert_eq!(
        problems[0].message,
        "9s is before the line above, which is at 10s"
    );
}

#[test]
fn what_is_wrong_with_the_configuration_is_told_at_its_line() {
    let text = "config:\n    [queues.sales]\n    rnig = \"5s\"\n    [agents.a1..a3]\n    queues = [\"sale\"]\ntimeline:\n";
    let problems = read(text).expect_err("a key and a queue are unknown").0;
    let places: Vec<(u32, u32)> = problems
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert_eq!(places[..2], [(3, 5), (5, 15)], "{problems:?}");
    let changed = timeline("0s config changes:\n    [queues.sales]\n    rnig = \"5s\"\n");
    let problems = read(&changed).expect_err("a key is unknown").0;
    assert_eq!((problems[0].line, problems[0].column), (FIRST + 2, 6));
}

#[test]
fn what_is_missing_is_said() {
    for (text, message) in [
        ("", "there is no config"),
        ("config:\n    [queues.q]\n", "there is no timeline"),
        ("conf:\n", "\"conf\" is no part of a scenario"),
        (
            "start: tomorrow\nconfig:\ntimeline:\n",
            "a start is a date, a time and a zone",
        ),
        (
            "config: nowhere.toml\ntimeline:\n",
            "cannot read nowhere.toml",
        ),
    ] {
        let problems = read(text).expect_err(text).0;
        assert!(
            problems[0].message.starts_with(message),
            "{text:?}: {}",
            problems[0].message
        );
    }
}

#[test]
fn a_failure_shows_what_was_expected_and_seen_and_the_timeline() {
    let failure = run(&timeline("0s anna ready\n1s call c1 arrives for sales   # rings\n   expect c1 offered to bob\n2s c1 hangs up\n"))
        .failure
        .expect("anna is offered, not bob");
    assert_eq!(
        failure.to_string(),
        "test.acd:10: expected c1 offered to bob
  seen: c1 was offered to anna at 1s
  0s    . configuration version 1 is in force
  0s    . adapter pbx is there
  0s  anna ready
  0s    . anna is logged in
  0s    . the session of anna is there
  0s    . anna is ready
  1s  call c1 arrives for sales
  1s    . c1 is accepted as voice
  1s    . c1 joins sales
  1s    . c1 is offered to anna until 21s
> 1s  expect c1 offered to bob"
    );
}

#[test]
fn an_action_that_is_refused_unexpectedly_fails_at_its_line() {
    let failure = run(&timeline(
        "0s call c1 arrives for sales\n0s bob accepts c1\n",
    ))
    .failure;
    let failure = failure.expect("bob is not logged in");
    assert_eq!(failure.line, FIRST + 1);
    assert!(
        failure.seen.starts_with("refused NOT_LOGGED_IN"),
        "{}",
        failure.seen
    );
}

#[test]
fn an_expected_refusal_that_does_not_come_fails() {
    let failure = run(&timeline("0s anna ready -> refused NOT_LOGGED_IN\n")).failure;
    assert_eq!(
        failure.map(|failure| failure.seen).as_deref(),
        Some("it was done")
    );
}

#[test]
fn a_configuration_that_should_be_refused_for_something_else_fails_with_what_is_wrong() {
    let lines = "0s config changes: -> refused CONFIG_INVALID \"nowhere\"\n    [queues.sales]\n    rnig = \"5s\"\n";
    let failure = run(&timeline(lines)).failure.expect("a key is unknown");
    assert_eq!(failure.line, FIRST);
    assert!(
        failure.seen.contains("line 10: queues.sales.rnig"),
        "{failure}"
    );
    let mistyped = timeline("0s config without queues.sale -> refused CONFIG_INVALID\n");
    assert!(
        read(&mistyped).is_err(),
        "the scenario names a key that there is not"
    );
}

#[test]
fn a_text_that_may_be_left_out_does_not_take_the_next_word() {
    for (line, seen) in [
        ("0s anna notes sold for c1", "refused"),
        ("0s anna notes sold \"two of them\" for c1", "refused"),
        ("0s anna notes sold for for c1", "refused"),
    ] {
        let lines = format!("0s call c1 arrives for sales\n{line}\n");
        let failure = run(&timeline(&lines)).failure;
        let failure = failure.expect("anna is not logged in");
        assert!(failure.seen.starts_with(seen), "{failure}");
    }
}

#[test]
fn a_failure_shows_the_first_entries_of_a_long_list() {
    let lines = "1s calls c1..c50 arrive for sales\n1s expect event offer_made\n";
    let failure = run(&timeline(lines)).failure.expect("nobody is there");
    assert!(failure.seen.ends_with(", and 80 more"), "{failure}");
}

#[test]
fn the_explanation_holds_the_decision_behind_each_offer() {
    let scenario = read(&timeline(
        "0s anna, bob ready\n9s call c1 arrives for sales\n",
    ))
    .expect("it is in order");
    let explained = scenario.run(true).explained.unwrap_or_default();
    let because =
        "because: config 1, step 1, candidates 2, winner anna (idle 9s), runner-up bob (idle 9s)";
    assert!(explained.contains(because), "{explained}");
}

#[test]
fn a_given_configuration_takes_the_place_of_the_scenarios_own() {
    let toml = "[tenants.a.queues.sales]\n[tenants.a.agents.anna]\n[tenants.b.queues.sales]\n[tenants.b.agents.anna]\nqueues = [\"sales\"]\n";
    let wrong = GivenConfig::read(toml, "acd.toml", None).expect_err("there are two tenants");
    assert_eq!(
        wrong,
        "acd.toml holds several tenants; choose one of them: a, b"
    );
    let outcome = |tenant| {
        let given = GivenConfig::read(toml, "acd.toml", Some(tenant)).expect("it is in order");
        let text = "timeline:\n 0s anna ready\n 1s call c1 arrives for sales\n   expect c1 offered to anna\n";
        let scenario = Scenario::read(text, "test.acd", Some(&given)).expect("it is in order");
        scenario.run(false).failure.map(|failure| failure.seen)
    };
    assert_eq!(outcome("a").as_deref(), Some("no offer was made"));
    assert_eq!(outcome("b"), None);
}

#[test]
fn the_report_for_continuous_integration_tells_passes_failures_and_errors() {
    let took = std::time::Duration::from_millis(5);
    let results = vec![
        (
            "good.acd".to_owned(),
            read(&timeline("0s anna ready\n")).map(|it| it.run(false)),
            took,
        ),
        (
            "bad.acd".to_owned(),
            read(&timeline("0s expect anna ready\n")).map(|it| it.run(false)),
            took,
        ),
        (
            "broken.acd".to_owned(),
            read("").map(|it| it.run(false)),
            took,
        ),
    ];
    let report = scenario::junit(&results).expect("plain text fits into XML");
    for part in [
        "tests=\"3\"",
        "failures=\"1\"",
        "errors=\"1\"",
        "name=\"good.acd\"",
        "expected anna ready; seen: offline",
        "there is no config",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}
