//! A collector that keeps what it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// What a collector was sent: the headers and the message of each request.
type Sent = Arc<Mutex<Vec<(MetadataMap, ExportTraceServiceRequest)>>>;

/// A collector. It ends when it is dropped.
pub(crate) struct Collector {
    pub(crate) endpoint: String,
    sent: Sent,
    _serving: JoinSet<()>,
}

struct Service {
    sent: Sent,
    answers: bool,
}

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        if !self.answers {
            std::future::pending::<()>().await;
        }
        let (headers, _, message) = request.into_parts();
        self.sent.lock().unwrap().push((headers, message));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        Self::serve(true).await
    }

    /// One that never answers.
    pub(crate) async fn silent() -> Self {
        Self::serve(false).await
    }

    async fn serve(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let sent = Sent::default();
        let service = TraceServiceServer::new(Service {
            sent: sent.clone(),
            answers,
        });
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let server = tonic::transport::Server::builder().add_service(service);
            let served = server.serve_with_incoming(TcpListenerStream::new(listener));
            served.await.expect("it serves until it is dropped");
        });
        Self {
            endpoint,
            sent,
            _serving: serving,
        }
    }

    /// Every span it was sent.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let sent = self.sent.lock().unwrap();
        let of_resources = sent.iter().flat_map(|(_, message)| &message.resource_spans);
        let of_scopes = of_resources.flat_map(|resource| &resource.scope_spans);
        of_scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The headers of the first request.
    pub(crate) fn headers(&self) -> MetadataMap {
        self.sent.lock().unwrap()[0].0.clone()
    }

    /// What was said of the sender with the first request.
    pub(crate) fn resource(&self) -> BTreeMap<String, String> {
        let sent = self.sent.lock().unwrap();
        let resource = &sent[0].1.resource_spans[0].resource;
        attributes(&resource.as_ref().unwrap().attributes)
    }
}

/// Attributes as text.
pub(crate) fn attributes(said: &[KeyValue]) -> BTreeMap<String, String> {
    let said = said.iter().map(|said| {
        let value = said.value.as_ref().and_then(|value| value.value.as_ref());
        let text = match value {
            Some(Value::StringValue(text)) => text.clone(),
            Some(Value::IntValue(number)) => number.to_string(),
            Some(Value::BoolValue(flag)) => flag.to_string(),
            Some(Value::ArrayValue(array)) => format!("{} values", array.values.len()),
            other => panic!("{other:?}"),
        };
        (said.key.clone(), text)
    });
    said.collect()
}
