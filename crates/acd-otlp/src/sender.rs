//! Gathers spans, sends them, and keeps a batch for a while when the collector does not take it.

use std::time::Duration;

use acd_traces::{Span, Waiting};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;
use tracing::{info, warn};

use crate::chain;
use crate::headers::Headers;
use crate::message::Origin;

/// The most spans of one request: about 200 KiB.
const BATCH_MAX: usize = 512;
/// How long spans wait for others to go with them.
const GATHERED_FOR: Duration = Duration::from_secs(1);
/// The pauses between the attempts to send a batch. A collector that is restarted is back by then.
const RETRY_AFTER_MS: [u64; 4] = [500, 1_000, 2_000, 4_000];
/// How long the last spans may take at the end.
const FINISHED_WITHIN: Duration = Duration::from_secs(5);

/// Sends what waits.
#[derive(Debug)]
pub(crate) struct Sender {
    client: TraceServiceClient<Channel>,
    headers: Headers,
    origin: Origin,
    waiting: Waiting,
    batch: Vec<Span>,
    /// Whether the last attempt failed, which is told once.
    fails: bool,
}

impl Sender {
    /// Sends over this channel, with these headers, in the name of this service.
    pub(crate) fn new(
        channel: Channel,
        headers: Headers,
        service: &str,
        version: &str,
        waiting: Waiting,
    ) -> Self {
        Self {
            client: TraceServiceClient::new(channel),
            headers,
            origin: Origin::new(service, version),
            waiting,
            batch: Vec::with_capacity(BATCH_MAX),
            fails: false,
        }
    }

    /// Sends until told to stop, and then what waits, for a while and without patience.
    pub(crate) async fn run(&mut self, stop: &CancellationToken) {
        let until_stopped = async {
            while self.gather().await {
                self.send().await;
            }
        };
        stop.run_until_cancelled(until_stopped).await;
        self.waiting.close();
        let sent = timeout(FINISHED_WITHIN, self.send_rest()).await;
        if sent != Ok(true) {
            warn!("the collector did not take the last spans; they are dropped");
            self.give_up();
        }
    }

    /// Sends what was gathered and what waits, each once. False if the collector does not take it.
    async fn send_rest(&mut self) -> bool {
        loop {
            if !self.batch.is_empty() && self.attempt().await.is_err() {
                return false;
            }
            if self.waiting.take(&mut self.batch, BATCH_MAX).await == 0 {
                return true;
            }
        }
    }

    /// Gathers a batch. False if there will be no more.
    async fn gather(&mut self) -> bool {
        if self.waiting.take(&mut self.batch, BATCH_MAX).await == 0 {
            return false;
        }
        let until = Instant::now() + GATHERED_FOR;
        while self.batch.len() < BATCH_MAX {
            let room = BATCH_MAX - self.batch.len();
            let more = self.waiting.take(&mut self.batch, room);
            if !matches!(timeout_at(until, more).await, Ok(1..)) {
                break;
            }
        }
        true
    }

    /// Sends the batch at hand, or gives it up after some attempts.
    #[expect(
        clippy::disallowed_methods,
        reason = "the pauses between attempts are there to let time pass"
    )]
    async fn send(&mut self) {
        for pause_ms in RETRY_AFTER_MS.map(Some).into_iter().chain([None]) {
            let Err(error) = self.attempt().await else {
                return;
            };
            if !std::mem::replace(&mut self.fails, true) {
                let error = chain(&error);
                warn!(
                    error,
                    "the collector does not take spans; what finds no room is dropped"
                );
            }
            match pause_ms {
                Some(pause_ms) if may_pass(&error) => {
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                }
                _ => break,
            }
        }
        self.give_up();
    }

    /// Sends the batch at hand, once.
    async fn attempt(&mut self) -> Result<(), Status> {
        let request = self.origin.request(&self.batch);
        let answer = self.client.export(self.headers.request(request)).await?;
        let refused = answer.into_inner().partial_success.unwrap_or_default();
        if refused.rejected_spans > 0 {
            self.waiting.gave_up(refused.rejected_spans.unsigned_abs());
            warn!(
                spans = refused.rejected_spans,
                reason = refused.error_message,
                "the collector refused spans"
            );
        }
        self.batch.clear();
        if std::mem::take(&mut self.fails) {
            info!("the collector takes spans again");
        }
        Ok(())
    }

    fn give_up(&mut self) {
        self.waiting.gave_up(self.batch.len() as u64);
        self.batch.clear();
    }
}

/// Whether what failed may succeed if it is tried again, as OTLP says by status.
fn may_pass(error: &Status) -> bool {
    use tonic::Code::{
        Aborted, Cancelled, DataLoss, DeadlineExceeded, OutOfRange, ResourceExhausted, Unavailable,
    };
    matches!(
        error.code(),
        Aborted
            | Cancelled
            | DataLoss
            | DeadlineExceeded
            | OutOfRange
            | ResourceExhausted
            | Unavailable
    )
}
