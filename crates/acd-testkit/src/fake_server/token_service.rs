//! Renewals: each is told to the test and answered at once.

use acd_proto::v1::{
    RenewTokenRequest, RenewTokenResponse, WhoAmIRequest, WhoAmIResponse,
    token_service_server::TokenService,
};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};

pub(super) struct Service {
    pub(super) renewals: mpsc::Sender<Option<String>>,
}

#[tonic::async_trait]
impl TokenService for Service {
    async fn renew_token(
        &self,
        request: Request<RenewTokenRequest>,
    ) -> Result<Response<RenewTokenResponse>, Status> {
        let shown = request.metadata().get("authorization");
        let shown = shown.and_then(|value| value.to_str().ok());
        let _ = self.renewals.send(shown.map(str::to_owned)).await;
        Ok(Response::new(RenewTokenResponse {
            expires_at_ms: 1,
            streams: 1,
        }))
    }

    async fn who_am_i(
        &self,
        _: Request<WhoAmIRequest>,
    ) -> Result<Response<WhoAmIResponse>, Status> {
        Ok(Response::new(WhoAmIResponse::default()))
    }
}
