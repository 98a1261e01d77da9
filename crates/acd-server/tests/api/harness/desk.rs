//! An agent's desktop.

use acd_proto::v1::{self, agent_update::Update, destination::To};
use tonic::{Status, Streaming};

use super::{Clients, TENANT, in_time, request_id};

/// An agent who is logged in, with his stream.
pub(crate) struct Desk {
    clients: Clients,
    pub(crate) agent: String,
    pub(crate) session: u64,
    pub(crate) updates: Streaming<v1::AgentUpdate>,
}

impl Desk {
    /// Logs the agent in and subscribes; the stream has begun.
    pub(crate) async fn log_in(clients: &Clients, agent: &str) -> Self {
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
    pub(crate) async fn ready(clients: &Clients, agent: &str) -> Self {
        let desk = Self::log_in(clients, agent).await;
        desk.set_presence(v1::Presence::Ready, "")
            .await
            .expect("ready");
        desk
    }

    pub(crate) async fn login(clients: &Clients, agent: &str) -> Result<v1::LoginResponse, Status> {
        let request = v1::LoginRequest {
            tenant: TENANT.into(),
            request_id: request_id(),
            agent: agent.into(),
        };
        Ok(in_time("a login", clients.agents.clone().login(request))
            .await?
            .into_inner())
    }

    pub(crate) async fn subscribe(
        clients: &Clients,
        agent: &str,
        session_id: u64,
        resume_token: &str,
    ) -> Result<Streaming<v1::AgentUpdate>, Status> {
        let request = v1::SubscribeRequest {
            tenant: TENANT.into(),
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
    pub(crate) async fn next(&mut self) -> Result<v1::AgentUpdate, Status> {
        let next = in_time("an update", self.updates.message()).await?;
        next.ok_or_else(|| Status::ok("the stream ended in order"))
    }

    /// The next state of an offer for which this holds.
    pub(crate) async fn offer(&mut self, wanted: impl Fn(&v1::Offer) -> bool) -> v1::Offer {
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
    pub(crate) async fn ringing(&mut self) -> v1::Offer {
        self.offer(|offer| offer.state() == v1::OfferState::Pending)
            .await
    }

    /// The next handling that stands there.
    pub(crate) async fn handling(&mut self, wanted: v1::HandlingState) -> v1::Handling {
        self.handling_where(|handling| handling.state() == wanted)
            .await
    }

    /// The next state of a handling for which this holds.
    pub(crate) async fn handling_where(
        &mut self,
        wanted: impl Fn(&v1::Handling) -> bool,
    ) -> v1::Handling {
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
    pub(crate) async fn agent(
        &mut self,
        wanted: impl Fn(&v1::AgentState) -> bool,
    ) -> v1::AgentState {
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
    pub(crate) async fn end(&mut self) -> Status {
        loop {
            if let Err(end) = self.next().await {
                return end;
            }
        }
    }

    pub(crate) async fn set_presence(
        &self,
        presence: v1::Presence,
        reason_code: &str,
    ) -> Result<u64, Status> {
        let request = v1::SetPresenceRequest {
            tenant: TENANT.into(),
            request_id: request_id(),
            agent: self.agent.clone(),
            session_id: self.session,
            presence: presence.into(),
            reason_code: reason_code.into(),
        };
        Ok(in_time(
            "a presence",
            self.clients.agents.clone().set_presence(request),
        )
        .await?
        .into_inner()
        .sequence)
    }

    /// An accept, ready to be sent once or twice.
    pub(crate) fn acceptance(&self, offer_id: u64) -> v1::AcceptOfferRequest {
        v1::AcceptOfferRequest {
            tenant: TENANT.into(),
            request_id: request_id(),
            agent: self.agent.clone(),
            session_id: self.session,
            offer_id,
        }
    }

    pub(crate) async fn accept(&self, offer_id: u64) -> Result<u64, Status> {
        let request = self.acceptance(offer_id);
        Ok(in_time(
            "an accept",
            self.clients.agents.clone().accept_offer(request),
        )
        .await?
        .into_inner()
        .sequence)
    }

    pub(crate) async fn reject(&self, offer_id: u64) -> Result<u64, Status> {
        let v1::AcceptOfferRequest {
            tenant,
            request_id,
            agent,
            session_id,
            offer_id,
        } = self.acceptance(offer_id);
        let request = v1::RejectOfferRequest {
            tenant,
            request_id,
            agent,
            session_id,
            offer_id,
        };
        Ok(in_time(
            "a reject",
            self.clients.agents.clone().reject_offer(request),
        )
        .await?
        .into_inner()
        .sequence)
    }

    pub(crate) async fn hold(&self, handling_id: u64) -> Result<u64, Status> {
        let v1::AcceptOfferRequest {
            tenant,
            request_id,
            agent,
            session_id,
            ..
        } = self.acceptance(0);
        let request = v1::HoldRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
        };
        Ok(in_time("a hold", self.clients.agents.clone().hold(request))
            .await?
            .into_inner()
            .sequence)
    }

    pub(crate) async fn resume(&self, handling_id: u64) -> Result<u64, Status> {
        let v1::AcceptOfferRequest {
            tenant,
            request_id,
            agent,
            session_id,
            ..
        } = self.acceptance(0);
        let request = v1::ResumeRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
        };
        Ok(
            in_time("a resume", self.clients.agents.clone().resume(request))
                .await?
                .into_inner()
                .sequence,
        )
    }

    pub(crate) async fn end_wrap_up(&self, handling_id: u64, code: &str) -> Result<u64, Status> {
        let v1::AcceptOfferRequest {
            tenant,
            request_id,
            agent,
            session_id,
            ..
        } = self.acceptance(0);
        let disposition = v1::Disposition {
            code: code.into(),
            notes: Some("all is well".into()),
        };
        let request = v1::EndWrapUpRequest {
            tenant,
            request_id,
            agent,
            session_id,
            handling_id,
            disposition: Some(disposition),
        };
        Ok(in_time(
            "a wrap-up",
            self.clients.agents.clone().end_wrap_up(request),
        )
        .await?
        .into_inner()
        .sequence)
    }

    /// A request of this session, made by `request` from tenant, request id, agent and session.
    pub(crate) fn ask<R>(&self, request: impl FnOnce(String, String, String, u64) -> R) -> R {
        request(
            TENANT.into(),
            request_id(),
            self.agent.clone(),
            self.session,
        )
    }

    /// Sends a contact elsewhere.
    pub(crate) async fn transfer(&self, handling_id: u64, to: To) -> Result<u64, Status> {
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

    /// Asks another agent.
    pub(crate) async fn consult(&self, handling_id: u64, agent: &str) -> Result<u64, Status> {
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
    pub(crate) async fn join(&self, handling_id: u64) -> Result<u64, Status> {
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
    pub(crate) async fn complete(&self, handling_id: u64) -> Result<u64, Status> {
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
    pub(crate) async fn pause(&self, queue: &str, reason_code: &str) -> Result<u64, Status> {
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
