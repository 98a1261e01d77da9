//! A stream of states that survives drops: it resumes where it was, notices gaps and starts anew when it must.

use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tonic::{Response, Status, Streaming};

use crate::{Error, backoff::Backoff, endpoint};

/// Silent heartbeat intervals after which a stream is taken for dead.
pub(crate) const SILENT_INTERVALS: u32 = 3;
/// Heartbeat interval assumed until the server has named its own.
pub(crate) const HEARTBEAT_UNTIL_KNOWN: Duration = Duration::from_secs(10);

/// The RPC behind a subscription.
pub(crate) trait Feed {
    type Message;
    type Snapshot;
    type Changes;

    /// Opens the stream from the token, or with a snapshot if it is empty.
    fn open(
        &self,
        resume_token: String,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Message>>, Status>> + Send;

    /// What a message holds.
    fn frame(message: Self::Message) -> Frame<Self::Snapshot, Self::Changes>;

    /// The heartbeat interval a snapshot names, in milliseconds.
    fn heartbeat_interval_ms(snapshot: &Self::Snapshot) -> i64;
}

/// One message, whichever stream it came on.
pub(crate) struct Frame<S, C> {
    pub(crate) sequence: u64,
    pub(crate) previous_sequence: u64,
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

pub(crate) struct Subscription<F: Feed> {
    feed: F,
    /// The stream, while there is one.
    stream: Option<Streaming<F::Message>>,
    /// Where to go on; empty: with a snapshot.
    token: String,
    /// Sequence of the last message.
    sequence: u64,
    /// When something was last heard; after `silence` the stream is dead.
    heard_at: Instant,
    silence: Duration,
    connect_timeout: Duration,
    backoff: Backoff,
    /// No attempt before this instant.
    attempt_at: Instant,
    /// Why it is over for good.
    over: Option<Error>,
}

impl<F: Feed> Subscription<F> {
    pub(crate) fn new(feed: F, options: &endpoint::Options) -> Self {
        Self {
            feed,
            stream: None,
            token: String::new(),
            sequence: 0,
            heard_at: Instant::now(),
            silence: HEARTBEAT_UNTIL_KNOWN * SILENT_INTERVALS,
            connect_timeout: options.connect_timeout,
            backoff: Backoff::new(&options.backoff),
            attempt_at: Instant::now(),
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

    async fn receive(&mut self) -> Result<FrameOf<F>, Error> {
        if self.stream.is_none() {
            sleep_until(self.attempt_at).await;
            let opening = self.feed.open(self.token.clone());
            let opened = timeout(self.connect_timeout, opening)
                .await
                .map_err(|_| Error::silent())??;
            self.heard_at = Instant::now();
            self.stream = Some(opened.into_inner());
        }
        let Some(stream) = &mut self.stream else {
            return Err(Error::ended());
        };
        let heard = timeout_at(self.heard_at + self.silence, stream.message()).await;
        let message = heard
            .map_err(|_| Error::silent())??
            .ok_or_else(Error::ended)?;
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
        Ok(())
    }

    fn lost(&mut self, error: Error) {
        self.stream = None;
        let starts_anew =
            matches!(error, Error::Protocol(_)) || error.reason() == Some(ErrorReason::Resync);
        if starts_anew {
            self.token.clear();
        }
        if error.ends_stream() {
            self.over = Some(error);
            return;
        }
        let wait = self
            .backoff
            .next_wait()
            .max(error.retry_after().unwrap_or_default());
        tracing::debug!(%error, ?wait, starts_anew, "stream lost, subscribing again");
        self.attempt_at = Instant::now() + wait;
    }
}
