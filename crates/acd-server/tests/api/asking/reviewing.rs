//! Conversations are drawn, reviewed by whom the token names, and agents see what is said of theirs.

use acd_config::HistoryConfig;
use acd_proto::v1::{self, ErrorReason, sample_rule::Kind};
use serde_json::json;
use tonic::{Code, Status};

use super::{Asking, a_day};
use crate::configuration::apply;
use crate::harness::server::DOCUMENT;
use crate::harness::{Clients, TENANT, TestServer, in_time, metadata, reason, refused, request_id};
use crate::security::{auth, token};

const FORM: &str = "[review_forms.calls]\nquestions = [\n\
    { name = 'greeting', text = 'Did they greet?' },\n\
    { name = 'solution', weight = 3, scale_max = 5 },\n\
    { name = 'identity', weight = 0, knock_out = true },\n]\n";

/// What makes a request another one.
type Change = Box<dyn Fn(&mut v1::DrawSampleRequest)>;

/// A server with a form, on which one conversation of Bert's is over.
struct Reviewed {
    _server: TestServer,
    _files: tempfile::TempDir,
    all: Asking,
    channel: tonic::transport::Channel,
}

impl Reviewed {
    async fn server() -> Self {
        let files = tempfile::tempdir().unwrap();
        let access = auth(files.path());
        let server = TestServer::with(|config| {
            config.history = Some(HistoryConfig::default());
            config.auth = Some(access);
        })
        .await;
        let channel = server.channel().await;
        let roles = ["adapter", "agent", "supervisor", "administrator"];
        let everything = token(json!({ "role": roles }));
        let clients = Clients::over(TENANT, channel.clone(), Some(&everything));
        let document = format!("{DOCUMENT}\n{FORM}");
        apply(&clients, &document, 1).await.unwrap();
        let all = Asking { clients };
        all.until(a_day(&all.clients).await).await;
        Self {
            _server: server,
            _files: files,
            all,
            channel,
        }
    }

    fn of(&self, claims: serde_json::Value) -> Clients {
        Clients::over(TENANT, self.channel.clone(), Some(&token(claims)))
    }

    fn reviewer(&self, name: &str) -> Clients {
        self.of(json!({"role": "supervisor", "sub": name}))
    }

    async fn draw(
        &self,
        change: impl FnOnce(&mut v1::DrawSampleRequest),
    ) -> Result<Vec<v1::SampledConversation>, Status> {
        let mut request = v1::DrawSampleRequest {
            tenant: TENANT.into(),
            from_at_ms: 1,
            per_agent: 2,
            ..Default::default()
        };
        change(&mut request);
        let mut qualities = self.reviewer("quentin").qualities;
        let answer = in_time("a sample", qualities.draw_sample(request)).await?;
        Ok(answer.into_inner().conversations)
    }
}

fn answers(solution: u32) -> Vec<v1::ReviewAnswer> {
    let answer = |question: &str, points| v1::ReviewAnswer {
        question: question.into(),
        points,
        ..Default::default()
    };
    vec![
        answer("greeting", 1),
        answer("solution", solution),
        v1::ReviewAnswer {
            not_applicable: true,
            ..answer("identity", 7)
        },
    ]
}

fn review(handling_id: u64, solution: u32) -> v1::SubmitReviewRequest {
    v1::SubmitReviewRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        handling_id,
        form: "calls".into(),
        answers: answers(solution),
        comment: Some("calm".to_owned().into()),
    }
}

async fn submit(clients: &Clients, request: v1::SubmitReviewRequest) -> Result<u64, Status> {
    let mut qualities = clients.qualities.clone();
    let answer = in_time("a review", qualities.submit_review(request)).await?;
    Ok(answer.into_inner().sequence)
}

async fn list(
    clients: &Clients,
    change: impl FnOnce(&mut v1::ListReviewsRequest),
) -> Result<v1::ListReviewsResponse, Status> {
    let mut request = v1::ListReviewsRequest {
        tenant: TENANT.into(),
        ..Default::default()
    };
    change(&mut request);
    let mut qualities = clients.qualities.clone();
    let answer = in_time("reviews", qualities.list_reviews(request)).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn a_conversation_is_drawn_and_reviewed_and_a_second_review_is_compared() {
    let centre = Box::pin(Reviewed::server()).await;
    let drawn = centre.draw(|_| {}).await.unwrap();
    let [conversation] = drawn.as_slice() else {
        panic!("one conversation: {drawn:?}")
    };
    assert_eq!(
        (&*conversation.agent, &*conversation.contact_id),
        ("bert", "answered")
    );
    assert_eq!((&*conversation.disposition, conversation.rule), ("sold", 0));
    let id = conversation.handling_id;

    // The same request again is the same review.
    let (quentin, rita) = (centre.reviewer("quentin"), centre.reviewer("rita"));
    let first = review(id, 2);
    let sequence = submit(&quentin, first.clone()).await.unwrap();
    assert_eq!(submit(&quentin, first).await.unwrap(), sequence);
    let sequence = submit(&rita, review(id, 5)).await.unwrap();
    centre.all.until(sequence).await;

    let page = list(&quentin, |it| it.page_size = 1).await.unwrap();
    let rest = list(&quentin, |it| it.page_token = page.next_page_token.clone())
        .await
        .unwrap();
    assert_eq!(rest.next_page_token, "");
    let [second, first] = [&page.reviews[0], &rest.reviews[0]];
    let by = |it: &v1::PastReview| {
        let review = it.review.clone().unwrap();
        (review.reviewer, review.form, review.score_millionths)
    };
    assert_eq!(by(first), ("quentin".into(), "calls".into(), 550_000));
    assert_eq!(by(second), ("rita".into(), "calls".into(), 1_000_000));
    assert_eq!((first.counts, first.difference_millionths), (true, 0));
    assert_eq!(
        (second.counts, second.difference_millionths),
        (false, 450_000)
    );
    assert_eq!(first.comment.as_ref().unwrap().value, "calm");
    let told = first.answers.iter().map(|it| {
        let answer = it.answer.as_ref().unwrap();
        (
            &*answer.question,
            answer.points,
            answer.not_applicable,
            it.weight,
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("greeting", 1, false, 1),
            ("solution", 2, false, 3),
            ("identity", 0, true, 0)
        ]
    );
    let again = centre.draw(|_| {}).await.unwrap();
    let known = again[0].reviews.iter().map(|it| it.reviewer.as_str());
    assert_eq!(known.collect::<Vec<_>>(), ["quentin", "rita"]);
}

#[tokio::test]
async fn an_agent_sees_forms_and_their_own_reviews_and_reviews_nobody() {
    let centre = Box::pin(Reviewed::server()).await;
    let id = centre.draw(|_| {}).await.unwrap()[0].handling_id;
    let sequence = submit(&centre.reviewer("quentin"), review(id, 2))
        .await
        .unwrap();
    centre.all.until(sequence).await;
    let bert = centre.of(json!({"role": "agent", "sub": "bert", "agent": "bert"}));
    let own = list(&bert, |it| it.agent = "bert".into()).await.unwrap();
    assert_eq!(own.reviews.len(), 1);
    for agent in ["anna", ""] {
        let refusal = refused(list(&bert, |it| it.agent = agent.into()).await);
        let denied = [ErrorReason::PermissionDenied, ErrorReason::InvalidArgument];
        assert!(denied.contains(&reason(&refusal)), "{agent}: {refusal}");
        assert_eq!(metadata(&refusal, "field"), "agent");
    }
    let refusal = refused(submit(&bert, review(id, 5)).await);
    assert_eq!(refusal.code(), Code::PermissionDenied);
    let request = v1::ListReviewFormsRequest {
        tenant: TENANT.into(),
        language: "ru".into(),
    };
    let forms = bert
        .qualities
        .clone()
        .list_review_forms(request)
        .await
        .unwrap();
    let forms = forms.into_inner().forms;
    assert_eq!((forms.len(), &*forms[0].label), (1, "calls"));
    let texts = forms[0].questions.iter().map(|it| it.text.as_str());
    assert_eq!(
        texts.collect::<Vec<_>>(),
        ["Did they greet?", "solution", "identity"]
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_field() {
    let centre = Box::pin(Reviewed::server()).await;
    let id = centre.draw(|_| {}).await.unwrap()[0].handling_id;
    let quentin = centre.reviewer("quentin");
    let unknown = refused(submit(&quentin, review(1, 2)).await);
    assert_eq!(reason(&unknown), ErrorReason::UnknownHandling);
    let changed = |change: &dyn Fn(&mut v1::SubmitReviewRequest)| {
        let mut request = review(id, 2);
        change(&mut request);
        request
    };
    for (request, field) in [
        (changed(&|it| it.form = "chats".into()), "form"),
        (changed(&|it| _ = it.answers.pop()), "answers"),
        (changed(&|it| it.answers[1].points = 6), "answers[1].points"),
        (
            changed(&|it| it.answers[1].question = String::new()),
            "answers[1].question",
        ),
        (changed(&|it| it.handling_id = 0), "handling_id"),
    ] {
        let refusal = refused(submit(&quentin, request).await);
        assert_eq!(reason(&refusal), ErrorReason::InvalidArgument, "{field}");
        assert_eq!(metadata(&refusal, "field"), field);
        assert!(!metadata(&refusal, "remedy").is_empty());
    }
    let rule = |count, kind| v1::SampleRule { count, kind };
    let too_many = vec![
        rule(2, Some(Kind::LongMs(1))),
        rule(1, Some(Kind::Transfers(2))),
    ];
    let asked: [(Change, &str); 6] = [
        (Box::new(|it| it.per_agent = 0), "per_agent"),
        (Box::new(|it| it.from_at_ms = 0), "from_at_ms"),
        (Box::new(|it| it.to_at_ms = 1), "to_at_ms"),
        (
            Box::new(move |it| it.rules = too_many.clone()),
            "rules[1].count",
        ),
        (
            Box::new(move |it| it.rules = vec![rule(1, None)]),
            "rules[0].kind",
        ),
        (
            Box::new(move |it| it.rules = vec![rule(1, Some(Kind::LowScorePercent(101)))]),
            "rules[0].low_score_percent",
        ),
    ];
    for (change, field) in asked {
        let refusal = refused(centre.draw(|it| change(it)).await);
        assert_eq!(reason(&refusal), ErrorReason::InvalidArgument, "{field}");
        assert_eq!(metadata(&refusal, "field"), field);
    }
}
