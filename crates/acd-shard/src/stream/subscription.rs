//! The reader's end of a stream.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use acd_core::command::{AdapterDisconnect, Command, DetachSession, Request};
use acd_core::ids::{AdapterName, AdapterNo, AgentName, AgentNo, ConnectionId, TenantName, TimeMs};
use acd_core::refusal::Refusal;
use acd_proto::v1 as pb;
use crossbeam_channel::Sender;
use tokio::time::{Interval, MissedTickBehavior};

use super::SubscriberId;
use super::budget::Charge;
use super::entity::Rendered;
use super::outbox::{AsOf, Outbox, ToldUpTo};
use super::places::Place;
use super::token::Scope;
use super::update::{StreamEnd, UpdateKind};
use crate::CallError;
use acd_view::ViewFilter;

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
    /// Begins with the first wait, because only then is there a runtime for sure.
    heartbeat: Option<Interval>,
    _departure: Departure,
}

/// What undoes the attachment of a session.
pub(crate) fn detach(agent: AgentName, connection: ConnectionId) -> Request {
    Request::internal(Command::DetachSession(DetachSession { agent, connection }))
}

/// What undoes the connection of an adapter.
pub(crate) fn disconnect(adapter: AdapterName, connection: ConnectionId) -> Request {
    Request::internal(Command::AdapterDisconnect(AdapterDisconnect {
        adapter,
        connection,
    }))
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

/// What a subscription is fed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    /// An agent's screen.
    Screen(AgentNo, Attached),
    /// An adapter's directives.
    Directives(AdapterNo, Attached),
    /// A view of the tenant.
    View(ViewFilter),
}

/// A subscription that is gone.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) tenant: TenantName,
    pub(crate) subscriber: SubscriberId,
    /// What it was fed with.
    pub(crate) feed: Feed,
}

/// What an engine is to be told of a stream that is gone or was cut off; it knows whether a later one has taken its place.
pub(crate) type Ended = (TenantName, Request);

/// Says that a subscription is gone when it is dropped, whatever became of it, and gives its place back.
#[derive(Debug)]
pub(crate) struct Departure {
    gone: Gone,
    /// Those who show the tenant.
    readers: Sender<Gone>,
    /// The engine, if it knows of the stream.
    engine: Option<(Sender<Ended>, Request)>,
    _place: Place,
}

impl Departure {
    /// The departure of a subscription that begins.
    pub(crate) fn new(
        tenant: TenantName,
        feed: Feed,
        place: Place,
        readers: Sender<Gone>,
        engine: Option<(Sender<Ended>, Request)>,
    ) -> Self {
        let gone = Gone {
            tenant,
            subscriber: place.subscriber(),
            feed,
        };
        Self {
            gone,
            readers,
            engine,
            _place: place,
        }
    }

    /// What is gone when this is dropped.
    pub(crate) fn gone(&self) -> &Gone {
        &self.gone
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        // Whoever has stopped needs to know nothing any more.
        let _ = self.readers.send(self.gone.clone());
        if let Some((engine, request)) = self.engine.take() {
            let _ = engine.send((self.gone.tenant.clone(), request));
        }
    }
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
        departure: Departure,
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
            heartbeat: None,
            _departure: departure,
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

    /// What comes next; a heartbeat if nothing did for the time given with the first call. Cancel safe: what was not
    /// handed out comes next. After [`Delivery::End`] it gives that again.
    pub async fn next(&mut self, heartbeat: Duration) -> Delivery {
        loop {
            if let Some(delivery) = self.next_taken() {
                if let Some(interval) = &mut self.heartbeat {
                    interval.reset();
                }
                return delivery;
            }
            if self.take() {
                continue;
            }
            let interval = self
                .heartbeat
                .get_or_insert_with(|| quiet_interval(heartbeat));
            tokio::select! {
                biased;
                () = self.outbox.filled() => {}
                _ = interval.tick() => {
                    if let Some(mark) = self.quiet_mark() {
                        return Delivery::Heartbeat(mark);
                    }
                }
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

    /// Takes what waits. False if nothing did.
    fn take(&mut self) -> bool {
        let Some(waiting) = self.outbox.take() else {
            return false;
        };
        if let Some(states) = waiting.update {
            let update = Update {
                kind: states.kind,
                mark: self.mark(states.as_of),
                states: states.states.into_values().collect(),
                config_version: states.config_version,
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
        true
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

/// An interval whose first tick is one interval away.
fn quiet_interval(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.reset();
    interval
}
