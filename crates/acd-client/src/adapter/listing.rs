//! The list of all that the adapter holds, on its way to the server.

use acd_proto::v1::{
    LiveList, LiveListAck, LiveListBegin, LiveListEnd, LiveRefusal, adapter_message::Message as Up,
};
use tokio::sync::oneshot;

use crate::Error;

/// What came of a live list that has taken effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconciled {
    /// The entries that were not taken, each with its reason and remedy: these contacts did not join, and nobody looks
    /// after them unless the adapter does.
    pub refusals: Vec<LiveRefusal>,
}

/// A list that has no answer yet. A connection that ends before the answer forgets it, so that it is sent whole again.
#[derive(Debug)]
pub(super) struct Listing {
    list: LiveList,
    /// How many of its messages were sent on this connection.
    sent: usize,
    refusals: Vec<LiveRefusal>,
    answer: oneshot::Sender<Result<Reconciled, Error>>,
}

impl Listing {
    pub(super) fn new(list: LiveList) -> (Self, oneshot::Receiver<Result<Reconciled, Error>>) {
        let (answer, answered) = oneshot::channel();
        let listing = Self {
            list,
            sent: 0,
            refusals: Vec::new(),
            answer,
        };
        (listing, answered)
    }

    /// A connection begins.
    pub(super) fn begin(&mut self) {
        self.sent = 0;
        self.refusals.clear();
    }

    /// Whether its begin was sent and its end was not: nothing else may stand between them.
    pub(super) fn is_open(&self) -> bool {
        self.sent > 0 && self.sent < self.messages()
    }

    /// Whether something of it is to be sent.
    pub(super) fn has_unsent(&self) -> bool {
        self.sent < self.messages()
    }

    fn messages(&self) -> usize {
        self.list.contacts.len() + self.list.agents.len() + 2
    }

    /// The next message of it; none when all were sent.
    pub(super) fn next_unsent(&mut self) -> Option<Up> {
        let nth = self.sent;
        let (contacts, agents) = (&self.list.contacts, &self.list.agents);
        let message = match nth {
            0 => Up::LiveListBegin(LiveListBegin {}),
            _ if nth <= contacts.len() => Up::LiveContact(contacts[nth - 1].clone()),
            _ if nth <= contacts.len() + agents.len() => {
                Up::LiveAgent(agents[nth - 1 - contacts.len()].clone())
            }
            _ if nth < self.messages() => Up::LiveListEnd(LiveListEnd {}),
            _ => return None,
        };
        self.sent += 1;
        Some(message)
    }

    /// Takes note of the server's answer; gives the list back if more of it is to come.
    pub(super) fn acknowledged(mut self, ack: LiveListAck) -> Option<Self> {
        self.refusals.extend(ack.refusals);
        if ack.more {
            return Some(self);
        }
        let refusals = std::mem::take(&mut self.refusals);
        self.answer(match ack.refusal {
            Some(refusal) => Err(refusal.into()),
            None => Ok(Reconciled { refusals }),
        });
        None
    }

    /// Tells who waits; nobody may, which is fine.
    pub(super) fn answer(self, outcome: Result<Reconciled, Error>) {
        let _ = self.answer.send(outcome);
    }
}
