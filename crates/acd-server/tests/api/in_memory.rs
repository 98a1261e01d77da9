//! The whole server without a socket, on a clock that the test moves.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use acd_config::{FileConfig, ServerConfig, parse_tenant};
use acd_proto::v1;
use acd_server::server::{Listener, Listeners, Options, Server};
use acd_shard::clock::ManualTime;
use hyper_util::rt::TokioIo;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;
use tonic::codegen::{BoxFuture, Service, http::Uri};
use tonic::transport::Endpoint;

use crate::call_path::talking;
use crate::harness::server::DOCUMENT;
use crate::harness::{Clients, Desk, Pbx, TENANT, call, in_time};

/// Bytes that may be on the way in one direction of a connection.
const ON_THE_WAY: usize = 64 * 1_024;
/// Connections that wait to be accepted.
const BACKLOG: usize = 8;

/// The server's side: connections come through a channel.
struct Arriving(mpsc::Receiver<DuplexStream>);

impl Listener for Arriving {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(stream) => Ok((stream, SocketAddr::from(([127, 0, 0, 1], 1)))),
            None => pending().await,
        }
    }
}

/// The clients' side: each connection is a pipe of which the server gets the other end.
#[derive(Clone)]
struct Connecting(mpsc::Sender<DuplexStream>);

impl Service<Uri> for Connecting {
    type Response = TokioIo<DuplexStream>;
    type Error = io::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let (ours, theirs) = duplex(ON_THE_WAY);
        let server = self.0.clone();
        Pin::from(Box::new(async move {
            let sent = server.send(theirs).await;
            sent.map_err(|_| io::ErrorKind::ConnectionRefused)?;
            Ok(TokioIo::new(ours))
        }))
    }
}

fn wire() -> (Connecting, Arriving) {
    let (connecting, arriving) = mpsc::channel(BACKLOG);
    (Connecting(connecting), Arriving(arriving))
}

#[tokio::test]
async fn a_call_is_offered_accepted_and_talked_and_another_rings_until_time_is_moved() {
    let journal = tempfile::tempdir().unwrap();
    let time = Arc::new(ManualTime::new(1_795_867_200_000));
    let server = ServerConfig {
        data_dir: journal.path().to_owned(),
        ..ServerConfig::default()
    };
    let tenants = vec![(TENANT.into(), parse_tenant(DOCUMENT, "document").unwrap())];
    let options = Options {
        time: time.clone(),
        ..Options::new(FileConfig { server, tenants }, "acd.toml")
    };
    let ((network, grpc), (_nobody, metrics)) = (wire(), wire());
    let server = Server::start(options, Listeners { grpc, metrics });
    let server = server.await.unwrap();

    let endpoint = Endpoint::from_static("http://in-memory");
    let channel = endpoint.connect_with_connector(network).await.unwrap();
    let clients = Clients::over(TENANT, channel, None);
    let mut pbx = Pbx::connect(&clients, "run-1").await;
    let mut anna = Desk::ready(&clients, "anna").await;
    talking(&mut pbx, &mut anna, "c1").await;

    let mut bert = Desk::ready(&clients, "bert").await;
    pbx.send(call("c2", "sales")).await;
    let rings = bert.ringing().await;
    let ring = Duration::from_millis((rings.ring_until_ms - rings.made_at_ms).unsigned_abs());
    assert_eq!(ring, Duration::from_secs(600), "as configured");
    time.advance(ring);
    let missed = |offer: &v1::Offer| offer.state() == v1::OfferState::TimedOut;
    assert_eq!(bert.offer(missed).await.offer_id, rings.offer_id);

    drop((pbx, anna, bert, clients));
    in_time("an orderly stop", server.shutdown()).await.unwrap();
}
