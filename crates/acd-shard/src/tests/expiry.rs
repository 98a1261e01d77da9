//! What is forgotten by age can be read nowhere any more: while a shard runs, after a crash, and in copies made before.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use acd_core::Engine;
use acd_core::command::{AdapterConnect, Arrival, CivilTime, Command, Origin, Request};
use acd_core::config::TenantConfig;
use acd_core::event::{Event, PersonalExpired, Recorded};
use acd_core::ids::{Channel, ContactId, TimeMs};
use acd_journal::codec::{decode_events, encode_input};
use acd_journal::{DataDir, EventLog, LogReader, MemoryLog, Retention, SqliteLog, back_up};

use super::bench::*;
use crate::clock::ManualTime;
use crate::compactor::Compactor;
use crate::expired::Expirations;
use crate::{Health, Options, Shards};

const DAY_MS: TimeMs = 86_400_000;
/// Noon of some day.
const NOON: TimeMs = 1_795_867_200_000;

/// Data is kept for two days.
fn config_keeping() -> TenantConfig {
    let mut config = config();
    config.settings.keep_personal_ms = Some(2 * DAY_MS);
    config
}

fn arrives(name: &str) -> Command {
    Command::Arrive(Arrival {
        customer: Some("cust-0815-4711".into()),
        ..Arrival::of(name, "pbx", Channel::Voice, "support")
    })
}

/// Whose customers can still be read.
fn readable(log: &dyn LogReader) -> Vec<String> {
    let mut readable = Vec::new();
    let mut visit = |entry| {
        for recorded in decode_events(&entry).unwrap() {
            if let Event::ContactAccepted(contact) = recorded.event
                && contact
                    .customer
                    .is_some_and(|customer| !customer.is_erased())
            {
                readable.push(contact.name.to_string());
            }
        }
        ControlFlow::Continue(())
    };
    log.read(TENANT, 0, &mut visit).unwrap();
    readable
}

fn open(folder: &Path) -> SqliteLog {
    DataDir::open(folder, 1).unwrap().open_shard(0).unwrap().0
}

/// Lets a day pass, until all that it brings is durable.
async fn a_day_passes(shards: &Shards, time: &ManualTime) {
    time.advance(Duration::from_millis(DAY_MS.unsigned_abs()));
    let now = shards.clock().now();
    while look(shards, move |state| {
        state.facts().day_began_at + DAY_MS <= now
    })
    .await
    .unwrap()
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_old_can_be_read_neither_in_the_journal_nor_in_a_copy_made_before() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy"));
    let time = Arc::new(ManualTime::new(NOON));
    let options = Options {
        time: time.clone(),
        snapshot_every: 10,
        ..options()
    };
    let log = open(&data);
    let keeper = log.keeper().unwrap();
    let shards = start(log, &options);
    let config = config_keeping();
    let mut apply = apply(config.clone());
    apply.civil = shards.civil_time(&config);
    let name = tenant();
    let created = shards.create_tenant(&name, Origin::Internal, apply, None);
    created.await.unwrap().answer.unwrap();
    let _pbx = adapter(&shards).await;
    for name in ["over", "open"] {
        act(&shards, arrives(name)).await;
    }
    act(&shards, hang_up("over")).await;
    a_day_passes(&shards, &time).await;
    act(&shards, arrives("later")).await;
    act(&shards, hang_up("later")).await;
    a_day_passes(&shards, &time).await;
    back_up(&data, &copy).unwrap();
    assert_eq!(readable(&*keeper), ["over", "open", "later"]);

    a_day_passes(&shards, &time).await;
    let kept = look(&shards, |state| state.facts().expiry.kept.len());
    assert_eq!(kept.await, Ok(1));
    // Nobody asks for it: the compactor sees to it.
    while readable(&*keeper) != ["open", "later"] {
        tokio::task::yield_now().await;
    }
    act(&shards, hang_up("open")).await;
    a_day_passes(&shards, &time).await;
    shards.drain().await.unwrap();
    drop((shards, keeper));

    assert_eq!(readable(&*open(&data).keeper().unwrap()), [""; 0]);
    let keys = "shard-000.db-keys";
    fs::copy(data.join(keys), copy.join(keys)).unwrap();
    assert_eq!(readable(&*open(&copy).keeper().unwrap()), [""; 0]);
}

/// A journal in which an event says that one of two contacts is forgotten, and nobody has destroyed its key: whoever should
/// have has crashed.
fn crashed(log: &mut dyn EventLog) -> Vec<Recorded> {
    let mut engine: Engine = Engine::new(tenant());
    let mut all = Vec::new();
    let mut write = |request: Option<&Request>, events: Vec<Recorded>| {
        log.append(&encode_input(&tenant(), request, &events))
            .unwrap();
        all.extend(events);
    };
    let days = CivilTime {
        calendars: Vec::new(),
        days: (1..9).map(|day| day * DAY_MS).collect(),
    };
    for command in [
        Command::ApplyConfig(apply(config_keeping())),
        Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "1".into(),
        }),
        Command::ResolveCivilTime(days.into()),
        arrives("over"),
        arrives("open"),
        hang_up("over"),
    ] {
        let request = Request::internal(command);
        let handled = engine.handle(1_000, request.clone());
        handled.answer.unwrap();
        write(Some(&request), handled.events);
    }
    for day in 1..4 {
        write(None, engine.tick(day * DAY_MS));
    }
    assert_eq!(readable(&*log.keeper().unwrap()), ["over", "open"]);
    all
}

#[test]
fn a_start_destroys_the_keys_that_a_crash_left() {
    let log = TestLog::new();
    crashed(&mut *log.inner());
    let shards = start(log.clone(), &options());
    assert_eq!(readable(&*log.keeper().unwrap()), ["open"]);
    drop(shards);
}

#[test]
fn a_snapshot_is_saved_after_the_keys_are_destroyed() {
    let mut log = MemoryLog::new().unwrap();
    crashed(&mut log);
    let options = Options {
        snapshot_every: 1,
        ..options()
    };
    let nothing_noted = Expirations::default();
    let mut compactor = Compactor::new(
        0,
        log.keeper().unwrap(),
        Retention::default(),
        nothing_noted,
        Health::noop(),
        &options,
    );
    while compactor.turn(4 * DAY_MS) == Some(4 * DAY_MS) {}
    let keeper = log.keeper().unwrap();
    assert_eq!(keeper.standing(TENANT).unwrap().snapshots.len(), 1);
    assert_eq!(readable(&*keeper), ["open"]);
}

#[test]
fn what_is_noted_of_one_life_of_a_tenant_is_not_done_to_the_next() {
    let mut log = MemoryLog::new().unwrap();
    let events = crashed(&mut log);
    let noted = Expirations::default();
    let life = log.standing(TENANT).unwrap().life;
    let mut keeper = log.keeper().unwrap();
    log.delete_tenant(TENANT).unwrap();
    log.append(&encode_input(&tenant(), None, &events)).unwrap();
    noted.note(&tenant(), life, &events);
    assert!(noted.destroy_some(&mut *keeper).unwrap());
    assert!(!noted.destroy_some(&mut *keeper).unwrap());
    assert_eq!(readable(&*keeper), ["over", "open"]);

    let life = log.standing(TENANT).unwrap().life;
    noted.note(&tenant(), life, &events);
    // What is noted later stands for what was before.
    let later = Recorded {
        seq: events.len() as u64 + 1,
        at_ms: 5 * DAY_MS,
        event: Event::PersonalExpired(PersonalExpired {
            through: ContactId(events.len() as u64),
            kept: [].into(),
        }),
    };
    noted.note(&tenant(), life, &[later]);
    assert!(noted.destroy_some(&mut *keeper).unwrap());
    assert!(!noted.destroy_some(&mut *keeper).unwrap());
    assert_eq!(readable(&*keeper), [""; 0]);
}
