//! A server without a network: services over a shard, with a tenant at work.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use acd_config::ServerConfig;
use acd_core::state::Facts;
use acd_journal::MemoryLog;
use acd_proto::v1::{self, ErrorReason};
use acd_server::auth::{Authenticator, Gate, Lifetimes, Rates};
use acd_server::metrics::Metrics;
use acd_server::service::{HistoryReaders, Services};
use acd_server::tasks::Tasks;
use acd_shard::clock::TimeSource;
use acd_shard::{Options, Part, Setup, Stepped, SteppedShards};
use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, yield_now};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::ServiceExt as _;

use super::time::CountedTime;

/// The tenant at work.
pub(crate) const TENANT: &str = "centre";
/// What it is.
const DOCUMENT: &str = include_str!("centre.toml");
/// The methods whose answer is a stream.
const STREAMS: [&str; 3] = [CONNECT, SUBSCRIBE, "/acd.v1.SupervisorService/Watch"];
const CONNECT: &str = "/acd.v1.AdapterService/Connect";
const SUBSCRIBE: &str = "/acd.v1.AgentService/Subscribe";

/// The most streams at once; the oldest gives way.
const STREAMS_MAX: usize = 6;
/// How many messages of a stream may wait.
const SAID_MAX: usize = 8;
/// How long somebody waits for an answer.
const PATIENCE_MS: u64 = 60_000;
/// Turns of everybody between two looks whether all is done.
const TURNS: usize = 4;
/// The most steps of a part without a rest.
const STEPS_MAX: usize = 100_000;

/// A server, and whoever calls it.
pub(crate) struct House {
    shards: SteppedShards,
    routes: Routes,
    streams: Tasks,
    /// Calls without an answer yet.
    calls: JoinSet<Answer>,
    /// Streams, the oldest first.
    open: Vec<JoinSet<Answer>>,
    /// What the newest adapter says.
    adapter: Option<mpsc::Sender<Bytes>>,
}

/// What a call came to.
struct Answer {
    path: &'static str,
    status: Status,
}

impl House {
    /// A server with a tenant, whose adapter is connected, and one of whose agents is ready.
    pub(crate) async fn open() -> Self {
        let config = ServerConfig::default();
        let time: Arc<dyn TimeSource> = Arc::new(CountedTime::begin());
        let metrics = Metrics::new(&config.limits);
        let options = Options {
            time: time.clone(),
            ..Options::new(&config)
        };
        let setup = Setup::new(
            Box::new(MemoryLog::new().expect("a log without a disk")),
            metrics.shard(0),
        );
        let shards = SteppedShards::new(vec![setup], &options).expect("shards without threads");
        let gate = Gate::new(
            Arc::new(Authenticator::new(None).expect("authentication is off")),
            Rates::new(&config.limits, time),
            config.limits.request_bytes,
            metrics.refused_calls(),
            shards.shards().clock().clone(),
        );
        let streams = Tasks::default();
        let services = Services {
            lifetimes: Lifetimes::new(shards.shards().clock().clone()),
            shards: shards.shards().clone(),
            tasks: streams.clone(),
            limits: config.limits,
            web: None,
            gate: Arc::new(gate),
            metrics,
            history: HistoryReaders::none(),
        };
        let (routes, _health) = services.routes().await;
        let mut house = Self {
            shards,
            routes,
            streams,
            calls: JoinSet::new(),
            open: Vec::new(),
            adapter: None,
        };
        house.begin().await;
        house
    }

    async fn begin(&mut self) {
        let apply = v1::ApplyRequest {
            tenant: TENANT.into(),
            request_id: "begin-1".into(),
            document: DOCUMENT.into(),
            create: true,
            ..Default::default()
        };
        self.call("/acd.v1.ConfigService/Apply", apply.encode_to_vec())
            .await;
        let hello = v1::Hello {
            tenant: TENANT.into(),
            adapter: "pbx".into(),
            incarnation: "run-1".into(),
        };
        let hello = v1::AdapterMessage {
            message: Some(v1::adapter_message::Message::Hello(hello)),
        };
        self.call(CONNECT, hello.encode_to_vec()).await;
        let login = v1::LoginRequest {
            tenant: TENANT.into(),
            request_id: "begin-2".into(),
            agent: "anna".into(),
        };
        self.call("/acd.v1.AgentService/Login", login.encode_to_vec())
            .await;
        let subscribe = v1::SubscribeRequest {
            tenant: TENANT.into(),
            agent: "anna".into(),
            session_id: self.session(),
            ..Default::default()
        };
        self.call(SUBSCRIBE, subscribe.encode_to_vec()).await;
        let ready = v1::SetPresenceRequest {
            tenant: TENANT.into(),
            request_id: "begin-3".into(),
            agent: "anna".into(),
            session_id: self.session(),
            presence: v1::Presence::Ready.into(),
            ..Default::default()
        };
        self.call("/acd.v1.AgentService/SetPresence", ready.encode_to_vec())
            .await;
    }

    /// The session of the agent who is ready.
    pub(crate) fn session(&self) -> u64 {
        let mut sessions = self
            .facts()
            .agents
            .iter()
            .filter_map(|it| it.session.as_ref());
        sessions.next().expect("a session").id.0
    }

    /// All that is known of the tenant.
    pub(crate) fn facts(&self) -> &Facts {
        let (_, state) = self.shards.decided(0).next().expect("a tenant");
        state.facts()
    }

    /// Makes a call with this message, and waits for its answer; a stream is left open.
    pub(crate) async fn call(&mut self, path: &'static str, message: Vec<u8>) {
        let is_stream = STREAMS.contains(&path);
        let (sender, messages) = mpsc::channel(SAID_MAX);
        sender.try_send(framed(&message)).expect("room");
        let answer = answer(self.routes.clone(), path, messages);
        if is_stream {
            if self.open.len() == STREAMS_MAX {
                self.open.remove(0);
            }
            let mut stream = JoinSet::new();
            stream.spawn(answer);
            self.open.push(stream);
        } else {
            self.calls.spawn(answer);
        }
        if path == CONNECT {
            self.adapter = Some(sender);
        } else {
            drop(sender);
        }
        self.settle().await;
    }

    /// The newest adapter says something.
    pub(crate) async fn say(&mut self, message: Vec<u8>) {
        if let Some(adapter) = &self.adapter {
            // Its stream may have ended.
            let _ = adapter.try_send(framed(&message));
            self.settle().await;
        }
    }

    /// Lets time pass.
    pub(crate) async fn wait(&mut self, length_ms: u64) {
        tokio::time::advance(Duration::from_millis(length_ms)).await;
        self.settle().await;
    }

    /// Has everybody do what they have to do now, and waits for the answers.
    async fn settle(&mut self) {
        for _ in 0..PATIENCE_MS {
            for _ in 0..TURNS {
                self.step();
                yield_now().await;
            }
            while let Some(answer) = self.calls.try_join_next() {
                good(answer.expect("no call ends on a defect"));
            }
            for stream in &mut self.open {
                while let Some(answer) = stream.try_join_next() {
                    good(answer.expect("no stream ends on a defect"));
                }
            }
            self.open.retain(|stream| !stream.is_empty());
            if self.calls.is_empty() {
                self.step();
                return;
            }
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        panic!("a call has no answer");
    }

    /// Has the parts of the shard take steps until they rest.
    fn step(&mut self) {
        for part in [Part::Decider, Part::Follower, Part::Compactor] {
            let mut steps = 0;
            while matches!(self.shards.step(0, part), Ok(Stepped::More)) {
                steps += 1;
                assert!(steps < STEPS_MAX, "{part:?} never rests");
            }
        }
    }

    /// What is decided holds, and is what is shown.
    pub(crate) fn close(mut self) {
        self.step();
        for (tenant, state) in self.shards.decided(0) {
            state.check_invariants().expect("the invariants hold");
            let shown = self.shards.shown(0).find(|(name, _)| *name == tenant);
            let shown = shown.map(|(_, state)| state.digest());
            assert_eq!(shown, Some(state.digest()), "{tenant}");
        }
        self.streams.abort();
    }
}

/// A message as it is framed on the wire.
fn framed(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).expect("a short message"));
    framed.put_slice(message);
    framed.freeze()
}

/// Makes a call; what it comes to when its last message is read.
async fn answer(routes: Routes, path: &'static str, messages: mpsc::Receiver<Bytes>) -> Answer {
    let frames = ReceiverStream::new(messages).map(|it| Ok::<_, Infallible>(Frame::data(it)));
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(StreamBody::new(frames)))
        .expect("a request");
    let Ok(response) = routes.oneshot(request).await;
    let status = match Status::from_header_map(response.headers()) {
        Some(status) => status,
        None => last(response.into_body()).await,
    };
    Answer { path, status }
}

/// Reads everything, and gives the status at the end.
async fn last(mut body: Body) -> Status {
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                if let Some(trailers) = frame.trailers_ref() {
                    return Status::from_header_map(trailers).expect("a status at the end");
                }
            }
            Err(status) => return status,
        }
    }
    panic!("an answer ends without a status");
}

/// Whoever is refused is told why, and it is no defect of ours.
fn good(Answer { path, status }: Answer) {
    if status.code() == Code::Ok {
        return;
    }
    let info = status.get_details_error_info();
    let reason = info.and_then(|info| ErrorReason::from_wire_name(&info.reason));
    assert!(
        reason.is_some_and(|reason| reason != ErrorReason::Internal),
        "{path}: {status:?}"
    );
}

/// A contact that arrives, for whom somebody is ready.
pub(crate) fn arrival(request_id: &str) -> v1::ArriveContactRequest {
    v1::ArriveContactRequest {
        tenant: TENANT.into(),
        request_id: request_id.into(),
        adapter: "pbx".into(),
        contact: Some(v1::ContactArrived {
            contact_id: "c1".into(),
            channel: "voice".into(),
            queue: "service".into(),
            ..Default::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::on_runtime;

    #[test]
    fn a_contact_that_arrives_is_offered_to_who_is_ready() {
        on_runtime(async {
            let mut house = House::open().await;
            assert_eq!((house.facts().offers.len(), house.open.len()), (0, 2));
            let arrive = arrival("r1");
            house
                .call(
                    "/acd.v1.AdapterService/ArriveContact",
                    arrive.encode_to_vec(),
                )
                .await;
            house.wait(10_000).await;
            assert_eq!(house.facts().offers.len(), 1);
            house.close();
        });
    }
}
