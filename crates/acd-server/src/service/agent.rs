//! The service for agent desktops.

use std::time::Duration;

use acd_core::command::{AgentAct, AgentCommand, Command, Login, Reply};
use acd_core::ids::{HandlingId, OfferId, SessionId, TenantName};
use acd_proto::v1::agent_service_server::AgentService;
use acd_proto::v1::{self, agent_update::Update as Told};
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use super::fingerprint::Mutation;
use super::outgoing::{Outgoing, forward};
use super::{act, fields};
use crate::auth::Lifetimes;
use crate::error::ApiError;
use crate::shard::Shards;
use crate::stream::{Delivery, Interest, Mark, Rendered, Update, UpdateKind};

/// See `acd.v1.AgentService`.
pub(super) struct Agents {
    lifetimes: Lifetimes,
    shards: Shards,
    heartbeat: Duration,
}

impl Agents {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
            heartbeat: services.limits.heartbeat,
        }
    }

    /// Has decided what a call in a session asks; gives the sequence at which it shows.
    async fn act<C: SessionCall>(
        &self,
        request: Request<C>,
        act: impl FnOnce(C) -> Result<AgentAct, ApiError>,
    ) -> Result<u64, Status> {
        let (caller, mut call) = (Caller::of(&request)?, request.into_inner());
        // The tenant is judged first: a caller learns nothing about what is not his.
        let tenant = caller.tenant(call.tenant())?;
        let origin = caller.origin(&mut call)?;
        let command = Command::Agent(AgentCommand {
            agent: caller.agent(call.agent())?,
            session: SessionId(fields::id("session_id", call.session_id())?),
            act: act(call)?,
        });
        let (_, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        Ok(sequence)
    }

    async fn session_grace_ms(&self, tenant: &TenantName) -> Result<i64, ApiError> {
        Ok(self
            .shards
            .read(tenant, |state| state.facts().settings.session_grace_ms)
            .await?)
    }
}

fn handling(id: u64) -> Result<HandlingId, ApiError> {
    fields::id("handling_id", id).map(HandlingId)
}

fn offer(id: u64) -> Result<OfferId, ApiError> {
    fields::id("offer_id", id).map(OfferId)
}

/// A delivery as the message an agent's desktop gets; the end of the stream as its reason.
fn message(delivery: Delivery, heartbeat: Duration) -> Result<v1::AgentUpdate, ApiError> {
    let (mark, told) = match delivery {
        Delivery::Update(Update {
            kind, mark, states, ..
        }) => {
            let v1::AgentChanges {
                agent,
                offers,
                handlings,
            } = changes(states);
            let told = match kind {
                UpdateKind::Changes => Told::Changes(v1::AgentChanges {
                    agent,
                    offers,
                    handlings,
                }),
                UpdateKind::Snapshot(resync) => Told::Snapshot(v1::AgentSnapshot {
                    resync: resync.into(),
                    heartbeat_interval_ms: i64::try_from(heartbeat.as_millis()).unwrap_or(i64::MAX),
                    agent,
                    offers,
                    handlings,
                }),
            };
            (mark, told)
        }
        Delivery::Heartbeat(mark) => (mark, Told::Heartbeat(v1::Heartbeat {})),
        Delivery::Directives(_) => {
            return Err(ApiError::new(
                v1::ErrorReason::Internal,
                "",
                "a directive on an agent's stream",
            ));
        }
        Delivery::End(end) => return Err(end.into()),
    };
    let Mark {
        sequence,
        previous_sequence,
        at_ms,
        resume_token,
    } = mark;
    Ok(v1::AgentUpdate {
        sequence,
        previous_sequence,
        at_ms,
        resume_token,
        update: Some(told),
    })
}

fn changes(states: Vec<Rendered>) -> v1::AgentChanges {
    let mut changes = v1::AgentChanges::default();
    for state in states {
        match state {
            Rendered::Agent(agent) => changes.agent = Some((*agent).clone()),
            Rendered::Offer(offer) => changes.offers.push((*offer).clone()),
            Rendered::Handling(handling) => changes.handlings.push((*handling).clone()),
            // An agent's view shows nothing else.
            Rendered::Queue(_) | Rendered::Contact(_) | Rendered::Adapter(_) | Rendered::Act(_) => {
            }
        }
    }
    changes
}

#[tonic::async_trait]
impl AgentService for Agents {
    type SubscribeStream = Outgoing<v1::AgentUpdate>;

    async fn login(
        &self,
        request: Request<v1::LoginRequest>,
    ) -> Result<Response<v1::LoginResponse>, Status> {
        let (caller, mut message) = (Caller::of(&request)?, request.into_inner());
        let (tenant, agent) = (
            caller.tenant(&message.tenant)?,
            caller.agent(&message.agent)?,
        );
        let origin = caller.origin(&mut message)?;
        let command = Command::Login(Login {
            agent: agent.clone(),
        });
        let (reply, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        let Reply::LoggedIn { session } = reply else {
            return Err(
                ApiError::new(v1::ErrorReason::Internal, "", "a login without a session").into(),
            );
        };
        let session_grace_ms = self.session_grace_ms(&tenant).await?;
        // The session's number is the sequence of the login itself.
        let resume_token =
            self.shards
                .resume_token(&tenant, &Interest::Agent { agent, session }, session.0);
        Ok(Response::new(v1::LoginResponse {
            session_id: session.0,
            sequence,
            resume_token,
            session_grace_ms,
        }))
    }

    async fn subscribe(
        &self,
        request: Request<v1::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let (tenant, agent) = (
            caller.tenant(&message.tenant)?,
            caller.agent(&message.agent)?,
        );
        let session = SessionId(fields::id("session_id", message.session_id)?);
        let token = Some(message.resume_token).filter(|token| !token.is_empty());
        let interest = Interest::Agent { agent, session };
        let subscription = self
            .shards
            .subscribe(&tenant, interest, token)
            .await
            .map_err(ApiError::from)?;
        let heartbeat = self.heartbeat;
        let lifetime = caller.lifetime(&self.lifetimes);
        let stream = Outgoing::of(heartbeat, lifetime, |outlet| {
            forward(subscription, outlet, heartbeat, move |delivery| {
                self::message(delivery, heartbeat)
            })
        });
        Ok(stream.into_answer())
    }

    async fn logout(
        &self,
        request: Request<v1::LogoutRequest>,
    ) -> Result<Response<v1::LogoutResponse>, Status> {
        let act = |_: v1::LogoutRequest| Ok(AgentAct::Logout);
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::LogoutResponse { sequence }))
    }

    async fn set_presence(
        &self,
        request: Request<v1::SetPresenceRequest>,
    ) -> Result<Response<v1::SetPresenceResponse>, Status> {
        let act = |said: v1::SetPresenceRequest| {
            let presence = act::availability(said.presence(), &said.reason_code)?;
            Ok(AgentAct::SetPresence(presence))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::SetPresenceResponse { sequence }))
    }

    async fn accept_offer(
        &self,
        request: Request<v1::AcceptOfferRequest>,
    ) -> Result<Response<v1::AcceptOfferResponse>, Status> {
        let act = |said: v1::AcceptOfferRequest| Ok(AgentAct::Accept(offer(said.offer_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::AcceptOfferResponse { sequence }))
    }

    async fn reject_offer(
        &self,
        request: Request<v1::RejectOfferRequest>,
    ) -> Result<Response<v1::RejectOfferResponse>, Status> {
        let act = |said: v1::RejectOfferRequest| Ok(AgentAct::Reject(offer(said.offer_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::RejectOfferResponse { sequence }))
    }

    async fn hold(
        &self,
        request: Request<v1::HoldRequest>,
    ) -> Result<Response<v1::HoldResponse>, Status> {
        let act = |said: v1::HoldRequest| Ok(AgentAct::Hold(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::HoldResponse { sequence }))
    }

    async fn resume(
        &self,
        request: Request<v1::ResumeRequest>,
    ) -> Result<Response<v1::ResumeResponse>, Status> {
        let act = |said: v1::ResumeRequest| Ok(AgentAct::Resume(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ResumeResponse { sequence }))
    }

    async fn end_talk(
        &self,
        request: Request<v1::EndTalkRequest>,
    ) -> Result<Response<v1::EndTalkResponse>, Status> {
        let act = |said: v1::EndTalkRequest| {
            let disposition = act::disposition(said.disposition)?;
            Ok(AgentAct::EndTalk(handling(said.handling_id)?, disposition))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::EndTalkResponse { sequence }))
    }

    async fn end_wrap_up(
        &self,
        request: Request<v1::EndWrapUpRequest>,
    ) -> Result<Response<v1::EndWrapUpResponse>, Status> {
        let act = |said: v1::EndWrapUpRequest| {
            let disposition = act::disposition(said.disposition)?;
            Ok(AgentAct::EndWrapUp(
                handling(said.handling_id)?,
                disposition,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::EndWrapUpResponse { sequence }))
    }

    async fn request_wrap_up(
        &self,
        request: Request<v1::RequestWrapUpRequest>,
    ) -> Result<Response<v1::RequestWrapUpResponse>, Status> {
        let act = |said: v1::RequestWrapUpRequest| {
            Ok(AgentAct::RequestWrapUp(handling(said.handling_id)?))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::RequestWrapUpResponse { sequence }))
    }

    async fn enter_wrap_up(
        &self,
        request: Request<v1::EnterWrapUpRequest>,
    ) -> Result<Response<v1::EnterWrapUpResponse>, Status> {
        let act =
            |said: v1::EnterWrapUpRequest| Ok(AgentAct::EnterWrapUp(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::EnterWrapUpResponse { sequence }))
    }

    async fn extend_wrap_up(
        &self,
        request: Request<v1::ExtendWrapUpRequest>,
    ) -> Result<Response<v1::ExtendWrapUpResponse>, Status> {
        let act = |said: v1::ExtendWrapUpRequest| {
            let longer_ms = fields::duration("extend_ms", said.extend_ms, 1)?;
            Ok(AgentAct::ExtendWrapUp(
                handling(said.handling_id)?,
                longer_ms,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ExtendWrapUpResponse { sequence }))
    }

    async fn set_disposition(
        &self,
        request: Request<v1::SetDispositionRequest>,
    ) -> Result<Response<v1::SetDispositionResponse>, Status> {
        let act = |said: v1::SetDispositionRequest| {
            let disposition = fields::part("disposition", act::disposition(said.disposition)?)?;
            Ok(AgentAct::SetDisposition(
                handling(said.handling_id)?,
                disposition,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::SetDispositionResponse { sequence }))
    }

    async fn request_next(
        &self,
        request: Request<v1::RequestNextRequest>,
    ) -> Result<Response<v1::RequestNextResponse>, Status> {
        let act = |_: v1::RequestNextRequest| Ok(AgentAct::RequestNext);
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::RequestNextResponse { sequence }))
    }

    async fn transfer(
        &self,
        request: Request<v1::TransferRequest>,
    ) -> Result<Response<v1::TransferResponse>, Status> {
        let act = |said: v1::TransferRequest| {
            Ok(AgentAct::Transfer(
                handling(said.handling_id)?,
                act::destination(said.to)?,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::TransferResponse { sequence }))
    }

    async fn consult(
        &self,
        request: Request<v1::ConsultRequest>,
    ) -> Result<Response<v1::ConsultResponse>, Status> {
        let act = |said: v1::ConsultRequest| {
            Ok(AgentAct::Consult(
                handling(said.handling_id)?,
                act::destination(said.to)?,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ConsultResponse { sequence }))
    }

    async fn complete_transfer(
        &self,
        request: Request<v1::CompleteTransferRequest>,
    ) -> Result<Response<v1::CompleteTransferResponse>, Status> {
        let act = |said: v1::CompleteTransferRequest| {
            Ok(AgentAct::CompleteTransfer(handling(said.handling_id)?))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::CompleteTransferResponse { sequence }))
    }

    async fn end_consult(
        &self,
        request: Request<v1::EndConsultRequest>,
    ) -> Result<Response<v1::EndConsultResponse>, Status> {
        let act =
            |said: v1::EndConsultRequest| Ok(AgentAct::EndConsult(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::EndConsultResponse { sequence }))
    }

    async fn join_consult(
        &self,
        request: Request<v1::JoinConsultRequest>,
    ) -> Result<Response<v1::JoinConsultResponse>, Status> {
        let act =
            |said: v1::JoinConsultRequest| Ok(AgentAct::JoinConsult(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::JoinConsultResponse { sequence }))
    }

    async fn conference(
        &self,
        request: Request<v1::ConferenceRequest>,
    ) -> Result<Response<v1::ConferenceResponse>, Status> {
        let act = |said: v1::ConferenceRequest| {
            Ok(AgentAct::Conference(
                handling(said.handling_id)?,
                act::destination(said.to)?,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ConferenceResponse { sequence }))
    }

    async fn requeue(
        &self,
        request: Request<v1::RequeueRequest>,
    ) -> Result<Response<v1::RequeueResponse>, Status> {
        let act = |said: v1::RequeueRequest| Ok(AgentAct::Requeue(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::RequeueResponse { sequence }))
    }

    async fn escalate(
        &self,
        request: Request<v1::EscalateRequest>,
    ) -> Result<Response<v1::EscalateResponse>, Status> {
        let act = |said: v1::EscalateRequest| Ok(AgentAct::Escalate(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::EscalateResponse { sequence }))
    }

    async fn park(
        &self,
        request: Request<v1::ParkRequest>,
    ) -> Result<Response<v1::ParkResponse>, Status> {
        let act = |said: v1::ParkRequest| Ok(AgentAct::Park(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ParkResponse { sequence }))
    }

    async fn unpark(
        &self,
        request: Request<v1::UnparkRequest>,
    ) -> Result<Response<v1::UnparkResponse>, Status> {
        let act = |said: v1::UnparkRequest| {
            Ok(AgentAct::Unpark(fields::name(
                "contact_id",
                &said.contact_id,
            )?))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::UnparkResponse { sequence }))
    }

    async fn keep_callback(
        &self,
        request: Request<v1::KeepCallbackRequest>,
    ) -> Result<Response<v1::KeepCallbackResponse>, Status> {
        let act =
            |said: v1::KeepCallbackRequest| Ok(AgentAct::KeepCallback(handling(said.handling_id)?));
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::KeepCallbackResponse { sequence }))
    }

    async fn put_off(
        &self,
        request: Request<v1::PutOffRequest>,
    ) -> Result<Response<v1::PutOffResponse>, Status> {
        let act = |said: v1::PutOffRequest| {
            let contact = fields::name("contact_id", &said.contact_id)?;
            let date = fields::instant("not_before_at_ms", said.not_before_at_ms)?;
            let date = fields::part("not_before_at_ms", date)?;
            Ok(AgentAct::PutOff(contact, date))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::PutOffResponse { sequence }))
    }

    async fn pause_queue(
        &self,
        request: Request<v1::PauseQueueRequest>,
    ) -> Result<Response<v1::PauseQueueResponse>, Status> {
        let act = |said: v1::PauseQueueRequest| {
            let why = act::reason_code(&said.reason_code)?;
            Ok(AgentAct::PauseQueue(
                fields::name("queue", &said.queue)?,
                why,
            ))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::PauseQueueResponse { sequence }))
    }

    async fn resume_queue(
        &self,
        request: Request<v1::ResumeQueueRequest>,
    ) -> Result<Response<v1::ResumeQueueResponse>, Status> {
        let act = |said: v1::ResumeQueueRequest| {
            Ok(AgentAct::ResumeQueue(fields::name("queue", &said.queue)?))
        };
        let sequence = self.act(request, act).await?;
        Ok(Response::new(v1::ResumeQueueResponse { sequence }))
    }
}

/// A call in a session: who speaks, and in which one.
trait SessionCall: Mutation {
    fn tenant(&self) -> &str;
    fn agent(&self) -> &str;
    fn session_id(&self) -> u64;
}

macro_rules! session_calls {
    ($($call:ident),* $(,)?) => {$(
        impl SessionCall for v1::$call {
            fn tenant(&self) -> &str {
                &self.tenant
            }

            fn agent(&self) -> &str {
                &self.agent
            }

            fn session_id(&self) -> u64 {
                self.session_id
            }
        }
    )*};
}

session_calls!(
    LogoutRequest,
    SetPresenceRequest,
    AcceptOfferRequest,
    RejectOfferRequest,
    HoldRequest,
    ResumeRequest,
    EndTalkRequest,
    EndWrapUpRequest,
    RequestWrapUpRequest,
    EnterWrapUpRequest,
    ExtendWrapUpRequest,
    SetDispositionRequest,
    RequestNextRequest,
    TransferRequest,
    ConsultRequest,
    CompleteTransferRequest,
    EndConsultRequest,
    JoinConsultRequest,
    ConferenceRequest,
    RequeueRequest,
    EscalateRequest,
    ParkRequest,
    UnparkRequest,
    KeepCallbackRequest,
    PutOffRequest,
    PauseQueueRequest,
    ResumeQueueRequest,
);
