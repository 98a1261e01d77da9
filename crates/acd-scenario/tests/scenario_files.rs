//! What `acd scenario run` promises about files: what is wrong is found at its line, and a failure shows the timeline.

use acd_scenario::{GivenConfig, Problems, Run, Scenario};

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
        (
            "0s expect c1 outcome answred",
            23,
            "there is no outcome answred; did you mean answered?",
        ),
        (
            "0s expect offer of c1 to anna ended timedout",
            38,
            "there is no end of an offer timedout; did you mean timed_out?",
        ),
        (
            "0s expect c1 refused ful",
            23,
            "there is no reason why a contact cannot join ful; did you mean full?",
        ),
        (
            "0s expect directive relase for c1",
            22,
            "there is no directive relase; did you mean release?",
        ),
        (
            "0s expect queue sales closed houres",
            31,
            "there is no reason why a queue is closed houres; did you mean hours?",
        ),
        (
            "0s anna accepts c1 -> refused OFFER_NOT_PENDIN",
            32,
            "there is no reason of a refusal OFFER_NOT_PENDIN; did you mean OFFER_NOT_PENDING?",
        ),
        (
            "0s call c1 arrives for sales -> sent ful",
            39,
            "there is no reason why a contact cannot join ful; did you mean full?",
        ),
        (
            "0s expect queue sales: answered within 17s 1",
            41,
            "the waits of queue sales are not counted up to 17s; did you mean 15s?",
        ),
        (
            "0s expect queue sales: offered 1, abandoned within 21s 1",
            53,
            "the waits of queue sales are not counted up to 21s; did you mean 20s?",
        ),
        (
            "0s call c1 arrives for sales, plan vipp",
            37,
            "the configuration has no plan \"vipp\"",
        ),
        (
            "0s anna gains german 4",
            16,
            "the configuration has no skill \"german\"",
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

/// The places of all problems, and what each says.
fn problems_of(text: &str) -> Vec<(u32, u32, String)> {
    let problems = read(text).expect_err("there are problems").0;
    let places = problems.into_iter();
    places
        .map(|problem| (problem.line, problem.column, problem.message))
        .collect()
}

#[test]
fn everything_wrong_with_a_file_is_told_at_once() {
    let text = "covers: D
config:
    [queues.sales]
    rnig = \"5s\"
    [agents.anna]
timeline:
    0s      call c1 arives for sales
    1s      expect c1 outcome answred
            expect c2 waiting
            bob accepts c1 -> refused OFFER_NOT_PENDIN
    2s      bob redy
";
    let told: Vec<(u32, String)> = problems_of(text)
        .into_iter()
        .map(|(line, _, message)| (line, message))
        .collect();
    let expected = [
        (4, "queues.sales.rnig: there is no key \"rnig\" here"),
        (
            7,
            "arives is not understood here; did you mean \"arrives\"?",
        ),
        (8, "there is no outcome answred; did you mean answered?"),
        (9, "no line lets a contact \"c2\" arrive"),
        (
            10,
            "there is no reason of a refusal OFFER_NOT_PENDIN; did you mean OFFER_NOT_PENDING?",
        ),
        (11, "redy is not understood here; did you mean \"ready\"?"),
    ];
    let expected = expected.map(|(line, message)| (line, message.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn a_contact_whose_arrival_cannot_be_read_is_not_missed_as_well() {
    let lines = "0s calls c1..c3 arives for sales\n1s c2 hangs up\n";
    assert_eq!(problems_of(&timeline(lines)).len(), 1);
}

#[test]
fn of_very_many_problems_the_first_are_told() {
    let lines = "0s anna redy\n".repeat(120);
    let problems = problems_of(&timeline(&lines));
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[100].2, "20 more problems from here on");
}

#[test]
fn what_comes_of_a_contact_has_a_name_that_the_engine_gives() {
    for (name, is_known) in [
        ("c1~callback", true),
        ("c1~consult2", true),
        ("c1~callback~consult", true),
        ("c1~consutl", false),
        ("c1~consult1", false),
        ("c1~", false),
    ] {
        let text = timeline(&format!(
            "0s call c1 arrives for sales\n1s expect {name} waiting\n"
        ));
        assert_eq!(read(&text).is_ok(), is_known, "{name}");
    }
    let problems = problems_of(&timeline(
        "0s call c1 arrives for sales\n1s expect c1~consutl waiting\n",
    ));
    assert_eq!(
        problems[0].2,
        "nothing that comes of a contact is called \"c1~consutl\""
    );
}

#[test]
fn the_service_level_threshold_of_the_queue_is_an_edge() {
    let head =
        "config:\n    [queues.sales]\n    service_level = \"17s\"\n    [queues.web]\ntimeline:\n";
    let of = |queue| format!("{head}    0s expect queue {queue}: answered within 17s 0\n");
    assert!(read(&of("sales")).is_ok());
    assert!(read(&of("web")).is_err());
}

/// What the last expectation of these lines has seen instead; none if all hold.
fn seen(lines: &str) -> Option<String> {
    run(&timeline(lines)).failure.map(|failure| failure.seen)
}

#[test]
fn a_line_speaks_of_what_it_brought_alone() {
    let before = "0s anna, bob ready\n   call c1 arrives for sales\n   call c2 arrives for sales\n";
    let holds = |expectation: &str| seen(&format!("{before}   {expectation}\n"));
    assert_eq!(holds("expect offers: c1 -> anna, c2 -> bob"), None);
    assert_eq!(holds("expect offers by this line: c2 -> bob"), None);
    assert_eq!(
        holds("expect offers by this line: c1 -> anna").as_deref(),
        Some("c2 was offered to bob at 0s")
    );
    assert_eq!(
        holds("expect no further offer").as_deref(),
        Some("c2 was offered to bob at 0s")
    );
    assert_eq!(
        holds("expect c2 offered to bob\n   expect no further offer"),
        None
    );
    // Time that passes is a line of its own.
    assert_eq!(
        holds("c1 hangs up\n   expect no further offer\n30s expect no further offer").as_deref(),
        Some("c2 was offered to anna at 20s")
    );
}

#[test]
fn an_earlier_offer_is_asked_for_by_its_number() {
    let before =
        "0s anna ready\n   call c1 arrives for sales\n1s anna rejects c1\n12s anna answers c1\n";
    let holds = |expectation: &str| seen(&format!("{before}   expect {expectation}\n"));
    assert_eq!(holds("offer of c1 to anna ended connected"), None);
    assert_eq!(holds("offer 2 of c1 to anna ended connected"), None);
    assert_eq!(
        holds("offer 1 of c1 to anna ended rejected, fault agent"),
        None
    );
    assert_eq!(
        holds("offer 3 of c1 to anna ended rejected").as_deref(),
        Some("there is no offer 3 of c1 to anna")
    );
    assert!(holds("offer 0 of c1 to anna ended rejected").is_some());
}

#[test]
fn a_history_is_whole_and_in_order() {
    let before = "0s anna ready\n   call c1 arrives for sales\n1s bob ready\n20s bob answers c1\n";
    let holds = |stations: &str| seen(&format!("{before}   expect c1 history: {stations}\n"));
    let whole = "joined sales, offer to anna timed_out, offer to bob connected, talk with bob, left sales answered";
    assert_eq!(holds(whole), None);
    for other in [
        "joined sales, offer to bob connected, talk with bob, left sales answered",
        "joined sales, offer to anna rejected, offer to bob connected, talk with bob, left sales answered",
        "joined sales, offer to anna, offer to bob connected, talk with bob, left sales answered",
    ] {
        assert_eq!(holds(other).as_deref(), Some(whole), "{other}");
    }
}

#[test]
fn ratios_are_compared_as_exactly_as_they_are_written() {
    let before = "0s anna ready\n   calls c1, c2, c3 arrive for sales\n10s anna answers c1\n   c2 hangs up\n40s c1 hangs up\n   anna answers c3\n50s c3 hangs up\n60s anna not ready\n";
    let holds = |expectation: &str| seen(&format!("{before}   expect {expectation}\n"));
    for expectation in [
        "queue sales: service level 1 50%, service level 2 33.3%, service level 3 66.67%, service level 4 67%, service level 5 50%, service level 6 33%",
        "queue sales: abandonment 33.3%, abandoned within 10s 1, abandoned within 5s 0, asa 25s, aht 20s",
        // 50 s with a lease, 10 s ready and idle.
        "anna occupancy 83.3%",
    ] {
        assert_eq!(holds(expectation), None, "{expectation}");
    }
    assert_eq!(
        holds("queue sales: service level 2 34%, aht 21s").as_deref(),
        Some("service level 2 33% (1 of 3), aht 20s")
    );
    assert_eq!(
        holds("queue sales on chat: asa 1s").as_deref(),
        Some("asa of nothing")
    );
}

#[test]
fn who_is_not_free_is_told_with_the_channel() {
    let head = "config:\n    [queues.web]\n    [agents.anna]\n    queues = [\"web\"]\n    capacity = { chat = 1 }\ntimeline:\n    0s anna ready\n";
    let seen = |expectation: &str| {
        let failure = run(&format!("{head}    {expectation}\n")).failure;
        failure.map(|failure| failure.seen)
    };
    assert_eq!(seen("expect anna free for chat"), None);
    assert_eq!(
        seen("expect anna not free for chat").as_deref(),
        Some("free for chat")
    );
    assert_eq!(
        seen("expect anna free").as_deref(),
        Some("no slot for voice at all; say for which channel: chat")
    );
    assert_eq!(
        seen("chat c1 arrives for web\n    expect anna free for chat").as_deref(),
        Some("not free for chat; anna gets no contact: busy on chat")
    );
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
  0s    . configuration version 1 of scenario is in force
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
fn the_timeline_speaks_to_people() {
    let scenario = read(
        "config:
    [queues.sales]
    [agents.anna]
    queues = [{ queue = \"sales\" }]
    profile = \"late\"
    [profiles.late]
    queues = [{ queue = \"sales\", delay = \"5s\" }]
timeline:
    0s      anna ready
            call c1 arrives for sales, customer \"k1\"
    5s      anna accepts c1
            connected c1
    9s      c1 hangs up
            call c2 arrives for sales, customer \"k1\"
            c2 wants a callback on \"+491\"
    14s     anna accepts c2~callback
",
    )
    .unwrap_or_else(|problems| panic!("{problems}"));
    let told = scenario.run(true).explained.unwrap_or_default();
    for line in [
        "c1 is open for profiles with a delay of 5s",
        "adapter pbx is told to connect c1 with anna",
        "adapter pbx is told to release c2: callback",
        "adapter pbx is told to dial +491 for c2~callback and connect it with anna",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
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
    let report = acd_scenario::junit(&results).expect("plain text fits into XML");
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
