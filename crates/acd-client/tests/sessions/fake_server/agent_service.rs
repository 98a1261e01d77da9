use acd_proto::v1::{agent_service_server::AgentService, *};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Accept, BUFFER, Subscription};

pub(super) struct Service {
    pub(super) subscriptions: mpsc::Sender<Subscription>,
    pub(super) accepts: mpsc::Sender<Accept>,
}

fn test_is_over<E>(_: E) -> Status {
    Status::unavailable("the test is over")
}

macro_rules! service {
    ($($method:ident($request:ident) -> $response:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl AgentService for Service {
            type SubscribeStream = ReceiverStream<Result<AgentUpdate, Status>>;

            async fn login(&self, _: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
                Ok(Response::new(LoginResponse { session_id: 7, ..LoginResponse::default() }))
            }

            async fn subscribe(
                &self,
                request: Request<SubscribeRequest>,
            ) -> Result<Response<Self::SubscribeStream>, Status> {
                let (down, messages) = mpsc::channel(BUFFER);
                let from = request.remote_addr();
                let subscription = Subscription { request: request.into_inner(), from, down };
                self.subscriptions.send(subscription).await.map_err(test_is_over)?;
                Ok(Response::new(ReceiverStream::new(messages)))
            }

            async fn accept_offer(
                &self,
                request: Request<AcceptOfferRequest>,
            ) -> Result<Response<AcceptOfferResponse>, Status> {
                let header = request.metadata().get("authorization");
                let authorization = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
                let (answer, answered) = oneshot::channel();
                let accept = Accept { request: request.into_inner(), authorization, answer };
                self.accepts.send(accept).await.map_err(test_is_over)?;
                answered.await.map_err(test_is_over)?.map(Response::new)
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("not played"))
            })*
        }
    };
}

service!(
    logout(LogoutRequest) -> LogoutResponse,
    set_presence(SetPresenceRequest) -> SetPresenceResponse,
    reject_offer(RejectOfferRequest) -> RejectOfferResponse,
    hold(HoldRequest) -> HoldResponse,
    resume(ResumeRequest) -> ResumeResponse,
    end_talk(EndTalkRequest) -> EndTalkResponse,
    end_wrap_up(EndWrapUpRequest) -> EndWrapUpResponse,
    request_wrap_up(RequestWrapUpRequest) -> RequestWrapUpResponse,
    enter_wrap_up(EnterWrapUpRequest) -> EnterWrapUpResponse,
    extend_wrap_up(ExtendWrapUpRequest) -> ExtendWrapUpResponse,
    set_disposition(SetDispositionRequest) -> SetDispositionResponse,
    request_next(RequestNextRequest) -> RequestNextResponse,
    transfer(TransferRequest) -> TransferResponse,
    consult(ConsultRequest) -> ConsultResponse,
    complete_transfer(CompleteTransferRequest) -> CompleteTransferResponse,
    end_consult(EndConsultRequest) -> EndConsultResponse,
    join_consult(JoinConsultRequest) -> JoinConsultResponse,
    conference(ConferenceRequest) -> ConferenceResponse,
    requeue(RequeueRequest) -> RequeueResponse,
    escalate(EscalateRequest) -> EscalateResponse,
    park(ParkRequest) -> ParkResponse,
    unpark(UnparkRequest) -> UnparkResponse,
    put_off(PutOffRequest) -> PutOffResponse,
    keep_callback(KeepCallbackRequest) -> KeepCallbackResponse,
    pause_queue(PauseQueueRequest) -> PauseQueueResponse,
    resume_queue(ResumeQueueRequest) -> ResumeQueueResponse,
);

impl Subscription {
    /// A snapshot with these pending offers.
    pub(crate) async fn snapshot(&self, sequence: u64, offers: &[u64]) {
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
    pub(crate) async fn offer(&self, sequence: u64, previous_sequence: u64, offer_id: u64) {
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

    pub(crate) async fn heartbeat(&self, sequence: u64, previous_sequence: u64) {
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

    pub(crate) async fn end(self, status: Status) {
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
