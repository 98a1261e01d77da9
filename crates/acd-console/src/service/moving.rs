//! A connection over which nothing passes holds its place for a while only.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// A connection that fails when no byte has passed either way for so long: a page whose stream is open is told something
/// every five seconds, so that only who takes nothing, or is gone, is silent.
pub(super) struct Moving<Io> {
    io: Io,
    silence: Duration,
    ends: Pin<Box<Sleep>>,
}

impl<Io> Moving<Io> {
    pub(super) fn new(io: Io, silence: Duration) -> Self {
        Self {
            io,
            silence,
            ends: Box::pin(sleep_until(Instant::now() + silence)),
        }
    }

    /// What came of a read or a write: bytes have passed, or none have for too long.
    fn moved<T>(
        &mut self,
        cx: &mut Context<'_>,
        tried: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.ends.as_mut().reset(Instant::now() + self.silence);
            return tried;
        }
        let over = self.ends.as_mut().poll(cx);
        over.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Moving<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, into);
        self.moved(cx, read)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Moving<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.moved(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bytes);
        self.moved(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::advance,
    };

    use super::*;

    const SILENCE: Duration = Duration::from_secs(60);
    const NEARLY: Duration = Duration::from_secs(59);

    #[tokio::test(start_paused = true)]
    async fn who_says_and_takes_nothing_is_left() {
        let (ours, mut theirs) = duplex(4);
        let mut ours = Moving::new(ours, SILENCE);
        advance(NEARLY).await;
        theirs.write_all(b"said").await.expect("room");
        let mut text = [0; 4];
        ours.read_exact(&mut text).await.expect("what was said");
        // It counts anew from there.
        advance(NEARLY).await;
        ours.write_all(b"told").await.expect("room");
        // Nobody takes that: the clock, which is paused, runs to the end of the wait.
        let begun = Instant::now();
        let error = ours.write_all(b"more").await.expect_err("no room");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= SILENCE);
        let error = ours.read_u8().await.expect_err("silence");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
