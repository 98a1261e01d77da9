//! The service for whoever keeps streams open.

use acd_proto::v1;
use acd_proto::v1::token_service_server::TokenService;
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use crate::auth::Lifetimes;

/// See `acd.v1.TokenService`.
pub(super) struct Tokens {
    lifetimes: Lifetimes,
}

impl Tokens {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            lifetimes: services.lifetimes.clone(),
        }
    }
}

#[tonic::async_trait]
impl TokenService for Tokens {
    async fn renew_token(
        &self,
        request: Request<v1::RenewTokenRequest>,
    ) -> Result<Response<v1::RenewTokenResponse>, Status> {
        let caller = Caller::of(&request)?;
        let streams = caller.renew(&self.lifetimes);
        Ok(Response::new(v1::RenewTokenResponse {
            expires_at_ms: caller.expires_at().unwrap_or(0),
            streams: u32::try_from(streams).unwrap_or(u32::MAX),
        }))
    }
}
