//! A stream of states that survives drops: it resumes where it was, notices gaps and starts anew when it must.

use std::{pin::Pin, time::Duration};

use acd_proto::v1::ErrorReason;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tonic::{Response, Status, Streaming};

use crate::{Error, backoff::Backoff, options::Options};

/// Silent heartbeat intervals after which a stream is taken for dead.
pub(crate) const SILENT_INTERVALS: u32 = 3;
/// Heartbeat interval assumed until the server has named its own.
pub(crate) const HEARTBEAT_UNTIL_KNOWN: Duration = Duration::from_secs(10);

/// An answer that is being awaited.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The RPC behind a subscription.
pub(crate) trait Feed {
    type Message: 'static;
    type Snapshot;
    type Changes;

    /// Opens the stream from the token, or with a snapshot if it is empty.
    fn open(
        &self,
        resume_token: String,
    ) -> Pending<Result<Response<Streaming<Self::Message>>, Status>>;

    /// What a message holds.
    fn frame(message: Self::Message) -> Frame<Self::Snapshot, Self::Changes>;

    /// The heartbeat interval a snapshot names, in milliseconds.
    fn heartbeat_interval_ms(snapshot: &Self::Snapshot) -> i64;
}

/// One message, whichever stream it came on.
pub(crate) struct Frame<S, C> {
    pub(crate) sequence: u64,
    pub(crate) previous_sequence: u64,
    /// Engine time: when it was sent, where the stream tells that, else at the sequence.
    pub(crate) at_ms: i64,
    pub(crate) resume_token: String,
    pub(crate) body: Option<Body<S, C>>,
}

pub(crate) enum Body<S, C> {
    Snapshot(S),
    Changes(C),
    Heartbeat,
}

type FrameOf<F> = Frame<<F as Feed>::Snapshot, <F as Feed>::Changes>;

/// The stream, or the attempt at it. The attempt outlives a dropped wait, so that a caller who waits in short turns gets
/// through all the same.
enum Stream<M> {
    Opening(Pending<Result<Streaming<M>, Error>>),
    Open(Box<Streaming<M>>),
}

/// A feed that is followed over drops.
pub(crate) struct Subscription<F: Feed> {
    feed: F,
    stream: Stream<F::Message>,
    /// Where to go on; empty: with a snapshot.
    token: String,
    /// Sequence of the last message.
    sequence: u64,
    /// When something was last heard; after `silence` the stream is dead.
    heard_at: Instant,
    silence: Duration,
    connect_timeout: Duration,
    /// Whether a refused token is no reason to give up.
    renews_token: bool,
    backoff: Backoff,
    /// How the last attempt failed, if nothing has come since.
    failure: Option<Error>,
    /// Why it is over for good.
    over: Option<Error>,
}

impl<F: Feed> Subscription<F> {
    /// Nothing is sent before the first `next`.
    pub(crate) fn new(feed: F, options: &Options) -> Self {
        let connect_timeout = options.connect_timeout;
        Self {
            stream: open(&feed, String::new(), Instant::now(), connect_timeout),
            feed,
            token: String::new(),
            sequence: 0,
            heard_at: Instant::now(),
            silence: HEARTBEAT_UNTIL_KNOWN * SILENT_INTERVALS,
            connect_timeout,
            renews_token: options.token_file.is_some(),
            backoff: Backoff::new(&options.backoff),
            failure: None,
            over: None,
        }
    }

    /// The next message, reconnecting as often as it takes. An error is final and comes again on every further call.
    ///
    /// May be dropped while it waits: all that it has learnt is kept in `self`.
    pub(crate) async fn next(&mut self) -> Result<FrameOf<F>, Error> {
        loop {
            if let Some(error) = &self.over {
                return Err(error.clone());
            }
            match self.receive().await {
                Ok(frame) => return Ok(frame),
                Err(error) => self.lost(error),
            }
        }
    }

    /// When the server was last heard: with a message, or as it opened the stream.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// How the last attempt at the stream failed; none while the stream is in order, or is tried for the first time.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    async fn receive(&mut self) -> Result<FrameOf<F>, Error> {
        let message = loop {
            match &mut self.stream {
                Stream::Opening(opening) => {
                    self.stream = Stream::Open(Box::new(opening.await?));
                    self.heard_at = Instant::now();
                }
                Stream::Open(stream) => {
                    let heard = timeout_at(self.heard_at + self.silence, stream.message()).await;
                    break heard
                        .map_err(|_| Error::silent())??
                        .ok_or_else(Error::ended)?;
                }
            }
        };
        self.heard_at = Instant::now();
        let frame = F::frame(message);
        self.follow(&frame)?;
        Ok(frame)
    }

    /// Checks that the message follows the one before, and goes on from it.
    fn follow(&mut self, frame: &FrameOf<F>) -> Result<(), Error> {
        match &frame.body {
            Some(Body::Snapshot(snapshot)) => {
                let interval =
                    u64::try_from(F::heartbeat_interval_ms(snapshot)).unwrap_or_default();
                if interval > 0 {
                    self.silence = Duration::from_millis(interval) * SILENT_INTERVALS;
                }
            }
            Some(_) if self.token.is_empty() => {
                return Err(Error::Protocol(
                    "the stream did not begin with a snapshot".to_owned(),
                ));
            }
            Some(_) if frame.previous_sequence != self.sequence => {
                return Err(Error::Protocol(format!(
                    "a gap in the stream: {} follows {}, {} came before",
                    frame.sequence, frame.previous_sequence, self.sequence
                )));
            }
            Some(_) => {}
            None => {
                return Err(Error::Protocol(
                    "a message of a kind this version does not know".to_owned(),
                ));
            }
        }
        self.sequence = frame.sequence;
        self.token.clone_from(&frame.resume_token);
        self.backoff.reset();
        self.failure = None;
        Ok(())
    }

    fn lost(&mut self, error: Error) {
        self.failure = Some(error.clone());
        let starts_anew =
            matches!(error, Error::Protocol(_)) || error.reason() == Some(ErrorReason::Resync);
        if starts_anew {
            self.token.clear();
        }
        let wait = self
            .backoff
            .next_wait()
            .max(error.retry_after().unwrap_or_default());
        // The broken stream goes at once, also when there will be no other.
        self.stream = open(
            &self.feed,
            self.token.clone(),
            Instant::now() + wait,
            self.connect_timeout,
        );
        if error.ends_stream(self.renews_token) {
            self.over = Some(error);
            return;
        }
        tracing::debug!(%error, ?wait, starts_anew, "stream lost, subscribing again");
    }
}

/// Prepares an attempt that begins at the given instant.
fn open<F: Feed>(feed: &F, token: String, at: Instant, limit: Duration) -> Stream<F::Message> {
    let opening = feed.open(token);
    Stream::Opening(Box::pin(async move {
        sleep_until(at).await;
        let opened = timeout(limit, opening)
            .await
            .map_err(|_| Error::silent())??;
        Ok(opened.into_inner())
    }))
}
