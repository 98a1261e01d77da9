//! The service for supervisors and reports: reads, and acts that are recorded with who did them.

use std::ops::ControlFlow;
use std::time::Duration;

use acd_core::command::{Command, Supervise, SupervisorAct};
use acd_core::config::Viewer;
use acd_core::ids::{AgentName, ContactId, ContactName, QueueName, TenantName, TimeMs};
use acd_core::state::State;
use acd_proto::Mutation;
use acd_proto::v1::supervisor_service_server::SupervisorService;
use acd_proto::v1::{self, ErrorReason};
use tonic::{Request, Response, Status};

use super::Services;
use super::caller::Caller;
use super::history::Histories;
use super::listing::{ListedContacts, contacts};
use super::outgoing::Outgoing;
use super::watch::Watch;
use super::{act, contact, fields, page, reveal};
use crate::auth::Lifetimes;
use crate::error::ApiError;
use acd_shard::stream::{Interest, ViewFilter};
use acd_shard::{Shards, at_once};
use acd_view::{self as view, ActsPage, AgentExplainer, ContactExplainer};

/// The most names a filter may hold.
const FILTER_NAMES_MAX: usize = 10_000;

/// The most kinds of acts a filter may name.
const ACT_KINDS_MAX: usize = 64;

/// What to do about a snapshot that is too large.
const SNAPSHOT_REMEDY: &str = "narrow the filter, or list contacts page by page";

/// See `acd.v1.SupervisorService`.
pub(super) struct Supervisors {
    lifetimes: Lifetimes,
    shards: Shards,
    heartbeat: Duration,
    message_bytes: usize,
    /// Who knows contacts that the engine has forgotten.
    histories: Histories,
}

/// What was read, and where it is exact.
struct Exact<T> {
    /// The sequence of the first part that was read; all is exact at the last one if they are equal.
    from_sequence: u64,
    sequence: u64,
    at_ms: TimeMs,
    read: T,
}

impl Supervisors {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
            heartbeat: services.limits.heartbeat,
            message_bytes: usize::try_from(services.limits.message_bytes).unwrap_or(usize::MAX),
            histories: Histories::new(services),
        }
    }

    /// Reads a tenant's state where all of it is durable.
    async fn read<T: Send + 'static>(
        &self,
        tenant: &TenantName,
        read: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<Exact<T>, ApiError> {
        self.read_in_parts(tenant, at_once(read)).await
    }

    /// The same in parts.
    async fn read_in_parts<T: Send + 'static>(
        &self,
        tenant: &TenantName,
        mut part: impl FnMut(&State) -> ControlFlow<T> + Send + 'static,
    ) -> Result<Exact<T>, ApiError> {
        let mut from = None;
        let read = self.shards.read_in_parts(tenant, move |state| {
            let sequence = state.facts().seq;
            let from_sequence = *from.get_or_insert(sequence);
            part(state).map_break(|read| (from_sequence, sequence, read))
        });
        let (from_sequence, sequence, read) = read.await?;
        Ok(Exact {
            from_sequence,
            sequence,
            at_ms: self.shards.clock().now(),
            read,
        })
    }

    /// The part of a tenant that was asked for, if there is such a part and the caller may see it.
    async fn filter(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        asked: Option<v1::ViewFilter>,
    ) -> Result<ViewFilter, ApiError> {
        let asked = match caller.has(v1::Role::Supervisor) {
            true => asked,
            false => Some(of_nobody_by_name(asked)?),
        };
        if let Some(asked) = &asked {
            fields::count(
                "filter.queue_names",
                asked.queue_names.len(),
                FILTER_NAMES_MAX,
            )?;
            fields::count(
                "filter.agent_names",
                asked.agent_names.len(),
                FILTER_NAMES_MAX,
            )?;
        }
        let read = move |state: &State| view::view_filter(state, asked.as_ref());
        Ok(self.read(tenant, read).await?.read?)
    }

    /// Has decided what a supervisor does; gives the sequence at which it shows.
    async fn supervise<C: Asks>(&self, request: Request<C>) -> Result<u64, Status> {
        let (caller, mut call) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(call.tenant())?;
        let origin = caller.origin(&mut call)?;
        let command = Command::Supervise(Supervise {
            author: caller.name(),
            reason: call.take_reason().into(),
            act: call.act()?,
        });
        let (_, sequence) = caller.ask(&self.shards, &tenant, origin, command).await?;
        Ok(sequence)
    }

    fn journal_id(&self, tenant: &TenantName) -> String {
        self.shards.journal_id(tenant).to_string()
    }

    /// Checks that an answer is small enough to be sent.
    fn sendable<T: prost::Message>(&self, answer: T, remedy: &str) -> Result<Response<T>, Status> {
        let bytes = answer.encoded_len();
        if bytes <= self.message_bytes {
            return Ok(Response::new(answer));
        }
        Err(self.too_large(Some(bytes), remedy).into())
    }

    /// Says that an answer is larger than what is sent, by how much if that is known.
    fn too_large(&self, bytes: Option<usize>, remedy: &str) -> ApiError {
        let most = self.message_bytes;
        let detail = match bytes {
            Some(bytes) => format!("the answer has {bytes} bytes, at most {most} are sent"),
            None => format!("the answer has more than the {most} bytes that are sent"),
        };
        let error = ApiError::new(ErrorReason::LimitReached, "", detail);
        error.with_remedy(remedy).with("limit", "message_bytes")
    }
}

#[tonic::async_trait]
impl SupervisorService for Supervisors {
    type WatchStream = Outgoing<Watch>;

    async fn get_snapshot(
        &self,
        request: Request<v1::GetSnapshotRequest>,
    ) -> Result<Response<v1::GetSnapshotResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let filter = self.filter(&caller, &tenant, message.filter).await?;
        let bytes_max = self.message_bytes;
        let now = self.shards.clock().now();
        let read = move |state: &State| view::tenant_snapshot(state, &filter, now, bytes_max);
        let exact = self.read(&tenant, read).await?;
        let too_large = || self.too_large(None, SNAPSHOT_REMEDY);
        let mut snapshot = exact.read.ok_or_else(too_large)?;
        snapshot.journal_id = self.journal_id(&tenant);
        let answer = v1::GetSnapshotResponse {
            sequence: exact.sequence,
            at_ms: exact.at_ms,
            snapshot: Some(snapshot),
        };
        self.sendable(answer, SNAPSHOT_REMEDY)
    }

    async fn watch(
        &self,
        request: Request<v1::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let filter = self.filter(&caller, &tenant, message.filter).await?;
        let token = Some(message.resume_token).filter(|token| !token.is_empty());
        let interest = Interest::View(filter);
        let subscription = self
            .shards
            .subscribe(&tenant, interest, token)
            .await
            .map_err(ApiError::from)?;
        let watch = Watch {
            heartbeat: self.heartbeat,
            journal_id: self.journal_id(&tenant),
            clock: self.shards.clock().clone(),
        };
        let lifetime = caller.lifetime(&self.lifetimes);
        Ok(Outgoing::of(subscription, self.heartbeat, lifetime, watch).into_answer())
    }

    async fn explain_contact(
        &self,
        request: Request<v1::ExplainContactRequest>,
    ) -> Result<Response<v1::ExplainContactResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let contact = contact_name(&message.contact_id)?;
        let now = self.shards.clock().now();
        let mut explainer = ContactExplainer::of(contact.clone(), now);
        let part = move |state: &State| explainer.look(state);
        let exact = self.read_in_parts(&tenant, part).await?;
        let (from_sequence, told) = match exact.read {
            Ok(told) => (exact.from_sequence, told),
            Err(unknown) => {
                let past = self.histories.explain(&caller, &tenant, &contact, now);
                let past = match past.await {
                    Err(error) if error.reason == ErrorReason::HistoryOff => None,
                    past => past?,
                };
                let past = past.ok_or_else(|| ApiError::from(unknown))?;
                (past.from_sequence, past)
            }
        };
        let answer = v1::ExplainContactResponse {
            from_sequence,
            sequence: exact.sequence,
            at_ms: exact.at_ms,
            ..told
        };
        self.sendable(answer, "raise server.limits.message_bytes")
    }

    async fn explain_agent(
        &self,
        request: Request<v1::ExplainAgentRequest>,
    ) -> Result<Response<v1::ExplainAgentResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let agent = agent_name(&message.agent)?;
        let now = self.shards.clock().now();
        let mut explainer = None;
        let part = move |state: &State| {
            let Some(no) = state.agent_no(&agent) else {
                return ControlFlow::Break(None);
            };
            let explainer = explainer.get_or_insert_with(|| AgentExplainer::of(no, now));
            explainer.look(state).map_break(Some)
        };
        let exact = self.read_in_parts(&tenant, part).await?;
        let explained = exact.read.ok_or_else(|| {
            ApiError::new(
                ErrorReason::UnknownAgent,
                "agent",
                format!("there is no agent {:?}", message.agent),
            )
        })?;
        let answer = v1::ExplainAgentResponse {
            from_sequence: exact.from_sequence,
            sequence: exact.sequence,
            at_ms: exact.at_ms,
            ..explained
        };
        self.sendable(answer, "raise server.limits.message_bytes")
    }

    async fn get_figures(
        &self,
        request: Request<v1::GetFiguresRequest>,
    ) -> Result<Response<v1::GetFiguresResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let exact = self
            .read(&tenant, |state| (view::figures(state), view::begin(state)))
            .await?;
        let (queues, since_at_ms) = exact.read;
        let answer = v1::GetFiguresResponse {
            sequence: exact.sequence,
            at_ms: exact.at_ms,
            since_at_ms,
            queues,
        };
        self.sendable(answer, "raise server.limits.message_bytes")
    }

    async fn get_labels(
        &self,
        request: Request<v1::GetLabelsRequest>,
    ) -> Result<Response<v1::GetLabelsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        fields::length("language", &message.language, fields::LANGUAGE_BYTES_MAX)?;
        let labels = move |state: &State| view::labels(state, &message.language);
        let exact = self.read(&tenant, labels).await?;
        self.sendable(exact.read, "raise server.limits.message_bytes")
    }

    async fn list_contacts(
        &self,
        request: Request<v1::ListContactsRequest>,
    ) -> Result<Response<v1::ListContactsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let asked = ListedContacts {
            selection: message.selection(),
            size: page::size(message.page_size)?,
            after: ContactId(page::begin(&message.page_token)?.unwrap_or(0)),
            queue: message.queue,
        };
        let exact = self
            .read(&tenant, move |state| contacts(state, &asked))
            .await?;
        let (contacts, next_page_token) = exact.read?;
        let answer = v1::ListContactsResponse {
            sequence: exact.sequence,
            at_ms: exact.at_ms,
            contacts,
            next_page_token,
        };
        self.sendable(answer, "ask for smaller pages")
    }

    async fn list_acts(
        &self,
        request: Request<v1::ListActsRequest>,
    ) -> Result<Response<v1::ListActsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let filter = message.filter.unwrap_or_default();
        fields::count("filter.kinds", filter.kinds.len(), ACT_KINDS_MAX)?;
        let size = page::size(message.page_size)?;
        let mut page = ActsPage::of(filter, size, page::begin(&message.page_token)?);
        let part = move |state: &State| page.look(state);
        let exact = self.read_in_parts(&tenant, part).await?;
        let answer = v1::ListActsResponse {
            // What was done while later parts were read is not among them.
            sequence: exact.from_sequence,
            at_ms: exact.at_ms,
            ..exact.read
        };
        self.sendable(answer, "ask for smaller pages")
    }

    async fn reveal_contact(
        &self,
        request: Request<v1::RevealContactRequest>,
    ) -> Result<Response<v1::RevealContactResponse>, Status> {
        let message = request.get_ref().clone();
        let sequence = self.supervise(request).await?;
        let (tenant, contact) = (message.tenant.as_str().into(), &message.contact_id);
        let contact = contact_name(contact)?;
        let item = reveal::item(message.item(), &message.attribute)?;
        let viewer = Viewer::Supervisor;
        let value = reveal::value(&self.shards, &tenant, contact, item, viewer).await?;
        Ok(Response::new(v1::RevealContactResponse {
            sequence,
            value: Some(value),
        }))
    }

    acd_proto::supervisor_service_mutations!(supervise);
}

/// What a monitor may be shown: queues, and neither people nor what is done to them.
fn of_nobody_by_name(asked: Option<v1::ViewFilter>) -> Result<v1::ViewFilter, ApiError> {
    let Some(asked) = asked else {
        return Ok(v1::ViewFilter {
            queues: true,
            ..Default::default()
        });
    };
    let refused = [
        ("filter.agents", asked.agents),
        ("filter.contacts", asked.contacts),
        ("filter.acts", asked.acts),
        ("filter.agent_names", !asked.agent_names.is_empty()),
    ];
    match refused.into_iter().find(|(_, is_asked)| *is_asked) {
        None => Ok(asked),
        Some((field, _)) => {
            let detail = "a monitor sees queues and adapters, and nobody by name";
            let error = ApiError::new(ErrorReason::PermissionDenied, field, detail);
            Err(error.with_remedy("leave it out, or use credentials of a supervisor"))
        }
    }
}

/// What a supervisor does.
trait Asks: Mutation {
    fn take_reason(&mut self) -> String;
    fn act(self) -> Result<SupervisorAct, ApiError>;
}

macro_rules! asks {
    ($($call:ident($said:ident) => $act:expr,)*) => {$(
        impl Asks for v1::$call {
            fn take_reason(&mut self) -> String {
                std::mem::take(&mut self.reason)
            }

            fn act(self) -> Result<SupervisorAct, ApiError> {
                let $said = self;
                Ok($act)
            }
        }
    )*};
}

asks! {
    AdjustContactRequest(said) => adjustment(fields::part("change", said.change)?).map_err(|error| error.within("change"))?,
    AssignContactRequest(said) => SupervisorAct::Assign(contact_name(&said.contact_id)?, agent_name(&said.agent)?),
    WithdrawContactRequest(said) => SupervisorAct::Withdraw(contact_name(&said.contact_id)?),
    FreeContactRequest(said) => SupervisorAct::FreeContact(contact_name(&said.contact_id)?),
    ForcePresenceRequest(said) => SupervisorAct::SetPresence(
        agent_name(&said.agent)?,
        act::availability(said.presence(), &said.reason_code)?,
    ),
    ForceLogoutRequest(said) => SupervisorAct::LogOut(agent_name(&said.agent)?),
    FreeAgentRequest(said) => SupervisorAct::FreeAgent(agent_name(&said.agent)?),
    PauseAgentRequest(said) => SupervisorAct::PauseQueue(
        agent_name(&said.agent)?,
        queue_name(&said.queue)?,
        Some(act::reason_code(&said.reason_code)?),
    ),
    ResumeAgentRequest(said) => SupervisorAct::PauseQueue(agent_name(&said.agent)?, queue_name(&said.queue)?, None),
    SetEmergencyRequest(said) => SupervisorAct::SetEmergency(queue_or_all(&said.queue)?, said.closed),
    MonitorContactRequest(said) => SupervisorAct::Monitor {
        mode: act::monitor_mode(said.mode())?,
        contact: contact_name(&said.contact_id)?,
        address: fields::address("address", said.address)?,
    },
    RecordContactRequest(said) => SupervisorAct::RecordContact(
        contact_name(&said.contact_id)?,
        act::recording_state(said.state())?,
    ),
    RevealContactRequest(said) => SupervisorAct::Reveal {
        item: reveal::item(said.item(), &said.attribute)?,
        contact: contact_name(&said.contact_id)?,
        agent: None,
    },
}

fn adjustment(change: v1::ContactChanged) -> Result<SupervisorAct, ApiError> {
    let contact = contact_name(&change.contact_id)?;
    Ok(SupervisorAct::ChangeContact(
        contact,
        contact::contact_change(change)?,
    ))
}

fn contact_name(text: &str) -> Result<ContactName, ApiError> {
    fields::name("contact_id", text)
}

fn agent_name(text: &str) -> Result<AgentName, ApiError> {
    fields::name("agent", text)
}

fn queue_name(text: &str) -> Result<QueueName, ApiError> {
    fields::name("queue", text)
}

/// The queue of this name; none: all of them.
fn queue_or_all(text: &str) -> Result<Option<QueueName>, ApiError> {
    match text {
        "" => Ok(None),
        name => queue_name(name).map(Some),
    }
}
