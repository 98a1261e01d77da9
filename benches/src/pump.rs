//! The bare server at its limit: events go up one stream as fast as they are acknowledged, and each comes down on an
//! agent's stream, too. Three messages an event, as large as those of a contact.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acd_proto::v1::adapter_message::Message as Up;
use acd_proto::v1::adapter_server_message::Message as Down;
use acd_proto::v1::adapter_service_client::AdapterServiceClient;
use acd_proto::v1::agent_service_client::AgentServiceClient;
use acd_proto::v1::agent_update::Update;
use acd_proto::v1::{
    AdapterMessage, AgentUpdate, ContactHeld, Event, Hello, SubscribeRequest, event,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};

/// Events without an acknowledgement, as many as an adapter of the real server may have.
const WINDOW: u64 = 1_024;
/// How long it runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(1);

/// How much load there is.
pub struct Pump {
    /// Agents' streams.
    pub agents: u32,
    /// HTTP/2 connections that they share.
    pub connections: u32,
    /// How long it is measured.
    pub length: Duration,
}

impl Pump {
    /// Messages per second that went through the bare server at this address.
    ///
    /// # Errors
    /// The server is not there, or ended a stream.
    pub async fn run(&self, address: &str) -> Result<f64, Box<dyn Error>> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        let relayed = Arc::new(AtomicU64::new(0));
        let mut reading = JoinSet::new();
        let mut channels = Vec::new();
        for _ in 0..self.connections {
            channels.push(endpoint.connect().await?);
        }
        for (number, channel) in (0..self.agents).zip(channels.iter().cycle()) {
            let updates = subscribe(channel.clone(), number).await?;
            reading.spawn(count(updates, relayed.clone()));
        }
        self.pump(endpoint.connect().await?, &relayed).await
    }

    async fn pump(&self, channel: Channel, relayed: &AtomicU64) -> Result<f64, Box<dyn Error>> {
        let (up, messages) = mpsc::channel::<AdapterMessage>(WINDOW as usize + 1);
        up.send(Up::Hello(Hello::default()).into()).await?;
        let mut client = AdapterServiceClient::new(channel);
        let stream = client.connect(ReceiverStream::new(messages)).await?;
        let mut down = stream.into_inner();
        let (mut sent, mut acknowledged) = (0, 0);
        let mut measured: Option<(Instant, u64)> = None;
        let begin = Instant::now() + WARM_UP;
        loop {
            while sent < acknowledged + WINDOW {
                sent += 1;
                up.send(Up::Event(held(sent)).into()).await?;
            }
            let heard = down.message().await?.and_then(|message| message.message);
            match heard {
                Some(Down::EventAck(ack)) => acknowledged = ack.sequence,
                Some(_) => {}
                None => return Err("the server ended the stream".into()),
            }
            // Each event went up, was acknowledged, and came down elsewhere.
            let messages = 2 * acknowledged + relayed.load(Ordering::Relaxed);
            match measured {
                None if Instant::now() >= begin => measured = Some((Instant::now(), messages)),
                Some((from, before)) if from.elapsed() >= self.length => {
                    return Ok((messages - before) as f64 / from.elapsed().as_secs_f64());
                }
                _ => {}
            }
        }
    }
}

async fn subscribe(
    channel: Channel,
    number: u32,
) -> Result<Streaming<AgentUpdate>, Box<dyn Error>> {
    let request = SubscribeRequest {
        agent: format!("agent-{number:05}"),
        ..SubscribeRequest::default()
    };
    let mut client = AgentServiceClient::new(channel);
    Ok(client.subscribe(request).await?.into_inner())
}

async fn count(mut updates: Streaming<AgentUpdate>, relayed: Arc<AtomicU64>) {
    while let Ok(Some(message)) = updates.message().await {
        if let Some(Update::Changes(_)) = message.update {
            relayed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// An event that the bare server relays to the next agent.
fn held(sequence: u64) -> Event {
    let held = ContactHeld {
        contact_id: format!("pump-00000000.{sequence}.00000000"),
    };
    Event {
        sequence,
        event: Some(event::Event::ContactHeld(held)),
        ..Event::default()
    }
}
