//! The simulated network: calls and streams between clients and the one server, without HTTP/2.
//!
//! Each client has one connection at a time. On it messages keep their order and none is lost, as on TCP; each may be late.
//! A connection may be cut, refused, or fall silent for a while or until it is cut, and after a cut neither side knows what
//! the other one got. Messages are the bytes of gRPC: what they are made of and made into is the services' and the SDK's
//! own code.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use acd_client::endpoint::Carrier;
use http_body::{Frame, SizeHint};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, http};
use tonic::service::Routes;
use tower::util::BoxCloneSyncService;
use tower::{Service, service_fn};

use crate::chance::Chance;

/// Who is at one end of a connection; the server is at the other.
pub(crate) type ClientNo = usize;

/// How late messages may be, and how often they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lateness {
    /// One message in so many is late; 0: none.
    pub(crate) once_in: u32,
    /// By how much at most.
    pub(crate) most: Duration,
}

impl Lateness {
    /// No message is late.
    pub(crate) const NONE: Self = Self {
        once_in: 0,
        most: Duration::ZERO,
    };
}

/// The network. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Network(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told of every message that passes: there may be something to do.
    passed: Notify,
}

#[derive(Debug)]
struct State {
    seed: u64,
    /// What answers; none: the server is down.
    server: Option<Served>,
    connections: BTreeMap<ClientNo, Connection>,
    /// How many connections each client has had.
    made: BTreeMap<ClientNo, usize>,
    lateness: Lateness,
    messages: u64,
}

/// The server, as the network sees it.
struct Served {
    routes: Routes,
    /// What it does for calls at present; all of it ends with it.
    handling: JoinSet<()>,
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Served").finish_non_exhaustive()
    }
}

/// One connection. Clones are the same one.
#[derive(Clone, Debug)]
struct Connection {
    cut: CancellationToken,
    chance: Arc<Mutex<Chance>>,
    /// Until when nothing passes.
    silent_until: Arc<Mutex<Option<Instant>>>,
}

impl Network {
    /// A network without a server.
    pub(crate) fn new(seed: u64, lateness: Lateness) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                seed,
                server: None,
                connections: BTreeMap::new(),
                made: BTreeMap::new(),
                lateness,
                messages: 0,
            }),
            passed: Notify::new(),
        }))
    }

    /// From now on this answers.
    pub(crate) fn serve(&self, routes: Routes) {
        self.state().server = Some(Served {
            routes,
            handling: JoinSet::new(),
        });
    }

    /// From now on nobody answers, and all connections are cut.
    pub(crate) fn stop_serving(&self) {
        let (server, connections) = {
            let mut state = self.state();
            let connections = std::mem::take(&mut state.connections);
            (state.server.take(), connections)
        };
        // Outside of the lock: what ends here may look at the network.
        drop(server);
        connections.values().for_each(|it| it.cut.cancel());
        self.0.passed.notify_one();
    }

    /// Cuts the connection of a client, if it has one.
    pub(crate) fn cut(&self, client: ClientNo) {
        let cut = self.state().connections.remove(&client);
        if let Some(connection) = cut {
            connection.cut.cancel();
        }
        self.0.passed.notify_one();
    }

    /// Lets nothing pass between this client and the server for so long. Neither side is told.
    pub(crate) fn silence(&self, client: ClientNo, length: Duration) {
        if let Some(connection) = self.state().connections.get(&client) {
            *lock(&connection.silent_until) = Some(Instant::now() + length);
        }
    }

    /// From now on messages are late as this says.
    pub(crate) fn be_late(&self, lateness: Lateness) {
        self.state().lateness = lateness;
    }

    /// How many messages have passed.
    pub(crate) fn messages(&self) -> u64 {
        self.state().messages
    }

    /// Completes when a message has passed since this was awaited last.
    pub(crate) async fn has_passed_something(&self) {
        self.0.passed.notified().await;
    }

    /// What a client calls through.
    pub(crate) fn carrier(&self, client: ClientNo) -> Carrier {
        let network = self.clone();
        BoxCloneSyncService::new(service_fn(move |request| {
            network.clone().carry(client, request)
        }))
    }

    async fn carry(
        self,
        client: ClientNo,
        request: http::Request<Body>,
    ) -> Result<http::Response<Body>, Status> {
        let connection = self.connection(client);
        self.pass(&connection).await?;
        let request = request.map(|body| Body::new(self.carried(body, &connection, Side::Server)));
        let answer = self.handle(request)?;
        let answer = tokio::select! {
            biased;
            () = connection.cut.cancelled() => return Err(lost()),
            // Without an answer the server has ended.
            answer = answer => answer.map_err(|_| lost())?,
        };
        self.pass(&connection).await?;
        Ok(answer.map(|body| Body::new(self.carried(body, &connection, Side::Client))))
    }

    /// Has the server handle a call.
    fn handle(
        &self,
        request: http::Request<Body>,
    ) -> Result<oneshot::Receiver<http::Response<Body>>, Status> {
        let (tell, answer) = oneshot::channel();
        let mut state = self.state();
        let Some(Served { routes, handling }) = &mut state.server else {
            return Err(unreachable());
        };
        while handling.try_join_next().is_some() {}
        let mut routes = routes.clone();
        handling.spawn(async move {
            let handled = routes.call(request).await;
            let Ok(answer) = handled;
            // Whoever asked may be gone.
            let _ = tell.send(answer);
        });
        Ok(answer)
    }

    /// The connection of a client, made anew if there is none.
    fn connection(&self, client: ClientNo) -> Connection {
        let mut state = self.state();
        if let Some(connection) = state.connections.get(&client) {
            return connection.clone();
        }
        let made = state.made.entry(client).or_default();
        *made += 1;
        let number = client * 1_000_000 + *made;
        let connection = Connection {
            cut: CancellationToken::new(),
            chance: Arc::new(Mutex::new(Chance::of(state.seed, "connection", number))),
            silent_until: Arc::default(),
        };
        state.connections.insert(client, connection.clone());
        connection
    }

    /// A message passes: at once, later, or not.
    async fn pass(&self, connection: &Connection) -> Result<(), Status> {
        if let Some(until) = self.passes_at(connection) {
            tokio::select! {
                biased;
                () = connection.cut.cancelled() => {}
                () = sleep_until(until) => {}
            }
        }
        self.0.passed.notify_one();
        match connection.cut.is_cancelled() {
            true => Err(lost()),
            false => Ok(()),
        }
    }

    /// When a message that is sent now arrives; none: now.
    fn passes_at(&self, connection: &Connection) -> Option<Instant> {
        let mut state = self.state();
        state.messages += 1;
        let Lateness { once_in, most } = state.lateness;
        drop(state);
        let mut chance = lock(&connection.chance);
        let late = chance.once_in(once_in).then(|| chance.up_to(most));
        let silent_until = *lock(&connection.silent_until);
        let now = Instant::now();
        let silent = silent_until.filter(|until| *until > now);
        match (late, silent) {
            (None, None) => None,
            (late, silent) => Some(silent.unwrap_or(now) + late.unwrap_or_default()),
        }
    }

    fn carried(&self, body: Body, connection: &Connection, reader: Side) -> Carried {
        Carried {
            body,
            network: self.clone(),
            is_cut: Box::pin(connection.cut.clone().cancelled_owned()),
            connection: connection.clone(),
            reader,
            under_way: None,
            is_over: false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here can fail half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost() -> Status {
    Status::unavailable("the connection was lost")
}

fn unreachable() -> Status {
    Status::unavailable("nobody listens there")
}

/// Who reads a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// A body on its way to the other side.
struct Carried {
    body: Body,
    network: Network,
    connection: Connection,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    reader: Side,
    /// What is late, and until when.
    under_way: Option<(Frame<Bytes>, Pin<Box<Sleep>>)>,
    is_over: bool,
}

impl http_body::Body for Carried {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        if this.is_cut.as_mut().poll(context).is_ready() {
            this.is_over = true;
            // What tonic makes of a stream that was reset.
            let broken = match this.reader {
                Side::Client => Status::unavailable("the connection was lost"),
                Side::Server => Status::cancelled("the connection was lost"),
            };
            return Poll::Ready(Some(Err(broken)));
        }
        loop {
            if let Some((_, until)) = &mut this.under_way {
                std::task::ready!(until.as_mut().poll(context));
                let (frame, _) = this.under_way.take().expect("it is under way");
                this.network.0.passed.notify_one();
                return Poll::Ready(Some(Ok(frame)));
            }
            let frame = match std::task::ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                over => {
                    this.is_over = true;
                    return Poll::Ready(over);
                }
            };
            match this.network.passes_at(&this.connection) {
                Some(until) => this.under_way = Some((frame, Box::pin(sleep_until(until)))),
                None => {
                    this.network.0.passed.notify_one();
                    return Poll::Ready(Some(Ok(frame)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
