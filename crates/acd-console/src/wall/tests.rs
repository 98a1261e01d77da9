use acd_client::v1::{
    AdapterState, AgentCounts, ChannelPrediction, Prediction, QueuePerformance, QueueState,
};

use super::{
    render,
    view::{Choice, News, Wall, wall},
};
use crate::{
    mirror::TenantView,
    texts::{Digits, Language, Locale},
};

const NOW_MS: i64 = 1_795_874_700_000;

/// A queue in which all is well.
fn queue(name: &str, rank: u32) -> QueueState {
    QueueState {
        queue: name.to_owned(),
        rank,
        agents_logged_in: 4,
        agents_ready: 4,
        agents_idle: 1,
        service_level_ms: 20_000,
        service_level_goal: 80,
        channels: vec!["voice".to_owned()],
        predicted: vec![ChannelPrediction {
            channel: "voice".to_owned(),
            wait: Some(Prediction {
                p50_ms: 40_000,
                p80_ms: 90_000,
            }),
        }],
        ..QueueState::default()
    }
}

fn performance(name: &str, in_time: u32, ended: u32) -> QueuePerformance {
    QueuePerformance {
        queue: name.to_owned(),
        recent_in_time: in_time,
        recent_ended: ended,
        first_interval_at_ms: NOW_MS - 3_600_000,
        interval_ms: 900_000,
        most_waiting: vec![1, 4, 2],
        ..QueuePerformance::default()
    }
}

fn tenant(queues: Vec<QueueState>, performances: Vec<QueuePerformance>) -> TenantView {
    let mut tenant = TenantView::default();
    tenant
        .queues
        .extend(queues.into_iter().map(|it| (it.queue.clone(), it)));
    tenant
        .performance
        .extend(performances.into_iter().map(|it| (it.queue.clone(), it)));
    tenant
}

fn shown(tenant: &TenantView) -> Wall {
    wall(tenant, &Choice::default(), NOW_MS)
}

#[test]
fn late_queues_come_first_then_those_at_risk_the_rest_as_configured() {
    let alerted = QueueState {
        waiting: 1,
        alerted: 1,
        ..queue("d", 4)
    };
    let tenant = tenant(
        vec![queue("z", 1), queue("b", 2), queue("c", 3), alerted],
        vec![performance("c", 75, 100)],
    );
    let wall = shown(&tenant);
    let order: Vec<_> = wall.rows.iter().map(|row| row.queue.as_str()).collect();
    assert_eq!(order, ["d", "c", "z", "b"]);
    let some = Choice {
        queues: vec!["b".to_owned(), "z".to_owned(), "none".to_owned()],
        ..Choice::default()
    };
    let wall = super::view::wall(&tenant, &some, NOW_MS);
    let order: Vec<_> = wall.rows.iter().map(|row| row.queue.as_str()).collect();
    assert_eq!(
        order,
        ["b", "z"],
        "those that were named, as they were named"
    );
}

#[test]
fn an_adapter_that_is_away_is_told_of_who_holds_contacts_first() {
    let adapter = |name: &str, present, open_contacts| AdapterState {
        adapter: name.to_owned(),
        present,
        since_at_ms: NOW_MS - 250_000,
        open_contacts,
        ..AdapterState::default()
    };
    let mut tenant = tenant(vec![queue("a", 1)], vec![]);
    for it in [
        adapter("pbx", true, 3),
        adapter("chat", false, 0),
        adapter("sip", false, 14),
    ] {
        tenant.adapters.insert(it.adapter.clone(), it);
    }
    let away = News::Away {
        adapter: "sip".to_owned(),
        since_ms: NOW_MS - 250_000,
        contacts: 14,
        others: 1,
    };
    assert_eq!(shown(&tenant).news, Some(away));
    tenant.emergency = true;
    assert_eq!(shown(&tenant).news, Some(News::Emergency));
}

/// All parts of a wall in one text.
fn rendered(language: Language, tenant: &TenantView) -> String {
    let locale = Locale::new(language, Digits::Own);
    let parts = render::parts(&locale, &shown(tenant));
    parts.into_iter().map(|(_, markup)| markup.0).collect()
}

#[test]
fn the_number_that_is_the_reason_is_marked_and_no_other() {
    let late = QueueState {
        waiting: 7,
        alerted: 2,
        oldest_enqueued_at_ms: NOW_MS - 58_000,
        ..queue("Card loss", 1)
    };
    let text = rendered(
        Language::En,
        &tenant(vec![late], vec![performance("Card loss", 95, 100)]),
    );
    assert!(
        text.contains(r#"<td class="n big hot"><b>7</b></td>"#),
        "{text}"
    );
    assert!(
        text.contains(&format!(r#"<time data-since="{}">"#, NOW_MS - 58_000)),
        "{text}"
    );
    assert!(
        text.contains("<td class=\"level\"><div><b>95\u{a0}%</b>"),
        "{text}"
    );
    assert!(text.contains("80\u{a0}% in 0:20"), "{text}");
    assert!(text.contains("at most 4"), "{text}");
    assert!(text.contains("1 late"), "{text}");
}

#[test]
fn persian_has_its_own_digits_and_the_percent_sign_on_its_side() {
    let mut tenant = tenant(vec![queue("a", 1)], vec![performance("a", 95, 100)]);
    tenant.agent_counts = AgentCounts {
        talking: 38,
        ..AgentCounts::default()
    };
    let text = rendered(Language::Fa, &tenant);
    assert!(text.contains("\u{61c}۹۵٪") && text.contains("۳۸"), "{text}");
}

#[test]
fn a_hostile_name_is_text() {
    let hostile = "<img src=x onerror=alert(1)>\u{202e}";
    let text = rendered(Language::En, &tenant(vec![queue(hostile, 1)], vec![]));
    assert!(!text.contains("<img"), "{text}");
}
