//! The shortest way through ARI: whoever comes is answered, put among those who wait, and an agent's phone is called, all
//! at once. No queue, no choice, no memory: what the adapter and the engine add is added to this.

use std::collections::HashMap;
use std::sync::Arc;

use acd_asterisk::ari::request::{BridgeKind, Shown};
use acd_asterisk::ari::socket::Socket;
use acd_asterisk::ari::{Client, Event, Request};
use acd_asterisk::options::Server;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

const WAITING: &str = "bare-waiting";

/// A client that is connected, until it is dropped.
pub(crate) struct Bare(JoinSet<()>);

/// A call that has come.
struct Call {
    caller: String,
    leg: String,
    answered: Option<oneshot::Sender<()>>,
}

impl Bare {
    /// Connects, and calls the agents' phones in turn.
    pub(crate) async fn start(server: &Server, agents: Vec<String>) -> Self {
        let client = Client::new(server).expect("good options");
        let socket = Socket::connect(server).await.expect("a connection");
        let app = server.app.clone();
        let prepare = [
            Request::FilterEvents { app },
            Request::CreateBridge {
                bridge: WAITING.to_owned(),
                kind: BridgeKind::Holding,
            },
        ];
        for request in prepare {
            client.ask(&request).await.expect("done");
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(client, socket, agents));
        Self(tasks)
    }

    /// Whether it still serves.
    pub(crate) fn is_alive(&self) -> bool {
        !self.0.is_empty()
    }
}

async fn serve(client: Client, mut socket: Socket, agents: Vec<String>) {
    let mut tasks = JoinSet::new();
    let mut calls: HashMap<Arc<str>, Call> = HashMap::new();
    let mut by_channel: HashMap<String, Arc<str>> = HashMap::new();
    let mut came = 0;
    while let Ok(event) = socket.next().await {
        match event {
            Event::StasisStart { channel, .. } => match by_channel.get(&channel.id) {
                Some(leg) => {
                    let answered = calls.get_mut(leg).and_then(|call| call.answered.take());
                    answered.map(|answered| answered.send(()));
                }
                None => {
                    let leg: Arc<str> = format!("bare-leg-{came}").into();
                    let agent = agents[came % agents.len()].clone();
                    came += 1;
                    by_channel.insert(channel.id.clone(), leg.clone());
                    by_channel.insert(leg.to_string(), leg.clone());
                    let (answered, is_answered) = oneshot::channel();
                    let call = Call {
                        caller: channel.id.clone(),
                        leg: leg.to_string(),
                        answered: Some(answered),
                    };
                    calls.insert(leg.clone(), call);
                    let number = channel.caller.number;
                    let connecting =
                        connect(client.clone(), channel.id, number, leg, agent, is_answered);
                    tasks.spawn(connecting);
                }
            },
            Event::StasisEnd { channel } | Event::ChannelDestroyed { channel, .. } => {
                let Some(leg) = by_channel.remove(&channel.id) else {
                    continue;
                };
                if let Some(call) = calls.remove(&leg) {
                    let other = match channel.id == call.leg {
                        true => call.caller,
                        false => call.leg,
                    };
                    tasks.spawn(hang_up(client.clone(), other, leg));
                }
            }
            _ => {}
        }
        while tasks.try_join_next().is_some() {}
    }
}

async fn connect(
    client: Client,
    caller: String,
    number: String,
    leg: Arc<str>,
    agent: String,
    is_answered: oneshot::Receiver<()>,
) {
    let originate = Request::Originate {
        endpoint: format!("PJSIP/{agent}"),
        channel: leg.to_string(),
        caller: Shown(format!("<{number}>")),
        timeout_s: 20,
        variables: Vec::new(),
    };
    let talk = format!("talk-{leg}");
    let wait = [
        Request::Answer {
            channel: caller.clone(),
        },
        Request::AddToBridge {
            bridge: WAITING.to_owned(),
            channels: vec![caller.clone()],
        },
        Request::CreateBridge {
            bridge: talk.clone(),
            kind: BridgeKind::Mixing,
        },
    ];
    let waiting = async {
        for request in &wait {
            // It fails only for a caller who is gone.
            let _ = client.ask(request).await;
        }
    };
    let _ = tokio::join!(client.ask(&originate), waiting);
    if is_answered.await.is_ok() {
        let together = Request::AddToBridge {
            bridge: talk,
            channels: vec![caller, leg.to_string()],
        };
        let _ = client.ask(&together).await;
    }
}

async fn hang_up(client: Client, channel: String, leg: Arc<str>) {
    let end = [
        Request::HangUp { channel, cause: 16 },
        Request::DestroyBridge {
            bridge: format!("talk-{leg}"),
        },
    ];
    for request in &end {
        let _ = client.ask(request).await;
    }
}
