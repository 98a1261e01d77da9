//! A telephone exchange on an adapter's stream.

use acd_proto::v1::{self, adapter_message, adapter_server_message::Message, event::Event};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use crate::{Clients, in_time};

/// Messages that wait for the transport.
const OUTBOX: usize = 4_096;

/// An adapter's stream that has said hello.
pub struct Pbx {
    /// What the adapter sends.
    pub up: mpsc::Sender<v1::AdapterMessage>,
    /// What the server sends.
    pub down: Streaming<v1::AdapterServerMessage>,
    /// What the server began with.
    pub welcome: v1::Welcome,
    next_sequence: u64,
}

impl Pbx {
    /// Connects under the name "pbx".
    pub async fn connect(clients: &Clients, incarnation: &str) -> Self {
        Self::try_connect(clients, &clients.tenant, "pbx", incarnation)
            .await
            .expect("a welcome")
    }

    /// Connects; gives the refusal if the server refuses.
    pub async fn try_connect(
        clients: &Clients,
        tenant: &str,
        adapter: &str,
        incarnation: &str,
    ) -> Result<Self, Status> {
        let (up, outbox) = mpsc::channel(OUTBOX);
        let hello = v1::Hello {
            tenant: tenant.into(),
            adapter: adapter.into(),
            incarnation: incarnation.into(),
        };
        up.try_send(adapter_message::Message::Hello(hello).into())
            .expect("room for hello");
        let mut adapters = clients.adapters.clone();
        let opened = adapters.connect(ReceiverStream::new(outbox));
        let mut down = in_time("a stream", opened).await?.into_inner();
        let first = in_time("a welcome", down.message())
            .await?
            .expect("a first message");
        let Some(Message::Welcome(welcome)) = first.message else {
            panic!("{first:?}")
        };
        let next_sequence = welcome.last_applied_sequence + 1;
        Ok(Self {
            up,
            down,
            welcome,
            next_sequence,
        })
    }

    /// Sends an event under the next sequence, which it gives.
    pub async fn send(&mut self, event: impl Into<Event>) -> u64 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.send_as(sequence, event).await;
        sequence
    }

    /// Sends an event under this sequence.
    pub async fn send_as(&self, sequence: u64, event: impl Into<Event>) {
        let event = v1::Event {
            sequence,
            event: Some(event.into()),
            ..Default::default()
        };
        self.up
            .send(adapter_message::Message::Event(event).into())
            .await
            .expect("an open stream");
    }

    /// Says that a directive is done.
    pub async fn done(&self, directive_id: u64) {
        let ack = v1::DirectiveAck {
            directive_ids: vec![directive_id],
        };
        self.up
            .send(adapter_message::Message::DirectiveAck(ack).into())
            .await
            .expect("an open stream");
    }

    /// Says that the refusals up to this event are known.
    pub async fn confirm(&self, sequence: u64) {
        let ack = v1::RefusalAck { sequence };
        self.up
            .send(adapter_message::Message::RefusalAck(ack).into())
            .await
            .expect("an open stream");
    }

    /// The next message that is no heartbeat.
    pub async fn next(&mut self) -> Result<Message, Status> {
        loop {
            let message = in_time("a message", self.down.message()).await?;
            match message.and_then(|message| message.message) {
                Some(Message::Heartbeat(_)) => {}
                Some(message) => return Ok(message),
                None => return Err(Status::ok("the stream ended in order")),
            }
        }
    }

    /// Waits until this event is settled; gives all refusals on the way.
    pub async fn settled(&mut self, sequence: u64) -> Vec<v1::EventRefusal> {
        let mut refusals = Vec::new();
        loop {
            let settled = match self.next().await.expect("an acknowledgement") {
                Message::EventAck(ack) => {
                    refusals.extend(ack.refusals);
                    ack.sequence
                }
                Message::Directive(directive) => directive.settled_sequence,
                _ => 0,
            };
            if settled >= sequence {
                return refusals;
            }
        }
    }

    /// The next directive.
    pub async fn directive(&mut self) -> v1::Directive {
        loop {
            if let Message::Directive(directive) = self.next().await.expect("a directive") {
                return directive;
            }
        }
    }

    /// The error that ends the stream.
    pub async fn end(&mut self) -> Status {
        loop {
            if let Err(end) = self.next().await {
                return end;
            }
        }
    }
}
