//! Accepting connections, up to a limit.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tracing::warn;

/// The wait after an accept that failed, such as for want of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// Accepted connections that the gRPC server has not taken up.
const BACKLOG: usize = 64;

/// A connection that counts until it is closed.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
}

/// The connections of this listener until `stop`. Beyond `max` at the same time a connection is closed at once, so that
/// its client tries elsewhere or later instead of waiting for an answer that does not come.
pub(super) fn accept(
    listener: TcpListener,
    max: usize,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<Connection>> {
    let places = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
    let (sender, connections) = mpsc::channel(BACKLOG);
    tokio::spawn(async move {
        let accepting = async {
            loop {
                let Some(stream) = next_stream(&listener).await else {
                    continue;
                };
                let Ok(place) = places.clone().try_acquire_owned() else {
                    warn!(
                        max,
                        "server.limits.connections is reached; a connection was closed"
                    );
                    continue;
                };
                let connection = Connection {
                    stream,
                    _place: place,
                };
                if sender.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
        };
        stop.run_until_cancelled(accepting).await;
    });
    ReceiverStream::new(connections)
}

#[expect(
    clippy::disallowed_methods,
    reason = "an accept that failed for want of descriptors fails again at once: only time helps"
)]
async fn next_stream(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => {
            // An offer is a small message that must not wait for a fuller packet.
            if let Err(error) = stream.set_nodelay(true) {
                warn!(%error, "a connection keeps Nagle's delay");
            }
            Some(stream)
        }
        Err(error) => {
            warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
