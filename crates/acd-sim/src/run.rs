//! A whole run: a machine with its server, everybody around it, what goes wrong, and the calm at the end, in which
//! everything that is still open must come to its end.

use std::cell::RefCell;
use std::mem;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use acd_client::configurator::{Change, Configurator};
use acd_config::{FileConfig, ServerConfig};
use acd_core::ids::TimeMs;
use acd_core::state::Place;
use acd_journal::{DataDir, EventLog as _, SqliteLog};
use acd_proto::v1::adapter_service_client::AdapterServiceClient;
use acd_proto::v1::{ContactEnded, EndCause, EndContactRequest, ErrorReason, SkillLevel};
use acd_server::metrics::Metrics;
use acd_server::server::{Options as ServerOptions, Precedence, ServerError, seed};
use acd_shard::clock::TimeSource;
use acd_shard::{ShardError, Stepped};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep_until};

use crate::centre::{self, SKILLS, TENANT};
use crate::chance::Chance;
use crate::clients::{
    Desk, Listener, Pace, Stranger, Switch, Told, Watcher, World, come_and_go, note_error, pause,
};
use crate::coverage::{Coverage, variant};
use crate::disk::{Crash, Operation, SimDisk};
use crate::history::{History, Violation};
use crate::life::{Life, Went};
use crate::network::{Lateness, Network};
use crate::plan::{Fault, Plan};
use crate::time::SimulatedTime;

/// Who is who on the network.
const ADMINISTRATOR: usize = 0;
const SWITCHES: usize = 1;
const DESKS: usize = 10;
const WATCHERS: usize = 30;
const VISITORS: usize = 40;
const STRANGERS: usize = 50;
const LISTENERS: usize = 60;

/// How many supervisors watch.
const WATCHERS_MAX: usize = 2;

/// How many strangers there are.
const STRANGERS_MAX: usize = 2;

/// How far bits lie apart that rot together.
const ROT_BYTES: usize = 32;

/// How many times as many contacts arrive in a rush.
const RUSH: u64 = 30;

/// How long everything that is open may take to come to its end when nothing goes wrong any more.
const CALM_MAX: Duration = Duration::from_secs(30 * 60);
/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(10 * 60);

/// How long the server waits at most before it looks whether there is something to do that nobody told it of.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Steps between two turns of everybody else.
const STEPS_AT_ONCE: u64 = 12;

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What must never have been; none: nothing.
    pub violation: Option<Violation>,
    /// Contacts accepted.
    pub contacts: u64,
    /// Things that went wrong.
    pub faults: u64,
    /// Ends of the process that were not in order.
    pub kills: u64,
    /// Batches made durable.
    pub batches: u64,
    /// Messages between clients and server.
    pub messages: u64,
    /// How much time has passed in it.
    pub simulated: Duration,
    /// What was seen of all there is.
    pub coverage: Coverage,
    /// The hash of the tenant's state at the end: the same for the same plan.
    pub digest: u64,
    /// What happened last, in words, if that was asked for.
    pub timeline: Vec<String>,
}

/// Runs it. The same plan has the same outcome.
pub fn run(plan: &Plan) -> Outcome {
    run_with(plan, History::default())
}

/// Runs it, and keeps in words what happened last.
pub fn run_in_words(plan: &Plan) -> Outcome {
    run_with(plan, History::in_words())
}

fn run_with(plan: &Plan, history: History) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without any resources of the machine");
    let told = history.clone();
    notice_panics();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { Box::pin(Machine::new(plan, history).run()).await })
    }));
    let mut outcome = ran.unwrap_or_else(|_| Outcome::cut_short(&told));
    // The server goes on after a defect in showing: that is for its users and no excuse.
    if let Some(seen) = PANICKED.take() {
        let promise = "nothing panics";
        outcome.violation.get_or_insert(Violation { promise, seen });
    }
    outcome
}

thread_local! {
    /// What the first panic of this thread's run said.
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on panics are noticed, also those that are caught.
fn notice_panics() {
    static NOTICE: Once = Once::new();
    NOTICE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICKED.with_borrow_mut(|first| _ = first.get_or_insert_with(|| info.to_string()));
            before(info);
        }));
    });
    PANICKED.take();
}

impl Outcome {
    /// Of a run that ended with a panic.
    fn cut_short(history: &History) -> Self {
        Self {
            timeline: history.timeline(),
            ..Self::default()
        }
    }
}

/// Why a process does not start.
struct Refused {
    /// The name of the error.
    name: String,
    /// What it tells.
    told: String,
}

impl Refused {
    fn by(error: &impl std::error::Error) -> Self {
        Self {
            name: variant(error),
            told: error.to_string(),
        }
    }
}

struct Machine {
    plan: Plan,
    chance: Chance,
    time: Arc<SimulatedTime>,
    source: Arc<dyn TimeSource>,
    network: Network,
    history: History,
    metrics: Arc<Metrics>,
    config: ServerConfig,
    disk: SimDisk,
    /// How the disk is to end the process.
    crash: Crash,
    /// Whether there was no power, and no start has come to its end since.
    has_lost_power: bool,
    /// What has changed by itself was not noticed by a start, which reads the end only, and may still be there: it may be
    /// refused at any time, and more of it elsewhere is more than is promised to be noticed.
    has_rotted: bool,
    /// It was refused, too late for somebody to put it right.
    is_lost: bool,
    /// What has rotted and no start has come far enough to notice.
    rotten: Vec<(PathBuf, u64, u8)>,
    /// The configuration file, and what holds where it differs.
    file: Option<ServerOptions>,
    told: Arc<Told>,
    life: Option<Life>,
    /// When a process is started again.
    start_at: Instant,
    next_fault_at: Instant,
    /// The process is killed after so many steps.
    kill_after: Option<u64>,
    /// When a full disk has room again.
    room_at: Option<Instant>,
    faults: u64,
    kills: u64,
    begun: Instant,
    clients: JoinSet<()>,
}

impl Machine {
    fn new(plan: &Plan, history: History) -> Self {
        let time = Arc::new(SimulatedTime::begin(plan.begin.at_ms()));
        let mut chance = Chance::of(plan.seed, "machine", 0);
        let config = server_config(&mut chance);
        let lateness = match plan.faults.has(Fault::Late) {
            true => Lateness {
                once_in: chance.between(3, 40) as u32,
                most: Duration::from_millis(chance.between(5, 800)),
            },
            false => Lateness::NONE,
        };
        let now = Instant::now();
        Self {
            network: Network::new(plan.seed, lateness),
            history,
            metrics: Metrics::new(&config.limits),
            disk: SimDisk::new(chance.number()),
            crash: Crash::Kill,
            has_lost_power: false,
            has_rotted: false,
            is_lost: false,
            rotten: Vec::new(),
            file: None,
            told: Arc::new(Told::of(
                plan.contacts * if plan.is_rush { RUSH } else { 1 },
            )),
            life: None,
            start_at: now,
            next_fault_at: now + Duration::from_secs(5),
            kill_after: None,
            room_at: None,
            faults: 0,
            kills: 0,
            begun: now,
            clients: JoinSet::new(),
            source: time.clone(),
            plan: *plan,
            time,
            config,
            chance,
        }
    }

    async fn run(mut self) -> Outcome {
        self.clients.spawn(administer(self.world(), self.plan));
        let mut calm_since = None;
        // Where all had come to its end: screens are to show at least that.
        let mut done_at = None;
        loop {
            if self.history.violation().is_some() || self.is_lost {
                break;
            }
            if calm_since.is_none() && self.told.arrivals_left() == 0 {
                self.told.calm();
                self.kill_after = None;
                self.mend_disk();
                self.network.be_late(Lateness::NONE);
                calm_since = Some(Instant::now());
            }
            if let Some(since) = calm_since {
                if self.is_done() {
                    let sequence = || self.history.look(TENANT, |state| state.facts().seq);
                    let done_at = *done_at.get_or_insert_with(|| sequence().unwrap_or(0));
                    if self.screens_behind(done_at).is_empty() {
                        break;
                    }
                }
                if since.elapsed() > CALM_MAX {
                    self.history.violated(
                        "nobody waits for ever when nothing goes wrong any more",
                        format!(
                            "{}; screens {:?} do not show {done_at:?}",
                            self.what_is_open(),
                            self.screens_behind(done_at.unwrap_or(0))
                        ),
                    );
                    break;
                }
            }
            while calm_since.is_none() && self.next_fault_at <= Instant::now() {
                self.go_wrong();
            }
            self.work().await;
        }
        self.clients.abort_all();
        if self.history.violation().is_none() && !self.is_lost {
            self.stop_and_start().await;
        }
        let digest = self.history.look(TENANT, |state| state.digest());
        Outcome {
            violation: self.history.violation(),
            contacts: self.history.contacts(),
            faults: self.faults + self.told.faults(),
            kills: self.kills,
            batches: self.history.batches(),
            messages: self.network.messages(),
            simulated: self.begun.elapsed(),
            coverage: self.history.coverage(),
            digest: digest.unwrap_or_default(),
            timeline: self.history.timeline(),
        }
    }

    /// Has the process do something, or starts it, or waits.
    async fn work(&mut self) {
        let Some(life) = &mut self.life else {
            if Instant::now() < self.start_at {
                sleep_until(self.start_at).await;
            }
            self.start().await;
            return;
        };
        let most = self
            .kill_after
            .map_or(STEPS_AT_ONCE, |left| left.min(STEPS_AT_ONCE));
        let (went, taken) = life.steps(most);
        if self.disk.is_down() {
            return self.kill();
        }
        if self.room_at.is_some_and(|at| at <= Instant::now()) {
            self.room_at = None;
            self.disk.set_size(u64::MAX);
        }
        if let Some(left) = &mut self.kill_after {
            *left -= taken;
            if *left == 0 {
                return self.kill();
            }
        }
        match went {
            Went::On => {
                yield_now().await;
                if self.chance.once_in(20) {
                    // A slow disk, or a busy processor.
                    let length = self.chance.up_to(Duration::from_millis(20));
                    pause(length).await;
                }
            }
            Went::Idle(until) => {
                let now_ms = life.shards().clock().now();
                let ahead = until.map_or(LOOK_EVERY, |until| millis(until - now_ms));
                let look_at = Instant::now() + ahead.min(LOOK_EVERY);
                tokio::select! {
                    biased;
                    () = self.network.has_passed_something() => {}
                    () = sleep_until(look_at) => {}
                }
                yield_now().await;
            }
            Went::Stopped => {
                // What waits in streams reaches its readers, if they are quick.
                let length = self.chance.up_to(Duration::from_millis(500));
                pause(length).await;
                self.life = None;
                // Whatever somebody still holds of it ends with the process.
                self.disk.crash(Crash::Kill);
                self.has_lost_power = false;
                let length = self.chance.up_to(Duration::from_secs(3));
                self.start_at = Instant::now() + length;
            }
            Went::Failed(error) => {
                self.history.cover("end of the process", &variant(&*error));
                self.kill();
            }
        }
    }

    /// The disk takes everything again.
    fn mend_disk(&self) {
        self.disk.heal();
        self.disk.set_size(u64::MAX);
    }

    /// Starts the process on what the disk holds.
    async fn start(&mut self) {
        self.mend_disk();
        let flipped = match mem::take(&mut self.rotten) {
            unnoticed if unnoticed.is_empty() => self.rot(),
            unnoticed => unnoticed,
        };
        let is_calm = self.told.is_calm();
        if !is_calm && self.plan.faults.has(Fault::KillAtDisk) && self.chance.once_in(4) {
            self.disk.crash_after(self.chance.between(0, 60));
        }
        self.history.note(|| "a process starts".to_owned());
        let started = self.bring_up().await;
        if self.disk.is_down() {
            // Killed before it could notice anything.
            self.rotten = flipped;
            return self.kill();
        }
        match started {
            Ok(true) => {
                self.has_rotted |= !flipped.is_empty();
                self.has_lost_power = false;
            }
            Ok(false) => {
                self.has_rotted |= !flipped.is_empty();
                self.kill();
            }
            Err(Refused { name, told }) if flipped.is_empty() && !self.has_rotted => {
                self.history.violated(
                    "a process starts on what was durable",
                    format!("{name}: {told}"),
                );
            }
            Err(Refused { name, told }) => {
                self.history.note(|| format!("it does not: {told}"));
                self.history.cover("start refused", &name);
                self.life = None;
                // Somebody puts right what they were told is wrong. What went unnoticed at first has been written elsewhere
                // since: they would need a backup.
                self.is_lost = self.has_rotted;
                self.undo(&flipped);
                self.disk.crash(Crash::Kill);
            }
        }
    }

    /// From the disk to open doors; false: it is to be killed on the way.
    async fn bring_up(&mut self) -> Result<bool, Refused> {
        let (dir, log) = self.open().map_err(|error| Refused::by(&error))?;
        let reader = log.keeper().map_err(|error| Refused::by(&error))?;
        self.history.compare(&log, &*reader);
        drop(reader);
        let chance = Chance::of(self.plan.seed, "life", self.kills as usize);
        let life = Life::start(
            (Box::new(log), dir),
            &self.config,
            &self.source,
            &self.metrics,
            (&self.network, &self.history),
            chance,
        );
        self.life = Some(life.map_err(|error| Refused::by(&*error))?);
        let recovered = self.recover().await;
        if !recovered.map_err(|error| Refused::by(&*error))? || !self.seed().await? {
            return Ok(false);
        }
        if let Some(life) = &mut self.life {
            life.compare_now();
            life.serve(&self.config, &self.source, &self.metrics).await;
        }
        Ok(true)
    }

    /// Brings the configuration file into force; false: the process has not lived to see it.
    async fn seed(&mut self) -> Result<bool, Refused> {
        if !self.plan.has_file {
            return Ok(true);
        }
        let is_edited = self.plan.faults.has(Fault::Configure) && self.chance.once_in(3);
        if self.file.is_none() || is_edited {
            self.file = Some(self.edit_file());
        }
        let (Some(life), Some(options)) = (&mut self.life, self.file.clone()) else {
            return Ok(false);
        };
        let shards = life.shards().clone();
        let begun = Instant::now();
        let mut seeding = JoinSet::new();
        seeding.spawn(async move { seed(&shards, &options).await });
        loop {
            if let Some(seeded) = seeding.try_join_next() {
                let seeded = seeded.expect("it does not panic");
                return match seeded {
                    Ok(()) => Ok(true),
                    Err(error) => Err(Refused::by(&error)),
                };
            }
            let (went, _) = life.steps(STEPS_AT_ONCE);
            if self.disk.is_down() {
                return Ok(false);
            }
            match went {
                Went::On => yield_now().await,
                Went::Idle(_) => pause(Duration::from_millis(1)).await,
                Went::Stopped | Went::Failed(_) => return Ok(false),
            }
            if lasts_too_long(
                &self.history,
                begun,
                "its configuration file is not in force",
            ) {
                return Ok(false);
            }
        }
    }

    /// Somebody writes another configuration file, and says what holds where it differs from what is in force.
    fn edit_file(&mut self) -> ServerOptions {
        let document = centre::document(self.plan.agents, &mut self.chance);
        let tenant = acd_config::parse_tenant(&document, "document").expect("it can be applied");
        let config = FileConfig {
            server: self.config.clone(),
            tenants: vec![(TENANT.into(), tenant)],
        };
        let precedence = *self.chance.one_of(&[Precedence::File, Precedence::Journal]);
        ServerOptions {
            precedence,
            ..ServerOptions::new(config, "acd.toml")
        }
    }

    /// Brings the tenants back; whether it is not to be killed on the way.
    async fn recover(&mut self) -> Result<bool, Arc<ShardError>> {
        let may_be_cut_short = self.plan.faults.has(Fault::Kill) && !self.told.is_calm();
        let mut steps_left = match may_be_cut_short && self.chance.once_in(10) {
            true => self.chance.between(0, 8),
            false => u64::MAX,
        };
        let begun = Instant::now();
        loop {
            let Some(life) = &mut self.life else {
                return Ok(false);
            };
            if steps_left == 0 {
                return Ok(false);
            }
            steps_left -= 1;
            let stepped = life.recover()?;
            if self.disk.is_down()
                || lasts_too_long(&self.history, begun, "the tenants are not back")
            {
                return Ok(false);
            }
            match stepped {
                None => return Ok(true),
                Some(Stepped::Rests(_)) => pause(Duration::from_millis(1)).await,
                Some(Stepped::More | Stepped::Stopped) => {}
            }
        }
    }

    fn open(&self) -> Result<(DataDir, SqliteLog), ServerError> {
        let dir = DataDir::open_on(&self.disk.volume(), Path::new("/data"), 1)?;
        let (log, report) = dir.open_shard(0)?;
        for cut in &report.cut {
            self.history.cover("start", &variant(cut));
        }
        for dropped in &report.dropped_snapshots {
            self.history.cover("start", &variant(dropped));
        }
        Ok((dir, log))
    }

    /// Bits of one place change by themselves while the process is down; which.
    fn rot(&mut self) -> Vec<(PathBuf, u64, u8)> {
        // After a power cut the mark of the end may be an earlier one, until a start has renewed it: what rots at the end
        // before that is not promised to be noticed.
        let may = self.plan.faults.has(Fault::Rot) && !self.has_rotted && !self.has_lost_power;
        if !may || self.told.is_calm() || !self.chance.once_in(3) {
            return Vec::new();
        }
        let files = self.disk.files();
        if files.is_empty() {
            return Vec::new();
        }
        let path = self.chance.one_of(&files).clone();
        let length = self.disk.content(&path).map_or(0, |content| content.len());
        let place = self.chance.below(length.max(1)) as u64;
        let bits = if self.chance.once_in(2) { 1 } else { 8 };
        let mut flipped = Vec::new();
        for _ in 0..bits {
            let byte = place + self.chance.below(ROT_BYTES) as u64 * u64::from(bits > 1);
            let bit = self.chance.below(8) as u8;
            if self.disk.flip(&path, byte, bit).is_ok() {
                self.history
                    .note(|| format!("FAULT rot: bit {bit} of byte {byte} of {}", path.display()));
                flipped.push((path.clone(), byte, bit));
            }
        }
        self.faults += u64::from(!flipped.is_empty());
        flipped
    }

    fn undo(&self, flipped: &[(PathBuf, u64, u8)]) {
        for (path, byte, bit) in flipped {
            // What was cut off since needs no undoing.
            let _ = self.disk.flip(path, *byte, *bit);
        }
    }

    /// The process ends at once.
    fn kill(&mut self) {
        self.kills += 1;
        self.history.note(|| format!("KILLED: {:?}", self.crash));
        self.kill_after = None;
        // Before it is dropped: a process that is killed closes nothing.
        self.disk.crash(self.crash);
        self.has_lost_power |= self.crash == Crash::PowerCut;
        self.life = None;
        let most = if self.chance.once_in(10) { 600 } else { 5 };
        let down = self.chance.up_to(Duration::from_secs(most));
        self.start_at = Instant::now() + down;
        self.crash = Crash::Kill;
    }

    /// Something goes wrong.
    fn go_wrong(&mut self) {
        let gap = self.chance.up_to(Duration::from_secs(30));
        self.next_fault_at = Instant::now() + gap;
        let possible: Vec<Fault> = self.plan.faults.iter().collect();
        if possible.is_empty() {
            return;
        }
        self.faults += 1;
        let client = match self.chance.below(5) {
            4 => WATCHERS + self.chance.below(WATCHERS_MAX),
            0 => SWITCHES + self.chance.below(self.plan.switches),
            1 => STRANGERS + self.chance.below(STRANGERS_MAX),
            _ => DESKS + self.chance.below(self.plan.agents),
        };
        let fault = *self.chance.one_of(&possible);
        self.history
            .note(|| format!("FAULT {}, client {client}", fault.name()));
        match fault {
            Fault::Kill => self.kill_after = Some(self.chance.between(1, 60)),
            Fault::PowerCut => {
                self.crash = Crash::PowerCut;
                match self.chance.once_in(2) {
                    true => self.kill_after = Some(self.chance.between(1, 60)),
                    false => self.disk.crash_after(self.chance.between(0, 40)),
                }
            }
            Fault::KillAtDisk => self.disk.crash_after(self.chance.between(0, 40)),
            Fault::Restart => {
                if let Some(life) = &self.life {
                    let shards = life.shards().clone();
                    self.clients.spawn(async move {
                        // Whoever stops it sees by its end whether that went well.
                        let _ = shards.drain().await;
                    });
                }
            }
            Fault::Cut => self.network.cut(client),
            Fault::Silence => {
                let length = self.chance.up_to(Duration::from_secs(60));
                self.network.silence(client, length);
            }
            Fault::WallStep => {
                let by = self.chance.up_to(Duration::from_secs(7_200)).as_millis() as i64;
                self.time
                    .step_wall(if self.chance.once_in(2) { by } else { -by });
            }
            Fault::BadDisk => {
                let operation = *self.chance.one_of(&Operation::ALL);
                let (after, times) = (self.chance.between(0, 10), self.chance.between(1, 30));
                self.disk.fail(operation, after, times);
            }
            Fault::FullDisk => {
                let room = self.disk.room();
                let used = room.size_bytes - room.free_bytes;
                self.disk.set_size(used + self.chance.between(0, 20_000));
                self.room_at = Some(Instant::now() + self.chance.up_to(Duration::from_secs(8)));
            }
            Fault::Late
            | Fault::SwitchCrash
            | Fault::DeskCrash
            | Fault::Configure
            | Fault::Rot
            | Fault::Strangers => self.faults -= 1,
        }
    }

    /// Whether everything has come to its end.
    fn is_done(&self) -> bool {
        let done = self.history.look(TENANT, |state| {
            let facts = state.facts();
            facts.contacts.is_empty() && facts.visits.is_empty() && facts.offers.is_empty()
        });
        done.unwrap_or(true)
    }

    /// The screens that were not found to show what is at this sequence, or later.
    fn screens_behind(&self, sequence: u64) -> Vec<usize> {
        let desks = (0..self.plan.agents).map(|number| DESKS + number);
        let watchers = (0..WATCHERS_MAX).map(|number| WATCHERS + number);
        let is_behind = |client: &usize| self.told.screen(*client) < Some(sequence);
        desks.chain(watchers).filter(is_behind).collect()
    }

    fn what_is_open(&self) -> String {
        let open = self.history.look(TENANT, |state| {
            let facts = state.facts();
            let contacts: Vec<_> = facts.contacts.values().take(3).collect();
            let visits: Vec<_> = facts.visits.values().take(2).collect();
            format!("{contacts:?} {visits:?}")
        });
        open.unwrap_or_default()
    }

    /// Stops in order, and starts once more on what is there.
    async fn stop_and_start(&mut self) {
        if let Some(mut life) = self.life.take() {
            life.compare_now();
            let shards = life.shards().clone();
            let mut stopping = JoinSet::new();
            stopping.spawn(async move {
                let _ = shards.drain().await;
            });
            loop {
                match life.steps(STEPS_AT_ONCE).0 {
                    Went::Stopped => break,
                    // It came upon what has rotted.
                    Went::Failed(_) if self.has_rotted => return,
                    Went::Failed(error) => {
                        self.history
                            .violated("a process stops in order", error.to_string());
                        return;
                    }
                    Went::On => yield_now().await,
                    Went::Idle(_) => pause(Duration::from_millis(1)).await,
                }
            }
        }
        self.life = None;
        self.disk.crash(Crash::Kill);
        self.start().await;
    }

    fn world(&self) -> World {
        World {
            network: self.network.clone(),
            history: self.history.clone(),
            faults: self.plan.faults,
            seed: self.plan.seed,
            told: self.told.clone(),
            time: self.time.clone(),
        }
    }
}

/// Whether a start has lasted so long that it never ends.
fn lasts_too_long(history: &History, begun: Instant, what: &str) -> bool {
    let is_endless = begun.elapsed() > START_MAX;
    if is_endless {
        history.violated("a start comes to its end", what.to_owned());
    }
    is_endless
}

/// Creates the tenant, has everybody come, and changes the configuration now and then.
async fn administer(world: World, plan: Plan) {
    let mut chance = Chance::of(plan.seed, "administrator", 0);
    let configurator = Configurator::new(&world.endpoint(ADMINISTRATOR, &mut chance));
    loop {
        let change = Change {
            document: centre::document(plan.agents, &mut chance),
            create: true,
            ..Change::default()
        };
        match configurator.apply(TENANT, change).await {
            Ok(_) => break,
            // Its answer was lost.
            Err(error) if error.reason() == Some(ErrorReason::TenantExists) => break,
            Err(error) if error.reason().is_some() && !error.is_transient() => {
                world
                    .history
                    .violated("the centre can be configured", format!("{error:?}"));
                return;
            }
            Err(_) => {}
        }
    }
    let mut everybody = JoinSet::new();
    let [gap, patience, look_every] = match plan.is_rush {
        true => [(20, 150), (300, 3_000), (1, 400)],
        false => [(300, 6_000), (90_000, 90_000), (1, 1)],
    }
    .map(|(least, most)| Duration::from_millis(chance.between(least, most)));
    let pace = Pace {
        gap,
        patience,
        look_every,
    };
    for number in 0..plan.switches {
        let switch = Switch::new(world.clone(), SWITCHES + number, number, plan.agents, pace);
        everybody.spawn(switch.run());
    }
    for number in 0..plan.agents {
        everybody.spawn(Desk::new(world.clone(), DESKS + number, number, plan.agents).run());
    }
    for number in 0..WATCHERS_MAX {
        everybody.spawn(Watcher::new(world.clone(), WATCHERS + number, number).run());
    }
    if plan.faults.has(Fault::Configure) {
        everybody.spawn(come_and_go(world.clone(), VISITORS));
    }
    if plan.faults.has(Fault::Strangers) {
        for number in 0..STRANGERS_MAX {
            let stranger = Stranger::new(world.clone(), STRANGERS + number, number, plan);
            everybody.spawn(stranger.run());
            let listener = Listener::new(world.clone(), LISTENERS + number, plan.agents);
            everybody.spawn(listener.run());
        }
    }
    loop {
        let length = Duration::from_secs(5) + chance.up_to(Duration::from_secs(240));
        pause(length).await;
        if world.told.is_calm() {
            end_what_waits(&world, &mut chance).await;
            continue;
        }
        if !plan.faults.has(Fault::Configure) {
            continue;
        }
        world.told.count_fault();
        if chance.once_in(3) {
            teach(&world, &configurator, plan, &mut chance).await;
            continue;
        }
        let change = Change {
            document: centre::document(plan.agents, &mut chance),
            ..Change::default()
        };
        if let Err(error) = configurator.apply(TENANT, change).await
            && error.reason() == Some(ErrorReason::ConfigInvalid)
        {
            world
                .history
                .violated("the centre can be configured", format!("{error:?}"));
        }
    }
}

/// Gives an agent other skills, of which the configuration may lack some by now.
async fn teach(world: &World, configurator: &Configurator, plan: Plan, chance: &mut Chance) {
    let agent = centre::agent(chance.below(plan.agents));
    let skills = SKILLS.iter().map(|skill| SkillLevel {
        skill: (*skill).to_owned(),
        level: chance.between(1, 10) as u32,
    });
    let taught = configurator.set_agent_skills(TENANT, &agent, skills.collect());
    if let Err(error) = taught.await {
        note_error(world, "refusal", &error);
    }
}

/// Ends what waits in queues, or for its time: callbacks that no switch holds.
async fn end_what_waits(world: &World, chance: &mut Chance) {
    let waiting = world.history.look(TENANT, |state| {
        let facts = state.facts();
        let waits = facts
            .contacts
            .values()
            .filter(|contact| !matches!(contact.place, Place::Handling(_)));
        let names = waits.map(|contact| {
            let adapter = &facts.adapters[contact.adapter.0 as usize].name;
            (adapter.to_string(), contact.name.to_string())
        });
        names.collect::<Vec<_>>()
    });
    let mut client = AdapterServiceClient::new(world.network.carrier(ADMINISTRATOR));
    for (adapter, contact_id) in waiting.unwrap_or_default() {
        let request = EndContactRequest {
            tenant: TENANT.to_owned(),
            request_id: format!("end-{}", chance.number()),
            adapter,
            end: Some(ContactEnded {
                contact_id,
                cause: EndCause::System.into(),
            }),
        };
        // It may have ended meanwhile.
        let _ = client.end_contact(request).await;
    }
}

/// How the server of a run is set up: so tight that its limits are met.
fn server_config(chance: &mut Chance) -> ServerConfig {
    let mut config = ServerConfig {
        snapshot_every: chance.between(50, 800),
        keep_journal: Duration::from_secs(chance.between(30, 600)),
        keep_journal_bytes: Some(chance.between(50_000, 2_000_000)),
        ..ServerConfig::default()
    };
    let limits = &mut config.limits;
    limits.mailbox = chance.between(4, 64) as u32;
    limits.mailbox_reserve = limits.mailbox / 4;
    limits.batch = chance.between(1, 32) as u32;
    limits.stream_buffer = chance.between(20, 200) as u32;
    limits.resume_events = chance.between(10, 400) as u32;
    // There is room for all desks, switches and supervisors.
    limits.streams_per_tenant = chance.between(11, 14) as u32;
    limits.stream_bytes_per_tenant = chance.between(20_000, 200_000) as u32;
    limits.message_bytes = 200_000;
    limits.heartbeat = Duration::from_secs(chance.between(1, 5));
    config
}

fn millis(length: TimeMs) -> Duration {
    Duration::from_millis(u64::try_from(length).unwrap_or(0).max(1))
}
