//! What customers think of how they were served: whom it counts for, and what is refused.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::{Event, ScoreReported};
use acd_core::ids::*;
use acd_core::refusal::Reason;

use super::centre::{ADAPTER, Centre, SECOND, config, on, reason};

fn centre() -> Centre {
    let mut centre = Centre::of(TenantConfig {
        adapters: vec![ADAPTER.into(), "other".into()],
        ..config(
            vec![QueueConfig::named("sales"), QueueConfig::named("support")],
            vec![
                AgentConfig::named("anna", ["sales"]),
                AgentConfig::named("bob", ["support"]),
            ],
        )
    });
    centre.ready("anna");
    centre.ready("bob");
    centre
}

fn score(points: u32, scale_max: u32) -> Score {
    Score {
        points,
        scale_max,
        asked_by: AskedBy::Link,
        question: "".into(),
        comment: "".into(),
    }
}

fn report(score: Score) -> ContactAct {
    ContactAct::ReportScore(ScoreReport {
        score,
        queue: None,
        channel: None,
        agent: None,
    })
}

fn reported(centre: &Centre) -> Vec<ScoreReported> {
    centre.events(|event| match event {
        Event::ScoreReported(reported) => Some(reported.clone()),
        _ => None,
    })
}

/// What a score counts for: queue and agent by name.
fn counts_for(centre: &Centre, reported: &ScoreReported) -> (Option<String>, Option<String>) {
    let queue = reported.queue.map(|no| centre.state().queue(no));
    let agent = reported.agent.map(|no| centre.state().agent(no));
    (
        queue.map(|queue| queue.config.name.to_string()),
        agent.map(|agent| agent.config.name.to_string()),
    )
}

#[test]
fn a_score_counts_for_the_last_conversation_whether_the_contact_goes_on_or_is_over() {
    let mut centre = centre();
    centre.arrive("c1", "sales").expect("joined");
    centre.command(on("c1", report(score(1, 5)))).expect("told");
    let first = centre.answer("c1");
    centre.command(on("c1", report(score(2, 5)))).expect("told");
    let support = Destination::Queue("support".into());
    centre
        .act("anna", AgentAct::Transfer(first, support))
        .expect("given away");
    let second = centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    centre.wait(SECOND);
    centre.command(on("c1", report(score(3, 5)))).expect("told");
    let all = reported(&centre);
    let told: Vec<_> = all.iter().map(|it| counts_for(&centre, it)).collect();
    let of = |queue: &str, agent: Option<&str>| (Some(queue.to_owned()), agent.map(str::to_owned));
    assert_eq!(
        told,
        [
            of("sales", None),
            of("sales", Some("anna")),
            of("support", Some("bob"))
        ]
    );
    let handlings: Vec<_> = all.iter().map(|it| it.handling).collect();
    assert_eq!(handlings, [None, Some(first), Some(second)]);
    assert!(all.iter().all(|it| it.channel == Some(Channel::Voice)));
    assert!(all.iter().all(|it| it.contact.is_some()));
}

#[test]
fn a_score_of_a_contact_that_is_forgotten_counts_for_whom_it_names_and_brings_nothing_back() {
    let mut centre = centre();
    centre.arrive("c1", "sales").expect("joined");
    centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    centre.wait(3 * 24 * 3_600 * SECOND);
    let forgotten = |queue: Option<&str>, agent: Option<&str>| {
        let act = ContactAct::ReportScore(ScoreReport {
            score: score(9, 10),
            queue: queue.map(Into::into),
            channel: Some(Channel::Voice),
            agent: agent.map(Into::into),
        });
        on("c1", act)
    };
    centre
        .command(forgotten(Some("sales"), Some("anna")))
        .expect("told");
    centre.command(forgotten(None, None)).expect("told");
    let all = reported(&centre);
    assert!(all.iter().all(|it| it.contact.is_none()));
    let named = (Some("sales".to_owned()), Some("anna".to_owned()));
    assert_eq!(counts_for(&centre, &all[0]), named);
    assert_eq!(counts_for(&centre, &all[1]), (None, None));
    assert!(centre.state().facts().contacts.is_empty());
    let known = centre.state().ended_named(&"c1".into(), centre.now);
    assert!(known.is_none());
    let unknown = centre.command(forgotten(Some("sails"), None));
    assert_eq!(reason(unknown), Reason::UnknownQueue);
    let unknown = centre.command(forgotten(None, Some("ann")));
    assert_eq!(reason(unknown), Reason::UnknownAgent);
}

#[test]
fn a_score_outside_of_its_scale_is_refused_with_its_field_and_changes_nothing() {
    let mut centre = centre();
    centre.arrive("c1", "sales").expect("joined");
    let handling = centre.answer("c1");
    let longest = centre.state().facts().limits.note_bytes as usize;
    let long = Score {
        comment: "x".repeat(longest + 1).into(),
        ..score(1, 5)
    };
    let nameless = Score {
        question: "a\nb".into(),
        ..score(1, 5)
    };
    let before = centre.log.len();
    for (wrong, field) in [
        (score(6, 5), "score.points"),
        (score(0, 0), "score.scale_max"),
        (score(1, 1_001), "score.scale_max"),
        (nameless, "score.question"),
        (long, "score.comment"),
    ] {
        let by_adapter = centre.command(on("c1", report(wrong.clone())));
        let by_agent = centre.act("anna", AgentAct::ReportScore(handling, wrong));
        for refused in [by_adapter, by_agent] {
            let refused = refused.expect_err("refused");
            assert_eq!(refused.reason, Reason::InvalidArgument);
            assert_eq!(&*refused.field, field);
        }
    }
    let foreign = Command::Contact(ContactCommand {
        adapter: "other".into(),
        contact: "c1".into(),
        act: report(score(1, 5)),
    });
    assert_eq!(reason(centre.command(foreign)), Reason::UnknownContact);
    assert_eq!(centre.log.len(), before);
    let within = Score {
        comment: "x".repeat(longest).into(),
        ..score(1_000, 1_000)
    };
    centre.command(on("c1", report(within))).expect("told");
}

#[test]
fn an_agent_reports_scores_of_their_own_conversations_also_of_one_that_is_over() {
    let mut centre = centre();
    centre.arrive("c1", "sales").expect("joined");
    let handling = centre.answer("c1");
    let said = AgentAct::ReportScore(handling, score(4, 5));
    centre.act("anna", said.clone()).expect("told");
    assert_eq!(
        reason(centre.act("bob", said.clone())),
        Reason::UnknownHandling
    );
    centre.hang_up("c1").expect("ended");
    centre.wait(3_600 * SECOND);
    centre.act("anna", said).expect("told");
    let all = reported(&centre);
    assert_eq!(all.len(), 2);
    for it in &all {
        assert_eq!((it.adapter, it.handling), (None, Some(handling)));
        assert_eq!(it.name.as_str(), "c1");
        let named = (Some("sales".to_owned()), Some("anna".to_owned()));
        assert_eq!(counts_for(&centre, it), named);
    }
}
