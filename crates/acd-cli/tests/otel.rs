//! The binary as it is built with the feature `otel`.

#[allow(dead_code, reason = "the tests of processes use all of it")]
#[path = "process/acd.rs"]
mod acd;
#[allow(dead_code, reason = "shared with the tests of processes")]
#[path = "process/server.rs"]
mod server;

use acd_testkit::{Clients, Pbx, call, in_time};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use server::Server;

/// How every client begins to speak HTTP/2.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What it sends is tried in acd-otlp.
#[tokio::test]
async fn a_server_that_was_built_with_traces_sends_them() {
    let collector = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = collector.local_addr().expect("an address");
    let mut server = Server::start(&format!(
        "[server.traces]\nendpoint = \"http://{endpoint}\"\nsample_ratio = 1\n\
         [tenants.bank]\nadapters = [\"pbx\"]\n[tenants.bank.queues.sales]\n"
    ));
    let clients = Clients::at("bank", format!("http://{}", server.grpc)).await;
    let _pbx = Pbx::connect(&clients, "1").await;
    let arrived = clients.arrive(call("c1", "sales")).await;
    arrived.expect("it joins");
    let connected = in_time("a connection for the spans", collector.accept()).await;
    let (mut stream, _) = connected.expect("a connection");
    let mut begun = [0; PREFACE.len()];
    let read = in_time("its begin", stream.read_exact(&mut begun)).await;
    read.expect("bytes");
    assert_eq!(&begun, PREFACE);
    drop((collector, stream));
    assert_eq!(server.terminate(), Some(0), "the collector is not missed");
}
