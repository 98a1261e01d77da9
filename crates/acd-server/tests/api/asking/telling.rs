//! One contact's whole life.

use acd_proto::v1::{self, ErrorReason, VisitOutcome};

use super::{Asking, a_day, server};
use crate::configuration::apply;
use crate::harness::server::DOCUMENT;
use crate::harness::{TENANT, call, reason, refused, request_id};

#[tokio::test]
async fn one_contact_is_told_whole_and_who_missed_it_too() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    asking.until(a_day(&asking.clients).await).await;
    let told = asking.contact("answered").await;
    let contact = told.contact.unwrap();
    assert_eq!(
        (contact.offers, contact.handlings, contact.visits),
        (2, 1, 1)
    );
    assert_eq!(contact.outcome(), VisitOutcome::Answered);
    assert_eq!(contact.customer_key.unwrap().value, "K-7");
    let disposition = contact.disposition.unwrap();
    assert_eq!(disposition.code, "sold");
    assert_eq!(disposition.notes.unwrap().value, "two Blue bicycles");
    let story = told.sentences.join("\n");
    for sentence in [
        "arrived as voice by adapter pbx",
        "joined queue sales",
        "answered was offered to anna out of 1 (tier 1, idle",
        "the offer to anna ended rejected",
        "answered was offered to bert out of 1",
        "connected with bert",
        "the talk with bert was ended by the customer",
        "bert said what became of it: sold",
    ] {
        assert!(story.contains(sentence), "{sentence} is not in\n{story}");
    }
    let offers = &told.visits[0].offers;
    let decisions = offers.iter().map(|offer| offer.decision.as_ref().unwrap());
    let winners = decisions.map(|decision| decision.winner.as_ref().unwrap().agent.as_str());
    assert_eq!(winners.collect::<Vec<_>>(), ["anna", "bert"]);
    let missed = offers[0].offer.as_ref().unwrap();
    assert_eq!(missed.state(), v1::OfferState::Rejected);
    assert_eq!(missed.fault(), v1::Fault::Agent);
    let shown: Vec<_> = told
        .attributes
        .iter()
        .map(|it| (&*it.key, &*it.value))
        .collect();
    assert_eq!(
        shown,
        [("order", "4711"), ("pin", "")],
        "sensitive ones are masked"
    );
    let kinds = told.stretches.iter().map(|stretch| stretch.kind.as_str());
    assert_eq!(kinds.collect::<Vec<_>>(), ["talk", "wrap_up"]);
    assert_eq!(told.handlings[0].agent, "bert");
}

/// Sentences without their time of day.
fn steps(sentences: &[String]) -> Vec<String> {
    let steps = sentences.iter().map(|it| {
        let step = it
            .split_once(" UTC: ")
            .map_or(it.as_str(), |(_, step)| step);
        step.to_owned()
    });
    steps.collect()
}

#[tokio::test]
async fn what_the_engine_has_forgotten_is_explained_by_the_history() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let clients = &asking.clients;
    a_day(clients).await;
    let known = asking.explain("answered").await;
    let few = format!("{DOCUMENT}\n[limits]\nended_records = 1\n");
    apply(clients, &few, 1).await.unwrap();
    clients.arrive(call("last", "loans")).await.unwrap();
    asking.until(clients.hang_up("last").await.unwrap()).await;
    let told = asking.explain("answered").await;
    let story = steps(&told.sentences);
    assert!(
        story.contains(&"arrived as voice by adapter pbx".to_owned()),
        "{story:#?}"
    );
    // All that the engine had told of it.
    let mut rest = story.iter();
    for step in steps(&known.sentences).iter().skip(1) {
        assert!(
            rest.any(|other| other == step),
            "{step} is not in {story:#?}"
        );
    }
    for (one, other) in known.visits.iter().zip(&told.visits) {
        assert_eq!((&one.queue, one.outcome), (&other.queue, other.outcome));
        let decisions = |visit: &v1::VisitRecord| -> Vec<Option<v1::Decision>> {
            visit.offers.iter().map(|it| it.decision.clone()).collect()
        };
        assert_eq!(decisions(one), decisions(other));
    }
    let contact = told.contact.unwrap();
    assert_eq!(contact.contact_id, "answered");
    assert_eq!(contact.attributes, known.contact.unwrap().attributes);
    assert!(
        told.handlings[0]
            .disposition
            .as_ref()
            .unwrap()
            .notes
            .is_none()
    );
    assert!(told.from_sequence <= told.sequence);
    // Who is unknown to both is unknown.
    let request = v1::ExplainContactRequest {
        tenant: TENANT.into(),
        contact_id: "nobody".into(),
    };
    let status = refused(clients.supervisors.clone().explain_contact(request).await);
    assert_eq!(reason(&status), ErrorReason::UnknownContact);
}

#[tokio::test]
async fn scores_are_told_of_their_contact_also_those_that_came_when_it_was_forgotten() {
    let server = server().await;
    let asking = Asking::of(&server).await;
    let clients = &asking.clients;
    a_day(clients).await;
    let report = |points| v1::ReportScoreRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        reported: Some(v1::ScoreReported {
            contact_id: "answered".into(),
            score: Some(v1::Score {
                points,
                scale_max: 5,
                asked_by: v1::AskedBy::Link.into(),
                question: "solved".into(),
                comment: Some("quick".to_owned().into()),
            }),
            queue: "loans".into(),
            channel: "voice".into(),
            agent: "anna".into(),
        }),
    };
    let mut adapters = clients.adapters.clone();
    adapters.report_score(report(4)).await.unwrap();
    let few = format!("{DOCUMENT}\n[limits]\nended_records = 1\n");
    apply(clients, &few, 1).await.unwrap();
    clients.arrive(call("last", "loans")).await.unwrap();
    clients.hang_up("last").await.unwrap();
    let late = adapters.report_score(report(2)).await.unwrap();
    asking.until(late.into_inner().sequence).await;
    let told = asking.contact("answered").await;
    let [known, late] = told.scores.as_slice() else {
        panic!("two scores: {:?}", told.scores)
    };
    let counts_for = |it: &v1::PastScore| (it.queue.clone(), it.agent.clone(), it.handling_id);
    let handling = told.handlings[0].handling_id;
    assert_eq!(counts_for(known), ("sales".into(), "bert".into(), handling));
    assert_eq!(counts_for(late), ("loans".into(), "anna".into(), 0));
    let score = late.score.as_ref().unwrap();
    assert_eq!((score.points, score.scale_max), (2, 5));
    assert_eq!(score.comment.as_ref().unwrap().value, "quick");
    let story = told.sentences.join("\n");
    for sentence in ["gave 4 of 5 for solved, asked by link", "gave 2 of 5"] {
        assert!(story.contains(sentence), "{sentence} is not in\n{story}");
    }
}
