//! The service for agent desktops.

use std::time::Duration;

use acd_core::command::{AgentAct, Availability, Command, Disposition, Origin, Reply};
use acd_core::ids::{AgentName, HandlingId, OfferId, SessionId, TenantName};
use acd_proto::v1::agent_service_server::AgentService;
use acd_proto::v1::{self, agent_update::Update as Told};
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use super::fields;
use super::fingerprint::Mutation;
use super::outgoing::{Outgoing, forward};
use crate::error::ApiError;
use crate::shard::Shards;
use crate::stream::{Delivery, Interest, Mark, Rendered, Update, UpdateKind};

/// The longest reason code, in bytes.
const REASON_CODE_BYTES_MAX: usize = 64;
/// The longest disposition code, in bytes.
const DISPOSITION_CODE_BYTES_MAX: usize = 64;

/// See `acd.v1.AgentService`.
pub(super) struct Agents {
    shards: Shards,
    heartbeat: Duration,
}

/// What every call but the login says: the session it is made in.
struct InSession {
    tenant: TenantName,
    agent: AgentName,
    session: SessionId,
    origin: Origin,
}

impl Agents {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            shards: services.shards.clone(),
            heartbeat: services.limits.heartbeat,
        }
    }

    /// Has an act decided; gives the sequence at which it shows.
    async fn act(&self, caller: &Caller, at: InSession, act: AgentAct) -> Result<u64, ApiError> {
        let InSession {
            tenant,
            agent,
            session,
            origin,
        } = at;
        let command = Command::Agent {
            agent,
            session,
            act,
        };
        caller
            .ask(&self.shards, &tenant, origin, command)
            .await
            .map(|(_, sequence)| sequence)
    }

    async fn session_grace_ms(&self, tenant: &TenantName) -> Result<i64, ApiError> {
        Ok(self
            .shards
            .read(tenant, |engine| {
                engine.state().facts().settings.session_grace_ms
            })
            .await?)
    }
}

fn in_session(
    caller: &Caller,
    (tenant, agent, session_id): (&str, &str, u64),
    origin: Origin,
) -> Result<InSession, ApiError> {
    Ok(InSession {
        tenant: caller.tenant(tenant)?,
        agent: caller.agent(agent)?,
        session: SessionId(fields::id("session_id", session_id)?),
        origin,
    })
}

/// Takes a request of a session apart: caller, session, and the message without its request id.
macro_rules! in_session {
    ($request:ident) => {{
        let (caller, mut message) = (Caller::of(&$request)?, $request.into_inner());
        let origin = origin(&caller, &message.tenant.clone(), &mut message)?;
        let said = (
            message.tenant.as_str(),
            message.agent.as_str(),
            message.session_id,
        );
        let at = in_session(&caller, said, origin)?;
        (caller, at, message)
    }};
}

/// How a repetition is recognised. The tenant is judged first: a caller learns nothing about what is not his.
fn origin(caller: &Caller, tenant: &str, message: &mut impl Mutation) -> Result<Origin, ApiError> {
    caller.tenant(tenant)?;
    caller.origin(message)
}

fn availability(message: &v1::SetPresenceRequest) -> Result<Availability, ApiError> {
    match message.presence() {
        v1::Presence::Ready if message.reason_code.is_empty() => Ok(Availability::Ready),
        v1::Presence::Ready => Err(ApiError::invalid(
            "reason_code",
            "READY has no reason",
            "leave it empty, or ask for NOT_READY",
        )),
        v1::Presence::NotReady => {
            fields::code("reason_code", &message.reason_code, REASON_CODE_BYTES_MAX)?;
            Ok(Availability::NotReady(message.reason_code.as_str().into()))
        }
        v1::Presence::Unspecified | v1::Presence::Offline => {
            let detail = "only READY and NOT_READY can be asked for";
            Err(ApiError::invalid(
                "presence",
                detail,
                "give one of the two; to go offline call Logout",
            ))
        }
    }
}

fn disposition(message: Option<v1::Disposition>) -> Result<Option<Disposition>, ApiError> {
    let Some(said) = message else { return Ok(None) };
    fields::code("disposition.code", &said.code, DISPOSITION_CODE_BYTES_MAX)?;
    let notes = said.notes.map(|notes| notes.value).unwrap_or_default();
    Ok(Some(Disposition {
        code: said.code.into(),
        notes: notes.into(),
    }))
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
            Rendered::Queue(_) | Rendered::Contact(_) | Rendered::Adapter(_) => {}
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
        let command = Command::Login {
            agent: agent.clone(),
        };
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
        Ok(Response::new(Outgoing::of(heartbeat, |outlet| {
            forward(subscription, outlet, heartbeat, move |delivery| {
                self::message(delivery, heartbeat)
            })
        })))
    }

    async fn logout(
        &self,
        request: Request<v1::LogoutRequest>,
    ) -> Result<Response<v1::LogoutResponse>, Status> {
        let (caller, at, _) = in_session!(request);
        let sequence = self.act(&caller, at, AgentAct::Logout).await?;
        Ok(Response::new(v1::LogoutResponse { sequence }))
    }

    async fn set_presence(
        &self,
        request: Request<v1::SetPresenceRequest>,
    ) -> Result<Response<v1::SetPresenceResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let act = AgentAct::SetPresence(availability(&message)?);
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::SetPresenceResponse { sequence }))
    }

    async fn accept_offer(
        &self,
        request: Request<v1::AcceptOfferRequest>,
    ) -> Result<Response<v1::AcceptOfferResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let act = AgentAct::Accept(OfferId(fields::id("offer_id", message.offer_id)?));
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::AcceptOfferResponse { sequence }))
    }

    async fn reject_offer(
        &self,
        request: Request<v1::RejectOfferRequest>,
    ) -> Result<Response<v1::RejectOfferResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let act = AgentAct::Reject(OfferId(fields::id("offer_id", message.offer_id)?));
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::RejectOfferResponse { sequence }))
    }

    async fn hold(
        &self,
        request: Request<v1::HoldRequest>,
    ) -> Result<Response<v1::HoldResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let act = AgentAct::Hold(HandlingId(fields::id("handling_id", message.handling_id)?));
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::HoldResponse { sequence }))
    }

    async fn resume(
        &self,
        request: Request<v1::ResumeRequest>,
    ) -> Result<Response<v1::ResumeResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let act = AgentAct::Resume(HandlingId(fields::id("handling_id", message.handling_id)?));
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::ResumeResponse { sequence }))
    }

    async fn end_talk(
        &self,
        request: Request<v1::EndTalkRequest>,
    ) -> Result<Response<v1::EndTalkResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let handling = HandlingId(fields::id("handling_id", message.handling_id)?);
        let act = AgentAct::EndTalk(handling, disposition(message.disposition)?);
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::EndTalkResponse { sequence }))
    }

    async fn end_wrap_up(
        &self,
        request: Request<v1::EndWrapUpRequest>,
    ) -> Result<Response<v1::EndWrapUpResponse>, Status> {
        let (caller, at, message) = in_session!(request);
        let handling = HandlingId(fields::id("handling_id", message.handling_id)?);
        let act = AgentAct::EndWrapUp(handling, disposition(message.disposition)?);
        let sequence = self.act(&caller, at, act).await?;
        Ok(Response::new(v1::EndWrapUpResponse { sequence }))
    }
}
