//! An agent's session: the stream with the agent's view, and the commands.

mod commands;
mod view;

use acd_proto::v1::{
    AgentChanges, AgentSnapshot, AgentUpdate, LoginRequest, ResyncReason, SubscribeRequest,
    agent_service_client::AgentServiceClient, agent_update,
};
use tonic::{Response, Status, Streaming};

use tokio::time::Instant;

pub use commands::AgentCommands;
pub use view::AgentView;

use crate::{
    Endpoint, Error,
    subscription::{Body, Feed, Frame, Pending, Subscription},
    token::Service,
};

/// What the stream brought. The view has it already.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are changes, and each is moved once"
)]
pub enum Update {
    /// The view was replaced. With a reason, or after a drop, offers and handlings that are no longer in it have ended
    /// in between.
    Snapshot(ResyncReason),
    /// These entities changed, ended ones included.
    Changes(AgentChanges),
}

/// A logged-in agent. It runs no task of its own, so that a process can hold thousands: it moves while
/// [`AgentSession::next`] is awaited, which must be most of the time.
///
/// Dropping it drops the stream: the session is then *lost* and the server keeps it for the grace only. To log out use
/// [`AgentCommands::logout`].
pub struct AgentSession {
    subscription: Subscription<AgentFeed>,
    view: AgentView,
    commands: AgentCommands,
}

impl AgentSession {
    /// Logs the agent in, not ready. An older session of the same agent is taken over.
    ///
    /// # Errors
    /// `UNKNOWN_TENANT`, `UNKNOWN_AGENT`, `LIMIT_REACHED`, or no answer within
    /// [`request_timeout`](crate::endpoint::Options::request_timeout).
    pub async fn login(endpoint: &Endpoint, tenant: &str, agent: &str) -> Result<Self, Error> {
        let service = endpoint.service();
        let request = LoginRequest {
            tenant: tenant.to_owned(),
            request_id: endpoint.request_id(),
            agent: agent.to_owned(),
        };
        let answer = endpoint.call(&service, request).await?;
        Ok(Self::over(
            endpoint,
            service,
            tenant,
            agent,
            answer.session_id,
        ))
    }

    /// Goes on with a session of a login made before, e.g. by a process that is no more. Nothing is sent before the first
    /// [`AgentSession::next`]; that fails with `NOT_LOGGED_IN` if the session has ended and `SESSION_REPLACED` if a later
    /// login took it over. Another stream of the session ends `SESSION_REPLACED`.
    #[must_use]
    pub fn resume(endpoint: &Endpoint, tenant: &str, agent: &str, session_id: u64) -> Self {
        Self::over(endpoint, endpoint.service(), tenant, agent, session_id)
    }

    fn over(
        endpoint: &Endpoint,
        service: Service,
        tenant: &str,
        agent: &str,
        session_id: u64,
    ) -> Self {
        let limit = endpoint.options().max_message_bytes;
        let feed = AgentFeed {
            client: AgentServiceClient::new(service.clone()).max_decoding_message_size(limit),
            request: SubscribeRequest {
                tenant: tenant.to_owned(),
                agent: agent.to_owned(),
                session_id,
                resume_token: String::new(),
            },
        };
        Self {
            subscription: Subscription::new(feed, endpoint.options()),
            view: AgentView::default(),
            commands: AgentCommands::new(endpoint.clone(), service, tenant, agent, session_id),
        }
    }

    /// The next change, after reconnecting and resuming as often as it takes. May be dropped while it waits.
    ///
    /// # Errors
    /// Final, and the same on every further call: `SESSION_REPLACED` (another login took over), `NOT_LOGGED_IN` (logged
    /// out, or the grace passed while the server could not be reached), or a loss of rights.
    pub async fn next(&mut self) -> Result<Update, Error> {
        loop {
            let frame = self.subscription.next().await?;
            self.view.advance(frame.sequence, frame.at_ms);
            match frame.body {
                Some(Body::Snapshot(snapshot)) => {
                    let resync = snapshot.resync();
                    self.view.replace(snapshot);
                    return Ok(Update::Snapshot(resync));
                }
                Some(Body::Changes(changes)) => {
                    self.view.apply(&changes);
                    return Ok(Update::Changes(changes));
                }
                Some(Body::Heartbeat) | None => {}
            }
        }
    }

    /// What is known of the agent: presence, open offers, open handlings.
    #[must_use]
    pub fn view(&self) -> &AgentView {
        &self.view
    }

    /// When the server was last heard, be it by a heartbeat: those of a quiet engine tell no later time. Before the first
    /// message, when the session was opened here.
    #[must_use]
    pub fn heard_at(&self) -> Instant {
        self.subscription.heard_at()
    }

    /// The commands; clones may be used from anywhere while the session waits.
    #[must_use]
    pub fn commands(&self) -> &AgentCommands {
        &self.commands
    }
}

struct AgentFeed {
    client: AgentServiceClient<Service>,
    request: SubscribeRequest,
}

impl Feed for AgentFeed {
    type Message = AgentUpdate;
    type Snapshot = AgentSnapshot;
    type Changes = AgentChanges;

    fn open(
        &self,
        resume_token: String,
    ) -> Pending<Result<Response<Streaming<AgentUpdate>>, Status>> {
        let request = SubscribeRequest {
            resume_token,
            ..self.request.clone()
        };
        let mut client = self.client.clone();
        Box::pin(async move { client.subscribe(request).await })
    }

    fn frame(message: AgentUpdate) -> Frame<AgentSnapshot, AgentChanges> {
        Frame {
            sequence: message.sequence,
            previous_sequence: message.previous_sequence,
            at_ms: message.at_ms,
            resume_token: message.resume_token,
            body: message.update.map(|update| match update {
                agent_update::Update::Snapshot(snapshot) => Body::Snapshot(snapshot),
                agent_update::Update::Changes(changes) => Body::Changes(changes),
                agent_update::Update::Heartbeat(_) => Body::Heartbeat,
            }),
        }
    }

    fn heartbeat_interval_ms(snapshot: &AgentSnapshot) -> i64 {
        snapshot.heartbeat_interval_ms
    }
}
