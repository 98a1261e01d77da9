//! The visits that wait for someone in particular, found by whom they wait for.

use std::collections::{BTreeMap, BTreeSet};

use super::{State, Visit};
use crate::event::Awaited;
use crate::ids::{AgentNo, VisitId};
use crate::table::Table;

/// The visits that wait for someone in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windowed {
    awaited: Table<VisitId, Awaited>,
    visits: BTreeMap<Awaited, BTreeSet<VisitId>>,
}

impl Windowed {
    pub(super) fn of<'v>(visits: impl Iterator<Item = &'v Visit>) -> Self {
        let mut windowed = Self::default();
        visits.for_each(|visit| windowed.note(visit.id, Some(visit)));
        windowed
    }

    /// Notes whom a visit waits for now; one that is open no longer waits for nobody.
    pub(super) fn note(&mut self, id: VisitId, open: Option<&Visit>) {
        let awaited = open.and_then(Visit::awaited);
        let before = self.awaited.get(&id);
        if before == awaited {
            return;
        }
        if let Some(before) = self.awaited.remove(&id)
            && let Some(visits) = self.visits.get_mut(&before)
        {
            visits.remove(&id);
            if visits.is_empty() {
                self.visits.remove(&before);
            }
        }
        if let Some(awaited) = awaited {
            self.awaited.insert(id, awaited.clone());
            self.visits.entry(awaited.clone()).or_default().insert(id);
        }
    }
}

impl Visit {
    /// Whom it waits for now.
    fn awaited(&self) -> Option<&Awaited> {
        let (at, _) = self.window?;
        Some(&self.windows[usize::from(at)].who)
    }
}

impl State {
    /// The visits that wait for someone in particular, rising.
    pub(crate) fn windowed_visits(&self) -> BTreeSet<VisitId> {
        self.derived.windowed.awaited.keys().copied().collect()
    }

    /// The visits that wait for this agent or one of their teams.
    pub(crate) fn visits_awaiting(&self, no: AgentNo) -> impl Iterator<Item = VisitId> {
        let teams = self.agent(no).config.teams.iter();
        let awaited = teams.map(|team| Awaited::Team(team.clone()));
        let awaited = awaited.chain([Awaited::Agent(no)]);
        let visits = awaited.filter_map(|awaited| self.derived.windowed.visits.get(&awaited));
        visits.flatten().copied()
    }
}
