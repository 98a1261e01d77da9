//! Reads and watches a tenant, and steps in.

mod acts;

use acd_proto::v1::{
    ContactSelection, ExplainAgentRequest, ExplainAgentResponse, ExplainContactRequest,
    ExplainContactResponse, GetFiguresRequest, GetFiguresResponse, GetSnapshotRequest,
    GetSnapshotResponse, ListContactsRequest, ListContactsResponse, TenantChanges, TenantSnapshot,
    ViewFilter, WatchRequest, WatchUpdate, supervisor_service_client::SupervisorServiceClient,
    watch_update,
};
use tonic::{Response, Status, Streaming};

use crate::{
    Endpoint, Error,
    endpoint::Service,
    request::call,
    subscription::{Body, Feed, Frame, Pending, Subscription},
};

/// A supervisor's eyes on one tenant, and his hand in it. All calls fail with `UNKNOWN_TENANT`, a loss of rights, or no
/// answer in time; further reasons stand with each.
#[derive(Clone, Debug)]
pub struct Supervisor {
    endpoint: Endpoint,
    client: SupervisorServiceClient<Service>,
    tenant: String,
}

/// Asks one question, again until it is answered.
macro_rules! ask {
    ($supervisor:ident, $method:ident, $request:expr) => {
        call(&$supervisor.endpoint, $request, |request| {
            let mut client = $supervisor.client.clone();
            async move { client.$method(request).await }
        })
        .await
    };
}

impl Supervisor {
    /// Looks at this tenant.
    #[must_use]
    pub fn new(endpoint: &Endpoint, tenant: &str) -> Self {
        let limit = endpoint.options().max_message_bytes;
        Self {
            endpoint: endpoint.clone(),
            client: SupervisorServiceClient::new(endpoint.service())
                .max_decoding_message_size(limit),
            tenant: tenant.to_owned(),
        }
    }

    /// The state of the tenant now.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_QUEUE` and `UNKNOWN_AGENT` (in the filter), `LIMIT_REACHED` (too large a view).
    pub async fn snapshot(&self, filter: ViewFilter) -> Result<GetSnapshotResponse, Error> {
        let request = GetSnapshotRequest {
            tenant: self.tenant.clone(),
            filter: Some(filter),
        };
        ask!(self, get_snapshot, request)
    }

    /// Follows the state of the tenant from now on. Nothing is sent before the first [`Watch::next`].
    #[must_use]
    pub fn watch(&self, filter: ViewFilter) -> Watch {
        let request = WatchRequest {
            tenant: self.tenant.clone(),
            filter: Some(filter),
            resume_token: String::new(),
        };
        let feed = WatchFeed {
            client: self.client.clone(),
            request,
        };
        Watch {
            subscription: Subscription::new(feed, self.endpoint.options()),
        }
    }

    /// What happened to a contact, and why it waits.
    ///
    /// # Errors
    /// Those of every call, and `UNKNOWN_CONTACT`.
    pub async fn explain_contact(&self, contact_id: &str) -> Result<ExplainContactResponse, Error> {
        let request = ExplainContactRequest {
            tenant: self.tenant.clone(),
            contact_id: contact_id.to_owned(),
        };
        ask!(self, explain_contact, request)
    }

    /// Why an agent gets no contact.
    ///
    /// # Errors
    /// Those of every call, and `UNKNOWN_AGENT`.
    pub async fn explain_agent(&self, agent: &str) -> Result<ExplainAgentResponse, Error> {
        let request = ExplainAgentRequest {
            tenant: self.tenant.clone(),
            agent: agent.to_owned(),
        };
        ask!(self, explain_agent, request)
    }

    /// Counters and histograms since the journal began.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn figures(&self) -> Result<GetFiguresResponse, Error> {
        let request = GetFiguresRequest {
            tenant: self.tenant.clone(),
        };
        ask!(self, get_figures, request)
    }

    /// One page of contacts, of one queue or (empty) of all; `page_token` is that of the page before or empty.
    ///
    /// # Errors
    /// Those of every call, `UNKNOWN_QUEUE`, and `INVALID_ARGUMENT` for a page token that is not one.
    pub async fn contacts(
        &self,
        selection: ContactSelection,
        queue: &str,
        page_token: String,
    ) -> Result<ListContactsResponse, Error> {
        let request = ListContactsRequest {
            tenant: self.tenant.clone(),
            selection: selection.into(),
            queue: queue.to_owned(),
            page_size: 0,
            page_token,
        };
        ask!(self, list_contacts, request)
    }
}

/// What a watch brought.
#[derive(Clone, Debug)]
pub enum Update {
    /// The state, in place of all that was known.
    Snapshot(TenantSnapshot),
    /// These entities changed; each is whole.
    Changes(TenantChanges),
    /// Nothing changed; all is known up to now.
    Heartbeat,
}

/// The state of a tenant as it changes. It moves while [`Watch::next`] is awaited.
pub struct Watch {
    subscription: Subscription<WatchFeed>,
}

/// One step of a watch.
#[derive(Clone, Debug)]
pub struct Step {
    /// All is known up to and including this sequence of the tenant.
    pub sequence: u64,
    /// Engine time at it, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What came.
    pub update: Update,
}

impl Watch {
    /// The next step, after reconnecting and resuming as often as it takes. May be dropped while it waits.
    ///
    /// # Errors
    /// Final, and the same on every further call: `UNKNOWN_TENANT`, `UNKNOWN_QUEUE`, `UNKNOWN_AGENT`, or a loss of
    /// rights.
    pub async fn next(&mut self) -> Result<Step, Error> {
        let frame = self.subscription.next().await?;
        let update = match frame.body {
            Some(Body::Snapshot(snapshot)) => Update::Snapshot(snapshot),
            Some(Body::Changes(changes)) => Update::Changes(changes),
            Some(Body::Heartbeat) | None => Update::Heartbeat,
        };
        Ok(Step {
            sequence: frame.sequence,
            at_ms: frame.at_ms,
            update,
        })
    }
}

struct WatchFeed {
    client: SupervisorServiceClient<Service>,
    request: WatchRequest,
}

impl Feed for WatchFeed {
    type Message = WatchUpdate;
    type Snapshot = TenantSnapshot;
    type Changes = TenantChanges;

    fn open(
        &self,
        resume_token: String,
    ) -> Pending<Result<Response<Streaming<WatchUpdate>>, Status>> {
        let request = WatchRequest {
            resume_token,
            ..self.request.clone()
        };
        let mut client = self.client.clone();
        Box::pin(async move { client.watch(request).await })
    }

    fn frame(message: WatchUpdate) -> Frame<TenantSnapshot, TenantChanges> {
        Frame {
            sequence: message.sequence,
            previous_sequence: message.previous_sequence,
            at_ms: message.at_ms,
            resume_token: message.resume_token,
            body: message.update.map(|update| match update {
                watch_update::Update::Snapshot(snapshot) => Body::Snapshot(snapshot),
                watch_update::Update::Changes(changes) => Body::Changes(changes),
                watch_update::Update::Heartbeat(_) => Body::Heartbeat,
            }),
        }
    }

    fn heartbeat_interval_ms(snapshot: &TenantSnapshot) -> i64 {
        snapshot.heartbeat_interval_ms
    }
}
