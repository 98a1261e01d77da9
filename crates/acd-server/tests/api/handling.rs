//! What agents do with a conversation beside talking.

use acd_proto::v1::{self, ErrorReason, destination::To, directive::Instruction};

use crate::call_path::talking;
use crate::harness::{Desk, Pbx, TENANT, TestServer, metadata, reason, refused, request_id};

/// In this conversation the first agent asks the second one, who answers and is connected. Gives the second one's offer
/// and handling.
async fn consulting(
    pbx: &mut Pbx,
    asks: &mut Desk,
    answers: &mut Desk,
    of: &v1::Handling,
) -> (v1::Offer, v1::Handling) {
    asks.consult(of.handling_id, &answers.agent).await.unwrap();
    let offer = answers.ringing().await;
    answers.accept(offer.offer_id).await.unwrap();
    pbx.send(v1::ContactConnected {
        contact_id: offer.contact_id.clone(),
        offer_id: offer.offer_id,
    })
    .await;
    let handling = answers.handling(v1::HandlingState::Connected).await;
    (offer, handling)
}

#[tokio::test]
async fn a_contact_is_given_to_another_queue_and_the_agent_is_free() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let id = handling.handling_id;

    let nowhere = refused(anna.transfer(id, To::Queue("lons".into())).await);
    assert_eq!(reason(&nowhere), ErrorReason::UnknownQueue);
    assert_eq!(metadata(&nowhere, "nearest"), "loans");

    anna.transfer(id, To::Queue("loans".into())).await.unwrap();
    let counters = clients.counters("loans").await;
    assert_eq!((counters.offered, counters.in_queue), (1, 1));
    let over = refused(anna.hold(id).await);
    assert_eq!(reason(&over), ErrorReason::HandlingState);
}

#[tokio::test]
async fn a_colleague_is_asked_and_takes_the_contact_over() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;

    let (offer, consulted) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    let asked = anna.handling(v1::HandlingState::Held).await;
    assert_eq!(asked.consult_contact_id, offer.contact_id);
    assert_eq!(offer.consult_of_handling_id, handling.handling_id);

    anna.complete(handling.handling_id).await.unwrap();
    loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Bridge(bridge)) = directive.instruction {
            assert_eq!((&*directive.contact_id, &*bridge.agent), ("c1", "bert"));
            assert_eq!(bridge.handling_id, consulted.handling_id);
            break;
        }
    }
    let taken = bert.handling(v1::HandlingState::Connected).await;
    assert_eq!(taken.contact_id, "c1");
}

#[tokio::test]
async fn a_colleague_joins_the_conversation_and_goes_on_with_it() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    let alone = refused(anna.join(handling.handling_id).await);
    assert_eq!(reason(&alone), ErrorReason::HandlingState);

    let (offer, asked) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    anna.join(handling.handling_id).await.unwrap();
    loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Conference(conference)) = directive.instruction {
            assert_eq!(directive.contact_id, "c1");
            assert_eq!(conference.consult_contact_id, offer.contact_id);
            break;
        }
    }
    let owner = anna
        .handling_where(|own| !own.participants.is_empty())
        .await;
    let participant = &owner.participants[0];
    assert_eq!(
        (&*participant.agent, participant.handling_id),
        ("bert", asked.handling_id)
    );
    let joined = bert
        .handling_where(|own| own.takes_part_in_handling_id != 0)
        .await;
    assert_eq!(joined.takes_part_in_handling_id, handling.handling_id);

    anna.complete(handling.handling_id).await.unwrap();
    let taken = bert.handling_where(|own| own.contact_id == "c1").await;
    assert_eq!(taken.takes_part_in_handling_id, 0);
}

#[tokio::test]
async fn an_agent_paused_in_a_queue_sees_it_and_is_left_alone_there() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let _pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let no_member = refused(anna.pause("nowhere", "training").await);
    assert_eq!(reason(&no_member), ErrorReason::UnknownQueue);
    anna.pause("sales", "training").await.unwrap();
    let agent = anna.agent(|agent| !agent.paused.is_empty()).await;
    let pause = &agent.paused[0];
    assert_eq!((&*pause.queue, &*pause.reason_code), ("sales", "training"));
    let waits = crate::harness::call("c1", "sales");
    clients.arrive(waits).await.unwrap();
    let mut bert = Desk::ready(&clients, "bert").await;
    assert_eq!(
        bert.ringing().await.contact_id,
        "c1",
        "anna was passed over"
    );
}

#[tokio::test]
async fn an_agent_who_hangs_up_their_phone_is_out_of_the_conversation() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    let (offer, _) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;

    let left = |contact: &str, offer_id: u64| v1::ReportAgentLeftRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        left: Some(v1::AgentLeft {
            contact_id: contact.into(),
            offer_id,
        }),
    };
    let mut adapters = clients.adapters.clone();
    let nameless = refused(adapters.report_agent_left(left("c1", 0)).await);
    assert_eq!(reason(&nameless), ErrorReason::InvalidArgument);
    assert_eq!(metadata(&nameless, "field"), "left.offer_id");
    let other = refused(adapters.report_agent_left(left("c1", offer.offer_id)).await);
    assert_eq!(reason(&other), ErrorReason::HandlingState);

    let asked = left(&offer.contact_id, offer.offer_id);
    adapters.report_agent_left(asked).await.unwrap();
    bert.handling(v1::HandlingState::WrapUp).await;
    pbx.send(v1::AgentLeft {
        contact_id: "c1".into(),
        offer_id: handling.offer_id,
    })
    .await;
    anna.handling(v1::HandlingState::WrapUp).await;
    loop {
        let directive = pbx.directive().await;
        if let (Some(Instruction::Release(release)), "c1") =
            (&directive.instruction, &*directive.contact_id)
        {
            assert_eq!(release.reason(), v1::ReleaseReason::AgentEnded);
            break;
        }
    }
}

#[tokio::test]
async fn the_adapter_is_told_whose_consultation_it_is_and_whom_to_take_out() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    let (offer, _) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    let to = To::Queue("loans".into());
    anna.transfer(handling.handling_id, to).await.unwrap();
    let mut told = Vec::new();
    loop {
        let directive = pbx.directive().await;
        match &directive.instruction {
            Some(Instruction::Connect(connect)) if connect.offer_id == offer.offer_id => {
                assert_eq!(directive.consult_of_contact_id, "c1");
            }
            Some(Instruction::Release(_)) => {
                assert_eq!(directive.contact_id, offer.contact_id);
                assert_eq!(directive.consult_of_contact_id, "c1");
                told.push("release");
            }
            Some(Instruction::CancelConnect(cancel)) => {
                assert_eq!(directive.contact_id, "c1");
                assert_eq!(directive.consult_of_contact_id, "");
                assert_eq!(cancel.offer_id, handling.offer_id);
                told.push("cancel_connect");
                break;
            }
            _ => {}
        }
    }
    assert_eq!(told, ["release", "cancel_connect"]);
}

/// The next thing the adapter is told of a recording.
async fn told_of_the_recording(pbx: &mut Pbx) -> (String, v1::RecordDirective) {
    loop {
        let directive = pbx.directive().await;
        if let Some(Instruction::Record(record)) = directive.instruction {
            return (directive.contact_id, record);
        }
    }
}

#[tokio::test]
async fn a_recording_is_changed_by_desk_phone_and_supervisor_and_all_see_it() {
    use v1::RecordingState::{Off, On, Paused, Unspecified};
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let id = handling.handling_id;
    assert_eq!(handling.recording(), Off);

    let unstated = refused(anna.set_recording(id, Unspecified).await);
    assert_eq!(reason(&unstated), ErrorReason::InvalidArgument);
    assert_eq!(metadata(&unstated, "field"), "state");
    anna.set_recording(id, On).await.unwrap();
    let (contact, told) = told_of_the_recording(&mut pbx).await;
    assert_eq!((&*contact, told.handling_id, told.state()), ("c1", id, On));

    pbx.send(v1::RecordingChanged {
        contact_id: "c1".into(),
        state: Paused.into(),
    })
    .await;
    anna.handling_where(|handling| handling.recording() == Paused)
        .await;
    assert_eq!(told_of_the_recording(&mut pbx).await.1.state(), Paused);

    let record = |contact: &str, state: v1::RecordingState| v1::RecordContactRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        contact_id: contact.into(),
        state: state.into(),
        ..Default::default()
    };
    let mut supervisors = clients.supervisors.clone();
    let unstated = refused(supervisors.record_contact(record("c1", Unspecified)).await);
    assert_eq!(metadata(&unstated, "field"), "state");
    supervisors.record_contact(record("c1", Off)).await.unwrap();
    anna.handling_where(|handling| handling.recording() == Off)
        .await;

    let report = v1::ReportRecordingRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        changed: Some(v1::RecordingChanged {
            contact_id: "c9".into(),
            state: On.into(),
        }),
    };
    let unknown = clients.adapters.clone().report_recording(report).await;
    assert_eq!(reason(&refused(unknown)), ErrorReason::UnknownContact);
}

#[tokio::test]
async fn what_is_never_recorded_is_refused_with_the_field_and_the_remedy() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let mut bert = Desk::ready(&clients, "bert").await;
    let (_, consulted) = consulting(&mut pbx, &mut anna, &mut bert, &handling).await;
    let on = v1::RecordingState::On;
    let refusal = refused(bert.set_recording(consulted.handling_id, on).await);
    assert_eq!(reason(&refusal), ErrorReason::NotRecorded);
    assert_eq!(metadata(&refusal, "field"), "handling_id");
    assert!(metadata(&refusal, "remedy").contains("recording"));
}

#[tokio::test]
async fn a_score_is_taken_from_adapter_and_agent_also_when_its_contact_is_unknown() {
    let server = TestServer::start().await;
    let clients = server.clients().await;
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    let handling = talking(&mut pbx, &mut anna, "c1").await;
    let score = |points| v1::Score {
        points,
        scale_max: 5,
        asked_by: v1::AskedBy::Keypad.into(),
        question: "solved".into(),
        comment: Some("no complaint".to_owned().into()),
    };
    let report = |reported| v1::ReportScoreRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        adapter: "pbx".into(),
        reported: Some(reported),
    };
    let of = |contact: &str, score| v1::ScoreReported {
        contact_id: contact.into(),
        score: Some(score),
        ..Default::default()
    };
    let mut adapters = clients.adapters.clone();

    // The same request again is the same report.
    let first = report(of("c1", score(4)));
    let told = adapters.report_score(first.clone()).await.unwrap();
    let again = adapters.report_score(first).await.unwrap();
    assert_eq!(told.into_inner().sequence, again.into_inner().sequence);
    let late = v1::ScoreReported {
        queue: "loans".into(),
        channel: "voice".into(),
        agent: "anna".into(),
        ..of("last week", score(5))
    };
    adapters.report_score(report(late.clone())).await.unwrap();
    pbx.send(late.clone()).await;

    let refuse = |reported, field: &'static str| {
        let mut adapters = adapters.clone();
        async move {
            let refusal = refused(adapters.report_score(report(reported)).await);
            assert_eq!(reason(&refusal), ErrorReason::InvalidArgument, "{field}");
            assert_eq!(metadata(&refusal, "field"), format!("reported.{field}"));
            assert!(!metadata(&refusal, "remedy").is_empty());
        }
    };
    let unasked = v1::Score {
        asked_by: 0,
        ..score(1)
    };
    refuse(of("c1", unasked), "score.asked_by").await;
    refuse(of("c1", score(6)), "score.points").await;
    let channel = String::new();
    refuse(v1::ScoreReported { channel, ..late }, "channel").await;
    let said = v1::ReportHandlingScoreRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: "anna".into(),
        session_id: anna.session,
        handling_id: handling.handling_id,
        score: Some(score(3)),
    };
    let mut agents = clients.agents.clone();
    agents.report_handling_score(said.clone()).await.unwrap();
    let unknown = v1::ReportHandlingScoreRequest {
        request_id: request_id(),
        handling_id: 1,
        ..said
    };
    let refusal = refused(agents.report_handling_score(unknown).await);
    assert_eq!(reason(&refusal), ErrorReason::UnknownHandling);
}
