//! What clients were told, in the order in which it came.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use acd_client::Error;
use acd_client::agent::AgentView;
use acd_client::v1::{Directive, Offer, OfferState};
use tokio::sync::watch;

/// What came of an event or a call: done, or refused for this reason.
pub(crate) type Outcome = Result<(), String>;

/// An event of a switch that was settled.
#[derive(Clone, Debug)]
pub(crate) struct EventTold {
    pub(crate) adapter: String,
    pub(crate) sequence: u64,
    pub(crate) outcome: Outcome,
}

/// A call that was answered.
#[derive(Clone, Debug)]
pub(crate) struct CallTold {
    pub(crate) request_id: String,
    pub(crate) outcome: Outcome,
    /// The sequence at which its effect shows; 0 if it was refused.
    pub(crate) sequence: u64,
}

/// A directive that was handed over.
#[derive(Clone, Debug)]
pub(crate) struct DirectiveTold {
    pub(crate) adapter: String,
    pub(crate) directive_id: u64,
    pub(crate) contact: String,
}

/// An offer that an agent saw.
#[derive(Clone, Debug)]
pub(crate) struct OfferTold {
    pub(crate) agent: String,
    pub(crate) contact: String,
    pub(crate) state: OfferState,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) events: Vec<EventTold>,
    pub(crate) calls: Vec<CallTold>,
    pub(crate) directives: Vec<DirectiveTold>,
    pub(crate) offers: BTreeMap<u64, OfferTold>,
    /// Sessions of agents.
    pub(crate) sessions: Vec<(String, u64)>,
    /// Versions of the configuration that came into force.
    pub(crate) versions: Vec<u64>,
    /// Contacts that were accepted.
    pub(crate) contacts: Vec<String>,
    /// Calls that had no answer in time: the server may have decided them or not.
    pub(crate) unanswered: u64,
    /// What no client should ever be told.
    pub(crate) outrages: Vec<String>,
    /// What each agent sees while they have nothing to do.
    waiting: BTreeMap<String, String>,
}

/// The book of all clients.
#[derive(Debug)]
pub(crate) struct Told {
    book: Mutex<Book>,
    /// How many answers and receipts there were.
    answers: watch::Sender<u64>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            book: Mutex::default(),
            answers: watch::Sender::new(0),
        }
    }
}

impl Told {
    /// The book as it is now.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no client panics while it writes")
    }

    /// How many answers and receipts there are.
    pub(crate) fn answers(&self) -> watch::Receiver<u64> {
        self.answers.subscribe()
    }

    /// Waits for so many more of them.
    pub(super) async fn more_answers(&self, count: u64) {
        let mut answers = self.answers();
        let wanted = *answers.borrow() + count;
        // The sender lives as long as the book.
        let _ = answers.wait_for(|answers| *answers >= wanted).await;
    }

    pub(super) fn event(&self, told: EventTold) {
        self.book().events.push(told);
        self.answers.send_modify(|answers| *answers += 1);
    }

    /// Notes the answer to a call, if it is one; whether it is.
    pub(super) fn call(&self, request_id: String, answer: &Result<u64, Error>) -> bool {
        let (outcome, sequence) = match answer {
            Ok(sequence) => (Ok(()), *sequence),
            Err(Error::Refused(refusal)) if !transient(answer) => {
                (Err(refusal.reason_name.clone()), 0)
            }
            Err(_) => {
                self.book().unanswered += 1;
                return false;
            }
        };
        let told = CallTold {
            request_id,
            outcome,
            sequence,
        };
        self.book().calls.push(told);
        self.answers.send_modify(|answers| *answers += 1);
        true
    }

    pub(super) fn directive(&self, adapter: &str, directive: &Directive) {
        self.book().directives.push(DirectiveTold {
            adapter: adapter.to_owned(),
            directive_id: directive.directive_id,
            contact: directive.contact_id.clone(),
        });
    }

    /// Notes an offer as an agent sees it.
    pub(super) fn offer(&self, offer: &Offer) {
        let seen = OfferTold {
            agent: offer.agent.clone(),
            contact: offer.contact_id.clone(),
            state: offer.state(),
        };
        self.book().offers.insert(offer.offer_id, seen);
    }

    pub(super) fn session(&self, agent: &str, session_id: u64) {
        self.book().sessions.push((agent.to_owned(), session_id));
        self.answers.send_modify(|answers| *answers += 1);
    }

    pub(super) fn version(&self, version: u64) {
        self.book().versions.push(version);
        self.answers.send_modify(|answers| *answers += 1);
    }

    pub(super) fn contact(&self, contact: String) {
        self.book().contacts.push(contact);
    }

    /// The agent has nothing to do, and sees this; none: they have.
    pub(super) fn waits(&self, agent: &str, view: Option<&AgentView>) {
        let mut book = self.book();
        let Some(view) = view else {
            book.waiting.remove(agent);
            return;
        };
        let offers: Vec<_> = view.offers().map(|it| (it.offer_id, it.state())).collect();
        let handlings = view.handlings().map(|it| (it.handling_id, it.state()));
        let handlings: Vec<_> = handlings.collect();
        let (sequence, presence) = (view.sequence(), view.agent().presence());
        let seen = format!("at {sequence} {presence:?}, {offers:?}, {handlings:?}");
        book.waiting.insert(agent.to_owned(), seen);
    }

    pub(super) fn outrage(&self, what: String) {
        self.book().outrages.push(what);
    }

    /// How much there is of everything.
    pub(crate) fn describe(&self) -> String {
        let book = self.book();
        format!(
            "{} events, {} calls, {} unanswered, {} directives, {} offers, {} contacts; outrages: {:?}; waiting: {:#?}; last calls: \
             {:#?}",
            book.events.len(),
            book.calls.len(),
            book.unanswered,
            book.directives.len(),
            book.offers.len(),
            book.contacts.len(),
            book.outrages,
            book.waiting,
            book.calls.iter().rev().take(10).collect::<Vec<_>>(),
        )
    }
}

fn transient<T>(answer: &Result<T, Error>) -> bool {
    answer.as_ref().is_err_and(Error::is_transient)
}
