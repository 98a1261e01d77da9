//! What goes over the wire, counted: messages and bytes by call, direction and kind.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use http_body::{Frame, SizeHint};
use tonic::{
    Status,
    body::Body,
    codegen::{BoxFuture, Bytes, Service, http},
    transport::Channel,
};
use tower::{BoxError, util::BoxCloneSyncService};

/// Counts the messages of an endpoint whose [`Options::traffic`](crate::endpoint::Options::traffic) holds it; clones
/// count together. Without one nothing is counted, and it costs nothing.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    calls: Arc<Mutex<BTreeMap<String, Arc<Counts>>>>,
}

/// Which way messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// What was counted of one kind of message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The call, as HTTP/2 names it: `/acd.v1.AgentService/Subscribe`.
    pub call: String,
    /// Which way.
    pub direction: Direction,
    /// The number of the last field of the message. In a message that is one of several it tells which: the streams of
    /// adapters and agents are made so.
    pub last_field: u32,
    /// How many.
    pub messages: u64,
    /// Their bytes with gRPC's five before each, without what HTTP/2 and TLS add.
    pub bytes: u64,
}

impl Traffic {
    /// What was counted so far.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        for (call, counts) in &*self.lock() {
            for (direction, kinds) in [(Direction::Up, &counts.up), (Direction::Down, &counts.down)]
            {
                let counted = kinds.iter().zip(0_u32..).map(|(kind, last_field)| Flow {
                    call: call.clone(),
                    direction,
                    last_field,
                    messages: kind.messages.load(Ordering::Relaxed),
                    bytes: kind.bytes.load(Ordering::Relaxed),
                });
                flows.extend(counted.filter(|flow| flow.messages > 0));
            }
        }
        flows
    }

    fn counts(&self, call: &str) -> Arc<Counts> {
        let mut calls = self.lock();
        if let Some(counts) = calls.get(call) {
            return counts.clone();
        }
        calls.entry(call.to_owned()).or_default().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Counts>>> {
        // Only whole entries are added, so what a panicking holder left is good.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kinds of messages told apart; fields from the last one on are counted as it.
const KINDS: usize = 32;

#[derive(Debug, Default)]
struct Counts {
    up: [Kind; KINDS],
    down: [Kind; KINDS],
}

#[derive(Debug, Default)]
struct Kind {
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    fn of(&self, direction: Direction) -> &[Kind; KINDS] {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }
}

/// A service that takes the calls itself.
pub type Carrier = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// The way calls go.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Network(Channel),
    Carrier(Carrier),
}

/// A connection whose messages are counted, if there is something to count them.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    way: Way,
    traffic: Option<Traffic>,
}

impl Counted {
    pub(crate) fn new(way: Way, traffic: Option<Traffic>) -> Self {
        Self { way, traffic }
    }
}

impl Way {
    fn call(&mut self, request: http::Request<Body>) -> BoxFuture<http::Response<Body>, BoxError> {
        match self {
            Self::Network(channel) => {
                let answer = channel.call(request);
                Box::pin(async { Ok(answer.await?) })
            }
            Self::Carrier(carrier) => {
                let answer = carrier.call(request);
                Box::pin(async { Ok(answer.await?) })
            }
        }
    }
}

impl Service<http::Request<Body>> for Counted {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match &mut self.way {
            Way::Network(channel) => channel.poll_ready(context).map_err(BoxError::from),
            Way::Carrier(carrier) => carrier.poll_ready(context).map_err(BoxError::from),
        }
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let Some(traffic) = &self.traffic else {
            return self.way.call(request);
        };
        let counts = traffic.counts(request.uri().path());
        let (up, down) = (counts.clone(), counts);
        let counted = |counts, direction| {
            move |body| Body::new(CountedBody::new(body, Counter::new(counts, direction)))
        };
        let answer = self.way.call(request.map(counted(up, Direction::Up)));
        Box::pin(async move { Ok(answer.await?.map(counted(down, Direction::Down))) })
    }
}

/// A body whose messages are counted as they pass.
struct CountedBody {
    body: Body,
    counter: Counter,
}

impl CountedBody {
    fn new(body: Body, counter: Counter) -> Self {
        Self { body, counter }
    }
}

impl http_body::Body for CountedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.counter.pass(data);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// gRPC puts five bytes before each message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Finds the messages in the bytes of one direction of a call, however these are cut.
struct Counter {
    counts: Arc<Counts>,
    direction: Direction,
    prefix: [u8; PREFIX],
    /// How much of the prefix has come.
    prefix_len: usize,
    /// How much of the message is still to come.
    left: usize,
}

impl Counter {
    fn new(counts: Arc<Counts>, direction: Direction) -> Self {
        Self {
            counts,
            direction,
            prefix: [0; PREFIX],
            prefix_len: 0,
            left: 0,
        }
    }

    fn pass(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let skipped = self.left.min(data.len());
            self.left -= skipped;
            data = &data[skipped..];
            let taken = (PREFIX - self.prefix_len).min(data.len());
            self.prefix[self.prefix_len..self.prefix_len + taken].copy_from_slice(&data[..taken]);
            self.prefix_len += taken;
            data = &data[taken..];
            if self.prefix_len == PREFIX {
                self.prefix_len = 0;
                let [_, a, b, c, d] = self.prefix;
                self.left = u32::from_be_bytes([a, b, c, d]) as usize;
                let field = last_field(&data[..self.left.min(data.len())]);
                let kind = &self.counts.of(self.direction)[(field as usize).min(KINDS - 1)];
                kind.messages.fetch_add(1, Ordering::Relaxed);
                let bytes = PREFIX + self.left;
                kind.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            }
        }
    }
}

/// The number of the last field that begins in this part of a message, 0 if none does.
fn last_field(mut message: &[u8]) -> u32 {
    let mut last = 0;
    while let Some(key) = varint(&mut message) {
        last = u32::try_from(key >> 3).unwrap_or(u32::MAX);
        let length = match key & 7 {
            0 => varint(&mut message).map(|_| 0),
            1 => Some(8),
            2 => varint(&mut message),
            5 => Some(4),
            _ => None,
        };
        let length = length.and_then(|length| usize::try_from(length).ok());
        let Some(rest) = length.and_then(|length| message.get(length..)) else {
            break;
        };
        message = rest;
    }
    last
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::{AgentChanges, AgentState, AgentUpdate, Heartbeat, agent_update::Update};
    use tonic_prost::prost::Message as _;

    use super::*;

    fn update(update: Update) -> Vec<u8> {
        let message = AgentUpdate {
            sequence: 300,
            previous_sequence: 299,
            at_ms: 1_700_000_000_000,
            resume_token: "token".to_owned(),
            update: Some(update),
        }
        .encode_to_vec();
        let length = u32::try_from(message.len()).expect("short").to_be_bytes();
        [&[0], &length[..], &message].concat()
    }

    fn stream() -> Vec<u8> {
        let changes = AgentChanges {
            agent: Some(AgentState {
                agent: "anna".to_owned(),
                ..AgentState::default()
            }),
            ..AgentChanges::default()
        };
        let heartbeat = update(Update::Heartbeat(Heartbeat::default()));
        [
            heartbeat.clone(),
            update(Update::Changes(changes)),
            heartbeat,
        ]
        .concat()
    }

    /// What is counted of these pieces: messages and bytes by the last field.
    fn counted<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> BTreeMap<u32, (u64, u64)> {
        let traffic = Traffic::default();
        let mut counter = Counter::new(traffic.counts("/call"), Direction::Down);
        for piece in pieces {
            counter.pass(piece);
        }
        let flows = traffic.flows().into_iter();
        flows
            .map(|flow| (flow.last_field, (flow.messages, flow.bytes)))
            .collect()
    }

    #[test]
    fn messages_are_told_apart_by_what_they_hold() {
        let stream = stream();
        let counted = counted([&stream[..]]);
        assert_eq!(counted.keys().collect::<Vec<_>>(), [&6, &7]);
        assert_eq!((counted[&6].0, counted[&7].0), (1, 2));
        assert_eq!(counted[&6].1 + counted[&7].1, stream.len() as u64);
    }

    #[test]
    fn messages_and_bytes_are_the_same_however_the_stream_is_cut() {
        let stream = stream();
        let totals = |size| {
            let counted = counted(stream.chunks(size));
            let add = |(messages, bytes), (more, longer)| (messages + more, bytes + longer);
            counted.into_values().fold((0, 0), add)
        };
        for size in 1..=stream.len() {
            assert_eq!(totals(size), (3, stream.len() as u64), "pieces of {size}");
        }
    }
}
