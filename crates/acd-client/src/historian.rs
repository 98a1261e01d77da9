//! Reads what happened.

use acd_proto::Call;
use acd_proto::v1::history_service_client::HistoryServiceClient;
use acd_proto::v1::{HistoryPosition, ReportRequest, ReportResponse};
use tonic::{Request, Streaming};

use crate::{Endpoint, Error, token::Service};

/// Reads the history of one tenant: the calls of `acd.v1.HistoryService`, in the words of its definition. All fail with a loss
/// of rights, or no answer in time; further reasons stand with each.
#[derive(Clone, Debug)]
pub struct Historian {
    endpoint: Endpoint,
    service: Service,
    tenant: String,
}

/// A report as it comes.
#[derive(Debug)]
pub struct Report {
    /// Up to where the rows tell.
    pub position: HistoryPosition,
    first: Vec<u8>,
    parts: Streaming<ReportResponse>,
}

impl Historian {
    /// Reads the history of this tenant.
    #[must_use]
    pub fn new(endpoint: &Endpoint, tenant: &str) -> Self {
        Self {
            endpoint: endpoint.clone(),
            service: endpoint.service(),
            tenant: tenant.to_owned(),
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one for each field of a request")]
impl Historian {
    acd_proto::history_service_methods!();

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
    }

    /// Has a report made; its tenant is this one. It is given up when no answer comes within the time for calls.
    ///
    /// # Errors
    /// `UNKNOWN_TENANT`, `HISTORY_OFF`, `INVALID_ARGUMENT`, `LIMIT_REACHED`, `PERMISSION_DENIED`, `BUSY`, `STORAGE`, or for
    /// lack of an answer in time.
    pub async fn report(&self, request: ReportRequest) -> Result<Report, Error> {
        let options = self.endpoint.options();
        let mut request = Request::new(ReportRequest {
            tenant: self.tenant.clone(),
            ..request
        });
        request.set_timeout(options.request_timeout);
        let client = HistoryServiceClient::new(self.service.clone());
        let mut client = client.max_decoding_message_size(options.max_message_bytes);
        let mut parts = client.report(request).await?.into_inner();
        let first = parts.message().await?.unwrap_or_default();
        Ok(Report {
            position: first.position.unwrap_or_default(),
            first: first.part,
            parts,
        })
    }
}

impl Report {
    /// The next bytes; none: that was all.
    ///
    /// # Errors
    /// The connection broke, or the server gave up.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if !self.first.is_empty() {
            return Ok(Some(std::mem::take(&mut self.first)));
        }
        Ok(self.parts.message().await?.map(|part| part.part))
    }

    /// All of its bytes, and no more than so many.
    ///
    /// # Errors
    /// As [`next`](Self::next); it has more bytes.
    pub async fn bytes(mut self, most: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        while let Some(part) = self.next().await? {
            if bytes.len() + part.len() > most {
                let told = format!("a report has more than {most} bytes");
                return Err(Error::Protocol(told));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }
}
