//! Clients who do harm: each kind takes from a server what it can, for as long as it is told.
//!
//! They come from several addresses of the loopback network, so that no limit of one address stops all of them, and show
//! the token they are given. What a server says to them is counted and otherwise not heeded.

#![expect(
    clippy::disallowed_methods,
    reason = "an attacker comes again after a while, whatever happens"
)]

mod calls;
mod connections;
mod messages;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::client::SendRequest;
use http::{Request, Response};
use prost::Message;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Connections of one attacker who sends much on each.
const CONNECTIONS: usize = 16;
/// Addresses that the attackers come from.
const ADDRESSES: u32 = 8;
/// The tenant of the attackers, where they want one of their own.
pub const TENANT: &str = "flood";
/// Its queue, which nobody serves, and its adapter.
pub const QUEUE: &str = "night";
/// The attackers' adapter.
pub const ADAPTER: &str = "flood";

/// What they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// New contacts, as fast as they are answered, 256 at a time on each connection.
    Calls,
    /// The same calls with a token that somebody else has signed.
    Strangers,
    /// Whole snapshots of the tenant that is watched, as fast as they come.
    Reads,
    /// Ten thousand connections: half say nothing at all, half begin and say nothing more.
    Idle,
    /// Streams of views that are never read.
    SlowReaders,
    /// Calls whose message is nearly as long as it may be, and never ends.
    Giants,
    /// Messages that say that they are compressed.
    Bombs,
    /// Headers of 60 KiB, and of more than is allowed.
    Headers,
    /// Calls that are taken back as soon as they are made.
    Resets,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Calls,
        Self::Strangers,
        Self::Reads,
        Self::Idle,
        Self::SlowReaders,
        Self::Giants,
        Self::Bombs,
        Self::Headers,
        Self::Resets,
    ];

    /// Its name on a command line and in a figure's key.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Strangers => "strangers",
            Self::Reads => "reads",
            Self::Idle => "idle",
            Self::SlowReaders => "slow_readers",
            Self::Giants => "giants",
            Self::Bombs => "bombs",
            Self::Headers => "headers",
            Self::Resets => "resets",
        }
    }

    /// What it is, in a few words.
    pub fn told(self) -> &'static str {
        match self {
            Self::Calls => "one caller's calls without end",
            Self::Strangers => "calls without end with a false token",
            Self::Reads => "whole snapshots without end",
            Self::Idle => "10,000 connections that say nothing or nothing more",
            Self::SlowReaders => "1,000 views that nobody reads",
            Self::Giants => "messages of nearly 4 MiB that never end",
            Self::Bombs => "compressed messages",
            Self::Headers => "headers of 60 KiB and more",
            Self::Resets => "calls that are taken back at once",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Told {
    /// Connections, calls or messages that were begun.
    pub begun: AtomicU64,
    /// Answers, of whatever kind.
    pub answered: AtomicU64,
    /// Connections and streams that the server ended.
    pub ended: AtomicU64,
}

impl Told {
    fn one_more(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// An attacker.
#[derive(Clone)]
pub(crate) struct Attacker {
    server: SocketAddr,
    token: Arc<str>,
    /// The tenant whose views are watched.
    watched: Arc<str>,
    told: Arc<Told>,
    next_address: Arc<AtomicU32>,
}

/// Attacks the server at this address for so long.
///
/// # Errors
/// The address is none.
pub async fn run(
    kind: Kind,
    address: &str,
    token: &str,
    watched: &str,
    length: Duration,
) -> Result<Arc<Told>, Box<dyn Error>> {
    let attacker = Attacker {
        server: address.parse()?,
        token: token.trim().into(),
        watched: watched.into(),
        told: Arc::default(),
        next_address: Arc::default(),
    };
    let told = attacker.told.clone();
    let mut tasks = JoinSet::new();
    match kind {
        Kind::Calls => calls::flood(&attacker, &mut tasks),
        Kind::Strangers => {
            let false_token = format!("{}x", attacker.token).into();
            let stranger = Attacker {
                token: false_token,
                ..attacker
            };
            calls::flood(&stranger, &mut tasks);
        }
        Kind::Reads => messages::whole_snapshots(&attacker, &mut tasks),
        Kind::Idle => connections::idle(&attacker, &mut tasks),
        Kind::SlowReaders => messages::never_read(&attacker, &mut tasks),
        Kind::Giants => messages::never_ended(&attacker, &mut tasks),
        Kind::Bombs => messages::compressed(&attacker, &mut tasks),
        Kind::Headers => calls::with_long_headers(&attacker, &mut tasks),
        Kind::Resets => calls::taken_back(&attacker, &mut tasks),
    }
    tokio::time::sleep(length).await;
    tasks.shutdown().await;
    Ok(told)
}

impl Attacker {
    /// A connection from the next address.
    async fn socket(&self) -> std::io::Result<TcpStream> {
        let nth = self.next_address.fetch_add(1, Ordering::Relaxed) % ADDRESSES;
        let from = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 0, 0, 2)) + nth);
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        let stream = socket.connect(self.server).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Does this on so many connections, so many times at a time on each, again and again; a connection that has ended
    /// is made anew.
    fn at_a_time<F>(
        &self,
        connections: usize,
        times: usize,
        tasks: &mut JoinSet<()>,
        act: impl Fn(Self, SendRequest<Bytes>) -> F + Clone + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<(), h2::Error>> + Send + 'static,
    {
        for _ in 0..connections {
            let (attacker, act) = (self.clone(), act.clone());
            tasks.spawn(async move {
                loop {
                    // Whatever ends it, it begins anew.
                    let _ = attacker.on_connection(times, &act).await;
                    Told::one_more(&attacker.told.ended);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    }

    async fn on_connection<F>(
        &self,
        times: usize,
        act: &(impl Fn(Self, SendRequest<Bytes>) -> F + Clone + Send + Sync + 'static),
    ) -> Result<(), Box<dyn Error + Send + Sync>>
    where
        F: Future<Output = Result<(), h2::Error>> + Send + 'static,
    {
        let mut builder = h2::client::Builder::new();
        // What the server sends is neither waited for nor taken note of.
        builder
            .initial_window_size(0)
            .max_concurrent_reset_streams(1_000_000);
        let (sender, connection) = builder.handshake(self.socket().await?).await?;
        let mut acting = JoinSet::new();
        for _ in 0..times {
            let (attacker, sender, act) = (self.clone(), sender.clone(), act.clone());
            acting.spawn(async move {
                loop {
                    if let Err(error) = act(attacker.clone(), sender.clone()).await {
                        // A stream may be refused alone; a connection ends all of them.
                        if !error.is_reset() {
                            return;
                        }
                    }
                }
            });
        }
        Ok(connection.await?)
    }

    /// Makes a call with this message; its answer, once it has begun, of which nothing is read yet. None: the call failed.
    async fn call(
        &self,
        sender: SendRequest<Bytes>,
        request: Request<()>,
        message: Bytes,
    ) -> Result<Option<Response<RecvStream>>, h2::Error> {
        let mut sender = sender.ready().await?;
        Told::one_more(&self.told.begun);
        let (response, mut stream) = sender.send_request(request, false)?;
        // It may have been answered by its headers.
        let _ = stream.send_data(message, true);
        let response = response.await.ok();
        if response.is_some() {
            Told::one_more(&self.told.answered);
        }
        Ok(response)
    }

    /// A call of this method.
    fn request(&self, path: &str) -> Request<()> {
        Request::post(format!("http://{}{path}", self.server))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", format!("Bearer {}", self.token))
            .body(())
            .expect("a request")
    }
}

/// A whole message as gRPC frames it.
fn whole(message: &impl Message) -> Bytes {
    let message = message.encode_to_vec();
    framed(false, message.len() as u32, &message)
}

/// A message as gRPC frames it: whether it is compressed, how long it says it is, and what of it is sent.
fn framed(is_compressed: bool, length: u32, message: &[u8]) -> Bytes {
    let mut frame = vec![u8::from(is_compressed)];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(message);
    frame.into()
}
