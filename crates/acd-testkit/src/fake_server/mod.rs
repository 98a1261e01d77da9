//! A server that plays what a test tells it: every call and stream is handed to the test to answer.

use std::{any::Any, net::SocketAddr, time::Duration};

use acd_client::{Endpoint, backoff, endpoint};
use acd_proto::v1::{
    adapter_service_server::AdapterServiceServer, agent_service_server::AgentServiceServer,
    token_service_server::TokenServiceServer, *,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Status, Streaming, transport::Server};

mod adapter_service;
mod agent_service;
mod token_service;

/// Calls that wait for the test to take them.
const BUFFER: usize = 1024;

/// Hands calls and streams to the test; it is gone when it is dropped.
pub struct FakeServer {
    address: SocketAddr,
    /// The streams of adapters.
    pub adapters: mpsc::Receiver<AdapterConnection>,
    /// The streams of agents.
    pub subscriptions: mpsc::Receiver<Subscription>,
    /// What agents do.
    pub commands: mpsc::Receiver<Command>,
    /// The authorization of each renewal.
    pub renewals: mpsc::Receiver<Option<String>>,
    /// Ends with the server.
    _task: JoinSet<()>,
}

/// An adapter's stream.
pub struct AdapterConnection {
    /// What the adapter sends.
    pub up: Streaming<AdapterMessage>,
    /// What it is told.
    pub down: mpsc::Sender<Result<AdapterServerMessage, Status>>,
}

/// An agent's stream.
pub struct Subscription {
    /// What was asked.
    pub request: SubscribeRequest,
    /// The client's end of the connection it came on.
    pub from: Option<SocketAddr>,
    /// What it is told.
    pub down: mpsc::Sender<Result<AgentUpdate, Status>>,
}

/// What an agent does, and the way to answer it: with a sequence.
pub struct Command {
    /// The caller's id of the request.
    pub request_id: String,
    /// The request of the call, without the request id.
    pub call: Box<dyn Any + Send>,
    /// The token that was shown.
    pub authorization: Option<String>,
    /// Answers it.
    pub answer: tokio::sync::oneshot::Sender<Result<u64, Status>>,
}

impl FakeServer {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (adapters_in, adapters) = mpsc::channel(BUFFER);
        let (subscriptions_in, subscriptions) = mpsc::channel(BUFFER);
        let (commands_in, commands) = mpsc::channel(BUFFER);
        let adapter_service = adapter_service::Service {
            connections: adapters_in,
        };
        let agent_service = agent_service::Service {
            subscriptions: subscriptions_in,
            commands: commands_in,
        };
        let (renewals_in, renewals) = mpsc::channel(BUFFER);
        let token_service = token_service::Service {
            renewals: renewals_in,
        };
        let serving = Server::builder()
            .add_service(AdapterServiceServer::new(adapter_service))
            .add_service(AgentServiceServer::new(agent_service))
            .add_service(TokenServiceServer::new(token_service))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let mut task = JoinSet::new();
        task.spawn(async move { serving.await.expect("the fake server runs") });
        Self {
            address,
            adapters,
            subscriptions,
            commands,
            renewals,
            _task: task,
        }
    }

    /// Options with waits that do not hold a test up.
    pub fn options(&self) -> endpoint::Options {
        let backoff = backoff::Options {
            first: Duration::from_millis(1),
            max: Duration::from_millis(10),
            seed: Some(1),
        };
        endpoint::Options {
            backoff,
            ..endpoint::Options::new(format!("http://{}", self.address))
        }
    }

    /// The way to it, with these options.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.options()).expect("the options are right")
    }
}

/// A refusal as the real server makes it.
pub fn refusal(code: tonic::Code, reason: ErrorReason) -> Status {
    use tonic_types::{ErrorDetails, StatusExt as _};
    let metadata = [
        ("field".to_owned(), "a_field".to_owned()),
        ("remedy".to_owned(), "a remedy".to_owned()),
    ];
    let details = ErrorDetails::with_error_info(
        reason.wire_name(),
        acd_proto::ERROR_DOMAIN,
        std::collections::HashMap::from(metadata),
    );
    Status::with_error_details(code, "a message", details)
}
