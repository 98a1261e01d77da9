//! Messages that cannot be read: each ends its call with a typed error, on streams and in unary calls.

use acd_proto::v1::{self, ErrorReason};
use prost::Message as _;
use prost::bytes::{Buf as _, BufMut as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Status, Streaming};

use crate::harness::{TENANT, TestServer, call, in_time, metadata, reason};

/// More than a message may have.
const TOO_LARGE: usize = 5 << 20;

/// Sends and receives messages as they are on the wire.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}

/// A client that says what it likes.
struct Garbler(tonic::client::Grpc<tonic::transport::Channel>);

impl Garbler {
    async fn of(server: &TestServer) -> Self {
        Self(tonic::client::Grpc::new(server.channel().await))
    }

    async fn unary(&mut self, path: &'static str, request: Vec<u8>) -> Status {
        self.0.ready().await.expect("a connection");
        let path = path.parse().expect("a path");
        let answer = self.0.unary(tonic::Request::new(request), path, Raw);
        let answer = in_time("an answer", answer).await;
        answer.map(|_| ()).expect_err("a refusal")
    }

    async fn connect(&mut self) -> Adapter {
        self.0.ready().await.expect("a connection");
        let (up, outbox) = mpsc::channel(8);
        let hello = v1::Hello {
            tenant: TENANT.into(),
            adapter: "pbx".into(),
            incarnation: "run-1".into(),
        };
        let hello = v1::AdapterMessage::from(v1::adapter_message::Message::Hello(hello));
        up.try_send(hello.encode_to_vec()).expect("room");
        let path = "/acd.v1.AdapterService/Connect".parse().expect("a path");
        let requests = tonic::Request::new(ReceiverStream::new(outbox));
        let opened = self.0.streaming(requests, path, Raw);
        let down = in_time("a stream", opened).await.expect("it opens");
        Adapter {
            up,
            down: down.into_inner(),
        }
    }
}

/// The stream of an adapter.
struct Adapter {
    up: mpsc::Sender<Vec<u8>>,
    down: Streaming<Vec<u8>>,
}

impl Adapter {
    async fn say(&self, message: Vec<u8>) {
        self.up.send(message).await.expect("an open stream");
    }

    /// The status that ends the stream; none if it ends in order.
    async fn end(&mut self) -> Option<Status> {
        loop {
            match in_time("a message", self.down.message()).await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(status) => return Some(status),
            }
        }
    }
}

fn event(sequence: u64, contact: v1::ContactArrived) -> Vec<u8> {
    let event = v1::Event {
        sequence,
        event: Some(contact.into()),
        ..Default::default()
    };
    let message = v1::adapter_message::Message::Event(event);
    v1::AdapterMessage::from(message).encode_to_vec()
}

/// An event whose contact's name is no text.
fn not_utf8() -> Vec<u8> {
    let mut message = event(2, call("NAME", "sales"));
    let at = message.windows(4).position(|name| name == b"NAME");
    message[at.expect("the name")] = 0xff;
    message
}

#[tokio::test]
async fn an_adapters_message_that_cannot_be_read_ends_the_stream_and_says_so() {
    let server = TestServer::start().await;
    let mut garbler = Garbler::of(&server).await;
    let cases = [
        (not_utf8(), "ContactArrived.contact_id"),
        (vec![0xff; 40], ""),
        (event(2, call("c2", "sales"))[..9].to_vec(), ""),
    ];
    for (nth, (message, field)) in (1..).zip(cases) {
        let mut adapter = garbler.connect().await;
        adapter.say(event(nth, call("c1", "sales"))).await;
        adapter.say(message).await;
        let end = adapter.end().await.expect("an error");
        assert_eq!(end.code(), Code::InvalidArgument, "{end}");
        assert_eq!(reason(&end), ErrorReason::InvalidArgument);
        assert_eq!(metadata(&end, "after_sequence"), nth.to_string());
        if !field.is_empty() {
            assert_eq!(metadata(&end, "field"), field);
        }
        assert!(!metadata(&end, "remedy").is_empty());
    }
}

#[tokio::test]
async fn an_adapters_message_that_is_too_large_ends_the_stream_and_names_the_limit() {
    let server = TestServer::start().await;
    let mut garbler = Garbler::of(&server).await;
    let mut adapter = garbler.connect().await;
    adapter.say(vec![0; TOO_LARGE]).await;
    let end = adapter.end().await.expect("an error");
    assert_eq!(end.code(), Code::ResourceExhausted, "{end}");
    assert_eq!(reason(&end), ErrorReason::LimitReached);
    assert_eq!(metadata(&end, "limit"), "message_bytes");
    let counted = "acd_adapter_events_refused_total{reason=\"LIMIT_REACHED\"} 1";
    assert!(server.scrape().await.contains(counted));
}

#[tokio::test]
async fn an_adapter_that_ends_its_side_is_told_no_error() {
    let server = TestServer::start().await;
    let mut garbler = Garbler::of(&server).await;
    let mut adapter = garbler.connect().await;
    let (up, _) = mpsc::channel(1);
    drop(std::mem::replace(&mut adapter.up, up));
    assert!(adapter.end().await.is_none());
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_refused_in_the_words_of_the_api() {
    let server = TestServer::start().await;
    let mut garbler = Garbler::of(&server).await;
    let calls = [
        "/acd.v1.AdapterService/ArriveContact",
        "/acd.v1.AgentService/Login",
        "/acd.v1.AgentService/Subscribe",
        "/acd.v1.SupervisorService/Watch",
        "/acd.v1.ConfigService/Apply",
    ];
    for path in calls {
        // The first field, a text, holds what is none.
        let status = garbler.unary(path, vec![0x0a, 1, 0xff]).await;
        assert_eq!(
            (status.code(), reason(&status)),
            (Code::InvalidArgument, ErrorReason::InvalidArgument),
            "{path}: {status}"
        );
        assert!(metadata(&status, "field").ends_with(".tenant"), "{status}");
        let status = garbler.unary(path, vec![0; TOO_LARGE]).await;
        assert_eq!(
            (status.code(), reason(&status)),
            (Code::ResourceExhausted, ErrorReason::LimitReached),
            "{path}: {status}"
        );
    }
}
