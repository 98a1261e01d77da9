//! The service for customers who ask what is known of them, or want to be forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::command::{ACT_CONTACTS_MAX, SupervisorAct};
use acd_core::event::ContactOrigin;
use acd_core::ids::{ContactId, HandlingId, TenantName};
use acd_core::personal::Personal;
use acd_core::state::{Contact, State};
use acd_history::Wanted;
use acd_proto::v1::privacy_service_server::PrivacyService;
use acd_proto::v1::{self, ErrorReason};
use acd_shard::Shards;
use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::history::Histories;
use super::{Services, fields, page};
use crate::error::ApiError;

/// The longest key of a customer, in bytes.
const KEY_BYTES_MAX: usize = 1_024;
/// The most contacts of one customer.
const CONTACTS_MAX: usize = 100_000;
/// How many contacts a page of an export has.
const PAGE: usize = 50;

/// See `acd.v1.PrivacyService`.
pub(super) struct Privacy {
    shards: Shards,
    histories: Histories,
}

impl Privacy {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            shards: services.shards.clone(),
            histories: Histories::new(services),
        }
    }

    /// The contacts of a customer, by rows and by what the engine remembers, and up to where the rows tell.
    async fn contacts(
        &self,
        caller: &Caller,
        tenant: &TenantName,
        customer: &Personal,
    ) -> Result<(v1::HistoryPosition, BTreeSet<ContactId>), ApiError> {
        let key = customer.clone();
        let known = self.shards.read(tenant, move |state| of_state(state, &key));
        let known = known.await?;
        let deadline = caller.called().deadline;
        let most = CONTACTS_MAX + 1;
        let asked = self
            .histories
            .of_customer(deadline, tenant, customer.clone(), most);
        let (position, found) = asked.await?;
        let found = found.into_iter().map(ContactId);
        let contacts: BTreeSet<ContactId> = known.into_iter().chain(found).collect();
        if contacts.len() > CONTACTS_MAX {
            let detail = format!("the customer has more than {CONTACTS_MAX} contacts");
            return Err(ApiError::new(
                ErrorReason::LimitReached,
                "customer_key",
                detail,
            ));
        }
        Ok((position, contacts))
    }
}

#[tonic::async_trait]
impl PrivacyService for Privacy {
    async fn export_customer(
        &self,
        request: Request<v1::ExportCustomerRequest>,
    ) -> Result<Response<v1::ExportCustomerResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let customer = customer(message.customer_key)?;
        let after = page::begin(&message.page_token)?.unwrap_or(0);
        let (_, contacts) = self.contacts(&caller, &tenant, &customer).await?;
        let mut rest = contacts.range(ContactId(after + 1)..).copied();
        let told: Vec<ContactId> = rest.by_ref().take(PAGE).collect();
        let is_last = rest.next().is_none();
        let Some(last) = told.last().copied() else {
            return Ok(Response::new(v1::ExportCustomerResponse::default()));
        };
        let reason = message.reason.into();
        self.histories
            .record_read(&caller, &tenant, &reason, &told)
            .await?;
        let (deadline, now) = (caller.called().deadline, self.shards.clock().now());
        let mut answer = v1::ExportCustomerResponse {
            contacts: Vec::new(),
            next_page_token: match is_last {
                true => String::new(),
                false => last.0.to_string(),
            },
        };
        for contact in told {
            let wanted = Wanted::Number(contact.0);
            let life = self.histories.unmasked(deadline, &tenant, wanted, now);
            answer.contacts.extend(life.await?);
        }
        let remedy = "raise server.limits.message_bytes";
        self.histories.sendable(answer, remedy)
    }

    async fn erase_customer(
        &self,
        request: Request<v1::EraseCustomerRequest>,
    ) -> Result<Response<v1::EraseCustomerResponse>, Status> {
        let (caller, message) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(&message.tenant)?;
        let customer = customer(message.customer_key)?;
        let reason: Arc<str> = message.reason.into();
        let (position, contacts) = self.contacts(&caller, &tenant, &customer).await?;
        self.check_over(&tenant, &contacts).await?;
        let stands_for = contacts.first().copied();
        let count = contacts.len() as u64;
        // Scores that came when their contact was forgotten are stored by the numbers of their events.
        let deadline = caller.called().deadline;
        let scores = self
            .histories
            .scores_of_customer(deadline, &tenant, customer, CONTACTS_MAX);
        let scores = scores.await?.into_iter().map(ContactId);
        let numbers: Vec<ContactId> = contacts.into_iter().chain(scores).collect();
        let mut sequence = 0;
        for some in numbers.chunks(ACT_CONTACTS_MAX) {
            let act = SupervisorAct::ErasePersonal {
                contacts: some.into(),
                customer: stands_for,
            };
            sequence = caller.act(&self.shards, &tenant, &reason, act).await?;
            let numbers = some.iter().map(|contact| contact.0).collect();
            let destroyed = self.shards.destroy_keys(&tenant, numbers).await;
            destroyed.map_err(ApiError::from)?;
        }
        Ok(Response::new(v1::EraseCustomerResponse {
            contacts: count,
            sequence,
            position: Some(position),
        }))
    }
}

impl Privacy {
    /// Refuses before anything is erased: the engine would refuse one slice after others were.
    async fn check_over(
        &self,
        tenant: &TenantName,
        contacts: &BTreeSet<ContactId>,
    ) -> Result<(), ApiError> {
        let contacts = contacts.clone();
        let open = self.shards.read(tenant, move |state| {
            let open = &state.facts().contacts;
            let mut found = contacts.iter().filter_map(|contact| open.get(contact));
            found.next().map(|contact| contact.name.clone())
        });
        match open.await? {
            None => Ok(()),
            Some(name) => {
                let detail = format!("contact {name} of the customer is open");
                let error = ApiError::new(ErrorReason::ContactOpen, "customer_key", detail);
                Err(error.with_remedy("wait until it is over, or end it, and ask again"))
            }
        }
    }
}

fn customer(key: Option<v1::Personal>) -> Result<Personal, ApiError> {
    let key = key.unwrap_or_default().value;
    fields::length("customer_key", &key, KEY_BYTES_MAX)?;
    match key.is_empty() {
        true => Err(ApiError::invalid(
            "customer_key",
            "it is missing",
            "give the key that adapters give for the customer",
        )),
        false => Ok(key.into()),
    }
}

/// The contacts of a customer that the engine knows, open or over, and the consultations about them.
fn of_state(state: &State, customer: &Personal) -> BTreeSet<ContactId> {
    let facts = state.facts();
    let over = facts.ended.values().filter_map(|it| it.record.as_deref());
    let known: Vec<&Contact> = facts.contacts.values().chain(over).collect();
    let own: Vec<&Contact> = known
        .iter()
        .filter(|contact| contact.customer.as_ref() == Some(customer))
        .copied()
        .collect();
    let handlings = own.iter().flat_map(|contact| &contact.handlings);
    let handlings: BTreeSet<HandlingId> = handlings.map(|it| it.handling).collect();
    let about = known.iter().filter(|contact| match contact.origin {
        ContactOrigin::ConsultOf(handling) => handlings.contains(&handling),
        ContactOrigin::Arrived | ContactOrigin::CallbackOf(_) => false,
    });
    about.chain(&own).map(|contact| contact.id).collect()
}
