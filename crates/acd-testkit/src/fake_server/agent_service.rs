use acd_proto::SessionCall;
use acd_proto::v1::{agent_service_server::AgentService, *};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{BUFFER, Command, Subscription};

pub(super) struct Service {
    pub(super) subscriptions: mpsc::Sender<Subscription>,
    pub(super) commands: mpsc::Sender<Command>,
}

fn test_is_over<E>(_: E) -> Status {
    Status::unavailable("the test is over")
}

#[tonic::async_trait]
impl AgentService for Service {
    type SubscribeStream = ReceiverStream<Result<AgentUpdate, Status>>;

    async fn login(&self, _: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
        Ok(Response::new(LoginResponse {
            session_id: 7,
            ..LoginResponse::default()
        }))
    }

    async fn subscribe(
        &self,
        request: Request<SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let (down, messages) = mpsc::channel(BUFFER);
        let from = request.remote_addr();
        let subscription = Subscription {
            request: request.into_inner(),
            from,
            down,
        };
        self.subscriptions
            .send(subscription)
            .await
            .map_err(test_is_over)?;
        Ok(Response::new(ReceiverStream::new(messages)))
    }

    async fn reveal(
        &self,
        request: Request<RevealRequest>,
    ) -> Result<Response<RevealResponse>, Status> {
        let sequence = self.command(request).await?;
        Ok(Response::new(RevealResponse {
            sequence,
            ..RevealResponse::default()
        }))
    }

    async fn get_desk(
        &self,
        _: Request<GetDeskRequest>,
    ) -> Result<Response<GetDeskResponse>, Status> {
        Err(nothing_to_choose())
    }

    async fn get_script(
        &self,
        _: Request<GetScriptRequest>,
    ) -> Result<Response<GetScriptResponse>, Status> {
        Err(nothing_to_choose())
    }

    async fn find_targets(
        &self,
        _: Request<FindTargetsRequest>,
    ) -> Result<Response<FindTargetsResponse>, Status> {
        Err(nothing_to_choose())
    }

    acd_proto::agent_service_mutations!(command);
}

fn nothing_to_choose() -> Status {
    Status::unimplemented("this server plays streams and commands only")
}

impl Service {
    async fn command<C: SessionCall>(&self, request: Request<C>) -> Result<u64, Status> {
        let header = request.metadata().get("authorization");
        let authorization = header
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let (answer, answered) = oneshot::channel();
        let mut call = request.into_inner();
        let command = Command {
            request_id: call.take_request_id(),
            call: Box::new(call),
            authorization,
            answer,
        };
        self.commands.send(command).await.map_err(test_is_over)?;
        answered.await.map_err(test_is_over)?
    }
}

impl Subscription {
    /// A snapshot with these pending offers.
    pub async fn snapshot(&self, sequence: u64, offers: &[u64]) {
        let offers = offers.iter().map(|&offer_id| pending(offer_id)).collect();
        let snapshot = AgentSnapshot {
            heartbeat_interval_ms: 60_000,
            offers,
            ..AgentSnapshot::default()
        };
        self.send(sequence, 0, agent_update::Update::Snapshot(snapshot))
            .await;
    }

    /// A new pending offer.
    pub async fn offer(&self, sequence: u64, previous_sequence: u64, offer_id: u64) {
        let changes = AgentChanges {
            offers: vec![pending(offer_id)],
            ..AgentChanges::default()
        };
        self.send(
            sequence,
            previous_sequence,
            agent_update::Update::Changes(changes),
        )
        .await;
    }

    /// A sign of life.
    pub async fn heartbeat(&self, sequence: u64, previous_sequence: u64) {
        self.send(
            sequence,
            previous_sequence,
            agent_update::Update::Heartbeat(Heartbeat {}),
        )
        .await;
    }

    async fn send(&self, sequence: u64, previous_sequence: u64, update: agent_update::Update) {
        let message = AgentUpdate {
            sequence,
            previous_sequence,
            at_ms: 0,
            resume_token: format!("after {sequence}"),
            update: Some(update),
        };
        self.down
            .send(Ok(message))
            .await
            .expect("the client listens");
    }

    /// Ends the stream.
    pub async fn end(self, status: Status) {
        self.down
            .send(Err(status))
            .await
            .expect("the client listens");
    }
}

fn pending(offer_id: u64) -> Offer {
    Offer {
        offer_id,
        state: OfferState::Pending.into(),
        ..Offer::default()
    }
}
