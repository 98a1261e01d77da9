//! The service for whoever shows a token.

use acd_proto::v1;
use acd_proto::v1::token_service_server::TokenService;
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use crate::auth::Lifetimes;
use crate::error::ApiError;
use acd_shard::{CallError, Shards};

/// See `acd.v1.TokenService`.
pub(super) struct Tokens {
    lifetimes: Lifetimes,
    shards: Shards,
}

impl Tokens {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
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

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut tenants = Vec::new();
        for tenant in self.shards.tenants() {
            if !caller.sees(&tenant) {
                continue;
            }
            let zone = self
                .shards
                .read(&tenant, |state| state.facts().settings.zone.to_string());
            match zone.await {
                Ok(zone) => tenants.push(v1::VisibleTenant {
                    tenant: tenant.to_string(),
                    zone,
                }),
                // Deleted between the two looks.
                Err(CallError::UnknownTenant(_)) => {}
                Err(error) => return Err(ApiError::from(error).into()),
            }
        }
        Ok(Response::new(caller.described(tenants)))
    }
}
