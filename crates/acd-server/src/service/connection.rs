//! One connection of an adapter: events up, acknowledgements and directives down.
//!
//! Events go into the shard's mailbox as they come, without waiting for each answer, up to a window; their answers come
//! back in the same order and are acknowledged together. An event that finds the mailbox full is held back, and nothing
//! is read past it: the engine takes an adapter's events in order or not at all.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use acd_core::command::{Command, Origin, Request};
use acd_core::ids::{AdapterName, ConnectionId, TenantName};
use acd_core::refusal::Reason;
use acd_proto::v1::{self, ErrorReason, adapter_message, adapter_server_message::Message as Down};
use tokio::time::Instant;
use tonic::{Status, Streaming};

use super::contact;
use super::live_list::LiveList;
use super::outgoing::{Outlet, Unsent};
use crate::error::ApiError;
use crate::metrics::Refusals;
use crate::shard::{Answered, CallError, Pending, Shards};
use crate::stream::{Delivery, StreamEnd, Subscription};

/// The most events of one connection that are not acknowledged; beyond it the server reads no further.
pub(super) const WINDOW: usize = 1_024;

/// One connection that has said hello.
pub(super) struct Connection {
    pub(super) shards: Shards,
    pub(super) tenant: TenantName,
    pub(super) adapter: AdapterName,
    pub(super) connection: ConnectionId,
    pub(super) heartbeat: Duration,
    pub(super) refused_events: Refusals,
    /// The highest event sequence that is settled.
    pub(super) settled: u64,
    /// The last directive sent.
    pub(super) last_directive: u64,
    /// The list of what the adapter holds, while it is coming in.
    pub(super) live_list: Option<LiveList>,
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
    Event {
        sequence: u64,
        /// The name of its content in the message.
        field: &'static str,
        /// What is wrong with it, if the engine cannot be asked at all.
        invalid: Option<ApiError>,
    },
    /// That directives are done.
    DirectiveAck,
    /// All that it holds.
    LiveList {
        /// How many contacts the list names.
        contacts: u32,
    },
}

/// A request that found the mailbox full.
struct Held {
    said: Said,
    request: Request,
    until: Instant,
}

/// What the loop does next.
enum Next {
    Upward(Result<Option<v1::AdapterMessage>, Status>),
    Again(Held),
    Settled(Vec<(Said, Result<Answered, CallError>)>),
    Downward(Delivery),
    Gone,
}

/// Why the connection ends; none: in order, or because the adapter is gone.
type End = Option<ApiError>;

impl Connection {
    /// Carries messages both ways until the connection ends.
    pub(super) async fn run(
        mut self,
        mut upward: Streaming<v1::AdapterMessage>,
        mut subscription: Subscription,
        outlet: Outlet<v1::AdapterServerMessage>,
    ) -> End {
        let mut in_flight: VecDeque<InFlight> = VecDeque::new();
        let mut held: Option<Held> = None;
        let mut open = true;
        while open || held.is_some() || !in_flight.is_empty() {
            let may_read = open && held.is_none() && in_flight.len() < WINDOW;
            let next = tokio::select! {
                settled = settled(&mut in_flight) => Next::Settled(settled),
                request = due(&mut held) => Next::Again(request),
                message = upward.message(), if may_read => Next::Upward(message),
                delivery = subscription.next(self.heartbeat) => Next::Downward(delivery),
                () = outlet.gone() => Next::Gone,
            };
            let step = match next {
                Next::Upward(Ok(Some(message))) => match self.understand(message) {
                    Ok(Some((said, request))) => self.submit(said, request, &mut in_flight),
                    Ok(None) => Ok(None),
                    Err(error) => Err(error),
                },
                Next::Upward(Ok(None)) => {
                    open = false;
                    Ok(None)
                }
                Next::Upward(Err(_)) | Next::Gone => return None,
                Next::Again(Held { said, request, .. }) => {
                    self.submit(said, request, &mut in_flight)
                }
                Next::Settled(answers) => match self.acknowledge(answers, &outlet).await {
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

    /// The request a message stands for; none if it is part of something that is not complete.
    fn understand(
        &mut self,
        message: v1::AdapterMessage,
    ) -> Result<Option<(Said, Request)>, ApiError> {
        use adapter_message::Message;
        let now = self.shards.clock().now();
        match message.message {
            Some(Message::Event(event)) => self.understand_event(event).map(Some),
            Some(Message::DirectiveAck(ack)) => {
                let command = contact::acknowledge(&self.adapter, &ack)
                    .map_err(|error| error.within("directive_ack"))?;
                Ok(Some((Said::DirectiveAck, Request::internal(command))))
            }
            Some(Message::LiveListBegin(_)) => {
                self.live_list = Some(LiveList::default());
                Ok(None)
            }
            Some(Message::LiveContact(live)) => {
                let adapter = self.adapter.clone();
                let added = self.begun_list()?.add_contact(&adapter, live, now);
                added.map_err(|error| error.within("live_contact"))?;
                Ok(None)
            }
            Some(Message::LiveAgent(live)) => {
                let added = self.begun_list()?.add_agent(&live);
                added.map_err(|error| error.within("live_agent"))?;
                Ok(None)
            }
            Some(Message::LiveListEnd(_)) => {
                let list = std::mem::take(self.begun_list()?);
                self.live_list = None;
                let contacts = list.contacts();
                let command = list.command(&self.adapter);
                Ok(Some((
                    Said::LiveList { contacts },
                    Request::internal(command),
                )))
            }
            Some(Message::Hello(_)) => Err(ApiError::invalid(
                "hello",
                "it came a second time",
                "send it first and only first",
            )),
            None => Err(ApiError::invalid(
                "message",
                "it is empty",
                "set hello, event, directive_ack or a part of the live list",
            )),
        }
    }

    /// An event that says nothing the engine could decide still takes its place in the sequence: it is sent as one
    /// that changes nothing, and refused when that is durable.
    fn understand_event(&self, event: v1::Event) -> Result<(Said, Request), ApiError> {
        let sequence = event.sequence;
        if sequence == 0 {
            let remedy = "number events from 1";
            return Err(ApiError::invalid("event.sequence", "it is missing", remedy));
        }
        if self.live_list.is_some() {
            let detail = "an event stands within a live list, and would be taken for older than it";
            return Err(ApiError::invalid("event", detail, "end the list first"));
        }
        let nothing = || ApiError::invalid("", "the event says nothing", "set what happened");
        let (field, command) = match event.event {
            Some(content) => contact::event(&self.adapter, content),
            None => ("event", Err(nothing())),
        };
        let (command, invalid) = match command {
            Ok(command) => (command, None),
            Err(error) => (self.changes_nothing(), Some(error)),
        };
        let origin = Origin::Stream {
            adapter: self.adapter.clone(),
            connection: self.connection,
            sequence,
        };
        let said = Said::Event {
            sequence,
            field,
            invalid,
        };
        Ok((said, Request { origin, command }))
    }

    fn begun_list(&mut self) -> Result<&mut LiveList, ApiError> {
        self.live_list.as_mut().ok_or_else(|| {
            let detail = "a part of a live list came before its begin";
            ApiError::invalid("live_list_begin", detail, "send live_list_begin first")
        })
    }

    fn changes_nothing(&self) -> Command {
        Command::AcknowledgeDirectives {
            adapter: self.adapter.clone(),
            directives: Vec::new(),
        }
    }

    /// Hands a request to the shard; gives it back if the mailbox is full.
    fn submit(
        &self,
        said: Said,
        request: Request,
        in_flight: &mut VecDeque<InFlight>,
    ) -> Result<Option<Held>, ApiError> {
        match self.shards.submit(&self.tenant, request.clone(), None) {
            Ok(answer) => {
                in_flight.push_back(InFlight { said, answer });
                Ok(None)
            }
            Err(CallError::Busy { retry_after }) => Ok(Some(Held {
                said,
                request,
                until: Instant::now() + retry_after,
            })),
            Err(error) => Err(error.into()),
        }
    }

    /// Acknowledges events up to the last that is settled, with those that were refused.
    async fn acknowledge(
        &mut self,
        answers: Vec<(Said, Result<Answered, CallError>)>,
        outlet: &Outlet<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        let before = self.settled;
        let mut refusals = Vec::new();
        let mut end = None;
        for (said, answer) in answers {
            if let Said::LiveList { contacts } = said {
                self.acknowledge_list(contacts, answer, outlet).await?;
                continue;
            }
            match self.judge(said, answer) {
                Ok(refusal) => refusals.extend(refusal),
                Err(error) => {
                    end = Some(error);
                    break;
                }
            }
        }
        if self.settled > before || !refusals.is_empty() {
            let ack = v1::EventAck {
                sequence: self.settled,
                refusals,
            };
            send(outlet, Down::EventAck(ack)).await?;
        }
        end.map_or(Ok(()), |error| Err(Some(error)))
    }

    /// Says what came of a live list.
    async fn acknowledge_list(
        &self,
        contacts: u32,
        answer: Result<Answered, CallError>,
        outlet: &Outlet<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        let refusal = match answer.map_err(|error| Some(error.into()))?.answer {
            Ok(_) => None,
            Err(refusal) if !is_of_one_event(refusal.reason) => return Err(Some(refusal.into())),
            Err(refusal) => {
                let error = ApiError::from(refusal).within("live_list");
                self.refused_events.count(error.reason);
                Some(error.of_event(0))
            }
        };
        let ack = v1::LiveListAck { contacts, refusal };
        send(outlet, Down::LiveListAck(ack)).await
    }

    /// What one answer means: a refusal to tell, or the end of the connection.
    fn judge(
        &mut self,
        said: Said,
        answer: Result<Answered, CallError>,
    ) -> Result<Option<v1::EventRefusal>, ApiError> {
        let answer = answer?.answer;
        let Said::Event {
            sequence,
            field,
            invalid,
        } = said
        else {
            return answer.map(|_| None).map_err(ApiError::from);
        };
        let refused = match answer {
            Ok(_) => invalid.map(|error| error.within(field)),
            Err(refusal) if !is_of_one_event(refusal.reason) => {
                let error = ApiError::from(refusal);
                return Err(match error.reason {
                    ErrorReason::SequenceGap => error.with("expected", self.settled + 1),
                    _ => error,
                });
            }
            Err(refusal) => Some(ApiError::from(refusal).within(field)),
        };
        self.settled = self.settled.max(sequence);
        Ok(refused.map(|error| {
            self.refused_events.count(error.reason);
            error.of_event(sequence)
        }))
    }

    async fn deliver(
        &mut self,
        delivery: Delivery,
        outlet: &Outlet<v1::AdapterServerMessage>,
    ) -> Result<(), End> {
        match delivery {
            Delivery::Directives(directives) => {
                for directive in directives {
                    let directive = v1::Directive {
                        previous_directive_id: self.last_directive,
                        ..(*directive).clone()
                    };
                    self.last_directive = directive.directive_id;
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

async fn send(outlet: &Outlet<v1::AdapterServerMessage>, message: Down) -> Result<(), End> {
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

/// Waits until the request that is held back is to be tried again; for ever if there is none. Cancel safe.
async fn due(held: &mut Option<Held>) -> Held {
    let Some(until) = held.as_ref().map(|held| held.until) else {
        return std::future::pending().await;
    };
    tokio::time::sleep_until(until).await;
    match held.take() {
        Some(request) => request,
        None => std::future::pending().await,
    }
}
