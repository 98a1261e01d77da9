//! Tenants do not know of each other, and live from their creation to their deletion.

use acd_core::command::{ApplyConfig, Command, DeleteTenant, Origin, Reply, Request};
use acd_core::config::Membership;
use acd_core::event::{ConfigApplied, Event};
use acd_core::ids::TenantName;
use acd_core::refusal::Reason;
use acd_journal::EventLog;
use acd_journal::codec::{decode_events, encode_input};
use acd_proto::v1::ResyncReason;

use super::bench::*;
use crate::stream::{Interest, Rendered, UpdateKind, ViewFilter};
use crate::{CallError, Health, Setup, Shards};

fn everything() -> Interest {
    Interest::View(ViewFilter {
        contacts: true,
        agents: true,
        ..Default::default()
    })
}

fn request_to_create(id: &str) -> (Origin, ApplyConfig) {
    let origin = Origin::Unary {
        caller: "admin".into(),
        request_id: id.into(),
        fingerprint: 7,
    };
    (origin, apply(config()))
}

#[tokio::test]
async fn a_tenant_is_unknown_until_it_is_created_once() {
    let log = TestLog::new();
    let shards = start(log, &options());
    let unknown = CallError::UnknownTenant(tenant());
    let login = || Request::internal(login("nora"));
    let refused = shards.request(&tenant(), login(), None).await;
    assert_eq!(refused, Err(unknown.clone()));
    let read = look(&shards, |_| ()).await;
    assert_eq!(read, Err(unknown));

    let (origin, apply) = request_to_create("r1");
    let create = |origin: Origin| {
        let (shards, apply) = (shards.clone(), apply.clone());
        async move { shards.create_tenant(&tenant(), origin, apply, None).await }
    };
    let first = create(origin.clone()).await.unwrap();
    assert_eq!(first.answer, Ok(Reply::Applied { version: 1 }));
    let again = create(origin).await.unwrap();
    assert_eq!(again.answer, first.answer, "the same request");
    let another = create(request_to_create("r2").0).await;
    assert_eq!(another, Err(CallError::TenantExists(tenant())));
    assert!(shards.request(&tenant(), login(), None).await.is_ok());
    assert_eq!(shards.tenants(), vec![tenant()]);
}

#[tokio::test]
async fn a_refused_creation_leaves_no_tenant_behind() {
    let log = TestLog::new();
    let shards = start(log.clone(), &options());
    let mut broken = config();
    broken.agents[0].queues.push(Membership::of("nowhere"));
    let (origin, _) = request_to_create("r1");
    let refused = shards
        .create_tenant(&tenant(), origin, apply(broken), None)
        .await;
    let refusal = refused.unwrap().answer.unwrap_err();
    assert_eq!(refusal.reason, Reason::ConfigInvalid);
    assert_eq!(shards.tenants(), vec![]);
    assert!(log.tenants().is_empty());
    create(&shards, TENANT).await;
}

#[tokio::test]
async fn a_deleted_tenant_is_gone_and_one_of_its_name_begins_anew() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let token = shards.resume_token(&tenant(), &everything(), 1);
    let author = "admin".into();
    act(&shards, Command::DeleteTenant(DeleteTenant { author })).await;
    assert_eq!(shards.tenants(), vec![]);
    let unknown = CallError::UnknownTenant(tenant());
    let name = tenant();
    let refused = shards.request(&name, Request::internal(login("nora")), None);
    assert_eq!(refused.await, Err(unknown));
    shards.ping().await.unwrap();
    assert!(log.tenants().is_empty());

    let (origin, apply) = request_to_create("r1");
    let created = shards.create_tenant(&tenant(), origin, apply, None).await;
    let created = created.unwrap();
    assert_eq!(created.answer, Ok(Reply::Applied { version: 1 }));
    assert_eq!(shards.tenants(), vec![tenant()]);
    // A dashboard of the earlier one does not take this one's events for the continuation of its own.
    let resumed = shards.subscribe(&name, everything(), Some(token));
    let shown = update(&mut resumed.await.unwrap()).await;
    assert_eq!(shown.kind, UpdateKind::Snapshot(ResyncReason::TokenForeign));
}

#[tokio::test]
async fn a_deleted_tenant_that_the_log_cannot_let_go_of_lives_again_and_disturbs_nobody() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    create(&shards, "shop").await;
    let shop = TenantName::from("shop");
    let shown = shards.subscribe(&shop, everything(), None).await;
    let mut shown = shown.unwrap();
    update(&mut shown).await;

    log.keep_deleted();
    let author = "admin".into();
    act(&shards, Command::DeleteTenant(DeleteTenant { author })).await;
    assert_eq!(shards.tenants(), vec![shop.clone()]);
    let read = look(&shards, |_| ()).await;
    assert_eq!(read, Err(CallError::UnknownTenant(tenant())));
    let (origin, apply) = request_to_create("r1");
    let created = shards.create_tenant(&tenant(), origin, apply, None).await;
    created.unwrap().answer.unwrap();
    act(&shards, login("nora")).await;
    digest_of_all(&shards, &log).await;

    let asked = shards.request(&shop, Request::internal(login("omar")), None);
    asked.await.unwrap().answer.unwrap();
    let next = update(&mut shown).await;
    assert_eq!(next.kind, UpdateKind::Changes, "no stream starts over");
}

#[tokio::test]
async fn a_deletion_that_was_not_finished_is_by_the_next_start() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    log.kill(shards);
    let mut engine: acd_core::Engine = acd_core::Engine::new(tenant());
    let mut entries = Vec::new();
    log.keeper()
        .unwrap()
        .read(TENANT, 0, &mut |entry| {
            entries.push(entry);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    for recorded in entries
        .iter()
        .flat_map(|entry| decode_events(entry).unwrap())
    {
        engine.apply(&recorded);
    }
    let author = "admin".into();
    let request = Request::internal(Command::DeleteTenant(DeleteTenant { author }));
    let handled = engine.handle(engine.state().facts().now, request.clone());
    let entries = encode_input(&tenant(), Some(&request), &handled.events);
    log.inner().append(&entries).unwrap();

    let shards = start(log.clone(), &options());
    assert_eq!(shards.tenants(), vec![]);
    assert_eq!(log.last_seq(), 0);
    create(&shards, TENANT).await;
}

#[tokio::test]
async fn tenants_of_one_shard_do_not_see_each_other() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    create(&shards, "shop").await;
    let shop = TenantName::from("shop");
    let _pbx = adapter(&shards).await;
    act(&shards, arrival("c1")).await;
    let mut stream = shards.subscribe(&shop, everything(), None).await.unwrap();
    let shown = update(&mut stream).await;
    let contacts = |state: &&Rendered| matches!(state, Rendered::Contact(_));
    assert_eq!(shown.states.iter().filter(contacts).count(), 0);
    let elsewhere = shards.request(&shop, Request::internal(hang_up("c1")), None);
    let refusal = elsewhere.await.unwrap().answer.unwrap_err();
    assert_eq!(refusal.reason, Reason::UnknownContact);
    assert_eq!(shown.mark.sequence, 1, "sequences are per tenant");
}

#[tokio::test]
async fn each_shard_finds_its_own_tenants_again() {
    let logs = [TestLog::new(), TestLog::new(), TestLog::new()];
    let begin = || {
        let setups = logs
            .iter()
            .map(|log| Setup::new(Box::new(log.clone()), Health::noop()));
        Shards::start(setups.collect(), &options()).unwrap()
    };
    let shards = begin();
    let names: Vec<TenantName> = (0..12).map(|no| format!("tenant-{no:02}").into()).collect();
    for name in &names {
        create(&shards, name.as_str()).await;
    }
    shards.drain().await.unwrap();
    let shards = begin();
    assert_eq!(shards.tenants(), names.clone());
    for name in &names {
        let version = shards.read(name, |state| state.facts().config_version);
        assert_eq!(version.await, Ok(1));
    }
}

#[tokio::test]
async fn an_old_event_can_be_read_from_the_log() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    act(&shards, login("nora")).await;
    let first = shards.event(&tenant(), 1).await.unwrap().unwrap();
    assert!(matches!(
        first.event,
        Event::ConfigApplied(ConfigApplied { version: 1, .. })
    ));
    for beyond in [0, 1_000] {
        assert_eq!(shards.event(&tenant(), beyond).await, Ok(None));
    }
}
