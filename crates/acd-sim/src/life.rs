//! One life of the server's process: from its start on what the disk holds to its stop or its end.

use std::sync::Arc;

use acd_config::ServerConfig;
use acd_core::ids::TimeMs;
use acd_journal::{DataDir, EventLog};
use acd_server::auth::{Authenticator, Gate, Lifetimes, Rates};
use acd_server::metrics::Metrics;
use acd_server::service::{HistoryReaders, Services};
use acd_server::tasks::Tasks;
use acd_shard::clock::TimeSource;
use acd_shard::{Options, Part, Setup, ShardError, Stepped, SteppedShards};

use crate::chance::Chance;
use crate::history::{History, Watched};
use crate::network::Network;

/// The parts of a shard that take steps.
const PARTS: [Part; 3] = [Part::Decider, Part::Follower, Part::Compactor];

/// A running process. Dropping it is a kill.
pub(crate) struct Life {
    shards: SteppedShards,
    network: Network,
    streams: Tasks,
    history: History,
    chance: Chance,
    /// When each part of the shard has something to do by itself; it has now if that has passed.
    rests: [Option<TimeMs>; PARTS.len()],
    /// How many batches were durable when what is decided and shown was compared last.
    compared_at: u64,
    /// Locked for as long as it lives.
    _dir: DataDir,
}

/// What the steps of a while came to.
#[derive(Debug)]
pub(crate) enum Went {
    /// Something was done, and there may be more.
    On,
    /// Nothing is to be done before this instant of engine time, unless something comes in.
    Idle(Option<TimeMs>),
    /// The process has stopped in order.
    Stopped,
    /// The process has ended itself.
    Failed(Arc<ShardError>),
}

impl Life {
    /// Starts a process on this log. It serves when it has recovered.
    pub(crate) fn start(
        (log, dir): (Box<dyn EventLog>, DataDir),
        config: &ServerConfig,
        time: &Arc<dyn TimeSource>,
        metrics: &Arc<Metrics>,
        (network, history): (&Network, &History),
        chance: Chance,
    ) -> Result<Self, Arc<ShardError>> {
        let options = Options {
            time: time.clone(),
            ..Options::new(config)
        };
        let setup = Setup::new(
            Box::new(Watched::new(log, history.clone())),
            metrics.shard(0),
        );
        let shards = SteppedShards::new(vec![setup], &options).map_err(Arc::new)?;
        Ok(Self {
            shards,
            network: network.clone(),
            streams: Tasks::default(),
            history: history.clone(),
            chance,
            rests: [Some(TimeMs::MIN); PARTS.len()],
            compared_at: 0,
            _dir: dir,
        })
    }

    /// Takes the next step on the way to having all tenants back; none: they are.
    pub(crate) fn recover(&mut self) -> Result<Option<Stepped>, Arc<ShardError>> {
        match self.shards.is_recovering(0) {
            true => self.shards.step(0, Part::Decider).map(Some),
            false => Ok(None),
        }
    }

    /// Opens its doors.
    pub(crate) async fn serve(
        &self,
        config: &ServerConfig,
        time: &Arc<dyn TimeSource>,
        metrics: &Arc<Metrics>,
    ) {
        let shards = self.shards.shards().clone();
        let gate = Gate::new(
            Arc::new(Authenticator::new(None).expect("authentication is off")),
            Rates::new(&config.limits, time.clone()),
            config.limits.request_bytes,
            metrics.refused_calls(),
            shards.clock().clone(),
        );
        let services = Services {
            lifetimes: Lifetimes::new(shards.clock().clone()),
            shards,
            tasks: self.streams.clone(),
            limits: config.limits.clone(),
            web: None,
            gate: Arc::new(gate),
            metrics: metrics.clone(),
            history: HistoryReaders::none(),
        };
        let (routes, _health) = services.routes().await;
        self.network.serve(routes);
    }

    /// Has parts take steps in a random order, at most so many in all.
    pub(crate) fn steps(&mut self, most: u64) -> (Went, u64) {
        let now = self.shards.shards().clock().now();
        // Something may have come in.
        self.rests[0] = Some(TimeMs::MIN);
        self.rests[1] = Some(TimeMs::MIN);
        let mut taken = 0;
        loop {
            let due: Vec<usize> = (0..PARTS.len())
                .filter(|part| self.rests[*part].is_some_and(|at| at <= now))
                .collect();
            if due.is_empty() {
                self.compare();
                return (
                    Went::Idle(self.rests.iter().flatten().min().copied()),
                    taken,
                );
            }
            if taken >= most {
                return (Went::On, taken);
            }
            taken += 1;
            let part = *self.chance.one_of(&due);
            match self.shards.step(0, PARTS[part]) {
                Ok(Stepped::More) => {}
                Ok(Stepped::Rests(until)) => self.rests[part] = until,
                Ok(Stepped::Stopped) => return (Went::Stopped, taken),
                Err(error) => return (Went::Failed(error), taken),
            }
            if PARTS[part] == Part::Decider {
                // There may be something to show.
                self.rests[1] = Some(TimeMs::MIN);
            }
        }
    }

    /// At rest all that is decided is durable and shown: now and then it is compared with what the events make of it.
    fn compare(&mut self) {
        let batches = self.history.batches();
        if batches < self.compared_at + crate::history::DEAR_CHECKS_EVERY {
            return;
        }
        self.compare_now();
    }

    /// Compares what is decided and what is shown with what the events make of it.
    pub(crate) fn compare_now(&mut self) {
        self.compared_at = self.history.batches();
        self.history
            .compare_states("decided", self.shards.decided(0));
        self.history.compare_states("shown", self.shards.shown(0));
    }

    /// The shards, to be told to stop.
    pub(crate) fn shards(&self) -> &acd_shard::Shards {
        self.shards.shards()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.network.stop_serving();
        self.streams.abort();
    }
}
