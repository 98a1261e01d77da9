//! Commands to a Chromium and what it tells, over the DevTools protocol.
//!
//! Our own, and small: Debian renews its Chromium every few weeks, and the typed clients there are know the protocol of
//! one version, in a hundred thousand generated lines. What the tests say of it is in [`browser`](crate::browser).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A screenshot comes as one message.
const MESSAGE_BYTES_MAX: usize = 64 * 1_024 * 1_024;

/// What is done with each event of a page: its method and parameters.
pub(crate) type Hear = Box<dyn Fn(&str, &Value) + Send>;

/// A connection to a browser and all its pages.
pub(crate) struct DevTools {
    commands: tokio::sync::Mutex<SplitSink<WebSocketStream<TcpStream>, Message>>,
    awaited: Arc<Mutex<Awaited>>,
    _reader: JoinSet<()>,
}

#[derive(Default)]
struct Awaited {
    last_id: u64,
    answers: HashMap<u64, oneshot::Sender<Result<Value, String>>>,
    /// By session, which is a page.
    ears: HashMap<String, Hear>,
    ended: bool,
}

impl DevTools {
    /// Connects to the address that the browser tells.
    pub(crate) async fn connect(address: &str) -> Self {
        let authority = address.strip_prefix("ws://").expect("a websocket");
        let authority = authority.split('/').next().expect("host and port");
        let tcp = TcpStream::connect(authority)
            .await
            .expect("the browser listens");
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        let connected = client_async_with_config(address, tcp, Some(limits)).await;
        let (commands, messages) = connected.expect("a websocket").0.split();
        let awaited = Arc::<Mutex<Awaited>>::default();
        let mut reader = JoinSet::new();
        reader.spawn(read(messages, awaited.clone()));
        Self {
            commands: tokio::sync::Mutex::new(commands),
            awaited,
            _reader: reader,
        }
    }

    /// Has the events of this session heard.
    pub(crate) fn hear(&self, session: &str, hear: Hear) {
        lock(&self.awaited).ears.insert(session.to_owned(), hear);
    }

    /// Gives a command to the browser, or to the page of this session.
    ///
    /// # Errors
    /// What the browser says against it.
    pub(crate) async fn command(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, String> {
        let (answered, answer) = oneshot::channel();
        let id = {
            let mut awaited = lock(&self.awaited);
            if awaited.ended {
                return Err("the browser is gone".to_owned());
            }
            awaited.last_id += 1;
            let id = awaited.last_id;
            awaited.answers.insert(id, answered);
            id
        };
        let mut command = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let text = Message::text(command.to_string());
        let sent = self.commands.lock().await.send(text).await;
        sent.map_err(|error| error.to_string())?;
        answer.await.map_err(|_| "the browser is gone".to_owned())?
    }
}

fn lock(awaited: &Mutex<Awaited>) -> std::sync::MutexGuard<'_, Awaited> {
    awaited.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn read(mut messages: SplitStream<WebSocketStream<TcpStream>>, awaited: Arc<Mutex<Awaited>>) {
    while let Some(Ok(message)) = messages.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let mut awaited = lock(&awaited);
        if let Some(id) = message["id"].as_u64() {
            let answer = match message.get("error") {
                Some(error) => Err(error.to_string()),
                None => Ok(message["result"].clone()),
            };
            if let Some(answered) = awaited.answers.remove(&id) {
                // Nobody waits any more: the test gave up.
                let _ = answered.send(answer);
            }
        } else if let (Some(session), Some(method)) =
            (message["sessionId"].as_str(), message["method"].as_str())
            && let Some(hear) = awaited.ears.get(session)
        {
            hear(method, &message["params"]);
        }
    }
    let mut awaited = lock(&awaited);
    awaited.ended = true;
    awaited.answers.clear();
}
