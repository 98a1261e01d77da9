//! What has changed for a reader: subjects gathered until they are rendered, each entity once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_core::event::{Event, Recorded};
use acd_core::ids::{AdapterNo, AgentNo, HandlingId, QueueNo};
use acd_core::state::{ContactRef, HandlingRef, OfferRef, State, Touched};

use super::entity::{Entity, Rendered};
use super::rendering::Rendering;
use acd_view as view;
use acd_view::ViewFilter;

/// How many contacts of a line are told their place whenever it may have changed.
const PLACES_TOLD_MAX: usize = 200;

/// What changed on an agent's screen. The agent is always part of it.
#[derive(Debug, Default)]
pub(crate) struct ChangedScreen {
    /// Anything may have changed: the whole screen is told anew.
    whole: bool,
    day: bool,
    offers: BTreeSet<OfferRef>,
    /// By handling: one that was given another contact is found by the newest.
    handlings: BTreeMap<HandlingId, HandlingRef>,
}

impl ChangedScreen {
    pub(crate) fn note(&mut self, touched: &Touched) {
        match touched {
            Touched::Offer { offer, .. } => {
                self.offers.insert(offer.clone());
            }
            Touched::Handling { handling, .. } => {
                self.handlings.insert(handling.handling, handling.clone());
            }
            Touched::Everything => self.whole = true,
            Touched::Day(_) => self.day = true,
            Touched::Agent(_)
            | Touched::Skills(_)
            | Touched::Adapter(_)
            | Touched::Directives(_)
            | Touched::Queue(_)
            | Touched::Queues
            | Touched::Figures(_)
            | Touched::Visit(_)
            | Touched::Contact { .. }
            | Touched::Act(_) => {}
        }
    }

    pub(crate) fn render(
        &self,
        no: AgentNo,
        rendering: &Rendering<'_>,
    ) -> BTreeMap<Entity, Rendered> {
        let offers = self.offers.iter().map(|offer| rendering.offer(offer));
        let handlings = self.handlings.values().map(|held| rendering.handling(held));
        let whole = self.whole.then(|| {
            // What does not matter any more leaves the screen.
            let mut all: BTreeMap<_, _> = rendering.recent_handlings(no).collect();
            all.extend(rendering.screen(no));
            all
        });
        let day = self.day.then(|| rendering.day(no));
        offers
            .chain(handlings)
            .chain([rendering.agent(no)])
            .chain(day)
            .chain(whole.into_iter().flatten())
            .collect()
    }
}

/// Whose screens show what was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screens {
    None,
    One(AgentNo),
    All,
}

impl Screens {
    pub(crate) fn of(touched: &Touched) -> Self {
        match touched {
            Touched::Everything => Screens::All,
            Touched::Agent(no) | Touched::Skills(no) | Touched::Day(no) => Screens::One(*no),
            Touched::Offer { offer, .. } => Screens::One(offer.agent),
            Touched::Handling { handling, .. } => Screens::One(handling.agent),
            Touched::Adapter(_)
            | Touched::Directives(_)
            | Touched::Queue(_)
            | Touched::Queues
            | Touched::Figures(_)
            | Touched::Visit(_)
            | Touched::Contact { .. }
            | Touched::Act(_) => Screens::None,
        }
    }

    pub(crate) fn include(self, no: AgentNo) -> bool {
        match self {
            Screens::None => false,
            Screens::One(one) => one == no,
            Screens::All => true,
        }
    }
}

/// What changed in the views of a tenant.
#[derive(Debug, Default)]
pub(crate) struct ChangedView {
    /// The configuration changed: the whole view is told anew.
    pub(crate) whole: bool,
    /// Time has passed, or a day began: what was recent may be no longer.
    pub(crate) is_later: bool,
    agents: BTreeSet<AgentNo>,
    queues: BTreeSet<QueueNo>,
    /// The queues whose line changed: its contacts may have another place.
    lines: BTreeSet<QueueNo>,
    adapters: BTreeSet<AdapterNo>,
    /// What supervisors did.
    acts: BTreeMap<u64, Arc<Recorded>>,
    /// The contacts with the queues they touched: one that left a queue still shows there as gone.
    contacts: BTreeMap<ContactRef, BTreeSet<QueueNo>>,
}

impl ChangedView {
    /// Nothing has changed but the time.
    pub(crate) fn later() -> Self {
        Self {
            is_later: true,
            ..Self::default()
        }
    }

    pub(crate) fn note(&mut self, touched: &Touched, state: &State) {
        match touched {
            Touched::Everything => self.whole = true,
            Touched::Agent(no) | Touched::Skills(no) => self.note_agent(*no, state),
            Touched::Adapter(no) | Touched::Directives(no) => {
                self.adapters.insert(*no);
            }
            Touched::Queue(no) | Touched::Figures(no) => {
                self.queues.insert(*no);
            }
            Touched::Queues => {
                self.queues.extend(all_queues(state));
                self.is_later = true;
            }
            Touched::Act(act) => {
                self.acts.insert(act.seq, act.clone());
            }
            Touched::Contact {
                contact,
                queue,
                adapter,
            } => {
                self.adapters.insert(*adapter);
                self.note_contact(contact, *queue);
            }
            Touched::Offer { offer, queue } => {
                self.note_agent(offer.agent, state);
                self.note_contact(&offer.contact, Some(*queue));
            }
            Touched::Handling { handling, queue } => {
                self.note_agent(handling.agent, state);
                self.note_contact(&handling.contact, Some(*queue));
            }
            Touched::Visit(_) | Touched::Day(_) => {}
        }
    }

    /// A queue counts its agents.
    fn note_agent(&mut self, no: AgentNo, state: &State) {
        self.agents.insert(no);
        self.queues.extend(state.agent(no).queues.keys());
    }

    fn note_contact(&mut self, contact: &ContactRef, queue: Option<QueueNo>) {
        self.contacts
            .entry(contact.clone())
            .or_default()
            .extend(queue);
        self.queues.extend(queue);
        self.lines.extend(queue);
    }

    /// What of it a view shows.
    pub(crate) fn render(
        &self,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
    ) -> BTreeMap<Entity, Rendered> {
        let state = rendering.state();
        let queues = self
            .queues
            .iter()
            .filter(|no| state.queue(**no).in_config && view::shows_queue(state, filter, **no));
        let counts = !self.agents.is_empty() && filter.queues;
        let agents = self
            .agents
            .iter()
            .filter(|no| state.agent(**no).in_config && view::shows_agent(state, filter, **no));
        let contacts = self
            .contacts
            .iter()
            .filter(|(_, queues)| shows_contact_of(state, filter, queues));
        let adapters = rendering.adapters().iter();
        let adapters = adapters.filter(|(no, _)| self.adapters.contains(no));
        let acts = self.acts.iter().filter(|_| filter.acts);
        queues
            .map(|no| rendering.queue(*no))
            .chain(counts.then(|| rendering.agent_counts()))
            .chain(self.performances(filter, rendering))
            .chain(agents.map(|no| rendering.agent(*no)))
            .chain(self.moved(filter, rendering))
            .chain(contacts.map(|(contact, _)| rendering.contact(contact)))
            .chain(adapters.map(|(no, adapter)| (Entity::Adapter(*no), adapter.clone())))
            .chain(acts.filter_map(|(seq, act)| Some((Entity::Act(*seq), rendered_act(act)?))))
            .collect()
    }

    /// How those queues have done whose line changed, or all of them if it is later.
    fn performances(
        &self,
        filter: &ViewFilter,
        rendering: &Rendering<'_>,
    ) -> Vec<(Entity, Rendered)> {
        let state = rendering.state();
        let shown = |no: &QueueNo| {
            state.queue(*no).in_config && view::shows_performance(state, filter, *no)
        };
        let performance = |no| rendering.performance(no);
        match self.is_later {
            true => all_queues(state).filter(shown).map(performance).collect(),
            false => {
                let lines = self.lines.iter().copied();
                lines.filter(shown).map(performance).collect()
            }
        }
    }

    /// Those at the head of the lines that changed: each may have another place now.
    fn moved(&self, filter: &ViewFilter, rendering: &Rendering<'_>) -> Vec<(Entity, Rendered)> {
        let state = rendering.state();
        let lines = self.lines.iter().filter(|no| {
            let one = BTreeSet::from([**no]);
            shows_contact_of(state, filter, &one)
        });
        let visits = lines.flat_map(|no| state.in_order(*no).take(PLACES_TOLD_MAX));
        let contacts = visits.map(|visit| &state.facts().contacts[&visit.contact]);
        contacts
            .map(|contact| rendering.contact(&contact.reference()))
            .collect()
    }
}

fn all_queues(state: &State) -> impl Iterator<Item = QueueNo> + use<> {
    (0..).map(QueueNo).take(state.facts().queues.len())
}

fn rendered_act(recorded: &Recorded) -> Option<Rendered> {
    let Event::SupervisorActed(acted) = &recorded.event else {
        return None;
    };
    let shown = view::supervisor_act(recorded.seq, recorded.at_ms, acted);
    Some(Rendered::Act(Arc::new(shown)))
}

fn shows_contact_of(state: &State, filter: &ViewFilter, queues: &BTreeSet<QueueNo>) -> bool {
    let is_named = |no: &QueueNo| filter.queue_names.contains(&state.queue(*no).config.name);
    filter.contacts && (filter.queue_names.is_empty() || queues.iter().any(is_named))
}
