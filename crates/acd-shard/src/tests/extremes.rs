//! The largest that the limits let in fits into the journal, and the shard goes on. What would not fit is refused.

use std::ops::ControlFlow;

use acd_core::command::{
    AgentAct, Attribute, CivilTime, Command, ContactAct, ContactChange, Disposition, LiveContact,
    LiveEntry, LivePage, LiveRefusal, Origin, ReconcileAdapter, Reply, Request,
};
use acd_core::config::{
    AgentConfig, CalendarConfig, Fact, RuleCondition, RuleConfig, TenantConfig, Weekday,
    WeeklyHours,
};
use acd_core::ids::{AgentName, ContactName, SkillName, TimeMs};
use acd_core::refusal::{Reason, Refusal};
use acd_core::requirement::{GROUPS_MAX, Requirement, TERMS_MAX, Term};
use acd_journal::{ENTRY_MAX_BYTES, EventLog};

use super::bench::*;
use crate::{Answered, CallError, Shards};

/// What the largest limits allow of one contact's attributes, and of one handling's notes.
const MIB: usize = 1 << 20;
/// A character of two bytes that takes six where a text is quoted.
const HYPHEN: &str = "\u{ad}";

/// The largest name of this number.
fn name(no: usize) -> String {
    format!("{no:06}{}", HYPHEN.repeat(61))
}

fn skill(no: usize) -> SkillName {
    SkillName::from(name(no))
}

/// A tenant in which everything about a contact may be as large as it gets.
fn generous() -> TenantConfig {
    let mut config = config();
    config.limits.attributes = 1_000;
    config.limits.attribute_bytes = MIB as u32;
    config.limits.note_bytes = MIB as u32;
    config.skills = (0..GROUPS_MAX * TERMS_MAX).map(skill).collect();
    config.agents.push(AgentConfig {
        skills: config
            .skills
            .iter()
            .map(|skill| (skill.clone(), 10))
            .collect(),
        ..AgentConfig::named("olga", ["support"])
    });
    config
}

async fn shards_with(log: &TestLog, config: TenantConfig) -> Shards {
    let shards = start(log.clone(), &options());
    let created = shards
        .create_tenant(&tenant(), Origin::Internal, apply(config), None)
        .await;
    assert!(created.expect("created").answer.is_ok());
    shards
}

/// The bytes of the largest entry after this sequence. No entry is at its limit, and the shard goes on.
async fn largest(log: &TestLog, shards: &Shards, after: u64) -> usize {
    act(shards, login("omar")).await;
    let mut largest = 0;
    log.keeper()
        .expect("another handle")
        .read(TENANT, after, &mut |entry| {
            largest = largest.max(entry.bytes());
            ControlFlow::Continue(())
        })
        .expect("what was written");
    assert!(largest < ENTRY_MAX_BYTES, "{largest}");
    largest
}

fn attributes(value: &str) -> Vec<Attribute> {
    let bytes = MIB / 1_000 - 128;
    (0..1_000)
        .map(|no| Attribute {
            key: name(no).into(),
            value: value.repeat(bytes / value.len()).into(),
            sensitive: true,
        })
        .collect()
}

/// The largest requirement, which olga alone meets.
fn requirement() -> Requirement {
    let group = |group: usize| {
        let term = |no| Term {
            skill: skill(group * TERMS_MAX + no),
            level: 10,
        };
        (0..TERMS_MAX).map(term).collect()
    };
    Requirement {
        any_of: (0..GROUPS_MAX).map(group).collect(),
    }
}

fn unary(id: &str, command: Command) -> Request {
    Request {
        origin: Origin::Unary {
            caller: "pbx".into(),
            request_id: id.into(),
            fingerprint: 7,
        },
        command,
    }
}

async fn answered(shards: &Shards, request: Request) -> Answered {
    let answer = shards.request(&tenant(), request, None).await;
    answer.expect("the shard goes on")
}

#[tokio::test]
async fn the_largest_contact_and_all_that_is_said_of_it_fit() {
    let log = TestLog::new();
    let shards = shards_with(&log, generous()).await;
    let _pbx = adapter(&shards).await;
    let mut olga = agent(&shards, "olga").await;
    act(&shards, olga.goes_ready()).await;
    let before = log.last_seq();

    let Command::Arrive(mut largest_of_all) = arrival(&name(1)) else {
        unreachable!()
    };
    largest_of_all.attributes = attributes("x").into();
    largest_of_all.requirement = Some(requirement());
    let contact: ContactName = largest_of_all.contact.clone();
    act(&shards, Command::Arrive(largest_of_all)).await;
    let change = ContactChange {
        attributes: attributes("y"),
        requirement: Some(requirement()),
        ..Default::default()
    };
    act(&shards, about(contact.as_str(), ContactAct::Change(change))).await;
    let offer = olga.offer(acd_proto::v1::OfferState::Pending).await;
    act(&shards, olga.does(AgentAct::Accept(offer))).await;
    act(
        &shards,
        about(contact.as_str(), ContactAct::Connected(offer)),
    )
    .await;
    let read = look(&shards, |state| {
        let handlings = &state.facts().handlings;
        handlings.keys().next().copied()
    });
    let handling = read.await.expect("a look").expect("they talk");
    let disposition = Disposition {
        code: "sold".into(),
        notes: "z".repeat(MIB).into(),
    };
    act(
        &shards,
        olga.does(AgentAct::SetDisposition(handling, disposition)),
    )
    .await;
    // The event; the request beside it is stored without what is personal.
    assert!(largest(&log, &shards, before).await > MIB - 200_000);
}

#[tokio::test]
async fn the_largest_configuration_fits_and_a_larger_one_is_refused() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let before = log.last_seq();
    let rule = |no: usize| {
        let values = (0..32).map(|value| name(value).into());
        let condition = RuleCondition {
            fact: Fact::Attribute("class".into()),
            is: values.collect(),
        };
        RuleConfig {
            name: name(no).into(),
            when: vec![condition; 32],
            queue: None,
            priority: Some(1),
            head_start_ms: None,
            requirement: None,
            plan: None,
            preferred: Vec::new(),
            dedicated: false,
        }
    };
    let with_rules = |many: usize| {
        let mut config = config();
        config.rules = (0..many).map(rule).collect();
        Command::ApplyConfig(apply(config))
    };
    let one = serde_json::to_vec(&rule(0)).expect("json").len() + 1;
    let rest = serde_json::to_vec(&(config(), CivilTime::default()))
        .expect("json")
        .len();
    let fits = (15 * MIB - rest) / one;
    let applied = answered(&shards, unary("r1", with_rules(fits))).await;
    assert_eq!(applied.answer, Ok(Reply::Applied { version: 2 }));
    let refused = shards
        .request(&tenant(), unary("r2", with_rules(fits + 1)), None)
        .await;
    let Err(CallError::LimitReached { what, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(what, "bytes of a tenant's configuration");
    assert!(largest(&log, &shards, before).await > 14 * MIB);
}

#[tokio::test]
async fn the_most_opening_hours_fit_and_more_are_refused() {
    const WEEK: [Weekday; 5] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ];
    // Each opens four times a day: 100 times in five weeks.
    let calendar = |no: usize| CalendarConfig {
        name: name(no).into(),
        zone: "Europe/Berlin".into(),
        hours: (0..4)
            .map(|hour| WeeklyHours {
                days: WEEK.to_vec(),
                from: hour * 120,
                to: hour * 120 + 60,
            })
            .collect(),
        holidays: Vec::new(),
    };
    let mut most = config();
    most.calendars = (0..1_000).map(calendar).collect();
    let log = TestLog::new();
    let shards = shards_with(&log, most.clone()).await;
    let before = log.last_seq();
    let month: TimeMs = 30 * 86_400_000;
    let civil = acd_config::civil::resolve(&most, 0, month);
    act(&shards, Command::ResolveCivilTime(civil.into())).await;
    assert!(largest(&log, &shards, before).await > MIB);

    most.calendars[999].hours[0].days.push(Weekday::Sat);
    let problems = most.problems();
    let problem = problems.first().expect("too many");
    assert_eq!(problem.path, "calendars");
    assert!(problem.remedy.contains("100000"), "{problem}");
}

#[tokio::test]
async fn a_name_of_any_length_is_refused_without_being_repeated() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let pbx = adapter(&shards).await;
    let before = log.last_seq();
    // As large as messages are allowed to be at most, and much larger where it is quoted.
    let huge = Term {
        skill: "\u{1}".repeat(64 * MIB).into(),
        level: 1,
    };
    let Command::Arrive(mut arrives) = arrival("c1") else {
        unreachable!()
    };
    arrives.requirement = Some(Requirement {
        any_of: vec![vec![huge]],
    });
    let origin = Origin::Stream {
        adapter: "pbx".into(),
        connection: pbx.connection().expect("a connection"),
        sequence: 1,
        part: "contact_arrived".into(),
    };
    let request = Request {
        origin,
        command: Command::Arrive(arrives),
    };
    let refusal = answered(&shards, request).await.answer.unwrap_err();
    assert_eq!(refusal.reason, Reason::InvalidArgument);
    assert_eq!(&*refusal.field, "contact_arrived.requirement");
    assert!(!refusal.remedy().is_empty() && refusal.detail.len() < 200);
    assert!(largest(&log, &shards, before).await < MIB);
}

#[tokio::test]
async fn a_complete_list_of_which_nothing_is_taken_fits() {
    let log = TestLog::new();
    let shards = bank(&log, &options()).await;
    let _pbx = adapter(&shards).await;
    let agents = |many: usize| (0..many).map(|no| AgentName::from(name(no))).collect();
    let list = |page: LivePage, busy_outside: Vec<AgentName>| {
        Command::ReconcileAdapter(ReconcileAdapter {
            adapter: "pbx".into(),
            held: Vec::new(),
            page,
            busy_outside,
            as_of: None,
        })
    };
    let nowhere = |no: usize| {
        let Command::Arrive(mut arrives) = arrival(&name(no)) else {
            unreachable!()
        };
        arrives.queue = name(no).into();
        LiveContact {
            arrival: arrives,
            arrived_at: 0,
            agent: None,
        }
    };
    // In one call: the answer is remembered whole.
    let before = log.last_seq();
    let page = LivePage {
        contacts: (0..10_000).map(nowhere).collect(),
        malformed: Vec::new(),
    };
    let request = unary("r1", list(page, agents(10_000)));
    let Ok(Reply::Reconciled { refused }) = answered(&shards, request).await.answer else {
        panic!("the list holds")
    };
    assert_eq!(refused.len(), 20_000);
    assert!(largest(&log, &shards, before).await > MIB);

    // On the stream: all of it is one batch.
    let before = log.last_seq();
    let malformed = |no: usize| LiveRefusal {
        entry: LiveEntry::Contact(name(no).into()),
        refusal: Refusal::new(Reason::InvalidArgument, &name(no), "x".repeat(600)),
    };
    let page = LivePage {
        contacts: Vec::new(),
        malformed: (0..1_000).map(malformed).collect(),
    };
    act(&shards, list(page, agents(50_000))).await;
    largest(&log, &shards, before).await;
}
