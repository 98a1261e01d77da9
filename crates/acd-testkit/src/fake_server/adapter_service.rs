use acd_proto::AdapterCall;
use acd_proto::v1::{adapter_service_server::AdapterService, *};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::{AdapterConnection, BUFFER};

pub(super) struct Service {
    pub(super) connections: mpsc::Sender<AdapterConnection>,
}

#[tonic::async_trait]
impl AdapterService for Service {
    type ConnectStream = ReceiverStream<Result<AdapterServerMessage, Status>>;

    async fn connect(
        &self,
        request: Request<Streaming<AdapterMessage>>,
    ) -> Result<Response<Self::ConnectStream>, Status> {
        let (down, messages) = mpsc::channel(BUFFER);
        let connection = AdapterConnection {
            up: request.into_inner(),
            down,
        };
        self.connections
            .send(connection)
            .await
            .map_err(|_| Status::unavailable("the test is over"))?;
        Ok(Response::new(ReceiverStream::new(messages)))
    }

    async fn arrive_contact(
        &self,
        _: Request<ArriveContactRequest>,
    ) -> Result<Response<ArriveContactResponse>, Status> {
        Err(not_played())
    }

    async fn reconcile(
        &self,
        _: Request<ReconcileRequest>,
    ) -> Result<Response<ReconcileResponse>, Status> {
        Err(not_played())
    }

    acd_proto::adapter_service_mutations!(report);
}

impl Service {
    async fn report<C: AdapterCall>(&self, _: Request<C>) -> Result<u64, Status> {
        Err(not_played())
    }
}

fn not_played() -> Status {
    Status::unimplemented("not played")
}

impl AdapterConnection {
    /// Awaits the hello.
    pub async fn hello(&mut self) -> Hello {
        match self.hear().await {
            Some(adapter_message::Message::Hello(hello)) => hello,
            other => panic!("a hello, not {other:?}"),
        }
    }

    /// Awaits the hello and says how far the server got.
    pub async fn welcome(&mut self, last_applied_sequence: u64) {
        self.welcome_with(Welcome {
            last_applied_sequence,
            ..Welcome::default()
        })
        .await;
    }

    /// Awaits the hello and says how far the server got, and what else is said here.
    pub async fn welcome_with(&mut self, welcome: Welcome) {
        self.hello().await;
        self.send(adapter_server_message::Message::Welcome(Welcome {
            journal_id: "journal".into(),
            connection_id: 1,
            heartbeat_interval_ms: 60_000,
            max_unacknowledged_events: 100,
            ..welcome
        }))
        .await;
    }

    /// Sequences and contacts of the next `count` events.
    pub async fn events(&mut self, count: usize) -> Vec<(u64, String)> {
        let mut events = Vec::new();
        while events.len() < count {
            match self.hear().await {
                Some(adapter_message::Message::Event(Event {
                    sequence,
                    event: Some(event::Event::ContactHeld(held)),
                    ..
                })) => events.push((sequence, held.contact_id)),
                other => panic!("an event, not {other:?}"),
            }
        }
        events
    }

    /// The contacts of the next live list, from its begin to its end.
    pub async fn live_list(&mut self) -> Vec<String> {
        let begin = adapter_message::Message::LiveListBegin(LiveListBegin {});
        assert_eq!(self.hear().await, Some(begin));
        let mut contacts = Vec::new();
        loop {
            match self.hear().await {
                Some(adapter_message::Message::LiveContact(live)) => {
                    contacts.extend(live.contact.map(|contact| contact.contact_id));
                }
                Some(adapter_message::Message::LiveListEnd(_)) => return contacts,
                other => panic!("a part of the list, not {other:?}"),
            }
        }
    }

    /// The ids of the next acknowledgement.
    pub async fn acknowledged(&mut self) -> Vec<u64> {
        match self.hear().await {
            Some(adapter_message::Message::DirectiveAck(ack)) => ack.directive_ids,
            other => panic!("an acknowledgement, not {other:?}"),
        }
    }

    /// Acknowledges events up to this one, some of them refused.
    pub async fn acknowledge(&self, sequence: u64, refusals: Vec<EventRefusal>) {
        self.send(adapter_server_message::Message::EventAck(EventAck {
            sequence,
            refusals,
        }))
        .await;
    }

    /// Gives a directive.
    pub async fn direct(&self, directive_id: u64, previous_directive_id: u64) {
        self.settle_and_direct(0, directive_id, previous_directive_id)
            .await;
    }

    /// Gives a directive that says that events up to this one are settled.
    pub async fn settle_and_direct(
        &self,
        settled_sequence: u64,
        directive_id: u64,
        previous_directive_id: u64,
    ) {
        let directive = Directive {
            directive_id,
            previous_directive_id,
            settled_sequence,
            ..Directive::default()
        };
        self.send(adapter_server_message::Message::Directive(directive))
            .await;
    }

    /// Sends a message.
    pub async fn send(&self, message: adapter_server_message::Message) {
        let message = AdapterServerMessage {
            message: Some(message),
        };
        self.down
            .send(Ok(message))
            .await
            .expect("the client listens");
    }

    /// Ends the stream.
    pub async fn end(self, status: Status) {
        self.down
            .send(Err(status))
            .await
            .expect("the client listens");
    }

    /// What the adapter sends next; none: it ended its side.
    pub async fn hear(&mut self) -> Option<adapter_message::Message> {
        self.up
            .message()
            .await
            .ok()
            .flatten()
            .and_then(|message| message.message)
    }
}
