//! Asterisk's events over a websocket. Asterisk sends nothing again: whoever loses the socket reads all anew.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::Uri;
use hyper::header::{AUTHORIZATION, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::client::{Failure, credentials, tls};
use super::event::Event;
use super::request::escaped;
use crate::options::Server;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a quiet socket is asked whether it lives.
const PING_EVERY: Duration = Duration::from_secs(5);
/// So many of these without any message: it is dead.
const SILENT_MAX: u32 = 3;
/// The longest event.
const EVENT_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// A connection of either kind.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The events of one Asterisk.
pub struct Socket {
    stream: WebSocketStream<Box<dyn Wire>>,
    pings: Interval,
    /// Pings since something was heard.
    silent: u32,
}

impl Socket {
    /// Connects under the application's name. Whoever had it before gets no more events.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn connect(server: &Server) -> Result<Self, Failure> {
        let connected = timeout(CONNECT_TIMEOUT, Self::try_connect(server)).await;
        connected.map_err(|_| Failure::TimedOut)?
    }

    async fn try_connect(server: &Server) -> Result<Self, Failure> {
        let url = server.url.trim_end_matches('/');
        let bad = |error: &dyn std::fmt::Display| Failure::Options(format!("url: {url}: {error}"));
        let uri: Uri = url.parse().map_err(|error| bad(&error))?;
        let host = uri.host().ok_or_else(|| bad(&"it names no host"))?;
        let is_secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let unreachable = |error: std::io::Error| Failure::Unreachable(error.to_string());
        let tcp = TcpStream::connect((host, port))
            .await
            .map_err(unreachable)?;
        tcp.set_nodelay(true).map_err(unreachable)?;
        let wire: Box<dyn Wire> = if is_secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|error| bad(&error))?;
            let connector = TlsConnector::from(Arc::new(tls(server)?));
            Box::new(connector.connect(name, tcp).await.map_err(unreachable)?)
        } else {
            Box::new(tcp)
        };
        let events = format!(
            "{}/ari/events?app={}",
            url.replacen("http", "ws", 1),
            escaped(&server.app)
        );
        let mut request = events.into_client_request().map_err(|error| bad(&error))?;
        let authorization =
            HeaderValue::try_from(credentials(server)?).map_err(|error| bad(&error))?;
        request.headers_mut().insert(AUTHORIZATION, authorization);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(EVENT_BYTES_MAX))
            .max_frame_size(Some(EVENT_BYTES_MAX));
        let (stream, _) = client_async_with_config(request, wire, Some(limits))
            .await
            .map_err(refused)?;
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            stream,
            pings,
            silent: 0,
        })
    }

    /// The next event. May be dropped while it waits.
    ///
    /// # Errors
    /// Why there will be none.
    pub async fn next(&mut self) -> Result<Event, Failure> {
        loop {
            let message = tokio::select! {
                message = self.stream.next() => message,
                _ = self.pings.tick() => {
                    self.silent += 1;
                    if self.silent > SILENT_MAX {
                        return Err(Failure::TimedOut);
                    }
                    self.stream.send(Message::Ping(bytes::Bytes::new())).await.map_err(refused)?;
                    continue;
                }
            };
            self.silent = 0;
            match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(event) => return Ok(event),
                    // One that cannot be read is none of those we need.
                    Err(error) => tracing::warn!(%error, "an event of Asterisk cannot be read"),
                },
                Some(Ok(Message::Close(_))) | None => {
                    return Err(Failure::Unreachable(
                        "Asterisk closed the websocket".to_owned(),
                    ));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(refused(error)),
            }
        }
    }
}

fn refused(error: tokio_tungstenite::tungstenite::Error) -> Failure {
    use tokio_tungstenite::tungstenite::Error;
    match error {
        Error::Http(answer) => {
            let status = answer.status().as_u16();
            let why = match status {
                401 | 403 => "check user and password (ari.conf)",
                503 => "Asterisk has not booted yet",
                _ => "check that ARI is enabled (ari.conf) and res_ari_events.so is loaded",
            };
            let message = format!("the websocket was refused; {why}");
            Failure::Refused { status, message }
        }
        error => Failure::Unreachable(error.to_string()),
    }
}
