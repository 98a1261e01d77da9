//! Somebody who opens any stream there is, badly: with tokens of their own, of sessions and adapters of others, out of
//! order, and too slow. They hear every end of a stream that the SDK makes good by itself.

use std::time::Duration;

use acd_proto::v1::adapter_message::Message;
use acd_proto::v1::adapter_service_client::AdapterServiceClient;
use acd_proto::v1::agent_service_client::AgentServiceClient;
use acd_proto::v1::supervisor_service_client::SupervisorServiceClient;
use acd_proto::v1::{
    AdapterMessage, Event, Hello, OutsideBusyChanged, SubscribeRequest, ViewFilter, WatchRequest,
    event,
};
use tokio::time::{Instant, timeout_at};
use tonic::codegen::tokio_stream::{self, StreamExt as _};
use tonic::{Response, Status, Streaming};

use super::{World, note_status, pause};
use crate::centre::{ADAPTERS, TENANT, VISITING, agent};
use crate::chance::Chance;
use crate::network::ClientNo;

/// Somebody who listens.
pub(crate) struct Listener {
    world: World,
    client: ClientNo,
    chance: Chance,
    agents: usize,
    /// How many streams they have opened.
    opened: u64,
}

impl Listener {
    pub(crate) fn new(world: World, client: ClientNo, agents: usize) -> Self {
        Self {
            chance: Chance::of(world.seed, "listener", client),
            world,
            client,
            agents,
            opened: 0,
        }
    }

    /// Listens until all is calm.
    pub(crate) async fn run(mut self) {
        loop {
            pause(self.chance.up_to(Duration::from_secs(15))).await;
            if self.world.told.is_calm() {
                return;
            }
            self.opened += 1;
            let end = match self.chance.below(8) {
                0..=1 => self.subscribe().await,
                2 => self.connect().await,
                _ => self.watch().await,
            };
            if let Some(status) = end {
                note_status(&self.world, "stream end", &status);
            }
        }
    }

    fn tenant(&mut self) -> String {
        let tenant = match self.chance.once_in(3) {
            true => VISITING,
            false => TENANT,
        };
        tenant.to_owned()
    }

    /// A view, perhaps read slowly.
    async fn watch(&mut self) -> Option<Status> {
        let request = WatchRequest {
            tenant: self.tenant(),
            filter: Some(ViewFilter {
                queues: true,
                agents: true,
                contacts: true,
                acts: true,
                performance: true,
                ..ViewFilter::default()
            }),
            resume_token: if self.chance.once_in(4) { "?" } else { "" }.to_owned(),
        };
        let mut client = SupervisorServiceClient::new(self.world.network.carrier(self.client));
        let opened = client.watch(request).await;
        self.read(opened).await
    }

    /// The stream of an agent's session, whoever has it.
    async fn subscribe(&mut self) -> Option<Status> {
        let (tenant, agent) = (self.tenant(), agent(self.chance.below(self.agents)));
        let session = self.world.history.look(&tenant, |state| {
            let no = state.agent_no(&agent.as_str().into())?;
            Some(state.agent(no).session.as_ref()?.id.0)
        });
        let request = SubscribeRequest {
            tenant,
            agent,
            session_id: session.flatten().unwrap_or(1),
            resume_token: String::new(),
        };
        let mut client = AgentServiceClient::new(self.world.network.carrier(self.client));
        let opened = client.subscribe(request).await;
        self.read(opened).await
    }

    /// The stream of an adapter under a name that may be another's, with events that are no sequence.
    async fn connect(&mut self) -> Option<Status> {
        let adapter = match self.chance.once_in(5) {
            true => "nobody",
            false => *self.chance.one_of(&ADAPTERS),
        };
        let hello = Message::Hello(Hello {
            tenant: self.tenant(),
            adapter: adapter.to_owned(),
            incarnation: format!("listener-{}-{}", self.client, self.opened),
        });
        let event = |sequence, agent| {
            Message::Event(Event {
                sequence,
                event: Some(event::Event::OutsideBusyChanged(OutsideBusyChanged {
                    agent,
                    busy: false,
                })),
                ..Event::default()
            })
        };
        let mut messages = vec![hello, event(1, agent(0))];
        if self.chance.once_in(2) {
            let skipped = 2 + self.chance.below(3) as u64;
            messages.push(event(skipped, agent(self.chance.below(self.agents))));
        }
        let messages = messages.into_iter().map(|message| AdapterMessage {
            message: Some(message),
        });
        let messages = tokio_stream::iter(messages).chain(tokio_stream::pending());
        let mut client = AdapterServiceClient::new(self.world.network.carrier(self.client));
        let opened = client.connect(messages).await;
        self.read(opened).await
    }

    /// Reads for a while; how it ended, if the server ended it.
    async fn read<T>(&mut self, opened: Result<Response<Streaming<T>>, Status>) -> Option<Status> {
        let mut stream = match opened {
            Ok(opened) => opened.into_inner(),
            Err(status) => return Some(status),
        };
        let until = Instant::now() + self.chance.up_to(Duration::from_secs(60));
        let is_slow = self.chance.once_in(2);
        while let Ok(read) = timeout_at(until, stream.message()).await {
            match read {
                Ok(Some(_)) if is_slow => pause(self.chance.up_to(Duration::from_secs(40))).await,
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(status) => return Some(status),
            }
        }
        None
    }
}
