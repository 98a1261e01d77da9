//! The service for reviewers: which conversations are to be reviewed, what is said of them, and what was said.

mod asked;
mod told;

use acd_core::command::{Command, SubmitReview};
use acd_core::ids::{HandlingId, TenantName};
use acd_core::state::State;
use acd_history::{Ask, HandlingRow, SAMPLE_MAX, Tenant};
use acd_proto::v1::quality_service_server::QualityService;
use acd_proto::v1::{self, ErrorReason, Role};
use acd_shard::Shards;
use acd_shard::clock::Deadline;
use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::history::{Histories, review};
use super::{Services, fields, page};
use crate::error::ApiError;

/// See `acd.v1.QualityService`.
pub(super) struct Qualities {
    shards: Shards,
    histories: Histories,
}

impl Qualities {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            shards: services.shards.clone(),
            histories: Histories::new(services),
        }
    }

    /// A conversation, with the adapter's id of its contact.
    async fn conversation(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        handling: HandlingId,
    ) -> Result<(HandlingRow, String), ApiError> {
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| {
            let Some(row) = ask.handling(tenant, handling.0)? else {
                return Ok(None);
            };
            let name = ask.contact_name(tenant, row.contact)?;
            Ok(name.map(|name| (row, name)))
        };
        let (_, found) = self.histories.ask(deadline, tenant, question).await?;
        found.ok_or_else(|| {
            let detail = "the history knows no such conversation, or not yet";
            ApiError::new(ErrorReason::UnknownHandling, "handling_id", detail)
        })
    }

    async fn reviewed(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        message: &mut v1::SubmitReviewRequest,
    ) -> Result<SubmitReview, ApiError> {
        let handling = HandlingId(fields::id("handling_id", message.handling_id)?);
        let said = asked::said(message)?;
        let deadline = caller.called().deadline;
        let (row, name) = self.conversation(deadline, tenant, handling).await?;
        told::submitted(caller.name(), said, &row, &name)
    }
}

#[tonic::async_trait]
impl QualityService for Qualities {
    async fn list_review_forms(
        &self,
        request: Request<v1::ListReviewFormsRequest>,
    ) -> Result<Response<v1::ListReviewFormsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        fields::length("language", &message.language, fields::LANGUAGE_BYTES_MAX)?;
        let read = move |state: &State| told::forms(state, &message.language);
        let forms = self
            .shards
            .read(&tenant, read)
            .await
            .map_err(ApiError::from)?;
        let answer = v1::ListReviewFormsResponse { forms };
        self.histories
            .sendable(answer, "raise server.limits.message_bytes")
    }

    async fn draw_sample(
        &self,
        request: Request<v1::DrawSampleRequest>,
    ) -> Result<Response<v1::DrawSampleResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let asked = asked::sample(&message)?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| {
            let drawn = ask.sample(tenant, &asked)?;
            Ok(Some(drawn))
        };
        let deadline = caller.called().deadline;
        let (position, drawn) = self.histories.ask(deadline, &tenant, question).await?;
        let drawn = drawn.unwrap_or(Ok(Vec::new())).map_err(|error| {
            ApiError::new(ErrorReason::LimitReached, "per_agent", error.to_string())
                .with_remedy("ask for fewer of each agent, or for fewer agents")
                .with("limit", SAMPLE_MAX)
        })?;
        let answer = v1::DrawSampleResponse {
            position: Some(position),
            conversations: drawn.into_iter().map(told::sampled).collect(),
        };
        self.histories
            .sendable(answer, "ask for fewer of each agent, or for fewer agents")
    }

    async fn submit_review(
        &self,
        request: Request<v1::SubmitReviewRequest>,
    ) -> Result<Response<v1::SubmitReviewResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let origin = caller.origin(&mut message)?;
        let review = self.reviewed(&caller, &tenant, &mut message).await?;
        let command = Command::SubmitReview(review);
        let (_, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        Ok(Response::new(v1::SubmitReviewResponse { sequence }))
    }

    async fn list_reviews(
        &self,
        request: Request<v1::ListReviewsRequest>,
    ) -> Result<Response<v1::ListReviewsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        if !caller.has(Role::Supervisor) {
            // They see their own.
            caller.agent(&message.agent)?;
        }
        let asked = asked::reviews(&message)?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.reviews(tenant, &asked);
        let deadline = caller.called().deadline;
        let (position, found) = self.histories.ask(deadline, &tenant, question).await?;
        let answer = v1::ListReviewsResponse {
            position: Some(position),
            reviews: found.rows.iter().map(review).collect(),
            next_page_token: page::token(found.next.as_ref()),
        };
        self.histories.sendable(answer, "ask for smaller pages")
    }
}
