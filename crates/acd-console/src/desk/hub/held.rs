//! What the console knows of one agent's desk.

use std::{collections::BTreeMap, sync::Arc};

use acd_client::{
    agent::AgentView,
    v1::{DeskQueue, GetDeskResponse, Offer},
};

use super::Tab;
use crate::{clock, live::EngineTime};

/// What the console knows of one agent's desk. Each change makes a new one, which all tabs read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    /// The agent.
    pub(crate) agent: String,
    /// How the console holds the desk.
    pub(crate) standing: Standing,
    /// The tab that rings.
    pub(crate) holder: Option<Tab>,
    /// Since when, in engine time.
    pub(crate) holder_since_ms: i64,
    /// What the engine told.
    pub(crate) told: AgentView,
    /// Engine time, and since when the engine has been silent.
    pub(crate) time: Option<EngineTime>,
    /// The last instant of the engine, if it is silent for too long.
    pub(crate) engine_away: Option<i64>,
    /// What may be chosen from and what things are called, in the language of the tab that rings.
    pub(crate) desk: Arc<GetDeskResponse>,
    /// What is to be said, by queue.
    pub(crate) scripts: Arc<BTreeMap<String, String>>,
    /// The numbers of the contacts, by handling: they stay as long as the contact does.
    pub(crate) numbers: BTreeMap<u64, u8>,
    /// Offers that have just ended otherwise.
    pub(crate) passed: Vec<Offer>,
    /// Whether somebody else made them not ready.
    pub(crate) made_not_ready: bool,
    /// The last thing that is to be said, and its number.
    pub(crate) notice: Option<(u64, Notice)>,
}

/// Whether this desk is the one that rings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Seat {
    /// It is.
    Here,
    /// The agent is logged out.
    #[default]
    LoggedOut,
    /// They are logged out because this tab slept: from and until when.
    Slept(i64, i64),
    /// The desk is open elsewhere, since then.
    Elsewhere(i64),
    /// The console holds no stream: the tab did not answer. It is on its way back.
    Returning,
}

/// How the console holds the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The engine has not answered yet.
    #[default]
    Opening,
    /// The stream is open.
    In,
    /// Nobody was there: the stream was dropped, the session is waited for.
    Dropped,
    /// The agent is logged out; with the time during which the tab slept.
    Out(Option<(i64, i64)>),
    /// A later login took over, at this instant.
    Replaced(i64),
}

/// What the agent is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The engine is there again; so many offers have ended meanwhile.
    ConnectedAgain(usize),
    /// The tab slept from and until.
    Slept(i64, i64),
}

impl Held {
    /// What a tab is.
    pub(crate) fn seat(&self, tab: Tab) -> Seat {
        match self.standing {
            Standing::Out(None) => Seat::LoggedOut,
            Standing::Out(Some((from, to))) => Seat::Slept(from, to),
            Standing::Replaced(since) => Seat::Elsewhere(since),
            _ if self.holder.is_some_and(|holder| holder > tab) => {
                Seat::Elsewhere(self.holder_since_ms)
            }
            Standing::Dropped => Seat::Returning,
            Standing::In | Standing::Opening => Seat::Here,
        }
    }

    /// Engine time now; before the engine said anything, that of this machine.
    pub(crate) fn now_ms(&self) -> i64 {
        self.time.map_or_else(clock::wall_ms, |time| time.now_ms())
    }

    /// What a queue is called and what is to be done with its contacts; of an unknown one its name.
    pub(crate) fn queue(&self, name: &str) -> DeskQueue {
        let known = self.desk.queues.iter().find(|known| known.queue == name);
        known.cloned().unwrap_or_else(|| DeskQueue {
            queue: name.to_owned(),
            label: name.to_owned(),
            ..DeskQueue::default()
        })
    }

    /// What a reason is called; of an unknown one its code.
    pub(crate) fn reason(&self, code: &str) -> String {
        let known = self.desk.reasons.iter().find(|known| known.code == code);
        known.map_or(code, |known| &known.label).to_owned()
    }

    /// Whether what things are called must be read anew.
    pub(super) fn is_stale(&self) -> bool {
        let told = &self.told;
        let known = |name: &String| self.desk.queues.iter().any(|known| known.queue == *name);
        let on_screen = told
            .handlings()
            .chain(told.parked())
            .chain(told.unfinished());
        self.desk.desk_version != told.desk_version()
            || !told.agent().queues.iter().all(known)
            || !on_screen.map(|handling| &handling.queue).all(known)
    }

    /// Gives each contact that has none the smallest number that is free, and frees those of contacts that are gone.
    pub(crate) fn number(&mut self) {
        let told = &self.told;
        let on_screen = told
            .handlings()
            .chain(told.parked())
            .chain(told.unfinished());
        let ids: Vec<u64> = on_screen.map(|handling| handling.handling_id).collect();
        self.numbers.retain(|id, _| ids.contains(id));
        for id in ids {
            let taken = |number: &u8| self.numbers.values().any(|taken| taken == number);
            if let Some(free) = (1..=9).find(|number| !taken(number)) {
                self.numbers.entry(id).or_insert(free);
            }
        }
    }
}
