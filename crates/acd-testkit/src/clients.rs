//! Clients of every service over one connection.

use acd_proto::v1;
use acd_proto::v1::adapter_service_client::AdapterServiceClient;
use acd_proto::v1::agent_service_client::AgentServiceClient;
use acd_proto::v1::config_service_client::ConfigServiceClient;
use acd_proto::v1::history_service_client::HistoryServiceClient;
use acd_proto::v1::privacy_service_client::PrivacyServiceClient;
use acd_proto::v1::quality_service_client::QualityServiceClient;
use acd_proto::v1::supervisor_service_client::SupervisorServiceClient;
use acd_proto::v1::token_service_client::TokenServiceClient;
use tonic::Status;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use crate::{in_time, request_id};

/// Puts a bearer token, if there is one, into every call.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        if let Some(token) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        Ok(request)
    }
}

/// The way to the server.
type Way = InterceptedService<Channel, Bearer>;

/// Clients of every service.
#[derive(Clone)]
pub struct Clients {
    /// The tenant that they speak for.
    pub tenant: String,
    /// Their connection.
    pub channel: Channel,
    /// The service for adapters.
    pub adapters: AdapterServiceClient<Way>,
    /// The service for agent desktops.
    pub agents: AgentServiceClient<Way>,
    /// The service for supervisors.
    pub supervisors: SupervisorServiceClient<Way>,
    /// The service for administrators.
    pub configurations: ConfigServiceClient<Way>,
    /// The service for what happened.
    pub histories: HistoryServiceClient<Way>,
    /// The service for customers who ask what is known of them.
    pub privacy: PrivacyServiceClient<Way>,
    /// Reviews.
    pub qualities: QualityServiceClient<Way>,
    /// The service for renewing the token.
    pub tokens: TokenServiceClient<Way>,
}

impl Clients {
    /// Clients of a tenant over a new connection to this endpoint, with this token.
    pub async fn connect(tenant: &str, endpoint: Endpoint, token: Option<&str>) -> Self {
        let channel = in_time("a connection", endpoint.connect())
            .await
            .expect("a connection");
        Self::over(tenant, channel, token)
    }

    /// Clients of a tenant over a new connection to this address, without a token.
    pub async fn at(tenant: &str, address: String) -> Self {
        let endpoint = Endpoint::from_shared(address).expect("an address");
        Self::connect(tenant, endpoint, None).await
    }

    /// Clients of a tenant over this connection, with this token.
    pub fn over(tenant: &str, channel: Channel, token: Option<&str>) -> Self {
        let token = token.map(|token| {
            format!("Bearer {token}")
                .parse()
                .expect("a token of visible characters")
        });
        let way = InterceptedService::new(channel.clone(), Bearer(token));
        Self {
            tenant: tenant.to_owned(),
            channel,
            adapters: AdapterServiceClient::new(way.clone()),
            agents: AgentServiceClient::new(way.clone()),
            supervisors: SupervisorServiceClient::new(way.clone()),
            configurations: ConfigServiceClient::new(way.clone()),
            histories: HistoryServiceClient::new(way.clone()),
            privacy: PrivacyServiceClient::new(way.clone()),
            qualities: QualityServiceClient::new(way.clone()),
            tokens: TokenServiceClient::new(way),
        }
    }

    /// Reports an arrival; gives the visit.
    pub async fn arrive(&self, contact: v1::ContactArrived) -> Result<u64, Status> {
        let request = v1::ArriveContactRequest {
            tenant: self.tenant.clone(),
            request_id: request_id(),
            adapter: "pbx".into(),
            contact: Some(contact),
        };
        let answer = in_time("an arrival", self.adapters.clone().arrive_contact(request)).await?;
        Ok(answer.into_inner().visit_id)
    }

    /// Says that the adapter holds this contact and no other.
    pub async fn reconcile(&self, contact_id: &str, queue: &str) -> v1::ReconcileResponse {
        let live = v1::LiveContact {
            contact: Some(call(contact_id, queue)),
            arrived_at_ms: 1_000,
            agent: String::new(),
        };
        let request = v1::ReconcileRequest {
            tenant: self.tenant.clone(),
            request_id: request_id(),
            adapter: "pbx".into(),
            list: Some(v1::LiveList {
                contacts: vec![live],
                agents: Vec::new(),
            }),
        };
        let mut adapters = self.adapters.clone();
        let answer = in_time("a list", adapters.reconcile(request)).await;
        answer.expect("done").into_inner()
    }

    /// Reports that the customer hung up.
    pub async fn hang_up(&self, contact_id: &str) -> Result<u64, Status> {
        let end = v1::ContactEnded {
            contact_id: contact_id.into(),
            cause: v1::EndCause::Customer.into(),
        };
        let request = v1::EndContactRequest {
            tenant: self.tenant.clone(),
            request_id: request_id(),
            adapter: "pbx".into(),
            end: Some(end),
        };
        let answer = in_time("a hang-up", self.adapters.clone().end_contact(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// The counters of a queue, all channels added up.
    pub async fn counters(&self, queue: &str) -> v1::Counters {
        let filter = v1::ViewFilter {
            queues: true,
            queue_names: vec![queue.into()],
            ..Default::default()
        };
        let request = v1::GetSnapshotRequest {
            tenant: self.tenant.clone(),
            filter: Some(filter),
        };
        let answer = self
            .supervisors
            .clone()
            .get_snapshot(request)
            .await
            .expect("a snapshot")
            .into_inner();
        let queues = answer.snapshot.expect("a snapshot").queues;
        queues
            .into_iter()
            .next()
            .and_then(|queue| queue.counters)
            .expect("the queue")
    }
}

/// The arrival of a call for the queue.
pub fn call(contact_id: &str, queue: &str) -> v1::ContactArrived {
    v1::ContactArrived {
        contact_id: contact_id.into(),
        channel: "voice".into(),
        queue: queue.into(),
        ..Default::default()
    }
}
