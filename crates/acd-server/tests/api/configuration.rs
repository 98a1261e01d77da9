//! The configuration service.

use acd_proto::v1::{self, ErrorReason};
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::harness::server::DOCUMENT;
use crate::harness::{
    Clients, Desk, Pbx, TENANT, TestServer, call, metadata, reason, refused, request_id,
};

pub(crate) async fn apply(
    clients: &Clients,
    document: &str,
    expected_version: u64,
) -> Result<v1::ApplyResponse, Status> {
    let request = v1::ApplyRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        document: document.into(),
        expected_version,
        comment: "because".into(),
        ..Default::default()
    };
    Ok(clients
        .configurations
        .clone()
        .apply(request)
        .await?
        .into_inner())
}

async fn get(clients: &Clients, version: u64) -> Result<v1::GetResponse, Status> {
    let request = v1::GetRequest {
        tenant: TENANT.into(),
        version,
    };
    Ok(clients
        .configurations
        .clone()
        .get(request)
        .await?
        .into_inner())
}

async fn set_skills(clients: &Clients, agent: &str, skills: &[(&str, u32)]) -> Result<u64, Status> {
    let skills = skills.iter().map(|(skill, level)| v1::SkillLevel {
        skill: (*skill).into(),
        level: *level,
    });
    let request = v1::SetAgentSkillsRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: agent.into(),
        skills: skills.collect(),
    };
    Ok(clients
        .configurations
        .clone()
        .set_agent_skills(request)
        .await?
        .into_inner()
        .version)
}

#[tokio::test]
async fn problems_of_a_document_come_with_line_and_remedy() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let broken = DOCUMENT.replace("wrap_up", "wrap_upp");
    let request = v1::ValidateRequest {
        document: broken.clone(),
    };
    let problems = clients
        .configurations
        .clone()
        .validate(request)
        .await
        .unwrap()
        .into_inner()
        .problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].line > 1 && problems[0].remedy.contains("wrap_up"),
        "{problems:?}"
    );
    let status = refused(apply(&clients, &broken, 0).await);
    assert_eq!(reason(&status), ErrorReason::ConfigInvalid);
    assert_eq!(
        status
            .get_details_bad_request()
            .unwrap()
            .field_violations
            .len(),
        1
    );
    assert_eq!(
        get(&clients, 0).await.unwrap().version.unwrap().version,
        1,
        "nothing was applied"
    );
}

#[tokio::test]
async fn a_change_is_versioned_and_old_versions_can_be_read() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let changed = DOCUMENT.replace("max_length = 3", "max_length = 7");
    assert_eq!(apply(&clients, &changed, 1).await.unwrap().version, 2);
    assert_eq!(
        set_skills(&clients, "anna", &[("loans", 4)]).await.unwrap(),
        3
    );

    let first = get(&clients, 1).await.unwrap().document;
    assert!(first.contains("max_length = 3"), "{first}");
    let third = get(&clients, 3).await.unwrap();
    assert!(
        third.document.contains("max_length = 7"),
        "{}",
        third.document
    );
    assert_eq!(third.document, get(&clients, 0).await.unwrap().document);
    let second = get(&clients, 2).await.unwrap();
    assert_ne!(second.document, third.document);
    assert_eq!(second.version.unwrap().comment, "because");
    assert_eq!(
        apply(&clients, &second.document, 3).await.unwrap().version,
        4,
        "rolled back"
    );
    assert_eq!(
        get(&clients, 4).await.unwrap().document,
        get(&clients, 2).await.unwrap().document
    );
    assert_eq!(
        reason(&refused(get(&clients, 9).await)),
        ErrorReason::UnknownConfigVersion
    );

    let request = v1::HistoryRequest {
        tenant: TENANT.into(),
        page_size: 3,
        page_token: String::new(),
    };
    let page = clients
        .configurations
        .clone()
        .history(request)
        .await
        .unwrap()
        .into_inner();
    let versions: Vec<u64> = page
        .versions
        .iter()
        .map(|version| version.version)
        .collect();
    assert_eq!(versions, [4, 3, 2]);
    let request = v1::HistoryRequest {
        tenant: TENANT.into(),
        page_size: 3,
        page_token: page.next_page_token,
    };
    let page = clients
        .configurations
        .clone()
        .history(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (page.versions[0].version, page.next_page_token.as_str()),
        (1, "")
    );
}

#[tokio::test]
async fn a_change_made_from_another_version_is_a_conflict() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let changed = DOCUMENT.replace("max_length = 3", "max_length = 7");
    let status = refused(apply(&clients, &changed, 5).await);
    assert_eq!(
        (reason(&status), metadata(&status, "version")),
        (ErrorReason::ConfigVersionConflict, "1".into())
    );
    assert_eq!(
        apply(&clients, DOCUMENT, 1).await.unwrap().version,
        1,
        "no difference, no new version"
    );
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_what_that_means_now() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let _anna = Desk::log_in(&clients, "anna").await;
    clients.arrive(call("c1", "loans")).await.unwrap();
    let without_anna = DOCUMENT
        .replace("[agents.anna]", "[agents.dora]")
        .replace("loans = 9", "loans = 4");
    let request = v1::DryRunRequest {
        tenant: TENANT.into(),
        document: without_anna,
        create: false,
    };
    let answer = clients
        .configurations
        .clone()
        .dry_run(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.compared_version, 1);
    let severities: Vec<_> = answer.problems.iter().map(|it| it.severity()).collect();
    assert_eq!(severities, [v1::Severity::Warning], "nobody has loans >= 5");
    assert!(
        answer
            .changes
            .iter()
            .any(|change| change.path.contains("anna")),
        "{:?}",
        answer.changes
    );
    let effects = answer.effects.iter();
    let effects: Vec<&str> = effects.map(|effect| &*effect.sentence).collect();
    let effects = effects.join("\n");
    assert!(effects.contains("anna would be logged out"), "{effects}");
    assert!(
        effects.contains("queue loans: 1 waiting contacts could be served by nobody any more"),
        "{effects}"
    );
    assert_eq!(answer.contacts_affected, 1);
    assert_eq!(answer.contacts[0].contact_id, "c1");
    assert_eq!(
        get(&clients, 0).await.unwrap().version.unwrap().version,
        1,
        "nothing was applied"
    );
}

#[tokio::test]
async fn a_contact_that_cannot_join_goes_where_the_overflow_chain_sends_it() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let elsewhere = DOCUMENT.replace(
        "max_length = 3",
        "max_length = 1\noverflow = [{ external = \"+49301234567\" }]",
    );
    apply(&clients, &elsewhere, 0).await.unwrap();
    clients.arrive(call("c1", "sales")).await.unwrap();
    let request = v1::ArriveContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        contact: Some(call("c2", "sales")),
    };
    let arrived = clients.adapters.clone().arrive_contact(request).await;
    let arrived = arrived.unwrap().into_inner();
    let full = v1::RefusedReason::Full;
    assert_eq!((arrived.visit_id, arrived.turned_away()), (0, full));
    let directive = pbx.directive().await;
    assert_eq!(directive.contact_id, "c2");
    let Some(v1::directive::Instruction::Route(route)) = directive.instruction else {
        panic!("{directive:?}")
    };
    assert_eq!(route.destination, Some("+49301234567".into()));
}

async fn rollback(clients: &Clients, version: u64, expected: u64) -> Result<u64, tonic::Status> {
    let request = v1::RollbackRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        version,
        expected_version: expected,
        comment: String::new(),
    };
    let answer = clients.configurations.clone().rollback(request).await?;
    Ok(answer.into_inner().version)
}

#[tokio::test]
async fn an_earlier_version_comes_back_as_a_new_one() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let before = get(&clients, 1).await.unwrap().document;
    set_skills(&clients, "bert", &[("loans", 9)]).await.unwrap();
    assert_ne!(get(&clients, 0).await.unwrap().document, before);
    let conflict = refused(rollback(&clients, 1, 1).await);
    assert_eq!(reason(&conflict), ErrorReason::ConfigVersionConflict);
    assert_eq!(rollback(&clients, 1, 2).await.unwrap(), 3);
    let now = get(&clients, 0).await.unwrap();
    assert_eq!(now.document, before);
    assert_eq!(now.version.unwrap().comment, "rollback to version 1");
    let unknown = refused(rollback(&clients, 99, 0).await);
    assert_eq!(reason(&unknown), ErrorReason::UnknownConfigVersion);
}

#[tokio::test]
async fn a_skill_gained_brings_the_waiting_contact_at_once() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    clients.arrive(call("c1", "loans")).await.unwrap();
    set_skills(&clients, "bert", &[("loans", 5)]).await.unwrap();
    assert_eq!(bert.ringing().await.contact_id, "c1");
    for (skills, field) in [
        (&[("loans", 11)][..], "skills[0].level"),
        (&[("loans", 1), ("loans", 2)], "skills[1].skill"),
    ] {
        assert_eq!(
            metadata(
                &refused(set_skills(&clients, "bert", skills).await),
                "field"
            ),
            field
        );
    }
    let unknown = refused(set_skills(&clients, "bert", &[("klingon", 1)]).await);
    assert_eq!(reason(&unknown), ErrorReason::UnknownSkill);
}

#[tokio::test]
async fn tenants_are_created_listed_and_deleted() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let list = || async {
        let answer = clients
            .configurations
            .clone()
            .list_tenants(v1::ListTenantsRequest {})
            .await
            .unwrap();
        answer
            .into_inner()
            .tenants
            .into_iter()
            .map(|tenant| tenant.tenant)
            .collect::<Vec<_>>()
    };
    let create = |tenant: &str| {
        let mut configurations = clients.configurations.clone();
        let request = v1::ApplyRequest {
            tenant: tenant.into(),
            request_id: request_id(),
            document: DOCUMENT.into(),
            create: true,
            ..Default::default()
        };
        async move { configurations.apply(request).await }
    };
    create("mail-order").await.unwrap();
    assert_eq!(list().await, ["bank", "mail-order", "shop"]);
    assert_eq!(
        reason(&refused(create("mail-order").await)),
        ErrorReason::TenantExists
    );

    clients.arrive(call("c1", "sales")).await.unwrap();
    let delete = |tenant: &str| v1::DeleteTenantRequest {
        tenant: tenant.into(),
        request_id: request_id(),
    };
    let status = refused(
        clients
            .configurations
            .clone()
            .delete_tenant(delete("bank"))
            .await,
    );
    assert_eq!(reason(&status), ErrorReason::TenantInUse);
    clients
        .configurations
        .clone()
        .delete_tenant(delete("mail-order"))
        .await
        .unwrap();
    assert_eq!(list().await, ["bank", "shop"]);
    let unknown = v1::ApplyRequest {
        tenant: "nowhere".into(),
        request_id: request_id(),
        document: DOCUMENT.into(),
        ..Default::default()
    };
    assert_eq!(
        reason(&refused(
            clients.configurations.clone().apply(unknown).await
        )),
        ErrorReason::UnknownTenant
    );
}

const PASSES: &str = "# a call is offered
timeline:
  0s anna ready
  1s call c1 arrives for sales
  1s expect c1 offered to anna
";

async fn run_scenarios(
    clients: &Clients,
    document: &str,
    files: &[(&str, &str)],
) -> Result<Vec<v1::ScenarioResult>, Status> {
    let files = files.iter().map(|(name, text)| v1::ScenarioFile {
        name: (*name).into(),
        text: (*text).into(),
    });
    let request = v1::RunScenariosRequest {
        document: document.into(),
        files: files.collect(),
    };
    let ran = clients.configurations.clone().run_scenarios(request).await;
    Ok(ran?.into_inner().results)
}

#[tokio::test]
async fn scenarios_are_run_against_the_document_that_is_given() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let fails = PASSES.replace("offered to anna", "offered to bert");
    let invalid = PASSES.replace("sales", "nowhere");
    let files = [
        ("passes.acd", PASSES),
        ("fails.acd", &fails),
        ("invalid.acd", &invalid),
    ];
    let results = run_scenarios(&clients, DOCUMENT, &files).await.unwrap();
    let [passed, failed, unreadable] = &*results else {
        panic!("a result for each: {results:?}")
    };
    assert_eq!(passed.outcome(), v1::ScenarioOutcome::Passed, "{passed:?}");
    assert_eq!(
        (&*passed.name, &*passed.title, passed.lines_run),
        ("passes.acd", "a call is offered", 3)
    );
    assert_eq!(failed.outcome(), v1::ScenarioOutcome::Failed);
    assert_eq!((failed.line, &*failed.expected), (5, "c1 offered to bert"));
    assert!(failed.timeline.contains("call c1 arrives"), "{failed:?}");
    assert_eq!(unreadable.outcome(), v1::ScenarioOutcome::Invalid);
    assert_eq!(unreadable.problems[0].line, 4, "{unreadable:?}");

    // The same files, another document.
    let without_anna = DOCUMENT.replace("anna", "dora");
    let results = run_scenarios(&clients, &without_anna, &files[..1]).await;
    assert_eq!(results.unwrap()[0].outcome(), v1::ScenarioOutcome::Invalid);
    // Nothing of the tenant was touched.
    assert_eq!(get(&clients, 0).await.unwrap().version.unwrap().version, 1);
}

#[tokio::test]
async fn scenario_files_that_would_never_end_are_given_up() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let endless = "# very many calls\ntimeline:\n  0s anna ready\n  1s call a1..a40000 arrives for loans\n  2s call b1..b40000 arrives for loans\n  3s call c1..c40000 arrives for loans\n";
    let results = run_scenarios(&clients, DOCUMENT, &[("endless.acd", endless)]).await;
    let result = &results.unwrap()[0];
    assert_eq!(result.outcome(), v1::ScenarioOutcome::GivenUp, "{result:?}");
    assert!((4..=6).contains(&result.line), "{result:?}");
}

#[tokio::test]
async fn scenario_runs_refuse_what_cannot_be_run() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let many: Vec<String> = (0..201).map(|no| format!("{no}.acd")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, PASSES)).collect();
    type Files<'a> = &'a [(&'a str, &'a str)];
    let wrong: [(&str, Files<'_>, ErrorReason); 5] = [
        (DOCUMENT, &[], ErrorReason::InvalidArgument),
        (DOCUMENT, &[("", PASSES)], ErrorReason::InvalidArgument),
        (
            DOCUMENT,
            &[("a.acd", PASSES), ("a.acd", PASSES)],
            ErrorReason::InvalidArgument,
        ),
        (DOCUMENT, &many, ErrorReason::InvalidArgument),
        ("ring = ", &[("a.acd", PASSES)], ErrorReason::ConfigInvalid),
    ];
    for (document, files, expected) in wrong {
        let status = refused(run_scenarios(&clients, document, files).await);
        assert_eq!(reason(&status), expected, "{} files", files.len());
    }
    // No file of the server's machine is read: the document takes the place of what a file names.
    let names_another = format!("config: /etc/passwd\n{PASSES}");
    let results = run_scenarios(&clients, DOCUMENT, &[("a.acd", &names_another)]).await;
    assert_eq!(results.unwrap()[0].outcome(), v1::ScenarioOutcome::Passed);
}
