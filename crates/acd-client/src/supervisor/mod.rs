//! Reads and watches a tenant, and steps in; and what all that shows a tenant to people says of it in the same words: what
//! is known of it ([`TenantView`]), how a queue stands ([`Stands`]), what an agent does ([`doing`]), where a contact is
//! ([`Place`]).

mod doing;
mod place;
mod standing;
mod view;

use acd_proto::Call;
use acd_proto::v1::{
    TenantChanges, TenantSnapshot, ViewFilter, WatchRequest, WatchUpdate,
    supervisor_service_client::SupervisorServiceClient, watch_update,
};
use tonic::{Response, Status, Streaming};

use crate::{
    Endpoint, Error,
    subscription::{Body, Feed, Frame, Pending, Subscription},
    token::Service,
};

pub use {
    doing::{Doing, Unusual, doing, leases, unusual},
    place::Place,
    standing::{Level, Reasons, Standing, Stands},
    view::{EngineTime, TenantView},
};

/// A supervisor's eyes on one tenant, and their hand in it: the calls of `acd.v1.SupervisorService`, in the words of its
/// definition. All fail with a loss of rights, or no answer in time; further reasons stand with each. What acts returns a
/// sequence: a view at or past it shows the effect.
#[derive(Clone, Debug)]
pub struct Supervisor {
    endpoint: Endpoint,
    service: Service,
    tenant: String,
    request_id: Option<String>,
}

impl Supervisor {
    /// Looks at this tenant.
    #[must_use]
    pub fn new(endpoint: &Endpoint, tenant: &str) -> Self {
        Self {
            endpoint: endpoint.clone(),
            service: endpoint.service(),
            tenant: tenant.to_owned(),
            request_id: None,
        }
    }

    /// The same under this request id: for one intent of somebody who repeats it themselves, such as a browser.
    #[must_use]
    pub fn request(&self, request_id: &str) -> Self {
        Self {
            request_id: Some(request_id.to_owned()),
            ..self.clone()
        }
    }

    /// Follows the state of the tenant from now on. Nothing is sent before the first [`Watch::next`].
    #[must_use]
    pub fn watch(&self, filter: ViewFilter) -> Watch {
        let request = WatchRequest {
            tenant: self.tenant.clone(),
            filter: Some(filter),
            resume_token: String::new(),
        };
        let limit = self.endpoint.options().max_message_bytes;
        let client = SupervisorServiceClient::new(self.service.clone());
        let feed = WatchFeed {
            client: client.max_decoding_message_size(limit),
            request,
        };
        Watch {
            subscription: Subscription::new(feed, self.endpoint.options()),
        }
    }

    acd_proto::supervisor_service_methods!();

    fn request_id(&self) -> String {
        let own = || self.endpoint.request_id();
        self.request_id.clone().unwrap_or_else(own)
    }

    async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Error> {
        self.endpoint.call(&self.service, request).await
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
    /// Engine time when the server sent it, in milliseconds since the Unix epoch.
    pub now_ms: i64,
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
            now_ms: frame.at_ms,
            update,
        })
    }

    /// Why nothing comes: how the last attempt at the stream failed. None while the stream is in order, or is tried for
    /// the first time; a server that has fallen silent is noticed after some heartbeats only.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.subscription.failure()
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
            at_ms: message.now_ms,
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
