//! What an agent's desk reads beside its stream. Each read names the session, as commands do.

use std::ops::ControlFlow;

use acd_core::ids::{AgentName, AgentNo, Channel, QueueName, SessionId, TenantName};
use acd_core::refusal::{Reason, Refusal};
use acd_core::state::State;
use acd_proto::v1;
use acd_shard::Shards;
use acd_view::{self as view, TargetSearch, Wanted};
use tonic::{Request, Status};

use super::caller::Caller;
use super::fields;
use crate::error::ApiError;

/// The longest text that is looked for, in bytes.
const QUERY_BYTES_MAX: usize = 128;
/// The most queues and the most agents that one search tells.
const TARGETS_MAX: u32 = 100;
/// How many of each it tells where nothing is said.
const TARGETS: u32 = 20;

/// Whose desk it is.
struct Desk {
    tenant: TenantName,
    agent: AgentName,
    session: SessionId,
}

impl Desk {
    fn of(caller: &Caller, tenant: &str, agent: &str, session: u64) -> Result<Self, ApiError> {
        Ok(Self {
            tenant: caller.tenant(tenant)?,
            agent: caller.agent(agent)?,
            session: SessionId(fields::id("session_id", session)?),
        })
    }

    /// Reads in parts for the agent of the session, as long as it lasts.
    async fn read<R: Send + 'static>(
        self,
        shards: &Shards,
        mut part: impl FnMut(&State, AgentNo) -> ControlFlow<Result<R, Refusal>> + Send + 'static,
    ) -> Result<R, ApiError> {
        let (agent, session) = (self.agent, self.session);
        let read = shards.read_in_parts(&self.tenant, move |state| {
            match state.agent_in_session(&agent, session) {
                Ok(no) => part(state, no),
                Err(refused) => ControlFlow::Break(Err(refused)),
            }
        });
        Ok(read.await??)
    }
}

pub(super) async fn desk(
    shards: &Shards,
    request: Request<v1::GetDeskRequest>,
) -> Result<v1::GetDeskResponse, Status> {
    let (caller, said) = (Caller::of(&request)?, request.into_inner());
    let desk = Desk::of(&caller, &said.tenant, &said.agent, said.session_id)?;
    fields::length("language", &said.language, fields::LANGUAGE_BYTES_MAX)?;
    let read = desk.read(shards, move |state, no| {
        ControlFlow::Break(Ok(view::desk(state, no, &said.language)))
    });
    Ok(read.await?)
}

pub(super) async fn script(
    shards: &Shards,
    request: Request<v1::GetScriptRequest>,
) -> Result<v1::GetScriptResponse, Status> {
    let (caller, said) = (Caller::of(&request)?, request.into_inner());
    let desk = Desk::of(&caller, &said.tenant, &said.agent, said.session_id)?;
    fields::length("language", &said.language, fields::LANGUAGE_BYTES_MAX)?;
    let queue: QueueName = fields::name("queue", &said.queue)?;
    let read = desk.read(shards, move |state, _| {
        let known = state.queue_named(&queue);
        let read = known.map(|no| view::script(state, no, &said.language));
        let unknown = || {
            let detail = format!("there is no queue {queue:?}");
            Refusal::new(Reason::UnknownQueue, "queue", detail)
        };
        ControlFlow::Break(read.ok_or_else(unknown))
    });
    Ok(read.await?)
}

pub(super) async fn targets(
    shards: &Shards,
    request: Request<v1::FindTargetsRequest>,
) -> Result<v1::FindTargetsResponse, Status> {
    let (caller, said) = (Caller::of(&request)?, request.into_inner());
    let desk = Desk::of(&caller, &said.tenant, &said.agent, said.session_id)?;
    fields::length("language", &said.language, fields::LANGUAGE_BYTES_MAX)?;
    fields::length("query", &said.query, QUERY_BYTES_MAX)?;
    let channel = match &*said.channel {
        "" => Channel::Voice,
        named => fields::channel("channel", named)?,
    };
    let limit = match said.limit {
        0 => TARGETS,
        asked if asked <= TARGETS_MAX => asked,
        asked => {
            let detail = format!("{asked} is out of range");
            let remedy = format!("give 1..={TARGETS_MAX}, or 0 for {TARGETS}");
            return Err(ApiError::invalid("limit", detail, remedy).into());
        }
    };
    let mut search = None;
    let read = desk.read(shards, move |state, agent| {
        let search = search.get_or_insert_with(|| {
            TargetSearch::new(Wanted {
                agent,
                query: said.query.clone(),
                channel,
                limit: limit as usize,
                language: said.language.clone(),
            })
        });
        search.part(state).map_break(Ok)
    });
    Ok(read.await?)
}
