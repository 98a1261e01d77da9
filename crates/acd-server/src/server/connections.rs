//! Accepting connections: each has a place, a time to say what it wants, and at a stop a short time to go.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;
use tracing::{debug, warn};

use super::admission::{Admission, Full, Place};
use super::listen::Listener;
use crate::auth::{Certificates, Peer, Reading};
use crate::metrics::Turned;
use crate::sampling::Sampler;

/// The wait after an accept that failed, such as for want of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// Connections that have said what they want and that the gRPC server has not taken up.
const BACKLOG: usize = 64;
/// How a connection begins.
type Beginning = [u8; 24];
/// What every HTTP/2 connection begins with (RFC 9113, 3.4). The head of a call over HTTP/1.1 is longer than that.
const PREFACE: Beginning = *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How much is read at once of a connection that is read in pieces: about ten calls.
const PIECE_BYTES: usize = 1_024;
/// How long a connection may be silent once everything has been told and the server only waits for it to close.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Who is let in, and how.
#[derive(Clone)]
pub(super) struct Doors {
    pub(super) admission: Admission,
    /// How long a connection may take until it has said what it wants.
    pub(super) handshake_timeout: Duration,
    /// Browsers may call: HTTP/1.1 is spoken, too.
    pub(super) browsers: bool,
    /// Encryption; none: plain text.
    pub(super) certificates: Option<Arc<Certificates>>,
    /// Connections that were turned away.
    pub(super) turned: Turned,
    /// Tells which accepts that failed are told in the log.
    pub(super) accept_failures: Arc<Sampler>,
    /// No more connections.
    pub(super) stop: CancellationToken,
    /// Everything has been told: whoever is silent now is cut off.
    pub(super) told: CancellationToken,
}

/// The gRPC connections of this listener until the stop; they come while the future is polled. Beyond a limit a
/// connection is closed at once, so that its client tries elsewhere or later instead of waiting for an answer that does
/// not come.
pub(super) fn accept<L: Listener>(
    mut listener: L,
    doors: Doors,
) -> (
    impl Future<Output = ()> + use<L>,
    ReceiverStream<io::Result<Connection<L::Io>>>,
) {
    let (sender, connections) = mpsc::channel(BACKLOG);
    let accepting = async move {
        // Whoever has not finished with the handshake by then is dropped with the set.
        let mut arriving = JoinSet::new();
        let accepting = async {
            loop {
                let (stream, place) = doors.next(&mut listener).await;
                while arriving.try_join_next().is_some() {}
                arriving.spawn(arrive(stream, place, doors.clone(), sender.clone()));
            }
        };
        doors.stop.run_until_cancelled(accepting).await;
    };
    (accepting, ReceiverStream::new(connections))
}

impl Doors {
    /// The next connection that is let in.
    pub(super) async fn next<L: Listener>(&self, listener: &mut L) -> (L::Io, Place) {
        loop {
            let Some((stream, peer)) = self.next_stream(listener).await else {
                continue;
            };
            match self.admission.admit(peer.ip()) {
                Ok((place, shown_out)) => {
                    if let Some(shown_out) = shown_out {
                        self.turned.count(Full::All.key(), shown_out.address());
                    }
                    return (stream, place);
                }
                Err(full) => self.turned.count(full.key(), peer.ip()),
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an accept that failed for want of descriptors fails again at once: only time helps"
    )]
    async fn next_stream<L: Listener>(&self, listener: &mut L) -> Option<(L::Io, SocketAddr)> {
        match listener.accept().await {
            Ok(accepted) => Some(accepted),
            Err(error) => {
                if let Some(untold) = self.accept_failures.one_more() {
                    warn!(%error, suppressed = untold, "a connection could not be accepted");
                }
                tokio::time::sleep(ACCEPT_RETRY).await;
                None
            }
        }
    }
}

/// Hands a connection on that has begun as one of ours in time.
async fn arrive<Io: AsyncRead + AsyncWrite + Unpin>(
    stream: Io,
    place: Place,
    doors: Doors,
    sender: mpsc::Sender<io::Result<Connection<Io>>>,
) {
    let beginning = timeout(doors.handshake_timeout, begin(stream, &doors));
    let shown_out = place.peer().shown_out().clone();
    let Some(begun) = shown_out.run_until_cancelled(beginning).await else {
        return;
    };
    match begun {
        Ok(Ok((stream, beginning))) => {
            let connection = Connection::new(stream, beginning, place, doors.told.clone());
            // The gRPC server has stopped if this fails.
            let _ = sender.send(Ok(connection)).await;
        }
        Ok(Err(error)) => debug!(%error, "a connection did not begin as one of ours"),
        Err(_) => doors
            .turned
            .count(HANDSHAKE_TIMEOUT, place.peer().address()),
    }
}

/// The limit on the time for the handshake, as its configuration key.
const HANDSHAKE_TIMEOUT: &str = "handshake_timeout";

/// Does the TLS handshake, if there is one, and reads how the client begins.
async fn begin<Io: AsyncRead + AsyncWrite + Unpin>(
    stream: Io,
    doors: &Doors,
) -> io::Result<(Transport<Io>, Beginning)> {
    let mut stream = match doors.certificates.as_deref() {
        Some(certificates) => {
            let accepted = certificates.acceptor().accept(stream).await?;
            Transport::Encrypted(Box::new(accepted))
        }
        None => Transport::Plain(stream),
    };
    let mut beginning = Beginning::default();
    stream.read_exact(&mut beginning).await?;
    if beginning == PREFACE || doors.browsers {
        Ok((stream, beginning))
    } else {
        Err(io::Error::other("it does not speak HTTP/2"))
    }
}

/// The bytes of a connection.
#[derive(Debug)]
enum Transport<Io> {
    Plain(Io),
    Encrypted(Box<TlsStream<Io>>),
}

/// A connection that has begun as one of ours. It counts until it is closed.
#[derive(Debug)]
pub(super) struct Connection<Io> {
    transport: Transport<Io>,
    beginning: Beginning,
    /// How much of the beginning, which was read already, the gRPC server has got.
    begun: usize,
    silence: Silence,
    /// Until when it is not read, because of what was called over it.
    rest: Option<Pin<Box<Sleep>>>,
    shown_out: Pin<Box<WaitForCancellationFutureOwned>>,
    place: Place,
}

/// Ends a connection that is silent although nothing keeps it open but the wish that it close by itself.
#[derive(Debug)]
struct Silence {
    told: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    until: Option<Pin<Box<Sleep>>>,
}

impl<Io> Connection<Io> {
    fn new(
        transport: Transport<Io>,
        beginning: Beginning,
        place: Place,
        told: CancellationToken,
    ) -> Self {
        Self {
            transport,
            beginning,
            begun: 0,
            silence: Silence {
                told: Some(Box::pin(told.cancelled_owned())),
                until: None,
            },
            rest: None,
            shown_out: Box::pin(place.peer().shown_out().clone().cancelled_owned()),
            place,
        }
    }
}

impl Silence {
    /// Ready when the connection has been silent for too long. To be asked whenever there is nothing to read.
    fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(told) = &mut self.told {
            ready!(told.as_mut().poll(context));
            self.told = None;
            self.until = Some(Box::pin(sleep_until(Instant::now() + LAST_WORDS)));
        }
        match &mut self.until {
            Some(until) => until.as_mut().poll(context),
            None => Poll::Pending,
        }
    }

    /// Something was heard.
    fn broken(&mut self) {
        if let Some(until) = &mut self.until {
            until.as_mut().reset(Instant::now() + LAST_WORDS);
        }
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncRead for Transport<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Transport::Encrypted(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Connection<Io> {
    /// Reads what has come, as its peer is to be read.
    fn poll_transport(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let peer = self.place.peer();
        let mut reading = peer.reading();
        while let Reading::NotBefore(until) = reading {
            let rest = self
                .rest
                .get_or_insert_with(|| Box::pin(sleep_until(until)));
            rest.as_mut().reset(until);
            ready!(rest.as_mut().poll(context));
            reading = peer.reading();
        }
        let transport = Pin::new(&mut self.transport);
        if reading == Reading::AsItComes {
            self.rest = None;
            return transport.poll_read(context, buffer);
        }
        let most = buffer.remaining().min(PIECE_BYTES);
        let mut piece = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let polled = transport.poll_read(context, &mut piece);
        let bytes = piece.filled().len();
        buffer.advance(bytes);
        if bytes > 0 {
            peer.piece_was_read();
        }
        polled
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncRead for Connection<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = &self.beginning[self.begun..];
        if !rest.is_empty() {
            let fits = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..fits]);
            self.begun += fits;
            return Poll::Ready(Ok(()));
        }
        if let Poll::Ready(read) = self.poll_transport(context, buffer) {
            self.silence.broken();
            return Poll::Ready(read);
        }
        if self.shown_out.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        ready!(self.silence.poll_over(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

macro_rules! on_transport {
    ($connection:ident, $stream:ident => $call:expr) => {
        match &mut $connection.get_mut().transport {
            Transport::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Transport::Encrypted(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
        }
    };
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<Io> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_transport!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_transport!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_transport!(self, stream => stream.poll_shutdown(context))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_transport!(self, stream => stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Encrypted(stream) => stream.is_write_vectored(),
        }
    }
}

impl<Io> Connected for Connection<Io> {
    /// Who calls over it.
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.place.peer().clone()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_over_a_connection_that_rests_is_read_afterwards() {
        let (place, _) = Admission::new(1, 1)
            .admit([192, 0, 2, 1].into())
            .expect("a place");
        let peer = place.peer().clone();
        let (ours, mut theirs) = tokio::io::duplex(64);
        let told = CancellationToken::new();
        let transport = Transport::Plain(ours);
        let mut connection = Connection::new(transport, PREFACE, place, told);
        let mut beginning = Beginning::default();
        let begun = connection.read_exact(&mut beginning).await;
        assert!(begun.is_ok() && beginning == PREFACE);

        theirs.write_all(b"call").await.expect("room");
        let (before, rest) = (Instant::now(), Duration::from_millis(300));
        peer.rest(rest);
        let mut call = [0; 4];
        let read = connection.read_exact(&mut call).await;
        assert!(read.is_ok() && call == *b"call");
        // The clock of this test stands still for as long as anything else can go on.
        assert_eq!(before.elapsed(), rest);

        peer.show_out();
        let ended = connection.read_exact(&mut call).await;
        let kind = ended.expect_err("its place is gone").kind();
        assert_eq!(kind, io::ErrorKind::ConnectionAborted);
    }
}
