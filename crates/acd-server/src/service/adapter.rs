//! The service for gateways.

use std::sync::Arc;
use std::time::Duration;

use acd_core::command::{Command, Reply};
use acd_core::ids::{AdapterName, TenantName};
use acd_proto::AdapterCall;
use acd_proto::v1::adapter_service_server::AdapterService;
use acd_proto::v1::{self, adapter_message, adapter_server_message::Message as Down};
use metrics::Counter;
use tokio::time::timeout;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::Services;
use super::caller::Caller;
use super::connection::{Acknowledged, Connection, WINDOW};
use super::contact::Says;
use super::outlet::{self, Messages, Sink};
use super::{arrival, fields, live_list};
use crate::auth::{Gate, Lifetimes};
use crate::error::ApiError;
use crate::metrics::Refusals;
use crate::tasks::Tasks;
use acd_shard::stream::{Interest, Subscription};
use acd_shard::{Called, Shards};
use acd_view as view;

/// How long a new connection may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest name of an incarnation, in bytes.
const INCARNATION_BYTES_MAX: usize = 64;

/// See `acd.v1.AdapterService`.
pub(super) struct Adapters {
    gate: Arc<Gate>,
    lifetimes: Lifetimes,
    shards: Shards,
    tasks: Tasks,
    heartbeat: Duration,
    refused_events: Refusals,
    slowed: Counter,
}

/// Who connects, as its hello says.
struct Greeting {
    tenant: TenantName,
    interest: Interest,
}

/// A connection that may begin.
pub(super) struct Opened {
    welcome: v1::Welcome,
    connection: Connection,
    subscription: Subscription,
}

impl Opened {
    /// Welcomes the adapter and carries messages both ways until the connection ends: why it does, if not in order.
    pub(super) async fn run(
        self,
        upward: impl Stream<Item = Result<v1::AdapterMessage, Status>> + Unpin,
        outlet: impl Sink<v1::AdapterServerMessage>,
    ) -> Option<ApiError> {
        let Self {
            welcome,
            connection: running,
            subscription,
        } = self;
        let (tenant, adapter) = (running.tenant.clone(), running.adapter.clone());
        let connection = running.connection;
        let welcome = v1::AdapterServerMessage {
            message: Some(Down::Welcome(welcome)),
        };
        let end = match outlet.send(welcome).await {
            Ok(()) => running.run(upward, subscription, outlet).await,
            Err(unsent) => unsent.into(),
        };
        tracing::info!(%tenant, %adapter, %connection, "adapter disconnected");
        end
    }
}

impl Adapters {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            gate: services.gate.clone(),
            lifetimes: services.lifetimes.clone(),
            shards: services.shards.clone(),
            tasks: services.tasks.clone(),
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

    /// Has decided what a unary call says, where nothing is to be told but the sequence at which it shows.
    async fn report<C: AdapterCall<Part: Says>>(&self, request: Request<C>) -> Result<u64, Status> {
        let asked = self.ask(request, |adapter, part: C::Part| part.command(adapter));
        let (_, sequence) = asked.await?;
        Ok(sequence)
    }

    /// Opens a connection that begins with a hello.
    pub(super) async fn open<S>(&self, caller: &Caller, upward: &mut S) -> Result<Opened, ApiError>
    where
        S: Stream<Item = Result<v1::AdapterMessage, Status>> + Unpin,
    {
        let hello = hello(upward).await?;
        let Greeting { tenant, interest } = greeting(caller, &hello)?;
        let adapter = caller.adapter(&hello.adapter)?;
        let subscription = self.shards.subscribe(&tenant, interest, None).await?;
        let last_sequence = subscription.last_sequence();
        let connection = subscription.connection().ok_or_else(|| {
            ApiError::new(
                v1::ErrorReason::Internal,
                "",
                "the adapter's stream has no number",
            )
        })?;
        tracing::info!(%tenant, %adapter, %connection, last_sequence, "adapter connected");
        Ok(Opened {
            welcome: self.welcome(&tenant, connection.0, &subscription),
            connection: Connection {
                shards: self.shards.clone(),
                tenant,
                adapter,
                connection,
                called: Called {
                    deadline: None,
                    ..caller.called()
                },
                heartbeat: self.heartbeat,
                refused_events: self.refused_events.clone(),
                pace: caller.pace(&self.gate),
                slowed: self.slowed.clone(),
                settled: last_sequence,
                acknowledged: Acknowledged::by_welcome(last_sequence),
                last_directive: 0,
                read: last_sequence,
                live_list: None,
                not_taken: Vec::new(),
            },
            subscription,
        })
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
async fn hello(
    upward: &mut (impl Stream<Item = Result<v1::AdapterMessage, Status>> + Unpin),
) -> Result<v1::Hello, ApiError> {
    let remedy = "send hello first, then events";
    let first = timeout(HELLO_TIMEOUT, upward.next()).await.map_err(|_| {
        ApiError::invalid(
            "hello",
            format!("none came within {} s", HELLO_TIMEOUT.as_secs()),
            remedy,
        )
    })?;
    match first {
        Some(Ok(v1::AdapterMessage {
            message: Some(adapter_message::Message::Hello(hello)),
        })) => Ok(hello),
        Some(Err(status)) if let Some(error) = ApiError::unreadable(&status) => {
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
    type ConnectStream = Messages<v1::AdapterServerMessage>;

    async fn connect(
        &self,
        request: Request<Streaming<v1::AdapterMessage>>,
    ) -> Result<Response<Self::ConnectStream>, Status> {
        let caller = Caller::of(&request)?;
        let mut upward = request.into_inner();
        let opened = self.open(&caller, &mut upward).await?;
        let lifetime = caller.lifetime(&self.lifetimes);
        let messages = outlet::open(&self.tasks, self.heartbeat, lifetime, |outlet| {
            opened.run(upward, outlet)
        });
        Ok(Response::new(messages))
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

    acd_proto::adapter_service_mutations!(report);
}
