//! The task behind an adapter session: one connection after the other.

use std::time::Duration;

use acd_proto::v1::{
    AdapterMessage, AdapterServerMessage, Directive, DirectiveAck, Event, EventRefusal, Hello,
    LiveListAck, RefusalAck, Welcome, adapter_message::Message as Up,
    adapter_server_message::Message as Down, adapter_service_client::AdapterServiceClient,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::{
    Options, Status, UNACKNOWLEDGED_DIRECTIVES_MAX,
    directives::{Arrival, Directives},
    listing::Listing,
    outbox::{Entry, Outbox},
};
use crate::{
    Endpoint, Error,
    backoff::Backoff,
    request::pause,
    subscription::{HEARTBEAT_UNTIL_KNOWN, SILENT_INTERVALS},
};

/// Messages on their way to the transport.
const UP_BUFFER: usize = 64;

/// How soon after an acknowledgement of directives another one goes that no event carries.
const ACK_INTERVAL: Duration = Duration::from_millis(5);

/// The service's ends of the channels to the handle.
pub(super) struct Ends {
    pub(super) submitted: mpsc::Receiver<Entry>,
    pub(super) acknowledged: mpsc::Receiver<Vec<u64>>,
    pub(super) lists: mpsc::Receiver<Listing>,
    pub(super) deliver: mpsc::Sender<Directive>,
    pub(super) status: watch::Sender<Status>,
    pub(super) closing: oneshot::Receiver<()>,
}

pub(super) struct Service {
    endpoint: Endpoint,
    options: Options,
    incarnation: String,
    ends: Ends,
    outbox: Outbox,
    directives: Directives,
    /// Acknowledgements to send.
    done: Vec<u64>,
    /// When others were sent last.
    done_sent_at: Option<Instant>,
    /// The last refusal that reached its event and is to be confirmed.
    known_refusal: Option<u64>,
    /// The live list that has no answer yet.
    listing: Option<Listing>,
    /// The journal the session began with.
    journal_id: Option<String>,
    backoff: Backoff,
    /// The user asked to close: no more events, end when all are durable.
    closing: bool,
}

/// One connection that was welcomed.
struct Connection {
    up: mpsc::Sender<AdapterMessage>,
    down: Streaming<AdapterServerMessage>,
    /// Dead after this long without a message.
    silence: Duration,
    heard_at: Instant,
    /// Most events under way, as the server wants it.
    window: usize,
}

/// What there is to do next.
enum Next {
    Heard(AdapterServerMessage),
    Submitted(Option<Entry>),
    Acknowledged(Option<Vec<u64>>),
    Listed(Option<Listing>),
    RoomAbove,
    DoneDue,
    Close,
}

impl Service {
    pub(super) fn new(
        endpoint: Endpoint,
        options: Options,
        incarnation: String,
        ends: Ends,
    ) -> Self {
        let backoff = Backoff::new(&endpoint.options().backoff);
        Self {
            endpoint,
            options,
            incarnation,
            ends,
            outbox: Outbox::default(),
            directives: Directives::default(),
            done: Vec::new(),
            done_sent_at: None,
            known_refusal: None,
            listing: None,
            journal_id: None,
            backoff,
            closing: false,
        }
    }

    /// Connects until the session is over.
    pub(super) async fn run(mut self) {
        let over = loop {
            if self.ends.closing.try_recv().is_ok() {
                self.close();
            }
            if self.is_finished() {
                break Error::Closed;
            }
            let Err(error) = self.connect_and_serve().await else {
                break Error::Closed;
            };
            if error.ends_stream(self.endpoint.renews_token()) {
                break error;
            }
            let wait = self
                .backoff
                .next_wait()
                .max(error.retry_after().unwrap_or_default());
            tracing::debug!(adapter = self.options.adapter, %error, ?wait, "adapter stream lost, connecting again");
            self.ends
                .status
                .send_replace(Status::Connecting { last: Some(error) });
            pause(wait).await;
        };
        self.ends.status.send_replace(Status::Over {
            error: over.clone(),
        });
        self.outbox.fail(&over);
        self.ends.submitted.close();
        while let Some(entry) = self.ends.submitted.recv().await {
            entry.answer(Err(over.clone()));
        }
        self.ends.lists.close();
        if let Some(listing) = self.listing.take() {
            listing.answer(Err(over.clone()));
        }
        while let Some(listing) = self.ends.lists.recv().await {
            listing.answer(Err(over.clone()));
        }
    }

    /// One connection, to its end; Ok when the session is closed and nothing is under way.
    async fn connect_and_serve(&mut self) -> Result<(), Error> {
        let limit = self.endpoint.options().connect_timeout;
        let mut connection = timeout(limit, self.connect())
            .await
            .map_err(|_| Error::silent())??;
        while !self.is_finished() {
            let next = self.next(&mut connection).await?;
            self.handle(&mut connection, next).await?;
        }
        // What was sent last may still be on its way: end our side, and wait for the server to end its own.
        drop(connection.up);
        let _ = timeout(limit, async {
            while hear(&mut connection.down).await.is_ok() {}
        })
        .await;
        Ok(())
    }

    fn is_finished(&self) -> bool {
        self.closing
            && self.outbox.is_empty()
            && self.done.is_empty()
            && self.known_refusal.is_none()
            && self.listing.is_none()
    }

    /// Says hello and awaits the welcome.
    async fn connect(&mut self) -> Result<Connection, Error> {
        let (up, messages) = mpsc::channel(UP_BUFFER);
        let hello = Hello {
            tenant: self.options.tenant.clone(),
            adapter: self.options.adapter.clone(),
            incarnation: self.incarnation.clone(),
        };
        up.try_send(Up::Hello(hello).into())
            .map_err(|_| Error::Closed)?;
        let mut client = AdapterServiceClient::new(self.endpoint.service())
            .max_decoding_message_size(self.endpoint.options().max_message_bytes);
        let mut down = client
            .connect(ReceiverStream::new(messages))
            .await?
            .into_inner();
        let Some(Down::Welcome(welcome)) = hear(&mut down).await?.message else {
            return Err(Error::Protocol(
                "the first message is not a welcome".to_owned(),
            ));
        };
        self.welcomed(&welcome)?;
        let interval = u64::try_from(welcome.heartbeat_interval_ms).unwrap_or_default();
        let interval = if interval > 0 {
            Duration::from_millis(interval)
        } else {
            HEARTBEAT_UNTIL_KNOWN
        };
        let window = usize::try_from(welcome.max_unacknowledged_events).unwrap_or(usize::MAX);
        Ok(Connection {
            up,
            down,
            silence: interval * SILENT_INTERVALS,
            heard_at: Instant::now(),
            window: window
                .max(1)
                .min(self.options.max_unacknowledged_events.get()),
        })
    }

    fn welcomed(&mut self, welcome: &Welcome) -> Result<(), Error> {
        let before = self
            .journal_id
            .get_or_insert_with(|| welcome.journal_id.clone());
        if *before != welcome.journal_id {
            let detail = format!("`{before}` is now `{}`", welcome.journal_id);
            return Err(Error::JournalReplaced(detail));
        }
        self.outbox.begin(welcome)?;
        self.directives.begin();
        if let Some(listing) = &mut self.listing {
            listing.begin();
        }
        self.ends.status.send_replace(Status::Connected {
            connection_id: welcome.connection_id,
            live_list_due: welcome.live_list_due,
        });
        Ok(())
    }

    /// Waits for the first of: a message from the server, something from the user, room to send.
    async fn next(&mut self, connection: &mut Connection) -> Result<Next, Error> {
        let silent_at = connection.heard_at + connection.silence;
        let done_due = self.done_due();
        let wants_to_send = done_due.is_some_and(|due| due <= Instant::now())
            || self.known_refusal.is_some()
            || self.outbox.has_unsent()
            || self.listing.as_ref().is_some_and(Listing::has_unsent);
        let has_room = !self.closing && self.outbox.len() < connection.window;
        // What is under way first: new work makes it more.
        tokio::select! {
            biased;
            heard = timeout_at(silent_at, hear(&mut connection.down)) => {
                Ok(Next::Heard(heard.map_err(|_| Error::silent())??))
            }
            _ = &mut self.ends.closing, if !self.closing => Ok(Next::Close),
            listing = self.ends.lists.recv(), if self.listing.is_none() => Ok(Next::Listed(listing)),
            ids = self.ends.acknowledged.recv() => Ok(Next::Acknowledged(ids)),
            // Without a transport there is no room either; the stream down says why.
            Ok(_) = connection.up.reserve(), if wants_to_send => Ok(Next::RoomAbove),
            entry = self.ends.submitted.recv(), if has_room => Ok(Next::Submitted(entry)),
            () = until(done_due), if !wants_to_send => Ok(Next::DoneDue),
        }
    }

    /// When acknowledgements of directives are to be sent by themselves; none: there are none. While much happens they go
    /// with the next event.
    fn done_due(&self) -> Option<Instant> {
        if self.done.is_empty() {
            return None;
        }
        let due = self
            .done_sent_at
            .filter(|_| !self.closing)
            .map(|at| at + ACK_INTERVAL);
        Some(due.unwrap_or_else(Instant::now))
    }

    fn take_done(&mut self) -> Vec<u64> {
        if !self.done.is_empty() {
            self.done_sent_at = Some(Instant::now());
        }
        std::mem::take(&mut self.done)
    }

    async fn handle(&mut self, connection: &mut Connection, next: Next) -> Result<(), Error> {
        match next {
            Next::Heard(message) => {
                connection.heard_at = Instant::now();
                self.backoff.reset();
                self.heard(message).await
            }
            Next::Submitted(Some(entry)) => {
                self.outbox.push(entry);
                Ok(())
            }
            Next::Acknowledged(Some(ids)) => {
                self.acknowledged(ids);
                Ok(())
            }
            Next::Listed(Some(listing)) => {
                self.listing = Some(listing);
                Ok(())
            }
            Next::RoomAbove => {
                self.send_what_fits(connection);
                Ok(())
            }
            // There is something to send now.
            Next::DoneDue => Ok(()),
            // The session holds a handle, so without one it is gone too.
            Next::Submitted(None) | Next::Acknowledged(None) | Next::Listed(None) | Next::Close => {
                self.close();
                Ok(())
            }
        }
    }

    fn acknowledged(&mut self, ids: Vec<u64>) {
        self.directives.acknowledge(&ids);
        self.done.extend(ids);
    }

    /// Takes what was submitted before, and nothing after.
    fn close(&mut self) {
        self.closing = true;
        self.ends.submitted.close();
        while let Ok(entry) = self.ends.submitted.try_recv() {
            self.outbox.push(entry);
        }
    }

    fn send_what_fits(&mut self, connection: &Connection) {
        // They go with the next event.
        while let Ok(ids) = self.ends.acknowledged.try_recv() {
            self.acknowledged(ids);
        }
        while let Ok(permit) = connection.up.try_reserve() {
            let Some(message) = self.next_message() else {
                break;
            };
            permit.send(message.into());
        }
    }

    /// What is to be sent next. A list that has begun goes on without anything between, and begins when all events before
    /// it were sent: it is newer than they are.
    fn next_message(&mut self) -> Option<Up> {
        if let Some(listing) = self.listing.as_mut().filter(|listing| listing.is_open()) {
            return listing.next_unsent();
        }
        if let Some(sequence) = self.known_refusal.take() {
            return Some(Up::RefusalAck(RefusalAck { sequence }));
        }
        if let Some(event) = self.outbox.next_unsent() {
            self.outbox.mark_sent();
            return Some(Up::Event(Event {
                done_directive_ids: self.take_done(),
                ..event
            }));
        }
        if self.done_due().is_some_and(|due| due <= Instant::now()) {
            let directive_ids = self.take_done();
            return Some(Up::DirectiveAck(DirectiveAck { directive_ids }));
        }
        self.listing.as_mut().and_then(Listing::next_unsent)
    }

    async fn heard(&mut self, message: AdapterServerMessage) -> Result<(), Error> {
        match message.message {
            Some(Down::EventAck(ack)) => {
                let refused = ack.refusals.last().map(|refusal| refusal.sequence);
                self.settled(ack.sequence, ack.refusals)?;
                self.known_refusal = refused.or(self.known_refusal);
                Ok(())
            }
            Some(Down::LiveListAck(ack)) => self.listed(ack),
            Some(Down::Directive(directive)) => self.directed(directive).await,
            Some(Down::Heartbeat(heartbeat)) => {
                self.directives.check_last(heartbeat.last_directive_id)
            }
            Some(Down::Welcome(_)) => Err(Error::Protocol("a second welcome".to_owned())),
            None => Err(Error::Protocol(
                "a message of a kind this version does not know".to_owned(),
            )),
        }
    }

    /// Events up to this one are settled, some of them refused.
    fn settled(&mut self, sequence: u64, refusals: Vec<EventRefusal>) -> Result<(), Error> {
        if self.outbox.acknowledge(sequence, refusals) {
            return Ok(());
        }
        let detail = "it acknowledged an event it was never sent";
        Err(Error::Protocol(detail.to_owned()))
    }

    fn listed(&mut self, ack: LiveListAck) -> Result<(), Error> {
        let unsent = |listing: &Listing| listing.has_unsent();
        let Some(listing) = self.listing.take_if(|listing| !unsent(listing)) else {
            return Err(Error::Protocol(
                "it acknowledged a list it was never sent".to_owned(),
            ));
        };
        let has_effect = ack.refusal.is_none();
        self.listing = listing.acknowledged(ack);
        if has_effect && self.listing.is_none() {
            self.ends.status.send_modify(|status| {
                if let Status::Connected { live_list_due, .. } = status {
                    *live_list_due = false;
                }
            });
        }
        Ok(())
    }

    async fn directed(&mut self, directive: Directive) -> Result<(), Error> {
        if directive.settled_sequence > 0 {
            self.settled(directive.settled_sequence, Vec::new())?;
        }
        match self.directives.arrive(&directive)? {
            Arrival::Known => Ok(()),
            Arrival::Done => {
                self.done.push(directive.directive_id);
                Ok(())
            }
            Arrival::New if self.directives.open() > UNACKNOWLEDGED_DIRECTIVES_MAX => {
                Err(Error::Options {
                    field: "acknowledge",
                    problem: format!(
                        "more than {UNACKNOWLEDGED_DIRECTIVES_MAX} directives are not acknowledged; acknowledge each when it is done"
                    ),
                })
            }
            Arrival::New => self
                .ends
                .deliver
                .send(directive)
                .await
                .map_err(|_| Error::Closed),
        }
    }
}

/// Waits until this instant; for ever if there is none.
async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

async fn hear(down: &mut Streaming<AdapterServerMessage>) -> Result<AdapterServerMessage, Error> {
    down.message().await?.ok_or_else(Error::ended)
}
