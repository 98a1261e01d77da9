//! Reviews conversations, and reads what was said of them.

use acd_proto::Call;
use acd_proto::v1::{
    DrawSampleRequest, DrawSampleResponse, ListReviewFormsRequest, ListReviewFormsResponse,
    ListReviewsRequest, ListReviewsResponse, SubmitReviewRequest,
};

use crate::{Endpoint, Error, token::Service};

/// Reviews the conversations of one tenant: the calls of `acd.v1.QualityService`. The tenant of each request is this one. All
/// fail with a loss of rights, or no answer in time; further reasons stand with each.
#[derive(Clone, Debug)]
pub struct Reviewer {
    endpoint: Endpoint,
    service: Service,
    tenant: String,
}

impl Reviewer {
    /// Reviews the conversations of this tenant.
    #[must_use]
    pub fn new(endpoint: &Endpoint, tenant: &str) -> Self {
        Self {
            endpoint: endpoint.clone(),
            service: endpoint.service(),
            tenant: tenant.to_owned(),
        }
    }

    /// The forms of the configuration in force, in a language; empty: English, or whatever there is.
    ///
    /// # Errors
    /// `UNKNOWN_TENANT`.
    pub async fn list_review_forms(
        &self,
        language: &str,
    ) -> Result<ListReviewFormsResponse, Error> {
        let request = ListReviewFormsRequest {
            tenant: self.tenant.clone(),
            language: language.to_owned(),
        };
        self.call(request).await
    }

    /// Draws conversations that are to be reviewed.
    ///
    /// # Errors
    /// `HISTORY_OFF`, `INVALID_ARGUMENT`, `LIMIT_REACHED`, `BUSY`, `STORAGE`.
    pub async fn draw_sample(
        &self,
        request: DrawSampleRequest,
    ) -> Result<DrawSampleResponse, Error> {
        let tenant = self.tenant.clone();
        self.call(DrawSampleRequest { tenant, ..request }).await
    }

    /// Reviews a conversation; gives the sequence at which it shows. Its request id is made here.
    ///
    /// # Errors
    /// `UNKNOWN_HANDLING`, `HISTORY_OFF`, `INVALID_ARGUMENT`, `BUSY`, `STORAGE`.
    pub async fn submit_review(&self, request: SubmitReviewRequest) -> Result<u64, Error> {
        let request = SubmitReviewRequest {
            tenant: self.tenant.clone(),
            request_id: self.endpoint.request_id(),
            ..request
        };
        Ok(self.call(request).await?.sequence)
    }

    /// A page of what was said.
    ///
    /// # Errors
    /// `HISTORY_OFF`, `INVALID_ARGUMENT`, `PERMISSION_DENIED` (an agent asks for reviews of others), `BUSY`, `STORAGE`.
    pub async fn list_reviews(
        &self,
        request: ListReviewsRequest,
    ) -> Result<ListReviewsResponse, Error> {
        let tenant = self.tenant.clone();
        self.call(ListReviewsRequest { tenant, ..request }).await
    }

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
    }
}
