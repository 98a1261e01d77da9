//! An agent's desktop.

use acd_proto::v1::{self, agent_update::Update, destination::To};
use tonic::{Status, Streaming};

use crate::{Clients, in_time, request_id};

/// An agent who is logged in, with their stream.
pub struct Desk {
    clients: Clients,
    /// Their name.
    pub agent: String,
    /// Their session.
    pub session: u64,
    /// What the server tells them.
    pub updates: Streaming<v1::AgentUpdate>,
}

impl Desk {
    /// Logs the agent in and subscribes; the stream has begun.
    pub async fn log_in(clients: &Clients, agent: &str) -> Self {
        let login = Self::login(clients, agent).await.expect("a login");
        let updates = Self::subscribe(clients, agent, login.session_id, "")
            .await
            .expect("a stream");
        let mut desk = Self {
            clients: clients.clone(),
            agent: agent.into(),
            session: login.session_id,
            updates,
        };
        let first = desk.next().await.expect("a snapshot");
        assert!(
            matches!(first.update, Some(Update::Snapshot(_))),
            "{first:?}"
        );
        desk
    }

    /// The same, and goes ready.
    pub async fn ready(clients: &Clients, agent: &str) -> Self {
        let desk = Self::log_in(clients, agent).await;
        desk.set_presence(v1::Presence::Ready, "")
            .await
            .expect("ready");
        desk
    }

    /// Logs the agent in, and no more.
    pub async fn login(clients: &Clients, agent: &str) -> Result<v1::LoginResponse, Status> {
        let request = v1::LoginRequest {
            tenant: clients.tenant.clone(),
            request_id: request_id(),
            agent: agent.into(),
        };
        Ok(in_time("a login", clients.agents.clone().login(request))
            .await?
            .into_inner())
    }

    /// Opens the stream of a session, from the beginning or from a resume token.
    pub async fn subscribe(
        clients: &Clients,
        agent: &str,
        session_id: u64,
        resume_token: &str,
    ) -> Result<Streaming<v1::AgentUpdate>, Status> {
        let request = v1::SubscribeRequest {
            tenant: clients.tenant.clone(),
            agent: agent.into(),
            session_id,
            resume_token: resume_token.into(),
        };
        Ok(
            in_time("a subscription", clients.agents.clone().subscribe(request))
                .await?
                .into_inner(),
        )
    }

    /// The next message of the stream.
    pub async fn next(&mut self) -> Result<v1::AgentUpdate, Status> {
        let next = in_time("an update", self.updates.message()).await?;
        next.ok_or_else(|| Status::ok("the stream ended in order"))
    }

    /// The next state of an offer for which this holds.
    pub async fn offer(&mut self, wanted: impl Fn(&v1::Offer) -> bool) -> v1::Offer {
        loop {
            let offers = match self.next().await.expect("an update").update {
                Some(Update::Changes(changes)) => changes.offers,
                Some(Update::Snapshot(snapshot)) => snapshot.offers,
                _ => Vec::new(),
            };
            if let Some(offer) = offers.into_iter().find(&wanted) {
                return offer;
            }
        }
    }

    /// The next offer that rings.
    pub async fn ringing(&mut self) -> v1::Offer {
        self.offer(|offer| offer.state() == v1::OfferState::Pending)
            .await
    }

    /// The next handling that stands there.
    pub async fn handling(&mut self, wanted: v1::HandlingState) -> v1::Handling {
        self.handling_where(|handling| handling.state() == wanted)
            .await
    }

    /// The next state of a handling for which this holds.
    pub async fn handling_where(&mut self, wanted: impl Fn(&v1::Handling) -> bool) -> v1::Handling {
        loop {
            let Some(Update::Changes(changes)) = self.next().await.expect("an update").update
            else {
                continue;
            };
            if let Some(handling) = changes.handlings.into_iter().find(&wanted) {
                return handling;
            }
        }
    }

    /// The next state of the agent for which this holds.
    pub async fn agent(&mut self, wanted: impl Fn(&v1::AgentState) -> bool) -> v1::AgentState {
        loop {
            let agent = match self.next().await.expect("an update").update {
                Some(Update::Changes(changes)) => changes.agent,
                Some(Update::Snapshot(snapshot)) => snapshot.agent,
                _ => None,
            };
            if let Some(agent) = agent.filter(&wanted) {
                return agent;
            }
        }
    }

    /// The error that ends the stream.
    pub async fn end(&mut self) -> Status {
        loop {
            if let Err(end) = self.next().await {
                return end;
            }
        }
    }

    /// Asks for a presence.
    pub async fn set_presence(
        &self,
        presence: v1::Presence,
        reason_code: &str,
    ) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::SetPresenceRequest {
                tenant,
                request_id,
                agent,
                session_id,
                presence: presence.into(),
                reason_code: reason_code.into(),
            },
        );
        let mut agents = self.clients.agents.clone();
        let answer = in_time("a presence", agents.set_presence(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// An accept, ready to be sent once or twice.
    pub fn acceptance(&self, offer_id: u64) -> v1::AcceptOfferRequest {
        self.ask(
            |tenant, request_id, agent, session_id| v1::AcceptOfferRequest {
                tenant,
                request_id,
                agent,
                session_id,
                offer_id,
            },
        )
    }

    /// Accepts an offer.
    pub async fn accept(&self, offer_id: u64) -> Result<u64, Status> {
        let mut agents = self.clients.agents.clone();
        let accept = agents.accept_offer(self.acceptance(offer_id));
        Ok(in_time("an accept", accept).await?.into_inner().sequence)
    }

    /// Rejects an offer.
    pub async fn reject(&self, offer_id: u64) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::RejectOfferRequest {
                tenant,
                request_id,
                agent,
                session_id,
                offer_id,
            },
        );
        let mut agents = self.clients.agents.clone();
        let answer = in_time("a reject", agents.reject_offer(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Holds the conversation.
    pub async fn hold(&self, handling_id: u64) -> Result<u64, Status> {
        let request = self.ask(|tenant, request_id, agent, session_id| v1::HoldRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
        });
        let answer = in_time("a hold", self.clients.agents.clone().hold(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Records the conversation, pauses or stops.
    pub async fn set_recording(
        &self,
        handling_id: u64,
        state: v1::RecordingState,
    ) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::SetRecordingRequest {
                tenant,
                request_id,
                agent,
                session_id,
                handling_id,
                state: state.into(),
            },
        );
        let mut agents = self.clients.agents.clone();
        let answer = in_time("a recording", agents.set_recording(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Goes on with the conversation.
    pub async fn resume(&self, handling_id: u64) -> Result<u64, Status> {
        let request = self.ask(|tenant, request_id, agent, session_id| v1::ResumeRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
        });
        let answer = in_time("a resume", self.clients.agents.clone().resume(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Ends a conversation.
    pub async fn end_talk(&self, handling_id: u64) -> Result<u64, Status> {
        let request = self.ask(|tenant, request_id, agent, session_id| v1::EndTalkRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
            ..Default::default()
        });
        let mut agents = self.clients.agents.clone();
        let answer = in_time("an end", agents.end_talk(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Ends the wrap-up with this disposition.
    pub async fn end_wrap_up(&self, handling_id: u64, code: &str) -> Result<u64, Status> {
        let disposition = v1::Disposition {
            code: code.into(),
            notes: Some("all is well".into()),
        };
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::EndWrapUpRequest {
                tenant,
                request_id,
                agent,
                session_id,
                handling_id,
                disposition: Some(disposition),
            },
        );
        let mut agents = self.clients.agents.clone();
        let answer = in_time("a wrap-up", agents.end_wrap_up(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// The clients it talks through.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// A request of this session, made by `request` from tenant, request id, agent and session.
    pub fn ask<R>(&self, request: impl FnOnce(String, String, String, u64) -> R) -> R {
        request(
            self.clients.tenant.clone(),
            request_id(),
            self.agent.clone(),
            self.session,
        )
    }

    /// Sends a contact elsewhere.
    pub async fn transfer(&self, handling_id: u64, to: To) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::TransferRequest {
                tenant,
                request_id,
                agent,
                session_id,
                handling_id,
                to: Some(v1::Destination { to: Some(to) }),
            },
        );
        let answer = in_time("a transfer", self.clients.agents.clone().transfer(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Brings somebody into the conversation.
    pub async fn conference(&self, handling_id: u64, to: To) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::ConferenceRequest {
                tenant,
                request_id,
                agent,
                session_id,
                handling_id,
                to: Some(v1::Destination { to: Some(to) }),
            },
        );
        let mut agents = self.clients.agents.clone();
        let answer = in_time("a conference", agents.conference(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Asks another agent.
    pub async fn consult(&self, handling_id: u64, agent: &str) -> Result<u64, Status> {
        let to = v1::Destination {
            to: Some(To::Agent(agent.into())),
        };
        let request = self.ask(|tenant, request_id, agent, session_id| v1::ConsultRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
            to: Some(to),
        });
        let answer = in_time("a consult", self.clients.agents.clone().consult(request)).await?;
        Ok(answer.into_inner().sequence)
    }

    /// Joins the consultation.
    pub async fn join(&self, handling_id: u64) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::JoinConsultRequest {
                tenant,
                request_id,
                agent,
                session_id,
                handling_id,
            },
        );
        let join = self.clients.agents.clone().join_consult(request).await;
        Ok(join?.into_inner().sequence)
    }

    /// Gives the contact to the one who was asked.
    pub async fn complete(&self, handling_id: u64) -> Result<u64, Status> {
        let request =
            self.ask(
                |tenant, request_id, agent, session_id| v1::CompleteTransferRequest {
                    tenant,
                    request_id,
                    agent,
                    session_id,
                    handling_id,
                },
            );
        let complete = self.clients.agents.clone().complete_transfer(request).await;
        Ok(complete?.into_inner().sequence)
    }

    /// Takes no contacts of a queue.
    pub async fn pause(&self, queue: &str, reason_code: &str) -> Result<u64, Status> {
        let request = self.ask(
            |tenant, request_id, agent, session_id| v1::PauseQueueRequest {
                tenant,
                request_id,
                agent,
                session_id,
                queue: queue.into(),
                reason_code: reason_code.into(),
            },
        );
        let answer = self.clients.agents.clone().pause_queue(request).await;
        Ok(answer?.into_inner().sequence)
    }
}
