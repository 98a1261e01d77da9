//! One connection of an adapter: events up, acknowledgements and directives down.
//!
//! Events go into the shard's mailbox as they come, without waiting for each answer, up to a window; their answers come
//! back in the same order and are acknowledged together. An event that finds the mailbox full is held back, and nothing
//! is read past it: the engine takes an adapter's events in order or not at all. Nothing is read either while the caller
//! has made more calls and sent more events than one may: an event that has come is not refused for that.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use acd_core::command::{
    AcknowledgeDirectives, Answer, Command, ConfirmRefusals, Origin, Reply, Request,
};
use acd_core::ids::{AdapterName, ConnectionId, TenantName};
use acd_core::refusal::{Reason, Refusal};
use acd_proto::v1::{self, ErrorReason, adapter_message, adapter_server_message::Message as Down};
use metrics::Counter;
use tokio::time::Instant;
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use super::contact;
use super::live_list::{self, LiveList};
use super::outlet::{Sink, Unsent};
use crate::auth::Pace;
use crate::error::ApiError;
use crate::metrics::Refusals;
use acd_shard::stream::{Delivery, StreamEnd, Subscription, Unconfirmed};
use acd_shard::trace;
use acd_shard::{Answered, CallError, Called, Pending, Shards};

/// The most events of one connection that are not acknowledged; beyond it the server reads no further.
pub(super) const WINDOW: usize = 1_024;
/// How soon after an acknowledgement another one comes that says nothing but that events are settled.
const ACK_INTERVAL: Duration = Duration::from_millis(5);
/// The most refusals of one acknowledgement, so that it stays far below the limit of a message.
const REFUSALS_MAX: usize = 1_000;

/// One connection that has said hello.
pub(super) struct Connection {
    pub(super) shards: Shards,
    pub(super) tenant: TenantName,
    pub(super) adapter: AdapterName,
    pub(super) connection: ConnectionId,
    /// How each event of its stream was called.
    pub(super) called: Called,
    pub(super) heartbeat: Duration,
    pub(super) refused_events: Refusals,
    pub(super) pace: Pace,
    /// How often such streams had to wait for their pace.
    pub(super) slowed: Counter,
    /// The highest event sequence that is settled.
    pub(super) settled: u64,
    /// What the adapter knows of it.
    pub(super) acknowledged: Acknowledged,
    /// The last directive sent.
    pub(super) last_directive: u64,
    /// The last event sequence that was read.
    pub(super) read: u64,
    /// The list of what the adapter holds, while it is coming in; why it is of no use, once it is.
    pub(super) live_list: Option<Result<LiveList, ApiError>>,
    /// Those of the list that takes effect now that were not taken.
    pub(super) not_taken: Vec<v1::LiveRefusal>,
}

/// What an adapter was told of its events.
pub(super) struct Acknowledged {
    /// Up to which they are settled.
    up_to: u64,
    /// When it was told so last.
    at: Option<Instant>,
    /// When it is to be told what is settled since, unless something else goes before that can say so.
    due: Option<Instant>,
}

impl Acknowledged {
    /// It knows as much from its welcome.
    pub(super) fn by_welcome(up_to: u64) -> Self {
        Self {
            up_to,
            at: None,
            due: None,
        }
    }

    fn up_to(&mut self, settled: u64) {
        *self = Self {
            up_to: settled,
            at: Some(Instant::now()),
            due: None,
        };
    }

    /// More is settled.
    fn fall_due(&mut self) {
        let now = Instant::now();
        let at = self.at.map_or(now, |at| now.max(at + ACK_INTERVAL));
        self.due.get_or_insert(at);
    }
}

/// What is in the shard's hands.
struct InFlight {
    said: Said,
    answer: Pending,
}

/// What the adapter said.
#[derive(Clone, Debug)]
enum Said {
    /// An event, under its own sequence.
    Event { sequence: u64 },
    /// What needs no answer: that directives are done, that refusals are known.
    Noted,
    /// A page of all that it holds.
    LivePage,
    /// The last page.
    LiveListEnd {
        /// How many contacts the list names.
        contacts: u32,
        /// Why the whole list is of no use.
        refused: Option<ApiError>,
    },
}

/// A request that found the mailbox full.
struct Held {
    said: Said,
    request: Request,
    until: Instant,
}

/// What was understood and not yet handed to the shard, in order.
type Understood = VecDeque<(Said, Request)>;

/// What the loop does next.
enum Next {
    Upward(Option<Result<v1::AdapterMessage, Status>>),
    Again(Held),
    Rested,
    Settled(Vec<(Said, Result<Answered, CallError>)>),
    Downward(Delivery),
    Acknowledge,
    Gone,
}

/// Why the connection ends; none: in order, or because the adapter is gone.
type End = Option<ApiError>;

impl Connection {
    /// Carries messages both ways until the connection ends.
    pub(super) async fn run(
        mut self,
        mut upward: impl Stream<Item = Result<v1::AdapterMessage, Status>> + Unpin,
        mut subscription: Subscription,
        outlet: impl Sink<v1::AdapterServerMessage>,
    ) -> End {
        let mut in_flight: VecDeque<InFlight> = VecDeque::new();
        let mut understood = Understood::new();
        let mut held: Option<Held> = None;
        // Until when nothing is read.
        let mut rests: Option<Instant> = None;
        let mut open = true;
        if let Err(end) = self.repeat(subscription.take_unconfirmed(), &outlet).await {
            return end;
        }
        while open || held.is_some() || !in_flight.is_empty() || self.acknowledged.due.is_some() {
            while held.is_none()
                && in_flight.len() < WINDOW
                && let Some((said, request)) = understood.pop_front()
            {
                match self.submit(said, request, &mut in_flight) {
                    Ok(refused) => held = refused,
                    Err(error) => return Some(error),
                }
            }
            let has_room = held.is_none() && in_flight.len() < WINDOW;
            let may_read = open && rests.is_none() && has_room;
            // What is under way first: what is read makes it more.
            let next = tokio::select! {
                biased;
                () = outlet.gone() => Next::Gone,
                settled = settled(&mut in_flight) => Next::Settled(settled),
                request = due(&mut held) => Next::Again(request),
                () = reached(rests) => Next::Rested,
                () = reached(self.acknowledged.due) => Next::Acknowledge,
                delivery = subscription.next(self.heartbeat) => Next::Downward(delivery),
                message = upward.next(), if may_read => Next::Upward(message),
            };
            let step = match next {
                Next::Upward(Some(Ok(message))) => {
                    if matches!(message.message, Some(adapter_message::Message::Event(_))) {
                        rests = self.count_event();
                        self.slowed.increment(u64::from(rests.is_some()));
                    }
                    let understands = self.understand(message, &mut understood).await;
                    understands.map(|()| None)
                }
                Next::Upward(None) => {
                    open = false;
                    Ok(None)
                }
                Next::Upward(Some(Err(status))) => return self.unreadable(&status),
                Next::Rested => {
                    rests = self.count_event();
                    Ok(None)
                }
                Next::Gone => return None,
                Next::Again(Held { said, request, .. }) => {
                    self.submit(said, request, &mut in_flight)
                }
                Next::Settled(answers) => match self.judge_all(answers, &outlet).await {
                    Ok(()) => Ok(None),
                    Err(end) => return end,
                },
                Next::Acknowledge => match self.tell_settled(Vec::new(), &outlet).await {
                    Ok(()) => Ok(None),
                    Err(end) => return end,
                },
                Next::Downward(delivery) => match self.deliver(delivery, &outlet).await {
                    Ok(()) => Ok(None),
                    Err(end) => return end,
                },
            };
            match step {
                Ok(None) => {}
                Ok(Some(refused)) => held = Some(refused),
                Err(error) => return Some(error),
            }
        }
        None
    }

    /// Counts an event that has come. If it came too early: when to try again, and to read nothing before.
    fn count_event(&self) -> Option<Instant> {
        let wait = self.pace.count().err()?;
        Some(Instant::now() + wait)
    }

    /// Why a message that came cannot be read; none if the adapter is gone.
    fn unreadable(&self, status: &Status) -> End {
        let error = ApiError::unreadable(status)?.with("after_sequence", self.read);
        self.refused_events
            .count(error.reason, self.adapter.as_str());
        tracing::warn!(
            tenant = %self.tenant,
            adapter = %self.adapter,
            connection = %self.connection,
            after_sequence = self.read,
            detail = error.detail,
            "an adapter's message cannot be read"
        );
        Some(error)
    }

    /// The requests a message stands for; none if it is part of something that is not complete.
    async fn understand(
        &mut self,
        message: v1::AdapterMessage,
        understood: &mut Understood,
    ) -> Result<(), ApiError> {
        use adapter_message::Message;
        match message.message {
            Some(Message::Event(mut event)) => {
                let directive_ids = std::mem::take(&mut event.done_directive_ids);
                let event = self.understand_event(event)?;
                if !directive_ids.is_empty() {
                    let ack = v1::DirectiveAck { directive_ids };
                    understood.push_back(self.understand_done(&ack, "event.done_directive_ids")?);
                }
                understood.push_back(event);
            }
            Some(Message::DirectiveAck(ack)) => {
                let field = "directive_ack.directive_ids";
                understood.push_back(self.understand_done(&ack, field)?);
            }
            Some(Message::RefusalAck(ack)) => {
                let command = Command::ConfirmRefusals(ConfirmRefusals {
                    adapter: self.adapter.clone(),
                    connection: self.connection,
                    up_to: ack.sequence,
                });
                understood.push_back((Said::Noted, self.request(command)));
            }
            Some(Message::LiveListBegin(_)) => self.live_list = Some(Ok(self.begin_list().await?)),
            Some(Message::LiveContact(live)) => {
                let (adapter, now) = (self.adapter.clone(), self.shards.clock().now());
                self.gather("live_contact", |list| list.add_contact(&adapter, live, now))?;
            }
            Some(Message::LiveAgent(live)) => {
                self.gather("live_agent", |list| list.add_agent(&live))?;
            }
            Some(Message::LiveListEnd(_)) => self.end_list(understood)?,
            Some(Message::Hello(_)) => {
                return Err(ApiError::invalid(
                    "hello",
                    "it came a second time",
                    "send it first and only first",
                ));
            }
            None => {
                return Err(ApiError::invalid(
                    "message",
                    "it is empty",
                    "set hello, event, directive_ack, refusal_ack or a part of the live list",
                ));
            }
        }
        Ok(())
    }

    /// Directives are done, as this field says.
    fn understand_done(
        &self,
        ack: &v1::DirectiveAck,
        field: &str,
    ) -> Result<(Said, Request), ApiError> {
        let command = contact::acknowledge(&self.adapter, field, &ack.directive_ids)?;
        Ok((Said::Noted, self.request(command)))
    }

    /// An event that says nothing the engine could decide still takes its place in the sequence.
    fn understand_event(&mut self, event: v1::Event) -> Result<(Said, Request), ApiError> {
        let sequence = event.sequence;
        if sequence == 0 {
            let remedy = "number events from 1";
            return Err(ApiError::invalid("event.sequence", "it is missing", remedy));
        }
        self.read = sequence;
        if self.live_list.is_some() {
            let detail = "an event stands within a live list, and would be taken for older than it";
            return Err(ApiError::invalid("event", detail, "end the list first"));
        }
        let nothing = || ApiError::invalid("", "the event says nothing", "set what happened");
        let (part, command) = match event.event {
            Some(content) => contact::event(&self.adapter, content),
            None => ("event", Err(nothing())),
        };
        let command = command.unwrap_or_else(|error| Command::Malformed(Refusal::from(error)));
        let origin = Origin::Stream {
            adapter: self.adapter.clone(),
            connection: self.connection,
            sequence,
            part: part.into(),
        };
        Ok((Said::Event { sequence }, Request { origin, command }))
    }

    /// A list begins. It is older than what is decided from now on, and says nothing of it.
    async fn begin_list(&self) -> Result<LiveList, ApiError> {
        // Decided behind all that the stream brought before, and before what comes another way meanwhile.
        let begin = self.request(self.changes_nothing());
        let begun = self.shards.request(&self.tenant, begin, None).await?;
        let contacts_max = self.open_contacts_max().await?;
        Ok(LiveList::of(contacts_max, begun.sequence))
    }

    /// How many contacts the tenant may have open, and a list may name.
    async fn open_contacts_max(&self) -> Result<usize, ApiError> {
        let limit = self
            .shards
            .read(&self.tenant, |state| state.facts().limits.open_contacts);
        Ok(limit.await? as usize)
    }

    /// Adds to the list that is coming in. What is wrong with an entry makes the list useless, not the stream.
    fn gather(
        &mut self,
        part: &str,
        add: impl FnOnce(&mut LiveList) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let list = self.live_list.as_mut().ok_or_else(no_list)?;
        if let Ok(gathered) = list
            && let Err(error) = add(gathered)
        {
            *list = Err(error.within(part));
        }
        Ok(())
    }

    /// The list is complete.
    fn end_list(&mut self, understood: &mut Understood) -> Result<(), ApiError> {
        match self.live_list.take().ok_or_else(no_list)? {
            Ok(list) => {
                let contacts = list.contacts();
                let mut commands = list.commands(&self.adapter);
                let last = commands.pop_back();
                let page = |command| (Said::LivePage, self.request(command));
                understood.extend(commands.into_iter().map(page));
                let end = Said::LiveListEnd {
                    contacts,
                    refused: None,
                };
                understood.extend(last.map(|last| (end, self.request(last))));
            }
            Err(error) => {
                let end = Said::LiveListEnd {
                    contacts: 0,
                    refused: Some(error),
                };
                understood.push_back((end, self.request(self.changes_nothing())));
            }
        }
        Ok(())
    }

    /// What the adapter says without a sequence: it holds while this is its latest stream.
    fn request(&self, command: Command) -> Request {
        let origin = Origin::Connection {
            adapter: self.adapter.clone(),
            connection: self.connection,
        };
        Request { origin, command }
    }

    fn changes_nothing(&self) -> Command {
        Command::AcknowledgeDirectives(AcknowledgeDirectives {
            adapter: self.adapter.clone(),
            directives: Vec::new(),
        })
    }

    /// Hands a request to the shard; gives it back if the mailbox is full.
    fn submit(
        &self,
        said: Said,
        request: Request,
        in_flight: &mut VecDeque<InFlight>,
    ) -> Result<Option<Held>, ApiError> {
        let span = trace::request(&self.tenant, &request.command);
        let submit = || {
            self.shards
                .submit(&self.tenant, request.clone(), self.called)
        };
        match span.in_scope(submit) {
            Ok(answer) => {
                in_flight.push_back(InFlight { said, answer });
                Ok(None)
            }
            Err(CallError::Busy { retry_after, .. }) => Ok(Some(Held {
                said,
                request,
                until: Instant::now() + retry_after,
            })),
            Err(error) => Err(error.into()),
        }
    }

    /// Judges answers, and acknowledges the events up to the last that is settled: with those that were refused at once,
    /// and by themselves now and then.
    async fn judge_all(
        &mut self,
        answers: Vec<(Said, Result<Answered, CallError>)>,
        outlet: &impl Sink<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        let mut refusals = Vec::new();
        let mut end = None;
        for (said, answer) in answers {
            match self.judge(said, answer) {
                Ok(Judged::Nothing) => {}
                Ok(Judged::Refused(refusal)) => refusals.push(refusal),
                Ok(Judged::List(acks)) => {
                    for ack in acks {
                        send(outlet, Down::LiveListAck(ack)).await?;
                    }
                }
                Err(error) => {
                    end = Some(error);
                    break;
                }
            }
        }
        let owes = self.settled > self.acknowledged.up_to;
        if !refusals.is_empty() || (owes && end.is_some()) {
            self.tell_settled(refusals, outlet).await?;
        } else if owes {
            self.acknowledged.fall_due();
        }
        end.map_or(Ok(()), |error| Err(Some(error)))
    }

    /// Tells what was refused before and is not known to be known.
    async fn repeat(
        &mut self,
        unconfirmed: Unconfirmed,
        outlet: &impl Sink<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        let refusals = unconfirmed.refusals.into_iter();
        let refusals: Vec<_> = refusals
            .map(|(sequence, refusal)| ApiError::from(refusal).of_event(sequence))
            .collect();
        if refusals.is_empty() {
            return Ok(());
        }
        self.tell_settled(refusals, outlet).await
    }

    async fn tell_settled(
        &mut self,
        refusals: Vec<v1::EventRefusal>,
        outlet: &impl Sink<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        let mut left = refusals;
        while left.len() > REFUSALS_MAX {
            let later = left.split_off(REFUSALS_MAX);
            let sequence = left.last().map_or(0, |refusal| refusal.sequence);
            let ack = v1::EventAck {
                sequence,
                refusals: std::mem::replace(&mut left, later),
            };
            send(outlet, Down::EventAck(ack)).await?;
        }
        let ack = v1::EventAck {
            sequence: self.settled,
            refusals: left,
        };
        self.acknowledged.up_to(self.settled);
        send(outlet, Down::EventAck(ack)).await
    }

    /// What one answer means, or why the connection ends.
    fn judge(
        &mut self,
        said: Said,
        answer: Result<Answered, CallError>,
    ) -> Result<Judged, ApiError> {
        let answer = answer?.answer;
        match said {
            Said::Noted => answer.map(|_| Judged::Nothing).map_err(ApiError::from),
            Said::Event { sequence } => self.judge_event(sequence, answer),
            Said::LivePage => {
                self.note_page(answer?);
                Ok(Judged::Nothing)
            }
            Said::LiveListEnd { contacts, refused } => {
                self.note_page(answer?);
                Ok(Judged::List(self.list_acks(contacts, refused)))
            }
        }
    }

    fn judge_event(&mut self, sequence: u64, answer: Answer) -> Result<Judged, ApiError> {
        let refused = match answer {
            Ok(_) => None,
            Err(refusal) if !is_of_one_event(refusal.reason) => {
                let error = ApiError::from(refusal);
                return Err(match error.reason {
                    ErrorReason::SequenceGap => error.with("expected", self.settled + 1),
                    _ => error,
                });
            }
            Err(refusal) => Some(ApiError::from(refusal)),
        };
        self.settled = self.settled.max(sequence);
        Ok(refused.map_or(Judged::Nothing, |error| {
            self.refused_events
                .count(error.reason, self.adapter.as_str());
            Judged::Refused(error.of_event(sequence))
        }))
    }

    fn note_page(&mut self, reply: Reply) {
        if let Reply::Reconciled { refused } = reply {
            let told = refused.into_iter().map(live_list::refusal);
            self.not_taken.extend(told.inspect(|refusal| {
                let of = self.adapter.as_str();
                self.refused_events.count(refusal.reason(), of);
            }));
        }
    }

    /// What came of a live list.
    fn list_acks(&mut self, contacts: u32, refused: Option<ApiError>) -> Vec<v1::LiveListAck> {
        let refusal = refused.map(|error| {
            self.refused_events
                .count(error.reason, self.adapter.as_str());
            error.of_event(0)
        });
        let mut left = std::mem::take(&mut self.not_taken);
        if !left.is_empty() {
            tracing::warn!(
                tenant = %self.tenant,
                adapter = %self.adapter,
                entries = left.len(),
                contacts,
                first_reason = left[0].reason().wire_name(),
                "entries of an adapter's live list were not taken"
            );
        }
        let mut acks = Vec::new();
        loop {
            let later = left.split_off(left.len().min(REFUSALS_MAX));
            acks.push(v1::LiveListAck {
                contacts,
                refusal: refusal.clone(),
                refusals: left,
                more: !later.is_empty(),
            });
            if later.is_empty() {
                return acks;
            }
            left = later;
        }
    }

    async fn deliver(
        &mut self,
        delivery: Delivery,
        outlet: &impl Sink<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        match delivery {
            Delivery::Directives(directives) => {
                for directive in directives {
                    let mut directive = Arc::unwrap_or_clone(directive);
                    directive.previous_directive_id = self.last_directive;
                    self.last_directive = directive.directive_id;
                    if self.settled > self.acknowledged.up_to {
                        directive.settled_sequence = self.settled;
                        self.acknowledged.up_to(self.settled);
                    }
                    send(outlet, Down::Directive(directive)).await?;
                }
                Ok(())
            }
            Delivery::Heartbeat(_) => {
                let heartbeat = v1::AdapterHeartbeat {
                    last_directive_id: self.last_directive,
                    last_applied_sequence: self.settled,
                };
                send(outlet, Down::Heartbeat(heartbeat)).await
            }
            // Adapters subscribe to directives only.
            Delivery::Update(_) => Ok(()),
            Delivery::End(StreamEnd::LoggedOut) => Err(None),
            Delivery::End(end) => Err(Some(end.into())),
        }
    }
}

/// What an answer of the shard means for the adapter.
enum Judged {
    /// Nothing to tell by itself.
    Nothing,
    /// An event was refused.
    Refused(v1::EventRefusal),
    /// A live list has taken effect, or was refused.
    List(Vec<v1::LiveListAck>),
}

fn no_list() -> ApiError {
    let detail = "a part of a live list came before its begin";
    ApiError::invalid("live_list_begin", detail, "send live_list_begin first")
}

/// Whether a refusal concerns one event; otherwise it concerns the connection, and nothing after it can be applied.
fn is_of_one_event(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::AdapterFenced
            | Reason::SequenceGap
            | Reason::UnknownAdapter
            | Reason::TenantDeleted
    )
}

async fn send(outlet: &impl Sink<v1::AdapterServerMessage>, message: Down) -> Result<(), End> {
    let sent = outlet
        .send(v1::AdapterServerMessage {
            message: Some(message),
        })
        .await;
    sent.map_err(|unsent: Unsent| unsent.into())
}

/// Waits for the oldest answer and takes all that have come with it, in order. Cancel safe.
async fn settled(in_flight: &mut VecDeque<InFlight>) -> Vec<(Said, Result<Answered, CallError>)> {
    poll_fn(|context| {
        let mut settled = Vec::new();
        while let Some(oldest) = in_flight.front_mut() {
            let Poll::Ready(answer) = Pin::new(&mut oldest.answer).poll(context) else {
                break;
            };
            settled.extend(in_flight.pop_front().map(|flown| (flown.said, answer)));
        }
        if settled.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(settled)
        }
    })
    .await
}

/// Waits until this instant; for ever if there is none. Cancel safe.
async fn reached(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// Waits until the request that is held back is to be tried again; for ever if there is none. Cancel safe.
async fn due(held: &mut Option<Held>) -> Held {
    reached(held.as_ref().map(|held| held.until)).await;
    match held.take() {
        Some(request) => request,
        None => std::future::pending().await,
    }
}
