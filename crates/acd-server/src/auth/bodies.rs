//! What comes and goes with a call. Its bytes count for its caller, and of messages that have begun to come and are not
//! whole, for which the server must keep room, one caller may have no more than is left for the others.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use acd_core::ids::CallerName;
use acd_proto::v1::ErrorReason;
use acd_shard::shares::{Share, Shares};
use axum::body::HttpBody;
use hyper::body::{Bytes, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;
use tonic::body::Body;

use super::peer::Peer;
use super::rates::Pace;
use crate::error::ApiError;

/// The flag and the length before every message of gRPC.
const HEAD: usize = 5;
/// When a message is worth sending again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What a caller sends.
pub(super) struct Upward {
    body: Body,
    message: Message,
    share: Share<CallerName, 1>,
    pace: Option<Pace>,
    peer: Option<Peer>,
}

/// What a caller is answered.
pub(super) struct Downward {
    body: Body,
    pace: Pace,
    /// Their turn, if what was made for them takes turns.
    _turn: Option<OwnedSemaphorePermit>,
}

/// The message that is coming.
#[derive(Default)]
struct Message {
    head: [u8; HEAD],
    /// How many of its bytes have come, its head included.
    came: usize,
}

impl Upward {
    /// This body comes from this caller over the connection of this peer. No pace: nobody knows who calls.
    pub(super) fn new(
        body: Body,
        caller: CallerName,
        shares: &Shares<CallerName>,
        pace: Option<Pace>,
        peer: Option<Peer>,
    ) -> Self {
        Self {
            body,
            message: Message::default(),
            share: shares.share([caller]),
            pace,
            peer,
        }
    }

    fn count(&mut self, bytes: &[u8]) -> Result<(), Status> {
        if let (Some(pace), Some(peer)) = (&self.pace, &self.peer) {
            peer.rest(pace.count_bytes(bytes.len()));
        }
        self.message.take(bytes);
        let room = self.message.room();
        if self.share.amount() == room {
            return Ok(());
        }
        self.share.set(room).map_err(|caller| {
            let detail = format!(
                "{caller} has more bytes of unfinished messages here than are left for others"
            );
            let error = ApiError::new(ErrorReason::LimitReached, "", detail)
                .with("limit", "server.limits.request_bytes")
                .with_remedy("send fewer large messages at a time, and each to its end")
                .retry_after(RETRY_AFTER);
            error.into()
        })
    }
}

impl Message {
    /// Goes on with these bytes, which may be the end of one message and the begin of others.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let is_head = self.came < HEAD;
            let end = HEAD + if is_head { 0 } else { self.length() };
            let (now, later) = bytes.split_at((end - self.came).min(bytes.len()));
            if is_head {
                self.head[self.came..][..now.len()].copy_from_slice(now);
            }
            self.came += now.len();
            if self.came >= HEAD && self.came == HEAD + self.length() {
                *self = Self::default();
            }
            bytes = later;
        }
    }

    /// How much room it takes until it is whole: the reader makes room for all of it when its head has come.
    fn room(&self) -> usize {
        match self.came {
            ..HEAD => self.came,
            HEAD.. => HEAD + self.length(),
        }
    }

    /// How long it is without its head, once that has come.
    fn length(&self) -> usize {
        let [_, length @ ..] = self.head;
        u32::from_be_bytes(length) as usize
    }
}

impl HttpBody for Upward {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &polled
            && let Some(bytes) = frame.data_ref()
            && let Err(refused) = self.count(bytes)
        {
            return Poll::Ready(Some(Err(refused)));
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Downward {
    /// This body goes to this caller, whose turn it is until it has gone.
    pub(super) fn new(body: Body, pace: Pace, turn: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            body,
            pace,
            _turn: turn,
        }
    }
}

impl HttpBody for Downward {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &polled
            && let Some(bytes) = frame.data_ref()
        {
            // Whoever is in debt has their next calls refused.
            self.pace.count_bytes(bytes.len());
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of so many bytes as gRPC frames it.
    fn message(length: u32) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(length.to_be_bytes());
        bytes.extend(std::iter::repeat_n(7, length as usize));
        bytes
    }

    #[test]
    fn only_what_is_not_whole_counts_however_the_bytes_come() {
        let stream = [message(3), message(0), message(10)].concat();
        for size in 1..=stream.len() {
            let mut coming = Message::default();
            let mut came = Vec::new();
            for piece in stream.chunks(size) {
                coming.take(piece);
                came.push(coming.came);
            }
            assert_eq!(came.last(), Some(&0), "pieces of {size}");
            assert!(came.iter().all(|came| *came < HEAD + 10), "{came:?}");
        }
        let mut coming = Message::default();
        coming.take(&stream[..8 + 5 + 4]);
        assert_eq!((coming.came, coming.room()), (4, 4));
        coming.take(&stream[8 + 5 + 4..8 + 5 + 9]);
        assert_eq!((coming.came, coming.room()), (9, HEAD + 10));
    }
}
