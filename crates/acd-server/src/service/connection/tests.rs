//! Connections of adapters without a network: messages go up through one channel and come down through another.

use std::sync::Arc;
use std::time::Duration;

use acd_config::{ServerConfig, ServerLimits};
use acd_core::command::{ApplyConfig, ConfigSource, Origin};
use acd_core::config::{QueueConfig, TenantConfig};
use acd_core::ids::TenantName;
use acd_proto::v1::{self, ErrorReason, adapter_message, adapter_server_message::Message as Down};
use acd_shard::clock::ManualTime;
use acd_shard::{Options, Setup, Shards};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use tokio::time::Instant;

use super::{ACK_INTERVAL, Acknowledged, End};
use crate::auth::{self, Authenticator, Lifetimes, Rates};
use crate::error::ApiError;
use crate::gated_log::{Gate, GatedLog};
use crate::metrics::Metrics;
use crate::service::adapter::Adapters;
use crate::service::caller::Caller;
use crate::service::outlet::{Sink, Unsent};
use crate::service::{HistoryReaders, Services};
use crate::tasks::Tasks;

/// Messages that may wait in either direction; no test sends as many.
const CHANNEL: usize = 64;

/// The service for adapters over one shard.
struct Centre {
    adapters: Adapters,
    gate: Arc<Gate>,
}

impl Centre {
    async fn open(limits: ServerLimits) -> Self {
        let time = Arc::new(ManualTime::new(1_000_000));
        let gate = Arc::new(Gate::default());
        let metrics = Metrics::new(&limits);
        let setup = Setup::new(Box::new(GatedLog::behind(gate.clone())), metrics.shard(0));
        let options = Options {
            limits: limits.clone(),
            time: time.clone(),
            ..Options::new(&ServerConfig::default())
        };
        let shards = Shards::start(vec![setup], &options).unwrap();
        let config = TenantConfig {
            adapters: vec!["pbx".into()],
            queues: vec![QueueConfig::named("support")],
            ..TenantConfig::default()
        };
        let apply = ApplyConfig::of(config, ConfigSource::Api, "test");
        let bank = TenantName::from("bank");
        let created = shards.create_tenant(&bank, Origin::Internal, apply, None);
        created.await.unwrap().answer.unwrap();
        let authenticator = Arc::new(Authenticator::new(None).unwrap());
        let clock = shards.clock().clone();
        let gatekeeper = auth::Gate::new(
            authenticator,
            Rates::new(&limits, time),
            limits.request_bytes,
            metrics.refused_calls(),
            clock.clone(),
        );
        let services = Services {
            shards,
            tasks: Tasks::default(),
            limits,
            web: None,
            gate: Arc::new(gatekeeper),
            lifetimes: Lifetimes::new(clock),
            metrics,
            history: HistoryReaders::none(),
        };
        Self {
            adapters: Adapters::new(&services),
            gate,
        }
    }

    /// Connects as an adapter does whose first message is this one.
    async fn connect(&self, first: adapter_message::Message) -> Result<Adapter, ApiError> {
        let (up, upward) = mpsc::channel(CHANNEL);
        up.send(Ok(message(first))).await.unwrap();
        let mut upward = ReceiverStream::new(upward);
        let opened = self.adapters.open(&Caller::local(), &mut upward).await?;
        let (outlet, down) = mpsc::channel(CHANNEL);
        let mut running = JoinSet::new();
        running.spawn(opened.run(upward, Outlet(outlet)));
        Ok(Adapter { up, down, running })
    }
}

/// Where the test takes what comes down.
struct Outlet(mpsc::Sender<v1::AdapterServerMessage>);

impl Sink<v1::AdapterServerMessage> for Outlet {
    async fn send(&self, message: v1::AdapterServerMessage) -> Result<(), Unsent> {
        self.0.send(message).await.map_err(|_| Unsent::Gone)
    }

    async fn gone(&self) {
        self.0.closed().await;
    }
}

/// The adapter's side of a connection.
struct Adapter {
    up: mpsc::Sender<Result<v1::AdapterMessage, Status>>,
    down: mpsc::Receiver<v1::AdapterServerMessage>,
    running: JoinSet<End>,
}

impl Adapter {
    /// Reports that a call has come.
    async fn call(&self, sequence: u64) {
        let arrived = v1::ContactArrived {
            contact_id: format!("c{sequence}"),
            channel: "voice".into(),
            queue: "support".into(),
            ..Default::default()
        };
        let event = v1::Event {
            sequence,
            event: Some(v1::event::Event::ContactArrived(arrived)),
            ..Default::default()
        };
        let event = message(adapter_message::Message::Event(event));
        self.up.send(Ok(event)).await.unwrap();
    }

    /// What comes down next, heartbeats left out.
    async fn heard(&mut self) -> Down {
        loop {
            let message = self.down.recv().await.expect("the connection goes on");
            match message.message.expect("a message says something") {
                Down::Heartbeat(_) => {}
                said => return said,
            }
        }
    }

    async fn welcome(&mut self) -> v1::Welcome {
        match self.heard().await {
            Down::Welcome(welcome) => welcome,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until all events up to this one are settled, and that none was refused.
    async fn settled(&mut self, sequence: u64) {
        let mut settled = 0;
        while settled < sequence {
            let ack = match self.heard().await {
                Down::EventAck(ack) => ack,
                other => panic!("{other:?}"),
            };
            assert!(ack.sequence > settled, "acknowledged in order, and once");
            assert_eq!(ack.refusals, []);
            settled = ack.sequence;
        }
        assert_eq!(settled, sequence);
    }

    /// How many messages nobody has read yet.
    fn unread(&self) -> usize {
        CHANNEL - self.up.capacity()
    }

    /// Why the connection ended; none: in order.
    async fn end(mut self) -> End {
        drop(self.up);
        let ended = self.running.join_next().await;
        ended.expect("one task").expect("no defect")
    }
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_that_say_nothing_else_come_apart() {
    let mut acknowledged = Acknowledged::by_welcome(4);
    acknowledged.fall_due();
    assert_eq!(acknowledged.due, Some(Instant::now()), "the first at once");
    acknowledged.up_to(5);
    assert_eq!(acknowledged.due, None);
    let next = Instant::now() + ACK_INTERVAL;
    acknowledged.fall_due();
    assert_eq!(acknowledged.due, Some(next));
    tokio::time::advance(ACK_INTERVAL / 2).await;
    acknowledged.fall_due();
    assert_eq!(acknowledged.due, Some(next), "it is not put off by others");
}

fn message(message: adapter_message::Message) -> v1::AdapterMessage {
    v1::AdapterMessage {
        message: Some(message),
    }
}

fn hello() -> adapter_message::Message {
    adapter_message::Message::Hello(v1::Hello {
        tenant: "bank".into(),
        adapter: "pbx".into(),
        incarnation: "1".into(),
    })
}

#[tokio::test]
async fn events_are_acknowledged_in_order_and_a_later_connection_hears_how_far_they_came() {
    let centre = Centre::open(ServerLimits::default()).await;
    let mut pbx = centre.connect(hello()).await.unwrap();
    let welcome = pbx.welcome().await;
    assert_eq!(
        (welcome.last_applied_sequence, welcome.live_list_due),
        (0, true)
    );
    for sequence in 1..=3 {
        pbx.call(sequence).await;
    }
    pbx.settled(3).await;
    assert_eq!(pbx.end().await, None);

    let mut again = centre.connect(hello()).await.unwrap();
    assert_eq!(again.welcome().await.last_applied_sequence, 3);
    again.call(5).await;
    let end = again.end().await.expect("a gap");
    assert_eq!(end.reason, ErrorReason::SequenceGap);
}

#[tokio::test]
async fn whoever_does_not_say_hello_first_is_not_connected() {
    let centre = Centre::open(ServerLimits::default()).await;
    let first = adapter_message::Message::RefusalAck(v1::RefusalAck { sequence: 1 });
    let refused = centre.connect(first).await.err().expect("a refusal");
    assert_eq!(refused.reason, ErrorReason::InvalidArgument);
}

#[tokio::test]
async fn a_connection_ends_in_order_when_its_reader_is_gone() {
    let centre = Centre::open(ServerLimits::default()).await;
    let mut pbx = centre.connect(hello()).await.unwrap();
    pbx.welcome().await;
    pbx.down.close();
    let ended = pbx.running.join_next().await;
    assert_eq!(ended.unwrap().unwrap(), None);
}

#[tokio::test]
async fn a_full_mailbox_holds_events_back_in_order_and_none_is_refused() {
    let centre = Centre::open(ServerLimits {
        mailbox: 4,
        mailbox_reserve: 2,
        batch: 1,
        heartbeat: Duration::from_secs(3_600),
        ..ServerLimits::default()
    })
    .await;
    let mut pbx = centre.connect(hello()).await.unwrap();
    pbx.welcome().await;
    let closed = centre.gate.passage.lock().await;
    pbx.call(1).await;
    centre.gate.stands.notified().await;
    for sequence in 2..=10 {
        pbx.call(sequence).await;
    }
    // Two have the places that new contacts get, one is held back. Nothing is read past that.
    while pbx.unread() > 6 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(pbx.unread(), 6);
    assert!(pbx.down.try_recv().is_err(), "nothing is durable");
    drop(closed);
    pbx.settled(10).await;
    assert_eq!(pbx.end().await, None);
}
