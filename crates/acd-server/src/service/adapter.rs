//! The service for gateways.

use std::sync::Arc;
use std::time::Duration;

use acd_core::command::{Command, Reply};
use acd_core::ids::{AdapterName, TenantName};
use acd_proto::v1::adapter_service_server::AdapterService;
use acd_proto::v1::{self, adapter_message, adapter_server_message::Message as Down};
use metrics::Counter;
use tokio::time::timeout;
use tonic::{Request, Response, Status, Streaming};

use super::Services;
use super::caller::Caller;
use super::connection::{Connection, WINDOW};
use super::fingerprint::Mutation;
use super::outgoing::Outgoing;
use super::{arrival, contact, fields, live_list};
use crate::auth::{Gate, Lifetimes};
use crate::error::ApiError;
use crate::metrics::Refusals;
use crate::shard::Shards;
use crate::stream::{Interest, Subscription};
use crate::view;

/// How long a new connection may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest name of an incarnation, in bytes.
const INCARNATION_BYTES_MAX: usize = 64;

/// See `acd.v1.AdapterService`.
pub(super) struct Adapters {
    gate: Arc<Gate>,
    lifetimes: Lifetimes,
    shards: Shards,
    heartbeat: Duration,
    refused_events: Refusals,
    slowed: Counter,
}

/// Who connects, as its hello says.
struct Greeting {
    tenant: TenantName,
    interest: Interest,
}

impl Adapters {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            gate: services.gate.clone(),
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
            heartbeat: services.limits.heartbeat,
            refused_events: services.metrics.refused_events(),
            slowed: services.metrics.slowed_adapters(),
        }
    }

    /// Has decided what a unary call says.
    async fn ask<C: AdapterCall>(
        &self,
        request: Request<C>,
        command: impl FnOnce(&AdapterName, C::Part) -> Result<Command, ApiError>,
    ) -> Result<(Reply, u64), Status> {
        let (caller, mut call) = (Caller::of(&request)?, request.into_inner());
        let tenant = caller.tenant(call.tenant())?;
        let adapter = caller.adapter(call.adapter())?;
        let origin = caller.origin(&mut call)?;
        let part = fields::part(C::PART, call.part())?;
        let within = |error: ApiError| error.within(C::PART);
        let command = command(&adapter, part).map_err(within)?;
        let asked = caller.ask(&self.shards, &tenant, origin, command).await;
        Ok(asked.map_err(within)?)
    }

    fn welcome(
        &self,
        tenant: &TenantName,
        connection: u64,
        subscription: &Subscription,
    ) -> v1::Welcome {
        let unconfirmed = subscription.unconfirmed();
        v1::Welcome {
            journal_id: self.shards.journal_id(tenant).to_string(),
            last_applied_sequence: subscription.last_sequence(),
            unconfirmed_refusals: u32::try_from(unconfirmed.refusals.len()).unwrap_or(u32::MAX),
            refusals_forgotten_until: unconfirmed.forgotten_up_to,
            live_list_due: unconfirmed.list_due,
            connection_id: connection,
            heartbeat_interval_ms: i64::try_from(self.heartbeat.as_millis()).unwrap_or(i64::MAX),
            max_unacknowledged_events: WINDOW as u32,
        }
    }
}

/// Waits for the first message, which must be a hello.
async fn hello(upward: &mut Streaming<v1::AdapterMessage>) -> Result<v1::Hello, ApiError> {
    let remedy = "send hello first, then events";
    let first = timeout(HELLO_TIMEOUT, upward.message())
        .await
        .map_err(|_| {
            ApiError::invalid(
                "hello",
                format!("none came within {} s", HELLO_TIMEOUT.as_secs()),
                remedy,
            )
        })?;
    match first {
        Ok(Some(v1::AdapterMessage {
            message: Some(adapter_message::Message::Hello(hello)),
        })) => Ok(hello),
        Err(status) if let Some(error) = ApiError::unreadable(&status) => {
            tracing::warn!(detail = error.detail, "an adapter's hello cannot be read");
            Err(error)
        }
        _ => Err(ApiError::invalid(
            "hello",
            "the first message is none",
            remedy,
        )),
    }
}

fn greeting(caller: &Caller, hello: &v1::Hello) -> Result<Greeting, ApiError> {
    let tenant = caller.tenant(&hello.tenant)?;
    let adapter = caller.adapter(&hello.adapter)?;
    fields::code(
        "hello.incarnation",
        &hello.incarnation,
        INCARNATION_BYTES_MAX,
    )?;
    let incarnation = hello.incarnation.as_str().into();
    Ok(Greeting {
        tenant,
        interest: Interest::Adapter {
            adapter,
            incarnation,
        },
    })
}

#[tonic::async_trait]
impl AdapterService for Adapters {
    type ConnectStream = Outgoing<v1::AdapterServerMessage>;

    async fn connect(
        &self,
        request: Request<Streaming<v1::AdapterMessage>>,
    ) -> Result<Response<Self::ConnectStream>, Status> {
        let caller = Caller::of(&request)?;
        let mut upward = request.into_inner();
        let hello = hello(&mut upward).await?;
        let Greeting { tenant, interest } = greeting(&caller, &hello)?;
        let adapter = caller.adapter(&hello.adapter)?;
        let subscription = self
            .shards
            .subscribe(&tenant, interest, None)
            .await
            .map_err(ApiError::from)?;
        let last_sequence = subscription.last_sequence();
        let connection = subscription.connection().ok_or_else(|| {
            ApiError::new(
                v1::ErrorReason::Internal,
                "",
                "the adapter's stream has no number",
            )
        })?;
        tracing::info!(%tenant, %adapter, %connection, last_sequence, "adapter connected");
        let welcome = self.welcome(&tenant, connection.0, &subscription);
        let running = Connection {
            shards: self.shards.clone(),
            tenant: tenant.clone(),
            adapter: adapter.clone(),
            connection,
            heartbeat: self.heartbeat,
            refused_events: self.refused_events.clone(),
            pace: caller.pace(&self.gate),
            slowed: self.slowed.clone(),
            settled: last_sequence,
            last_directive: 0,
            read: last_sequence,
            live_list: None,
            not_taken: Vec::new(),
        };
        let lifetime = caller.lifetime(&self.lifetimes);
        let stream = Outgoing::of(self.heartbeat, lifetime, |outlet| async move {
            let welcome = v1::AdapterServerMessage {
                message: Some(Down::Welcome(welcome)),
            };
            let end = match outlet.send(welcome).await {
                Ok(()) => running.run(upward, subscription, outlet).await,
                Err(unsent) => unsent.into(),
            };
            tracing::info!(%tenant, %adapter, %connection, "adapter disconnected");
            end
        });
        Ok(stream.into_answer())
    }

    async fn arrive_contact(
        &self,
        request: Request<v1::ArriveContactRequest>,
    ) -> Result<Response<v1::ArriveContactResponse>, Status> {
        let (reply, sequence) = self.ask(request, arrival::arrive).await?;
        let mut answer = v1::ArriveContactResponse {
            sequence,
            ..Default::default()
        };
        match reply {
            Reply::Joined { visit, .. } => answer.visit_id = visit.0,
            Reply::Scheduled { due_at, .. } => answer.scheduled_at_ms = due_at,
            Reply::Sent { reason, .. } => answer.set_turned_away(view::turned_away(reason)),
            _ => {}
        }
        Ok(Response::new(answer))
    }

    async fn change_contact(
        &self,
        request: Request<v1::ChangeContactRequest>,
    ) -> Result<Response<v1::ChangeContactResponse>, Status> {
        let (_, sequence) = self.ask(request, contact::change).await?;
        Ok(Response::new(v1::ChangeContactResponse { sequence }))
    }

    async fn end_contact(
        &self,
        request: Request<v1::EndContactRequest>,
    ) -> Result<Response<v1::EndContactResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, ended| contact::end(adapter, &ended))
            .await?;
        Ok(Response::new(v1::EndContactResponse { sequence }))
    }

    async fn report_connected(
        &self,
        request: Request<v1::ReportConnectedRequest>,
    ) -> Result<Response<v1::ReportConnectedResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, connected| {
                contact::connected(adapter, &connected)
            })
            .await?;
        Ok(Response::new(v1::ReportConnectedResponse { sequence }))
    }

    async fn report_connect_failed(
        &self,
        request: Request<v1::ReportConnectFailedRequest>,
    ) -> Result<Response<v1::ReportConnectFailedResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, failed| {
                contact::connect_failed(adapter, &failed)
            })
            .await?;
        Ok(Response::new(v1::ReportConnectFailedResponse { sequence }))
    }

    async fn report_held(
        &self,
        request: Request<v1::ReportHeldRequest>,
    ) -> Result<Response<v1::ReportHeldResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, held| {
                contact::hold(adapter, &held.contact_id, true)
            })
            .await?;
        Ok(Response::new(v1::ReportHeldResponse { sequence }))
    }

    async fn report_resumed(
        &self,
        request: Request<v1::ReportResumedRequest>,
    ) -> Result<Response<v1::ReportResumedResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, resumed| {
                contact::hold(adapter, &resumed.contact_id, false)
            })
            .await?;
        Ok(Response::new(v1::ReportResumedResponse { sequence }))
    }

    async fn report_phone_answered(
        &self,
        request: Request<v1::ReportPhoneAnsweredRequest>,
    ) -> Result<Response<v1::ReportPhoneAnsweredResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, said| {
                contact::phone_answered(adapter, &said)
            })
            .await?;
        Ok(Response::new(v1::ReportPhoneAnsweredResponse { sequence }))
    }

    async fn choose_exit(
        &self,
        request: Request<v1::ChooseExitRequest>,
    ) -> Result<Response<v1::ChooseExitResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, said| contact::exit(adapter, &said))
            .await?;
        Ok(Response::new(v1::ChooseExitResponse { sequence }))
    }

    async fn request_callback(
        &self,
        request: Request<v1::RequestCallbackRequest>,
    ) -> Result<Response<v1::RequestCallbackResponse>, Status> {
        let (_, sequence) = self.ask(request, contact::callback).await?;
        Ok(Response::new(v1::RequestCallbackResponse { sequence }))
    }

    async fn report_first_response(
        &self,
        request: Request<v1::ReportFirstResponseRequest>,
    ) -> Result<Response<v1::ReportFirstResponseResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, said| {
                contact::first_response(adapter, &said)
            })
            .await?;
        Ok(Response::new(v1::ReportFirstResponseResponse { sequence }))
    }

    async fn return_contact(
        &self,
        request: Request<v1::ReturnContactRequest>,
    ) -> Result<Response<v1::ReturnContactResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, said| contact::returned(adapter, &said))
            .await?;
        Ok(Response::new(v1::ReturnContactResponse { sequence }))
    }

    async fn add_reference(
        &self,
        request: Request<v1::AddReferenceRequest>,
    ) -> Result<Response<v1::AddReferenceResponse>, Status> {
        let (_, sequence) = self.ask(request, contact::reference).await?;
        Ok(Response::new(v1::AddReferenceResponse { sequence }))
    }

    async fn set_outside_busy(
        &self,
        request: Request<v1::SetOutsideBusyRequest>,
    ) -> Result<Response<v1::SetOutsideBusyResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, said| {
                contact::outside_busy(adapter, &said)
            })
            .await?;
        Ok(Response::new(v1::SetOutsideBusyResponse { sequence }))
    }

    async fn act_for_agent(
        &self,
        request: Request<v1::ActForAgentRequest>,
    ) -> Result<Response<v1::ActForAgentResponse>, Status> {
        let (_, sequence) = self.ask(request, contact::agent_acted).await?;
        Ok(Response::new(v1::ActForAgentResponse { sequence }))
    }

    async fn reconcile(
        &self,
        request: Request<v1::ReconcileRequest>,
    ) -> Result<Response<v1::ReconcileResponse>, Status> {
        let now = self.shards.clock().now();
        let (reply, sequence) = self
            .ask(request, |adapter, list| {
                live_list::whole(adapter, list, now)
            })
            .await?;
        let refused = match reply {
            Reply::Reconciled { refused } => refused,
            _ => Vec::new(),
        };
        Ok(Response::new(v1::ReconcileResponse {
            sequence,
            refusals: refused.into_iter().map(live_list::refusal).collect(),
        }))
    }

    async fn ack_directives(
        &self,
        request: Request<v1::AckDirectivesRequest>,
    ) -> Result<Response<v1::AckDirectivesResponse>, Status> {
        let (_, sequence) = self
            .ask(request, |adapter, ack| contact::acknowledge(adapter, &ack))
            .await?;
        Ok(Response::new(v1::AckDirectivesResponse { sequence }))
    }
}

/// A unary call of an adapter: who calls, and the one part that says what.
trait AdapterCall: Mutation {
    /// The name of the field that holds the part.
    const PART: &'static str;
    /// What the call says.
    type Part;

    fn tenant(&self) -> &str;
    fn adapter(&self) -> &str;
    fn part(self) -> Option<Self::Part>;
}

macro_rules! adapter_calls {
    ($($call:ident { $part:ident: $said:ident }),* $(,)?) => {$(
        impl AdapterCall for v1::$call {
            const PART: &'static str = stringify!($part);
            type Part = v1::$said;

            fn tenant(&self) -> &str {
                &self.tenant
            }

            fn adapter(&self) -> &str {
                &self.adapter
            }

            fn part(self) -> Option<v1::$said> {
                self.$part
            }
        }
    )*};
}

adapter_calls!(
    ArriveContactRequest {
        contact: ContactArrived
    },
    ChangeContactRequest {
        change: ContactChanged
    },
    EndContactRequest { end: ContactEnded },
    ReportConnectedRequest {
        connected: ContactConnected
    },
    ReportConnectFailedRequest {
        failure: ConnectFailed
    },
    ReportHeldRequest { held: ContactHeld },
    ReportResumedRequest {
        resumed: ContactResumed
    },
    ReportPhoneAnsweredRequest {
        answered: PhoneAnswered
    },
    ChooseExitRequest { exit: ExitChosen },
    RequestCallbackRequest {
        callback: CallbackRequested
    },
    ReportFirstResponseRequest {
        response: FirstResponse
    },
    ReturnContactRequest {
        returned: ContactReturned
    },
    AddReferenceRequest {
        added: ReferenceAdded
    },
    SetOutsideBusyRequest {
        changed: OutsideBusyChanged
    },
    ActForAgentRequest { acted: AgentActed },
    ReconcileRequest { list: LiveList },
    AckDirectivesRequest { ack: DirectiveAck },
);
