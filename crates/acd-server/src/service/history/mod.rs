//! The service for whoever asks what happened: reads of the history, and nothing that changes anything.

mod asked;
mod export;
mod life;
mod readers;
mod report;
mod told;

use std::sync::Arc;
use std::time::Duration;

use acd_core::command::{ACT_CONTACTS_MAX, SupervisorAct};
use acd_core::ids::{ContactId, ContactName, TenantName, TimeMs};
use acd_core::personal::Personal;
use acd_history::{Ask, ContactLife, ContactQuestion, Page, ReadError, Row, Tenant, Wanted};
use acd_proto::v1::history_service_server::HistoryService;
use acd_proto::v1::{self, ErrorReason, IntervalKind};
use acd_shard::clock::Deadline;
use acd_shard::{CallError, Shards};
use acd_view::{PastMasks, past_attributes};
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};

use self::export::Export;
use super::caller::Caller;
use super::outlet::{self, Messages};
use super::{Services, page};
use crate::auth::Lifetimes;
use crate::error::ApiError;
use crate::tasks::Tasks;

pub(super) use asked::{list, name, names};
pub use readers::HistoryReaders;
pub use report::report_of_rows;
pub(super) use told::{id, review, review_summary, some, text};

/// See `acd.v1.HistoryService`.
#[derive(Clone)]
pub(super) struct Histories {
    lifetimes: Lifetimes,
    shards: Shards,
    readers: HistoryReaders,
    message_bytes: usize,
    /// What sends reports.
    tasks: Tasks,
    heartbeat: Duration,
    /// The places for reports that are made or sent.
    reports: Arc<Semaphore>,
}

impl Histories {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
            readers: services.history.clone(),
            tasks: services.tasks.clone(),
            heartbeat: services.limits.heartbeat,
            reports: Arc::new(Semaphore::new(report::PLACES)),
            message_bytes: usize::try_from(services.limits.message_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Asks the rows of a tenant; says up to where they tell. Of a tenant that is in no row yet the answer is empty.
    pub(super) async fn ask<T: Default + Send + 'static>(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        mut question: impl FnMut(&mut Ask<'_>, &Tenant) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<(v1::HistoryPosition, T), ApiError> {
        if !self.shards.exists(tenant) {
            return Err(CallError::UnknownTenant(tenant.clone()).into());
        }
        let name = tenant.to_string();
        let journal = self.shards.journal_id(tenant).to_string();
        let question = move |ask: &mut Ask<'_>| {
            let Some(tenant) = ask.tenant(&name, &journal)? else {
                return Ok(Default::default());
            };
            let answer = question(ask, &tenant)?;
            Ok((told::position(&tenant), answer))
        };
        let clock = self.shards.clock();
        self.readers.ask(clock, deadline, question).await
    }

    /// Has recorded that the caller reads the personal data of contacts, before they are told of it.
    pub(super) async fn record_read(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        reason: &Arc<str>,
        contacts: &[ContactId],
    ) -> Result<(), ApiError> {
        for contacts in contacts.chunks(ACT_CONTACTS_MAX) {
            let act = SupervisorAct::ReadPersonal {
                contacts: contacts.into(),
            };
            caller.act(&self.shards, tenant, reason, act).await?;
        }
        Ok(())
    }

    /// The same of those of a list of which something personal is told as it is.
    async fn record_listed(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        told: &[v1::PastContact],
    ) -> Result<(), ApiError> {
        let personal = told.iter().filter(|contact| told::is_personal(contact));
        let contacts: Vec<_> = personal
            .map(|contact| ContactId(contact.contact_sequence))
            .collect();
        let reason = Arc::from("");
        self.record_read(caller, tenant, &reason, &contacts).await
    }

    async fn masks(&self, tenant: &TenantName) -> Result<PastMasks, ApiError> {
        Ok(self.shards.read(tenant, PastMasks::of).await?)
    }

    /// A filter of contacts as it is asked of the rows, if the caller may look for all that it names.
    async fn contacts(
        &self,
        tenant: &TenantName,
        filter: Option<v1::ContactFilter>,
        oldest_first: bool,
        page_token: &str,
    ) -> Result<ContactQuestion, ApiError> {
        let mut filter = asked::contacts(filter.unwrap_or_default())?;
        if !filter.attributes.is_empty() {
            let keys = filter.attributes.iter().map(|it| it.key.as_str().into());
            let keys = keys.collect();
            let read = move |state: &_| asked::visibility(state, keys);
            let seen = self.shards.read(tenant, read).await?;
            asked::see(&mut filter.attributes, &seen)?;
        }
        Ok(ContactQuestion {
            filter,
            order: asked::order(oldest_first),
            size: 0,
            after: page::begin(page_token)?,
        })
    }

    /// What happened to the last contact of this name, as `ExplainContact` tells it; none: no row knows it.
    pub(super) async fn explain(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        contact: &ContactName,
        now: TimeMs,
    ) -> Result<Option<v1::ExplainContactResponse>, ApiError> {
        let wanted = Wanted::Name(contact.to_string());
        let found = self.life(caller, tenant, wanted, now).await?;
        Ok(found.map(life::explained))
    }

    /// The numbers of the contacts of a customer, and up to where the rows tell.
    pub(super) async fn of_customer(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        customer: Personal,
        most: usize,
    ) -> Result<(v1::HistoryPosition, Vec<u64>), ApiError> {
        let question =
            move |ask: &mut Ask<'_>, tenant: &Tenant| ask.of_customer(tenant, &customer, most);
        self.ask(deadline, tenant, question).await
    }

    /// The numbers of the events that tell scores of a customer's contacts that were forgotten.
    pub(super) async fn scores_of_customer(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        customer: Personal,
        most: usize,
    ) -> Result<Vec<u64>, ApiError> {
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| {
            ask.scores_of_customer(tenant, &customer, most)
        };
        Ok(self.ask(deadline, tenant, question).await?.1)
    }

    /// All rows of a contact, and up to where the rows tell; none: no row knows it.
    async fn rows_of(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        wanted: Wanted,
    ) -> Result<Option<(v1::HistoryPosition, ContactLife)>, ApiError> {
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.life(tenant, &wanted);
        let (position, found) = self.ask(deadline, tenant, question).await?;
        Ok(found.map(|found| (position, found)))
    }

    /// All that is known of a contact, nothing masked; none: no row knows it.
    pub(super) async fn unmasked(
        &self,
        deadline: Option<Deadline>,
        tenant: &TenantName,
        wanted: Wanted,
        now: TimeMs,
    ) -> Result<Option<v1::GetContactResponse>, ApiError> {
        let Some((position, found)) = self.rows_of(deadline, tenant, wanted).await? else {
            return Ok(None);
        };
        let attributes = life::attributes(&found);
        let attributes = attributes.iter().map(|it| v1::Attribute {
            key: it.key.to_string(),
            value: it.value.reveal().to_owned(),
            sensitive: it.sensitive,
            ..Default::default()
        });
        Ok(Some(v1::GetContactResponse {
            position: Some(position),
            attributes: attributes.collect(),
            ..life::told(&found, &PastMasks::none(), now)
        }))
    }

    /// All that is known of a contact, masked as for supervisors; that the caller read it is recorded.
    async fn life(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        wanted: Wanted,
        now: TimeMs,
    ) -> Result<Option<v1::GetContactResponse>, ApiError> {
        let deadline = caller.called().deadline;
        let Some((position, found)) = self.rows_of(deadline, tenant, wanted).await? else {
            return Ok(None);
        };
        let contact = ContactId(id(found.contact.contact));
        self.record_read(caller, tenant, &Arc::from(""), &[contact])
            .await?;
        let attributes = life::attributes(&found);
        let read = move |state: &_| (PastMasks::of(state), past_attributes(state, &attributes));
        let (masks, attributes) = self.shards.read(tenant, read).await?;
        Ok(Some(v1::GetContactResponse {
            position: Some(position),
            attributes,
            ..life::told(&found, &masks, now)
        }))
    }

    /// A page of intervals of one table.
    async fn intervals<R: Row + Send + 'static>(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        message: &v1::ListIntervalsRequest,
    ) -> Result<(v1::HistoryPosition, Vec<R>, String), ApiError> {
        let asked = asked::intervals(message)?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.intervals::<R>(tenant, &asked);
        let deadline = caller.called().deadline;
        let (position, Page { rows, next }) = self.ask(deadline, tenant, question).await?;
        Ok((position, rows, page::token(next.as_ref())))
    }

    /// Checks that an answer is small enough to be sent.
    pub(super) fn sendable<T: prost::Message>(
        &self,
        answer: T,
        remedy: &str,
    ) -> Result<Response<T>, Status> {
        let (bytes, most) = (answer.encoded_len(), self.message_bytes);
        if bytes <= most {
            return Ok(Response::new(answer));
        }
        let detail = format!("the answer has {bytes} bytes, at most {most} are sent");
        let error = ApiError::new(ErrorReason::LimitReached, "", detail);
        Err(error
            .with_remedy(remedy)
            .with("limit", "message_bytes")
            .into())
    }
}

#[tonic::async_trait]
impl HistoryService for Histories {
    type ExportContactsStream = Export;
    type ReportStream = Messages<v1::ReportResponse>;

    async fn find_contacts(
        &self,
        request: Request<v1::FindContactsRequest>,
    ) -> Result<Response<v1::FindContactsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let size = page::size(message.page_size)?;
        let (filter, token) = (message.filter, &message.page_token);
        let asked = self.contacts(&tenant, filter, message.oldest_first, token);
        let asked = ContactQuestion {
            size,
            ..asked.await?
        };
        let masks = self.masks(&tenant).await?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.contacts(tenant, &asked);
        let deadline = caller.called().deadline;
        let (position, found) = self.ask(deadline, &tenant, question).await?;
        let contacts = found.rows.iter().map(|row| told::contact(row, &masks));
        let contacts: Vec<v1::PastContact> = contacts.collect();
        self.record_listed(&caller, &tenant, &contacts).await?;
        let answer = v1::FindContactsResponse {
            position: Some(position),
            contacts,
            next_page_token: page::token(found.next.as_ref()),
        };
        self.sendable(answer, "ask for smaller pages")
    }

    async fn get_contact(
        &self,
        request: Request<v1::GetContactRequest>,
    ) -> Result<Response<v1::GetContactResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let wanted = asked::contact(&message)?;
        let now = self.shards.clock().now();
        let found = self.life(&caller, &tenant, wanted, now).await?;
        let answer = found.ok_or_else(|| {
            let detail = "the history knows no such contact, or not yet";
            ApiError::new(ErrorReason::UnknownContact, "contact_id", detail)
        })?;
        self.sendable(answer, "raise server.limits.message_bytes")
    }

    async fn export_contacts(
        &self,
        request: Request<v1::ExportContactsRequest>,
    ) -> Result<Response<Self::ExportContactsStream>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let (filter, token) = (message.filter, &message.page_token);
        let asked = self.contacts(&tenant, filter, message.oldest_first, token);
        let asked = asked.await?;
        let masks = self.masks(&tenant).await?;
        // What is refused at once is refused before there is a stream.
        let export = Export::begin(self.clone(), caller, tenant, asked, masks);
        Ok(Response::new(export.await?))
    }

    async fn list_intervals(
        &self,
        request: Request<v1::ListIntervalsRequest>,
    ) -> Result<Response<v1::ListIntervalsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let kind = asked::interval_kind(&message, caller.has(v1::Role::Supervisor))?;
        let mut answer = v1::ListIntervalsResponse::default();
        let (position, token) = match kind {
            IntervalKind::Unspecified | IntervalKind::Queues => {
                let (position, rows, next) = self.intervals(&caller, &tenant, &message).await?;
                answer.queues = rows.into_iter().map(told::queue_interval).collect();
                (position, next)
            }
            IntervalKind::Cohorts => {
                let (position, rows, next) = self.intervals(&caller, &tenant, &message).await?;
                answer.cohorts = rows.into_iter().map(told::cohort_interval).collect();
                (position, next)
            }
            IntervalKind::Agents => {
                let (position, rows, next) = self.intervals(&caller, &tenant, &message).await?;
                answer.agents = rows.into_iter().map(told::agent_interval).collect();
                (position, next)
            }
            IntervalKind::AgentTimes => {
                let (position, rows, next) = self.intervals(&caller, &tenant, &message).await?;
                answer.agent_times = rows.into_iter().map(told::agent_time).collect();
                (position, next)
            }
        };
        answer.position = Some(position);
        answer.next_page_token = token;
        self.sendable(answer, "ask for smaller pages")
    }

    async fn list_agent_days(
        &self,
        request: Request<v1::ListAgentDaysRequest>,
    ) -> Result<Response<v1::ListAgentDaysResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let asked = asked::stretches(&message)?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.stretches(tenant, &asked);
        let deadline = caller.called().deadline;
        let (position, found) = self.ask(deadline, &tenant, question).await?;
        let answer = v1::ListAgentDaysResponse {
            position: Some(position),
            stretches: found.rows.into_iter().map(told::stretch).collect(),
            next_page_token: page::token(found.next.as_ref()),
        };
        self.sendable(answer, "ask for smaller pages")
    }

    async fn find_acts(
        &self,
        request: Request<v1::FindActsRequest>,
    ) -> Result<Response<v1::FindActsResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let size = page::size(message.page_size)?;
        let before = page::begin(&message.page_token)?;
        let filter = message.filter.unwrap_or_default();
        let asked = asked::acts(&filter, size, before)?;
        let question = move |ask: &mut Ask<'_>, tenant: &Tenant| ask.acts(tenant, &asked);
        let deadline = caller.called().deadline;
        let (position, found) = self.ask(deadline, &tenant, question).await?;
        let acts = found.rows.iter().filter_map(told::act);
        // One word of the rows is two kinds of acts.
        let meant = acts.filter(|act| filter.kinds.is_empty() || filter.kinds.contains(&act.kind));
        let answer = v1::FindActsResponse {
            position: Some(position),
            acts: meant.collect(),
            next_page_token: page::token(found.next.as_ref()),
        };
        self.sendable(answer, "ask for smaller pages")
    }
    async fn report(
        &self,
        request: Request<v1::ReportRequest>,
    ) -> Result<Response<Self::ReportStream>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let deadline = caller.called().deadline;
        let place = report::place(&self.reports)?;
        let made = report::report(&self.shards, &self.readers, &tenant, message, deadline);
        let made = made.await?;
        let lifetime = caller.lifetime(&self.lifetimes);
        let parts = outlet::open(&self.tasks, self.heartbeat, lifetime, |outlet| async move {
            // Until it is sent, it takes memory.
            let _place = place;
            made.send(&outlet).await
        });
        Ok(Response::new(parts))
    }
}
