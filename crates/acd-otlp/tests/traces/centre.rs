//! A server in this process that sends traces, with a switch and an agent.

use std::path::Path;

use acd_config::{FileConfig, ServerConfig, TracesConfig, parse_tenant};
use acd_otlp::Exporter;
use acd_proto::v1::{self, directive::Instruction};
use acd_server::server::{Listeners, Options, Server};
use acd_testkit::{Clients, Desk, Pbx, call, in_time};
use acd_traces::Backlog;

const DOCUMENT: &str = r#"
adapters = ["pbx"]

[queues.sales]
ring = "10m"
wrap_up = "10m"

[agents.anna]
address = "secret"
queues = ["sales"]
"#;

/// The header by which a caller tells their own trace.
pub(crate) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A centre whose server sends traces.
pub(crate) struct Centre {
    server: Server,
    exporter: Exporter,
    pub(crate) backlog: Backlog,
    pub(crate) clients: Clients,
    pub(crate) pbx: Pbx,
}

impl Centre {
    /// The centre with its journal in this folder.
    pub(crate) async fn start(data_dir: &Path, traces: &TracesConfig) -> Self {
        let any_port = ([127, 0, 0, 1], 0).into();
        let server = ServerConfig {
            listen: any_port,
            metrics_listen: any_port,
            data_dir: data_dir.to_owned(),
            ..ServerConfig::default()
        };
        let tenant = parse_tenant(DOCUMENT, "document").expect("a valid document");
        let tenants = vec![("bank".into(), tenant)];
        let (exporter, tracing) = Exporter::start(traces, "1.2.3").expect("traces");
        let backlog = tracing.backlog.clone();
        let options = Options {
            traces: Some(tracing),
            ..Options::new(FileConfig { server, tenants }, "acd.toml")
        };
        let listeners = Listeners::bind(&options).await.expect("a free port");
        let address = listeners.addresses().expect("addresses").grpc;
        let server = Server::start(options, listeners).await.expect("a server");
        let clients = Clients::at("bank", format!("http://{address}")).await;
        let pbx = Pbx::connect(&clients, "run-1").await;
        Self {
            server,
            exporter,
            backlog,
            clients,
            pbx,
        }
    }

    /// Stops the server in order, and sends what waits.
    pub(crate) async fn stop(self) {
        let Self {
            server, exporter, ..
        } = self;
        let stopped = in_time("an orderly stop", server.shutdown()).await;
        stopped.expect("an orderly stop");
        let finished = tokio::task::spawn_blocking(|| exporter.finish());
        in_time("the last spans", finished).await.expect("it ends");
    }

    /// A call with personal data arrives.
    pub(crate) async fn arrives(&self, contact_id: &str) {
        let attribute = v1::Attribute {
            key: "account".into(),
            value: "secret".into(),
            sensitive: true,
            ..Default::default()
        };
        let arrived = v1::ContactArrived {
            customer_key: Some("secret".into()),
            attributes: vec![attribute],
            ..call(contact_id, "sales")
        };
        self.clients.arrive(arrived).await.expect("it joins");
    }

    /// The agent accepts the call that rings, by a call that tells their own trace, and it is connected.
    pub(crate) async fn connects(&mut self, desk: &mut Desk) -> v1::Handling {
        let offer = desk.ringing().await;
        let mut accept = tonic::Request::new(desk.acceptance(offer.offer_id));
        let header = TRACEPARENT.parse().expect("a header");
        accept.metadata_mut().insert("traceparent", header);
        let mut agents = self.clients.agents.clone();
        let accepted = in_time("an accept", agents.accept_offer(accept)).await;
        accepted.expect("accepted");
        let (directive_id, offer_id) = loop {
            let directive = self.pbx.directive().await;
            if let Some(Instruction::Connect(connect)) = directive.instruction {
                break (directive.directive_id, connect.offer_id);
            }
        };
        self.pbx.done(directive_id).await;
        let contact_id = offer.contact_id;
        let connected = v1::ContactConnected {
            contact_id,
            offer_id,
        };
        self.pbx.send(connected).await;
        desk.handling(v1::HandlingState::Connected).await
    }
}
