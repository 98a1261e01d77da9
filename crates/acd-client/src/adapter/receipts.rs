//! Events under way, and what is to be learnt from their receipts.

use std::collections::VecDeque;
use std::future::poll_fn;

use super::outbox::{Receipt, Submitted};
use crate::Error;

/// Events that were handed over and have no receipt yet, each with what it is to whoever waits. Receipts are awaited in
/// the order in which the events were handed over, which is the order in which they come.
#[derive(Debug)]
pub struct Receipts<T>(VecDeque<(T, Submitted)>);

impl<T> Default for Receipts<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Receipts<T> {
    /// Awaits the receipt of one more event.
    pub fn push(&mut self, event: T, submitted: Submitted) {
        self.0.push_back((event, submitted));
    }

    /// Whether no event is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next event with its receipt; for as long as none is under way there is none. May be dropped while it waits.
    ///
    /// # Errors
    /// In the receipt: what the server refused the event for, or why the session is over.
    pub async fn next(&mut self) -> (T, Result<Receipt, Error>) {
        let Some((_, submitted)) = self.0.front_mut() else {
            return std::future::pending().await;
        };
        let receipt = poll_fn(|context| submitted.poll_receipt(context)).await;
        let (event, _) = self.0.pop_front().expect("the one that was awaited");
        (event, receipt)
    }
}
