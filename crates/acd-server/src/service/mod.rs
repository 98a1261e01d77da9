//! The gRPC services. Each is thin: it checks the fields, says who asks, hands a request to the shard and puts the
//! answer into the words of the API.

mod act;
mod adapter;
mod agent;
mod arrival;
mod caller;
mod config;
mod connection;
mod contact;
mod desk;
mod fields;
mod fingerprint;
mod history;
mod in_transport;
mod listing;
mod live_list;
mod outgoing;
mod outlet;
mod page;
mod privacy;
mod quality;
mod reflection;
mod refusal;
mod reveal;
mod scenarios;
mod supervisor;
mod token;
mod watch;
mod web;

use std::sync::Arc;

use acd_config::{ServerLimits, WebConfig};
use acd_proto::FILE_DESCRIPTOR_SET;
use acd_proto::v1::adapter_service_server::AdapterServiceServer;
use acd_proto::v1::agent_service_server::AgentServiceServer;
use acd_proto::v1::config_service_server::ConfigServiceServer;
use acd_proto::v1::history_service_server::HistoryServiceServer;
use acd_proto::v1::privacy_service_server::PrivacyServiceServer;
use acd_proto::v1::quality_service_server::QualityServiceServer;
use acd_proto::v1::supervisor_service_server::SupervisorServiceServer;
use acd_proto::v1::token_service_server::TokenServiceServer;
use axum::middleware::map_response;
use tonic::service::Routes;
use tonic_health::server::HealthReporter;

pub use self::history::{HistoryReaders, report_of_rows};
use self::reflection::Lasting;
use crate::auth::{Gate, Guarded, Lifetimes};
use crate::metrics::Metrics;
use crate::tasks::Tasks;
use acd_shard::Shards;

/// What the services work with.
#[derive(Clone)]
pub struct Services {
    /// The shards that decide.
    pub shards: Shards,
    /// What fills the streams.
    pub tasks: Tasks,
    /// How much of everything one process may use.
    pub limits: ServerLimits,
    /// Which pages may call from a browser.
    pub web: Option<WebConfig>,
    /// What every call passes.
    pub gate: Arc<Gate>,
    /// How long streams may last.
    pub lifetimes: Lifetimes,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Whoever reads what happened.
    pub history: HistoryReaders,
}

impl Services {
    /// All services behind the gate, with health and reflection. The reporter says of each service that it serves;
    /// whoever stops the server tells it otherwise.
    pub async fn routes(self) -> (Routes, HealthReporter) {
        let (reporter, health) = tonic_health::server::health_reporter();
        reporter
            .set_serving::<AdapterServiceServer<adapter::Adapters>>()
            .await;
        reporter
            .set_serving::<AgentServiceServer<agent::Agents>>()
            .await;
        reporter
            .set_serving::<SupervisorServiceServer<supervisor::Supervisors>>()
            .await;
        reporter
            .set_serving::<ConfigServiceServer<config::Configurations>>()
            .await;
        reporter
            .set_serving::<HistoryServiceServer<history::Histories>>()
            .await;
        reporter
            .set_serving::<PrivacyServiceServer<privacy::Privacy>>()
            .await;
        reporter
            .set_serving::<QualityServiceServer<quality::Qualities>>()
            .await;
        reporter
            .set_serving::<TokenServiceServer<token::Tokens>>()
            .await;
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .build_v1()
            .expect("the descriptors that this program was built with");
        let reflection = Lasting::new(reflection, self.lifetimes.clone());
        let bytes = usize::try_from(self.limits.message_bytes).unwrap_or(usize::MAX);
        let adapters = AdapterServiceServer::new(adapter::Adapters::new(&self));
        let agents = AgentServiceServer::new(agent::Agents::new(&self));
        let supervisors = SupervisorServiceServer::new(supervisor::Supervisors::new(&self));
        let configurations = ConfigServiceServer::new(config::Configurations::new(&self));
        let routes = Routes::new(self.guarded(health))
            .add_service(self.guarded(reflection))
            .add_service(
                self.guarded(
                    adapters
                        .max_decoding_message_size(bytes)
                        .max_encoding_message_size(bytes),
                ),
            )
            .add_service(
                self.guarded(
                    agents
                        .max_decoding_message_size(bytes)
                        .max_encoding_message_size(bytes),
                ),
            )
            .add_service(
                self.guarded(
                    supervisors
                        .max_decoding_message_size(bytes)
                        .max_encoding_message_size(bytes),
                ),
            )
            .add_service(
                self.guarded(
                    configurations
                        .max_decoding_message_size(bytes)
                        .max_encoding_message_size(bytes),
                ),
            );
        let tokens = TokenServiceServer::new(token::Tokens::new(&self));
        let histories = HistoryServiceServer::new(history::Histories::new(&self));
        let routes = routes.add_service(
            self.guarded(
                histories
                    .max_decoding_message_size(bytes)
                    .max_encoding_message_size(bytes),
            ),
        );
        let privacy = PrivacyServiceServer::new(privacy::Privacy::new(&self));
        let routes = routes.add_service(
            self.guarded(
                privacy
                    .max_decoding_message_size(bytes)
                    .max_encoding_message_size(bytes),
            ),
        );
        let qualities = QualityServiceServer::new(quality::Qualities::new(&self));
        let routes = routes.add_service(
            self.guarded(
                qualities
                    .max_decoding_message_size(bytes)
                    .max_encoding_message_size(bytes),
            ),
        );
        let routes = routes.add_service(self.guarded(tokens)).into_axum_router();
        let routes = routes.layer(map_response(in_transport::charge_bytes));
        let routes = match &self.web {
            Some(web) => web::open_to(routes, web, self.metrics.refused_calls()),
            None => routes,
        };
        (routes.into(), reporter)
    }

    fn guarded<S>(&self, service: S) -> Guarded<S> {
        Guarded::new(service, self.gate.clone())
    }
}
