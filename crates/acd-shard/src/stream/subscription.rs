//! The reader's end of a stream.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use acd_core::ids::{ConnectionId, TimeMs};
use acd_core::refusal::Refusal;
use acd_proto::v1 as pb;
use tokio::time::{Instant, Sleep, sleep_until};

use super::budget::Charge;
use super::entity::Rendered;
use super::outbox::{AsOf, Outbox, ToldUpTo, Waiting};
use super::places::Place;
use super::token::Scope;
use super::update::{StreamEnd, UpdateKind};
use crate::CallError;

/// Why a subscription did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The engine refused to attach the session or to connect the adapter.
    #[error(transparent)]
    Refused(Refusal),
}

/// A subscription. Dropping it detaches the session or disconnects the adapter, unless a later one has taken its place.
#[derive(Debug)]
pub struct Subscription {
    outbox: Arc<Outbox>,
    /// The mark that this stream's heartbeats show.
    told_up_to: ToldUpTo,
    scope: Scope,
    /// None for a view.
    attached: Option<Attached>,
    /// For an adapter.
    unconfirmed: Unconfirmed,
    /// Up to where the last message told.
    sent: AsOf,
    /// Taken from the outbox and not handed out yet, with what it counts for.
    taken: VecDeque<(Delivery, Option<Charge>)>,
    /// What the last delivery counts for.
    charge: Option<Charge>,
    /// When something was handed out last.
    told_at: Option<Instant>,
    /// Wakes the reader to look whether nothing has happened for long. It begins with the first wait, because only then
    /// is there a runtime for sure.
    alarm: Option<Pin<Box<Sleep>>>,
    place: Place,
}

/// What the engine said when the stream of a session or an adapter was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attached {
    pub(crate) connection: ConnectionId,
    pub(crate) last_sequence: u64,
}

/// What an adapter is told again when its stream begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unconfirmed {
    /// The refused events of its incarnation that it has not confirmed, by sequence.
    pub refusals: BTreeMap<u64, Refusal>,
    /// Up to which sequence there were others, which are not kept any longer; 0: there were none.
    pub forgotten_up_to: u64,
    /// Whether its complete list is due.
    pub list_due: bool,
}

/// What comes next on a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// States that replace what the reader knew.
    Update(Update),
    /// Directives for the adapter, in order; each is delivered once on this subscription.
    Directives(Vec<Arc<pb::Directive>>),
    /// Nothing changed for one heartbeat interval; the stream is complete up to this mark.
    Heartbeat(Mark),
    /// The stream is over. Nothing comes after it.
    End(StreamEnd),
}

/// States that replace what the reader knew.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Whether this is the whole view in place of all that was known, or only what changed.
    pub kind: UpdateKind,
    /// Up to where the stream is complete with this update.
    pub mark: Mark,
    /// The states, each entity once.
    pub states: Vec<Rendered>,
    /// The version of the configuration in force.
    pub config_version: u64,
    /// The version that last was applied as a whole.
    pub desk_version: u64,
    /// Whether all queues are closed in an emergency.
    pub emergency: bool,
}

/// A place on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The stream is complete up to and including this sequence of the tenant.
    pub sequence: u64,
    /// The sequence of the message sent before on this stream; of the first message that of the token honoured, or 0.
    pub previous_sequence: u64,
    /// Engine time at `sequence`.
    pub at_ms: TimeMs,
    /// To continue after this message.
    pub resume_token: String,
}

impl Subscription {
    pub(crate) fn new(
        outbox: Arc<Outbox>,
        told_up_to: ToldUpTo,
        scope: Scope,
        attached: Option<Attached>,
        resumed_after: u64,
        place: Place,
    ) -> Self {
        Self {
            outbox,
            told_up_to,
            scope,
            attached,
            unconfirmed: Unconfirmed::default(),
            sent: AsOf {
                sequence: resumed_after,
                at_ms: 0,
            },
            taken: VecDeque::new(),
            charge: None,
            told_at: None,
            alarm: None,
            place,
        }
    }

    /// The stream's number; none for a view.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.attached.map(|attached| attached.connection)
    }

    /// For an adapter: the highest event sequence of its incarnation that is durable, as the subscription began.
    pub fn last_sequence(&self) -> u64 {
        self.attached.map_or(0, |attached| attached.last_sequence)
    }

    /// The same with what its adapter is told again.
    pub(crate) fn with_unconfirmed(mut self, unconfirmed: Unconfirmed) -> Self {
        self.unconfirmed = unconfirmed;
        self
    }

    /// For an adapter: what it is told again, as the subscription began.
    pub fn unconfirmed(&self) -> &Unconfirmed {
        &self.unconfirmed
    }

    /// The same, once.
    pub fn take_unconfirmed(&mut self) -> Unconfirmed {
        std::mem::take(&mut self.unconfirmed)
    }

    /// What comes next; a heartbeat if nothing did for this long. Cancel safe: what was not handed out comes next.
    /// After [`Delivery::End`] it gives that again.
    pub async fn next(&mut self, heartbeat: Duration) -> Delivery {
        poll_fn(|context| self.poll_next(heartbeat, context)).await
    }

    /// The same for who has no task of their own.
    pub fn poll_next(&mut self, heartbeat: Duration, context: &mut Context<'_>) -> Poll<Delivery> {
        loop {
            if let Some(delivery) = self.next_taken() {
                self.told_at = Some(Instant::now());
                return Poll::Ready(delivery);
            }
            if let Poll::Ready(waiting) = self.outbox.poll_take(context) {
                self.take(waiting);
                continue;
            }
            ready!(self.poll_quiet(heartbeat, context));
            if let Some(mark) = self.quiet_mark() {
                self.told_at = Some(Instant::now());
                return Poll::Ready(Delivery::Heartbeat(mark));
            }
        }
    }

    /// Ready when nothing was handed out for this long. The alarm is not set anew with each delivery: when it rings, it
    /// is set to what is left.
    fn poll_quiet(&mut self, heartbeat: Duration, context: &mut Context<'_>) -> Poll<()> {
        let first = self.place.first_alarm();
        let next_alarm = |after| next_alarm(first, after, heartbeat);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(next_alarm(Instant::now()))));
        loop {
            ready!(alarm.as_mut().poll(context));
            let now = Instant::now();
            let told_at = self.told_at;
            let quiet_at = told_at.map_or(now, next_alarm);
            let is_quiet = quiet_at <= now;
            let next = if is_quiet { next_alarm(now) } else { quiet_at };
            alarm.as_mut().reset(next);
            if is_quiet {
                return Poll::Ready(());
            }
        }
    }

    /// What the last delivery counts for: whoever sends it on holds it until that is done. Otherwise it is given back
    /// with the next one.
    pub fn take_charge(&mut self) -> Option<Charge> {
        self.charge.take()
    }

    /// Up to where the stream is complete although it says nothing; none if something waits.
    fn quiet_mark(&mut self) -> Option<Mark> {
        // Before the slot is looked at: whatever was put in for this mark is then there to be seen.
        let as_of = self.told_up_to.get();
        if !self.outbox.is_quiet() {
            return None;
        }
        let is_older = as_of.sequence < self.sent.sequence;
        Some(self.mark(if is_older { self.sent } else { as_of }))
    }

    /// Takes what waited, to hand it out one by one.
    fn take(&mut self, waiting: Waiting) {
        if let Some(states) = waiting.update {
            let update = Update {
                kind: states.kind,
                mark: self.mark(states.as_of),
                states: states.states.into_values().collect(),
                config_version: states.config_version,
                desk_version: states.desk_version,
                emergency: states.emergency,
            };
            self.taken
                .push_back((Delivery::Update(update), waiting.charge));
        }
        if !waiting.directives.is_empty() {
            self.taken
                .push_back((Delivery::Directives(waiting.directives), None));
        }
        if let Some(end) = waiting.end {
            self.taken.push_back((Delivery::End(end), None));
        }
    }

    fn next_taken(&mut self) -> Option<Delivery> {
        if let (Delivery::End(end), _) = self.taken.front()? {
            return Some(Delivery::End(*end));
        }
        let (delivery, charge) = self.taken.pop_front()?;
        self.charge = charge;
        Some(delivery)
    }

    /// The mark of the next message.
    fn mark(&mut self, as_of: AsOf) -> Mark {
        let previous = std::mem::replace(&mut self.sent, as_of);
        Mark {
            sequence: as_of.sequence,
            previous_sequence: previous.sequence,
            at_ms: as_of.at_ms,
            resume_token: self.scope.token(as_of.sequence).to_string(),
        }
    }
}

/// The alarms of ten thousand quiet streams must not each wake a thread by itself: they ring together, at instants that are
/// a hundredth of the interval apart, each by so much too early at most.
fn next_alarm(first: Instant, after: Instant, heartbeat: Duration) -> Instant {
    let apart = (heartbeat / 100).as_nanos().max(1);
    let at = after + heartbeat;
    let early = at.duration_since(first).as_nanos() % apart;
    at - Duration::from_nanos(early as u64)
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.outbox.leave();
    }
}
