//! Deciding: what a shard makes of its jobs. Nothing here waits: the thread does, and whoever simulates a shard has each
//! turn decided, makes it durable as they like, and says so.

mod intake;
mod release;

use std::collections::{BTreeMap, BTreeSet};

use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::State;
use acd_traces::{Came, Lapse, TimeNs};
use crossbeam_channel::{Receiver, Sender};

use super::expired::Expirations;
use super::follower::FollowerHandle;
use super::health::Health;
use super::mailbox::Job;
use super::options::Options;
use super::recovery::Absence;
use super::registry::Registry;
use super::tenant::Tenant;
use super::turn::{Decided, Turn};
use crate::clock::{Clock, WallStands};
use crate::stream::Ended;

/// The most tenants of one shard.
const TENANTS_MAX: usize = 10_000;

/// What a shard decides with.
pub(crate) struct Worker {
    tenants: BTreeMap<TenantName, Tenant>,
    /// The tenants for which time itself is the next input, the earliest first.
    due: BTreeSet<(TimeMs, TenantName)>,
    /// What the engines must be told of streams that were cut off or are gone.
    ended: Receiver<Ended>,
    /// Where streams tell it.
    ends: Sender<Ended>,
    /// Where it tells what is forgotten by age.
    expirations: Expirations,
    registry: Registry,
    follower: FollowerHandle,
    clock: Clock,
    /// How the wall clock stood when civil times were resolved by it.
    wall: WallStands,
    options: Options,
    health: Health,
}

impl Worker {
    /// A shard without tenants.
    pub(crate) fn new(
        registry: Registry,
        follower: FollowerHandle,
        (ends, ended): (Sender<Ended>, Receiver<Ended>),
        expirations: Expirations,
        clock: Clock,
        options: Options,
        health: Health,
    ) -> Self {
        Self {
            tenants: BTreeMap::new(),
            due: BTreeSet::new(),
            ended,
            ends,
            expirations,
            registry,
            follower,
            wall: clock.wall_stands(),
            clock,
            options,
            health,
        }
    }

    /// Takes over a tenant as the log tells it. What it decides of being back must be made durable.
    pub(crate) fn adopt(&mut self, mut tenant: Tenant, now: TimeMs) -> Turn {
        let mut turn = Turn::default();
        let name = tenant.name().clone();
        let begun = self.stamp();
        let absence = Absence::before(&tenant.engine, now);
        let events = tenant.engine.recover(now);
        absence.over(&tenant.engine, &events).tell(&name);
        turn.record(&name, None, events, self.decided(begun, None));
        self.health.note_slice(&tenant.engine);
        self.tenants.insert(name.clone(), tenant);
        self.resolve_civil_time(&name, now, &mut turn);
        self.schedule(&name);
        turn
    }

    /// Decides at one instant: as many of the jobs as one batch takes, what became of streams, and what is due. What it
    /// gives must be made durable before [`Worker::committed`], and nothing else be decided before.
    pub(crate) fn turn(&mut self, now: TimeMs, jobs: &mut dyn Iterator<Item = Job>) -> Turn {
        let mut turn = Turn::default();
        self.follow_wall(now);
        let calls_max = self.options.limits.batch as usize;
        while turn.has_room(calls_max)
            && let Some(job) = jobs.next()
        {
            self.take(job, now, &mut turn);
        }
        // After the jobs: what came on a stream before its end is in the mailbox by now, and counts.
        while turn.has_room(usize::MAX)
            && let Ok((tenant, request)) = self.ended.try_recv()
        {
            self.decide(&tenant, (request, None), now, &mut turn);
        }
        self.run_due(now, &mut turn);
        turn
    }

    /// The instant, where traces are told.
    fn stamp(&self) -> Option<TimeNs> {
        self.options.traces.as_ref().map(|_| self.clock.now_ns())
    }

    /// What traces tell of an input whose decision began then and is made now.
    fn decided(&self, begun: Option<TimeNs>, came: Option<Came>) -> Option<Decided> {
        let begun_at = begun?;
        let ended_at = self.clock.now_ns();
        let lapse = Lapse { begun_at, ended_at };
        Some(Decided { came, lapse })
    }

    /// When the next turn is due if no job comes.
    pub(crate) fn next_due_at(&self) -> Option<TimeMs> {
        self.due.first().map(|(at_ms, _)| *at_ms)
    }

    /// Whether time is reason enough for a turn: something is due, or the wall clock was set.
    pub(crate) fn is_due(&self, now: TimeMs) -> bool {
        let due = self.next_due_at().is_some_and(|due_at| due_at <= now);
        due || self.clock.wall_set_since(self.wall).is_some()
    }

    /// What wakes the shard besides jobs and time.
    pub(crate) fn ended(&self) -> &Receiver<Ended> {
        &self.ended
    }

    /// The tenants, each as far as it is decided.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&TenantName, &State)> {
        let tenants = self.tenants.iter();
        tenants.map(|(name, tenant)| (name, tenant.engine.state()))
    }

    /// The tenant of this name, if it was ever created.
    pub(crate) fn created(&self, name: &TenantName) -> Option<&Tenant> {
        self.tenants.get(name).filter(|tenant| tenant.is_created())
    }
}
