//! The engine's side: events up in their order, the live list among them, and what became of each.

use acd_client::Error;
use acd_client::adapter::{AdapterHandle, Receipts, Reconciled};
use acd_client::v1::{self, event::Event};
use tokio::sync::mpsc;

use crate::switchboard::Tag;

/// What goes up.
#[derive(Debug)]
pub(super) enum Up {
    /// Something happened.
    Event(Tag, Box<Event>),
    /// All that the adapter holds; what comes after waits until it is answered.
    List(v1::LiveList),
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Answered {
    /// An event was applied or refused.
    Event(Tag, Result<(), Error>),
    /// The list has taken effect, or was refused as a whole.
    List(Result<Reconciled, Error>),
}

/// Hands events to the session until it is over.
pub(super) async fn submit(
    handle: AdapterHandle,
    mut up: mpsc::Receiver<Up>,
    answers: mpsc::Sender<Answered>,
) {
    let mut receipts = Receipts::default();
    loop {
        let answered = tokio::select! {
            biased;
            (tag, receipt) = receipts.next() => Answered::Event(tag, receipt.map(|_| ())),
            next = up.recv() => match next {
                None => return,
                Some(Up::List(list)) => Answered::List(handle.reconcile(list).await),
                Some(Up::Event(tag, event)) => match handle.submit(*event).await {
                    Ok(submitted) => {
                        receipts.push(tag, submitted);
                        continue;
                    }
                    Err(_) => return,
                },
            },
        };
        if answers.send(answered).await.is_err() {
            return;
        }
    }
}
