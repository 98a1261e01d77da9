//! Time passes for a shard when its source says so, and then at once.

use std::sync::Arc;
use std::time::Duration;

use acd_core::Engine;
use acd_core::command::{Opening, Origin};
use acd_core::config::{CalendarConfig, QueueConfig, TenantConfig, Weekday, WeeklyHours};
use acd_core::event::Event;
use acd_core::ids::{QueueNo, TimeMs};
use acd_core::state::State;
use acd_journal::EventLog;
use acd_journal::codec::decode_events;
use acd_proto::v1::OfferState;

use super::bench::*;
use crate::Options;
use crate::Shards;
use crate::clock::ManualTime;
use crate::recovery::{Absence, Return};
use crate::stream::{Interest, Subscription, ViewFilter};

/// Noon of some day.
const NOON: TimeMs = 1_795_867_200_000;
const RING_MS: TimeMs = 20_000;
const MAX_WAIT_MS: TimeMs = 300_000;
/// At least so much passes between two updates of a view.
const VIEW_INTERVAL_MS: TimeMs = 200;

fn moved_by_hand() -> (Options, Arc<ManualTime>) {
    let time = Arc::new(ManualTime::new(NOON));
    let options = Options {
        time: time.clone(),
        ..options()
    };
    (options, time)
}

fn advance(time: &ManualTime, by_ms: TimeMs) {
    time.advance(Duration::from_millis(by_ms.unsigned_abs()));
}

#[tokio::test]
async fn an_offer_rings_until_time_is_moved_to_its_end_and_no_longer() {
    let (options, time) = moved_by_hand();
    let shards = bank(&TestLog::new(), &options).await;
    let _pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    act(&shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;

    advance(&time, RING_MS - 1);
    // Whatever is due by now is decided with this.
    let answered = submit(&shards, login("omar")).await.unwrap();
    assert_eq!(answered.at_ms, NOON + RING_MS - 1);
    let rings = look(&shards, move |state| {
        state.facts().offers.contains_key(&offer)
    });
    assert_eq!(rings.await, Ok(true));

    // Nobody calls any more: the shard wakes because time was moved.
    advance(&time, 1);
    let ended = loop {
        let update = nora.update().await;
        let state = offers(&update).find(|told| told.offer_id == offer.0);
        if state.is_some_and(|offer| offer.state() == OfferState::TimedOut) {
            break update.mark.at_ms;
        }
    };
    assert_eq!(ended, NOON + RING_MS);
}

#[tokio::test]
async fn a_wait_ends_when_time_is_moved_and_a_view_is_told_when_it_is_moved_on() {
    let (options, time) = moved_by_hand();
    let shards = start(TestLog::new(), &options);
    let support = QueueConfig {
        max_wait_ms: Some(MAX_WAIT_MS),
        ..QueueConfig::named("support")
    };
    let config = TenantConfig {
        queues: vec![support],
        ..config()
    };
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply(config), None);
    created.await.unwrap();
    let _pbx = adapter(&shards).await;
    let contacts = Interest::View(ViewFilter {
        contacts: true,
        ..Default::default()
    });
    let mut view = subscribe(&shards, contacts, None).await.unwrap();
    update(&mut view).await;
    act(&shards, arrival("c1")).await;
    update(&mut view).await;

    advance(&time, MAX_WAIT_MS);
    let told = update(&mut view).await;
    assert_eq!(told.mark.at_ms, NOON + MAX_WAIT_MS);
    let waiting = || look(&shards, |state| state.line(QueueNo(0)).in_queue());
    assert_eq!(waiting().await, Ok(0));
    // So soon after that a view is told nothing, until there is time.
    act(&shards, arrival("c2")).await;
    let telling = async { update(&mut view).await };
    tokio::pin!(telling);
    let is_told = tokio::select! {
        biased;
        _ = &mut telling => true,
        _ = waiting() => false,
    };
    assert!(!is_told);
    advance(&time, VIEW_INTERVAL_MS);
    assert_eq!(telling.await.mark.at_ms, NOON + MAX_WAIT_MS);
}

const HOUR_MS: TimeMs = 3_600_000;
const MINUTE: TimeMs = 60_000;

/// A shard whose only queue keeps the hours of an office in Berlin: eight to six on every day. There it is an hour later
/// than in UTC at this time of the year.
async fn office(options: &Options) -> (TestLog, Shards) {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let office = CalendarConfig {
        name: "office".into(),
        zone: "Europe/Berlin".into(),
        hours: vec![WeeklyHours {
            days: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun],
            from: 8 * 60,
            to: 18 * 60,
        }],
        holidays: Vec::new(),
    };
    let config = TenantConfig {
        calendars: vec![office],
        ..config()
    };
    let log = TestLog::new();
    let shards = start(log.clone(), options);
    let mut apply = apply(config.clone());
    apply.civil = shards.civil_time(&config);
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply, None);
    created.await.unwrap().answer.unwrap();
    (log, shards)
}

/// How the office stands, and when that changes: in engine time.
fn stands(state: &State) -> (Opening, TimeMs) {
    let office = &state.facts().calendars[0];
    let (at_ms, _) = office.changes[0];
    (office.opening, at_ms)
}

/// Waits until this is durable, without asking for anything: the shard must see by itself what is to be done.
async fn until(shards: &Shards, is: impl Fn(&State) -> bool + Copy + Send + 'static) {
    while !look(shards, is).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn opening_hours_follow_the_wall_clock_when_it_is_set_and_engine_time_does_not() {
    let (options, time) = moved_by_hand();
    let (_log, shards) = office(&options).await;
    // One in the afternoon.
    let closes_at = NOON + 5 * HOUR_MS;
    assert_eq!(look(&shards, stands).await, Ok((Opening::Open, closes_at)));

    time.set_wall(NOON - 2 * HOUR_MS);
    until(&shards, move |state| {
        stands(state) == (Opening::Open, closes_at + 2 * HOUR_MS)
    })
    .await;
    // Seven in the evening.
    time.set_wall(NOON + 6 * HOUR_MS);
    until(&shards, move |state| {
        stands(state) == (Opening::Hours, NOON + 13 * HOUR_MS)
    })
    .await;
    assert_eq!(shards.clock().now(), NOON);
}

#[tokio::test]
async fn a_leap_second_moves_the_hours_once_and_a_clock_that_is_adjusted_not_at_all() {
    let (options, time) = moved_by_hand();
    let (log, shards) = office(&options).await;
    let closes_at = NOON + 5 * HOUR_MS;
    let before = log.last_seq();
    for adjusted in [400, -400, 900] {
        time.set_wall(NOON + adjusted);
        submit(&shards, login("omar")).await.unwrap();
        assert_eq!(look(&shards, stands).await, Ok((Opening::Open, closes_at)));
    }
    assert_eq!(log.last_seq(), before + 3, "three logins");
    // The second before midnight comes twice.
    time.set_wall(NOON - 1_000);
    until(&shards, move |state| {
        stands(state) == (Opening::Open, closes_at + 1_000)
    })
    .await;
    let after = log.last_seq();
    for read_not_at_one_instant in [-999, -1_001] {
        time.set_wall(NOON + read_not_at_one_instant);
        submit(&shards, login("omar")).await.unwrap();
    }
    assert_eq!(log.last_seq(), after + 2, "two logins");
}

#[tokio::test]
async fn the_day_on_which_the_clock_is_put_back_has_an_hour_more() {
    // The morning of 31 October 2027 in Berlin, an hour before summer time ends at one o'clock UTC.
    const BEFORE: TimeMs = 1_824_940_800_000;
    let time = Arc::new(ManualTime::new(BEFORE));
    let options = Options {
        time: time.clone(),
        ..options()
    };
    let (_log, shards) = office(&options).await;
    // Eight o'clock is seven o'clock UTC on that day, and was six on the day before.
    let opens_at = BEFORE + 7 * HOUR_MS;
    assert_eq!(look(&shards, stands).await, Ok((Opening::Hours, opens_at)));
    advance(&time, 7 * HOUR_MS - 1);
    submit(&shards, login("omar")).await.unwrap();
    assert_eq!(look(&shards, stands).await, Ok((Opening::Hours, opens_at)));
    advance(&time, 1);
    until(&shards, |state| stands(state).0 == Opening::Open).await;
}

/// All that happened, and when.
fn history(log: &TestLog) -> Vec<(TimeMs, Event)> {
    let mut history = Vec::new();
    let keeper = log.keeper().unwrap();
    keeper
        .read(TENANT, 0, &mut |entry| {
            let events = decode_events(&entry).unwrap().into_iter();
            history.extend(events.map(|recorded| (recorded.at_ms, recorded.event)));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    history
}

/// One contact rings at nora's desk, another one waits; nobody waits longer than five minutes.
async fn ringing_and_waiting(log: &TestLog, options: &Options) -> (Shards, Subscription, Agent) {
    let shards = start(log.clone(), options);
    let support = QueueConfig {
        max_wait_ms: Some(MAX_WAIT_MS),
        ..QueueConfig::named("support")
    };
    let config = TenantConfig {
        queues: vec![support],
        ..config()
    };
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply(config), None);
    created.await.unwrap().answer.unwrap();
    let pbx = adapter(&shards).await;
    let mut nora = agent(&shards, "nora").await;
    act(&shards, nora.goes_ready()).await;
    act(&shards, arrival("c1")).await;
    nora.offer(OfferState::Pending).await;
    act(&shards, arrival("c2")).await;
    (shards, pbx, nora)
}

#[tokio::test]
async fn after_the_machine_was_suspended_what_is_overdue_happens_in_its_order_each_at_its_instant()
{
    let (options, time) = moved_by_hand();
    let log = TestLog::new();
    let (shards, _pbx, _nora) = ringing_and_waiting(&log, &options).await;
    // Both clocks went on.
    advance(&time, HOUR_MS);
    until(&shards, |state| state.facts().visits.is_empty()).await;
    let ends = history(&log)
        .into_iter()
        .filter_map(|(at_ms, event)| match event {
            Event::OfferEnded(_) => Some((at_ms, "offer")),
            Event::VisitEnded(_) => Some((at_ms, "visit")),
            _ => None,
        });
    let ends: Vec<_> = ends.collect();
    assert_eq!(ends[0], (NOON + RING_MS, "offer"));
    assert!(ends.is_sorted_by_key(|(at_ms, _)| *at_ms), "{ends:?}");
    let visits: Vec<_> = ends.iter().filter(|(_, what)| *what == "visit").collect();
    assert_eq!(visits, [&(NOON + MAX_WAIT_MS, "visit"); 2]);
    let later = submit(&shards, login("omar")).await.unwrap();
    assert_eq!(later.at_ms, NOON + HOUR_MS);
}

#[tokio::test]
async fn a_start_after_hours_says_what_was_overdue_and_what_became_of_it() {
    let (options, time) = moved_by_hand();
    let log = TestLog::new();
    let (shards, pbx, nora) = ringing_and_waiting(&log, &options).await;
    log.kill(shards);
    drop((pbx, nora));
    let mut engine: Engine = Engine::new(tenant());
    let keeper = log.keeper().unwrap();
    keeper
        .read(TENANT, 0, &mut |entry| {
            let events = decode_events(&entry).unwrap();
            events.iter().for_each(|recorded| engine.apply(recorded));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    drop(keeper);
    let back_at = NOON + HOUR_MS + MINUTE;
    let absence = Absence::before(&engine, back_at);
    let events = engine.recover(back_at);
    let told = absence.over(&engine, &events);
    let expected = Return {
        absent_ms: HOUR_MS + MINUTE,
        overdue: "max_wait 2, ring 1".to_owned(),
        offers_rescinded: 1,
        visits_timed_out: 2,
        goes_on: false,
    };
    assert_eq!(told, expected);
    assert!(events.iter().all(|recorded| recorded.at_ms == back_at));
    // The server does the same.
    advance(&time, HOUR_MS + MINUTE);
    let shards = start(log.clone(), &options);
    let waiting = look(&shards, |state| state.facts().visits.len());
    assert_eq!(waiting.await, Ok(0));
}
