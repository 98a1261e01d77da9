//! Pictures, without a terminal.

use std::time::Duration;

use acd_client::{
    supervisor::{Step, Update},
    v1::{
        AdapterState, AgentState, ChannelPrediction, ChannelSlots, ContactPlace, ContactState,
        Lease, LeaseState, Prediction, Presence, QueueOpening, QueuePerformance, QueueState,
        SessionState, TenantSnapshot, VisitState, lease::Holder,
    },
};
use proptest::prelude::*;
use ratatui::style::Color;
use tokio::time::advance;

use super::*;
use crate::model::{Act, Onlooker, Why};

/// 2026-01-01 09:00:00 UTC.
const NOW: i64 = 1_767_258_000_000;
const PLAIN: Palette = Palette { color: false };
const COLORED: Palette = Palette { color: true };
const ALL: Parts = Parts {
    agents: true,
    contacts: true,
};

fn queue(name: &str) -> QueueState {
    QueueState {
        queue: name.to_owned(),
        agents_logged_in: 3,
        agents_ready: 2,
        agents_idle: 1,
        service_level_goal: 80,
        service_level_ms: 20_000,
        ..QueueState::default()
    }
}

fn agent(name: &str, state: Option<LeaseState>) -> AgentState {
    let lease = state.map(|state| Lease {
        holder: Some(Holder::HandlingId(1)),
        contact_id: "call-7".to_owned(),
        queue: "support".to_owned(),
        state: state.into(),
        state_since_at_ms: NOW - 125_000,
        ..Lease::default()
    });
    AgentState {
        agent: name.to_owned(),
        presence: Presence::Ready.into(),
        session_state: SessionState::Present.into(),
        presence_since_at_ms: NOW - 4_000_000,
        idle_since_at_ms: NOW - 7_000,
        queues: vec!["support".to_owned()],
        slots: vec![ChannelSlots {
            channel: "voice".to_owned(),
            capacity: 1,
            leases: lease.into_iter().collect(),
        }],
        ..AgentState::default()
    }
}

fn contact(id: &str, waited_ms: i64, alerted: bool) -> ContactState {
    ContactState {
        contact_id: id.to_owned(),
        queue: "support".to_owned(),
        channel: "voice".to_owned(),
        place: ContactPlace::Queue.into(),
        visit_state: VisitState::Waiting.into(),
        arrived_at_ms: NOW - waited_ms,
        enqueued_at_ms: NOW - waited_ms,
        position: 1,
        alerted,
        ..ContactState::default()
    }
}

fn bank() -> TenantSnapshot {
    let wait = Prediction {
        p50_ms: 65_000,
        ..Prediction::default()
    };
    TenantSnapshot {
        queues: vec![
            queue("billing"),
            QueueState {
                opening: QueueOpening::Hours.into(),
                ..queue("night")
            },
            queue("sales"),
            QueueState {
                waiting: 2,
                offered: 1,
                alerted: 1,
                connected: 1,
                oldest_enqueued_at_ms: NOW - 3_725_000,
                predicted: vec![ChannelPrediction {
                    channel: "voice".to_owned(),
                    wait: Some(wait),
                }],
                ..queue("support")
            },
        ],
        performance: vec![QueuePerformance {
            queue: "sales".to_owned(),
            recent_in_time: 15,
            recent_ended: 20,
            offered_today: 1_234,
            answered_today: 1_000,
            in_time_today: 900,
            abandoned_today: 200,
            ..QueuePerformance::default()
        }],
        agents: vec![
            agent("anna", Some(LeaseState::Talking)),
            AgentState {
                session_state: SessionState::Lost.into(),
                ..agent("bert", None)
            },
            agent("carla", None),
        ],
        contacts: vec![
            contact("call-8", 42_000, false),
            contact("call-9", 3_725_000, true),
        ],
        adapters: vec![
            AdapterState {
                adapter: "chat".to_owned(),
                since_at_ms: NOW - 250_000,
                ..AdapterState::default()
            },
            AdapterState {
                adapter: "pbx".to_owned(),
                present: true,
                open_contacts: 3,
                ..AdapterState::default()
            },
        ],
        agent_counts: Some(AgentCounts {
            talking: 1,
            idle: 1,
            connection_lost: 1,
            ..AgentCounts::default()
        }),
        ..TenantSnapshot::default()
    }
}

fn model(snapshot: TenantSnapshot) -> Model {
    let mut model = Model::new(Onlooker {
        server: "127.0.0.1:7400".to_owned(),
        tenant: "bank".to_owned(),
        tenants: vec!["bank".to_owned()],
        sees_names: true,
        metrics: None,
    });
    let step = Step {
        sequence: 12,
        now_ms: NOW,
        update: Update::Snapshot(snapshot),
    };
    model.take(step, ALL);
    model
}

fn lines(picture: &Buffer) -> Vec<String> {
    let width = usize::from(picture.area.width);
    let rows = picture.content.chunks(width);
    let line = |row: &[ratatui::buffer::Cell]| {
        let symbols = row.iter().map(ratatui::buffer::Cell::symbol);
        symbols.collect::<String>().trim_end().to_owned()
    };
    rows.map(line).collect()
}

fn shown(model: &mut Model, width: u16, height: u16) -> Vec<String> {
    lines(&draw(model, PLAIN, Size::new(width, height)))
}

fn text(model: &mut Model, width: u16, height: u16) -> String {
    shown(model, width, height).join("\n")
}

#[tokio::test(start_paused = true)]
async fn the_overview_begins_with_what_is_wrong() {
    let mut model = model(bank());
    let seen = shown(&mut model, 80, 24);
    let expected = "\
acd top  bank  127.0.0.1:7400                                  live 09:00:00 UTC
waiting 2  ringing 1  longest 1:02:05  talking 1   ! 1 late   ^ 1 at risk
agents: 1 session lost, 1 idle, 1 talking
adapters: ! chat AWAY 4:10  pbx connected, 3 open
Queues 4; by what is wrong
  queue          wait ring  longest  expect  talk  idle/rdy   30m today remarks
! support           2    1  1:02:05    1:05     1       1/2     -     - too long
^ sales             0    0        -       -     0       1/2  75 %  75 % < 80 %
  billing           0    0        -       -     0       1/2     -     -
- night             0    0        -       -     0       1/2     -     - closed";
    assert_eq!(seen[..10].join("\n"), expected);
    assert!(seen[23].starts_with("1Queues 2Agents"), "{}", seen[23]);
    assert!(seen[23].ends_with("q quit"), "{}", seen[23]);
}

#[tokio::test(start_paused = true)]
async fn agents_and_contacts_are_told_in_their_tables() {
    let mut model = model(bank());
    model.act(Act::Show(1));
    let seen = text(&mut model, 100, 24);
    let line = |name: &str| {
        let found = seen.lines().find(|line| line.contains(name));
        found.unwrap_or_else(|| panic!("no {name}: {seen}"))
    };
    assert!(line("bert").starts_with("! bert") && line("bert").contains("session lost"));
    for word in ["talking", "2:05", "call-7", "support"] {
        assert!(line("anna").contains(word), "{word}: {}", line("anna"));
    }
    assert!(line("carla").contains("idle") && line("carla").contains("7 s"));
    model.act(Act::Show(2));
    let seen = text(&mut model, 80, 24);
    let nine = seen.find("! call-9").expect("it waits long");
    let eight = seen.find("  call-8").expect("it waits");
    assert!(nine < eight, "{seen}");
    assert!(seen.contains("42 s") && seen.contains("waiting"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_opened_with_its_contacts_and_agents() {
    let mut model = model(bank());
    text(&mut model, 80, 24);
    model.act(Act::Open);
    let seen = text(&mut model, 80, 24);
    for word in [
        "Queue support !",
        "Contacts 2",
        "call-9",
        "Agents 3",
        "anna",
        "in 20 s: ",
    ] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    // Where there is little room, one of the two.
    let seen = text(&mut model, 60, 12);
    assert!(seen.contains("call-9") && !seen.contains("anna"), "{seen}");
    model.act(Act::OtherTable);
    let seen = text(&mut model, 60, 12);
    assert!(!seen.contains("call-9") && seen.contains("anna"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn why_is_told_in_whole_lines_and_scrolls() {
    let mut model = model(bank());
    text(&mut model, 80, 24);
    for act in [Act::Open, Act::Open] {
        model.act(act);
        text(&mut model, 80, 24);
    }
    assert!(text(&mut model, 80, 24).contains("Asking."));
    let subject = model.wanted().why.expect("it is asked");
    model.why = Some(Why {
        subject,
        at_ms: Some(NOW),
        sentences: (0..40)
            .map(|n| format!("Sentence {n} of the answer."))
            .collect(),
    });
    let seen = text(&mut model, 80, 24);
    assert!(
        seen.contains("Contact call-9  as of 09:00:00 UTC"),
        "{seen}"
    );
    assert!(
        seen.contains("Sentence 0 ") && !seen.contains("Sentence 39 "),
        "{seen}"
    );
    model.act(Act::Last);
    let seen = text(&mut model, 80, 24);
    assert!(
        !seen.contains("Sentence 0 ") && seen.contains("Sentence 39 "),
        "{seen}"
    );
    assert!(seen.contains("0 below"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn an_old_picture_says_how_old_it_is() {
    let mut model = model(bank());
    advance(Duration::from_secs(12)).await;
    model.check(Some("connection refused".to_owned()));
    let picture = draw(&mut model, PLAIN, Size::new(120, 24));
    let seen = lines(&picture);
    assert!(seen[0].ends_with("NO CONNECTION"), "{}", seen[0]);
    assert!(seen[1].starts_with("No connection for 12 s. This is how it was at 09:00:00 UTC."));
    assert!(seen[1].ends_with("connection refused"), "{}", seen[1]);
    assert!(picture[(0, 1)].modifier.contains(Modifier::REVERSED));
    let row = seen
        .iter()
        .position(|line| line.contains("support"))
        .expect("its row");
    assert!(picture[(3, row as u16)].modifier.contains(Modifier::DIM));
}

#[tokio::test(start_paused = true)]
async fn without_colour_nothing_is_coloured_and_all_is_said() {
    for act in [
        Act::Show(0),
        Act::Show(1),
        Act::Show(2),
        Act::Show(3),
        Act::Help,
    ] {
        let mut model = model(bank());
        model.act(act);
        let size = Size::new(80, 24);
        let plain = draw(&mut model, PLAIN, size);
        let colors = plain.content.iter().map(|cell| (cell.fg, cell.bg));
        assert!(
            colors
                .into_iter()
                .all(|pair| pair == (Color::Reset, Color::Reset))
        );
        let colored = draw(&mut model, COLORED, size);
        assert_eq!(
            lines(&plain),
            lines(&colored),
            "colour says nothing of its own"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_others_break_no_line() {
    let hostile = [
        "esc\u{1b}[2J\u{1b}[31mred",
        "turn\u{202e}ed",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}family",
        "صف انتظار",
        "日本語の長い待ち行列の名前です",
        "zalgo\u{300}\u{301}\u{302}\u{303}",
        "line\r\nbreak",
    ];
    let mut snapshot = bank();
    snapshot.queues = hostile.map(queue).to_vec();
    snapshot.agents = hostile.map(|name| agent(name, None)).to_vec();
    snapshot.contacts = hostile.map(|name| contact(name, 1_000, false)).to_vec();
    let mut model = model(snapshot);
    for base in 0..3 {
        model.act(Act::Show(base));
        let picture = draw(&mut model, PLAIN, Size::new(80, 24));
        for cell in &picture.content {
            assert!(
                !cell.symbol().chars().any(char::is_control),
                "{:?}",
                cell.symbol()
            );
            assert!(!cell.symbol().contains('\u{202e}'));
        }
    }
    model.act(Act::Show(0));
    let picture = draw(&mut model, PLAIN, Size::new(80, 24));
    // The column of those who are idle ends where it ends for plain names.
    let rows: Vec<_> = (6..13)
        .map(|y| picture[(58, y)].symbol().to_owned())
        .collect();
    assert_eq!(rows, ["2"; 7], "{}", lines(&picture).join("\n"));
    let seen = lines(&picture).join("\n");
    assert!(
        seen.contains("صف انتظار\u{200E}") || seen.contains("صف انتظا~\u{200E}"),
        "{seen}"
    );
}

/// How many cells differ.
fn differing(one: &Buffer, other: &Buffer) -> usize {
    one.diff(other).len()
}

#[tokio::test(start_paused = true)]
async fn at_rest_a_second_changes_the_clock_and_nothing_else() {
    let mut snapshot = bank();
    snapshot.queues = (0..200).map(|n| queue(&format!("queue-{n}"))).collect();
    snapshot.contacts.clear();
    snapshot.adapters.remove(0);
    let mut model = model(snapshot);
    let size = Size::new(200, 60);
    let before = draw(&mut model, COLORED, size);
    assert_eq!(differing(&before, &draw(&mut model, COLORED, size)), 0);
    advance(Duration::from_secs(1)).await;
    let after = draw(&mut model, COLORED, size);
    assert_eq!(differing(&before, &after), 1, "one digit");
}

#[tokio::test(start_paused = true)]
async fn of_ten_thousand_agents_those_in_sight_are_written() {
    let mut snapshot = bank();
    snapshot.agents = (0..10_000)
        .map(|n| agent(&format!("agent{n:05}"), None))
        .collect();
    let mut model = model(snapshot);
    model.act(Act::Show(1));
    let seen = text(&mut model, 80, 24);
    assert!(
        seen.contains("Agents 10,000, 0 above, 9,983 below"),
        "{seen}"
    );
    model.act(Act::Last);
    let seen = text(&mut model, 80, 24);
    assert!(
        seen.contains("agent09999") && !seen.contains("agent00000"),
        "{seen}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_monitor_is_told_why_they_see_nobody() {
    let mut model = model(bank());
    model.onlooker.sees_names = false;
    model.act(Act::Show(1));
    let seen = text(&mut model, 80, 24);
    assert!(
        seen.contains("nobody by name") && !seen.contains("anna"),
        "{seen}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_small_terminal_shows_less_and_a_tiny_one_says_so() {
    let mut model = model(bank());
    let seen = text(&mut model, 40, 12);
    for word in ["bank", "support", "longest", "q quit"] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    assert!(text(&mut model, 29, 24).contains("Too small"));
    assert!(text(&mut model, 80, 5).contains("30 x 6"));
}

#[tokio::test(start_paused = true)]
async fn the_engine_is_told_as_far_as_it_is_known() {
    let mut model = model(bank());
    model.act(Act::Show(3));
    let seen = text(&mut model, 80, 24);
    assert!(
        seen.contains("! chat") && seen.contains("AWAY") && seen.contains("--metrics"),
        "{seen}"
    );
    model.onlooker.metrics = Some("http://here/metrics".to_owned());
    assert!(text(&mut model, 80, 24).contains("Reading."));
    let scrape = |commits: u32, failed: u32| {
        format!(
            "acd_build_info{{version=\"1.2.3\"}} 1\nacd_mailbox_calls{{shard=\"0\"}} 4\n\
             acd_mailbox_capacity_calls{{shard=\"0\"}} 4096\n\
             acd_journal_retries_total{{shard=\"0\"}} {failed}\n\
             acd_commit_seconds_bucket{{shard=\"0\",le=\"0.001\"}} {commits}\n\
             acd_commit_seconds_bucket{{shard=\"0\",le=\"+Inf\"}} {commits}\n\
             acd_commit_seconds_sum{{shard=\"0\"}} 0.1\nacd_commit_seconds_count{{shard=\"0\"}} {commits}\n"
        )
    };
    model.read(Ok(scrape(100, 0)));
    let seen = text(&mut model, 90, 30);
    for word in ["acd 1.2.3", "4 of 4,096", "1.0 ms"] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    assert!(!seen.contains("look at the disk"), "{seen}");
    model.read(Ok(scrape(100, 2)));
    let seen = text(&mut model, 90, 30);
    assert!(seen.contains("! 2 appends to the journal failed"), "{seen}");
    model.read(Err("connection refused".to_owned()));
    assert!(text(&mut model, 90, 30).contains("! No figures from http://here/metrics"));
}

proptest! {
    #[test]
    fn any_size_and_any_keys_give_a_picture(
        width in 1_u16..220,
        height in 1_u16..70,
        acts in proptest::collection::vec(acts(), 0..30),
    ) {
        let mut model = model(bank());
        for act in acts {
            model.act(act);
            let picture = draw(&mut model, PLAIN, Size::new(width, height));
            prop_assert_eq!(picture.area, Rect::new(0, 0, width, height));
        }
    }
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_usize..4).prop_map(Act::Show),
        (-30_isize..30).prop_map(Act::Step),
        (-3_isize..3).prop_map(Act::Page),
        Just(Act::First),
        Just(Act::Last),
        Just(Act::Open),
        Just(Act::Back),
        Just(Act::OtherTable),
        Just(Act::SortNext),
        Just(Act::SortBefore),
        Just(Act::Reverse),
        Just(Act::Freeze),
        Just(Act::Help),
        Just(Act::Tenants),
        Just(Act::Filter),
        proptest::char::any().prop_map(Act::Type),
        Just(Act::Erase),
    ]
}
