//! Answers customers who ask what is known of them, or want to be forgotten.

use acd_proto::Call;

use crate::{Endpoint, Error, token::Service};

/// Answers the customers of one tenant: the calls of `acd.v1.PrivacyService`, in the words of its definition. All fail with a
/// loss of rights, or no answer in time; further reasons stand with each.
#[derive(Clone, Debug)]
pub struct PrivacyOfficer {
    endpoint: Endpoint,
    service: Service,
    tenant: String,
}

impl PrivacyOfficer {
    /// Answers the customers of this tenant.
    #[must_use]
    pub fn new(endpoint: &Endpoint, tenant: &str) -> Self {
        Self {
            endpoint: endpoint.clone(),
            service: endpoint.service(),
            tenant: tenant.to_owned(),
        }
    }

    acd_proto::privacy_service_methods!();

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
    }
}
