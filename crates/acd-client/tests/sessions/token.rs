//! What clients promise when their token is renewed.

use std::time::Duration;

use acd_client::{
    AgentSession, Endpoint,
    endpoint::{BearerToken, Options},
};
use acd_proto::v1::ErrorReason;
use tonic::Code;

use acd_testkit::fake_server::{FakeServer, refusal};

#[tokio::test]
async fn a_token_file_that_changes_is_shown_to_the_server_and_used_from_then_on() {
    let mut server = FakeServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "first\n").expect("a file");
    let options = Options {
        token_file: Some(file.clone()),
        token_check_interval: Duration::from_millis(5),
        ..server.options()
    };
    let endpoint = Endpoint::new(options).expect("good options");
    std::fs::write(&file, "second\n").expect("a file");
    let shown = server.renewals.recv().await.expect("a renewal");
    assert_eq!(shown.as_deref(), Some("Bearer second"));
    // Whatever is called next carries it, too.
    let third = BearerToken::new("third");
    endpoint.renew_token(third).await.expect("renewed");
    let shown = server.renewals.recv().await.expect("a renewal");
    assert_eq!(shown.as_deref(), Some("Bearer third"));
}

#[tokio::test]
async fn a_token_file_that_is_missing_is_told_at_the_start() {
    let options = Options {
        token_file: Some("no/such/file".into()),
        ..Options::new("http://127.0.0.1:1")
    };
    let error = Endpoint::new(options).expect_err("no token").to_string();
    assert!(
        error.contains("token_file") && error.contains("no/such/file"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_that_ended_with_its_token_comes_back_only_where_tokens_are_renewed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "token").expect("a file");
    for renews in [true, false] {
        let mut server = FakeServer::start().await;
        let options = Options {
            token_file: Some(file.clone()).filter(|_| renews),
            ..server.options()
        };
        let endpoint = Endpoint::new(options).expect("good options");
        let mut session = AgentSession::login(&endpoint, "tenant", "anna")
            .await
            .expect("logged in");
        let playing = async {
            let first = server.subscriptions.recv().await.expect("a subscription");
            let expired = refusal(Code::Unauthenticated, ErrorReason::Unauthenticated);
            first.down.send(Err(expired)).await.expect("it listens");
            if renews {
                let second = server.subscriptions.recv().await.expect("a subscription");
                second.snapshot(10, &[8]).await;
            }
        };
        let (update, ()) = tokio::join!(session.next(), playing);
        assert_eq!(update.is_ok(), renews, "{update:?}");
    }
}
