use acd_client::{
    supervisor::{Step, Update},
    v1::{ContactState, QueueState, TenantChanges, TenantSnapshot},
};
use tokio::time::advance;

use super::*;

fn step(sequence: u64, update: Update) -> Step {
    Step {
        sequence,
        at_ms: 1_000,
        update,
    }
}

#[test]
fn what_ended_and_what_was_removed_is_no_longer_known() {
    let contact = |id: &str, ended_at_ms| ContactState {
        contact_id: id.to_owned(),
        ended_at_ms,
        ..ContactState::default()
    };
    let queue = |name: &str| QueueState {
        queue: name.to_owned(),
        ..QueueState::default()
    };
    let mut tenant = Tenant::default();
    assert!(tenant.take(step(
        1,
        Update::Snapshot(TenantSnapshot {
            queues: vec![queue("sales"), queue("service")],
            contacts: vec![contact("a", 0), contact("b", 0)],
            ..TenantSnapshot::default()
        })
    )));
    assert!(tenant.take(step(
        2,
        Update::Changes(TenantChanges {
            contacts: vec![contact("a", 900), contact("c", 0)],
            removed_queues: vec!["sales".to_owned()],
            ..TenantChanges::default()
        })
    )));
    assert_eq!(tenant.contacts.keys().collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(tenant.queues.keys().collect::<Vec<_>>(), ["service"]);
    assert!(!tenant.take(step(2, Update::Heartbeat)), "no news");
}

#[test]
fn silence_is_told_and_so_is_its_end() {
    let mut tenant = Tenant::default();
    tenant.take(step(1, Update::Snapshot(TenantSnapshot::default())));
    assert_eq!(tenant.away_since_ms(), None);
    tenant.silent();
    assert_eq!(tenant.away_since_ms(), Some(1_000));
    assert!(tenant.take(step(1, Update::Heartbeat)), "it is back");
    assert_eq!(tenant.away_since_ms(), None);
}

#[tokio::test(start_paused = true)]
async fn time_goes_on_while_the_engine_has_nothing_to_tell() {
    let mut tenant = Tenant::default();
    tenant.take(step(1, Update::Snapshot(TenantSnapshot::default())));
    for _ in 0..3 {
        advance(Duration::from_secs(5)).await;
        // It is the time of what happened last.
        tenant.take(step(1, Update::Heartbeat));
    }
    assert_eq!(tenant.time().now_ms(), 16_000);
    advance(Duration::from_secs(20)).await;
    tenant.silent();
    assert_eq!(
        tenant.away_since_ms(),
        Some(16_000),
        "when it was last heard"
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_late_at_once_and_fine_again_after_a_minute() {
    let late = |alerted| {
        Update::Changes(TenantChanges {
            queues: vec![QueueState {
                queue: "service".to_owned(),
                waiting: 1,
                alerted,
                agents_logged_in: 1,
                ..QueueState::default()
            }],
            ..TenantChanges::default()
        })
    };
    let mut tenant = Tenant::default();
    let stands = |tenant: &Tenant| tenant.stands("service").expect("it is there").standing;
    tenant.take(step(1, late(0)));
    assert_eq!(stands(&tenant), Standing::Fine);
    tenant.take(step(2, late(1)));
    assert_eq!(stands(&tenant), Standing::Late);
    // It is late for longer than a minute, and nothing is told of it meanwhile.
    advance(Duration::from_secs(600)).await;
    assert_eq!(stands(&tenant), Standing::Late);
    tenant.take(step(3, late(0)));
    assert_eq!(stands(&tenant), Standing::Late);
    advance(Duration::from_millis(59_999)).await;
    assert_eq!(stands(&tenant), Standing::Late);
    advance(Duration::from_millis(1)).await;
    assert_eq!(stands(&tenant), Standing::Fine);
    assert_eq!(tenant.stands("sales"), None);
}

#[test]
fn a_view_serves_whoever_asks_for_less() {
    let all = Shown {
        queues: true,
        agents: true,
        contacts: true,
        acts: true,
        performance: true,
    };
    let queues = Shown {
        queues: true,
        ..Shown::default()
    };
    assert!(all.includes(queues) && queues.includes(queues));
    assert!(!queues.includes(all));
}
