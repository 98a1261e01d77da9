//! Tenants do not know of each other, and live from their creation to their deletion.

use acd_core::command::{ApplyConfig, Command, DeleteTenant, Origin, Reply, Request};
use acd_core::config::Membership;
use acd_core::event::{ConfigApplied, Event};
use acd_core::ids::TenantName;
use acd_core::refusal::Reason;

use super::bench::*;
use crate::shard::{CallError, Health, Setup, Shards};
use crate::stream::{Interest, Rendered, ViewFilter};

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
    assert!(acd_journal::EventLog::tenants(&log).is_empty());
    create(&shards, TENANT).await;
}

#[tokio::test]
async fn a_deleted_tenant_refuses_everything_and_may_be_created_again() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let author = "admin".into();
    act(&shards, Command::DeleteTenant(DeleteTenant { author })).await;
    assert_eq!(shards.tenants(), vec![]);
    let refused = submit(&shards, login("nora")).await.unwrap().answer;
    assert_eq!(refused.unwrap_err().reason, Reason::TenantDeleted);
    let (origin, apply) = request_to_create("r1");
    let created = shards.create_tenant(&tenant(), origin, apply, None).await;
    assert_eq!(created.unwrap().answer, Ok(Reply::Applied { version: 2 }));
    assert_eq!(shards.tenants(), vec![tenant()]);
}

#[tokio::test]
async fn tenants_of_one_shard_do_not_see_each_other() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    create(&shards, "shop").await;
    let shop = TenantName::from("shop");
    let _pbx = adapter(&shards).await;
    act(&shards, arrival("c1")).await;
    let everything = Interest::View(ViewFilter {
        contacts: true,
        agents: true,
        ..Default::default()
    });
    let mut stream = shards.subscribe(&shop, everything, None).await.unwrap();
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
        let setups = logs.iter().map(|log| Setup {
            log: Box::new(log.clone()),
            health: Health::noop(),
        });
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
