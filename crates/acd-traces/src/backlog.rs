//! Spans that wait to be sent: so many and no more. Nobody ever waits for room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use crate::span::Span;

/// Where spans are put. Clones share it.
#[derive(Clone, Debug)]
pub struct Backlog {
    spans: mpsc::Sender<Span>,
    dropped: Arc<AtomicU64>,
}

/// Where they are taken out.
#[derive(Debug)]
pub struct Waiting {
    spans: mpsc::Receiver<Span>,
    dropped: Arc<AtomicU64>,
}

/// A backlog with room for so many spans.
///
/// # Panics
/// If there is no room at all.
pub fn backlog(room: usize) -> (Backlog, Waiting) {
    let (sender, receiver) = mpsc::channel(room);
    let dropped = Arc::new(AtomicU64::new(0));
    let backlog = Backlog {
        spans: sender,
        dropped: dropped.clone(),
    };
    let waiting = Waiting {
        spans: receiver,
        dropped,
    };
    (backlog, waiting)
}

impl Backlog {
    /// Puts spans in; those that find no room are dropped and counted.
    pub fn put(&self, spans: impl IntoIterator<Item = Span>) {
        let refused = spans
            .into_iter()
            .filter_map(|span| self.spans.try_send(span).err());
        let dropped = refused.count() as u64;
        if dropped > 0 {
            self.dropped.fetch_add(dropped, Ordering::Relaxed);
        }
    }

    /// How many spans were dropped so far: they found no room, or no collector took them.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Waiting {
    /// Takes up to `most` spans that wait, and waits for the first one. How many they are; 0: there will be no more.
    pub async fn take(&mut self, into: &mut Vec<Span>, most: usize) -> usize {
        self.spans.recv_many(into, most).await
    }

    /// Lets no more in. What waits can be taken out.
    pub fn close(&mut self) {
        self.spans.close();
    }

    /// Counts spans that were taken out and could not be sent.
    pub fn gave_up(&self, spans: u64) {
        self.dropped.fetch_add(spans, Ordering::Relaxed);
    }
}

impl Drop for Waiting {
    /// What nobody takes out any more is dropped.
    fn drop(&mut self) {
        self.close();
        let left = std::iter::from_fn(|| self.spans.try_recv().ok()).count() as u64;
        self.gave_up(left);
    }
}
