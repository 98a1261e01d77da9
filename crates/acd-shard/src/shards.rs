//! The handle that services hold, and how shards start and stop.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use acd_core::command::{ApplyConfig, CivilTime, Command, Origin, Request};
use acd_core::config::TenantConfig;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_core::stable_hash::StableHash;
use acd_core::state::{Facts, State};
use acd_journal::codec::decode_events;
use acd_journal::{ENTRY_MAX_BYTES, JournalId, LogError, LogKeeper, LogReader};
use acd_traces::Came;
use crossbeam_channel::bounded;
use tokio::sync::watch;
use tracing::{Span, warn};

use super::background::Background;
use super::call::{Answered, CallError, Called, Pending, Reply};
use super::civil;
use super::failure::ShardError;
use super::follower::{Begin, FollowerHandle};
use super::mailbox::{Decide, Job, Mailbox, Subscribe};
use super::options::{Options, Setup};
use super::parts::{Common, Parts};
use super::recovery;
use super::registry::Registry;
use super::thread::start_shard;
use crate::clock::Clock;
use crate::stream::{
    Budgets, Departure, Feed, Interest, Live, Places, Scope, SubscribeError, Subscription,
};

/// Largest configuration of a tenant, in bytes of its journal form: it has to fit into one entry beside the rest.
const CONFIG_MAX_BYTES: usize = ENTRY_MAX_BYTES - (1 << 20);

/// A look in one part, for where it may be several.
///
/// # Panics
/// If it is taken a second time.
pub fn at_once<R>(read: impl FnOnce(&State) -> R) -> impl FnMut(&State) -> ControlFlow<R> {
    let mut read = Some(read);
    move |state| {
        let read = read.take().expect("it breaks at once");
        ControlFlow::Break(read(state))
    }
}

/// The handle to all shards. Clones share them. When the last one is dropped without [`Shards::drain`] the shards stop
/// where they are; what was acknowledged is in their logs.
#[derive(Clone, Debug)]
pub struct Shards(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shards: Vec<Shard>,
    tenants: Registry,
    clock: Clock,
    budgets: Budgets,
    places: Places,
    background: Background,
    /// Whether traces are told.
    tells_traces: bool,
    /// Nothing new is let in.
    is_draining: AtomicBool,
    /// The first shard that failed.
    failed: watch::Receiver<Option<Arc<ShardError>>>,
}

struct Shard {
    mailbox: Mailbox,
    follower: FollowerHandle,
    /// For what reads the log itself.
    log: Arc<Mutex<Box<dyn LogKeeper>>>,
    journal: JournalId,
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard")
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}

impl Shards {
    /// Starts the shards and waits until all have recovered. Blocks the thread.
    ///
    /// Tenants are spread by name and number of shards, so a log must always be given at the same place.
    ///
    /// # Errors
    /// [`ShardError`].
    ///
    /// # Panics
    /// If there is none.
    pub fn start(setups: Vec<Setup>, options: &Options) -> Result<Self, ShardError> {
        let background = Background::new().map_err(|source| ShardError::Background { source })?;
        let (failed_sender, failed) = watch::channel(None);
        let failed_sender = Arc::new(failed_sender);
        let (ready, recovered) = bounded(setups.len());
        let (shards, parts) = Self::assemble(setups, options, background, failed)?;
        for parts in parts {
            let clock = shards.clock().clone();
            start_shard(parts, clock, ready.clone(), failed_sender.clone())?;
        }
        drop(ready);
        for outcome in &recovered {
            outcome?;
        }
        Ok(shards)
    }

    /// The shards without what moves them.
    pub(crate) fn assemble(
        setups: Vec<Setup>,
        options: &Options,
        background: Background,
        failed: watch::Receiver<Option<Arc<ShardError>>>,
    ) -> Result<(Self, Vec<Parts>), ShardError> {
        assert!(!setups.is_empty(), "there is at least one shard");
        let last_times = setups.iter().filter_map(|setup| setup.log.last_at_ms());
        let clock = Clock::start(options.time.clone(), last_times.max());
        if clock.wall_clock_behind_ms() > 0 {
            warn!(
                behind_ms = clock.wall_clock_behind_ms(),
                "the wall clock is behind the journal; engine time goes on from the journal"
            );
        }
        let tenants = Registry::default();
        let budgets = Budgets::new(&options.limits);
        let mut shards = Vec::with_capacity(setups.len());
        let mut all_parts = Vec::with_capacity(setups.len());
        for (number, setup) in setups.into_iter().enumerate() {
            let journal = setup.log.journal_id();
            let log = setup.log.keeper();
            let log = log.map_err(|source| ShardError::Log {
                shard: number,
                source,
            })?;
            let common = Common {
                tenants: tenants.clone(),
                clock: clock.clone(),
                budgets: budgets.clone(),
            };
            let (parts, mailbox, follower) = Parts::of(number, setup, common, options)?;
            all_parts.push(parts);
            shards.push(Shard {
                mailbox,
                follower,
                log: Arc::new(Mutex::new(log)),
                journal,
            });
        }
        let shards = Self(Arc::new(Inner {
            shards,
            tenants,
            clock,
            places: Places::new(&options.limits, budgets.clone()),
            budgets,
            background,
            tells_traces: options.traces.is_some(),
            is_draining: AtomicBool::new(false),
            failed,
        }));
        Ok((shards, all_parts))
    }

    /// Puts a request into the mailbox of its tenant's shard without waiting. Requests submitted one after the other
    /// are decided in that order. New contacts and configuration changes are refused first when the mailbox fills up.
    ///
    /// # Errors
    /// [`CallError::Busy`], [`CallError::ShuttingDown`], [`CallError::LimitReached`] if a configuration is too large,
    /// [`CallError::Unavailable`] if the shard has stopped.
    pub fn submit(
        &self,
        tenant: &TenantName,
        request: Request,
        called: impl Into<Called>,
    ) -> Result<Pending, CallError> {
        self.submit_request(tenant, request, false, called.into())
    }

    /// Has a request decided and waits until the answer is durable.
    ///
    /// # Errors
    /// [`CallError`]; what the engine refuses is an answer, not an error.
    pub async fn request(
        &self,
        tenant: &TenantName,
        request: Request,
        called: impl Into<Called>,
    ) -> Result<Answered, CallError> {
        self.submit(tenant, request, called)?.await
    }

    /// Creates a tenant with its first configuration. A repetition with the same request id gets the first answer.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::TenantExists`].
    pub async fn create_tenant(
        &self,
        tenant: &TenantName,
        origin: Origin,
        config: ApplyConfig,
        called: impl Into<Called>,
    ) -> Result<Answered, CallError> {
        let command = Command::ApplyConfig(config);
        let request = Request { origin, command };
        self.submit_request(tenant, request, true, called.into())?
            .await
    }

    /// Has the follower's thread run `read` on the tenant's state, all of which is durable; whoever has had an answer
    /// finds its effect there. Streams wait meanwhile: what looks at much goes in parts.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read<R: Send + 'static>(
        &self,
        tenant: &TenantName,
        read: impl FnOnce(&State) -> R + Send + 'static,
    ) -> Result<R, CallError> {
        self.read_in_parts(tenant, at_once(read)).await
    }

    /// The same for what looks at much: `part` is run until it breaks, and what happens in between is shown in between,
    /// so that each part sees a later state.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read_in_parts<R: Send + 'static>(
        &self,
        tenant: &TenantName,
        mut part: impl FnMut(&State) -> ControlFlow<R> + Send + 'static,
    ) -> Result<R, CallError> {
        self.check_known(tenant)?;
        self.check_draining()?;
        let (reply, pending) = Pending::new();
        let mut reply = Some(reply);
        let read = Box::new(move |state: Result<&State, CallError>| {
            // A read changes nothing, so a defect in it leaves nothing behind and ends nobody else's.
            let seen = state.and_then(|state| {
                catch_unwind(AssertUnwindSafe(|| part(state))).map_err(|_| CallError::Defect)
            });
            let answer = match seen {
                // A caller that has gone needs nothing more.
                Ok(ControlFlow::Continue(())) if reply.as_ref().is_some_and(Reply::is_awaited) => {
                    return ControlFlow::Continue(());
                }
                Ok(ControlFlow::Continue(())) => return ControlFlow::Break(()),
                Ok(ControlFlow::Break(read)) => Ok(read),
                Err(error) => Err(error),
            };
            if let Some(reply) = reply.take() {
                reply.send(answer);
            }
            ControlFlow::Break(())
        });
        self.shard_of(tenant).follower.look(tenant.clone(), read)?;
        pending.await
    }

    /// One event of the tenant's log, such as an old configuration; none if there is none of this sequence.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Log`] if it cannot be read.
    pub async fn event(
        &self,
        tenant: &TenantName,
        sequence: u64,
    ) -> Result<Option<Recorded>, CallError> {
        self.check_known(tenant)?;
        let name = tenant.clone();
        self.in_log(tenant, move |log| read_event(log, &name, sequence))
            .await
    }

    /// The tenant's facts, made from the log beside everything else: for what takes long, or changes them on trial.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Log`] if it cannot be read.
    pub async fn facts(&self, tenant: &TenantName) -> Result<Facts, CallError> {
        self.check_known(tenant)?;
        let name = tenant.clone();
        self.in_log(tenant, move |log| read_facts(log, &name)).await
    }

    /// Destroys the keys of contacts whose personal data an event has erased: on the disk when this returns. Where that
    /// was not asked for, or not done, a start or the next snapshot does it.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Log`] if it cannot be written: ask again.
    pub async fn destroy_keys(
        &self,
        tenant: &TenantName,
        contacts: Vec<u64>,
    ) -> Result<(), CallError> {
        self.check_known(tenant)?;
        let name = tenant.clone();
        self.in_log(tenant, move |log| {
            let destroyed = log.erase(name.as_str(), &contacts);
            destroyed.map_err(|error| CallError::of_log(&error))
        })
        .await
    }

    /// The hash of the configuration file that was read last for a tenant that has been deleted since: the same file does
    /// not bring it back. None: there never was a tenant of this name, or no file said anything of it.
    ///
    /// # Errors
    /// [`CallError::Log`] if the log cannot be read.
    pub async fn last_file_of_deleted(
        &self,
        tenant: &TenantName,
    ) -> Result<Option<u64>, CallError> {
        let name = tenant.clone();
        let read = self.in_log(tenant, move |log| read_facts(log, &name));
        let file = read.await?.config_file;
        Ok(file.map(|file| file.document))
    }

    /// Has `read` look at the log of the tenant's shard, on a thread that may wait.
    async fn in_log<R: Send + 'static>(
        &self,
        tenant: &TenantName,
        read: impl FnOnce(&mut dyn LogKeeper) -> Result<R, CallError> + Send + 'static,
    ) -> Result<R, CallError> {
        let log = self.shard_of(tenant).log.clone();
        let reading = self.0.background.run(move || {
            // A reader that has panicked is as good as before: nothing in it is half changed.
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            read(&mut **log)
        });
        reading.await.unwrap_or(Err(CallError::Defect))
    }

    /// Whether the tenant exists; a deleted one does not.
    pub fn exists(&self, tenant: &TenantName) -> bool {
        self.0.tenants.life(tenant).is_some()
    }

    /// The tenants that exist, by name; deleted ones do not.
    pub fn tenants(&self) -> Vec<TenantName> {
        self.0.tenants.names()
    }

    /// Completes when every shard has answered.
    ///
    /// # Errors
    /// [`CallError::Busy`], [`CallError::ShuttingDown`], [`CallError::Unavailable`] if a shard has stopped.
    pub async fn ping(&self) -> Result<(), CallError> {
        let mut pings = Vec::with_capacity(self.0.shards.len());
        for shard in &self.0.shards {
            let (reply, pending) = Pending::new();
            self.post_to(shard, Job::Ping(reply))?;
            pings.push(pending);
        }
        for ping in pings {
            ping.await?;
        }
        Ok(())
    }

    /// Subscribes to a part of a tenant: attaches the session or connects the adapter first if it is one. The
    /// subscription begins with a snapshot, or with what changed since the resume token (views and agents only).
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub async fn subscribe(
        &self,
        tenant: &TenantName,
        interest: Interest,
        resume_token: Option<String>,
    ) -> Result<Subscription, SubscribeError> {
        self.check_known(tenant)?;
        let now = self.0.clock.now();
        let place = self.0.places.take(tenant, &interest, now)?;
        let (reply, pending) = Pending::new();
        let tenant = tenant.clone();
        if let Interest::View(filter) = &interest {
            self.check_draining()?;
            let follower = &self.shard_of(&tenant).follower;
            let feed = Feed::View(filter.clone());
            let subscriber = place.subscriber();
            let departure = Departure::new(tenant.clone(), feed, subscriber, follower.gone(), None);
            follower.begin(Box::new(Begin {
                tenant,
                interest,
                resume_token,
                place,
                departure,
                reply,
            }));
        } else {
            let job = Job::Subscribe(Box::new(Subscribe {
                tenant: tenant.clone(),
                interest,
                resume_token,
                place,
                reply,
            }));
            self.post(&tenant, job)?;
        }
        pending.await?.map_err(SubscribeError::Refused)
    }

    /// The token that continues a subscription after this sequence of the tenant.
    pub fn resume_token(&self, tenant: &TenantName, interest: &Interest, sequence: u64) -> String {
        let life = self.0.tenants.life(tenant).unwrap_or(0);
        let scope = Scope::new(self.journal_id(tenant), tenant, life, interest);
        scope.token(sequence).to_string()
    }

    /// The journal that holds this tenant.
    pub fn journal_id(&self, tenant: &TenantName) -> JournalId {
        self.shard_of(tenant).journal
    }

    /// The subscriptions that are not gone, by tenant: sessions, adapters and views, in the order in which they came.
    pub fn live(&self) -> BTreeMap<TenantName, Vec<Live>> {
        self.0.places.live()
    }

    /// Threads for what takes long and may wait.
    pub fn background(&self) -> &Background {
        &self.0.background
    }

    /// What waits for readers.
    pub fn budgets(&self) -> &Budgets {
        &self.0.budgets
    }

    /// The engine's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What the civil times of a configuration mean in engine time, for as long ahead as is ever resolved.
    pub fn civil_time(&self, config: &TenantConfig) -> Arc<CivilTime> {
        civil::resolve(config, self.clock()).into()
    }

    /// Stops in order: lets nothing new in, has what stands in the mailboxes decided and made durable, ends the
    /// streams, and writes the snapshots without which the next start would take long. Sessions are not lost by it: their
    /// agents have a full grace after the next start.
    ///
    /// # Errors
    /// What a shard failed of before it had stopped in order: what it had not acknowledged is not durable.
    pub async fn drain(&self) -> Result<(), Arc<ShardError>> {
        self.0.is_draining.store(true, Ordering::SeqCst);
        let mut stopping = Vec::with_capacity(self.0.shards.len());
        for shard in &self.0.shards {
            let (reply, pending) = Pending::new();
            let mut order = Job::Drain(reply);
            // With nothing new let in the mailbox gets room, but not at once.
            while let Err(refused) = shard.mailbox.post_order(order) {
                order = refused;
                room_above().await;
            }
            stopping.push(pending);
        }
        let mut is_failed = false;
        for pending in stopping {
            // A shard that says that it has stopped did so in order before; one that takes nothing has failed.
            is_failed |= matches!(pending.await, Err(CallError::Unavailable { .. }));
        }
        if is_failed {
            return Err(self.failed().await);
        }
        Ok(())
    }

    /// Completes when a shard has failed: the server must stop.
    pub async fn failed(&self) -> Arc<ShardError> {
        let mut failed = self.0.failed.clone();
        loop {
            if let Some(error) = failed.borrow_and_update().clone() {
                return error;
            }
            if failed.changed().await.is_err() {
                // Every shard has stopped in order; none will fail.
                std::future::pending::<()>().await;
            }
        }
    }

    fn submit_request(
        &self,
        tenant: &TenantName,
        request: Request,
        creates: bool,
        Called { deadline, caller }: Called,
    ) -> Result<Pending, CallError> {
        if let Command::ApplyConfig(apply) = &request.command {
            check_config_size(apply)?;
        }
        let is_note = matches!(request.command, Command::NoteConfigFile(_));
        if !creates && !is_note {
            self.check_known(tenant)?;
        }
        let (reply, pending) = Pending::new();
        let job = Job::Decide(Box::new(Decide {
            tenant: tenant.clone(),
            request,
            creates,
            deadline,
            reply,
            came: self.0.tells_traces.then(|| Came {
                at: self.0.clock.now_ns(),
                caller,
            }),
            span: Span::current(),
            place: None,
        }));
        self.post(tenant, job)?;
        Ok(pending)
    }

    fn check_known(&self, tenant: &TenantName) -> Result<(), CallError> {
        match self.exists(tenant) {
            true => Ok(()),
            false => Err(CallError::UnknownTenant(tenant.clone())),
        }
    }

    fn post(&self, tenant: &TenantName, job: Job) -> Result<(), CallError> {
        self.post_to(self.shard_of(tenant), job)
    }

    fn post_to(&self, shard: &Shard, job: Job) -> Result<(), CallError> {
        self.check_draining()?;
        shard.mailbox.post(job)
    }

    fn check_draining(&self) -> Result<(), CallError> {
        match self.0.is_draining.load(Ordering::SeqCst) {
            true => Err(CallError::ShuttingDown),
            false => Ok(()),
        }
    }

    fn shard_of(&self, tenant: &TenantName) -> &Shard {
        let mut hash = StableHash::default();
        hash.text(tenant.as_str());
        let shards = &self.0.shards;
        &shards[(hash.value() % shards.len() as u64) as usize]
    }
}

/// Gives a shard time to take something out of its mailbox.
#[expect(
    clippy::disallowed_methods,
    reason = "a stop is no reason to have every mailbox tell when it has room"
)]
async fn room_above() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn read_facts(log: &dyn LogReader, name: &TenantName) -> Result<Facts, CallError> {
    recovery::state(0, log, name)
        .map(State::into_facts)
        .map_err(|error| match error {
            ShardError::Log { source, .. } => CallError::of_log(&source),
            error => CallError::Log(error.to_string()),
        })
}

fn read_event(
    log: &dyn LogReader,
    name: &TenantName,
    sequence: u64,
) -> Result<Option<Recorded>, CallError> {
    let Some(before) = sequence.checked_sub(1) else {
        return Ok(None);
    };
    let mut found = Ok(None);
    let read = log.read(name.as_str(), before, &mut |entry| {
        found = decode_events(&entry)
            .map(|events| events.into_iter().find(|event| event.seq == sequence))
            .map_err(|error| CallError::Log(error.to_string()));
        ControlFlow::Break(())
    });
    match read {
        Ok(()) => found,
        Err(LogError::NoLongerKept { .. }) => Ok(None),
        Err(error) => Err(CallError::of_log(&error)),
    }
}

/// The configuration goes into one entry of the log.
fn check_config_size(apply: &ApplyConfig) -> Result<(), CallError> {
    let entry = (&*apply.config, &*apply.civil);
    let bytes = serde_json::to_vec(&entry).map_or(usize::MAX, |json| json.len());
    if bytes > CONFIG_MAX_BYTES {
        return Err(CallError::LimitReached {
            what: "bytes of a tenant's configuration",
            limit: CONFIG_MAX_BYTES,
        });
    }
    Ok(())
}
