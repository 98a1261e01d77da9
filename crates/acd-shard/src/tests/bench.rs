//! A shard over a log that the test holds, and the people of one tenant.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use acd_config::ServerConfig;
use acd_core::command::{
    AgentAct, AgentCommand, ApplyConfig, Arrival, Availability, Command, ConfigSource, ContactAct,
    ContactCommand, EndCause, Login, Origin, Reply, Request,
};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::{AgentName, Channel, ConnectionId, OfferId, SessionId, TenantName};
use acd_core::state::State;
use acd_journal::{
    AppendFaults, Entry, EventLog, JournalId, LogError, LogKeeper, MemoryLog, Standing,
};
use acd_proto::v1 as pb;
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::stream::{Delivery, Interest, Rendered, SubscribeError, Subscription, Update};
use crate::{Answered, CallError, Health, Options, Pending, Setup, Shards};

/// Longer than any heartbeat would be worth in a test.
pub(super) const QUIET: Duration = Duration::from_secs(600);

/// A log that outlives its shard, as a disk does; at will it lets a batch wait.
#[derive(Clone)]
pub(super) struct TestLog {
    log: Arc<Mutex<MemoryLog>>,
    gate: Option<Gate>,
    is_gone: Arc<AtomicBool>,
    keeps_deleted: Arc<AtomicBool>,
}

/// Where an append waits: it says that it has begun, and goes on when it is let through.
#[derive(Clone)]
struct Gate {
    begun: Sender<()>,
    pass: Receiver<()>,
}

/// The test's side of a gate.
pub(super) struct GateKeeper {
    begun: Receiver<()>,
    pass: Sender<()>,
}

impl GateKeeper {
    /// Waits until an append stands at the gate.
    pub(super) fn await_append(&self) {
        self.begun.recv().expect("the shard lives");
    }

    /// Lets one append through.
    pub(super) fn let_through(&self) {
        self.pass.send(()).expect("the shard lives");
    }

    /// Lets everything through from now on.
    pub(super) fn open(self) {}
}

impl TestLog {
    pub(super) fn new() -> Self {
        Self {
            log: Arc::new(Mutex::new(MemoryLog::new().unwrap())),
            gate: None,
            is_gone: Arc::default(),
            keeps_deleted: Arc::default(),
        }
    }

    /// The same log with a gate before it.
    pub(super) fn gated(&self) -> (Self, GateKeeper) {
        let ((begun, heard), (let_through, pass)) = (bounded(0), bounded(0));
        let gate = Gate { begun, pass };
        let gated = Self {
            log: self.log.clone(),
            gate: Some(gate),
            is_gone: self.is_gone.clone(),
            keeps_deleted: self.keeps_deleted.clone(),
        };
        let keeper = GateKeeper {
            begun: heard,
            pass: let_through,
        };
        (gated, keeper)
    }

    pub(super) fn faults(&self) -> AppendFaults {
        self.inner().append_faults()
    }

    /// From now on it is not where it was opened.
    pub(super) fn take_away(&self) {
        self.is_gone.store(true, Ordering::SeqCst);
    }

    /// From now on it cannot let go of a deleted tenant.
    pub(super) fn keep_deleted(&self) {
        self.keeps_deleted.store(true, Ordering::SeqCst);
    }

    pub(super) fn last_seq(&self) -> u64 {
        self.inner().last_seq(TENANT)
    }

    /// Drops the last handle of the shard on this log, as a kill would, and waits until its thread has let go.
    pub(super) fn kill(&self, shards: Shards) {
        drop(shards);
        while Arc::strong_count(&self.log) > 1 {
            std::thread::yield_now();
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, MemoryLog> {
        self.log.lock().unwrap()
    }
}

impl EventLog for TestLog {
    fn journal_id(&self) -> JournalId {
        self.inner().journal_id()
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), LogError> {
        if let Some(gate) = &self.gate {
            // Fails only when the keeper has opened the gate for good.
            let _ = gate.begun.send(());
            let _ = gate.pass.recv();
        }
        self.check_place()?;
        self.inner().append(batch)
    }

    fn tenants(&self) -> Vec<Arc<str>> {
        self.inner().tenants()
    }

    fn standing(&self, tenant: &str) -> Option<Standing> {
        self.inner().standing(tenant)
    }

    fn last_at_ms(&self) -> Option<i64> {
        self.inner().last_at_ms()
    }

    fn delete_tenant(&mut self, tenant: &str) -> Result<(), LogError> {
        match self.keeps_deleted.load(Ordering::SeqCst) {
            true => Err(LogError::Gone {
                path: "shard-000.db".into(),
            }),
            false => self.inner().delete_tenant(tenant),
        }
    }

    fn check_place(&self) -> Result<(), LogError> {
        match self.is_gone.load(Ordering::SeqCst) {
            true => Err(LogError::Gone {
                path: "shard-000.db".into(),
            }),
            false => Ok(()),
        }
    }

    fn keeper(&self) -> Result<Box<dyn LogKeeper>, LogError> {
        self.inner().keeper()
    }
}

pub(super) const TENANT: &str = "bank";

pub(super) fn tenant() -> TenantName {
    TENANT.into()
}

/// One queue, one adapter, two agents.
pub(super) fn config() -> TenantConfig {
    TenantConfig {
        adapters: vec!["pbx".into()],
        queues: vec![QueueConfig::named("support")],
        agents: ["nora", "omar"]
            .map(|name| AgentConfig::named(name, ["support"]))
            .into(),
        ..Default::default()
    }
}

pub(super) fn apply(config: TenantConfig) -> ApplyConfig {
    ApplyConfig::of(config, ConfigSource::Api, "test")
}

/// Options under which a failing log is given up quickly.
pub(super) fn options() -> Options {
    Options {
        append_retry_delays: vec![Duration::from_millis(1); 3],
        ..Options::new(&ServerConfig::default())
    }
}

pub(super) fn start(log: impl EventLog + 'static, options: &Options) -> Shards {
    let setup = Setup::new(Box::new(log), Health::noop());
    Shards::start(vec![setup], options).unwrap()
}

/// Shards with the tenant on this log.
pub(super) async fn bank(log: &TestLog, options: &Options) -> Shards {
    let shards = start(log.clone(), options);
    create(&shards, TENANT).await;
    shards
}

pub(super) async fn create(shards: &Shards, tenant: &str) {
    let created = shards
        .create_tenant(&tenant.into(), Origin::Internal, apply(config()), None)
        .await;
    assert_eq!(created.unwrap().answer, Ok(Reply::Applied { version: 1 }));
}

pub(super) fn submit(shards: &Shards, command: Command) -> Pending {
    shards
        .submit(&tenant(), Request::internal(command), None)
        .unwrap()
}

/// Has a command decided that the engine does not refuse.
pub(super) async fn act(shards: &Shards, command: Command) -> (Reply, u64) {
    let Answered {
        answer, sequence, ..
    } = submit(shards, command).await.unwrap();
    (answer.unwrap(), sequence)
}

pub(super) fn arrival(contact: &str) -> Command {
    Command::Arrive(Arrival::of(contact, "pbx", Channel::Voice, "support"))
}

/// What the adapter says about a contact.
pub(super) fn about(contact: &str, act: ContactAct) -> Command {
    Command::Contact(ContactCommand {
        adapter: "pbx".into(),
        contact: contact.into(),
        act,
    })
}

pub(super) fn hang_up(contact: &str) -> Command {
    about(contact, ContactAct::End(EndCause::Customer))
}

pub(super) fn login(agent: &str) -> Command {
    Command::Login(Login {
        agent: agent.into(),
    })
}

/// A look at the tenant.
pub(super) fn look<R, F>(
    shards: &Shards,
    read: F,
) -> impl Future<Output = Result<R, CallError>> + use<R, F>
where
    R: Send + 'static,
    F: FnOnce(&State) -> R + Send + 'static,
{
    let shards = shards.clone();
    async move { shards.read(&tenant(), read).await }
}

pub(super) fn subscribe(
    shards: &Shards,
    interest: Interest,
    token: Option<String>,
) -> impl Future<Output = Result<Subscription, SubscribeError>> + use<> {
    let shards = shards.clone();
    async move { shards.subscribe(&tenant(), interest, token).await }
}

pub(super) async fn digest(shards: &Shards) -> u64 {
    look(shards, State::digest).await.unwrap()
}

/// The digest of the tenant's state when all of its log is in it: after a start work goes on by itself.
pub(super) async fn digest_of_all(shards: &Shards, log: &TestLog) -> u64 {
    loop {
        let read = look(shards, |state| (state.facts().seq, state.digest()));
        let (seq, digest) = read.await.unwrap();
        if seq == log.last_seq() {
            return digest;
        }
        tokio::task::yield_now().await;
    }
}

/// The adapter's stream.
pub(super) async fn adapter(shards: &Shards) -> Subscription {
    let interest = Interest::Adapter {
        adapter: "pbx".into(),
        incarnation: "1".into(),
    };
    shards.subscribe(&tenant(), interest, None).await.unwrap()
}

/// An agent with their stream.
pub(super) struct Agent {
    pub(super) name: AgentName,
    pub(super) session: SessionId,
    pub(super) stream: Subscription,
}

/// An agent who has logged in, subscribed, and taken their first snapshot.
pub(super) async fn agent(shards: &Shards, name: &str) -> Agent {
    let (Reply::LoggedIn { session }, _) = act(shards, login(name)).await else {
        panic!("{name} is not logged in");
    };
    let interest = screen_of(name, session);
    let stream = shards.subscribe(&tenant(), interest, None).await.unwrap();
    let mut agent = Agent {
        name: name.into(),
        session,
        stream,
    };
    agent.update().await;
    agent
}

pub(super) fn screen_of(name: &str, session: SessionId) -> Interest {
    Interest::Agent {
        agent: name.into(),
        session,
    }
}

impl Agent {
    pub(super) fn does(&self, act: AgentAct) -> Command {
        Command::Agent(AgentCommand {
            agent: self.name.clone(),
            session: self.session,
            act,
        })
    }

    pub(super) fn goes_ready(&self) -> Command {
        self.does(AgentAct::SetPresence(Availability::Ready))
    }

    pub(super) fn connection(&self) -> ConnectionId {
        self.stream.connection().unwrap()
    }

    /// The next update of the stream.
    pub(super) async fn update(&mut self) -> Update {
        update(&mut self.stream).await
    }

    /// Reads the stream until it shows an offer in this state.
    pub(super) async fn offer(&mut self, state: pb::OfferState) -> OfferId {
        loop {
            let update = self.update().await;
            if let Some(offer) = offers(&update).find(|offer| offer.state() == state) {
                return OfferId(offer.offer_id);
            }
        }
    }
}

pub(super) async fn update(stream: &mut Subscription) -> Update {
    match stream.next(QUIET).await {
        Delivery::Update(update) => update,
        other => panic!("{other:?}"),
    }
}

pub(super) fn offers(update: &Update) -> impl Iterator<Item = &pb::Offer> {
    update.states.iter().filter_map(|state| match state {
        Rendered::Offer(offer) => Some(&**offer),
        _ => None,
    })
}
