//! The service for agent desktops.

use std::sync::Arc;
use std::time::Duration;

use acd_core::command::{AgentAct, AgentCommand, Command, Login, Reply};
use acd_core::config::Viewer;
use acd_core::ids::{ContactName, HandlingId, OfferId, SessionId, TenantName, TimeMs};
use acd_proto::SessionCall;
use acd_proto::v1::agent_service_server::AgentService;
use acd_proto::v1::{self, agent_update::Update as Told};
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use super::outgoing::{Outgoing, Tells};
use super::{act, desk, fields, reveal};
use crate::auth::Lifetimes;
use crate::error::ApiError;
use acd_shard::Shards;
use acd_shard::stream::{Delivery, Interest, Mark, Rendered, Update, UpdateKind};

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
    async fn act<C: Asks>(&self, request: Request<C>) -> Result<u64, Status> {
        let (caller, mut call) = (Caller::of(&request)?, request.into_inner());
        // The tenant is judged first: a caller learns nothing about what is not theirs.
        let tenant = caller.tenant(call.tenant())?;
        let origin = caller.origin(&mut call)?;
        let command = Command::Agent(AgentCommand {
            agent: caller.agent(call.agent())?,
            session: SessionId(fields::id("session_id", call.session_id())?),
            act: call.act()?,
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

/// What an agent asks in a session.
trait Asks: SessionCall {
    fn act(self) -> Result<AgentAct, ApiError>;
}

macro_rules! asks {
    ($($call:ident($said:pat) => $act:expr,)*) => {$(
        impl Asks for v1::$call {
            fn act(self) -> Result<AgentAct, ApiError> {
                let $said = self;
                Ok($act)
            }
        }
    )*};
}

asks! {
    LogoutRequest(_) => AgentAct::Logout,
    SetPresenceRequest(said) => AgentAct::SetPresence(act::availability(said.presence(), &said.reason_code)?),
    AcceptOfferRequest(said) => AgentAct::Accept(offer(said.offer_id)?),
    RejectOfferRequest(said) => AgentAct::Reject(offer(said.offer_id)?),
    HoldRequest(said) => AgentAct::Hold(handling(said.handling_id)?),
    ResumeRequest(said) => AgentAct::Resume(handling(said.handling_id)?),
    SetRecordingRequest(said) => AgentAct::SetRecording(
        handling(said.handling_id)?,
        act::recording_state(said.state())?,
    ),
    EndTalkRequest(said) => AgentAct::EndTalk(handling(said.handling_id)?, act::disposition(said.disposition)?),
    EndWrapUpRequest(said) => AgentAct::EndWrapUp(handling(said.handling_id)?, act::disposition(said.disposition)?),
    RequestWrapUpRequest(said) => AgentAct::RequestWrapUp(handling(said.handling_id)?),
    EnterWrapUpRequest(said) => AgentAct::EnterWrapUp(handling(said.handling_id)?),
    ExtendWrapUpRequest(said) => AgentAct::ExtendWrapUp(
        handling(said.handling_id)?,
        fields::duration("extend_ms", said.extend_ms, 1)?,
    ),
    SetDispositionRequest(said) => AgentAct::SetDisposition(
        handling(said.handling_id)?,
        fields::part("disposition", act::disposition(said.disposition)?)?,
    ),
    ReportHandlingScoreRequest(said) => AgentAct::ReportScore(handling(said.handling_id)?, act::score(said.score)?),
    RequestNextRequest(_) => AgentAct::RequestNext,
    TransferRequest(said) => AgentAct::Transfer(handling(said.handling_id)?, act::destination(said.to)?),
    ConsultRequest(said) => AgentAct::Consult(handling(said.handling_id)?, act::destination(said.to)?),
    CompleteTransferRequest(said) => AgentAct::CompleteTransfer(handling(said.handling_id)?),
    EndConsultRequest(said) => AgentAct::EndConsult(handling(said.handling_id)?),
    JoinConsultRequest(said) => AgentAct::JoinConsult(handling(said.handling_id)?),
    ConferenceRequest(said) => AgentAct::Conference(handling(said.handling_id)?, act::destination(said.to)?),
    RequeueRequest(said) => AgentAct::Requeue(handling(said.handling_id)?),
    EscalateRequest(said) => AgentAct::Escalate(handling(said.handling_id)?),
    ParkRequest(said) => AgentAct::Park(handling(said.handling_id)?),
    UnparkRequest(said) => AgentAct::Unpark(fields::name("contact_id", &said.contact_id)?),
    KeepCallbackRequest(said) => AgentAct::KeepCallback(handling(said.handling_id)?),
    PutOffRequest(said) => AgentAct::PutOff(fields::name("contact_id", &said.contact_id)?, date(said.not_before_at_ms)?),
    PauseQueueRequest(said) => AgentAct::PauseQueue(
        fields::name("queue", &said.queue)?,
        act::reason_code(&said.reason_code)?,
    ),
    ResumeQueueRequest(said) => AgentAct::ResumeQueue(fields::name("queue", &said.queue)?),
}

fn handling(id: u64) -> Result<HandlingId, ApiError> {
    fields::id("handling_id", id).map(HandlingId)
}

fn offer(id: u64) -> Result<OfferId, ApiError> {
    fields::id("offer_id", id).map(OfferId)
}

fn date(at_ms: i64) -> Result<TimeMs, ApiError> {
    let field = "not_before_at_ms";
    fields::part(field, fields::instant(field, at_ms)?)
}

/// What an agent's desktop is told.
pub(super) struct Screen {
    heartbeat: Duration,
}

impl Tells for Screen {
    type Message = v1::AgentUpdate;

    fn message(&self, delivery: Delivery) -> Result<v1::AgentUpdate, ApiError> {
        let (mark, told) = match delivery {
            Delivery::Update(Update {
                kind,
                mark,
                states,
                desk_version,
                ..
            }) => {
                let changes = v1::AgentChanges {
                    desk_version,
                    ..changes(states)
                };
                let told = match kind {
                    UpdateKind::Changes => Told::Changes(changes),
                    UpdateKind::Snapshot(resync) => Told::Snapshot(v1::AgentSnapshot {
                        resync: resync.into(),
                        heartbeat_interval_ms: i64::try_from(self.heartbeat.as_millis())
                            .unwrap_or(i64::MAX),
                        ..snapshot(changes)
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
}

/// The whole screen, sorted into what is open and what is over.
fn snapshot(whole: v1::AgentChanges) -> v1::AgentSnapshot {
    let is_over = |handling: &v1::Handling| handling.ended_at_ms != 0;
    let is_parked = |handling: &v1::Handling| handling.parked || handling.scheduled_at_ms != 0;
    let (over, handlings): (Vec<_>, _) = whole.handlings.into_iter().partition(is_over);
    let (parked, unfinished) = over.into_iter().partition(is_parked);
    v1::AgentSnapshot {
        agent: whole.agent,
        offers: whole.offers,
        handlings,
        parked,
        unfinished,
        day: whole.day,
        desk_version: whole.desk_version,
        ..Default::default()
    }
}

fn changes(states: Vec<Rendered>) -> v1::AgentChanges {
    let mut changes = v1::AgentChanges::default();
    for state in states {
        match state {
            Rendered::Agent(agent) => changes.agent = Some(Arc::unwrap_or_clone(agent)),
            Rendered::Day(day) => changes.day = Some(Arc::unwrap_or_clone(day)),
            Rendered::Offer(offer) => changes.offers.push(Arc::unwrap_or_clone(offer)),
            Rendered::Handling(handling) => changes.handlings.push(Arc::unwrap_or_clone(handling)),
            // An agent's view shows nothing else.
            Rendered::Queue(_)
            | Rendered::Performance(_)
            | Rendered::AgentCounts(_)
            | Rendered::Contact(_)
            | Rendered::Adapter(_)
            | Rendered::Act(_) => {}
        }
    }
    changes
}

#[tonic::async_trait]
impl AgentService for Agents {
    type SubscribeStream = Outgoing<Screen>;

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
        let screen = Screen { heartbeat };
        Ok(Outgoing::of(subscription, heartbeat, lifetime, screen).into_answer())
    }

    async fn reveal(
        &self,
        request: Request<v1::RevealRequest>,
    ) -> Result<Response<v1::RevealResponse>, Status> {
        let (caller, mut call) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&call.tenant)?;
        let origin = caller.origin(&mut call)?;
        let contact: ContactName = fields::name("contact_id", &call.contact_id)?;
        let item = reveal::item(call.item(), &call.attribute)?;
        let command = Command::Agent(AgentCommand {
            agent: caller.agent(&call.agent)?,
            session: SessionId(fields::id("session_id", call.session_id)?),
            act: AgentAct::Reveal {
                author: caller.name(),
                reason: call.reason.into(),
                contact: contact.clone(),
                item: item.clone(),
            },
        });
        let (_, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        let value = reveal::value(&self.shards, &tenant, contact, item, Viewer::Agent).await?;
        Ok(Response::new(v1::RevealResponse {
            sequence,
            value: Some(value),
        }))
    }

    async fn get_desk(
        &self,
        request: Request<v1::GetDeskRequest>,
    ) -> Result<Response<v1::GetDeskResponse>, Status> {
        desk::desk(&self.shards, request).await.map(Response::new)
    }

    async fn get_script(
        &self,
        request: Request<v1::GetScriptRequest>,
    ) -> Result<Response<v1::GetScriptResponse>, Status> {
        desk::script(&self.shards, request).await.map(Response::new)
    }

    async fn find_targets(
        &self,
        request: Request<v1::FindTargetsRequest>,
    ) -> Result<Response<v1::FindTargetsResponse>, Status> {
        desk::targets(&self.shards, request)
            .await
            .map(Response::new)
    }

    acd_proto::agent_service_mutations!(act);
}
