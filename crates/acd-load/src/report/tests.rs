use acd_client::endpoint::Direction;

use super::*;
use crate::measured::Recorder;

/// A run of ten seconds, one of them warm-up, in which this process was `lag` late.
fn report(lag: Duration) -> Report {
    let plan = Plan {
        length: Duration::from_secs(10),
        warm_up: Duration::from_secs(1),
        ..Plan::default()
    };
    let begin = Instant::now();
    let recorder = Recorder::new(&plan, begin);
    for number in 0..100 {
        let at = Duration::from_millis(number * 100);
        recorder.sent(at, lag);
        recorder.acknowledged(at, begin + at + Duration::from_millis(2));
        recorder.offered(at, begin + at + Duration::from_millis(3), true);
        recorder.completed(begin + at);
    }
    let standing = |at, flows, completed| Standing {
        at: begin + at,
        processor: Some(at / 2),
        server: Some(at / 10),
        flows,
        completed,
    };
    let flow = |call: &str, direction, last_field, messages| Flow {
        call: format!("/acd.v1.Service/{call}"),
        direction,
        last_field,
        messages,
        bytes: messages * 100,
    };
    let course = Course {
        length: plan.length,
        open_at_last_arrival: 3,
        warm: standing(
            plan.warm_up,
            vec![flow("Connect", Direction::Up, 2, 30)],
            10,
        ),
        last: standing(
            plan.length,
            vec![
                flow("Connect", Direction::Up, 2, 300),
                flow("Subscribe", Direction::Down, 6, 180),
                flow("Subscribe", Direction::Down, 7, 1_000),
            ],
            100,
        ),
        server_memory: Some((1_048_576, 1_048_576 + 100 * 10_240)),
    };
    Report::of(&plan, "load", &course, &recorder.lock())
}

#[test]
fn figures_are_of_the_time_between_warm_up_and_the_last_arrival() {
    let report = report(Duration::ZERO);
    assert_eq!((report.measured_s, report.contacts.arrived), (9.0, 90));
    assert_eq!(report.contacts.completed_per_s, 10.0);
    assert_eq!(
        (report.offer_ms.count, report.offer_ms.p50.round()),
        (90, 3.0)
    );
    assert_eq!(report.generator.processors_used, Some(0.5));
    assert_eq!(report.over_time.len(), 10);
    let server = report.server.expect("it was named");
    assert_eq!(
        (server.us_per_contact.round(), server.kib_per_agent),
        (10_000.0, 10.0)
    );
}

#[test]
fn messages_are_counted_for_each_life_and_heartbeats_are_of_none() {
    let wire = report(Duration::ZERO).wire;
    assert_eq!((wire.up_per_contact, wire.down_per_contact), (3.0, 2.0));
    assert_eq!(wire.bytes_per_contact, 500.0);
    let kinds: Vec<(&str, Option<f64>)> = wire
        .kinds
        .iter()
        .map(|kind| (kind.name.as_str(), kind.per_contact))
        .collect();
    let expected = [
        ("Subscribe heartbeat", None),
        ("Connect event", Some(3.0)),
        ("Subscribe changes", Some(2.0)),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_generator_that_is_late_says_so_first() {
    let late = report(Duration::from_millis(20));
    assert!(late.generator.is_bottleneck);
    assert!(late.notes[0].starts_with("THE GENERATOR WAS THE BOTTLENECK"));
    assert!(late.to_string().contains(&late.notes[0]) && late.to_html().contains("BOTTLENECK"));
    assert!(!report(Duration::from_millis(1)).generator.is_bottleneck);
}

#[test]
fn the_page_has_its_pictures_and_asks_for_no_other_file() {
    let page = report(Duration::ZERO).to_html();
    assert_eq!(page.matches("<svg ").count(), 3);
    for outside in ["http:", "https:", "src=", "href=", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}
