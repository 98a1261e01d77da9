//! A shard that comes back is where it was.

use acd_core::command::{
    AdapterConnect, AgentAct, ApplyConfig, Arrival, Attribute, Command, ContactAct, Origin, Reply,
    Request,
};
use acd_core::config::{CalendarConfig, QueueConfig, Target, TenantConfig, Weekday, WeeklyHours};
use acd_journal::codec::encode_input;
use acd_journal::{DataDir, EventLog, SqliteLog};
use acd_proto::v1::OfferState;

use super::bench::*;
use crate::stream::Subscription;
use crate::{Answered, Options, Shards};

/// Plays a little of everything; some of it is open at the end. Gives the streams, which stay.
async fn a_day(shards: &Shards) -> (Subscription, Agent) {
    let pbx = adapter(shards).await;
    let mut nora = agent(shards, "nora").await;
    act(shards, nora.goes_ready()).await;
    act(shards, arrival("c1")).await;
    let offer = nora.offer(OfferState::Pending).await;
    act(shards, nora.does(AgentAct::Accept(offer))).await;
    act(shards, about("c1", ContactAct::Connected(offer))).await;
    for contact in ["c2", "c3"] {
        act(shards, arrival(contact)).await;
    }
    act(shards, hang_up("c2")).await;
    (pbx, nora)
}

/// The digest of the tenant as the log alone tells it, without snapshots and before recovery decides anything.
fn replayed_digest(log: &dyn EventLog) -> u64 {
    let mut engine: acd_core::Engine = acd_core::Engine::new(tenant());
    log.keeper()
        .unwrap()
        .read(TENANT, 0, &mut |entry| {
            for recorded in acd_journal::codec::decode_events(&entry).unwrap() {
                engine.apply(&recorded);
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    engine.state().digest()
}

/// The digest of the newest snapshot with the tail applied.
fn snapshot_and_tail_digest(log: &dyn EventLog) -> u64 {
    let newest = &log.keeper().unwrap().snapshots(TENANT).unwrap()[0];
    let facts = acd_journal::codec::decode_snapshot(newest).unwrap();
    let mut engine: acd_core::Engine = acd_core::Engine::restore(tenant(), facts);
    log.keeper()
        .unwrap()
        .read(TENANT, newest.seq, &mut |entry| {
            for recorded in acd_journal::codec::decode_events(&entry).unwrap() {
                if recorded.seq > engine.state().facts().seq {
                    engine.apply(&recorded);
                }
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    engine.state().digest()
}

#[tokio::test]
async fn after_a_kill_the_state_is_what_was_acknowledged() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _streams = a_day(&shards).await;
    let before = digest(&shards).await;
    assert_eq!(before, replayed_digest(&*log.inner()));
    let sequence = log.last_seq();
    log.kill(shards);
    let shards = start(log.clone(), &options());
    let contacts = look(&shards, |state| {
        let facts = state.facts();
        (facts.contacts.len(), facts.handlings.len())
    });
    assert_eq!(
        contacts.await,
        Ok((2, 1)),
        "c1 talks, c3 waits, c2 has left"
    );
    assert!(log.last_seq() > sequence, "the recovery is an event");
    assert_eq!(
        digest_of_all(&shards, &log).await,
        replayed_digest(&*log.inner())
    );
}

#[tokio::test]
async fn an_orderly_stop_is_quick_where_the_next_start_is_quick_without_a_snapshot() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _streams = a_day(&shards).await;
    shards.drain().await.unwrap();
    let stands = log.standing(TENANT).unwrap();
    assert_eq!(stands.snapshots, []);
}

#[tokio::test]
async fn an_orderly_stop_leaves_a_snapshot_and_loses_no_session() {
    let log = TestLog::new();
    let every_event = Options {
        snapshot_every: 1,
        ..options()
    };
    let shards = bank(&log, &every_event).await;
    let nora = agent(&shards, "nora").await;
    let before = digest(&shards).await;
    shards.drain().await.unwrap();
    drop(nora);
    assert_eq!(snapshot_and_tail_digest(&*log.inner()), before);
    let shards = start(log.clone(), &options());
    let session = look(&shards, |state| {
        let nora = state.agent_no(&"nora".into()).unwrap();
        let session = state.agent(nora).session.clone().unwrap();
        (session.connection, session.grace_until.is_some())
    });
    assert_eq!(session.await, Ok((None, true)), "she has a full grace");
}

#[tokio::test]
async fn a_snapshot_with_its_tail_gives_the_same_state_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(dir.path(), 1).unwrap();
    let open = || -> SqliteLog { data_dir.open_shard(0).unwrap().0 };
    let every_ten = Options {
        snapshot_every: 10,
        ..options()
    };
    let shards = start(open(), &every_ten);
    create(&shards, TENANT).await;
    let streams = a_day(&shards).await;
    shards.drain().await.unwrap();
    drop(streams);
    let shards = start(open(), &every_ten);
    a_day_goes_on(&shards).await;
    let before = digest(&shards).await;
    shards.drain().await.unwrap();
    let log = open();
    assert!(!log.keeper().unwrap().snapshots(TENANT).unwrap().is_empty());
    assert_eq!(replayed_digest(&log), before);
    assert_eq!(snapshot_and_tail_digest(&log), before);
}

async fn a_day_goes_on(shards: &Shards) {
    act(shards, hang_up("c1")).await;
    for contact in ["d1", "d2", "d3"] {
        act(shards, arrival(contact)).await;
    }
}

#[tokio::test]
async fn a_request_keeps_its_answer_over_a_restart() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let request = || acd_core::command::Request {
        origin: Origin::Unary {
            caller: "desktop".into(),
            request_id: "r1".into(),
            fingerprint: 1,
        },
        command: login("nora"),
    };
    let first = shards.request(&tenant(), request(), None).await.unwrap();
    log.kill(shards);
    let shards = start(log.clone(), &options());
    let again = shards.request(&tenant(), request(), None).await.unwrap();
    assert!(matches!(first.answer, Ok(Reply::LoggedIn { .. })));
    assert_eq!(again.answer, first.answer);
}

#[tokio::test]
async fn engine_time_goes_on_from_the_journal() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let Answered { at_ms, .. } = submit(&shards, login("nora")).await.unwrap();
    log.kill(shards);
    let shards = start(log.clone(), &options());
    let later = submit(&shards, login("omar")).await.unwrap();
    assert!(later.at_ms >= at_ms);
    assert!(shards.clock().now() >= later.at_ms);
}

/// A day of a tenant whose customers bring long transcripts: so many wait, each with the most attributes there may be,
/// and at the end of their max wait they are called back. The process dies before that.
fn full_queue(waiting: usize) -> TestLog {
    let log = TestLog::new();
    let name = tenant();
    let mut engine: acd_core::Engine = acd_core::Engine::new(name.clone());
    let queue = QueueConfig {
        max_wait_ms: Some(60_000),
        overflow: vec![Target::Callback.into()],
        ..QueueConfig::named("support")
    };
    let long_ago = 1_000;
    let mut handle = |command| {
        let request = Request::internal(command);
        let handled = engine.handle(long_ago, request.clone());
        handled.answer.unwrap();
        encode_input(&name, Some(&request), &handled.events)
    };
    let mut entries = handle(Command::ApplyConfig(apply(TenantConfig {
        queues: vec![queue],
        ..config()
    })));
    entries.extend(handle(Command::AdapterConnect(AdapterConnect {
        adapter: "pbx".into(),
        incarnation: "1".into(),
    })));
    let transcript = Attribute {
        key: "transcript".into(),
        value: "x".repeat(16_000).into(),
        sensitive: true,
    };
    for contact in 0..waiting {
        let Command::Arrive(arrival) = arrival(&format!("c{contact}")) else {
            unreachable!("an arrival");
        };
        entries.extend(handle(Command::Arrive(Arrival {
            customer: Some(format!("customer {contact}").into()),
            attributes: [transcript.clone()].into(),
            ..arrival
        })));
    }
    log.inner().append(&entries).unwrap();
    log
}

#[tokio::test]
async fn a_start_at_which_a_full_queue_times_out_happens() {
    let log = full_queue(1_200);
    let shards = start(log.clone(), &options());
    let callbacks = look(&shards, |state| state.facts().visits.len());
    assert_eq!(callbacks.await, Ok(1_200), "each is owed a callback");
    shards.drain().await.unwrap();
    let before = log.last_seq();
    let shards = start(log.clone(), &options());
    assert!(log.last_seq() > before, "and the next start happens, too");
    assert_eq!(
        digest_of_all(&shards, &log).await,
        replayed_digest(&*log.inner())
    );
}

#[tokio::test]
async fn calls_have_their_turn_between_the_slices_of_a_start() {
    let (gated, keeper) = full_queue(1_200).gated();
    let starting = std::thread::spawn(|| start(gated, &options()));
    let next_batch = || {
        keeper.await_append();
        keeper.let_through();
    };
    next_batch();
    let shards = starting.join().unwrap();
    keeper.await_append();
    let login = submit(&shards, login("nora"));
    keeper.let_through();
    next_batch();
    login.await.unwrap().answer.unwrap();
    keeper.await_append();
    keeper.let_through();
    keeper.open();
    shards.drain().await.unwrap();
}

#[tokio::test]
async fn opening_hours_are_resolved_when_a_configuration_is_applied_and_after_every_start() {
    let office = CalendarConfig {
        name: "office".into(),
        zone: "Europe/Berlin".into(),
        hours: vec![WeeklyHours {
            days: vec![Weekday::Mon, Weekday::Thu],
            from: 8 * 60,
            to: 18 * 60,
        }],
        holidays: Vec::new(),
    };
    let with_hours = TenantConfig {
        calendars: vec![office],
        ..config()
    };
    let log = TestLog::new();
    let shards = start(log.clone(), &options());
    let apply = ApplyConfig {
        civil: shards.civil_time(&with_hours),
        ..apply(with_hours)
    };
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply, None);
    created.await.unwrap().answer.unwrap();
    let resolved = |state: &acd_core::state::State| {
        let facts = state.facts();
        (
            facts.calendars[0].changes.len(),
            facts.days.len(),
            facts.seq,
        )
    };
    let (changes, days, seq) = look(&shards, resolved).await.unwrap();
    assert!(changes > 0 && days > 0, "{changes} changes, {days} days");
    log.kill(shards);

    let shards = start(log, &options());
    let (changes, days, later) = look(&shards, resolved).await.unwrap();
    assert!(changes > 0 && days > 0, "{changes} changes, {days} days");
    assert_eq!(later, seq + 2, "the recovery, and the hours anew");
}
