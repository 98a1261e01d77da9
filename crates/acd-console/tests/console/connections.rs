//! Connections over which nothing is said.

use std::time::Duration;

use acd_console::{Options, options::Limits};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::harness::{Engine, in_time};

#[tokio::test]
async fn a_connection_that_asks_for_nothing_does_not_hold_its_place() {
    let engine = Engine::guarded(&["bank"]).await;
    let options = Options {
        limits: Limits {
            first_request: Duration::from_millis(50),
            form: Duration::from_millis(50),
            ..Limits::default()
        },
        ..Options::default()
    };
    let (address, _serving) = engine.listening(options).await;
    for said in [
        "",
        "P",
        "PRI * HTTP/2.0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /login HTTP/1.1\r\nHost: x\r\n",
        "POST /login HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 9\r\n\r\nt",
    ] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(said.as_bytes()).await.expect("room");
        let mut told = Vec::new();
        // It may as well be reset.
        let _ = in_time(said, stream.read_to_end(&mut told)).await;
    }
}
