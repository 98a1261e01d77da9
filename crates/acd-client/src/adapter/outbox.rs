//! Events that are not yet durable, in order.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use acd_proto::v1::{Event, EventRefusal, Welcome, event};
use tokio::sync::oneshot;

use crate::Error;

/// What is known of a durable event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It was applied.
    Applied,
    /// It was decided, and whether it was refused is known no longer: the server forgot refusals that were never
    /// confirmed. A live list is due then.
    Decided,
}

/// An event handed over, to be awaited.
#[derive(Debug)]
pub struct Submitted {
    receipt: oneshot::Receiver<Result<Receipt, Error>>,
}

impl Submitted {
    /// Waits until the event is durable.
    ///
    /// # Errors
    /// What the server refused it for, or why the session is over.
    pub async fn receipt(mut self) -> Result<Receipt, Error> {
        poll_fn(|context| self.poll_receipt(context)).await
    }

    pub(super) fn poll_receipt(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Receipt, Error>> {
        let receipt = Pin::new(&mut self.receipt).poll(context);
        receipt.map(|receipt| receipt.unwrap_or(Err(Error::Closed)))
    }
}

/// An event and who waits for it.
#[derive(Debug)]
pub(super) struct Entry {
    event: event::Event,
    receipt: oneshot::Sender<Result<Receipt, Error>>,
}

impl Entry {
    pub(super) fn new(event: event::Event) -> (Self, Submitted) {
        let (sender, receipt) = oneshot::channel();
        (
            Self {
                event,
                receipt: sender,
            },
            Submitted { receipt },
        )
    }

    /// Tells who waits; nobody may, and then a refusal is told to the log.
    pub(super) fn answer(self, outcome: Result<Receipt, Error>) {
        if let Err(Err(error @ Error::Refused(_))) = self.receipt.send(outcome) {
            tracing::warn!(%error, "an event was refused, and nobody waits for its receipt");
        }
    }
}

/// The events under way: the first `sent` were sent on this connection, the others not yet.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Sequence of the first entry; not known before the first welcome.
    first: Option<u64>,
    entries: VecDeque<Entry>,
    sent: usize,
    /// Up to this event the server forgot refusals.
    forgotten_until: u64,
}

impl Outbox {
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push_back(entry);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A connection begins at a server that has decided events up to the last applied one: what it has is acknowledged
    /// (after the refusals that it tells again), the rest is to be sent (again).
    pub(super) fn begin(&mut self, welcome: &Welcome) -> Result<(), Error> {
        let last_applied = welcome.last_applied_sequence;
        self.forgotten_until = welcome.refusals_forgotten_until;
        let first = *self.first.get_or_insert(last_applied + 1);
        let last = first + self.entries.len() as u64 - 1;
        if last_applied + 1 < first {
            return Err(Error::JournalReplaced(format!(
                "it has event {last_applied}, {} was durable before",
                first - 1
            )));
        }
        if last_applied > last {
            return Err(Error::Options {
                field: "incarnation",
                problem: format!(
                    "the server has event {last_applied} of it, this session only made {last}; another process uses the same \
                     name: give each its own"
                ),
            });
        }
        self.sent = usize::try_from(last_applied + 1 - first).unwrap_or(usize::MAX);
        if welcome.unconfirmed_refusals == 0 {
            self.acknowledge_until(last_applied, Vec::new());
        }
        Ok(())
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.sent < self.entries.len()
    }

    /// The next event to send, if there is one.
    pub(super) fn next_unsent(&self) -> Option<Event> {
        let entry = self.entries.get(self.sent)?;
        Some(Event {
            sequence: self.first? + self.sent as u64,
            event: Some(entry.event.clone()),
            ..Event::default()
        })
    }

    pub(super) fn mark_sent(&mut self) {
        self.sent += 1;
    }

    /// The server acknowledged events; returns false if it never got them.
    #[must_use]
    pub(super) fn acknowledge(&mut self, sequence: u64, refusals: Vec<EventRefusal>) -> bool {
        let last_sent = self.first.unwrap_or(1) + self.sent as u64 - 1;
        self.acknowledge_until(sequence.min(last_sent), refusals);
        sequence <= last_sent
    }

    fn acknowledge_until(&mut self, last: u64, refusals: Vec<EventRefusal>) {
        let Some(first) = self.first else { return };
        let mut refusals = refusals.into_iter().peekable();
        for sequence in first..=last {
            let Some(entry) = self.entries.pop_front() else {
                break;
            };
            while refusals
                .next_if(|refusal| refusal.sequence < sequence)
                .is_some()
            {}
            let refused = refusals.next_if(|refusal| refusal.sequence == sequence);
            entry.answer(match refused {
                Some(refusal) => Err(refusal.into()),
                None if sequence <= self.forgotten_until => Ok(Receipt::Decided),
                None => Ok(Receipt::Applied),
            });
            self.first = Some(sequence + 1);
            self.sent = self.sent.saturating_sub(1);
        }
    }

    /// Nothing more will be sent.
    pub(super) fn fail(&mut self, error: &Error) {
        for entry in self.entries.drain(..) {
            entry.answer(Err(error.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::{ContactHeld, ErrorReason};

    use super::*;

    fn push(outbox: &mut Outbox, contact: &str) -> oneshot::Receiver<Result<Receipt, Error>> {
        let (entry, submitted) = Entry::new(
            ContactHeld {
                contact_id: contact.into(),
            }
            .into(),
        );
        outbox.push(entry);
        submitted.receipt
    }

    fn send_all(outbox: &mut Outbox) -> Vec<u64> {
        let mut sent = Vec::new();
        while let Some(event) = outbox.next_unsent() {
            sent.push(event.sequence);
            outbox.mark_sent();
        }
        sent
    }

    fn welcome(last_applied_sequence: u64) -> Welcome {
        Welcome {
            last_applied_sequence,
            ..Welcome::default()
        }
    }

    #[test]
    fn a_new_connection_gets_exactly_the_tail_in_order() {
        let mut outbox = Outbox::default();
        let mut receipts: Vec<_> = (0..5).map(|n| push(&mut outbox, &n.to_string())).collect();
        outbox.begin(&welcome(0)).expect("a first welcome");
        assert_eq!(send_all(&mut outbox), [1, 2, 3, 4, 5]);
        assert!(outbox.acknowledge(2, Vec::new()));
        outbox.begin(&welcome(3)).expect("a second welcome");
        assert_eq!(send_all(&mut outbox), [4, 5]);
        let outcomes: Vec<_> = receipts
            .iter_mut()
            .map(|receipt| receipt.try_recv().ok().and_then(Result::ok))
            .collect();
        let applied = Some(Receipt::Applied);
        assert_eq!(outcomes, [applied, applied, applied, None, None]);
    }

    fn refused(sequence: u64) -> EventRefusal {
        EventRefusal {
            sequence,
            reason: ErrorReason::UnknownQueue.into(),
            ..EventRefusal::default()
        }
    }

    #[test]
    fn a_refusal_that_comes_again_answers_its_event_and_the_others_were_applied() {
        let mut outbox = Outbox::default();
        let mut receipts: Vec<_> = (0..4).map(|n| push(&mut outbox, &n.to_string())).collect();
        outbox.begin(&welcome(0)).expect("a first welcome");
        send_all(&mut outbox);
        let again = Welcome {
            unconfirmed_refusals: 1,
            refusals_forgotten_until: 1,
            ..welcome(3)
        };
        outbox.begin(&again).expect("a second welcome");
        assert!(receipts[0].try_recv().is_err(), "the refusals come first");
        assert_eq!(send_all(&mut outbox), [4]);
        assert!(outbox.acknowledge(3, vec![refused(2)]));
        let outcomes: Vec<_> = receipts
            .iter_mut()
            .map(|receipt| receipt.try_recv().ok().map(|it| it.ok()))
            .collect();
        let expected = [
            Some(Some(Receipt::Decided)),
            Some(None),
            Some(Some(Receipt::Applied)),
            None,
        ];
        assert_eq!(outcomes, expected);
    }

    #[test]
    fn numbering_continues_what_the_server_has_of_the_incarnation() {
        let mut outbox = Outbox::default();
        let _receipt = push(&mut outbox, "a");
        outbox.begin(&welcome(41)).expect("a first welcome");
        assert_eq!(send_all(&mut outbox), [42]);
    }

    #[test]
    fn a_refusal_reaches_its_event_only() {
        let mut outbox = Outbox::default();
        let mut receipts: Vec<_> = (0..3).map(|n| push(&mut outbox, &n.to_string())).collect();
        outbox.begin(&welcome(0)).expect("a first welcome");
        send_all(&mut outbox);
        assert!(outbox.acknowledge(3, vec![refused(2)]));
        let reasons: Vec<_> = receipts
            .iter_mut()
            .map(|receipt| {
                receipt
                    .try_recv()
                    .expect("acknowledged")
                    .err()
                    .and_then(|error| error.reason())
            })
            .collect();
        assert_eq!(reasons, [None, Some(ErrorReason::UnknownQueue), None]);
    }

    #[test]
    fn a_server_that_forgot_or_knows_too_much_is_found_out() {
        let mut outbox = Outbox::default();
        let _receipts = [push(&mut outbox, "a"), push(&mut outbox, "b")];
        outbox.begin(&welcome(0)).expect("a first welcome");
        send_all(&mut outbox);
        assert!(!outbox.acknowledge(3, Vec::new()), "3 was never sent");
        let mut outbox = Outbox {
            first: Some(10),
            ..Outbox::default()
        };
        assert!(matches!(
            outbox.begin(&welcome(5)),
            Err(Error::JournalReplaced(_))
        ));
        assert!(matches!(
            outbox.begin(&welcome(10)),
            Err(Error::Options { .. })
        ));
        assert!(outbox.begin(&welcome(9)).is_ok());
    }
}
