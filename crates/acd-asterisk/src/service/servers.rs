//! The connection to one Asterisk, made anew for ever: after each the whole of what it holds, then its events.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::ari::socket::Socket;
use crate::ari::{Client, Event, Failure, Request, Snapshot};
use crate::options::Server;
use crate::switchboard::ServerNo;

/// What a server brings.
#[derive(Debug)]
pub(super) enum FromServer {
    /// It is there, with all that it holds.
    Back(ServerNo, Snapshot),
    /// Something happened there.
    Event(ServerNo, Box<Event>),
    /// The connection is lost.
    Away(ServerNo),
}

/// Waits between attempts: an Asterisk that starts anew takes half a second.
const WAIT_FIRST: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Follows one server until nobody listens any more.
pub(super) async fn follow(
    no: ServerNo,
    name: String,
    options: Server,
    client: Client,
    to: mpsc::Sender<FromServer>,
) {
    let mut wait = WAIT_FIRST;
    loop {
        let failure = match once(no, &options, &client, &to, &mut wait).await {
            Ok(()) => return,
            Err(failure) => failure,
        };
        tracing::warn!(server = name, %failure, "no connection to Asterisk; trying again");
        if to.send(FromServer::Away(no)).await.is_err() {
            return;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "time passing is the purpose: back-off between reconnects"
        )]
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
}

async fn once(
    no: ServerNo,
    options: &Server,
    client: &Client,
    to: &mpsc::Sender<FromServer>,
    wait: &mut Duration,
) -> Result<(), Failure> {
    // The socket first: what happens while the rest is read waits in it.
    let mut socket = Socket::connect(options).await?;
    let app = options.app.clone();
    client.ask(&Request::FilterEvents { app }).await?;
    let snapshot = client.snapshot(&format!("{}-", options.app)).await?;
    if to.send(FromServer::Back(no, snapshot)).await.is_err() {
        return Ok(());
    }
    *wait = WAIT_FIRST;
    loop {
        let event = socket.next().await?;
        if event == (Event::ApplicationReplaced {}) {
            let problem = format!(
                "another program has connected as application {}; give each its own",
                options.app
            );
            return Err(Failure::Options(problem));
        }
        if to
            .send(FromServer::Event(no, Box::new(event)))
            .await
            .is_err()
        {
            return Ok(());
        }
    }
}
