//! The simulated switch: one adapter session, and the contacts that come through it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use acd_client::adapter::{AdapterHandle, Receipt, Receipts};
use acd_client::v1::{
    ContactArrived, ContactConnected, ContactEnded, Directive, EndCause, directive::Instruction,
    event::Event,
};
use acd_client::{AdapterSession, Error};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::arrivals::Arrival;
use crate::measured::Recorder;
use crate::progress::Progress;
use crate::tenant;

/// Where a contact stands for its customer and the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    /// Reported as connected for this offer.
    Connecting(u64),
    Talking,
    /// Its end is reported.
    Ending,
}

struct Contact {
    arrival: Arrival,
    phase: Phase,
}

/// What a customer does at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    EndsTalk(u64),
    HangsUp(u64),
}

/// An event on its way, and what is to be learnt from its receipt.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Arrival(u64),
    Connected { number: u64, offer_id: u64 },
    TalkEnded(u64),
    HungUp(u64),
}

/// How many contacts a switch has, for whoever shows how far a run is.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) arrived: AtomicU64,
    pub(crate) completed: AtomicU64,
    pub(crate) open: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Tally {
    pub(crate) fn progress(&self, elapsed: Duration) -> Progress {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Progress::Running {
            elapsed,
            arrived: read(&self.arrived),
            completed: read(&self.completed),
            open: read(&self.open),
            refused: read(&self.refused),
        }
    }
}

pub(crate) struct Switch {
    /// Names the contacts of this run.
    run: Arc<str>,
    begin: Instant,
    handle: AdapterHandle,
    recorder: Recorder,
    tally: Arc<Tally>,
    state: State,
}

#[derive(Default)]
struct State {
    contacts: HashMap<u64, Contact>,
    due: BinaryHeap<Reverse<(Instant, Due)>>,
    /// Events without a receipt.
    unacknowledged: Receipts<Sent>,
    /// Until when the server took no more.
    held_until: Option<Instant>,
}

/// The name of a contact. It tells when the contact was to be sent, so that whoever sees it can tell how old it is.
fn name(run: &str, arrival: &Arrival) -> String {
    format!("{run}.{}.{}", arrival.number, arrival.at.as_micros())
}

/// When the contact of this name was to be sent, from the begin of the run.
pub(crate) fn intended(contact: &str) -> Option<Duration> {
    let mut parts = contact.rsplit('.');
    parts.next()?.parse().ok().map(Duration::from_micros)
}

/// The number of the contact of this name, if it is of this run.
fn number(run: &str, contact: &str) -> Option<u64> {
    let of_run = contact.strip_prefix(run)?.strip_prefix('.')?;
    of_run.split_once('.')?.0.parse().ok()
}

impl Switch {
    pub(crate) fn new(
        run: Arc<str>,
        begin: Instant,
        handle: AdapterHandle,
        recorder: Recorder,
        tally: Arc<Tally>,
    ) -> Self {
        Self {
            run,
            begin,
            handle,
            recorder,
            tally,
            state: State::default(),
        }
    }

    /// Plays until all arrivals came and every contact is over, or the time for that is; what is open then is ended.
    pub(crate) async fn run(
        mut self,
        session: &mut AdapterSession,
        mut arrivals: mpsc::Receiver<Arrival>,
        over: &CancellationToken,
    ) -> Result<(), Error> {
        let mut come = true;
        while come || !self.state.contacts.is_empty() || !self.state.unacknowledged.is_empty() {
            let due_at = self.state.due.peek().map(|Reverse((at, _))| *at);
            tokio::select! {
                () = over.cancelled() => break,
                directive = session.next_directive() => self.directed(directive?).await?,
                (sent, receipt) = self.state.unacknowledged.next() => {
                    self.acknowledged(sent, receipt)?;
                }
                arrival = arrivals.recv(), if come => match arrival {
                    Some(arrival) => self.arrive(arrival).await?,
                    None => come = false,
                },
                () = sleep_until(due_at.unwrap_or(self.begin)), if due_at.is_some() => {
                    self.play_due().await?;
                }
            }
        }
        self.leave().await
    }

    async fn arrive(&mut self, arrival: Arrival) -> Result<(), Error> {
        let intended = self.begin + arrival.at;
        // While the server took no more, the delay is the server's.
        let free_at = self
            .state
            .held_until
            .map_or(intended, |until| until.max(intended));
        let lag = Instant::now().saturating_duration_since(free_at);
        self.recorder.sent(arrival.at, lag);
        if let Some(patience) = arrival.patience {
            let hangs_up = Due::HangsUp(arrival.number);
            self.state
                .due
                .push(Reverse((intended + patience, hangs_up)));
        }
        let event = ContactArrived {
            contact_id: name(&self.run, &arrival),
            channel: "voice".to_owned(),
            queue: tenant::queue(arrival.queue),
            customer_key: Some(format!("customer-{:07}", arrival.number).into()),
            ..ContactArrived::default()
        };
        let contact = Contact {
            arrival,
            phase: Phase::Waiting,
        };
        self.state.contacts.insert(arrival.number, contact);
        self.tally.arrived.fetch_add(1, Ordering::Relaxed);
        self.tally.open.fetch_add(1, Ordering::Relaxed);
        self.submit(Sent::Arrival(arrival.number), event).await
    }

    async fn submit(&mut self, sent: Sent, event: impl Into<Event>) -> Result<(), Error> {
        let submitted = {
            let mut submitting = pin!(self.handle.submit(event));
            let first = poll_fn(|context| Poll::Ready(submitting.as_mut().poll(context)));
            match first.await {
                Poll::Ready(submitted) => submitted?,
                // There is no room: the server takes no more.
                Poll::Pending => {
                    let from = Instant::now();
                    let submitted = submitting.await?;
                    let until = Instant::now();
                    self.recorder.held_back(until - from);
                    self.state.held_until = Some(until);
                    submitted
                }
            }
        };
        self.state.unacknowledged.push(sent, submitted);
        Ok(())
    }

    async fn play_due(&mut self) -> Result<(), Error> {
        let Some(Reverse((_, due))) = self.state.due.pop() else {
            return Ok(());
        };
        let (number, phase, sent) = match due {
            Due::EndsTalk(number) => (number, Phase::Talking, Sent::TalkEnded(number)),
            // Who is being connected does not hang up.
            Due::HangsUp(number) => (number, Phase::Waiting, Sent::HungUp(number)),
        };
        match self.state.contacts.get_mut(&number) {
            Some(contact) if contact.phase == phase => {
                contact.phase = Phase::Ending;
                let ended = ended(name(&self.run, &contact.arrival), EndCause::Customer);
                self.submit(sent, ended).await
            }
            _ => Ok(()),
        }
    }

    async fn directed(&mut self, directive: Directive) -> Result<(), Error> {
        let number = number(&self.run, &directive.contact_id);
        if let (Some(number), Some(instruction)) = (number, &directive.instruction) {
            self.instructed(number, instruction).await?;
        }
        self.handle.acknowledge(vec![directive.directive_id]).await
    }

    async fn instructed(&mut self, number: u64, instruction: &Instruction) -> Result<(), Error> {
        let Some(contact) = self.state.contacts.get_mut(&number) else {
            return Ok(());
        };
        match instruction {
            Instruction::Connect(connect) if contact.phase != Phase::Ending => {
                let offer_id = connect.offer_id;
                contact.phase = Phase::Connecting(offer_id);
                let contact_id = name(&self.run, &contact.arrival);
                let connected = ContactConnected {
                    contact_id,
                    offer_id,
                };
                self.submit(Sent::Connected { number, offer_id }, connected)
                    .await?;
            }
            Instruction::CancelConnect(cancel)
                if contact.phase == Phase::Connecting(cancel.offer_id) =>
            {
                contact.phase = Phase::Waiting;
            }
            Instruction::Route(_) | Instruction::Release(_) if contact.phase != Phase::Ending => {
                if contact.phase != Phase::Talking {
                    self.recorder.left(contact.arrival.at, false);
                }
                self.forget(number);
            }
            _ => {}
        }
        Ok(())
    }

    fn forget(&mut self, number: u64) {
        if self.state.contacts.remove(&number).is_some() {
            self.tally.open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Learns what became of an event. A session that is over ends the run.
    fn acknowledged(&mut self, sent: Sent, receipt: Result<Receipt, Error>) -> Result<(), Error> {
        if let Err(error) = &receipt {
            if !matches!(error, Error::Refused(_)) {
                return Err(error.clone());
            }
            let what = match sent {
                Sent::Arrival(_) => "arrival",
                Sent::Connected { .. } => "connected",
                Sent::TalkEnded(_) | Sent::HungUp(_) => "end",
            };
            self.recorder.failed(what, error);
        }
        let now = Instant::now();
        match sent {
            Sent::Arrival(number) => {
                let Some(at) = self.state.contacts.get(&number).map(|it| it.arrival.at) else {
                    return Ok(());
                };
                if receipt.is_ok() {
                    self.recorder.acknowledged(at, now);
                } else {
                    self.recorder.arrival_refused(at);
                    self.tally.refused.fetch_add(1, Ordering::Relaxed);
                    self.forget(number);
                }
            }
            Sent::Connected { number, offer_id } => {
                let contact = self.state.contacts.get_mut(&number);
                let connecting = |it: &&mut Contact| it.phase == Phase::Connecting(offer_id);
                if let Some(contact) = contact.filter(connecting) {
                    if receipt.is_ok() {
                        contact.phase = Phase::Talking;
                        let ends_at = now + contact.arrival.talk;
                        self.state
                            .due
                            .push(Reverse((ends_at, Due::EndsTalk(number))));
                    } else {
                        contact.phase = Phase::Waiting;
                    }
                }
            }
            Sent::TalkEnded(number) => {
                if receipt.is_ok() {
                    self.recorder.completed(now);
                    self.tally.completed.fetch_add(1, Ordering::Relaxed);
                }
                self.forget(number);
            }
            Sent::HungUp(number) => {
                if let Some(contact) = self.state.contacts.get(&number) {
                    self.recorder.left(contact.arrival.at, true);
                }
                self.forget(number);
            }
        }
        Ok(())
    }

    /// Ends what is open, so that nothing is left in the tenant.
    async fn leave(&mut self) -> Result<(), Error> {
        let open = self.state.contacts.values();
        let open: Vec<String> = open
            .filter(|contact| contact.phase != Phase::Ending)
            .map(|contact| name(&self.run, &contact.arrival))
            .collect();
        for contact in open {
            let _receipt = self.handle.submit(ended(contact, EndCause::System)).await?;
        }
        Ok(())
    }
}

fn ended(contact_id: String, cause: EndCause) -> ContactEnded {
    ContactEnded {
        contact_id,
        cause: cause.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_number_and_the_intended_instant() {
        let arrival = Arrival {
            number: 42,
            at: Duration::from_micros(1_234_567),
            queue: 0,
            talk: Duration::ZERO,
            patience: None,
        };
        let name = name("run7", &arrival);
        assert_eq!(intended(&name), Some(arrival.at));
        assert_eq!(number("run7", &name), Some(42));
        assert_eq!((number("run8", &name), number("run", &name)), (None, None));
        assert_eq!(intended("somebody-else"), None);
    }
}
